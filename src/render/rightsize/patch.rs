//! Suggestions as strategic merge patches, one document for each workload. A patch contains only the suggested
//! values; comments give the usage behind them.

use super::super::escape::visible;
use super::Sized;
use super::phrases::{self, cpu, memory};
use crate::model::Amount;
use crate::rightsize::{Change, Measured, Risk, Row};
use crate::text::Lang;
use crate::text::human;
use crate::text::is_hostile;
use std::io::{self, Write};

pub(super) fn write(of: &Sized, out: &mut dyn Write) -> io::Result<()> {
    head(of, out)?;
    left_out(of, out)?;
    let rows: Vec<&Row> = of.sizing.rows.iter().filter(|row| row.proposal.is_any()).collect();
    if rows.is_empty() {
        return writeln!(out, "#\n# No changes.");
    }
    rows.chunk_by(|a, b| a.workload == b.workload).try_for_each(|rows| workload(rows, out))
}

/// Writes the containers that the patch leaves out, and why.
fn left_out(of: &Sized, out: &mut dyn Write) -> io::Result<()> {
    let rows = of.sizing.contradicted();
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "#\n# Left out, because the metrics API reports far more than the usage history:")?;
    rows.into_iter().try_for_each(|row| {
        let place = format!("{} {}", row.workload.namespace, row.workload.slashed());
        let recorded = row.facts.recorded.unwrap_or_default();
        let now = row.facts.now.unwrap_or_default();
        writeln!(
            out,
            "#   {}, container {}: now CPU {}, memory {}; history CPU {}, memory {}",
            visible(&place),
            visible(&row.container),
            cpu(now.cpu),
            memory(now.memory),
            cpu(recorded.cpu),
            memory(recorded.memory),
        )
    })
}

fn head(of: &Sized, out: &mut dyn Write) -> io::Result<()> {
    let snapshot = of.report.snapshot;
    let at = snapshot.taken_at.known().and_then(crate::wire::Time::to_timestamp);
    let at = at.map_or_else(|| "an unknown time".to_owned(), |at| at.to_string());
    let known =
        of.sizing.window.map_or_else(String::new, |window| format!(", from {} of usage", human(window)));
    let named = |name: &str, value: &str| match value {
        "" => String::new(),
        value => format!(" {name} {}", visible(value)),
    };
    let cluster = &snapshot.cluster;
    let place = format!("{}{}", named("context", &cluster.context), named("server", &cluster.server));
    let place = if place.is_empty() { " unknown".to_owned() } else { place };
    writeln!(
        out,
        "# Requests and limits suggested by kubectl healthcheck {} at {at}{known}.",
        crate::VERSION
    )?;
    writeln!(out, "# Cluster:{place}")?;
    usage_from(of, out)?;
    writeln!(
        out,
        "#
# Review this patch. Applying it restarts the pods of each workload unless noted below. If the workloads are defined in
# a repository, change them there. For kustomize, remove the lines \"namespace:\" if it sets the namespace:
#
#   patches:
#     - path: rightsize.yaml
#
# Show the changes, then check them on the API server; without --dry-run=server the second command applies them:
#
#   {}
#   {}
#
# The API server rejects fields that other managers own, and names them; --force-conflicts takes them over.",
        phrases::try_it(of),
        phrases::dry_run(of)
    )
}

/// Writes where the usage comes from, if there is any.
fn usage_from(of: &Sized, out: &mut dyn Write) -> io::Result<()> {
    let sources = phrases::sources(of.sizing, Lang::En);
    if sources.is_empty() { Ok(()) } else { writeln!(out, "# Usage from: {}", sources.join(", ")) }
}

fn workload(rows: &[&Row], out: &mut dyn Write) -> io::Result<()> {
    let Some(first) = rows.first() else { return Ok(()) };
    let object = &first.workload;
    writeln!(out, "---")?;
    if let Some(owner) = &first.managed_by {
        let name = visible(&format!("{}/{}", owner.kind, owner.name));
        writeln!(out, "# Managed by {name}, which may revert this: change it there.")?;
    }
    if first.on_delete {
        writeln!(out, "# Applying this does not restart the pods: delete them to apply it.")?;
    }
    writeln!(out, "apiVersion: apps/v1\nkind: {}\nmetadata:", quoted(&object.kind))?;
    writeln!(out, "  name: {}\n  namespace: {}", quoted(&object.name), quoted(&object.namespace))?;
    writeln!(out, "spec:\n  template:\n    spec:")?;
    for (list, sidecars) in [("initContainers", true), ("containers", false)] {
        let mut rows = rows.iter().filter(|row| row.sidecar == sidecars).peekable();
        if rows.peek().is_some() {
            writeln!(out, "      {list}:")?;
        }
        rows.try_for_each(|row| container(row, out))?;
    }
    Ok(())
}

fn container(row: &Row, out: &mut dyn Write) -> io::Result<()> {
    figures(row).iter().try_for_each(|line| writeln!(out, "        # {line}"))?;
    writeln!(out, "        - name: {}\n          resources:", quoted(&row.container))?;
    for (list, change) in [("requests", row.proposal.requests), ("limits", row.proposal.limits)] {
        if change.cpu.is_some() || change.memory.is_some() {
            writeln!(out, "            {list}:")?;
        }
        if let Some(millis) = change.cpu {
            writeln!(out, "              cpu: {}", quoted(&cpu(millis)))?;
        }
        if let Some(bytes) = change.memory {
            writeln!(out, "              memory: {}", quoted(&written(bytes)))?;
        }
    }
    Ok(())
}

/// Returns the comments above a container: its usage, current values and risks.
fn figures(row: &Row) -> Vec<String> {
    let facts = &row.facts;
    let set = |amount: i64, text: String| if amount > 0 { text } else { "none".to_owned() };
    let (requests, limits) = (facts.requests, facts.limits);
    let mut lines = Vec::new();
    if let Measured::History(samples) | Measured::Few(samples) = facts.measured {
        lines.push(format!(
            "used: CPU {} (95th percentile), memory {} (maximum); {samples} {}, {} {}",
            cpu(facts.used.cpu),
            memory(facts.used.memory),
            if samples == 1 { "sample" } else { "samples" },
            row.pods,
            if row.pods == 1 { "pod" } else { "pods" },
        ));
    }
    lines.push(format!(
        "current: requests CPU {}, memory {}; limits CPU {}, memory {}",
        set(requests.cpu, cpu(requests.cpu)),
        set(requests.memory, memory(requests.memory)),
        set(limits.cpu, cpu(limits.cpu)),
        set(limits.memory, memory(limits.memory)),
    ));
    if row.risks.iter().any(|risk| matches!(risk, Risk::OomKilled | Risk::NearLimit | Risk::Throttled(_))) {
        lines.push(visible(&phrases::risks(row, Lang::En)));
    }
    let next =
        |now: Amount, change: Change| (change.cpu.unwrap_or(now.cpu), change.memory.unwrap_or(now.memory));
    let is_equal = requests.cpu > 0 && requests.memory > 0 && requests == limits;
    if is_equal && next(requests, row.proposal.requests) != next(limits, row.proposal.limits) {
        lines.push(
            "requests and limits were equal: the QoS class of the pods changes from Guaranteed to Burstable"
                .to_owned(),
        );
    }
    lines
}

/// Writes memory to the byte, so that no value is rounded down.
fn written(bytes: i64) -> String {
    if bytes % (1 << 20) == 0 { memory(bytes) } else { bytes.to_string() }
}

/// Words that YAML does not read as text.
const NOT_TEXT: [&str; 10] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "~"];

/// Quotes a text so that YAML reads the same text, on one line.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic());
    let is_amount = || {
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        digits.len() < text.len()
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && is_unit(text, digits.len())
    };
    if begins && text.chars().all(is_plain) && !NOT_TEXT.contains(&text.to_ascii_lowercase().as_str())
        || is_amount()
    {
        return text.to_owned();
    }
    let escaped = |c: char| match c {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        c if is_hostile(c) || !c.is_ascii() => format!("\\U{:08x}", u32::from(c)),
        c => c.to_string(),
    };
    format!("\"{}\"", text.chars().map(escaped).collect::<String>())
}

/// Returns whether the rest after the digits is a unit.
fn is_unit(text: &str, digits: usize) -> bool {
    text.split_at_checked(digits)
        .is_some_and(|(number, unit)| !number.is_empty() && ["m", "Mi", "Gi"].contains(&unit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> serde_json::Value {
        let document = format!("a:\n  - name: {}\n    b: c\n", quoted(text));
        serde_saphyr::from_str::<serde_json::Value>(&document).unwrap()["a"][0].clone()
    }

    #[test]
    fn quotes_only_names_that_need_it() {
        for (text, written) in [
            ("web", "web"),
            ("web-0.a", "web-0.a"),
            ("150m", "150m"),
            ("384Mi", "384Mi"),
            ("2", "\"2\""),
            ("1e3", "\"1e3\""),
            ("0x1f", "\"0x1f\""),
            ("No", "\"No\""),
            ("null", "\"null\""),
            ("a: b", "\"a: b\""),
            ("", "\"\""),
            ("a\n- b", "\"a\\U0000000a- b\""),
        ] {
            assert_eq!(quoted(text), written);
        }
    }

    proptest! {
        #[test]
        fn reads_back_any_quoted_text(text in "\\PC{0,20}|[-a-z0-9.:#{}\"'\\\\ \n\t~&*!|>%@]{0,20}") {
            let read = read(&text);
            prop_assert_eq!((read["name"].as_str(), read["b"].as_str()), (Some(text.as_str()), Some("c")));
        }
    }
}

//! What is proposed as strategic merge patches, a document for each workload: nothing in them but what to set, and above it
//! the figures that it rests on.

use super::super::escape::visible;
use super::Sized;
use super::said::{self, cpu, memory};
use crate::model::Amount;
use crate::rightsize::{Change, Measured, Risk, Row};
use crate::text::Lang;
use crate::text::human;
use crate::text::is_hostile;
use std::io::{self, Write};

pub(super) fn write(of: &Sized, out: &mut dyn Write) -> io::Result<()> {
    head(of, out)?;
    let rows: Vec<&Row> = of.sizing.rows.iter().filter(|row| row.proposal.is_any()).collect();
    if rows.is_empty() {
        return writeln!(out, "#\n# Nothing is to be changed.");
    }
    rows.chunk_by(|a, b| a.workload == b.workload).try_for_each(|rows| workload(rows, out))
}

fn head(of: &Sized, out: &mut dyn Write) -> io::Result<()> {
    let snapshot = of.report.snapshot;
    let at = snapshot.taken_at.known().and_then(crate::wire::Time::to_timestamp);
    let at = at.map_or_else(|| "an unknown time".to_owned(), |at| at.to_string());
    let known =
        of.sizing.window.map_or_else(String::new, |window| format!(", by {} of usage", human(window)));
    let named = |name: &str, value: &str| match value {
        "" => String::new(),
        value => format!(" {name} {}", visible(value)),
    };
    let cluster = &snapshot.cluster;
    let place = format!("{}{}", named("context", &cluster.context), named("server", &cluster.server));
    let place = if place.is_empty() { " not known".to_owned() } else { place };
    writeln!(
        out,
        "# Requests and limits proposed by kubectl healthcheck {} at {at}{known}.",
        crate::VERSION
    )?;
    writeln!(out, "# Cluster:{place}")?;
    writeln!(
        out,
        "#
# Review it: pods are made anew when their workload is changed, unless it says otherwise below. Where workloads are
# written in a repository, change them there; with kustomize, without the lines \"namespace:\" where that adds them:
#
#   patches:
#     - path: rightsize.yaml
#
# To see what it would change, to ask whether the server takes it, and without --dry-run=server to change it:
#
#   {}
#   {}
#
# The server refuses fields that others manage, and names them; --force-conflicts takes them over.",
        said::try_it(of),
        said::dry_run(of)
    )
}

fn workload(rows: &[&Row], out: &mut dyn Write) -> io::Result<()> {
    let Some(first) = rows.first() else { return Ok(()) };
    let object = &first.workload;
    writeln!(out, "---")?;
    if let Some(owner) = &first.managed_by {
        let name = visible(&format!("{}/{}", owner.kind, owner.name));
        writeln!(out, "# It is managed by {name}, which may undo this: change it there.")?;
    }
    if first.on_delete {
        writeln!(out, "# It makes its pods anew only when somebody deletes them.")?;
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

/// What the proposal rests on.
fn figures(row: &Row) -> Vec<String> {
    let facts = &row.facts;
    let set = |amount: i64, text: String| if amount > 0 { text } else { "none".to_owned() };
    let (requests, limits) = (facts.requests, facts.limits);
    let mut lines = Vec::new();
    if let Measured::History(samples) | Measured::Few(samples) = facts.measured {
        lines.push(format!(
            "used: CPU {} in 95 of 100 samples, memory {} at most; samples: {samples}, pods now: {}",
            cpu(facts.used.cpu),
            memory(facts.used.memory),
            row.pods
        ));
    }
    lines.push(format!(
        "was: requests CPU {}, memory {}; limits CPU {}, memory {}",
        set(requests.cpu, cpu(requests.cpu)),
        set(requests.memory, memory(requests.memory)),
        set(limits.cpu, cpu(limits.cpu)),
        set(limits.memory, memory(limits.memory)),
    ));
    if row.risks.iter().any(|risk| matches!(risk, Risk::OomKilled | Risk::NearLimit | Risk::Throttled(_))) {
        lines.push(visible(&said::risks(row, Lang::En)));
    }
    let next =
        |now: Amount, change: Change| (change.cpu.unwrap_or(now.cpu), change.memory.unwrap_or(now.memory));
    let is_equal = requests.cpu > 0 && requests.memory > 0 && requests == limits;
    if is_equal && next(requests, row.proposal.requests) != next(limits, row.proposal.limits) {
        lines.push("requests were equal to limits: a pod that was Guaranteed becomes Burstable".to_owned());
    }
    lines
}

/// Memory to the byte: nothing is set below what was meant.
fn written(bytes: i64) -> String {
    if bytes % (1 << 20) == 0 { memory(bytes) } else { bytes.to_string() }
}

/// Words that YAML takes for something else than text.
const NOT_TEXT: [&str; 10] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "~"];

/// A text that YAML reads as that text and nothing else, on one line.
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

/// Whether what follows the digits of a quantity is a unit.
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
    fn names_are_plain_where_they_can_be() {
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
        fn whatever_is_quoted_is_read_as_itself(text in "\\PC{0,20}|[-a-z0-9.:#{}\"'\\\\ \n\t~&*!|>%@]{0,20}") {
            let read = read(&text);
            prop_assert_eq!((read["name"].as_str(), read["b"].as_str()), (Some(text.as_str()), Some("c")));
        }
    }
}

//! What has changed, for machines: as a part of a report, and as a document of its own
//! (docs/comparison.schema.json).

use crate::compare::changes::{Both, Changed, Changes, Tally};
use crate::compare::run_record::RunRecord;
use crate::finding::Severity;
use crate::render::Difference;
use crate::report::{Compared, Report};
use serde_json::{Map, Value, json};
use std::io::{self, Write};

/// What has changed in one cluster, if that was compared with anything.
pub(super) fn of(report: &Report) -> Option<Value> {
    let Compared::With(changes, source) = &report.compared else { return None };
    let with = &changes.with;
    Some(json!({
        "context": report.snapshot.cluster.context,
        "with": {
            "source": source.id(),
            "takenAt": with.taken_at,
            "toolVersion": with.tool_version,
            "verdict": with.verdict,
            "totals": with.totals,
        },
        "counts": counts(&changes.keys),
        "changes": self::changes(changes),
    }))
}

/// Two runs and what differs between them.
pub(in crate::render) fn write_difference(
    difference: &Difference,
    yaml: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let document = json!({
        "apiVersion": "healthcheck/v1",
        "kind": "Comparison",
        "tool": { "name": crate::NAME, "version": crate::VERSION },
        "before": run(difference.old),
        "now": run(difference.new),
        "counts": counts(&difference.changes.keys),
        "changes": changes(difference.changes),
    });
    if yaml {
        let text = serde_saphyr::to_string(&document).map_err(io::Error::other)?;
        return out.write_all(text.as_bytes());
    }
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

fn run(past: &RunRecord) -> Value {
    json!({
        "takenAt": past.taken_at,
        "toolVersion": past.tool_version,
        "cluster": past.cluster,
        "scope": past.scope,
        "verdict": past.verdict,
        "totals": past.totals,
        "namespaces": past.namespaces,
        "complete": past.sight.is_complete(),
    })
}

/// Every change by its name, those that there are none of too.
fn counts(tally: &Tally) -> Value {
    use crate::compare::changes::Change::{Better, Fixed, New, Unchanged, Unseen, Worse};
    let of = |change| (tally.get(&change).copied().unwrap_or(0), json!(change));
    let each = [New, Worse, Fixed, Better, Unseen, Unchanged].map(of);
    let named = each.into_iter().filter_map(|(count, name)| Some((name.as_str()?.to_owned(), json!(count))));
    named.collect::<Map<_, _>>().into()
}

fn changes(changes: &Changes) -> Vec<Value> {
    changes.all.iter().map(change).collect()
}

fn change(changed: &Changed) -> Value {
    let Both { before, now } = changed.severity;
    let unseen = changed.unseen.as_ref();
    json!({
        "key": changed.key,
        "id": changed.check,
        "change": changed.change,
        "object": changed.object,
        "owner": changed.owner,
        "since": changed.since,
        "severity": { "before": before.map(Severity::id), "now": now.map(Severity::id) },
        "objects": changed.objects,
        "measures": changed.measures,
        "incident": changed.incident,
        "unseen": unseen.map(|(side, why)| json!({ "by": side, "why": why.id() })),
    })
}

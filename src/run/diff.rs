//! The comparison of two runs from files.

use super::{Failure, baseline, look, outputs};
use crate::cli::{DiffArgs, Exit};
use crate::compare::changes::{Changes, Trend, comparable};
use crate::compare::run_record::RunRecord;
use crate::finding::command::Kubectl;
use crate::render::{self, Difference};
use crate::wire::Time;
use std::path::Path;

pub(super) fn diff(args: &DiffArgs, clock: fn() -> Time) -> Result<Exit, Failure> {
    super::check::settings(&args.judge, Kubectl::default())?;
    let stdin = |path: &Path| path.as_os_str() == "-";
    if stdin(&args.old) && stdin(&args.new) {
        return Err(Failure::new("only one of the two files can be standard input"));
    }
    let now = args.now.map_or_else(clock, Time::from);
    let mut old = baseline::past(&args.old, &args.judge, now)?;
    let mut new = baseline::past(&args.new, &args.judge, now)?;
    let names = [&args.old, &args.new].map(|path| path.display().to_string());
    if !args.namespace.is_empty() {
        for (past, name) in [(&mut old, &names[0]), (&mut new, &names[1])] {
            if !args.namespace.iter().any(|namespace| past.scope.holds(namespace)) {
                let asked = args.namespace.join(", ");
                return Err(Failure::new(format!("{name} does not contain namespace {asked}")));
            }
            past.narrow(&args.namespace);
        }
    }
    comparable((&old, &names[0]), (&new, &names[1])).map_err(Failure::new)?;
    let changes = Changes::between(&old, &new);
    let trend = Trend::between(&old, &new);
    // Output of kubectl has no time of its own.
    let now = new.taken_at.unwrap_or(now);
    let difference = Difference { old: &old, new: &new, changes: &changes, trend: &trend, now };
    outputs::write(&args.show.output, |format, place, out| {
        render::difference(&difference, format, look::look(&args.show, place), out)
    })?;
    Ok(exit(args, &new, &changes))
}

/// Returns the exit of a check of the later run.
fn exit(args: &DiffArgs, new: &RunRecord, changes: &Changes) -> Exit {
    let shown = new.findings.iter().filter(|finding| !finding.muted);
    let worst = shown.map(|finding| finding.severity).max();
    Exit::of(args.judge.fail_on.fails(worst, changes.worst_new()), new.sight.is_complete())
}

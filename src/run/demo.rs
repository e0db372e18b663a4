//! The bundled example.

use super::check::{self, Judge};
use super::{Failure, baseline, files, investigate};
use crate::cli::{DemoArgs, Exit, Target};
use crate::finding::command::{Input, Kubectl};
use crate::output;
use crate::snapshot::Snapshot;
use crate::wire::Time;
use std::io::{self, IsTerminal};

pub(super) fn demo(args: &DemoArgs, clock: fn() -> Time) -> Result<Exit, Failure> {
    baseline::wants_nothing(&args.judge)?;
    let targets = Target::of(&args.object)?;
    if !targets.is_empty() {
        return investigate::of_demo(args, &targets);
    }
    args.rows.check(&args.show)?;
    let snapshot = files::demo(&args.example_namespace)?;
    let kubectl = kubectl(&snapshot);
    let done = Judge::of_example((&args.judge, &args.show, &args.rows), clock).one(&snapshot, kubectl)?;
    if args.show.is_human() && io::stderr().is_terminal() {
        output::log("hint: this is an example; its kubectl commands are for the cluster it was read from");
    }
    Ok(done)
}

/// Returns the flags of suggested commands for the example.
pub(super) fn kubectl(snapshot: &Snapshot) -> Kubectl {
    Kubectl { global: check::repeat_context(snapshot), input: Input::Example }
}

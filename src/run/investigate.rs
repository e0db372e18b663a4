//! The inspection of one object: the data and checks of a report, as the story of the object.

use super::live::{Flags, Live};
use super::{Failure, baseline, files, hosts, look, notify};
use crate::cli::{CheckArgs, Exit, Target};
use crate::gather;
use crate::model::{ObjectRef, Reason};
use crate::output;
use crate::policy::settings::Settings;
use crate::render;
use crate::report::Report;
use crate::snapshot::Snapshot;
use crate::story::{self, Story};
use crate::text::Message;
use crate::wire::{Kind, Time};
use std::collections::BTreeSet;

pub(super) fn investigate(args: &CheckArgs, target: &Target, clock: fn() -> Time) -> Result<Exit, Failure> {
    let settings = super::check::settings(&args.judge, Vec::new())?;
    baseline::refuse(&args.compare, &args.judge, "only whole reports are compared")?;
    notify::refuse(args, "one object is not a whole report")?;
    hosts::refuse(&args.hosts, "one object is not a whole report")?;
    super::check::refuse_to_wait(args, "one object is not a whole report")?;
    let context = args.connect.context.first().map(String::as_str);
    let (snapshot, global) = if args.filename.is_empty() {
        (gathered(args, target, &settings, clock)?, args.connect.to_repeat(context))
    } else {
        let now = args.now.map_or_else(clock, Time::from);
        let snapshot = files::read(&args.filename, &args.scope, now)?;
        let global = super::check::repeat_context(&snapshot);
        (snapshot, global)
    };
    tell(args, target, &snapshot, &super::check::settings(&args.judge, global)?)
}

/// Gathers the namespace of the object; for a node, the pods of all namespaces.
fn gathered(
    args: &CheckArgs,
    target: &Target,
    settings: &Settings,
    clock: fn() -> Time,
) -> Result<Snapshot, Failure> {
    let mut scope = args.scope.clone();
    scope.all_namespaces |= target.kind == Kind::Node;
    let mut live =
        Live::new(Flags { scope: &scope, list: &args.list, connect: &args.connect }, settings, clock)?;
    let context = live.only("an object is in one cluster")?.to_owned();
    live.plan.about = Some(target.name.clone());
    live.plan.with_certificates = args.judge.wants_certificates();
    let progress = live.progress(args.show.output.is_human());
    live.wait_for(live.one(&context, async |session| {
        Box::pin(gather::gather(session, &live.plan, &progress, |_| ())).await
    }))?
}

fn tell(
    args: &CheckArgs,
    target: &Target,
    snapshot: &Snapshot,
    settings: &Settings,
) -> Result<Exit, Failure> {
    let report = Report::new(snapshot, settings);
    let object = find(args, &report, target)?;
    let story = Story::of(&report, object);
    if !story.exists && story.pods.is_empty() && !story.warned {
        return Err(missing(args, &report, target, &story.object.namespace));
    }
    output::stdout(|out| {
        render::story(&report, &story, args.show.output.into(), look::look(&args.show), out)
    })?;
    let failed = args.judge.fail_on.fails(story.worst(), None);
    Ok(Exit::of(failed, snapshot.coverage.gaps.is_empty()))
}

/// Returns the object in the one namespace that has it, or had it.
fn find(args: &CheckArgs, report: &Report, target: &Target) -> Result<ObjectRef, Failure> {
    let kind = target.kind.name();
    if !target.kind.namespaced() {
        return Ok(ObjectRef::of_cluster(kind, &target.name));
    }
    let asked = report.snapshot.scope.namespaces.iter().map(String::as_str);
    let seen = report.namespaces.iter().map(|namespace| namespace.name.as_str());
    let places: BTreeSet<&str> = asked.chain(seen).collect();
    let objects = || places.iter().map(|place| ObjectRef::new(place, kind, &target.name));
    let mut found: Vec<ObjectRef> = objects().filter(|object| story::exists(report, object)).collect();
    match (found.len(), places.len()) {
        (1, _) => Ok(found.remove(0)),
        (0, 1) => objects().next().ok_or_else(|| missing(args, report, target, "")),
        (0, _) => Err(missing(args, report, target, "")),
        _ => {
            let names: Vec<&str> = found.iter().map(|object| &*object.namespace).collect();
            Err(Failure::new(format!(
                "{kind} {} exists in several namespaces ({}); choose one with -n",
                target.name,
                names.join(", ")
            )))
        }
    }
}

/// Returns why there is nothing to show: in the words of kubectl, or about the files.
fn missing(args: &CheckArgs, report: &Report, target: &Target, namespace: &str) -> Failure {
    let snapshot = report.snapshot;
    let object = format!("{} \"{}\"", target.kind.resource(), target.name);
    let line = if args.filename.is_empty() {
        format!("Error from server (NotFound): {object} not found")
    } else {
        format!("error: {object} not found in the input")
    };
    // The reason of an object that cannot be read begins with its place and name.
    let name = format!("/{}: ", target.name);
    let mut unreadable = snapshot.coverage.gaps.iter().filter(|gap| {
        let is_it = |why: &Message| why.to_string().contains(&name);
        gap.kind == target.kind.name()
            && gap.reason == Reason::Unreadable
            && gap.why.as_ref().is_some_and(is_it)
    });
    let why = unreadable.find_map(|gap| gap.why.as_ref());
    let hint = match (why, namespace) {
        (Some(why), _) => Some(format!("it is in the input and cannot be read: {why}")),
        (None, "") => None,
        (None, name) => Some(format!("not found in namespace {name}; choose another with -n")),
    };
    Failure { line, hint, reason: Reason::Absent, error: None }
}

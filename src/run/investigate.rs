//! One object, investigated: the same gathering and the same checks as a report, told as its story.

use super::{Failure, baseline, files, hosts, look, notify};
use crate::cli::{CheckArgs, Exit, Target};
use crate::cluster::{self, Plan};
use crate::model::{ObjectRef, Reason};
use crate::output;
use crate::policy::settings::Settings;
use crate::render;
use crate::report::Report;
use crate::snapshot::Snapshot;
use crate::story::{self, Story};
use crate::wire::{Kind, Time};
use std::collections::BTreeSet;

pub(super) fn investigate(args: &CheckArgs, target: &Target, clock: fn() -> Time) -> Result<Exit, Failure> {
    super::check::settings(&args.judge, Vec::new())?;
    baseline::refuse(&args.compare, &args.judge, "one object is not compared with what it was")?;
    notify::refuse(args, "one object is investigated by those who look at it")?;
    hosts::refuse(&args.hosts, "one object is investigated")?;
    let context = args.connect.context.first().map(String::as_str);
    let (snapshot, global) = if args.filename.is_empty() {
        (gathered(args, target, clock)?, args.connect.to_repeat(context))
    } else {
        let snapshot = files::read(args, clock)?;
        let global = super::check::repeat_context(&snapshot);
        (snapshot, global)
    };
    tell(args, target, &snapshot, &super::check::settings(&args.judge, global)?)
}

/// Gathers the namespace of the object; of a node, the pods of all namespaces.
fn gathered(args: &CheckArgs, target: &Target, clock: fn() -> Time) -> Result<Snapshot, Failure> {
    let contexts = cluster::contexts(&args.connect)?;
    let [context] = contexts.as_slice() else {
        return Err(Failure::new("an object is in one cluster: name one context"));
    };
    let mut scope = args.scope.clone();
    scope.all_namespaces |= target.kind == Kind::Node;
    let plan = Plan {
        about: Some(target.name.clone()),
        with_certificates: args.judge.wants_certificates(),
        ..super::plan(&scope, &args.list, &args.connect, clock, 1)?
    };
    let progress = super::progress(&args.list, args.show.output.is_human(), clock, 1);
    let context = Some(context.as_str()).filter(|name| !name.is_empty());
    super::wait_for(&args.list, &plan.budget, async {
        let session = cluster::connect(&args.connect, context).await?;
        let hint = session.hint;
        let gathered = cluster::gather(session, &plan, &progress, || ()).await;
        gathered.map_err(|error| Failure::from(cluster::Unseen { error, hint }))
    })?
}

fn tell(
    args: &CheckArgs,
    target: &Target,
    snapshot: &Snapshot,
    settings: &Settings,
) -> Result<Exit, Failure> {
    let report = Report::new(snapshot, settings);
    let object = find(&report, target)?;
    let story = Story::of(&report, object);
    if !story.exists && story.pods.is_empty() && !story.warned {
        return Err(missing(target, &story.object.namespace));
    }
    output::stdout(|out| {
        render::story(&report, &story, args.show.output.into(), look::look(&args.show), out)
    })?;
    let failed = args.judge.fail_on.fails(story.worst(), None);
    Ok(Exit::of(failed, snapshot.coverage.gaps.is_empty()))
}

/// The object in the one namespace that has it, or had it.
fn find(report: &Report, target: &Target) -> Result<ObjectRef, Failure> {
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
        (0, 1) => objects().next().ok_or_else(|| missing(target, "")),
        (0, _) => Err(missing(target, "")),
        _ => {
            let names: Vec<&str> = found.iter().map(|object| &*object.namespace).collect();
            Err(Failure::new(format!(
                "{kind} {} is in several namespaces ({}): name one with -n",
                target.name,
                names.join(", ")
            )))
        }
    }
}

/// In kubectl's words.
fn missing(target: &Target, namespace: &str) -> Failure {
    let line =
        format!("Error from server (NotFound): {} \"{}\" not found", target.kind.resource(), target.name);
    let hint = match namespace {
        "" => "nothing of that name was seen".to_owned(),
        name => format!(
            "nothing of that name was seen in namespace {name}, nor pods that took its place; -n names another"
        ),
    };
    Failure { line, hint: Some(hint), reason: Reason::Absent }
}

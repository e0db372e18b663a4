//! The inspection of objects: the data and checks of a report, as the story of each object.

use super::live::{Flags, Live};
use super::{Failure, baseline, files, hosts, look, notify, outputs};
use crate::cli::{CheckArgs, DemoArgs, Exit, JudgeArgs, Output, ScopeArgs, ShowArgs, Target};
use crate::finding::command::Kubectl;
use crate::gather;
use crate::gather::namespaces::is_pattern;
use crate::model::{ObjectRef, Reason};
use crate::policy::settings::Settings;
use crate::render::{self, Format, StoryFormat};
use crate::report::Report;
use crate::snapshot::Snapshot;
use crate::story::{self, Story};
use crate::text::Message;
use crate::wire::{Kind, Time};
use std::collections::BTreeSet;

/// Why flags of the table of problems are refused.
const OF_OBJECT: &str = "one object has no table of problems";

/// The number of names in an error.
const NAMED: usize = 5;

/// Where an object is looked for.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    /// Names or patterns; none for all of the scope.
    pub(super) namespaces: &'a [String],
    /// Whether files or the bundled example were read.
    pub(super) of_files: bool,
}

pub(super) fn investigate(
    args: &CheckArgs,
    targets: &[Target],
    clock: fn() -> Time,
) -> Result<Exit, Failure> {
    let settings = super::check::settings(&args.judge, Kubectl::default())?;
    baseline::refuse(&args.compare, &args.judge, "only whole reports are compared")?;
    notify::refuse(args, "one object is not a whole report")?;
    super::check::refuse_rows(&args.rows, OF_OBJECT)?;
    hosts::refuse(&args.hosts, "one object is not a whole report")?;
    refuse_formats(&args.show, targets)?;
    super::check::refuse("--wait-for", args.wait_for.is_some(), "one object is not a whole report")?;
    super::check::refuse("--cache", args.cache.is_some(), "one object is not a whole report")?;
    super::check::refuse("--watch", args.watch, "watch the report, and open the object with Enter")?;
    let context = args.connect.context.first().map(String::as_str);
    let (snapshot, kubectl) = if args.filename.is_empty() {
        (gathered(args, targets, &settings, clock)?, Kubectl::with(args.connect.to_repeat(context)))
    } else {
        let now = args.now.map_or_else(clock, Time::from);
        let snapshot = files::read(&args.filename, &in_files(&args.scope, targets), now)?;
        let kubectl = super::check::repeat_files(args, &snapshot);
        (snapshot, kubectl)
    };
    let asked = Asked { namespaces: &args.scope.namespace, of_files: !args.filename.is_empty() };
    tell((&args.judge, &args.show), asked, targets, (&snapshot, kubectl))
}

/// Inspects objects of the bundled example.
pub(super) fn of_demo(args: &DemoArgs, targets: &[Target]) -> Result<Exit, Failure> {
    super::check::refuse_rows(&args.rows, OF_OBJECT)?;
    refuse_formats(&args.show, targets)?;
    let snapshot = files::demo(&args.example_namespace)?;
    let kubectl = super::demo::kubectl(&snapshot);
    let asked = Asked { namespaces: &args.example_namespace, of_files: true };
    tell((&args.judge, &args.show), asked, targets, (&snapshot, kubectl))
}

/// Refuses the formats of whole reports, and documents of several objects.
fn refuse_formats(show: &ShowArgs, targets: &[Target]) -> Result<(), Failure> {
    if targets.len() > 1 && show.has(|format| matches!(format, Format::Json | Format::Yaml)) {
        return Err(Failure::new("-o json and -o yaml are for one object"));
    }
    let of_report = show.output.iter().find(|output| StoryFormat::of(output.format).is_none());
    match of_report {
        Some(Output { format, .. }) => {
            Err(Failure::new(format!("-o {} is for a whole report, not for one object", format.name())))
        }
        None => Ok(()),
    }
}

/// Returns the namespace of the objects; for objects of the cluster, all namespaces.
pub(super) fn widened(scope: &ScopeArgs, targets: &[Target]) -> ScopeArgs {
    let mut scope = scope.clone();
    if targets.iter().all(|target| target.known() == Some(Kind::Namespace)) {
        scope.namespace = targets.iter().map(|target| target.name.clone()).collect();
    }
    let is_of_cluster =
        |target: &Target| target.known().is_some_and(|kind| !kind.namespaced() && kind != Kind::Namespace);
    scope.all_namespaces |= targets.iter().any(is_of_cluster);
    scope
}

/// Returns the namespace of the objects. Of namespaces, the start of a name is enough: all of a file is read anyway.
pub(super) fn in_files(scope: &ScopeArgs, targets: &[Target]) -> ScopeArgs {
    let mut scope = widened(scope, targets);
    if targets.iter().all(|target| target.known() == Some(Kind::Namespace)) {
        scope.namespace = Vec::new();
        scope.all_namespaces = true;
    }
    scope
}

/// Gathers the scope of the objects.
fn gathered(
    args: &CheckArgs,
    targets: &[Target],
    settings: &Settings,
    clock: fn() -> Time,
) -> Result<Snapshot, Failure> {
    let scope = widened(&args.scope, targets);
    let mut live =
        Live::new(Flags { scope: &scope, list: &args.list, connect: &args.connect }, settings, clock)?;
    let context = live.only("an object is in one cluster")?.to_owned();
    live.plan.about = about(targets);
    live.plan.with_certificates = args.judge.wants_certificates();
    let progress = live.progress(args.show.is_human());
    live.wait_for(live.one(&context, async |session| {
        Box::pin(gather::gather(session, &live.plan, &progress, |_| ())).await
    }))?
}

/// Returns the name whose pods' logs and warnings are read: that of one object that runs pods. Of other objects, all
/// evidence of the scope is read.
pub(super) fn about(targets: &[Target]) -> Option<String> {
    use Kind::{
        CronJob, DaemonSet, Deployment, Job, Node, PersistentVolumeClaim, Pod, ReplicaSet, StatefulSet,
    };
    let [target] = targets else { return None };
    let runs_pods = target.known().is_none_or(|kind| {
        let own = [CronJob, DaemonSet, Deployment, Job, Node, Pod, ReplicaSet, StatefulSet];
        own.contains(&kind) || kind == PersistentVolumeClaim
    });
    runs_pods.then(|| target.name.clone())
}

fn tell(
    (judge, show): (&JudgeArgs, &ShowArgs),
    asked: Asked,
    targets: &[Target],
    (snapshot, kubectl): (&Snapshot, Kubectl),
) -> Result<Exit, Failure> {
    let settings = super::check::settings(judge, kubectl)?;
    let report = Report::new(snapshot, &settings);
    let mut objects = Vec::new();
    for target in targets {
        objects.push((target, find(asked, &report, target)?));
    }
    let mut stories = Vec::new();
    for (target, object) in objects {
        let story = Story::of(&report, object);
        if story.is_of_nothing() {
            return Err(missing(asked, &report, target, &story.object.namespace));
        }
        stories.push(story);
    }
    outputs::write(&show.output, |format, place, out| {
        let (format, look) = (StoryFormat::of(format).unwrap_or_default(), look::look(show, place));
        for (index, story) in stories.iter().enumerate() {
            if index > 0 {
                writeln!(out)?;
            }
            render::story(&report, story, format, look, out)?;
        }
        Ok(())
    })?;
    let worst = stories.iter().filter_map(Story::worst).max();
    let failed = judge.fail_on.fails(worst, None);
    Ok(Exit::of(failed, snapshot.coverage.gaps.is_empty()))
}

/// Returns the object of this name, or the only one with a name that begins so. An object that is gone may have left
/// pods and warnings in the one namespace of the scope.
pub(super) fn find(asked: Asked, report: &Report, target: &Target) -> Result<ObjectRef, Failure> {
    let scope = &report.snapshot.scope;
    let namespaced = target.known().is_none_or(Kind::namespaced);
    let mut all = story::objects_of(report, &target.kind);
    if target.known() == Some(Kind::Namespace) {
        // Files may have the pods of a namespace and not the namespace itself.
        all.extend(report.snapshot.namespaces().iter().map(|name| ObjectRef::of_cluster(&target.kind, name)));
    }
    let names = asked.namespaces;
    let is_asked = |name: &str| names.is_empty() || names.iter().any(|of| of == name || is_pattern(of));
    all.retain(|object| !namespaced || scope.holds(&object.namespace) && is_asked(&object.namespace));
    let exact: Vec<&ObjectRef> = all.iter().filter(|object| *object.name == *target.name).collect();
    match exact.as_slice() {
        [only] => return Ok((*only).clone()),
        [] => {}
        several => {
            let places = first_of(several.iter().map(|object| &*object.namespace));
            return Err(Failure::new(format!(
                "{} {} exists in several namespaces ({places}); choose one with -n",
                target.kind, target.name
            )));
        }
    }
    let begins: Vec<&ObjectRef> = all.iter().filter(|object| object.name.starts_with(&target.name)).collect();
    match (begins.as_slice(), scope.namespaces.as_slice()) {
        ([only], _) => Ok((*only).clone()),
        ([], [place]) if target.known().is_some() => {
            Ok(ObjectRef::new(if namespaced { place } else { "" }, &target.kind, &target.name))
        }
        ([], _) => Err(missing(asked, report, target, "")),
        (several, _) => Err(ambiguous(target, several)),
    }
}

/// Returns the error of a start of several names.
fn ambiguous(target: &Target, objects: &[&ObjectRef]) -> Failure {
    let names: BTreeSet<&str> = objects.iter().map(|object| &*object.name).collect();
    let places: BTreeSet<&str> = objects.iter().map(|object| &*object.namespace).collect();
    let what = format!("{}/{}", target.kind.to_lowercase(), target.name);
    if places.len() > 1 {
        let line = format!("objects in {} namespaces begin with {what}", places.len());
        return Failure::new(line).with_hint(format!("choose one with -n: {}", first_of(places.into_iter())));
    }
    let line = format!("{} names begin with {what}", names.len());
    Failure::new(line).with_hint(format!("one of {}", first_of(names.into_iter())))
}

/// Returns the first names, and the number of the others.
fn first_of<'n>(names: impl ExactSizeIterator<Item = &'n str>) -> String {
    let more = names.len().saturating_sub(NAMED);
    let mut shown: Vec<String> = names.take(NAMED).map(str::to_owned).collect();
    shown.extend((more > 0).then(|| format!("{more} more")));
    shown.join(", ")
}

/// Returns why there is nothing to show: in the words of kubectl, or about the files.
pub(super) fn missing(asked: Asked, report: &Report, target: &Target, namespace: &str) -> Failure {
    let snapshot = report.snapshot;
    let resource = target.known().map_or_else(|| target.kind.clone(), Kind::resource);
    let object = format!("{resource} \"{}\"", target.name);
    let line = if target.known().is_none() {
        format!(
            "error: no pod belongs to a {resource} \"{}\", and objects of this kind are not read",
            target.name
        )
    } else if !asked.of_files {
        format!("Error from server (NotFound): {object} not found")
    } else {
        format!("error: {object} not found in the input")
    };
    // The reason of an object that cannot be read begins with its place and name.
    let name = format!("/{}: ", target.name);
    let mut unreadable = snapshot.coverage.gaps.iter().filter(|gap| {
        let is_it = |why: &Message| why.to_string().contains(&name);
        gap.kind == target.kind && gap.reason == Reason::Unreadable && gap.why.as_ref().is_some_and(is_it)
    });
    let why = unreadable.find_map(|gap| gap.why.as_ref());
    let hint = match (why, namespace) {
        (Some(why), _) => Some(format!("it is in the input and cannot be read: {why}")),
        (None, "") => None,
        (None, name) => Some(format!("not found in namespace {name}; choose another with -n")),
    };
    Failure { line, hint, reason: Reason::Absent, error: None }
}

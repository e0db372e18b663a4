//! The answers to calls.

use super::super::baseline;
use super::super::explain;
use super::super::investigate::{Asked, find, in_files, missing, widened};
use super::{Failure, Server};
use crate::cli::{ScopeArgs, Target};
use crate::cluster::Stop;
use crate::compare::changes::{Changes, Trend, comparable};
use crate::compare::history::History;
use crate::finding::Severity;
use crate::mcp::{Arguments, Call, Tool};
use crate::model::ObjectRef;
use crate::policy::settings::Settings;
use crate::render::agent::{self, Incidents};
use crate::report::{Compared, Report, Source};
use crate::snapshot::Snapshot;
use crate::story::Story;
use crate::wire::Kind;
use percent_encoding::percent_decode_str;

/// What a call reads of a cluster.
pub(super) struct Wanted<'a> {
    pub(super) scope: ScopeArgs,
    pub(super) context: String,
    /// The objects that are investigated; none for a report.
    pub(super) targets: &'a [Target],
}

/// An object that a call names.
struct Named<'a> {
    target: Target,
    namespace: Option<String>,
    /// The key, if it was named by one.
    key: Option<&'a str>,
}

impl Server {
    pub(super) fn can_compare(&self) -> bool {
        self.args.baseline.is_some() || self.args.history.is_some()
    }

    /// Returns the answer of a call, and whether it failed.
    pub(super) async fn answer(&self, call: &Call, stop: &Stop) -> (String, bool) {
        let done = match call.tool {
            Tool::Explain => self.explain(call),
            Tool::Investigate => Box::pin(self.investigate(call, stop)).await,
            Tool::Check | Tool::Coverage | Tool::Diff => Box::pin(self.report(call, stop)).await,
        };
        match done {
            Ok(text) => (text, false),
            Err(failure) => (agent::failed(&failure.line, failure.hint.as_deref()), true),
        }
    }

    fn explain(&self, call: &Call) -> Result<String, Failure> {
        let topic = explain::topic_of(&call.arguments.topic)?;
        Ok(agent::explain(&topic, self.lang, call.most))
    }

    async fn report(&self, call: &Call, stop: &Stop) -> Result<String, Failure> {
        let asked = &call.arguments;
        let wanted = Wanted {
            scope: self.scope(asked.namespaces.as_deref(), asked.all_namespaces == Some(true))?,
            context: self.context(asked.context.as_deref())?,
            targets: &[],
        };
        let mut kept = self.kept.lock().await;
        let (snapshot, settings) = Box::pin(self.read(&wanted, call, stop, &mut kept)).await?;
        let mut report = Report::new(snapshot, &settings);
        if report.is_of_nothing() {
            return Err(super::super::check::nothing_found(snapshot));
        }
        match call.tool {
            Tool::Coverage => Ok(agent::coverage(&report, self.lang, call.most)),
            Tool::Diff => self.diff(&mut report, call.most),
            _ => self.check(&report, asked, call.most),
        }
    }

    fn check(&self, report: &Report, asked: &Arguments, most: usize) -> Result<String, Failure> {
        let incidents = Incidents {
            severity: asked.severity.unwrap_or(Severity::Medium),
            limit: asked.limit.unwrap_or(usize::MAX),
            after: asked.after.as_deref(),
        };
        agent::check(report, &incidents, self.lang, most).map_err(|key| {
            let text = format!("no incident of these namespaces and this severity has the key {key}");
            Failure::new(text).with_hint("it may be over; call check without after")
        })
    }

    /// Compares a report with the file or the last record of the folder, which were chosen when the server was started.
    fn diff(&self, report: &mut Report, most: usize) -> Result<String, Failure> {
        let mut run = report.record();
        let changes = match (&self.args.baseline, &self.args.history) {
            (Some(path), _) => {
                let earlier = baseline::past(path, &self.args.judge, (self.clock)())?;
                let name = format!("the baseline {}", path.display());
                comparable((&earlier, &name), (&run, "this run")).map_err(Failure::new)?;
                report.trend = Some(Trend::between(&earlier, &run));
                Some((Changes::between(&earlier, &run), Source::Baseline))
            }
            (None, Some(folder)) => {
                run.taken_at.get_or_insert(report.snapshot.taken_at);
                let last = History::open(folder, usize::MAX, 0)?.last(&run)?;
                last.map(|last| (Changes::between(&last.known, &run), Source::History))
            }
            (None, None) => {
                let hint = "start the server with --baseline FILE or --history FOLDER";
                return Err(Failure::new("this server compares with no earlier run").with_hint(hint));
            }
        };
        let Some((changes, source)) = changes else {
            let hint = "a run of this scope with --history FOLDER writes the first record";
            return Err(Failure::new("there is no earlier run of this cluster and scope").with_hint(hint));
        };
        report.compared = Compared::With(Box::new(changes), source);
        let changes = report.changes();
        Ok(changes.map(|changes| agent::diff(report, changes, self.lang, most)).unwrap_or_default())
    }

    async fn investigate(&self, call: &Call, stop: &Stop) -> Result<String, Failure> {
        let asked = &call.arguments;
        let named = Named::of(&asked.object, asked.namespace.as_deref())?;
        let namespaces: Vec<String> = named.namespace.iter().cloned().collect();
        let targets = [named.target.clone()];
        let narrowed = self.scope((!namespaces.is_empty()).then_some(&namespaces), false)?;
        let scope = match (self.args.filename.is_empty(), self.is_limited()) {
            (true, true) => narrowed,
            (true, false) => widened(&narrowed, &targets),
            (false, _) => in_files(&narrowed, &targets),
        };
        let wanted = Wanted { scope, context: self.context(asked.context.as_deref())?, targets: &targets };
        let mut kept = self.kept.lock().await;
        let (snapshot, settings) = Box::pin(self.read(&wanted, call, stop, &mut kept)).await?;
        self.tell(&named, snapshot, &settings, call.most)
    }

    fn tell(
        &self,
        named: &Named,
        snapshot: &Snapshot,
        settings: &Settings,
        most: usize,
    ) -> Result<String, Failure> {
        let report = Report::new(snapshot, settings);
        let namespaces: Vec<String> = named.namespace.iter().cloned().collect();
        let asked = Asked { namespaces: &namespaces, of_files: !self.args.filename.is_empty() };
        let object = match named.key.and_then(|key| object_of(&report, key)) {
            Some(object) => object,
            None => find(asked, &report, &named.target)?,
        };
        let story = Story::of(&report, object);
        if story.is_of_nothing() {
            return Err(missing(asked, &report, &named.target, &story.object.namespace));
        }
        Ok(agent::investigate(&report, &story, named.key, self.lang, most))
    }
}

/// Returns the object of a finding with a key.
fn object_of(report: &Report, key: &str) -> Option<ObjectRef> {
    let of_key = |finding: &&crate::finding::Finding| finding.key == key;
    let mut found = report.findings.iter().filter(of_key);
    let first = found.next()?;
    // Findings about several objects of an owner share its key.
    match (&first.owner, found.next()) {
        (Some(owner), Some(_)) => Some(owner.object(&first.object.namespace)),
        _ => Some(first.object.clone()),
    }
}

impl<'a> Named<'a> {
    /// Reads `KIND/NAME`, or a key: `check/namespace/Kind/name`.
    fn of(object: &'a str, namespace: Option<&str>) -> Result<Self, Failure> {
        let parts: Vec<&str> = object.split('/').collect();
        let plain = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
        if let [_, place, kind, name, ..] = parts.as_slice() {
            let target = Target { kind: plain(kind), name: plain(name) };
            let place = Some(plain(place)).filter(|place| !place.is_empty());
            let is_namespace = target.known() == Some(Kind::Namespace);
            let place = if is_namespace { Some(target.name.clone()) } else { place };
            return Ok(Self { target, namespace: place, key: Some(object) });
        }
        let no_object = || Failure::new("object must be KIND/NAME such as deploy/web, or a key from check");
        if !object.contains('/') {
            return Err(no_object());
        }
        let target = Target::of(&[object.to_owned()])?.into_iter().next().ok_or_else(no_object)?;
        Ok(Self { target, namespace: namespace.map(str::to_owned), key: None })
    }
}

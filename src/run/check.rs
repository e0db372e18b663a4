//! A check of one cluster, of several, or of files.

use super::baseline::{self, Baseline};
use super::cache::Cache;
use super::live::{Flags, Live};
use super::look::Place;
use super::notify::{self, Notifications};
use super::{Failure, files, hosts, look, outputs, wait};
use crate::cli::{CheckArgs, Exit, JudgeArgs, RowArgs, ShowArgs};
use crate::cluster::Progress;
use crate::compare::changes::Changes;
use crate::compare::run_record::RunRecord;
use crate::finding::command::{Input, Kubectl};
use crate::gather::MultiCluster;
use crate::model::{Gap, Reason};
use crate::output;
use crate::policy::settings::Settings;
use crate::render::{self, Format, Look, NodesFormat};
use crate::report::{Report, Summary, Verdict, WaitFor};
use crate::snapshot::Snapshot;
use crate::text::Message;
use crate::wire::Time;
use std::io::{self, Write};

/// The part of a report that is shown.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    /// All of it.
    Whole,
    /// The nodes; JSON and YAML have the whole report.
    Nodes,
}

pub(super) fn check(args: &CheckArgs, clock: fn() -> Time) -> Result<Exit, Failure> {
    part(args, clock, Part::Whole)
}

/// Nodes run pods of all namespaces: these are the default.
pub(super) fn nodes(mut args: CheckArgs, clock: fn() -> Time) -> Result<Exit, Failure> {
    args.scope.all_namespaces |= args.scope.namespace.is_empty();
    part(&args, clock, Part::Nodes)
}

fn part(args: &CheckArgs, clock: fn() -> Time, part: Part) -> Result<Exit, Failure> {
    // Contradictions are errors before the first request.
    let settings = settings(&args.judge, Kubectl::default())?;
    args.rows.check(&args.show)?;
    if part == Part::Nodes {
        refuse_rows(&args.rows, "nodes have no table of problems")?;
        baseline::refuse(&args.compare, &args.judge, "nodes are not compared")?;
        notify::refuse(args, "nodes are not a whole report")?;
        hosts::refuse(&args.hosts, "nodes are not a whole report")?;
        refuse("--wait-for", args.wait_for.is_some(), "nodes have no rollout")?;
        refuse("--watch", args.watch, "use kubectl healthcheck -w")?;
    }
    let (before, notices) = (Baseline::open(args, clock)?, Notifications::open(args)?);
    let mut judge =
        Judge { by: &args.judge, show: &args.show, rows: &args.rows, part, before, notices, clock };
    let done = if args.filename.is_empty() {
        live(args, &settings, &mut judge)
    } else {
        let now = args.now.map_or_else(clock, Time::from);
        let read = files::read(&args.filename, &args.scope, now);
        read.and_then(|snapshot| judge.one(&snapshot, repeat_files(args, &snapshot)))
    };
    judge.notices.send(done)
}

fn live(args: &CheckArgs, settings: &Settings, judge: &mut Judge) -> Result<Exit, Failure> {
    let flags = Flags { scope: &args.scope, list: &args.list, connect: &args.connect };
    let mut live = Live::new(flags, settings, judge.clock)?;
    let of_one = args.connect.of_one_cluster().or_else(|| args.hosts.of_one_cluster());
    if let Some(flag) = of_one.filter(|_| live.several()) {
        return Err(Failure::new(format!("{flag} cannot be used with several contexts")));
    }
    if live.several() {
        refuse("--wait-for", args.wait_for.is_some(), "several clusters are read")?;
        refuse("--cache", args.cache.is_some(), "several clusters are read")?;
    }
    judge.before.suits(&live.connect, &live.contexts)?;
    let plan = &mut live.plan;
    plan.with_usage = judge.part == Part::Nodes;
    plan.with_certificates = judge.by.wants_certificates();
    if judge.part == Part::Whole {
        plan.sources.logs = args.scope.measure.logs;
        plan.sources.hosts = hosts::plan(&args.hosts, settings)?;
    }
    live.wait_for(async {
        if live.several() {
            let progress = live.progress(args.show.is_human());
            return judge.several(&mut live.start(&progress), &progress, args).await;
        }
        let cache = args.cache.map(|most| Cache::of(&live, most)).transpose()?;
        let read = async || match &cache {
            Some(cache) => Box::pin(cached(cache, &live, args)).await,
            None => only(&live, args).await,
        };
        let seen = match args.wait_for {
            None => read().await?,
            Some(state) => waited(&live, settings, state, read).await?,
        };
        let context = args.connect.context.first().map(String::as_str);
        judge.one(&seen, Kubectl::with(args.connect.to_repeat(context)))
    })?
}

/// Refuses the flags of the table of problems for a command without one.
pub(super) fn refuse_rows(rows: &RowArgs, why: &str) -> Result<(), Failure> {
    match rows.given() {
        Some(flag) => Err(Failure::new(format!("{flag} cannot be used here: {why}"))),
        None => Ok(()),
    }
}

/// Reads the only cluster.
async fn only(live: &Live, args: &CheckArgs) -> Result<Snapshot, Failure> {
    let progress = live.progress(args.show.is_human());
    let only = live.start(&progress).next().await.pop();
    drop(progress);
    let (_, seen) = only.ok_or_else(|| Failure::new("the run has ended"))?;
    Ok(seen?)
}

/// Answers from the capture of an earlier run, or reads the only cluster and keeps a capture.
async fn cached(cache: &Cache, live: &Live, args: &CheckArgs) -> Result<Snapshot, Failure> {
    match cache.read((live.plan.clock)()) {
        Some(snapshot) => Ok(snapshot),
        None => cache.fill(live, &live.progress(args.show.is_human())).await,
    }
}

/// Reads the only cluster until it is in a state, and says what is missing if it is not.
async fn waited(
    live: &Live,
    settings: &Settings,
    state: WaitFor,
    read: impl AsyncFnMut() -> Result<Snapshot, Failure>,
) -> Result<Snapshot, Failure> {
    let lacks = |snapshot: &Snapshot| wait::lacks(snapshot, settings, state);
    let seen = wait::until(&live.plan.budget.stop(), read, lacks).await?;
    wait::say_at_end(&lacks(&seen), state);
    Ok(seen)
}

/// Refuses a flag that has no meaning for a command.
pub(super) fn refuse(flag: &str, is_given: bool, why: &str) -> Result<(), Failure> {
    if is_given { Err(Failure::new(format!("{flag} cannot be used here: {why}"))) } else { Ok(()) }
}

/// Returns the flags of suggested commands for a report from files: they name the context.
pub(super) fn repeat_context(snapshot: &Snapshot) -> Vec<String> {
    match snapshot.cluster.context.as_str() {
        "" => Vec::new(),
        context => vec!["--context".to_owned(), context.to_owned()],
    }
}

/// Returns the flags of suggested commands for a report from files: they name the context of the capture, and the files
/// for commands of this program. Standard input cannot be read again.
pub(super) fn repeat_files(args: &CheckArgs, snapshot: &Snapshot) -> Kubectl {
    let mut kubectl = Kubectl::with(repeat_context(snapshot));
    if args.filename.iter().all(|path| path.as_os_str() != "-") {
        let files = args.filename.iter().map(|path| ["-f".to_owned(), path.display().to_string()]);
        let now = args.now.map(|now| ["--now".to_owned(), now.to_string()]);
        let flags: Vec<String> = files.chain(now).flatten().collect();
        kubectl.input = if flags.is_empty() { Input::Cluster } else { Input::Files(flags) };
    }
    kubectl
}

/// Returns the settings of a run.
pub(super) fn settings(by: &JudgeArgs, kubectl: Kubectl) -> Result<Settings, Failure> {
    let (thresholds, choice) = (by.thresholds()?, by.choice()?);
    let (rules, no_annotations) = (by.rules.clone(), by.containers.no_annotations);
    Ok(Settings { thresholds, kubectl, choice, rules, no_annotations })
}

/// How snapshots are judged and shown.
pub(super) struct Judge<'a> {
    by: &'a JudgeArgs,
    show: &'a ShowArgs,
    rows: &'a RowArgs,
    part: Part,
    before: Baseline,
    notices: Notifications,
    clock: fn() -> Time,
}

/// The summaries and records of the reports that have been shown.
#[derive(Default)]
struct Shown {
    summaries: Vec<Summary>,
    records: Vec<RunRecord>,
}

impl<'a> Judge<'a> {
    /// Returns how the bundled example is judged and shown.
    pub(super) fn of_example(
        (by, show, rows): (&'a JudgeArgs, &'a ShowArgs, &'a RowArgs),
        clock: fn() -> Time,
    ) -> Self {
        let (part, before, notices) = (Part::Whole, Baseline::default(), Notifications::default());
        Judge { by, show, rows, part, before, notices, clock }
    }

    pub(super) fn one(&mut self, snapshot: &Snapshot, kubectl: Kubectl) -> Result<Exit, Failure> {
        let settings = settings(self.by, kubectl)?;
        let mut report = Report::new(snapshot, &settings);
        if report.is_of_nothing() {
            return Err(nothing_found(snapshot));
        }
        let record = self.before.compare(&mut report)?;
        self.notices.add(&report);
        let reports = [report];
        self.render(&reports, &mut [])?;
        self.before.keep(record.as_slice(), self.clock)?;
        Ok(self.exit(&reports.map(|report| report.summary())))
    }

    /// Shows clusters as soon as they are read, if the format allows that, and an overview at the end.
    async fn several(
        &mut self,
        multi_cluster: &mut MultiCluster,
        progress: &Progress,
        args: &CheckArgs,
    ) -> Result<Exit, Failure> {
        // A file contains all clusters.
        let is_alone = self.show.output.iter().all(|output| output.file.is_none());
        let at_once = is_alone && self.show.on_stdout().is_table() && self.part == Part::Whole;
        let (mut seen, mut shown, mut failures) = (Vec::new(), Shown::default(), Vec::new());
        loop {
            let batch = multi_cluster.next().await;
            let last = batch.is_empty();
            for (context, result) in batch {
                let settings = settings(self.by, Kubectl::with(args.connect.to_repeat(Some(&context))))?;
                let snapshot =
                    result.map_err(Failure::from).and_then(|snapshot| something(snapshot, &settings));
                let snapshot = snapshot.unwrap_or_else(|failure| {
                    failures.push(format!("{context}: {}", failure.line));
                    unseen_cluster(&context, failure.reason, failure.why())
                });
                seen.push((snapshot, settings));
            }
            if at_once && !last {
                progress.suspend(|| self.show_now(&seen, &mut shown))?;
                seen.clear();
            }
            if last {
                break;
            }
        }
        // If no cluster could be read there is no report.
        if failures.len() == shown.summaries.len() + seen.len() {
            return Err(Failure::of_lines(&failures));
        }
        progress.end();
        if at_once {
            let look = look::look(self.show, Place::Stdout);
            output::stdout(|out| render::overview(&mut shown.summaries, look, out))?;
        } else {
            let reports = self.judged(&seen, &mut shown)?;
            self.render(&reports, &mut shown.summaries)?;
        }
        self.before.keep(&shown.records, self.clock)?;
        Ok(self.exit(&shown.summaries))
    }

    /// Judges some clusters, the worst first, then by context.
    fn judged<'s>(
        &mut self,
        seen: &'s [(Snapshot, Settings)],
        shown: &mut Shown,
    ) -> Result<Vec<Report<'s>>, Failure> {
        let mut reports: Vec<Report> =
            seen.iter().map(|(snapshot, settings)| Report::new(snapshot, settings)).collect();
        for report in &mut reports {
            shown.records.extend(self.before.compare(report)?);
            self.notices.add(report);
        }
        let rank = |report: &Report| std::cmp::Reverse(report.verdict);
        let context = |report: &Report<'s>| &report.snapshot.cluster.context;
        reports.sort_by(|a, b| (rank(a), context(a)).cmp(&(rank(b), context(b))));
        shown.summaries.extend(reports.iter().map(Report::summary));
        Ok(reports)
    }

    /// Shows some clusters on a screen, before others are read.
    fn show_now(&mut self, seen: &[(Snapshot, Settings)], shown: &mut Shown) -> Result<(), Failure> {
        let reports = self.judged(seen, shown)?;
        let look = look::with_rows(self.show, self.rows, Place::Stdout);
        for report in self.worth_showing(&reports, self.show.on_stdout()) {
            output::stdout(|out| on_screen(report, self.show.on_stdout(), look, out))?;
        }
        Ok(())
    }

    /// Returns the clusters that a screen shows. In a table with others, a healthy cluster has its line in the overview
    /// only, unless something has changed.
    fn worth_showing<'r, 's>(
        &self,
        reports: &'r [Report<'s>],
        format: Format,
    ) -> impl Iterator<Item = &'r Report<'s>> + use<'r, 's> {
        let all = self.show.all || format != Format::Table;
        let is_news = |report: &Report| report.changes().is_some_and(Changes::is_news);
        let is_worth_it =
            move |report: &&Report| all || report.verdict != Verdict::Healthy || is_news(report);
        reports.iter().filter(|report| !report.is_of_nothing()).filter(is_worth_it)
    }

    /// Writes each output. Screens of several clusters end with an overview of the summaries.
    fn render(&self, reports: &[Report], summaries: &mut [Summary]) -> Result<(), Failure> {
        outputs::write(&self.show.output, |format, place, out| {
            let look = look::with_rows(self.show, self.rows, place);
            match self.part {
                Part::Nodes => render::nodes(reports, NodesFormat::of(format).unwrap_or_default(), look, out),
                Part::Whole if format.is_table() && !summaries.is_empty() => {
                    let mut shown = self.worth_showing(reports, format);
                    shown.try_for_each(|report| on_screen(report, format, look, out))?;
                    render::overview(summaries, look::look(self.show, place), out)
                }
                Part::Whole => render::render(reports, format, look, out),
            }
        })
    }

    fn exit(&self, summaries: &[Summary]) -> Exit {
        let worst = |summary: &Summary| match self.part {
            Part::Whole => summary.worst,
            Part::Nodes => summary.worst_of_nodes,
        };
        let worst = summaries.iter().filter_map(worst).max();
        let worst_new = summaries.iter().filter_map(|summary| summary.worst_new).max();
        let failed = self.by.fail_on.fails(worst, worst_new);
        Exit::of(failed, summaries.iter().all(|summary| summary.complete))
    }
}

/// Writes one of several clusters on a screen.
fn on_screen(report: &Report, format: Format, look: Look, out: &mut dyn Write) -> io::Result<()> {
    render::render(std::slice::from_ref(report), format, look, out)?;
    writeln!(out)
}

/// Returns the snapshot of a cluster, unless it is empty.
fn something(snapshot: Snapshot, settings: &Settings) -> Result<Snapshot, Failure> {
    let empty = snapshot.rows.pods.is_empty() && snapshot.coverage.gaps.is_empty();
    if empty && Report::new(&snapshot, settings).is_of_nothing() {
        return Err(nothing_found(&snapshot));
    }
    Ok(snapshot)
}

/// Returns the snapshot of a cluster that could not be read: a gap.
pub(super) fn unseen_cluster(context: &str, reason: Reason, why: Message) -> Snapshot {
    let mut snapshot = Snapshot::default();
    context.clone_into(&mut snapshot.cluster.context);
    snapshot.coverage.gaps.push(Gap::new(Gap::CLUSTER, reason).because(why));
    snapshot
}

/// The message of kubectl. Here it is an error, since nothing was checked.
pub(super) fn nothing_found(snapshot: &Snapshot) -> Failure {
    let scope = &snapshot.scope;
    let names: Vec<&str> =
        scope.namespaces.iter().map(String::as_str).filter(|name| scope.holds(name)).collect();
    let line = match names.as_slice() {
        [] => "No resources found".to_owned(),
        [name] => format!("No resources found in {name} namespace."),
        names => format!("No resources found in {} namespaces.", names.join(", ")),
    };
    let skipped =
        snapshot.coverage.not_in_scope.iter().filter(|gap| gap.reason == Reason::Skipped && gap.got > 0);
    let skipped: Vec<String> = skipped.map(|gap| format!("{} ({})", gap.kind, gap.got)).collect();
    let place = match names.as_slice() {
        [] if !scope.excluded.is_empty() => {
            format!(" outside of the excluded namespaces ({})", scope.excluded.join(", "))
        }
        [] => String::new(),
        [name] => format!(" in namespace {name}"),
        names => format!(" in namespaces {}", names.join(", ")),
    };
    let hint = match skipped.as_slice() {
        [] if place.is_empty() => "no pods".to_owned(),
        [] if names.is_empty() => format!("no pods{place}; change --exclude-namespace"),
        [] => format!("no pods{place}; use -n NAMESPACE or -A"),
        skipped => format!("no pods{place}; left out: {}", skipped.join(", ")),
    };
    Failure { line, hint: Some(hint), reason: Reason::Absent, error: None }
}

//! The comparison of a run with an earlier one: a file, the records of a folder, or both.

use super::{Failure, check};
use crate::cli::{CheckArgs, CompareArgs, FailOn, JudgeArgs};
use crate::cluster::{self, ConnectOptions};
use crate::compare::changes::{Changes, Trend, comparable, of_one_cluster};
use crate::compare::history::History;
use crate::compare::run_record::RunRecord;
use crate::finding::command::Kubectl;
use crate::output;
use crate::policy::setting::Set;
use crate::report::{Compared, Report, Source};
use crate::snapshot::{self, Given};
use crate::wire::Time;
use std::path::Path;

/// What a run is compared with.
#[derive(Default)]
pub(super) struct Baseline {
    /// The run of a file, and its name in messages.
    baseline: Option<(RunRecord, String)>,
    history: Option<History>,
}

/// How to name an earlier run.
pub(super) const COMPARE: &str = "use --baseline FILE or --history FOLDER";

/// Refuses the flags of a comparison for a command that cannot compare.
pub(super) fn refuse(compare: &CompareArgs, judge: &JudgeArgs, why: &str) -> Result<(), Failure> {
    match compare.given() {
        Some(flag) => Err(Failure::new(format!("{flag} cannot be used here: {why}"))),
        None => wants_nothing(judge),
    }
}

/// Refuses `--fail-on new` without a comparison.
pub(super) fn wants_nothing(judge: &JudgeArgs) -> Result<(), Failure> {
    match judge.fail_on {
        FailOn::New => Err(Failure::new("--fail-on new needs an earlier run").with_hint(COMPARE)),
        _ => Ok(()),
    }
}

impl Baseline {
    /// Reads the file and the folder, before the first request.
    pub(super) fn open(args: &CheckArgs, clock: fn() -> Time) -> Result<Self, Failure> {
        let compare = &args.compare;
        let keeps = |set: &&Set| ["historyKeep", "historyAge"].contains(&set.setting.key) && set.is_flag();
        if let Some(set) =
            args.profile.resolved.settings.iter().find(keeps).filter(|_| compare.history.is_none())
        {
            return Err(Failure::new(format!("{} needs --history", set.flag)));
        }
        if compare.given().is_none() {
            return wants_nothing(&args.judge).map(|()| Self::default());
        }
        let stdin = |path: &&std::path::PathBuf| path.as_os_str() == "-";
        if args.filename.iter().chain(&compare.baseline).filter(stdin).count() > 1 {
            return Err(Failure::new("--filename and --baseline cannot both read standard input"));
        }
        let age = i64::try_from(compare.history_age.as_secs()).unwrap_or(i64::MAX);
        let keep = usize::try_from(compare.history_keep).unwrap_or(usize::MAX);
        let history = compare.history.as_deref().map(|folder| History::open(folder, keep, age));
        let history = history.transpose()?;
        if let Some(folder) =
            compare.history.as_ref().filter(|_| history.as_ref().is_some_and(History::is_open_to_all))
        {
            let folder = folder.display();
            output::log(&format!(
                "warning: all users can write to the history folder {folder} and can forge its records"
            ));
        }
        let now = args.now.map_or_else(clock, Time::from);
        let baseline = match compare.baseline.as_deref() {
            Some(path) => Some((past(path, &args.judge, now)?, format!("the baseline {}", path.display()))),
            None => None,
        };
        Ok(Self { baseline, history })
    }

    /// Checks that the baseline is of the same cluster, before the first request.
    pub(super) fn suits(&self, connect: &ConnectOptions, contexts: &[String]) -> Result<(), Failure> {
        let Some((baseline, name)) = &self.baseline else { return Ok(()) };
        let [context] = contexts else {
            let hint = "--history keeps records of each cluster";
            return Err(Failure::new("--baseline cannot be used with several contexts").with_hint(hint));
        };
        let context = Some(context.as_str()).filter(|name| !name.is_empty());
        let here = cluster::whereabouts(connect, context)?;
        of_one_cluster((&baseline.cluster, name), (&here, "this run")).map_err(Failure::new)
    }

    /// Adds the changes to a report. Returns the record to keep after the report has been shown.
    pub(super) fn compare(&self, report: &mut Report) -> Result<Option<RunRecord>, Failure> {
        if self.baseline.is_none() && self.history.is_none() || report.is_of_nothing() {
            return Ok(None);
        }
        let mut run = report.record();
        if let Some((baseline, name)) = &self.baseline {
            comparable((baseline, name), (&run, "this run")).map_err(Failure::new)?;
            report.trend = Some(Trend::between(baseline, &run));
            let changes = Changes::between(baseline, &run);
            report.compared = Compared::With(Box::new(changes), Source::Baseline);
        }
        let Some(history) = &self.history else { return Ok(None) };
        // Files without a time are of now.
        run.taken_at.get_or_insert(report.snapshot.taken_at);
        let last = history.last(&run)?;
        if let Some(last) = &last {
            report.trend = Some(Trend::between(&last.run, &run));
        }
        if self.baseline.is_none() {
            report.compared = last.map_or(Compared::FirstRun, |last| {
                Compared::With(Box::new(Changes::between(&last.known, &run)), Source::History)
            });
        }
        Ok(Some(run))
    }

    /// Keeps the records of the reports that have been shown.
    pub(super) fn keep(&self, runs: &[RunRecord], clock: fn() -> Time) -> Result<(), Failure> {
        let Some(history) = &self.history else { return Ok(()) };
        runs.iter().try_for_each(|run| Ok(history.add(run, clock())?))
    }
}

/// Reads the run of a file. Objects are judged by the current settings.
pub(super) fn past(path: &Path, judge: &JudgeArgs, now: Time) -> Result<RunRecord, Failure> {
    let shown = path.display();
    match snapshot::read_any(path, now)? {
        Given::Written(written) => {
            RunRecord::from_written(written).map_err(|refused| Failure::new(format!("{shown} {refused}")))
        }
        Given::Snapshot(snapshot) => {
            let settings = check::settings(judge, Kubectl::with(check::repeat_context(&snapshot)))?;
            let report = Report::new(&snapshot, &settings);
            if report.is_of_nothing() {
                return Err(Failure::new(format!("{shown} contains no pods to compare with")));
            }
            Ok(report.record())
        }
    }
}

//! How to judge: thresholds, which checks, how bad.

use super::duration;
use crate::checks::CHECKS;
use crate::finding::Severity;
use crate::model::Thresholds;
use crate::settings::Choice;
use clap::{Args, ValueEnum};
use globset::Glob;
use std::time::Duration;

/// How to judge.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Judgement")]
pub struct JudgeArgs {
    /// Exit with 1 for findings of this severity and worse; new: of those that were not there before, the medium and high
    #[arg(long, value_name = "SEVERITY", default_value = "critical")]
    pub fail_on: FailOn,
    /// Only these checks, by comma or repeated; * and ? match (pod-*,node-*)
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    pub checks: Vec<Glob>,
    /// Not these checks; the report names them as left out
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    pub skip: Vec<Glob>,
    /// Another severity for what checks find: image-ids-differ=info, pvc-*=critical
    #[arg(long, value_name = "CHECK=SEVERITY", value_delimiter = ',', value_parser = other_severity)]
    pub severity: Vec<(Glob, Severity)>,
    /// Restarts from which a pod needs attention
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(i64).range(1..))]
    pub restarts_attention: i64,
    /// Restarts from which a pod is unhealthy
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(i64).range(1..))]
    pub restarts_unhealthy: i64,
    /// After so long without another, restarts are history
    #[arg(long, value_name = "DURATION", default_value = "7d", value_parser = duration)]
    pub quiet_after: Duration,
    /// How long something may take to come up or go before it counts as stuck
    #[arg(long, value_name = "DURATION", default_value = "2m", value_parser = duration)]
    pub grace: Duration,
}

impl JudgeArgs {
    /// The thresholds they set.
    ///
    /// # Errors
    /// When they contradict each other.
    pub fn thresholds(&self) -> Result<Thresholds, String> {
        if self.restarts_attention > self.restarts_unhealthy {
            return Err(format!(
                "--restarts-attention {} must not be above --restarts-unhealthy {}",
                self.restarts_attention, self.restarts_unhealthy
            ));
        }
        let seconds = |duration: Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        Ok(Thresholds {
            restarts_attention: self.restarts_attention,
            restarts_unhealthy: self.restarts_unhealthy,
            quiet_after: seconds(self.quiet_after),
            grace: seconds(self.grace),
        })
    }

    /// The checks they choose.
    ///
    /// # Errors
    /// When a pattern means no check, or no check is left.
    pub fn choice(&self) -> Result<Choice, String> {
        let (only, skip) = (ids("--checks", &self.checks)?, ids("--skip", &self.skip)?);
        let mut choice = Choice::default();
        for id in CHECKS.iter().map(|check| check.id) {
            if !self.checks.is_empty() && !only.contains(&id) || skip.contains(&id) {
                choice.left_out.insert(id);
            }
        }
        if choice.left_out.len() == CHECKS.len() {
            return Err("--checks and --skip leave no check".to_owned());
        }
        for (glob, severity) in &self.severity {
            let ids = ids("--severity", std::slice::from_ref(glob))?;
            choice.severities.extend(ids.into_iter().map(|id| (id, *severity)));
        }
        Ok(choice)
    }
}

/// The checks that patterns mean; each must mean one.
fn ids(flag: &str, globs: &[Glob]) -> Result<Vec<&'static str>, String> {
    let mut found = Vec::new();
    for glob in globs {
        let matcher = glob.compile_matcher();
        let before = found.len();
        found.extend(CHECKS.iter().map(|check| check.id).filter(|id| matcher.is_match(id)));
        if found.len() == before {
            let glob = glob.glob();
            let near = CHECKS.iter().map(|check| check.id).find(|id| id.contains(glob.trim_matches('*')));
            let near = near.map_or(String::new(), |id| format!(" (perhaps {id})"));
            return Err(format!(
                "{flag} {glob}: no check of that name{near}; `kubectl healthcheck checks` lists them"
            ));
        }
    }
    Ok(found)
}

fn other_severity(text: &str) -> Result<(Glob, Severity), String> {
    let (check, severity) = text.split_once('=').ok_or("CHECK=SEVERITY, such as pvc-pending=info")?;
    let glob = Glob::new(check).map_err(|error| error.to_string())?;
    let severity = Severity::from_str(severity, true)
        .map_err(|_| format!("no severity {severity}: critical, warning or info"))?;
    Ok((glob, severity))
}

/// From which severity on the exit code is 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Also called high.
    #[value(alias = "high")]
    Critical,
    /// Also called medium.
    #[value(alias = "medium")]
    Warning,
    /// Also called low.
    #[value(alias = "low")]
    Info,
    /// What was not there before, and is of severity warning at least.
    New,
    /// No finding fails the run.
    Never,
}

impl FailOn {
    /// Whether the run fails whose worst finding is this, and the worst of those that are new.
    pub fn fails(self, worst: Option<Severity>, worst_new: Option<Severity>) -> bool {
        match self {
            FailOn::Critical => worst >= Some(Severity::Critical),
            FailOn::Warning => worst >= Some(Severity::Warning),
            FailOn::Info => worst >= Some(Severity::Info),
            FailOn::New => worst_new >= Some(Severity::Warning),
            FailOn::Never => false,
        }
    }
}

//! The flags of judgement: thresholds, checks, severities.

use super::UsageError;
use super::duration::{duration, percentage, seconds};
use super::read::number;
use crate::checks::CATALOG;
use crate::finding::{Group, Severity};
use crate::model::Thresholds;
use crate::policy::profile::Rules;
use crate::policy::settings::Choice;
use clap::{Args, ValueEnum};
use std::sync::Arc;
use std::time::Duration;

/// The judgement.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Judgement")]
pub struct JudgeArgs {
    /// Exit with 1 for findings of this severity or higher; new: only findings of medium or high severity that are new
    #[arg(long, value_name = "SEVERITY", default_value = "high")]
    pub fail_on: FailOn,
    /// Run only these checks, comma-separated or repeated; * and ? match (pod-*,node-*)
    #[arg(long, value_name = "CHECK", value_delimiter = ',', value_parser = known_checks)]
    pub checks: Vec<Ids>,
    /// Skip these checks, comma-separated or repeated; the report lists them
    #[arg(long, value_name = "CHECK", value_delimiter = ',', value_parser = known_checks)]
    pub skip: Vec<Ids>,
    /// Skip TLS certificate checks; no Secrets are read
    #[arg(long)]
    pub skip_tls_check: bool,
    /// Override the severity of checks (image-ids-differ=low,pvc-*=high)
    #[arg(long, value_name = "CHECK=SEVERITY", value_delimiter = ',', value_parser = other_severity)]
    pub severity: Vec<(Ids, Severity)>,
    /// Number of restarts at which a pod counts as attention
    #[arg(long, value_name = "N", default_value_t = Thresholds::default().restarts_attention)]
    #[arg(value_parser = number::<i64>(1, i64::MAX))]
    pub restarts_attention: i64,
    /// Number of restarts at which a pod counts as unhealthy
    #[arg(long, value_name = "N", default_value_t = Thresholds::default().restarts_unhealthy)]
    #[arg(value_parser = number::<i64>(1, i64::MAX))]
    pub restarts_unhealthy: i64,
    /// Age of the last restart after which restarts count one class milder
    #[arg(long, value_name = "DURATION", default_value = seconds(Thresholds::default().quiet_after))]
    #[arg(value_parser = duration)]
    pub quiet_after: Duration,
    /// Age of the last restart after which restarts are of low severity
    #[arg(long, value_name = "DURATION", default_value = seconds(Thresholds::default().silent_after))]
    #[arg(value_parser = duration)]
    pub silent_after: Duration,
    /// How long an object may take to start or stop before it counts as stuck
    #[arg(long, value_name = "DURATION", default_value = seconds(Thresholds::default().grace))]
    #[arg(value_parser = duration)]
    pub grace: Duration,
    /// Report a node that uses at least this percentage of its allocatable memory
    #[arg(long, value_name = "PERCENT", default_value = percentage(Thresholds::default().node_memory))]
    #[arg(value_parser = crate::model::percent)]
    pub node_memory: i64,
    /// The judgement of containers.
    #[command(flatten)]
    pub containers: ContainerArgs,
    /// Classes, mutes and links of the profile.
    #[arg(skip)]
    pub rules: Rules,
}

/// The judgement of containers, of right-sizing too.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Judgement")]
pub struct ContainerArgs {
    /// Report a container throttled in more than this percentage of its CPU periods
    #[arg(long, value_name = "PERCENT", default_value = percentage(Thresholds::default().throttled))]
    #[arg(value_parser = crate::model::percent)]
    pub throttled: i64,
    /// Ignore healthcheck.dev/* annotations
    #[arg(long)]
    pub no_annotations: bool,
}

/// The checks that match a pattern, by id.
pub type Ids = Arc<[&'static str]>;

impl JudgeArgs {
    /// Returns the thresholds.
    ///
    /// # Errors
    /// If they contradict each other.
    pub fn thresholds(&self) -> Result<Thresholds, UsageError> {
        if self.restarts_attention > self.restarts_unhealthy {
            return Err(UsageError(format!(
                "--restarts-attention {} must not be above --restarts-unhealthy {}",
                self.restarts_attention, self.restarts_unhealthy
            )));
        }
        let seconds = |duration: Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        Ok(Thresholds {
            restarts_attention: self.restarts_attention,
            restarts_unhealthy: self.restarts_unhealthy,
            quiet_after: seconds(self.quiet_after),
            silent_after: seconds(self.silent_after),
            grace: seconds(self.grace),
            throttled: self.containers.throttled,
            node_memory: self.node_memory,
        })
    }

    /// Whether any check of certificates runs. Otherwise no Secret is read.
    pub fn wants_certificates(&self) -> bool {
        self.choice().is_ok_and(|choice| !CATALOG.is_without(Group::Tls, &choice.left_out))
    }

    /// Returns the checks that run, and their severities.
    ///
    /// # Errors
    /// If no check runs.
    pub fn choice(&self) -> Result<Choice, UsageError> {
        let named = |ids: &[Ids], id: &str| ids.iter().any(|ids| ids.contains(&id));
        let mut choice = Choice::default();
        for check in CATALOG.iter() {
            let id = check.id;
            let asked = self.checks.is_empty() || named(&self.checks, id);
            let tls = self.skip_tls_check && check.is_of(Group::Tls);
            if tls {
                choice.tls.insert(id);
            }
            if !asked || tls || named(&self.skip, id) {
                choice.left_out.insert(id);
            }
        }
        if choice.left_out.len() == CATALOG.iter().len() {
            return Err(UsageError("--checks and --skip leave no check".to_owned()));
        }
        for (ids, severity) in &self.severity {
            choice.severities.extend(ids.iter().map(|id| (*id, *severity)));
        }
        Ok(choice)
    }
}

fn known_checks(pattern: &str) -> Result<Ids, String> {
    CATALOG.matching(pattern).map(Ids::from).map_err(|why| why.to_string())
}

fn other_severity(text: &str) -> Result<(Ids, Severity), String> {
    let (check, severity) = text.split_once('=').ok_or("expected CHECK=SEVERITY, such as pvc-pending=low")?;
    let severity = Severity::from_str(severity, true)
        .map_err(|_| format!("\"{severity}\" is not a severity: high, medium or low"))?;
    Ok((known_checks(check)?, severity))
}

/// The findings that fail a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// High severity
    #[value(alias = "critical")]
    High,
    /// Medium or high severity
    #[value(alias = "warning")]
    Medium,
    /// Any severity
    #[value(alias = "info")]
    Low,
    /// New findings of medium or high severity
    New,
    /// None
    Never,
}

impl FailOn {
    /// Whether a run fails, by its worst finding and its worst new finding.
    pub fn fails(self, worst: Option<Severity>, worst_new: Option<Severity>) -> bool {
        match self {
            FailOn::High => worst >= Some(Severity::High),
            FailOn::Medium => worst >= Some(Severity::Medium),
            FailOn::Low => worst >= Some(Severity::Low),
            FailOn::New => worst_new >= Some(Severity::Medium),
            FailOn::Never => false,
        }
    }
}

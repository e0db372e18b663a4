//! How to judge: thresholds, which checks, how bad.

use super::duration;
use crate::checks::CATALOG;
use crate::finding::{Group, Severity};
use crate::model::Thresholds;
use crate::policy::profile::Rules;
use crate::policy::settings::Choice;
use clap::{Args, ValueEnum};
use std::sync::Arc;
use std::time::Duration;

/// How to judge.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Judgement")]
pub struct JudgeArgs {
    /// Exit with 1 for findings of this severity and worse; new: of those that were not there before, the medium and high
    #[arg(long, value_name = "SEVERITY", default_value = "high")]
    pub fail_on: FailOn,
    /// Only these checks, by comma or repeated; * and ? match (pod-*,node-*)
    #[arg(long, value_name = "CHECK", value_delimiter = ',', value_parser = known_checks)]
    pub checks: Vec<Ids>,
    /// Not these checks; the report names them as left out
    #[arg(long, value_name = "CHECK", value_delimiter = ',', value_parser = known_checks)]
    pub skip: Vec<Ids>,
    /// Not the checks of TLS certificates: no Secret is asked for, and the report says N/A
    #[arg(long)]
    pub skip_tls_check: bool,
    /// Another severity for what checks find: image-ids-differ=low, pvc-*=high
    #[arg(long, value_name = "CHECK=SEVERITY", value_delimiter = ',', value_parser = other_severity)]
    pub severity: Vec<(Ids, Severity)>,
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
    /// From so many percent of its allocatable memory on, a node uses too much of it
    #[arg(long, value_name = "PERCENT", default_value = "90", value_parser = crate::model::percent)]
    pub node_memory: i64,
    /// What right-sizing heeds too.
    #[command(flatten)]
    pub heed: HeedArgs,
    /// Classes, mutes and links of the profile.
    #[arg(skip)]
    pub rules: Rules,
}

/// By what right-sizing judges like a report.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Judgement")]
pub struct HeedArgs {
    /// In more percent of its CPU periods a container may not be held back by its limit
    #[arg(long, value_name = "PERCENT", default_value = "10", value_parser = crate::model::percent)]
    pub throttled: i64,
    /// Do not heed the annotations healthcheck.dev/* of namespaces and workloads
    #[arg(long)]
    pub no_annotations: bool,
}

/// The checks that a pattern means, by id.
pub type Ids = Arc<[&'static str]>;

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
            throttled: self.heed.throttled,
            node_memory: self.node_memory,
        })
    }

    /// Whether any check of certificates runs: else no secret is asked for.
    pub fn wants_certificates(&self) -> bool {
        self.choice().is_ok_and(|choice| !CATALOG.is_without(Group::Tls, &choice.left_out))
    }

    /// The checks they choose.
    ///
    /// # Errors
    /// When no check is left.
    pub fn choice(&self) -> Result<Choice, String> {
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
            return Err("--checks and --skip leave no check".to_owned());
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
    let (check, severity) = text.split_once('=').ok_or("CHECK=SEVERITY, such as pvc-pending=low")?;
    let severity = Severity::from_str(severity, true)
        .map_err(|_| format!("no severity {severity}: high, medium or low"))?;
    Ok((known_checks(check)?, severity))
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
            FailOn::Critical => worst >= Some(Severity::High),
            FailOn::Warning => worst >= Some(Severity::Medium),
            FailOn::Info => worst >= Some(Severity::Low),
            FailOn::New => worst_new >= Some(Severity::Medium),
            FailOn::Never => false,
        }
    }
}

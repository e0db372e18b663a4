//! The checks: one file each, one list of them all, and the tests that keep the list honest.
//!
//! To add one: write `src/checks/<id>.rs` with its `CHECK`, name the module below and the check in [`CHECKS`]
//! (both sorted), and write its page `docs/checks/<id>.md` in three languages. The example in the English page
//! is its test: objects marked `# expect: <id>` must be found, all others must not. `docs/checks.md` is printed
//! by `kubectl healthcheck checks -o markdown`.
//!
//! A check is a pure function of what was seen. It asks nobody, knows no clock and prints nothing.

mod blame;
mod certificates;
mod evidence;
mod exit_code;
mod fit;
mod reporter;
mod traffic;
mod vhosts;
mod view;

mod apiservice_unavailable;
mod certificate_chain_incomplete;
mod certificate_expiring;
mod certificate_host_uncovered;
mod certificate_served;
mod certificate_unreadable;
mod cluster_overcommitted;
mod cpu_throttled;
mod cronjob_failing;
mod cronjob_schedule_missed;
mod cronjob_suspended;
mod daemonset_misscheduled;
mod deployment_paused;
mod deployment_rollout_stuck;
mod error_logs;
mod host_not_resolving;
mod host_without_vhost;
mod hpa_at_max;
mod hpa_cannot_scale;
mod image_ids_differ;
mod image_tag_mutable;
mod ingress_backend_missing;
mod ingress_class_missing;
mod ingress_secret_missing;
mod job_failed;
mod job_overdue;
mod namespace_stuck_terminating;
mod node_cordoned;
mod node_memory_used;
mod node_nearly_full;
mod node_network_unavailable;
mod node_not_ready;
mod node_pressure;
mod node_problem;
mod node_version_skew;
mod pdb_blocks_evictions;
mod pdb_matches_nothing;
mod pdb_not_enough_healthy;
mod pod_config_error;
mod pod_crash_loop;
mod pod_evicted;
mod pod_failed;
mod pod_hook_failed;
mod pod_image_pull_failed;
mod pod_killed_by_probe;
mod pod_leftover;
mod pod_not_ready;
mod pod_oom_killed;
mod pod_probe_failing;
mod pod_restarting_often;
mod pod_sandbox_failed;
mod pod_stuck_terminating;
mod pod_unschedulable;
mod pod_volume_not_mounted;
mod pod_wrong_architecture;
mod pods_restarted_together;
mod pv_failed;
mod pv_released;
mod pvc_lost;
mod pvc_pending;
mod quota_full;
mod service_load_balancer_pending;
mod service_no_endpoints;
mod service_port_unmatched;
mod statefulset_blocked;
mod webhook_backend_dead;
mod workload_create_refused;
mod workload_not_observed;
mod workload_replicas_missing;

#[cfg(test)]
mod honesty;

pub use certificate_served::served as served_chain;
pub(crate) use certificates::{Used, all as certificates};
pub use exit_code::meaning as exit_meaning;
pub use reporter::Reporter;
pub use vhosts::{VirtualHost, by_host as virtual_hosts_by_host, virtual_hosts};
pub use view::{Cause, Killed, Load, Loss, Resource, Throttled, View};

use crate::finding::{Finding, Severity};
use crate::meant;
use crate::text::Text;
use crate::wire::Kind;
use std::collections::BTreeSet;

/// Every check, sorted by id.
pub static CHECKS: &[&Check] = &[
    &apiservice_unavailable::CHECK,
    &certificate_chain_incomplete::CHECK,
    &certificate_expiring::CHECK,
    &certificate_host_uncovered::CHECK,
    &certificate_served::CHECK,
    &certificate_unreadable::CHECK,
    &cluster_overcommitted::CHECK,
    &cpu_throttled::CHECK,
    &cronjob_failing::CHECK,
    &cronjob_schedule_missed::CHECK,
    &cronjob_suspended::CHECK,
    &daemonset_misscheduled::CHECK,
    &deployment_paused::CHECK,
    &deployment_rollout_stuck::CHECK,
    &error_logs::CHECK,
    &host_not_resolving::CHECK,
    &host_without_vhost::CHECK,
    &hpa_at_max::CHECK,
    &hpa_cannot_scale::CHECK,
    &image_ids_differ::CHECK,
    &image_tag_mutable::CHECK,
    &ingress_backend_missing::CHECK,
    &ingress_class_missing::CHECK,
    &ingress_secret_missing::CHECK,
    &job_failed::CHECK,
    &job_overdue::CHECK,
    &namespace_stuck_terminating::CHECK,
    &node_cordoned::CHECK,
    &node_memory_used::CHECK,
    &node_nearly_full::CHECK,
    &node_network_unavailable::CHECK,
    &node_not_ready::CHECK,
    &node_pressure::CHECK,
    &node_problem::CHECK,
    &node_version_skew::CHECK,
    &pdb_blocks_evictions::CHECK,
    &pdb_matches_nothing::CHECK,
    &pdb_not_enough_healthy::CHECK,
    &pod_config_error::CHECK,
    &pod_crash_loop::CHECK,
    &pod_evicted::CHECK,
    &pod_failed::CHECK,
    &pod_hook_failed::CHECK,
    &pod_image_pull_failed::CHECK,
    &pod_killed_by_probe::CHECK,
    &pod_leftover::CHECK,
    &pod_not_ready::CHECK,
    &pod_oom_killed::CHECK,
    &pod_probe_failing::CHECK,
    &pod_restarting_often::CHECK,
    &pod_sandbox_failed::CHECK,
    &pod_stuck_terminating::CHECK,
    &pod_unschedulable::CHECK,
    &pod_volume_not_mounted::CHECK,
    &pod_wrong_architecture::CHECK,
    &pods_restarted_together::CHECK,
    &pv_failed::CHECK,
    &pv_released::CHECK,
    &pvc_lost::CHECK,
    &pvc_pending::CHECK,
    &quota_full::CHECK,
    &service_load_balancer_pending::CHECK,
    &service_no_endpoints::CHECK,
    &service_port_unmatched::CHECK,
    &statefulset_blocked::CHECK,
    &webhook_backend_dead::CHECK,
    &workload_create_refused::CHECK,
    &workload_not_observed::CHECK,
    &workload_replicas_missing::CHECK,
];

/// The checks of TLS certificates, which an internal namespace may well do without.
pub const OF_TLS: [&str; 6] = [
    "certificate-chain-incomplete",
    "certificate-expiring",
    "certificate-host-uncovered",
    "certificate-served",
    "certificate-unreadable",
    "ingress-secret-missing",
];

/// Whether none of them is left when these do not run.
pub fn is_without_tls(left_out: &BTreeSet<&'static str>) -> bool {
    OF_TLS.iter().all(|id| left_out.contains(id))
}

/// One check: what it is called, what it says, and how it looks.
#[derive(Debug)]
pub struct Check {
    /// Kebab-case, names the bad state, never used again for another.
    pub id: &'static str,
    /// The version that brought it.
    pub since: &'static str,
    /// The worst severity it gives.
    pub severity: Severity,
    /// The kinds it reads; without them it cannot see.
    pub needs: &'static [Kind],
    /// The bad state, as a heading.
    pub title: Text,
    /// What it means for whoever uses the object.
    pub meaning: Text,
    /// What to do about it.
    pub remedy: Text,
    /// How to keep it from coming back.
    pub prevention: Text,
    /// Its page.
    pub page: Text,
    /// Looks.
    pub run: fn(&View, &mut Reporter),
}

/// The three pages of a check.
macro_rules! page {
    ($id:literal) => {
        crate::text::Text {
            en: include_str!(concat!("../../docs/checks/", $id, ".md")),
            zh_tw: include_str!(concat!("../../docs/checks/", $id, ".zh-TW.md")),
            zh_cn: include_str!(concat!("../../docs/checks/", $id, ".zh-CN.md")),
        }
    };
}
pub(crate) use page;

/// Runs every check over what was seen. The findings come worst and oldest first.
pub fn run(view: &View) -> Vec<Finding> {
    let mut findings = Vec::new();
    let choice = &view.settings.choice;
    for check in CHECKS.iter().filter(|check| !choice.left_out.contains(check.id)) {
        (check.run)(view, &mut Reporter::new(check, view, &mut findings));
    }
    findings.retain(|finding| !view.is_left_out(finding));
    blame::nodes(view, &mut findings);
    for finding in &mut findings {
        finding.severity = choice.severity(finding.check.id, finding.check.severity, finding.severity);
    }
    evidence::attach(view, &mut findings);
    findings.sort_by(|a, b| {
        let rank = |f: &Finding| (std::cmp::Reverse(f.severity), f.since.is_none(), f.since);
        rank(a).cmp(&rank(b)).then_with(|| (&a.object, a.check.id).cmp(&(&b.object, b.check.id)))
    });
    findings
}

/// What there is to find about the certificates of secrets, whether or not anybody wants to hear it.
pub(crate) fn about_certificates(view: &View) -> Vec<Finding> {
    let mut findings = Vec::new();
    let checks = [
        &certificate_chain_incomplete::CHECK,
        &certificate_expiring::CHECK,
        &certificate_host_uncovered::CHECK,
        &certificate_unreadable::CHECK,
    ];
    for check in checks {
        (check.run)(view, &mut Reporter::new(check, view, &mut findings));
    }
    findings
}

/// The check of this id.
pub fn find(id: &str) -> Option<&'static Check> {
    CHECKS.iter().copied().find(|check| check.id == id)
}

/// The checks that a pattern means, by id; * and ? match.
///
/// # Errors
/// When it is no pattern, or means none.
pub fn matching(pattern: &str) -> Result<Vec<&'static str>, String> {
    let matcher = globset::Glob::new(pattern).map_err(|error| error.to_string())?.compile_matcher();
    let ids = || CHECKS.iter().map(|check| check.id);
    let found: Vec<&str> = ids().filter(|id| matcher.is_match(id)).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let near = meant::nearest_holding(pattern, ids()).map_or_else(
        || "; \"kubectl healthcheck checks\" lists them".to_owned(),
        |id| format!("; did you mean \"{id}\"?"),
    );
    Err(format!("no check is called \"{pattern}\"{near}"))
}

/// What a check file needs.
mod prelude {
    pub(super) use super::reporter::{role, say};
    pub(super) use super::{Check, Reporter, View, page};
    pub(super) use crate::finding::{Fact, Facts, Severity};
    pub(super) use crate::model::{Container, Node, ObjectRef, Pod, Trouble};
    pub(super) use crate::text::Text;
    pub(super) use crate::wire::{Kind, Time};
}

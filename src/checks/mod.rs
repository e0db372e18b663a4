//! The checks: one file each, one list of all, and tests of the list.
//!
//! To add a check, write `src/checks/rules/<topic>/<id>.rs` with its `INFO` and `CHECK`, add the module to its topic and
//! the check to [`CHECKS`] (both sorted), and write its page `docs/checks/<id>.md` in three languages. The example in the
//! English page is its test: objects marked `# expect: <id>` must be found, all others must not.
//! `kubectl healthcheck checks -o markdown` prints `docs/checks.md`.
//!
//! A check is a pure function of the view. It sends no request, reads no clock and prints nothing.

mod attached;
mod causes;
mod certificates;
pub(crate) mod control_plane;
mod emptied;
mod evidence;
mod exit_code;
mod fit;
mod held_job;
mod kept;
mod limit_range;
pub(crate) mod mute;
mod near_miss;
mod permissions;
mod platform;
pub(crate) mod progress;
mod reporter;
mod rules;
mod secret_store;
mod static_volume;
pub(crate) mod status;
pub(crate) mod traffic;
mod vhosts;
mod view;

#[cfg(test)]
mod catalog_tests;
#[cfg(test)]
mod growth_tests;
#[cfg(test)]
mod page_tests;

pub(crate) use causes::namespaces_with_unanswered_calls;
pub(crate) use certificates::{Used, all as certificates};
pub use exit_code::meaning as exit_meaning;
pub use reporter::Reporter;
pub(crate) use rules::workloads::hpa_flapping::CALM;
pub(crate) use rules::workloads::namespaces_with_limit_refusals;
pub use tls::certificate_served::served as served_chain;
pub use vhosts::{VirtualHost, by_host as virtual_hosts_by_host, virtual_hosts};
pub use view::{Cause, Killed, Load, Loss, Resource, Throttled, View};

pub(crate) use self::kept::keep_worst;
use self::kept::{Findings, Worst};
use self::rules::{network, nodes, pods, policy, storage, tls, workloads};
use crate::finding::{Catalog, CheckInfo, Finding, Severity};
use crate::memory;
use crate::model::{Gap, ObjectRef};
use std::collections::BTreeSet;

/// Every check, sorted by id.
pub static CHECKS: &[&Check] = &[
    &policy::apiservice_unavailable::CHECK,
    &tls::certificate_chain_incomplete::CHECK,
    &tls::certificate_expiring::CHECK,
    &tls::certificate_host_uncovered::CHECK,
    &tls::certificate_not_issued::CHECK,
    &tls::certificate_served::CHECK,
    &tls::certificate_unreadable::CHECK,
    &nodes::cluster_overcommitted::CHECK,
    &nodes::control_plane_silent::CHECK,
    &workloads::cpu_throttled::CHECK,
    &workloads::cronjob_failing::CHECK,
    &workloads::cronjob_schedule_missed::CHECK,
    &workloads::cronjob_suspended::CHECK,
    &workloads::daemonset_misscheduled::CHECK,
    &workloads::deployment_paused::CHECK,
    &workloads::deployment_rollout_stuck::CHECK,
    &pods::error_logs::CHECK,
    &tls::host_not_resolving::CHECK,
    &tls::host_without_vhost::CHECK,
    &workloads::hpa_at_max::CHECK,
    &workloads::hpa_cannot_scale::CHECK,
    &workloads::hpa_flapping::CHECK,
    &pods::image_ids_differ::CHECK,
    &pods::image_tag_mutable::CHECK,
    &network::ingress_backend_missing::CHECK,
    &network::ingress_class_missing::CHECK,
    &network::ingress_conflict::CHECK,
    &network::ingress_secret_missing::CHECK,
    &workloads::job_failed::CHECK,
    &workloads::job_overdue::CHECK,
    &workloads::job_suspended::CHECK,
    &policy::namespace_stuck_terminating::CHECK,
    &nodes::node_certificate_pending::CHECK,
    &nodes::node_cordoned::CHECK,
    &nodes::node_lease_expired::CHECK,
    &nodes::node_memory_used::CHECK,
    &nodes::node_nearly_full::CHECK,
    &nodes::node_network_unavailable::CHECK,
    &nodes::node_not_initialized::CHECK,
    &nodes::node_not_ready::CHECK,
    &nodes::node_pressure::CHECK,
    &nodes::node_problem::CHECK,
    &nodes::node_restarted::CHECK,
    &nodes::node_version_skew::CHECK,
    &policy::pdb_blocks_evictions::CHECK,
    &policy::pdb_matches_nothing::CHECK,
    &policy::pdb_not_enough_healthy::CHECK,
    &policy::pdbs_overlap::CHECK,
    &pods::pod_config_error::CHECK,
    &pods::pod_crash_loop::CHECK,
    &pods::pod_evicted::CHECK,
    &pods::pod_failed::CHECK,
    &pods::pod_hook_failed::CHECK,
    &pods::pod_image_pull_failed::CHECK,
    &pods::pod_killed_by_probe::CHECK,
    &pods::pod_leftover::CHECK,
    &pods::pod_not_ready::CHECK,
    &pods::pod_oom_killed::CHECK,
    &pods::pod_probe_failing::CHECK,
    &pods::pod_rejected::CHECK,
    &pods::pod_restarting_often::CHECK,
    &pods::pod_sandbox_failed::CHECK,
    &pods::pod_stuck_terminating::CHECK,
    &pods::pod_unschedulable::CHECK,
    &pods::pod_volume_not_mounted::CHECK,
    &pods::pod_wrong_architecture::CHECK,
    &pods::pods_restarted_together::CHECK,
    &storage::pv_failed::CHECK,
    &storage::pv_released::CHECK,
    &storage::pvc_lost::CHECK,
    &storage::pvc_pending::CHECK,
    &storage::pvc_resize_stuck::CHECK,
    &storage::pvc_stuck_terminating::CHECK,
    &policy::quota_full::CHECK,
    &network::service_load_balancer_pending::CHECK,
    &network::service_no_endpoints::CHECK,
    &network::service_port_unmatched::CHECK,
    &workloads::statefulset_blocked::CHECK,
    &policy::webhook_backend_dead::CHECK,
    &workloads::workload_create_refused::CHECK,
    &workloads::workload_not_observed::CHECK,
    &workloads::workload_replicas_missing::CHECK,
    &workloads::workload_update_held::CHECK,
];

/// The infos of [`CHECKS`], in the same order.
static INFOS: [&CheckInfo; CHECKS.len()] = {
    let mut infos = [CHECKS[0].info; CHECKS.len()];
    let mut index = 0;
    while index < CHECKS.len() {
        infos[index] = CHECKS[index].info;
        index += 1;
    }
    infos
};

/// Every check without its function.
pub static CATALOG: Catalog = Catalog::new(&INFOS);

/// A check: its description and its function.
#[derive(Debug)]
pub struct Check {
    /// The description.
    pub info: &'static CheckInfo,
    /// The function that reports findings.
    pub run: fn(&View, &mut Reporter),
}

/// The three pages of a check.
macro_rules! page {
    ($id:literal) => {
        crate::text::Text {
            en: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/checks/", $id, ".md")),
            zh_tw: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/checks/", $id, ".zh-TW.md")),
            zh_cn: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/checks/", $id, ".zh-CN.md")),
        }
    };
}
pub(crate) use page;

/// Runs every check that the settings do not leave out and whose findings can have this severity.
fn found(view: &View, least: Severity) -> Findings {
    let mut findings = Findings::within(memory::room());
    let left_out = &view.settings.choice.left_out;
    for check in
        CHECKS.iter().filter(|check| check.info.severity >= least && !left_out.contains(check.info.id))
    {
        (check.run)(view, &mut Reporter::new(check.info, view, &mut findings));
    }
    findings.list.retain(|finding| !view.is_left_out(finding));
    findings
}

/// Returns the objects whose warnings are evidence of a finding: those of the findings, and the ReplicaSets of their
/// Deployments. No warning explains a low finding.
pub(crate) fn objects_with_findings(view: &View) -> BTreeSet<ObjectRef> {
    let worth =
        found(view, Severity::Medium).list.into_iter().filter(|finding| finding.severity > Severity::Low);
    let found: BTreeSet<ObjectRef> = worth.map(|finding| finding.object).collect();
    let sets: Vec<ObjectRef> = found.iter().flat_map(|object| view.sets_of(object)).collect();
    found.into_iter().chain(sets).collect()
}

/// Runs the checks, with the evidence of each finding. The findings are sorted worst and oldest first. Those for which there
/// is no memory are gaps.
pub fn run(view: &View) -> (Vec<Finding>, Vec<Gap>) {
    let found = found(view, Severity::Low);
    let (gaps, mut findings) = (found.gaps(), found.list);
    let choice = &view.settings.choice;
    causes::attach(view, &mut findings);
    for finding in &mut findings {
        finding.severity = choice.severity(finding.check.id, finding.check.severity, finding.severity);
    }
    evidence::attach(view, &mut findings);
    findings.sort_by(|a, b| {
        let rank = |f: &Finding| (std::cmp::Reverse(f.severity), f.since.is_none(), f.since);
        // Of findings about one object that began together, the one with fewer causes is nearer to the cause.
        let about = |f: &Finding| (f.because.len(), f.check.id);
        rank(a).cmp(&rank(b)).then_with(|| (&a.object, about(a)).cmp(&(&b.object, about(b))))
    });
    (findings, gaps)
}

/// Returns the worst finding about the certificate of each Secret, whether or not the settings leave these checks out.
pub(crate) fn about_certificates(view: &View) -> Worst {
    let mut findings = Findings::worst_of_each();
    let checks = [
        &tls::certificate_chain_incomplete::CHECK,
        &tls::certificate_expiring::CHECK,
        &tls::certificate_host_uncovered::CHECK,
        &tls::certificate_unreadable::CHECK,
    ];
    for check in checks {
        (check.run)(view, &mut Reporter::new(check.info, view, &mut findings));
    }
    findings.into_worst()
}

/// The imports of a check file.
pub(crate) mod prelude {
    pub(crate) use crate::checks::reporter::role;
    pub(crate) use crate::checks::{Check, Reporter, View, page};
    pub(crate) use crate::finding::{CheckInfo, Group, Measure, Relation, Severity, Traits, declared};
    pub(crate) use crate::model::{Container, Node, ObjectRef, Pod, PodProblem};
    pub(crate) use crate::text::{Fact, Facts, Message, Text};
    pub(crate) use crate::wire::{Kind, Time};
}

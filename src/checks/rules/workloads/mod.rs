//! Checks of workloads, their rollouts, jobs and autoscalers.

pub(crate) mod cpu_throttled;
pub(crate) mod cronjob_failing;
pub(crate) mod cronjob_schedule_missed;
pub(crate) mod cronjob_suspended;
pub(crate) mod daemonset_misscheduled;
pub(crate) mod deployment_paused;
pub(crate) mod deployment_rollout_stuck;
pub(crate) mod hpa_at_max;
pub(crate) mod hpa_cannot_scale;
pub(crate) mod hpa_flapping;
pub(crate) mod job_failed;
pub(crate) mod job_overdue;
pub(crate) mod job_suspended;
pub(crate) mod statefulset_blocked;
pub(crate) mod workload_create_refused;
pub(crate) mod workload_not_observed;
pub(crate) mod workload_replicas_missing;
pub(crate) mod workload_update_held;

pub(crate) use workload_create_refused::namespaces_with_limit_refusals;

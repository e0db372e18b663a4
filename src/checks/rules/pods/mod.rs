//! Checks of pods, their containers and images.

pub(crate) mod error_logs;
pub(crate) mod image_ids_differ;
pub(crate) mod image_tag_mutable;
pub(crate) mod pod_config_error;
pub(crate) mod pod_crash_loop;
pub(crate) mod pod_evicted;
pub(crate) mod pod_failed;
pub(crate) mod pod_hook_failed;
pub(crate) mod pod_image_pull_failed;
pub(crate) mod pod_killed_by_probe;
pub(crate) mod pod_leftover;
pub(crate) mod pod_not_ready;
pub(crate) mod pod_oom_killed;
pub(crate) mod pod_probe_failing;
pub(crate) mod pod_rejected;
pub(crate) mod pod_restarting_often;
pub(crate) mod pod_sandbox_failed;
pub(crate) mod pod_stuck_terminating;
pub(crate) mod pod_unschedulable;
pub(crate) mod pod_volume_not_mounted;
pub(crate) mod pod_wrong_architecture;
pub(crate) mod pods_restarted_together;

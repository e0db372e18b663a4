//! The rows that checks and reports read: small structs, folded from the objects of the API. A healthy pod costs one row of
//! fixed size; the whole object is kept only if something may be wrong with it.
//!
//! What does not belong here: I/O, and texts.

mod annotations;
mod coverage;
mod cron;
mod disruption;
mod event;
mod heap;
mod inferred_owner;
mod job;
mod log;
mod memory_trend;
mod name;
mod names;
mod namespace;
mod network;
mod node;
mod node_restart;
mod pod;
mod problem;
mod quantity;
mod spec;
mod status;
mod steps;
mod thresholds;
mod throttling;
mod usage;
mod workload;

pub use annotations::{Annotations, PREFIX};
pub use coverage::{Cost, Coverage, Gap, Reason, SlowPage};
pub use cron::{Schedule, Unreadable};
pub use disruption::Disruption;
pub(crate) use disruption::is_rejection;
pub use event::{Event, NOT_SCALED_UP, RESCALED};
pub use heap::{Heap, mebibytes};
pub(crate) use inferred_owner::{is_named_for, split_suffix};
pub use job::{CronJob, Job};
pub use log::{LINES, LogTail};
pub use memory_trend::MemoryTrend;
pub use name::Name;
pub use names::{Interned, Names};
pub(crate) use namespace::NAME_OF_NAMESPACE;
pub use namespace::Namespace;
pub use network::Endpoints;
pub use node::{Node, NodeCondition, minor_version};
pub use node_restart::NodeRestart;
pub(crate) use node_restart::node_restarts;
pub use pod::{Container, Ended, Pod, Role, SharedPod};
pub use problem::{
    NODE_KILLS, PodContext, PodProblem, SANDBOX_EVENTS, TURNS_OF_A_LOOP, VOLUME_EVENTS, problems,
};
pub(crate) use problem::{is_about_system, is_recent};
pub use quantity::{Amount, cores, cores_or_millis, gibi_or_mebibytes, gibibytes, thousandths, whole};
pub use spec::{HostPort, PodTemplate, Spec};
pub(crate) use spec::{Resources, Totals};
pub(crate) use steps::step;
#[cfg(test)]
pub(crate) use steps::steps_of;
pub use thresholds::{ThresholdChanges, Thresholds, percent};
pub use throttling::{Periods, millis, next_limit};
pub use usage::Metered;
pub use workload::{ObjectRef, Owner, Port, Rollout, Workload};

//! What the rest of the tool thinks with: small rows folded from the API's shapes. A healthy pod costs one row
//! of fixed size; the whole object is kept only where something may be wrong with it.
//!
//! What does not belong here: I/O, and sentences for people.

mod age;
mod annotations;
mod certificate;
mod course;
mod coverage;
mod cron;
mod ends;
mod event;
mod heap;
mod host;
mod job;
mod log;
mod maker;
mod names;
mod namespace;
mod network;
mod node;
mod pod;
mod quantity;
mod spec;
mod status;
mod thresholds;
mod throttling;
mod tls;
mod trouble;
pub mod unseen;
mod usage;
mod workload;

pub use age::{human, parse_duration};
pub use annotations::{Annotations, PREFIX};
pub use certificate::{Certificate, Chain, LONGEST_CHAIN, Unreadable as UnreadableChain};
pub use course::Course;
pub use coverage::{Cost, Coverage, Gap, Reason, SlowPage};
pub use cron::{Schedule, Unreadable};
pub use ends::{Ends, EndsByHost, HTTPS, Routes, of_ingress as ends_of_ingress, tls_ends};
pub use event::Event;
pub use heap::{Heap, mebibytes};
pub use host::{ByHost, LONGEST_HOST, Wildcard, parents};
pub use job::{CronJob, Job};
pub use log::{LINES, LogTail};
pub use names::Names;
pub use namespace::Namespace;
pub use network::Endpoints;
pub use node::{Node, NodeCondition, minor_version};
pub use pod::{Container, Ended, Kin, Pod, Role};
pub use quantity::{Amount, cores, cores_or_millis, gibi_or_mebibytes, gibibytes, thousandths, whole};
pub use spec::Spec;
pub use thresholds::{ThresholdChanges, Thresholds, in_percent, percent};
pub use throttling::{Periods, Throttling, millis, next_limit};
pub use tls::Tls;
pub(crate) use trouble::is_recent;
pub use trouble::{Heard, SANDBOX_EVENTS, TURNS_OF_A_LOOP, Trouble, VOLUME_EVENTS, troubles};
pub use usage::{MemoryHistory, Metered, Usage};
pub use workload::{ObjectRef, Owner, Rollout, Workload};

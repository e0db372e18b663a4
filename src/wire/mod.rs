//! The shapes in which the API server and files give us objects: narrow structs that carry only the fields
//! some check or report reads. Each derives both `prost::Message` (tags from the `generated.proto` files of
//! Kubernetes 1.36) and serde (the field names of the same API), so one struct reads either encoding.
//!
//! What does not belong here: judgement, and anything that is not a field of the Kubernetes API.

#[macro_use]
mod shape;
mod cluster;
mod meta;
mod object;
mod pod;
mod status;
mod stream;
mod time;
mod workload;

pub use cluster::{
    Event, EventSeries, Namespace, NamespaceStatus, Node, NodeCondition, NodeSpec, NodeStatus,
    ObjectReference,
};
pub use meta::{Condition, ListMeta, ObjectMeta, OwnerReference, Quantity};
use object::json_list;
pub use object::{Envelope, Kind, Object, PROTOBUF_MAGIC, TypeMeta};
pub use pod::{
    Container, ContainerState, ContainerStatus, Pod, PodSpec, PodStatus, Resource, Resources, Running,
    Terminated, Waiting,
};
pub use status::Status;
pub use stream::ListReader;
pub use time::Time;
pub use workload::{
    CronJob, CronJobStatus, DaemonSet, DaemonSetStatus, Deployment, DeploymentCondition, DeploymentStatus,
    Job, JobStatus, ReplicaSet, ReplicaSetStatus, ReplicasSpec, StatefulSet, StatefulSetStatus,
    WorkloadCondition,
};

//! The shapes in which the API server and files give us objects: narrow structs that carry only the fields
//! some check or report reads. Each derives both `prost::Message` (tags from the `generated.proto` files of
//! Kubernetes 1.36) and serde (the field names of the same API), so one struct reads either encoding.
//!
//! What does not belong here: judgement, and anything that is not a field of the Kubernetes API; but for what somebody
//! measured (`measured`), which captures keep beside the objects.

#[macro_use]
mod shape;
mod admission;
mod annotations;
mod cluster;
mod container;
mod gateway;
mod host;
mod measured;
mod meta;
mod network;
mod object;
mod pod;
mod policy;
mod public;
mod secret;
mod sentence;
mod status;
mod storage;
mod stream;
mod time;
mod workload;

pub use admission::{
    ApiService, ApiServiceSpec, ApiServiceStatus, ServiceReference, Webhook, WebhookClientConfig,
    WebhookConfiguration,
};
pub use annotations::{Annotations, PREFIX};
pub use cluster::{
    Event, EventSeries, Namespace, NamespaceStatus, Node, NodeCondition, NodeInfo, NodeSpec, NodeStatus,
    ObjectReference, Taint,
};
pub use container::{Container, EnvVar, OLD_SPACE, Probe, Resource, Resources};
pub use gateway::{
    Gateway, GatewayAddress, GatewaySpec, GatewayStatus, GatewayTls, HttpRoute, HttpRouteRule, HttpRouteSpec,
    Listener, ListenerStatus, Reference,
};
pub use host::{DnsAnswer, Handshake, Host, HostRequests};
pub use measured::{
    ContainerMetrics, LogPattern, LogSource, MemoryHistory, NodeMetrics, PodMetrics, Throttling, Usage,
};
pub use meta::{
    AnnotatedMeta, Condition, LabelledMeta, ListMeta, ManagedFields, ObjectMeta, OwnerReference, Quantity,
    WorkloadMeta,
};
pub use network::{
    Endpoint, EndpointConditions, EndpointPort, EndpointSlice, HttpIngressPath, HttpIngressRuleValue,
    Ingress, IngressBackend, IngressClass, IngressRule, IngressRuleValue, IngressServiceBackend, IngressSpec,
    IngressStatus, IngressTls, IntOrString, LoadBalancerIngress, LoadBalancerStatus, Service,
    ServiceBackendPort, ServicePort, ServiceSpec, ServiceStatus,
};
use object::json_list;
pub use object::{Envelope, Identity, Kind, Object, PROTOBUF_MAGIC, Place, TypeMeta};
pub use pod::{
    Affinity, ClaimSource, ContainerState, ContainerStatus, NodeAffinity, NodeSelector, NodeSelectorTerm,
    Pod, PodSpec, PodStatus, ReadinessGate, Requirement, Running, SchedulingGate, Terminated, Toleration,
    Volume, VolumeSource, Waiting,
};
pub use policy::{
    HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec, HorizontalPodAutoscalerStatus, LabelSelector,
    PodDisruptionBudget, PodDisruptionBudgetSpec, PodDisruptionBudgetStatus, ResourceQuota,
    ResourceQuotaStatus, ScaleTarget,
};
pub use public::{AUTHORITY, CERTIFICATE, NO_PEM, PRIVATE_KEY, Public};
pub use secret::without_secrets;
pub use sentence::{Sentence, SentenceFact, kept, read_back};
pub use status::Status;
pub use storage::{
    PersistentVolume, PersistentVolumeClaim, PersistentVolumeClaimSpec, PersistentVolumeClaimStatus,
    PersistentVolumeSpec, PersistentVolumeStatus, Secret, StorageClass,
};
pub use stream::ListReader;
pub use time::Time;
pub use workload::{
    CronJob, CronJobSpec, CronJobStatus, DaemonSet, DaemonSetSpec, DaemonSetStatus, Deployment,
    DeploymentCondition, DeploymentSpec, DeploymentStatus, Job, JobSpec, JobStatus, JobTemplate,
    JobTemplateSpec, ReplicaSet, ReplicaSetStatus, ReplicasSpec, StatefulSet, StatefulSetSpec,
    StatefulSetStatus, Template, TemplateMeta, UpdateStrategy, WorkloadCondition,
};

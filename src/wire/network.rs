//! Services, EndpointSlices and Ingresses.

use super::{LabelledMeta, ObjectMeta, ObjectReference};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

wire! {
    /// `v1.Service`.
    Service {
        /// Name and age.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// The desired state.
        [message, required, tag = "2"] spec: ServiceSpec,
        /// The current state.
        [message, required, tag = "3"] status: ServiceStatus,
    }
}

wire! {
    /// `v1.ServiceSpec`.
    ServiceSpec {
        /// Its ports.
        [message, repeated, tag = "1"] ports: Vec<ServicePort>,
        /// The labels of its pods; empty if another controller manages its endpoints.
        [btree_map = "string, string", tag = "2"] selector: std::collections::BTreeMap<String, String>,
        /// Its address in the cluster; `None` for a headless service.
        #[serde(rename = "clusterIP")]
        [string, tag = "3"] cluster_ip: String,
        /// `ClusterIP`, `NodePort`, `LoadBalancer` or `ExternalName`.
        [string, tag = "4"] r#type: String,
        /// Whether pods that are not ready get traffic too.
        [bool, tag = "13"] publish_not_ready_addresses: bool,
        /// The class of its load balancer; empty for the default.
        [string, tag = "21"] load_balancer_class: String,
    }
}

impl Service {
    /// Whether it is headless: DNS returns the addresses of its pods.
    pub fn is_headless(&self) -> bool {
        self.spec.cluster_ip == "None"
    }

    /// Whether it should have a load balancer and has none.
    pub fn waits_for_load_balancer(&self) -> bool {
        self.spec.r#type == "LoadBalancer"
            && self.status.load_balancer.ingress.is_empty()
            && self.metadata.deleted().is_none()
    }
}

/// The protocol of ports that state none.
pub const TCP: &str = "TCP";

wire! {
    /// `v1.ServicePort`.
    ServicePort {
        /// Unique in the service; may be empty for a single port.
        [string, tag = "1"] name: String,
        /// `TCP`, `UDP` or `SCTP`.
        [string, tag = "2"] protocol: String,
        /// The port of the service.
        [int32, tag = "3"] port: i32,
        /// The port of the pods: a number, or the name of a container port.
        [message, required, tag = "4"] target_port: IntOrString,
    }
}

impl ServicePort {
    /// The protocol: `TCP` if none is stated.
    pub fn transport(&self) -> &str {
        if self.protocol.is_empty() { TCP } else { &self.protocol }
    }

    /// The number of the port of the pods; `None` if the port is named.
    pub fn target_number(&self) -> Option<i32> {
        let number = self.target_port.number()?;
        Some(if number == 0 { self.port } else { number })
    }
}

wire! {
    /// `v1.ServiceStatus`.
    ServiceStatus {
        /// Its addresses at the load balancer.
        [message, required, tag = "1"] load_balancer: LoadBalancerStatus,
    }
}

wire! {
    /// `v1.LoadBalancerStatus`.
    LoadBalancerStatus {
        /// The addresses.
        [message, repeated, tag = "1"] ingress: Vec<LoadBalancerIngress>,
    }
}

wire! {
    /// `v1.LoadBalancerIngress`.
    LoadBalancerIngress {
        /// The address.
        [string, tag = "1"] ip: String,
        /// The host name, instead of an address.
        [string, tag = "2"] hostname: String,
    }
}

/// `intstr.IntOrString`.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct IntOrString {
    /// 0 for a number, 1 for a text.
    #[prost(int64, tag = "1")]
    pub r#type: i64,
    /// The number.
    #[prost(int32, tag = "2")]
    pub int_val: i32,
    /// The text.
    #[prost(string, tag = "3")]
    pub str_val: String,
}

impl IntOrString {
    /// The number; `None` for a text.
    pub fn number(&self) -> Option<i32> {
        (self.r#type == 0).then_some(self.int_val)
    }
}

impl std::fmt::Display for IntOrString {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self.r#type {
            0 => self.int_val.fmt(f),
            _ => f.write_str(&self.str_val),
        }
    }
}

impl Serialize for IntOrString {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.r#type {
            0 => serializer.serialize_i32(self.int_val),
            _ => serializer.serialize_str(&self.str_val),
        }
    }
}

impl<'de> Deserialize<'de> for IntOrString {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(i32),
            Text(String),
        }
        Ok(match Written::deserialize(deserializer)? {
            Written::Number(int_val) => Self { r#type: 0, int_val, str_val: String::new() },
            Written::Text(str_val) => Self { r#type: 1, int_val: 0, str_val },
        })
    }
}

wire! {
    /// `discovery.k8s.io/v1.EndpointSlice`.
    EndpointSlice {
        /// Its name, and the label with the name of its service.
        [message, required, tag = "1"] metadata: LabelledMeta,
        /// The endpoints of the service, or some of them.
        [message, repeated, tag = "2"] endpoints: Vec<Endpoint>,
        /// The ports of all of them.
        [message, repeated, tag = "3"] ports: Vec<EndpointPort>,
    }
}

wire! {
    /// `discovery.k8s.io/v1.Endpoint`.
    Endpoint {
        /// Whether it gets traffic.
        [message, required, tag = "2"] conditions: EndpointConditions,
        /// Usually a pod.
        [message, optional, tag = "4"] target_ref: Option<ObjectReference>,
    }
}

wire! {
    /// `discovery.k8s.io/v1.EndpointConditions`.
    EndpointConditions {
        /// Unset means ready.
        [bool, optional, tag = "1"] ready: Option<bool>,
    }
}

wire! {
    /// `discovery.k8s.io/v1.EndpointPort`.
    EndpointPort {
        /// The name of the port of the service.
        [string, tag = "1"] name: String,
        /// The port of the pods.
        [int32, optional, tag = "3"] port: Option<i32>,
    }
}

wire! {
    /// `networking.k8s.io/v1.Ingress`.
    Ingress {
        /// Name, age, and the annotation with the class, which is older than the field.
        [message, required, tag = "1"] metadata: LabelledMeta,
        /// The desired state.
        [message, required, tag = "2"] spec: IngressSpec,
        /// Where it can be reached.
        [message, required, tag = "3"] status: IngressStatus,
    }
}

wire! {
    /// `networking.k8s.io/v1.IngressStatus`.
    IngressStatus {
        /// Where it receives traffic.
        [message, required, tag = "1"] load_balancer: LoadBalancerStatus,
    }
}

wire! {
    /// `networking.k8s.io/v1.IngressSpec`.
    IngressSpec {
        /// The backend of requests without a rule.
        [message, optional, tag = "1"] default_backend: Option<IngressBackend>,
        /// Hosts and the secrets with their certificates.
        [message, repeated, tag = "2"] tls: Vec<IngressTls>,
        /// Hosts and their backends.
        [message, repeated, tag = "3"] rules: Vec<IngressRule>,
        /// Its class; unset for the default.
        [string, optional, tag = "4"] ingress_class_name: Option<String>,
    }
}

impl IngressSpec {
    /// Every backend, the default one first.
    pub fn backends(&self) -> impl Iterator<Item = &IngressBackend> {
        let paths = self.rules.iter().flat_map(|rule| &rule.value.http.paths);
        self.default_backend.iter().chain(paths.map(|path| &path.backend))
    }
}

wire! {
    /// `networking.k8s.io/v1.IngressBackend`.
    IngressBackend {
        /// A service of the same namespace; unset for another resource.
        [message, optional, tag = "4"] service: Option<IngressServiceBackend>,
    }
}

wire! {
    /// `networking.k8s.io/v1.IngressServiceBackend`.
    IngressServiceBackend {
        /// The service.
        [string, tag = "1"] name: String,
        /// Its port.
        [message, required, tag = "2"] port: ServiceBackendPort,
    }
}

wire! {
    /// `networking.k8s.io/v1.ServiceBackendPort`: a name or a number.
    ServiceBackendPort {
        /// The name.
        [string, tag = "1"] name: String,
        /// The number.
        [int32, tag = "2"] number: i32,
    }
}

wire! {
    /// `networking.k8s.io/v1.IngressTLS`.
    IngressTls {
        /// The hosts of the certificate.
        [string, repeated, tag = "1"] hosts: Vec<String>,
        /// The secret; empty for the certificate of the controller.
        [string, tag = "2"] secret_name: String,
    }
}

/// `networking.k8s.io/v1.IngressRule`. In JSON, its value is a part of the rule itself.
#[derive(Clone, PartialEq, prost::Message, Serialize, Deserialize)]
#[serde(from = "FlatRule", into = "FlatRule")]
pub struct IngressRule {
    /// Empty for every host.
    #[prost(string, tag = "1")]
    pub host: String,
    /// Its backends.
    #[prost(message, required, tag = "2")]
    pub value: IngressRuleValue,
}

wire! {
    /// `networking.k8s.io/v1.IngressRuleValue`.
    IngressRuleValue {
        /// The paths.
        [message, required, tag = "1"] http: HttpIngressRuleValue,
    }
}

wire! {
    /// An [`IngressRule`] in JSON.
    FlatRule {
        /// Empty for every host.
        [string, tag = "1"] host: String,
        /// The paths.
        [message, required, tag = "2"] http: HttpIngressRuleValue,
    }
}

impl From<FlatRule> for IngressRule {
    fn from(FlatRule { host, http }: FlatRule) -> Self {
        Self { host, value: IngressRuleValue { http } }
    }
}

impl From<IngressRule> for FlatRule {
    fn from(rule: IngressRule) -> Self {
        Self { host: rule.host, http: rule.value.http }
    }
}

wire! {
    /// `networking.k8s.io/v1.HTTPIngressRuleValue`.
    HttpIngressRuleValue {
        /// The paths of a host.
        [message, repeated, tag = "1"] paths: Vec<HttpIngressPath>,
    }
}

wire! {
    /// `networking.k8s.io/v1.HTTPIngressPath`.
    HttpIngressPath {
        /// Such as `/`.
        [string, tag = "1"] path: String,
        /// The backend.
        [message, required, tag = "2"] backend: IngressBackend,
        /// `Exact`, `Prefix` or `ImplementationSpecific`.
        [string, tag = "3"] path_type: String,
    }
}

wire! {
    /// `networking.k8s.io/v1.IngressClass`.
    IngressClass {
        /// Name, and the annotation that makes it the default.
        [message, required, tag = "1"] metadata: LabelledMeta,
    }
}

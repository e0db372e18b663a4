//! What stands behind a service, as it is kept.

use super::Names;
use crate::wire;
use std::sync::Arc;

/// The label by which an EndpointSlice names its service.
const SERVICE: &str = "kubernetes.io/service-name";

/// An EndpointSlice: how many endpoints are ready, and who the others are.
#[derive(Debug)]
pub struct Endpoints {
    /// Its namespace.
    pub namespace: Arc<str>,
    /// Its service; empty if it names none.
    pub service: Arc<str>,
    /// Its own name.
    pub name: Box<str>,
    /// Endpoints that get traffic.
    pub ready: u32,
    /// The pods among those that do not, by name.
    pub unready: Vec<Box<str>>,
    /// The names of the ports they have; empty for a single port without a name.
    pub ports: Vec<Arc<str>>,
}

impl Endpoints {
    /// Folds an EndpointSlice.
    pub fn fold(object: wire::EndpointSlice, names: &Names) -> Self {
        let metadata = object.metadata;
        let (ready, others): (Vec<_>, Vec<_>) =
            object.endpoints.into_iter().partition(|endpoint| endpoint.conditions.ready != Some(false));
        let pods = others.into_iter().filter_map(|endpoint| endpoint.target_ref);
        Self {
            namespace: names.get(&metadata.namespace),
            service: names.get(metadata.labels.get(SERVICE).map_or("", String::as_str)),
            name: metadata.name.into(),
            ready: u32::try_from(ready.len()).unwrap_or(u32::MAX),
            unready: pods.filter(|target| target.kind == "Pod").map(|target| target.name.into()).collect(),
            ports: object.ports.iter().map(|port| names.get(&port.name)).collect(),
        }
    }
}

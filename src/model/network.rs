//! The row of an EndpointSlice.

use super::Names;
use crate::wire;
use std::sync::Arc;

/// The label of an EndpointSlice with the name of its service.
const SERVICE: &str = "kubernetes.io/service-name";

/// An EndpointSlice: the number of ready endpoints, and the others.
#[derive(Debug)]
pub struct Endpoints {
    pub(crate) namespace: Arc<str>,
    /// Its service; empty without one.
    pub(crate) service: Arc<str>,
    /// Its own name.
    pub(crate) name: Box<str>,
    /// Endpoints that get traffic.
    pub(crate) ready: u32,
    /// The names of the pods that get none.
    pub(crate) unready: Vec<Box<str>>,
    /// The names of the ports; empty for a single port without a name.
    pub(crate) ports: Vec<Arc<str>>,
}

impl Endpoints {
    /// Folds an EndpointSlice.
    pub(crate) fn fold(object: wire::EndpointSlice, names: &Names) -> Self {
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

//! What containers and nodes use: at this moment, and over time.

use super::{Amount, Names, quantity};
use crate::wire::{self, Quantity, Time};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a container used when it was last measured: one sample, and nothing to rest a decision on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metered {
    /// The namespace; empty for a node.
    pub namespace: Arc<str>,
    /// The pod, or the node.
    pub object: Box<str>,
    /// The container; empty for a node.
    pub container: Arc<str>,
    /// How much.
    pub used: Amount,
    /// When.
    pub at: Time,
}

/// What a container has used over time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The namespace.
    pub namespace: Arc<str>,
    /// The pod, which may be gone.
    pub pod: Box<str>,
    /// The container.
    pub container: Arc<str>,
    /// Thousandths of a core that it used no more than in 95 of 100 samples, and the most bytes of memory it had.
    pub used: Amount,
    /// How many samples there are.
    pub samples: i64,
    /// Seconds from one to the next.
    pub step: i64,
    /// How far back was looked, in seconds.
    pub window: i64,
}

/// How the memory of a container went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryHistory {
    /// The namespace.
    pub namespace: Arc<str>,
    /// The pod.
    pub pod: Box<str>,
    /// The container.
    pub container: Arc<str>,
    /// When the first sample was taken.
    pub start: Time,
    /// Seconds from one sample to the next; at least 1.
    pub step: i64,
    /// Working sets in bytes; `None` where there is no sample.
    pub bytes: Box<[Option<i64>]>,
}

/// A metrics server measures once a minute or oftener, and clocks of nodes differ by less.
const FRESH_SECONDS: u64 = 300;

impl Metered {
    /// Whether it was measured at about this moment; what has no time was.
    pub fn is_of(&self, now: Time) -> bool {
        self.at.known().is_none_or(|at| now.seconds_since(at).unsigned_abs() <= FRESH_SECONDS)
    }

    /// Folds what is known of a pod. A container of which not both are known, or cannot be, is left out.
    pub fn fold_pod(metrics: wire::PodMetrics, names: &Names) -> Vec<Self> {
        let namespace = names.get(&metrics.metadata.namespace);
        let (name, at) = (metrics.metadata.name, metrics.timestamp.unwrap_or_default());
        let of = |container: &wire::ContainerMetrics| {
            Some(Self {
                namespace: Arc::clone(&namespace),
                object: name.as_str().into(),
                container: names.get(&container.name),
                used: used(&container.usage)?,
                at,
            })
        };
        metrics.containers.iter().filter_map(of).collect()
    }

    /// Folds what is known of a node, if both are known and can be.
    pub fn fold_node(metrics: wire::NodeMetrics, names: &Names) -> Option<Self> {
        Some(Self {
            namespace: names.get(""),
            object: metrics.metadata.name.into_boxed_str(),
            container: names.get(""),
            used: used(&metrics.usage)?,
            at: metrics.timestamp.unwrap_or_default(),
        })
    }
}

fn used(usage: &BTreeMap<String, Quantity>) -> Option<Amount> {
    let cpu = quantity::thousandths(&usage.get("cpu")?.text)?;
    let memory = quantity::whole(&usage.get("memory")?.text)?;
    (cpu >= 0 && memory >= 0).then_some(Amount { cpu, memory })
}

impl Usage {
    /// Folds what somebody measured; `None` for what no container can have used.
    pub fn fold(measured: &wire::Usage, names: &Names) -> Option<Self> {
        let (pod, container) = measured.metadata.name.split_once('/')?;
        let used = Amount { cpu: measured.cpu_p95_millis, memory: measured.memory_max_bytes };
        let (samples, step) = (measured.samples, measured.step_seconds);
        let can_be = used.cpu >= 0 && used.memory >= 0 && samples > 0 && step > 0;
        can_be.then(|| Self {
            namespace: names.get(&measured.metadata.namespace),
            pod: pod.into(),
            container: names.get(container),
            used,
            samples,
            step,
            window: measured.window_seconds,
        })
    }
}

impl MemoryHistory {
    /// Folds what somebody measured; `None` where its times make no sense.
    pub fn fold(measured: wire::MemoryHistory, names: &Names) -> Option<Self> {
        let (pod, container) = measured.metadata.name.split_once('/')?;
        let start = measured.start?.known().filter(|_| measured.step_seconds > 0)?;
        Some(Self {
            namespace: names.get(&measured.metadata.namespace),
            pod: pod.into(),
            container: names.get(container),
            start,
            step: measured.step_seconds,
            bytes: measured.bytes.into_iter().map(|bytes| Some(bytes).filter(|bytes| *bytes >= 0)).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_half_known_or_cannot_be_is_left_out() {
        let names = Names::default();
        let of = |usage: serde_json::Value| {
            let value = json!({
                "metadata": { "namespace": "shop", "name": "web-0" }, "timestamp": "2025-12-26T02:00:00Z",
                "containers": [{ "name": "app", "usage": usage }],
            });
            let metered = Metered::fold_pod(serde_json::from_value(value).unwrap(), &names);
            metered.first().map(|metered| (metered.used.cpu, metered.used.memory))
        };
        assert_eq!(of(json!({ "cpu": "1250000n", "memory": "20Ki" })), Some((2, 20 << 10)));
        assert_eq!(of(json!({ "cpu": "0", "memory": "0" })), Some((0, 0)));
        for bad in [
            json!({ "cpu": "5m" }),
            json!({ "memory": "5Mi" }),
            json!({ "cpu": "-5m", "memory": "5Mi" }),
            json!({ "cpu": "lots", "memory": "5Mi" }),
            json!({}),
        ] {
            assert_eq!(of(bad.clone()), None, "{bad}");
        }
    }
}

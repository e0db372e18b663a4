//! What containers and nodes use: now, and over time.

use super::{Amount, Names, quantity};
use crate::wire::{self, Quantity, Time, Usage};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a container or a node used when it was last measured: a single sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metered {
    /// The namespace; empty for a node.
    pub(crate) namespace: Arc<str>,
    /// The pod, or the node.
    pub(crate) object: Box<str>,
    /// The container; empty for a node.
    pub(crate) container: Arc<str>,
    /// The amount.
    pub(crate) used: Amount,
    /// When it was measured.
    pub(crate) at: Time,
}

/// A metrics server measures at least once a minute, and the clocks of nodes differ by less.
const FRESH_SECONDS: u64 = 300;

impl Metered {
    /// Whether it was measured at about this time; also true if it has no time.
    pub(crate) fn is_of(&self, now: Time) -> bool {
        self.at.known().is_none_or(|at| now.seconds_since(at).unsigned_abs() <= FRESH_SECONDS)
    }

    /// Folds the measurements of a pod. A container without both numbers, or with impossible ones, is left out.
    pub(crate) fn fold_pod(metrics: wire::PodMetrics, names: &Names) -> Vec<Self> {
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

    /// Folds the measurement of a node, if it has both numbers and they are possible.
    pub(crate) fn fold_node(metrics: wire::NodeMetrics, names: &Names) -> Option<Self> {
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
    /// Whether a container can have used this.
    pub(crate) fn is_possible(&self) -> bool {
        let (used, is_named) = (self.used(), !self.metadata.container().is_empty());
        is_named && used.cpu >= 0 && used.memory >= 0 && self.samples > 0 && self.step_seconds > 0
    }

    /// The 95th percentile of its CPU, and the most memory.
    pub(crate) fn used(&self) -> Amount {
        Amount { cpu: self.cpu_p95_millis, memory: self.memory_max_bytes }
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

//! What somebody measured, in the shape of objects, so that captures keep it and files give it beside them: what a
//! metrics server says of this moment, and what was counted over time.

use super::{ObjectMeta, Quantity, Time};
use std::collections::BTreeMap;

wire! {
    /// `metrics.k8s.io/v1beta1.PodMetrics`.
    PodMetrics {
        /// The pod's name and namespace.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// When it was measured.
        [message, optional, tag = "2"] timestamp: Option<Time>,
        /// Of each of its containers.
        [message, repeated, tag = "4"] containers: Vec<ContainerMetrics>,
    }
}

wire! {
    /// `metrics.k8s.io/v1beta1.ContainerMetrics`.
    ContainerMetrics {
        /// Unique in the pod.
        [string, tag = "1"] name: String,
        /// CPU in cores, over some seconds, and the working set of memory in bytes.
        [btree_map = "string, message", tag = "2"] usage: BTreeMap<String, Quantity>,
    }
}

wire! {
    /// `metrics.k8s.io/v1beta1.NodeMetrics`.
    NodeMetrics {
        /// The node's name.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// When it was measured.
        [message, optional, tag = "2"] timestamp: Option<Time>,
        /// CPU in cores, over some seconds, and the working set of memory in bytes.
        [btree_map = "string, message", tag = "4"] usage: BTreeMap<String, Quantity>,
    }
}

wire! {
    /// How often a container was held back by its CPU limit within a window of time: `healthcheck/v1`, kind `Throttling`.
    Throttling {
        /// The namespace, and as a name the pod's and the container's, with a slash between them.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// CFS periods in which it wanted to run.
        [int64, tag = "2"] periods: i64,
        /// Those of them in which it was stopped because its quota was used up.
        [int64, tag = "3"] throttled: i64,
        /// The length of the window in seconds.
        [int64, tag = "4"] window_seconds: i64,
        /// Its CPU limit in thousandths of a core; 0 where that is not known.
        [int64, tag = "5"] limit_millis: i64,
    }
}

wire! {
    /// What a container has used over time: `healthcheck/v1`, kind `Usage`.
    Usage {
        /// The namespace, and as a name the pod's and the container's, with a slash between them.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// The CPU that it used no more than in 95 of 100 samples, in thousandths of a core.
        [int64, tag = "2"] cpu_p95_millis: i64,
        /// The largest working set of its memory, in bytes.
        [int64, tag = "3"] memory_max_bytes: i64,
        /// How many samples there are of it.
        [int64, tag = "4"] samples: i64,
        /// Seconds from one sample to the next.
        [int64, tag = "5"] step_seconds: i64,
        /// How far back was looked, in seconds.
        [int64, tag = "6"] window_seconds: i64,
    }
}

wire! {
    /// How the memory of a container went: `healthcheck/v1`, kind `MemoryHistory`.
    MemoryHistory {
        /// The namespace, and as a name the pod's and the container's, with a slash between them.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// When the first sample was taken.
        [message, optional, tag = "2"] start: Option<Time>,
        /// Seconds from one sample to the next.
        [int64, tag = "3"] step_seconds: i64,
        /// Its working set in bytes; -1 where there is no sample.
        [int64, repeated, tag = "4"] bytes: Vec<i64>,
    }
}

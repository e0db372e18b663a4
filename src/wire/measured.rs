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

wire! {
    /// What the logs of a source said, one container of a workload over all its pods: `healthcheck/v1`, kind `LogSource`.
    LogSource {
        /// The namespace, and as a name the workload's kind and name and the container's, with slashes between them.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// Of the pods that were read, the one that told most errors.
        [string, tag = "2"] pod: String,
        /// How many pods were read.
        [int64, tag = "3"] pods: i64,
        /// Of them, those whose logs were not read from the beginning of the window.
        [int64, tag = "4"] cut_pods: i64,
        /// How far back was looked, in seconds.
        [int64, tag = "5"] window_seconds: i64,
        /// When the first line that was read was written.
        [message, optional, tag = "6"] first: Option<Time>,
        /// When the last was.
        [message, optional, tag = "7"] last: Option<Time>,
        /// Lines that were read; each is one of `quiet` to `binary`.
        [int64, tag = "8"] lines: i64,
        /// Their bytes.
        [int64, tag = "9"] bytes: i64,
        /// That tell of nothing wrong.
        [int64, tag = "10"] quiet: i64,
        /// That warn.
        [int64, tag = "11"] warnings: i64,
        /// That tell of an error or worse.
        [int64, tag = "12"] errors: i64,
        /// Requests that were answered with 4xx.
        [int64, tag = "13"] client_errors: i64,
        /// That are benign by a rule.
        [int64, tag = "14"] benign: i64,
        /// That belong to the line before.
        [int64, tag = "15"] joined: i64,
        /// That are no text.
        [int64, tag = "16"] binary: i64,
        /// Of all, those that were too long to be read to their end.
        [int64, tag = "17"] long: i64,
        /// Errors of patterns that are not told.
        [int64, tag = "18"] other_errors: i64,
        /// Requests and benign lines of patterns that are not told.
        [int64, tag = "19"] other: i64,
        /// The patterns.
        [message, repeated, tag = "20"] patterns: Vec<LogPattern>,
    }
}

wire! {
    /// Lines that differ only in what changes from line to line.
    LogPattern {
        /// `fatal`, `error`, `client-error` or `benign`.
        [string, tag = "1"] class: String,
        /// By which rule it is benign.
        [string, tag = "2"] rule: String,
        /// What is the same in all of them.
        [string, tag = "3"] text: String,
        /// How many.
        [int64, tag = "4"] count: i64,
        /// When the first was written.
        [message, optional, tag = "5"] first: Option<Time>,
        /// When the last was.
        [message, optional, tag = "6"] last: Option<Time>,
        /// One of them, without credentials.
        [string, tag = "7"] sample: String,
    }
}

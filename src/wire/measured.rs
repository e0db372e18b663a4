//! Measurements in the form of objects: the metrics API's, which a metrics server sends, and this tool's own, which captures
//! and files contain next to the objects. There is one struct for each measured thing; `model` interprets its numbers.

use super::{ObjectMeta, Quantity, Time};
use std::collections::BTreeMap;

wire! {
    /// `metrics.k8s.io/v1beta1.PodMetrics`.
    PodMetrics {
        /// The name and namespace of the pod.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// When it was measured.
        [message, optional, tag = "2"] timestamp: Option<Time>,
        /// The usage of each container.
        [message, repeated, tag = "4"] containers: Vec<ContainerMetrics>,
    }
}

wire! {
    /// `metrics.k8s.io/v1beta1.ContainerMetrics`.
    ContainerMetrics {
        /// Unique in the pod.
        [string, tag = "1"] name: String,
        /// CPU in cores, averaged over some seconds, and the working set of memory in bytes.
        [btree_map = "string, message", tag = "2"] usage: BTreeMap<String, Quantity>,
    }
}

wire! {
    /// `metrics.k8s.io/v1beta1.NodeMetrics`.
    NodeMetrics {
        /// The name of the node.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// When it was measured.
        [message, optional, tag = "2"] timestamp: Option<Time>,
        /// CPU in cores, averaged over some seconds, and the working set of memory in bytes.
        [btree_map = "string, message", tag = "4"] usage: BTreeMap<String, Quantity>,
    }
}

/// The metadata of a measurement. The name of a container is `POD/CONTAINER`.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(default)]
pub struct MeasuredMeta {
    /// Empty for measurements of the cluster.
    #[serde(deserialize_with = "super::shape::nullable", skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// Unique among the measurements of a kind in a namespace.
    #[serde(deserialize_with = "super::shape::nullable", skip_serializing_if = "String::is_empty")]
    pub name: String,
}

impl MeasuredMeta {
    /// The metadata of a container of a pod.
    pub fn of_container(namespace: &str, pod: &str, container: &str) -> Self {
        Self { namespace: namespace.to_owned(), name: format!("{pod}/{container}") }
    }

    /// The pod.
    pub fn pod(&self) -> &str {
        self.name.split_once('/').map_or(&self.name, |(pod, _)| pod)
    }

    /// The container; empty if the name has none.
    pub fn container(&self) -> &str {
        self.name.split_once('/').map_or("", |(_, container)| container)
    }

    /// What it is sorted and searched by: namespace, pod and container.
    pub fn key(&self) -> (&str, &str, &str) {
        (&self.namespace, self.pod(), self.container())
    }
}

measured! {
    /// How often the CPU limit of a container throttled it within a window of time: `healthcheck/v1`, kind `Throttling`.
    Throttling {
        /// The container.
        metadata: MeasuredMeta,
        /// CFS periods in which it wanted to run.
        periods: i64,
        /// Those of them in which it was stopped because its quota was used up.
        throttled: i64,
        /// The length of the window in seconds.
        window_seconds: i64,
        /// Its CPU limit in thousandths of a core; 0 if unknown.
        limit_millis: i64,
    }
}

measured! {
    /// What a container has used over time: `healthcheck/v1`, kind `Usage`.
    Usage {
        /// The container. Its pod may be gone.
        metadata: MeasuredMeta,
        /// The 95th percentile of its CPU usage, in thousandths of a core.
        cpu_p95_millis: i64,
        /// The largest working set of its memory, in bytes.
        memory_max_bytes: i64,
        /// The number of samples.
        samples: i64,
        /// Where the numbers come from: `Service NAMESPACE/NAME` or the address of a Prometheus; empty if unknown.
        source: String,
        /// Seconds from one sample to the next.
        step_seconds: i64,
        /// The length of the window in seconds.
        window_seconds: i64,
    }
}

measured! {
    /// The memory usage of a container over time: `healthcheck/v1`, kind `MemoryHistory`.
    MemoryHistory {
        /// The container.
        metadata: MeasuredMeta,
        /// When the first sample was taken.
        start: Option<Time>,
        /// Seconds from one sample to the next.
        step_seconds: i64,
        /// Its working sets in bytes; -1 where a sample is missing.
        bytes: Vec<i64>,
    }
}

measured! {
    /// A summary of the logs of one container of a workload, over all its pods: `healthcheck/v1`, kind `LogSource`.
    LogSource {
        /// The namespace. The name is `KIND/NAME/CONTAINER`, with the kind and name of the workload.
        metadata: MeasuredMeta,
        /// The pod with the most errors.
        pod: String,
        /// The number of pods that were read.
        pods: i64,
        /// Those of them whose logs were not read from the beginning of the window.
        cut_pods: i64,
        /// The length of the window in seconds.
        window_seconds: i64,
        /// When the first line that was read was written.
        first: Option<Time>,
        /// When the last line that was read was written.
        last: Option<Time>,
        /// Lines that were read; each is counted in one of `quiet` to `binary`.
        lines: i64,
        /// Their bytes.
        bytes: i64,
        /// Lines without a problem.
        quiet: i64,
        /// Warnings.
        warnings: i64,
        /// Errors and worse.
        errors: i64,
        /// Requests answered with 4xx.
        client_errors: i64,
        /// Lines that a rule calls benign.
        benign: i64,
        /// Lines that continue the line before.
        joined: i64,
        /// Lines that are not text.
        binary: i64,
        /// Those of all lines that were too long to be read whole.
        long: i64,
        /// Errors of patterns that are not listed.
        other_errors: i64,
        /// Requests and benign lines of patterns that are not listed.
        other: i64,
        /// The patterns.
        patterns: Vec<LogPattern>,
    }
}

measured! {
    /// Lines that differ only in their variable parts.
    LogPattern {
        /// `fatal`, `error`, `client-error` or `benign`.
        class: String,
        /// The rule that calls it benign.
        rule: String,
        /// The part that all lines have in common.
        text: String,
        /// The number of lines.
        count: i64,
        /// When the first was written.
        first: Option<Time>,
        /// When the last was written.
        last: Option<Time>,
        /// One of the lines, without credentials.
        sample: String,
    }
}

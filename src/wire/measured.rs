//! What somebody measured, in the shape of objects, so that captures keep it and files give it beside them.

use super::ObjectMeta;

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

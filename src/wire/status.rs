//! `metav1.Status`: the error answers of the API server.

use super::ListMeta;

wire! {
    /// `metav1.Status`.
    Status {
        /// Contains the fresh token of an expired list.
        [message, required, tag = "1"] metadata: ListMeta,
        /// The message that kubectl prints.
        [string, tag = "3"] message: String,
        /// Such as `Forbidden`; may be empty.
        [string, tag = "4"] reason: String,
        /// The HTTP status.
        [int32, tag = "6"] code: i32,
    }
}

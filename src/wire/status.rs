//! `metav1.Status`: how the API server says no.

use super::ListMeta;

wire! {
    /// `metav1.Status`.
    Status {
        /// An expired list gets its fresh token here.
        [message, required, tag = "1"] metadata: ListMeta,
        /// The sentence kubectl prints.
        [string, tag = "3"] message: String,
        /// Such as `Forbidden`; may be empty.
        [string, tag = "4"] reason: String,
        /// The HTTP status.
        [int32, tag = "6"] code: i32,
    }
}

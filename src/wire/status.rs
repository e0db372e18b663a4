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
        /// What it was about.
        [message, optional, tag = "5"] details: Option<StatusDetails>,
        /// The HTTP status.
        [int32, tag = "6"] code: i32,
    }
}

wire! {
    /// `metav1.StatusDetails`.
    StatusDetails {
        /// How long to wait before trying again, in seconds; 0 when the server does not say.
        [int32, tag = "5"] retry_after_seconds: i32,
    }
}

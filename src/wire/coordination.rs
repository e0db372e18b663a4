//! Leases, `coordination.k8s.io/v1`: a component that leads, and a kubelet, renew theirs every few seconds.

use super::{ObjectMeta, Time};

wire! {
    /// `coordination.k8s.io/v1.Lease`.
    Lease {
        /// Name and namespace.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// Who holds it, and since when.
        [message, required, tag = "2"] spec: LeaseSpec,
    }
}

wire! {
    /// `coordination.k8s.io/v1.LeaseSpec`.
    LeaseSpec {
        /// The process that holds it; empty if it was released.
        [string, optional, tag = "1"] holder_identity: Option<String>,
        /// The seconds after its renewal for which it is valid.
        [int32, optional, tag = "2"] lease_duration_seconds: Option<i32>,
        /// When the holder last renewed it.
        [message, optional, tag = "4"] renew_time: Option<Time>,
    }
}

impl Lease {
    /// When its holder last renewed it, if that is known.
    pub fn renewed(&self) -> Option<Time> {
        self.spec.renew_time.and_then(Time::known)
    }
}

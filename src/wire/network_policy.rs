//! Network policies, `networking.k8s.io/v1.NetworkPolicy`.

use super::{IntOrString, LabelSelector, ObjectMeta};

wire! {
    /// `networking.k8s.io/v1.NetworkPolicy`.
    NetworkPolicy {
        /// Name, namespace, age.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// The pods that it restricts, and what it admits.
        [message, required, tag = "2"] spec: NetworkPolicySpec,
    }
}

wire! {
    /// `networking.k8s.io/v1.NetworkPolicySpec`.
    NetworkPolicySpec {
        /// The pods that it restricts; empty for all of its namespace.
        [message, required, tag = "1"] pod_selector: LabelSelector,
        /// The traffic to the pods that is admitted.
        [message, repeated, tag = "2"] ingress: Vec<IngressPeers>,
        /// The traffic from the pods that is admitted.
        [message, repeated, tag = "3"] egress: Vec<EgressPeers>,
        /// `Ingress`, `Egress` or both.
        [string, repeated, tag = "4"] policy_types: Vec<String>,
    }
}

wire! {
    /// `networking.k8s.io/v1.NetworkPolicyIngressRule`.
    IngressPeers {
        /// The ports; empty for all.
        [message, repeated, tag = "1"] ports: Vec<PolicyPort>,
        /// Where the traffic comes from; empty for everywhere.
        [message, repeated, tag = "2"] from: Vec<PolicyPeer>,
    }
}

wire! {
    /// `networking.k8s.io/v1.NetworkPolicyEgressRule`.
    EgressPeers {
        /// The ports; empty for all.
        [message, repeated, tag = "1"] ports: Vec<PolicyPort>,
        /// Where the traffic goes to; empty for everywhere.
        [message, repeated, tag = "2"] to: Vec<PolicyPeer>,
    }
}

wire! {
    /// `networking.k8s.io/v1.NetworkPolicyPort`.
    PolicyPort {
        /// `TCP`, which is the default, `UDP` or `SCTP`.
        [string, optional, tag = "1"] protocol: Option<String>,
        /// Its number or name; absent for all ports.
        [message, optional, tag = "2"] port: Option<IntOrString>,
        /// The last port of a range.
        [int32, optional, tag = "3"] end_port: Option<i32>,
    }
}

wire! {
    /// `networking.k8s.io/v1.NetworkPolicyPeer`.
    PolicyPeer {
        /// Pods of the namespaces, or of the namespace of the policy.
        [message, optional, tag = "1"] pod_selector: Option<LabelSelector>,
        /// Namespaces.
        [message, optional, tag = "2"] namespace_selector: Option<LabelSelector>,
        /// Addresses.
        [message, optional, tag = "3"] ip_block: Option<IpBlock>,
    }
}

wire! {
    /// `networking.k8s.io/v1.IPBlock`.
    IpBlock {
        /// Such as `10.0.0.0/8`.
        [string, tag = "1"] cidr: String,
        /// Parts of it that are not meant.
        [string, repeated, tag = "2"] except: Vec<String>,
    }
}

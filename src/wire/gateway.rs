//! Gateways and routes of the Gateway API, `gateway.networking.k8s.io/v1`. These are custom resources, which the server sends
//! as JSON only; the tags are this tool's own.

use super::{LabelledMeta, ObjectMeta};

wire! {
    /// `gateway.networking.k8s.io/v1.Gateway`.
    Gateway {
        /// Name, namespace, age, annotations.
        [message, required, tag = "1"] metadata: LabelledMeta,
        /// The desired state.
        [message, required, tag = "2"] spec: GatewaySpec,
        /// The current state.
        [message, required, tag = "3"] status: GatewayStatus,
    }
}

wire! {
    /// `GatewaySpec`.
    GatewaySpec {
        /// Where it receives traffic.
        [message, repeated, tag = "1"] listeners: Vec<Listener>,
    }
}

wire! {
    /// `Listener`.
    Listener {
        /// Unique in the gateway.
        [string, tag = "1"] name: String,
        /// Such as `*.example.com`; empty for every host.
        [string, tag = "2"] hostname: String,
        /// Its port.
        [int32, tag = "3"] port: i32,
        /// Such as `HTTPS`.
        [string, tag = "4"] protocol: String,
        /// Its settings of TLS.
        [message, required, tag = "5"] tls: GatewayTls,
    }
}

wire! {
    /// `GatewayTLSConfig`.
    GatewayTls {
        /// `Terminate`, which is the default, or `Passthrough`.
        [string, tag = "1"] mode: String,
        /// The certificates.
        [message, repeated, tag = "2"] certificate_refs: Vec<Reference>,
    }
}

wire! {
    /// A reference to an object.
    Reference {
        /// Its kind, such as `Secret`; empty for the default of the field.
        [string, tag = "1"] kind: String,
        /// Its namespace; empty for that of the object with the reference.
        [string, tag = "2"] namespace: String,
        /// Its name.
        [string, tag = "3"] name: String,
        /// The listener of a gateway; empty for all of them.
        [string, tag = "4"] section_name: String,
    }
}

wire! {
    /// `GatewayStatus`.
    GatewayStatus {
        /// Where it can be reached.
        [message, repeated, tag = "1"] addresses: Vec<GatewayAddress>,
        /// The states of its listeners.
        [message, repeated, tag = "2"] listeners: Vec<ListenerStatus>,
    }
}

wire! {
    /// `ListenerStatus`.
    ListenerStatus {
        /// Its name.
        [string, tag = "1"] name: String,
        /// The number of attached routes of any kind.
        [int32, tag = "2"] attached_routes: i32,
    }
}

wire! {
    /// `GatewayStatusAddress`.
    GatewayAddress {
        /// The address or the name.
        [string, tag = "1"] value: String,
    }
}

wire! {
    /// `gateway.networking.k8s.io/v1.HTTPRoute`.
    HttpRoute {
        /// Name, namespace, age.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// The desired state.
        [message, required, tag = "2"] spec: HttpRouteSpec,
    }
}

wire! {
    /// `HTTPRouteSpec`.
    HttpRouteSpec {
        /// Its hosts; empty for those of its gateways.
        [string, repeated, tag = "1"] hostnames: Vec<String>,
        /// The gateways that it attaches to.
        [message, repeated, tag = "2"] parent_refs: Vec<Reference>,
        /// Its rules.
        [message, repeated, tag = "3"] rules: Vec<HttpRouteRule>,
    }
}

wire! {
    /// `HTTPRouteRule`.
    HttpRouteRule {
        /// The services that answer.
        [message, repeated, tag = "1"] backend_refs: Vec<Reference>,
    }
}

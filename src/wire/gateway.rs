//! The Gateway API, `gateway.networking.k8s.io/v1`: what is read of gateways and routes. It is made of custom resources,
//! which are served as JSON only; the tags are nobody's.

use super::{LabelledMeta, ObjectMeta};

wire! {
    /// `gateway.networking.k8s.io/v1.Gateway`.
    Gateway {
        /// Name, namespace, age, annotations.
        [message, required, tag = "1"] metadata: LabelledMeta,
        /// What was asked for.
        [message, required, tag = "2"] spec: GatewaySpec,
        /// What there is.
        [message, required, tag = "3"] status: GatewayStatus,
    }
}

wire! {
    /// `GatewaySpec`.
    GatewaySpec {
        /// Where traffic comes in.
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
        /// Where it listens.
        [int32, tag = "3"] port: i32,
        /// Such as `HTTPS`.
        [string, tag = "4"] protocol: String,
        /// How it ends TLS.
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
    /// An object that another names.
    Reference {
        /// Its kind, such as `Secret`; empty for the one that is usual there.
        [string, tag = "1"] kind: String,
        /// Its namespace; empty for that of whoever names it.
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
        /// How its listeners are.
        [message, repeated, tag = "2"] listeners: Vec<ListenerStatus>,
    }
}

wire! {
    /// `ListenerStatus`.
    ListenerStatus {
        /// Which one.
        [string, tag = "1"] name: String,
        /// How many routes of any kind hang on it.
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
        /// What was asked for.
        [message, required, tag = "2"] spec: HttpRouteSpec,
    }
}

wire! {
    /// `HTTPRouteSpec`.
    HttpRouteSpec {
        /// The hosts it is for; empty for those of its gateways.
        [string, repeated, tag = "1"] hostnames: Vec<String>,
        /// The gateways it hangs on.
        [message, repeated, tag = "2"] parent_refs: Vec<Reference>,
        /// Where requests go.
        [message, repeated, tag = "3"] rules: Vec<HttpRouteRule>,
    }
}

wire! {
    /// `HTTPRouteRule`.
    HttpRouteRule {
        /// Who answers.
        [message, repeated, tag = "1"] backend_refs: Vec<Reference>,
    }
}

//! Certificates in Secrets, and hosts as DNS, Prometheus and TLS handshakes show them.

use crate::finding::Severity;
use crate::model::ObjectRef;
use crate::wire::Time;
use serde::{Deserialize, Serialize};

/// A Secret of type kubernetes.io/tls.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Certificate {
    pub(crate) context: String,
    pub(crate) namespace: String,
    pub(crate) secret: String,
    /// The hosts that Ingresses and Gateways name with the Secret, or those that its certificate names.
    pub(crate) hosts: Vec<String>,
    /// Such as `shop/ingress/web`.
    pub(crate) used_by: Vec<String>,
    pub(crate) subject: Option<String>,
    pub(crate) issuer: Option<String>,
    /// Hexadecimal.
    pub(crate) serial: Option<String>,
    pub(crate) not_before: Option<Time>,
    /// The first expiry in the chain; the end of the year 9999 is a day early.
    pub(crate) not_after: Option<Time>,
    /// Whole days until the expiry; negative after it.
    pub(crate) days_left: Option<i64>,
    /// The number of certificates in tls.crt; at most 10 are read.
    #[serde(alias = "chain")]
    pub(crate) chain_length: usize,
    /// `valid`, `skipped`, `muted`, `not-judged` (the check that would report it was left out), or the id of the check
    /// with the worst finding.
    pub(crate) state: String,
    pub(crate) severity: Option<Severity>,
}

/// A host that was looked up.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Host {
    pub(crate) context: String,
    pub(crate) name: String,
    /// Whether a list of hosts names it, and not only an object of the cluster.
    pub(crate) listed: bool,
    /// null if DNS was not queried.
    pub(crate) dns: Option<Dns>,
    /// The Ingresses and routes for the host, exact matches first.
    pub(crate) virtual_hosts: Vec<VirtualHost>,
    /// null if requests were not counted.
    pub(crate) requests: Option<HostRequests>,
    /// null without a TLS handshake.
    pub(crate) tls: Option<HostTls>,
}

#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Dns {
    #[cfg_attr(test, schemars(extend("enum" = ["resolved", "no-such-name", "no-address", "alias-loop", "timed-out", "failed"])))]
    pub(crate) outcome: String,
    pub(crate) detail: String,
    pub(crate) addresses: Vec<String>,
    /// The names that a host without an address is an alias of.
    pub(crate) aliases: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct VirtualHost {
    /// The host as the object has it, possibly with a wildcard.
    pub(crate) host: String,
    pub(crate) object: ObjectRef,
    pub(crate) services: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct HostRequests {
    pub(crate) count: i64,
    #[cfg_attr(test, schemars(extend("enum" = ["access-log", "prometheus"])))]
    pub(crate) source: String,
    /// 0 for the time that the logs cover.
    pub(crate) window_seconds: i64,
}

#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct HostTls {
    #[cfg_attr(test, schemars(extend("enum" =
        ["served", "other-key", "plain-http", "no-tls", "refused", "closed", "timed-out", "unreached"])))]
    pub(crate) outcome: String,
    pub(crate) detail: String,
    pub(crate) address: String,
    /// The certificate that the server sent, if it can be read.
    pub(crate) certificate: Option<ServedCertificate>,
}

#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServedCertificate {
    pub(crate) subject: String,
    pub(crate) issuer: String,
    pub(crate) serial: String,
    pub(crate) hosts: Vec<String>,
    pub(crate) not_before: Option<Time>,
    pub(crate) not_after: Option<Time>,
    /// Whether the chain leads to a root or to the issuer of a root.
    pub(crate) complete: bool,
}

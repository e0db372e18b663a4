//! The hosts that were looked up.

use super::context;
use super::findings::Named;
use crate::report::{HostRow, Report};
use crate::tls::Chain;
use serde_json::{Value, json};

/// Those of one cluster.
pub(super) fn of(report: &Report) -> Vec<Value> {
    let row = |row: &HostRow| {
        let host = row.host;
        json!({
            "context": context(report),
            "name": host.metadata.name,
            "listed": host.listed,
            "dns": host.dns.as_ref().map(|dns| json!({
                "outcome": dns.outcome,
                "detail": dns.detail,
                "addresses": dns.addresses,
                "aliases": dns.aliases,
            })),
            "virtualHosts": row.virtual_hosts.iter().map(|of| json!({
                "host": of.host,
                "object": Named::of(&of.object),
                "services": of.services,
            })).collect::<Vec<_>>(),
            "requests": host.requests.as_ref().map(|of| json!({
                "count": of.count,
                "source": of.source,
                "windowSeconds": of.window_seconds,
            })),
            "tls": host.tls.as_ref().map(|tls| json!({
                "outcome": tls.outcome,
                "detail": tls.detail,
                "address": tls.address,
                "certificate": row.served.as_ref().map(certificate),
            })),
        })
    };
    report.hosts().iter().map(row).collect()
}

fn certificate(chain: &Chain) -> Value {
    let leaf = &chain.leaf;
    json!({
        "subject": leaf.subject,
        "issuer": leaf.issuer,
        "serial": leaf.serial,
        "hosts": leaf.hosts,
        "notBefore": leaf.not_before,
        "notAfter": leaf.not_after,
        "complete": chain.complete,
    })
}

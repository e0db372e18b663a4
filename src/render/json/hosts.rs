//! Certificates in Secrets, and the hosts that were looked up.

use super::context;
use crate::contract::{Certificate, Dns, Host, HostRequests, HostTls, ServedCertificate, VirtualHost};
use crate::report::{CertificateRow, HostRow, Report};
use crate::tls::Chain;

pub(super) fn certificates<'r>(report: &'r Report) -> impl Iterator<Item = Certificate> + 'r {
    report.certificates.iter().map(|row| certificate(row, report))
}

fn certificate(row: &CertificateRow, report: &Report) -> Certificate {
    let leaf = row.tls.chain.as_ref().ok().map(|chain| &chain.leaf);
    Certificate {
        context: context(report),
        namespace: row.tls.namespace.to_string(),
        secret: row.tls.name.to_string(),
        hosts: row.hosts.iter().map(|host| (*host).to_owned()).collect(),
        used_by: row.users.iter().map(|user| format!("{}/{}", user.namespace, user.slashed())).collect(),
        subject: leaf.map(|leaf| leaf.subject.clone()),
        issuer: leaf.map(|leaf| leaf.issuer.clone()),
        serial: leaf.map(|leaf| leaf.serial.clone()),
        not_before: leaf.and_then(|leaf| leaf.not_before.known()),
        not_after: row.ends_first().and_then(|first| first.not_after.known()),
        days_left: row.days_left(report.snapshot.taken_at),
        chain_length: row.tls.chain.as_ref().map_or(0, |chain| chain.given),
        state: row.state.id().to_owned(),
        severity: row.state.severity(),
    }
}

/// Returns the hosts of one cluster.
pub(super) fn of(report: &Report) -> Vec<Host> {
    report.hosts().iter().map(|row| host(row, context(report))).collect()
}

fn host(row: &HostRow, context: String) -> Host {
    let host = row.host;
    Host {
        context,
        name: host.metadata.name.clone(),
        listed: host.listed,
        dns: host.dns.as_ref().map(|dns| Dns {
            outcome: dns.outcome.clone(),
            detail: dns.detail.clone(),
            addresses: dns.addresses.clone(),
            aliases: dns.aliases.clone(),
        }),
        virtual_hosts: row
            .virtual_hosts
            .iter()
            .map(|of| VirtualHost {
                host: of.host.to_owned(),
                object: of.object.clone(),
                services: of.services.iter().map(|service| (*service).to_owned()).collect(),
            })
            .collect(),
        requests: host.requests.as_ref().map(|of| HostRequests {
            count: of.count,
            source: of.source.clone(),
            window_seconds: of.window_seconds,
        }),
        tls: host.tls.as_ref().map(|tls| HostTls {
            outcome: tls.outcome.clone(),
            detail: tls.detail.clone(),
            address: tls.address.clone(),
            certificate: row.served.as_ref().map(served),
        }),
    }
}

fn served(chain: &Chain) -> ServedCertificate {
    let leaf = &chain.leaf;
    ServedCertificate {
        subject: leaf.subject.clone(),
        issuer: leaf.issuer.clone(),
        serial: leaf.serial.clone(),
        hosts: leaf.hosts.clone(),
        not_before: leaf.not_before.known(),
        not_after: leaf.not_after.known(),
        complete: chain.complete,
    }
}

//! The hosts that were looked up, each with its virtual hosts and the certificate that is served for it.

use super::Report;
use crate::checks::{VirtualHost, served_chain, virtual_hosts, virtual_hosts_by_host as by_host};
use crate::tls::Chain;
use crate::wire::Host;

/// A host that was looked up.
#[derive(Debug)]
pub struct HostRow<'a> {
    /// The results of DNS, of the TLS handshake and of the request count.
    pub host: &'a Host,
    /// The virtual hosts that match it, exact matches first.
    pub virtual_hosts: Vec<VirtualHost<'a>>,
    /// The certificate chain that is served for it, if it can be read.
    pub served: Option<Chain>,
}

impl<'a> Report<'a> {
    /// Returns the hosts that were looked up, by name.
    pub fn hosts(&self) -> Vec<HostRow<'a>> {
        let rows = &self.snapshot.rows;
        if rows.hosts.is_empty() {
            return Vec::new();
        }
        let all = virtual_hosts(self.snapshot);
        let by_host = by_host(&all);
        let row = |host: &'a Host| {
            let of = by_host.of(&host.metadata.name);
            let mut virtual_hosts: Vec<VirtualHost> = of.into_iter().map(|(_, one)| (*one).clone()).collect();
            virtual_hosts.sort_by_key(|of| (!of.is_exact(), of.object.clone()));
            virtual_hosts.dedup_by(|later, first| {
                let same = later.object == first.object && later.is_exact() == first.is_exact();
                if same {
                    first.services.append(&mut later.services);
                    first.services.sort_unstable();
                    first.services.dedup();
                }
                same
            });
            HostRow { host, virtual_hosts, served: host.tls.as_ref().and_then(served_chain) }
        };
        rows.hosts.iter().map(row).collect()
    }
}

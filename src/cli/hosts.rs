//! The flags of hosts: which hosts to look up, and how.

use super::read;
use clap::{ArgAction, Args, ValueHint};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// The port of DNS servers.
const DNS: u16 = 53;

/// The hosts to look up. Any of these flags but the two addresses turns on the lookup of all hosts.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Hosts")]
pub struct HostArgs {
    /// Hosts to look up in DNS, in addition to those of Ingresses and routes; comma-separated or repeated
    #[arg(long, value_name = "HOST", value_delimiter = ',', action = ArgAction::Append, value_parser = crate::tls::name)]
    pub host: Vec<String>,
    /// File with more hosts: one per line, /etc/hosts, a simple zone file or YAML; may be repeated
    #[arg(long, value_name = "FILE", action = ArgAction::Append, value_hint = ValueHint::FilePath)]
    pub hosts_file: Vec<PathBuf>,
    /// Look up the hosts of Ingresses and routes in DNS, and check that each has a virtual host
    #[arg(long)]
    pub resolve_hosts: bool,
    /// DNS server to query, ADDRESS or ADDRESS:PORT (default: that of the system)
    #[arg(long, value_name = "ADDRESS", value_parser = dns_server)]
    pub dns_server: Option<SocketAddr>,
    /// nginx access log, plain or .gz, to count the requests of these hosts; may be repeated
    #[arg(long, value_name = "FILE", action = ArgAction::Append, value_hint = ValueHint::FilePath)]
    pub access_log: Vec<PathBuf>,
    /// Check the certificates that hosts serve, by a TLS handshake (default: only inside a cluster)
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[arg(value_parser = read::switch)]
    pub probe_tls: Option<bool>,
    /// Address of the TLS handshakes, ADDRESS:PORT, such as one ingress controller (default: from DNS, port 443)
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = read::address)]
    pub probe_to: Option<SocketAddr>,
}

impl HostArgs {
    /// Returns the first of these flags that is set.
    pub fn given(&self) -> Option<&'static str> {
        let given = [
            ("--host", !self.host.is_empty()),
            ("--hosts-file", !self.hosts_file.is_empty()),
            ("--resolve-hosts", self.resolve_hosts),
            ("--dns-server", self.dns_server.is_some()),
            ("--access-log", !self.access_log.is_empty()),
            ("--probe-tls", self.probe_tls == Some(true)),
            ("--probe-to", self.probe_to.is_some()),
        ];
        given.into_iter().find(|(_, given)| *given).map(|(flag, _)| flag)
    }

    /// Returns the first flag that is set and has a meaning for one cluster only.
    pub fn of_one_cluster(&self) -> Option<&'static str> {
        let given = [("--access-log", !self.access_log.is_empty()), ("--probe-to", self.probe_to.is_some())];
        given.into_iter().find(|(_, given)| *given).map(|(flag, _)| flag)
    }
}

fn dns_server(text: &str) -> Result<SocketAddr, String> {
    let plain = text.trim_start_matches('[').trim_end_matches(']');
    match (text.parse(), plain.parse::<IpAddr>()) {
        (Ok(address), _) => Ok(address),
        (_, Ok(address)) => Ok(SocketAddr::new(address, DNS)),
        _ => Err("expected an address such as 10.96.0.10, 10.96.0.10:53 or [fd00::10]:53".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dns_server_is_an_address_with_or_without_a_port() {
        for (text, address) in [
            ("10.96.0.10", "10.96.0.10:53"),
            ("10.96.0.10:5353", "10.96.0.10:5353"),
            ("fd00::10", "[fd00::10]:53"),
            ("[fd00::10]", "[fd00::10]:53"),
            ("[fd00::10]:5353", "[fd00::10]:5353"),
        ] {
            assert_eq!(dns_server(text), Ok(address.parse().unwrap()));
        }
        assert!(dns_server("dns.example.com").is_err() && dns_server("10.0.0.1:x").is_err());
    }
}

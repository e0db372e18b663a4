//! The flags that say which hosts are looked up, and who is asked about them.

use clap::{ArgAction, Args, ValueHint};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// The port of DNS servers.
const DNS: u16 = 53;

/// Which hosts to look up. Any of them but the two addresses makes the run ask DNS about every host of the scope and of
/// the lists.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Hosts")]
pub struct HostArgs {
    /// Hosts to look up in DNS besides those of Ingresses and routes, by comma or repeated
    #[arg(long, value_name = "HOST", value_delimiter = ',', action = ArgAction::Append, value_parser = crate::tls::name)]
    pub host: Vec<String>,
    /// A list of more of them: one a line, /etc/hosts, a simple zone file, or YAML; repeated
    #[arg(long, value_name = "FILE", action = ArgAction::Append, value_hint = ValueHint::FilePath)]
    pub hosts_file: Vec<PathBuf>,
    /// Look up the hosts of Ingresses and routes in DNS, and whether each has a virtual host
    #[arg(long)]
    pub resolve_hosts: bool,
    /// The DNS server to ask, ADDRESS or ADDRESS:PORT; else that of the system
    #[arg(long, value_name = "ADDRESS", value_parser = dns_server)]
    pub dns_server: Option<SocketAddr>,
    /// An access log of nginx, plain or .gz, to count the requests of these hosts; repeated
    #[arg(long, value_name = "FILE", action = ArgAction::Append, value_hint = ValueHint::FilePath)]
    pub access_log: Vec<PathBuf>,
    /// Look at the certificates that are served for hosts, by a TLS handshake; else only inside a cluster
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub probe_tls: Option<bool>,
    /// Where certificates are looked at, ADDRESS:PORT, such as one ingress controller; else what DNS says, port 443
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub probe_to: Option<SocketAddr>,
}

impl HostArgs {
    /// The first of these flags that was given.
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

    /// The first of these flags that speaks of one cluster only.
    pub fn meaningless_with_several(&self) -> Option<&'static str> {
        let given = [("--access-log", !self.access_log.is_empty()), ("--probe-to", self.probe_to.is_some())];
        given.into_iter().find(|(_, given)| *given).map(|(flag, _)| flag)
    }
}

fn dns_server(text: &str) -> Result<SocketAddr, String> {
    let plain = text.trim_start_matches('[').trim_end_matches(']');
    match (text.parse(), plain.parse::<IpAddr>()) {
        (Ok(address), _) => Ok(address),
        (_, Ok(address)) => Ok(SocketAddr::new(address, DNS)),
        _ => Err("an address such as 10.96.0.10, 10.96.0.10:53 or [fd00::10]:53".to_owned()),
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

//! How DNS answers for a host: its addresses, or why there are none.

use crate::wire::DnsAnswer;
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// How long all hosts together may take.
pub(crate) const ALL: Duration = Duration::from_secs(60);

/// How long a question about one may take, with whatever its aliases need.
const ONE: Duration = Duration::from_secs(3);

/// How long an answer of one server is waited for, before it is asked again or another is.
const ATTEMPT: Duration = Duration::from_millis(1400);

/// Aliases that are followed, as resolvers do.
const LONGEST: usize = 8;

/// So many addresses are kept.
const ADDRESSES: usize = 16;

/// Whom to ask.
pub(crate) struct Dns(TokioResolver);

/// Why there is no address.
struct Unresolved {
    outcome: &'static str,
    detail: String,
}

impl Dns {
    /// The server at an address, else those of the system.
    ///
    /// # Errors
    /// When the system's configuration cannot be read.
    pub(crate) fn of(server: Option<SocketAddr>) -> Result<Self, String> {
        let mut builder = match server {
            Some(server) => TokioResolver::builder_with_config(at(server), TokioRuntimeProvider::default()),
            None => TokioResolver::builder_tokio()
                .map_err(|error| format!("the system's DNS configuration cannot be read: {error}"))?,
        };
        let options = builder.options_mut();
        options.timeout = ATTEMPT;
        options.attempts = 1;
        // It is DNS that is asked about, not this machine.
        options.use_hosts_file = ResolveHosts::Never;
        builder.build().map(Self).map_err(|error| format!("DNS cannot be asked: {error}"))
    }

    /// Asks about a host, until that moment at the latest.
    pub(crate) async fn answer(&self, host: &str, until: Instant) -> DnsAnswer {
        let now = Instant::now();
        if now >= until {
            return unresolved(
                DnsAnswer::TIMED_OUT,
                format!("the {} s for all hosts are over", ALL.as_secs()),
            );
        }
        // With the dot nothing is tried below the system's own domains.
        let Ok(name) = Name::from_ascii(format!("{host}.")) else {
            return unresolved(DnsAnswer::FAILED, "it is no name of DNS".to_owned());
        };
        let end = until.min(now + ONE);
        let (four, six) = tokio::join!(
            self.addresses(&name, RecordType::A, end),
            self.addresses(&name, RecordType::AAAA, end)
        );
        let mut all: Vec<IpAddr> = [&four, &six].into_iter().flatten().flatten().copied().collect();
        all.sort_unstable();
        all.dedup();
        all.truncate(ADDRESSES);
        let why = match (four, six) {
            _ if !all.is_empty() => Unresolved { outcome: DnsAnswer::RESOLVED, detail: String::new() },
            // What is not known may be an address.
            (Err(why), _) | (_, Err(why)) if is_unknown(&why) => why,
            (Err(why), _) | (_, Err(why)) => why,
            (Ok(_), Ok(_)) => Unresolved { outcome: DnsAnswer::NO_ADDRESS, detail: String::new() },
        };
        let mut answer = unresolved(why.outcome, why.detail);
        answer.addresses = all.iter().map(ToString::to_string).collect();
        if answer.is_missing() {
            let end = until.min(Instant::now() + ONE);
            self.follow(name, &mut answer, end).await;
        }
        answer
    }

    async fn addresses(&self, name: &Name, of: RecordType, end: Instant) -> Result<Vec<IpAddr>, Unresolved> {
        let late = Unresolved { outcome: DnsAnswer::TIMED_OUT, detail: in_time() };
        let lookup = timeout_at(end, self.0.lookup(name.clone(), of)).await.map_err(|_| late)?;
        let lookup = lookup.map_err(|error| why(&error))?;
        let address = |data: &RData| match data {
            RData::A(address) => Some(IpAddr::from(address.0)),
            RData::AAAA(address) => Some(IpAddr::from(address.0)),
            _ => None,
        };
        Ok(lookup.answers().iter().filter_map(|record| address(&record.data)).collect())
    }

    /// Follows the aliases of a host that has no address: where they end, or that they never do.
    async fn follow(&self, name: Name, answer: &mut DnsAnswer, end: Instant) {
        let mut seen = vec![name];
        while seen.len() <= LONGEST {
            let Some(at) = seen.last().cloned() else { return };
            let Ok(Ok(lookup)) = timeout_at(end, self.0.lookup(at.clone(), RecordType::CNAME)).await else {
                return;
            };
            let alias = lookup.answers().iter().find_map(|record| match &record.data {
                RData::CNAME(alias) if record.name == at => Some(alias.0.clone()),
                _ => None,
            });
            let Some(alias) = alias else { return };
            answer.aliases.push(alias.to_ascii().trim_end_matches('.').to_ascii_lowercase());
            if seen.contains(&alias) {
                break;
            }
            seen.push(alias);
        }
        DnsAnswer::LOOP.clone_into(&mut answer.outcome);
    }
}

fn at(server: SocketAddr) -> ResolverConfig {
    let on = |mut connection: ConnectionConfig| {
        connection.port = server.port();
        connection
    };
    let connections = vec![on(ConnectionConfig::udp()), on(ConnectionConfig::tcp())];
    ResolverConfig::from_name_servers(vec![NameServerConfig::new(server.ip(), true, connections)])
}

fn unresolved(outcome: &str, detail: String) -> DnsAnswer {
    DnsAnswer { outcome: outcome.to_owned(), detail, ..DnsAnswer::default() }
}

fn is_unknown(why: &Unresolved) -> bool {
    matches!(why.outcome, DnsAnswer::TIMED_OUT | DnsAnswer::FAILED)
}

fn in_time() -> String {
    format!("no answer within {} s", ONE.as_secs())
}

/// What an error says of the name, or of the server.
fn why(error: &NetError) -> Unresolved {
    let (outcome, detail) = match error {
        NetError::Timeout => (DnsAnswer::TIMED_OUT, in_time()),
        NetError::Dns(DnsError::NoRecordsFound(none)) => of_code(none.response_code),
        NetError::Dns(DnsError::ResponseCode(code)) => of_code(*code),
        NetError::Io(error) => (DnsAnswer::FAILED, crate::text::io_words(error)),
        NetError::NoConnections => (DnsAnswer::FAILED, "no server can be reached".to_owned()),
        error => (DnsAnswer::FAILED, error.to_string()),
    };
    Unresolved { outcome, detail }
}

fn of_code(code: ResponseCode) -> (&'static str, String) {
    match code {
        ResponseCode::NXDomain => (DnsAnswer::NO_NAME, String::new()),
        ResponseCode::NoError => (DnsAnswer::NO_ADDRESS, String::new()),
        ResponseCode::ServFail => (DnsAnswer::FAILED, "SERVFAIL: the server could not find out".to_owned()),
        ResponseCode::Refused => (DnsAnswer::FAILED, "REFUSED: the server does not answer us".to_owned()),
        code => (DnsAnswer::FAILED, code.to_string()),
    }
}

#[cfg(test)]
mod tests;

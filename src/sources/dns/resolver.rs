//! The queries of one host to DNS servers.

use super::ALL;
use crate::text::{Fact, Message, Text, io_words, reasons};
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

/// The time limit of one host, with its aliases.
const ONE: Duration = Duration::from_secs(3);

/// The time limit of one query to one server.
const ATTEMPT: Duration = Duration::from_millis(1400);

/// The most aliases that are followed, as resolvers do.
const LONGEST: usize = 8;

/// The most addresses that are kept.
const ADDRESSES: usize = 16;

/// The DNS servers.
pub(super) struct Dns(TokioResolver);

/// Why a host has no address.
struct Unresolved {
    outcome: &'static str,
    /// `None` if the outcome says it.
    why: Option<Message>,
}

impl Unresolved {
    fn new(outcome: &'static str, why: Message) -> Self {
        Self { outcome, why: Some(why) }
    }

    fn plain(outcome: &'static str) -> Self {
        Self { outcome, why: None }
    }

    fn answer(self) -> DnsAnswer {
        let answer = DnsAnswer { outcome: self.outcome.to_owned(), ..DnsAnswer::default() };
        match self.why {
            Some(why) => answer.because(&why),
            None => answer,
        }
    }
}

impl Dns {
    /// The server at an address, otherwise those of the system.
    ///
    /// # Errors
    /// When the system's configuration cannot be read.
    pub(super) fn of(server: Option<SocketAddr>) -> Result<Self, Message> {
        let refuse = |text: &'static Text, error: &NetError| {
            Message::new(text, vec![("why", Fact::text(error.to_string()))])
        };
        let mut builder = match server {
            Some(server) => TokioResolver::builder_with_config(at(server), TokioRuntimeProvider::default()),
            None => TokioResolver::builder_tokio().map_err(|error| refuse(&reasons::DNS_SETTINGS, &error))?,
        };
        let options = builder.options_mut();
        options.timeout = ATTEMPT;
        options.attempts = 1;
        // The hosts file of this machine is not DNS.
        options.use_hosts_file = ResolveHosts::Never;
        builder.build().map(Self).map_err(|error| refuse(&reasons::DNS_CLIENT, &error))
    }

    /// Asks about a host, until this time at the latest.
    pub(super) async fn answer(&self, host: &str, until: Instant) -> DnsAnswer {
        let now = Instant::now();
        if now >= until {
            let why = Message::new(&reasons::DNS_OVER, vec![("seconds", Fact::count(ALL.as_secs()))]);
            return Unresolved::new(DnsAnswer::TIMED_OUT, why).answer();
        }
        // With the dot, the search domains of the system are not tried.
        let Ok(name) = Name::from_ascii(format!("{host}.")) else {
            return Unresolved::new(DnsAnswer::FAILED, Message::plain(&reasons::DNS_NAME)).answer();
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
            _ if !all.is_empty() => Unresolved::plain(DnsAnswer::RESOLVED),
            // An unknown answer may be an address.
            (Err(why), _) | (_, Err(why)) if is_unknown(&why) => why,
            (Err(why), _) | (_, Err(why)) => why,
            (Ok(_), Ok(_)) => Unresolved::plain(DnsAnswer::NO_ADDRESS),
        };
        let mut answer = why.answer();
        answer.addresses = all.iter().map(ToString::to_string).collect();
        if answer.is_missing() {
            let end = until.min(Instant::now() + ONE);
            self.follow(name, &mut answer, end).await;
        }
        answer
    }

    async fn addresses(&self, name: &Name, of: RecordType, end: Instant) -> Result<Vec<IpAddr>, Unresolved> {
        let late = late();
        let lookup = timeout_at(end, self.0.lookup(name.clone(), of)).await.map_err(|_| late)?;
        let lookup = lookup.map_err(|error| why(&error))?;
        let address = |data: &RData| match data {
            RData::A(address) => Some(IpAddr::from(address.0)),
            RData::AAAA(address) => Some(IpAddr::from(address.0)),
            _ => None,
        };
        Ok(lookup.answers().iter().filter_map(|record| address(&record.data)).collect())
    }

    /// Follows the aliases of a host without an address to their end, or to a loop.
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

fn is_unknown(why: &Unresolved) -> bool {
    matches!(why.outcome, DnsAnswer::TIMED_OUT | DnsAnswer::FAILED)
}

fn late() -> Unresolved {
    let why = Message::new(&reasons::NO_ANSWER, vec![("seconds", Fact::count(ONE.as_secs()))]);
    Unresolved::new(DnsAnswer::TIMED_OUT, why)
}

/// The outcome that an error means.
fn why(error: &NetError) -> Unresolved {
    let failed = |why| Unresolved::new(DnsAnswer::FAILED, why);
    match error {
        NetError::Timeout => late(),
        NetError::Dns(DnsError::NoRecordsFound(none)) => of_code(none.response_code),
        NetError::Dns(DnsError::ResponseCode(code)) => of_code(*code),
        NetError::Io(error) => failed(Message::quoted(io_words(error))),
        NetError::NoConnections => failed(Message::plain(&reasons::DNS_UNREACHABLE)),
        error => failed(Message::quoted(error.to_string())),
    }
}

fn of_code(code: ResponseCode) -> Unresolved {
    let failed = |why| Unresolved::new(DnsAnswer::FAILED, why);
    match code {
        ResponseCode::NXDomain => Unresolved::plain(DnsAnswer::NO_NAME),
        ResponseCode::NoError => Unresolved::plain(DnsAnswer::NO_ADDRESS),
        ResponseCode::ServFail => failed(Message::plain(&reasons::DNS_SERVFAIL)),
        ResponseCode::Refused => failed(Message::plain(&reasons::DNS_REFUSED)),
        code => failed(Message::quoted(code.to_string())),
    }
}

#[cfg(test)]
mod tests;

//! The answer of DNS for a host: its addresses, or why there are none.

#[cfg_attr(not(feature = "dns"), path = "dns/not_built.rs")]
mod resolver;

use super::hosts::gap;
use crate::cluster::page::ApiClient;
use crate::model::{Gap, Reason};
use crate::text::{Fact, Message, reasons};
use crate::wire::DnsAnswer;
use resolver::Dns;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// The number of hosts that a gap names.
const SHOWN: usize = 5;

/// The time limit of all hosts.
const ALL: Duration = Duration::from_secs(60);

/// Asks about hosts. Returns the answers, and the gaps of the hosts without one.
pub(super) async fn ask(
    client: &Arc<ApiClient>,
    server: Option<SocketAddr>,
    names: &[String],
) -> (BTreeMap<String, DnsAnswer>, Vec<Gap>) {
    if names.is_empty() {
        return (BTreeMap::new(), Vec::new());
    }
    let dns = match Dns::of(server) {
        Ok(dns) => Arc::new(dns),
        Err(why) => return (BTreeMap::new(), vec![gap(Reason::Failed, why, names.len(), 0)]),
    };
    let until = Instant::now() + ALL;
    let mut tasks = JoinSet::new();
    for name in names.iter().cloned() {
        let (dns, client) = (Arc::clone(&dns), Arc::clone(client));
        tasks.spawn(async move {
            let answer = async {
                let _permits = client.permit().await;
                Ok(dns.answer(&name, until).await)
            };
            let answer = client.budget.stop.or(answer).await;
            (name, answer)
        });
    }
    let answered = tasks.join_all().await.into_iter();
    let answers = answered.filter_map(|(name, answer)| Some((name, answer.ok()?))).collect();
    let gaps = unanswered(names, &answers);
    (answers, gaps)
}

/// The gaps of the hosts without an answer of DNS, by reason.
fn unanswered(names: &[String], answers: &BTreeMap<String, DnsAnswer>) -> Vec<Gap> {
    let mut silent: BTreeMap<(Reason, Message), Vec<&str>> = BTreeMap::new();
    let why = |answer: &DnsAnswer| answer.why().unwrap_or_else(|| Message::quoted(&*answer.outcome));
    for name in names {
        let (reason, why) = match answers.get(name) {
            None => (Reason::Stopped, Message::plain(&reasons::DNS_NOT_ASKED)),
            Some(answer) if answer.outcome == DnsAnswer::TIMED_OUT => (Reason::TimedOut, why(answer)),
            Some(answer) if answer.outcome == DnsAnswer::FAILED => (Reason::Failed, why(answer)),
            Some(_) => continue,
        };
        silent.entry((reason, why)).or_default().push(name);
    }
    let got = names.len() - silent.values().map(Vec::len).sum::<usize>();
    let gap = |((reason, why), hosts): ((Reason, Message), Vec<&str>)| {
        let shown = Fact::first(SHOWN, hosts.iter().copied());
        let facts = vec![("why", Fact::Message(why)), ("hosts", shown)];
        gap(reason, Message::new(&reasons::DNS_FAILED, facts), hosts.len(), got)
    };
    silent.into_iter().map(gap).collect()
}

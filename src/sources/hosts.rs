//! What is known of hosts outside of the cluster: how DNS answers for them, how often they are asked for, which certificate
//! is served for them. It is asked when the lists are read: only then it is known which hosts there are.
//!
//! What does not belong here: what the answers mean (`checks`).

mod named;
mod probe;
mod requests;
mod resolve;

pub(crate) use named::{Named, Told, named};

use super::prometheus::Prometheus;
use super::{Measured, SourcesRun, Unavailable};
use crate::model::{Gap, Reason};
use crate::text::{Fact, Message, Text, reasons};
use crate::wire::{DnsAnswer, Handshake, Host, HostRequests, Kind, Object, ObjectMeta};
use named::{AllAsked, Asked};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;

/// So many hosts are named where nothing is known of them.
const SHOWN: usize = 5;

/// So many hosts are looked up: more than a cluster has, and no more than a DNS server is asked kindly.
pub(crate) const MOST: usize = 10_000;

/// Which hosts are looked up, and who is asked about them.
#[derive(Clone, Debug, Default)]
pub struct Hosts {
    /// Hosts besides those of Ingresses and routes.
    pub listed: BTreeSet<String>,
    /// Whether those of Ingresses and routes are looked up where nothing else asks for it.
    pub resolve: bool,
    /// The DNS server; else that of the system.
    pub dns_server: Option<SocketAddr>,
    /// Access logs of nginx.
    pub access_logs: Vec<PathBuf>,
    /// Whether certificates are looked at; `None` is inside a cluster alone, as far as they can be.
    pub probe: Option<bool>,
    /// Where they are looked at; else where DNS leads to.
    pub probe_to: Option<SocketAddr>,
    /// Whether what namespaces say of it by annotations is not heeded.
    pub no_annotations: bool,
}

impl Hosts {
    /// Whether somebody asked for it. Else it is done because the run is inside a cluster, from where not every host can be
    /// reached that others reach: what is not found out there is no news.
    fn is_asked_for(&self) -> bool {
        let listed = !self.listed.is_empty() || !self.access_logs.is_empty();
        self.resolve || listed || self.probe == Some(true)
    }

    /// The same with all that depends on where the run is; `None` where nobody wants to know of hosts.
    pub(crate) fn wanted(self: &Arc<Self>, inside: bool) -> Option<Arc<Self>> {
        match (self.is_asked_for(), self.probe) {
            (true, probe) => {
                Some(Arc::new(Self { probe: Some(probe.unwrap_or(inside)), ..(**self).clone() }))
            }
            (false, None) if inside => Some(Arc::clone(self)),
            (false, _) => None,
        }
    }
}

impl SourcesRun {
    /// Looks up the hosts that `told` names, and those of the lists.
    pub(crate) async fn hosts(
        &self,
        prometheus: Result<&Prometheus, &Unavailable>,
        told: UnboundedReceiver<Told>,
    ) -> Measured {
        let Some(hosts) = &self.wanted.hosts else { return Measured::default() };
        let AllAsked { hosts: asked, left_out } = named::all(told, hosts).await;
        let names: Vec<String> = asked.keys().cloned().collect();
        let counted = unnamed_first(&asked);
        let ((mut answers, mut missing), (mut requests, mut unseen)) =
            tokio::join!(self.resolved(hosts, &names), self.requests(hosts, prometheus, &counted));
        let probed = asked.iter().filter_map(|(name, asked)| Some((name.clone(), asked.tls?))).collect();
        let mut handshakes = match hosts.probe {
            Some(false) => BTreeMap::new(),
            _ => self.probed(hosts, probed, &answers, &mut unseen).await,
        };
        if left_out > 0 {
            missing.push(limited(&reasons::HOSTS_LOOKED_UP, MOST, (left_out, names.len())));
        }
        if !hosts.is_asked_for() {
            (answers, handshakes) = (resolved(answers), served(handshakes));
            (missing, unseen) = (Vec::new(), Vec::new());
        }
        let host = |(name, Asked { listed, .. }): (String, Asked)| {
            let metadata = ObjectMeta { name: name.clone(), ..ObjectMeta::default() };
            let (dns, tls) = (answers.remove(&name), handshakes.remove(&name));
            Object::Host(Host { metadata, listed, dns, requests: requests.remove(&name), tls })
        };
        let objects: Vec<Object> = asked.into_iter().map(host).collect();
        Measured { objects, unseen, missing, ..Measured::default() }
    }

    /// How DNS answers for each, and for which nobody could tell.
    async fn resolved(&self, hosts: &Hosts, names: &[String]) -> (BTreeMap<String, DnsAnswer>, Vec<Gap>) {
        if names.is_empty() {
            return (BTreeMap::new(), Vec::new());
        }
        let dns = match resolve::Dns::of(hosts.dns_server) {
            Ok(dns) => Arc::new(dns),
            Err(why) => return (BTreeMap::new(), vec![gap(Reason::Failed, why, names.len(), 0)]),
        };
        let until = tokio::time::Instant::now() + resolve::ALL;
        let mut tasks = JoinSet::new();
        for name in names.iter().cloned() {
            let (dns, asker) = (Arc::clone(&dns), Arc::clone(&self.asker));
            tasks.spawn(async move {
                let answer = async {
                    let _permits = asker.permit().await;
                    Ok(dns.answer(&name, until).await)
                };
                let answer = asker.budget.stop.or(answer).await;
                (name, answer)
            });
        }
        let mut answers = BTreeMap::new();
        for (name, answer) in tasks.join_all().await {
            if let Ok(answer) = answer {
                answers.insert(name, answer);
            }
        }
        let missing = unanswered(names, &answers);
        (answers, missing)
    }

    /// How often each was asked for: in the logs that were named, else as a Prometheus knows it, which is asked where
    /// somebody wants to know of hosts.
    async fn requests(
        &self,
        hosts: &Hosts,
        prometheus: Result<&Prometheus, &Unavailable>,
        names: &[&String],
    ) -> (BTreeMap<String, HostRequests>, Vec<Gap>) {
        if names.is_empty() || !hosts.is_asked_for() {
            return (BTreeMap::new(), Vec::new());
        }
        if !hosts.access_logs.is_empty() {
            let names = names.iter().map(|name| (*name).clone()).collect();
            return requests::in_logs(&hosts.access_logs, names, self.asker.budget.stop()).await;
        }
        // Nobody was asked to count: who cannot is no news.
        let Ok(prometheus) = prometheus else { return (BTreeMap::new(), Vec::new()) };
        let (asked, rest) = names.split_at(names.len().min(requests::MOST));
        let Ok(counted) = requests::ask(prometheus, &self.selector, asked, self.deadline()).await else {
            return (BTreeMap::new(), Vec::new());
        };
        let left_out = limited(&reasons::HOSTS_COUNTED, requests::MOST, (rest.len(), asked.len()));
        (counted, Some(left_out).filter(|_| !rest.is_empty()).into_iter().collect())
    }

    /// What is served for each, by the port at which it is looked at.
    async fn probed(
        &self,
        hosts: &Hosts,
        names: Vec<(String, u16)>,
        answers: &BTreeMap<String, DnsAnswer>,
        unseen: &mut Vec<Gap>,
    ) -> BTreeMap<String, Handshake> {
        let left_out = names.len().saturating_sub(probe::MOST);
        if left_out > 0 {
            unseen.push(limited(&reasons::HOSTS_PROBED, probe::MOST, (left_out, probe::MOST)));
        }
        let mut tasks = JoinSet::new();
        for (name, port) in names.into_iter().take(probe::MOST) {
            let first = answers.get(&name).and_then(|answer| answer.addresses.first()?.parse().ok());
            let found = hosts.probe_to.or_else(|| first.map(|address| SocketAddr::new(address, port)));
            let Some(to) = found else { continue };
            let asker = Arc::clone(&self.asker);
            tasks.spawn(async move {
                let shaken = async {
                    let _permits = asker.permit().await;
                    Ok(Box::pin(probe::shake_hands(&name, to)).await)
                };
                let shaken = asker.budget.stop.or(shaken).await;
                (name, shaken)
            });
        }
        let done = tasks.join_all().await.into_iter();
        done.filter_map(|(name, shaken)| Some((name, shaken.ok()?))).collect()
    }
}

/// The hosts, those first that nobody in the cluster names: whether somebody asks for them matters most.
fn unnamed_first(asked: &BTreeMap<String, Asked>) -> Vec<&String> {
    let (named, unnamed): (Vec<_>, Vec<_>) = asked.iter().partition(|(_, asked)| asked.named);
    unnamed.into_iter().chain(named).map(|(name, _)| name).collect()
}

/// Those that have an address: from inside a cluster not every name is known that others know.
fn resolved(mut answers: BTreeMap<String, DnsAnswer>) -> BTreeMap<String, DnsAnswer> {
    answers.retain(|_, answer| answer.is_resolved());
    answers
}

/// Those with a certificate: from inside a cluster its own load balancer may well refuse, or close what has not come through it.
fn served(mut handshakes: BTreeMap<String, Handshake>) -> BTreeMap<String, Handshake> {
    handshakes.retain(|_, shaken| [Handshake::SERVED, Handshake::OTHER_KEY].contains(&&*shaken.outcome));
    handshakes
}

/// The hosts of which DNS told nothing, by how it failed.
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
    let told = |((reason, why), hosts): ((Reason, Message), Vec<&str>)| {
        let shown = Fact::first(SHOWN, hosts.iter().copied());
        let facts = vec![("why", Fact::Message(why)), ("hosts", shown)];
        gap(reason, Message::new(&reasons::DNS_FAILED, facts), hosts.len(), got)
    };
    silent.into_iter().map(told).collect()
}

/// That of more than so many the others were left out: how many, and how many were not.
fn limited(said: &'static Text, most: usize, (left_out, got): (usize, usize)) -> Gap {
    gap(Reason::Skipped, Message::new(said, vec![("most", Fact::count(most))]), left_out, got)
}

fn gap(reason: Reason, why: Message, missing: usize, got: usize) -> Gap {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let gap = Gap { got: count(got), missing: Some(count(missing)), ..Gap::new(Kind::Host.name(), reason) };
    gap.because(why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Lang;

    #[test]
    fn nobody_is_asked_who_was_not_asked_for_but_inside_a_cluster() {
        let wanted = |hosts: Hosts, inside: bool| Arc::new(hosts).wanted(inside).map(|hosts| hosts.probe);
        let resolve = || Hosts { resolve: true, ..Hosts::default() };
        assert_eq!(wanted(Hosts::default(), false), None);
        assert_eq!(wanted(Hosts::default(), true), Some(None));
        assert_eq!(wanted(Hosts { probe: Some(false), ..Hosts::default() }, true), None);
        assert_eq!(wanted(resolve(), false), Some(Some(false)));
        assert_eq!(wanted(resolve(), true), Some(Some(true)));
        assert_eq!(wanted(Hosts { probe: Some(false), ..resolve() }, true), Some(Some(false)));
        assert_eq!(wanted(Hosts { probe: Some(true), ..Hosts::default() }, false), Some(Some(true)));
        let server = Some("127.0.0.1:53".parse().unwrap());
        assert_eq!(wanted(Hosts { dns_server: server, probe_to: server, ..Hosts::default() }, false), None);
    }

    #[test]
    fn requests_for_what_nobody_is_for_are_asked_about_first() {
        let asked = |named: bool| Asked { named, ..Asked::default() };
        let all = [("a", true), ("b", false), ("c", true), ("d", false)];
        let all = all.map(|(name, named)| (name.to_owned(), asked(named))).into();
        assert_eq!(unnamed_first(&all), ["b", "d", "a", "c"]);
    }

    #[test]
    fn unasked_only_what_is_served_is_told() {
        let all =
            ["served", "other-key", "plain-http", "no-tls", "refused", "closed", "timed-out", "unreached"];
        let shaken = |outcome: &str| Handshake { outcome: outcome.to_owned(), ..Handshake::default() };
        let told = served(all.map(|outcome| (outcome.to_owned(), shaken(outcome))).into());
        assert_eq!(told.into_keys().collect::<Vec<_>>(), ["other-key", "served"]);
    }

    #[test]
    fn hosts_that_nothing_is_known_of_are_named_by_why() {
        let answer = |outcome: &str, why: Message| {
            DnsAnswer { outcome: outcome.to_owned(), ..DnsAnswer::default() }.because(&why)
        };
        let (none, servfail) = (Message::quoted(""), Message::plain(&reasons::DNS_SERVFAIL));
        let late = || Message::new(&reasons::NO_ANSWER, vec![("seconds", Fact::Number(3))]);
        let names: Vec<String> = (0..9).map(|number| format!("h{number}")).collect();
        let mut answers = BTreeMap::new();
        answers.insert(names[0].clone(), answer(DnsAnswer::RESOLVED, none.clone()));
        answers.insert(names[1].clone(), answer(DnsAnswer::NO_NAME, none));
        answers.insert(names[2].clone(), answer(DnsAnswer::FAILED, servfail));
        answers.extend(names[3..].iter().map(|name| (name.clone(), answer(DnsAnswer::TIMED_OUT, late()))));
        let told = |lang| -> Vec<_> {
            let gaps = unanswered(&names, &answers).into_iter();
            gaps.map(|gap| (gap.why.unwrap().in_lang(lang), gap.got, gap.missing)).collect()
        };
        let late = "DNS: no answer within 3 s: h3, h4, h5, h6, h7 and 1 more".to_owned();
        let failed = "DNS: SERVFAIL: the server could not resolve the name: h2".to_owned();
        assert_eq!(told(Lang::En), [(late, 2, Some(6)), (failed, 2, Some(1))]);
        let late = "DNS：3 秒內沒有回應：h3、h4、h5、h6、h7 及其他 1 個".to_owned();
        let failed = "DNS：SERVFAIL：伺服器無法解析該名稱：h2".to_owned();
        assert_eq!(told(Lang::ZhTw), [(late, 2, Some(6)), (failed, 2, Some(1))]);
    }
}

//! Certificates in Secrets, for several checks: which objects serve one to visitors, and how to replace it.
//!
//! What does not belong here: the problems of a certificate.

use super::{View, traffic};
use crate::finding::Severity;
use crate::model::ObjectRef;
use crate::text::{Fact, Facts, Message, Text};
use crate::tls::{Certificate, Chain, Tls, TlsTermination, tls_terminations};
use crate::wire::Time;
use std::collections::{BTreeMap, BTreeSet};

/// How long the issue of a certificate may take, in seconds.
pub(crate) const ISSUING: i64 = 900;

/// How many hosts, users or addresses a message names.
const SHOWN: usize = 3;

static USED_BY: Text =
    Text { en: "Used by {users}", zh_tw: "引用者：{users}", zh_cn: "引用者：{users}" };

static USED_FOR: Text = Text {
    en: "Used by {users} for {hosts}",
    zh_tw: "引用者：{users}，主機：{hosts}",
    zh_cn: "引用者：{users}，主机：{hosts}",
};

static UNUSED: Text = Text {
    en: "No Ingress or Gateway in the checked namespaces names it",
    zh_tw: "檢查範圍內沒有 Ingress 或 Gateway 引用它",
    zh_cn: "检查范围内没有 Ingress 或 Gateway 引用它",
};

static ELSEWHERE: Text = Text {
    en: "Named by {users} of another namespace; unknown whether a ReferenceGrant allows this",
    zh_tw: "由其他命名空間的 {users} 引用；未讀取 ReferenceGrant，無從得知是否允許",
    zh_cn: "由其他命名空间的 {users} 引用；未读取 ReferenceGrant，无法得知是否允许",
};

/// The objects that serve the certificate of a Secret to visitors.
#[derive(Default)]
pub(crate) struct Use<'a> {
    /// Ingresses and Gateways of its namespace.
    pub users: BTreeSet<ObjectRef>,
    /// Gateways of other namespaces. A `ReferenceGrant` must allow their use; these are not read.
    elsewhere: BTreeSet<ObjectRef>,
    /// The hosts that these objects name for the Secret, with the creation time of the newest object.
    pub hosts: BTreeMap<&'a str, Option<Time>>,
    /// The hosts of objects with several certificates, of which one must cover the host.
    shared: BTreeSet<&'a str>,
    /// Whether a controller creates the Secret.
    issued: bool,
}

/// A Secret with a certificate, and its users.
pub(crate) struct Used<'a> {
    /// The Secret.
    pub tls: &'a Tls,
    /// Its users.
    pub by: Use<'a>,
}

/// Returns every Secret in scope that holds a certificate or should, except those in a namespace that is being deleted.
pub(crate) fn all<'a>(view: &View<'a>) -> Vec<Used<'a>> {
    let mut uses = uses(&ends(view));
    let rows = &view.snapshot.rows;
    let stays = |tls: &&Tls| !traffic::is_going(view, &tls.namespace);
    let used =
        |tls: &'a Tls| Used { tls, by: uses.remove(&(&*tls.namespace, &*tls.name)).unwrap_or_default() };
    rows.certificates.iter().filter(stays).map(used).collect()
}

/// Returns all Ingresses and listeners that end TLS.
pub(crate) fn ends<'a>(view: &View<'a>) -> Vec<TlsTermination<'a>> {
    let rows = &view.snapshot.rows;
    tls_terminations(&rows.ingresses, &rows.gateways, &rows.routes)
}

fn uses<'a>(ends: &[TlsTermination<'a>]) -> BTreeMap<(&'a str, &'a str), Use<'a>> {
    let mut out: BTreeMap<(&str, &str), Use> = BTreeMap::new();
    for end in ends {
        let created = end.metadata.created();
        for secret in &end.secrets {
            let by = out.entry(*secret).or_default();
            let own = secret.0 == end.metadata.namespace;
            let users = if own { &mut by.users } else { &mut by.elsewhere };
            users.insert(end.object.clone());
            by.issued |= end.is_issued();
            if end.others || end.secrets.len() > 1 {
                by.shared.extend(&end.hosts);
                continue;
            }
            for host in &end.hosts {
                let since = by.hosts.entry(*host).or_default();
                *since = (*since).max(created);
            }
        }
    }
    out
}

/// A chain that has expired or expires soon.
pub(crate) struct Ending<'a> {
    /// The severity if visitors see the certificate.
    pub severity: Severity,
    /// The certificate of the chain that expires first.
    pub first: &'a Certificate,
    /// Whether it has expired.
    pub is_over: bool,
    /// Since when it has this severity.
    pub since: Time,
}

const DAY: i64 = 86_400;

/// How long before its expiry a certificate is medium, and how long before it is high, in seconds.
const SOON: [i64; 2] = [30 * DAY, 7 * DAY];

/// The limit for each of these as a part of the lifetime: short-lived certificates are renewed late by design.
const OF_LIFE: [i64; 2] = [3, 10];

/// Returns how a chain has expired or expires soon, if it does.
pub(crate) fn ending(chain: &Chain, now: Time) -> Option<Ending<'_>> {
    let first = chain.ends_first();
    let left = first.not_after.seconds_since(now);
    let [medium, high] = [0, 1].map(|at| SOON[at].min(first.life() / OF_LIFE[at]));
    let (severity, before) = match left {
        ..=0 => (Severity::High, 0),
        _ if left < high => (Severity::High, high),
        _ if left < medium => (Severity::Medium, medium),
        _ => return None,
    };
    Some(Ending { severity, first, is_over: left <= 0, since: first.not_after.minus(before) })
}

/// Describes the subject, issuer and validity of a certificate with the text of a check.
pub(crate) fn issued(text: &'static Text, one: &Certificate) -> Message {
    let facts = vec![
        ("subject", Fact::text(&one.subject)),
        ("issuer", Fact::text(&one.issuer)),
        ("from", Fact::Text(one.not_before.day())),
        ("until", Fact::Text(one.not_after.day())),
    ];
    Message { text, facts }
}

impl<'a> Used<'a> {
    /// The certificate, unless it is expired or not yet valid: its other properties do not matter then.
    pub(crate) fn valid(&self, view: &View) -> Option<&'a Chain> {
        let chain = self.tls.chain.as_ref().ok()?;
        let now = view.now();
        let good = chain.timed().all(|one| one.is_good(now));
        good.then_some(chain)
    }

    /// Whether an Ingress or a Gateway of its namespace serves it to visitors.
    pub(crate) fn is_used(&self) -> bool {
        !self.by.users.is_empty()
    }

    /// The known objects that name it: those of its namespace, then those of others.
    pub(crate) fn users(&self) -> impl Iterator<Item = &ObjectRef> {
        self.by.users.iter().chain(&self.by.elsewhere)
    }

    /// Returns the severity of a problem that has the severity `seen` if visitors see the certificate.
    pub(crate) fn severity(&self, seen: Severity) -> Severity {
        match (self.is_used(), seen) {
            (true, seen) => seen,
            (false, Severity::High) => Severity::Medium,
            (false, _) => Severity::Low,
        }
    }

    /// The hosts of its users or, if they have none, those that it names itself.
    pub(crate) fn all_hosts(&self) -> Vec<&'a str> {
        let hosts: BTreeSet<&str> = self.by.hosts.keys().chain(&self.by.shared).copied().collect();
        let hosts: Vec<&str> = hosts.into_iter().collect();
        match &self.tls.chain {
            Ok(chain) if hosts.is_empty() => chain.leaf.hosts.iter().map(String::as_str).collect(),
            _ => hosts,
        }
    }

    /// The first of its hosts.
    fn hosts(&self) -> Fact {
        hosts(&self.all_hosts())
    }

    /// The Secret and its hosts.
    pub(crate) fn facts(&self) -> Facts {
        vec![("secret", Fact::text(&self.tls.name)), ("hosts", self.hosts())]
    }

    /// Describes its users.
    pub(crate) fn evidence(&self) -> Message {
        let named = if self.is_used() { &self.by.users } else { &self.by.elsewhere };
        let users = Fact::first(SHOWN, named.iter().map(ObjectRef::slashed));
        let text = if named.is_empty() {
            &UNUSED
        } else if !self.is_used() {
            &ELSEWHERE
        } else if self.by.hosts.is_empty() && self.by.shared.is_empty() {
            &USED_BY
        } else {
            &USED_FOR
        };
        let facts = vec![("users", users), ("hosts", self.hosts())];
        Message { text, facts }
    }

    /// Commands that replace the certificate and show its users.
    pub(crate) fn actions(&self, view: &View) -> Vec<String> {
        let kubectl = &view.settings.kubectl;
        let (namespace, name) = (&*self.tls.namespace, &*self.tls.name);
        let replace = ["create", "secret", "tls", name, "-n", namespace, "--cert=tls.crt", "--key=tls.key"];
        let mut out = if self.by.issued {
            vec![kubectl.line(&["get", "certificate,certificaterequest", "-n", namespace])]
        } else {
            vec![format!(
                "{} | {}",
                kubectl.line(&[&replace[..], &["--dry-run=client", "-o", "yaml"]].concat()),
                kubectl.line(&["apply", "-f", "-"])
            )]
        };
        out.extend(self.by.users.first().map(|user| kubectl.describe(user)));
        out.push(kubectl.describe(&self.tls.object()));
        out
    }
}

/// Lists the first names, and how many more there are.
pub(crate) fn first<T: AsRef<str>>(names: &[T]) -> Fact {
    Fact::first(SHOWN, names.iter().map(AsRef::as_ref))
}

/// Lists the first hosts; `*` if there are none.
pub(crate) fn hosts(hosts: &[&str]) -> Fact {
    if hosts.is_empty() { Fact::text("*") } else { first(hosts) }
}

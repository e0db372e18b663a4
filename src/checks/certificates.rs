//! Certificates in secrets, as several checks see them: who shows one to visitors, and how to replace it.
//!
//! What does not belong here: what is bad about one.

use super::{View, traffic};
use crate::finding::{Fact, Facts, Severity};
use crate::model::ObjectRef;
use crate::text::{Message, Text};
use crate::tls::{Certificate, Chain, Tls, TlsTermination, tls_terminations};
use crate::wire::Time;
use std::collections::{BTreeMap, BTreeSet};

/// Of hosts, their users and their addresses, so many are named.
const SHOWN: usize = 3;

static USED_BY: Text =
    Text { en: "Used by {users}", zh_tw: "引用者：{users}", zh_cn: "引用者：{users}" };

static USED_FOR: Text = Text {
    en: "Used by {users} for {hosts}",
    zh_tw: "引用者：{users}，主機：{hosts}",
    zh_cn: "引用者：{users}，主机：{hosts}",
};

static UNUSED: Text = Text {
    en: "No Ingress or Gateway in sight names it",
    zh_tw: "檢查範圍內沒有 Ingress 或 Gateway 引用它",
    zh_cn: "检查范围内没有 Ingress 或 Gateway 引用它",
};

static ELSEWHERE: Text = Text {
    en: "Named by {users} of another namespace; whether a ReferenceGrant allows that was not read",
    zh_tw: "由其他命名空間的 {users} 引用；未讀取 ReferenceGrant，無從得知是否允許",
    zh_cn: "由其他命名空间的 {users} 引用；未读取 ReferenceGrant，无法得知是否允许",
};

/// Who shows the certificate of a secret to visitors.
#[derive(Default)]
pub(crate) struct Use<'a> {
    /// Ingresses and gateways.
    pub users: BTreeSet<ObjectRef>,
    /// Gateways of other namespaces: whether they may use it a `ReferenceGrant` says, and these are not read.
    elsewhere: BTreeSet<ObjectRef>,
    /// The hosts that these name beside the secret, and since when the newest of them has done so.
    pub hosts: BTreeMap<&'a str, Option<Time>>,
    /// The hosts of those that have other certificates too: one of them must be good for the host.
    shared: BTreeSet<&'a str>,
    /// Whether a controller makes the secret.
    issued: bool,
}

/// A secret with a certificate, and who uses it.
pub(crate) struct Used<'a> {
    /// The secret.
    pub tls: &'a Tls,
    /// Who uses it.
    pub by: Use<'a>,
}

/// Every secret of the scope that holds a certificate or should, but for those that are about to go.
pub(crate) fn all<'a>(view: &View<'a>) -> Vec<Used<'a>> {
    let mut uses = uses(&ends(view));
    let rows = &view.snapshot.rows;
    let stays = |tls: &&Tls| !traffic::is_going(view, &tls.namespace);
    let used =
        |tls: &'a Tls| Used { tls, by: uses.remove(&(&*tls.namespace, &*tls.name)).unwrap_or_default() };
    rows.certificates.iter().filter(stays).map(used).collect()
}

/// Everywhere that TLS is ended.
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

/// That the end of a chain has come, or is near.
pub(crate) struct Ending<'a> {
    /// How bad that is where visitors see it.
    pub severity: Severity,
    /// The one of the chain that ends first.
    pub first: &'a Certificate,
    /// Whether it has ended.
    pub is_over: bool,
    /// Since when it is this bad.
    pub since: Time,
}

const DAY: i64 = 86_400;

/// So much before its end a certificate is a matter, and an urgent one, in seconds.
const SOON: [i64; 2] = [30 * DAY, 7 * DAY];

/// And no more than this part of its life before: short ones are renewed late by design.
const OF_LIFE: [i64; 2] = [3, 10];

/// Whether a chain has ended or is about to.
pub(crate) fn ending(chain: &Chain, now: Time) -> Option<Ending<'_>> {
    let first = chain.ends_first();
    let left = first.not_after.seconds_since(now);
    let [warning, critical] = [0, 1].map(|at| SOON[at].min(first.life() / OF_LIFE[at]));
    let (severity, before) = match left {
        ..=0 => (Severity::Critical, 0),
        _ if left < critical => (Severity::Critical, critical),
        _ if left < warning => (Severity::Warning, warning),
        _ => return None,
    };
    Some(Ending { severity, first, is_over: left <= 0, since: first.not_after.minus(before) })
}

/// Whose a certificate is, and for how long, in the words of a check.
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
    /// The certificate, unless it can no longer or not yet be used: then nothing else about it matters.
    pub(crate) fn valid(&self, view: &View) -> Option<&'a Chain> {
        let chain = self.tls.chain.as_ref().ok()?;
        let now = view.now();
        let good = chain.timed().all(|one| one.is_good(now));
        good.then_some(chain)
    }

    /// Whether anybody is known to show it to visitors.
    pub(crate) fn is_used(&self) -> bool {
        !self.by.users.is_empty()
    }

    /// Who names it, as far as that is known: those of its namespace, then those of others.
    pub(crate) fn users(&self) -> impl Iterator<Item = &ObjectRef> {
        self.by.users.iter().chain(&self.by.elsewhere)
    }

    /// How bad something is that would be this bad if visitors saw it.
    pub(crate) fn severity(&self, seen: Severity) -> Severity {
        match (self.is_used(), seen) {
            (true, seen) => seen,
            (false, Severity::Critical) => Severity::Warning,
            (false, _) => Severity::Info,
        }
    }

    /// Whom it is for: the hosts of its users, or those that it names itself.
    pub(crate) fn all_hosts(&self) -> Vec<&'a str> {
        let hosts: BTreeSet<&str> = self.by.hosts.keys().chain(&self.by.shared).copied().collect();
        let hosts: Vec<&str> = hosts.into_iter().collect();
        match &self.tls.chain {
            Ok(chain) if hosts.is_empty() => chain.leaf.hosts.iter().map(String::as_str).collect(),
            _ => hosts,
        }
    }

    /// The first of them.
    fn hosts(&self) -> String {
        let hosts = self.all_hosts();
        if hosts.is_empty() { "*".to_owned() } else { first(&hosts) }
    }

    /// The secret, and whom it is for.
    pub(crate) fn facts(&self) -> Facts {
        vec![("secret", Fact::text(&self.tls.name)), ("hosts", Fact::Text(self.hosts()))]
    }

    /// Who uses it.
    pub(crate) fn evidence(&self) -> Message {
        let named = if self.is_used() { &self.by.users } else { &self.by.elsewhere };
        let users: Vec<String> = named.iter().map(ObjectRef::slashed).collect();
        let facts = vec![("users", Fact::Text(first(&users))), ("hosts", Fact::Text(self.hosts()))];
        let text = match () {
            () if users.is_empty() => &UNUSED,
            () if !self.is_used() => &ELSEWHERE,
            () if self.by.hosts.is_empty() && self.by.shared.is_empty() => &USED_BY,
            () => &USED_FOR,
        };
        Message { text, facts }
    }

    /// How to get another certificate, and how to look at who uses this one.
    pub(crate) fn actions(&self, view: &View) -> Vec<String> {
        let kubectl = &view.settings.kubectl;
        let (namespace, name) = (&*self.tls.namespace, &*self.tls.name);
        let replace = ["create", "secret", "tls", name, "-n", namespace, "--cert=tls.crt", "--key=tls.key"];
        let mut out = match self.by.issued {
            true => vec![kubectl.line(&["get", "certificate,certificaterequest", "-n", namespace])],
            false => vec![format!(
                "{} | {}",
                kubectl.line(&[&replace[..], &["--dry-run=client", "-o", "yaml"]].concat()),
                kubectl.line(&["apply", "-f", "-"])
            )],
        };
        out.extend(self.by.users.first().map(|user| kubectl.describe(user)));
        out.push(kubectl.describe(&self.tls.object()));
        out
    }
}

/// The first of a list, with a mark where there are more.
pub(crate) fn first(names: &[impl AsRef<str>]) -> String {
    let shown: Vec<&str> = names.iter().take(SHOWN).map(AsRef::as_ref).collect();
    let more = if names.len() > SHOWN { ", …" } else { "" };
    shown.join(", ") + more
}

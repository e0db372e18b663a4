//! Reports certificates that do not cover the hosts that an Ingress or a Gateway serves them for.

use crate::checks::certificates::{self, first};
use crate::checks::prelude::*;
use crate::checks::traffic;

static INFO: CheckInfo = CheckInfo {
    id: "certificate-host-uncovered",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Secret, Kind::Ingress, Kind::Gateway],
    title: Text {
        en: "TLS certificate does not cover the host",
        zh_tw: "TLS 憑證不含該主機名稱",
        zh_cn: "TLS 证书不含该主机名",
    },
    meaning: Text {
        en: "Visitors of these hosts get an error page instead of the site, and clients refuse to connect.",
        zh_tw: "連到這些主機的使用者只會看到憑證錯誤頁，用戶端會拒絕連線。",
        zh_cn: "访问这些主机的用户只会看到证书错误页，客户端会拒绝连接。",
    },
    remedy: Text {
        en: "Issue a certificate that names these hosts, or name the Secret that has one.",
        zh_tw: "重新簽發包含這些主機名稱的憑證，或改引用正確的 Secret。",
        zh_cn: "重新签发包含这些主机名的证书，或改为引用正确的 Secret。",
    },
    prevention: Text {
        en: "Derive the hosts of the certificate from the Ingress, as cert-manager does.",
        zh_tw: "讓憑證的主機名稱由 Ingress 決定，例如交給 cert-manager。",
        zh_cn: "让证书的主机名由 Ingress 决定，例如交给 cert-manager。",
    },
    page: page!("certificate-host-uncovered"),
    traits: Traits { group: Some(Group::Tls), ..Traits::NONE },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static OTHERS: Text = Text {
    en: "the certificate in Secret {secret} does not cover {uncovered}, only {names}",
    zh_tw: "Secret {secret} 的憑證不含 {uncovered}，只含 {names}",
    zh_cn: "Secret {secret} 的证书不含 {uncovered}，只含 {names}",
};

static NOBODY: Text = Text {
    en: "the certificate in Secret {secret} does not cover {uncovered}: it names no host (SAN)",
    zh_tw: "Secret {secret} 的憑證不含 {uncovered}：憑證內沒有任何主機名稱（SAN）",
    zh_cn: "Secret {secret} 的证书不含 {uncovered}：证书内没有任何主机名（SAN）",
};

fn run(view: &View, out: &mut Reporter) {
    for used in certificates::all(view) {
        let Some(chain) = used.valid(view) else { continue };
        let leaf = &chain.leaf;
        let uncovered = || used.by.hosts.iter().filter(|(host, _)| !leaf.covers(host));
        let hosts: Vec<&str> = uncovered().map(|(host, _)| *host).collect();
        if hosts.is_empty() {
            continue;
        }
        let addresses = leaf.addresses.iter().map(ToString::to_string);
        let names: Vec<String> = leaf.hosts.iter().cloned().chain(addresses).collect();
        let facts = vec![
            ("secret", Fact::text(&used.tls.name)),
            ("uncovered", first(&hosts)),
            ("names", first(&names)),
        ];
        let text = if names.is_empty() { &NOBODY } else { &OTHERS };
        // A certificate for a host that was just added may not be issued yet.
        let since = uncovered().filter_map(|(_, since)| *since).max();
        let young = !view.older_than(since, traffic::NEW) || !view.older_than(used.tls.created, traffic::NEW);
        let severity = if young { Severity::Low } else { used.severity(Severity::High) };
        let finding = out.object(used.tls.object(), &[], severity, Message::new(text, facts));
        finding.since = used.tls.created;
        finding.because = declared([used.tls.object()]);
        // Its other hosts are still served.
        finding.serving = hosts.len() < used.by.hosts.len() || !used.is_used();
        finding.evidence = vec![used.evidence()];
        finding.actions = used.actions(view);
    }
}

//! Reports Ingresses and Gateways that name a TLS Secret that does not exist.

use crate::checks::certificates;
use crate::checks::prelude::*;
use crate::checks::traffic;
use crate::tls::TlsTermination;
use std::collections::{BTreeMap, BTreeSet};

static INFO: CheckInfo = CheckInfo {
    id: "ingress-secret-missing",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[Kind::Ingress, Kind::Gateway, Kind::Secret],
    title: Text {
        en: "TLS Secret of an Ingress or Gateway missing",
        zh_tw: "Ingress 或 Gateway 的 TLS Secret 不存在",
        zh_cn: "Ingress 或 Gateway 的 TLS Secret 不存在",
    },
    meaning: Text {
        en: "The controller serves its own certificate: browsers warn, and TLS clients refuse to connect.",
        zh_tw: "控制器只能用自己的預設憑證回應：瀏覽器會警告，驗證憑證的用戶端會拒絕連線。",
        zh_cn: "控制器只能用自己的默认证书响应：浏览器会告警，校验证书的客户端会拒绝连接。",
    },
    remedy: Text {
        en: "Create the Secret. If cert-manager issues it, check its Certificate, Order and Challenge.",
        zh_tw: "建立該 Secret；若由 cert-manager 簽發，看 Certificate、Order、Challenge 卡在哪一步。",
        zh_cn: "创建该 Secret；如果由 cert-manager 签发，查看 Certificate、Order、Challenge 卡在哪一步。",
    },
    prevention: Text {
        en: "Issue and renew certificates in the cluster, and do not copy them by hand.",
        zh_tw: "憑證在叢集內自動簽發與更新，不靠人工複製。",
        zh_cn: "证书在集群内自动签发与更新，不靠人工复制。",
    },
    page: page!("ingress-secret-missing"),
    traits: Traits { group: Some(Group::Tls), ..Traits::NONE },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MISSING: Text = Text {
    en: "TLS Secret {secret} does not exist ({hosts})",
    zh_tw: "TLS Secret {secret} 不存在（{hosts}）",
    zh_cn: "TLS Secret {secret} 不存在（{hosts}）",
};

static NOT_ISSUED: Text = Text {
    en: "cert-manager has not issued TLS Secret {secret} after {age} ({hosts})",
    zh_tw: "cert-manager 過了 {age} 仍未簽發 TLS Secret {secret}（{hosts}）",
    zh_cn: "cert-manager 过了 {age} 仍未签发 TLS Secret {secret}（{hosts}）",
};

fn run(view: &View, out: &mut Reporter) {
    let ends = certificates::ends(view);
    let mut named: BTreeMap<Named, (&TlsTermination, BTreeSet<&str>)> = BTreeMap::new();
    for end in &ends {
        for secret in &end.secrets {
            let (_, hosts) = named.entry((&end.object, *secret)).or_insert_with(|| (end, BTreeSet::new()));
            hosts.extend(&end.hosts);
        }
    }
    for ((object, (namespace, secret)), (end, hosts)) in named {
        let going = traffic::is_going(view, &object.namespace) || traffic::is_going(view, namespace);
        if going || !view.saw(Kind::Secret, namespace) || exists(view, namespace, secret) {
            continue;
        }
        let since = end.metadata.created();
        let issued = end.is_issued();
        let young = !view.older_than(since, if issued { certificates::ISSUING } else { traffic::NEW });
        let hosts: Vec<&str> = hosts.into_iter().collect();
        // A Secret of another namespace is shown with its namespace.
        let own = *object.namespace == *namespace;
        let shown = if own { secret.to_owned() } else { format!("{namespace}/{secret}") };
        let facts = vec![
            ("secret", Fact::Text(shown.clone())),
            ("hosts", certificates::hosts(&hosts)),
            ("age", view.ago(since)),
        ];
        let severity = if young { Severity::Low } else { Severity::Medium };
        let text = if issued { &NOT_ISSUED } else { &MISSING };
        let finding = out.object(object.clone(), &[&shown], severity, Message::new(text, facts));
        finding.since = since;
        let missing = ObjectRef::new(namespace, "Secret", secret);
        // Traffic still arrives, with another certificate.
        finding.serving = true;
        finding.actions = actions(view, end, &missing);
        finding.because = declared([missing]);
    }
}

/// An object and the Secret it names.
type Named<'n, 'a> = (&'n ObjectRef, (&'a str, &'a str));

fn exists(view: &View, namespace: &str, name: &str) -> bool {
    let key = |secret: &crate::wire::Secret| {
        (&*secret.metadata.namespace, &*secret.metadata.name).cmp(&(namespace, name))
    };
    view.snapshot.rows.secrets.binary_search_by(key).is_ok()
}

fn actions(view: &View, end: &TlsTermination, secret: &ObjectRef) -> Vec<String> {
    let kubectl = &view.settings.kubectl;
    let steps = "certificate,certificaterequest,order,challenge";
    let mut out = vec![kubectl.list_like(secret), kubectl.describe(&end.object)];
    if end.is_issued() {
        out.insert(0, kubectl.line(&["get", steps, "-n", &secret.namespace]));
    }
    out
}

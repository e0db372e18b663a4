//! Reports Secrets of type `kubernetes.io/tls` that hold no readable certificate.

use crate::checks::certificates;
use crate::checks::prelude::*;
use crate::checks::traffic;
use crate::text::Message;
use crate::tls::UnreadableChain;

static INFO: CheckInfo = CheckInfo {
    id: "certificate-unreadable",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Secret, Kind::Ingress, Kind::Gateway],
    title: Text {
        en: "TLS certificate unreadable", zh_tw: "TLS 憑證無法讀取", zh_cn: "TLS 证书无法读取"
    },
    meaning: Text {
        en: "The controller cannot use it and serves its own certificate: browsers warn, and clients refuse to \
             connect.",
        zh_tw: "控制器無法使用它，只能用自己的預設憑證回應：瀏覽器會警告，用戶端會拒絕連線。",
        zh_cn: "控制器无法使用它，只能用自己的默认证书响应：浏览器会告警，客户端会拒绝连接。",
    },
    remedy: Text {
        en: "Put the certificate and its chain under tls.crt in PEM format, and the key under tls.key.",
        zh_tw: "把 PEM 格式的憑證與憑證鏈放進 tls.crt，私鑰放進 tls.key。",
        zh_cn: "把 PEM 格式的证书与证书链放入 tls.crt，私钥放入 tls.key。",
    },
    prevention: Text {
        en: "Create such Secrets with kubectl create secret tls or cert-manager: both validate their input.",
        zh_tw: "用 kubectl create secret tls 或 cert-manager 建立這類 Secret，兩者都會先驗證內容。",
        zh_cn: "用 kubectl create secret tls 或 cert-manager 创建这类 Secret，两者都会先校验内容。",
    },
    page: page!("certificate-unreadable"),
    traits: Traits { group: Some(Group::Tls), ..Traits::NONE },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MISSING: Text = Text {
    en: "Secret {secret} has no certificate: tls.crt is missing or empty ({hosts})",
    zh_tw: "Secret {secret} 沒有憑證：tls.crt 不存在或是空的（{hosts}）",
    zh_cn: "Secret {secret} 没有证书：tls.crt 不存在或为空（{hosts}）",
};

static KEY: Text = Text {
    en: "tls.crt of Secret {secret} holds a private key and no certificate ({hosts})",
    zh_tw: "Secret {secret} 的 tls.crt 裡是私鑰，沒有憑證（{hosts}）",
    zh_cn: "Secret {secret} 的 tls.crt 里是私钥，没有证书（{hosts}）",
};

static NO_PEM: Text = Text {
    en: "tls.crt of Secret {secret} holds no certificate in PEM format ({hosts})",
    zh_tw: "Secret {secret} 的 tls.crt 裡沒有 PEM 格式的憑證（{hosts}）",
    zh_cn: "Secret {secret} 的 tls.crt 里没有 PEM 格式的证书（{hosts}）",
};

static BROKEN: Text = Text {
    en: "certificate {position} in tls.crt of Secret {secret} cannot be read ({hosts}): {why}",
    zh_tw: "Secret {secret} 的 tls.crt 裡第 {position} 張憑證無法讀取（{hosts}）：{why}",
    zh_cn: "Secret {secret} 的 tls.crt 里第 {position} 张证书无法读取（{hosts}）：{why}",
};

static ISSUER_FIRST: Text = Text {
    en: "the first certificate in tls.crt of Secret {secret} is that of its issuer {issuer}; its own must come first \
         ({hosts})",
    zh_tw: "Secret {secret} 的 tls.crt 順序不對：第一張是簽發者 {issuer} 的憑證，自己的憑證應該放在最前面（{hosts}）",
    zh_cn: "Secret {secret} 的 tls.crt 顺序不对：第一张是签发者 {issuer} 的证书，自己的证书应该放在最前面（{hosts}）",
};

fn run(view: &View, out: &mut Reporter) {
    for used in certificates::all(view) {
        let Err(why) = &used.tls.chain else { continue };
        // A client may create a Secret and fill it a moment later.
        let young = !view.older_than(used.tls.created, traffic::NEW);
        let severity = if used.is_used() && !young { Severity::High } else { Severity::Low };
        let finding = out.object(used.tls.object(), &[], severity, message(why, used.facts()));
        finding.since = used.tls.created;
        finding.because = declared([used.tls.object()]);
        finding.serving = !used.is_used();
        finding.evidence = vec![used.evidence()];
        finding.actions = used.actions(view);
    }
}

fn message(why: &UnreadableChain, mut facts: Facts) -> Message {
    let text = match why {
        UnreadableChain::Empty => &MISSING,
        UnreadableChain::Key => &KEY,
        UnreadableChain::NoPem => &NO_PEM,
        UnreadableChain::IssuerFirst { issuer } => {
            facts.push(("issuer", Fact::text(issuer)));
            &ISSUER_FIRST
        }
        UnreadableChain::Broken { position, why } => {
            facts.extend([("position", Fact::count(*position)), ("why", Fact::Message(why.clone()))]);
            &BROKEN
        }
    };
    Message::new(text, facts)
}

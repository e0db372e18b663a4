//! Reports certificates that cert-manager cannot issue or renew.

use crate::checks::prelude::*;
use crate::checks::{certificates, traffic};
use crate::wire::{Certificate, Condition};

static INFO: CheckInfo = CheckInfo {
    id: "certificate-not-issued",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[Kind::Certificate],
    title: Text {
        en: "cert-manager cannot issue a certificate",
        zh_tw: "cert-manager 無法簽發憑證",
        zh_cn: "cert-manager 无法签发证书",
    },
    meaning: Text {
        en: "The Secret of the certificate is missing or gets no new certificate. Hosts that use it serve another certificate, or \
             an expired one.",
        zh_tw: "憑證的 Secret 不存在，或沒有換上新憑證；使用它的網站會送出別的憑證，或是過期的憑證。",
        zh_cn: "证书的 Secret 不存在，或没有换成新证书；使用它的站点会返回其他证书，或已过期的证书。",
    },
    remedy: Text {
        en: "Look at the CertificateRequest, Order and Challenge of the Certificate, and at the state of its issuer.",
        zh_tw: "查看這個 Certificate 的 CertificateRequest、Order、Challenge，以及簽發者的狀態。",
        zh_cn: "查看该 Certificate 的 CertificateRequest、Order、Challenge，以及签发者的状态。",
    },
    prevention: Text {
        en: "Alert on certmanager_certificate_ready_status, and test issuers with a staging environment.",
        zh_tw: "對 certmanager_certificate_ready_status 設定告警，並先用 staging 環境測試簽發者。",
        zh_cn: "对 certmanager_certificate_ready_status 配置告警，并先用 staging 环境测试签发者。",
    },
    page: page!("certificate-not-issued"),
    traits: Traits { group: Some(Group::Tls), ..Traits::NONE },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MESSAGE: Text = Text {
    en: "{issuer} has not issued the certificate for Secret {secret} for {age}: {detail}",
    zh_tw: "{issuer} 已 {age} 未能簽發 Secret {secret} 的憑證：{detail}",
    zh_cn: "{issuer} 已 {age} 未能签发 Secret {secret} 的证书：{detail}",
};

static ATTEMPTS: Text = Text {
    en: "{count:# attempt|# attempts} failed in a row; cert-manager waits longer after each",
    zh_tw: "連續失敗 {count} 次；每失敗一次，cert-manager 等待更久",
    zh_cn: "连续失败 {count} 次；每失败一次，cert-manager 等待更久",
};

static UNREADY: Text = Text { en: "not ready", zh_tw: "未就緒", zh_cn: "未就绪" };

fn run(view: &View, out: &mut Reporter) {
    for certificate in &view.snapshot.rows.issued {
        let metadata = &certificate.metadata;
        let Some(ready) = failed(certificate) else { continue };
        if traffic::is_going(view, &metadata.namespace) || metadata.deleted().is_some() {
            continue;
        }
        let since = ready.since().or(metadata.created());
        let issuer = &certificate.spec.issuer_ref;
        let kind = if issuer.kind.is_empty() { "Issuer" } else { &issuer.kind };
        let detail = cause(certificate).map_or(Fact::Words(&UNREADY), Fact::text);
        let facts = vec![
            ("issuer", Fact::Text(format!("{kind} {}", issuer.name))),
            ("secret", Fact::text(&certificate.spec.secret_name)),
            ("age", view.ago(since)),
            ("detail", detail),
        ];
        let severity =
            if view.older_than(since, certificates::ISSUING) { Severity::Medium } else { Severity::Low };
        let object = ObjectRef::new(&metadata.namespace, "Certificate", &metadata.name);
        let finding = out.object(object, &[], severity, Message::new(&MESSAGE, facts));
        finding.since = since;
        finding.serving = true;
        let attempts = i64::from(certificate.status.failed_issuance_attempts);
        finding.evidence = (attempts > 0)
            .then(|| Message::new(&ATTEMPTS, vec![("count", Fact::Number(attempts))]))
            .into_iter()
            .collect();
        let kubectl = &view.settings.kubectl;
        let steps = "certificaterequest,order,challenge";
        finding.actions =
            vec![kubectl.describe(&finding.object), kubectl.line(&["get", steps, "-n", &metadata.namespace])];
    }
}

/// Returns the condition of a certificate that is not ready.
pub(crate) fn failed(certificate: &Certificate) -> Option<&Condition> {
    certificate.condition("Ready").filter(|ready| ready.status != "True")
}

/// Returns why the last attempt failed, or else why the certificate is not ready.
fn cause(certificate: &Certificate) -> Option<&str> {
    let issuing = certificate.condition("Issuing").filter(|issuing| issuing.reason == "Failed");
    let said = issuing.or_else(|| failed(certificate)).map(|condition| &*condition.message);
    said.filter(|message| !message.is_empty())
}

//! Reports certificates without the certificate of their issuer, which clients do not have.

use crate::checks::certificates;
use crate::checks::prelude::*;

static INFO: CheckInfo = CheckInfo {
    id: "certificate-chain-incomplete",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[Kind::Secret, Kind::Ingress, Kind::Gateway],
    title: Text {
        en: "TLS certificate chain incomplete",
        zh_tw: "TLS 憑證鏈不完整",
        zh_cn: "TLS 证书链不完整",
    },
    meaning: Text {
        en: "Browsers may find the issuer on their own; programs and phones often do not, and refuse to connect.",
        zh_tw: "瀏覽器多半能自己補上中繼憑證，程式與手機常常不行，會拒絕連線。",
        zh_cn: "浏览器多半能自己补上中间证书，程序与手机常常不行，会拒绝连接。",
    },
    remedy: Text {
        en: "Append the issuer's certificate to tls.crt; authorities deliver it with yours, often as fullchain.",
        zh_tw: "把簽發者的憑證接在 tls.crt 後面；憑證機構通常會一併提供（檔名常為 fullchain）。",
        zh_cn: "把签发者的证书接在 tls.crt 后面；证书机构通常会一并提供（文件名常为 fullchain）。",
    },
    prevention: Text {
        en: "When you copy certificates by hand, use the file with the full chain.",
        zh_tw: "手動複製憑證時，一律使用包含完整憑證鏈的檔案。",
        zh_cn: "手动复制证书时，一律使用包含完整证书链的文件。",
    },
    page: page!("certificate-chain-incomplete"),
    traits: Traits { group: Some(Group::Tls), ..Traits::NONE },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static ALONE: Text = Text {
    en: "tls.crt of Secret {secret} lacks the certificate of its issuer {issuer} ({hosts})",
    zh_tw: "Secret {secret} 的 tls.crt 缺少簽發者 {issuer} 的憑證（{hosts}）",
    zh_cn: "Secret {secret} 的 tls.crt 缺少签发者 {issuer} 的证书（{hosts}）",
};

fn run(view: &View, out: &mut Reporter) {
    for used in certificates::all(view) {
        let Some(chain) = used.valid(view).filter(|chain| !chain.complete) else { continue };
        let mut facts = used.facts();
        facts.push(("issuer", Fact::text(&chain.leaf.issuer)));
        let severity = if used.is_used() { Severity::Medium } else { Severity::Low };
        let finding = out.object(used.tls.object(), &[], severity, Message::new(&ALONE, facts));
        finding.since = used.tls.created;
        finding.because = declared([used.tls.object()]);
        finding.serving = true;
        finding.evidence = vec![used.evidence()];
        finding.actions = used.actions(view);
    }
}

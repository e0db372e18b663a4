//! Reports certificates that have expired, expire soon, or are not yet valid.

use crate::checks::certificates::{self, Used};
use crate::checks::prelude::*;
use crate::tls::{Certificate, Chain};

static INFO: CheckInfo = CheckInfo {
    id: "certificate-expiring",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Secret, Kind::Ingress, Kind::Gateway],
    title: Text {
        en: "TLS certificate expired or expiring soon",
        zh_tw: "TLS 憑證已過期或即將過期",
        zh_cn: "TLS 证书已过期或即将过期",
    },
    meaning: Text {
        en: "After expiry, browsers warn, and clients that verify certificates refuse to connect.",
        zh_tw: "憑證到期後，瀏覽器會警告，驗證憑證的用戶端會拒絕連線。",
        zh_cn: "证书过期后，浏览器会告警，校验证书的客户端会拒绝连接。",
    },
    remedy: Text {
        en: "Renew it. If cert-manager manages it, find out why its Certificate is not ready.",
        zh_tw: "更新憑證；若由 cert-manager 管理，查出 Certificate 未就緒的原因。",
        zh_cn: "更新证书；如果由 cert-manager 管理，查出 Certificate 未就绪的原因。",
    },
    prevention: Text {
        en: "Issue and renew certificates in the cluster, and alert on those that are not renewed there.",
        zh_tw: "憑證在叢集內自動簽發與更新，沒有自動更新的要有到期告警。",
        zh_cn: "证书在集群内自动签发与更新，没有自动更新的要有到期告警。",
    },
    page: page!("certificate-expiring"),
    traits: Traits { group: Some(Group::Tls), ..Traits::NONE },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static EXPIRED: Text = Text {
    en: "{which} expired {age} ago, on {date} ({hosts})",
    zh_tw: "{which}已過期 {age}（{date} 到期；{hosts}）",
    zh_cn: "{which}已过期 {age}（{date} 到期；{hosts}）",
};

static ENDS: Text = Text {
    en: "{which} expires in {left}, on {date} ({hosts})",
    zh_tw: "{which}將在 {left} 後過期（{date} 到期；{hosts}）",
    zh_cn: "{which}将在 {left} 后过期（{date} 到期；{hosts}）",
};

static NOT_YET: Text = Text {
    en: "{which} becomes valid in {left}, on {date} ({hosts})",
    zh_tw: "{which}尚未生效，{left} 後（{date}）生效（{hosts}）",
    zh_cn: "{which}尚未生效，{left} 后（{date}）生效（{hosts}）",
};

static ITSELF: Text = Text { en: "the certificate", zh_tw: "憑證", zh_cn: "证书" };

static ABOVE: Text = Text {
    en: "the issuer certificate {subject} in its chain",
    zh_tw: "憑證鏈中簽發者的憑證 {subject} ",
    zh_cn: "证书链中签发者的证书 {subject} ",
};

static ISSUED: Text = Text {
    en: "Issued to {subject} by {issuer}, valid {from} to {until}",
    zh_tw: "簽發給 {subject}，簽發者 {issuer}，有效期 {from} 至 {until}",
    zh_cn: "签发给 {subject}，签发者 {issuer}，有效期 {from} 至 {until}",
};

fn run(view: &View, out: &mut Reporter) {
    for used in certificates::all(view) {
        let Ok(chain) = &used.tls.chain else { continue };
        let Some((severity, one, text, since)) = judge(chain, view.now()) else { continue };
        let message = Message::new(text, facts(view, &used, chain, one));
        let finding = out.object(used.tls.object(), &[], used.severity(severity), message);
        finding.since = since.or(used.tls.created);
        finding.because = declared([used.tls.object()]);
        // A certificate serves until it expires; an expired one that no Ingress or Gateway uses affects no visitor.
        finding.serving = one.is_good(view.now()) || !used.is_used();
        finding.evidence = vec![used.evidence(), certificates::issued(&ISSUED, one)];
        finding.actions = used.actions(view);
    }
}

/// Returns the severity of a chain's validity, the certificate that decides it, the message, and since when.
fn judge(chain: &Chain, now: Time) -> Option<(Severity, &Certificate, &'static Text, Option<Time>)> {
    if let Some(early) = chain.not_yet_valid(now) {
        return Some((Severity::High, early, &NOT_YET, None));
    }
    let ending = certificates::ending(chain, now)?;
    let text = if ending.is_over { &EXPIRED } else { &ENDS };
    Some((ending.severity, ending.first, text, Some(ending.since)))
}

fn facts(view: &View, used: &Used, chain: &Chain, one: &Certificate) -> Facts {
    let itself = std::ptr::eq(one, &raw const chain.leaf);
    let now = view.now();
    let (date, left) = if one.not_before > now {
        (one.not_before, one.not_before.seconds_since(now))
    } else {
        (one.not_after, one.not_after.seconds_since(now))
    };
    let mut facts = vec![
        ("which", Fact::Words(if itself { &ITSELF } else { &ABOVE })),
        ("subject", Fact::text(&one.subject)),
        ("date", Fact::Text(date.day())),
        ("left", Fact::Age(left)),
        ("age", Fact::Age(-left)),
    ];
    facts.extend(used.facts());
    facts
}

//! Reports hosts that serve a wrong certificate, or no certificate that TLS can use.

use crate::checks::certificates::{self, first};
use crate::checks::prelude::*;
use crate::checks::traffic;
use crate::finding::command::quote;
use crate::text::texts;
use crate::tls::{Certificate, Chain, TerminationsByHost, Tls, TlsTermination};
use crate::wire::{Handshake, Host};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

static INFO: CheckInfo = CheckInfo {
    id: "certificate-served",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Host, Kind::Ingress, Kind::Gateway, Kind::Secret],
    title: Text {
        en: "Wrong certificate served", zh_tw: "實際提供的憑證不對", zh_cn: "实际提供的证书不对"
    },
    meaning: Text {
        en: "Visitors get this certificate, whatever the Secret holds: browsers warn, and TLS clients refuse to \
             connect.",
        zh_tw: "不論 Secret 裡是什麼，訪客拿到的就是這個：瀏覽器會警告，驗證憑證的用戶端會拒絕連線。",
        zh_cn: "不管 Secret 里是什么，访客拿到的就是这个：浏览器会告警，校验证书的客户端会拒绝连接。",
    },
    remedy: Text {
        en: "Find out which server answers at this address, and make it load the certificate of the Secret.",
        zh_tw: "確認這個位址由哪個伺服器回應，讓它載入 Secret 裡的憑證。",
        zh_cn: "确认这个地址由哪个服务器响应，让它加载 Secret 里的证书。",
    },
    prevention: Text {
        en: "After every renewal, check the served certificate from where the visitors are.",
        zh_tw: "每次更新憑證後，都從訪客的角度確認實際提供的憑證。",
        zh_cn: "每次更新证书后，都从访客的角度确认实际提供的证书。",
    },
    page: page!("certificate-served"),
    traits: Traits { group: Some(Group::Tls), ..Traits::NONE },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

/// A problem: its name in the key, its severity and its text.
type Wrong = (&'static str, Severity, &'static Text);

texts! {
    EXPIRED: "{host}: the certificate that {address} serves expired on {date}",
        "{host}：{address} 提供的憑證已於 {date} 到期", "{host}：{address} 提供的证书已于 {date} 过期";
    ENDS: "{host}: the certificate that {address} serves expires on {date}, in {left}",
        "{host}：{address} 提供的憑證將於 {date} 到期，剩 {left}", "{host}：{address} 提供的证书将于 {date} 过期，剩 {left}";
    NOT_YET: "{host}: the certificate that {address} serves is not valid until {date}",
        "{host}：{address} 提供的憑證要到 {date} 才生效", "{host}：{address} 提供的证书要到 {date} 才生效";
    OTHER_HOST: "{host}: {address} serves a certificate for {hosts}",
        "{host}：{address} 提供的是 {hosts} 的憑證", "{host}：{address} 提供的是 {hosts} 的证书";
    INCOMPLETE: "{host}: {address} serves its certificate without the certificate of its issuer {issuer}",
        "{host}：{address} 沒有一併提供簽發者 {issuer} 的憑證", "{host}：{address} 没有一并提供签发者 {issuer} 的证书";
    OLDER: "{host}: {address} still serves a certificate from {from} and has not loaded the one from {date} in Secret \
            {secret}",
        "{host}：{address} 仍提供 {from} 的憑證，Secret {secret} 裡的是 {date}：尚未重新載入",
        "{host}：{address} 仍提供 {from} 的证书，Secret {secret} 里的是 {date}：尚未重新加载";
    ANOTHER: "{host}: {address} does not serve the certificate in Secret {secret}",
        "{host}：{address} 提供的憑證不是 Secret {secret} 裡的那一張", "{host}：{address} 提供的证书不是 Secret {secret} 里的那一张";
    OTHER_KEY: "{host}: {address} does not hold the private key of the certificate it serves",
        "{host}：{address} 沒有所提供憑證的私鑰", "{host}：{address} 没有所提供证书的私钥";
    UNREADABLE: "{host}: the certificate that {address} serves cannot be read",
        "{host}：{address} 提供的憑證無法讀取", "{host}：{address} 提供的证书无法读取";
    PLAIN_HTTP: "{host}: {address} answers with plain HTTP, without TLS",
        "{host}：{address} 以未加密的 HTTP 回應，沒有 TLS", "{host}：{address} 以未加密的 HTTP 响应，没有 TLS";
    NO_TLS: "{host}: TLS handshake with {address} failed ({detail})",
        "{host}：{address} 無法完成 TLS 交握（{detail}）", "{host}：{address} 无法完成 TLS 握手（{detail}）";
    REFUSED: "{host}: {address} refuses connections", "{host}：{address} 拒絕連線", "{host}：{address} 拒绝连接";
    CLOSED: "{host}: {address} closes the connection before it sends a certificate",
        "{host}：{address} 還沒提供憑證就關閉連線", "{host}：{address} 还没提供证书就关闭连接";
    TIMED_OUT: "{host}: {address} does not answer the TLS handshake in time ({detail})",
        "{host}：{address} 沒有及時回應 TLS 交握（{detail}）", "{host}：{address} 没有及时响应 TLS 握手（{detail}）";
    UNREACHED: "{host}: {address} cannot be reached ({detail})",
        "{host}：連不到 {address}（{detail}）", "{host}：无法连接 {address}（{detail}）";
    ISSUED: "Served: issued to {subject} by {issuer}, valid {from} to {until}",
        "實際提供：簽發給 {subject}，簽發者 {issuer}，有效期 {from} 至 {until}",
        "实际提供：签发给 {subject}，签发者 {issuer}，有效期 {from} 至 {until}";
}

fn run(view: &View, out: &mut Reporter) {
    let ends = certificates::ends(view);
    let index = TerminationsByHost::of(&ends);
    for host in &view.snapshot.rows.hosts {
        let Some(tls) = &host.tls else { continue };
        let mut closest = index.closest(&host.metadata.name);
        let known = !closest.is_empty();
        closest.retain(|end| !traffic::is_going(view, &end.object.namespace));
        if known && closest.is_empty() {
            continue;
        }
        let served = served(tls);
        let kept = served.as_ref().and_then(|served| kept(view, &closest, served));
        let seen = Seen { host, tls, served: served.as_ref(), end: closest.first().copied(), kept };
        for wrong in judge(view, &seen) {
            report(view, out, &seen, wrong);
        }
    }
}

/// The handshake with a host, and what it should serve.
struct Seen<'s, 'a> {
    host: &'s Host,
    tls: &'s Handshake,
    served: Option<&'s Chain>,
    /// The first Ingress or listener that ends TLS for it.
    end: Option<&'s TlsTermination<'a>>,
    /// What should be served.
    kept: Option<Kept<'s, 'a>>,
}

/// The certificate of a Secret, and the Ingress or listener that ends TLS with it.
#[derive(Clone, Copy)]
struct Kept<'s, 'a> {
    end: &'s TlsTermination<'a>,
    secret: (&'a str, &'a str),
    chain: &'a Chain,
}

impl<'s, 'a> Seen<'s, 'a> {
    fn name(&self) -> &str {
        &self.host.metadata.name
    }

    fn end(&self) -> Option<&'s TlsTermination<'a>> {
        self.kept.map_or(self.end, |kept| Some(kept.end))
    }

    fn secret(&self) -> Option<(&'a str, &'a str)> {
        self.kept.map(|kept| kept.secret).or_else(|| self.end?.secrets.first().copied())
    }
}

/// Returns the certificate that should be served: of all certificates kept for a host the one that is served, or the
/// nearest one. If a certificate that was not read may be the right one, returns only the one that is served.
fn kept<'s, 'a>(view: &View<'a>, ends: &[&'s TlsTermination<'a>], served: &Chain) -> Option<Kept<'s, 'a>> {
    let named = || ends.iter().flat_map(|end| end.secrets.iter().map(|secret| (*end, *secret)));
    let read = |(end, secret)| Some(Kept { end, secret, chain: chain(view, secret)? });
    let all: Vec<Kept> = named().filter_map(read).collect();
    let same = all.iter().find(|kept| is_same(&kept.chain.leaf, &served.leaf));
    let certain = all.len() == named().count() && !ends.iter().any(|end| end.others);
    let near = || {
        let by_same_issuer = all.iter().find(|kept| kept.chain.leaf.issuer == served.leaf.issuer);
        by_same_issuer.or(all.first()).filter(|_| certain)
    };
    same.or_else(near).copied()
}

fn report(view: &View, out: &mut Reporter, seen: &Seen, (part, severity, text): Wrong) {
    let object =
        seen.end().map_or_else(|| ObjectRef::of_cluster("Host", seen.name()), |end| end.object.clone());
    let finding =
        out.object(object, &[seen.name(), part], severity, Message::new(text, facts(view, seen, text)));
    finding.serving = severity < Severity::High;
    finding.evidence.extend(seen.served.map(|chain| certificates::issued(&ISSUED, &chain.leaf)));
    let (address, servername) = (quote(&seen.tls.address), quote(seen.name()));
    finding.actions =
        vec![format!("openssl s_client -connect {address} -servername {servername} -showcerts </dev/null")];
    let kubectl = &view.settings.kubectl;
    if let Some((namespace, secret)) = seen.secret() {
        finding.because = declared([ObjectRef::new(namespace, "Secret", secret)]);
        finding.actions.push(kubectl.line(&["describe", "secret", "-n", namespace, secret]));
    }
}

/// Returns the problems of the served certificate.
fn judge(view: &View, seen: &Seen) -> Vec<Wrong> {
    let Some(served) = seen.served else { return vec![unserved(seen.tls, seen.end.is_some())] };
    let same = seen.kept.filter(|kept| is_same(&kept.chain.leaf, &served.leaf));
    let mut wrong = Vec::new();
    if &*seen.tls.outcome == Handshake::OTHER_KEY {
        wrong.push(("key", Severity::High, &OTHER_KEY));
    }
    // Problems of the certificate in the Secret are reported for the Secret.
    let Some(same) = same else {
        if !served.leaf.covers(seen.name()) {
            wrong.push(("host", Severity::High, &OTHER_HOST));
            // It belongs to another host, so its other properties do not matter.
            return wrong;
        }
        wrong.extend(of_times(served, view.now()));
        wrong.extend(seen.kept.map(|kept| ("secret", Severity::Medium, instead(served, kept.chain))));
        wrong.extend((!served.complete).then_some(("chain", Severity::Medium, &INCOMPLETE)));
        return wrong;
    };
    if !served.complete && served.above.len() < same.chain.above.len() {
        wrong.push(("chain", Severity::Medium, &INCOMPLETE));
    }
    wrong
}

/// Chooses the text for a certificate other than the one kept. An older one of the same issuer was not reloaded.
fn instead(served: &Chain, kept: &Chain) -> &'static Text {
    let (served, kept) = (&served.leaf, &kept.leaf);
    if served.issuer == kept.issuer && served.not_before < kept.not_before { &OLDER } else { &ANOTHER }
}

/// Returns why no certificate is served. A host for which no object ends TLS may never have had a certificate.
fn unserved(tls: &Handshake, meant: bool) -> Wrong {
    let text = match &*tls.outcome {
        Handshake::SERVED | Handshake::OTHER_KEY => &UNREADABLE,
        Handshake::PLAIN_HTTP => &PLAIN_HTTP,
        Handshake::REFUSED => &REFUSED,
        Handshake::CLOSED => &CLOSED,
        Handshake::TIMED_OUT => &TIMED_OUT,
        Handshake::UNREACHED => &UNREACHED,
        _ => &NO_TLS,
    };
    ("tls", if meant { Severity::Medium } else { Severity::Low }, text)
}

fn of_times(chain: &Chain, now: Time) -> Option<Wrong> {
    if chain.leaf.not_before > now {
        return Some(("time", Severity::High, &NOT_YET));
    }
    let ending = certificates::ending(chain, now)?;
    Some(("time", ending.severity, if ending.is_over { &EXPIRED } else { &ENDS }))
}

fn facts(view: &View, seen: &Seen, text: &'static Text) -> Facts {
    let mut facts = vec![
        ("host", Fact::text(seen.name())),
        ("address", Fact::text(&seen.tls.address)),
        ("detail", seen.tls.why().map_or_else(|| Fact::text(""), Fact::Message)),
        ("outcome", Fact::text(&seen.tls.outcome)),
    ];
    let Some(chain) = seen.served else { return facts };
    let leaf = &chain.leaf;
    let date = match text {
        text if std::ptr::eq(text, &raw const NOT_YET) => leaf.not_before,
        text if std::ptr::eq(text, &raw const OLDER) => {
            seen.kept.map_or(leaf.not_before, |kept| kept.chain.leaf.not_before)
        }
        _ => chain.ends_first().not_after,
    };
    facts.extend([
        ("date", Fact::Text(date.day())),
        ("left", Fact::Age(chain.ends_first().not_after.seconds_since(view.now()))),
        ("hosts", if leaf.hosts.is_empty() { Fact::text(&leaf.subject) } else { first(&leaf.hosts) }),
        ("issuer", Fact::text(&leaf.issuer)),
        ("from", Fact::Text(leaf.not_before.day())),
        ("secret", Fact::text(seen.secret().map_or("", |(_, name)| name))),
    ]);
    facts
}

/// Returns the served chain up to the first certificate that cannot be decoded.
pub fn served(tls: &Handshake) -> Option<Chain> {
    let der: Vec<Vec<u8>> = tls.chain.iter().map_while(|text| STANDARD.decode(text).ok()).collect();
    Chain::of_der(&der).ok()
}

/// Returns the certificate of a Secret, if it was read.
fn chain<'a>(view: &View<'a>, secret: (&str, &str)) -> Option<&'a Chain> {
    let certificates = &view.snapshot.rows.certificates;
    let key = |tls: &Tls| (&*tls.namespace, &*tls.name).cmp(&secret);
    let index = certificates.binary_search_by(key).ok()?;
    certificates.get(index)?.chain.as_deref().ok()
}

fn is_same(one: &Certificate, other: &Certificate) -> bool {
    (&one.issuer, &one.serial, one.not_after) == (&other.issuer, &other.serial, other.not_after)
}

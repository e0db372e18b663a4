//! The hosts that were looked up: what DNS says, who is for them, how often they were asked for, and what is served. The
//! cells are as the cluster has them: whoever shows them escapes them.

use super::words::{self, texts};
use crate::report::{HostRow, Report};
use crate::text::{Fact, Lang, Text};
use crate::wire::{DnsAnswer, Handshake, HostRequests};

texts! {
    HOSTS: "Hosts", "網域", "域名";
    HOST: "HOST", "網域", "域名";
    DNS: "DNS", "DNS", "DNS";
    VIRTUAL_HOST: "VIRTUAL HOST", "虛擬主機", "虚拟主机";
    REQUESTS: "REQUESTS", "請求次數", "请求次数";
    CERTIFICATE: "CERTIFICATE", "憑證", "证书";
    NO_NAME: "no such name", "沒有這個名稱", "没有这个名称";
    NO_ADDRESS: "no address", "沒有位址", "没有地址";
    LOOP: "aliases without an end", "別名沒有終點", "别名没有终点";
    NO_ANSWER: "no answer", "沒有回覆", "没有答复";
    NONE: "none", "無", "无";
    IN_TIME: "{count} in {window}", "{count}（{window} 內）", "{count}（{window} 内）";
    UNTIL: "until {date}", "到期日 {date}", "到期日 {date}";
    PLAIN_HTTP: "HTTP without TLS", "沒有 TLS 的 HTTP", "没有 TLS 的 HTTP";
    NO_TLS: "no TLS", "不是 TLS", "不是 TLS";
    REFUSED: "refused", "拒絕連線", "拒绝连接";
    CLOSED: "closed", "連線被關閉", "连接被关闭";
    UNREACHED: "not reached", "連不到", "无法连接";
    UNREADABLE: "unreadable", "無法讀取", "无法读取";
}

/// The heads of the columns.
pub(super) const HEADS: [&Text; 5] = [&HOST, &DNS, &VIRTUAL_HOST, &REQUESTS, &CERTIFICATE];

/// What is not known.
const UNKNOWN: &str = "-";

/// A row for each host.
pub(super) fn rows(report: &Report, lang: Lang) -> Vec<[String; 5]> {
    let row = |row: &HostRow| {
        [
            row.host.metadata.name.clone(),
            row.host.dns.as_ref().map_or_else(|| UNKNOWN.to_owned(), |dns| of_dns(dns, lang)),
            of_virtual_hosts(row, lang),
            row.host.requests.as_ref().map_or_else(|| UNKNOWN.to_owned(), |of| of_requests(of, lang)),
            of_certificate(row, lang),
        ]
    };
    report.hosts().iter().map(row).collect()
}

fn of_dns(dns: &DnsAnswer, lang: Lang) -> String {
    let word = match &*dns.outcome {
        DnsAnswer::RESOLVED => return dns.addresses.join(", "),
        DnsAnswer::NO_NAME => &NO_NAME,
        DnsAnswer::NO_ADDRESS => &NO_ADDRESS,
        DnsAnswer::LOOP => &LOOP,
        _ => &NO_ANSWER,
    };
    word.get(lang).to_owned()
}

/// `shop/Ingress/web → web, cart`.
fn of_virtual_hosts(row: &HostRow, lang: Lang) -> String {
    let each = row.virtual_hosts.iter().map(|of| {
        let object = format!("{}/{}", of.object.namespace, of.object.slashed());
        match of.services.as_slice() {
            [] => object,
            services => format!("{object} → {}", services.join(", ")),
        }
    });
    let all: Vec<String> = each.collect();
    if all.is_empty() { NONE.get(lang).to_owned() } else { all.join("; ") }
}

fn of_requests(requests: &HostRequests, lang: Lang) -> String {
    match requests.window_seconds {
        0 => requests.count.to_string(),
        window => {
            IN_TIME.fill(lang, &[("count", Fact::Number(requests.count)), ("window", Fact::Age(window))])
        }
    }
}

fn of_certificate(row: &HostRow, lang: Lang) -> String {
    let Some(tls) = &row.host.tls else { return UNKNOWN.to_owned() };
    let word = match (&row.served, &*tls.outcome) {
        (Some(chain), _) => {
            return UNTIL.fill(lang, &[("date", Fact::Text(chain.ends_first().not_after.day()))]);
        }
        (_, Handshake::PLAIN_HTTP) => &PLAIN_HTTP,
        (_, Handshake::REFUSED) => &REFUSED,
        (_, Handshake::CLOSED) => &CLOSED,
        (_, Handshake::TIMED_OUT) => &words::TIMED_OUT,
        (_, Handshake::UNREACHED) => &UNREACHED,
        (_, Handshake::NO_TLS) => &NO_TLS,
        _ => &UNREADABLE,
    };
    word.get(lang).to_owned()
}

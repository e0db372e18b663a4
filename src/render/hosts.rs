//! The table of hosts: the result of DNS, the virtual hosts, the requests, and the certificate that is served.

use super::Look;
use super::document::{Block, Column, Line, Table, name, own};
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
    LOOP: "alias loop", "別名沒有終點", "别名没有终点";
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

/// The cell of an unknown value.
const UNKNOWN: &str = "-";

/// Returns the section of the screen; nothing without hosts.
pub(super) fn section(report: &Report, look: Look) -> Vec<Block> {
    let heading = own(HOSTS.get(look.lang).to_uppercase());
    table(report, look.lang)
        .map(|table| vec![Block::Heading(2, heading), Block::Table(table)])
        .unwrap_or_default()
}

/// Returns the table; `None` without hosts.
pub(super) fn table(report: &Report, lang: Lang) -> Option<Table> {
    let hosts = report.hosts();
    if hosts.is_empty() {
        return None;
    }
    let column =
        |head: &Text, cell: &dyn Fn(&HostRow) -> Line| Column::new(head.get(lang), hosts.iter().map(cell));
    let dns = |row: &HostRow| row.host.dns.as_ref().map_or_else(|| own(UNKNOWN), |dns| of_dns(dns, lang));
    let requests = |row: &HostRow| {
        row.host.requests.as_ref().map_or_else(|| UNKNOWN.to_owned(), |of| of_requests(of, lang))
    };
    Some(Table::new(vec![
        column(&HOST, &|row| name(&row.host.metadata.name)),
        column(&DNS, &dns),
        column(&VIRTUAL_HOST, &|row| of_virtual_hosts(row, lang)),
        column(&REQUESTS, &|row| own(requests(row))),
        column(&CERTIFICATE, &|row| own(of_certificate(row, lang))),
    ]))
}

fn of_dns(dns: &DnsAnswer, lang: Lang) -> Line {
    let word = match &*dns.outcome {
        DnsAnswer::RESOLVED => return name(dns.addresses.join(", ")),
        DnsAnswer::NO_NAME => &NO_NAME,
        DnsAnswer::NO_ADDRESS => &NO_ADDRESS,
        DnsAnswer::LOOP => &LOOP,
        _ => &NO_ANSWER,
    };
    own(word.get(lang))
}

/// Returns `shop/ingress/web → web, cart`.
fn of_virtual_hosts(row: &HostRow, lang: Lang) -> Line {
    let each = row.virtual_hosts.iter().map(|of| {
        let object = format!("{}/{}", of.object.namespace, of.object.slashed());
        match of.services.as_slice() {
            [] => object,
            services => format!("{object} → {}", services.join(", ")),
        }
    });
    let all: Vec<String> = each.collect();
    if all.is_empty() { own(NONE.get(lang)) } else { name(all.join("; ")) }
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

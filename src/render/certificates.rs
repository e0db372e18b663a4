//! The certificates of the scope as a table, for those formats that have room for it.

use super::words::{self, texts};
use crate::finding::CheckInfo;
use crate::report::{CertificateRow, CertificateState, Report};
use crate::text::{Fact, Lang, Text};

texts! {
    HEADING: "TLS certificates", "TLS 憑證", "TLS 证书";
    SECRET: "SECRET", "Secret", "Secret";
    HOSTS: "HOSTS", "主機", "主机";
    ISSUER: "ISSUER", "簽發者", "签发者";
    NOT_AFTER: "NOT AFTER", "到期日", "到期日";
    DAYS_LEFT: "DAYS LEFT", "剩餘天數", "剩余天数";
    VALID: "🟢 valid", "🟢 有效", "🟢 有效";
    MUTED: "⚪ muted: {what}", "⚪ 已靜音：{what}", "⚪ 已静默：{what}";
    NOT_JUDGED: "⚪ not judged: {what}", "⚪ 未判斷：{what}", "⚪ 未判断：{what}";
    MORE: "{count} more certificates, all valid", "另有 {count} 張憑證，全部有效", "另有 {count} 张证书，全部有效";
    MORE_SKIPPED: "{count} more certificates: N/A", "另有 {count} 張憑證：N/A", "另有 {count} 张证书：N/A";
}

/// The heads, which are the same in each.
pub(super) const HEADS: [&Text; 7] =
    [&words::NAMESPACE, &SECRET, &HOSTS, &ISSUER, &NOT_AFTER, &DAYS_LEFT, &words::STATE];

/// Of those with nothing to be said so many are shown, the next ones to end.
const CALM_SHOWN: usize = 20;

/// Of hosts, so many are named.
const HOSTS_SHOWN: usize = 3;

/// The rows, each text escaped by the format's own `escape`; and lines about those that are left out.
pub(super) fn rows(
    report: &Report,
    (lang, all): (Lang, bool),
    escape: fn(&str) -> String,
) -> (Vec<[String; 7]>, Vec<String>) {
    let is_valid = |row: &&CertificateRow| matches!(row.state, CertificateState::Valid);
    let is_calm = |row: &&CertificateRow| is_valid(row) || matches!(row.state, CertificateState::Skipped);
    let bad = report.certificates.iter().filter(|row| !is_calm(row)).count();
    let shown = if all { report.certificates.len() } else { report.certificates.len().min(bad + CALM_SHOWN) };
    let (shown, rest) = report.certificates.split_at(shown);
    let row = |row: &CertificateRow| {
        let leaf = row.tls.chain.as_ref().ok().map(|chain| &chain.leaf);
        let days = row.days_left(report.snapshot.taken_at);
        [
            escape(&row.tls.namespace),
            escape(&row.tls.name),
            hosts(&row.hosts, escape),
            leaf.map_or_else(|| "-".to_owned(), |leaf| escape(&leaf.issuer)),
            row.ends_first().map_or_else(|| "-".to_owned(), |first| first.not_after.day()),
            days.map_or_else(|| "-".to_owned(), |days| days.to_string()),
            state(row, lang),
        ]
    };
    let valid = rest.iter().filter(is_valid).count();
    let more =
        [(valid, &MORE), (rest.len() - valid, &MORE_SKIPPED)].into_iter().filter(|(count, _)| *count > 0);
    let more = more.map(|(count, text)| text.fill(lang, &[("count", Fact::count(count))]));
    (shown.iter().map(row).collect(), more.collect())
}

fn hosts(hosts: &[&str], escape: fn(&str) -> String) -> String {
    let mut shown: Vec<String> = hosts.iter().take(HOSTS_SHOWN).map(|host| escape(host)).collect();
    if hosts.len() > HOSTS_SHOWN {
        shown.push(format!("+{}", hosts.len() - HOSTS_SHOWN));
    }
    if shown.is_empty() { "-".to_owned() } else { shown.join(", ") }
}

fn state(row: &CertificateRow, lang: Lang) -> String {
    let of = |text: &Text, check: &CheckInfo| text.fill(lang, &[("what", Fact::text(check.title.get(lang)))]);
    match row.state {
        CertificateState::Skipped => "N/A".to_owned(),
        CertificateState::Valid => VALID.get(lang).to_owned(),
        CertificateState::Muted(check) => of(&MUTED, check),
        CertificateState::NotJudged(check) => of(&NOT_JUDGED, check),
        CertificateState::Found(severity, check) => {
            let shown = words::severity(severity, lang);
            let glyph = shown.split_once(' ').map_or("", |(glyph, _)| glyph);
            format!("{glyph} {}", check.title.get(lang))
        }
    }
}

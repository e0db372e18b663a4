//! The certificates of the scope as a table, for those formats that have room for it.

use super::words::{self, texts};
use crate::finding::Fact;
use crate::report::{CertificateRow, Report};
use crate::text::{Lang, Text};

texts! {
    HEADING: "TLS certificates", "TLS 憑證", "TLS 证书";
    SECRET: "SECRET", "Secret", "Secret";
    HOSTS: "HOSTS", "主機", "主机";
    ISSUER: "ISSUER", "簽發者", "签发者";
    NOT_AFTER: "NOT AFTER", "到期日", "到期日";
    DAYS_LEFT: "DAYS LEFT", "剩餘天數", "剩余天数";
    VALID: "🟢 valid", "🟢 有效", "🟢 有效";
    MORE: "{count} more certificates, all valid", "另有 {count} 張憑證，全部有效", "另有 {count} 张证书，全部有效";
}

/// The heads, which are the same in each.
pub(super) const HEADS: [&Text; 7] =
    [&words::NAMESPACE, &SECRET, &HOSTS, &ISSUER, &NOT_AFTER, &DAYS_LEFT, &words::STATE];

/// Of those with nothing wrong so many are shown, the next ones to end.
const VALID_SHOWN: usize = 20;

/// Of hosts, so many are named.
const HOSTS_SHOWN: usize = 3;

/// The rows, each text escaped by the format's own `escape`; and a line about those that are left out.
pub(super) fn rows(
    report: &Report,
    (lang, all): (Lang, bool),
    escape: fn(&str) -> String,
) -> (Vec<[String; 7]>, Option<String>) {
    let calm = |row: &&CertificateRow| row.worst.is_none();
    let bad = report.certificates.iter().filter(|row| !calm(row)).count();
    let shown = if all { usize::MAX } else { bad + VALID_SHOWN };
    let row = |row: &CertificateRow| {
        let first = row.ends_first();
        let days = row.days_left(report.snapshot.taken_at);
        [
            escape(&row.tls.namespace),
            escape(&row.tls.name),
            hosts(&row.hosts, escape),
            first.map_or_else(|| "-".to_owned(), |first| escape(&first.issuer)),
            first.map_or_else(|| "-".to_owned(), |first| first.not_after.day()),
            days.map_or_else(|| "-".to_owned(), |days| days.to_string()),
            state(row, lang),
        ]
    };
    let more = report.certificates.len().checked_sub(shown).filter(|more| *more > 0);
    let more = more.map(|more| MORE.fill(lang, &[("count", Fact::count(more))]));
    (report.certificates.iter().take(shown).map(row).collect(), more)
}

fn hosts(hosts: &[&str], escape: fn(&str) -> String) -> String {
    let mut shown: Vec<String> = hosts.iter().take(HOSTS_SHOWN).map(|host| escape(host)).collect();
    if hosts.len() > HOSTS_SHOWN {
        shown.push(format!("+{}", hosts.len() - HOSTS_SHOWN));
    }
    if shown.is_empty() { "-".to_owned() } else { shown.join(", ") }
}

fn state(row: &CertificateRow, lang: Lang) -> String {
    match row.worst {
        _ if row.skipped => "N/A".to_owned(),
        None => VALID.get(lang).to_owned(),
        Some((severity, check)) => {
            let shown = words::severity(severity, lang);
            let glyph = shown.split_once(' ').map_or("", |(glyph, _)| glyph);
            format!("{glyph} {}", check.title.get(lang))
        }
    }
}

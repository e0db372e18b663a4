//! The table of certificates.

use super::Look;
use super::document::{Block, Column, Line, Table, name, own};
use super::words::{self, texts};
use crate::finding::CheckInfo;
use crate::report::{CertificateRow, CertificateState, Report};
use crate::text::{Fact, Lang, Text};
use crate::wire::Time;

texts! {
    HEADING: "TLS certificates", "TLS 憑證", "TLS 证书";
    SECRET: "SECRET", "Secret", "Secret";
    HOSTS: "HOSTS", "主機", "主机";
    ISSUER: "ISSUER", "簽發者", "签发者";
    NOT_AFTER: "NOT AFTER", "到期日", "到期日";
    DAYS_LEFT: "DAYS LEFT", "剩餘天數", "剩余天数";
    VALID: "🟢 valid", "🟢 有效", "🟢 有效";
    MUTED: "⚪ muted: {what}", "⚪ 已靜音：{what}", "⚪ 已静默：{what}";
    NOT_YET: "not yet valid", "尚未生效", "尚未生效";
    EXPIRED: "expired", "已過期", "已过期";
    SOON: "expiring soon", "即將過期", "即将过期";
    NOT_JUDGED: "⚪ not judged: {what}", "⚪ 未判斷：{what}", "⚪ 未判断：{what}";
    MORE_BAD: "{count:# more certificate|# more certificates} with findings: --all", "另有 {count} 張憑證有問題：--all", "另有 {count} 张证书有问题：--all";
    MORE: "{count:# more certificate|# more certificates}, all valid", "另有 {count} 張憑證，全部有效", "另有 {count} 张证书，全部有效";
    MORE_SKIPPED: "{count:# more certificate|# more certificates}: N/A", "另有 {count} 張憑證：N/A", "另有 {count} 张证书：N/A";
}

/// The number of certificates with findings that are listed, worst first. Each row takes memory.
const BAD_SHOWN: usize = 100;

/// The number of certificates without findings that are listed, by expiry.
const CALM_SHOWN: usize = 20;

/// The check of validity. Its title names three states.
const EXPIRING: &str = "certificate-expiring";

/// The number of hosts that are listed for a certificate.
const HOSTS_SHOWN: usize = 3;

/// Returns the section of the screen; nothing without certificates.
pub(super) fn section(report: &Report, look: Look) -> Vec<Block> {
    let Some((table, more)) = table(report, look) else { return Vec::new() };
    let more = more.into_iter().map(|line| own(line).dim()).collect();
    let heading = own(HEADING.get(look.lang).to_uppercase());
    vec![Block::Heading(3, heading), Block::Table(table), Block::Lines(more)]
}

/// Returns the table, and lines about the certificates that are not listed; `None` without certificates.
pub(super) fn table(report: &Report, look: Look) -> Option<(Table, Vec<String>)> {
    let lang = look.lang;
    let is_valid = |row: &&CertificateRow| matches!(row.state, CertificateState::Valid);
    let is_calm = |row: &&CertificateRow| is_valid(row) || matches!(row.state, CertificateState::Skipped);
    let bad = report.certificates.iter().filter(|row| !is_calm(row)).count();
    let all = report.certificates.len();
    let most = match bad {
        _ if look.all => all,
        0..=BAD_SHOWN => bad + CALM_SHOWN,
        _ => BAD_SHOWN,
    };
    let (shown, rest) = report.certificates.split_at(all.min(most));
    if shown.is_empty() {
        return None;
    }
    let column = |head: &Text, cell: &dyn Fn(&CertificateRow) -> Line| {
        Column::new(head.get(lang), shown.iter().map(cell))
    };
    let days = |row: &CertificateRow| row.days_left(report.snapshot.taken_at);
    let table = Table::new(vec![
        column(&words::NAMESPACE, &|row| name(&*row.tls.namespace)),
        column(&SECRET, &|row| name(&*row.tls.name)),
        column(&HOSTS, &|row| hosts(&row.hosts)).expendable(2),
        column(&ISSUER, &|row| issuer(row)).expendable(3),
        column(&NOT_AFTER, &|row| {
            own(row.ends_first().map_or_else(|| "-".to_owned(), |first| first.not_after.day()))
        }),
        column(&DAYS_LEFT, &|row| own(days(row).map_or_else(|| "-".to_owned(), |days| days.to_string())))
            .numeric(),
        column(&words::STATE, &|row| own(state(row, report.snapshot.taken_at, lang))),
    ]);
    let (bad, valid) = (bad.saturating_sub(shown.len()), rest.iter().filter(is_valid).count());
    let more = [(bad, &MORE_BAD), (valid, &MORE), (rest.len() - bad - valid, &MORE_SKIPPED)];
    let more = more.into_iter().filter(|(count, _)| *count > 0);
    let more = more.map(|(count, text)| text.fill(lang, &[("count", Fact::count(count))]));
    Some((table, more.collect()))
}

fn issuer(row: &CertificateRow) -> Line {
    row.tls.chain.as_ref().map_or_else(|_| own("-"), |chain| name(&chain.leaf.issuer))
}

fn hosts(hosts: &[&str]) -> Line {
    if hosts.is_empty() {
        return own("-");
    }
    let shown = name(hosts[..hosts.len().min(HOSTS_SHOWN)].join(", "));
    match hosts.len().saturating_sub(HOSTS_SHOWN) {
        0 => shown,
        more => shown.then(format!(", +{more}")),
    }
}

/// Returns what is wrong with the validity of a chain that does not last.
fn validity(row: &CertificateRow, now: Time) -> Option<&'static Text> {
    let chain = row.tls.chain.as_ref().ok()?;
    Some(if chain.not_yet_valid(now).is_some() {
        &NOT_YET
    } else if chain.ends_first().not_after <= now {
        &EXPIRED
    } else {
        &SOON
    })
}

fn state(row: &CertificateRow, now: Time, lang: Lang) -> String {
    let what = |check: &CheckInfo| {
        let validity = (check.id == EXPIRING).then(|| validity(row, now)).flatten();
        validity.unwrap_or(&check.title).get(lang)
    };
    let of = |text: &Text, check: &CheckInfo| text.fill(lang, &[("what", Fact::text(what(check)))]);
    match row.state {
        CertificateState::Skipped => "N/A".to_owned(),
        CertificateState::Valid => VALID.get(lang).to_owned(),
        CertificateState::Muted(check) => of(&MUTED, check),
        CertificateState::NotJudged(check) => of(&NOT_JUDGED, check),
        CertificateState::Found(severity, check) => {
            format!("{} {}", words::severity_glyph(severity), what(check))
        }
    }
}

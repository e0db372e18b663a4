//! What somebody has accepted for a time, in words: how much of it there is, and which mutes want to be looked at.

use super::escape::visible;
use super::markdown::{Page, text};
use super::sections::heads;
use super::words::{self, texts};
use crate::policy::mute::{Muting, State};
use crate::report::Report;
use crate::text::{Fact, Lang, Text};

texts! {
    ACTIVE: "Muted findings: {findings} (active mutes: {mutes})", "已靜音的發現：{findings} 項（生效中的靜音規則：{mutes} 條）",
        "已静默的发现：{findings} 项（生效中的静默规则：{mutes} 条）";
    EXPIRED: "Mute ended, reported again: {which}", "靜音已到期，恢復回報：{which}", "静默已到期，恢复报告：{which}";
    IDLE: "Mute ended, and fits nothing any more: {which}", "靜音已到期，也已無對應的發現：{which}",
        "静默已到期，也不再匹配任何发现：{which}";
    UNUSED: "Mute fits nothing: {which}", "靜音規則沒有對應的發現：{which}", "静默规则未匹配任何发现：{which}";
    WHICH: "{check}, until {day}, owner {owner}, {place}", "{check}，期限 {day}，負責人 {owner}，{place}",
        "{check}，期限 {day}，负责人 {owner}，{place}";
    MUTES: "Mutes", "靜音規則", "静默规则";
    REASON: "Reason", "原因", "原因";
    IN_CHARGE: "Owner", "負責人", "负责人";
    UNTIL: "Until", "期限", "期限";
    CHECK: "Check", "檢查項目", "检查项";
    FINDINGS: "Findings", "發現數", "发现数";
    WRITTEN: "Written in", "設定於", "配置于";
    IS_ACTIVE: "active", "生效中", "生效中";
    IS_EXPIRED: "expired", "已到期", "已到期";
    IS_UNUSED: "unused", "未使用", "未使用";
    IS_NOT_JUDGED: "not judged", "無法判定", "无法判定";
}

/// So many mutes that want to be looked at are named on one screen.
const NAMED: usize = 3;

pub(super) fn state(state: State) -> &'static Text {
    match state {
        State::Active => &IS_ACTIVE,
        State::Expired => &IS_EXPIRED,
        State::Unused => &IS_UNUSED,
        State::NotJudged => &IS_NOT_JUDGED,
    }
}

/// How much is muted, and which mutes have ended or fit nothing.
pub(super) fn notes(report: &Report, lang: Lang) -> Vec<String> {
    let muted = &report.muted;
    let mut out = Vec::new();
    if !muted.findings.is_empty() {
        let facts = [
            ("findings", Fact::count(muted.findings.len())),
            ("mutes", Fact::count(muted.count(State::Active))),
        ];
        out.push(ACTIVE.fill(lang, &facts));
    }
    for (head, wanted, found) in
        [(&EXPIRED, State::Expired, true), (&IDLE, State::Expired, false), (&UNUSED, State::Unused, false)]
    {
        let which: Vec<&Muting> =
            muted.mutes.iter().filter(|m| m.state == wanted && (m.findings > 0) == found).collect();
        out.extend(which.iter().take(NAMED).map(|muting| said(head, muting, lang)));
        if which.len() > NAMED {
            let rest = Fact::Text(format!("+{}", which.len() - NAMED));
            out.push(head.fill(lang, &[("which", rest)]));
        }
    }
    out
}

fn said(head: &Text, muting: &Muting, lang: Lang) -> String {
    let mute = &muting.mute;
    let facts = [
        ("check", Fact::Text(visible(&mute.check))),
        ("day", Fact::Text(mute.until.to_string())),
        ("owner", Fact::Text(visible(&mute.owner))),
        ("place", Fact::Text(visible(&mute.place))),
    ];
    head.fill(lang, &[("which", Fact::Text(WHICH.fill(lang, &facts)))])
}

/// Every mute, for whoever reads the report a year later.
pub(super) fn section(report: &Report, page: &mut Page) {
    if report.muted.mutes.is_empty() {
        return;
    }
    page.heading(3, page.word(&MUTES));
    let words = [&CHECK, &words::STATE, &FINDINGS, &UNTIL, &IN_CHARGE, &REASON, &WRITTEN];
    let mut rows = vec![heads(&words, page)];
    rows.extend(report.muted.mutes.iter().map(|muting| {
        let mute = &muting.mute;
        vec![
            text(&mute.check),
            page.word(state(muting.state)).to_owned(),
            muting.findings.to_string(),
            mute.until.to_string(),
            text(&mute.owner),
            text(&mute.reason),
            text(&mute.place),
        ]
    }));
    page.table(&rows);
}

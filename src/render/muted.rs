//! Mutes: how many findings they hide, and which mutes are expired or unused.

use super::document::{Block, Column, Line, Table, name, own};
use super::escape::visible;
use super::words::{self, texts};
use crate::policy::mute::{Muting, State};
use crate::report::Report;
use crate::text::{Fact, Lang, Text};

texts! {
    ACTIVE: "Muted findings: {findings} ({mutes:# active mute|# active mutes})", "已靜音的發現項目：{findings} 項（生效中的靜音規則：{mutes} 條）",
        "已静默的发现项：{findings} 项（生效中的静默规则：{mutes} 条）";
    EXPIRED: "Expired mute, findings are reported again: {which}", "靜音已到期，恢復回報：{which}", "静默已到期，恢复报告：{which}";
    IDLE: "Expired mute, no matching findings: {which}", "靜音已到期，也已無對應的發現項目：{which}",
        "静默已到期，也不再匹配任何发现项：{which}";
    UNUSED: "Unused mute: {which}", "靜音規則沒有對應的發現項目：{which}", "静默规则未匹配任何发现项：{which}";
    WHICH: "{check}, until {day}, owner {owner}, {place}", "{check}，期限 {day}，負責人 {owner}，{place}",
        "{check}，期限 {day}，负责人 {owner}，{place}";
    MUTES: "Mutes", "靜音規則", "静默规则";
    REASON: "Reason", "原因", "原因";
    IN_CHARGE: "Owner", "負責人", "负责人";
    UNTIL: "Until", "期限", "期限";
    CHECK: "Check", "檢查項目", "检查项";
    FINDINGS: "Findings", "發現項目數", "发现项数";
    WRITTEN: "Set in", "設定於", "配置于";
    IS_ACTIVE: "active", "生效中", "生效中";
    IS_EXPIRED: "expired", "已到期", "已到期";
    IS_UNUSED: "unused", "未使用", "未使用";
    IS_NOT_JUDGED: "not checked", "無法判定", "无法判定";
}

/// The number of expired and of unused mutes that are listed.
const NAMED: usize = 3;

pub(super) fn state(state: State) -> &'static Text {
    match state {
        State::Active => &IS_ACTIVE,
        State::Expired => &IS_EXPIRED,
        State::Unused => &IS_UNUSED,
        State::NotJudged => &IS_NOT_JUDGED,
    }
}

/// Returns the number of muted findings, and the mutes that are expired or unused.
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

/// Returns the table of all mutes; nothing without mutes.
pub(super) fn section(report: &Report, lang: Lang) -> Vec<Block> {
    let mutes = &report.muted.mutes;
    if mutes.is_empty() {
        return Vec::new();
    }
    let column = |head: &Text, cell: fn(&Muting) -> Line| Column::new(head.get(lang), mutes.iter().map(cell));
    let table = Table::new(vec![
        column(&CHECK, |of| name(&of.mute.check)),
        Column::new(words::STATE.get(lang), mutes.iter().map(|of| state(of.state).get(lang))),
        column(&FINDINGS, |of| own(of.findings.to_string())),
        column(&UNTIL, |of| own(of.mute.until.to_string())),
        column(&IN_CHARGE, |of| name(&of.mute.owner)),
        column(&REASON, |of| name(&of.mute.reason)),
        column(&WRITTEN, |of| name(&of.mute.place)),
    ]);
    vec![Block::Heading(3, own(MUTES.get(lang))), Block::Table(table)]
}

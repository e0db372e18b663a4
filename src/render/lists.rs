//! The list of checks.

use super::grid::{self, Column};
use super::words::{self, texts};
use super::{ListFormat, Look, wrap};
use crate::checks::CATALOG;
use crate::finding::{CheckInfo, Group};
use crate::text::Lang;
use crate::wire::Kind;
use serde_json::json;
use std::io::{self, Write};

texts! {
    MAX_SEVERITY: "MAX SEVERITY", "最高嚴重程度", "最高严重程度";
    LOGS: "logs (--logs)", "日誌（--logs）", "日志（--logs）";
    THROTTLING: "Prometheus or --throttle-window", "Prometheus 或 --throttle-window", "Prometheus 或 --throttle-window";
    DNS: "DNS (--resolve-hosts)", "DNS（--resolve-hosts）", "DNS（--resolve-hosts）";
    HANDSHAKES: "TLS handshakes (--probe-tls)", "TLS 交握（--probe-tls）", "TLS 握手（--probe-tls）";
    CHECK: "CHECK", "檢查項目", "检查项目";
    NEEDS: "NEEDS", "所需資料", "所需数据";
}

/// Writes the list of checks. As Markdown it is the file docs/checks.md.
///
/// # Errors
/// When `out` fails.
pub fn checks(format: ListFormat, look: Look, out: &mut dyn Write) -> io::Result<()> {
    match format {
        ListFormat::Table => {
            for line in table(look) {
                writeln!(out, "{line}")?;
            }
            Ok(())
        }
        ListFormat::Markdown => markdown(look.lang, out),
        ListFormat::Name => CATALOG.iter().try_for_each(|check| writeln!(out, "{}", check.id)),
        ListFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &listed())?;
            writeln!(out)
        }
        ListFormat::Yaml => crate::text::write_yaml(&listed(), out),
    }
}

fn table(look: Look) -> Vec<String> {
    let cells = |of: &dyn Fn(&CheckInfo) -> String| CATALOG.iter().map(of).collect::<Vec<_>>();
    let columns = |titles| {
        vec![
            Column::new("ID", cells(&|check| check.id.to_owned())),
            Column::new(MAX_SEVERITY.get(look.lang), cells(&|c| words::severity(c.severity, look.lang))),
            Column::new(CHECK.get(look.lang), titles),
            Column::new(NEEDS.get(look.lang), cells(&|check| needs(check, look.lang))).expendable(1),
        ]
    };
    let titles = cells(&|check| check.title.get(look.lang).to_owned());
    let widest = titles.iter().map(|title| grid::width(title)).max().unwrap_or(0);
    let whole = grid::fit(columns(titles.clone()), look.width);
    let excess = look.width.map_or(0, |width| grid::total_width(&whole).saturating_sub(width));
    if excess == 0 {
        return grid::lines(&whole);
    }
    // Long titles continue on a second line.
    let wrapped = titles.iter().map(|title| wrap(title, Some(widest.saturating_sub(excess))).join("\n"));
    grid::lines(&grid::fit(columns(wrapped.collect()), look.width))
}

/// Returns the kinds that a check reads, and the flags that turn on its other sources.
fn needs(check: &CheckInfo, lang: Lang) -> String {
    let word = |kind: &Kind| match kind {
        Kind::LogSource => LOGS.get(lang),
        Kind::Throttling => THROTTLING.get(lang),
        Kind::Host if check.is_of(Group::Tls) => HANDSHAKES.get(lang),
        Kind::Host => DNS.get(lang),
        kind => kind.name(),
    };
    words::list(&check.needs.iter().map(word).collect::<Vec<_>>(), lang)
}

fn listed() -> Vec<serde_json::Value> {
    let one = |check: &CheckInfo| {
        json!({
            "id": check.id,
            "severity": check.severity.id(),
            "title": check.title.en,
            "meaning": check.meaning.en,
            "remedy": check.remedy.en,
            "since": check.since,
            "needs": check.needs.iter().copied().map(Kind::name).collect::<Vec<_>>(),
        })
    };
    CATALOG.iter().map(one).collect()
}

fn markdown(lang: Lang, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# Checks\n")?;
    writeln!(
        out,
        "The checks of `kubectl healthcheck`. Printed by `kubectl healthcheck checks -o markdown`.\n"
    )?;
    writeln!(out, "| Check | Max severity | Title | Needs | Since |")?;
    writeln!(out, "| --- | --- | --- | --- | --- |")?;
    for check in CATALOG.iter() {
        writeln!(
            out,
            "| [{id}](checks/{id}.md) | {} | {} | {} | {} |",
            words::severity(check.severity, lang),
            check.title.get(lang),
            needs(check, lang),
            check.since,
            id = check.id,
        )?;
    }
    Ok(())
}

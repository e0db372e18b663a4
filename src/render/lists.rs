//! What the tool knows: the list of checks, and the page of one.

use super::grid::{self, Column};
use super::{ListFormat, Look, words};
use crate::checks::CATALOG;
use crate::finding::CheckInfo;
use crate::text::Lang;
use crate::wire::Kind;
use serde_json::json;
use std::io::{self, Write};

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
        ListFormat::Yaml => {
            let text = serde_saphyr::to_string(&listed()).map_err(io::Error::other)?;
            out.write_all(text.as_bytes())
        }
    }
}

fn table(look: Look) -> Vec<String> {
    let cells = |of: &dyn Fn(&CheckInfo) -> String| CATALOG.iter().map(|check| of(check)).collect::<Vec<_>>();
    let columns = vec![
        Column::new("ID", cells(&|check| check.id.to_owned())),
        Column::new(words::SEVERITY.get(look.lang), cells(&|c| words::severity(c.severity, look.lang))),
        Column::new(words::WHAT.get(look.lang), cells(&|c| c.title.get(look.lang).to_owned())),
        Column::new("NEEDS", cells(&needs)).expendable(1),
    ];
    grid::lines(&grid::fit(columns, look.width))
}

fn needs(check: &CheckInfo) -> String {
    check.needs.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", ")
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
        "What `kubectl healthcheck` looks for. Printed by `kubectl healthcheck checks -o markdown`.\n"
    )?;
    writeln!(out, "| Check | At worst | Says | Needs | Since |")?;
    writeln!(out, "| --- | --- | --- | --- | --- |")?;
    for check in CATALOG.iter() {
        writeln!(
            out,
            "| [{id}](checks/{id}.md) | {} | {} | {} | {} |",
            words::severity(check.severity, lang),
            check.title.get(lang),
            needs(check),
            check.since,
            id = check.id,
        )?;
    }
    Ok(())
}

/// Writes the page of a check.
///
/// # Errors
/// When `out` fails.
pub fn explain(check: &CheckInfo, lang: Lang, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(check.page.get(lang).as_bytes())
}

//! The page around the report: its head, its contents, the filter, the script, and the report as JSON.

use super::super::escape::visible;
use super::super::words::{self, texts};
use super::super::{document::Block, json, sections};
use super::blocks::{Place, plain};
use crate::report::{Overall, Report};
use crate::text::{EscapedJson, Lang};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::io::{self, Write};

texts! {
    CONTENTS: "Contents", "目錄", "目录";
    SKIP: "Skip to the report", "跳至報告內容", "跳到报告内容";
    FILTER: "Filter rows", "篩選", "筛选";
    FILTERED: "{shown} of {all} rows", "{all} 列中顯示 {shown} 列", "{all} 行中显示 {shown} 行";
    COPY: "Copy", "複製", "复制";
    COPIED: "Copied", "已複製", "已复制";
    CHANGES: "changes the cluster", "會變更叢集", "会变更集群";
}

/// The style of the page.
pub(super) const STYLE: &str = include_str!("style.css");

/// The script of the page. The page is complete without it.
pub(super) const SCRIPT: &str = include_str!("script.js");

/// Returns the policy of the page: nothing is loaded, and only its own style and script apply.
pub(crate) fn policy() -> String {
    let hash = |text: &str| {
        BASE64_STANDARD.encode(ring::digest::digest(&ring::digest::SHA256, text.as_bytes()).as_ref())
    };
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

/// The contents of the page: the ids and titles of its sections.
#[derive(Default)]
pub(super) struct Contents {
    entries: Vec<(String, String)>,
}

impl Contents {
    /// Adds a section by its heading. Of several clusters, only the clusters are listed.
    pub(super) fn add(&mut self, id: &str, place: &Place, blocks: &[Block]) {
        if let (0, Some(Block::Heading(_, line))) = (place.level, blocks.first()) {
            self.entries.push((id.to_owned(), plain(line)));
        }
    }

    /// Adds a cluster.
    pub(super) fn add_cluster(&mut self, id: String, title: String) {
        self.entries.push((id, title));
    }
}

/// Writes the page.
pub(super) fn write(
    reports: &[Report],
    body: &Markup,
    contents: &Contents,
    lang: Lang,
    out: &mut dyn Write,
) -> io::Result<()> {
    // The two long parts are written as they are, not copied into the page.
    let page = html! {
        (DOCTYPE)
        html lang=(lang.tag()) {
            (head(reports, lang))
            body data-copy=(COPY.get(lang)) data-copied=(COPIED.get(lang))
                data-changes=(CHANGES.get(lang)) data-filtered=(FILTERED.get(lang)) {
                a.skip href="#main" { (SKIP.get(lang)) }
                (side(contents, lang))
                main #main tabindex="-1" { (GAP) }
                footer { p { (sections::AUTHOR.get(lang)) (words::colon(lang)) (crate::NAME) " " (crate::VERSION) } }
                script { (PreEscaped(SCRIPT)) }
                // On a line of its own, so that tools of lines can take it out.
                script type="application/json" id="report" { "\n" (GAP) "\n" }
            }
        }
    };
    let parts: Vec<&str> = page.0.split(GAP.0).collect();
    let &[before, between, after] = parts.as_slice() else {
        return Err(io::Error::other("a text of the page has a null character"));
    };
    write!(out, "{before}{}{between}", body.0)?;
    embed(reports, &mut *out)?;
    writeln!(out, "{after}")
}

/// Stands for a part of the page that is written later. No text of the page has a control character.
const GAP: PreEscaped<&str> = PreEscaped("\0");

fn head(reports: &[Report], lang: Lang) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy());
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="referrer" content="no-referrer";
            meta name="generator" content={ (crate::NAME) " " (crate::VERSION) };
            title { (title(reports, lang)) }
            style { (PreEscaped(STYLE)) }
        }
    }
}

/// Returns the filter, which the script shows, and the contents.
fn side(contents: &Contents, lang: Lang) -> Markup {
    html! {
        div.side {
            div.filter role="search" hidden {
                label for="filter" { (FILTER.get(lang)) }
                input #filter type="search" autocomplete="off" spellcheck="false";
                p #filtered role="status" aria-live="polite" {}
            }
            nav aria-label=(CONTENTS.get(lang)) {
                ul { @for (id, title) in &contents.entries { li { a href={ "#" (id) } { (title) } } } }
            }
        }
    }
}

/// With more pods than this, the JSON of the page has no list of them.
const PODS: u64 = 1000;

/// Writes the report as JSON without `<`, which is only in its strings: no markup is left that could end the element
/// around it.
fn embed(reports: &[Report], out: &mut dyn Write) -> io::Result<()> {
    let out = EscapedJson(WithoutMarkup(out));
    if reports.iter().map(|report| report.totals.pods).sum::<u64>() > PODS {
        Ok(serde_json::to_writer(out, &json::without_pods(reports))?)
    } else {
        Ok(serde_json::to_writer(out, &json::report(reports))?)
    }
}

/// Writes `<` in strings of JSON by its number.
struct WithoutMarkup<W>(W);

impl<W: Write> Write for WithoutMarkup<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut parts = bytes.split(|byte| *byte == b'<');
        self.0.write_all(parts.next().unwrap_or_default())?;
        for part in parts {
            self.0.write_all(b"\\u003c")?;
            self.0.write_all(part)?;
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Returns the title of the window: the verdict and the clusters.
fn title(reports: &[Report], lang: Lang) -> String {
    let all: Vec<&Report> = reports.iter().collect();
    let verdict = words::verdict(Overall::of(&all).verdict).get(lang);
    let contexts = all.iter().map(|report| report.snapshot.cluster.context.as_str());
    let contexts: Vec<String> = contexts.filter(|context| !context.is_empty()).map(visible).collect();
    let parts = [verdict.to_owned(), words::list(&contexts, lang), sections::TITLE.get(lang).to_owned()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

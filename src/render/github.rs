//! GitHub Actions: annotations, and a summary of the size that GitHub accepts.
//!
//! An annotation is a command on a line of its own (`::error title=…::…`). All text is on one line and escaped, so that no
//! text of a cluster is a command of its own.

use super::escape::{message, visible};
use super::words::texts;
use super::{Look, markdown, words};
use crate::finding::command::changes_cluster;
use crate::finding::incident::Incident;
use crate::finding::{Finding, Severity};
use crate::model::Gap;
use crate::report::Report;
use crate::text::{Lang, head};
use std::io::{self, Write};

/// The largest summary of a step.
const MOST_BYTES: usize = 1 << 20;

texts! {
    CUT: "The summary is cut here: GitHub accepts at most 1 MiB. `-o markdown=FILE` writes all of it.",
        "摘要在此截斷：GitHub 最多接受 1 MiB。`-o markdown=FILE` 可寫出完整內容。",
        "摘要在此处截断：GitHub 最多接受 1 MiB。`-o markdown=FILE` 可写出完整内容。";
}

/// Writes an annotation for each incident of high severity, then one for what was not read, then one for each incident of
/// medium severity. GitHub shows the first ten errors and the first ten warnings of a step.
pub(super) fn annotations(reports: &[Report], out: &mut dyn Write) -> io::Result<()> {
    for severity in [Severity::High, Severity::Medium] {
        if severity == Severity::Medium {
            reports.iter().try_for_each(|report| not_read(report, reports, out))?;
        }
        for report in reports {
            for incident in report.incidents.iter().filter(|incident| incident.severity == severity) {
                let Some(cause) = report.findings.get(incident.cause) else { continue };
                let title = format!("{}: {}", cause.check.title.en, placed(cause, report, reports));
                let level = if severity == Severity::High { "error" } else { "warning" };
                annotation(level, &title, &about(incident, cause), out)?;
            }
        }
    }
    let verdicts = reports.iter().map(|report| report.verdict).max();
    let Some(verdict) = verdicts else { return Ok(()) };
    writeln!(out, "{}", words::full_verdict(verdict, Lang::En))
}

/// Returns the object of a finding and its place. The context is named if there are several.
fn placed(finding: &Finding, report: &Report, reports: &[Report]) -> String {
    let context = &report.snapshot.cluster.context;
    let place = finding.object.placed();
    if reports.len() > 1 { format!("{context} {place}") } else { place }
}

/// Returns the lines about an incident.
fn about(incident: &Incident, cause: &Finding) -> Vec<String> {
    let mut lines = vec![message(&cause.message.in_lang(Lang::En))];
    let more = incident.findings.len() - 1;
    if more > 0 {
        lines.push(format!("Other findings with this cause: {more}"));
    }
    lines.extend(
        cause.actions.iter().find(|command| !changes_cluster(command)).map(|command| visible(command)),
    );
    lines
}

fn not_read(report: &Report, reports: &[Report], out: &mut dyn Write) -> io::Result<()> {
    let gaps = &report.coverage.gaps;
    if gaps.is_empty() {
        return Ok(());
    }
    let context = &report.snapshot.cluster.context;
    let title = match reports {
        [_] => "Not everything was read".to_owned(),
        _ => format!("Not everything was read: {context}"),
    };
    annotation("warning", &title, &gaps.iter().map(gap).collect::<Vec<_>>(), out)
}

/// Returns what was not read, and why.
pub(super) fn gap(gap: &Gap) -> String {
    let place = gap.namespace.as_ref().map_or_else(String::new, |namespace| format!(" in {namespace}"));
    let why = match &gap.why {
        Some(why) => why.in_lang(Lang::En),
        None => words::reason(gap.reason).get(Lang::En).to_owned(),
    };
    message(&format!("{}{place}: {why}", gap.kind))
}

fn annotation(level: &str, title: &str, lines: &[String], out: &mut dyn Write) -> io::Result<()> {
    let lines: Vec<String> = lines.iter().map(|line| data(line)).collect();
    writeln!(out, "::{level} title={}::{}", property(&visible(title)), lines.join("%0A"))
}

/// Escapes the message of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Writes the report as Markdown. One that is too long for GitHub is cut after a line, and says so.
pub(super) fn summary(reports: &[Report], look: Look, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Vec::new();
    markdown::write(reports, look, &mut page)?;
    let page = String::from_utf8(page).map_err(io::Error::other)?;
    out.write_all(shortened(&page, MOST_BYTES, CUT.get(look.lang)).as_bytes())
}

/// Returns a page of at most this many bytes. A longer one ends after a line, with a sentence. A block of commands that is
/// cut is closed before it.
fn shortened(page: &str, most: usize, sentence: &str) -> String {
    if page.len() <= most {
        return page.to_owned();
    }
    // The fence of an open block, and the lines around the sentence.
    let room = most.saturating_sub(sentence.len() + 3);
    let (mut end, mut fence, mut opened) = (0, "", 0..0);
    for line in head(page, room).split_inclusive('\n').filter(|line| line.ends_with('\n')) {
        let ticks = line.len() - line.trim_start_matches('`').len();
        let open = match (fence, line.get(..ticks).filter(|_| ticks > 2)) {
            ("", Some(ticks)) => ticks,
            (open, Some(ticks)) if open == ticks => "",
            (open, _) => open,
        };
        let with_close = if open.is_empty() { 0 } else { open.len() + 1 };
        if end + line.len() + with_close > room {
            break;
        }
        if fence.is_empty() && !open.is_empty() {
            opened = end..end + line.len();
        }
        (end, fence) = (end + line.len(), open);
    }
    // A block of code without a line of it is left out.
    if !fence.is_empty() && end == opened.end {
        (end, fence) = (opened.start, "");
    }
    let kept = page.get(..end).unwrap_or_default();
    let close = if fence.is_empty() { String::new() } else { format!("{fence}\n") };
    format!("{kept}{close}\n{sentence}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_a_command() {
        let mut out = Vec::new();
        annotation("error", "a:b,c%d\n::error::x", &["%0A::error::x\r".to_owned()], &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, "::error title=a%3Ab%2Cc%25d\\n%3A%3Aerror%3A%3Ax::%250A::error::x%0D\n");
        assert_eq!(text.lines().count(), 1);
    }

    #[test]
    fn a_long_summary_is_cut_after_a_line() {
        let page = "# T\n\n| 映像檔 |\n| 映像檔 |\n````bash\nkubectl a\nkubectl b\n````\nend\n";
        assert_eq!(shortened(page, page.len(), "CUT"), page);
        for most in 10..page.len() {
            let cut = shortened(page, most, "CUT");
            assert!(cut.len() <= most && cut.ends_with("\nCUT\n"), "{most}: {cut}");
            let kept = cut.strip_suffix("\nCUT\n").unwrap();
            assert_eq!(kept.matches("````").count() % 2, 0, "{most}: {cut}");
            assert!(kept.lines().all(|line| page.lines().any(|known| known == line)), "{most}: {cut}");
        }
        assert_eq!(shortened(page, 60, "CUT"), "# T\n\n| 映像檔 |\n| 映像檔 |\n\nCUT\n");
    }
}

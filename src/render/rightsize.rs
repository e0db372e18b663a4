//! What workloads ask for against what they have used: one screen, a page, a document for machines, a patch.
//!
//! What does not belong here: what to propose (`rightsize`).

mod json;
mod page;
mod patch;
mod said;

use super::document::flow;
use super::escape::visible;
use super::grid::Wrapped;
use super::grid::{self, Column};
use super::json::Encoding;
use super::words;
use super::{Look, coverage, wrap};
use crate::finding::{Fact, Severity};
use crate::model::{Amount, ObjectRef};
use crate::report::Report;
use crate::rightsize::{Rightsizing, Row};
use crate::text::Text;
use owo_colors::{OwoColorize, Style};
use said::{amount, cpu_cell, memory_cell};
use std::io::{self, Write};

/// A format of what is proposed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum RightsizeFormat {
    /// One screen for people.
    #[default]
    Table,
    /// The same with every row, limits and samples.
    Wide,
    /// A page for people.
    Markdown,
    /// Everything for machines.
    Json,
    /// The same as YAML.
    Yaml,
    /// What is proposed, to review and to apply: a strategic merge patch for each workload.
    Patch,
}

impl RightsizeFormat {
    /// Whether people read it: it changes with the language, and progress may be shown beside it.
    pub fn is_human(self) -> bool {
        matches!(self, RightsizeFormat::Table | RightsizeFormat::Wide | RightsizeFormat::Markdown)
    }
}

/// A cluster, right-sized.
pub struct Sized<'a> {
    /// What was seen.
    pub report: &'a Report<'a>,
    /// What is proposed.
    pub sizing: &'a Rightsizing,
    /// The command that asks for the same again, up to its format, if there is one.
    pub again: Option<String>,
}

/// Writes what some clusters ask for and should, each after the other or as one document.
///
/// # Errors
/// When `out` fails.
pub fn rightsize(
    clusters: &[Sized],
    format: RightsizeFormat,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        RightsizeFormat::Json => super::json::write(&json::document(clusters), Encoding::Json, out),
        RightsizeFormat::Yaml => super::json::write(&json::document(clusters), Encoding::Yaml, out),
        RightsizeFormat::Patch => clusters.iter().try_for_each(|of| patch::write(of, out)),
        RightsizeFormat::Markdown => page::write(clusters, look, out),
        RightsizeFormat::Table | RightsizeFormat::Wide => {
            for (index, of) in clusters.iter().enumerate() {
                if index > 0 {
                    writeln!(out)?;
                }
                Screen { of, look, wide: format == RightsizeFormat::Wide }.write(out)?;
            }
            Ok(())
        }
    }
}

/// So many rows fit one look; those that matter most come first.
const SHOWN: usize = 20;

/// The cell of the last column; its parts are separated by a text.
type OfLast<'f> = dyn Fn(&Row, &str) -> String + 'f;

struct Screen<'a> {
    of: &'a Sized<'a>,
    look: Look,
    wide: bool,
}

impl Screen<'_> {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let blocks =
            [self.head(), self.over(), self.under(), self.too_few(), self.notes(), self.next(), self.foot()];
        let blocks: Vec<String> =
            blocks.into_iter().filter(|block| !block.is_empty()).map(|block| block.join("\n")).collect();
        writeln!(out, "{}", blocks.join("\n\n"))
    }

    fn paint(&self, text: &str, style: Style) -> String {
        if self.look.color && !text.is_empty() { text.style(style).to_string() } else { text.to_owned() }
    }

    fn dim(&self, text: &str) -> String {
        self.paint(text, Style::new().dimmed())
    }

    /// How it is, by what that is known, and where.
    fn head(&self) -> Vec<String> {
        let lang = self.look.lang;
        let (glyph, text) = said::verdict(self.of.sizing);
        let style = match glyph {
            "🟢" => Style::new().bold().green(),
            "🔴" => Style::new().bold().red(),
            "🟡" => Style::new().bold().yellow(),
            _ => Style::new().bold(),
        };
        let mut parts = vec![format!("{glyph} {}", self.paint(text.get(lang), style))];
        parts.extend(said::source(self.of.sizing, lang));
        parts.extend(said::places(self.of.report, lang));
        flow(&parts, self.look.width)
    }

    fn over(&self) -> Vec<String> {
        let (lang, sizing) = (self.look.lang, self.of.sizing);
        let rows = sizing.over();
        if rows.is_empty() {
            return Vec::new();
        }
        let shown = &rows[..self.shown(rows.len())];
        let mut lines = self.section(&said::over(sizing, &rows, lang));
        let gives = |row: &Row, between: &str| amount(row.gives_back(), between);
        lines.extend(self.table(shown, &said::GIVES_BACK, &gives));
        let rest = rows[shown.len()..].iter().map(|row| row.gives_back());
        lines.extend(self.rest(rows.len() - shown.len(), rest.fold(Amount::default(), Amount::plus)));
        lines
    }

    /// What is not shown, with what it would give back: the sum above is that of all rows.
    fn rest(&self, count: usize, gives: Amount) -> Option<String> {
        let facts = [("count", Fact::count(count)), ("amount", Fact::Text(amount(gives, ", ")))];
        (count > 0).then(|| self.dim(&said::MORE_GIVE.fill(self.look.lang, &facts)))
    }

    fn under(&self) -> Vec<String> {
        let (lang, sizing) = (self.look.lang, self.of.sizing);
        let rows = sizing.under();
        if rows.is_empty() {
            return Vec::new();
        }
        let shown = &rows[..self.shown(rows.len())];
        let mut lines = self.section(&said::under(sizing, &rows, lang));
        let severity = |row: &Row| words::severity(row.severity().unwrap_or(Severity::Low), lang);
        let cells = |of: &dyn Fn(&Row) -> String| shown.iter().map(|row| of(row)).collect::<Vec<_>>();
        let head = |text: &'static Text| text.get(lang);
        let told = Wrapped {
            columns: vec![
                Column::new(head(&words::SEVERITY), cells(&severity)),
                Column::new(head(&words::NAMESPACE), cells(&|row| visible(&row.workload.namespace))),
                Column::new(head(&said::WORKLOAD), cells(&|row| visible(&row.workload.slashed()))),
                Column::new(head(&said::CONTAINER), cells(&|row| visible(&row.container))),
                Column::new(head(&words::PODS), cells(&|row| row.pods.to_string())).numeric(),
            ],
            narrow: vec![
                Column::new(head(&words::SEVERITY), cells(&|row| format!("{}\n", severity(row)))),
                Column::new(head(&said::WORKLOAD), cells(&place)),
            ],
            text: Column::new(head(&said::WHAT), cells(&|row| said::risks(row, lang))),
            below: Vec::new(),
        };
        lines.extend(self.headed(told.lines(self.look.width)));
        lines.extend(self.more(rows.len() - shown.len()));
        lines
    }

    /// Those of which too little is known to propose anything.
    fn too_few(&self) -> Vec<String> {
        let (lang, rows) = (self.look.lang, self.of.sizing.too_few());
        if rows.is_empty() {
            return Vec::new();
        }
        let shown = &rows[..self.shown(rows.len())];
        let mut lines = self.section(&said::too_few(&rows, lang));
        lines.extend(self.table(shown, &said::SAMPLES, &|row, _| said::measured(row, lang)));
        lines.extend(self.more(rows.len() - shown.len()));
        lines
    }

    fn more(&self, count: usize) -> Option<String> {
        (count > 0).then(|| self.dim(&said::MORE.fill(self.look.lang, &[("count", Fact::count(count))])))
    }

    fn notes(&self) -> Vec<String> {
        let lines = said::notes(self.of.sizing, self.look.lang);
        lines.iter().flat_map(|line| wrap(line, self.look.width)).collect()
    }

    /// How to get a patch, and how to see what it would do.
    fn next(&self) -> Vec<String> {
        let commands = said::commands(self.of);
        if commands.is_empty() {
            return Vec::new();
        }
        let head = self.paint(words::NEXT.get(self.look.lang), Style::new().bold());
        let lines = commands.iter().map(|line| format!("  {}", self.paint(line, Style::new().cyan())));
        std::iter::once(head).chain(lines).collect()
    }

    fn foot(&self) -> Vec<String> {
        let (report, lang) = (self.of.report, self.look.lang);
        let mut lines = vec![self.dim(&coverage::summary(&report.coverage, lang))];
        let notes = coverage::short_notes(report, lang);
        lines.extend(notes.iter().flat_map(|line| wrap(line, self.look.width)));
        lines
    }

    fn shown(&self, rows: usize) -> usize {
        if self.look.all || self.wide { rows } else { rows.min(SHOWN) }
    }

    fn section(&self, text: &str) -> Vec<String> {
        let lines = wrap(text, self.look.width).into_iter();
        lines.map(|line| self.paint(&line, Style::new().bold())).collect()
    }

    fn headed(&self, mut lines: Vec<String>) -> Vec<String> {
        if let Some(head) = lines.first_mut() {
            *head = self.paint(head, Style::new().bold());
        }
        lines
    }

    /// A line for each row where that fits, else two, with one more column at its end.
    fn table(&self, rows: &[&Row], last: &'static Text, of_last: &OfLast) -> Vec<String> {
        let wide = self.columns(rows, last, of_last);
        let fits = self.look.width.is_none_or(|width| grid::total_width(&wide) <= width);
        let narrow = || grid::fit(self.narrow(rows, last, of_last), self.look.width);
        self.headed(grid::lines(&if fits { wide } else { narrow() }))
    }

    /// A line for each row, with one more column at its end.
    fn columns(&self, rows: &[&Row], last: &'static Text, of_last: &OfLast) -> Vec<Column> {
        let lang = self.look.lang;
        let cells = |of: &dyn Fn(&Row) -> String| rows.iter().map(|row| of(row)).collect::<Vec<_>>();
        let column =
            |head: &'static Text, of: &dyn Fn(&Row) -> String| Column::new(head.get(lang), cells(of));
        let mut columns = vec![
            column(&words::NAMESPACE, &|row| visible(&row.workload.namespace)),
            column(&said::WORKLOAD, &|row| visible(&row.workload.slashed())),
            column(&said::CONTAINER, &|row| visible(&row.container)),
            column(&words::PODS, &|row| row.pods.to_string()).numeric(),
            column(&said::CPU, &|row| cpu_cell(row, " ")),
            column(&said::MEMORY, &|row| memory_cell(row, " ")),
        ];
        if self.wide {
            columns.push(column(&said::LIMITS, &|row| said::limits(row)));
        }
        columns.push(column(last, &|row| of_last(row, ", ")));
        if self.wide && !std::ptr::eq(last, &raw const said::SAMPLES) {
            columns.push(column(&said::SAMPLES, &|row| said::measured(row, lang)));
        }
        columns
    }

    /// Two lines for each row.
    fn narrow(&self, rows: &[&Row], last: &'static Text, of_last: &OfLast) -> Vec<Column> {
        let lang = self.look.lang;
        let cells = |of: &dyn Fn(&Row) -> String| rows.iter().map(|row| of(row)).collect::<Vec<_>>();
        vec![
            Column::new(said::WORKLOAD.get(lang), cells(&place)),
            Column::new(words::PODS.get(lang), cells(&|row| row.pods.to_string())).numeric().expendable(2),
            Column::new(said::CPU.get(lang), cells(&|row| cpu_cell(row, "\n"))),
            Column::new(said::MEMORY.get(lang), cells(&|row| memory_cell(row, "\n"))),
            Column::new(last.get(lang), cells(&|row| of_last(row, "\n"))).expendable(1),
        ]
    }
}

/// A workload, and below it its namespace and the container.
fn place(row: &Row) -> String {
    let ObjectRef { namespace, .. } = &row.workload;
    format!("{}\n{} · {}", visible(&row.workload.slashed()), visible(namespace), visible(&row.container))
}

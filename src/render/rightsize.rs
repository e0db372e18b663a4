//! Renders requests and limits compared with usage: a screen, Markdown, JSON, YAML or a patch.
//!
//! Out of scope: the suggestions (`rightsize`).

mod json;
mod page;
mod patch;
mod phrases;

use super::document::flow;
use super::escape::visible;
use super::grid::{self, Column, Density, Wrapped};
use super::json::Encoding;
use super::words;
use super::{Look, coverage, wrap};
use crate::finding::Severity;
use crate::model::{Amount, ObjectRef};
use crate::report::Report;
use crate::rightsize::{Rightsizing, Row};
use crate::text::{Fact, Lang, Text};
use owo_colors::{OwoColorize, Style};
use phrases::{amount, cpu_cell, memory_cell};
use std::io::{self, Write};

/// A format of what is proposed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RightsizeFormat {
    /// A screen.
    #[default]
    Table,
    /// The screen with all rows, limits and samples.
    Wide,
    /// Markdown.
    Markdown,
    /// JSON.
    Json,
    /// YAML.
    Yaml,
    /// A strategic merge patch for each workload, to review and apply.
    Patch,
}

impl RightsizeFormat {
    /// Returns whether the format is for people: it is translated, and progress is shown.
    pub fn is_human(self) -> bool {
        matches!(self, RightsizeFormat::Table | RightsizeFormat::Wide | RightsizeFormat::Markdown)
    }
}

/// The rightsizing of one cluster.
pub struct Sized<'a> {
    /// The report, with coverage and cluster.
    pub report: &'a Report<'a>,
    /// The suggestions.
    pub sizing: &'a Rightsizing,
    /// The command that repeats the run, without its format.
    pub again: Option<String>,
}

/// Writes the suggestions for some clusters, one after the other or as one document.
///
/// # Errors
///
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

/// The number of rows shown, the most important first.
const SHOWN: usize = 20;

/// Writes the last cell of a row; its second argument separates the parts.
type OfLast<'f> = dyn Fn(&Row, &str) -> String + 'f;

struct Screen<'a> {
    of: &'a Sized<'a>,
    look: Look,
    wide: bool,
}

impl Screen<'_> {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let blocks = [
            self.head(),
            self.over(),
            self.under(),
            self.contradicted(),
            self.too_few(),
            self.notes(),
            self.next(),
            self.foot(),
        ];
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

    /// Returns the verdict, the source of the data, and the place.
    fn head(&self) -> Vec<String> {
        let lang = self.look.lang;
        let (glyph, text) = phrases::verdict(self.of.sizing);
        let style = match glyph {
            "🟢" => Style::new().bold().green(),
            "🔴" => Style::new().bold().red(),
            "🟡" => Style::new().bold().yellow(),
            _ => Style::new().bold(),
        };
        let mut parts = vec![format!("{glyph} {}", self.paint(text.get(lang), style))];
        parts.extend(phrases::source(self.of.sizing, lang));
        parts.extend(phrases::places(self.of.report, lang));
        flow(&parts, self.look.width)
    }

    fn over(&self) -> Vec<String> {
        let (lang, sizing) = (self.look.lang, self.of.sizing);
        let rows = sizing.over();
        if rows.is_empty() {
            return Vec::new();
        }
        let shown = &rows[..self.shown(rows.len())];
        let mut lines = self.section(&phrases::over(sizing, &rows, lang));
        let gives = |row: &Row, between: &str| amount(row.gives_back(), between);
        lines.extend(self.table(shown, &phrases::GIVES_BACK, &gives));
        let rest = rows[shown.len()..].iter().map(|row| row.gives_back());
        lines.extend(self.rest(rows.len() - shown.len(), rest.fold(Amount::default(), Amount::plus)));
        lines
    }

    /// Returns a line for the rows that are not shown, with their savings, since the sum above counts them.
    fn rest(&self, count: usize, gives: Amount) -> Option<String> {
        let facts = [("count", Fact::count(count)), ("amount", Fact::Text(amount(gives, ", ")))];
        (count > 0).then(|| self.dim(&phrases::MORE_GIVE.fill(self.look.lang, &facts)))
    }

    fn under(&self) -> Vec<String> {
        let (lang, sizing) = (self.look.lang, self.of.sizing);
        let rows = sizing.under();
        if rows.is_empty() {
            return Vec::new();
        }
        let shown = &rows[..self.shown(rows.len())];
        let mut lines = self.section(&phrases::under(sizing, &rows, lang));
        let severity = |row: &Row| words::severity(row.severity().unwrap_or(Severity::Low), lang);
        let cells = |of: &dyn Fn(&Row) -> String| shown.iter().map(|row| of(row)).collect::<Vec<_>>();
        let head = |text: &'static Text| text.get(lang);
        let told = Wrapped {
            columns: vec![
                Column::new(head(&words::SEVERITY), cells(&severity)),
                Column::new(head(&words::NAMESPACE), cells(&|row| visible(&row.workload.namespace))),
                Column::new(head(&phrases::WORKLOAD), cells(&|row| visible(&row.workload.slashed()))),
                Column::new(head(&phrases::CONTAINER), cells(&|row| visible(&row.container))),
                Column::new(head(&words::PODS), cells(&|row| row.pods.to_string())).numeric(),
            ],
            narrow: vec![
                Column::new(head(&words::SEVERITY), cells(&|row| format!("{}\n", severity(row)))),
                Column::new(head(&phrases::WORKLOAD), cells(&place)),
            ],
            text: Column::new(head(&phrases::WHAT), cells(&|row| phrases::risks(row, lang))),
            below: Vec::new(),
            groups: Vec::new(),
            density: Density::Loose,
        };
        lines.extend(self.headed(told.lines(self.look.width)));
        lines.extend(self.more(rows.len() - shown.len()));
        lines
    }

    /// Returns the table of containers whose current usage contradicts the history.
    fn contradicted(&self) -> Vec<String> {
        let rows = self.of.sizing.contradicted();
        self.list(&rows, phrases::contradicted, &phrases::NOW, &phrases::now)
    }

    /// Returns the table of containers with too few samples.
    fn too_few(&self) -> Vec<String> {
        let (lang, rows) = (self.look.lang, self.of.sizing.too_few());
        self.list(&rows, phrases::too_few, &phrases::SAMPLES, &|row, _| phrases::measured(row, lang))
    }

    /// Returns a heading and a table of containers; nothing without any.
    fn list(
        &self,
        rows: &[&Row],
        heading: fn(&[&Row], Lang) -> String,
        last: &'static Text,
        of_last: &OfLast,
    ) -> Vec<String> {
        if rows.is_empty() {
            return Vec::new();
        }
        let shown = &rows[..self.shown(rows.len())];
        let mut lines = self.section(&heading(rows, self.look.lang));
        lines.extend(self.table(shown, last, of_last));
        lines.extend(self.more(rows.len() - shown.len()));
        lines
    }

    fn more(&self, count: usize) -> Option<String> {
        (count > 0).then(|| self.dim(&phrases::MORE.fill(self.look.lang, &[("count", Fact::count(count))])))
    }

    fn notes(&self) -> Vec<String> {
        let lines = phrases::notes(self.of.sizing, self.look.lang);
        lines.iter().flat_map(|line| wrap(line, self.look.width)).collect()
    }

    /// Returns the commands that show and check the patch.
    fn next(&self) -> Vec<String> {
        let commands = phrases::commands(self.of);
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

    /// Returns a table with an additional last column: one line for each row, or two if the screen is narrow.
    fn table(&self, rows: &[&Row], last: &'static Text, of_last: &OfLast) -> Vec<String> {
        let wide = self.columns(rows, last, of_last);
        let fits = self.look.width.is_none_or(|width| grid::total_width(&wide) <= width);
        let narrow = || grid::fit(self.narrow(rows, last, of_last), self.look.width);
        self.headed(grid::lines(&if fits { wide } else { narrow() }))
    }

    /// Returns the columns of one line for each row.
    fn columns(&self, rows: &[&Row], last: &'static Text, of_last: &OfLast) -> Vec<Column> {
        let lang = self.look.lang;
        let cells = |of: &dyn Fn(&Row) -> String| rows.iter().map(|row| of(row)).collect::<Vec<_>>();
        let column =
            |head: &'static Text, of: &dyn Fn(&Row) -> String| Column::new(head.get(lang), cells(of));
        let mut columns = vec![
            column(&words::NAMESPACE, &|row| visible(&row.workload.namespace)),
            column(&phrases::WORKLOAD, &|row| visible(&row.workload.slashed())),
            column(&phrases::CONTAINER, &|row| visible(&row.container)),
            column(&words::PODS, &|row| row.pods.to_string()).numeric(),
            column(&phrases::CPU, &|row| cpu_cell(row, " ")),
            column(&phrases::MEMORY, &|row| memory_cell(row, " ")),
        ];
        if self.wide {
            columns.push(column(&phrases::LIMITS, &|row| phrases::limits(row)));
        }
        columns.push(column(last, &|row| of_last(row, ", ")));
        if self.wide && !std::ptr::eq(last, &raw const phrases::SAMPLES) {
            columns.push(column(&phrases::SAMPLES, &|row| phrases::measured(row, lang)));
        }
        columns
    }

    /// Returns the columns of two lines for each row.
    fn narrow(&self, rows: &[&Row], last: &'static Text, of_last: &OfLast) -> Vec<Column> {
        let lang = self.look.lang;
        let cells = |of: &dyn Fn(&Row) -> String| rows.iter().map(|row| of(row)).collect::<Vec<_>>();
        vec![
            Column::new(phrases::WORKLOAD.get(lang), cells(&place)),
            Column::new(words::PODS.get(lang), cells(&|row| row.pods.to_string())).numeric().expendable(2),
            Column::new(phrases::CPU.get(lang), cells(&|row| cpu_cell(row, "\n"))),
            Column::new(phrases::MEMORY.get(lang), cells(&|row| memory_cell(row, "\n"))),
            Column::new(last.get(lang), cells(&|row| of_last(row, "\n"))).expendable(1),
        ]
    }
}

/// Returns the workload, and on a second line its namespace and the container.
fn place(row: &Row) -> String {
    let ObjectRef { namespace, .. } = &row.workload;
    format!("{}\n{} · {}", visible(&row.workload.slashed()), visible(namespace), visible(&row.container))
}

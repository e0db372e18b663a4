//! Renderers: functions of one report, one file each, chosen by one match. Each escapes for its own format.
//!
//! What does not belong here: counting and judging, which the report has done.

mod escape;
mod grid;
mod json;
mod lists;
mod markdown;
mod name;
mod sections;
mod seen;
mod table;
mod words;

pub use lists::{checks, explain};

use crate::report::Report;
use crate::text::Lang;
use std::io::{self, Write};

/// A format of the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// One screen for people.
    #[default]
    Table,
    /// The same with evidence, all commands and every column.
    Wide,
    /// The full patrol report.
    Markdown,
    /// The full report for machines.
    Json,
    /// The same as YAML.
    Yaml,
    /// The objects in trouble, one a line.
    Name,
}

impl Format {
    /// Whether people read it: it changes with the language, and progress may be shown beside it.
    pub fn is_human(self) -> bool {
        matches!(self, Format::Table | Format::Wide | Format::Markdown)
    }
}

/// How the human formats look.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look {
    /// The language.
    pub lang: Lang,
    /// Whether colour codes are written.
    pub color: bool,
    /// The terminal's width in columns; `None` when nobody looks.
    pub width: Option<usize>,
    /// Whether healthy rows and every finding of an incident are shown.
    pub all: bool,
}

/// Writes the report.
///
/// # Errors
/// When `out` fails.
pub fn render(report: &Report, format: Format, look: Look, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Table => table::write(report, look, false, out),
        Format::Wide => table::write(report, look, true, out),
        Format::Markdown => markdown::write(report, look, out),
        Format::Json => json::write_json(report, out),
        Format::Yaml => json::write_yaml(report, out),
        Format::Name => name::write(report, out),
    }
}

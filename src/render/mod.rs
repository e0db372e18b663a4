//! Renderers: functions of one report, one file each, chosen by one match. Each escapes for its own format.
//!
//! What does not belong here: counting and judging, which the report has done.

mod certificates;
mod changed;
mod coverage;
mod diff;
mod error_logs;
mod escape;
mod explain;
mod grid;
mod hosts;
mod json;
mod links;
mod lists;
mod markdown;
mod message;
mod muted;
mod name;
mod nodes;
mod overview;
mod page;
mod profile;
mod rightsize;
mod sections;
mod story;
mod table;
mod words;
mod wrapped_table;

pub use diff::{Difference, difference};
pub(crate) use explain::explain;
pub use lists::checks;
pub use message::{Summary, message};
pub use nodes::nodes;
pub use overview::overview;
pub use profile::{profile, settings_table};
pub use rightsize::{RightsizeFormat, Sized, rightsize};
pub use story::story;

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

/// Writes the reports of some clusters, each after the other or as one document.
///
/// # Errors
/// When `out` fails.
pub fn render(reports: &[Report], format: Format, look: Look, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Table => reports.iter().try_for_each(|report| table::write(report, look, false, out)),
        Format::Wide => reports.iter().try_for_each(|report| table::write(report, look, true, out)),
        Format::Markdown => markdown::write(reports, look, out),
        Format::Json => json::write_json(reports, out),
        Format::Yaml => json::write_yaml(reports, out),
        Format::Name => name::write(reports, out),
    }
}

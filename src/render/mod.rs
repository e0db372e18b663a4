//! Renderers: functions of one report, chosen by one match for each kind of document. Each escapes text for its format.
//!
//! What does not belong here: counting and judging.

pub(crate) mod agent;
mod certificates;
mod chain;
mod changed;
mod coverage;
mod csv;
mod diff;
mod document;
mod error_logs;
mod escape;
mod explain;
mod figures;
mod format;
mod github;
mod grid;
mod hosts;
mod html;
mod json;
mod junit;
mod links;
mod lists;
mod markdown;
mod message;
pub mod metrics;
mod muted;
mod name;
mod next;
mod nodes;
pub mod notice;
mod overview;
mod page;
mod profile;
mod rightsize;
mod row_options;
mod screen;
mod sections;
mod story;
mod unknown;
mod words;

pub use diff::{Difference, difference};
pub(crate) use explain::explain;
pub use format::{DiffFormat, Format, ListFormat, NodesFormat, SettingsFormat, StoryFormat};
pub(crate) use html::policy as html_policy;
pub use lists::checks;
pub use message::{ChatSummary, message};
pub use nodes::nodes;
pub use overview::overview;
pub use profile::profile;
pub use rightsize::{RightsizeFormat, Sized, rightsize};
pub use row_options::{RowOptions, Sort};
pub use screen::{Cursor, LiveScreen, Status, live_screen, status};
pub use story::story;

use crate::report::Report;
use crate::text::Lang;
use json::Encoding;
use owo_colors::{OwoColorize, Style};
use std::io::{self, Write};

/// The look of the formats for people.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look {
    /// The language.
    pub lang: Lang,
    /// Whether colour codes are written.
    pub color: bool,
    /// The width of the terminal in columns; `None` without a terminal.
    pub width: Option<usize>,
    /// The height of the terminal in lines; `None` without a terminal.
    pub height: Option<usize>,
    /// Whether healthy rows and every finding of an incident are shown.
    pub all: bool,
    /// The rows of the table of incidents.
    pub rows: RowOptions,
}

impl Look {
    fn paint(self, text: &str, style: Style) -> String {
        if self.color && !text.is_empty() { text.style(style).to_string() } else { text.to_owned() }
    }

    fn bold(self, text: &str) -> String {
        self.paint(text, Style::new().bold())
    }

    fn dim(self, text: &str) -> String {
        self.paint(text, Style::new().dimmed())
    }
}

/// Breaks a text into lines at places where its language allows it; words stay whole.
fn wrap(text: &str, width: Option<usize>) -> Vec<String> {
    let Some(width) = width else { return vec![text.to_owned()] };
    let options = textwrap::Options::new(width.max(10))
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::wrap(text, options).into_iter().map(std::borrow::Cow::into_owned).collect()
}

/// Writes the reports of some clusters, one after the other or as one document.
///
/// # Errors
/// When `out` fails.
pub fn render(reports: &[Report], format: Format, look: Look, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Table => reports.iter().try_for_each(|report| screen::write(report, look, false, out)),
        Format::Wide => reports.iter().try_for_each(|report| screen::write(report, look, true, out)),
        Format::Markdown => markdown::write(reports, look, out),
        Format::Html => html::write(reports, look, out),
        Format::Json => json::write(&json::report(reports), Encoding::Json, out),
        Format::Yaml => json::write(&json::report(reports), Encoding::Yaml, out),
        Format::Ndjson => json::lines(reports, out),
        Format::Csv => csv::findings(reports, out),
        Format::CsvPods => csv::pods(reports, out),
        Format::Name => name::write(reports, out),
        Format::Junit => junit::write(reports, out),
        Format::Github => github::annotations(reports, out),
        Format::GithubSummary => github::summary(reports, look, out),
        Format::Prometheus => metrics::write(reports, out),
    }
}

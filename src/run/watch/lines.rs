//! One line for each change, for pipes.

use crate::exporter::{Known, Pace, incidents};
use crate::finding::Severity;
use crate::output;
use crate::render::Format;
use crate::render::notice::{self, Origin, What};
use crate::report::Report;
use crate::text::Lang;
use std::io;

/// Nothing is repeated. An incident that comes back within a minute has not ended.
const PACE: Pace = Pace { repeat: 0, gone: 60 };

/// The name under which the reader of the lines knows incidents.
const READER: &str = "";

/// The changes that have been written.
pub(super) struct Lines {
    known: Known,
    is_json: bool,
    least: Severity,
    lang: Lang,
    /// Whether the state at the beginning has been written.
    has_begun: bool,
}

impl Lines {
    pub(super) fn new(format: Format, all: bool, lang: Lang) -> Self {
        let least = if all { Severity::Low } else { Severity::Medium };
        Self { known: Known::default(), is_json: format == Format::Json, least, lang, has_begun: false }
    }

    /// Writes the changes. The incidents of the first report are written as lasting. Returns false if the pipe is closed.
    pub(super) fn show(&mut self, report: &Report) -> io::Result<bool> {
        let now = report.snapshot.taken_at;
        let is_complete = report.coverage.gaps.is_empty();
        let found = incidents(report, self.least, self.lang);
        let mut changes = self.known.news(READER, &found, PACE, (now, is_complete));
        if !self.has_begun {
            for change in &mut changes {
                change.what = What::Lasts;
            }
        }
        self.has_begun = true;
        self.known.tell(READER, &changes, now);
        let context = report.snapshot.cluster.context.clone();
        let origin = Origin { context, lang: self.lang, now, routing_key: String::new() };
        let line = if self.is_json { notice::json_line } else { notice::line };
        let text: String = changes.iter().map(|change| line(change, &origin) + "\n").collect();
        output::is_read(&text)
    }
}

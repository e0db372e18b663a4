//! What the screen shows: the report, or one object.

use super::terminal::{Key, Terminal};
use crate::exporter::{Known, Pace, incidents};
use crate::finding::Severity;
use crate::model::ObjectRef;
use crate::render::notice::{Change, What};
use crate::render::{self, Cursor, Look, Status, StoryFormat};
use crate::report::Report;
use crate::story::Story;
use crate::wire::Time;
use std::collections::BTreeSet;
use std::io;
use std::time::Duration;

/// Nothing is repeated, and an incident has ended when it is not on the screen any more.
const PACE: Pace = Pace { repeat: 0, gone: 0 };

/// The name under which the screen knows incidents.
const SCREEN: &str = "";

/// For how many seconds a change is marked.
const MARKED: i64 = 300;

/// The most changes that are kept.
const KEPT: usize = 50;

/// The time without news of a list after which the screen says so.
const BEHIND: Duration = Duration::from_secs(5);

/// The screen.
pub(super) struct View {
    terminal: Terminal,
    look: Look,
    /// The width that was asked for; `None` is that of the terminal.
    width: Option<usize>,
    known: Known,
    /// The last changes, newest first; `None` before the first report.
    changes: Option<Vec<(Time, Change)>>,
    cursor: Cursor,
    /// The number of rows on the screen, or of lines of the object.
    page: usize,
    /// The object of the chosen row.
    chosen: Option<ObjectRef>,
    /// A key that waits until the chosen row is drawn.
    waiting: Option<Key>,
    /// The object that is shown instead of the report, and the number of lines that are scrolled over.
    open: Option<(ObjectRef, usize)>,
}

impl View {
    pub(super) fn new(terminal: Terminal, look: Look, width: Option<usize>) -> Self {
        Self {
            terminal,
            look,
            width,
            known: Known::default(),
            changes: None,
            cursor: Cursor::default(),
            page: 0,
            chosen: None,
            waiting: None,
            open: None,
        }
    }

    /// Draws a report, or the open object.
    pub(super) fn show(&mut self, report: &Report, behind: Duration) -> io::Result<()> {
        let now = report.snapshot.taken_at;
        self.learn(report);
        let (columns, height) = Terminal::size();
        self.look.width = Some(self.width.unwrap_or(columns));
        let room = height.saturating_sub(2);
        let mut lines = match &mut self.open {
            Some((object, from)) => story(report, object.clone(), self.look, (room, from))?,
            None => self.report(report, room),
        };
        if self.open.is_some() {
            self.page = room.saturating_sub(1);
        }
        lines.resize(room, String::new());
        let status = Status {
            changes: self.changes.as_deref().unwrap_or_default(),
            now,
            behind: Some(behind)
                .filter(|behind| *behind >= BEHIND)
                .map(|behind| behind.as_secs().cast_signed()),
            is_open: self.open.is_some(),
            has_rows: self.chosen.is_some(),
        };
        lines.extend(render::status(status, self.look));
        Terminal::show(&lines[lines.len().saturating_sub(height)..])
    }

    /// Returns the lines of the report, with marks on what is new.
    fn report(&mut self, report: &Report, room: usize) -> Vec<String> {
        let now = report.snapshot.taken_at;
        let is_fresh =
            |(at, change): &&(Time, Change)| change.what == What::Begun && now.seconds_since(*at) < MARKED;
        let fresh = self.changes.iter().flatten().filter(is_fresh);
        let fresh: BTreeSet<String> = fresh.map(|(_, change)| change.key.clone()).collect();
        let screen = render::live_screen(report, self.look, room, (&mut self.cursor, &fresh));
        (self.page, self.chosen) = (screen.shown, screen.chosen);
        screen.lines
    }

    /// Learns what has changed since the last report.
    fn learn(&mut self, report: &Report) {
        let now = report.snapshot.taken_at;
        let found = incidents(report, Severity::Medium, self.look.lang);
        let news = self.known.news(SCREEN, &found, PACE, (now, report.coverage.gaps.is_empty()));
        self.known.tell(SCREEN, &news, now);
        match &mut self.changes {
            None => self.changes = Some(Vec::new()),
            Some(changes) => {
                // The last change of an incident counts.
                changes.retain(|(_, old)| news.iter().all(|change| change.key != old.key));
                changes.splice(0..0, news.into_iter().map(|change| (now, change)));
                changes.retain(|(at, _)| now.seconds_since(*at) < MARKED);
                changes.truncate(KEPT);
            }
        }
    }

    /// Waits for a key, and does what it says. Returns whether the program goes on.
    pub(super) async fn key(&mut self) -> bool {
        let mut next = match self.waiting.take() {
            Some(key) => Some(key),
            None => self.terminal.key().await,
        };
        if next.is_none() {
            return false;
        }
        let mut has_moved = false;
        while let Some(key) = next {
            if key == Key::Quit {
                return false;
            }
            if key == Key::Open && has_moved {
                self.waiting = Some(key);
                return true;
            }
            has_moved |= key != Key::Open;
            self.press(key);
            next = self.terminal.next_key();
        }
        true
    }

    fn press(&mut self, key: Key) {
        let page = isize::try_from(self.page).unwrap_or(isize::MAX).max(1);
        let by = match key {
            Key::Up => -1,
            Key::Down => 1,
            Key::PageUp => -page,
            Key::PageDown => page,
            Key::First => isize::MIN,
            Key::Last => isize::MAX,
            Key::Open => {
                self.open = self.open.take().or_else(|| Some((self.chosen.clone()?, 0)));
                return;
            }
            Key::Back => return self.open = None,
            Key::Quit | Key::Resized => return,
        };
        match &mut self.open {
            Some((_, from)) => *from = from.saturating_add_signed(by),
            None => self.cursor.step(by),
        }
    }
}

/// Returns the lines of an object that fit into the room.
fn story(
    report: &Report,
    object: ObjectRef,
    look: Look,
    (room, from): (usize, &mut usize),
) -> io::Result<Vec<String>> {
    let mut text = Vec::new();
    render::story(report, &Story::of(report, object), StoryFormat::Table, look, &mut text)?;
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    *from = (*from).min(lines.len().saturating_sub(room));
    Ok(lines.into_iter().skip(*from).take(room).map(str::to_owned).collect())
}

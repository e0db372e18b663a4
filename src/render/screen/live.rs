//! The screen of a cluster that is watched: the chosen row and what is new are marked, and the rows can be scrolled.

use super::super::Look;
use super::super::document::{Line, own};
use super::super::escape::visible;
use super::super::grid::{self, without_middle};
use super::super::notice::Change;
use super::super::words::{MORE, age, texts};
use super::Screen;
use super::rows::Row;
use crate::model::ObjectRef;
use crate::report::Report;
use crate::text::{Fact, Lang};
use crate::wire::Time;
use owo_colors::Style;
use std::collections::BTreeSet;

texts! {
    CHANGED: "{change} {age} ago: {object}", "{age} 前{change}：{object}", "{age} 前{change}：{object}";
    BEHIND: "no news from the cluster for {age}", "已 {age} 沒有收到叢集的更新", "已 {age} 没有收到集群的更新";
    POSITION: "Problems {first} to {last} of {all}", "第 {first}–{last} 項，共 {all} 項", "第 {first}–{last} 项，共 {all} 项";
    QUIT: "q quit", "q 離開", "q 退出";
    CHOOSE: "↑↓ choose · Enter open · q quit", "↑↓ 選取 · Enter 開啟 · q 離開", "↑↓ 选择 · Enter 打开 · q 退出";
    SCROLL: "↑↓ scroll · Esc back · q quit", "↑↓ 捲動 · Esc 返回 · q 離開", "↑↓ 滚动 · Esc 返回 · q 退出";
}

/// The marks of the rows.
#[derive(Clone, Copy)]
pub(super) struct Marks<'m> {
    /// The key of the chosen row.
    chosen: Option<&'m str>,
    /// The keys of what is new.
    fresh: &'m BTreeSet<String>,
    /// The number of rows.
    all: usize,
}

impl Marks<'_> {
    pub(super) fn of(self, row: &Row) -> Line {
        let key = row.finding.map(|finding| &*finding.key);
        let chosen = if self.has_chosen(row) { "▸" } else { " " };
        let fresh = if key.is_some_and(|key| self.fresh.contains(key)) { "+" } else { " " };
        own(format!("{chosen}{fresh} "))
    }

    /// Whether a row is the chosen one.
    pub(super) fn has_chosen(self, row: &Row) -> bool {
        self.chosen.is_some() && row.finding.map(|finding| &*finding.key) == self.chosen
    }

    /// Says which rows are shown, unless it is all of them.
    pub(super) fn position(self, from: usize, shown: usize, lang: Lang) -> Vec<Line> {
        let facts = [
            ("first", Fact::count(from + 1)),
            ("last", Fact::count(from + shown)),
            ("all", Fact::count(self.all)),
        ];
        let position = (shown < self.all).then(|| POSITION.fill(lang, &facts));
        position.into_iter().map(|position| own(position).dim()).collect()
    }
}

/// The chosen row, and how far the rows are scrolled.
#[derive(Clone, Debug, Default)]
pub struct Cursor {
    /// The index of the chosen row. What is too large is the last row.
    at: usize,
    /// The key of the chosen row, unless it is the first one: the first row stays chosen whatever it is.
    key: Option<String>,
    /// The number of rows that are scrolled over.
    from: usize,
}

impl Cursor {
    /// Chooses another row.
    pub fn step(&mut self, by: isize) {
        self.at = self.at.saturating_add_signed(by);
        self.key = None;
    }

    /// Finds the chosen row again.
    fn settle(&mut self, keys: &[&str]) {
        let found = self.key.as_deref().and_then(|key| keys.iter().position(|other| *other == key));
        self.at = found.unwrap_or(self.at).min(keys.len().saturating_sub(1));
        self.key = keys.get(self.at).filter(|_| self.at > 0).map(|key| (*key).to_owned());
    }
}

/// The screen of a cluster that is watched.
#[derive(Debug, Default)]
pub struct LiveScreen {
    /// Its lines.
    pub lines: Vec<String>,
    /// The object of the chosen row.
    pub chosen: Option<ObjectRef>,
    /// The number of rows on the screen.
    pub shown: usize,
}

/// Returns the first screen in at most `height` lines, with the chosen row and with marks on what is new.
pub fn live_screen(
    report: &Report,
    look: Look,
    height: usize,
    (cursor, fresh): (&mut Cursor, &BTreeSet<String>),
) -> LiveScreen {
    let mut whole = Screen::new(report, look, false, usize::MAX);
    whole.marks = Some(Marks { chosen: None, fresh, all: 0 });
    let rows = whole.rows().shown;
    let keys: Vec<&str> = rows.iter().filter_map(|row| Some(&*row.finding?.key)).collect();
    cursor.settle(&keys);
    let mut screen = Screen::new(report, look, false, 0);
    screen.marks = Some(Marks { chosen: keys.get(cursor.at).copied(), fresh, all: rows.len() });
    // The first rows are shown if the chosen one is among them.
    let mut next = vec![cursor.from.min(cursor.at), 0];
    let (mut text, mut shown) = loop {
        cursor.from = next.pop().unwrap_or(cursor.at);
        let (text, shown) = screen.scrolled(cursor.from, height);
        if cursor.at < cursor.from + shown || cursor.from == cursor.at {
            break (text, shown);
        }
        if next.is_empty() {
            next.push(cursor.at + 1 - shown);
        }
    };
    // At the end of the rows, those before them fill a screen that has become larger.
    while cursor.from > 0 && cursor.from + shown >= rows.len() {
        let (larger, more) = screen.scrolled(cursor.from - 1, height);
        if more <= shown {
            break;
        }
        (text, shown, cursor.from) = (larger, more, cursor.from - 1);
    }
    let lines = text.lines().take(height).map(str::to_owned).collect();
    LiveScreen { lines, chosen: rows.get(cursor.at).and_then(Row::named), shown }
}

impl Screen<'_> {
    /// Returns the screen from a row on, and the number of its rows.
    fn scrolled(&mut self, from: usize, height: usize) -> (String, usize) {
        // Each row takes a line at least.
        (self.from, self.limit) = (from, height.max(1));
        let text = self.fitted(height.saturating_add(1));
        (text, self.rows().shown.len().max(1))
    }
}

/// What the lines below the screen say.
#[derive(Clone, Copy, Debug)]
pub struct Status<'s> {
    /// The last changes, newest first.
    pub changes: &'s [(Time, Change)],
    /// Now.
    pub now: Time,
    /// For how many seconds a list has had no news, if that is long.
    pub behind: Option<i64>,
    /// Whether an object is shown.
    pub is_open: bool,
    /// Whether there is a row to choose.
    pub has_rows: bool,
}

/// Returns the two lines below the screen: the last changes, and the keys.
pub fn status(status: Status, look: Look) -> [String; 2] {
    let (lang, width) = (look.lang, look.width.unwrap_or(usize::MAX));
    let told = |(at, change): &(Time, Change)| {
        let age = Fact::Text(age(Some(status.now.seconds_since(*at).max(0)), lang));
        let object = Fact::Text(place(change));
        CHANGED.fill(lang, &[("change", Fact::text(change.word(lang))), ("age", age), ("object", object)])
    };
    let changes = in_one_line(&status.changes.iter().map(told).collect::<Vec<_>>(), width, lang);
    let behind =
        status.behind.map(|seconds| BEHIND.fill(lang, &[("age", Fact::Text(age(Some(seconds), lang)))]));
    let keys = match (status.is_open, status.has_rows) {
        (true, _) => &SCROLL,
        (false, true) => &CHOOSE,
        (false, false) => &QUIT,
    };
    let keys = keys.get(lang);
    [
        look.bold(&changes),
        match behind {
            Some(behind) => {
                let keys = look.dim(&format!(" · {keys}"));
                format!("{}{keys}", look.paint(&behind, Style::new().yellow()))
            }
            None => look.dim(keys),
        },
    ]
}

/// Returns the namespace and object of a change, as the table writes them.
fn place(change: &Change) -> String {
    let told = &change.told;
    let object = told.object.split_once('/');
    let object = object.map(|(kind, name)| format!("{}/{name}", kind.to_lowercase()));
    visible(format!("{} {}", told.namespace, object.as_deref().unwrap_or(&told.object)).trim())
}

/// Returns whole items as far as they fit, and the number of the others.
fn in_one_line(items: &[String], width: usize, lang: Lang) -> String {
    let more = |rest: usize| MORE.fill(lang, &[("count", Fact::count(rest))]);
    for shown in (1..=items.len()).rev() {
        let rest = (shown < items.len()).then(|| more(items.len() - shown));
        let line: Vec<String> = items.iter().take(shown).cloned().chain(rest).collect();
        let line = line.join(separator(lang));
        if grid::width(&line) <= width {
            return line;
        }
    }
    items.first().map_or_else(String::new, |first| without_middle(first, width))
}

fn separator(lang: Lang) -> &'static str {
    if lang == Lang::En { ", " } else { "，" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::settings::Settings;
    use crate::render::notice::{Told, What};

    /// The screen of the example after some steps, at this height.
    fn screen(steps: &[isize], height: usize) -> LiveScreen {
        let snapshot = crate::snapshot::demo().unwrap();
        let settings = Settings::default();
        let report = Report::new(&snapshot, &settings);
        let look = Look { width: Some(80), ..Look::default() };
        let fresh = BTreeSet::from([report.findings[report.incidents[1].cause].key.clone()]);
        let mut cursor = Cursor::default();
        let mut screen = live_screen(&report, look, height, (&mut cursor, &fresh));
        for step in steps {
            cursor.step(*step);
            screen = live_screen(&report, look, height, (&mut cursor, &fresh));
        }
        screen
    }

    #[test]
    fn the_chosen_row_is_on_the_screen_with_its_commands() {
        let first = screen(&[], 40);
        assert_eq!(first.shown, 2);
        assert!(first.lines.iter().any(|line| line.starts_with("▸  🔴 high")), "{:#?}", first.lines);
        assert!(first.lines.iter().any(|line| line.starts_with(" + 🟡 medium")), "{:#?}", first.lines);
        let last = screen(&[isize::MAX], 40);
        assert!(last.lines.iter().any(|line| line.starts_with("▸+ 🟡 medium")), "{:#?}", last.lines);
        let name = last.chosen.unwrap().name;
        assert!(last.lines.iter().any(|line| line.contains("kubectl healthcheck ") && line.contains(&*name)));
        assert_eq!(screen(&[1, -1], 40).chosen, first.chosen);
    }

    #[test]
    fn rows_that_do_not_fit_are_scrolled() {
        let last = screen(&[1], 6);
        assert_eq!((last.shown, last.lines.len()), (1, 6));
        assert!(last.lines.contains(&"Problems 2 to 2 of 2".to_owned()), "{:#?}", last.lines);
        assert!(last.lines.iter().any(|line| line.starts_with("▸+ ")), "{:#?}", last.lines);
    }

    #[test]
    fn the_line_of_changes_has_whole_items() {
        let told = |name: &str| Told {
            check: "pod-failed".to_owned(),
            severity: crate::finding::Severity::High,
            namespace: "shop".to_owned(),
            object: format!("Pod/{name}"),
            text: String::new(),
            command: String::new(),
            since: None,
        };
        let now = Time::at(1_766_000_000);
        let change = |name: &str, what| (now.minus(5), Change { what, key: String::new(), told: told(name) });
        let changes = [change("a", What::Begun), change("b", What::Ended), change("c", What::Begun)];
        let of = |width| {
            let look = Look { width: Some(width), ..Look::default() };
            let [changes, keys] = status(
                Status { changes: &changes, now, behind: None, is_open: false, has_rows: false },
                look,
            );
            assert_eq!(keys, "q quit");
            changes
        };
        let all = "new 5s ago: shop pod/a, fixed 5s ago: shop pod/b, new 5s ago: shop pod/c";
        assert_eq!(of(80), all);
        assert_eq!(of(60), "new 5s ago: shop pod/a, fixed 5s ago: shop pod/b, +1 more");
        assert_eq!(of(40), "new 5s ago: shop pod/a, +2 more");
    }
}

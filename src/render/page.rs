//! The Markdown of the pages on a terminal: headings, paragraphs, lists, tables and code. Colours take the place of the
//! marks of headings and code.

use super::Look;
use owo_colors::{OwoColorize, Style};
use textwrap::core::Word;
use textwrap::{Options, WordSeparator, WordSplitter};
use unicode_width::UnicodeWidthChar;

/// Returns the lines of a page. Without a width they are the lines of the source.
pub(super) fn lines(markdown: &str, look: Look) -> Vec<String> {
    let mut page = Page { look, lines: Vec::new() };
    let mut rest: Vec<&str> = markdown.lines().collect();
    rest.reverse();
    while let Some(line) = rest.pop() {
        page.block(line, &mut rest);
    }
    page.lines
}

struct Page {
    look: Look,
    lines: Vec<String>,
}

impl Page {
    /// Adds the block that begins with a line. The lines after it are in reverse order.
    fn block(&mut self, line: &str, rest: &mut Vec<&str>) {
        if line.is_empty() {
            self.lines.push(String::new());
        } else if line.starts_with("```") {
            self.fenced(line, rest);
        } else if line.starts_with("    ") {
            self.lines.push(self.paint(line, code()));
        } else if line.starts_with('#') {
            let text = if self.look.color { line.trim_start_matches(['#', ' ']) } else { line };
            self.lines.push(self.paint(text, Style::new().bold()));
        } else if line.starts_with('|') && self.look.width.is_some() {
            let rows =
                std::iter::once(line).chain(taken(rest, |next| next.starts_with('|'))).collect::<Vec<_>>();
            self.table(&rows);
        } else {
            let more =
                taken(rest, |next| !next.is_empty() && !next.starts_with("- ") && !next.starts_with('|'));
            let text: Vec<&str> = std::iter::once(line).chain(more).collect();
            let indent = if line.starts_with("- ") { 2 } else { 0 };
            self.text(&text, indent);
        }
    }

    /// Adds a block between fences as it is, so that it can be copied.
    fn fenced(&mut self, fence: &str, rest: &mut Vec<&str>) {
        let block = taken(rest, |next| !next.starts_with("```"));
        let end = rest.pop();
        let marks = |line: Option<&str>| line.filter(|_| !self.look.color).map(str::to_owned);
        let (first, last) = (marks(Some(fence)), marks(end));
        self.lines.extend(first.into_iter().chain(block.into_iter().map(str::to_owned)).chain(last));
    }

    /// Adds a paragraph or a list item, with the lines after the first indented.
    fn text(&mut self, text: &[&str], indent: usize) {
        let lines = match self.look.width {
            Some(width) => {
                let joined = text.iter().map(|line| line.trim()).fold(String::new(), joined);
                hung(&without_links(&joined), indent, width)
            }
            None => text.iter().map(|line| (*line).to_owned()).collect(),
        };
        self.inline(lines);
    }

    /// Adds the rows of a table as a list: on few columns long cells are easier to read below each other.
    fn table(&mut self, rows: &[&str]) {
        let [head, _, rows @ ..] = rows else { return };
        let (heads, width) = (cells(head), self.look.width.unwrap_or(usize::MAX));
        for row in rows {
            let cells = cells(row);
            let (first, more) = cells.split_first().unwrap_or((&"", &[]));
            let mut lines = hung(&format!("- {}", without_links(first)), 2, width);
            for (head, cell) in heads.iter().skip(1).zip(more).filter(|(_, cell)| !cell.is_empty()) {
                let colon = if head.is_ascii() { ": " } else { "：" };
                let cell = format!("{head}{colon}{}", without_links(cell));
                lines.extend(
                    hung(&cell, 2, width.saturating_sub(2)).into_iter().map(|line| format!("  {line}")),
                );
            }
            self.inline(lines);
        }
    }

    /// Adds the lines of one block. With colours, code and bold text lose their marks.
    fn inline(&mut self, lines: Vec<String>) {
        if !self.look.color {
            self.lines.extend(lines);
            return;
        }
        // Code or bold text can continue on the next line.
        let (mut is_code, mut is_bold) = (false, false);
        for line in lines {
            let mut painted = String::new();
            for (index, part) in line.split('`').enumerate() {
                is_code ^= index > 0;
                if is_code {
                    painted += &self.paint(part, code());
                    continue;
                }
                for (index, part) in part.split("**").enumerate() {
                    is_bold ^= index > 0;
                    let style = if is_bold { Style::new().bold() } else { Style::new() };
                    painted += &self.paint(part, style);
                }
            }
            self.lines.push(painted);
        }
    }

    fn paint(&self, text: &str, style: Style) -> String {
        let is_plain = !self.look.color || text.is_empty() || style.is_plain();
        if is_plain { text.to_owned() } else { text.style(style).to_string() }
    }
}

fn code() -> Style {
    Style::new().cyan()
}

/// Takes lines from the end of a reversed list as long as they belong to a block.
fn taken<'a>(rest: &mut Vec<&'a str>, belongs: impl Fn(&str) -> bool) -> Vec<&'a str> {
    let count = rest.iter().rev().take_while(|line| belongs(line)).count();
    rest.drain(rest.len() - count..).rev().collect()
}

fn cells(row: &str) -> Vec<&str> {
    row.trim().trim_matches('|').split('|').map(str::trim).collect()
}

/// Wraps a text, with the lines after the first indented.
fn hung(text: &str, indent: usize, width: usize) -> Vec<String> {
    let (mark, text) = text.split_at_checked(indent).unwrap_or(("", text));
    let lines = wrap(text, width.saturating_sub(indent));
    let lines = lines.into_iter().enumerate();
    lines
        .map(|(index, line)| if index == 0 { format!("{mark}{line}") } else { " ".repeat(indent) + &line })
        .collect()
}

fn wrap(text: &str, width: usize) -> Vec<String> {
    let options = Options::new(width.max(10)).break_words(false).word_splitter(WordSplitter::NoHyphenation);
    let options = options.word_separator(WordSeparator::Custom(words));
    textwrap::wrap(text, options).into_iter().map(std::borrow::Cow::into_owned).collect()
}

/// Splits a text where a line may end: at spaces and between Chinese characters, never within an address or a path.
fn words(text: &str) -> Box<dyn Iterator<Item = Word<'_>> + '_> {
    let (mut words, mut start, mut end) = (Vec::new(), 0, 0);
    for word in WordSeparator::UnicodeBreakProperties.find_words(text) {
        end += word.word.len() + word.whitespace.len();
        let follows = text.get(end..).and_then(|rest| rest.chars().next());
        let is_whole =
            !word.whitespace.is_empty() || !word.word.is_ascii() || follows.is_none_or(|c| !c.is_ascii());
        if is_whole {
            words.extend(text.get(start..end).map(Word::from));
            start = end;
        }
    }
    Box::new(words.into_iter())
}

/// Appends a line of the source to a paragraph. Between Chinese characters there is no space.
fn joined(mut text: String, line: &str) -> String {
    let is_wide = |c: char| c.width() == Some(2);
    let is_mark = |c: char| matches!(c, '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ffef}');
    let is_chinese = |c: char| is_wide(c) || matches!(c, '“' | '”' | '‘' | '’' | '…');
    let needs_space = match (text.chars().last(), line.chars().next()) {
        (Some(a), Some(b)) => !(is_mark(a) || is_mark(b) || is_chinese(a) && is_chinese(b)),
        _ => false,
    };
    if needs_space {
        text.push(' ');
    }
    text + line
}

/// Replaces links by their text, followed by the address unless it is another page.
fn without_links(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("](") {
        let (Some((before, label)), Some((address, after))) =
            (before.rsplit_once('['), after.split_once(')'))
        else {
            break;
        };
        out.extend([before, label]);
        if address.contains("://") {
            out.extend([" (", address, ")"]);
        }
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "\
# pod-x: Pod is x

A pod that waits with `ErrX`
or **any other** error; see [the docs](https://example.com/x) and
[pod-y](pod-y.md).

- first
- a second item of the list
  that goes on

    kubectl get pods -n NAMESPACE

| found | cause | remedy |
| --- | --- | --- |
| `x` | it is x | |
| y | it is y | wait |

```yaml
kind: Pod
```
";

    fn shown(markdown: &str, width: Option<usize>, color: bool) -> Vec<String> {
        lines(markdown, Look { color, width, ..Look::default() })
    }

    #[test]
    fn without_a_width_the_lines_are_those_of_the_source() {
        assert_eq!(shown(PAGE, None, false).join("\n") + "\n", PAGE);
        let colored = shown(PAGE, None, true);
        assert_eq!(colored.len(), PAGE.lines().count() - 2, "the fences are gone");
        assert_eq!(colored[0], "\u{1b}[1mpod-x: Pod is x\u{1b}[0m");
        assert_eq!(colored[2], "A pod that waits with \u{1b}[36mErrX\u{1b}[0m");
        assert!(colored[3].starts_with("or \u{1b}[1many other\u{1b}[0m error"), "{}", colored[3]);
    }

    #[test]
    fn a_page_is_wrapped_to_the_width() {
        assert_eq!(
            shown(PAGE, Some(24), false),
            [
                "# pod-x: Pod is x",
                "",
                "A pod that waits with",
                "`ErrX` or **any other**",
                "error; see the docs",
                "(https://example.com/x)",
                "and pod-y.",
                "",
                "- first",
                "- a second item of the",
                "  list that goes on",
                "",
                "    kubectl get pods -n NAMESPACE",
                "",
                "- `x`",
                "  cause: it is x",
                "- y",
                "  cause: it is y",
                "  remedy: wait",
                "",
                "```yaml",
                "kind: Pod",
                "```",
            ]
        );
    }

    #[test]
    fn code_that_is_wrapped_is_coloured_on_both_lines() {
        assert_eq!(
            shown("run `kubectl get pods` now", Some(16), true),
            ["run \u{1b}[36mkubectl get\u{1b}[0m", "\u{1b}[36mpods\u{1b}[0m now"]
        );
    }

    #[test]
    fn an_address_is_not_broken() {
        let address = "(https://example.com/a/b/c?d=e#renewal)";
        assert_eq!(
            shown(&format!("見 {address}，或"), Some(20), false),
            ["見", &format!("{address}，"), "或"]
        );
    }

    #[test]
    fn lines_of_chinese_are_joined_without_a_space() {
        let joined = |text: &str| shown(text, Some(80), false).join("|");
        assert_eq!(joined("容器都已\n就緒，\n而 Pod\n沒有\n`Ready`"), "容器都已就緒，而 Pod 沒有 `Ready`");
        assert_eq!(joined("显示“高”\n时"), "显示“高”时");
        assert_eq!(joined("one\ntwo"), "one two");
    }
}

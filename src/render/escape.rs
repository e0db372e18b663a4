//! Text from a cluster is hostile: each format shows it, none obeys it.

use crate::command::is_hostile;

/// Messages longer than this are cut for people; machine formats keep them whole.
const LONG: usize = 300;

/// Makes controls, colour codes and characters that hide or reorder text visible, on one line.
pub(super) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push(' '),
            '\r' => out.push_str("\\r"),
            '\u{1b}' => out.push_str("^["),
            c if is_hostile(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

/// A message as a person reads it: visible, on one line, not longer than a few lines of a terminal.
pub(super) fn message(text: &str) -> String {
    let text = visible(text.trim());
    match text.char_indices().nth(LONG) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// As [`visible`], and nothing in it is Markdown or HTML.
pub(super) fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '$' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    // GitHub and others make links of bare addresses and names.
    out.replace("://", ":&#47;&#47;").replace("www.", "www&#46;").replace('@', "&#64;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_see_what_is_there_and_obey_nothing() {
        assert_eq!(visible("a\u{1b}[31mb\r\n\u{202e}c\u{7}"), "a^[[31mb\\r\\n\\u{202e}c\\u{7}");
        assert_eq!(visible("plain-name_1/映像檔 🔴"), "plain-name_1/映像檔 🔴");
    }

    #[test]
    fn messages_are_cut_between_characters() {
        let long = "映".repeat(1000);
        assert_eq!(message(&long).chars().count(), LONG + 1);
    }

    #[test]
    fn markdown_has_no_markup_of_the_clusters() {
        assert_eq!(markdown("a|b\n<img src=x>"), "a\\|b\\\\n&lt;img src=x&gt;");
        assert_eq!(markdown("[x](http://y) `rm` @all"), "\\[x\\](http:&#47;&#47;y) \\`rm\\` &#64;all");
    }
}

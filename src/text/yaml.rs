//! YAML in which hostile characters are escaped, as in JSON.

use super::is_hostile;
use serde::Serialize;
use serde_saphyr::ser::Error;
use std::io::{self, Write};

/// Returns a document as YAML, see [`write_yaml`].
///
/// # Errors
/// If the document cannot be YAML.
pub(crate) fn to_yaml(document: &impl Serialize) -> io::Result<String> {
    let mut out = Vec::new();
    write_yaml(document, &mut out)?;
    String::from_utf8(out).map_err(io::Error::other)
}

/// Writes a document as YAML. If a text has hostile characters, all texts of several lines are double-quoted and on one line.
/// The document is serialized twice, so that none of it is kept.
///
/// # Errors
/// If the document cannot be YAML, or `out` fails.
pub(crate) fn write_yaml(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut hidden = Hidden(false);
    serialize(document, true, &mut hidden)?;
    if !hidden.0 {
        return serialize(document, true, out);
    }
    let mut lines = EscapedLines { out, line: Vec::new() };
    serialize(document, false, &mut lines)?;
    lines.end_line()
}

fn serialize(document: &impl Serialize, block_scalars: bool, mut out: &mut dyn Write) -> io::Result<()> {
    let options = serde_saphyr::ser_options! { prefer_block_scalars: block_scalars };
    match serde_saphyr::to_io_writer_with_options(&mut out, document, options) {
        Err(Error::IO { error }) => Err(error),
        other => other.map_err(io::Error::other),
    }
}

/// Whether a text with hidden characters was written to it.
struct Hidden(bool);

impl Write for Hidden {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // The writer of YAML passes on whole characters.
        self.0 |= std::str::from_utf8(bytes).is_ok_and(|text| text.contains(is_hidden));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes each line with its hidden characters escaped.
struct EscapedLines<'w> {
    out: &'w mut dyn Write,
    /// The part of the last line that was written so far.
    line: Vec<u8>,
}

impl EscapedLines<'_> {
    fn end_line(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        self.out.write_all(escaped(&String::from_utf8_lossy(&line)).as_bytes())
    }
}

impl Write for EscapedLines<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") {
                self.end_line()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn is_hidden(c: char) -> bool {
    c != '\n' && is_hostile(c)
}

/// Escapes the key and the value of a line. Without block scalars, each is on one line, and plain or double-quoted.
fn escaped(line: &str) -> String {
    if !line.contains(is_hidden) {
        return line.to_owned();
    }
    let text = line.trim_end_matches('\n');
    let mut rest = text.trim_start_matches(' ');
    while let Some(item) = rest.strip_prefix("- ") {
        rest = item.trim_start_matches(' ');
    }
    let before = text.strip_suffix(rest).unwrap_or_default();
    let (key, value) = split(rest);
    let colon = if value.is_some_and(|value| !value.is_empty()) { ": " } else { ":" };
    let value = value.map(|value| format!("{colon}{}", quoted(value))).unwrap_or_default();
    format!("{before}{}{value}\n", quoted(key))
}

/// Splits a line into key and value; without a key, it is one value. Neither a plain key nor a plain value contains `: `.
fn split(text: &str) -> (&str, Option<&str>) {
    let end = if text.starts_with('"') { end_of_quoted(text) } else { text.find(": ").unwrap_or(text.len()) };
    let (first, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    match rest.strip_prefix(':') {
        Some(value) => (first, Some(value.strip_prefix(' ').unwrap_or(value))),
        None => match text.strip_suffix(':').filter(|_| rest.is_empty() && !text.starts_with('"')) {
            Some(key) => (key, Some("")),
            None => (text, None),
        },
    }
}

fn end_of_quoted(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !is_escaped => return at + 1,
            _ => is_escaped = c == '\\' && !is_escaped,
        }
    }
    text.len()
}

/// Returns a scalar without hostile characters.
fn quoted(scalar: &str) -> String {
    if !scalar.contains(is_hidden) {
        return scalar.to_owned();
    }
    let is_quoted = scalar.starts_with('"');
    let mut out = String::new();
    for c in scalar.chars() {
        match c {
            c if is_hostile(c) && u32::from(c) < 0x1_0000 => {
                out.extend(format!("\\u{:04x}", u32::from(c)).chars());
            }
            c if is_hostile(c) => out.extend(format!("\\U{:08x}", u32::from(c)).chars()),
            '"' | '\\' if !is_quoted => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    if is_quoted { out } else { format!("\"{out}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn round(document: &Value) -> String {
        let text = to_yaml(document).unwrap();
        assert!(!text.contains(is_hidden), "{text:?}");
        assert_eq!(&serde_saphyr::from_str::<Value>(&text).unwrap(), document, "{text}");
        text
    }

    #[test]
    fn hostile_characters_are_escaped_where_they_are() {
        let text = round(
            &json!({ "a": "x\u{202e}y", "b": "plain: text", "c\u{200b}": ["\u{e0041}", "\"\u{2066}\\"] }),
        );
        assert!(text.contains("a: \"x\\u202ey\"\n") && text.contains("\"c\\u200b\":\n"), "{text}");
        assert!(text.contains("- \"\\U000e0041\"\n"), "{text}");
        round(&json!({ "many": "lines\nof \u{202e} text\n  with\ttabs \\ and \"quotes\"\n", "next": 1 }));
        round(&json!([[["\u{202e}"], "a: \u{202e}"], { "x\u{202e}": { "y: \u{2066}": null } }, "\u{feff}"]));
        let plain = json!({ "text": "one\ntwo", "n": 1 });
        assert_eq!(to_yaml(&plain).unwrap(), serde_saphyr::to_string(&plain).unwrap());
    }

    proptest! {
        #[test]
        fn reads_back_any_text(key in "[a-z:\"'\\\\ #\u{202e}\u{2066}-]{0,8}", text in "[-a:?,\"'\\\\ #{}&*!|>\n\t\u{202e}\u{2066}\u{e0041}]{0,20}") {
            round(&json!({ key.clone(): [text.clone(), { "b": text, key: ["\u{202e}"] }] }));
        }
    }
}

//! Characters that are replaced or escaped before a text is shown or pasted.

use std::io::{self, Write};

/// Returns whether a character must not reach a terminal: control characters, and characters that reorder or hide text.
pub(crate) fn is_hostile(c: char) -> bool {
    c.is_control() || is_invisible(c)
}

/// Characters without a picture: format characters, fillers, variation selectors and tags.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Returns whether a character selects the coloured form of the emoji before it.
pub(crate) fn is_emoji_selector(c: char, before: char) -> bool {
    let is_symbol =
        matches!(before, '\u{2190}'..='\u{2bff}' | '\u{3030}'..='\u{303d}' | '\u{1f000}'..='\u{1faff}');
    c == '\u{fe0f}' && is_symbol
}

/// Replaces hostile characters by U+FFFD. The result is one line.
pub(crate) fn on_one_line(text: &str) -> String {
    text.chars().map(|c| if is_hostile(c) { '\u{fffd}' } else { c }).collect()
}

/// Writes JSON in which hostile characters are escaped as `\uXXXX`. Outside of strings, JSON has no such characters but
/// line breaks, which stay.
pub(crate) struct EscapedJson<W>(pub(crate) W);

impl<W: Write> Write for EscapedJson<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        // The writer of JSON passes on whole characters.
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        if bytes.iter().all(|byte| *byte < 0x7f) || text.is_empty() {
            return self.0.write_all(bytes);
        }
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            if c < '\u{7f}' || !is_hostile(c) {
                out.push(c);
                continue;
            }
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.extend(format!("\\u{unit:04x}").chars());
            }
        }
        self.0.write_all(out.as_bytes())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_and_invisible_characters_are_hostile() {
        for c in [
            '\0',
            '\n',
            '\u{1b}',
            '\u{9b}',
            '\u{ad}',
            '\u{34f}',
            '\u{115f}',
            '\u{180b}',
            '\u{180f}',
            '\u{200b}',
            '\u{200e}',
            '\u{202e}',
            '\u{2066}',
            '\u{2800}',
            '\u{3164}',
            '\u{fe00}',
            '\u{fe0f}',
            '\u{ffa0}',
            '\u{fff9}',
            '\u{1d173}',
            '\u{e0001}',
            '\u{e0041}',
            '\u{e0100}',
            '\u{e01ef}',
        ] {
            assert!(is_hostile(c), "{c:?}");
        }
        for c in ['a', ' ', 'é', '名', '🔴', '…', '\u{fffd}', '가', 'ก', '⚠'] {
            assert!(!is_hostile(c), "{c:?}");
        }
        assert!(is_emoji_selector('\u{fe0f}', '⚠') && is_emoji_selector('\u{fe0f}', '❤'));
        assert!(!is_emoji_selector('\u{fe0f}', 'a') && !is_emoji_selector('\u{fe0e}', '⚠'));
    }

    #[test]
    fn json_keeps_its_meaning_and_has_no_hostile_character() {
        let text = "a\u{7f}\u{9b}31m\u{202e}b\u{200b}\u{e0041}\u{1b}映像檔 🔴\n\"";
        let mut out = Vec::new();
        serde_json::to_writer_pretty(EscapedJson(&mut out), &[text]).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert!(!out.chars().any(|c| c != '\n' && is_hostile(c)), "{out:?}");
        let escapes = r#""a\u007f\u009b31m\u202eb\u200b\udb40\udc41\u001b映像檔 🔴\n\"""#;
        assert!(out.contains(escapes), "{out}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&out).unwrap(), [text]);
    }
}

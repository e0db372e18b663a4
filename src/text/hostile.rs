//! Characters that are replaced or escaped before a text is shown or pasted.

/// Returns whether a character must not reach a terminal: control characters, and characters that reorder or hide text.
pub(crate) fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_and_invisible_characters_are_hostile() {
        for c in ['\0', '\n', '\u{1b}', '\u{9b}', '\u{ad}', '\u{200e}', '\u{202e}', '\u{2066}', '\u{e0041}'] {
            assert!(is_hostile(c), "{c:?}");
        }
        for c in ['a', ' ', 'é', '名', '🔴', '…', '\u{fffd}'] {
            assert!(!is_hostile(c), "{c:?}");
        }
    }
}

//! Text from a cluster is hostile: each format escapes it.

use crate::text::{Lang, Message, is_emoji_selector, is_hostile, without_middle};

/// The maximum length of a message in a table.
const LONG: usize = 300;

/// Makes controls, colour codes and characters that hide or reorder text visible, on one line.
pub(super) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push(' '),
            '\r' => out.push_str("\\r"),
            '\u{1b}' => out.push_str("^["),
            c if is_emoji_selector(c, before) => out.push(c),
            c if is_hostile(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
        before = c;
    }
    out
}

/// Makes a message visible, on one line.
pub(super) fn message(text: &str) -> String {
    visible(text.trim())
}

/// Makes a message visible, on one line, and cuts its middle if it is long.
pub(super) fn brief(text: &str) -> String {
    without_middle(&message(text), LONG)
}

/// Returns a sentence for a table. If it is long, its quotation is shortened.
pub(super) fn brief_of(sentence: &Message, lang: Lang) -> String {
    sentence.shortened(lang, LONG)
}

/// Makes a text [`visible`], and escapes Markdown and HTML. Addresses and mentions become code, which no viewer turns into
/// a link or a notification and which can be copied.
pub(super) fn markdown(text: &str) -> String {
    let text = visible(text);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(c) = rest.chars().next() {
        let end = rest.find(|c| !is_of_address(c)).unwrap_or(rest.len());
        let run = rest.get(..end).unwrap_or_default();
        let address = run.trim_end_matches(['.', ',', ':', ';', '!', '?', '\'']);
        if is_address(address) {
            out.extend(["`", address, "`"]);
            rest = rest.get(address.len()..).unwrap_or_default();
        } else {
            let plain = end.max(c.len_utf8());
            rest.get(..plain).unwrap_or_default().chars().for_each(|c| escaped(c, &mut out));
            rest = rest.get(plain..).unwrap_or_default();
        }
    }
    out
}

/// Whether a character may be in an address. It has no meaning within code.
fn is_of_address(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~:/?#@!$&'*+,;=%".contains(c)
}

/// Whether viewers turn a word into a link or a mention.
fn is_address(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    word.contains("://") || word.contains('@') || lower.contains("www.") || is_reference(&lower)
}

/// Whether a word refers to an issue: `#12`, `owner/name#12` or `GH-12`.
fn is_reference(lower: &str) -> bool {
    let number = |mark: &str| {
        lower.match_indices(mark).any(|(at, _)| {
            let (before, after) = (lower.get(..at), lower.get(at + mark.len()..));
            let ends = |before: &str| !before.ends_with(|c: char| c.is_ascii_alphanumeric());
            after.is_some_and(|after| after.starts_with(|c: char| c.is_ascii_digit()))
                && (mark == "#" || before.is_some_and(ends))
        })
    };
    number("#") || number("gh-")
}

fn escaped(c: char, out: &mut String) {
    match c {
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '&' => out.push_str("&amp;"),
        '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '$' => out.extend(['\\', c]),
        c => out.push(c),
    }
}

/// Makes a text [`visible`], and replaces marks, mentions and links of Slack, Mattermost, Rocket.Chat and Google Chat.
/// They share only the escapes of `&`, `<` and `>`: all other marks become similar characters.
pub(super) fn chat(text: &str) -> String {
    let text = visible(text);
    let mut out = String::with_capacity(text.len());
    let (mut before, mut rest) = (' ', text.chars());
    while let Some(c) = rest.next() {
        let after = rest.clone().next().unwrap_or(' ');
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '`' => out.push('\''),
            '*' => out.push('∗'),
            '~' => out.push('∼'),
            '@' => out.push('＠'),
            '#' => out.push('＃'),
            // Within a word it is not a mark.
            '_' if !(before.is_alphanumeric() && after.is_alphanumeric()) => out.push('＿'),
            ']' if after == '(' => out.push_str("] "),
            ':' if rest.as_str().starts_with("//") => out.push('：'),
            '.' if before.eq_ignore_ascii_case(&'w') && ends_with_www(&out) => out.push('．'),
            c => out.push(c),
        }
        before = c;
    }
    out
}

fn ends_with_www(text: &str) -> bool {
    text.len().checked_sub(3).and_then(|at| text.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case("www"))
}

/// Returns a command in backticks; `None` if it could end them, or mention a user.
pub(super) fn chat_command(command: &str) -> Option<String> {
    let mention = |(at, _): (usize, &str)| {
        let before = command.get(..at).and_then(|text| text.chars().next_back());
        !before.is_some_and(|c| c.is_ascii_alphanumeric())
    };
    if command.contains('`') || command.chars().any(is_hostile) || command.match_indices('@').any(mention) {
        return None;
    }
    Some(format!("`{}`", command.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_see_what_is_there_and_obey_nothing() {
        assert_eq!(visible("a\u{1b}[31mb\r\n\u{202e}c\u{7}"), "a^[[31mb\\r\\n\\u{202e}c\\u{7}");
        assert_eq!(visible("plain-name_1/映像檔 🔴 ⚠\u{fe0f}"), "plain-name_1/映像檔 🔴 ⚠\u{fe0f}");
        assert_eq!(visible("a\u{fe0f}b\u{e0041}\u{3164}"), "a\\u{fe0f}b\\u{e0041}\\u{3164}");
    }

    #[test]
    fn messages_are_cut_between_characters() {
        let long = "映".repeat(1000);
        assert_eq!(brief(&long).chars().count(), LONG);
        assert_eq!(message(&long).chars().count(), 1000);
    }

    #[test]
    fn chats_are_told_and_not_commanded() {
        for (text, told) in [
            ("<!channel> <@U1> @here @all", "&lt;!channel&gt; &lt;＠U1&gt; ＠here ＠all"),
            ("a & `rm` *b* _c_ ~d~ #e", "a &amp; 'rm' ∗b∗ ＿c＿ ∼d∼ ＃e"),
            ("[x](http://y) <https://z|x>", "[x] (http：//y) &lt;https：//z|x&gt;"),
            ("WWW.evil.example www.x", "WWW．evil.example www．x"),
            ("snake_case_name __init__", "snake_case_name ＿＿init＿＿"),
            ("one\ntwo\u{202e}", "one\\ntwo\\u{202e}"),
            ("映像檔 registry.example.com/app:1.2", "映像檔 registry.example.com/app:1.2"),
        ] {
            assert_eq!(chat(text), told);
        }
    }

    #[test]
    fn commands_for_a_chat_are_whole_or_not_there() {
        let kept = "kubectl --context kubernetes-admin@prod get pod -l 'tier in (a,b)'";
        assert_eq!(chat_command(kept), Some(format!("`{kept}`")));
        assert_eq!(
            chat_command("kubectl get pod 'a<b&c'").as_deref(),
            Some("`kubectl get pod 'a&lt;b&amp;c'`")
        );
        for command in ["kubectl get pod 'a`b'", "kubectl get pod '@here'", "kubectl get pod a\u{202e}b"] {
            assert_eq!(chat_command(command), None, "{command}");
        }
    }

    #[test]
    fn markdown_has_no_markup_of_the_clusters() {
        assert_eq!(markdown("a|b\n<img src=x>"), "a\\|b\\\\n&lt;img src=x&gt;");
        assert_eq!(markdown("[x](http://y) `rm` @all"), "\\[x\\](`http://y`) \\`rm\\` `@all`");
        assert_eq!(markdown("see #12, org/repo#12. (GH-12)"), "see `#12`, `org/repo#12`. (`GH-12`)");
        assert_eq!(markdown("C# high-12 #a"), "C\\# high-12 \\#a");
    }
}

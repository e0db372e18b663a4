//! Holds the pages of every check to their translations: the same code spans, commands, numbers and severities.

use super::CATALOG;
use std::collections::BTreeMap;

/// Words and how often they occur.
type Count = BTreeMap<String, usize>;

/// The parts of a page that must be the same in all languages.
#[derive(Debug, PartialEq)]
struct Parts {
    code: Count,
    commands: Count,
    numbers: Count,
    severities: Count,
}

fn count(words: impl IntoIterator<Item = String>) -> Count {
    let mut out = Count::new();
    words.into_iter().for_each(|word| *out.entry(word).or_default() += 1);
    out
}

/// Returns the parts of a page before its example; `severities` finds those of its language.
fn parts(page: &str, severities: fn(&str) -> Vec<String>) -> Parts {
    let page = page.split("\n## Example").next().unwrap();
    let is_command = |line: &&str| line.starts_with("    ") && !line.trim_start().starts_with(['-', '*']);
    let (commands, prose): (Vec<&str>, Vec<&str>) = page.lines().partition(is_command);
    let prose = prose.join("\n");
    let (mut code, mut plain) = (Vec::new(), String::new());
    for (index, part) in prose.split('`').enumerate() {
        if index % 2 == 0 {
            plain.push_str(part);
        } else {
            code.push(part.split_whitespace().collect::<Vec<_>>().join(" "));
            plain.push('`');
        }
    }
    Parts {
        code: count(code),
        commands: count(commands.iter().map(|line| line.trim().to_owned())),
        numbers: count(numbers(&plain)),
        severities: count(severities(&plain)),
    }
}

/// Returns the Arabic numbers that do not belong to a word.
fn numbers(text: &str) -> Vec<String> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "._".contains(c);
    let words = text.split(|c| !is_word(c)).map(|word| word.trim_matches('.'));
    let number = |word: &str| word.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    words.filter(|word| word.starts_with(|c: char| c.is_ascii_digit())).map(number).collect()
}

fn english(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    words.filter(|word| ["high", "medium", "low"].contains(&word.as_str())).collect()
}

/// Returns the severities of a Chinese page: 為高, 为中 and so on, and a table cell that begins with one. A compound such
/// as 高負載 or 其中 is none.
fn chinese(text: &str) -> Vec<String> {
    let joined: String = text.lines().map(str::trim_start).collect();
    let chars: Vec<char> = joined.chars().collect();
    let is_chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    let severity = |at: usize| match chars[at] {
        '高' => Some("high"),
        '中' => Some("medium"),
        '低' => Some("low"),
        _ => None,
    };
    let found = (1..chars.len()).filter_map(|at| {
        let word = severity(at)?;
        let follows =
            matches!(chars[at - 1], '為' | '为') && chars.get(at + 1).is_none_or(|c| !is_chinese(*c));
        let cell = at > 1 && chars[at - 2] == '|' && chars[at - 1] == ' ';
        let cell = cell && chars.get(at + 1).is_some_and(|c| "；，| ".contains(*c));
        (follows || cell).then(|| word.to_owned())
    });
    found.collect()
}

#[test]
fn the_pages_of_a_check_agree() {
    for check in CATALOG.iter() {
        let wanted = parts(check.page.en, english);
        for page in [check.page.zh_tw, check.page.zh_cn] {
            assert_eq!(parts(page, chinese), wanted, "{}", page.lines().next().unwrap());
        }
    }
}

#[test]
fn severities_are_found_and_compounds_are_not() {
    let text = "嚴重程度為高，其中 3 個為\n低。一段比一段高\n| x | 中；y |\n更新中為高負載";
    assert_eq!(chinese(text), ["high", "low", "medium"]);
    assert_eq!(english("The severity is high; Low, lower and higher."), ["high", "low"]);
    assert_eq!(numbers("5 of v1.2, 10.5%, 3."), ["5", "10.5", "3"]);
}

//! Holds every text of the source to its three languages: the same facts, code spans, flags and numbers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A token of Rust source, as far as texts need it.
#[derive(Clone, Debug, PartialEq)]
enum Token {
    Name(String),
    Text(String),
    Sign(char),
}

/// Splits source into tokens; comments and characters in single quotes are left out.
fn tokens(source: &str) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let (mut out, mut at) = (Vec::new(), 0);
    while at < chars.len() {
        let next = chars.get(at + 1).copied();
        match chars[at] {
            '/' if next == Some('/') => at += chars[at..].iter().take_while(|c| **c != '\n').count(),
            '"' => {
                let (text, end) = quoted(&chars, at + 1);
                out.push(Token::Text(text));
                at = end;
            }
            'r' if matches!(next, Some('"' | '#')) && chars[at..].iter().take(3).any(|c| *c == '"') => {
                let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
                let begin = at + 2 + hashes;
                let is_end = |end: &usize| {
                    chars[*end] == '"' && chars[*end + 1..].iter().take(hashes).all(|c| *c == '#')
                };
                let end = (begin..chars.len()).find(is_end).unwrap();
                out.push(Token::Text(chars[begin..end].iter().collect()));
                at = end + 1 + hashes;
            }
            '\'' if next == Some('\\') => {
                let end = (at + 3..chars.len()).find(|end| chars[*end] == '\'').unwrap();
                at = end + 1;
            }
            '\'' if chars.get(at + 2) == Some(&'\'') => at += 3,
            c if c.is_alphanumeric() || c == '_' => {
                let name = chars[at..].iter().take_while(|c| c.is_alphanumeric() || **c == '_');
                let name: String = name.collect();
                at += name.chars().count();
                out.push(Token::Name(name));
            }
            c => {
                if !c.is_whitespace() {
                    out.push(Token::Sign(c));
                }
                at += 1;
            }
        }
    }
    out
}

/// Reads a string literal to its end.
fn quoted(chars: &[char], mut at: usize) -> (String, usize) {
    let mut text = String::new();
    while chars[at] != '"' {
        if chars[at] != '\\' {
            text.push(chars[at]);
            at += 1;
            continue;
        }
        match chars[at + 1] {
            '\n' => {
                at += 2;
                at += chars[at..].iter().take_while(|c| c.is_whitespace()).count();
            }
            'u' => at += 1 + chars[at..].iter().take_while(|c| **c != '}').count(),
            other => {
                text.push(if other == 'n' { '\n' } else { other });
                at += 2;
            }
        }
    }
    (text, at + 1)
}

/// Returns the texts of a file in three languages: `Text { en, zh_tw, zh_cn }` and the rows of the macros.
fn texts(source: &str) -> Vec<[String; 3]> {
    let tokens = tokens(source);
    let shape = |token: &Token| match token {
        Token::Name(name) => name.clone(),
        Token::Text(_) => "\"".to_owned(),
        Token::Sign(sign) => sign.to_string(),
    };
    let fields = ["en", ":", "\"", ",", "zh_tw", ":", "\"", ",", "zh_cn", ":", "\""];
    let row = [":", "\"", ",", "\"", ",", "\"", ";"];
    let is = |window: &[Token], wanted: &[&str]| {
        window.len() >= wanted.len()
            && window.iter().zip(wanted).all(|(token, wanted)| shape(token) == *wanted)
    };
    let text = |token: &Token| match token {
        Token::Text(text) => text.clone(),
        other => panic!("{other:?}"),
    };
    let found = (0..tokens.len()).filter_map(|at| {
        let window = &tokens[at..];
        if is(window, &fields) {
            Some([2, 6, 10].map(|index| text(&window[index])))
        } else if is(window, &row) {
            Some([1, 3, 5].map(|index| text(&window[index])))
        } else {
            None
        }
    });
    found.collect()
}

/// The parts of a text that must be the same in all languages.
#[derive(Debug, Default, PartialEq)]
struct Parts {
    facts: BTreeMap<String, ()>,
    code: BTreeMap<String, usize>,
    flags: BTreeMap<String, usize>,
    numbers: BTreeMap<String, usize>,
}

fn parts(text: &str) -> Parts {
    let mut parts = Parts::default();
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('{') {
        let (place, after) = tail.split_once('}').unwrap_or((tail, ""));
        parts.facts.insert(place.split(':').next().unwrap().to_owned(), ());
        plain.extend([before, " "]);
        rest = after;
    }
    plain.push_str(rest);
    for (index, part) in plain.split('`').enumerate() {
        if index % 2 == 1 {
            *parts.code.entry(part.to_owned()).or_default() += 1;
            continue;
        }
        for word in part.split(|c: char| !(c.is_ascii_alphanumeric() || "-._".contains(c))) {
            let word = word.trim_end_matches(['.', '-']);
            if word.starts_with("--") && word.len() > 2 {
                *parts.flags.entry(word.to_owned()).or_default() += 1;
            } else if word.starts_with(|c: char| c.is_ascii_digit()) {
                let number: String = word.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
                *parts.numbers.entry(number).or_default() += 1;
            }
        }
    }
    parts
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files(&path, found),
            false if path.extension().is_some_and(|extension| extension == "rs") => found.push(path),
            false => {}
        }
    }
}

#[test]
fn every_text_is_the_same_in_three_languages() {
    let mut found = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    let mut count = 0;
    for file in found.iter().filter(|file| !file.ends_with("language_tests.rs")) {
        let source = std::fs::read_to_string(file).unwrap();
        for text in texts(source.split("#[cfg(test)]\nmod tests").next().unwrap()) {
            count += 1;
            let [en, tw, cn] = text.each_ref().map(|text| parts(text));
            assert!(en == tw && en == cn, "{}: {text:#?}\n{en:?}\n{tw:?}\n{cn:?}", file.display());
        }
    }
    assert!(count > 900, "only {count} texts were found");
}

#[test]
fn texts_are_found_in_every_form() {
    let source = r##"
        static A: Text = Text { en: "one {n:# node|# nodes}", // "no"
            zh_tw: "\
            二", zh_cn: r#"三"# };
        texts! { B: "b", "乙", "乙"; }
    "##;
    let found = texts(source);
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[0].each_ref().map(String::as_str), ["one {n:# node|# nodes}", "二", "三"]);
}

#[test]
fn a_difference_is_found() {
    let same = "{n} of `a b` with --flag, 1.5 and 3.";
    assert_eq!(parts(same), parts("`a b`：{n:# x|# y}，3、1.5，--flag"));
    for other in ["{m}", "`a`", "--flagg", "1.5 and 4"] {
        let changed = match other {
            "{m}" => same.replace("{n}", other),
            "`a`" => same.replace("`a b`", other),
            "--flagg" => same.replace("--flag", other),
            _ => same.replace("1.5 and 3", other),
        };
        assert_ne!(parts(same), parts(&changed), "{other}");
    }
}

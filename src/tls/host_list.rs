//! Reads lists of hosts: one name on each line, `/etc/hosts`, simple zone files, or YAML.

use serde::Deserialize;
use serde_json::Value;
use serde_saphyr::Spanned;
use std::collections::BTreeSet;
use std::path::Path;

/// The largest list in bytes.
const MOST_BYTES: u64 = 1 << 20;

/// The largest number of names.
const MOST_NAMES: usize = 10_000;

/// The record types that define hosts.
const TYPES: [&str; 3] = ["A", "AAAA", "CNAME"];

/// The words between a name and its type in a zone file.
const CLASSES: [&str; 3] = ["IN", "CH", "HS"];

/// Reads a list of hosts, sorted and without duplicates.
///
/// # Errors
///
/// When the file cannot be read, is too large, or a line is not a host name. The text names file and line.
pub(crate) fn read(path: &Path) -> Result<BTreeSet<String>, String> {
    let shown = path.display();
    let fail = |error: std::io::Error| format!("{shown}: {}", crate::text::io_words(&error));
    let bytes = crate::files::read(path, MOST_BYTES, "a list of hosts").map_err(fail)?;
    let text = String::from_utf8(bytes).map_err(|_| format!("{shown}: not UTF-8 text"))?;
    names(&text).map_err(|(line, why)| match line {
        0 => format!("{shown}: {why}"),
        line => format!("{shown}:{line}: {why}"),
    })
}

/// A line, from 1 (0 for the whole file), and its error.
type Wrong = (usize, String);

fn names(text: &str) -> Result<BTreeSet<String>, Wrong> {
    let first = text.lines().find(|line| !is_passed_over(line) && !line.trim_start().starts_with(';'));
    let yaml = first.map(str::trim_start).is_some_and(|line| {
        line.trim() == "-"
            || line.starts_with("- ")
            || line.starts_with(['[', '{'])
            || line.starts_with("records:")
    });
    let names = if yaml { from_yaml(text)? } else { from_lines(text)? };
    match names.len() {
        0 => Err((0, "it lists no hosts".to_owned())),
        many if many > MOST_NAMES => Err((0, format!("{many} hosts; at most {MOST_NAMES} can be looked up"))),
        _ => Ok(names),
    }
}

/// Recognizes comments, empty lines and document markers.
fn is_passed_over(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#') || line == "---"
}

fn from_lines(text: &str) -> Result<BTreeSet<String>, Wrong> {
    let mut names = BTreeSet::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.split(['#', ';']).next().unwrap_or_default();
        let words: Vec<&str> = line.split_whitespace().collect();
        let found = of_line(&words).ok_or_else(|| (index + 1, "expected one name per line".to_owned()))?;
        for word in found {
            names.insert(name(word).map_err(|why| (index + 1, why))?);
        }
    }
    Ok(names)
}

/// Returns the names of a line: all after an address, the first of a record, or the only word. `None` for several words that
/// are neither.
fn of_line<'w>(words: &'w [&'w str]) -> Option<&'w [&'w str]> {
    Some(match words {
        // Directives of zone files, and records of the zone itself.
        [first, ..] if first.starts_with(['$', '@']) => &[],
        [first, names @ ..] if first.parse::<std::net::IpAddr>().is_ok() && !names.is_empty() => names,
        [_, rest @ ..] if !rest.is_empty() => {
            let is_between = |word: &&&str| {
                CLASSES.contains(&&*word.to_uppercase()) || word.bytes().all(|byte| byte.is_ascii_digit())
            };
            let kind = rest.iter().find(|word| !is_between(word)).map(|word| word.to_uppercase());
            let known = kind.is_some_and(|kind| TYPES.contains(&&*kind));
            let is_record = rest.len() > 1 && (known || rest.iter().take(2).any(|word| is_between(&word)));
            match (is_record, known) {
                (true, true) => words.get(..1).unwrap_or_default(),
                // Records that define no host: MX, TXT, NS.
                (true, false) => &[],
                (false, _) => return None,
            }
        }
        words => words,
    })
}

/// A name or a record in YAML.
#[derive(Deserialize)]
#[serde(untagged)]
enum Entry {
    Name(String),
    Record(Record),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    name: String,
    #[serde(rename = "type", default)]
    kind: String,
    /// Ignored: the addresses come from DNS.
    #[serde(default, rename = "value")]
    _value: Value,
    #[serde(default, rename = "ttl")]
    _ttl: Value,
}

fn from_yaml(text: &str) -> Result<BTreeSet<String>, Wrong> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Records {
        records: Vec<Spanned<Value>>,
    }
    let options = || serde_saphyr::options! { with_snippet: false };
    let plain = text.lines().find(|line| !is_passed_over(line));
    let read = match plain {
        Some(line) if line.starts_with(['{', 'r']) => {
            serde_saphyr::from_str_with_options::<Records>(text, options()).map(|file| file.records)
        }
        _ => serde_saphyr::from_str_with_options::<Vec<Spanned<Value>>>(text, options()),
    };
    let entries = read.map_err(|error| {
        let line = error.location().map_or(0, |at| usize::try_from(at.line()).unwrap_or(0));
        (line, "expected a list of names, or of records {name, type, value}".to_owned())
    })?;
    let mut names = BTreeSet::new();
    for entry in entries {
        let line = usize::try_from(entry.referenced.line()).unwrap_or(0);
        let word = match serde_json::from_value::<Entry>(entry.value) {
            Ok(Entry::Name(word)) => word,
            Ok(Entry::Record(Record { name, kind, .. })) => {
                if !kind.is_empty() && !TYPES.contains(&&*kind.to_uppercase()) {
                    continue;
                }
                name
            }
            Err(_) => return Err((line, "neither a name nor {name: …, type: …, value: …}".to_owned())),
        };
        names.insert(name(&word).map_err(|why| (line, why))?);
    }
    Ok(names)
}

/// Normalizes a host name: lower case, without a final dot.
///
/// # Errors
///
/// When the text is not a host name.
pub(crate) fn name(text: &str) -> Result<String, String> {
    let plain = text.trim().trim_end_matches('.').to_ascii_lowercase();
    let is_address = plain.parse::<std::net::IpAddr>().is_ok();
    let wild = plain.strip_prefix("*.").unwrap_or(&plain);
    if is_name(wild) && !is_address {
        Ok(plain)
    } else if !plain.is_ascii() {
        Err(format!("\"{}\": names with other letters are written as xn--…", text.trim()))
    } else {
        Err(format!("\"{}\" is not a host name", text.trim()))
    }
}

/// Returns whether a text is a valid host name.
pub(crate) fn is_name(text: &str) -> bool {
    let is_label = |label: &str| {
        let inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        (1..=63).contains(&label.len())
            && label.bytes().all(inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(bytes: &[u8]) {
    if let Ok(names) = names(&String::from_utf8_lossy(bytes)) {
        assert!(
            names.iter().all(|known| name(known).as_ref() == Ok(known)),
            "only names of hosts are looked up"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        names(text).unwrap().into_iter().collect()
    }

    #[test]
    fn reads_names_in_each_format() {
        let wanted = ["forex-ui.example.com", "powercard.example.com"];
        for text in [
            "# of 2026\nforex-ui.example.com # old\n\nPowerCard.Example.com.\n",
            "192.0.2.1 forex-ui.example.com powercard.example.com\n",
            "$TTL 300\n@ IN SOA ns1 admin 1 2 3 4 5\nforex-ui.example.com. IN A 192.0.2.1\npowercard.example.com 300 IN CNAME lb.example.com. ; alias\n@ IN NS ns1\nmail.example.com. IN MX 10 mx.example.com.\n",
            "forex-ui.example.com CNAME lb.example.com\npowercard.example.com AAAA ::1\n",
            "- forex-ui.example.com\n- powercard.example.com\n",
            "[forex-ui.example.com, powercard.example.com]\n",
            "---\n- {name: forex-ui.example.com, type: A, value: 192.0.2.1}\n- name: powercard.example.com\n  type: CNAME\n  value: [lb.example.com]\n- {name: example.com, type: MX, value: mx}\n",
            "records:\n- {name: forex-ui.example.com}\n- powercard.example.com\n",
            r#"{"records": [{"name": "forex-ui.example.com", "ttl": 300}, "powercard.example.com"]}"#,
        ] {
            assert_eq!(read(text), wanted, "{text}");
        }
    }

    #[test]
    fn reports_the_line_of_an_invalid_name() {
        for (text, line, said) in [
            ("a.example.com\nb..example.com\n", 2, "\"b..example.com\" is not a host name"),
            ("10.0.0.1\n", 1, "\"10.0.0.1\" is not a host name"),
            ("http://a.example.com/\n", 1, "is not a host name"),
            ("bücher.example.com\n", 1, "xn--"),
            ("exa mple.com\n", 1, "expected one name per line"),
            ("a.example.com\nb.example.com c.example.com\n", 2, "expected one name per line"),
            ("- a.example.com\n- {host: b}\n", 2, "neither a name nor"),
            ("- a.example.com\n- -b\n", 2, "\"-b\" is not a host name"),
            ("- a: [\n", 0, ""),
            ("# nothing\n", 0, "it lists no hosts"),
        ] {
            let (at, why) = names(text).unwrap_err();
            assert!(line == 0 || at == line, "{text}: {at} {why}");
            assert!(why.contains(said), "{text}: {why}");
        }
        let many: Vec<String> = (0..=MOST_NAMES).map(|n| format!("h{n}.example.com")).collect();
        let many = many.join("\n");
        assert!(names(&many).unwrap_err().1.contains("at most 10000"));
    }
}

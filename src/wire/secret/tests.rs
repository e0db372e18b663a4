#[path = "../../../tests/support/credentials.rs"]
#[allow(unreachable_pub, reason = "it is shared with the tests of the binary")]
mod credentials;

use super::*;
use credentials::{Case, credentials, parts, table};
use proptest::prelude::*;
use std::fmt::Write;

#[test]
fn every_credential_of_the_table_is_hidden() {
    let cases = credentials();
    let mut wrong = String::new();
    for Case { text, secrets } in &cases {
        let shown = without_secrets(text);
        let seen: Vec<&str> =
            secrets.iter().flat_map(|secret| parts(secret)).filter(|part| shown.contains(part)).collect();
        if !seen.is_empty() {
            writeln!(wrong, "{text:?}\n  -> {shown:?}\n  shows {seen:?}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{} lines\n{wrong}", wrong.lines().count() / 3);
    assert!(cases.len() >= 250, "{} credentials", cases.len());
}

#[test]
fn every_cause_of_the_table_stays_readable() {
    let causes = table("causes.txt");
    let mut wrong = String::new();
    for cause in &causes {
        let shown = without_secrets(cause);
        if shown != *cause {
            writeln!(wrong, "{cause:?}\n  -> {shown:?}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{} lines\n{wrong}", wrong.lines().count() / 2);
    assert!(causes.len() >= 80, "{} causes", causes.len());
}

/// Openings without an end, and what is searched back and forth.
const OPENINGS: &[&str] = &[
    "password=\"",
    "token=\"***",
    "secret: \"a.",
    "password:[",
    "password={\"",
    "<password>",
    "<password><![CDATA[",
    "password: |\n ",
    "password:\n- ",
    "password=\\\"",
    "\\\\\\\\",
    "token=\"http://",
    "://a:",
    "a:b@",
    "@@@@",
    "Cookie: ",
    "Authorization: ",
    "Authorization: a ",
    "-----BEGIN PRIVATE KEY-----",
    "-----END PRIVATE KEY-----",
    "\u{1b}[",
    "\u{200b}",
    "key ",
    "a",
    "=",
    "\"",
    "[",
    "-u a:",
    "mysql -",
    " login ",
    "password for ",
    "password is ",
    "--password\n- ",
    "\n",
    "aaaaaa.",
    "password=\"\"\"",
    "password='''a",
    "password = <<EOT\n",
    "password=<<EOT\na\n",
    "s:8:\"password\";s:9:\"",
    "<entry key=\"password\">",
    "<name>password</name><value>",
    "pdo->__construct('a', 'b', ",
    "auth=('a', '",
    "\\u0022",
    "%22",
    "password: must ",
    "INFO password: a ",
    "user/password: a / ",
    "://a:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "MAAAAAAAAAAAAAAAAAAAAAAAAAAAa.",
];

/// Texts that make a search go back and forth: each trigger again and again, and what opens without an end.
fn hostile(length: usize) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    pieces.extend(key::PARTS.iter().chain(key::FOREIGN).map(|part| (*part).to_owned()));
    pieces.extend(shape::SHAPES.iter().map(|shape| shape.prefix.to_owned()));
    pieces.extend(form::FORMS.iter().map(|form| form.mark.to_owned()));
    pieces.extend(rule::RULES.iter().chain(&calls::CALLS).map(|rule| rule.trigger.to_owned()));
    pieces.extend(address::TRIGGERS.iter().chain(&block::TRIGGERS).map(|part| (*part).to_owned()));
    pieces.extend(OPENINGS.iter().map(|piece| (*piece).to_owned()));
    pieces.iter().map(|piece| piece.repeat(length / piece.len())).collect()
}

#[test]
fn the_work_grows_with_the_length_only() {
    for text in hostile(1 << 11) {
        let twice = without_secrets(&text);
        assert_eq!(without_secrets(&twice), twice, "{:?}", text.get(..60));
    }
    // A megabyte of all of them.
    let mixed = hostile(1 << 12).concat();
    assert!(mixed.len() > 1 << 20, "{}", mixed.len());
    assert!(without_secrets(&mixed).len() < mixed.len());
}

#[test]
fn a_text_without_a_credential_is_returned_as_it_is() {
    let text = "pods \"web-7d9f8c6b5-xkzqv\" is forbidden: exceeded quota ".repeat(1000);
    assert!(once(&text).is_none());
    assert_eq!(without_secrets(&text), text);
}

#[test]
fn few_passes_are_enough() {
    for Case { text, .. } in credentials() {
        let first = once(&text).unwrap();
        let second = once(&first).unwrap_or(first);
        assert_eq!(once(&second), None, "{text:?}");
    }
}

/// The pieces of hostile texts.
fn piece() -> impl Strategy<Value = String> {
    let case = any::<prop::sample::Index>().prop_map(|index| {
        let cases = table("credentials.tsv");
        index.get(&cases).split('\t').next_back().unwrap_or_default().replace("[[", "").replace("]]", "")
    });
    prop_oneof![
        case,
        "[a-z]{1,8}",
        "[ =:\"'\\\\\n,;&@/*{}<>\\[\\]()|.-]{1,4}",
        "\\PC{1,6}",
        Just("***".to_owned())
    ]
}

proptest! {
    #[test]
    fn masking_twice_is_masking_once(pieces in proptest::collection::vec(piece(), 1..12)) {
        let once = without_secrets(&pieces.concat());
        prop_assert_eq!(without_secrets(&once), once);
    }
}

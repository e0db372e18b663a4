//! The errors of the readers of JSON and YAML, as sentences about the file. They say what is expected and do not repeat the
//! value, which may be a secret.

use super::{Fact, Message, Text, io_words, reasons};
use serde_saphyr::Error as Yaml;

/// The types of numbers, as the readers name them.
const NUMBERS: [&str; 14] =
    ["i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize", "f32", "f64"];

/// Returns the sentence about an error of a reader, by its text.
pub(crate) fn parse_words(error: &str) -> Message {
    let first = error.lines().next().unwrap_or_default();
    let (text, place) = match first.rsplit_once(" at line ") {
        Some((text, place)) => (text, place.split_once(" column ")),
        None => (first, None),
    };
    let why = sentence(text.strip_prefix("error: ").unwrap_or(text));
    match place {
        Some((line, column)) if line != "0" => {
            let facts =
                vec![("why", Fact::Message(why)), ("line", Fact::text(line)), ("column", Fact::text(column))];
            Message::new(&reasons::AT_LINE, facts)
        }
        _ => why,
    }
}

fn sentence(text: &str) -> Message {
    let named = |text: &'static Text, rest: &str| {
        let name = rest.trim_start_matches('`').split('`').next().unwrap_or_default();
        Message::new(text, vec![("name", Fact::text(name))])
    };
    let kinds = ["invalid type: ", "invalid value: ", "invalid length "];
    if let Some(value) = kinds.iter().find_map(|kind| text.strip_prefix(kind)) {
        // The value may contain the same words.
        let wanted = value.rsplit_once(", expected ").map_or("", |(_, wanted)| wanted);
        let is_number = value.starts_with("integer") || value.starts_with("floating point");
        let in_range = !text.starts_with("invalid value: ") || !is_number || !is_of_numbers(wanted);
        return if in_range { expected(wanted) } else { Message::plain(&reasons::NUMBER_OUT_OF_RANGE) };
    }
    if let Some(rest) = text.strip_prefix("missing field ") {
        return named(&reasons::FIELD_MISSING, rest);
    }
    if let Some(rest) = text.strip_prefix("duplicate field ") {
        return named(&reasons::FIELD_TWICE, rest);
    }
    if let Some(rest) = text.strip_prefix("unknown field ") {
        return named(&reasons::FIELD_UNKNOWN, rest);
    }
    match text {
        _ if text.starts_with("unknown variant ") => Message::plain(&reasons::VALUE_UNKNOWN),
        "recursion limit exceeded" => Message::plain(&reasons::TOO_DEEP),
        _ if text.starts_with("EOF while parsing") => Message::plain(&reasons::ENDS_EARLY),
        _ => Message::quoted(text),
    }
}

fn is_of_numbers(wanted: &str) -> bool {
    NUMBERS.contains(&wanted) || wanted.contains("integer") || wanted.contains("nonzero")
}

/// Returns what is expected, by the name that a reader has for it.
fn expected(wanted: &str) -> Message {
    let is = |words: &[&str]| words.contains(&wanted);
    let text = match wanted {
        _ if is_of_numbers(wanted) || is(&["a number", "float", "floating point"]) => {
            &reasons::EXPECTED_NUMBER
        }
        _ if is(&["bool", "boolean", "a boolean"]) => &reasons::EXPECTED_SWITCH,
        _ if is(&[
            "a string",
            "string",
            "str",
            "scalar",
            "string scalar",
            "a borrowed string",
            "char",
            "a character",
        ]) =>
        {
            &reasons::EXPECTED_TEXT
        }
        _ if is(&["a sequence", "sequence", "seq", "sequence start"]) => &reasons::EXPECTED_LIST,
        _ if is(&["a map", "map", "mapping", "mapping start"]) || wanted.starts_with("struct ") => {
            &reasons::EXPECTED_OBJECT
        }
        "" => &reasons::VALUE_UNKNOWN,
        _ => return Message::new(&reasons::EXPECTED, vec![("what", Fact::text(wanted))]),
    };
    Message::plain(text)
}

/// Returns the sentence about an error in YAML, without its place.
pub(crate) fn yaml_words(error: &Yaml) -> Message {
    let named = |text: &'static Text, name: &str| Message::new(text, vec![("name", Fact::text(name))]);
    match error.without_snippet() {
        Yaml::Unexpected { expected: wanted, .. } => expected(wanted),
        Yaml::InvalidScalar { ty, .. } => expected(ty),
        Yaml::SerdeInvalidType { expected: wanted, .. }
        | Yaml::SerdeInvalidLength { expected: wanted, .. } => expected(wanted),
        Yaml::SerdeInvalidValue { unexpected, expected: wanted, .. } => {
            sentence(&format!("invalid value: {unexpected}, expected {wanted}"))
        }
        Yaml::NullIntoString { .. } | Yaml::TaggedScalarCannotDeserializeIntoString { .. } => {
            Message::plain(&reasons::EXPECTED_TEXT)
        }
        Yaml::InvalidBooleanStrict { .. } => Message::plain(&reasons::EXPECTED_SWITCH),
        Yaml::SerdeUnknownVariant { .. } => Message::plain(&reasons::VALUE_UNKNOWN),
        Yaml::SerdeUnknownField { field, .. } => named(&reasons::FIELD_UNKNOWN, field),
        Yaml::SerdeMissingField { field, .. } => named(&reasons::FIELD_MISSING, field),
        Yaml::DuplicateMappingKey { key: Some(key), .. } => named(&reasons::FIELD_TWICE, key),
        Yaml::DuplicateMappingKey { .. } => named(&reasons::FIELD_TWICE, "?"),
        Yaml::MultipleDocuments { .. } => Message::plain(&reasons::SEVERAL_DOCUMENTS),
        Yaml::RecursiveReferencesRequireWeakTypes { .. } => Message::plain(&reasons::ALIAS_LOOP),
        Yaml::UnknownAnchor { .. } => Message::plain(&reasons::ALIAS_UNKNOWN),
        Yaml::Eof { .. } => Message::plain(&reasons::ENDS_EARLY),
        Yaml::Budget { .. }
        | Yaml::AliasReplayLimitExceeded { .. }
        | Yaml::AliasExpansionLimitExceeded { .. }
        | Yaml::AliasReplayStackDepthExceeded { .. } => Message::plain(&reasons::TOO_DEEP),
        Yaml::IOError { cause } => Message::quoted(io_words(cause)),
        Yaml::AliasError { error, .. } => yaml_words(error),
        Yaml::Message { msg, .. } | Yaml::ExternalMessage { msg, .. } => sentence(first_line(msg)),
        other => sentence(first_line(&other.render())),
    }
}

/// Returns the first line of a text of the reader, without the place.
fn first_line(text: &str) -> &str {
    let first = text.lines().next().unwrap_or_default();
    let plain = first.strip_prefix("error: ").unwrap_or(first);
    plain.split(" at line ").next().unwrap_or(plain)
}

/// Returns line and column of an error in YAML, if it has a place.
pub(crate) fn yaml_place(error: &Yaml) -> Option<(u64, u64)> {
    error.location().map(|at| (at.line(), at.column())).filter(|(line, _)| *line > 0)
}

/// Returns the sentence about an error in YAML with its place, as for JSON.
pub(crate) fn yaml_words_with_place(error: &Yaml) -> Message {
    let why = yaml_words(error);
    let Some((line, column)) = yaml_place(error) else { return why };
    let at = |number: u64| Fact::text(number.to_string());
    Message::new(
        &reasons::AT_LINE,
        vec![("why", Fact::Message(why)), ("line", at(line)), ("column", at(column))],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Lang;
    use std::collections::BTreeMap;

    fn json<T: serde::de::DeserializeOwned + std::fmt::Debug>(text: &str) -> String {
        parse_words(&serde_json::from_str::<T>(text).unwrap_err().to_string()).to_string()
    }

    fn yaml<T: serde::de::DeserializeOwned + std::fmt::Debug>(text: &str) -> String {
        let options = serde_saphyr::options! { with_snippet: false };
        yaml_words(&serde_saphyr::from_str_with_options::<T>(text, options).unwrap_err()).to_string()
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only errors are read")]
    struct Named {
        name: String,
        severity: Option<crate::finding::Severity>,
    }

    #[test]
    fn errors_of_json_say_what_is_expected_and_where() {
        for (told, wanted) in [
            (json::<Named>("[\"hush\"]"), "expected text"),
            (json::<Named>("3"), "expected an object at line 1 column 1"),
            (json::<String>("3"), "expected text at line 1 column 1"),
            (json::<Vec<u8>>("\"hush\""), "expected a list at line 1 column 6"),
            (json::<u16>("\"hush, expected u8\""), "expected a number at line 1 column 19"),
            (json::<u8>("300"), "the number is out of range at line 1 column 3"),
            (json::<bool>("1"), "expected true or false at line 1 column 1"),
            (json::<Named>("{}"), "the field \"name\" is missing at line 1 column 2"),
            (json::<Named>("{\"nam\": 1}"), "unknown field \"nam\" at line 1 column 6"),
            (json::<Named>("{\"name\": \"a\", \"severity\": \"huge\"}"), "unknown value at line 1 column"),
            (json::<Named>("{\"name\": \"a\""), "the content ends early at line 1 column 12"),
        ] {
            assert!(told.starts_with(wanted) || wanted == "expected text", "{told}\n{wanted}");
            assert!(!told.contains("hush") && !told.contains("huge"), "{told}");
        }
    }

    #[test]
    fn errors_of_yaml_name_no_part_of_the_program() {
        for (told, wanted) in [
            (yaml::<Named>("name: [hush]\n"), "expected text"),
            (yaml::<u16>("hush\n"), "expected a number"),
            (yaml::<BTreeMap<String, bool>>("a: hush\n"), "expected true or false"),
            (yaml::<Vec<u8>>("hush\n"), "expected a list"),
            (yaml::<BTreeMap<String, u8>>("a: 1\na: 2\n"), "the field \"a\" occurs twice"),
            (yaml::<BTreeMap<String, u8>>("a: 1\n---\na: 2\n"), "more than one document; expected one"),
            (yaml::<BTreeMap<String, Vec<u8>>>("a: *b\n"), "an alias without an anchor"),
            (yaml::<Named>("{}\n"), "the field \"name\" is missing"),
            (yaml::<Named>("name: a\nseverity: huge\n"), "unknown value"),
        ] {
            assert_eq!(told, wanted);
        }
        let looped = yaml::<serde_json::Value>("a: &x [*x]\n");
        assert_eq!(looped, "an alias that contains itself");
    }

    #[test]
    fn the_words_are_in_all_languages() {
        let message = parse_words("invalid type: integer `3`, expected struct PodSpec at line 2 column 7");
        assert_eq!(message.in_lang(Lang::En), "expected an object at line 2 column 7");
        assert_eq!(message.in_lang(Lang::ZhTw), "應為物件（第 2 行第 7 欄）");
        assert_eq!(message.in_lang(Lang::ZhCn), "应为对象（第 2 行第 7 列）");
    }
}

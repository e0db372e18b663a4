//! Readers of the values of flags. Their errors say what is expected.

use crate::text::time_words;
use jiff::Timestamp;
use std::net::SocketAddr;

/// The words for on and off in the environment, as in a profile.
const SWITCH: [(&str, bool); 8] = [
    ("true", true),
    ("1", true),
    ("yes", true),
    ("on", true),
    ("false", false),
    ("0", false),
    ("no", false),
    ("off", false),
];

/// Returns a reader of whole numbers within a range.
pub(super) fn number<T: TryFrom<i64>>(
    least: i64,
    most: i64,
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.parse::<i64>().ok().filter(|number| (least..=most).contains(number));
        let number = number.and_then(|number| T::try_from(number).ok());
        number.ok_or_else(|| match most {
            // The largest number of the type has no meaning for the user.
            i64::MAX | 0xffff_ffff => format!("expected a number of {least} or more"),
            _ => format!("expected a number from {least} to {most}"),
        })
    }
}

/// Reads a word for on or off.
pub(super) fn switch(text: &str) -> Result<bool, String> {
    let found = SWITCH.iter().find(|(word, _)| text.eq_ignore_ascii_case(word));
    found.map(|(_, on)| *on).ok_or_else(|| "expected true or false".to_owned())
}

/// Reads a time with its offset from UTC.
pub(super) fn time(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| time_words(text))
}

/// Reads an address with a port.
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "expected ADDRESS:PORT, such as 10.0.0.1:443 or [fd00::1]:443".to_owned())
}

/// Reads the name of a context, a list of them or a pattern.
pub(super) fn context(text: &str) -> Result<String, String> {
    let is_empty = text.split(',').all(|name| name.trim().is_empty());
    if is_empty { Err(format!("\"{text}\" is not a context name")) } else { Ok(text.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_out_of_range_is_told_with_the_range() {
        let width = number::<u16>(20, 65535);
        assert_eq!(width("20"), Ok(20));
        for text in ["19", "65536", "99999999999999999999", "-1", "1.5", "many", ""] {
            assert_eq!(width(text), Err("expected a number from 20 to 65535".to_owned()), "{text}");
        }
        assert_eq!(number::<i64>(1, i64::MAX)("0"), Err("expected a number of 1 or more".to_owned()));
        assert_eq!(number::<u32>(1, u32::MAX.into())("0"), Err("expected a number of 1 or more".to_owned()));
    }

    #[test]
    fn other_values_are_told_with_what_is_expected() {
        assert_eq!(["1", "YES", "on", "True", "0", "no", "Off"].map(|word| switch(word).unwrap()).len(), 7);
        assert!(switch("on").unwrap() && !switch("off").unwrap() && switch("2").is_err());
        assert!(address("10.0.0.1").unwrap_err().starts_with("expected ADDRESS:PORT"));
        assert_eq!(context("a,b"), Ok("a,b".to_owned()));
        for text in ["", ",", " "] {
            assert_eq!(context(text), Err(format!("\"{text}\" is not a context name")));
        }
        assert!(time("9999-12-31T23:59:59Z").unwrap_err().contains("out of range"));
    }
}

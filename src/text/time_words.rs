//! Why a text is not a time.

use jiff::Timestamp;
use jiff::fmt::temporal::Pieces;

/// Returns why a text cannot be read as a time.
pub(crate) fn time_words(text: &str) -> String {
    // A whole date with a time and an offset.
    let is_whole = |pieces: Pieces| pieces.time().is_some() && pieces.offset().is_some();
    if Pieces::parse(text).is_ok_and(is_whole) {
        return format!("\"{text}\" is out of range: the last time is {:.0}", Timestamp::MAX);
    }
    format!("\"{text}\" is not a time such as 2025-12-26T10:00:00+08:00")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_out_of_range_is_told_from_other_texts() {
        let late = "9999-12-31T23:59:59Z";
        assert!(late.parse::<Timestamp>().is_err());
        assert_eq!(
            time_words(late),
            format!("\"{late}\" is out of range: the last time is 9999-12-30T22:00:00Z")
        );
        for text in ["", "now", "2025-12-26", "2025-12-26T10:00:00", "2025-13-26T10:00:00Z"] {
            assert_eq!(
                time_words(text),
                format!("\"{text}\" is not a time such as 2025-12-26T10:00:00+08:00")
            );
        }
    }
}

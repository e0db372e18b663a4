//! Durations as kubectl prints and reads them.

/// Formats an age in seconds as kubectl does: `2d14h`, `92d`, or `<invalid>` for a time in the future. The rules are those of `duration.HumanDuration` in apimachinery 0.36.
pub fn human(seconds: i64) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    const YEAR: i64 = 365 * DAY;
    let two = |large: i64, large_unit: &str, small: i64, small_unit: &str| match small {
        0 => format!("{large}{large_unit}"),
        _ => format!("{large}{large_unit}{small}{small_unit}"),
    };
    match seconds {
        ..-1 => "<invalid>".to_owned(),
        -1 => "0s".to_owned(),
        s if s < 2 * MINUTE => format!("{s}s"),
        s if s < 10 * MINUTE => two(s / MINUTE, "m", s % MINUTE, "s"),
        s if s < 3 * HOUR => format!("{}m", s / MINUTE),
        s if s < 8 * HOUR => two(s / HOUR, "h", s / MINUTE % 60, "m"),
        s if s < 2 * DAY => format!("{}h", s / HOUR),
        s if s < 8 * DAY => two(s / DAY, "d", s / HOUR % 24, "h"),
        s if s < 2 * YEAR => format!("{}d", s / DAY),
        s if s < 8 * YEAR => two(s / YEAR, "y", s / DAY % 365, "d"),
        s => format!("{}y", s / YEAR),
    }
}

/// The longest duration in milliseconds: more than a thousand years is a mistake.
const LONGEST: u64 = 32_000_000_000_000;

/// Why a text is not a duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoDuration {
    /// It has another form.
    #[error("\"{0}\" is not a duration such as 90s, 2m or 7d")]
    Malformed(String),
    /// It is too long.
    #[error("\"{0}\" is too long; the longest duration is 370000d")]
    TooLong(String),
}

/// Reads a duration into milliseconds. As in kubectl's flags it is a number of seconds (`30`) or Go's form (`1m30s`,
/// `500ms`); days (`7d`) are read as well.
///
/// # Errors
/// If the text is neither, or the duration is longer than a thousand years.
pub fn parse_duration(text: &str) -> Result<u64, NoDuration> {
    let refuse = || NoDuration::Malformed(text.to_owned());
    let too_long = || NoDuration::TooLong(text.to_owned());
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        let millis = text.parse::<u64>().ok().and_then(|seconds| seconds.checked_mul(1000));
        return millis.filter(|millis| *millis <= LONGEST).ok_or_else(too_long);
    }
    let mut total: f64 = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(refuse)?;
        let (number, tail) = rest.split_at(digits);
        let number: f64 = number.parse().map_err(|_| refuse())?;
        let letters = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        total += number
            * match unit {
                "ns" => 1e-6,
                "us" | "µs" => 1e-3,
                "ms" => 1.0,
                "s" => 1e3,
                "m" => 60e3,
                "h" => 3600e3,
                "d" => 86_400e3,
                _ => return Err(refuse()),
            };
        rest = tail;
    }
    if text.is_empty() {
        return Err(refuse());
    }
    #[allow(clippy::cast_precision_loss, reason = "it has 45 bits")]
    if total > LONGEST as f64 {
        return Err(too_long());
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to LONGEST, checked above")]
    Ok(total.round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_formatted_as_kubectl_formats_them() {
        let day = 86_400;
        for (seconds, text) in [
            (-2, "<invalid>"),
            (-1, "0s"),
            (0, "0s"),
            (119, "119s"),
            (120, "2m"),
            (121, "2m1s"),
            (599, "9m59s"),
            (600, "10m"),
            (10_799, "179m"),
            (10_800, "3h"),
            (10_860, "3h1m"),
            (28_799, "7h59m"),
            (28_800, "8h"),
            (2 * day - 1, "47h"),
            (2 * day, "2d"),
            (2 * day + 14 * 3600, "2d14h"),
            (8 * day - 1, "7d23h"),
            (8 * day, "8d"),
            (730 * day - 1, "729d"),
            (730 * day, "2y"),
            (731 * day, "2y1d"),
            (8 * 365 * day - 1, "7y364d"),
            (8 * 365 * day, "8y"),
            (i64::MAX, "292471208677y"),
        ] {
            assert_eq!(human(seconds), text, "{seconds}");
        }
    }

    #[test]
    fn durations_are_read_as_kubectl_reads_them() {
        for (text, milliseconds) in [
            ("0", 0),
            ("30", 30_000),
            ("30s", 30_000),
            ("1m30s", 90_000),
            ("1.5h", 5_400_000),
            ("250ms", 250),
            ("7d", 604_800_000),
        ] {
            assert_eq!(parse_duration(text), Ok(milliseconds), "{text}");
        }
        for text in ["", "s", "-1s", "1x", "1 s", "5s3", "1e9h"] {
            assert_eq!(parse_duration(text), Err(NoDuration::Malformed(text.to_owned())));
        }
        for text in ["99999999999999999999", "9999999999999", "9999999d"] {
            assert_eq!(parse_duration(text), Err(NoDuration::TooLong(text.to_owned())));
        }
        assert!(parse_duration("370000d").is_ok() && parse_duration("371000d").is_err());
    }
}

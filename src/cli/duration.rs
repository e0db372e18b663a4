//! Durations and percentages as the values of flags.

use crate::text::parse_duration;
use std::time::Duration;

/// Reads a duration, such as 90s, 2m or 7d.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    parse_duration(text).map(Duration::from_millis).map_err(|why| why.to_string())
}

/// Reads a duration within a range.
pub(super) fn between(text: &str, least: Duration, most: Duration) -> Result<Duration, String> {
    let time = duration(text)?;
    if (least..=most).contains(&time) {
        return Ok(time);
    }
    Err(format!("must be between {} and {}", written(least), written(most)))
}

/// Returns a duration in the largest unit of which it is a multiple.
pub(super) fn written(time: Duration) -> String {
    let millis = time.as_millis();
    let units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)];
    let fitting = units.into_iter().find(|(_, unit)| millis > 0 && millis.is_multiple_of(*unit));
    match fitting {
        Some((name, unit)) => format!("{}{name}", millis / unit),
        None if millis == 0 => "0".to_owned(),
        None => format!("{millis}ms"),
    }
}

/// Returns seconds as a duration.
pub(super) fn seconds(seconds: i64) -> String {
    written(Duration::from_secs(seconds.unsigned_abs()))
}

/// Returns thousandths as a percentage: `10`, `12.5`.
pub(super) fn percentage(thousandths: i64) -> String {
    let (whole, tenth) = (thousandths / 10, thousandths % 10);
    if tenth == 0 { whole.to_string() } else { format!("{whole}.{tenth}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::percent;

    #[test]
    fn what_is_written_is_read_again() {
        for text in ["0", "100ms", "90s", "2m", "36h", "7d"] {
            assert_eq!(written(duration(text).unwrap()), text);
        }
        for text in ["10", "12.5", "100"] {
            assert_eq!(percentage(percent(text).unwrap()), text);
        }
    }

    #[test]
    fn a_range_names_its_ends() {
        let of = |text: &str| between(text, Duration::from_millis(100), Duration::from_secs(3600));
        assert_eq!(of("1h"), Ok(Duration::from_secs(3600)));
        assert_eq!(of("99ms"), Err("must be between 100ms and 1h".to_owned()));
    }
}

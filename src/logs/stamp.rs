//! The timestamps that kubelets write before each line on request.

use jiff::fmt::temporal::DateTimeParser;

/// The longest timestamp: nanoseconds and an offset.
const LONGEST: usize = 35;

/// Reads timestamps. Consecutive lines often have the same second, so the last one is cached.
#[derive(Debug, Default)]
pub(super) struct Stamps {
    known: Vec<u8>,
    seconds: i64,
}

impl Stamps {
    /// Splits a line into its time, in seconds since 1970, and the rest. A line without a timestamp stays as it is.
    pub(super) fn take<'l>(&mut self, line: &'l [u8]) -> (Option<i64>, &'l [u8]) {
        let is_date =
            line.get(4) == Some(&b'-') && line.get(10) == Some(&b'T') && line.get(13) == Some(&b':');
        let head = line.get(..LONGEST + 1).unwrap_or(line);
        let end = memchr::memchr(b' ', head).or_else(|| (head.len() == line.len()).then_some(line.len()));
        let Some((stamp, rest)) = end.filter(|_| is_date).map(|end| line.split_at(end)) else {
            return (None, line);
        };
        match self.seconds(stamp) {
            Some(seconds) => (Some(seconds), rest.get(1..).unwrap_or_default()),
            None => (None, line),
        }
    }

    fn seconds(&mut self, stamp: &[u8]) -> Option<i64> {
        let (second, rest) = stamp.split_at_checked(19)?;
        let digits = rest.iter().skip_while(|byte| **byte == b'.' || byte.is_ascii_digit()).count();
        let zone = rest.get(rest.len() - digits..)?;
        let is_known = self.known.get(..19) == Some(second) && self.known.get(19..) == Some(zone);
        if !is_known {
            let at = DateTimeParser::new().parse_timestamp(stamp).ok()?;
            // Rounding is wrong only before 1970.
            self.seconds = at.as_second();
            self.known.clear();
            self.known.extend_from_slice(second);
            self.known.extend_from_slice(zone);
        }
        Some(self.seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removes_timestamps_only() {
        let mut stamps = Stamps::default();
        for (line, at, rest) in [
            ("2025-12-26T02:00:00.123456789Z hello", Some(1_766_714_400), "hello"),
            ("2025-12-26T02:00:00.9Z   at x", Some(1_766_714_400), "  at x"),
            ("2025-12-26T10:00:01.5+08:00 hello", Some(1_766_714_401), "hello"),
            ("2025-12-26T02:00:02Z ", Some(1_766_714_402), ""),
            ("2025-12-26T02:00:02Z", Some(1_766_714_402), ""),
            ("2025-12-26T02:61:02Z x", None, "2025-12-26T02:61:02Z x"),
            ("2025-12-26 02:00:02 x", None, "2025-12-26 02:00:02 x"),
            ("xxxx-xxxxxTxx:", None, "xxxx-xxxxxTxx:"),
            ("", None, ""),
        ] {
            let (time, left) = stamps.take(line.as_bytes());
            assert_eq!((time, left), (at, rest.as_bytes()), "{line}");
        }
    }
}

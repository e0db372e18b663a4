//! The time that a kubelet writes before each line, where it is asked to.

use jiff::fmt::temporal::DateTimeParser;

/// The longest there is: nanoseconds and an offset.
const LONGEST: usize = 35;

/// Reads times; many lines have the second of the line before.
#[derive(Debug, Default)]
pub(super) struct Stamps {
    known: Vec<u8>,
    seconds: i64,
}

impl Stamps {
    /// The second since 1970 at which a line was written, and the line without it. A line without one is whole.
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
            // Fractions of a second before 1970 are nobody's.
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
    fn a_time_is_taken_off_and_what_is_none_stays() {
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
            let (told, left) = stamps.take(line.as_bytes());
            assert_eq!((told, left), (at, rest.as_bytes()), "{line}");
        }
    }
}

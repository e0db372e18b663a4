//! `metav1.Time` and `metav1.MicroTime`: seconds and nanoseconds in protobuf, RFC 3339 text in JSON.

use crate::text::time_words;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A time. Both encodings of Go's zero time (the year 1, an empty message) are the zero of this type.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, prost::Message)]
pub struct Time {
    /// Seconds since 1970-01-01T00:00:00Z; negative before it.
    #[prost(int64, tag = "1")]
    pub seconds: i64,
    /// Nanoseconds within the second, 0 to 999,999,999.
    #[prost(int32, tag = "2")]
    pub nanos: i32,
}

/// 0001-01-01T00:00:00Z, which is "no time" in Go.
const GO_ZERO: i64 = -62_135_596_800;

impl Time {
    /// The time this many seconds after 1970-01-01T00:00:00Z.
    pub fn at(seconds: i64) -> Self {
        Self { seconds, nanos: 0 }
    }

    /// Whether it is unset, as Go's `IsZero`.
    pub fn is_zero(self) -> bool {
        self.seconds == GO_ZERO || (self.seconds == 0 && self.nanos == 0)
    }

    /// The time, if it is set.
    pub fn known(self) -> Option<Self> {
        (!self.is_zero()).then_some(self)
    }

    /// The whole seconds from `earlier` to this time, truncated towards zero as in Go's `int(d.Seconds())`.
    pub fn seconds_since(self, earlier: Time) -> i64 {
        let nanos = |t: Time| i128::from(t.seconds) * 1_000_000_000 + i128::from(t.nanos);
        let seconds = (nanos(self) - nanos(earlier)) / 1_000_000_000;
        i64::try_from(seconds).unwrap_or(if seconds < 0 { i64::MIN } else { i64::MAX })
    }

    /// The time this many seconds before.
    #[must_use]
    pub fn minus(self, seconds: i64) -> Self {
        Self { seconds: self.seconds.saturating_sub(seconds), nanos: self.nanos }
    }

    /// Its day in UTC, such as `2026-11-22`; `?` outside of the calendar.
    pub fn day(self) -> String {
        self.to_timestamp().map_or_else(|| "?".to_owned(), |at| at.strftime("%F").to_string())
    }

    /// The calendar time; `None` outside of the years -9999 to 9999, which only a broken object has.
    pub fn to_timestamp(self) -> Option<Timestamp> {
        Timestamp::new(self.seconds, self.nanos.clamp(0, 999_999_999)).ok()
    }
}

impl From<Timestamp> for Time {
    fn from(timestamp: Timestamp) -> Self {
        // Before 1970, the fraction is negative.
        let (seconds, nanos) = (timestamp.as_second(), timestamp.subsec_nanosecond());
        if nanos < 0 {
            Self { seconds: seconds - 1, nanos: nanos + 1_000_000_000 }
        } else {
            Self { seconds, nanos }
        }
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.known().and_then(Time::to_timestamp) {
            Some(timestamp) => serializer.collect_str(&timestamp),
            None => serializer.serialize_none(),
        }
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let timestamp: Timestamp = text.parse().map_err(|_| D::Error::custom(time_words(&text)))?;
        Ok(Self::from(timestamp))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_zero_is_zero_in_both_encodings() {
        let json: Time = serde_json::from_str(r#""0001-01-01T00:00:00Z""#).unwrap();
        assert!(json.is_zero());
        assert!(Time::default().is_zero());
        assert_eq!(Time::at(1).known(), Some(Time::at(1)));
    }

    #[test]
    fn seconds_between_are_truncated_towards_zero() {
        let t = |seconds, nanos| Time { seconds, nanos };
        assert_eq!(t(10, 0).seconds_since(t(8, 500_000_000)), 1);
        assert_eq!(t(8, 500_000_000).seconds_since(t(10, 0)), -1);
        assert_eq!(t(i64::MAX, 0).seconds_since(t(i64::MIN, 0)), i64::MAX);
    }

    #[test]
    fn text_survives_a_round_trip() {
        let time: Time = serde_json::from_str(r#""2025-12-26T10:00:00.25+08:00""#).unwrap();
        assert_eq!(serde_json::to_string(&time).unwrap(), r#""2025-12-26T02:00:00.25Z""#);
    }
}

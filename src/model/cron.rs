//! The schedules of CronJobs. The grammar is that of `ParseStandard` in robfig/cron v3, by which the API server validates
//! schedules.

use crate::text::parse_duration;
use crate::wire::Time;
use cronexpr::{Crontab, FallbackTimezoneOption, MakeTimestamp, ParseOptions};
use jiff::tz::TimeZone;

/// The times of the runs of a CronJob.
#[derive(Debug)]
pub struct Schedule {
    line: Line,
    zone: TimeZone,
    /// Whether it has the same minutes in every hour.
    hourly: bool,
}

#[derive(Debug)]
enum Line {
    Cron(Box<Crontab>),
    /// `@every`: this many seconds after the last run.
    Every(i64),
}

/// Why a schedule cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// The cron line.
    Line,
    /// The time zone, by its name.
    Zone(String),
}

/// The meaning of the words.
const WORDS: [(&str, &str); 7] = [
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];

/// The first and last value of each field.
const RANGES: [(&str, u32); 5] = [("0", 59), ("0", 23), ("1", 31), ("1", 12), ("0", 6)];

/// The seconds before and after a change of the clock in which it is unclear whether a run is due.
const CLOCK_CHANGE: i64 = 3 * 3600;

impl Schedule {
    /// Reads a schedule, in UTC without a time zone.
    ///
    /// # Errors
    /// When the line or the time zone cannot be read.
    pub(crate) fn read(line: &str, zone: Option<&str>) -> Result<Self, Unreadable> {
        let mut line = line.trim();
        let mut zone = zone;
        // The zone in the line is older than the field.
        if let Some((named, rest)) =
            line.strip_prefix("CRON_TZ=").or_else(|| line.strip_prefix("TZ=")).and_then(|l| l.split_once(' '))
        {
            (zone, line) = (Some(named), rest.trim());
        }
        let zone = match zone {
            None => TimeZone::UTC,
            Some(name) => TimeZone::get(name).map_err(|_| Unreadable::Zone(name.to_owned()))?,
        };
        if let Some(pause) = line.strip_prefix("@every ") {
            let seconds = parse_duration(pause.trim()).map_err(|_| Unreadable::Line)? / 1000;
            let seconds = i64::try_from(seconds.max(1)).map_err(|_| Unreadable::Line)?;
            return Ok(Self { line: Line::Every(seconds), zone, hourly: true });
        }
        let line = WORDS.iter().find(|(word, _)| *word == line).map_or(line, |(_, line)| line);
        let fields: Vec<&str> = line.split_whitespace().collect();
        if fields.len() != RANGES.len() {
            return Err(Unreadable::Line);
        }
        let plain: Vec<String> =
            fields.iter().zip(RANGES).map(|(f, (min, max))| plain(f, min, max)).collect();
        let mut text = plain.join(" ");
        text.extend([" ", zone.iana_name().unwrap_or("UTC")]);
        let mut options = ParseOptions::default();
        options.fallback_timezone_option = FallbackTimezoneOption::UTC;
        let crontab = cronexpr::parse_crontab_with(&text, options).map_err(|_| Unreadable::Line)?;
        let hourly = plain.iter().skip(1).all(|field| field == "*");
        Ok(Self { line: Line::Cron(Box::new(crontab)), zone, hourly })
    }

    /// Whether it is the same in every time zone, except those that are not whole hours apart.
    pub(crate) fn is_hourly(&self) -> bool {
        self.hourly
    }

    /// The runs that are due after one time and not after another, up to a number. Those around a change of the clock
    /// are left out.
    pub(crate) fn between(&self, after: Time, until: Time, most: usize) -> Vec<Time> {
        let mut found = Vec::new();
        let mut at = after;
        // Only a few nights of a year are left out.
        for _ in 0..most.saturating_mul(2) {
            let Some(next) = self.next(at).filter(|next| *next <= until && found.len() < most) else { break };
            if self.is_plain(next) {
                found.push(next);
            }
            at = next;
        }
        found
    }

    fn next(&self, after: Time) -> Option<Time> {
        // After the end of the calendar, the parser of cron lines panics.
        if after.seconds > LATEST {
            return None;
        }
        match &self.line {
            Line::Every(seconds) => Some(Time::at(after.seconds.checked_add(*seconds)?)),
            Line::Cron(crontab) => {
                let next = crontab.find_next(MakeTimestamp(after.to_timestamp()?)).ok()?;
                Some(next.timestamp().into())
            }
        }
    }

    fn is_plain(&self, at: Time) -> bool {
        let offset = |seconds| {
            let time = Time::at(at.seconds.saturating_add(seconds)).to_timestamp()?;
            Some(self.zone.to_offset(time))
        };
        offset(-CLOCK_CHANGE) == offset(CLOCK_CHANGE)
    }
}

/// In the year 9987, after every plausible time.
const LATEST: i64 = 253_000_000_000;

/// Rewrites the parts of a field that Kubernetes accepts and the parser does not: `?`, and steps that leave only the first value.
fn plain(field: &str, min: &str, max: u32) -> String {
    let item = |item: &str| {
        let item = item.replace('?', "*");
        let Some((range, step)) = item.split_once('/') else { return item };
        match step.parse::<u32>() {
            Ok(1) if range == "*" => range.to_owned(),
            Ok(step) if step > max => match range {
                "*" => min.to_owned(),
                range => range.split('-').next().unwrap_or_default().to_owned(),
            },
            _ => item.clone(),
        }
    };
    field.split(',').map(item).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn time(text: &str) -> Time {
        text.parse::<jiff::Timestamp>().unwrap().into()
    }

    /// The first runs after a time.
    fn runs(line: &str, zone: Option<&str>, after: &str) -> Vec<String> {
        let schedule = Schedule::read(line, zone).unwrap();
        let found = schedule.between(time(after), Time::at(i64::MAX / 2), 2);
        found.iter().map(|at| at.to_timestamp().unwrap().to_string()).collect()
    }

    #[test]
    fn the_calendar_has_an_end() {
        assert_eq!(runs("0 0 29 2 *", None, "9998-12-30T23:00:00Z"), Vec::<String>::new());
        assert_eq!(runs("@every 1h", None, "9998-12-30T23:00:00Z"), Vec::<String>::new());
        assert_eq!(runs("0 0 30 2 *", None, "2025-12-26T02:00:00Z"), Vec::<String>::new());
    }

    #[test]
    fn lines_are_read_as_kubernetes_reads_them() {
        let after = "2025-12-26T02:00:00Z"; // A Friday.
        for (line, zone, first, second) in [
            ("0 * * * *", None, "2025-12-26T03:00:00Z", "2025-12-26T04:00:00Z"),
            ("@hourly", None, "2025-12-26T03:00:00Z", "2025-12-26T04:00:00Z"),
            ("  */15  *  *  *  * ", None, "2025-12-26T02:15:00Z", "2025-12-26T02:30:00Z"),
            ("*/60 * * * *", None, "2025-12-26T03:00:00Z", "2025-12-26T04:00:00Z"),
            ("5-30/90 * * * *", None, "2025-12-26T02:05:00Z", "2025-12-26T03:05:00Z"),
            ("*/1 */12 * * *", None, "2025-12-26T12:00:00Z", "2025-12-26T12:01:00Z"),
            ("0 9 ? * MON-WED", None, "2025-12-29T09:00:00Z", "2025-12-30T09:00:00Z"),
            ("30 4 1,15 jan *", None, "2026-01-01T04:30:00Z", "2026-01-15T04:30:00Z"),
            ("0 12 13 * 5", None, "2025-12-26T12:00:00Z", "2026-01-02T12:00:00Z"),
            ("0 3 * * *", Some("Asia/Taipei"), "2025-12-26T19:00:00Z", "2025-12-27T19:00:00Z"),
            ("TZ=Asia/Taipei 0 3 * * *", None, "2025-12-26T19:00:00Z", "2025-12-27T19:00:00Z"),
            ("CRON_TZ=Asia/Taipei @daily", None, "2025-12-26T16:00:00Z", "2025-12-27T16:00:00Z"),
            ("@every 1h30m", None, "2025-12-26T03:30:00Z", "2025-12-26T05:00:00Z"),
        ] {
            assert_eq!(runs(line, zone, after), [first, second], "{line}");
        }
    }

    #[test]
    fn an_invalid_schedule_is_an_error() {
        for line in
            ["", "* * * *", "* * * * * *", "60 * * * *", "@often", "@every", "@every never", "5/0 * * * *"]
        {
            assert_eq!(Schedule::read(line, None).err(), Some(Unreadable::Line), "{line}");
        }
        let zone = Schedule::read("@daily", Some("Mars/Olympus")).err();
        assert_eq!(zone, Some(Unreadable::Zone("Mars/Olympus".to_owned())));
    }

    #[test]
    fn a_change_of_the_clock_makes_no_run_due() {
        // At two o'clock the clock goes to three; a run at half past two is not due on that day.
        let first = runs("30 2 * * *", Some("Europe/Berlin"), "2026-03-28T12:00:00Z");
        assert_eq!(first, ["2026-03-30T00:30:00Z", "2026-03-31T00:30:00Z"]);
        // At three it goes back to two.
        let first = runs("30 2 * * *", Some("Europe/Berlin"), "2025-10-25T12:00:00Z");
        assert_eq!(first, ["2025-10-27T01:30:00Z", "2025-10-28T01:30:00Z"]);
    }

    #[test]
    fn only_hours_that_do_not_matter_are_the_same_everywhere() {
        let hourly = |line| Schedule::read(line, None).unwrap().is_hourly();
        assert!(hourly("*/5 * * * *") && hourly("@hourly") && hourly("7 */1 ? * *") && hourly("@every 5h"));
        assert!(!hourly("0 */2 * * *") && !hourly("0 * * * 1") && !hourly("@daily"));
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(line in "[-*/,?@0-9a-zLWH# ]{0,24}|\\PC{0,12}", zone in "\\PC{0,12}") {
            let _ = Schedule::read(&line, Some(&zone));
            if let Ok(schedule) = Schedule::read(&line, None) {
                let found = schedule.between(Time::at(1_766_714_400), Time::at(i64::MAX), 5);
                prop_assert!(found.len() <= 5 && found.is_sorted());
            }
        }
    }
}

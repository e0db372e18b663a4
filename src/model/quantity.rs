//! Quantities of the API, such as `500m`, `1Gi`, `2e3`.

/// An amount of CPU and memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Amount {
    /// Thousandths of a CPU.
    pub cpu: i64,
    /// Bytes.
    pub memory: i64,
}

impl Amount {
    /// The `cpu` and `memory` of a resource list; 0 for invalid quantities.
    pub(crate) fn of<'a>(list: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut amount = Self::default();
        for (name, text) in list {
            match name {
                "cpu" => amount.cpu = thousandths(text).unwrap_or(0),
                "memory" => amount.memory = whole(text).unwrap_or(0),
                _ => {}
            }
        }
        amount
    }

    /// The sum.
    #[must_use]
    pub(crate) fn plus(self, other: Self) -> Self {
        Self { cpu: self.cpu.saturating_add(other.cpu), memory: self.memory.saturating_add(other.memory) }
    }

    /// The difference; at least 0.
    #[must_use]
    pub(crate) fn less(self, other: Self) -> Self {
        let of = |whole: i64, part: i64| whole.saturating_sub(part).max(0);
        Self { cpu: of(self.cpu, other.cpu), memory: of(self.memory, other.memory) }
    }

    /// The product.
    #[must_use]
    pub(crate) fn times(self, count: usize) -> Self {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        Self { cpu: self.cpu.saturating_mul(count), memory: self.memory.saturating_mul(count) }
    }

    /// The smaller of each.
    #[must_use]
    pub(crate) fn min(self, other: Self) -> Self {
        Self { cpu: self.cpu.min(other.cpu), memory: self.memory.min(other.memory) }
    }

    /// The larger of each.
    #[must_use]
    pub(crate) fn max(self, other: Self) -> Self {
        Self { cpu: self.cpu.max(other.cpu), memory: self.memory.max(other.memory) }
    }
}

/// A quantity in whole units, rounded up as in the API.
pub fn whole(text: &str) -> Option<i64> {
    scaled(text, 1)
}

/// A quantity in thousandths, rounded up.
pub fn thousandths(text: &str) -> Option<i64> {
    scaled(text, 1000)
}

/// The quantity times `scale`, rounded up; the largest number if it is too large. The grammar is that
/// of `resource.Quantity`: a signed decimal, then a suffix or an exponent.
fn scaled(text: &str, scale: i128) -> Option<i64> {
    let digits_end = text.find(|c: char| !c.is_ascii_digit() && !"+-.".contains(c)).unwrap_or(text.len());
    let (number, suffix) = text.split_at_checked(digits_end)?;
    let (sign, number) = match number.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, number.strip_prefix('+').unwrap_or(number)),
    };
    let (units, fraction) = number.split_once('.').unwrap_or((number, ""));
    let is_number = |part: &str| part.len() <= 30 && part.bytes().all(|byte| byte.is_ascii_digit());
    if units.is_empty() && fraction.is_empty() || !is_number(units) || !is_number(fraction) {
        return None;
    }
    let (up, down) = multiplier(suffix)?;
    let digits = units
        .bytes()
        .chain(fraction.bytes())
        .try_fold(0_i128, |number, digit| number.checked_mul(10)?.checked_add(i128::from(digit - b'0')))?;
    let down = down.checked_mul(10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?)?;
    let Some(top) = digits.checked_mul(up).and_then(|top| top.checked_mul(scale)) else {
        return Some(if sign < 0 { i64::MIN } else { i64::MAX });
    };
    // Away from zero, as in Quantity.Value and MilliValue.
    let rounded = sign * divided(top, down);
    Some(i64::try_from(rounded).unwrap_or(if sign < 0 { i64::MIN } else { i64::MAX }))
}

/// The quotient of two numbers of 0 or more, rounded up.
fn divided(top: i128, down: i128) -> i128 {
    // The division of long numbers takes ten times as long, and nearly all quantities are short.
    match (u64::try_from(top), u64::try_from(down)) {
        (Ok(top), Ok(down)) => i128::from(top.div_ceil(down)),
        _ => top.div_euclid(down) + i128::from(top.rem_euclid(down) > 0),
    }
}

/// The factor and the divisor of a suffix.
fn multiplier(suffix: &str) -> Option<(i128, i128)> {
    if let Some(power) = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].iter().position(|s| *s == suffix) {
        return Some((1 << (10 * power), 1));
    }
    if let Some(power) = ["", "k", "M", "G", "T", "P", "E"].iter().position(|s| *s == suffix) {
        return Some((1000_i128.pow(u32::try_from(power).ok()?), 1));
    }
    if let Some(power) = ["", "m", "u", "n"].iter().position(|s| *s == suffix) {
        return Some((1, 1000_i128.pow(u32::try_from(power).ok()?)));
    }
    let exponent: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
    let power = 10_i128.checked_pow(exponent.unsigned_abs())?;
    Some(if exponent < 0 { (1, power) } else { (power, 1) })
}

/// Formats thousandths of a CPU as CPUs, in tenths.
pub fn cores(thousandths: i64) -> String {
    tenths(i128::from(thousandths) * 10 / 1000)
}

/// Formats bytes as GiB, in tenths.
pub fn gibibytes(bytes: i64) -> String {
    format!("{}Gi", tenths(i128::from(bytes) * 10 / (1 << 30)))
}

/// Formats thousandths of a CPU: `250m`, and from one CPU `1.2`.
pub fn cores_or_millis(thousandths: i64) -> String {
    if thousandths.unsigned_abs() < 1000 { format!("{thousandths}m") } else { cores(thousandths) }
}

/// Formats bytes: `250Mi`, and from one GiB `1.2Gi`.
pub fn gibi_or_mebibytes(bytes: i64) -> String {
    if bytes.unsigned_abs() < 1 << 30 { format!("{}Mi", bytes / (1 << 20)) } else { gibibytes(bytes) }
}

fn tenths(number: i128) -> String {
    match number % 10 {
        0 => (number / 10).to_string(),
        rest => format!("{}.{}", number / 10, rest.abs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quantities_are_read_as_the_api_reads_them() {
        for (text, thousandth, unit) in [
            ("0", 0, 0),
            ("1", 1000, 1),
            ("500m", 500, 1),
            ("0.5", 500, 1),
            (".5", 500, 1),
            ("5.", 5000, 5),
            ("+2", 2000, 2),
            ("-1500m", -1500, -2),
            ("100u", 1, 1),
            ("1n", 1, 1),
            ("2k", 2_000_000, 2000),
            ("1Ki", 1_024_000, 1024),
            ("1.5Gi", 1_610_612_736_000, 1_610_612_736),
            ("2e3", 2_000_000, 2000),
            ("2E3", 2_000_000, 2000),
            ("25e-1", 2500, 3),
            ("1E", i64::MAX, 1_000_000_000_000_000_000),
            ("99Ei", i64::MAX, i64::MAX),
        ] {
            assert_eq!((thousandths(text), whole(text)), (Some(thousandth), Some(unit)), "{text}");
        }
        for text in ["", "m", "Gi", "1X", "1 Gi", "--1", "1.2.3", "e3", "1e", "1e999", "一"] {
            assert_eq!(whole(text), None, "{text}");
        }
    }

    #[test]
    fn little_is_told_in_small_units() {
        let shown = [0, 20, 999, 1000, 1250, i64::MAX].map(cores_or_millis);
        assert_eq!(shown, ["0m", "20m", "999m", "1", "1.2", "9223372036854775.8"]);
        let shown = [0, 20 << 20, (1 << 30) - 1, 1 << 30, 5 << 29].map(gibi_or_mebibytes);
        assert_eq!(shown, ["0Mi", "20Mi", "1023Mi", "1Gi", "2.5Gi"]);
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "[-+0-9.eEkKMGTPimun]{0,40}|\\PC{0,12}") {
            let _ = (whole(&text), thousandths(&text));
        }
    }
}

//! The memory that a runtime may use by its own settings, and the limit that its container then needs.

use super::Container;
use crate::wire;

/// A memory setting of a runtime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heap {
    /// The setting as written, such as `-Xmx1024m`.
    pub(crate) flag: String,
    /// The largest heap in bytes.
    pub(crate) bytes: i64,
    /// The bytes that the container needs at least.
    pub(crate) needs: i64,
}

const MEBI: i64 = 1 << 20;

/// The memory of a JVM outside its heap: metaspace, code cache, threads, buffers. Half a gibibyte, because the kernel killed
/// JVMs that had less.
const BESIDE_JVM: i64 = 512 * MEBI;
/// The memory of Node.js besides its old space.
const BESIDE_NODE: i64 = 256 * MEBI;
/// Suggested limits are multiples of this.
const STEP: i64 = 256 * MEBI;

/// The variables with flags of a JVM: the first one wins. Start scripts put `JAVA_OPTS` and `CATALINA_OPTS` on the command
/// line.
const JAVA: [&str; 5] =
    ["_JAVA_OPTIONS", "JAVA_OPTS", "CATALINA_OPTS", "JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS"];

/// The flags with the size of the heap.
const HEAP_SIZE: [&str; 2] = ["-Xmx", "-XX:MaxHeapSize="];

impl Heap {
    /// The memory setting of a container with this limit in bytes.
    pub(crate) fn of(container: Container, limit: i64) -> Option<Self> {
        let spec = container.spec?;
        let variable = |name: &str| {
            spec.env.iter().find(|variable| variable.name == name).map(|found| found.value.as_str())
        };
        let line = spec.command.iter().chain(&spec.args).map(String::as_str).collect::<Vec<_>>().join(" ");
        let [own, others @ ..] = JAVA;
        let java = [variable(own), Some(&*line)].into_iter().chain(others.map(variable));
        java.flatten()
            .find_map(|flags| Self::java(flags, limit))
            .or_else(|| Self::node(&line).or_else(|| Self::node(variable("NODE_OPTIONS")?)))
            .or_else(|| Self::go(variable("GOMEMLIMIT")?))
    }

    /// Reads the flags of a JVM. The last of several counts.
    fn java(flags: &str, limit: i64) -> Option<Self> {
        let last = |start: &str| {
            flags.split_whitespace().filter_map(|flag| Some((flag, flag.strip_prefix(start)?))).next_back()
        };
        // The flag has two names: the last of both counts.
        let mut sizes = flags.split_whitespace().filter_map(|flag| {
            let size = HEAP_SIZE.iter().find_map(|start| flag.strip_prefix(start))?;
            Some((flag, size))
        });
        if let Some((flag, size)) = sizes.next_back() {
            let bytes = size_of(size)?;
            return Some(Self {
                flag: flag.to_owned(),
                bytes,
                needs: rounded(bytes.saturating_add(BESIDE_JVM)),
            });
        }
        let (flag, percent) = last("-XX:MaxRAMPercentage=")?;
        let percent: f64 = percent.parse().ok().filter(|percent| (1.0..=100.0).contains(percent))?;
        // Two decimals of the percentage count.
        #[allow(clippy::cast_possible_truncation, reason = "it is between 100 and 10,000")]
        let share = (percent * 100.0) as i64;
        let bytes = i64::try_from(i128::from(limit) * i128::from(share) / 10_000).ok()?;
        let needs = rounded(BESIDE_JVM.saturating_mul(10_000) / (10_000 - share).max(500));
        Some(Self { flag: flag.to_owned(), bytes, needs })
    }

    /// Reads the flags of Node.js: with dashes or underscores, and the number in the same word or in the next.
    fn node(flags: &str) -> Option<Self> {
        let words: Vec<&str> = flags.split_whitespace().collect();
        let mut set = words.iter().enumerate().filter_map(|(at, word)| {
            let (name, size) = word.split_once('=').map_or((*word, None), |(name, size)| (name, Some(size)));
            let flag = match size {
                Some(_) => (*word).to_owned(),
                None => format!("{word} {}", words.get(at + 1)?),
            };
            let size = size.or_else(|| words.get(at + 1).copied())?;
            wire::is_old_space(name).then_some((flag, size))
        });
        let (flag, size) = set.next_back()?;
        let bytes = size.parse::<i64>().ok().filter(|mebi| *mebi > 0)?.checked_mul(MEBI)?;
        Some(Self { flag, bytes, needs: rounded(bytes.saturating_add(BESIDE_NODE)) })
    }

    /// Reads the variable of Go. It limits all memory of the runtime, so a tenth more is enough.
    fn go(value: &str) -> Option<Self> {
        let digits = value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len());
        let (number, unit) = value.split_at_checked(digits)?;
        let power = ["B", "KiB", "MiB", "GiB", "TiB"].iter().position(|known| *known == unit);
        let unit = 1_i64 << (10 * power.or(unit.is_empty().then_some(0))?);
        let bytes = number.parse::<i64>().ok().filter(|bytes| *bytes > 0)?.checked_mul(unit)?;
        Some(Self {
            flag: format!("GOMEMLIMIT={value}"),
            bytes,
            needs: rounded(bytes.saturating_add(bytes / 10)),
        })
    }
}

/// Reads a size as the JVM does: `1024m`, `2G`, bytes without a letter.
fn size_of(text: &str) -> Option<i64> {
    let (number, unit) = match text.char_indices().last()? {
        (at, letter) if letter.is_ascii_alphabetic() => (text.split_at(at).0, letter.to_ascii_lowercase()),
        _ => (text, 'b'),
    };
    let power = ['b', 'k', 'm', 'g', 't'].iter().position(|known| *known == unit)?;
    number.parse::<i64>().ok().filter(|number| *number > 0)?.checked_mul(1 << (10 * power))
}

fn rounded(bytes: i64) -> i64 {
    bytes.saturating_add(STEP - 1) / STEP * STEP
}

/// Formats bytes as a limit: in Gi if it is a whole number, otherwise in Mi.
pub fn mebibytes(bytes: i64) -> String {
    match bytes {
        bytes if bytes % (1024 * MEBI) == 0 && bytes > 0 => format!("{}Gi", bytes / (1024 * MEBI)),
        bytes => format!("{}Mi", bytes / MEBI),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Role;
    use crate::wire;
    use serde_json::json;

    fn heap(spec: serde_json::Value, limit: i64) -> Option<(String, String, String)> {
        let spec: wire::Container = serde_json::from_value(spec).unwrap();
        let status = wire::ContainerStatus::default();
        let container = Container { role: Role::Main, status: &status, spec: Some(&spec) };
        Heap::of(container, limit * MEBI)
            .map(|heap| (heap.flag, mebibytes(heap.bytes), mebibytes(heap.needs)))
    }

    fn owned(wanted: Option<(&str, &str, &str)>) -> Option<(String, String, String)> {
        wanted.map(|(flag, bytes, needs)| (flag.to_owned(), bytes.to_owned(), needs.to_owned()))
    }

    #[test]
    fn flags_are_found_wherever_they_are_set() {
        let env = |name: &str, value: &str| json!({ "env": [{ "name": name, "value": value }] });
        for (spec, limit, wanted) in [
            (env("JAVA_TOOL_OPTIONS", "-Xms1024m -Xmx1024m"), 1280, Some(("-Xmx1024m", "1Gi", "1536Mi"))),
            (json!({ "args": ["-Xms1g", "-Xmx1g", "-Xmx2g"] }), 2048, Some(("-Xmx2g", "2Gi", "2560Mi"))),
            (
                json!({ "args": ["-Xmx512m"], "env": [{ "name": "_JAVA_OPTIONS", "value": "-Xmx1G" }] }),
                1024,
                Some(("-Xmx1G", "1Gi", "1536Mi")),
            ),
            (
                env("JAVA_TOOL_OPTIONS", "-XX:MaxRAMPercentage=75.0"),
                1024,
                Some(("-XX:MaxRAMPercentage=75.0", "768Mi", "2Gi")),
            ),
            (
                env("NODE_OPTIONS", "--max-old-space-size=1024"),
                1024,
                Some(("--max-old-space-size=1024", "1Gi", "1280Mi")),
            ),
            (env("GOMEMLIMIT", "900MiB"), 900, Some(("GOMEMLIMIT=900MiB", "900Mi", "1Gi"))),
            (env("GOMEMLIMIT", "off"), 900, None),
            (json!({ "args": ["-Xmxlots"] }), 900, None),
            (json!({ "args": ["-Xmx9223372036854775807g"] }), 900, None),
            (env("JAVA_OPTS", "-XX:MaxRAMPercentage=900"), 900, None),
            (json!({}), 900, None),
        ] {
            assert_eq!(heap(spec.clone(), limit), owned(wanted), "{spec}");
        }
    }

    #[test]
    fn flags_are_read_in_each_way_in_which_they_are_written() {
        let env = |name: &str, value: &str| json!({ "env": [{ "name": name, "value": value }] });
        for (spec, limit, wanted) in [
            (
                env("NODE_OPTIONS", "--max_old_space_size=1024"),
                1024,
                Some(("--max_old_space_size=1024", "1Gi", "1280Mi")),
            ),
            (
                json!({ "command": ["node"], "args": ["--max-old-space-size", "4096", "index.js"] }),
                4096,
                Some(("--max-old-space-size 4096", "4Gi", "4352Mi")),
            ),
            (json!({ "args": ["--max-old-space-size"] }), 900, None),
            (
                env("JAVA_OPTS", "-Xmx512m -XX:MaxHeapSize=1g"),
                1024,
                Some(("-XX:MaxHeapSize=1g", "1Gi", "1536Mi")),
            ),
        ] {
            assert_eq!(heap(spec.clone(), limit), owned(wanted), "{spec}");
        }
    }
}

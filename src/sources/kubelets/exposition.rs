//! Parses one line of the Prometheus text format: a sample with the labels that are needed.

use std::borrow::Cow;

/// A sample.
#[derive(Debug, PartialEq)]
pub(crate) struct Sample<'a> {
    pub(crate) labels: Labels<'a>,
    pub(crate) value: f64,
    /// When it was taken, in milliseconds.
    pub(crate) at: Option<i64>,
}

/// The labels that identify the container.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Labels<'a> {
    pub(crate) namespace: Cow<'a, str>,
    pub(crate) pod: Cow<'a, str>,
    pub(crate) container: Cow<'a, str>,
    /// The control group: a new one each time the container starts.
    pub(crate) id: Cow<'a, str>,
}

/// Splits a line into the name of the metric and the rest.
pub(crate) fn name(line: &str) -> (&str, &str) {
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':')).unwrap_or(line.len());
    line.split_at(end)
}

/// Parses the rest of a line after the name; `None` if it is not a sample.
pub(crate) fn sample(rest: &str) -> Option<Sample<'_>> {
    let mut labels = Labels::default();
    let mut rest = rest.trim_start_matches([' ', '\t']);
    if let Some(inside) = rest.strip_prefix('{') {
        rest = read_labels(inside, &mut labels)?;
    }
    let mut words = rest.split_ascii_whitespace();
    let value = words.next()?.parse().ok()?;
    let at = words.next().map(str::parse).transpose().ok()?;
    words.next().is_none().then_some(Sample { labels, value, at })
}

/// Parses `a="b",c="d"}` and returns what follows.
fn read_labels<'a>(mut rest: &'a str, labels: &mut Labels<'a>) -> Option<&'a str> {
    let blank = [' ', '\t'];
    loop {
        rest = rest.trim_start_matches(blank);
        if let Some(after) = rest.strip_prefix('}') {
            return Some(after);
        }
        let (key, after) = rest.split_once('=')?;
        let (value, after) = text(after.trim_start_matches(blank).strip_prefix('"')?)?;
        match key.trim_end_matches(blank) {
            "namespace" => labels.namespace = value,
            "pod" => labels.pod = value,
            "container" => labels.container = value,
            "id" => labels.id = value,
            _ => {}
        }
        let after = after.trim_start_matches(blank);
        rest = match after.strip_prefix(',') {
            Some(after) => after,
            None if after.starts_with('}') => after,
            None => return None,
        };
    }
}

/// Parses the text before the closing quote, and returns what follows. Backslash, quote and end of line are escaped.
fn text(rest: &str) -> Option<(Cow<'_, str>, &str)> {
    let end = rest.find(['"', '\\'])?;
    let (plain, after) = rest.split_at(end);
    if let Some(after) = after.strip_prefix('"') {
        return Some((Cow::Borrowed(plain), after));
    }
    let (mut out, mut chars) = (plain.to_owned(), after.chars());
    loop {
        match chars.next()? {
            '"' => return Some((Cow::Owned(out), chars.as_str())),
            '\\' => match chars.next()? {
                'n' => out.push('\n'),
                c @ ('\\' | '"') => out.push(c),
                other => out.extend(['\\', other]),
            },
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(line: &str) -> Option<(&str, Sample<'_>)> {
        let (name, rest) = name(line);
        Some((name, sample(rest)?))
    }

    #[test]
    fn a_line_of_a_kubelet_is_parsed() {
        let line = r#"container_cpu_cfs_periods_total{container="app",id="/kubepods/pod1/2",image="r/a:1",name="2",namespace="shop",pod="web-1"} 1.234e+06 1766714400123"#;
        let (name, sample) = read(line).unwrap();
        let labels = &sample.labels;
        assert_eq!(
            (name, sample.value, sample.at),
            ("container_cpu_cfs_periods_total", 1_234_000.0, Some(1_766_714_400_123))
        );
        assert_eq!(
            (&*labels.namespace, &*labels.pod, &*labels.container, &*labels.id),
            ("shop", "web-1", "app", "/kubepods/pod1/2")
        );
    }

    #[test]
    fn values_may_contain_quotes_commas_and_braces() {
        let line = r#"m { image = "a,\"b\"}\\" , pod="x\ny\q", } +Inf"#;
        let (_, sample) = read(line).unwrap();
        assert_eq!((&*sample.labels.pod, sample.value, sample.at), ("x\ny\\q", f64::INFINITY, None));
        assert!(read("m NaN").unwrap().1.value.is_nan());
        assert_eq!(read("m 3").unwrap().1.value.to_string(), "3");
        assert_eq!(read("m{} 3 4").unwrap().1.at, Some(4));
    }

    #[test]
    fn other_lines_are_not_samples() {
        for line in [
            "",
            "m",
            "m{",
            "m{a}",
            "m{a=b} 1",
            r#"m{a="b} 1"#,
            r#"m{a="b"c="d"} 1"#,
            "m many",
            "m 1 soon",
            "m 1 2 3",
            r#"m{a="b\"#,
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }

    proptest! {
        #[test]
        fn any_value_is_parsed(value in ".{0,20}") {
            let escaped = value.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n");
            let line = format!("m{{a=\"}}\",pod=\"{escaped}\"}} 1");
            prop_assert_eq!(&*read(&line).unwrap().1.labels.pod, value.as_str());
        }

        #[test]
        fn odd_lines_do_not_panic(line in r#"[m{}="\\, 1\n\u{e9}]{0,40}"#) {
            let _ = read(&line);
        }
    }
}

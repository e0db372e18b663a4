//! Of which namespaces something is measured, in the words of whoever is asked.

use super::Label;
use globset::{Glob, GlobSet};

/// The namespaces of the scope.
#[derive(Clone, Debug, Default)]
pub(crate) struct PromSelector {
    /// By name; empty for all of them.
    namespaces: Vec<String>,
    /// Patterns of those left out of all.
    patterns: Vec<Glob>,
    excluded: GlobSet,
    /// Labels that everything asked for must have.
    labels: Vec<Label>,
}

impl PromSelector {
    pub(crate) fn new(namespaces: Vec<String>, patterns: Vec<Glob>, excluded: GlobSet) -> Self {
        Self { namespaces, patterns, excluded, labels: Vec::new() }
    }

    /// The same of one of the clusters that a Prometheus knows.
    pub(crate) fn with_labels(self, labels: Vec<Label>) -> Self {
        Self { labels, ..self }
    }

    /// The matchers of what must be asked for whatever is asked.
    pub(crate) fn labels(&self) -> impl Iterator<Item = String> {
        self.labels.iter().map(|Label { name, value }| format!(r#"{name}="{}""#, quoted(value)))
    }

    /// Whether a namespace is one of them: what is answered may be more than what was asked.
    pub(crate) fn holds(&self, namespace: &str) -> bool {
        let named = self.namespaces.is_empty() || self.namespaces.iter().any(|name| name == namespace);
        named && !self.excluded.is_match(namespace)
    }

    /// The matchers of the containers in them, as `PromQL` has them.
    pub(crate) fn matchers(&self) -> String {
        let mut matchers = vec![r#"container!="",container!="POD""#.to_owned()];
        if !self.namespaces.is_empty() {
            matchers.push(names("namespace", self.namespaces.iter().map(String::as_str)));
        }
        let left_out = self.patterns.iter().filter_map(re2);
        matchers.extend(left_out.map(|pattern| format!(r#"namespace!~"{}""#, quoted(&pattern))));
        matchers.extend(self.labels());
        matchers.join(",")
    }
}

/// The matcher of a label that has one of these values.
pub(crate) fn names<'a>(label: &str, values: impl IntoIterator<Item = &'a str>) -> String {
    format!(r#"{label}=~"^(?:{})$""#, any(values))
}

/// The matcher of a label whose values begin with one of these.
pub(crate) fn beginnings<'a>(label: &str, values: impl IntoIterator<Item = &'a str>) -> String {
    format!(r#"{label}=~"^(?:{}).*$""#, any(values))
}

fn any<'a>(values: impl IntoIterator<Item = &'a str>) -> String {
    let values: Vec<String> = values.into_iter().map(regex::escape).collect();
    quoted(&values.join("|"))
}

/// A pattern of names as RE2 has it; `None` for what it may not have. Such names come and are left out here.
fn re2(glob: &Glob) -> Option<String> {
    let pattern = glob.regex().strip_prefix("(?-u)")?;
    let plain = !pattern.replace("(?:", "").contains("(?") && pattern.is_ascii();
    plain.then(|| pattern.to_owned())
}

/// The inside of a `PromQL` text.
fn quoted(text: &str) -> String {
    text.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use globset::GlobSetBuilder;

    fn selector(namespaces: &[&str], patterns: &[&str]) -> PromSelector {
        let patterns: Vec<Glob> = patterns.iter().map(|pattern| Glob::new(pattern).unwrap()).collect();
        let mut set = GlobSetBuilder::new();
        for glob in &patterns {
            set.add(glob.clone());
        }
        let names = namespaces.iter().map(|name| (*name).to_owned()).collect();
        PromSelector::new(names, patterns, set.build().unwrap())
    }

    #[test]
    fn only_the_scope_is_asked_for() {
        let all = r#"container!="",container!="POD""#;
        assert_eq!(selector(&[], &[]).matchers(), all);
        let two = selector(&["shop", "shop-eu"], &[]).matchers();
        assert_eq!(two, format!(r#"{all},namespace=~"^(?:shop|shop\\-eu)$""#));
        let odd = selector(&["a.b\"}"], &[]).matchers();
        assert_eq!(odd, format!(r#"{all},namespace=~"^(?:a\\.b\"\\}})$""#));
        let labels = ["cluster=pr\"}od", "tenant=a"].map(|label| label.parse().unwrap());
        let of_one = selector(&[], &[]).with_labels(labels.to_vec()).matchers();
        assert_eq!(of_one, format!(r#"{all},cluster="pr\"}}od",tenant="a""#));
        let but = selector(&[], &["kube-*", "ci-?", "{a,b}"]).matchers();
        let left = [r"^kube\\-.*$", r"^ci\\-.$", "^(?:a|b)$"];
        assert_eq!(
            but,
            left.iter().fold(all.to_owned(), |all, left| all + &format!(r#",namespace!~"{left}""#))
        );
    }

    #[test]
    fn what_was_not_asked_for_is_not_taken() {
        let named = selector(&["shop"], &[]);
        assert!(named.holds("shop") && !named.holds("shop2") && !named.holds(""));
        let all = selector(&[], &["kube-*"]);
        assert!(all.holds("shop") && !all.holds("kube-system"));
    }
}

//! The namespaces of the scope as matchers of `PromQL`.

use super::Label;
use globset::{Glob, GlobSet};

/// The namespaces of the scope.
#[derive(Clone, Debug, Default)]
pub(crate) struct PromSelector {
    /// By name; empty for all.
    namespaces: Vec<String>,
    /// Patterns of those that are left out.
    patterns: Vec<Glob>,
    excluded: GlobSet,
    /// Labels that all series must have.
    labels: Vec<Label>,
}

impl PromSelector {
    pub(crate) fn new(namespaces: Vec<String>, patterns: Vec<Glob>, excluded: GlobSet) -> Self {
        Self { namespaces, patterns, excluded, labels: Vec::new() }
    }

    /// Adds labels, for a Prometheus with several clusters.
    pub(crate) fn with_labels(self, labels: Vec<Label>) -> Self {
        Self { labels, ..self }
    }

    /// Restricts the scope to one of its namespaces.
    pub(crate) fn within(self, namespace: &str) -> Self {
        Self { namespaces: vec![namespace.to_owned()], ..self }
    }

    /// Whether the scope is this namespace.
    pub(crate) fn is_only(&self, namespace: &str) -> bool {
        self.namespaces == [namespace]
    }

    /// The matchers of the labels.
    pub(crate) fn labels(&self) -> impl Iterator<Item = String> {
        self.labels.iter().map(|Label { name, value }| format!(r#"{name}="{}""#, quoted(value)))
    }

    /// Whether a namespace belongs to the scope. An answer may contain more than was requested.
    pub(crate) fn holds(&self, namespace: &str) -> bool {
        let named = self.namespaces.is_empty() || self.namespaces.iter().any(|name| name == namespace);
        named && !self.excluded.is_match(namespace)
    }

    /// The matchers of the containers of the scope.
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

/// The matcher of a label with one of these values.
pub(crate) fn names<'a>(label: &str, values: impl IntoIterator<Item = &'a str>) -> String {
    format!(r#"{label}=~"^(?:{})$""#, any(values))
}

/// The matcher of a label whose value begins with one of these.
pub(crate) fn beginnings<'a>(label: &str, values: impl IntoIterator<Item = &'a str>) -> String {
    format!(r#"{label}=~"^(?:{}).*$""#, any(values))
}

fn any<'a>(values: impl IntoIterator<Item = &'a str>) -> String {
    let values: Vec<String> = values.into_iter().map(regex::escape).collect();
    quoted(&values.join("|"))
}

/// A pattern of names in RE2; `None` if RE2 lacks it. Then the names are left out after the answer.
fn re2(glob: &Glob) -> Option<String> {
    let pattern = glob.regex().strip_prefix("(?-u)")?;
    let plain = !pattern.replace("(?:", "").contains("(?") && pattern.is_ascii();
    plain.then(|| pattern.to_owned())
}

/// Escapes a text for `PromQL`.
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
    fn the_matchers_are_those_of_the_scope() {
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
    fn other_namespaces_do_not_belong_to_the_scope() {
        let named = selector(&["shop"], &[]);
        assert!(named.holds("shop") && !named.holds("shop2") && !named.holds(""));
        let all = selector(&[], &["kube-*"]);
        assert!(all.holds("shop") && !all.holds("kube-system"));
    }
}

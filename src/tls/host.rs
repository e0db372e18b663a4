//! Host patterns: exact names, or a wildcard for the first labels.
//!
//! Out of scope: hosts from DNS or files (`wire`, `host_list`).

use std::collections::BTreeMap;

/// The longest host name of DNS, in bytes.
pub(crate) const LONGEST_HOST: usize = 253;

/// The meaning of `*` in a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wildcard {
    /// One label, as in an Ingress and in a certificate.
    OneLabel,
    /// Any number of labels, as in listeners and routes of the Gateway API.
    Labels,
}

/// A map from host patterns to values.
#[derive(Clone, Debug)]
pub struct ByHost<T>(BTreeMap<String, Vec<(Wildcard, T)>>);

impl<T> Default for ByHost<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> ByHost<T> {
    /// Adds a value for a pattern. Case does not matter.
    pub(crate) fn insert(&mut self, pattern: &str, wildcard: Wildcard, what: T) {
        self.0.entry(pattern.to_ascii_lowercase()).or_default().push((wildcard, what));
    }

    /// Returns the values for a host, the closest first. The number grows with closeness.
    pub(crate) fn of(&self, host: &str) -> Vec<(usize, &T)> {
        let host = host.to_ascii_lowercase();
        let exact = self.0.get(&host).into_iter().flatten().map(|(_, what)| (usize::MAX, what));
        let wild = parents(&host).enumerate().flat_map(|(depth, parent)| {
            let under = self.0.get(&format!("*{parent}")).into_iter().flatten();
            let fits = move |wildcard: Wildcard| depth == 0 || wildcard == Wildcard::Labels;
            under.filter(move |(wildcard, _)| fits(*wildcard)).map(move |(_, what)| (parent.len(), what))
        });
        // A wildcard host matches only itself.
        exact.chain(wild.filter(|_| !host.starts_with('*'))).collect()
    }
}

/// Returns the suffixes of the wildcards that match a host, the longest first: `.example.com` and `.com` for
/// `www.example.com`. Text that is too long for a host has none.
pub(crate) fn parents(host: &str) -> impl Iterator<Item = &str> {
    let is_host = host.len() <= LONGEST_HOST && !host.starts_with('.');
    let dots = host.match_indices('.').filter(move |_| is_host);
    dots.filter_map(|(at, _)| host.get(at..)).filter(|parent| parent.len() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_match_one_or_more_labels() {
        let fits = |wildcard, pattern: &str, host: &str| {
            let mut all = ByHost::default();
            all.insert(pattern, wildcard, ());
            !all.of(host).is_empty()
        };
        assert!(fits(Wildcard::OneLabel, "Shop.example.com", "shop.Example.com"));
        for (host, one, any) in [
            ("shop.example.com", true, true),
            ("SHOP.example.com", true, true),
            ("é.example.com", true, true),
            ("*.example.com", true, true),
            ("a.shop.example.com", false, true),
            ("example.com", false, false),
            (".example.com", false, false),
            ("shop.example.org", false, false),
            ("com", false, false),
            ("", false, false),
        ] {
            assert_eq!(fits(Wildcard::OneLabel, "*.example.com", host), one, "{host}");
            assert_eq!(fits(Wildcard::Labels, "*.Example.com", host), any, "{host}");
        }
    }

    #[test]
    fn text_that_is_not_a_host_has_no_parents() {
        assert_eq!(parents("www.example.com").collect::<Vec<_>>(), [".example.com", ".com"]);
        for text in ["", ".", "..", "com", "a.", ".a.b", &"a.".repeat(1 << 20)] {
            assert_eq!(parents(text).count(), 0, "{}", text.len());
        }
    }

    #[test]
    fn the_closest_pattern_comes_first() {
        let mut all = ByHost::default();
        for pattern in ["*.com", "*.example.com", "a.example.com", "*.org"] {
            all.insert(pattern, Wildcard::Labels, pattern);
        }
        let found: Vec<&str> = all.of("a.example.com").into_iter().map(|(_, what)| *what).collect();
        assert_eq!(found, ["a.example.com", "*.example.com", "*.com"]);
        let close: Vec<usize> = all.of("a.example.com").into_iter().map(|(close, _)| close).collect();
        assert!(close.is_sorted_by(|a, b| a > b), "{close:?}");
    }
}

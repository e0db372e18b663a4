//! Hosts, as patterns name them: exactly, or with a wildcard for their first labels.
//!
//! What does not belong here: hosts as DNS or files know them (`wire`, `hosts`).

use std::collections::BTreeMap;

/// Bytes of a name of a host, as DNS has it.
pub const LONGEST_HOST: usize = 253;

/// For what the `*` of a pattern stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wildcard {
    /// One label, as in an Ingress and in a certificate.
    OneLabel,
    /// Any number of labels, as in listeners and routes of the Gateway API.
    Labels,
}

/// Things that are for hosts, found by the host.
#[derive(Clone, Debug)]
pub struct ByHost<T>(BTreeMap<String, Vec<(Wildcard, T)>>);

impl<T> Default for ByHost<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> ByHost<T> {
    /// Puts in what is for a host, or for all under a wildcard. Capitals do not matter.
    pub fn insert(&mut self, pattern: &str, wildcard: Wildcard, what: T) {
        self.0.entry(pattern.to_ascii_lowercase()).or_default().push((wildcard, what));
    }

    /// What is for a host, the closest first, each with how close it is: the more, the closer.
    pub fn of(&self, host: &str) -> Vec<(usize, &T)> {
        let host = host.to_ascii_lowercase();
        let exact = self.0.get(&host).into_iter().flatten().map(|(_, what)| (usize::MAX, what));
        let wild = parents(&host).enumerate().flat_map(|(depth, parent)| {
            let under = self.0.get(&format!("*{parent}")).into_iter().flatten();
            let fits = move |wildcard: Wildcard| depth == 0 || wildcard == Wildcard::Labels;
            under.filter(move |(wildcard, _)| fits(*wildcard)).map(move |(_, what)| (parent.len(), what))
        });
        // A host may itself be a wildcard: then it is its own pattern.
        exact.chain(wild.filter(|_| !host.starts_with('*'))).collect()
    }
}

/// What stands behind the `*` of every wildcard that a host is under, the longest first: `.example.com` and `.com` of
/// `www.example.com`. What is too long to be a host is under none.
pub fn parents(host: &str) -> impl Iterator<Item = &str> {
    let is_host = host.len() <= LONGEST_HOST && !host.starts_with('.');
    let dots = host.match_indices('.').filter(move |_| is_host);
    dots.filter_map(|(at, _)| host.get(at..)).filter(|parent| parent.len() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_stands_for_what_its_kind_says() {
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
    fn what_is_no_host_costs_nothing() {
        assert_eq!(parents("www.example.com").collect::<Vec<_>>(), [".example.com", ".com"]);
        for text in ["", ".", "..", "com", "a.", ".a.b", &"a.".repeat(1 << 20)] {
            assert_eq!(parents(text).count(), 0, "{}", text.len());
        }
    }

    #[test]
    fn the_closest_comes_first() {
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

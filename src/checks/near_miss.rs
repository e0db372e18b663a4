//! The workload that a Service would select without a typo in its selector.

use super::View;
use crate::finding::command::selector;
use crate::model::{Workload, step};
use crate::wire::Service;
use std::collections::BTreeMap;

/// Keys that all hold the name of an application. One of them is easily written for another.
const NAMES: [&str; 5] = ["app", "app.kubernetes.io/name", "k8s-app", "name", "run"];

/// The most workloads of a namespace that are compared: a namespace may have very many, and as many Services.
const COMPARED: usize = 200;

/// Returns the first workload with labels that differ from a selector in one key or value, by a typo, and the label that it
/// has instead.
pub(crate) fn near_miss<'a>(view: &View<'a>, service: &Service) -> Option<(&'a Workload, String)> {
    let workloads =
        view.workloads_in(&service.metadata.namespace).iter().filter(|workload| workload.desired > 0);
    let workloads = workloads.take(COMPARED).inspect(|_| step());
    let mut near = workloads.filter_map(|workload| {
        let (key, value) = near_label(&service.spec.selector, &workload.rollout()?.labels)?;
        Some((workload, selector(&BTreeMap::from([(key.to_owned(), value.to_owned())]))))
    });
    near.next()
}

/// Returns the label that is meant by the only label of a selector that pods do not have.
fn near_label<'l, T: AsRef<str>>(
    selector: &BTreeMap<String, String>,
    labels: &'l [(T, T)],
) -> Option<(&'l str, &'l str)> {
    let mut labels_as_text = labels.iter().map(|(key, value)| (key.as_ref(), value.as_ref()));
    let has = |(key, value): &(&String, &String)| {
        labels.iter().any(|(k, v)| k.as_ref() == key.as_str() && v.as_ref() == value.as_str())
    };
    let mut missing = selector.iter().filter(|label| !has(label));
    let (key, value) = missing.next()?;
    if missing.next().is_some() {
        return None;
    }
    let same_name = |k: &str| NAMES.contains(&k) && NAMES.contains(&key.as_str());
    labels_as_text.find(|(k, v)| {
        *k == key.as_str() && is_typo(value, v) || *v == value.as_str() && (same_name(k) || is_typo(key, k))
    })
}

/// Whether a word is another one with a typo. Words that differ in a number, such as `web-1` and `web-2`, are two names.
fn is_typo(word: &str, meant: &str) -> bool {
    let plain = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase()
    };
    let without_digits =
        |text: &str| -> String { plain(text).chars().filter(|c| !c.is_ascii_digit()).collect() };
    let (a, b) = (plain(word), plain(meant));
    if a == b {
        return true;
    }
    if without_digits(word) == without_digits(meant) {
        return false;
    }
    let length = a.chars().count().min(b.chars().count());
    let most = match length {
        0..=2 => 0,
        3..=6 => 1,
        _ => 2,
    };
    // Short words of the same length are often two names: api and app.
    let is_replaced = strsim::osa_distance(&a, &b) == strsim::hamming(&a, &b).unwrap_or(usize::MAX);
    strsim::osa_distance(&a, &b) <= most && !(length <= 4 && is_replaced)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_is_small_and_not_in_a_number() {
        for (word, meant) in [
            ("web_", "web"),
            ("Web", "web"),
            ("webs", "web"),
            ("wbe", "web"),
            ("chekout", "checkout"),
            ("payment-api", "payments-api"),
            ("front-end", "frontend"),
            ("fronteds", "frontend"),
        ] {
            assert!(is_typo(word, meant), "{word} {meant}");
        }
        for (word, other) in [
            ("api", "app"),
            ("card", "cart"),
            ("web-1", "web-2"),
            ("v1", "v2"),
            ("web", "web-admin"),
            ("blue", "green"),
            ("", "a"),
            ("a", "b"),
            ("reader", "writer"),
        ] {
            assert!(!is_typo(word, other), "{word} {other}");
        }
    }

    #[test]
    fn one_label_may_differ() {
        let selector = |labels: &[(&str, &str)]| -> BTreeMap<String, String> {
            labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        let labels = [("app", "web"), ("tier", "front")];
        for (wanted, near) in [
            (&[("app", "web_")][..], Some(("app", "web"))),
            (&[("app", "webs"), ("tier", "front")], Some(("app", "web"))),
            (&[("App", "web")], Some(("app", "web"))),
            (&[("app.kubernetes.io/name", "web")], Some(("app", "web"))),
            (&[("app", "webs"), ("tier", "fronts")], None),
            (&[("role", "web")], None),
            (&[("app", "cart")], None),
        ] {
            assert_eq!(near_label(&selector(wanted), &labels), near, "{wanted:?}");
        }
    }
}

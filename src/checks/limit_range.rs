//! Which LimitRange rejects an object.

use super::view::View;
use crate::model::thousandths;
use crate::wire::{LimitRange, LimitRangeItem};

/// A limit as the API server words it (`plugin/pkg/admission/limitranger` of Kubernetes).
#[derive(Debug, PartialEq, Eq)]
struct Limit<'m> {
    bound: Bound,
    resource: &'m str,
    /// `Container`, `Pod` or `PersistentVolumeClaim`.
    of: &'m str,
    value: &'m str,
}

#[derive(Debug, PartialEq, Eq)]
enum Bound {
    Min,
    Max,
    Ratio,
}

impl Limit<'_> {
    /// Whether this is the limit of an item. Both sides write quantities in their own way.
    fn is_of(&self, item: &LimitRangeItem) -> bool {
        let values = match self.bound {
            Bound::Min => &item.min,
            Bound::Max => &item.max,
            Bound::Ratio => &item.max_limit_request_ratio,
        };
        let value = values.get(self.resource).and_then(|value| thousandths(&value.text));
        item.r#type == self.of && value.is_some() && value == thousandths(self.value)
    }
}

/// Returns the LimitRange of a namespace with the limit that a message of the API server names.
pub(super) fn rejecting<'a>(view: &View<'a>, namespace: &str, message: &str) -> Option<&'a LimitRange> {
    let limits = limits(message);
    let ranges = view.snapshot.rows.limit_ranges.iter();
    let mut ranges = ranges.filter(|range| range.metadata.namespace == namespace);
    ranges.find(|range| range.spec.limits.iter().any(|item| limits.iter().any(|limit| limit.is_of(item))))
}

/// Returns the limits in a message: `minimum cpu usage per Container is 100m, but request is 50m`, or `cpu max limit to
/// request ratio per Container is 4, but provided ratio is 8.000000`.
fn limits(message: &str) -> Vec<Limit<'_>> {
    let words = message.split([' ', '[', ']']).map(|word| word.trim_end_matches([',', '.']));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let usages = words.windows(7).filter_map(|words| match *words {
        ["minimum", resource, "usage", "per", of, "is", value] => {
            Some(Limit { bound: Bound::Min, resource, of, value })
        }
        ["maximum", resource, "usage", "per", of, "is", value] => {
            Some(Limit { bound: Bound::Max, resource, of, value })
        }
        _ => None,
    });
    let ratios = words.windows(10).filter_map(|words| match *words {
        [resource, "max", "limit", "to", "request", "ratio", "per", of, "is", value] => {
            Some(Limit { bound: Bound::Ratio, resource, of, value })
        }
        _ => None,
    });
    usages.chain(ratios).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(message: &str) -> Vec<String> {
        let word =
            |limit: &Limit| format!("{:?} {} {} {}", limit.bound, limit.resource, limit.of, limit.value);
        limits(message).iter().map(word).collect()
    }

    #[test]
    fn limits_are_read_from_the_words_of_the_api_server() {
        let one = "pods \"api-1\" is forbidden: minimum cpu usage per Container is 100m, but request is 50m";
        assert_eq!(words(one), ["Min cpu Container 100m"]);
        let none =
            "pods \"api-1\" is forbidden: minimum memory usage per Pod is 1Gi.  No request is specified";
        assert_eq!(words(none), ["Min memory Pod 1Gi"]);
        let two = "pods \"api-1\" is forbidden: [maximum cpu usage per Container is 1, but limit is 2, \
                   maximum memory usage per Container is 1Gi, but limit is 4Gi]";
        assert_eq!(words(two), ["Max cpu Container 1", "Max memory Container 1Gi"]);
        let ratio = "pods \"api-1\" is forbidden: cpu max limit to request ratio per Container is 4, but provided ratio is 8.000000";
        assert_eq!(words(ratio), ["Ratio cpu Container 4"]);
        let claim = "minimum storage usage per PersistentVolumeClaim is 5Gi, but request is 1Gi";
        assert_eq!(words(claim), ["Min storage PersistentVolumeClaim 5Gi"]);
        assert_eq!(words("exceeded quota: mem, requested: pods=1, used: pods=1, limited: pods=1"), [""; 0]);
    }

    #[test]
    fn quantities_are_compared_by_value() {
        let item: LimitRangeItem = serde_json::from_value(serde_json::json!({
            "type": "Container", "max": { "cpu": "1000m" }, "maxLimitRequestRatio": { "cpu": "4" },
        }))
        .unwrap();
        let is_of = |message: &str| limits(message).iter().any(|limit| limit.is_of(&item));
        assert!(is_of("maximum cpu usage per Container is 1, but limit is 2"));
        assert!(is_of("cpu max limit to request ratio per Container is 4, but provided ratio is 8.000000"));
        assert!(!is_of("maximum cpu usage per Pod is 1, but limit is 2"));
        assert!(!is_of("maximum cpu usage per Container is 2, but limit is 4"));
        assert!(!is_of("minimum cpu usage per Container is 1, but request is 0"));
        assert!(!is_of("maximum memory usage per Container is x, but limit is 4"));
    }
}

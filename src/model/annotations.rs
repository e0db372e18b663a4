//! The annotations of an object for this tool.
//!
//! What does not belong here: their meaning.

use super::Names;
use crate::wire;
pub use crate::wire::PREFIX;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The annotations of an object that begin with [`PREFIX`]: at most 64, as they were written, but values are cut after 1,024
/// bytes. Without annotations it has the size of a pointer.
#[derive(Debug, Default)]
#[allow(clippy::box_collection, reason = "nearly all objects have none, and pay for the box alone")]
pub struct Annotations(Option<Box<BTreeMap<Arc<str>, Arc<str>>>>);

/// Those of an object that can have none.
pub(super) static NONE: Annotations = Annotations(None);

impl Annotations {
    /// Folds the annotations of an object.
    pub(crate) fn fold(read: Option<&wire::Annotations>, names: &Names) -> Self {
        let ours = read.into_iter().flat_map(wire::Annotations::ours);
        let ours: BTreeMap<_, _> = ours.map(|(key, value)| (names.get(key), names.get(value))).collect();
        Self((!ours.is_empty()).then(|| Box::new(ours)))
    }

    /// The value of an annotation; its name without the prefix.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.as_ref()?.get(name).map(|value| &**value)
    }

    /// All of them, sorted by name; the names without the prefix.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().flat_map(|ours| ours.iter()).map(|(name, value)| (&**name, &**value))
    }

    /// Whether there are no annotations.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CronJob, Job, Namespace, Pod, PodTemplate, Rollout, SharedPod, Workload};
    use serde_json::json;

    #[test]
    fn ours_are_read_by_name_and_sorted() {
        let names = Names::default();
        let read: wire::Annotations = serde_json::from_value(json!({
            "healthcheck.dev/b": "2", "healthcheck.dev/a": "1", "kubernetes.io/ingress.class": "nginx",
        }))
        .unwrap();
        let annotations = Annotations::fold(Some(&read), &names);
        assert_eq!(annotations.iter().collect::<Vec<_>>(), [("a", "1"), ("b", "2")]);
        assert_eq!((annotations.get("b"), annotations.get("kubernetes.io/ingress.class")), (Some("2"), None));
        assert_eq!((annotations.get("healthcheck.dev/b"), annotations.is_empty()), (None, false));
        let none: wire::Annotations =
            serde_json::from_value(json!({ "kubernetes.io/ingress.class": "nginx" })).unwrap();
        assert!(
            Annotations::fold(Some(&none), &names).is_empty() && Annotations::fold(None, &names).is_empty()
        );
    }

    /// There are a hundred thousand pods, and tens of thousands of ReplicaSets and Jobs.
    #[test]
    #[cfg(target_pointer_width = "64")]
    fn rows_are_small() {
        assert_eq!(size_of::<Annotations>(), 8);
        assert_eq!((size_of::<Pod>(), size_of::<SharedPod>(), size_of::<PodTemplate>()), (56, 40, 48));
        assert_eq!((size_of::<Workload>(), size_of::<Rollout>()), (112, 96));
        assert_eq!((size_of::<Job>(), size_of::<CronJob>()), (80, 232 + 8));
        assert_eq!(size_of::<Namespace>(), 64 + 8 + 24);
    }
}

//! By what a pod is judged: the settings, its class, and what is written on its namespace and its owner, each over the
//! one before it.

use super::View;
use crate::finding::Finding;
use crate::model::{Owner, Pod, Thresholds, Workload};
use crate::policy::overrides::{self, Override};
use crate::policy::profile::Class;
use crate::wire::Time;

impl View<'_> {
    pub(crate) fn read_overrides(&self) -> Vec<Override> {
        if self.settings.no_annotations {
            return Vec::new();
        }
        let classes = &self.settings.rules.classes;
        let read = |(object, annotations)| overrides::read(object, annotations, classes);
        self.annotated().into_iter().map(read).collect()
    }

    /// What is written on namespaces and workloads for this tool, sorted by object.
    pub fn overrides(&self) -> &[Override] {
        &self.overrides
    }

    /// What is written that concerns something of this owner: on the namespace, then on the topmost owner, then on the
    /// owner itself.
    fn overrides_of(&self, namespace: &str, owner: Option<&Owner>) -> Vec<&Override> {
        if self.overrides.is_empty() {
            return Vec::new();
        }
        let written = self.annotations(namespace, owner).map(|(object, _)| object).collect::<Vec<_>>();
        let find = |object| self.overrides.binary_search_by(|over| over.object.cmp(object)).ok();
        written.iter().rev().filter_map(find).map(|index| &self.overrides[index]).collect()
    }

    /// By what a pod is judged.
    pub fn thresholds(&self, pod: &Pod) -> Thresholds {
        let base = self.settings.thresholds;
        let classes = &self.settings.rules.classes;
        if classes.is_empty() && self.overrides.is_empty() {
            return base;
        }
        let root = self.root(pod);
        let written = self.overrides_of(&pod.shared.namespace, pod.shared.owner.as_ref());
        let workload = root.as_ref().filter(|_| classes.iter().any(|class| !class.labels.is_empty()));
        let workload = workload.and_then(|root| self.workload(&pod.shared.namespace, &root.kind, &root.name));
        let labels = workload.and_then(Workload::rollout).map_or(&[][..], |rollout| &rollout.labels);
        let named = written.iter().rev().find_map(|over| over.class.as_deref());
        let belongs = |class: &&Class| match (named, &root) {
            (Some(named), _) => class.name == named,
            (None, Some(owner)) => class.holds(&owner.kind, &owner.name, labels),
            (None, None) => class.holds("Pod", &pod.name, labels),
        };
        let of_classes = classes.iter().filter(belongs).map(|class| class.thresholds);
        let changes = of_classes.chain(written.iter().map(|over| over.thresholds));
        changes.fold(base, |thresholds, changes| changes.over(&thresholds))
    }

    /// Whether something about a pod began so recently that it may still come right by itself.
    pub fn is_young_for(&self, pod: &Pod, since: Option<Time>) -> bool {
        since.is_some_and(|since| self.age(since) < self.thresholds(pod).grace)
    }

    /// Whether the check of a finding is left out where it was found.
    pub fn is_left_out(&self, finding: &Finding) -> bool {
        let own = Owner { kind: finding.object.kind.clone(), name: finding.object.name.clone() };
        let skips = |owner: Option<&Owner>| {
            let written = self.overrides_of(&finding.object.namespace, owner);
            written.iter().any(|over| over.skip.contains(finding.check.id))
        };
        !self.overrides.is_empty() && (skips(finding.owner.as_ref()) || skips(Some(&own)))
    }
}

//! The thresholds of a pod: from the settings, its class, and the annotations of its namespace and its owner. Later
//! ones win.

use super::View;
use crate::checks::CATALOG;
use crate::finding::{Finding, Severity};
use crate::model::{Owner, Pod, Thresholds, Workload};
use crate::policy::overrides::{self, IgnoredAnnotations, Override};
use crate::policy::profile::Class;
use crate::wire::Time;

impl View<'_> {
    pub(crate) fn read_overrides(&self) -> (Vec<Override>, IgnoredAnnotations) {
        let mut ignored = IgnoredAnnotations::default();
        if self.settings.no_annotations {
            return (Vec::new(), ignored);
        }
        let classes = &self.settings.rules.classes;
        let read =
            |(object, annotations)| overrides::read(object, annotations, classes, &CATALOG, &mut ignored);
        (self.annotated().into_iter().map(read).collect(), ignored)
    }

    /// Returns the annotations for this tool that cannot be used.
    pub fn ignored_annotations(&self) -> &IgnoredAnnotations {
        &self.ignored_annotations
    }

    /// Returns the annotations for this tool on namespaces and workloads, sorted by object.
    pub fn overrides(&self) -> &[Override] {
        &self.overrides
    }

    /// Returns the overrides that apply to an object of this owner: of the namespace, then of the topmost owner, then
    /// of the owner itself.
    fn overrides_of(&self, namespace: &str, owner: Option<&Owner>) -> Vec<&Override> {
        if self.overrides.is_empty() {
            return Vec::new();
        }
        let written = self.annotations(namespace, owner).map(|(object, _)| object).collect::<Vec<_>>();
        let find = |object| self.overrides.binary_search_by(|over| over.object.cmp(object)).ok();
        written.iter().rev().filter_map(find).map(|index| &self.overrides[index]).collect()
    }

    /// Returns the thresholds of a pod.
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

    /// Whether something about a pod began so recently that it may still recover on its own.
    pub fn is_young_for(&self, pod: &Pod, since: Option<Time>) -> bool {
        since.is_some_and(|since| self.age(since) < self.thresholds(pod).grace)
    }

    /// Returns the severity of a problem that keeps a pod from working: high, or low while it may still pass on its own. An
    /// error that names what is wrong is definite: waiting does not correct it.
    pub fn high_unless_passing(&self, pod: &Pod, since: Option<Time>, definite: bool) -> Severity {
        if !definite && self.is_young_for(pod, since) { Severity::Low } else { Severity::High }
    }

    /// Whether annotations skip the check of a finding for its object.
    pub fn is_left_out(&self, finding: &Finding) -> bool {
        let own = Owner { kind: finding.object.kind.clone(), name: finding.object.name.clone() };
        let skips = |owner: Option<&Owner>| {
            let written = self.overrides_of(&finding.object.namespace, owner);
            written.iter().any(|over| over.skip.contains(finding.check.id))
        };
        !self.overrides.is_empty() && (skips(finding.owner.as_ref()) || skips(Some(&own)))
    }
}

//! The annotations for this tool on the objects of the scope.
//!
//! What does not belong here: the meaning of the annotations.

use super::View;
use crate::model::{Annotations, Job, ObjectRef, Owner, Workload};
use std::sync::Arc;

impl<'a> View<'a> {
    /// Returns the annotations that apply to an object in a namespace with this owner, the most specific first: those
    /// of the owner, of the owner above it (a Job's CronJob), and of the namespace. Objects without annotations are
    /// left out.
    pub fn annotations(
        &self,
        namespace: &str,
        owner: Option<&Owner>,
    ) -> impl Iterator<Item = (ObjectRef, &'a Annotations)> + use<'a> {
        let mut owners: Vec<Owner> = owner.into_iter().cloned().collect();
        owners.extend(owner.map(|owner| self.topmost(namespace, owner)));
        owners.dedup();
        let of_owner = |owner: &Owner| {
            let object = ObjectRef::new(namespace, &owner.kind, &owner.name);
            self.written_on(&object).map(|annotations| (object, annotations))
        };
        let mut found: Vec<_> = owners.iter().filter_map(of_owner).collect();
        found.extend(self.namespace(namespace).map(|namespace| (namespace.object(), &namespace.annotations)));
        found.into_iter().filter(|(_, annotations)| !annotations.is_empty())
    }

    /// Returns every object of the scope that has annotations, sorted. With a selector these are the owners of the
    /// chosen pods, and the namespaces.
    pub fn annotated(&self) -> Vec<(ObjectRef, &'a Annotations)> {
        let rows = &self.snapshot.rows;
        // There may be very many objects, and few have annotations.
        let workloads = rows.workloads.iter().filter(|workload| !workload.annotations().is_empty());
        let jobs = rows.jobs.iter().filter(|job| !job.annotations().is_empty());
        let cron_jobs = rows.cron_jobs.iter().filter(|job| !job.annotations.is_empty());
        let namespaces = rows.namespaces.iter().filter(|namespace| !namespace.annotations.is_empty());
        let mut found: Vec<_> =
            workloads.map(|workload| (workload.object(), workload.annotations())).collect();
        found.extend(jobs.map(|job| (job.object(), job.annotations())));
        found.extend(cron_jobs.map(|job| (job.object(), &job.annotations)));
        found.retain(|(object, _)| self.is_chosen(object));
        found.extend(namespaces.map(|namespace| (namespace.object(), &namespace.annotations)));
        found.sort_by(|(a, _), (b, _)| a.cmp(b));
        found
    }

    fn written_on(&self, object: &ObjectRef) -> Option<&'a Annotations> {
        let ObjectRef { namespace, kind, name } = object;
        match &**kind {
            "Job" => self.job(namespace, name).map(Job::annotations),
            "CronJob" => self.cron_job(namespace, name).map(|job| &job.annotations),
            kind => self.workload(namespace, kind, name).map(Workload::annotations),
        }
    }

    /// Whether a selector, if there is one, chose pods of this workload or job.
    fn is_chosen(&self, object: &ObjectRef) -> bool {
        let owner = || Owner { kind: Arc::clone(&object.kind), name: Arc::clone(&object.name) };
        !self.snapshot.scope.selected
            || self.is_selected(&object.namespace, self.topmost(&object.namespace, &owner()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Names;
    use crate::policy::settings::Settings;
    use crate::snapshot::{Scope, Snapshot, read_bytes};
    use crate::wire::Time;

    const OBJECTS: &str = "
kind: List
items:
- { kind: Namespace, metadata: { name: shop, annotations: { healthcheck.dev/a: of-shop } } }
- { kind: Namespace, metadata: { name: bare, annotations: { other: x } } }
- { kind: Deployment, metadata: { name: web, namespace: shop, annotations: { healthcheck.dev/a: of-web } } }
- { kind: Deployment, metadata: { name: plain, namespace: shop } }
- { kind: StatefulSet, metadata: { name: db, namespace: bare, annotations: { healthcheck.dev/a: of-db } } }
- kind: ReplicaSet
  metadata:
    name: web-1
    namespace: shop
    annotations: { healthcheck.dev/a: a-copy }
    ownerReferences: [{ kind: Deployment, name: web, controller: true }]
- { kind: CronJob, metadata: { name: nightly, namespace: shop, annotations: { healthcheck.dev/a: of-nightly } } }
- kind: Job
  metadata:
    name: nightly-1
    namespace: shop
    annotations: { healthcheck.dev/a: of-one-night }
    ownerReferences: [{ kind: CronJob, name: nightly, controller: true }]
- kind: Pod
  metadata:
    name: web-1-x
    namespace: shop
    ownerReferences: [{ kind: ReplicaSet, name: web-1, controller: true }]
- kind: Pod
  metadata:
    name: nightly-1-x
    namespace: shop
    ownerReferences: [{ kind: Job, name: nightly-1, controller: true }]
";

    fn snapshot() -> Snapshot {
        read_bytes("test", OBJECTS.as_bytes(), Time::default()).unwrap()
    }

    fn said<'a>(found: impl IntoIterator<Item = (ObjectRef, &'a Annotations)>) -> Vec<String> {
        let line = |(object, annotations): (ObjectRef, &Annotations)| {
            format!("{object}: {}", annotations.get("a").unwrap())
        };
        found.into_iter().map(line).collect()
    }

    #[test]
    fn the_most_specific_comes_first() {
        let (snapshot, settings) = (snapshot(), Settings::default());
        let view = View::new(&snapshot, &settings);
        let of = |namespace: &str, kind: &str, name: &str| {
            said(view.annotations(namespace, Some(&Owner::new(kind, name, &Names::default()))))
        };
        let shop = "Namespace shop: of-shop";
        assert_eq!(of("shop", "Deployment", "web"), ["Deployment shop/web: of-web", shop]);
        assert_eq!(of("shop", "ReplicaSet", "web-1"), ["Deployment shop/web: of-web", shop]);
        let nightly = "CronJob shop/nightly: of-nightly";
        assert_eq!(of("shop", "Job", "nightly-1"), ["Job shop/nightly-1: of-one-night", nightly, shop]);
        assert_eq!(of("shop", "CronJob", "nightly"), [nightly, shop]);
        for (kind, name) in [("Deployment", "plain"), ("Deployment", "gone"), ("Widget", "web")] {
            assert_eq!(of("shop", kind, name), [shop]);
        }
        assert_eq!(of("bare", "StatefulSet", "db"), ["StatefulSet bare/db: of-db"]);
        assert_eq!(said(view.annotations("shop", None)), [shop]);
        assert_eq!(said(view.annotations("bare", None)).len() + said(view.annotations("", None)).len(), 0);
    }

    #[test]
    fn all_that_have_any_are_found_in_order() {
        let (mut snapshot, settings) = (snapshot(), Settings::default());
        let all = [
            "Namespace shop: of-shop",
            "StatefulSet bare/db: of-db",
            "CronJob shop/nightly: of-nightly",
            "Deployment shop/web: of-web",
            "Job shop/nightly-1: of-one-night",
        ];
        assert_eq!(said(View::new(&snapshot, &settings).annotated()), all);
        // A selector chooses pods and thereby their owners.
        snapshot.scope = Scope { selected: true, ..Scope::default() };
        let chosen: Vec<&str> = all.into_iter().filter(|line| !line.contains("db")).collect();
        assert_eq!(said(View::new(&snapshot, &settings).annotated()), chosen);
    }
}

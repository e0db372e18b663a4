//! What is asked about objects in trouble, once it is known which they are: their warnings, and whether their
//! logs can be read.

use super::gather::Run;
use super::{Chain, Keep, list, logs};
use crate::model::{Names, ObjectRef, Pod};
use crate::snapshot::{Rows, Snapshot};
use crate::wire::{Kind, Object};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::task::JoinSet;

/// With trouble in more namespaces than this, the events of the whole cluster are listed.
const EVENT_LISTS: usize = 8;

/// Warnings about some objects; all others are let go.
struct Warnings {
    about: Arc<BTreeSet<ObjectRef>>,
    names: Names,
    rows: Rows,
}

impl Keep for Warnings {
    fn keep(&mut self, object: Object) {
        let Object::Event(event) = &object else { return };
        let about = &event.involved_object;
        let object_ref = ObjectRef {
            namespace: self.names.get(&about.namespace),
            kind: self.names.get(&about.kind),
            name: about.name.as_str().into(),
        };
        if self.about.contains(&object_ref) {
            self.rows.add(object);
        }
    }

    fn part(&self) -> Self {
        Self { about: Arc::clone(&self.about), names: self.names.clone(), rows: self.rows.part() }
    }

    fn append(&mut self, part: Self) {
        self.rows.append(part.rows);
    }

    fn expect(&mut self, _: Kind, _: usize) {}
}

impl Run<'_> {
    /// Asks about what is in trouble: its warnings, and whether its logs can be read.
    pub(super) async fn ask_about_trouble(&self, snapshot: &mut Snapshot) {
        let about = in_trouble(&snapshot.rows);
        let places: BTreeSet<&str> =
            about.iter().map(|object| &*object.namespace).filter(|name| !name.is_empty()).collect();
        let probes = logs::probe(&self.asker, sick_pods(&snapshot.rows));
        if self.plan.scope.skip_kinds.contains(&Kind::Event) {
            snapshot.logs = probes.await;
            return;
        }
        // Trouble everywhere is asked about at once.
        let everywhere = self.namespaces.is_empty() && places.len() > EVENT_LISTS;
        let chains: Vec<Chain> = match everywhere {
            true => vec![self.chain(Kind::Event, None)],
            false => places.iter().map(|name| self.chain(Kind::Event, Some(name))).collect(),
        };
        let about = Arc::new(about);
        let mut tasks = JoinSet::new();
        for chain in chains {
            let asker = Arc::clone(&self.asker);
            let kept = Warnings { about: Arc::clone(&about), names: Names::default(), rows: Rows::default() };
            tasks.spawn(async move {
                let listing = list::list(Arc::clone(&asker), &chain, kept).await;
                asker.progress.ended(&chain, listing.got, listing.error.as_ref());
                (listing.coverage(&chain), listing.kept.rows)
            });
        }
        let (probed, read) = tokio::join!(probes, tasks.join_all());
        snapshot.logs = probed;
        for (coverage, rows) in read {
            snapshot.coverage.add(coverage);
            snapshot.rows.append(rows);
        }
    }
}

/// Pods that may be in trouble: whose whole object was kept, and that do not just serve with few restarts.
fn sick_pods(rows: &Rows) -> impl Iterator<Item = &Pod> {
    rows.pods.iter().filter(|pod| pod.object.is_some() && !pod.serves())
}

/// Objects that may be in trouble.
fn in_trouble(rows: &Rows) -> BTreeSet<ObjectRef> {
    let object = |namespace: &Arc<str>, kind: &str, name: &str| ObjectRef {
        namespace: Arc::clone(namespace),
        kind: kind.into(),
        name: name.into(),
    };
    let pods = rows.pods.iter().filter(|pod| pod.object.is_some());
    let workloads = rows.workloads.iter().filter(|workload| !workload.is_full());
    let jobs = rows.jobs.iter().filter(|job| job.is("Failed").is_some());
    let claims = rows.claims.iter().filter(|claim| claim.status.phase != "Bound");
    pods.map(|pod| object(&pod.kin.namespace, "Pod", &pod.name))
        .chain(workloads.map(|w| object(&w.namespace, w.kind.name(), &w.name)))
        .chain(jobs.map(|job| object(&job.namespace, "Job", &job.name)))
        .chain(
            claims.map(|c| ObjectRef::new(&c.metadata.namespace, "PersistentVolumeClaim", &c.metadata.name)),
        )
        .collect()
}

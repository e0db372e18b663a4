//! What is asked once it is known which objects are in trouble: their warnings, the ends of their logs, and whether the
//! secrets exist that ingresses name.

use super::gather::Run;
use super::{ListRequest, Sink, list, logs};
use crate::model::{Job, Names, ObjectRef, Pod, Thresholds, Workload};
use crate::snapshot::{Rows, Snapshot};
use crate::tls::{Tls, tls_terminations};
use crate::wire::{Kind, Object};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::task::JoinSet;

/// In more namespaces than this, the events or secrets of the whole cluster are listed.
const LISTS: usize = 8;

/// Warnings about some objects, and some secrets; all others are let go.
struct Wanted {
    about: Arc<BTreeSet<ObjectRef>>,
    /// An object that is asked about: warnings about it and its parts are wanted too, even where it is gone.
    part_of: Option<String>,
    names: Names,
    rows: Rows,
}

impl Wanted {
    /// What an object is wanted for.
    fn object_ref(&self, object: &Object) -> Option<ObjectRef> {
        let (namespace, kind, name) = match object {
            Object::Event(event) => {
                let about = &event.involved_object;
                (&about.namespace, about.kind.as_str(), &about.name)
            }
            Object::Secret(secret) => (&secret.metadata.namespace, "Secret", &secret.metadata.name),
            _ => return None,
        };
        Some(ObjectRef {
            namespace: self.names.get(namespace),
            kind: self.names.get(kind),
            name: name.as_str().into(),
        })
    }
}

impl Sink for Wanted {
    fn keep(&mut self, object: Object) {
        let is_part = |object: &ObjectRef| {
            &*object.kind != "Secret"
                && self.part_of.as_deref().is_some_and(|name| is_named_for(&object.name, name))
        };
        let wanted = |object: ObjectRef| is_part(&object) || self.about.contains(&object);
        if self.object_ref(&object).is_some_and(wanted) {
            self.rows.add(object);
        }
    }

    fn part(&self) -> Self {
        Self {
            about: Arc::clone(&self.about),
            part_of: self.part_of.clone(),
            names: self.names.clone(),
            rows: self.rows.part(),
        }
    }

    fn append(&mut self, part: Self) {
        self.rows.append(part.rows);
    }

    fn expect(&mut self, _: Kind, _: usize) {}
}

impl Run<'_> {
    /// Asks about what is in trouble: its warnings, and the ends of its logs; and for secrets that must be there.
    pub(crate) async fn ask_about_trouble(&self, snapshot: &mut Snapshot) {
        let asked_about = |pod: &&Pod| self.plan.about.as_deref().is_none_or(|name| is_of(pod, name));
        let probes = logs::read(&self.asker, sick_pods(&snapshot.rows).filter(asked_about));
        let mut tasks = JoinSet::new();
        let mut secrets =
            if self.plan.with_certificates { missing_secrets(&snapshot.rows) } else { BTreeSet::new() };
        // A gateway may name one of a namespace that nobody wants to look at.
        secrets.retain(|secret| {
            self.namespaces.is_empty() || self.namespaces.iter().any(|name| **name == *secret.namespace)
        });
        for (kind, about) in [(Kind::Event, in_trouble(&snapshot.rows)), (Kind::Secret, secrets)] {
            let (chains, about) = (self.chains_about(kind, &about), Arc::new(about));
            for chain in chains {
                let asker = Arc::clone(&self.asker);
                let kept = Wanted {
                    about: Arc::clone(&about),
                    part_of: self.plan.about.clone(),
                    names: Names::default(),
                    rows: Rows::default(),
                };
                tasks.spawn(async move {
                    let listing = list::list(Arc::clone(&asker), &chain, kept).await;
                    asker.progress.ended(&chain, listing.got, listing.error.as_ref());
                    let coverage = listing.coverage(&chain);
                    (chain, coverage, listing.kept.rows)
                });
            }
        }
        let (probed, read) = tokio::join!(probes, tasks.join_all());
        snapshot.logs = probed;
        for (chain, mut coverage, rows) in read {
            self.mark_out_of_scope(&chain, &mut coverage);
            snapshot.coverage.add(coverage);
            snapshot.rows.append(rows);
        }
    }

    /// The lists that hold a kind where these objects are. What is wanted everywhere is asked for at once.
    fn chains_about(&self, kind: Kind, about: &BTreeSet<ObjectRef>) -> Vec<ListRequest> {
        let mut places: BTreeSet<&str> =
            about.iter().map(|object| &*object.namespace).filter(|name| !name.is_empty()).collect();
        if kind == Kind::Event && self.plan.about.is_some() {
            places.extend(self.namespaces.iter().map(String::as_str));
        }
        if self.plan.scope.skip_kinds.contains(&kind) {
            Vec::new()
        } else if self.namespaces.is_empty() && places.len() > LISTS {
            vec![self.chain(kind, None)]
        } else {
            places.iter().map(|name| self.chain(kind, Some(name))).collect()
        }
    }
}

/// Whether a name is another's, or one that its controller made of it.
fn is_named_for(name: &str, other: &str) -> bool {
    name.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// Whether a pod is the object of this name, or one of its pods.
fn is_of(pod: &Pod, name: &str) -> bool {
    let owner = pod.shared.owner.as_ref().is_some_and(|owner| is_named_for(&owner.name, name));
    owner || is_named_for(&pod.name, name) || pod.node.as_deref() == Some(name)
}

/// Pods that may be in trouble: whose whole object was kept, and that do not just serve with few restarts.
fn sick_pods(rows: &Rows) -> impl Iterator<Item = &Pod> {
    let restarts = Thresholds::default().restarts_attention;
    rows.pods
        .iter()
        .filter(move |pod| pod.object.is_some() && (!pod.serves() || pod.shared.restarts >= restarts))
}

/// Objects that may be in trouble.
fn in_trouble(rows: &Rows) -> BTreeSet<ObjectRef> {
    let pods = rows.pods.iter().filter(|pod| pod.object.is_some());
    let workloads = rows.workloads.iter().filter(|workload| !workload.is_available());
    let jobs = rows.jobs.iter().filter(|job| job.is("Failed").is_some() || job.lacks_pods());
    let services = rows.services.iter().filter(|service| service.waits_for_load_balancer());
    let services = services.map(|service| &service.metadata);
    let claims =
        rows.claims.iter().filter(|claim| claim.status.phase != "Bound").map(|claim| &claim.metadata);
    pods.map(Pod::object_ref)
        .chain(workloads.map(Workload::object))
        .chain(jobs.map(Job::object))
        .chain(services.map(|service| ObjectRef::new(&service.namespace, "Service", &service.name)))
        .chain(claims.map(|claim| ObjectRef::new(&claim.namespace, "PersistentVolumeClaim", &claim.name)))
        .collect()
}

/// The secrets that ingresses and gateways name for their certificates, and that hold none that was read.
fn missing_secrets(rows: &Rows) -> BTreeSet<ObjectRef> {
    let ends = tls_terminations(&rows.ingresses, &rows.gateways, &[]);
    let named = ends.iter().flat_map(|end| &end.secrets);
    let read = |secret: &ObjectRef| {
        let key = |tls: &Tls| (&tls.namespace, &tls.name).cmp(&(&secret.namespace, &secret.name));
        rows.certificates.binary_search_by(key).is_ok()
    };
    let named = named.map(|(namespace, name)| ObjectRef::new(namespace, "Secret", name));
    named.filter(|secret| !read(secret)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn secrets_of_gateways_are_looked_for_too() {
        fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
            serde_json::from_value(value).unwrap()
        }
        let meta = |name: &str| json!({ "namespace": "shop", "name": name });
        let mut rows = Rows::default();
        let tls = json!([{ "secretName": "one" }, { "hosts": ["a.example.com"] }]);
        rows.ingresses.push(read(json!({ "metadata": meta("web"), "spec": { "tls": tls } })));
        let refs = json!([{ "name": "two" }, { "name": "three", "namespace": "certs" }, { "kind": "Vault", "name": "four" }]);
        let listener = json!({ "protocol": "HTTPS", "tls": { "certificateRefs": refs } });
        rows.gateways.push(read(json!({ "metadata": meta("edge"), "spec": { "listeners": [listener] } })));
        let missing: Vec<String> = missing_secrets(&rows).iter().map(ToString::to_string).collect();
        assert_eq!(missing, ["Secret certs/three", "Secret shop/one", "Secret shop/two"]);
    }
}

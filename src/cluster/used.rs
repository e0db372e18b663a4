//! What the containers use at this moment that were killed for their memory: of a few pods, asked one by one, where not
//! all pods are asked about.

use super::Error;
use super::gather::Run;
use super::page::{Accept, Asker, Patience, Request};
use crate::model::{Pod, Reason};
use crate::snapshot::Snapshot;
use crate::wire::{Kind, Object};
use std::sync::Arc;
use tokio::task::JoinSet;

/// So many pods are asked about: in a bad hour the first of them tell of the others.
const MOST: usize = 20;

impl Run<'_> {
    /// Asks, where a metrics server answers. That it does not know a pod, or not yet, is no gap.
    pub(super) async fn ask_what_the_killed_use(&self, snapshot: &mut Snapshot) {
        let coverage = &snapshot.coverage;
        let is_absent = coverage.outside.iter().any(|gap| {
            gap.kind == Kind::NodeMetrics.name() && matches!(gap.reason, Reason::Absent | Reason::Failed)
        });
        if is_absent || self.plan.with_usage || self.plan.scope.skip_kinds.contains(&Kind::PodMetrics) {
            return;
        }
        let mut tasks = JoinSet::new();
        for pod in snapshot.rows.pods.iter().filter(|pod| was_killed(pod)).take(MOST) {
            let path = Kind::PodMetrics.path(Some(&pod.kin.namespace)) + "/" + &*pod.name;
            let request = Request {
                path,
                accept: Accept::Json,
                deadline: self.plan.list.page_timeout,
                patience: Patience::Once,
                form: None,
            };
            let asker = Arc::clone(&self.asker);
            tasks.spawn(async move { metrics(&asker, &request).await });
        }
        for object in tasks.join_all().await.into_iter().flatten() {
            snapshot.rows.add(object);
        }
    }
}

async fn metrics(asker: &Asker, request: &Request) -> Result<Object, Error> {
    let answer = asker.ask(request).await?;
    let unreadable = |error: serde_json::Error| Error::Unreadable(error.to_string());
    let value: serde_json::Value = serde_json::from_slice(&answer.body).map_err(unreadable)?;
    if value["kind"] != Kind::PodMetrics.name() {
        return Err(Error::Unreadable("it is not what a pod uses".to_owned()));
    }
    Object::from_value(Kind::PodMetrics, value).map_err(unreadable)
}

/// Whether a container of it was, and it runs again.
fn was_killed(pod: &Pod) -> bool {
    let was =
        |ended: Option<&crate::wire::Terminated>| ended.is_some_and(|ended| ended.reason == "OOMKilled");
    pod.containers().any(|container| was(container.status.last_state.terminated.as_ref()))
}

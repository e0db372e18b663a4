//! What is used of the nodes, where a metrics server measures it.

use super::Error;
use super::page::{Accept, Asker, Patience, Request};
use crate::model::{Amount, Gap, Reason};
use crate::snapshot::Snapshot;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// The kind, as a gap names it.
const KIND: &str = "NodeMetrics";

/// `v1beta1.NodeMetricsList` of metrics.k8s.io.
#[derive(Deserialize)]
struct List {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    metadata: Metadata,
    #[serde(default)]
    usage: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Metadata {
    name: String,
}

/// Asks once. That nobody measures is no gap, and neither is a server that does not say.
pub(super) async fn ask(asker: &Asker, snapshot: &mut Snapshot, deadline: Duration) {
    let path = "/apis/metrics.k8s.io/v1beta1/nodes".to_owned();
    let request = Request { path, accept: Accept::Json, deadline, patience: Patience::Once, form: None };
    let list = match asker.ask(&request).await {
        Ok(answer) => serde_json::from_slice::<List>(&answer.body)
            .map_err(|error| (Reason::Unreadable, error.to_string())),
        // Without a metrics server there is not even a Status.
        Err(Error::Foreign { code: 404, .. }) => Err((Reason::Absent, String::new())),
        Err(error) => Err((error.reason(), error.detail())),
    };
    match list {
        Ok(list) => fill(snapshot, &list),
        Err((reason, detail)) => snapshot.coverage.outside.push(Gap { detail, ..Gap::new(KIND, reason) }),
    }
}

fn fill(snapshot: &mut Snapshot, list: &List) {
    let usage: BTreeMap<&str, Amount> = list
        .items
        .iter()
        .map(|item| (&*item.metadata.name, Amount::of(item.usage.iter().map(|(k, v)| (&**k, &**v)))))
        .collect();
    for node in &mut snapshot.rows.nodes {
        node.usage = usage.get(&*node.name).copied();
    }
}

//! What the cluster has, what is asked for and used of it, and by whom: CPU in thousandths, memory in bytes.

use super::{amount, context};
use crate::checks::{Loss, Resource};
use crate::model::ObjectRef;
use crate::report::{Report, Requested};
use serde_json::{Map, Value, json};

/// The resources of one cluster.
pub(super) fn of(report: &Report) -> Value {
    let resources = report.resources();
    let capacity = &resources.capacity;
    json!({
        "context": context(report),
        "complete": resources.complete,
        "nodes": capacity.nodes,
        "unstatedNodes": capacity.unstated,
        "allocatable": amount(capacity.allocatable),
        "requests": amount(capacity.requests),
        "limits": amount(capacity.limits),
        "usage": capacity.usage.map(amount),
        "measured": { "nodes": capacity.measured, "allocatable": amount(capacity.measured_allocatable) },
        "elsewhere": with(taken(&resources.elsewhere), []),
        "namespaces": resources.namespaces.iter().map(|(name, of)| {
            with(taken(of), [("name", json!(&**name))])
        }).collect::<Vec<_>>(),
        "consumers": resources.consumers.iter().map(|(object, of)| consumer(object, of)).collect::<Vec<_>>(),
        "openNodes": resources.open_nodes,
        "losses": resources.losses.iter().map(loss).collect::<Vec<_>>(),
    })
}

fn consumer(object: &ObjectRef, of: &Requested) -> Value {
    let ObjectRef { namespace, kind, name } = object;
    with(taken(of), [("namespace", json!(&**namespace)), ("kind", json!(&**kind)), ("name", json!(&**name))])
}

fn taken(taken: &Requested) -> Map<String, Value> {
    let fields = [
        ("pods", json!(taken.pods)),
        ("requests", amount(taken.requests)),
        ("limits", amount(taken.limits)),
        ("usage", json!(taken.usage().map(amount))),
        ("measuredPods", json!(taken.measured)),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn with<const N: usize>(mut fields: Map<String, Value>, more: [(&str, Value); N]) -> Value {
    fields.extend(more.map(|(name, value)| (name.to_owned(), value)));
    Value::Object(fields)
}

fn loss(loss: &Loss) -> Value {
    json!({
        "resource": match loss.resource {
            Resource::Cpu => "cpuMillis",
            Resource::Memory => "memoryBytes",
        },
        "node": &*loss.node.name,
        "otherNodes": loss.others,
        "needed": loss.needed,
        "left": loss.left,
        "short": loss.short(),
    })
}

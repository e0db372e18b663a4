//! The memory that a report needs for an object in addition to its row, in any format.

use crate::memory;
use crate::model::Pod;
use crate::wire::{Annotations, Object, Secret};

/// The resources of a pod without an owner, in bytes. Other pods share those of their owners.
const RESOURCES: usize = 450;

/// Returns the most bytes for a pod.
pub(super) fn of_pod(pod: &Pod) -> usize {
    match &pod.object {
        Some(object) => memory::of_pod(object.status.text_length()),
        None if pod.shared.owner.is_none() => RESOURCES,
        None => 0,
    }
}

/// Returns the bytes for an object other than a pod, without findings about it.
pub(super) fn of_object(object: &Object) -> usize {
    let annotations = match object {
        Object::Node(_) => return memory::of_row(),
        Object::Secret(secret) if secret.r#type == Secret::TLS => return memory::of_row(),
        Object::Deployment(of) => &of.metadata.annotations,
        Object::StatefulSet(of) => &of.metadata.annotations,
        Object::DaemonSet(of) => &of.metadata.annotations,
        Object::Job(of) => &of.metadata.annotations,
        Object::CronJob(of) => &of.metadata.annotations,
        Object::Namespace(of) => &of.metadata.annotations,
        _ => return 0,
    };
    let ours = annotations.iter().flat_map(Annotations::ours);
    match ours.map(|(name, value)| name.len() + value.len()).sum() {
        0 => 0,
        texts => memory::of_annotations(texts),
    }
}

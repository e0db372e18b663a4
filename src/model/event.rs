//! The row of an event.

use super::{Names, ObjectRef};
use crate::wire::{self, Time};

/// The reason of the cluster autoscaler for a pod for which it adds no node. The event is not a warning.
pub const NOT_SCALED_UP: &str = "NotTriggerScaleUp";

/// The reason of an autoscaler that has changed the replicas of its target. The event is not a warning.
pub const RESCALED: &str = "SuccessfulRescale";

/// The events that are kept although they are not warnings.
const OF_AUTOSCALERS: [&str; 2] = [NOT_SCALED_UP, RESCALED];

/// A warning about an object, or an event of an autoscaler: a refusal to add a node for a pod, or a change of replicas. Folded from either event API.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    /// The object of the warning.
    pub(crate) object: ObjectRef,
    /// When it was last seen, if known.
    pub(crate) last_seen: Option<Time>,
    /// When it was first seen, if known.
    pub(crate) first_seen: Option<Time>,
    /// The number of repetitions; at least 1.
    pub(crate) count: i32,
    /// The uid of that object; empty if unknown.
    pub(crate) uid: String,
    /// The container of the pod, if the event names one.
    pub(crate) container: Option<Box<str>>,
    /// Such as `FailedScheduling`.
    pub(crate) reason: String,
    /// The message of the component.
    pub(crate) message: String,
}

/// The container in a path such as `spec.initContainers{setup}`.
fn container(path: &str) -> Option<Box<str>> {
    let (place, rest) = path.split_once('{')?;
    place.ends_with("ontainers").then(|| rest.trim_end_matches('}').into())
}

impl Event {
    /// Whether it is a warning, and not one of the events of autoscalers.
    pub(crate) fn is_warning(&self) -> bool {
        !OF_AUTOSCALERS.contains(&self.reason.as_str())
    }

    /// Whether it is about this container of its pod; also true if it names none.
    pub(crate) fn is_of(&self, container: &str) -> bool {
        self.container.as_deref().is_none_or(|name| name == container)
    }

    /// Whether it is about this object with this uid. A pod of a StatefulSet has the name of the one before it, so the uid
    /// decides if both are known.
    pub(crate) fn is_about(&self, object: &ObjectRef, uid: &str) -> bool {
        self.object == *object && (self.uid.is_empty() || uid.is_empty() || self.uid == uid)
    }

    /// Folds an event; `None` unless it is a warning or one of the events of autoscalers.
    pub(crate) fn fold(object: wire::Event, names: &Names) -> Option<Self> {
        if object.r#type != "Warning" && !OF_AUTOSCALERS.contains(&object.reason.as_str()) {
            return None;
        }
        let about = &object.involved_object;
        let series = object.series.as_ref();
        let last_seen = [
            series.and_then(|s| s.last_observed_time),
            object.last_timestamp,
            object.event_time,
            object.first_timestamp,
            object.metadata.creation_timestamp,
        ];
        Some(Self {
            object: ObjectRef {
                namespace: names.get(&about.namespace),
                kind: names.get(&about.kind),
                name: names.get(&about.name),
            },
            uid: about.uid.clone(),
            container: container(&about.field_path),
            first_seen: [object.first_timestamp, object.event_time]
                .into_iter()
                .flatten()
                .find_map(Time::known),
            count: series.map_or(object.count, |s| s.count).max(1),
            last_seen: last_seen.into_iter().flatten().find_map(Time::known),
            reason: object.reason,
            message: object.message,
        })
    }
}

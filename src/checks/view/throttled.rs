//! The containers that their CPU limits throttle too often, over all pods of their workloads.
//!
//! What does not belong here: remedies.

use super::View;
use crate::model::{ObjectRef, Owner, Periods};
use std::collections::BTreeMap;

/// One container of a workload, over all pods that were measured.
#[derive(Clone, Debug)]
pub struct Throttled<'a> {
    /// The workload, or a pod without an owner.
    pub object: ObjectRef,
    /// The container.
    pub container: &'a str,
    /// Its CPU periods, and how many of them were throttled.
    pub periods: Periods,
    /// The largest limit, that of the newest pods, in thousandths of a core, if known.
    pub limit: Option<i64>,
    /// The number of measured pods that are not idle.
    pub pods: usize,
    /// The largest allowed share of throttled periods, in thousandths.
    pub allowed: i64,
}

impl<'a> View<'a> {
    /// Returns every container that is busy enough to judge and throttled in more of its periods than its class allows,
    /// sorted. Only pods of the snapshot count, as the owners of other pods are unknown.
    pub fn throttled(&self) -> Vec<Throttled<'a>> {
        let rows = &self.snapshot.rows;
        let mut found: BTreeMap<(ObjectRef, &str), Throttled> = BTreeMap::new();
        for one in &rows.throttling {
            let ((namespace, pod, container), periods) = (one.metadata.key(), one.counted());
            // Idle standby pods would hide the pod that works.
            if periods.is_idle() {
                continue;
            }
            let Some(pod) = rows.pod(namespace, pod).filter(|pod| pod.shared.ended.is_none()) else {
                continue;
            };
            let owner = self.root(pod).map(|Owner { kind, name }| ObjectRef::new(namespace, &kind, &name));
            let object = owner.unwrap_or_else(|| pod.object_ref());
            let measured = found.entry((object.clone(), container)).or_insert_with(|| Throttled {
                object,
                container,
                periods: Periods::default(),
                limit: None,
                pods: 0,
                allowed: self.thresholds(pod).throttled,
            });
            measured.periods = measured.periods.plus(periods);
            // The kubelet reports the limit with its measurement; other sources do not.
            let set = pod.shared.template.specs.iter().find(|spec| *spec.container == *container);
            measured.limit = measured
                .limit
                .max(set.map(|spec| spec.resources.limits.cpu).filter(|cpu| *cpu > 0))
                .max(one.limit());
            measured.pods += 1;
        }
        found.retain(|_, measured| measured.periods.is_above(measured.allowed));
        found.into_values().collect()
    }
}

//! Which containers are held back by their CPU limits too often, over all pods of their workloads.
//!
//! What does not belong here: what to do about it.

use super::View;
use crate::model::{ObjectRef, Owner, Periods, Throttling};
use std::collections::BTreeMap;

/// One container of a workload, over all its pods that were measured.
#[derive(Clone, Debug)]
pub struct Throttled<'a> {
    /// The workload, or a pod that nobody owns.
    pub object: ObjectRef,
    /// The container.
    pub container: &'a str,
    /// How often.
    pub periods: Periods,
    /// The largest limit, which the newest pods have, in thousandths of a core, if known.
    pub limit: Option<i64>,
    /// How many pods were measured that are not idle.
    pub pods: usize,
    /// More than so many thousandths of its periods are too much.
    pub allowed: i64,
}

impl<'a> View<'a> {
    /// Every container that runs enough to tell and is stopped in more of its periods than its class allows, sorted. Only
    /// of pods in sight is it known whose they are.
    pub fn throttled(&self) -> Vec<Throttled<'a>> {
        let rows = &self.snapshot.rows;
        let mut found: BTreeMap<(ObjectRef, &str), Throttled> = BTreeMap::new();
        for one in &rows.throttling {
            let Throttling { namespace, pod, container, periods, limit } = one;
            // Those that stand by would hide the one that works.
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
            measured.periods = measured.periods.plus(*periods);
            // A kubelet counts with the limit that it has; whoever counts for it does not know it.
            let set = pod.shared.specs.iter().find(|spec| *spec.container == **container);
            measured.limit =
                measured.limit.max(set.map(|spec| spec.limits.cpu).filter(|cpu| *cpu > 0)).max(*limit);
            measured.pods += 1;
        }
        found.retain(|_, measured| measured.periods.is_above(measured.allowed));
        found.into_values().collect()
    }
}

//! Changes as rows: one for each incident, named by its worst change.

use super::{Change, Changed};
use crate::finding::Severity;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The findings of one incident with the same change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The worst change.
    pub change: Change,
    /// The worst severity of the findings with that change.
    pub severity: Severity,
    /// The index of the key that names it.
    pub names: usize,
    /// The number of other keys of the incident with that change.
    pub others: usize,
}

impl Row {
    /// Returns whether it is new, worse, fixed or better, and above low.
    pub fn is_news(&self) -> bool {
        self.change < Change::Unseen && self.severity > Severity::Low
    }
}

/// Groups sorted changes: findings that exist by their incident, and those that are gone by their former incident.
pub(super) fn fold(all: &[Changed]) -> Vec<Row> {
    let mut groups: BTreeMap<(Option<Change>, &str), Vec<usize>> = BTreeMap::new();
    for (index, changed) in all.iter().enumerate() {
        let gone = changed.severity.now.is_none().then_some(changed.change);
        groups.entry((gone, &changed.incident)).or_default().push(index);
    }
    let mut rows: Vec<Row> =
        groups.into_iter().filter_map(|((_, incident), group)| row(all, incident, &group)).collect();
    rows.sort_by_key(|row| (row.change, Reverse(row.severity), row.names));
    rows
}

/// Returns the row of an incident. Its keys are sorted by change, then worst first. Low findings do not count in an incident
/// that has worse ones.
fn row(all: &[Changed], incident: &str, group: &[usize]) -> Option<Row> {
    let mut group = group.to_vec();
    if group.iter().any(|index| all[*index].weight() > Severity::Low) {
        group.retain(|index| all[*index].weight() > Severity::Low);
    }
    let change = all[*group.first()?].change;
    group.retain(|index| all[*index].change == change);
    // The cause names the row.
    let cause = group.iter().copied().find(|index| all[*index].key == incident);
    Some(Row {
        change,
        severity: group.iter().map(|index| all[*index].weight()).max()?,
        names: cause.or_else(|| group.first().copied())?,
        others: group.len() - 1,
    })
}

//! Changes for people: one row an incident, named by the worst that became of it.

use super::{Change, Changed};
use crate::finding::Severity;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// A row for people: the findings of one incident of which the same became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The worst that became of any of them.
    pub change: Change,
    /// The worst of those of which it became.
    pub severity: Severity,
    /// The key that names it, as an index.
    pub names: usize,
    /// How many other keys of the incident it became of.
    pub others: usize,
}

impl Row {
    /// Whether it is new, worse, fixed or better, and more than worth knowing.
    pub fn is_news(&self) -> bool {
        self.change < Change::Unseen && self.severity > Severity::Low
    }
}

/// Folds changes, which must be sorted. What is there now is folded by its incident, what is gone by the one it was of.
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

/// The keys of an incident as one row. They come sorted by change, then the worst first. What is only worth knowing is
/// no news of an incident that is more.
fn row(all: &[Changed], incident: &str, group: &[usize]) -> Option<Row> {
    let mut group = group.to_vec();
    if group.iter().any(|index| all[*index].weight() > Severity::Low) {
        group.retain(|index| all[*index].weight() > Severity::Low);
    }
    let change = all[*group.first()?].change;
    group.retain(|index| all[*index].change == change);
    // The cause speaks for what comes of it.
    let cause = group.iter().copied().find(|index| all[*index].key == incident);
    Some(Row {
        change,
        severity: group.iter().map(|index| all[*index].weight()).max()?,
        names: cause.or_else(|| group.first().copied())?,
        others: group.len() - 1,
    })
}

//! The order of rows, and which rows are the same.

use super::rows::Key;
use crate::logs::Source;
use crate::model::Event;

/// Sorts rows by namespace, kind and name, and keeps the first of each. Returns the number of dropped rows. Broken objects
/// without a name cannot be distinguished, so all of them stay.
pub(super) fn once<T>(rows: &mut Vec<T>, key: Key<T>) -> u64 {
    let before = rows.len();
    // Servers send them sorted, or nearly so. Sorting needs memory for half of them more.
    if !rows.is_sorted_by(|a, b| key(a) <= key(b)) {
        rows.sort_by(|a, b| key(a).cmp(&key(b)));
    }
    rows.dedup_by(|later, first| !key(first).2.is_empty() && key(first) == key(later));
    (before - rows.len()) as u64
}

/// As [`once`], for rows that are made from other rows, which count the repeated ones.
pub(super) fn once_derived<T>(rows: &mut Vec<T>, key: Key<T>) -> u64 {
    once(rows, key);
    0
}

/// Sorts warnings by object and time. The same warning may come from several lists, so nothing is reported as repeated.
pub(super) fn once_events(events: &mut Vec<Event>, _: Key<Event>) -> u64 {
    fn key(event: &Event) -> impl Ord {
        (&event.object, event.last_seen, &event.reason, &event.message)
    }
    events.sort_by(|a, b| key(a).cmp(&key(b)));
    events.dedup_by(|a, b| key(a) == key(b) && (&a.uid, a.count) == (&b.uid, b.count));
    0
}

/// Sorts summaries of logs by workload and container, and keeps the first of each.
pub(super) fn once_logs(logs: &mut Vec<Source>, _: Key<Source>) -> u64 {
    fn key(source: &Source) -> impl Ord {
        (&source.object, &source.container)
    }
    let before = logs.len();
    logs.sort_by(|a, b| key(a).cmp(&key(b)));
    logs.dedup_by(|later, first| key(first) == key(later));
    (before - logs.len()) as u64
}

/// Puts a row into sorted rows, in place of the one with the same key.
pub(super) fn put<T>(rows: &mut Vec<T>, row: T, key: Key<T>) {
    match rows.binary_search_by(|known| key(known).cmp(&key(&row))) {
        Ok(index) => {
            if let Some(known) = rows.get_mut(index) {
                *known = row;
            }
        }
        Err(index) => {
            // Growth by doubling would take twice the memory for one more row.
            if rows.len() == rows.capacity() {
                rows.reserve_exact(rows.len() / 16 + 16);
            }
            rows.insert(index, row);
        }
    }
}

/// Removes the row with the key of another one from sorted rows.
pub(super) fn remove<T>(rows: &mut Vec<T>, row: &T, key: Key<T>) {
    if let Ok(index) = rows.binary_search_by(|known| key(known).cmp(&key(row))) {
        rows.remove(index);
    }
}

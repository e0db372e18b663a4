//! The namespaces of rows.

use super::Key;
use std::collections::BTreeSet;

/// Keeps the rows whose key is accepted.
pub(super) fn retain<T>(rows: &mut Vec<T>, key: Key<T>, keep: impl Fn((&str, &str, &str)) -> bool) {
    rows.retain(|row| keep(key(row)));
}

/// Adds the namespaces of rows. `of` returns the namespace from the key of a row.
pub(super) fn note<'r, T>(
    places: &mut BTreeSet<&'r str>,
    rows: &'r [T],
    key: Key<T>,
    of: impl Fn((&'r str, &'r str, &'r str)) -> &'r str,
) {
    let mut last = "";
    for place in rows.iter().map(|row| of(key(row))) {
        // Rows of one namespace follow each other.
        if place != last && !place.is_empty() {
            places.insert(place);
            last = place;
        }
    }
}

//! Why two runs cannot be compared.

use crate::compare::run_record::RunRecord;
use crate::snapshot::{Cluster, Scope};
use crate::wire::Time;

/// Checks that two runs can be compared; each comes with its name for errors.
///
/// # Errors
/// If they are of two clusters, in the wrong order, or without a common namespace. The text says what to do.
pub fn comparable(
    (old, earlier): (&RunRecord, &str),
    (new, later): (&RunRecord, &str),
) -> Result<(), String> {
    of_one_cluster((&old.cluster, earlier), (&new.cluster, later))?;
    if let Some((then, now)) = old.taken_at.zip(new.taken_at).filter(|(then, now)| then > now) {
        let (then, now) = (shown(then), shown(now));
        return Err(format!("{earlier} is newer ({then}) than {later} ({now}); swap them"));
    }
    if !overlap(&old.scope, &new.scope) {
        let (theirs, ours) = (places(&old.scope), places(&new.scope));
        return Err(format!(
            "{earlier} covers {theirs} and {later} covers {ours}: they have no namespace in common"
        ));
    }
    Ok(())
}

/// Checks that two runs are on one cluster, as far as they name it.
///
/// # Errors
/// If both name a server and a context, and neither agrees.
pub fn of_one_cluster(
    (old, earlier): (&Cluster, &str),
    (new, later): (&Cluster, &str),
) -> Result<(), String> {
    let differ = |a: &str, b: &str| !a.is_empty() && !b.is_empty() && a != b;
    if differ(&old.server, &new.server) && differ(&old.context, &new.context) {
        let (old, new) = (named(old), named(new));
        return Err(format!(
            "{earlier} is of cluster {old} and {later} of {new}: compare runs on one cluster"
        ));
    }
    Ok(())
}

fn named(cluster: &Cluster) -> String {
    format!("{} ({})", cluster.context, cluster.server)
}

fn shown(time: Time) -> String {
    time.to_timestamp().map_or_else(|| "?".to_owned(), |timestamp| timestamp.to_string())
}

fn overlap(a: &Scope, b: &Scope) -> bool {
    match (a.is_whole_cluster(), b.is_whole_cluster()) {
        (true, true) => true,
        (false, _) => a.namespaces.iter().any(|name| b.holds(name)),
        (true, false) => b.namespaces.iter().any(|name| a.holds(name)),
    }
}

/// Returns the namespaces of a scope, the first ones of many.
fn places(scope: &Scope) -> String {
    let names = &scope.namespaces;
    match names.len() {
        0 => "all namespaces".to_owned(),
        1..=4 => names.join(", "),
        many => format!("{} and {} others", names[..3].join(", "), many - 3),
    }
}

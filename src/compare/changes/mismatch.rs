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

/// The context of every run inside of a cluster: it does not name the cluster.
const IN_CLUSTER: &str = "in-cluster";

/// Checks that two runs are on one cluster, as far as they name it: by the same server under another name of the context, or
/// by the same context with another address of the server.
///
/// # Errors
/// If the servers or the contexts differ, and neither agrees.
pub fn of_one_cluster(
    (old, earlier): (&Cluster, &str),
    (new, later): (&Cluster, &str),
) -> Result<(), String> {
    let context = |cluster: &Cluster| Some(cluster.context.clone()).filter(|name| name != IN_CLUSTER);
    let contexts = context(old).zip(context(new));
    let (mut agree, mut differ) = (old.context == new.context && !old.context.is_empty(), false);
    let servers = Some((old.server.clone(), new.server.clone()));
    for (a, b) in contexts.into_iter().chain(servers).filter(|(a, b)| !a.is_empty() && !b.is_empty()) {
        agree |= a == b;
        differ |= a != b;
    }
    if differ && !agree {
        let (old, new) = (named(old), named(new));
        return Err(format!(
            "{earlier} is of cluster {old} and {later} of {new}: compare runs on one cluster"
        ));
    }
    Ok(())
}

fn named(cluster: &Cluster) -> String {
    match (&*cluster.context, &*cluster.server) {
        (context, "") => context.to_owned(),
        ("", server) => server.to_owned(),
        (context, server) => format!("{context} ({server})"),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn is_one(old: (&str, &str), new: (&str, &str)) -> bool {
        let cluster = |(context, server): (&str, &str)| Cluster {
            context: context.to_owned(),
            server: server.to_owned(),
            version: String::new(),
        };
        of_one_cluster((&cluster(old), "old.json"), (&cluster(new), "this run")).is_ok()
    }

    #[test]
    fn runs_of_two_clusters_differ_in_all_that_both_name() {
        let (a, b) = ("https://a:6443", "https://b:6443");
        for (old, new) in [
            (("prod", a), ("test", b)),
            // A capture without the server.
            (("prod", ""), ("test", b)),
            (("prod", ""), ("test", "")),
            (("", a), ("test", b)),
            (("", a), ("", b)),
            (("prod", a), ("in-cluster", b)),
        ] {
            assert!(!is_one(old, new) && !is_one(new, old), "{old:?} {new:?}");
        }
    }

    #[test]
    fn runs_of_one_cluster_agree_in_something_or_do_not_name_it() {
        let (a, b) = ("https://a:6443", "https://b:6443");
        for (old, new) in [
            (("prod", a), ("prod", a)),
            // A renamed context, and a server that has moved.
            (("prod", a), ("test", a)),
            (("prod", a), ("prod", b)),
            (("prod", ""), ("prod", b)),
            // Output of kubectl names no cluster.
            (("", ""), ("prod", a)),
            (("prod", ""), ("", b)),
            (("prod", ""), ("in-cluster", b)),
            (("in-cluster", a), ("in-cluster", b)),
        ] {
            assert!(is_one(old, new) && is_one(new, old), "{old:?} {new:?}");
        }
    }

    #[test]
    fn a_cluster_without_a_server_is_named_by_its_context() {
        let cluster = |context: &str| Cluster { context: context.to_owned(), ..Cluster::default() };
        let told =
            of_one_cluster((&cluster("prod"), "old.json"), (&cluster("test"), "new.json")).unwrap_err();
        assert_eq!(told, "old.json is of cluster prod and new.json of test: compare runs on one cluster");
    }
}

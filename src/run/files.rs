//! Files instead of a cluster, narrowed to the scope.

use super::Failure;
use crate::cli::ScopeArgs;
use crate::gather::ScopeOptions;
use crate::gather::namespaces::{is_pattern, matching};
use crate::snapshot::{self, Snapshot};
use crate::text::suggest::{did_you_mean, nearest_holding};
use crate::wire::Time;
use std::path::PathBuf;

/// Reads files, narrowed to the scope. `now` is the time to judge them by, if they have none.
pub(super) fn read(files: &[PathBuf], scope: &ScopeArgs, now: Time) -> Result<Snapshot, Failure> {
    scope.check()?;
    let mut snapshot = snapshot::read(files, now)?;
    narrow(&mut snapshot, scope)?;
    Ok(snapshot)
}

/// Reads the bundled example, narrowed to some of its namespaces; none for all.
pub(super) fn demo(namespaces: &[String]) -> Result<Snapshot, Failure> {
    let mut snapshot = snapshot::demo()?;
    // The example has its own namespaces.
    snapshot.scope.namespaces = snapshot.namespaces();
    narrow(&mut snapshot, &ScopeArgs { namespace: namespaces.to_vec(), ..ScopeArgs::default() })?;
    Ok(snapshot)
}

/// Keeps the namespaces of the scope only.
fn narrow(snapshot: &mut Snapshot, scope: &ScopeArgs) -> Result<(), Failure> {
    let excluded =
        ScopeOptions::from(scope).excluded_set().map_err(|error| Failure::new(error.to_string()))?;
    let known = snapshot.namespaces();
    let (patterns, mut named): (Vec<String>, Vec<String>) =
        scope.namespace.iter().cloned().partition(|name| is_pattern(name));
    named.extend(matching(&patterns, known.iter()).map_err(Failure::new)?);
    let keep = |name: &str| {
        (named.is_empty() || scope.all_namespaces || named.iter().any(|n| n == name))
            && !excluded.is_match(name)
    };
    if let Some(unknown) = named.iter().find(|name| !scope.all_namespaces && !known.contains(name)) {
        let failure = Failure::new(format!("namespace \"{unknown}\" is not in the input"));
        return Err(match nearest_holding(unknown, known.iter().map(String::as_str)) {
            Some(near) => failure.with_hint(did_you_mean(near)),
            None => failure,
        });
    }
    snapshot.rows.retain_namespaces(&keep);
    let patterns = scope.exclude_namespace.iter().map(|glob| glob.glob().to_owned());
    snapshot.scope.excluded.extend(patterns);
    if !named.is_empty() && !scope.all_namespaces {
        snapshot.scope.namespaces = named;
        snapshot.scope.namespaces.sort();
        snapshot.scope.namespaces.dedup();
    }
    Ok(())
}

//! Files instead of a cluster, narrowed to the scope.

use super::Failure;
use crate::cli::ScopeArgs;
use crate::gather::ScopeOptions;
use crate::snapshot::{self, Snapshot};
use crate::wire::Time;
use std::path::PathBuf;

/// Reads files, narrowed to the scope. `now` is the time to judge them by, if they have none.
pub(super) fn read(files: &[PathBuf], scope: &ScopeArgs, now: Time) -> Result<Snapshot, Failure> {
    scope.check()?;
    let mut snapshot = snapshot::read(files, now)?;
    narrow(&mut snapshot, scope)?;
    Ok(snapshot)
}

/// Keeps the namespaces of the scope only.
fn narrow(snapshot: &mut Snapshot, scope: &ScopeArgs) -> Result<(), Failure> {
    let excluded =
        ScopeOptions::from(scope).excluded_set().map_err(|error| Failure::new(error.to_string()))?;
    let named = &scope.namespace;
    let keep = |name: &str| {
        (named.is_empty() || scope.all_namespaces || named.iter().any(|n| n == name))
            && !excluded.is_match(name)
    };
    let known = snapshot.namespaces();
    if let Some(unknown) = named.iter().find(|name| !scope.all_namespaces && !known.contains(name)) {
        return Err(Failure::new(format!("namespace \"{unknown}\" is not in the input")));
    }
    snapshot.rows.retain_namespaces(&keep);
    let patterns = scope.exclude_namespace.iter().map(|glob| glob.glob().to_owned());
    snapshot.scope.excluded.extend(patterns);
    if !named.is_empty() && !scope.all_namespaces {
        snapshot.scope.namespaces.clone_from(named);
        snapshot.scope.namespaces.sort();
        snapshot.scope.namespaces.dedup();
    }
    Ok(())
}

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
    let rows = &mut snapshot.rows;
    rows.pods.retain(|pod| keep(&pod.shared.namespace));
    rows.workloads.retain(|workload| keep(&workload.namespace));
    rows.jobs.retain(|job| keep(&job.namespace));
    rows.cron_jobs.retain(|job| keep(&job.namespace));
    rows.throttling.retain(|measured| keep(&measured.namespace));
    rows.metered.retain(|measured| keep(&measured.namespace));
    rows.usage.retain(|measured| keep(&measured.namespace));
    rows.memory.retain(|measured| keep(&measured.namespace));
    rows.events.retain(|event| keep(&event.object.namespace));
    rows.endpoints.retain(|part| keep(&part.namespace));
    rows.services.retain(|object| keep(&object.metadata.namespace));
    rows.ingresses.retain(|object| keep(&object.metadata.namespace));
    rows.claims.retain(|object| keep(&object.metadata.namespace));
    rows.autoscalers.retain(|object| keep(&object.metadata.namespace));
    rows.budgets.retain(|object| keep(&object.metadata.namespace));
    rows.quotas.retain(|object| keep(&object.metadata.namespace));
    rows.secrets.retain(|object| keep(&object.metadata.namespace));
    rows.certificates.retain(|tls| keep(&tls.namespace));
    rows.gateways.retain(|object| keep(&object.metadata.namespace));
    rows.routes.retain(|object| keep(&object.metadata.namespace));
    rows.namespaces.retain(|namespace| keep(&namespace.name));
    let patterns = scope.exclude_namespace.iter().map(|glob| glob.glob().to_owned());
    snapshot.scope.excluded.extend(patterns);
    if !named.is_empty() && !scope.all_namespaces {
        snapshot.scope.namespaces.clone_from(named);
        snapshot.scope.namespaces.sort();
        snapshot.scope.namespaces.dedup();
    }
    Ok(())
}

//! What is read from files: narrowed to what was asked for.

use super::Failure;
use crate::cli::CheckArgs;
use crate::snapshot::{self, Snapshot};
use crate::wire::Time;

/// Reads the files that were named, of them what was asked for.
pub(super) fn read(args: &CheckArgs, clock: fn() -> Time) -> Result<Snapshot, Failure> {
    if let Some(flag) = args.meaningless_with_files() {
        return Err(Failure::new(format!(
            "{flag} asks a server, and --filename reads files: use one of them"
        )));
    }
    args.scope.check().map_err(Failure::new)?;
    let now = args.now.map_or_else(clock, Time::from);
    let mut snapshot = snapshot::read(&args.filename, now)?;
    narrow(&mut snapshot, args)?;
    Ok(snapshot)
}

/// Leaves of files only the namespaces that were asked for.
fn narrow(snapshot: &mut Snapshot, args: &CheckArgs) -> Result<(), Failure> {
    let scope = &args.scope;
    let excluded = scope.excluded().map_err(Failure::new)?;
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
    rows.pods.retain(|pod| keep(&pod.kin.namespace));
    rows.workloads.retain(|workload| keep(&workload.namespace));
    rows.jobs.retain(|job| keep(&job.namespace));
    rows.cron_jobs.retain(|job| keep(&job.namespace));
    rows.throttling.retain(|measured| keep(&measured.namespace));
    rows.events.retain(|event| keep(&event.object.namespace));
    rows.endpoints.retain(|part| keep(&part.namespace));
    rows.services.retain(|object| keep(&object.metadata.namespace));
    rows.ingresses.retain(|object| keep(&object.metadata.namespace));
    rows.claims.retain(|object| keep(&object.metadata.namespace));
    rows.autoscalers.retain(|object| keep(&object.metadata.namespace));
    rows.budgets.retain(|object| keep(&object.metadata.namespace));
    rows.quotas.retain(|object| keep(&object.metadata.namespace));
    rows.secrets.retain(|object| keep(&object.metadata.namespace));
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

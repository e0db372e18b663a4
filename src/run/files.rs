//! What is read from files: narrowed to what was asked for.

use super::Failure;
use crate::cli::{CheckArgs, ScopeArgs};
use crate::gather::ScopeOptions;
use crate::snapshot::{self, Snapshot};
use crate::wire::Time;
use std::path::PathBuf;

/// Which files, and what of them.
pub(super) struct Asked<'a> {
    pub(super) files: &'a [PathBuf],
    pub(super) scope: &'a ScopeArgs,
    /// The time to judge them by, where they have none.
    pub(super) now: Time,
    /// A flag that was given and asks a server.
    pub(super) meaningless: Option<&'static str>,
}

/// Reads the files that were named, of them what was asked for.
pub(super) fn read(args: &CheckArgs, clock: fn() -> Time) -> Result<Snapshot, Failure> {
    let now = args.now.map_or_else(clock, Time::from);
    let meaningless = args.meaningless_with_files();
    read_asked(&Asked { files: &args.filename, scope: &args.scope, now, meaningless })
}

/// The same for any command.
pub(super) fn read_asked(asked: &Asked) -> Result<Snapshot, Failure> {
    if let Some(flag) = asked.meaningless {
        return Err(Failure::new(format!(
            "{flag} asks a server, and --filename reads files: use one of them"
        )));
    }
    asked.scope.check().map_err(Failure::new)?;
    let mut snapshot = snapshot::read(asked.files, asked.now)?;
    narrow(&mut snapshot, asked.scope)?;
    Ok(snapshot)
}

/// Leaves of files only the namespaces that were asked for.
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

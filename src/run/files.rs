//! What is read from files: narrowed to what was asked for.

use super::Failure;
use crate::cli::{CheckArgs, ScopeArgs};
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

//! Which hosts a run looks up: what flags, profile and files name.

use super::Failure;
use crate::cli::HostArgs;
use crate::cluster::Hosts;
use std::fs::File;
use std::sync::Arc;

/// What to look up. Lists are read before anything is asked for.
pub(super) fn plan(args: &HostArgs, skip_tls_check: bool) -> Result<Option<Arc<Hosts>>, Failure> {
    let mut listed = args.host.iter().cloned().collect::<std::collections::BTreeSet<_>>();
    for path in &args.hosts_file {
        listed.extend(crate::hosts::read(path).map_err(Failure::new)?);
    }
    for path in &args.access_log {
        let opened = File::open(path);
        opened.map_err(|error| {
            Failure::new(format!("{}: {}", path.display(), crate::output::io_words(&error)))
        })?;
    }
    Ok(Some(Arc::new(Hosts {
        listed,
        resolve: args.resolve_hosts,
        dns_server: args.dns_server,
        access_logs: args.access_log.clone(),
        probe: if skip_tls_check { Some(false) } else { args.probe_tls },
        probe_to: args.probe_to,
    })))
}

/// Refuses flags of hosts where a command has no use for them.
pub(super) fn refuse(args: &HostArgs, why: &str) -> Result<(), Failure> {
    match args.given() {
        Some(flag) => Err(Failure::new(format!("{flag} is for a whole report: {why}"))),
        None => Ok(()),
    }
}

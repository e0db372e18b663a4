//! The hosts that a run looks up: from flags, profile and files.

use super::Failure;
use crate::checks::CATALOG;
use crate::cli::HostArgs;
use crate::finding::{CheckInfo, Group};
use crate::policy::settings::Settings;
use crate::sources::Hosts;
use std::fs::File;
use std::sync::Arc;

/// Plans the lookups that the checks of the run need. Lists are read before the first request.
pub(super) fn plan(args: &HostArgs, settings: &Settings) -> Result<Option<Arc<Hosts>>, Failure> {
    let runs = |check: &CheckInfo| !settings.choice.left_out.contains(check.id);
    let reads_handshakes = CATALOG.iter().any(|check| check.reads_handshakes() && runs(check));
    let probe = if reads_handshakes { args.probe_tls } else { Some(false) };
    let mut listed = args.host.iter().cloned().collect::<std::collections::BTreeSet<_>>();
    for path in &args.hosts_file {
        listed.extend(crate::tls::read(path).map_err(Failure::new)?);
    }
    for path in &args.access_log {
        let opened = File::open(path);
        opened.map_err(|error| {
            Failure::new(format!("{}: {}", path.display(), crate::text::io_words(&error)))
        })?;
    }
    let hosts = Hosts {
        listed,
        resolve: args.resolve_hosts,
        dns_server: args.dns_server,
        access_logs: args.access_log.clone(),
        probe,
        probe_to: args.probe_to,
        no_annotations: settings.no_annotations,
    };
    Ok(Some(Arc::new(hosts)).filter(|_| probe != Some(false) || CATALOG.group(Group::Hosts).any(runs)))
}

/// Refuses flags of hosts for a command that does not use them.
pub(super) fn refuse(args: &HostArgs, why: &str) -> Result<(), Failure> {
    match args.given() {
        Some(flag) => Err(Failure::new(format!("{flag} cannot be used here: {why}"))),
        None => Ok(()),
    }
}

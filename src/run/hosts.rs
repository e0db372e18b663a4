//! The hosts that a run looks up: from flags, profile and files.

use super::Failure;
use crate::cli::HostArgs;
use crate::policy::settings::Settings;
use crate::sources::Hosts;
use std::fs::File;
use std::sync::Arc;

/// The checks that use the DNS answers.
const OF_HOSTS: [&str; 2] = ["host-not-resolving", "host-without-vhost"];

/// Plans the lookups that the checks of the run need. Lists are read before the first request.
pub(super) fn plan(args: &HostArgs, settings: &Settings) -> Result<Option<Arc<Hosts>>, Failure> {
    let runs = |id: &str| !settings.choice.left_out.contains(id);
    let probe = if runs("certificate-served") { args.probe_tls } else { Some(false) };
    let mut listed = args.host.iter().cloned().collect::<std::collections::BTreeSet<_>>();
    for path in &args.hosts_file {
        listed.extend(crate::tls::read(path).map_err(Failure::new)?);
    }
    for path in &args.access_log {
        let opened = File::open(path);
        opened.map_err(|error| {
            Failure::new(format!("{}: {}", path.display(), crate::output::io_words(&error)))
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
    Ok(Some(Arc::new(hosts)).filter(|_| probe != Some(false) || OF_HOSTS.into_iter().any(runs)))
}

/// Refuses flags of hosts for a command that does not use them.
pub(super) fn refuse(args: &HostArgs, why: &str) -> Result<(), Failure> {
    match args.given() {
        Some(flag) => Err(Failure::new(format!("{flag} cannot be used here: {why}"))),
        None => Ok(()),
    }
}

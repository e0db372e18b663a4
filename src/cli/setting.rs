//! Everything that can be set by a flag, a variable of the environment and a key of a profile. `docs/profiles.md` has the
//! table of it, which is made from [`SETTINGS`].
//!
//! What does not belong here: which of the three wins (`layers`).

use super::CheckArgs;
use clap::{Arg, ArgAction, Args, Command};

/// Something that can be set by a flag, a variable of the environment and a key of a profile.
#[derive(Debug)]
pub(super) struct Setting {
    /// Its flag, as clap knows it.
    pub(super) id: &'static str,
    /// Its key in a profile.
    pub(super) key: &'static str,
    /// Whether it speaks of the cluster: where files are read, profile and environment leave it alone.
    pub(super) of_cluster: bool,
}

const fn cluster(id: &'static str, key: &'static str) -> Setting {
    Setting { id, key, of_cluster: true }
}

const fn always(id: &'static str, key: &'static str) -> Setting {
    Setting { id, key, of_cluster: false }
}

/// Everything that can be set, in the order of the help.
pub(super) static SETTINGS: [Setting; 48] = [
    cluster("namespace", "namespaces"),
    cluster("all_namespaces", "allNamespaces"),
    cluster("exclude_namespace", "excludeNamespaces"),
    cluster("selector", "selector"),
    cluster("field_selector", "fieldSelector"),
    cluster("no_evidence", "noEvidence"),
    cluster("skip_kinds", "skipKinds"),
    cluster("prometheus_url", "prometheusUrl"),
    cluster("prometheus_label", "prometheusLabels"),
    cluster("throttle_window", "throttleWindow"),
    cluster("logs", "logs"),
    cluster("since", "since"),
    cluster("host", "hosts"),
    cluster("hosts_file", "hostsFiles"),
    cluster("resolve_hosts", "resolveHosts"),
    cluster("dns_server", "dnsServer"),
    cluster("access_log", "accessLogs"),
    cluster("probe_tls", "probeTls"),
    cluster("probe_to", "probeTo"),
    always("fail_on", "failOn"),
    always("checks", "checks"),
    always("skip", "skip"),
    always("skip_tls_check", "skipTlsCheck"),
    always("severity", "severity"),
    always("restarts_attention", "thresholds.restartsAttention"),
    always("restarts_unhealthy", "thresholds.restartsUnhealthy"),
    always("quiet_after", "thresholds.quietAfter"),
    always("grace", "thresholds.grace"),
    always("throttled", "thresholds.throttled"),
    always("node_memory", "thresholds.nodeMemory"),
    always("no_annotations", "noAnnotations"),
    always("baseline", "baseline"),
    always("history", "history"),
    always("history_keep", "historyKeep"),
    always("history_age", "historyAge"),
    always("output", "output"),
    always("all", "all"),
    always("lang", "lang"),
    always("color", "color"),
    always("width", "width"),
    cluster("page_size", "pageSize"),
    cluster("page_timeout", "pageTimeout"),
    cluster("concurrency", "concurrency"),
    cluster("max_rps", "maxRps"),
    cluster("timeout", "timeout"),
    cluster("kubeconfig", "kubeconfig"),
    cluster("context", "contexts"),
    cluster("all_contexts", "allContexts"),
];

/// Variables that set something besides those of the flags' names.
const ALSO: [(&str, &str); 1] = [("skip_tls_check", "SKIP_TLS_CHECK")];

impl Setting {
    /// Its flag, as the command line has it.
    pub(super) fn arg<'c>(&self, command: &'c Command) -> Option<&'c Arg> {
        command.get_arguments().find(|arg| arg.get_id() == self.id)
    }

    /// The name of its flag, without dashes.
    pub(super) fn long(&self, command: &Command) -> String {
        self.arg(command).and_then(Arg::get_long).unwrap_or(self.id).to_owned()
    }

    /// Whether it is on or off, and takes no value as a flag.
    pub(super) fn is_switch(&self, command: &Command) -> bool {
        self.arg(command).is_some_and(|arg| matches!(arg.get_action(), ArgAction::SetTrue))
    }

    /// The variables of the environment that set it, the first one first.
    pub(super) fn variables(&self, command: &Command) -> Vec<String> {
        let long = self.long(command);
        let own = format!("HEALTHCHECK_{}", long.to_uppercase().replace('-', "_"));
        let also = ALSO.into_iter().filter(|(id, _)| *id == self.id).map(|(_, name)| name.to_owned());
        std::iter::once(own).chain(also).collect()
    }
}

/// All flags that settings are of.
pub(super) fn checks() -> Command {
    CheckArgs::augment_args(Command::new("check"))
}

/// One row of the table of settings in docs/profiles.md.
#[derive(Clone, Debug)]
pub struct Row {
    /// The key in a profile.
    pub key: &'static str,
    /// The variables of the environment.
    pub variables: Vec<String>,
    /// The flag.
    pub flag: String,
    /// What it is without being set.
    pub built_in: String,
    /// What it does.
    pub help: String,
}

/// Every setting, as the docs tell it.
pub fn table() -> Vec<Row> {
    let command = checks();
    let row = |setting: &'static Setting| {
        let arg = setting.arg(&command);
        let defaults = arg.map(Arg::get_default_values).unwrap_or_default();
        let defaults: Vec<String> =
            defaults.iter().map(|value| value.to_string_lossy().into_owned()).collect();
        Row {
            key: setting.key,
            variables: setting.variables(&command),
            flag: format!("--{}", setting.long(&command)),
            built_in: defaults.join(","),
            help: arg.and_then(Arg::get_help).map(ToString::to_string).unwrap_or_default(),
        }
    };
    SETTINGS.iter().map(row).collect()
}

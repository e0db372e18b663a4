//! The settings: what a flag, an environment variable and a key of a profile can set, in one table.
//!
//! What does not belong here: which of the three wins (`cli::layers`), and the meaning of a value (its flag).

use super::profile::Chosen;

/// A setting.
#[derive(Debug)]
pub struct Setting {
    /// The name of its flag in the argument parser.
    pub(crate) id: &'static str,
    /// Its key in a profile, after the name of its section: `thresholds.grace`.
    pub key: &'static str,
    pub(crate) form: Form,
    pub(crate) topic: Topic,
}

/// How a profile writes a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A text.
    Text,
    /// A path, relative to the folder of the file.
    Path,
    /// A list of texts.
    List,
    /// A list of paths.
    Paths,
    /// `true` or `false`.
    Switch,
    /// A number.
    Number,
    /// A mapping; `key=value` as a flag.
    Map,
    /// Formats, each with or without `=` and a path, as a text or a list.
    Outputs,
}

/// What a setting is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    Scope,
    Sources,
    Hosts,
    Judgement,
    Comparison,
    Output,
    Listing,
    Connection,
}

use Form::{List, Map, Number, Outputs, Path, Paths, Switch, Text};
use Topic::{Comparison, Connection, Hosts, Judgement, Listing, Output, Scope, Sources};

const fn setting(id: &'static str, key: &'static str, form: Form, topic: Topic) -> Setting {
    Setting { id, key, form, topic }
}

/// All settings, in the order of the help.
pub(crate) static SETTINGS: [Setting; 52] = [
    setting("namespace", "namespaces", List, Scope),
    setting("all_namespaces", "allNamespaces", Switch, Scope),
    setting("exclude_namespace", "excludeNamespaces", List, Scope),
    setting("selector", "selector", Text, Scope),
    setting("field_selector", "fieldSelector", Text, Scope),
    setting("no_evidence", "noEvidence", Switch, Scope),
    setting("skip_kinds", "skipKinds", List, Scope),
    setting("prometheus_url", "prometheusUrl", Text, Sources),
    setting("prometheus_namespace", "prometheusNamespaces", List, Sources),
    setting("prometheus_label", "prometheusLabels", List, Sources),
    setting("throttle_window", "throttleWindow", Text, Sources),
    setting("logs", "logs", Switch, Sources),
    setting("since", "since", Text, Sources),
    setting("host", "hosts", List, Hosts),
    setting("hosts_file", "hostsFiles", Paths, Hosts),
    setting("resolve_hosts", "resolveHosts", Switch, Hosts),
    setting("dns_server", "dnsServer", Text, Hosts),
    setting("access_log", "accessLogs", Paths, Hosts),
    setting("probe_tls", "probeTls", Switch, Hosts),
    setting("probe_to", "probeTo", Text, Hosts),
    setting("fail_on", "failOn", Text, Judgement),
    setting("checks", "checks", List, Judgement),
    setting("skip", "skip", List, Judgement),
    setting("skip_tls_check", "skipTlsCheck", Switch, Judgement),
    setting("severity", "severity", Map, Judgement),
    setting("restarts_attention", "thresholds.restartsAttention", Number, Judgement),
    setting("restarts_unhealthy", "thresholds.restartsUnhealthy", Number, Judgement),
    setting("quiet_after", "thresholds.quietAfter", Text, Judgement),
    setting("silent_after", "thresholds.silentAfter", Text, Judgement),
    setting("grace", "thresholds.grace", Text, Judgement),
    setting("throttled", "thresholds.throttled", Text, Judgement),
    setting("node_memory", "thresholds.nodeMemory", Text, Judgement),
    setting("no_annotations", "noAnnotations", Switch, Judgement),
    setting("baseline", "baseline", Path, Comparison),
    setting("history", "history", Path, Comparison),
    setting("history_keep", "historyKeep", Number, Comparison),
    setting("history_age", "historyAge", Text, Comparison),
    setting("output", "output", Outputs, Output),
    setting("all", "all", Switch, Output),
    setting("lang", "lang", Text, Output),
    setting("color", "color", Text, Output),
    setting("width", "width", Number, Output),
    setting("max_memory", "maxMemory", Number, Output),
    setting("page_size", "pageSize", Number, Listing),
    setting("page_timeout", "pageTimeout", Text, Listing),
    setting("concurrency", "concurrency", Number, Listing),
    setting("max_rps", "maxRps", Number, Listing),
    setting("timeout", "timeout", Text, Listing),
    setting("kubeconfig", "kubeconfig", Path, Connection),
    setting("context", "contexts", List, Connection),
    setting("all_contexts", "allContexts", Switch, Connection),
    setting("request_timeout", "requestTimeout", Text, Connection),
];

/// The settings that also select objects of files.
const OF_FILES: [&str; 3] = ["namespace", "all_namespaces", "exclude_namespace"];

impl Setting {
    /// Whether it is about the cluster: if files are read, the profile and the environment do not apply.
    pub(crate) fn is_of_cluster(&self) -> bool {
        matches!(self.topic, Scope | Sources | Hosts | Listing | Connection)
    }

    /// Whether its flag cannot be used if files are read.
    pub(crate) fn needs_cluster(&self) -> bool {
        self.is_of_cluster() && !OF_FILES.contains(&self.id)
    }

    /// Whether only a whole report uses it: not nodes, right-sizing or the story of an object.
    pub(crate) fn is_of_report(&self) -> bool {
        matches!(self.topic, Hosts | Comparison)
    }

    /// Whether it decides what is read of a cluster and how it is judged.
    pub(crate) fn is_of_content(&self) -> bool {
        matches!(self.topic, Scope | Sources | Judgement)
    }
}

/// Where the value of a setting comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The program.
    BuiltIn,
    /// The profile; the place in its file.
    Profile(String),
    /// The environment; the variable.
    Environment(String),
    /// The command line; the flag.
    Flag(String),
}

/// A setting of a run, its value and where the value comes from.
#[derive(Clone, Debug)]
pub struct Set {
    /// The setting.
    pub setting: &'static Setting,
    /// The flag: `--namespace`.
    pub flag: String,
    /// Its short form.
    pub(crate) short: Option<char>,
    /// The values as flags have them; none if it is not set.
    pub values: Vec<String>,
    /// Where they come from.
    pub source: Source,
}

impl Set {
    /// Whether the command line sets it.
    pub fn is_flag(&self) -> bool {
        matches!(self.source, Source::Flag(_))
    }

    /// Returns the words that set it on a command line; none if the program or a profile sets it.
    pub(crate) fn to_repeat(&self) -> Vec<String> {
        let flag = self.short.map_or_else(|| self.flag.clone(), |short| format!("-{short}"));
        let value = self.values.join(",");
        match self.source {
            Source::BuiltIn | Source::Profile(_) => Vec::new(),
            _ if self.setting.form != Switch => vec![flag, value],
            _ if value == "true" => vec![flag],
            _ => Vec::new(),
        }
    }
}

/// The profile of a run, and all its settings.
#[derive(Clone, Debug, Default)]
pub struct Resolved {
    /// The profile.
    pub chosen: Chosen,
    /// Every setting.
    pub settings: Vec<Set>,
}

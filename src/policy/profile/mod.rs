//! The profile file: the settings of a team for its clusters, in place of flags. docs/config.schema.json is generated from
//! these types, for editors.
//!
//! What does not belong here: the precedence of profile, environment and flags (`cli::layers`).

mod classes;
mod error;
mod place;
mod read;
mod rules;
#[cfg(test)]
mod schema;
mod values;
mod webhook;

pub use classes::Class;
pub use error::Error;
pub use place::At;
pub use read::{Chosen, Place, VARIABLE, choose, default_path, is_plain, parse};
pub(in crate::policy) use rules::glob;
pub use rules::{Link, Mute, PLACEHOLDERS, Pattern, Rules, day};
pub use values::{Form, Value, form};
pub use webhook::{Address, Secret, Source, Webhook, When};

use serde::Deserialize;
use std::collections::BTreeMap;

/// The JSON Schema of the file, for editors.
pub const SCHEMA: &str = include_str!("../../../docs/config.schema.json");

/// The whole file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Config {
    /// The profile to use if a run names none.
    pub default_profile: Option<At<String>>,
    /// The profiles by name.
    #[serde(default)]
    pub profiles: BTreeMap<String, Profile>,
}

/// A profile: what to check, how to judge it, what to show. A setting that is left out has its default.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Profile {
    /// The kubeconfig file; a path is relative to this file.
    pub kubeconfig: Option<At<String>>,
    /// Contexts of the kubeconfig, by name or pattern (prod-*).
    pub contexts: Option<At<Vec<String>>>,
    /// Every context of the kubeconfig.
    pub all_contexts: Option<At<bool>>,
    /// The namespaces to check.
    pub namespaces: Option<At<Vec<String>>>,
    /// All namespaces.
    pub all_namespaces: Option<At<bool>>,
    /// Namespaces to exclude; * and ? match.
    pub exclude_namespaces: Option<At<Vec<String>>>,
    /// Check only pods with these labels, and their owners.
    pub selector: Option<At<String>>,
    /// Check only pods with these fields, and their owners.
    pub field_selector: Option<At<String>>,
    /// Kinds to skip, such as nodes.
    pub skip_kinds: Option<At<Vec<String>>>,
    /// Do not fetch events and logs of failing objects.
    pub no_evidence: Option<At<bool>>,
    /// The Prometheus to query for container metrics: `https://prometheus.example.com:9090`.
    pub prometheus_url: Option<At<String>>,
    /// Restrict Prometheus queries to these labels, for a Prometheus shared by several clusters: `cluster=prod`.
    pub prometheus_labels: Option<At<Vec<String>>>,
    /// Without Prometheus, sample the kubelets twice, this far apart (30s).
    pub throttle_window: Option<At<String>>,
    /// Read the logs of all containers and group their errors into patterns.
    pub logs: Option<At<bool>>,
    /// How far back to read logs and to query Prometheus for container usage (7d).
    pub since: Option<At<String>>,
    /// Hosts to look up in DNS, in addition to those of Ingresses and routes.
    pub hosts: Option<At<Vec<String>>>,
    /// Files that list more hosts; a path is relative to this file.
    pub hosts_files: Option<At<Vec<String>>>,
    /// Look up the hosts of Ingresses and routes in DNS, and check that each has a virtual host.
    pub resolve_hosts: Option<At<bool>>,
    /// The DNS server to query: an address, with an optional port (default: that of the system).
    pub dns_server: Option<At<String>>,
    /// Access logs of nginx, to count the requests for these hosts; a path is relative to this file.
    pub access_logs: Option<At<Vec<String>>>,
    /// Check the certificates that hosts serve.
    pub probe_tls: Option<At<bool>>,
    /// The address and port to probe for certificates (default: the address in DNS, and port 443).
    pub probe_to: Option<At<String>>,
    /// Run only these checks; * and ? match.
    pub checks: Option<At<Vec<String>>>,
    /// Skip these checks; * and ? match.
    pub skip: Option<At<Vec<String>>>,
    /// Skip TLS certificate checks; no Secrets are read.
    pub skip_tls_check: Option<At<bool>>,
    /// Severities that replace those of checks: the check or a pattern, and high, medium or low.
    pub severity: Option<At<BTreeMap<String, String>>>,
    /// Thresholds.
    pub thresholds: Thresholds,
    /// Classes of workloads with thresholds of their own.
    pub classes: BTreeMap<String, ClassEntry>,
    /// Findings that are accepted until a day.
    pub mutes: Vec<At<MuteEntry>>,
    /// Ignore the annotations `healthcheck.dev/…` of namespaces and workloads.
    pub no_annotations: Option<At<bool>>,
    /// Links to pages about findings.
    pub links: Vec<At<LinkEntry>>,
    /// Webhooks that get a message about runs with --notify.
    pub notify: Vec<At<NotifyEntry>>,
    /// Exit with 1 for findings of at least this severity: high, medium, low or never; or new, for new findings only.
    pub fail_on: Option<At<String>>,
    /// Compare with this earlier capture, report or kubectl output.
    pub baseline: Option<At<String>>,
    /// Keep a record of each run in this folder, relative to this file, and compare with the last one.
    pub history: Option<At<String>>,
    /// The number of records to keep for a cluster and scope.
    pub history_keep: Option<At<i64>>,
    /// How long to keep records (90d); 0 keeps them forever.
    pub history_age: Option<At<String>>,
    /// The format: table, wide, markdown, json, yaml or name.
    pub output: Option<At<String>>,
    /// Show healthy pods and namespaces, every finding of an incident, and low severities.
    pub all: Option<At<bool>>,
    /// The language: en, zh-TW or zh-CN.
    pub lang: Option<At<String>>,
    /// Colours: auto, always or never.
    pub color: Option<At<String>>,
    /// The maximum width of tables in columns.
    pub width: Option<At<i64>>,
    /// Objects per page.
    pub page_size: Option<At<i64>>,
    /// How long one page may take, including retries (30s).
    pub page_timeout: Option<At<String>>,
    /// How long one request may take; 0 sets no limit.
    pub request_timeout: Option<At<String>>,
    /// Concurrent requests over all clusters.
    pub concurrency: Option<At<i64>>,
    /// Maximum requests per second over all clusters; 0 sets no limit.
    pub max_rps: Option<At<i64>>,
    /// Stop after this long and report what was read; 0 sets no limit.
    pub timeout: Option<At<String>>,
}

/// Thresholds.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Thresholds {
    /// Restarts at which a pod needs attention.
    pub restarts_attention: Option<At<i64>>,
    /// Restarts at which a pod is unhealthy.
    pub restarts_unhealthy: Option<At<i64>>,
    /// Ignore restarts when the last one is older than this (7d).
    pub quiet_after: Option<At<String>>,
    /// How long an object may take to start or stop before it counts as stuck (2m).
    pub grace: Option<At<String>>,
    /// Report a container throttled in more than this percentage of its CPU periods ("10").
    pub throttled: Option<At<String>>,
    /// Report a node that uses at least this percentage of its allocatable memory ("90"); not in classes.
    pub node_memory: Option<At<String>>,
}

/// A class of workloads.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ClassEntry {
    /// The workloads in the class: patterns of KIND/NAME or NAME (cronjob/*, *runner*).
    pub workloads: Option<At<Vec<String>>>,
    /// Workloads whose pods have all these labels are in the class as well; * and ? match in values (tier: batch-*).
    pub labels: Option<At<BTreeMap<String, String>>>,
    /// The thresholds that differ.
    pub thresholds: Thresholds,
}

/// Findings that are accepted until a day.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(extend("required" = ["check", "reason", "owner", "until"])))]
pub struct MuteEntry {
    /// The check, or a pattern (pod-*).
    pub check: Option<At<String>>,
    /// The namespace, or a pattern (default: any).
    pub namespace: Option<At<String>>,
    /// The object or its owner: a pattern of KIND/NAME or NAME (default: any).
    pub object: Option<At<String>>,
    /// Why they are accepted.
    pub reason: Option<String>,
    /// Who is responsible for it.
    pub owner: Option<String>,
    /// The last day of the mute, in UTC: 2026-12-31.
    pub until: Option<At<String>>,
}

/// A link to a page about a finding.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(extend("required" = ["name", "url"])))]
pub struct LinkEntry {
    /// What it links to: runbook, dashboard.
    pub name: Option<String>,
    /// The address; {check}, {severity}, {context}, {namespace}, {kind}, {name} and {owner} are filled in.
    pub url: Option<At<String>>,
    /// The checks that it is for; * and ? match (default: all).
    pub checks: Option<At<Vec<String>>>,
}

/// A webhook that takes {"text": "…"} by POST: an incoming webhook of Slack, Mattermost, Rocket.Chat or Google Chat.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(extend("required" = ["name"], "oneOf" = [{"required": ["url"]}, {"required": ["urlFrom"]}])))]
pub struct NotifyEntry {
    /// Its name for --notify.
    pub name: Option<At<String>>,
    /// Its address, which is secret and never printed.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub url: Option<At<Secret>>,
    /// Where to read its address from instead.
    pub url_from: Option<At<UrlFrom>>,
    /// The runs to report: always; trouble, runs that are not healthy (default); or new, runs with new findings.
    pub when: Option<At<String>>,
    /// The language of its messages: en, zh-TW or zh-CN (default: that of the run).
    pub lang: Option<At<String>>,
}

/// Where to read the address of a webhook: an environment variable or a file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(extend("minProperties" = 1, "maxProperties" = 1)))]
pub struct UrlFrom {
    /// An environment variable.
    pub env: Option<String>,
    /// A file; a path is relative to this file.
    pub file: Option<String>,
}

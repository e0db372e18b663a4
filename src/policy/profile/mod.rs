//! The profile file: what a team keeps about its clusters, so that a run needs no flags. What it may hold stands here;
//! docs/config.schema.json is made from it, for editors.
//!
//! What does not belong here: which of profile, environment and flags wins (`cli::layers`).

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
    /// The profile of runs that name none.
    pub default_profile: Option<At<String>>,
    /// The profiles by name.
    #[serde(default)]
    pub profiles: BTreeMap<String, Profile>,
}

/// One profile: what to look at, how to judge it, what to show. Whatever is left out is as without a profile.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Profile {
    /// The kubeconfig file to use; a path begins where this file is.
    pub kubeconfig: Option<At<String>>,
    /// Contexts of the kubeconfig, by name or pattern (prod-*).
    pub contexts: Option<At<Vec<String>>>,
    /// Every context of the kubeconfig.
    pub all_contexts: Option<At<bool>>,
    /// The namespaces to look at.
    pub namespaces: Option<At<Vec<String>>>,
    /// All namespaces.
    pub all_namespaces: Option<At<bool>>,
    /// Namespaces to leave out of all; * and ? match.
    pub exclude_namespaces: Option<At<Vec<String>>>,
    /// Only pods with these labels, and their owners.
    pub selector: Option<At<String>>,
    /// Only pods with these fields, and their owners.
    pub field_selector: Option<At<String>>,
    /// Kinds to leave out, such as nodes.
    pub skip_kinds: Option<At<Vec<String>>>,
    /// Ask nothing more about objects in trouble: neither their warnings nor their logs.
    pub no_evidence: Option<At<bool>>,
    /// The Prometheus to ask which containers are throttled: `https://prometheus.example.com:9090`.
    pub prometheus_url: Option<At<String>>,
    /// Labels that series of that Prometheus must have, where it knows several clusters: `cluster=prod`.
    pub prometheus_labels: Option<At<Vec<String>>>,
    /// Where no Prometheus tells, read the kubelets twice, so long apart (30s).
    pub throttle_window: Option<At<String>>,
    /// Read the logs of all containers, and fold what they tell of errors into patterns.
    pub logs: Option<At<bool>>,
    /// How far back logs are read, and a Prometheus is asked what containers used (7d).
    pub since: Option<At<String>>,
    /// Hosts to look up in DNS, besides those of Ingresses and routes.
    pub hosts: Option<At<Vec<String>>>,
    /// Files that list more of them; a path begins where this file is.
    pub hosts_files: Option<At<Vec<String>>>,
    /// Look up the hosts of Ingresses and routes in DNS, and whether each has a virtual host.
    pub resolve_hosts: Option<At<bool>>,
    /// The DNS server to ask, else that of the system: an address, and a port.
    pub dns_server: Option<At<String>>,
    /// Access logs of nginx, to count the requests of these hosts; a path begins where this file is.
    pub access_logs: Option<At<Vec<String>>>,
    /// Look at the certificates that are served for hosts.
    pub probe_tls: Option<At<bool>>,
    /// The address and port where certificates are looked at, instead of what DNS says and 443.
    pub probe_to: Option<At<String>>,
    /// Only these checks; * and ? match.
    pub checks: Option<At<Vec<String>>>,
    /// Not these checks; * and ? match.
    pub skip: Option<At<Vec<String>>>,
    /// Leave out the checks of TLS certificates.
    pub skip_tls_check: Option<At<bool>>,
    /// Another severity for what checks find: the check, or a pattern, and high, medium or low.
    pub severity: Option<At<BTreeMap<String, String>>>,
    /// When trouble is trouble.
    pub thresholds: Thresholds,
    /// Workloads that are judged by thresholds of their own.
    pub classes: BTreeMap<String, ClassEntry>,
    /// What is accepted for a time.
    pub mutes: Vec<At<MuteEntry>>,
    /// Do not heed the annotations `healthcheck.dev/…` of namespaces and workloads.
    pub no_annotations: Option<At<bool>>,
    /// Where to read on about a finding.
    pub links: Vec<At<LinkEntry>>,
    /// Webhooks that runs with --notify send a message to.
    pub notify: Vec<At<NotifyEntry>>,
    /// Exit with 1 for findings of this severity and worse: high, medium, low, never; or new.
    pub fail_on: Option<At<String>>,
    /// Tell what has changed since this file: a capture, a report or what kubectl printed.
    pub baseline: Option<At<String>>,
    /// Keep a record of each run in this folder (from where this file is), and tell what has changed since the last.
    pub history: Option<At<String>>,
    /// Records to keep, of the same cluster and scope.
    pub history_keep: Option<At<i64>>,
    /// How long to keep them; 0 is for ever (90d).
    pub history_age: Option<At<String>>,
    /// The format: table, wide, markdown, json, yaml or name.
    pub output: Option<At<String>>,
    /// Show healthy pods and namespaces, every finding of an incident, and low severities.
    pub all: Option<At<bool>>,
    /// The language: en, zh-TW or zh-CN.
    pub lang: Option<At<String>>,
    /// Colours: auto, always or never.
    pub color: Option<At<String>>,
    /// Columns to fit tables into.
    pub width: Option<At<i64>>,
    /// Objects a page.
    pub page_size: Option<At<i64>>,
    /// How long one page may take, retries included (30s).
    pub page_timeout: Option<At<String>>,
    /// How long one request may take; 0 is no limit of its own.
    pub request_timeout: Option<At<String>>,
    /// Requests under way at once, over all clusters.
    pub concurrency: Option<At<i64>>,
    /// Requests a second at most, over all clusters; 0 is no limit.
    pub max_rps: Option<At<i64>>,
    /// Stop asking after so long and report what is there; 0 is never.
    pub timeout: Option<At<String>>,
}

/// When trouble is trouble.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Thresholds {
    /// Restarts from which a pod needs attention.
    pub restarts_attention: Option<At<i64>>,
    /// Restarts from which a pod is unhealthy.
    pub restarts_unhealthy: Option<At<i64>>,
    /// After so long without another, restarts are history (7d).
    pub quiet_after: Option<At<String>>,
    /// How long something may take to come up or go before it counts as stuck (2m).
    pub grace: Option<At<String>>,
    /// In more percent of its CPU periods a container may not be held back by its limit ("10").
    pub throttled: Option<At<String>>,
    /// From so many percent of its allocatable memory on, a node uses too much of it ("90"); not in classes.
    pub node_memory: Option<At<String>>,
}

/// A class of workloads.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ClassEntry {
    /// Which workloads belong to it: patterns of KIND/NAME or NAME (cronjob/*, *runner*).
    pub workloads: Option<At<Vec<String>>>,
    /// Those too whose pods have all these labels, by key and value; * and ? match (tier: batch-*).
    pub labels: Option<At<BTreeMap<String, String>>>,
    /// The thresholds they are judged by, where they differ.
    pub thresholds: Thresholds,
}

/// A finding that is accepted until a day, and by whom and why.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(extend("required" = ["check", "reason", "owner", "until"])))]
pub struct MuteEntry {
    /// The check, or a pattern (pod-*).
    pub check: Option<At<String>>,
    /// The namespace, or a pattern; else any.
    pub namespace: Option<At<String>>,
    /// The object or its owner: a pattern of KIND/NAME or NAME; else any.
    pub object: Option<At<String>>,
    /// Why it is accepted.
    pub reason: Option<String>,
    /// Who answers for that.
    pub owner: Option<String>,
    /// The last day, in UTC, on which it is: 2026-12-31.
    pub until: Option<At<String>>,
}

/// A link to a page about a finding.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(extend("required" = ["name", "url"])))]
pub struct LinkEntry {
    /// What it leads to: runbook, dashboard.
    pub name: Option<String>,
    /// The address; {check}, {severity}, {context}, {namespace}, {kind}, {name} and {owner} are filled in.
    pub url: Option<At<String>>,
    /// Only for these checks; * and ? match.
    pub checks: Option<At<Vec<String>>>,
}

/// A webhook that takes {"text": "…"} by POST: an incoming webhook of Slack, Mattermost, Rocket.Chat or Google Chat.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(extend("required" = ["name"], "oneOf" = [{"required": ["url"]}, {"required": ["urlFrom"]}])))]
pub struct NotifyEntry {
    /// What --notify calls it.
    pub name: Option<At<String>>,
    /// Its address, a secret: it is never printed.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub url: Option<At<Secret>>,
    /// Where its address is, if not here.
    pub url_from: Option<At<UrlFrom>>,
    /// Of which runs it is told: always; trouble, those that are not healthy (the default); or new, those that found what was not there before.
    pub when: Option<At<String>>,
    /// The language of its messages: en, zh-TW or zh-CN; else that of the run.
    pub lang: Option<At<String>>,
}

/// Where the address of a webhook is: in a variable or in a file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(extend("minProperties" = 1, "maxProperties" = 1)))]
pub struct UrlFrom {
    /// A variable of the environment.
    pub env: Option<String>,
    /// A file; a relative path begins at the folder of this one.
    pub file: Option<String>,
}

//! The profile file: the settings, classes, mutes, links and webhooks of a team. docs/config.schema.json is generated from
//! it, for editors.
//!
//! What does not belong here: the precedence of profile, environment and flags (`cli::layers`).

mod classes;
mod error;
mod place;
mod read;
mod rules;
#[cfg(test)]
mod schema;
mod section;
mod webhook;

pub use classes::Class;
pub use error::Error;
pub(crate) use error::without_secrets;
pub use place::At;
pub use read::{Chosen, Place, VARIABLE, choose, default_path, is_plain, parse, read};
pub(crate) use rules::slashed;
pub use rules::{Link, Matcher, Mute, PLACEHOLDERS, Pattern, Rules, day};
pub use section::Section;
pub use webhook::{Address, Secret, Source, Webhook, WebhookType, When};

use serde::Deserialize;
use std::collections::BTreeMap;

/// The JSON Schema of the file, for editors.
pub const SCHEMA: &str = include_str!("../../../docs/config.schema.json");

/// The whole file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Config {
    /// The profile of runs without --profile.
    pub default_profile: Option<At<String>>,
    /// The profiles by name.
    #[serde(default, deserialize_with = "place::or_empty")]
    #[cfg_attr(test, schemars(with = "Option<BTreeMap<String, Option<Profile>>>"))]
    pub profiles: BTreeMap<String, Profile>,
}

/// One profile: settings, and rules that are not settings. Keys that are left out have no effect.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// The settings outside of the sections below.
    pub settings: Section,
    /// The thresholds.
    pub thresholds: Section,
    /// Workloads with thresholds of their own.
    pub classes: BTreeMap<String, ClassEntry>,
    /// Known problems that are accepted until a day.
    pub mutes: Vec<At<MuteEntry>>,
    /// Pages about findings.
    pub links: Vec<At<LinkEntry>>,
    /// Webhooks for --notify.
    pub notify: Vec<At<NotifyEntry>>,
}

/// A class of workloads.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ClassEntry {
    /// Workloads of the class: patterns of KIND/NAME or NAME (cronjob/*, *runner*).
    pub workloads: Option<At<Vec<String>>>,
    /// Also workloads whose pods have all of these labels; * and ? match in values (tier: batch-*).
    pub labels: Option<At<BTreeMap<String, String>>>,
    /// The thresholds of the class; the others are those of the profile.
    pub thresholds: Section,
}

/// A known problem that is accepted until a day.
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
    /// Who is responsible.
    pub owner: Option<String>,
    /// The last day of the mute, in UTC: 2026-12-31.
    #[cfg_attr(test, schemars(extend("pattern" = r"^\d{4}-\d{2}-\d{2}$")))]
    pub until: Option<At<String>>,
}

/// A link to a page about a finding.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(extend("required" = ["name", "url"])))]
pub struct LinkEntry {
    /// The name of the page: runbook, dashboard.
    pub name: Option<String>,
    /// The address; {check}, {severity}, {context}, {namespace}, {kind}, {name} and {owner} are filled in.
    #[cfg_attr(test, schemars(extend("pattern" = r"^https?://\S+$")))]
    pub url: Option<At<String>>,
    /// The checks of the link; * and ? match (default: all).
    pub checks: Option<At<Vec<String>>>,
}

/// A webhook that takes {"text": "…"} by POST: an incoming webhook of Slack, Mattermost, Rocket.Chat or Google Chat.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(extend("required" = ["name"], "oneOf" = [{"required": ["url"]}, {"required": ["urlFrom"]}])))]
pub struct NotifyEntry {
    /// The name for --notify.
    pub name: Option<At<String>>,
    /// The address. It is a secret and never printed.
    #[cfg_attr(test, schemars(with = "Option<String>", extend("pattern" = r"^\s*[Hh][Tt][Tt][Pp][Ss]?://\S+\s*$")))]
    pub url: Option<At<Secret>>,
    /// Where the address is, instead of url.
    pub url_from: Option<At<UrlFrom>>,
    /// The format of the messages: text (default, as most chats take it), slack (blocks), teams, alertmanager, pagerduty, or json. All but text are for serve.
    #[cfg_attr(test, schemars(extend("enum" = ["text", "slack", "teams", "alertmanager", "pagerduty", "json", null])))]
    pub r#type: Option<At<String>>,
    /// Where the routing key of PagerDuty is, or the key that signs JSON.
    pub key_from: Option<At<UrlFrom>>,
    /// The runs that send a message: always; trouble (default), if the verdict is neither healthy nor progressing; new, if there are new findings of medium or high severity; changed, if there are new, worse, better or fixed ones.
    #[cfg_attr(test, schemars(extend("enum" = ["always", "trouble", "new", "changed", null])))]
    pub when: Option<At<String>>,
    /// The language of the messages: en, zh-TW or zh-CN (default: that of the run).
    #[cfg_attr(test, schemars(extend("enum" = ["en", "zh-TW", "zh-CN", null])))]
    pub lang: Option<At<String>>,
}

/// Where the address of a webhook is: an environment variable or a file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(extend("minProperties" = 1, "maxProperties" = 1)))]
pub struct UrlFrom {
    /// An environment variable.
    pub env: Option<String>,
    /// A file; the path is relative to the folder of this file.
    pub file: Option<String>,
}

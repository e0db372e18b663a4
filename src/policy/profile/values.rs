//! The settings of a profile as words of the command line: they are read by the same rules as flags.

use super::{At, Place, Profile};
use std::collections::BTreeMap;
use std::path::Path;

/// What a profile sets: the key, its values as a flag would have them, and where it stands.
#[derive(Clone, Debug)]
pub struct Value {
    /// The key, with that of its group before it: `thresholds.grace`.
    pub key: &'static str,
    /// The values; `true` and `false` for what is on or off.
    pub words: Vec<String>,
    /// Where it stands.
    pub place: Place,
}

/// Keys that name files.
const PATHS: [&str; 5] = ["kubeconfig", "baseline", "history", "hostsFiles", "accessLogs"];

/// A path as the file means it: from where the file is, as in a kubeconfig; `~/` is the home.
fn located(text: &str, file: &str) -> String {
    let home = text.strip_prefix("~/").and_then(|rest| Some(std::env::home_dir()?.join(rest)));
    let folder = Path::new(file).parent().unwrap_or(Path::new(""));
    home.unwrap_or_else(|| folder.join(text)).display().to_string()
}

/// How a key is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One text.
    Text,
    /// A list of texts.
    List,
    /// `true` or `false`.
    Switch,
    /// A number.
    Number,
    /// A mapping; as a flag, `key=value`.
    Map,
}

/// How a key is written; `None` for what is no key of a setting.
pub fn form(key: &str) -> Option<Form> {
    let profile = Profile::default();
    let has = |keys: &[&str]| keys.contains(&key);
    if has(&profile.texts().map(|(key, _)| key)) {
        Some(Form::Text)
    } else if has(&profile.lists().map(|(key, _)| key)) {
        Some(Form::List)
    } else if has(&profile.switches().map(|(key, _)| key)) {
        Some(Form::Switch)
    } else if has(&profile.numbers().map(|(key, _)| key)) {
        Some(Form::Number)
    } else {
        (key == "severity").then_some(Form::Map)
    }
}

impl Profile {
    /// Everything that is set; `path` is the file it is from.
    pub fn values(&self, path: &str) -> Vec<Value> {
        let numbers = self.numbers().map(|(key, at)| value(key, at, path, |number| vec![number.to_string()]));
        let severity = |by_check: &BTreeMap<String, String>| {
            by_check.iter().map(|(check, severity)| format!("{check}={severity}")).collect()
        };
        let severity = value("severity", self.severity.as_ref(), path, severity);
        let texts = self.texts().map(|(key, at)| {
            value(key, at, path, |text| {
                vec![if PATHS.contains(&key) { located(text, path) } else { text.clone() }]
            })
        });
        let lists = self.lists().map(|(key, at)| {
            value(key, at, path, |texts| {
                if PATHS.contains(&key) {
                    texts.iter().map(|text| located(text, path)).collect()
                } else {
                    texts.clone()
                }
            })
        });
        let switches = self.switches().map(|(key, at)| value(key, at, path, |on| vec![on.to_string()]));
        texts.into_iter().chain(lists).chain(switches).chain(numbers).chain([severity]).flatten().collect()
    }

    fn texts(&self) -> [(&'static str, Option<&At<String>>); 22] {
        [
            ("kubeconfig", self.kubeconfig.as_ref()),
            ("selector", self.selector.as_ref()),
            ("fieldSelector", self.field_selector.as_ref()),
            ("prometheusUrl", self.prometheus_url.as_ref()),
            ("throttleWindow", self.throttle_window.as_ref()),
            ("since", self.since.as_ref()),
            ("dnsServer", self.dns_server.as_ref()),
            ("probeTo", self.probe_to.as_ref()),
            ("thresholds.quietAfter", self.thresholds.quiet_after.as_ref()),
            ("thresholds.grace", self.thresholds.grace.as_ref()),
            ("thresholds.throttled", self.thresholds.throttled.as_ref()),
            ("thresholds.nodeMemory", self.thresholds.node_memory.as_ref()),
            ("failOn", self.fail_on.as_ref()),
            ("baseline", self.baseline.as_ref()),
            ("history", self.history.as_ref()),
            ("historyAge", self.history_age.as_ref()),
            ("output", self.output.as_ref()),
            ("lang", self.lang.as_ref()),
            ("color", self.color.as_ref()),
            ("pageTimeout", self.page_timeout.as_ref()),
            ("requestTimeout", self.request_timeout.as_ref()),
            ("timeout", self.timeout.as_ref()),
        ]
    }

    fn lists(&self) -> [(&'static str, Option<&At<Vec<String>>>); 10] {
        [
            ("contexts", self.contexts.as_ref()),
            ("namespaces", self.namespaces.as_ref()),
            ("excludeNamespaces", self.exclude_namespaces.as_ref()),
            ("skipKinds", self.skip_kinds.as_ref()),
            ("prometheusLabels", self.prometheus_labels.as_ref()),
            ("hosts", self.hosts.as_ref()),
            ("hostsFiles", self.hosts_files.as_ref()),
            ("accessLogs", self.access_logs.as_ref()),
            ("checks", self.checks.as_ref()),
            ("skip", self.skip.as_ref()),
        ]
    }

    fn numbers(&self) -> [(&'static str, Option<&At<i64>>); 7] {
        [
            ("thresholds.restartsAttention", self.thresholds.restarts_attention.as_ref()),
            ("thresholds.restartsUnhealthy", self.thresholds.restarts_unhealthy.as_ref()),
            ("historyKeep", self.history_keep.as_ref()),
            ("width", self.width.as_ref()),
            ("pageSize", self.page_size.as_ref()),
            ("concurrency", self.concurrency.as_ref()),
            ("maxRps", self.max_rps.as_ref()),
        ]
    }

    fn switches(&self) -> [(&'static str, Option<&At<bool>>); 9] {
        [
            ("allContexts", self.all_contexts.as_ref()),
            ("allNamespaces", self.all_namespaces.as_ref()),
            ("noEvidence", self.no_evidence.as_ref()),
            ("logs", self.logs.as_ref()),
            ("resolveHosts", self.resolve_hosts.as_ref()),
            ("probeTls", self.probe_tls.as_ref()),
            ("skipTlsCheck", self.skip_tls_check.as_ref()),
            ("noAnnotations", self.no_annotations.as_ref()),
            ("all", self.all.as_ref()),
        ]
    }
}

fn value<T>(
    key: &'static str,
    at: Option<&At<T>>,
    path: &str,
    words: impl Fn(&T) -> Vec<String>,
) -> Option<Value> {
    let at = at?;
    Some(Value { key, words: words(&at.value), place: Place::of(path, at) })
}

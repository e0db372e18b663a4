//! The spec of a container: its resources, and its settings of memory.

use super::{Quantity, endpoint};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

wire! {
    /// `v1.Container`.
    Container {
        /// Unique in the pod.
        [string, tag = "1"] name: String,
        /// As written in the spec.
        [string, tag = "2"] image: String,
        /// Its command; only the words that set a memory limit.
        [string, repeated, tag = "3"] command: Vec<String>,
        /// Its arguments; only the words that set a memory limit.
        [string, repeated, tag = "4"] args: Vec<String>,
        /// The ports of its node that it takes.
        [message, repeated, tag = "6"] ports: Vec<NodePort>,
        /// Its environment: the variables that set a memory limit, and the hosts that the environment, the command and the
        /// arguments name.
        [message, repeated, tag = "7"] env: Vec<EnvVar>,
        /// Requests and limits.
        [message, required, tag = "8"] resources: Resources,
        /// Where it mounts volumes.
        [message, repeated, tag = "9"] volume_mounts: Vec<VolumeMount>,
        /// Decides when it is killed.
        [message, optional, tag = "10"] liveness_probe: Option<Probe>,
        /// Decides when it gets traffic.
        [message, optional, tag = "11"] readiness_probe: Option<Probe>,
        /// `Always`, `IfNotPresent` or `Never`.
        [string, tag = "14"] image_pull_policy: String,
        /// Its user and its file system.
        [message, optional, boxed, tag = "15"] security_context: Option<Box<SecurityContext>>,
        /// Decides when it has started.
        [message, optional, tag = "22"] startup_probe: Option<Probe>,
        /// `Always`, `OnFailure` or `Never`; empty for that of the pod.
        [string, tag = "24"] restart_policy: String,
    }
}

wire! {
    /// `v1.VolumeMount`.
    VolumeMount {
        /// The volume.
        [string, tag = "1"] name: String,
        /// The path in the container.
        [string, tag = "3"] mount_path: String,
    }
}

wire! {
    /// The part of `v1.SecurityContext` about files.
    SecurityContext {
        /// The user; unset for that of the pod or the image.
        [int64, optional, tag = "4"] run_as_user: Option<i64>,
        /// Whether the user must not be root.
        [bool, optional, tag = "5"] run_as_non_root: Option<bool>,
        /// Whether it can write to its volumes only.
        [bool, optional, tag = "6"] read_only_root_filesystem: Option<bool>,
    }
}

wire! {
    /// The part of `v1.ContainerPort` about the node.
    NodePort {
        /// The number; 0 if it takes no port of its node.
        [int32, tag = "2"] host_port: i32,
        /// `TCP`, `UDP` or `SCTP`; empty for TCP.
        [string, tag = "4"] protocol: String,
        /// The address of the node; empty for all of them.
        #[serde(rename = "hostIP")]
        [string, tag = "5"] host_ip: String,
    }
}

wire! {
    /// `v1.EnvVar` with a literal value.
    EnvVar {
        /// Its name.
        [string, tag = "1"] name: String,
        /// Its value.
        [string, tag = "2"] value: String,
    }
}

wire! {
    /// The times of a `v1.Probe` in seconds. 0 is the default of the API: a timeout of 1, a period of 10, 3 failures.
    Probe {
        /// The delay of the first probe.
        [int32, tag = "2"] initial_delay_seconds: i32,
        /// The timeout of a probe.
        [int32, tag = "3"] timeout_seconds: i32,
        /// The time from one probe to the next.
        [int32, tag = "4"] period_seconds: i32,
        /// The consecutive failures after which the kubelet acts.
        [int32, tag = "6"] failure_threshold: i32,
    }
}

impl Probe {
    /// The seconds from the start of a container until the kubelet acts, if every probe fails.
    pub fn budget(&self) -> i64 {
        let or = |value: i32, default: i64| if value > 0 { i64::from(value) } else { default };
        i64::from(self.initial_delay_seconds) + or(self.failure_threshold, 3) * or(self.period_seconds, 10)
    }

    /// The seconds from the start of a container until the kubelet can act at the earliest: the first probe may run at once, each
    /// further one a period later.
    pub fn soonest(&self) -> i64 {
        let period = if self.period_seconds > 0 { i64::from(self.period_seconds) } else { 10 };
        self.budget() - period
    }
}

/// `v1.ResourceRequirements`. Each container of each pod has one, so its maps are lists here, which take less memory.
#[derive(Clone, PartialEq, prost::Message, Serialize, Deserialize)]
#[serde(default)]
pub struct Resources {
    /// The most that the container may use.
    #[prost(message, repeated, tag = "1")]
    #[serde(with = "as_map", skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<Resource>,
    /// What the scheduler reserves for it.
    #[prost(message, repeated, tag = "2")]
    #[serde(with = "as_map", skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<Resource>,
}

impl Resources {
    /// The memory limit as written, if there is one.
    pub fn memory_limit(&self) -> Option<&str> {
        let limit = self.limits.iter().find(|limit| limit.name == "memory");
        limit.map(|limit| limit.quantity.text.as_str())
    }
}

/// An entry of a `v1.ResourceList`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Resource {
    /// Such as `memory`.
    #[prost(string, tag = "1")]
    pub name: String,
    /// The quantity.
    #[prost(message, required, tag = "2")]
    pub quantity: Quantity,
}

/// A resource list is a map in JSON.
mod as_map {
    use super::{BTreeMap, Quantity, Resource};
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(list: &[Resource], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(list.iter().map(|resource| (&resource.name, &resource.quantity)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Resource>, D::Error> {
        let map = Option::<BTreeMap<String, Quantity>>::deserialize(deserializer)?.unwrap_or_default();
        Ok(map.into_iter().map(|(name, quantity)| Resource { name, quantity }).collect())
    }
}

/// The most hosts of a container that are kept.
const MOST_HOSTS: usize = 20;

/// Variables that set the memory of a runtime. They contain no secrets.
const MEMORY_VARIABLES: [&str; 7] = [
    "CATALINA_OPTS",
    "GOMEMLIMIT",
    "JAVA_OPTS",
    "JAVA_TOOL_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "NODE_OPTIONS",
    "_JAVA_OPTIONS",
];

/// The beginnings of words that set a memory limit.
const MEMORY_FLAGS: [&str; 3] = ["-Xmx", "-XX:MaxHeapSize=", "-XX:MaxRAMPercentage="];

/// The flag of Node.js that sets a memory limit; its value may be the next word.
const OLD_SPACE: &str = "--max-old-space-size";

impl Container {
    /// Whether an init container is a native sidecar, which keeps running. For other containers the policy only decides when they
    /// restart.
    pub fn is_sidecar(&self) -> bool {
        self.restart_policy == "Always"
    }

    /// Its memory limit as written, if it has one.
    pub fn memory_limit(&self) -> Option<&str> {
        self.resources.memory_limit()
    }

    /// Removes every word of command, arguments and environment that neither sets a memory limit nor names a host.
    pub(super) fn keep_only_memory_and_hosts(&mut self) {
        let hosts = self.hosts();
        self.env.retain(|variable| MEMORY_VARIABLES.contains(&&*variable.name));
        for variable in &mut self.env {
            if variable.name != "GOMEMLIMIT" {
                variable.value = memory_flags(&variable.value);
            }
        }
        self.env.extend(hosts);
        for words in [&mut self.command, &mut self.args] {
            *words = memory_words(words.iter().map(String::as_str));
        }
    }

    /// Returns the hosts that its settings name, each once: a variable keeps its name, and a word of a command has none.
    fn hosts(&self) -> Vec<EnvVar> {
        let is_other = |variable: &&EnvVar| !MEMORY_VARIABLES.contains(&&*variable.name);
        let variables = self.env.iter().filter(is_other).flat_map(|variable| {
            let hosts = endpoint::of_variable(&variable.name, &variable.value);
            hosts.into_iter().map(|host| (&*variable.name, host))
        });
        let words = self.command.iter().chain(&self.args).map(String::as_str);
        let words = endpoint::of_words(words).into_iter().map(|host| ("", host));
        let mut found: Vec<EnvVar> = Vec::new();
        for (name, value) in variables.chain(words) {
            if found.len() < MOST_HOSTS && found.iter().all(|known| known.value != value) {
                found.push(EnvVar { name: name.to_owned(), value });
            }
        }
        found
    }

    /// Forgets the settings of memory.
    pub(crate) fn keep_only_hosts(&mut self) {
        (self.command, self.args) = (Vec::new(), Vec::new());
        self.env.retain(|variable| !MEMORY_VARIABLES.contains(&&*variable.name));
    }

    /// Returns the hosts that its settings name, if they were kept.
    pub fn named_hosts(&self) -> impl Iterator<Item = &str> {
        let is_other = |variable: &&EnvVar| !MEMORY_VARIABLES.contains(&&*variable.name);
        self.env.iter().filter(is_other).map(|variable| &*variable.value)
    }
}

/// Whether a word is the flag of Node.js that sets a memory limit. Node.js takes underscores for dashes.
pub fn is_old_space(word: &str) -> bool {
    word.len() == OLD_SPACE.len() && word.replace('_', "-") == OLD_SPACE
}

/// The words of a text that set a memory limit.
fn memory_flags(text: &str) -> String {
    memory_words([text]).join(" ")
}

/// The words of several texts that set a memory limit. The second of two words is kept only if it is a number, as it may be
/// anything.
fn memory_words<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let words = texts.into_iter().flat_map(|text| text.split([' ', '\t', '\n', '"', '\'']));
    let (mut kept, mut is_value) = (Vec::new(), false);
    for word in words.filter(|word| !word.is_empty()) {
        let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        let is_node = is_old_space(name);
        let is_number = || word.bytes().all(|byte| byte.is_ascii_digit());
        if is_node || is_value && is_number() || MEMORY_FLAGS.iter().any(|flag| word.starts_with(flag)) {
            kept.push(word.to_owned());
        }
        is_value = is_node && value.is_none();
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_is_about_memory_is_kept_and_that_again() {
        let container = json!({
            "command": ["sh", "-c", "exec node --max-old-space-size 4096 --token 77 a.js"],
            "args": ["-Xms1g", "-Xmx1g", "--max_old_space_size", "secret", "8", "-XX:MaxHeapSize=2g", "--max-old-space-size=1"],
            "env": [{ "name": "NODE_OPTIONS", "value": "--max-old-space-size 512 --inspect" }, { "name": "TOKEN", "value": "x" }],
        });
        let mut container: Container = serde_json::from_value(container).unwrap();
        for _ in 0..2 {
            container.keep_only_memory_and_hosts();
            assert_eq!(container.command, ["--max-old-space-size", "4096"]);
            let args = ["-Xmx1g", "--max_old_space_size", "-XX:MaxHeapSize=2g", "--max-old-space-size=1"];
            assert_eq!(container.args, args);
            let env: Vec<&str> = container.env.iter().map(|variable| variable.value.as_str()).collect();
            assert_eq!(env, ["--max-old-space-size 512"]);
        }
    }
}

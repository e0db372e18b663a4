//! A snapshot: all data that one run has about one cluster, and how files store it.
//!
//! What does not belong here: judgement (`checks`), and asking a server (`cluster`).

mod archive;
mod broken;
mod capture;
mod copies;
mod document;
mod error;
mod folder;
mod form;
mod object_text;
mod read;
mod refused;
mod reported;
mod rows;
mod sorting;
mod unpacked;
mod warnings;

pub(crate) use capture::VERSION;
pub use capture::{Capture, Header};
pub use error::Error;
pub(crate) use error::with_article;
pub use read::{Given, Written, demo, read, read_any, read_bytes};
pub use rows::Rows;
pub use warnings::Warnings;

use crate::model::{Coverage, Gap, LogTail, Reason};
use crate::wire::{Kind, Time};
use serde::{Deserialize, Deserializer, Serialize};

/// All data that one run has about one cluster.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// The cluster.
    pub cluster: Cluster,
    /// The namespaces and pods that were requested.
    pub scope: Scope,
    /// When the run began.
    pub started_at: Time,
    /// The time that ages are relative to: when the last page arrived.
    pub taken_at: Time,
    /// The objects.
    pub rows: Rows,
    /// The ends of the logs of failing pods, if they can be read.
    pub logs: Vec<LogTail>,
    /// The objects that warning events were read about.
    pub warnings: Warnings,
    /// What could not be read.
    pub coverage: Coverage,
    /// The seconds by which the server's clock was ahead of this machine's. Ages are relative to the server's clock.
    pub skew: i64,
    /// Whether it came from files that state neither their time nor their scope. Then `taken_at` is the time of the check,
    /// and only their own objects were read.
    pub plain: bool,
    /// How many seconds ago an earlier run took it, if this run answers from that.
    pub age: Option<i64>,
    /// The version of the tool that took it, if another run did.
    pub taken_by: Option<String>,
}

/// A cluster. Unknown texts are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Cluster {
    /// The kubeconfig context.
    pub context: String,
    /// The URL of the API server.
    #[serde(deserialize_with = "without_login")]
    pub server: String,
    /// The version of the API server, such as `v1.36.3`.
    pub version: String,
}

/// Reads the address of a server. Files of earlier versions may contain its login.
fn without_login<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(crate::text::without_login(&String::deserialize(from)?))
}

/// Sorts the names of a file that was changed by hand.
fn sorted<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let mut names = Vec::deserialize(from)?;
    names.sort();
    Ok(names)
}

/// The namespaces and pods that were requested.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Scope {
    /// Sorted; empty for all namespaces, or if the input does not name any.
    #[serde(deserialize_with = "sorted")]
    pub namespaces: Vec<String>,
    /// Patterns of the namespaces that are excluded.
    pub excluded: Vec<String>,
    /// Whether a label or field selector restricts the pods.
    pub selected: bool,
    /// The selectors, as given.
    pub selector: String,
}

impl Scope {
    /// Whether a namespace was requested by name, or as one of all except those left out.
    pub fn holds(&self, namespace: &str) -> bool {
        let named = self.is_whole_cluster()
            || self.namespaces.binary_search_by(|name| (**name).cmp(namespace)).is_ok();
        named && !self.excluded.iter().any(|pattern| matches(pattern, namespace))
    }

    /// Whether this scope contains all of another.
    pub fn covers(&self, other: &Scope) -> bool {
        if other.is_whole_cluster() {
            self.is_whole_cluster() && self.excluded.iter().all(|pattern| other.excluded.contains(pattern))
        } else {
            other.namespaces.iter().all(|name| self.holds(name))
        }
    }

    /// Whether every namespace of the cluster was requested.
    pub fn is_whole_cluster(&self) -> bool {
        self.namespaces.is_empty()
    }
}

/// Whether a pattern matches a name. An invalid pattern matches none: the command line rejects it.
fn matches(pattern: &str, name: &str) -> bool {
    let is_plain = |text: &str| !text.contains(|c| "*?[]{}\\!".contains(c));
    // Nearly all patterns have one of these two forms, and this is called for every object.
    match pattern.strip_suffix('*') {
        Some(start) if is_plain(start) => return name.starts_with(start),
        None if is_plain(pattern) => return name == pattern,
        _ => {}
    }
    globset::Glob::new(pattern).is_ok_and(|glob| glob.compile_matcher().is_match(name))
}

impl Snapshot {
    /// Whether all objects of a kind in a namespace were read; the namespace is empty for objects of the cluster. Only then
    /// can one of them be missing.
    pub fn saw(&self, kind: Kind, namespace: &str) -> bool {
        let unseen = |gap: &Gap| {
            let place = gap.namespace.as_deref();
            gap.kind == kind.name() && (namespace.is_empty() || place.is_none_or(|name| name == namespace))
        };
        let asked = namespace.is_empty() || self.scope.holds(namespace);
        asked && !self.coverage.gaps.iter().chain(&self.coverage.not_in_scope).any(unseen)
    }

    /// Whether it comes from files that contain objects or lists of any kind in the scope.
    pub(crate) fn has_other_objects(&self) -> bool {
        let given = |kind: &Kind| {
            let is_it = |gap: &Gap| gap.reason == Reason::NotGiven && gap.kind == kind.name();
            !kind.is_optional() && !self.coverage.not_in_scope.iter().any(is_it)
        };
        let all = self.scope.is_whole_cluster() && self.scope.excluded.is_empty();
        let any_rows = || self.rows.counts().iter().any(|(_, count)| *count > 0);
        self.plain && (any_rows() || all && Kind::ALL.iter().any(given))
    }

    /// Its namespaces, sorted: those that were requested, and those of its objects.
    pub fn namespaces(&self) -> Vec<String> {
        let mut names: Vec<String> = self.scope.namespaces.clone();
        names.extend(self.rows.places().into_iter().map(str::to_owned));
        names.sort();
        names.dedup();
        names
    }

    /// Sorts everything, so that the same objects give the same report in whatever order they arrived.
    pub fn sort(&mut self) {
        let (refused, without_owners) = self.rows.take_refused().gaps();
        self.coverage.gaps.extend(refused);
        self.coverage.notes.extend(without_owners);
        let repeated = self.rows.sort();
        self.coverage.notes.extend(repeated);
        if let Some(taken_at) = self.taken_at.known() {
            self.coverage.notes.extend(self.rows.drop_stale(taken_at));
        }
        self.coverage.sort();
        self.logs
            .sort_by(|a, b| (&a.namespace, &a.pod, &a.container).cmp(&(&b.namespace, &b.pod, &b.container)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_without_the_excluded_namespaces() {
        let excluded = ["kube-*", "cert-manager", "team-[ab]"].map(str::to_owned).to_vec();
        let scope = Scope { excluded, ..Scope::default() };
        let held = ["shop", "kube", "cert-manager-2", "team-c"];
        assert!(held.into_iter().all(|name| scope.holds(name)));
        assert!(!["kube-system", "cert-manager", "team-a"].into_iter().any(|name| scope.holds(name)));
        let named = Scope { namespaces: vec!["shop".to_owned()], ..Scope::default() };
        assert!(named.holds("shop") && !named.holds("kube-system"));
        let read: Scope = serde_json::from_str(r#"{"namespaces":["shop","blog","a"]}"#).unwrap();
        assert!(["a", "blog", "shop"].into_iter().all(|name| read.holds(name)) && !read.holds("b"));
        assert!(scope.covers(&named) && !named.covers(&scope) && scope.covers(&scope));
        assert!(Scope::default().covers(&scope) && !scope.covers(&Scope::default()));
    }
}

//! Classes: workloads that are judged by thresholds of their own, and how they are found.

use super::rules::changes;
use super::{ClassEntry, Error, Pattern, Place};
use crate::model::ThresholdChanges;
use globset::{Glob, GlobMatcher};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Workloads that are judged by thresholds of their own.
#[derive(Clone, Debug)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// Which workloads belong to it; others may by an annotation.
    pub workloads: Vec<Pattern>,
    /// Those too whose pods have labels of all these keys, with values that match.
    pub labels: BTreeMap<String, GlobMatcher>,
    /// What is different for them.
    pub thresholds: ThresholdChanges,
}

/// Work that nobody waits for at every step: its pods may be held back by their limits twice as often.
const BATCH: (&str, [&str; 3], &str) = ("batch", ["job/*", "cronjob/*", "*runner*"], "20");

impl Class {
    /// Takes over what a profile says about a class that there is without it.
    pub(super) fn become_like(&mut self, said: Class) {
        self.thresholds = said.thresholds.or(&self.thresholds);
        if !said.workloads.is_empty() {
            self.workloads = said.workloads;
        }
        if !said.labels.is_empty() {
            self.labels = said.labels;
        }
    }

    /// [`BATCH`].
    pub(super) fn batch() -> Self {
        let (name, workloads, throttled) = BATCH;
        let mut thresholds = ThresholdChanges::default();
        // Both are written above, and a test reads them.
        let _ = thresholds.set("throttled", throttled);
        let workloads = workloads.iter().filter_map(|pattern| Pattern::new(pattern).ok()).collect();
        Self { name: name.to_owned(), workloads, labels: BTreeMap::new(), thresholds }
    }

    /// Whether a workload of this kind and name belongs to it, whose pods have these labels.
    pub fn holds(&self, kind: &str, name: &str, labels: &[(Arc<str>, Arc<str>)]) -> bool {
        let has = |(key, value): (&String, &GlobMatcher)| {
            labels.iter().any(|(of, is)| **of == **key && value.is_match(&**is))
        };
        let is_labelled = !self.labels.is_empty() && self.labels.iter().all(has);
        is_labelled || self.workloads.iter().any(|pattern| pattern.is_match(kind, name))
    }

    /// By what its workloads are found, as it is written: the names, then the labels.
    pub fn patterns(&self) -> impl Iterator<Item = String> {
        let labels = self.labels.iter().map(|(key, value)| format!("{key}={}", value.glob().glob()));
        self.workloads.iter().map(ToString::to_string).chain(labels)
    }
}

/// Reads what a profile says about a class.
///
/// # Errors
/// When a pattern or a threshold makes no sense.
pub(super) fn class(name: &str, entry: &ClassEntry, path: &str) -> Result<Class, Error> {
    let mut workloads = Vec::new();
    if let Some(patterns) = &entry.workloads {
        for text in &patterns.value {
            let wrong = |error: String| Place::of(path, patterns).wrong(error, None);
            workloads.push(Pattern::new(text).map_err(wrong)?);
        }
    }
    let mut labels = BTreeMap::new();
    if let Some(written) = &entry.labels {
        for (key, value) in &written.value {
            let glob = Glob::new(value).map_err(|e| Place::of(path, written).wrong(e.to_string(), None))?;
            labels.insert(key.clone(), glob.compile_matcher());
        }
    }
    if let Some(at) = entry.thresholds.get("node_memory") {
        let hint = "set it in the thresholds of the profile".to_owned();
        let why = "nodeMemory is a threshold of nodes, and a class holds workloads";
        return Err(Place::of(path, at).wrong(why, Some(hint)));
    }
    Ok(Class { name: name.to_owned(), workloads, labels, thresholds: changes(&entry.thresholds, path)? })
}

#[cfg(test)]
mod tests {
    use super::super::read::parse;
    use super::*;
    use crate::policy::profile::Rules;

    fn classes(yaml: &str) -> Result<Vec<Class>, String> {
        let text = format!("profiles:\n  p:\n    classes:\n      batch: {yaml}\n");
        let config = parse("c.yaml", &text).map_err(|error| error.to_string())?;
        let rules = Rules::of(&config.profiles["p"], "c.yaml").map_err(|error| error.to_string())?;
        Ok(rules.classes)
    }

    #[test]
    fn workloads_are_found_by_name_or_by_all_of_some_labels() {
        let classes = classes("{labels: {tier: batch-*, app.kubernetes.io/part-of: etl}}").unwrap();
        let of = |name: &str, labels: &[(&str, &str)]| {
            let labels: Vec<_> = labels.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
            classes[0].holds("Deployment", name, &labels)
        };
        let etl = ("app.kubernetes.io/part-of", "etl");
        assert!(of("web", &[("a", "b"), ("tier", "batch-night"), etl]));
        assert!(
            !of("web", &[("tier", "batch-night")]) && !of("web", &[("tier", "web"), etl]) && !of("web", &[])
        );
        // What it is without a profile holds beside that.
        assert!(of("ci-runner", &[]));
        assert_eq!(
            classes[0].patterns().collect::<Vec<_>>(),
            ["job/*", "cronjob/*", "*runner*", "app.kubernetes.io/part-of=etl", "tier=batch-*"]
        );
        assert!(!Class::batch().holds("Deployment", "web", &[]));
    }

    #[test]
    fn a_pattern_that_is_none_is_named_with_its_line() {
        let error = classes("{labels: {tier: '[a'}}").unwrap_err();
        assert!(error.starts_with("c.yaml:4:23: "), "{error}");
    }
}

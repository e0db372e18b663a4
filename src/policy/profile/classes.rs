//! Classes: workloads with thresholds of their own.

use super::rules::{changes, glob};
use super::{ClassEntry, Error, Pattern, Place};
use crate::model::ThresholdChanges;
use globset::GlobMatcher;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A class of workloads with thresholds of its own.
#[derive(Clone, Debug)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// The workloads that belong to it; an annotation can add others.
    pub workloads: Vec<Pattern>,
    /// Workloads whose pods have labels of all these keys with matching values belong to it as well.
    pub labels: BTreeMap<String, GlobMatcher>,
    /// The thresholds that differ.
    pub thresholds: ThresholdChanges,
}

/// The built-in class of batch work: no user waits for each of its steps, so its pods may be throttled twice as often.
const BATCH: (&str, [&str; 3], &str) = ("batch", ["job/*", "cronjob/*", "*runner*"], "20");

impl Class {
    /// Changes a built-in class as a profile defines it.
    pub(super) fn merge(&mut self, profile: Class) {
        self.thresholds = profile.thresholds.or(&self.thresholds);
        if !profile.workloads.is_empty() {
            self.workloads = profile.workloads;
        }
        if !profile.labels.is_empty() {
            self.labels = profile.labels;
        }
    }

    /// Creates [`BATCH`].
    pub(super) fn batch() -> Self {
        let (name, workloads, throttled) = BATCH;
        let mut thresholds = ThresholdChanges::default();
        // A test checks both constants.
        let _ = thresholds.set("throttled", throttled);
        let workloads = workloads.iter().filter_map(|pattern| Pattern::new(pattern).ok()).collect();
        Self { name: name.to_owned(), workloads, labels: BTreeMap::new(), thresholds }
    }

    /// Returns whether a workload of this kind and name, whose pods have these labels, belongs to it.
    pub fn holds(&self, kind: &str, name: &str, labels: &[(Arc<str>, Arc<str>)]) -> bool {
        let has = |(key, value): (&String, &GlobMatcher)| {
            labels.iter().any(|(of, is)| **of == **key && value.is_match(&**is))
        };
        let is_labelled = !self.labels.is_empty() && self.labels.iter().all(has);
        is_labelled || self.workloads.iter().any(|pattern| pattern.is_match(kind, name))
    }

    /// Returns the patterns of its workloads as written: names, then labels.
    pub fn patterns(&self) -> impl Iterator<Item = String> {
        let labels = self.labels.iter().map(|(key, value)| format!("{key}={}", value.glob().glob()));
        self.workloads.iter().map(ToString::to_string).chain(labels)
    }
}

/// Reads a class of a profile.
///
/// # Errors
/// If a pattern or a threshold is invalid.
pub(super) fn class(name: &str, entry: &ClassEntry, path: &str) -> Result<Class, Error> {
    let mut workloads = Vec::new();
    if let Some(patterns) = &entry.workloads {
        for text in &patterns.value {
            let wrong = |error| Place::of(path, patterns).wrong(error, None);
            workloads.push(Pattern::new(text).map_err(wrong)?);
        }
    }
    let mut labels = BTreeMap::new();
    if let Some(written) = &entry.labels {
        for (key, value) in &written.value {
            let value = glob(value).map_err(|error| Place::of(path, written).wrong(error, None))?;
            labels.insert(key.clone(), value);
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
        let rules = Rules::of(&config.profiles["p"], "c.yaml", &crate::checks::CATALOG)
            .map_err(|error| error.to_string())?;
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
        // The built-in patterns stay.
        assert!(of("ci-runner", &[]));
        assert_eq!(
            classes[0].patterns().collect::<Vec<_>>(),
            ["job/*", "cronjob/*", "*runner*", "app.kubernetes.io/part-of=etl", "tier=batch-*"]
        );
        assert!(!Class::batch().holds("Deployment", "web", &[]));
    }

    #[test]
    fn a_malformed_pattern_is_named_with_its_line() {
        let error = classes("{labels: {tier: '[a'}}").unwrap_err();
        assert!(error.starts_with("c.yaml:4:23: "), "{error}");
    }
}

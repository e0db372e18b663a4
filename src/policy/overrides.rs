//! What people wrote on namespaces and workloads for this tool: another class or other thresholds, checks that are left
//! out there, a mute. Annotations speak of fewer objects than any setting and come after all of them; what is written
//! on a workload comes after what is written on its namespace.
//!
//! A cluster says these things, not the operator: what makes no sense is not heeded and told, never an error.

use crate::checks;
use crate::finding::Fact;
use crate::model::{Annotations, Gap, ObjectRef, PREFIX, Reason, ThresholdChanges, unseen};
use crate::policy::profile::{Class, Mute, Pattern, day};
use crate::text::suggest::suggestion;
use std::collections::BTreeSet;

/// What is written on one object, read.
#[derive(Clone, Debug)]
pub struct Override {
    /// The namespace or workload.
    pub object: ObjectRef,
    /// Its class, which there is.
    pub class: Option<String>,
    /// What is different about its thresholds.
    pub thresholds: ThresholdChanges,
    /// The checks that are left out, by id.
    pub skip: BTreeSet<&'static str>,
    /// What of it is accepted for a time.
    pub mute: Option<Mute>,
    /// What was not heeded, and why.
    pub ignored_annotations: Vec<String>,
}

/// The annotations that are known, besides the thresholds.
const NAMES: [&str; 7] =
    ["class", "skip", "skip-tls-check", "mute", "mute-reason", "mute-owner", "mute-until"];

/// Reads what is written on an object; `classes` are those that there are.
pub fn read(object: ObjectRef, annotations: &Annotations, classes: &[Class]) -> Override {
    let mut out = Override {
        object,
        class: None,
        thresholds: ThresholdChanges::default(),
        skip: BTreeSet::new(),
        mute: None,
        ignored_annotations: Vec::new(),
    };
    for (name, value) in annotations.iter() {
        if let Err(why) = out.take(name, value.trim(), classes) {
            out.ignored_annotations.push(format!("{PREFIX}{name}: {why}"));
        }
    }
    match mute(&out.object, annotations) {
        Ok(mute) => out.mute = mute,
        Err(why) => out.ignored_annotations.push(format!("{PREFIX}mute: {why}")),
    }
    out
}

impl Override {
    fn take(&mut self, name: &str, value: &str, classes: &[Class]) -> Result<(), String> {
        match name {
            "class" if classes.iter().any(|class| class.name == value) => self.class = Some(value.to_owned()),
            "class" => return Err(format!("no class \"{value}\" in the profile")),
            "skip" => self.skip.extend(ids(value)?),
            "skip-tls-check" => match value {
                "true" => self.skip.extend(checks::OF_TLS),
                "false" => {}
                _ => return Err(format!("true or false, not \"{value}\"")),
            },
            "mute" | "mute-reason" | "mute-owner" | "mute-until" => {}
            _ if ThresholdChanges::NAMES.contains(&name) => self.thresholds.set(name, value)?,
            _ => {
                let known: Vec<&str> = NAMES.into_iter().chain(ThresholdChanges::NAMES).collect();
                return Err(format!("unknown; {}", suggestion(name, &known).unwrap_or_default()));
            }
        }
        Ok(())
    }

    /// Whether it speaks of a whole namespace.
    pub fn is_of_namespace(&self) -> bool {
        self.object.namespace.is_empty()
    }

    /// What is left out here, as the report names what was not looked at.
    pub fn gaps(&self) -> impl Iterator<Item = Gap> {
        let place = if self.is_of_namespace() { &self.object.name } else { &self.object.namespace };
        self.skip.iter().map(move |id| Gap {
            namespace: Some(place.to_string()),
            detail: unseen::detail(&unseen::WRITTEN_ON, &[("object", Fact::Text(self.object.slashed()))]),
            ..Gap::new(*id, Reason::Skipped)
        })
    }
}

/// The checks of a list of patterns.
fn ids(list: &str) -> Result<BTreeSet<&'static str>, String> {
    let patterns = list.split(',').map(str::trim).filter(|pattern| !pattern.is_empty());
    patterns.map(checks::matching).try_fold(BTreeSet::new(), |mut all, ids| {
        all.extend(ids?);
        Ok(all)
    })
}

fn mute(object: &ObjectRef, annotations: &Annotations) -> Result<Option<Mute>, String> {
    let said = |name: &str| annotations.get(name).map(str::trim).filter(|value| !value.is_empty());
    let Some(check) = said("mute") else {
        let rest = ["mute-reason", "mute-owner", "mute-until"].into_iter().find(|name| said(name).is_some());
        return match rest {
            Some(name) => Err(format!("missing beside {name}")),
            None => Ok(None),
        };
    };
    let needed = |name: &str| said(name).ok_or_else(|| format!("not without {PREFIX}{name}"));
    let until = day(needed("mute-until")?)?;
    let (reason, owner) = (needed("mute-reason")?.to_owned(), needed("mute-owner")?.to_owned());
    let whole = object.namespace.is_empty();
    let namespace = if whole { &object.name } else { &object.namespace };
    Ok(Some(Mute {
        check: check.to_owned(),
        checks: ids(check)?,
        namespace: Some(exact(namespace)?),
        object: (!whole).then(|| Pattern::exact(&object.kind, &object.name)).transpose()?,
        reason,
        owner,
        until,
        place: if whole {
            format!("annotation on {}", object.slashed())
        } else {
            format!("annotation on {} in {}", object.slashed(), object.namespace)
        },
    }))
}

/// A pattern that means this name alone.
fn exact(name: &str) -> Result<globset::GlobMatcher, String> {
    let glob = globset::Glob::new(&globset::escape(name)).map_err(|error| error.to_string())?;
    Ok(glob.compile_matcher())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Names;
    use serde_json::{Map, Value, json};
    use std::collections::BTreeMap;

    fn over(pairs: &[(&str, &str)]) -> Override {
        let all: Map<String, Value> =
            pairs.iter().map(|(name, value)| (format!("{PREFIX}{name}"), json!(value))).collect();
        let read: crate::wire::Annotations = serde_json::from_value(all.into()).unwrap();
        let annotations = Annotations::fold(Some(&read), &Names::default());
        let batch = Class {
            name: "batch".to_owned(),
            workloads: Vec::new(),
            labels: BTreeMap::new(),
            thresholds: ThresholdChanges::default(),
        };
        super::read(ObjectRef::new("shop", "Deployment", "web[1]"), &annotations, &[batch])
    }

    #[test]
    fn what_is_written_is_heeded() {
        let over = over(&[
            ("class", "batch"),
            ("skip", "image-*, quota-full"),
            ("grace", "10m"),
            ("mute", "pod-leftover"),
            ("mute-until", "2026-12-31"),
            ("mute-reason", "known"),
            ("mute-owner", "team"),
        ]);
        assert_eq!(over.ignored_annotations, Vec::<String>::new());
        assert_eq!(over.class.as_deref(), Some("batch"));
        assert!(over.skip.contains("quota-full") && over.skip.contains("image-tag-mutable"));
        assert_eq!(over.thresholds.to_string(), "grace 10m");
        let mute = over.mute.unwrap();
        assert!(mute.object.unwrap().is_match("Deployment", "web[1]"));
        assert_eq!(mute.place, "annotation on deployment/web[1] in shop");
    }

    #[test]
    fn what_makes_no_sense_is_told_and_the_rest_is_heeded() {
        for (name, value, why) in [
            ("class", "batsch", "healthcheck.dev/class: no class \"batsch\" in the profile"),
            ("skipp", "x", "healthcheck.dev/skipp: unknown; did you mean \"skip\"?"),
            (
                "skip",
                "pod-leftovers",
                "healthcheck.dev/skip: no check is called \"pod-leftovers\"; did you mean",
            ),
            ("grace", "soon", "healthcheck.dev/grace: grace: \"soon\" is not a duration"),
            ("skip-tls-check", "1", "healthcheck.dev/skip-tls-check: true or false"),
            ("mute", "pod-leftover", "healthcheck.dev/mute: not without healthcheck.dev/mute-until"),
            ("mute-owner", "me", "healthcheck.dev/mute: missing beside mute-owner"),
        ] {
            let over = over(&[(name, value), ("restarts-attention", "7")]);
            assert!(
                over.ignored_annotations.len() == 1 && over.ignored_annotations[0].starts_with(why),
                "{:?}",
                over.ignored_annotations
            );
            assert_eq!(over.thresholds.to_string(), "restarts-attention 7");
        }
    }
}

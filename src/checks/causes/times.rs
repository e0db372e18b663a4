//! When the trouble of an object began: a cause begins before its symptoms.

use crate::finding::{Finding, Severity};
use crate::model::ObjectRef;
use crate::wire::Time;
use std::collections::{BTreeMap, BTreeSet};

/// The seconds by which a cause may be noticed after its first symptom: a client fails at once, an endpoint is removed after its
/// probe has failed a few times.
const NOTICED_LATER: i64 = 120;

/// The number of objects that are followed from one cause to its own causes.
const FOLLOWED: usize = 64;

/// What is known of a finding.
struct Known {
    check: &'static str,
    severity: Severity,
    since: Option<Time>,
    /// The objects that explain it.
    because: Vec<ObjectRef>,
}

/// The findings about each object.
pub(super) struct Times {
    about: BTreeMap<ObjectRef, Vec<Known>>,
}

impl Times {
    pub(super) fn of(findings: &[Finding]) -> Self {
        let mut about: BTreeMap<ObjectRef, Vec<Known>> = BTreeMap::new();
        for finding in findings {
            let because = finding.because.iter().map(|link| link.object.clone()).take(FOLLOWED).collect();
            let known =
                Known { check: finding.check.id, severity: finding.severity, since: finding.since, because };
            about.entry(finding.object.clone()).or_default().push(known);
        }
        Self { about }
    }

    /// Whether an object has a finding of medium or high severity.
    pub(super) fn is_serious(&self, object: &ObjectRef) -> bool {
        self.about(object).any(|known| known.severity > Severity::Low)
    }

    /// Whether an object has a finding of a check.
    pub(super) fn is_found(&self, object: &ObjectRef, check: &str) -> bool {
        self.about(object).any(|known| known.check == check)
    }

    fn about(&self, object: &ObjectRef) -> impl Iterator<Item = &Known> {
        self.about.get(object).into_iter().flatten()
    }

    /// Whether the trouble of an object, or of what explains it, began before a symptom did; also true if one of the two
    /// times is unknown.
    pub(super) fn precedes(&self, cause: &ObjectRef, own: Option<Time>, symptom: Option<Time>) -> bool {
        let Some(symptom) = symptom else { return true };
        let began = self.began(cause).into_iter().chain(own).min();
        began.is_none_or(|began| began.seconds_since(symptom) <= NOTICED_LATER)
    }

    /// Returns when the first of the findings about an object and about what explains it began.
    fn began(&self, object: &ObjectRef) -> Option<Time> {
        let (mut seen, mut next) = (BTreeSet::from([object]), vec![object]);
        let mut began: Option<Time> = None;
        while let Some(object) = next.pop() {
            for known in self.about(object) {
                began = began.into_iter().chain(known.since).min();
                for object in &known.because {
                    if seen.len() < FOLLOWED && seen.insert(object) {
                        next.push(object);
                    }
                }
            }
        }
        began
    }
}

//! Applies the mutes of the profile and of annotations.

use super::View;
use crate::finding::Finding;
use crate::policy::mute::{Muted, Muting, State, day_of};
use crate::policy::profile::{Matcher, Mute, Pattern, slashed};
use std::collections::HashMap;

/// The mutes by what they can match. There may be one for each workload.
#[derive(Default)]
struct Index {
    /// Those of one object: by namespace and `kind/name`.
    of_objects: HashMap<(String, String), Vec<usize>>,
    /// Those of one namespace.
    of_namespaces: HashMap<String, Vec<usize>>,
    /// All others.
    others: Vec<usize>,
}

impl Index {
    fn of<'m>(mutes: impl Iterator<Item = &'m Mute>) -> Self {
        let mut index = Self::default();
        for (at, mute) in mutes.enumerate() {
            let namespace = mute.namespace.as_ref().and_then(Matcher::exact).map(str::to_owned);
            let object = mute.object.as_ref().map(Pattern::only);
            match (namespace, object) {
                (Some(namespace), Some(Some(object))) => {
                    index.of_objects.entry((namespace, object.to_owned())).or_default().push(at);
                }
                (Some(namespace), None) => index.of_namespaces.entry(namespace).or_default().push(at),
                _ => index.others.push(at),
            }
        }
        index
    }

    /// Returns the mutes that may match a finding, in order.
    fn candidates(&self, finding: &Finding) -> Vec<usize> {
        let namespace = &*finding.object.namespace;
        let own = slashed(&finding.object.kind, &finding.object.name);
        let owner = finding.owner.as_ref().map(|owner| slashed(&owner.kind, &owner.name));
        let objects = [Some(own), owner].into_iter().flatten();
        let of_objects = objects.filter_map(|object| self.of_objects.get(&(namespace.to_owned(), object)));
        let of_namespace = self.of_namespaces.get(namespace);
        let found = of_objects.chain(of_namespace).chain([&self.others]).flatten().copied();
        let mut found: Vec<usize> = found.collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Removes the findings that a mute matches. A finding that an expired mute matches stays and gets evidence of it. `complete`
/// says whether everything was read and judged.
pub(crate) fn apply(view: &View, findings: &mut Vec<Finding>, complete: bool) -> Muted {
    let today = day_of(view.now());
    let written = view.overrides().iter().filter_map(|over| over.mute.clone());
    let mutes = view.settings.rules.mutes.iter().cloned().chain(written);
    let muting = |mute: Mute| {
        let state = if mute.until < today { State::Expired } else { State::Unused };
        Muting { mute, state, findings: 0 }
    };
    let mut muted = Muted { mutes: mutes.map(muting).collect(), findings: Vec::new() };
    let by_object = Index::of(muted.mutes.iter().map(|muting| &muting.mute));
    for mut finding in std::mem::take(findings) {
        let mut quiet = None;
        for index in by_object.candidates(&finding) {
            let muting = &mut muted.mutes[index];
            if !muting.mute.fits(&finding) {
                continue;
            }
            muting.findings += 1;
            if muting.state == State::Expired {
                finding.evidence.push(muting.mute.ended());
            } else {
                muting.state = State::Active;
                quiet = quiet.or(Some(index));
            }
        }
        match quiet {
            Some(index) => muted.findings.push((finding, index)),
            None => findings.push(finding),
        }
    }
    for muting in muted.mutes.iter_mut().filter(|muting| muting.findings == 0) {
        if !(complete && was_checked(view, &muting.mute)) {
            muting.state = State::NotJudged;
        }
    }
    muted
}

/// Returns whether everything that a mute may match was in the scope and checked: only then is it known to match nothing.
fn was_checked(view: &View, mute: &Mute) -> bool {
    let (scope, choice) = (&view.snapshot.scope, &view.settings.choice);
    let place = match &mute.namespace {
        None => scope.is_whole_cluster() && scope.excluded.is_empty(),
        Some(_) if scope.is_whole_cluster() => scope.excluded.is_empty(),
        Some(pattern) => scope.namespaces.iter().any(|name| pattern.is_match(name)),
    };
    !scope.selected && place && !mute.checks.iter().any(|id| choice.left_out.contains(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::{CATALOG, Reporter, kept::Findings, rules::pods::pod_failed::CHECK};
    use crate::model::{Annotations, Names, ObjectRef, Owner};
    use crate::policy::{overrides, settings::Settings};
    use crate::snapshot::Snapshot;
    use crate::text::Message;
    use serde_json::json;

    fn finding(view: &View, kind: &str, name: &str, owner: Option<(&str, &str)>) -> Finding {
        let mut findings = Findings::within(usize::MAX);
        let mut out = Reporter::new(CHECK.info, view, &mut findings);
        out.object(ObjectRef::new("shop", kind, name), &[], CHECK.info.severity, Message::quoted(""));
        let mut finding = findings.list.remove(0);
        finding.owner = owner.map(|(kind, name)| Owner { kind: kind.into(), name: name.into() });
        finding
    }

    fn mute(name: &str) -> Mute {
        let read = serde_json::from_value(json!({
            "healthcheck.dev/mute": "pod-failed", "healthcheck.dev/mute-reason": "known",
            "healthcheck.dev/mute-owner": "team", "healthcheck.dev/mute-until": "2099-12-31",
        }));
        let annotations = Annotations::fold(Some(&read.unwrap()), &Names::default());
        let object = ObjectRef::new("shop", "Deployment", name);
        overrides::read(object, &annotations, &[], &CATALOG, &mut overrides::IgnoredAnnotations::default())
            .mute
            .unwrap()
    }

    /// A mute of each workload is compared with the findings of this workload only.
    #[test]
    fn comparisons_grow_with_the_findings_and_not_with_the_mutes() {
        let (snapshot, settings) = (Snapshot::default(), Settings::default());
        let view = View::new(&snapshot, &settings);
        for count in [100, 400, 1_600] {
            let mutes: Vec<Mute> = (0..count).map(|n| mute(&format!("web-{n}"))).collect();
            let index = Index::of(mutes.iter());
            let compared = |n: usize| {
                let owner = format!("web-{n}");
                let pod = finding(&view, "Pod", &format!("{owner}-x"), Some(("Deployment", &owner)));
                index.candidates(&pod).len()
            };
            assert_eq!((0..count).map(compared).sum::<usize>(), count);
        }
    }

    #[test]
    fn no_mute_that_matches_is_left_out() {
        let (snapshot, settings) = (Snapshot::default(), Settings::default());
        let view = View::new(&snapshot, &settings);
        let exact = |text: &str| Some(Matcher::Exact(text.to_owned()));
        let with = |namespace, object: Option<Pattern>| Mute { namespace, object, ..mute("web") };
        let mutes = [
            mute("web"),
            mute("other"),
            with(exact("shop"), None),
            with(exact("shop"), Some(Pattern::new("web*").unwrap())),
            with(None, Some(Pattern::exact("Deployment", "web"))),
            with(None, None),
            with(exact("blog"), None),
        ];
        let index = Index::of(mutes.iter());
        for finding in [
            finding(&view, "Deployment", "web", None),
            finding(&view, "Pod", "web-x", Some(("Deployment", "web"))),
            finding(&view, "Deployment", "web", Some(("Deployment", "web"))),
            finding(&view, "Service", "web", None),
        ] {
            let matching: Vec<usize> = (0..mutes.len()).filter(|at| mutes[*at].fits(&finding)).collect();
            let candidates = index.candidates(&finding);
            assert!(matching.iter().all(|at| candidates.contains(at)), "{matching:?} {candidates:?}");
            assert!(!candidates.contains(&1) && !candidates.contains(&6) && candidates.is_sorted());
        }
    }
}

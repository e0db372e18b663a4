//! Applies the mutes of the profile and of annotations.

use super::View;
use crate::finding::Finding;
use crate::policy::mute::{Muted, Muting, State, day_of};
use crate::policy::profile::Mute;

/// Removes the findings that a mute matches. A finding that an expired mute matches stays and gets evidence of it.
pub(crate) fn apply(view: &View, findings: &mut Vec<Finding>) -> Muted {
    let today = day_of(view.now());
    let written = view.overrides().iter().filter_map(|over| over.mute.clone());
    let mutes = view.settings.rules.mutes.iter().cloned().chain(written);
    let muting = |mute: Mute| {
        let state = if mute.until < today { State::Expired } else { State::Unused };
        Muting { mute, state, findings: 0 }
    };
    let mut muted = Muted { mutes: mutes.map(muting).collect(), findings: Vec::new() };
    for mut finding in std::mem::take(findings) {
        let mut quiet = None;
        for (index, muting) in muted.mutes.iter_mut().enumerate() {
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
        if !was_checked(view, &muting.mute) {
            muting.state = State::NotJudged;
        }
    }
    muted
}

/// Returns whether everything that a mute may match was checked: only then is it known to match nothing.
fn was_checked(view: &View, mute: &Mute) -> bool {
    let (snapshot, choice) = (view.snapshot, &view.settings.choice);
    let scope = &snapshot.scope;
    let place = match &mute.namespace {
        None => scope.is_whole_cluster() && scope.excluded.is_empty(),
        Some(_) if scope.is_whole_cluster() => scope.excluded.is_empty(),
        Some(pattern) => scope.namespaces.iter().any(|name| pattern.is_match(name)),
    };
    let gaps = snapshot.coverage.gaps.is_empty() && !scope.selected;
    gaps && place && !mute.checks.iter().any(|id| choice.left_out.contains(id))
}

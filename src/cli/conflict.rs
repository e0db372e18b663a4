//! Settings that contradict each other, after all layers are merged: the error names the place of the one to change.

use crate::policy::profile::Error;
use crate::policy::setting::{Set, Source};

/// Checks that the thresholds of restarts are in order. Values of flags are checked with the other flags.
///
/// # Errors
/// If a profile or the environment sets one of them against the other.
pub(super) fn thresholds(settings: &[Set]) -> Result<(), Error> {
    let find = |key: &str| settings.iter().find(|set| set.setting.key == key);
    let number = |set: &Set| set.values.first().and_then(|value| value.parse::<i64>().ok());
    let pair = find("thresholds.restartsAttention").zip(find("thresholds.restartsUnhealthy"));
    let Some((attention, unhealthy)) = pair else { return Ok(()) };
    if number(attention) <= number(unhealthy) {
        return Ok(());
    }
    let Some(place) = [attention, unhealthy].into_iter().find_map(place) else { return Ok(()) };
    let text = format!("{} must not be above {}", named(attention), named(unhealthy));
    Err(Error { place, text, hint: None })
}

/// Returns the place of a setting outside of the command line.
pub(crate) fn place(set: &Set) -> Option<String> {
    place_of(&set.source)
}

/// Returns the place of a source outside of the command line.
pub(super) fn place_of(source: &Source) -> Option<String> {
    match source {
        Source::Profile(place) => Some(place.clone()),
        Source::Environment(name) => Some(format!("environment variable {name}")),
        Source::BuiltIn | Source::Flag(_) => None,
    }
}

/// Returns a setting as its source names it, with its value.
fn named(set: &Set) -> String {
    let value = set.values.join(",");
    match &set.source {
        Source::Profile(_) => format!("{} {value}", set.setting.key),
        Source::BuiltIn => format!("{} {value} (the default)", set.setting.key),
        Source::Environment(_) | Source::Flag(_) => format!("{} {value}", set.flag),
    }
}

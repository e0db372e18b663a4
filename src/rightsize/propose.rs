//! The arithmetic of suggestions, with CPU in thousandths of a core and memory in bytes. No suggestion is below the
//! usage plus its margin. `docs/rightsize.md` has the rules and their sources.
//!
//! Out of scope: the sources of the numbers, and texts.

use super::{Change, Facts, Killed, Measured, Proposal, Risk};
use crate::model::next_limit;

const MEBI: i64 = 1 << 20;

/// The margin on top of the usage, in percent.
pub(super) const MARGIN: i64 = 15;
/// The margin for the limit of a container that came near it or was OOM-killed.
pub(super) const LIMIT_MARGIN: i64 = 25;
/// The usage in percent of the limit that counts as near.
pub(super) const NEAR: i64 = 90;
/// How much of a suggested CPU request, or of the recorded memory, the current usage may be, in percent. A peak above the 95th
/// percentile is usual and is not twice as much.
pub(super) const CONTRADICTION: i64 = 200;
/// The smallest reduction worth a change, in percent of the request.
pub(super) const WORTH: i64 = 20;
/// The smallest reduction worth a change for each pod.
const LEAST_GIVEN: Change<i64> = Change { cpu: 50, memory: 64 * MEBI };
/// The smallest suggested request.
const LEAST_REQUEST: Change<i64> = Change { cpu: 10, memory: 16 * MEBI };

/// Steps for rounding: up to which amount, and the step.
type Steps = [(i64, i64)];
const CPU: [(i64, i64); 4] = [(100, 10), (1000, 50), (4000, 250), (i64::MAX, 500)];
const MEMORY: [(i64, i64); 3] = [(256 * MEBI, 16 * MEBI), (1024 * MEBI, 64 * MEBI), (i64::MAX, 256 * MEBI)];

/// Returns the risks of a container, the worst first, and the suggested values.
pub(super) fn judge(facts: &Facts) -> (Vec<Risk>, Proposal) {
    let (mut risks, mut proposal) = (Vec::new(), Proposal::default());
    memory(facts, &mut risks, &mut proposal);
    cpu(facts, &mut risks, &mut proposal);
    risks.sort();
    let Facts { requests, limits, .. } = facts;
    hold((&mut proposal.limits.cpu, limits.cpu), (proposal.requests.cpu, requests.cpu));
    hold((&mut proposal.limits.memory, limits.memory), (proposal.requests.memory, requests.memory));
    (risks, proposal)
}

/// Returns whether the current usage is far above what is suggested, so that the history cannot be that of the container.
/// Suggested memory is never below the current usage, so the current usage is compared with the recorded one.
pub(super) fn is_contradicted(facts: &Facts, proposal: &Proposal) -> bool {
    let (Some(recorded), Some(now)) = (facts.recorded, facts.now.filter(|_| proposal.is_any())) else {
        return false;
    };
    let is_far_above = |now: i64, value: i64, least: i64| {
        now.saturating_sub(value) >= least
            && i128::from(now) * 100 > i128::from(value) * i128::from(CONTRADICTION)
    };
    let is_above = |request: i64| is_far_above(now.cpu, request, LEAST_GIVEN.cpu);
    proposal.requests.cpu.is_some_and(is_above)
        || proposal.limits.cpu.is_some_and(|limit| now.cpu > limit)
        || is_far_above(now.memory, recorded.memory, LEAST_GIVEN.memory)
}

fn memory(facts: &Facts, risks: &mut Vec<Risk>, proposal: &mut Proposal) {
    let (used, request, limit) = (facts.used.memory, facts.requests.memory, facts.limits.memory);
    let (is_seen, is_known) =
        (facts.measured != Measured::Nothing, matches!(facts.measured, Measured::History(_)));
    let is_near = is_seen && limit > 0 && i128::from(used) * 100 >= i128::from(limit) * i128::from(NEAR);
    let is_killed = facts.killed != Killed::No;
    risks.extend(is_killed.then_some(Risk::OomKilled));
    let needs = match facts.killed {
        Killed::Needs(needs) if needs > limit => Some(needs),
        // A heap below the limit does not show which limit is enough.
        Killed::Needs(_) | Killed::Yes => Some(with(limit, LIMIT_MARGIN)),
        // A higher limit does not help, or only delays the next kill.
        Killed::Leaks | Killed::NodeShort | Killed::No => None,
    };
    if let Some(needs) = needs {
        let enough = round_up(needs.max(with(used, MARGIN)), &MEMORY);
        proposal.limits.memory = Some(enough).filter(|_| limit > 0);
    } else if is_near && facts.killed != Killed::Leaks {
        risks.push(Risk::NearLimit);
        proposal.limits.memory = Some(round_up(with(used, LIMIT_MARGIN), &MEMORY)).filter(|_| is_known);
    }
    let wanted = round_up(with(used, MARGIN).max(LEAST_REQUEST.memory), &MEMORY);
    let is_short = is_seen && (request <= 0 || used > request);
    if is_short {
        risks.push(Risk::AboveMemoryRequest);
    }
    let is_safe = !is_killed && !is_near;
    let raised = is_short || is_killed && request < with(used, MARGIN);
    let lowered = is_safe && is_worth_it(request, wanted, LEAST_GIVEN.memory);
    let is_bounded = facts.killed != Killed::Leaks;
    proposal.requests.memory = Some(wanted).filter(|_| is_known && is_bounded && (raised || lowered));
}

fn cpu(facts: &Facts, risks: &mut Vec<Risk>, proposal: &mut Proposal) {
    let (used, request) = (facts.used.cpu, facts.requests.cpu);
    if let Some((share, limit)) = facts.throttled {
        risks.push(Risk::Throttled(share));
        let seen = round_up(with(used, MARGIN), &CPU);
        proposal.limits.cpu = limit.map(|limit| next_limit(limit, share).max(seen));
    }
    // The percentile of few samples can be too high or too low.
    let is_known = matches!(facts.measured, Measured::History(_));
    if !is_known || facts.cpu_stays.is_some() {
        return;
    }
    let wanted = round_up(with(used, MARGIN).max(LEAST_REQUEST.cpu), &CPU);
    let is_short = request <= 0 || used > request;
    if is_short {
        risks.push(Risk::AboveCpuRequest);
    }
    // A throttled container uses less than it needs.
    let lowered = facts.throttled.is_none() && is_worth_it(request, wanted, LEAST_GIVEN.cpu);
    proposal.requests.cpu = Some(wanted).filter(|_| is_short || lowered);
}

/// Keeps a limit at or above its request if either changes.
fn hold((limit, limit_now): (&mut Option<i64>, i64), (request, request_now): (Option<i64>, i64)) {
    let wanted = request.unwrap_or(request_now);
    let is_changed = request.is_some() || limit.is_some();
    if is_changed && limit_now > 0 && limit.unwrap_or(limit_now) < wanted {
        *limit = Some(wanted);
    }
}

fn is_worth_it(request: i64, wanted: i64, least: i64) -> bool {
    let given = request.saturating_sub(wanted);
    given >= least && i128::from(given) * 100 >= i128::from(request) * i128::from(WORTH)
}

/// Adds a percentage, rounded up.
pub(super) fn with(amount: i64, percent: i64) -> i64 {
    let more = (i128::from(amount) * i128::from(percent) + 99) / 100;
    i64::try_from(i128::from(amount) + more).unwrap_or(i64::MAX)
}

fn round_up(amount: i64, steps: &Steps) -> i64 {
    let step = steps.iter().find(|(to, _)| amount <= *to).map_or(1, |(_, step)| i128::from(*step));
    i64::try_from((i128::from(amount) + step - 1) / step * step).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;

//! Counts comparisons in tests, so that a test notices what grows faster than the cluster. Elsewhere it does nothing.

/// Counts a step of a search or a match.
#[cfg(not(test))]
#[inline]
pub(crate) fn step() {}

#[cfg(test)]
thread_local! {
    static STEPS: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// Counts a step of a search or a match.
#[cfg(test)]
pub(crate) fn step() {
    STEPS.set(STEPS.get() + 1);
}

/// Returns the steps of a function in this thread.
#[cfg(test)]
pub(crate) fn steps_of(what: impl FnOnce()) -> u64 {
    let before = STEPS.get();
    what();
    STEPS.get() - before
}

//! The page size: halved when a page times out, doubled when pages are fast again.

use std::time::Duration;

/// The minimum page size, unless `--page-size` is smaller.
const SMALLEST: u32 = 50;
/// The number of fast pages in a row that double the size.
const CALM: u32 = 3;

/// The size of the next page of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PageSize {
    full: u32,
    now: u32,
    quick: u32,
}

impl PageSize {
    /// Starts with full pages.
    pub(crate) fn new(full: u32) -> Self {
        Self { full, now: full, quick: 0 }
    }

    /// Returns the objects per page.
    pub(crate) fn now(self) -> u32 {
        self.now
    }

    /// Whether pages have their full size.
    pub(crate) fn is_full(self) -> bool {
        self.now == self.full
    }

    /// Halves the size after a timeout. Returns whether a smaller page is possible.
    pub(crate) fn halve(&mut self) -> bool {
        self.reduce(self.now / 2)
    }

    /// Goes to the smallest size after a timeout. Returns whether a smaller page is possible.
    pub(crate) fn shrink(&mut self) -> bool {
        self.reduce(SMALLEST)
    }

    fn reduce(&mut self, to: u32) -> bool {
        self.quick = 0;
        let smaller = to.max(SMALLEST.min(self.full)).min(self.now);
        let halved = smaller < self.now;
        self.now = smaller;
        halved
    }

    /// Counts a page that took some of its time limit.
    pub(crate) fn came(&mut self, took: Duration, limit: Duration) {
        // A page of twice the size may take twice as long, and must still be far from the limit.
        self.quick = if took < limit / 4 { self.quick + 1 } else { 0 };
        if self.quick >= CALM {
            self.quick = 0;
            self.now = (self.now * 2).min(self.full);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(30);

    #[test]
    fn pages_halve_down_to_fifty_and_grow_back() {
        let mut size = PageSize::new(500);
        let mut sizes = vec![500];
        while size.halve() {
            sizes.push(size.now());
        }
        assert_eq!(sizes, [500, 250, 125, 62, 50]);
        let mut grown = Vec::new();
        for _ in 0..12 {
            size.came(Duration::from_secs(1), LIMIT);
            grown.push(size.now());
        }
        assert_eq!(grown, [50, 50, 100, 100, 100, 200, 200, 200, 400, 400, 400, 500]);
    }

    #[test]
    fn slow_pages_do_not_grow() {
        let mut size = PageSize::new(200);
        assert!(size.halve());
        (0..9).for_each(|i| size.came(Duration::from_secs(if i % 3 == 2 { 20 } else { 1 }), LIMIT));
        assert_eq!(size.now(), 100);
    }

    #[test]
    fn small_pages_stay() {
        let mut size = PageSize::new(5);
        assert!(!size.halve() && !size.shrink() && size.is_full());
        let mut size = PageSize::new(500);
        assert!(size.shrink() && !size.shrink() && size.now() == 50);
    }
}

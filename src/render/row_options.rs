//! Which incidents the table shows, and in which order.

/// The rows of the table of incidents.
#[derive(Clone, Copy, Debug)]
pub struct RowOptions {
    /// The order.
    pub sort: Sort,
    /// Only incidents that began at most this many seconds ago.
    pub newer: Option<i64>,
    /// Only incidents that began at least this many seconds ago.
    pub older: Option<i64>,
    /// The maximum number of rows; `None`: as many as fit on the screen.
    pub limit: Option<usize>,
    /// Whether tables have column heads.
    pub headers: bool,
}

impl Default for RowOptions {
    fn default() -> Self {
        Self { sort: Sort::default(), newer: None, older: None, limit: None, headers: true }
    }
}

impl RowOptions {
    /// Returns whether the age of an incident in seconds is one of those that were asked for. An unknown age is old.
    pub(super) fn holds(&self, age: Option<i64>) -> bool {
        let age = age.unwrap_or(i64::MAX);
        self.newer.is_none_or(|newer| age <= newer) && self.older.is_none_or(|older| age >= older)
    }

    /// Returns whether incidents were chosen by their age or number.
    pub(super) fn chooses(&self) -> bool {
        self.newer.is_some() || self.older.is_some() || self.limit.is_some()
    }
}

/// The order of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Worst first; of one severity, those that affect the whole cluster first, then the newest first.
    #[default]
    Severity,
    /// Newest first.
    Newest,
    /// Oldest first.
    Oldest,
    /// By namespace, kind and name.
    Namespace,
}

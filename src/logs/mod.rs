//! Logs, folded: lines in, patterns with counts out, in little room whatever comes.
//!
//! ```text
//! bytes ─▶ lines ─▶ level ─────────────▶ event ─▶ mask ─▶ tree ─▶ patterns
//!                   json access words   + its trace       Drain
//! ```
//!
//! Only what is an error is folded; all else is counted. The tree is that of P. He, J. Zhu, Z. Zheng, M. R. Lyu: "Drain: An
//! Online Log Parsing Approach with Fixed Depth Tree", ICWS 2017. No crate for it is kept.
//!
//! What does not belong here: where logs come from (`cluster`), and what their numbers mean (`checks`). Nothing here asks
//! anybody or knows a clock.

mod access;
mod benign;
mod json;
mod level;
pub(crate) mod lines;
mod log;
mod mask;
mod source;
mod stamp;
mod summary;
mod trace;
mod tree;
mod words;

#[cfg(test)]
mod tests;

pub use benign::{BENIGN, Benign};
pub use level::{Class, Level};
pub use log::Log;
pub use source::Source;
pub use summary::{Pattern, Summary, Tally};

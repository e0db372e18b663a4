//! Folds logs: lines in, patterns with counts out. Memory use is bounded.
//!
//! ```text
//! bytes ─▶ lines ─▶ level ─────────────▶ event ─▶ mask ─▶ tree ─▶ patterns
//!                   json access words   + its trace       Drain
//! ```
//!
//! Only errors are folded; all other lines are counted. The tree is that of P. He, J. Zhu, Z. Zheng, M. R. Lyu: "Drain: An
//! Online Log Parsing Approach with Fixed Depth Tree", ICWS 2017. No maintained crate implements it.
//!
//! Out of scope: fetching logs (`sources`) and judging counts (`checks`). The code here does no I/O and reads no clock.

mod access;
mod benign;
mod json;
mod last_words;
mod level;
pub(crate) mod lines;
mod log;
mod mask;
mod source;
mod stamp;
mod summary;
mod trace;
mod tree;
mod unreachable;
mod words;

#[cfg(test)]
mod tests;

pub(crate) use benign::BENIGN;
pub(crate) use last_words::last_words;
pub(crate) use level::Class;
pub use log::Log;
pub(crate) use source::Source;
pub(crate) use summary::{Pattern, Summary, Tally};
pub(crate) use unreachable::{Address, Failure, Unreachable, is_about_connection, unreachable};

//! `kubectl healthcheck`: reports what is broken in a cluster, why, and which command to run next.
//!
//! ```text
//! flags + profile ──▶ gather (cluster │ snapshot::read) ──▶ Snapshot ──▶ checks ──▶ findings ──▶ Report ──▶ render ──▶ stdout │ cluster::post
//! cli::layers         the only async part                  plain data   pure       facts        counted    one match
//!                                                                                                once
//!
//! words and data   text, files ◀ memory ◀ wire ◀ output, model ◀ logs, tls, finding ◀ policy │ snapshot ◀ contract
//! judging          checks ◀ compare, rightsize ◀ report ◀ story ◀ render
//! asking           cluster ◀ sources ◀ gather
//! serving          exporter, mcp
//! the program      cli ◀ run
//! ```
//!
//! A module uses only modules to its left and of the rows above it. Judging never asks; of asking only `gather` uses
//! `checks`, to choose the objects that need evidence.
//! `architecture.rs` holds the source to this.

#[cfg(test)]
mod architecture;
pub mod checks;
pub mod cli;
pub mod cluster;
pub mod compare;
mod contract;
pub mod exporter;
mod files;
pub mod finding;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
pub mod gather;
pub mod logs;
mod mcp;
mod memory;
pub mod model;
pub mod output;
pub mod policy;
pub mod render;
pub mod report;
pub mod rightsize;
pub mod run;
pub mod snapshot;
pub mod sources;
mod story;
pub mod text;
mod tls;
pub mod wire;

/// The name of the program.
pub const NAME: &str = "kubectl-healthcheck";

/// The version, from the file `VERSION`.
pub const VERSION: &str = include_str!("../VERSION").trim_ascii();

//! `kubectl healthcheck`: what is broken, why, and which command comes next.
//!
//! ```text
//! flags ──▶ gather (cluster │ snapshot::read) ──▶ Snapshot ──▶ checks ──▶ findings ──▶ incidents ──▶ Report ──▶ render ──▶ stdout │ cluster::post
//!           the only async part                  plain data   pure       one a cause   counted once  plain data  one match
//! profile, environment ──▶ flags (`cli::layers`, the one place where settings meet)
//! what people wrote on objects (`overrides`), what they accepted (`mute`) ──▶ checks, Report
//! an earlier run (file │ history) ──▶ past ──▶ changes ──▶ Report
//! checks::View ──▶ rightsize ──▶ render
//! contract: the documents of -o json ──▶ render (writes them), compare (reads an earlier report)
//! ```
//!
//! A module uses only what lies to its left, plus `wire`, `model` and `text`.

pub mod checks;
pub mod cli;
pub mod cluster;
pub mod compare;
mod contract;
pub mod finding;
pub mod logs;
pub mod model;
pub mod output;
pub mod policy;
pub mod render;
pub mod report;
pub mod rightsize;
pub mod run;
pub mod snapshot;
pub mod sources;
pub mod story;
pub mod text;
pub mod tls;
pub mod wire;

/// The name of the program.
pub const NAME: &str = "kubectl-healthcheck";

/// The version, from the one file it is written in.
pub const VERSION: &str = include_str!("../VERSION").trim_ascii();

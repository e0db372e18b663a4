//! What changed between two runs: records of runs, the folder that keeps them, and the comparison of two.

pub mod changes;
pub mod history;
pub mod run_record;

//! Changes between two runs: the records of runs, the folder that keeps them, and the comparison.

pub mod changes;
pub mod history;
pub mod run_record;

//! The settings of a run: read once, passed by reference.

use crate::command::Kubectl;
use crate::model::Thresholds;

/// The settings that judgement depends on.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// When trouble is trouble.
    pub thresholds: Thresholds,
    /// How suggested commands reach the cluster.
    pub kubectl: Kubectl,
}

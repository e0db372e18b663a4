//! The flags of `demo`.

use super::{JudgeArgs, RowArgs, ShowArgs};
use clap::{ArgAction, Args};

/// The bundled example.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Objects of the example to inspect: pod/NAME, deploy/NAME; the start of a name is enough
    #[arg(value_name = "TYPE/NAME", num_args = 0..)]
    pub object: Vec<String>,
    // With an id of its own: the setting is about namespaces of clusters.
    /// Namespaces of the example, comma-separated or repeated (default: all)
    #[arg(short = 'n', long = "namespace", value_name = "NAMESPACE", value_delimiter = ',', action = ArgAction::Append)]
    pub example_namespace: Vec<String>,
    /// How to judge.
    #[command(flatten)]
    pub judge: JudgeArgs,
    /// How to show it.
    #[command(flatten)]
    pub show: ShowArgs,
    /// The rows of the table.
    #[command(flatten)]
    pub rows: RowArgs,
}

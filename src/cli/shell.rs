//! The shells of `completion`.

use clap::ValueEnum;

/// The shells with a completion script.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[allow(missing_docs, reason = "each variant is the shell of that name")]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
    #[value(name = "powershell")]
    PowerShell,
}

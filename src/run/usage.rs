//! Errors of the command line, its help, and completion scripts.

use super::look;
use crate::cli::{Cli, ColorChoice, Exit, Shell};
use crate::output;
use clap::CommandFactory;
use clap::error::{ContextKind, ErrorKind};
use std::io::{self, IsTerminal, Write};

/// Reports an error of the command line, or shows the requested help.
pub fn usage(error: &clap::Error) -> Exit {
    match (error.kind(), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::DisplayHelp | ErrorKind::DisplayVersion, _) => {
            let text = error.render();
            let color = look::color(ColorChoice::Auto, io::stdout().is_terminal());
            let shown = if color { text.ansi().to_string() } else { text.to_string() };
            match output::stdout(|out| out.write_all(shown.as_bytes())) {
                Ok(()) => Exit::Clean,
                Err(_) => Exit::Error,
            }
        }
        (ErrorKind::UnknownArgument, Some(flag)) if flag.to_string().starts_with('-') => {
            output::log(&format!("error: unknown flag: {flag}"));
            output::log("See 'kubectl healthcheck --help' for usage.");
            Exit::Error
        }
        _ => {
            output::log(error.render().to_string().trim_end());
            Exit::Error
        }
    }
}

/// Prints a completion script.
pub(super) fn script(shell: Shell, out: &mut dyn Write) -> io::Result<()> {
    let shell = match shell {
        Shell::Bash => clap_complete::Shell::Bash,
        Shell::Zsh => clap_complete::Shell::Zsh,
        Shell::Fish => clap_complete::Shell::Fish,
        Shell::PowerShell => clap_complete::Shell::PowerShell,
    };
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), crate::NAME, &mut text);
    out.write_all(&text)
}

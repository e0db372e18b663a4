//! Errors of the command line, its help, manual pages, and completion scripts.

use super::{Failure, look};
use crate::cli::{Cli, ColorChoice, Exit, Shell};
use crate::output;
use clap::CommandFactory;
use clap::error::{ContextKind, ErrorKind};
use clap_mangen::roff::{Roff, bold, roman};
use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};

/// Reports an error of the command line, or shows the requested help.
pub fn usage(error: &clap::Error, words: &[OsString]) -> Exit {
    match (error.kind(), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::DisplayHelp | ErrorKind::DisplayVersion, _) => {
            let text = error.render();
            let color = look::color(ColorChoice::Auto, io::stdout().is_terminal());
            let shown = if color { text.ansi().to_string() } else { text.to_string() };
            match output::stdout(|out| out.write_all(shown.as_bytes())) {
                Ok(()) => Exit::Clean,
                Err(error) => {
                    Failure::from(error).print();
                    Exit::Error
                }
            }
        }
        (ErrorKind::UnknownArgument, Some(flag)) if flag.to_string().starts_with('-') => {
            let words: Vec<String> = words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
            output::log(&format!("error: {}", flag_error(&flag.to_string(), &words)));
            match error.get(ContextKind::SuggestedArg) {
                Some(near) => output::log(&format!("hint: did you mean {near}?")),
                None => output::log(&format!("See '{} --help' for usage.", command(error))),
            }
            Exit::Error
        }
        _ => {
            output::log(error.render().to_string().trim_end());
            Exit::Error
        }
    }
}

/// Returns the error of a flag that is not known, or that is no flag at all.
fn flag_error(flag: &str, words: &[String]) -> String {
    let is_number = |word: &str| {
        word.strip_prefix('-').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    let pairs = || words.iter().zip(words.iter().skip(1));
    // -5m after --grace is read as the flags -5 and -m.
    let value =
        pairs().find(|(before, word)| before.starts_with('-') && is_number(word) && word.starts_with(flag));
    if let Some((before, word)) = value.filter(|_| is_number(flag)) {
        return format!("invalid value \"{word}\" for {before}: it must not be negative");
    }
    // -A=true is read as the flags -A, -= and so on.
    let is_short = |word: &&String| word.starts_with('-') && !word.starts_with("--") && word.contains('=');
    if let Some(word) = words.iter().find(is_short).filter(|_| flag == "-=") {
        let name = word.split('=').next().unwrap_or_default();
        return format!("{name} takes no value: \"{word}\"");
    }
    format!("unknown flag: {flag}")
}

/// Returns the command of an error, from its line about the usage.
fn command(error: &clap::Error) -> String {
    let usage = error.get(ContextKind::Usage).map(ToString::to_string).unwrap_or_default();
    let line = usage.trim_start_matches("Usage:").trim_start().lines().next().unwrap_or_default().to_owned();
    let is_name = |word: &&str| word.starts_with(|c: char| c.is_ascii_lowercase());
    let names: Vec<&str> = line.split_whitespace().take_while(is_name).collect();
    if names.is_empty() { "kubectl healthcheck".to_owned() } else { names.join(" ") }
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

/// Prints the manual page of a command, in the language of man.
pub(super) fn manual(
    command: clap::Command,
    examples: &[(String, &str)],
    out: &mut dyn Write,
) -> io::Result<()> {
    clap_mangen::Man::new(command).source(crate::VERSION).manual("kubectl").render(out)?;
    if examples.is_empty() {
        return Ok(());
    }
    let mut section = Roff::new();
    section.control("SH", ["EXAMPLES"]);
    for (line, purpose) in examples {
        section.control("TP", []).text([bold(line)]).text([roman(*purpose)]);
    }
    section.to_writer(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_that_is_a_value_is_told_from_an_unknown_flag() {
        let of = |flag: &str, line: &str| {
            flag_error(flag, &line.split(' ').map(str::to_owned).collect::<Vec<_>>())
        };
        assert_eq!(of("-5", "--grace -5m"), "invalid value \"-5m\" for --grace: it must not be negative");
        assert_eq!(of("-=", "-f a.json -A=true"), "-A takes no value: \"-A=true\"");
        assert_eq!(of("-5", "-5"), "unknown flag: -5");
        assert_eq!(of("--nope", "demo --nope"), "unknown flag: --nope");
    }
}

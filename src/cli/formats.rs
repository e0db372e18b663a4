//! The formats of each command, in its help and as values of `-o`.

use super::output::OutputParser;
use crate::render::{Format, NodesFormat};
use clap::{Command, ValueEnum};
use std::fmt::Write;

/// The formats of a report, by their readers.
const READERS: [(&str, &[Format]); 4] = [
    ("For people", &[Format::Table, Format::Wide, Format::Markdown, Format::Html]),
    (
        "For programs",
        &[Format::Json, Format::Yaml, Format::Ndjson, Format::Csv, Format::CsvPods, Format::Name],
    ),
    ("For CI", &[Format::Junit, Format::Github, Format::GithubSummary]),
    ("For Prometheus", &[Format::Prometheus]),
];

/// Lists the formats of a report in the long help, by their readers.
fn with_formats(command: Command) -> Command {
    command.mut_arg("output", |arg| {
        let mut text = arg.get_help().map(ToString::to_string).unwrap_or_default();
        for (reader, formats) in READERS {
            let _ = write!(text, "\n\n{reader}:");
            for value in formats.iter().filter_map(ValueEnum::to_possible_value) {
                let help = value.get_help().map(ToString::to_string).unwrap_or_default();
                let _ = write!(text, "\n- {:<14}  {help}", value.get_name());
            }
        }
        arg.long_help(text).hide_possible_values(true)
    })
}

/// Lists the formats in the help of the commands that write reports, and limits those of nodes.
pub(super) fn listed(command: Command) -> Command {
    let command = with_formats(command).mut_subcommand("demo", with_formats);
    let command = command.mut_subcommand("profile", |below| {
        below.mut_subcommand("show", with_formats).mut_subcommand("init", with_formats)
    });
    let of_nodes = OutputParser::<Format>::of(|format| NodesFormat::of(*format).is_some());
    command.mut_subcommand("nodes", |below| below.mut_arg("output", |arg| arg.value_parser(of_nodes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_long_help_lists_every_format_once() {
        let listed: Vec<Format> = READERS.iter().flat_map(|(_, formats)| formats.iter().copied()).collect();
        assert_eq!(listed, Format::ALL);
    }
}

//! The help screens: `-h` is a short page with examples and the common flags, `--help` has all flags.

use super::{Cli, Unknown, formats};
use crate::text::suggest::{nearest, suggestion};
use clap::builder::Styles;
use clap::{Arg, ArgAction, Command, CommandFactory};
use std::fmt::Write;

/// What the short help of a command shows.
struct Screen {
    /// The names that lead to the command; none for the program itself.
    path: &'static [&'static str],
    /// A command line and its purpose.
    examples: &'static [(&'static str, &'static str)],
    /// The ids of the common flags.
    flags: &'static [&'static str],
}

const SCREENS: &[Screen] = &[
    Screen {
        path: &[],
        examples: &[
            ("", "the context's namespace"),
            ("-n shop,web", "two namespaces"),
            ("-A -w", "all namespaces, live"),
            ("deploy/web -n shop", "one object and its events"),
            ("-A -o markdown > report.md", "a full report"),
            ("-A --fail-on medium", "exit 1 for medium or high"),
            ("-A --baseline old.json", "what changed since then"),
            ("explain CrashLoopBackOff", "a status, check or code"),
        ],
        flags: &[
            "namespace",
            "all_namespaces",
            "selector",
            "filename",
            "context",
            "output",
            "all",
            "lang",
            "fail_on",
        ],
    },
    Screen {
        path: &["demo"],
        examples: &[("demo", "the report"), ("demo -o markdown --lang zh-TW", "in Chinese, as Markdown")],
        flags: &["output", "all", "lang", "fail_on"],
    },
    Screen {
        path: &["nodes"],
        examples: &[("nodes", "all nodes"), ("nodes -n shop", "the nodes with pods of one namespace")],
        flags: &["namespace", "selector", "filename", "context", "output", "all", "lang", "profile"],
    },
    Screen {
        path: &["rightsize"],
        examples: &[
            ("rightsize -A", "all workloads"),
            ("rightsize -n shop --since 14d", "usage of 14 days"),
            ("rightsize -n shop -o patch", "a patch for kubectl"),
        ],
        flags: &[
            "namespace",
            "all_namespaces",
            "selector",
            "filename",
            "context",
            "since",
            "prometheus_url",
            "output",
            "all",
            "lang",
            "profile",
        ],
    },
    Screen {
        path: &["serve"],
        examples: &[
            ("serve -A", "on port 9880"),
            ("serve -n shop --listen 0.0.0.0:9880", "in a pod"),
            ("serve -A --notify ops --state told.json", "to a chat"),
        ],
        flags: &[
            "listen",
            "notify",
            "namespace",
            "all_namespaces",
            "selector",
            "context",
            "fail_on",
            "lang",
            "profile",
        ],
    },
    Screen {
        path: &["mcp"],
        examples: &[
            ("mcp", "any namespace"),
            ("mcp -n shop,web --context prod", "these only"),
            ("mcp -f cluster.json.zst", "a capture"),
        ],
        flags: &[
            "namespace",
            "all_namespaces",
            "selector",
            "filename",
            "context",
            "baseline",
            "history",
            "lang",
            "profile",
        ],
    },
    Screen {
        path: &["snapshot"],
        examples: &[
            ("snapshot -A -o cluster.json.zst", "save"),
            ("-f cluster.json.zst -n shop", "check it later"),
        ],
        flags: &["output", "namespace", "all_namespaces", "selector", "context", "profile"],
    },
    Screen {
        path: &["diff"],
        examples: &[
            ("diff before.json after.json", "two reports"),
            ("diff old.json.zst new.json.zst -n shop", "two captures"),
        ],
        flags: &["namespace", "output", "all", "lang", "fail_on", "profile"],
    },
    Screen {
        path: &["profile", "show"],
        examples: &[
            ("profile show", "settings of a run"),
            ("profile show --profile prod", "settings of a profile"),
        ],
        flags: &["profile", "config", "output", "lang"],
    },
    Screen {
        path: &["profile", "init"],
        examples: &[("profile init prod -A --fail-on medium", "the profile prod")],
        flags: &["namespace", "all_namespaces", "selector", "context", "fail_on", "lang", "config"],
    },
];

/// Flags that mean something else in a command: its name, the id of the flag, and the text in the long help.
const OWN: [(&str, &str, &str); 8] = [
    ("mcp", "namespace", "Namespaces that calls may read, comma-separated or repeated (default: any)"),
    ("mcp", "all_namespaces", "Read all namespaces unless a call names some"),
    (
        "mcp",
        "context",
        "Kubeconfig contexts that calls may use, comma-separated or repeated (default: the current one)",
    ),
    ("mcp", "all_contexts", "Let calls use every context of the kubeconfig"),
    ("nodes", "namespace", "Namespaces, comma-separated or repeated (default: all)"),
    ("nodes", "all", "Show all nodes and namespaces"),
    ("diff", "all", "Show all changes, and findings without changes"),
    ("serve", "fail_on", "Send changes of incidents of this severity or higher (new: medium; never: none)"),
];

/// Flags that have no meaning for `mcp`: no run ends with an exit code, and no answer has the patterns of logs.
const HIDDEN: [&str; 2] = ["fail_on", "logs"];

/// Returns the text of a flag in the short help; `{values}` stands for its possible values.
fn short_text(path: &[&str], id: &str) -> &'static str {
    match (path, id) {
        (["nodes"], "namespace") => "Namespaces, comma-separated (default: all)",
        (["diff"], "all") => "Show all changes, and findings without changes",
        (["rightsize"], "all") => "Show every row",
        (["nodes"], "all") => "Show all nodes and namespaces",
        (["snapshot"], "output") | (["profile", "init"], "config") => "File to write; - is standard output",
        (["mcp"], "namespace") => "Namespaces that calls may read (default: any)",
        (["mcp"], "all_namespaces") => "Read all namespaces unless a call names some",
        (["mcp"], "context") => "Contexts that calls may use (default: current)",
        (["mcp"], "baseline") => "Earlier capture or report for the tool diff",
        (["mcp"], "history") => "Folder of records for the tool diff",
        (["serve"], "fail_on") => "Minimum severity to send (default: high)",
        (_, "notify") => "Send changes to these webhooks of the profile",
        (_, "namespace") => "Namespaces, comma-separated (default: context's)",
        (_, "all_namespaces") => "All namespaces",
        (_, "selector") => "Only pods with these labels, and their owners",
        (_, "filename") => "Read files, folders or - instead of a cluster",
        (_, "context") => "Kubeconfig contexts, comma-separated; * matches",
        ([] | ["demo"] | ["profile", "show"], "output") => "table, wide, markdown, html, json … (--help)",
        (_, "output") => "{values}",
        (_, "all") => "Show healthy objects and low severities too",
        (_, "lang") => "{values} (default: from the locale)",
        (_, "fail_on") => "Minimum severity for exit code 1 (default: high)",
        (_, "baseline") => "Compare with an earlier report or capture",
        (_, "profile") => "Use the settings of this profile",
        (_, "config") => "File with the profiles",
        (_, "listen") => "Address to listen on (default: 127.0.0.1:9880)",
        (_, "since") => "Period of usage to compare with (default: 7d)",
        (_, "prometheus_url") => "Prometheus to query (default: in the cluster)",
        _ => "",
    }
}

const EXIT_CODES: &str = "  0  no finding at or above --fail-on, and everything in scope was read
  1  a finding at or above --fail-on
  2  wrong usage, no connection, or nothing to check
  3  no finding at or above --fail-on, but not everything was read

Put flags after the name: kubectl rejects flags before the name of a plugin.";

/// The order of the help: examples before the commands and flags.
const TEMPLATE: &str = "{about-with-newline}\n{usage-heading} {usage}\n\n{before-help}{all-args}{after-help}";

/// The same without an empty line, so that the short help fits 40 lines.
const DENSE_TEMPLATE: &str =
    "{about-with-newline}{usage-heading} {usage}\n\n{before-help}{all-args}{after-help}";

/// Returns the command line with its help screens.
pub(super) fn command() -> Command {
    let version = Arg::new("version").short('V').long("version").action(ArgAction::Version);
    let command = Cli::command()
        .disable_help_flag(true)
        .disable_version_flag(true)
        .arg(version.help("Print the version").hide_short_help(true).help_heading(None));
    let command = with_help_flag(command);
    let command = OWN.iter().fold(command, |command, (name, id, help)| {
        command.mut_subcommand(*name, |below| below.mut_arg(*id, |arg| arg.help(*help)))
    });
    let command = formats::listed(command);
    let command = command.mut_subcommand("mcp", |below| {
        HIDDEN.iter().fold(below, |below, id| below.mut_arg(*id, |arg| arg.hide(true)))
    });
    SCREENS.iter().fold(command, |command, screen| on(command, screen.path, screen))
}

/// Adds the flag for help to a command and the commands below it. clap's own flag cannot be left out of the short help.
fn with_help_flag(command: Command) -> Command {
    if command.is_disable_help_flag_set() && command.get_name() != crate::NAME {
        return command;
    }
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help).help("Print help");
    command.arg(help.help_heading(None)).mut_subcommands(with_help_flag)
}

fn on(command: Command, rest: &[&str], screen: &Screen) -> Command {
    match rest.split_first() {
        Some((name, rest)) => command.mut_subcommand(*name, |below| on(below, rest, screen)),
        None => with_screen(command, screen),
    }
}

fn with_screen(command: Command, screen: &Screen) -> Command {
    let (examples, flags) = (examples(screen), flags(&command, screen));
    let name = screen.path.iter().fold("kubectl healthcheck".to_owned(), |name, word| name + " " + word);
    let end = format!("{flags}All flags: {name} --help");
    let command =
        command.mut_args(|arg| arg.hide_short_help(true)).before_long_help(examples.trim_end().to_owned());
    if screen.path.is_empty() {
        let exit_codes = format!("{}{EXIT_CODES}", heading("Exit codes"));
        let command = command.help_template(DENSE_TEMPLATE).before_help(examples.trim_end().to_owned());
        return command.after_help(end).after_long_help(exit_codes);
    }
    // Without commands nothing is between the examples and the flags.
    command.help_template(TEMPLATE).before_help(format!("{examples}\n{end}"))
}

fn heading(text: &str) -> String {
    let style = *Styles::styled().get_header();
    format!("{style}{text}:{style:#}\n")
}

/// Returns the examples of a command: command lines and their purposes.
pub fn examples_of(path: &[String]) -> Vec<(String, &'static str)> {
    SCREENS.iter().find(|screen| screen.path == path).map(whole).unwrap_or_default()
}

fn whole(screen: &Screen) -> Vec<(String, &'static str)> {
    let line = |line: &str| format!("kubectl healthcheck {line}").trim_end().to_owned();
    screen.examples.iter().map(|(example, purpose)| (line(example), *purpose)).collect()
}

fn examples(screen: &Screen) -> String {
    let lines = whole(screen);
    let width = lines.iter().map(|(line, _)| line.len()).max().unwrap_or(0);
    let mut text = heading("Examples");
    for (line, purpose) in lines {
        let _ = writeln!(text, "  {line:width$}  # {purpose}");
    }
    text
}

fn flags(command: &Command, screen: &Screen) -> String {
    let arg = |id: &&'static str| command.get_arguments().find(|arg| arg.get_id() == *id);
    let rows: Vec<(String, String)> =
        screen.flags.iter().filter_map(|id| Some((spelled(arg(id)?), text(arg(id)?, screen.path)))).collect();
    let width = rows.iter().map(|(flag, _)| flag.len()).max().unwrap_or(0);
    let literal = *Styles::styled().get_literal();
    let mut lines = heading("Flags");
    for (flag, text) in rows {
        let gap = " ".repeat(width - flag.len());
        let (name, value) = flag
            .split_once(" <")
            .map_or((&*flag, String::new()), |(name, value)| (name, format!(" <{value}")));
        let _ = writeln!(lines, "  {literal}{name}{literal:#}{value}{gap}  {text}");
    }
    lines
}

/// Returns a flag as clap spells it: `-n, --namespace <NAMESPACE>`.
fn spelled(arg: &Arg) -> String {
    let short = arg.get_short().map_or_else(|| "    ".to_owned(), |short| format!("-{short}, "));
    let long = arg.get_long().unwrap_or_default();
    let takes_value = arg.get_action().takes_values();
    let value = arg.get_value_names().and_then(<[_]>::first).filter(|_| takes_value);
    let value = value.map_or_else(String::new, |value| format!(" <{value}>"));
    format!("{short}--{long}{value}")
}

fn text(arg: &Arg, path: &[&str]) -> String {
    let values: Vec<String> = arg
        .get_possible_values()
        .iter()
        .filter(|value| !value.is_hide_set())
        .map(|value| value.get_name().to_owned())
        .collect();
    short_text(path, arg.get_id().as_str()).replace("{values}", &values.join(", "))
}

/// Returns the help for `help COMMAND`: all flags of the command, or without a command the short help of the program.
///
/// # Errors
/// When there is no such command.
pub fn help(path: &[String]) -> Result<clap::Error, Unknown> {
    let root = command();
    find(&root, path)?;
    let flag = if path.is_empty() { "-h" } else { "--help" };
    let words = std::iter::once(crate::NAME).chain(path.iter().map(String::as_str)).chain([flag]);
    let error = root.try_get_matches_from(words).err();
    error.ok_or_else(|| Unknown { text: format!("no help for \"{}\"", path.join(" ")), hint: None })
}

/// Returns a command with its flags, for a manual page.
///
/// # Errors
/// When there is no such command.
pub fn described(path: &[String]) -> Result<Command, Unknown> {
    // A flag that the short help leaves out would have no text.
    fn shown(command: Command) -> Command {
        command.mut_args(|arg| arg.hide_short_help(false)).mut_subcommands(shown)
    }
    let mut root = shown(command());
    root.build();
    find(&root, path).cloned()
}

/// Finds the command at a path below the root.
fn find<'c>(root: &'c Command, path: &[String]) -> Result<&'c Command, Unknown> {
    let mut found = root;
    for name in path {
        found = found.find_subcommand(name).filter(|below| !below.is_hide_set()).ok_or_else(|| {
            let known: Vec<&str> = names(found).collect();
            Unknown {
                text: format!("unknown command \"{}\"", path.join(" ")),
                hint: suggestion(name, &known),
            }
        })?;
    }
    Ok(found)
}

fn names(command: &Command) -> impl Iterator<Item = &str> {
    command.get_subcommands().filter(|below| !below.is_hide_set()).map(Command::get_name)
}

/// Whether a word is the name of a command.
pub(super) fn is_command(word: &str) -> bool {
    names(&Cli::command()).any(|name| name == word)
}

/// Returns the command whose name is nearest to a misspelled word.
pub(super) fn nearest_command(word: &str) -> Option<String> {
    nearest(word, names(&Cli::command())).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_of_a_screen_is_a_flag_of_its_command() {
        let root = command();
        for screen in SCREENS {
            let command = screen.path.iter().try_fold(&root, |command, name| command.find_subcommand(name));
            let command = command.unwrap_or_else(|| panic!("{:?}", screen.path));
            for id in screen.flags {
                assert!(command.get_arguments().any(|arg| arg.get_id() == *id), "{:?} {id}", screen.path);
                assert!(!short_text(screen.path, id).is_empty(), "{id}");
            }
        }
        root.debug_assert();
    }
}

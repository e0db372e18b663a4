//! Completion in the protocol of cobra, which kubectl uses with its plugins: one candidate per line, with a description
//! after a tab, and a last line `:N` with what the shell may add.

use crate::cli::Cli;
use crate::cluster;
use crate::policy::profile;
use crate::text::is_hostile;
use clap::{CommandFactory, FromArgMatches, ValueHint};
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;

/// The shell adds no file names.
const NO_FILES: u8 = 4;
/// The shell completes file names.
const FILES: u8 = 0;

/// Prints the candidates for the last of the words after the plugin's name.
pub(super) fn complete(words: &[OsString], out: &mut dyn Write) -> io::Result<()> {
    let texts: Vec<String> = words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let Some((current, before)) = texts.split_last() else { return writeln!(out, ":{NO_FILES}") };
    // `--flag=value` is completed as its value; the shell keeps the part before it.
    let (flag, typed) = match current.split_once('=').filter(|_| current.starts_with("--")) {
        Some((flag, typed)) => (flag, typed),
        None => (before.last().map_or("", String::as_str), current.as_str()),
    };
    if let Some(values) = outside_values(flag, before) {
        // The part before the last comma of a list stays.
        let (done, last) = typed.rsplit_once(',').map_or(("", typed), |(done, last)| (done, last));
        let prefix = if done.is_empty() { String::new() } else { format!("{done},") };
        for value in values.iter().filter(|value| value.starts_with(last)) {
            writeln!(out, "{prefix}{value}")?;
        }
        return writeln!(out, ":{NO_FILES}");
    }
    let candidates = match before.split_first() {
        Some((first, path)) if first == "help" && !current.starts_with('-') => commands(path, current),
        _ => known(words)?,
    };
    for (value, help) in candidates.iter().filter(|(value, _)| !value.contains(is_hostile)) {
        // For `--flag=value` the scripts of cobra expect the value alone.
        let value = value.strip_prefix(&format!("{flag}=")).unwrap_or(value);
        match help {
            Some(help) => writeln!(out, "{value}\t{help}")?,
            None => writeln!(out, "{value}")?,
        }
    }
    writeln!(out, ":{}", if takes_path(flag, before) { FILES } else { NO_FILES })
}

/// Whether the value of a flag is a path.
fn takes_path(flag: &str, before: &[String]) -> bool {
    let root = Cli::command();
    let command = before.iter().fold(&root, |command, word| command.find_subcommand(word).unwrap_or(command));
    let is_it = |arg: &&clap::Arg| {
        let (long, short) = (arg.get_long(), arg.get_short());
        long.is_some_and(|name| flag == format!("--{name}"))
            || short.is_some_and(|name| flag == format!("-{name}"))
    };
    let hint = command.get_arguments().find(is_it).map(clap::Arg::get_value_hint);
    matches!(hint, Some(ValueHint::AnyPath | ValueHint::FilePath | ValueHint::DirPath))
}

/// Returns values from the kubeconfig, the cluster or the profile file; none if they cannot be read.
fn outside_values(flag: &str, before: &[String]) -> Option<Vec<String>> {
    let connect = || {
        let words = std::iter::once(crate::NAME.to_owned()).chain(before.iter().cloned());
        let matches = Cli::command().ignore_errors(true).try_get_matches_from(words).ok()?;
        Some(Cli::from_arg_matches(&matches).ok()?.check.connect)
    };
    let names = |index: usize| {
        let kubeconfig = connect().and_then(|args| args.kubeconfig);
        let [contexts, clusters, users] = cluster::names(kubeconfig.as_deref()).unwrap_or_default();
        [contexts, clusters, users].into_iter().nth(index).unwrap_or_default()
    };
    let mut values = match flag {
        "-n" | "--namespace" | "--exclude-namespace" => {
            connect().and_then(|args| super::live::namespaces(&args).ok()).unwrap_or_default()
        }
        "--context" => names(0),
        "--cluster" => names(1),
        "--user" => names(2),
        "--profile" => profiles(before),
        "--notify" => webhooks(before),
        _ => return None,
    };
    // A line per candidate: a name with a line break would be two, and one with an escape code would be obeyed.
    values.retain(|value| !value.contains(is_hostile));
    values.sort();
    values.dedup();
    Some(values)
}

/// Returns the profiles of the file of this command line.
fn profiles(before: &[String]) -> Vec<String> {
    config(before).profiles.into_keys().collect()
}

/// Returns the webhooks of the profile of this command line.
fn webhooks(before: &[String]) -> Vec<String> {
    let config = config(before);
    let named = value_of(before, "--profile").or_else(|| super::environment("HEALTHCHECK_PROFILE"));
    let name = named.or_else(|| config.default_profile.map(|name| name.value)).unwrap_or_default();
    let entries = config.profiles.get(&name).map_or(&[][..], |profile| &profile.notify);
    entries.iter().filter_map(|entry| entry.value.name.as_ref()).map(|name| name.value.clone()).collect()
}

fn config(before: &[String]) -> profile::Config {
    let path =
        value_of(before, "--config").or_else(|| super::environment(profile::VARIABLE)).map(PathBuf::from);
    let text = path.or_else(profile::default_path).and_then(|path| profile::read(&path).ok());
    text.and_then(|text| profile::parse("", &text).ok()).unwrap_or_default()
}

/// Returns the value of a flag of the command line.
fn value_of(before: &[String], flag: &str) -> Option<String> {
    let named = before.iter().position(|word| word == flag).and_then(|at| before.get(at + 1));
    let joined = before.iter().find_map(|word| word.strip_prefix(flag)?.strip_prefix('='));
    named.map(String::as_str).or(joined).map(str::to_owned)
}

/// Returns the commands below the one that `path` leads to.
fn commands(path: &[String], typed: &str) -> Vec<(String, Option<String>)> {
    let root = Cli::command();
    let found = path.iter().try_fold(&root, |command, name| command.find_subcommand(name));
    let below = found.into_iter().flat_map(clap::Command::get_subcommands);
    below
        .filter(|command| !command.is_hide_set() && command.get_name().starts_with(typed))
        .map(|command| (command.get_name().to_owned(), command.get_about().map(ToString::to_string)))
        .collect()
}

/// Flags, their values and subcommands, as the command line knows them.
fn known(words: &[OsString]) -> io::Result<Vec<(String, Option<String>)>> {
    let mut line = vec![OsString::from(crate::NAME)];
    line.extend(words.iter().cloned());
    let index = line.len() - 1;
    let found = clap_complete::engine::complete(&mut Cli::command(), line, index, None)?;
    Ok(found
        .into_iter()
        .filter(|candidate| !candidate.is_hide_set())
        .map(|candidate| {
            let help = candidate.get_help().map(ToString::to_string);
            let first = help.and_then(|help| help.lines().next().map(str::to_owned));
            (candidate.get_value().to_string_lossy().into_owned(), first)
        })
        .collect())
}

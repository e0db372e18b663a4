//! Completion in the protocol of cobra, which kubectl speaks with its plugins: candidates one a line, with a
//! description after a tab, and a last line `:N` that says what the shell may add.

use crate::cli::Cli;
use crate::cluster;
use crate::policy::profile;
use clap::{CommandFactory, FromArgMatches};
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
    // `--flag=value` is completed as its value; the shell keeps what stands before it.
    let (flag, typed) = match current.split_once('=').filter(|_| current.starts_with("--")) {
        Some((flag, typed)) => (flag, typed),
        None => (before.last().map_or("", String::as_str), current.as_str()),
    };
    if let Some(values) = from_the_world(flag, before) {
        // A list by commas: what is before the last comma stays.
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
    for (value, help) in &candidates {
        // Of `--flag=value` cobra's scripts want the value alone.
        let value = value.strip_prefix(&format!("{flag}=")).unwrap_or(value);
        match help {
            Some(help) => writeln!(out, "{value}\t{help}")?,
            None => writeln!(out, "{value}")?,
        }
    }
    let wants_file = matches!(
        flag,
        "-f" | "--filename"
            | "--baseline"
            | "--history"
            | "--kubeconfig"
            | "--certificate-authority"
            | "--client-certificate"
            | "--client-key"
            | "--config"
    );
    writeln!(out, ":{}", if wants_file { FILES } else { NO_FILES })
}

/// Values that only the kubeconfig or the cluster knows. Silent when they cannot be had: a completion that
/// fails shows nothing.
fn from_the_world(flag: &str, before: &[String]) -> Option<Vec<String>> {
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
            connect().and_then(|args| super::connect_for_completion(&args).ok()).unwrap_or_default()
        }
        "--context" => names(0),
        "--cluster" => names(1),
        "--user" => names(2),
        "--profile" => profiles(before),
        "--notify" => webhooks(before),
        _ => return None,
    };
    values.sort();
    values.dedup();
    Some(values)
}

/// The profiles of the file that this command line names.
fn profiles(before: &[String]) -> Vec<String> {
    config(before).profiles.into_keys().collect()
}

/// The webhooks of the profile that this command line follows.
fn webhooks(before: &[String]) -> Vec<String> {
    let config = config(before);
    let named = said(before, "--profile").or_else(|| super::environment("HEALTHCHECK_PROFILE"));
    let name = named.or_else(|| config.default_profile.map(|name| name.value)).unwrap_or_default();
    let entries = config.profiles.get(&name).map_or(&[][..], |profile| &profile.notify);
    entries.iter().filter_map(|entry| entry.value.name.as_ref()).map(|name| name.value.clone()).collect()
}

fn config(before: &[String]) -> profile::Config {
    let path = said(before, "--config").or_else(|| super::environment(profile::VARIABLE)).map(PathBuf::from);
    let text = path.or_else(profile::default_path).and_then(|path| std::fs::read_to_string(path).ok());
    text.and_then(|text| profile::parse("", &text).ok()).unwrap_or_default()
}

/// What a flag of the command line says.
fn said(before: &[String], flag: &str) -> Option<String> {
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

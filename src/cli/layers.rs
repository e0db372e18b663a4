//! Where settings come from: what is built in < the profile < the environment < flags. A list takes the place of the
//! list below it. [`SETTINGS`] are all of them.
//!
//! What does not belong here: what a setting means. Every value, wherever it is set, is read by the rules of its flag.

use super::setting::{SETTINGS, Setting, checks};
use super::{Cli, Command as CliCommand, ProfileCommand, PrometheusUrl};
use crate::policy::profile::{self, Chosen, Error};
use crate::render::RightsizeFormat;
use clap::parser::ValueSource;
use clap::{ArgMatches, Command, FromArgMatches, ValueEnum};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Display;

/// Settings of which one takes the place of the other: whoever names namespaces does not want all of them.
const EITHER: [[&str; 2]; 2] = [["namespace", "all_namespaces"], ["context", "all_contexts"]];

/// Settings that only a whole report heeds.
const WHOLE: [&str; 11] = [
    "baseline",
    "history",
    "history_keep",
    "history_age",
    "host",
    "hosts_file",
    "resolve_hosts",
    "dns_server",
    "access_log",
    "probe_tls",
    "probe_to",
];

/// Settings of the output. They apply to every command that has them.
const SHOWN: [&str; 5] = ["output", "all", "lang", "color", "width"];

/// Who has set something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Nobody.
    BuiltIn,
    /// The profile; the place in its file.
    Profile(String),
    /// The environment; the variable.
    Environment(String),
    /// The command line; the flag.
    Flag(String),
}

/// A setting, its value and who has set it.
#[derive(Clone, Debug)]
pub struct Set {
    /// Its key in a profile.
    pub key: &'static str,
    /// Its flag.
    pub flag: String,
    /// Its values, in the form of flags; none where it is not set.
    pub values: Vec<String>,
    /// Who has set it.
    pub source: Source,
}

impl Set {
    /// Whether the command line has set it.
    pub fn is_flag(&self) -> bool {
        matches!(self.source, Source::Flag(_))
    }
}

/// Why a command line cannot be followed.
#[derive(Debug)]
pub enum Unparsed {
    /// It is wrong itself, or asks for help.
    Usage(Box<clap::Error>),
    /// A profile or the environment is wrong.
    Setting(Error),
}

impl From<clap::Error> for Unparsed {
    fn from(error: clap::Error) -> Self {
        Self::Usage(Box::new(error))
    }
}

impl From<Error> for Unparsed {
    fn from(error: Error) -> Self {
        Self::Setting(error)
    }
}

/// What profile and environment set, by the id of the flag.
type Lower = BTreeMap<&'static str, (Vec<String>, Source)>;

/// Reads a command line, on top of the environment, on top of the profile. This is the one place where settings meet.
///
/// # Errors
/// When any of the three is wrong, or help was asked for.
pub fn parse(words: &[OsString], environment: &dyn Fn(&str) -> Option<String>) -> Result<Cli, Unparsed> {
    let command = super::help::command();
    let first = command.clone().try_get_matches_from(words)?;
    let asked = Asked::of(&command, &first);
    let (chosen, lower) = below(&asked, environment)?;
    let Asked { path, .. } = asked;
    let layered = at(command.clone(), &path, &|mut command| {
        for (id, (values, _)) in &lower {
            command = command.mut_arg(id, |arg| arg.default_values(values.clone()));
        }
        command
    });
    let matches = layered.try_get_matches_from(words)?;
    let mut cli = Cli::from_arg_matches(&matches)?;
    let asked = Asked::of(&command, &matches);
    if let Some(CliCommand::Profile { what: ProfileCommand::Init(args) }) = &mut cli.command {
        args.settings = sources(&asked, &lower);
    }
    if let Some((rules, profile)) = cli.judging() {
        *rules = chosen.rules.clone();
        profile.settings = sources(&asked, &lower);
        profile.chosen = chosen;
    }
    super::profile::choose_webhooks(&mut cli, environment)?;
    Ok(cli)
}

/// The command that was named: its path, its definition and what the command line says of it.
struct Asked<'c> {
    path: Vec<String>,
    command: &'c Command,
    matches: &'c ArgMatches,
}

impl<'c> Asked<'c> {
    fn of(command: &'c Command, matches: &'c ArgMatches) -> Self {
        let mut asked = Self { path: Vec::new(), command, matches };
        while let Some((name, matches)) = asked.matches.subcommand() {
            let Some(command) = asked.command.find_subcommand(name) else { break };
            asked.path.push(name.to_owned());
            (asked.command, asked.matches) = (command, matches);
        }
        asked
    }

    /// Whether the command has this argument. The definition decides: the matches know the ids of a command in debug builds
    /// of clap only.
    fn has(&self, id: &str) -> bool {
        self.command.get_arguments().any(|arg| arg.get_id() == id)
    }

    /// Whether the command line gives this argument.
    fn is_flag(&self, id: &str) -> bool {
        self.has(id) && self.matches.value_source(id) == Some(ValueSource::CommandLine)
    }

    /// The values of an argument, in the form of flags; none where the command does not have it.
    fn values(&self, id: &str) -> Vec<OsString> {
        let raw = self.has(id).then(|| self.matches.get_raw(id)).flatten();
        raw.into_iter().flatten().map(std::ffi::OsStr::to_os_string).collect()
    }

    /// Whether the command follows a profile.
    fn follows_profile(&self) -> bool {
        self.has("profile")
    }

    /// The last word of the command's name; empty for a check.
    fn name(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }

    /// Whether it writes a new profile, which holds what its flags say and nothing else.
    fn is_init(&self) -> bool {
        self.name() == "init"
    }
}

/// Changes the command at the end of a path.
fn at(command: Command, path: &[String], change: &dyn Fn(Command) -> Command) -> Command {
    match path.split_first() {
        None => change(command),
        Some((name, rest)) => command.mut_subcommand(name, |below| at(below, rest, change)),
    }
}

/// The profile, and what it and the environment set that no flag does. A command that follows no profile takes from the
/// environment only how to show its output.
fn below(asked: &Asked, environment: &dyn Fn(&str) -> Option<String>) -> Result<(Chosen, Lower), Unparsed> {
    let command = checks();
    let mut lower = Lower::new();
    let chosen = if asked.follows_profile() { choose(asked, environment)? } else { Chosen::default() };
    for value in chosen.profile.values(&chosen.path) {
        if let Some(setting) = SETTINGS.iter().find(|setting| setting.key == value.key) {
            let source = Source::Profile(value.place.to_string());
            check(&command, setting, &value.words, &value.place)?;
            lower.insert(setting.id, (value.words, source));
        }
    }
    let applies = |setting: &&Setting| {
        asked.follows_profile() || asked.has(setting.id) && SHOWN.contains(&setting.id) && !asked.is_init()
    };
    for setting in SETTINGS.iter().filter(applies) {
        let found =
            setting.variables(&command).into_iter().find_map(|name| Some((environment(&name)?, name)));
        if let Some((value, name)) = found {
            let words = vec![spoken(setting, &command, value)];
            check(&command, setting, &words, &format_args!("environment variable {name}"))?;
            give_way(&mut lower, setting.id);
            lower.insert(setting.id, (words, Source::Environment(name)));
        }
    }
    narrow(&mut lower, asked);
    Ok((chosen, lower))
}

/// The profile that a flag, the environment or the file itself names.
fn choose(asked: &Asked, environment: &dyn Fn(&str) -> Option<String>) -> Result<Chosen, Error> {
    let named = |id: &str, variable: &str| {
        let flag = asked.values(id).into_iter().next();
        flag.or_else(|| environment(variable).map(OsString::from))
    };
    let config = named("config", profile::VARIABLE);
    let name = named("profile", "HEALTHCHECK_PROFILE").map(|name| name.to_string_lossy().into_owned());
    let chosen = profile::choose(config.as_deref().map(std::path::Path::new), name.as_deref())?;
    Ok(chosen.unwrap_or_default())
}

/// What is on or off may be said in several words.
fn spoken(setting: &Setting, command: &Command, value: String) -> String {
    let is_switch = setting.is_switch(command);
    match value.to_lowercase().as_str() {
        "1" | "yes" | "on" | "true" if is_switch => "true".to_owned(),
        "0" | "no" | "off" | "false" if is_switch => "false".to_owned(),
        _ => value,
    }
}

/// Takes away what a setting takes the place of.
fn give_way(lower: &mut Lower, id: &str) {
    for pair in EITHER.iter().filter(|pair| pair.contains(&id)) {
        lower.retain(|other, _| *other == id || !pair.contains(other));
    }
}

/// Leaves what this command can use and no flag takes the place of.
fn narrow(lower: &mut Lower, asked: &Asked) {
    for setting in SETTINGS.iter().filter(|setting| asked.is_flag(setting.id)) {
        give_way(lower, setting.id);
        lower.remove(setting.id);
    }
    let command = asked.name();
    let files = asked.is_flag("filename") || command == "diff";
    // Of nodes and of one object there is nothing to compare.
    let whole = matches!(command, "show" | "diff") || command.is_empty() && !asked.is_flag("object");
    for setting in &SETTINGS {
        let usable = match command {
            // Its --output is a file.
            "snapshot" => setting.id != "output",
            _ => !(files && setting.of_cluster) && (whole || !WHOLE.contains(&setting.id)),
        };
        if !usable || !asked.has(setting.id) {
            lower.remove(setting.id);
        }
    }
    if command == "rightsize" {
        lower.remove("logs");
    }
    // It has formats of its own, and a report others.
    if command == "rightsize" && lower.get("output").is_some_and(|(words, _)| !are_of_rightsize(words)) {
        lower.remove("output");
    }
    if !whole && lower.get("fail_on").is_some_and(|(words, _)| words == &["new"]) {
        lower.remove("fail_on");
    }
    // It leaves namespaces out of all, and not all are asked for.
    let all = lower.get("all_namespaces").is_some_and(|(words, _)| words == &["true"]);
    if !all && !asked.is_flag("all_namespaces") {
        lower.remove("exclude_namespace");
    }
}

fn are_of_rightsize(formats: &[String]) -> bool {
    formats.iter().all(|format| RightsizeFormat::from_str(format, false).is_ok())
}

/// Reads values as the flag would, so that what is wrong with them is told with the place they are from.
fn check(command: &Command, setting: &Setting, words: &[String], place: &dyn Display) -> Result<(), Error> {
    let long = setting.long(command);
    let wrong = |text: String| Error { place: place.to_string(), text, hint: None };
    if setting.is_switch(command) {
        let known = words.iter().all(|word| word == "true" || word == "false");
        let refuse = || wrong(format!("{}: true or false, not \"{}\"", setting.key, words.join(",")));
        return if known { Ok(()) } else { Err(refuse()) };
    }
    let line = std::iter::once("check".to_owned()).chain(words.iter().map(|word| format!("--{long}={word}")));
    match command.clone().try_get_matches_from(line) {
        Ok(_) => Ok(()),
        Err(error) => {
            let text = error.render().to_string();
            let said: Vec<&str> = text.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
            let said = said.join(" ");
            Err(wrong(said.strip_prefix("error: ").unwrap_or(&said).to_owned()))
        }
    }
}

/// Every setting with its value and who has set it.
fn sources(asked: &Asked, lower: &Lower) -> Vec<Set> {
    let command = checks();
    let set = |setting: &'static Setting| {
        let flag = format!("--{}", setting.long(&command));
        let plain = |value: String| match setting.id {
            // It may hold a password, and what is set is shown and written to new profiles.
            "prometheus_url" => PrometheusUrl::shown(&value),
            _ => value,
        };
        let words = asked.values(setting.id).into_iter().map(|value| value.to_string_lossy().into_owned());
        let values = words.map(plain).collect();
        let source = match lower.get(setting.id) {
            _ if asked.is_flag(setting.id) => Source::Flag(flag.clone()),
            Some((_, source)) => source.clone(),
            None => Source::BuiltIn,
        };
        Set { key: setting.key, flag, values, source }
    };
    SETTINGS.iter().map(set).collect()
}

//! The layers of settings: built in < the profile < the environment < flags; later ones win. A list replaces the whole
//! list below it.
//!
//! What does not belong here: the meaning of a setting. Each value is read by the rules of its flag, wherever it is set.

use super::output::{contradiction, parts};
use super::read::switch;
use super::setting::flags;
use super::{Cli, Command as CliCommand, ConnectArgs, ProfileCommand};
use crate::policy::profile::{self, Chosen, Error};
use crate::policy::setting::{Form, Resolved, SETTINGS, Set, Setting, Source, Topic};
use crate::render::{Format, StoryFormat};
use crate::text::without_login;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, ValueEnum};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Display;

/// Pairs of settings that replace each other.
const EITHER: [[&str; 2]; 2] = [["namespace", "all_namespaces"], ["context", "all_contexts"]];

/// Returns the value of an environment variable that is not empty.
pub(super) type Environment<'e> = &'e dyn Fn(&str) -> Option<OsString>;

/// Why a command line is invalid.
#[derive(Debug)]
pub enum Unparsed {
    /// The command line itself is invalid, or asks for help.
    Usage(Box<clap::Error>),
    /// A profile or the environment is invalid.
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

/// The values of profile and environment, by the id of the flag.
type Lower = BTreeMap<&'static str, (Vec<String>, Source)>;

/// Reads a command line over the environment over the profile.
///
/// # Errors
/// If any of the three is invalid, or help was requested.
pub fn parse(words: &[OsString], environment: Environment) -> Result<Cli, Unparsed> {
    let command = super::help::command();
    if let Some(error) = with_one_dash(&command, words) {
        return Err(error.into());
    }
    let first = command.clone().try_get_matches_from(words)?;
    let asked = Asked::of(&command, &first);
    refuse_with_files(&asked)?;
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
        keeps_bytes(&asked)?;
    }
    if let Some((rules, profile)) = cli.judging() {
        *rules = chosen.rules.clone();
        profile.resolved = Resolved { settings: sources(&asked, &lower), chosen };
        super::conflict::thresholds(&profile.resolved.settings)?;
    }
    super::profile::choose_webhooks(&mut cli, environment)?;
    refuse_same_outputs(&asked, &lower)?;
    Ok(cli)
}

/// Refuses outputs that write to the same place.
fn refuse_same_outputs(asked: &Asked, lower: &Lower) -> Result<(), Unparsed> {
    let words = asked.values("output").into_iter().map(|value| value.to_string_lossy().into_owned());
    // The output of a capture is a file.
    let Some(text) = contradiction(&words.collect::<Vec<_>>()).filter(|_| asked.name() != "snapshot") else {
        return Ok(());
    };
    match lower.get("output") {
        Some((_, source)) => {
            Err(Error { place: super::conflict::place_of(source).unwrap_or_default(), text, hint: None }
                .into())
        }
        None => Err(clap::Error::raw(ErrorKind::ArgumentConflict, text + "\n").into()),
    }
}

/// Returns the error of a long flag with one dash: `-namespace shop` would be read as `-n amespace shop`.
fn with_one_dash(command: &Command, words: &[OsString]) -> Option<clap::Error> {
    let is_flag = |name: &&str| {
        let mut commands = std::iter::once(command).chain(command.get_subcommands());
        commands.any(|command| command.get_arguments().any(|arg| arg.get_long() == Some(*name)))
    };
    let words = words.iter().skip(1).filter_map(|word| word.to_str()).take_while(|word| *word != "--");
    let names = words.filter_map(|word| word.strip_prefix('-')?.split('=').next());
    let name = names.filter(|name| name.len() > 1 && !name.starts_with('-')).find(is_flag)?;
    let mut error = clap::Error::new(ErrorKind::UnknownArgument).with_cmd(command);
    error.insert(ContextKind::InvalidArg, ContextValue::String(format!("-{name}")));
    error.insert(ContextKind::SuggestedArg, ContextValue::String(format!("--{name}")));
    Some(error)
}

/// The command of the command line: its path, its definition and its arguments.
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

    /// Whether the command has an argument. The matches know that in debug builds of clap only.
    fn has(&self, id: &str) -> bool {
        self.command.get_arguments().any(|arg| arg.get_id() == id)
    }

    /// Whether the command line gives an argument.
    fn is_flag(&self, id: &str) -> bool {
        self.has(id) && self.matches.value_source(id) == Some(ValueSource::CommandLine)
    }

    /// Returns the values of an argument as flags have them; none if the command does not have it.
    fn values(&self, id: &str) -> Vec<OsString> {
        let raw = self.has(id).then(|| self.matches.get_raw(id)).flatten();
        raw.into_iter().flatten().map(std::ffi::OsStr::to_os_string).collect()
    }

    /// Whether the command uses a profile.
    fn follows_profile(&self) -> bool {
        self.has("profile")
    }

    /// Returns the last word of the command's name; empty for a check.
    fn name(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }

    /// Whether it writes a new profile, which contains the values of its flags only.
    fn is_init(&self) -> bool {
        self.name() == "init"
    }
}

/// Refuses flags that need a cluster if files are read.
fn refuse_with_files(asked: &Asked) -> Result<(), Unparsed> {
    if !asked.is_flag("filename") || asked.name() == "show" {
        return Ok(());
    }
    let settings = SETTINGS.iter().filter(|setting| setting.needs_cluster()).map(|setting| setting.id);
    let connection = ConnectArgs::augment_args(Command::new("connect"));
    let mut ids = settings.chain(connection.get_arguments().map(|arg| arg.get_id().as_str()));
    let is_off = |id: &str| asked.values(id).iter().all(|value| value == "false");
    let Some(id) = ids.find(|id| asked.is_flag(id) && !is_off(id)) else { return Ok(()) };
    let flag = asked.command.get_arguments().find(|arg| arg.get_id() == id).and_then(Arg::get_long);
    let text = format!("--{} needs a cluster and cannot be used with --filename\n", flag.unwrap_or(id));
    Err(clap::Error::raw(ErrorKind::ArgumentConflict, text).into())
}

/// Changes the command at the end of a path.
fn at(command: Command, path: &[String], change: &dyn Fn(Command) -> Command) -> Command {
    match path.split_first() {
        None => change(command),
        Some((name, rest)) => command.mut_subcommand(name, |below| at(below, rest, change)),
    }
}

/// Returns the profile, and the values of profile and environment that no flag overrides. A command without a profile uses
/// only the settings of the output from the environment.
fn below(asked: &Asked, environment: Environment) -> Result<(Chosen, Lower), Unparsed> {
    let command = flags();
    let mut lower = Lower::new();
    let chosen = if asked.follows_profile() { choose(asked, environment)? } else { Chosen::default() };
    for value in chosen.profile.values(&chosen.path)? {
        let source = Source::Profile(value.place.to_string());
        check(&command, value.setting, &value.words, &value.place)?;
        lower.insert(value.setting.id, (value.words, source));
    }
    let applies = |setting: &&Setting| {
        let is_shown = asked.has(setting.id) && setting.topic == Topic::Output && !asked.is_init();
        asked.follows_profile() || is_shown
    };
    for setting in SETTINGS.iter().filter(applies) {
        let name = setting.variables(&command).into_iter().find(|name| environment(name).is_some());
        let Some(name) = name else { continue };
        if let Some(value) = variable(&name, environment)? {
            let words = vec![spoken(setting, value)];
            check(&command, setting, &words, &format_args!("environment variable {name}"))?;
            give_way(&mut lower, setting.id);
            lower.insert(setting.id, (words, Source::Environment(name)));
        }
    }
    narrow(&mut lower, asked);
    Ok((chosen, lower))
}

/// Returns an environment variable as text.
///
/// # Errors
/// If it contains other bytes: another text must not stand for them.
pub(super) fn variable(name: &str, environment: Environment) -> Result<Option<String>, Error> {
    let text = environment(name).map(OsString::into_string).transpose();
    text.map_err(|_| Error {
        place: format!("environment variable {name}"),
        text: "the value is not UTF-8 text".to_owned(),
        hint: None,
    })
}

/// Checks that a new profile can contain the values of the flags: it is text.
fn keeps_bytes(asked: &Asked) -> Result<(), Error> {
    let is_text = |setting: &Setting| asked.values(setting.id).iter().all(|value| value.to_str().is_some());
    let Some(setting) = SETTINGS.iter().find(|setting| !is_text(setting)) else { return Ok(()) };
    let place = format!("--{}", setting.long(&flags()));
    Err(Error {
        place,
        text: "the value is not UTF-8 text, so a profile cannot contain it".to_owned(),
        hint: None,
    })
}

/// Returns the profile that a flag, the environment or the file itself names.
fn choose(asked: &Asked, environment: Environment) -> Result<Chosen, Error> {
    let flag = |id: &str| asked.values(id).into_iter().next();
    let config = flag("config").or_else(|| environment(profile::VARIABLE));
    let name = match flag("profile") {
        Some(name) => Some(name.to_string_lossy().into_owned()),
        None => variable("HEALTHCHECK_PROFILE", environment)?,
    };
    let chosen = profile::choose(
        config.as_deref().map(std::path::Path::new),
        name.as_deref(),
        &crate::checks::CATALOG,
    )?;
    Ok(chosen.unwrap_or_default())
}

/// Returns the value of a variable; a switch has several words for on and off.
fn spoken(setting: &Setting, value: String) -> String {
    match switch(&value) {
        Ok(on) if setting.form == Form::Switch => on.to_string(),
        _ => value,
    }
}

/// Removes the settings that a setting replaces.
fn give_way(lower: &mut Lower, id: &str) {
    for pair in EITHER.iter().filter(|pair| pair.contains(&id)) {
        lower.retain(|other, _| *other == id || !pair.contains(other));
    }
}

/// Removes the settings that the command cannot use, or that flags override.
fn narrow(lower: &mut Lower, asked: &Asked) {
    for setting in SETTINGS.iter().filter(|setting| asked.is_flag(setting.id)) {
        give_way(lower, setting.id);
        lower.remove(setting.id);
    }
    let command = asked.name();
    let files = asked.is_flag("filename") || command == "diff";
    // Nodes, right-sizing and the story of an object are not whole reports.
    let whole = matches!(command, "show" | "diff" | "mcp") || command.is_empty() && !asked.is_flag("object");
    for setting in &SETTINGS {
        let usable = match command {
            // Its --output is a file.
            "snapshot" => setting.id != "output",
            _ => !(files && setting.is_of_cluster()) && (whole || !setting.is_of_report()),
        };
        if !usable || !asked.has(setting.id) {
            lower.remove(setting.id);
        }
    }
    if command == "rightsize" {
        lower.remove("logs");
    }
    if lower.get("output").is_some_and(|(words, _)| !suits(asked, words)) {
        lower.remove("output");
    }
    if !whole && lower.get("fail_on").is_some_and(|(words, _)| words == &["new"]) {
        lower.remove("fail_on");
    }
    // It has a meaning for all namespaces only.
    let all = lower.get("all_namespaces").is_some_and(|(words, _)| words == &["true"]);
    if !all && !asked.is_flag("all_namespaces") {
        lower.remove("exclude_namespace");
    }
}

/// Whether a command has the outputs of profile or environment. They are for whole reports: other commands do not have all
/// formats, and do not write over the files.
fn suits(asked: &Asked, words: &[String]) -> bool {
    if matches!(asked.name(), "demo" | "show" | "init") {
        return true;
    }
    let is_object = asked.is_flag("object");
    if asked.path.is_empty() && !is_object {
        return true;
    }
    let known = asked.command.get_arguments().find(|arg| arg.get_id() == "output");
    let known = known.map(Arg::get_possible_values).unwrap_or_default();
    let is_of_object =
        |format: &str| Format::from_str(format, false).is_ok_and(|format| StoryFormat::of(format).is_some());
    words.iter().flat_map(|word| word.split(',')).all(|word| match parts(word) {
        (format, None) => {
            known.iter().any(|value| value.matches(format, false)) && (!is_object || is_of_object(format))
        }
        (_, Some(_)) => false,
    })
}

/// Reads values as the flag does, so that errors name the place of the value.
fn check(command: &Command, setting: &Setting, words: &[String], place: &dyn Display) -> Result<(), Error> {
    let long = setting.long(command);
    let wrong = |text: String| Error { place: place.to_string(), text, hint: None };
    if setting.form == Form::Switch {
        let known = words.iter().all(|word| word == "true" || word == "false");
        let refuse = || wrong(format!("\"{}\" is not true or false", words.join(",")));
        return if known { Ok(()) } else { Err(refuse()) };
    }
    let line = std::iter::once("check".to_owned()).chain(words.iter().map(|word| format!("--{long}={word}")));
    match command.clone().try_get_matches_from(line) {
        Ok(_) => Ok(()),
        Err(error) => {
            let text = error.render().to_string();
            let lines: Vec<&str> = text.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
            let message = lines.join(" ");
            let message = message.strip_prefix("error: ").unwrap_or(&message);
            Err(wrong(profile::without_secrets(message)))
        }
    }
}

/// Returns every setting with its value and where that comes from.
fn sources(asked: &Asked, lower: &Lower) -> Vec<Set> {
    let command = flags();
    let set = |setting: &'static Setting| {
        let flag = format!("--{}", setting.long(&command));
        let plain = |value: String| match setting.id {
            // It may contain a password, and settings are shown and written to new profiles.
            "prometheus_url" => without_login(&value),
            _ => value,
        };
        let words = asked.values(setting.id).into_iter().map(|value| value.to_string_lossy().into_owned());
        let values = words.map(plain).collect();
        let source = match lower.get(setting.id) {
            _ if asked.is_flag(setting.id) => Source::Flag(flag.clone()),
            Some((_, source)) => source.clone(),
            None => Source::BuiltIn,
        };
        let short = setting.arg(&command).and_then(Arg::get_short);
        Set { setting, flag, short, values, source }
    };
    SETTINGS.iter().map(set).collect()
}

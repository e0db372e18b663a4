//! The flags of `rightsize`.

use super::output::OutputParser;
use super::{ColorChoice, ConnectArgs, ContainerArgs, ListArgs, Output, ProfileArgs, ScopeArgs, read};
use crate::model::Thresholds;
use crate::policy::profile::Rules;
use crate::policy::setting::Set;
use crate::render::RightsizeFormat;
use crate::text::Lang;
use clap::{ArgAction, Args, ValueHint};
use std::path::PathBuf;
use std::time::Duration;

/// Requests and limits against actual usage.
#[derive(Debug, Args)]
#[command(mut_arg("logs", |arg| arg.hide(true)))]
pub struct RightsizeArgs {
    /// The scope.
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// Read files, folders, archives or standard input (-) instead of a cluster: captures, kubectl get -o json|yaml, support bundles
    #[arg(short = 'f', long = "filename", value_name = "FILE", action = ArgAction::Append)]
    #[arg(value_hint = ValueHint::AnyPath, help_heading = "Files")]
    pub filename: Vec<PathBuf>,
    /// Time to judge files by, such as 2025-12-26T10:00:00+08:00 (default: now); captures have their own
    #[arg(long, value_name = "TIME", requires = "filename", help_heading = "Files", value_parser = read::time)]
    pub now: Option<jiff::Timestamp>,
    /// The judgement of containers.
    #[command(flatten)]
    pub containers: ContainerArgs,
    /// Classes of the profile.
    #[arg(skip)]
    pub rules: Rules,
    /// Format, or FORMAT=FILE for a file; comma-separated or repeated
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "table", value_delimiter = ',')]
    #[arg(action = ArgAction::Append, value_parser = OutputParser::<RightsizeFormat>::all(), help_heading = "Output")]
    pub output: Vec<Output<RightsizeFormat>>,
    /// Show every row
    #[arg(long, help_heading = "Output")]
    pub all: bool,
    /// Language: en, zh-TW or zh-CN (default: that of the locale)
    #[arg(long, ignore_case = true, help_heading = "Output")]
    pub lang: Option<Lang>,
    /// When to use colours; auto: on a terminal, unless NO_COLOR is set
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub color: ColorChoice,
    /// Columns to fit tables into (default: those of the terminal)
    #[arg(long, value_name = "COLUMNS", value_parser = read::number::<u16>(20, u16::MAX.into()))]
    #[arg(help_heading = "Output")]
    pub width: Option<u16>,
    /// How to list.
    #[command(flatten)]
    pub list: ListArgs,
    /// How to reach the cluster.
    #[command(flatten)]
    pub connect: ConnectArgs,
    /// The profile.
    #[command(flatten)]
    pub profile: ProfileArgs,
}

/// The default of `--since`: a whole week.
const SINCE: Duration = Duration::from_secs(7 * 86_400);

impl RightsizeArgs {
    /// Returns how far back the usage is read.
    pub fn since(&self) -> Duration {
        self.scope.measure.since.unwrap_or(SINCE)
    }

    /// Returns the thresholds.
    pub fn thresholds(&self) -> Thresholds {
        Thresholds { throttled: self.containers.throttled, ..Thresholds::default() }
    }

    /// Returns the first flag of a report that is set and has no meaning here.
    pub fn of_report(&self) -> Option<&'static str> {
        self.scope.measure.logs.then_some("--logs")
    }

    /// Returns the words that repeat the command; `None` if it has read standard input. The login of an address is left
    /// out.
    pub fn to_repeat(&self, context: Option<&str>) -> Option<Vec<String>> {
        if self.filename.iter().any(|file| file.as_os_str() == "-") {
            return None;
        }
        let mut words: Vec<String> = Vec::new();
        words.extend(self.filename.iter().flat_map(|file| flag("-f", &file.display().to_string())));
        words.extend(given("--now", self.now.map(|now| now.to_string())));
        let settings = self.profile.resolved.settings.iter();
        words.extend(settings.filter(|set| set.setting.is_of_content()).flat_map(Set::to_repeat));
        let profile = &self.profile;
        words.extend(given("--config", profile.config.as_ref().map(|file| file.display().to_string())));
        words.extend(given("--profile", profile.profile.clone()));
        if self.filename.is_empty() {
            words.extend(self.connect.to_repeat(context));
        }
        Some(words)
    }
}

fn flag(name: &str, value: &str) -> [String; 2] {
    [name.to_owned(), value.to_owned()]
}

fn given(name: &str, value: Option<String>) -> impl Iterator<Item = String> {
    value.map(|value| flag(name, &value)).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::super::{Command, parse};
    use super::*;

    fn args(words: &[&str]) -> RightsizeArgs {
        let line = ["kubectl-healthcheck", "rightsize"].iter().chain(words).map(Into::into);
        // No profile of the user.
        let environment = |name: &str| (name == "HEALTHCHECK_CONFIG").then(|| "/dev/null".into());
        match parse(&line.collect::<Vec<_>>(), &environment).unwrap().command {
            Some(Command::Rightsize(args)) => *args,
            command => panic!("{command:?}"),
        }
    }

    #[test]
    fn a_command_can_be_repeated() {
        for (words, again) in [
            ("-n shop,web --since 7d", "-n shop,web --since 7d --context prod"),
            (
                "-A --exclude-namespace kube-* --since 36h",
                "-A --exclude-namespace kube-* --since 36h --context prod",
            ),
            ("-l app=web --width 80 --all", "-l app=web --context prod"),
            ("--prometheus-url http://ops:secret@p:1/x", "--prometheus-url http://p:1/x --context prod"),
            (
                "--prometheus-label cluster=a --prometheus-label b=c",
                "--prometheus-label cluster=a,b=c --context prod",
            ),
            ("-f a.json -f b.json -n shop", "-f a.json -f b.json -n shop"),
            (
                "--throttled 12.5 --no-annotations --throttle-window 30s --skip-kinds nodes,jobs --no-evidence",
                "--no-evidence --skip-kinds nodes,jobs --throttle-window 30s --throttled 12.5 --no-annotations --context prod",
            ),
        ] {
            let again: Vec<&str> = again.split(' ').collect();
            let repeated = args(&words.split(' ').collect::<Vec<_>>()).to_repeat(Some("prod")).unwrap();
            assert_eq!(repeated, again, "{words}");
            args(&again);
        }
        assert_eq!(args(&["-f", "-"]).to_repeat(None), None);
        assert_eq!(args(&[]).since(), SINCE);
    }
}

//! The flags of `rightsize`: what it looks at, by what it judges, how it shows it.

use super::{ColorChoice, ConnectArgs, HeedArgs, ListArgs, ProfileArgs, ScopeArgs};
use crate::model::Thresholds;
use crate::policy::profile::Rules;
use crate::render::RightsizeFormat;
use crate::text::Lang;
use clap::{ArgAction, Args, ValueHint};
use std::path::PathBuf;
use std::time::Duration;

/// What workloads ask for against what they have used.
#[derive(Debug, Args)]
#[command(mut_arg("logs", |arg| arg.hide(true)))]
pub struct RightsizeArgs {
    /// What to look at.
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// Read files, folders or - (standard input) instead of a cluster: what kubectl get -o json or yaml printed, captures
    #[arg(short = 'f', long = "filename", value_name = "FILE", action = ArgAction::Append)]
    #[arg(value_hint = ValueHint::AnyPath, help_heading = "Files")]
    pub filename: Vec<PathBuf>,
    /// The time to judge files by, such as 2025-12-26T10:00:00+08:00; a capture has its own
    #[arg(long, value_name = "TIME", requires = "filename", help_heading = "Files")]
    pub now: Option<jiff::Timestamp>,
    /// By what it judges.
    #[command(flatten)]
    pub heed: HeedArgs,
    /// Classes of the profile.
    #[arg(skip)]
    pub rules: Rules,
    /// Format
    #[arg(short, long, value_name = "FORMAT", default_value = "table", help_heading = "Output")]
    pub output: RightsizeFormat,
    /// Show every row
    #[arg(long, help_heading = "Output")]
    pub all: bool,
    /// Language: en, zh-TW or zh-CN; else that of the locale
    #[arg(long, help_heading = "Output")]
    pub lang: Option<Lang>,
    /// Colours: by default on a terminal, unless NO_COLOR is set
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub color: ColorChoice,
    /// Columns to fit tables into; else those of the terminal
    #[arg(long, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(20..))]
    #[arg(help_heading = "Output")]
    pub width: Option<u16>,
    /// How to list.
    #[command(flatten)]
    pub list: ListArgs,
    /// How to reach the cluster.
    #[command(flatten)]
    pub connect: ConnectArgs,
    /// What is set elsewhere.
    #[command(flatten)]
    pub profile: ProfileArgs,
}

/// How far back is looked, unless something else is asked for: a week has all its days.
const SINCE: Duration = Duration::from_secs(7 * 86_400);

impl RightsizeArgs {
    /// How far back is looked.
    pub fn since(&self) -> Duration {
        self.scope.measure.since.unwrap_or(SINCE)
    }

    /// When a container is held back too often; nothing else is asked of thresholds.
    pub fn thresholds(&self) -> Thresholds {
        Thresholds { throttled: self.heed.throttled, ..Thresholds::default() }
    }

    /// The first flag of a report that says nothing here.
    pub fn meaningless(&self) -> Option<&'static str> {
        self.scope.measure.logs.then_some("--logs")
    }

    /// The first flag that has no meaning where files are read.
    pub fn meaningless_with_files(&self) -> Option<&'static str> {
        super::files::meaningless(&self.scope, &self.connect, &self.list)
    }

    /// The words that ask for the same again; `None` where that cannot be done, as standard input is read by now. Of an
    /// address nobody is shown the login.
    pub fn to_repeat(&self, context: Option<&str>) -> Option<Vec<String>> {
        if self.filename.iter().any(|file| file.as_os_str() == "-") {
            return None;
        }
        let mut words: Vec<String> = Vec::new();
        words.extend(self.filename.iter().flat_map(|file| flag("-f", &file.display().to_string())));
        words.extend(given("--now", self.now.map(|now| now.to_string())));
        words.extend(scope_to_repeat(&self.scope));
        let Thresholds { throttled, .. } = Thresholds::default();
        let other = Some(self.heed.throttled).filter(|share| *share != throttled);
        words.extend(given("--throttled", other.map(|share| format!("{}.{}", share / 10, share % 10))));
        words.extend(self.heed.no_annotations.then(|| "--no-annotations".to_owned()));
        let profile = &self.profile;
        words.extend(given("--config", profile.config.as_ref().map(|file| file.display().to_string())));
        words.extend(given("--profile", profile.profile.clone()));
        if self.filename.is_empty() {
            words.extend(self.connect.to_repeat(context));
        }
        Some(words)
    }
}

/// The words that ask for the same scope and the same measurements.
fn scope_to_repeat(scope: &ScopeArgs) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    if !scope.namespace.is_empty() && !scope.all_namespaces {
        words.extend(flag("-n", &scope.namespace.join(",")));
    }
    words.extend(scope.all_namespaces.then(|| "-A".to_owned()));
    words.extend(scope.exclude_namespace.iter().flat_map(|glob| flag("--exclude-namespace", glob.glob())));
    let kinds: Vec<String> = scope.skip_kinds.iter().map(|kind| kind.shown()).collect();
    let measure = &scope.measure;
    words.extend(given("-l", scope.selector.clone()));
    words.extend(given("--field-selector", scope.field_selector.clone()));
    words.extend(scope.no_evidence.then(|| "--no-evidence".to_owned()));
    words.extend(given("--skip-kinds", Some(kinds.join(",")).filter(|kinds| !kinds.is_empty())));
    words.extend(given("--since", measure.since.map(written)));
    words.extend(given("--prometheus-url", measure.prometheus_url.as_ref().map(ToString::to_string)));
    words.extend(
        measure.prometheus_label.iter().flat_map(|label| flag("--prometheus-label", &label.to_string())),
    );
    words.extend(given("--throttle-window", measure.throttle_window.map(written)));
    words
}

fn flag(name: &str, value: &str) -> [String; 2] {
    [name.to_owned(), value.to_owned()]
}

fn given(name: &str, value: Option<String>) -> impl Iterator<Item = String> {
    value.map(|value| flag(name, &value)).into_iter().flatten()
}

/// As it may be given again, in the largest unit that it is whole in.
fn written(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds % 86_400 == 0 => format!("{}d", seconds / 86_400),
        seconds if seconds % 3600 == 0 => format!("{}h", seconds / 3600),
        seconds if seconds % 60 == 0 => format!("{}m", seconds / 60),
        seconds => format!("{seconds}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Cli, Command};
    use super::*;
    use clap::Parser;

    fn args(words: &[&str]) -> RightsizeArgs {
        let line = ["kubectl-healthcheck", "rightsize"].iter().chain(words);
        match Cli::try_parse_from(line).unwrap().command {
            Some(Command::Rightsize(args)) => *args,
            command => panic!("{command:?}"),
        }
    }

    #[test]
    fn what_was_asked_can_be_asked_again() {
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
                "--prometheus-label cluster=a --prometheus-label b=c --context prod",
            ),
            ("-f a.json -f b.json -n shop", "-f a.json -f b.json -n shop"),
            (
                "--throttled 12.5 --no-annotations --throttle-window 30s --skip-kinds nodes,jobs --no-evidence",
                "--no-evidence --skip-kinds nodes,jobs --throttle-window 30s --throttled 12.5 --no-annotations --context prod",
            ),
            ("--throttled 10 --throttle-window 1m", "--throttle-window 1m --context prod"),
        ] {
            let again: Vec<&str> = again.split(' ').collect();
            let told = args(&words.split(' ').collect::<Vec<_>>()).to_repeat(Some("prod")).unwrap();
            assert_eq!(told, again, "{words}");
            args(&again);
        }
        assert_eq!(args(&["-f", "-"]).to_repeat(None), None);
        assert_eq!((args(&[]).since(), written(Duration::from_secs(7260))), (SINCE, "121m".to_owned()));
    }
}

//! Writes a new profile with the flags of the command line, after reading the cluster.

mod file;

use super::super::Failure;
use super::super::live::{Flags, Live};
use crate::cli::{Exit, InitArgs, ScopeArgs};
use crate::finding::command::Kubectl;
use crate::finding::command::quote;
use crate::output;
use crate::policy::profile;
use crate::policy::setting::{Form, Set};
use crate::policy::settings::Settings;
use crate::report::Report;
use crate::snapshot::Snapshot;
use crate::wire::Time;
use serde_json::{Map, Value, json};

use std::path::{Path, PathBuf};

use file::indented;

/// Examples of keys that can be added by hand.
const MORE: &str = "\
# Other keys (docs/profiles.md describes all of them):
#   skip: [image-tag-mutable]
#   severity: {pvc-pending: high}
#   thresholds: {restartsAttention: 5, restartsUnhealthy: 10, quietAfter: 7d, silentAfter: 30d, grace: 2m}
#   classes:
#     batch: {workloads: [cronjob/*, \"*runner*\"], thresholds: {restartsUnhealthy: 50}}
#   mutes:
#   - {check: pod-leftover, object: deployment/old, reason: why, owner: who, until: 2026-12-31}
#   links:
#   - {name: runbook, url: \"https://wiki.example.com/{check}\"}
#   notify:
#   - {name: ops, urlFrom: {env: OPS_WEBHOOK}, when: trouble}
";

pub(super) fn init(args: &InitArgs, clock: fn() -> Time) -> Result<Exit, Failure> {
    if !profile::is_plain(&args.name) {
        return Err(Failure::new(format!(
            "\"{}\" is not a valid profile name; use letters, digits, - _ and .",
            args.name
        )));
    }
    super::super::check::settings(&args.judge, Kubectl::default())?;
    let to_stdout = args.config.as_deref() == Some(Path::new("-"));
    let path =
        args.config.clone().or_else(|| super::super::environment_os(profile::VARIABLE).map(PathBuf::from));
    let path =
        path.or_else(profile::default_path).ok_or_else(|| Failure::new("no home directory; use --config"))?;
    if !to_stdout {
        // Before the first request.
        file::existing(&path, &args.name)?;
    }
    let snapshots = read(args, clock)?;
    let block = block(args, &snapshots)?;
    if to_stdout {
        let text = format!("profiles:\n{}", indented(&block, "  "));
        output::stdout(|out| out.write_all(text.as_bytes()))?;
        return Ok(Exit::Clean);
    }
    file::add(&path, &args.name, &block)?;
    let shown = path.display();
    output::log(&format!("profile {} written to {shown}; {}", args.name, command(args)));
    Ok(Exit::Clean)
}

/// Returns the command that uses the new profile.
fn command(args: &InitArgs) -> String {
    let file = args.config.as_ref().map(|path| format!(" --config {}", quote(&path.display().to_string())));
    format!("kubectl healthcheck --profile {}{}", quote(&args.name), file.unwrap_or_default())
}

/// Reads the clusters of the profile: its namespaces must exist.
fn read(args: &InitArgs, clock: fn() -> Time) -> Result<Vec<Snapshot>, Failure> {
    let scope = ScopeArgs { no_evidence: true, ..args.scope.clone() };
    let flags = Flags { scope: &scope, list: &args.list, connect: &args.connect };
    let live = Live::new(flags, &Settings::default(), clock)?;
    let progress = live.progress(true);
    live.all(&progress)?.into_iter().map(|(_, snapshot)| Ok(snapshot?)).collect()
}

/// The maximum number of comments about the cluster: readers of YAML limit the comments before a key.
const COMMENTS: usize = 20;

/// Returns the lines of the profile, its name first.
fn block(args: &InitArgs, snapshots: &[Snapshot]) -> Result<String, Failure> {
    let mut out = format!("{}:\n", file::key(&args.name));
    let lines = summary(snapshots);
    lines.iter().take(COMMENTS).for_each(|line| out += &comment(line));
    if lines.len() > COMMENTS {
        out += &comment(&format!("and {} more", lines.len() - COMMENTS));
    }
    let flags = args.settings.iter().filter(|set| set.is_flag());
    let mut settings: Vec<(&str, Value)> = flags.map(|set| (set.setting.key, value(set))).collect();
    // The default namespace of the context may change: the profile names it.
    if let [snapshot] = snapshots {
        let names = &snapshot.scope.namespaces;
        if !names.is_empty() && !settings.iter().any(|(key, _)| *key == "namespaces") {
            settings.insert(0, ("namespaces", json!(names)));
        }
    }
    out += &indented(&yaml(settings)?, "  ");
    if args.connect.context.is_empty() && !args.connect.all_contexts {
        out += "  # Any context; to limit it to one:\n";
        for snapshot in snapshots {
            let name = crate::text::to_yaml(&snapshot.cluster.context);
            let name = name.map_err(|error| Failure::new(error.to_string()))?;
            out.extend(["  # contexts: [", name.trim(), "]\n"]);
        }
    }
    Ok(out + &indented(MORE, "  "))
}

/// Returns a line for each cluster and each of its namespaces.
fn summary(snapshots: &[Snapshot]) -> Vec<String> {
    let mut lines = Vec::new();
    for snapshot in snapshots {
        let cluster = &snapshot.cluster;
        lines.push(format!("context {} · {} · {}", cluster.context, cluster.server, cluster.version));
        let settings = Settings::default();
        let namespaces = Report::new(snapshot, &settings).namespaces;
        lines.extend(namespaces.iter().map(|of| {
            format!("{}: {} pod{}", of.name, of.counts.pods, if of.counts.pods == 1 { "" } else { "s" })
        }));
    }
    lines
}

/// Returns a comment. No name from a cluster can end it.
fn comment(text: &str) -> String {
    let plain: String =
        text.chars().map(|c| if crate::text::is_hostile(c) { '\u{fffd}' } else { c }).collect();
    format!("  # {plain}\n")
}

/// Returns the value as a profile has it.
fn value(set: &Set) -> Value {
    let text = || set.values.join(",");
    // The profile is in another folder than the one where the command was typed.
    let absolute = |path: &str| {
        std::path::absolute(path).map_or_else(|_| path.to_owned(), |path| path.display().to_string())
    };
    let words = || set.values.iter().flat_map(|value| value.split(','));
    match set.setting.form {
        Form::Text => json!(text()),
        Form::Path => json!(absolute(&text())),
        Form::List => json!(words().collect::<Vec<_>>()),
        Form::Outputs => {
            let output = |word: &str| match word.split_once('=') {
                Some((format, file)) => format!("{format}={}", absolute(file)),
                None => word.to_owned(),
            };
            json!(words().map(output).collect::<Vec<_>>())
        }
        Form::Paths => json!(set.values.iter().map(|path| absolute(path)).collect::<Vec<_>>()),
        Form::Switch => json!(text() != "false"),
        Form::Number => text().parse::<i64>().map_or_else(|_| json!(text()), |number| json!(number)),
        Form::Map => {
            let pairs = words().filter_map(|word| word.split_once('='));
            pairs.map(|(key, value)| (key.to_owned(), json!(value))).collect::<Map<_, _>>().into()
        }
    }
}

fn yaml(settings: Vec<(&str, Value)>) -> Result<String, Failure> {
    let mut out = String::new();
    let mut thresholds = Map::new();
    let mut add = |key: &str, value: &Value| {
        let one: Map<String, Value> = [(key.to_owned(), value.clone())].into_iter().collect();
        let text = crate::text::to_yaml(&one).map_err(|error| Failure::new(error.to_string()))?;
        out += &text;
        Ok::<(), Failure>(())
    };
    for (key, value) in settings {
        match key.strip_prefix("thresholds.") {
            Some(name) => {
                thresholds.insert(name.to_owned(), value);
            }
            None => add(key, &value)?,
        }
    }
    if !thresholds.is_empty() {
        add("thresholds", &thresholds.into())?;
    }
    Ok(out)
}

//! All commands with all settings: a variable or a profile never breaks a command without that setting, and always
//! reaches a command with it.

use crate::project;
use crate::support::{Ran, Run, healthcheck};
use kubectl_healthcheck::cli;
use std::collections::BTreeMap;
use std::path::Path;

/// Every command that needs no cluster, and what its output begins with or contains. `FILE` stands for the example.
const COMMANDS: [&str; 16] = [
    "-f FILE",
    "pod/pigo-cron-77cc9c4d8c-tw2xb -n pigo-dev -f FILE",
    "demo",
    "nodes -f FILE",
    "rightsize -f FILE",
    "diff FILE FILE",
    "checks",
    "explain pod-leftover",
    "completion bash",
    "completion powershell",
    "profile show",
    "profile schema",
    "__complete -- explain pod-le",
    "help nodes",
    "version",
    "--help",
];

/// Commands that need a cluster, which does not exist.
const OF_CLUSTERS: [&str; 4] =
    ["snapshot -o DIR/out.json", "profile init new --config DIR/new.yaml", "", "nodes"];

/// Commands that answer messages, of which the input has none.
const SERVERS: [&str; 2] = ["mcp", "mcp -f FILE"];

/// Returns a valid value of a setting. `DIR` is an empty folder.
fn value(key: &str) -> &'static str {
    match key {
        "namespaces" => "pigo-dev",
        "excludeNamespaces" => "kube-*",
        "selector" => "app=web",
        "fieldSelector" => "status.phase=Running",
        "skipKinds" => "cronjobs",
        "prometheusUrl" => "http://127.0.0.1:1",
        "prometheusNamespaces" => "metrics",
        "prometheusLabels" => "cluster=prod",
        "throttleWindow" => "30s",
        "since" | "thresholds.grace" | "thresholds.quietAfter" | "thresholds.silentAfter" | "historyAge" => {
            "2h"
        }
        "hosts" => "www.example.com",
        "hostsFiles" => "DIR/hosts",
        "dnsServer" | "probeTo" => "127.0.0.1:1",
        "accessLogs" => "DIR/access.log",
        "failOn" => "medium",
        "checks" => "pod-*",
        "skip" => "pod-leftover",
        "severity" => "pod-leftover=high",
        "thresholds.restartsAttention" => "3",
        "thresholds.restartsUnhealthy" => "30",
        "thresholds.throttled" => "12",
        "thresholds.nodeMemory" => "80",
        "baseline" => "FILE",
        "history" => "DIR/history",
        "historyKeep" => "4",
        "output" => "json",
        "lang" => "zh-TW",
        "color" => "never",
        "width" => "90",
        "pageSize" => "100",
        "pageTimeout" | "requestTimeout" | "timeout" => "5s",
        "concurrency" => "2",
        "maxRps" => "20",
        "maxMemory" => "256",
        "kubeconfig" => "DIR/kubeconfig",
        "contexts" => "prod",
        _ => "true",
    }
}

fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for name in ["hosts", "access.log"] {
        std::fs::write(dir.path().join(name), "www.example.com\n").unwrap();
    }
    dir
}

fn filled(text: &str, dir: &Path) -> String {
    let example = project("examples/pigo.json").display().to_string();
    text.replace("FILE", &example).replace("DIR", &dir.display().to_string())
}

fn command(arguments: &str, dir: &Path) -> std::process::Command {
    let mut command = healthcheck();
    command.env("HOME", dir).args(arguments.split_whitespace().map(|word| filled(word, dir)));
    command
}

/// Checks for panics and unknown arguments, which are errors of the program.
fn held(ran: &Ran, what: &str) {
    assert!((0..=3).contains(&ran.code), "{what}: {ran:?}");
    assert!(!ran.err.contains("panicked") && !ran.err.contains("unexpected argument"), "{what}: {}", ran.err);
}

#[test]
fn every_command_runs_with_every_variable() {
    let dir = folder();
    for row in cli::table() {
        for variable in &row.variables {
            for arguments in COMMANDS {
                let ran =
                    command(arguments, dir.path()).env(variable, filled(value(row.key), dir.path())).ran();
                let what = format!("{variable}={} {arguments}", value(row.key));
                held(&ran, &what);
                assert!(ran.code < 2 || ran.code == 3, "{what}: {ran:?}");
                assert!(!ran.out.is_empty(), "{what}");
            }
            for arguments in OF_CLUSTERS {
                let ran =
                    command(arguments, dir.path()).env(variable, filled(value(row.key), dir.path())).ran();
                held(&ran, &format!("{variable} {arguments}"));
            }
            for arguments in SERVERS {
                let ran =
                    command(arguments, dir.path()).env(variable, filled(value(row.key), dir.path())).ran();
                assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{variable} {arguments}: {ran:?}");
            }
        }
    }
}

/// Returns a profile with valid values of these settings.
fn profile(rows: &[cli::Row], dir: &Path) -> String {
    // Sections are nested: `thresholds.grace` is `grace` in `thresholds`.
    let mut sections: BTreeMap<&str, Vec<(&str, String)>> = BTreeMap::new();
    for row in rows {
        let (section, key) = row.key.split_once('.').unwrap_or(("", row.key));
        let value = filled(value(row.key), dir);
        let is_list = matches!(
            row.key,
            "namespaces"
                | "excludeNamespaces"
                | "skipKinds"
                | "prometheusNamespaces"
                | "prometheusLabels"
                | "hosts"
                | "hostsFiles"
                | "accessLogs"
                | "checks"
                | "skip"
                | "severity"
                | "contexts"
        );
        let written = if row.key == "severity" {
            "{ pod-leftover: high }".to_owned()
        } else if is_list {
            format!("[\"{value}\"]")
        } else {
            value
        };
        sections.entry(section).or_default().push((key, written));
    }
    let mut text = "defaultProfile: all\nprofiles:\n  all:\n".to_owned();
    for (section, settings) in sections {
        let indent = if section.is_empty() { "    " } else { "      " };
        if !section.is_empty() {
            text.extend(["    ", section, ":\n"]);
        }
        for (key, value) in settings {
            text.extend([indent, key, ": ", &value, "\n"]);
        }
    }
    text
}

#[test]
fn every_command_runs_with_a_full_profile() {
    let dir = folder();
    let config = dir.path().join("config.yaml");
    // Of two exclusive settings, each is left out once. Namespaces are excluded only from all of them.
    let not: [&[&str]; 2] =
        [&["allNamespaces", "allContexts", "excludeNamespaces"], &["namespaces", "contexts"]];
    for left_out in not {
        let rows: Vec<_> = cli::table().into_iter().filter(|row| !left_out.contains(&row.key)).collect();
        std::fs::write(&config, profile(&rows, dir.path())).unwrap();
        for arguments in COMMANDS.iter().chain(&OF_CLUSTERS).chain(&SERVERS) {
            let ran = command(arguments, dir.path()).env("HEALTHCHECK_CONFIG", &config).ran();
            held(&ran, arguments);
            let expected = if OF_CLUSTERS.contains(arguments) { 2..=2 } else { 0..=1 };
            let code = if ran.code == 3 { 0 } else { ran.code };
            assert!(expected.contains(&code), "{arguments}: {ran:?}");
        }
        let shown = command("profile show", dir.path()).env("HEALTHCHECK_CONFIG", &config).ran().json();
        let set = shown["settings"].as_array().unwrap();
        for row in &rows {
            let found = set.iter().find(|set| set["key"] == row.key).unwrap();
            let source = found["source"].as_str().unwrap();
            assert!(source == "profile", "{}: {found}", row.key);
        }
    }
}

#[test]
fn every_variable_has_an_effect() {
    let dir = folder();
    for row in cli::table() {
        for variable in &row.variables {
            let mut shown = command("profile show -o json", dir.path());
            // It excludes namespaces from all namespaces, so it needs --all-namespaces.
            if row.key == "excludeNamespaces" {
                shown.arg("-A");
            }
            if row.key == "output" {
                shown = command("profile show", dir.path());
            }
            let shown = shown.env(variable, filled(value(row.key), dir.path())).ran().json();
            let set = shown["settings"].as_array().unwrap().iter().find(|set| set["key"] == row.key).unwrap();
            assert_eq!(set["source"], "environment", "{variable}: {set}");
            assert_eq!(set["place"], variable.as_str());
        }
    }
}

/// Commands without a profile read display settings from the environment.
#[test]
fn display_settings_of_the_environment_apply_to_every_command() {
    let dir = folder();
    let chinese = |arguments: &str| {
        let ran = command(arguments, dir.path()).env("HEALTHCHECK_LANG", "zh-TW").ran();
        assert!(ran.code < 2, "{ran:?}");
        ran.out
    };
    assert!(chinese("demo").contains("需關注"));
    assert!(chinese("explain pod-leftover").contains("檢查什麼"));
    assert!(chinese("checks").contains("嚴重程度"));
    assert!(!chinese("demo --lang en").contains("需關注"), "flags override the environment");
    let json = command("demo", dir.path()).env("HEALTHCHECK_OUTPUT", "json").ran().json();
    assert_eq!(json["kind"], "Report");
    let narrow = command("demo", dir.path()).env("HEALTHCHECK_WIDTH", "60").ran().out;
    let wide = command("demo", dir.path()).env("HEALTHCHECK_WIDTH", "150").ran().out;
    assert!(narrow.lines().count() > wide.lines().count());
    let ran = command("demo", dir.path()).env("HEALTHCHECK_WIDTH", "wide").ran();
    assert!(ran.code == 2 && ran.err.contains("HEALTHCHECK_WIDTH"), "{ran:?}");
    // Settings that judge need a profile or a cluster: the example is always judged the same.
    let plain = command("demo", dir.path()).ran().out;
    assert_eq!(command("demo", dir.path()).env("HEALTHCHECK_SKIP", "pod-*").ran().out, plain);
}

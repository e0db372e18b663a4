//! No credential of the table in any output: of files, of a server, in captures, histories, logs and errors.

use crate::support::credentials::{Case, credentials, parts};
use crate::support::scripted::{Call, Reply, Scripted};
use crate::support::{Run, healthcheck, pigo};
use crate::{healthy_status, pod};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Returns the parts of the credentials that a text shows. Short ones, numbers, and those that an output without credentials
/// or the texts around the credentials have, are there for other reasons.
fn shown<'c>(cases: &'c [Case], text: &str, innocent: &str) -> BTreeSet<&'c str> {
    let around = cases.iter().fold(innocent.to_owned(), |around, case| {
        around + &case.secrets.iter().fold(case.text.clone(), |text, secret| text.replace(secret, " "))
    });
    let is_known = |part: &str| {
        part.chars().count() < 6 || part.chars().all(|c| c.is_ascii_digit()) || around.contains(part)
    };
    let all = cases.iter().flat_map(|case| case.secrets.iter().flat_map(|secret| parts(secret)));
    all.filter(|part| !is_known(part) && text.contains(part)).collect()
}

/// Pods that fail with these texts, each in several of its messages.
fn pods<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<Value> {
    let each = |(number, text): (usize, &str)| {
        let end = json!({ "exitCode": 1, "reason": "Error", "message": text, "finishedAt": "2025-12-26T01:58:00Z" });
        let waiting = json!({ "reason": "CreateContainerError", "message": text });
        let container = json!({
            "name": "app", "restartCount": 9, "state": { "waiting": waiting }, "lastState": { "terminated": end },
        });
        let condition = json!({ "type": "Ready", "status": "False", "reason": "No", "message": text });
        let status = json!({
            "phase": "Pending", "message": text, "conditions": [condition], "containerStatuses": [container],
        });
        pod(&format!("p{number}"), &status)
    };
    texts.enumerate().map(each).collect()
}

/// Runs every format on a file, and returns all that the runs wrote.
fn outputs(items: &[Value], folder: &Path) -> String {
    let file = folder.join("in.json");
    fs::write(&file, json!({ "kind": "List", "items": items }).to_string()).unwrap();
    let mut all = String::new();
    let formats = [
        "table --all",
        "wide --all",
        "markdown --all",
        "json",
        "yaml",
        "name",
        "markdown --all --lang zh-TW",
    ];
    for format in formats {
        let mut command = healthcheck();
        command.arg("-f").arg(&file).args(["--now", pigo::TAKEN_AT, "--width", "500", "-o"]);
        let ran = command.args(format.split(' ')).ran();
        assert_eq!(ran.code, 1, "{format}: {}", ran.err);
        all.extend([ran.out, ran.err]);
    }
    let ran = healthcheck().args(["pod/p1", "--now", pigo::TAKEN_AT, "-f"]).arg(&file).ran();
    all.extend([ran.out, ran.err]);
    let history = folder.join("history");
    let mut command = healthcheck();
    command.arg("-f").arg(&file).args(["--now", pigo::TAKEN_AT, "--history"]).arg(&history);
    assert_eq!(command.ran().code, 1);
    for entry in fs::read_dir(&history).unwrap() {
        all += &fs::read_to_string(entry.unwrap().path()).unwrap();
    }
    all
}

#[test]
fn no_format_and_no_history_shows_a_credential_of_the_table() {
    let (cases, dir) = (credentials(), tempfile::tempdir().unwrap());
    let innocent = outputs(&pods(std::iter::repeat_n("failed", cases.len())), dir.path());
    fs::remove_dir_all(dir.path().join("history")).unwrap();
    let all = outputs(&pods(cases.iter().map(|case| case.text.as_str())), dir.path());
    assert!(all.contains("***"));
    assert_eq!(shown(&cases, &all, &innocent), BTreeSet::new());
}

/// Answers as an API server: some lists are refused with these texts, and the list of pods has all of them.
fn server(texts: Vec<String>, items: Vec<Value>) -> Scripted {
    Scripted::start(move |call: &Call| {
        let target = call.head.split(' ').nth(1).unwrap_or_default();
        let path = target.split('?').next().unwrap_or_default();
        let json = |value: Value| Reply::ok("application/json", value.to_string());
        match path {
            "/version" => json(json!({ "gitVersion": "v1.36.0" })),
            "/api/v1/pods" => {
                json(json!({ "kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": items }))
            }
            _ => {
                let place = path.bytes().map(usize::from).sum::<usize>() % texts.len();
                let status = json!({
                    "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 403, "reason": "Forbidden",
                    "message": texts[place],
                });
                Reply::Answer(
                    "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\n".to_owned(),
                    status.to_string(),
                )
            }
        }
    })
}

/// Reads a server that has these texts, and returns all that the runs wrote.
fn read(texts: &[&str], folder: &Path) -> String {
    let mut items = pods(texts.iter().copied());
    items.push(pod("web", &healthy_status()));
    let server = server(texts.iter().map(|text| (*text).to_owned()).collect(), items);
    let config = folder.join("config");
    let text = format!(
        "current-context: here\ncontexts: [{{name: here, context: {{cluster: c, user: u}}}}]\n\
         clusters: [{{name: c, cluster: {{server: 'http://{}'}}}}]\nusers: [{{name: u, user: {{}}}}]\n",
        server.address
    );
    fs::write(&config, text).unwrap();
    let capture = folder.join("capture.json");
    let written = format!("snapshot -A -o {}", capture.display());
    let mut all = String::new();
    for arguments in ["-A --all -v --log-format json", "-A -o json -v", "-A -o markdown --all", &written] {
        let mut command = healthcheck();
        let ran = command.env("KUBECONFIG", &config).args(arguments.split(' ')).ran();
        assert!([1, 3].contains(&ran.code), "{arguments}: {}", ran.err);
        all.extend([ran.out, ran.err]);
    }
    all += &fs::read_to_string(&capture).unwrap();
    // The port is any number.
    all.replace(&server.address.to_string(), "server")
}

#[test]
fn no_answer_of_a_server_shows_a_credential_of_the_table() {
    let (cases, dir) = (credentials(), tempfile::tempdir().unwrap());
    let innocent = read(&["failed"], dir.path());
    for (number, some) in cases.chunks(40).enumerate() {
        let texts: Vec<&str> = some.iter().map(|case| case.text.as_str()).collect();
        let all = read(&texts, dir.path());
        assert!(all.contains("***"), "{number}");
        assert_eq!(shown(some, &all, &innocent), BTreeSet::new(), "{number}");
    }
}

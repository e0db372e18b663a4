//! Names, characters, files and pipes that an attacker or an accident leaves.

use crate::support::scripted::{Reply, Scripted};
use crate::support::{Run, healthcheck};
use crate::{healthy_status, judged, pod};
use serde_json::{Value, json};
use std::process::Stdio;

/// A pod that crashes, so that commands are suggested.
fn failing(name: &str) -> Value {
    let state = json!({ "waiting": { "reason": "CreateContainerConfigError", "message": "secret \"--all\" not found" } });
    let status = json!({ "phase": "Pending", "containerStatuses": [{ "name": "app", "state": state }] });
    pod(name, &status)
}

fn evicted(name: &str) -> Value {
    pod(name, &json!({ "phase": "Failed", "reason": "Evicted" }))
}

/// Returns every suggested command as words.
fn commands(report: &Value) -> Vec<Vec<String>> {
    let findings = report["findings"].as_array().unwrap();
    let actions = findings.iter().flat_map(|finding| finding["actions"].as_array().unwrap());
    actions.map(|action| shlex::split(action["command"].as_str().unwrap()).unwrap()).collect()
}

const NAMES: [&str; 7] = [
    "--all",
    "-A",
    "web -n kube-system pod/etcd",
    "web\n-n kube-system pod/etcd",
    "pod/etcd",
    "..",
    "web%2F..%2Fetcd",
];

/// kubectl reads `delete pod -n demo --all` as all pods.
#[test]
fn no_name_of_a_file_becomes_a_flag() {
    for name in NAMES {
        let mut elsewhere = failing("elsewhere");
        elsewhere["metadata"]["namespace"] = json!(name);
        let mut on_node = failing("on-node");
        on_node["spec"]["nodeName"] = json!(name);
        let items = [failing("web-0"), failing(name), evicted(name), elsewhere, on_node];
        let ran = judged(&items, "-o json");
        let report = ran.json();
        assert_eq!((ran.code, report["pods"].as_array().unwrap().len()), (1, 1), "{name}: {ran:?}");
        let gap = &report["coverage"]["gaps"][0];
        let detail = format!("4 objects with a name that the API server would reject: {name}");
        assert_eq!(
            (&gap["kind"], &gap["reason"], &gap["detail"]),
            (&json!("Pod"), &json!("unreadable"), &json!(detail))
        );
        for words in commands(&report) {
            assert!(!words.iter().any(|word| NAMES.contains(&word.as_str())), "{words:?}");
        }
        assert_eq!(judged(&items, "-o name").out, "-n demo pod/web-0\n", "{name}");
    }
}

/// The API server accepts any text as the name of an owner.
#[test]
fn no_owner_steers_the_lines_for_xargs() {
    for name in NAMES {
        for owner in [json!({ "kind": "ReplicaSet", "name": name }), json!({ "kind": name, "name": "web" })] {
            let mut owner = owner;
            owner["controller"] = json!(true);
            let items: Vec<Value> = (0..4)
                .flat_map(|n| [failing(&format!("web-{n}")), evicted(&format!("old-{n}"))])
                .map(|mut pod| {
                    pod["metadata"]["ownerReferences"] = json!([owner]);
                    pod
                })
                .collect();
            let ran = judged(&items, "-o name");
            for line in ran.out.lines() {
                assert!(line.starts_with("-n demo pod/") && line.split(' ').count() == 3, "{owner}: {line}");
            }
            assert!(!ran.out.is_empty(), "{owner}");
            let report = judged(&items, "-o json").json();
            let note = &report["coverage"]["notes"][0];
            assert!(
                note["detail"]
                    .as_str()
                    .unwrap()
                    .starts_with("8 objects with an owner whose name is not valid"),
                "{note}"
            );
            assert!(
                commands(&report).iter().flatten().all(|word| !NAMES.contains(&word.as_str())),
                "{owner}"
            );
        }
    }
}

#[test]
fn documents_for_programs_have_no_hostile_characters() {
    let evil = "a\u{7f}\u{9b}31mb\u{202e}c\u{200b}d\u{e0041}e\u{1b}[2J";
    let state = json!({ "waiting": { "reason": "CreateContainerConfigError", "message": evil } });
    let status = json!({ "phase": "Pending", "containerStatuses": [{ "name": "app", "state": state }] });
    let items = [pod("web-0", &status)];
    for format in ["json", "yaml"] {
        let out = judged(&items, &format!("-o {format}")).out;
        let bad = |c: char| c != '\n' && c.is_control() || "\u{202e}\u{200b}\u{e0041}".contains(c);
        assert!(!out.contains(bad), "{format}: {out:?}");
    }
    let report = judged(&items, "-o json").json();
    let messages: Vec<&str> =
        report["findings"].as_array().unwrap().iter().filter_map(|f| f["message"].as_str()).collect();
    assert!(messages.iter().any(|message| message.contains(evil)), "{messages:?}");
}

#[test]
fn completion_prints_no_name_that_a_terminal_obeys() {
    let folder = tempfile::tempdir().unwrap();
    let kubeconfig = folder.path().join("config");
    let contexts =
        r#"contexts: [{name: good}, {name: "\e[2Jbad"}, {name: "two\nlines"}, {name: "bi\u202Edi"}]"#;
    std::fs::write(&kubeconfig, contexts).unwrap();
    let complete = |words: &[&str]| {
        healthcheck().env("KUBECONFIG", &kubeconfig).args(["__complete", "--"]).args(words).ran().out
    };
    assert_eq!(complete(&["--context", ""]), "good\n:4\n");
    assert_eq!(complete(&["--context=b"]), ":4\n");
}

#[test]
fn items_that_are_no_objects_are_gaps() {
    let fine = pod("fine", &healthy_status());
    for list in ["List", "PodList"] {
        let input = json!({ "kind": list, "items": [fine, null, 7, "pod"] }).to_string();
        let ran = healthcheck()
            .args(["-f", "-", "--now", "2025-12-26T02:00:00Z", "-o", "json"])
            .fed(input.as_bytes());
        let report = ran.json();
        assert_eq!((ran.code, report["pods"].as_array().unwrap().len()), (3, 1), "{ran:?}");
        let gaps = report["coverage"]["gaps"].as_array().unwrap();
        let details: Vec<&str> = gaps.iter().filter_map(|gap| gap["detail"].as_str()).collect();
        for n in 1..=3 {
            assert!(
                details.contains(&&*format!("standard input: items[{n}]: expected an object")),
                "{details:?}"
            );
        }
    }
}

#[test]
fn a_home_that_is_no_folder_is_no_error() {
    let ran = healthcheck().env("HOME", "/dev/null").arg("demo").ran();
    assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{ran:?}");
    // A profile that was asked for is one.
    let ran = healthcheck().env("HOME", "/dev/null").args(["demo", "--profile", "p"]).ran();
    assert_eq!(ran.code, 2, "{ran:?}");
}

#[test]
#[cfg(unix)]
fn a_history_that_all_users_can_write_to_is_reported() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let run = |mode| {
        let history = folder.path().join(format!("h{mode:o}"));
        std::fs::create_dir(&history).unwrap();
        std::fs::set_permissions(&history, std::fs::Permissions::from_mode(mode)).unwrap();
        let file = crate::project("examples/pigo.json");
        healthcheck().arg("-f").arg(file).arg("--history").arg(&history).ran()
    };
    let open = run(0o777);
    assert!(
        open.code == 1 && open.err.starts_with("warning: all users can write to the history folder "),
        "{open:?}"
    );
    assert_eq!(run(0o700).err, "");
}

/// A capture that is cut off must not look like a success.
#[test]
fn a_capture_into_a_closed_pipe_fails() {
    let server = Scripted::start(|call| {
        let path = call.head.split([' ', '?']).nth(1).unwrap_or_default().to_owned();
        let pods = json!({ "kind": "PodList", "metadata": {}, "items": [] }).to_string();
        match path.as_str() {
            "/version" => Reply::ok("application/json", json!({ "gitVersion": "v1.36.0" }).to_string()),
            path if path.ends_with("/pods") && path.starts_with("/api/") => {
                Reply::ok("application/json", pods)
            }
            _ => Reply::Answer(
                "HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\n".to_owned(),
                String::new(),
            ),
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let kubeconfig = folder.path().join("config");
    let config = format!(
        "current-context: a\ncontexts: [{{name: a, context: {{cluster: a, user: a}}}}]\n\
         clusters: [{{name: a, cluster: {{server: 'http://{}'}}}}]\nusers: [{{name: a, user: {{}}}}]\n",
        server.address
    );
    std::fs::write(&kubeconfig, config).unwrap();
    let command = || {
        let mut command = healthcheck();
        command.env("KUBECONFIG", &kubeconfig).args(["snapshot", "-A", "-o", "-"]);
        command
    };
    let whole = command().ran();
    assert!(whole.code == 3 && whole.json()["kind"] == "Snapshot", "{whole:?}");
    let mut child = command().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{err}");
    assert!(err.contains("cannot write standard output: Broken pipe"), "{err}");
    let mut closed = std::process::Command::new("sh");
    closed.args(["-c", "\"$0\" snapshot -A -o - >&-"]).arg(healthcheck().get_program());
    let ran = closed.env("KUBECONFIG", &kubeconfig).ran();
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("cannot write standard output: Bad file descriptor"), "{ran:?}");
}

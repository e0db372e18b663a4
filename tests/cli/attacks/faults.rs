//! Faults of earlier versions, each through the binary. A run that does not end in time is ended and fails.

use super::servers::{api, config};
use super::*;
use crate::support::Run;
use crate::support::scripted::{Reply, Scripted};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

const SECRET: &str = "hush";

fn json_answer(value: &Value) -> Reply {
    Reply::ok("application/json", value.to_string())
}

fn page(items: &[Value], token: &str) -> Value {
    json!({ "kind": "PodList", "apiVersion": "v1", "metadata": { "continue": token }, "items": items })
}

fn not_found() -> Reply {
    let status = json!({ "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 404,
        "reason": "NotFound", "message": "the server could not find the requested resource" });
    Reply::Answer(
        "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n".to_owned(),
        status.to_string(),
    )
}

/// Runs a command, or fails if it takes longer.
fn within(seconds: u64, command: &mut Command) -> Attacked {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (out, err) = (collected(child.stdout.take().unwrap()), collected(child.stderr.take().unwrap()));
    let end = Instant::now() + Duration::from_secs(seconds);
    let code = loop {
        if let Some(ended) = child.try_wait().unwrap() {
            break ended.code().unwrap_or(-1);
        }
        if Instant::now() > end {
            child.kill().unwrap();
            panic!("it does not end within {seconds} s");
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    Attacked { code, out: out.join().unwrap(), err: err.join().unwrap() }
}

/// Checks servers with these arguments.
fn checked(servers: &[&Scripted], arguments: &str) -> Attacked {
    let folder = tempfile::tempdir().unwrap();
    config(folder.path(), servers);
    let mut command = healthcheck();
    command.args(["-A", "-o", "json", "--kubeconfig"]).arg(folder.path().join("config"));
    within(30, command.args(arguments.split_whitespace()))
}

fn kinds(ran: &Attacked) -> Vec<String> {
    ran.gaps().into_iter().map(|(kind, _)| kind).collect()
}

#[test]
fn a_list_that_is_not_found_is_a_gap() {
    let nodes = api(|path, _| (path == "/api/v1/nodes").then(not_found));
    let ran = checked(&[&nodes], "");
    assert!(ran.code == 3 && kinds(&ran).contains(&"Node".to_owned()), "{ran:?}");
    let second = api(|path, call| {
        let first = || json_answer(&page(&[pod("web-0", &healthy_status())], "next"));
        (path == "/api/v1/pods").then(|| if call.head.contains("continue=") { not_found() } else { first() })
    });
    let ran = checked(&[&second], "");
    assert!(ran.code == 3 && kinds(&ran).contains(&"Pod".to_owned()), "{ran:?}");
}

#[test]
fn one_page_of_a_list_in_a_file_is_a_gap() {
    let ran = file("a page", "a.json", |out| {
        write!(out, "{}", page(&[pod("web-0", &healthy_status())], "next")).unwrap();
    });
    assert!(ran.code == 3 && kinds(&ran).contains(&"Pod".to_owned()), "{ran:?}");
}

#[test]
fn the_newer_copy_of_an_object_counts() {
    let copy = |version: &str, status: &Value| {
        let mut pod = pod("web-0", status);
        pod["metadata"]["resourceVersion"] = json!(version);
        pod
    };
    let (old, new) =
        (copy("9", &json!({ "phase": "Failed", "reason": "Evicted" })), copy("10", &healthy_status()));
    for items in [[&old, &new], [&new, &old]] {
        let ran = file("copies", "a.json", |out| {
            write!(out, "{}", json!({ "kind": "List", "apiVersion": "v1", "items": items })).unwrap();
        });
        assert_eq!(ran.json()["totals"]["healthy"], 1, "{ran:?}");
    }
}

/// A server that rejects the list of events.
#[test]
fn warnings_that_were_not_read_are_not_missing() {
    let server = api(|path, _| {
        let metadata =
            json!({ "namespace": "demo", "name": "nightly", "creationTimestamp": "2025-12-01T00:00:00Z" });
        let status = json!({ "active": 1, "startTime": "2025-12-01T00:00:00Z" });
        let job = json!({ "metadata": metadata, "spec": { "completions": 1 }, "status": status });
        (path == "/apis/batch/v1/jobs").then(|| {
            json_answer(
                &json!({ "kind": "JobList", "apiVersion": "batch/v1", "metadata": {}, "items": [job] }),
            )
        })
    });
    for arguments in ["", "--no-evidence"] {
        let ran = checked(&[&server], arguments);
        let is_reported = ran.out.contains("job-overdue");
        assert!(is_reported && !ran.out.contains("recent warning"), "{arguments}: {ran:?}");
    }
}

#[test]
fn a_wrong_date_of_a_server_deletes_no_record() {
    let folder = tempfile::tempdir().unwrap();
    let date = Arc::new(Mutex::new(String::new()));
    let shown = Arc::clone(&date);
    let server = Scripted::start(move |call| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{}", shown.lock().unwrap());
        let answer = match call.head.split([' ', '?']).nth(1).unwrap_or_default() {
            "/version" => json!({ "gitVersion": "v1.36.0" }),
            "/api/v1/pods" => page(&[pod("web-0", &healthy_status())], ""),
            _ => return Reply::Answer("HTTP/1.1 403 Forbidden\r\n".to_owned(), String::new()),
        };
        Reply::Answer(head, answer.to_string())
    });
    let records = || {
        let entries = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.to_string_lossy().ends_with(".record.json")).count()
    };
    let history = format!("--history {}", folder.path().display());
    for (wrong, count) in [("", 1), ("Date: Thu, 01 Jan 2099 00:00:00 GMT\r\n", 2), ("", 3)] {
        *date.lock().unwrap() = wrong.to_owned();
        checked(&[&server], &history);
        assert_eq!(records(), count, "{wrong}");
    }
}

/// A tenant creates a Service that looks like a Prometheus.
#[test]
fn a_prometheus_of_a_tenant_is_asked_about_its_namespace_only() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let queries = Arc::clone(&asked);
    let server = api(move |path, call| {
        let end = json!({ "exitCode": 137, "reason": "OOMKilled", "finishedAt": "2025-12-26T01:00:00Z" });
        let app = json!({ "name": "app", "restartCount": 9, "state": { "running": {} }, "lastState": { "terminated": end } });
        let mut killed = pod("web-0", &json!({ "phase": "Running", "containerStatuses": [app] }));
        killed["spec"]["containers"][0]["resources"] = json!({ "limits": { "cpu": "1", "memory": "1Gi" } });
        let of = |namespace: &str| {
            let mut pod = killed.clone();
            pod["metadata"]["namespace"] = json!(namespace);
            pod
        };
        let labels = json!({ "operated-prometheus": "true" });
        let metadata = json!({ "namespace": "tenant", "name": "prom", "labels": labels });
        let service = json!({ "metadata": metadata, "spec": { "ports": [{ "name": "web", "port": 9090 }] } });
        match path {
            "/api/v1/pods" => Some(json_answer(&page(&[of("tenant"), of("shop")], ""))),
            "/api/v1/services" => {
                Some(json_answer(&json!({ "kind": "ServiceList", "apiVersion": "v1", "items": [service] })))
            }
            path if path.contains("/proxy/") => {
                queries.lock().unwrap().push(call.query());
                Some(json_answer(
                    &json!({ "status": "success", "data": { "resultType": "vector", "result": [] } }),
                ))
            }
            _ => None,
        }
    });
    checked(&[&server], "");
    let asked = asked.lock().unwrap();
    assert!(!asked.is_empty());
    for query in &*asked {
        assert!(query.contains("tenant") && !query.contains("shop"), "{query}");
    }
}

/// Answers the list of pods.
type Page = fn(u64) -> Value;

#[test]
fn lists_without_end_end() {
    let cases: [(&str, Page); 2] = [
        ("the same page", |_| page(&[pod("web-0", &healthy_status())], "next")),
        ("empty pages", |number| page(&[], &number.to_string())),
    ];
    for (what, answer) in cases {
        let pages = AtomicU64::new(0);
        let server = api(move |path, _| {
            (path == "/api/v1/pods").then(|| json_answer(&answer(pages.fetch_add(1, Ordering::Relaxed))))
        });
        let ran = checked(&[&server], "");
        assert!([2, 3].contains(&ran.code), "{what}: {ran:?}");
    }
}

#[test]
fn a_stalling_cluster_does_not_delay_a_fleet() {
    let stalled = api(|path, _| (path != "/version").then_some(Reply::Stall));
    let good = api(|_, _| None);
    let began = Instant::now();
    let ran = checked(&[&stalled, &good], "--all-contexts --page-timeout 2s");
    assert_eq!(ran.json()["totals"]["pods"], 1, "{ran:?}");
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
}

#[test]
fn a_page_of_the_smallest_size_is_requested_again() {
    let server = api(|path, call| (path == "/api/v1/pods" && call.before == 0).then_some(Reply::Stall));
    let ran = checked(&[&server], "--page-size 50 --page-timeout 2s");
    assert_eq!(ran.json()["totals"]["pods"], 1, "{ran:?}");
    assert!(!kinds(&ran).contains(&"Pod".to_owned()), "{ran:?}");
}

/// Writes a kubeconfig, and runs with it.
fn with_config(what: &str, folder: &Path, cluster: &str, user: &str) -> Attacked {
    let text = format!(
        "current-context: here\ncontexts: [{{name: here, context: {{cluster: c, user: u}}}}]\n\
         clusters: [{{name: c, cluster: {cluster}}}]\nusers: [{{name: u, user: {user}}}]\n"
    );
    let path = folder.join("config");
    std::fs::write(&path, text).unwrap();
    let ran = attack(what, healthcheck().args(["-A", "--timeout", "20s", "--kubeconfig"]).arg(path));
    assert!(ran.code == 2 && !ran.err.contains("panicked") && !ran.err.contains(SECRET), "{what}: {ran:?}");
    ran
}

#[test]
fn the_output_of_a_plugin_is_limited() {
    let folder = tempfile::tempdir().unwrap();
    let exec = "{exec: {apiVersion: client.authentication.k8s.io/v1, command: head, interactiveMode: Never, \
                args: [-c, '300000000', /dev/zero]}}";
    let ran = with_config("300 MB of a plugin", folder.path(), CLOSED, exec);
    assert!(ran.err.contains("1 MiB"), "{ran:?}");
}

const CLOSED: &str = "{server: 'http://127.0.0.1:1'}";

#[test]
fn a_token_that_no_header_can_contain_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    for user in ["{token: \"hush\\nInjected: x\"}", "{token: \"hu\\0hush\"}"] {
        with_config(user, folder.path(), CLOSED, user);
    }
}

#[test]
fn errors_about_a_kubeconfig_do_not_repeat_its_values() {
    let folder = tempfile::tempdir().unwrap();
    for (cluster, user) in [
        (CLOSED, "{auth-provider: {name: oidc, config: hush}}"),
        (CLOSED, "{exec: hush}"),
        (CLOSED, "{token: [hush]}"),
        ("[hush]", "{}"),
    ] {
        with_config(user, folder.path(), cluster, user);
    }
}

#[test]
fn an_address_of_any_length_is_an_error_of_its_context() {
    let folder = tempfile::tempdir().unwrap();
    let long = format!("{{server: 'http://127.0.0.1:1/{}'}}", "a".repeat(70_000));
    let ran = with_config("a long address", folder.path(), &long, "{}");
    assert!(ran.err.len() < 1000, "{}", ran.err.len());
}

#[test]
fn an_authority_and_the_insecure_flag_exclude_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let pem = crate::project("tests/fixtures/webhook.pem");
    let both = format!(
        "{{server: 'https://127.0.0.1:1', insecure-skip-tls-verify: true, certificate-authority: '{}'}}",
        pem.display()
    );
    let ran = with_config("insecure with an authority", folder.path(), &both, "{}");
    assert!(ran.err.contains("root certificates file with the insecure flag is not allowed"), "{ran:?}");
}

#[cfg(unix)]
#[test]
fn a_pipe_in_a_history_does_not_stop_a_run() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("20251226T020000.000000005Z-aB3x.record.json");
    if !Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()) {
        return;
    }
    let mut command = healthcheck();
    let ran = within(
        20,
        command.arg("-f").arg(crate::project("examples/pigo.json")).arg("--history").arg(folder.path()),
    );
    assert!(ran.code == 2 && ran.err.contains("it is not a regular file"), "{ran:?}");
}

/// In a folder like /tmp, another user may put a link where a file will be written.
#[cfg(unix)]
#[test]
fn a_link_of_another_user_is_not_written_through() {
    use std::os::unix::fs::{PermissionsExt, lchown, symlink};
    let (server, folder) = (api(|_, _| None), tempfile::tempdir().unwrap());
    config(folder.path(), &[&server]);
    let shared = folder.path().join("shared");
    std::fs::create_dir(&shared).unwrap();
    let (target, link) = (folder.path().join("target"), shared.join("out.json"));
    std::fs::write(&target, "mine").unwrap();
    symlink(&target, &link).unwrap();
    // Only root can give a link away.
    if lchown(&link, Some(12_345), None).is_err() {
        return;
    }
    std::fs::set_permissions(&shared, std::fs::Permissions::from_mode(0o1777)).unwrap();
    let mut command = healthcheck();
    command.args(["snapshot", "-A", "-o"]).arg(&link).arg("--kubeconfig").arg(folder.path().join("config"));
    let ran = command.ran();
    assert_eq!(std::fs::read_to_string(&target).unwrap(), "mine", "{ran:?}");
    assert_eq!(ran.code, 2, "{ran:?}");
}

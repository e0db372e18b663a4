//! A service that tells others: a real Prometheus scrapes it, a real Alertmanager groups and resolves, and receivers that
//! enforce the limits of chats and alert services get each change once.

use crate::healthy;
use crate::service::{failed, namespace};
use crate::support::alertmanager::Alertmanager;
use crate::support::lab::Lab;
use crate::support::prometheus::Prometheus;
use crate::support::receiver::{Posted, Receiver};
use crate::support::service::{Service, of_class};
use serde_json::{Value, json};
use std::path::Path;

fn lab() -> Lab {
    let lab = Lab::start(&[]);
    lab.apply(&[namespace("shop")]);
    lab.store(&[healthy("shop", "web-0"), healthy("shop", "web-1")]);
    lab
}

/// Writes a profile with these webhooks; returns the flags that select it.
fn profile(lab: &Lab, webhooks: &[(&str, &str, String)]) -> String {
    let names: Vec<&str> = webhooks.iter().map(|(name, ..)| *name).collect();
    let lines: Vec<String> = webhooks
        .iter()
        .map(|(name, of, url)| {
            let key = if matches!(*of, "pagerduty" | "json") { ", keyFrom: {file: key}" } else { "" };
            format!("    - {{name: {name}, type: {of}, url: '{url}'{key}}}")
        })
        .collect();
    let text = format!("defaultProfile: p\nprofiles:\n  p:\n    notify:\n{}\n", lines.join("\n"));
    let path = lab.dir.path().join("profile.yaml");
    std::fs::write(&path, text).unwrap();
    std::fs::write(lab.dir.path().join("key"), "R0UT1NG-KEY\n").unwrap();
    format!("--config {} --notify {}", path.display(), names.join(","))
}

#[test]
fn prometheus_fires_and_alertmanager_groups_and_resolves() {
    let lab = lab();
    let chat = Receiver::start(|_, _| (200, ""));
    let alertmanager = Alertmanager::start(&chat.url("/"));
    let service =
        Service::start(&lab, &format!("-A {}", profile(&lab, &[("am", "alertmanager", alertmanager.url())])));
    // The rules as they are, without the minutes for which a condition must last.
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/prometheus/rules.yaml");
    let rules = std::fs::read_to_string(rules).unwrap();
    let quick: Vec<&str> = rules.lines().filter(|line| !line.trim_start().starts_with("for: ")).collect();
    let path = lab.dir.path().join("rules.yaml");
    std::fs::write(&path, quick.join("\n")).unwrap();
    let prometheus = Prometheus::start(&format!(
        "global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}\nrule_files: ['{}']\n\
         scrape_configs:\n- {{job_name: healthcheck, honor_labels: true, static_configs: [{{targets: ['{}']}}]}}\n",
        path.display(),
        service.address
    ));
    prometheus.wait_until("healthcheck_coverage_complete == 1");
    prometheus.wait_until("healthcheck:api_requests:success_ratio5m > 0.99 or vector(1)");
    assert_eq!(alertmanager.alerts(), Vec::<Value>::new());
    lab.store(&[failed("shop", "web-0"), failed("shop", "web-1")]);
    prometheus.wait_until("ALERTS{alertname=\"HealthcheckIncidentHigh\", alertstate=\"firing\"} == 1");
    let alerts = alertmanager.until(|alerts| alerts.len() == 2);
    for alert in &alerts {
        let labels = &alert["labels"];
        assert_eq!((&labels["alertname"], &labels["severity"]), (&json!("pod-evicted"), &json!("high")));
        assert_eq!((&labels["namespace"], &labels["context"]), (&json!("shop"), &json!("lab")));
    }
    let grouped = chat.until(1);
    assert_eq!(grouped[0].body["status"], "firing");
    lab.store(&[healthy("shop", "web-0"), healthy("shop", "web-1")]);
    service.until("recovery", |service| service.metric(&of_class("shop", "healthy")) == 2.0);
    prometheus.wait_until("absent(ALERTS{alertname=\"HealthcheckIncidentHigh\", alertstate=\"firing\"})");
    alertmanager.until(<[Value]>::is_empty);
    let is_resolved = |posted: &Posted| posted.body["status"] == "resolved";
    for _ in 0..300 {
        if chat.accepted().iter().any(is_resolved) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("{:?}", chat.accepted());
}

/// Refuses what the services would refuse, and the first message with a request to wait.
fn strict(posted: &Posted, before: usize) -> (u16, &'static str) {
    let body = &posted.body;
    let chars = |value: &Value| value.as_str().map_or(usize::MAX, |text| text.chars().count());
    let fits = match posted.path.as_str() {
        "/text" => chars(&body["text"]) <= 4000,
        "/slack" => {
            let blocks = body["blocks"].as_array().unwrap();
            blocks.len() <= 50 && blocks.iter().all(|block| chars(&block["text"]["text"]) <= 3000)
        }
        "/teams" => {
            posted.text.len() <= 28 << 10 && body["attachments"][0]["content"]["type"] == "AdaptiveCard"
        }
        "/pagerduty" => {
            let payload = &body["payload"];
            body["routing_key"] == "R0UT1NG-KEY"
                && chars(&body["dedup_key"]) <= 255
                && chars(&payload["summary"]) <= 1024
                && ["critical", "warning", "error", "info"].iter().any(|of| payload["severity"] == *of)
        }
        "/json" => posted.headers.iter().any(|line| line.starts_with("x-healthcheck-signature: sha256=")),
        _ => false,
    };
    match (fits, before) {
        (false, _) => (400, ""),
        (true, 0) => (429, "retry-after: 1\r\n"),
        _ => (200, ""),
    }
}

#[test]
fn each_service_learns_of_a_change_once_also_after_a_restart() {
    let lab = lab();
    let receiver = Receiver::start(strict);
    let kinds = ["text", "slack", "teams", "pagerduty", "json"];
    let webhooks: Vec<(&str, &str, String)> =
        kinds.iter().map(|of| (*of, *of, receiver.url(&format!("/{of}")))).collect();
    let state = lab.dir.path().join("told.json");
    let flags = format!("-n shop {} --state {}", profile(&lab, &webhooks), state.display());
    let service = Service::start(&lab, &flags);
    lab.store(&[failed("shop", "web-0")]);
    let begun = receiver.until(kinds.len());
    assert_eq!(begun.len(), kinds.len(), "{begun:?}");
    assert_eq!(receiver.count(), kinds.len() + 1, "the one that was told to wait came again");
    drop(service);
    let told = std::fs::read_to_string(&state).unwrap();
    assert!(!told.contains("R0UT1NG-KEY") && told.contains("pod-evicted/shop"), "{told}");
    let service = Service::start(&lab, &flags);
    std::thread::sleep(std::time::Duration::from_secs(5));
    assert_eq!(receiver.accepted().len(), kinds.len(), "a restart repeats nothing");
    lab.store(&[healthy("shop", "web-0")]);
    let all = receiver.until(2 * kinds.len());
    let ended: Vec<&Posted> = all[kinds.len()..].iter().collect();
    let of = |path: &str| ended.iter().find(|posted| posted.path == path).unwrap();
    assert!(of("/text").body["text"].as_str().unwrap().contains("(fixed)"));
    assert_eq!(of("/pagerduty").body["event_action"], "resolve");
    assert_eq!(of("/json").body["changes"][0]["change"], "fixed");
    drop(service);
}

/// A kubeconfig whose credential plugin also writes to standard error.
fn with_plugin(lab: &Lab) -> String {
    let credential = r#"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"admintoken"}}"#;
    let script = format!("printf 'renewing\\nthe login' >&2; echo '{credential}'");
    let config = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "lab",
        "clusters": [{ "name": "lab", "cluster": { "server": format!("https://127.0.0.1:{}", lab.port), "insecure-skip-tls-verify": true } }],
        "contexts": [{ "name": "lab", "context": { "cluster": "lab", "user": "me" } }],
        "users": [{ "name": "me", "user": { "exec": {
            "apiVersion": "client.authentication.k8s.io/v1", "command": "sh", "args": ["-c", script], "interactiveMode": "Never",
        } } }],
    });
    let path = lab.dir.path().join("with-plugin");
    std::fs::write(&path, config.to_string()).unwrap();
    path.display().to_string()
}

#[test]
fn each_line_of_a_json_log_is_an_object_without_secrets() {
    let lab = lab();
    let receiver = Receiver::start(|_, _| (404, ""));
    let webhooks = [("chat", "text", receiver.url("/hush")), ("json", "json", receiver.url("/hush-too"))];
    let flags =
        format!("-A --kubeconfig {} --log-format json {}", with_plugin(&lab), profile(&lab, &webhooks));
    let service = Service::start(&lab, &flags);
    lab.store(&[failed("shop", "web-0")]);
    let is_of = |line: &str, event: &str| line.contains(&format!("\"event\":\"{event}\""));
    let count = |event: &str| service.lines().iter().filter(|line| is_of(line, event)).count();
    service.until("two messages that are refused", |_| count("not-notified") == 2);
    let lines = service.lines();
    drop(service);
    // A service that cannot start says so in the same way.
    let refused = lab.healthcheck(&format!("serve --listen 192.0.2.1:1 {flags}"));
    assert_eq!((refused.code, refused.out.as_str()), (2, ""), "{refused:?}");
    for line in lines.iter().map(String::as_str).chain(refused.err.lines()) {
        let object: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(["info", "warn", "error"].iter().any(|level| object["level"] == *level), "{line}");
        for key in ["time", "event", "message"] {
            assert!(object[key].as_str().is_some_and(|text| !text.is_empty()), "{key}: {line}");
        }
        let secrets = ["hush", "R0UT1NG-KEY", "admintoken"];
        assert!(!secrets.iter().any(|secret| line.contains(secret)), "{line}");
    }
    for event in ["plugin", "start", "page", "serving", "not-notified"] {
        assert!(lines.iter().any(|line| is_of(line, event)), "{event}: {lines:?}");
    }
    let last = refused.err.lines().last().unwrap();
    assert!(is_of(last, "error") && last.contains("cannot listen on 192.0.2.1:1"), "{refused:?}");
}

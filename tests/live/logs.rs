//! Logs, streamed through the real API server. The lab has no kubelets, so a proxy answers for them.

use crate::support::faults::{Asked, Fault, Faults};
use crate::support::lab::LAB;
use crate::support::{Ran, Run, healthcheck};
use crate::{NOW, healthy, namespace};
use serde_json::{Value, json};
use std::fmt::Write;
use std::sync::{Arc, Mutex};

fn text(body: String) -> Fault {
    Fault::Answer("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n".to_owned(), body)
}

fn refusal(code: u16, reason: &str, message: &str) -> Fault {
    let status = json!({ "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason, "message": message });
    Fault::Answer(format!("HTTP/1.1 {code} Odd\r\nContent-Type: application/json\r\n"), status.to_string())
}

/// Returns the log of a kubelet: lines with timestamps, this many seconds ago.
fn log(lines: impl Iterator<Item = (i64, String)>) -> String {
    let mut out = String::new();
    for (ago, line) in lines {
        let at = jiff::Timestamp::from_second(NOW.as_second() - ago).unwrap();
        writeln!(out, "{at} {line}").unwrap();
    }
    out
}

/// A pod of a Deployment, on a node.
fn pod(namespace: &str, name: &str, set: &str) -> Value {
    let mut pod = healthy(namespace, name);
    pod["spec"]["nodeName"] = json!("logs-1");
    if !set.is_empty() {
        pod["metadata"]["ownerReferences"] = json!([{ "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": set, "uid": "1", "controller": true }]);
    }
    pod
}

/// Returns the pod whose log is requested.
fn asked_of(asked: &Asked) -> Option<String> {
    let (before, query) = asked.path.split_once("/log?")?;
    assert!(query.contains("timestamps=true") && query.contains("limitBytes="), "{query}");
    Some(before.rsplit_once('/')?.1.to_owned())
}

/// A kubelet that answers for each pod by a rule.
fn kubelet(rule: impl Fn(&str) -> Fault + Send + Sync + 'static) -> Faults {
    Faults::before(&LAB, move |asked| asked_of(asked).map_or(Fault::None, |pod| rule(&pod)))
}

fn run(server: &Faults, flags: &str) -> Ran {
    healthcheck().args(flags.split(' ')).args(["-s", &server.url()]).ran()
}

fn source<'r>(report: &'r Value, name: &str) -> &'r Value {
    let sources = report["logs"]["sources"].as_array().unwrap();
    sources.iter().find(|source| source["name"] == name).unwrap_or_else(|| panic!("{name}: {report}"))
}

#[test]
fn finds_the_errors_of_two_real_logs() {
    namespace("daily-logs");
    LAB.store(&[
        pod("daily-logs", "apm-server-7d9f8b6c5d-b7k2p", "apm-server-7d9f8b6c5d"),
        pod("daily-logs", "nginx-6c5b9d7f8-2xkzq", "nginx-6c5b9d7f8"),
    ]);
    // 12,758 lines of one APM server with one cause, among others.
    let apm = log((0..15_000i64).map(|n| {
        let line = if n < 12_758 {
            format!(
                "{{\"log.level\":\"error\",\"log.logger\":\"beater.handler\",\"message\":\"queue is full, dropped {} events\",\"token\":\"CANARY{n}\"}}",
                n % 77
            )
        } else {
            "{\"log.level\":\"info\",\"message\":\"request accepted\"}".to_owned()
        };
        (80_000 - n * 5, line)
    }));
    // 523 errors of nginx, and 404s of a scanner.
    let paths = ["/.env", "/.git/config", "/wp-login.php", "/phpmyadmin/index.php", "/vendor/phpunit/x.php"];
    let nginx = log((0..2000i64).map(|n| {
        let (path, status) = if n < 523 { (paths[usize::try_from(n).unwrap() % 5], 404) } else { ("/", 200) };
        (70_000 - n * 30, format!("203.0.113.9 - - [26/Dec/2025:02:00:00 +0000] \"GET {path}?{n} HTTP/1.1\" {status} 153 \"-\" \"-\" \"-\""))
    }));
    let server = kubelet(move |pod| text(if pod.starts_with("apm") { apm.clone() } else { nginx.clone() }));
    let ran = run(&server, "-n daily-logs --logs -o json");
    assert!(!ran.out.contains("CANARY"), "a credential is shown");
    let report = ran.json();
    let apm = source(&report, "apm-server");
    assert_eq!(
        (&apm["errors"], &apm["lines"], &apm["patterns"].as_array().unwrap().len()),
        (&json!(12_758), &json!(15_000), &1)
    );
    assert_eq!(apm["patterns"][0]["text"], "queue is full, dropped <num> events");
    assert_eq!(
        (&apm["kind"], &apm["pods"], &apm["windowSeconds"]),
        (&json!("Deployment"), &json!(1), &json!(86_400))
    );
    let nginx = source(&report, "nginx");
    assert_eq!((&nginx["errors"], &nginx["benign"]), (&json!(0), &json!(523)));
    assert_eq!(
        (&nginx["patterns"][0]["class"], &nginx["patterns"][0]["rule"]),
        (&json!("benign"), &json!("scanner"))
    );
    let found: Vec<(&Value, &Value)> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| (&finding["id"], &finding["object"]["name"]))
        .collect();
    assert_eq!(found, [(&json!("error-logs"), &json!("apm-server"))], "benign lines give no finding");
    // A capture and the screen give the same.
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("capture.json");
    assert_eq!(run(&server, &format!("snapshot -n daily-logs --logs -o {}", file.display())).code, 0);
    let again = healthcheck().args(["-o", "json", "-f"]).arg(&file).ran();
    assert!(!again.out.contains("CANARY"));
    assert_eq!(again.json()["logs"]["sources"], report["logs"]["sources"].clone());
    let screen = run(&server, "-n daily-logs --logs");
    for said in
        ["12758", "queue is full, dropped <num> events", "harmless, not counted as errors: 523", "scanner"]
    {
        assert!(screen.out.contains(said), "{said}: {}", screen.out);
    }
}

#[test]
fn requests_no_logs_without_the_flag() {
    namespace("unread-logs");
    LAB.store(&[pod("unread-logs", "web", "")]);
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    let server = Faults::before(&LAB, move |asked| {
        seen.lock().unwrap().push(asked.path.split("timeout=").next().unwrap_or_default().to_owned());
        if asked_of(asked).is_some() { text("ERROR x\n".to_owned()) } else { Fault::None }
    });
    let paths = |flags: &str| {
        let report = run(&server, flags).json();
        let mut paths = std::mem::take(&mut *asked.lock().unwrap());
        paths.sort();
        (paths, report)
    };
    let (without, report) = paths("-n unread-logs -o json");
    assert!(
        report.get("logs").is_none() && !without.iter().any(|path| path.contains("/log?")),
        "{without:?}"
    );
    let (mut with, report) = paths("-n unread-logs -o json --logs --since 10m");
    assert_eq!(report["logs"]["sources"][0]["errors"], 1);
    with.retain(|path| !path.contains("/log?container=app&sinceSeconds=600&"));
    assert_eq!(with, without, "one more request for each container");
}

#[test]
fn broken_logs_cost_one_line_each() {
    namespace("bad-logs");
    let names = ["binary", "broken", "denied", "future", "gone", "long", "restarted", "tired", "well"];
    LAB.store(&names.map(|name| pod("bad-logs", name, "")));
    let server = kubelet(|pod| match pod {
        "binary" => text(log((0..9).map(|n| (60 - n, "\u{0}\u{1}ERROR\u{2}".to_owned())))),
        "broken" => Fault::Begun(log([(50, "ERROR begun".to_owned())].into_iter())),
        "denied" => refusal(403, "Forbidden", "pods \"denied\" is forbidden: no"),
        "future" => text(log([(-7200, "ERROR from tomorrow".to_owned())].into_iter())),
        "gone" => refusal(404, "NotFound", "pods \"gone\" not found"),
        "long" => {
            text(log([(20, format!("ERROR {} CANARY", "x".repeat(1 << 20))), (19, "INFO on".to_owned())]
                .into_iter()))
        }
        "restarted" => text(log([(20, "ERROR a 1".to_owned()), (900, "ERROR a 2".to_owned())].into_iter())),
        "tired" => refusal(500, "InternalError", "Get \"https://logs-1:10250\": dial tcp: i/o timeout"),
        _ => text(log([(10, "INFO all is well".to_owned())].into_iter())),
    });
    let ran = run(&server, "-n bad-logs --logs -o json --page-timeout 5s --fail-on never");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(!ran.out.contains("CANARY"), "{}", ran.out);
    let report = ran.json();
    let count = |name: &str, field: &str| source(&report, name)[field].as_u64().unwrap();
    assert_eq!((count("binary", "binaryLines"), count("binary", "errors")), (9, 0));
    assert_eq!((count("broken", "errors"), count("broken", "truncatedPods")), (1, 1));
    assert_eq!((count("long", "lines"), count("long", "errors"), count("long", "truncatedLines")), (2, 1, 1));
    assert_eq!((count("restarted", "errors"), count("well", "errors")), (2, 0));
    let pattern = &source(&report, "restarted")["patterns"][0];
    assert!(pattern["first"].as_str() < pattern["last"].as_str(), "{pattern}");
    let coverage = &report["coverage"];
    assert_eq!(coverage["complete"], true, "{coverage}");
    let told: Vec<String> = coverage["notInScope"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|gap| gap["kind"] == "LogSource")
        .map(|gap| format!("{} {} {}", gap["namespace"], gap["reason"], gap["detail"]))
        .collect();
    for said in [
        "\"bad-logs\" \"forbidden\"",
        "\"timed-out\" \"broke off: 1 of 9 containers; bad-logs/broken/app: no answer within 5 s",
        "\"failed\" \"not read: 1 of 9 containers; bad-logs/tired/app: HTTP 500: Get",
    ] {
        assert!(told.iter().any(|line| line.contains(said)), "{said}: {told:#?}");
    }
    assert_eq!(told.len(), 3, "{told:#?}");
    let screen = run(&server, "-n bad-logs --logs --page-timeout 5s --fail-on never --lang zh-TW");
    assert!(screen.out.contains("bad-logs/pod/future app：日誌時間在未來，時鐘快了 "), "{}", screen.out);
    assert!(screen.out.contains("bad-logs/pod/binary app：9 行不是文字"), "{}", screen.out);
}

#[test]
fn forbidden_logs_cost_one_line() {
    namespace("closed-logs");
    LAB.store(&[pod("closed-logs", "web", ""), pod("closed-logs", "api", "")]);
    let server = kubelet(|pod| {
        refusal(403, "Forbidden", &format!("pods \"{pod}\" is forbidden: cannot get resource \"pods/log\""))
    });
    let ran = run(&server, "-n closed-logs --logs -o wide");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        ran.out.contains("error-logs in closed-logs (forbidden)") && ran.out.contains("Coverage complete"),
        "{}",
        ran.out
    );
}

#[test]
fn reads_an_endless_log_up_to_its_limit() {
    namespace("endless-logs");
    LAB.store(&[pod("endless-logs", "web", "")]);
    let server = kubelet(|_| {
        let line = |n: i64| (30, format!("ERROR job {n} failed, password=CANARY{n}: {}", "x ".repeat(4000)));
        Fault::Endless(log((0..100).map(line)))
    });
    let ran = run(&server, "-n endless-logs --logs -o json --page-timeout 5m --fail-on never");
    assert!(ran.code == 0 && !ran.out.contains("CANARY"), "{ran:?}");
    let report = ran.json();
    let web = source(&report, "web");
    assert_eq!(
        (&web["truncatedPods"], &web["bytes"], &web["patterns"].as_array().unwrap().len()),
        (&json!(1), &json!(16 << 20), &1)
    );
    let outside = report["coverage"]["notInScope"].to_string();
    assert!(outside.contains("1 container read in part: at most 16 MiB each"), "{outside}");
}

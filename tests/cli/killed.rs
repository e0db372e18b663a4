//! Causes of an OOM kill, from data before it: a leak, a node without memory, a heap that does not fit.

use crate::project;
use crate::support::{Ran, Run, healthcheck};
use serde_json::{Value, json};

const MEBI: i64 = 1 << 20;

/// A container with this limit that was OOM-killed after an hour and runs again.
fn pod(limit: Option<&str>, args: &[&str]) -> Value {
    let resources = limit.map_or(json!({}), |limit| json!({ "limits": { "memory": limit } }));
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": { "name": "registercenter-0", "namespace": "demo", "creationTimestamp": "2025-12-20T02:00:00Z",
            "ownerReferences": [{ "kind": "StatefulSet", "name": "registercenter", "controller": true }] },
        "spec": { "nodeName": "n1", "containers": [{ "name": "app", "image": "registry.example.com/app:1", "args": args, "resources": resources }] },
        "status": { "phase": "Running", "containerStatuses": [{
            "name": "app", "ready": true, "restartCount": 1, "state": { "running": { "startedAt": "2025-12-26T01:59:10Z" } },
            "lastState": { "terminated": { "exitCode": 137, "reason": "OOMKilled", "startedAt": "2025-12-26T00:59:00Z", "finishedAt": "2025-12-26T01:59:00Z" } },
        }] },
    })
}

/// One sample for each minute of that hour, in MiB, as a function of the minute, and then the restart.
fn history(mebibytes: fn(i64) -> i64) -> Value {
    let life: Vec<i64> =
        (0..60).map(|minute| mebibytes(minute) * MEBI).chain([90 * MEBI, 95 * MEBI]).collect();
    json!({
        "apiVersion": "healthcheck/v1", "kind": "MemoryHistory",
        "metadata": { "namespace": "demo", "name": "registercenter-0/app" },
        "start": "2025-12-26T00:59:30Z", "stepSeconds": 60, "bytes": life,
    })
}

fn node(pressure: &str, used: &str) -> [Value; 2] {
    [
        json!({
            "apiVersion": "v1", "kind": "Node", "metadata": { "name": "n1" },
            "status": { "allocatable": { "cpu": "4", "memory": "8Gi", "pods": "110" }, "conditions": [
                { "type": "Ready", "status": "True", "lastTransitionTime": "2025-12-01T00:50:00Z" },
                { "type": "MemoryPressure", "status": pressure, "lastTransitionTime": "2025-12-26T01:50:00Z" }] },
        }),
        json!({
            "apiVersion": "metrics.k8s.io/v1beta1", "kind": "NodeMetrics", "metadata": { "name": "n1" },
            "timestamp": "2025-12-26T01:59:30Z", "usage": { "cpu": "250m", "memory": used },
        }),
    ]
}

fn judged(items: &[Value], flags: &str) -> Ran {
    let list = json!({ "apiVersion": "v1", "kind": "List", "items": items }).to_string();
    let mut command = healthcheck();
    command.args(["-f", "-", "--now", "2025-12-26T02:00:00Z"]).args(flags.split_whitespace());
    command.fed(list.as_bytes())
}

/// Returns message, evidence and whether a higher limit is suggested.
fn told(items: &[Value]) -> (String, Vec<String>, bool) {
    let report = judged(items, "-o json").json();
    let found = report["findings"].as_array().unwrap();
    let finding = found.iter().find(|finding| finding["id"] == "pod-oom-killed").unwrap();
    let texts = |key: &str| -> Vec<String> {
        finding[key].as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    let proposed = finding["actions"].to_string().contains("--limits=memory=");
    (finding["message"].as_str().unwrap().to_owned(), texts("evidence"), proposed)
}

#[test]
fn distinguishes_a_leak_from_a_low_limit() {
    let heap = ["-Xms1024m", "-Xmx1024m"];
    let grows = history(|minute| 300 + minute * 16);
    let (message, evidence, proposed) = told(&[pod(Some("1280Mi"), &heap), grows.clone()]);
    assert!(
        message.contains("memory leak: usage grew from 300Mi to 1244Mi within 59m without levelling off,"),
        "{message}"
    );
    assert!(
        !proposed && evidence.contains(&"it used 300Mi to 1244Mi in the 59m before the kill".to_owned()),
        "{evidence:?}"
    );
    // The heap uses the same memory from the start: the limit is too small.
    let level = history(|minute| if minute < 3 { 400 } else { 1230 + minute % 7 });
    let (message, _, proposed) = told(&[pod(Some("1280Mi"), &heap), level]);
    assert!(
        message.contains("-Xmx1024m leaves only 256Mi") && message.ends_with("raise the limit to 1536Mi"),
        "{message}"
    );
    assert!(proposed);
    // Missing data and data of other pods change nothing.
    let mut other = grows.clone();
    other["metadata"]["name"] = json!("registercenter-1/app");
    let (message, _, proposed) = told(&[pod(Some("1280Mi"), &heap), other]);
    assert!(message.ends_with("raise the limit to 1536Mi") && proposed, "{message}");
    let (message, ..) = told(&[pod(None, &[]), grows]);
    assert!(
        message.contains("has no memory limit") && message.contains("memory leak: usage grew"),
        "{message}"
    );
}

#[test]
fn blames_the_node_if_usage_was_far_below_the_limit() {
    let small = history(|minute| 300 + minute % 5);
    let of = |pressure: &str, used: &str| {
        let [node, metrics] = node(pressure, used);
        told(&[pod(Some("1280Mi"), &[]), small.clone(), node, metrics])
    };
    let (message, evidence, proposed) = of("False", "8000Mi");
    assert!(
        message.ends_with("it used 304Mi of its limit of 1280Mi: node n1 was short of memory"),
        "{message}"
    );
    assert!(
        evidence.contains(&"node n1 uses 7.8Gi of 8Gi allocatable memory".to_owned()) && !proposed,
        "{evidence:?}"
    );
    assert!(of("True", "4Gi").0.ends_with("node n1 was short of memory"));
    // The memory grew between two samples, so the cause is unknown.
    let (message, evidence, _) = of("False", "4Gi");
    assert!(message.contains("ago at its memory limit of 1280Mi"), "{message}");
    assert!(
        evidence.contains(&"it used 300Mi to 304Mi in the 59m before the kill".to_owned()),
        "{evidence:?}"
    );
}

#[test]
fn a_pod_level_limit_counts_as_a_limit() {
    let mut whole = pod(None, &["-Xmx1024m"]);
    whole["spec"]["resources"] = json!({ "limits": { "memory": "2Gi" } });
    let (message, _, proposed) = told(&[whole.clone()]);
    assert!(
        message.contains("has no memory limit of its own")
            && message.contains("at its pod's memory limit of 2Gi ("),
        "{message}"
    );
    assert!(!proposed);
    let (message, ..) = told(&[whole.clone(), history(|minute| 300 + minute * 16)]);
    assert!(
        message.contains("its pod's memory limit of 2Gi (") && message.contains("leak: usage grew"),
        "{message}"
    );
    // The limit of the container is more specific.
    whole["spec"]["containers"][0]["resources"] = json!({ "limits": { "memory": "1280Mi" } });
    assert!(told(&[whole]).0.contains("ago at its memory limit of 1280Mi"));
}

#[test]
fn suggests_kubectl_set_resources_only_where_it_works() {
    for (kind, settable) in [("StatefulSet", true), ("CronJob", true), ("Job", false), ("Workflow", false)] {
        let mut killed = pod(Some("1280Mi"), &["-Xmx1024m"]);
        killed["metadata"]["ownerReferences"][0]["kind"] = json!(kind);
        let (message, _, proposed) = told(&[killed]);
        assert!(message.ends_with("raise the limit to 1536Mi") && proposed == settable, "{kind}: {message}");
    }
}

#[test]
fn shows_current_usage_with_the_limit() {
    let metrics = |at: &str| {
        json!({
            "apiVersion": "metrics.k8s.io/v1beta1", "kind": "PodMetrics", "timestamp": at,
            "metadata": { "namespace": "demo", "name": "registercenter-0" },
            "containers": [{ "name": "app", "usage": { "cpu": "12345678n", "memory": "921600Ki" } }],
        })
    };
    let (_, evidence, _) = told(&[pod(Some("1280Mi"), &[]), metrics("2025-12-26T01:59:30Z")]);
    assert!(evidence.contains(&"it now uses 900Mi of memory".to_owned()), "{evidence:?}");
    // An hour-old sample is not current, and the report says that it is not used.
    let stale = [pod(Some("1280Mi"), &[]), metrics("2025-12-26T01:00:00Z")];
    assert!(!told(&stale).1.iter().any(|line| line.contains("now")));
    let report = judged(&stale, "");
    assert!(
        report.out.contains("Note: 1 object of pods.metrics.k8s.io (measured too long ago)"),
        "{}",
        report.out
    );
}

#[test]
fn describes_the_causes_in_three_languages() {
    let file = project("tests/fixtures/registercenter.yaml");
    for (lang, words) in [
        (
            "en",
            [
                "memory leak: usage grew from 300Mi to 1244Mi",
                "was short of memory",
                "leaves only 256Mi outside the heap",
            ],
        ),
        (
            "zh-TW",
            [
                "記憶體洩漏：59m 內由 300Mi 持續成長到 1244Mi",
                "節點 n1 記憶體不足",
                "只留 256Mi 給 heap 以外的用途",
            ],
        ),
        ("zh-CN", ["内存泄漏：59m 内从 300Mi 一直涨到 1244Mi", "节点 n1 内存不足", "只给堆以外留下 256Mi"]),
    ] {
        let flags = format!("-o markdown --lang {lang}");
        let [node, metrics] = node("True", "8000Mi");
        let leak = judged(&[pod(Some("1280Mi"), &[]), history(|minute| 300 + minute * 16)], &flags);
        let short = judged(&[pod(Some("1280Mi"), &[]), history(|_| 300), node, metrics], &flags);
        let mut heap = healthcheck();
        heap.arg("-f").arg(&file).args(["--now", "2025-12-26T02:00:00Z"]).args(flags.split_whitespace());
        for (ran, words) in [leak, short, heap.ran()].into_iter().zip(words) {
            assert!(ran.out.contains(words), "{lang}: {words}: {}", ran.out);
        }
    }
}

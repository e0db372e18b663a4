//! Judgement: classes, exit codes, incidents.

use crate::support::{pigo, run, shapes};
use crate::{healthy_status, judged, now, pod, project};
use serde_json::{Value, json};

#[test]
fn the_exit_code_depends_on_the_findings() {
    let restless = |restarts: i32| {
        let mut status = healthy_status();
        status["containerStatuses"][0]["restartCount"] = json!(restarts);
        status["containerStatuses"][0]["lastState"] = json!({ "terminated": { "exitCode": 1, "reason": "Error", "finishedAt": "2025-12-26T01:00:00Z" } });
        [pod("restless", &status)]
    };
    for (restarts, fail_on, code) in [
        (4, "medium", 0),
        (5, "high", 0),
        (5, "medium", 1),
        (5, "medium", 1),
        (10, "high", 1),
        (10, "high", 1),
        (10, "never", 0),
    ] {
        assert_eq!(
            judged(&restless(restarts), &format!("--fail-on {fail_on}")).code,
            code,
            "{restarts} {fail_on}"
        );
    }
}

#[test]
fn judges_restarts_by_number_and_age() {
    let judged = |restarts: i32, last: &str| {
        let mut status = healthy_status();
        status["containerStatuses"][0]["restartCount"] = json!(restarts);
        if !last.is_empty() {
            status["containerStatuses"][0]["lastState"] =
                json!({ "terminated": { "exitCode": 1, "reason": "Error", "finishedAt": last } });
        }
        let report = judged(&[pod("restless", &status)], "-o json").json();
        report["pods"][0]["class"].as_str().unwrap().to_owned()
    };
    let (recent, old) = ("2025-12-25T00:00:00Z", "2025-12-01T00:00:00Z");
    for (restarts, last, class) in [
        (4, recent, "healthy"),
        (5, recent, "attention"),
        (9, recent, "attention"),
        (10, recent, "unhealthy"),
        (5, old, "healthy"),
        (9, old, "healthy"),
        (10, old, "attention"),
        (10, "", "unhealthy"),
    ] {
        assert_eq!(judged(restarts, last), class, "{restarts} restarts, the last {last:?}");
    }
}

/// Deleted pods are followed by others as long as their node rejects or evicts them.
#[test]
fn pods_of_a_loop_that_runs_are_not_deleted() {
    let failed = |reason: &str, created: &str| {
        let mut web =
            pod("web-5d8f9c7b64-k2j7x", &json!({ "phase": "Failed", "reason": reason, "message": "no" }));
        web["metadata"]["creationTimestamp"] = json!(created);
        web["metadata"]["ownerReferences"] =
            json!([{ "kind": "ReplicaSet", "name": "web-5d8f9c7b64", "controller": true }]);
        let report = judged(&[web], "-o json").json();
        let actions = report["findings"][0]["actions"].as_array().unwrap().clone();
        let commands = actions.iter().map(|action| action["command"].as_str().unwrap().to_owned());
        commands.filter(|command| command.contains(" delete pod ")).count()
    };
    for reason in ["UnexpectedAdmissionError", "OutOfcpu", "Evicted"] {
        assert_eq!(failed(reason, "2025-12-26T01:59:00Z"), 0, "{reason}");
        assert_eq!(failed(reason, "2025-12-26T01:00:00Z"), 1, "{reason}");
    }
}

#[test]
fn one_dead_node_is_one_incident() {
    let node = json!({
        "apiVersion": "v1", "kind": "Node", "metadata": { "name": "n1", "creationTimestamp": "2025-01-01T00:00:00Z" },
        "status": { "conditions": [{
            "type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown",
            "message": "Kubelet stopped posting node status.", "lastTransitionTime": "2025-12-26T01:48:00Z",
        }] },
    });
    // Traces of a lost node: containers without an exit, and a Ready condition that is False.
    let mut lost = healthy_status();
    lost["conditions"] =
        json!([{ "type": "Ready", "status": "False", "lastTransitionTime": "2025-12-26T01:49:00Z" }]);
    let mut items: Vec<Value> = (0..20).map(|i| pod(&format!("web-{i}"), &lost)).collect();
    items.push(node);
    let report = judged(&items, "-o json").json();
    assert_eq!(report["verdict"], "unhealthy");
    assert_eq!(report["totals"]["unhealthy"], 20);
    let incidents = report["incidents"].as_array().unwrap();
    assert_eq!(incidents.len(), 1, "{incidents:?}");
    assert_eq!(
        (&incidents[0]["key"], &incidents[0]["affected"]),
        (&json!("node-not-ready//Node/n1"), &json!(21))
    );
}

/// For every shape of pod: the classes add up, every unhealthy pod has a finding, and a pod that kubectl shows as
/// running and ready with few restarts is healthy.
#[test]
fn every_unhealthy_pod_and_no_healthy_one_has_a_finding() {
    let seed = 7;
    let mut pods = shapes::shapes(now(), seed);
    pods.extend(pigo::objects(now()).into_iter().filter(|object| object["kind"] == "Pod"));
    let report = judged(&pods, "-o json").json();
    let totals = |name: &str| report["totals"][name].as_u64().unwrap();
    assert_eq!(usize::try_from(totals("pods")).unwrap(), pods.len());
    let sum = ["healthy", "attention", "unhealthy", "completed"].map(totals).iter().sum::<u64>();
    assert_eq!(sum, totals("pods"));
    let mut named = std::collections::BTreeMap::new();
    for finding in report["findings"].as_array().unwrap() {
        let affected = finding["affected"].as_array().unwrap().iter();
        for object in affected.chain([&finding["object"]]) {
            let severities: &mut Vec<String> =
                named.entry((object["namespace"].to_string(), object["name"].to_string())).or_default();
            severities.push(finding["severity"].as_str().unwrap().to_owned());
        }
    }
    for pod in report["pods"].as_array().unwrap() {
        let found = named
            .get(&(pod["namespace"].to_string(), pod["name"].to_string()))
            .map_or(&[][..], Vec::as_slice);
        let ready = pod["ready"].as_str().unwrap().split_once('/').unwrap();
        let serves = pod["status"] == "Running" && ready.0 == ready.1 && ready.1 != "0";
        match pod["class"].as_str().unwrap() {
            "healthy" => {
                assert!(serves && !found.iter().any(|severity| severity != "low"), "{seed}: {pod} {found:?}");
            }
            "completed" => {
                assert!(!found.iter().any(|severity| severity != "low"), "{seed}: {pod} {found:?}");
            }
            "attention" => assert!(!found.is_empty(), "{seed}: {pod} has no finding"),
            "unhealthy" => {
                assert!(found.iter().any(|severity| severity == "high"), "{seed}: {pod} {found:?}");
            }
            other => panic!("{other}"),
        }
    }
}

/// Failed runs are not a problem if the retry or the next run succeeds.
#[test]
fn judges_jobs_by_their_outcome() {
    let job = |name: &str, condition: &str, owner: Option<&str>| {
        let mut job = json!({
            "apiVersion": "batch/v1", "kind": "Job",
            "metadata": { "name": name, "namespace": "demo", "creationTimestamp": "2025-12-25T00:00:00Z" },
            "status": { "failed": 1, "conditions": [] },
        });
        if !condition.is_empty() {
            job["status"]["conditions"] = json!([{
                "type": condition, "status": "True", "reason": "R", "lastTransitionTime": "2025-12-25T01:00:00Z",
            }]);
        }
        if let Some(owner) = owner {
            job["metadata"]["ownerReferences"] = json!([{ "apiVersion": "batch/v1", "kind": "CronJob", "name": owner, "uid": "u", "controller": true }]);
        }
        job
    };
    let attempt = |of: &str| {
        let state = json!({ "terminated": { "exitCode": 1, "reason": "Error", "finishedAt": "2025-12-25T00:30:00Z" } });
        let status = json!({ "phase": "Failed", "containerStatuses": [{ "name": "app", "state": state }] });
        let mut pod = pod(&format!("{of}-x"), &status);
        pod["metadata"]["ownerReferences"] =
            json!([{ "apiVersion": "batch/v1", "kind": "Job", "name": of, "uid": "u", "controller": true }]);
        pod
    };
    let cron = json!({
        "apiVersion": "batch/v1", "kind": "CronJob", "metadata": { "name": "nightly", "namespace": "demo" },
        "spec": {}, "status": { "lastSuccessfulTime": "2025-12-26T00:00:00Z" },
    });
    for (name, condition, owner, class, findings) in [
        ("retried", "Complete", None, "completed", &[][..]),
        ("trying", "", None, "attention", &["pod-failed medium"]),
        ("gave-up", "Failed", None, "unhealthy", &["job-failed high"]),
        ("nightly-1", "Failed", Some("nightly"), "completed", &["job-failed low"]),
        ("weekly-1", "Failed", Some("weekly"), "unhealthy", &["job-failed high"]),
    ] {
        let report = judged(&[job(name, condition, owner), attempt(name), cron.clone()], "-o json").json();
        let found: Vec<String> = report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|f| format!("{} {}", f["id"].as_str().unwrap(), f["severity"].as_str().unwrap()))
            .collect();
        assert_eq!(
            (report["pods"][0]["class"].as_str().unwrap(), found.as_slice()),
            (class, findings.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>().as_slice()),
            "{name}"
        );
    }
}

/// Three pods of one workload that cannot pull their image are one incident, together with the workload.
#[test]
fn a_workload_and_its_pods_are_one_incident() {
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": { "name": "web", "namespace": "demo", "creationTimestamp": "2025-12-20T00:00:00Z" },
        "spec": { "replicas": 3 },
        "status": { "conditions": [{ "type": "Available", "status": "False", "lastTransitionTime": "2025-12-26T01:00:00Z" }] },
    });
    let set = json!({
        "apiVersion": "apps/v1", "kind": "ReplicaSet",
        "metadata": {
            "name": "web-5d9c", "namespace": "demo",
            "ownerReferences": [{ "apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "uid": "u", "controller": true }],
        },
        "spec": { "replicas": 3 },
    });
    let mut items = vec![deployment, set];
    for i in 0..3 {
        let reason = if i == 0 { "ErrImagePull" } else { "ImagePullBackOff" };
        let waiting = json!({ "waiting": { "reason": reason, "message": "not found" } });
        let status =
            json!({ "phase": "Pending", "containerStatuses": [{ "name": "app", "state": waiting }] });
        let mut pod = pod(&format!("web-5d9c-{i}"), &status);
        pod["metadata"]["ownerReferences"] = json!([{ "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-5d9c", "uid": "u", "controller": true }]);
        items.push(pod);
    }
    let report = judged(&items, "-o json").json();
    let incidents = report["incidents"].as_array().unwrap();
    assert_eq!((incidents.len(), &incidents[0]["affected"]), (1, &json!(4)), "{incidents:?}");
    assert_eq!(report["verdict"], "unhealthy");
    let keys: std::collections::BTreeSet<&str> =
        report["findings"].as_array().unwrap().iter().map(|f| f["key"].as_str().unwrap()).collect();
    assert_eq!(keys.len(), 2, "a key has no pod hash, and both reasons of a failed pull share one: {keys:?}");
    let table = judged(&items, "--width 160").out;
    assert!(table.contains("deployment/web"), "{table}");
    assert!(
        table.contains("3 pods: container app: image registry.example.com/app:1 cannot be pulled"),
        "{table}"
    );
}

#[test]
fn flags_choose_checks_and_their_severity() {
    let dead = project("tests/fixtures/registercenter.yaml");
    let judged =
        |flags: &str| run(&format!("-f {} --now 2025-12-26T02:00:00Z -o json {flags}", dead.display()));
    let found = |ran: &crate::support::Ran| -> Vec<(String, String)> {
        let report = ran.json();
        let findings = report["findings"].as_array().unwrap().iter();
        let text = |f: &Value, key: &str| f[key].as_str().unwrap().to_owned();
        let mut found: Vec<_> = findings.map(|f| (text(f, "id"), text(f, "severity"))).collect();
        found.retain(|(_, severity)| severity != "low");
        found.sort();
        found
    };
    let (oom, pressure) =
        (("pod-oom-killed".to_owned(), "high".to_owned()), ("node-pressure".to_owned(), "medium".to_owned()));
    assert_eq!(found(&judged("")), [pressure.clone(), oom.clone()]);
    assert_eq!(found(&judged("--checks pod-*")), std::slice::from_ref(&oom));
    let one = run(&format!("-f {} --now 2025-12-26T02:00:00Z --checks pod-oom-killed", dead.display()));
    assert!(one.out.contains("certificate-expiring and 79 other checks (skipped)\n"), "{}", one.out);
    let ran = judged("--skip pod-oom-killed,statefulset-*");
    assert_eq!((found(&ran), ran.code), (vec![pressure.clone()], 0));
    let outside = ran.json()["coverage"]["notInScope"].to_string();
    assert!(outside.contains("\"pod-oom-killed\""), "what did not run is named: {outside}");
    let ran = judged("--severity pod-oom-killed=medium,node-*=high");
    assert_eq!(
        found(&ran),
        [("node-pressure".to_owned(), "high".to_owned()), ("pod-oom-killed".to_owned(), "medium".to_owned())]
    );
    for (flags, line) in [
        (
            "--skip pod-oom",
            "error: invalid value 'pod-oom' for '--skip <CHECK>': no check is called \"pod-oom\"; did you mean \"pod-oom-killed\"?",
        ),
        (
            "--checks zebra",
            "error: invalid value 'zebra' for '--checks <CHECK>': no check is called \"zebra\"; \"kubectl healthcheck checks\" lists them",
        ),
        ("--skip *", "error: --checks and --skip leave no check\n"),
        (
            "--severity pod-*",
            "error: invalid value 'pod-*' for '--severity <CHECK=SEVERITY>': expected CHECK=SEVERITY, such as pvc-pending=low",
        ),
        (
            "--severity pod-*=bad",
            "error: invalid value 'pod-*=bad' for '--severity <CHECK=SEVERITY>': \"bad\" is not a severity: high, medium or low",
        ),
    ] {
        let ran = judged(flags);
        assert!(ran.code == 2 && ran.out.is_empty() && ran.err.starts_with(line), "{ran:?}");
    }
}

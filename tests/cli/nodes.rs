//! The view of nodes: their resources and largest users, also with missing data.

use crate::support::{Ran, Run, healthcheck};
use crate::{LANGS, judged};
use serde_json::{Value, json};

const NOW: &str = "2025-12-26T02:00:00Z";
const FRESH: &str = "2025-12-26T01:59:30Z";

fn node(name: &str, cpu: &str, memory: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Node", "metadata": { "name": name, "creationTimestamp": "2025-06-01T00:00:00Z" },
        "status": {
            "allocatable": { "cpu": cpu, "memory": memory, "pods": "110" },
            "conditions": [{ "type": "Ready", "status": "True" }, { "type": "MemoryPressure", "status": "False" }],
        },
    })
}

fn measured(name: &str, cpu: &str, memory: &str) -> Value {
    json!({
        "apiVersion": "metrics.k8s.io/v1beta1", "kind": "NodeMetrics", "metadata": { "name": name },
        "timestamp": FRESH, "window": "20s", "usage": { "cpu": cpu, "memory": memory },
    })
}

/// A pod of a workload with its requests.
fn pod(owner: (&str, &str, &str), index: usize, on: &str, requests: &Value) -> Value {
    let (namespace, kind, name) = owner;
    let limits = requests.get("memory").map_or(json!({}), |memory| json!({ "memory": memory }));
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": format!("{name}-{index}"), "namespace": namespace, "creationTimestamp": "2025-12-20T00:00:00Z",
            "ownerReferences": [{ "apiVersion": "apps/v1", "kind": kind, "name": name, "controller": true }],
        },
        "spec": {
            "nodeName": on,
            "containers": [{ "name": "app", "image": "registry.example.com/app:1",
                "resources": { "requests": requests, "limits": limits } }],
        },
        "status": { "phase": "Running", "containerStatuses": [{ "name": "app", "ready": true, "state": { "running": {} } }] },
    })
}

fn used_by(namespace: &str, pod: &str, cpu: &str, memory: &str) -> Value {
    json!({
        "apiVersion": "metrics.k8s.io/v1beta1", "kind": "PodMetrics", "metadata": { "name": pod, "namespace": namespace },
        "timestamp": FRESH, "window": "20s", "containers": [{ "name": "app", "usage": { "cpu": cpu, "memory": memory } }],
    })
}

/// Three nodes and twelve namespaces. `one` is nearly out of memory, and one pod waits for a node.
fn cluster() -> Vec<Value> {
    let asks = |cpu: &str, memory: &str| json!({ "cpu": cpu, "memory": memory });
    let mut items = vec![
        node("worker-one", "8", "32Gi"),
        node("worker-two", "8", "32Gi"),
        node("worker-three", "4", "16Gi"),
    ];
    for index in 0..3 {
        let on = ["worker-one", "worker-two", "worker-three"][index];
        items.push(pod(("shop", "StatefulSet", "orders-db"), index, on, &asks("1500m", "6Gi")));
        items.push(pod(("kube-system", "DaemonSet", "node-agent"), index, on, &asks("100m", "128Mi")));
    }
    for index in 0..2 {
        items.push(pod(("payments", "StatefulSet", "ledger"), index, "worker-one", &asks("500m", "4Gi")));
    }
    for index in 0..10 {
        let namespace = format!("team-{index}");
        items.push(pod((&namespace, "StatefulSet", "web"), 0, "worker-two", &asks("100m", "256Mi")));
    }
    let mut waiting = pod(("shop", "StatefulSet", "search"), 0, "", &asks("6", "24Gi"));
    waiting["status"] = json!({ "phase": "Pending", "conditions": [{ "type": "PodScheduled", "status": "False",
        "reason": "Unschedulable", "message": "0/3 nodes are available: 3 Insufficient cpu." }] });
    items.push(waiting);
    items
}

/// The same cluster with metrics for two of the three nodes.
fn measured_cluster() -> Vec<Value> {
    let mut items = cluster();
    items.extend([measured("worker-one", "3200m", "30Gi"), measured("worker-two", "1500m", "9Gi")]);
    for (pod, cpu, memory) in
        [("orders-db-0", "900m", "5Gi"), ("orders-db-1", "800m", "5Gi"), ("node-agent-0", "40m", "90Mi")]
    {
        let namespace = if pod.starts_with("node") { "kube-system" } else { "shop" };
        items.push(used_by(namespace, pod, cpu, memory));
    }
    items.push(used_by("payments", "ledger-0", "1200m", "11Gi"));
    items.push(used_by("payments", "ledger-1", "900m", "9Gi"));
    items.push(used_by("team-0", "web-0", "20m", "200Mi"));
    // A pod that was deleted after its measurement.
    items.push(used_by("team-0", "web-17", "5", "20Gi"));
    items
}

fn nodes(items: &[Value], arguments: &str) -> Ran {
    let input = json!({ "kind": "List", "items": items }).to_string();
    let mut command = healthcheck();
    command.args(["nodes", "-f", "-", "--now", NOW]).args(arguments.split_whitespace());
    command.fed(input.as_bytes())
}

#[test]
fn shows_totals_of_the_cluster_below_the_nodes() {
    for lang in LANGS {
        for width in [80, 200] {
            let shown = nodes(&measured_cluster(), &format!("--lang {lang} --width {width}")).out;
            insta::assert_snapshot!(format!("nodes-{width}-{lang}"), shown);
        }
    }
}

#[test]
fn hides_columns_without_measurements() {
    for lang in LANGS {
        insta::assert_snapshot!(
            format!("nodes-unmeasured-{lang}"),
            nodes(&cluster(), &format!("--lang {lang} --width 100")).out
        );
    }
}

#[test]
fn only_findings_about_nodes_set_the_exit_code() {
    let mut crashing = pod(("shop", "StatefulSet", "web"), 0, "one", &json!({}));
    crashing["status"]["containerStatuses"][0] = json!({
        "name": "app", "ready": false, "restartCount": 9, "state": { "waiting": { "reason": "CrashLoopBackOff" } },
        "lastState": { "terminated": { "exitCode": 1, "finishedAt": "2025-12-26T01:58:00Z" } },
    });
    let mut items = vec![node("one", "4", "16Gi"), crashing];
    assert_eq!(judged(&items, "").code, 1);
    for format in ["table", "json"] {
        assert_eq!(nodes(&items, &format!("-o {format}")).code, 0, "{format}");
    }
    items[0]["status"]["conditions"][0]["status"] = json!("False");
    assert_eq!(nodes(&items, "").code, 1);
    assert_eq!(nodes(&items, "--fail-on never").code, 0);
}

#[test]
fn a_condition_without_a_message_ends_with_its_reason() {
    let mut pressed = node("one", "4", "16Gi");
    let conditions = pressed["status"]["conditions"].as_array_mut().unwrap();
    conditions.push(json!({ "type": "DiskPressure", "status": "True", "reason": "DiskFull" }));
    conditions.push(json!({ "type": "KernelDeadlock", "status": "True", "reason": "DockerHung" }));
    let found = judged(&[pressed], "-o json").json()["findings"].to_string();
    for message in ["\"DiskPressure (DiskFull)\"", "\"KernelDeadlock=True (DockerHung)\""] {
        assert!(found.contains(message), "{found}");
    }
}

#[test]
fn a_page_has_the_same_tables_as_the_screen() {
    let page = nodes(&measured_cluster(), "-o markdown").out;
    assert!(page.starts_with("# 🟡 3 nodes, 3 ready · "), "{page}");
    assert!(page.contains("\n| Node | Status | Pressure | Pods | CPU requested |"), "{page}");
    assert!(page.contains("\n| shop | statefulset/orders-db | "), "{page}");
    let unread: Vec<Value> = cluster().into_iter().filter(|item| item["kind"] == "Pod").collect();
    let screen = nodes(&unread, "").out;
    assert!(
        screen.starts_with("⚪ no nodes were read\n") && screen.contains("worker-one     ⚪ not read"),
        "{screen}"
    );
    let report = nodes(&unread, "-o json").json();
    assert_eq!(
        (&report["nodes"][0]["class"], &report["nodes"][0]["ready"]),
        (&json!("not-observed"), &Value::Null)
    );
}

/// Columns that a narrow screen has no room for go; names stay.
#[test]
fn limits_need_a_wide_screen() {
    let of = |width: usize| nodes(&measured_cluster(), &format!("--width {width}")).out;
    let head = |shown: &str| shown.lines().find(|line| line.starts_with("NODE ")).unwrap().to_owned();
    assert!(!head(&of(80)).contains("LIMITS"));
    assert!(head(&of(200)).contains("CPU LIMITS") && head(&of(200)).contains("MEMORY LIMITS"));
    assert!(
        !of(80).contains("team-9 ") && nodes(&measured_cluster(), "--all --width 80").out.contains("team-9 ")
    );
}

#[test]
fn json_has_the_numbers_of_the_screen() {
    let report = nodes(&measured_cluster(), "-o json").json();
    let yaml: Value = serde_saphyr::from_str(&nodes(&measured_cluster(), "-o yaml").out).unwrap();
    let of = &report["resources"][0];
    assert_eq!(of, &yaml["resources"][0]);
    let gibi = |n: i64| n << 30;
    assert_eq!(of["allocatable"], json!({ "cpuMillis": 20_000, "memoryBytes": gibi(80) }));
    assert_eq!(of["requests"]["cpuMillis"], 3 * 1500 + 3 * 100 + 2 * 500 + 10 * 100);
    assert_eq!(of["limits"], json!({ "cpuMillis": 0, "memoryBytes": of["requests"]["memoryBytes"] }));
    assert_eq!(of["usage"], json!({ "cpuMillis": 4700, "memoryBytes": gibi(39) }));
    assert_eq!(of["measuredNodes"]["count"], 2);
    assert_eq!(of["measuredNodes"]["allocatable"], json!({ "cpuMillis": 16_000, "memoryBytes": gibi(64) }));
    assert_eq!(
        (&of["notOnNodes"]["pods"], &of["notOnNodes"]["requests"]["cpuMillis"]),
        (&json!(1), &json!(6000))
    );
    assert_eq!(of["namespaces"].as_array().unwrap().len(), 13);
    assert_eq!(of["namespaces"][0]["name"], "shop");
    assert_eq!(of["namespaces"][0]["measuredPods"], 2);
    let named: Vec<_> =
        of["consumers"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
    assert_eq!(named[..4], ["ledger", "orders-db", "node-agent", "web"]);
    assert_eq!(of["consumers"][0]["usage"], json!({ "cpuMillis": 2100, "memoryBytes": gibi(20) }));
    assert_eq!(named.len(), 10);
    let loss = &of["largestNodeLoss"][0];
    // worker-one and its 100m of a DaemonSet are gone, and what was on it must go elsewhere.
    assert_eq!((&loss["resource"], &loss["node"]), (&json!("cpuMillis"), &json!("worker-one")));
    assert_eq!(
        (&loss["needed"], &loss["available"], &loss["shortage"]),
        (&json!(6700), &json!(12_000), &json!(0))
    );
}

/// Broken and odd data of nodes.
#[test]
fn requests_of_namespaces_equal_requests_on_nodes_and_unscheduled() {
    let mut items = measured_cluster();
    items.push(node("silent", "0", "0"));
    for (index, on) in ["silent", "nowhere", "worker-one"].into_iter().enumerate() {
        let requests = json!({ "cpu": "700m", "memory": "3Gi" });
        items.push(pod(("odd", "StatefulSet", "db"), index, on, &requests));
    }
    let of = nodes(&items, "-o json").json()["resources"][0].clone();
    assert_eq!((&of["nodesWithoutAllocatable"], &of["notOnNodes"]["pods"]), (&json!(1), &json!(3)));
    for what in ["cpuMillis", "memoryBytes"] {
        for list in ["requests", "limits"] {
            let sum = of["namespaces"].as_array().unwrap().iter().map(|n| n[list][what].as_i64().unwrap());
            let whole = of[list][what].as_i64().unwrap() + of["notOnNodes"][list][what].as_i64().unwrap();
            assert_eq!(sum.sum::<i64>(), whole, "{list} {what}");
        }
    }
}

/// The finished DaemonSet pod on a node requests nothing, here or on another node.
#[test]
fn subtracts_finished_pods_once() {
    let mut items = cluster();
    let mut done = pod(("shop", "Job", "import"), 0, "worker-one", &json!({ "cpu": "4", "memory": "4Gi" }));
    done["status"] = json!({ "phase": "Succeeded" });
    items.push(done);
    assert_eq!(nodes(&items, "-o json").json()["resources"][0]["largestNodeLoss"][0]["needed"], 6700);
}

#[test]
fn reports_that_the_loss_of_a_node_exceeds_capacity() {
    let mut items = cluster();
    items.push(pod(
        ("shop", "StatefulSet", "cache"),
        0,
        "worker-three",
        &json!({ "cpu": "7", "memory": "1Gi" }),
    ));
    let shown = nodes(&items, "--width 200").out;
    let line = "CPU: without the largest node worker-one, 1.7 is missing: requests are 13.7, the other 2 nodes have 12";
    assert!(shown.contains(line), "{shown}");
    let report = nodes(&items, "-o json").json();
    let found =
        report["findings"].as_array().unwrap().iter().find(|f| f["id"] == "cluster-overcommitted").unwrap();
    assert_eq!(found["facts"]["needed"], "13.7");
    assert_eq!(report["resources"][0]["largestNodeLoss"][0]["shortage"], 1700);
}

/// A run that reads some namespaces cannot know the capacity that is left.
#[test]
fn says_that_only_some_namespaces_were_read() {
    let shown = nodes(&measured_cluster(), "-n payments --width 200").out;
    assert!(shown.contains("requests at least 1 (12 %)"), "{shown}");
    assert!(shown.contains("Capacity after losing a node: unknown"), "{shown}");
    let only = [node("one", "4", "8Gi"), pod(("a", "StatefulSet", "b"), 0, "one", &json!({ "cpu": "1" }))];
    assert!(
        nodes(&only, "").out.contains("Only 1 node accepts pods without tolerations"),
        "{}",
        nodes(&only, "").out
    );
}

/// Data of metrics servers and nodes may be old, partial, too large or about unknown objects.
#[test]
fn survives_invalid_measurements() {
    let mut items = vec![node("none", "0", "0"), node("lost", "4", "8Gi"), node("over", "4", "8Gi")];
    items[0]["status"].as_object_mut().unwrap().remove("allocatable");
    items.push(measured("none", "1", "1Gi"));
    let mut old = measured("lost", "1", "7900Mi");
    old["timestamp"] = json!("2025-12-26T01:50:00Z");
    items.extend([old, measured("over", "5", "9Gi"), measured("stranger", "1", "1Gi")]);
    items.push(measured("half", "1", "1Gi"));
    items.last_mut().unwrap()["usage"].as_object_mut().unwrap().remove("cpu");
    items.push(pod(("a", "StatefulSet", "b"), 0, "none", &json!({ "cpu": "1", "memory": "1Gi" })));
    items.push(pod(("a", "StatefulSet", "b"), 1, "unknown", &json!({ "cpu": "-1", "memory": "-1Gi" })));
    let ran = nodes(&items, "--width 200");
    assert!(ran.out.contains("9Gi/8Gi (112 %)"), "{}", ran.out);
    assert!(ran.out.contains("used 5 (125 %) on 1 of 2 nodes"), "{}", ran.out);
    assert!(
        ran.out.contains("Nodes that report no allocatable CPU or memory, not counted: 1"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("Note: 1 object of nodes.metrics.k8s.io (measured too long ago)"),
        "{}",
        ran.out
    );
    let report = nodes(&items, "-o json").json();
    let findings = report["findings"].as_array().unwrap();
    let found: Vec<_> = findings.iter().filter(|f| f["id"] == "node-memory-used").collect();
    assert_eq!(found.len(), 1);
    assert_eq!((&found[0]["object"]["name"], &found[0]["severity"]), (&json!("over"), &json!("high")));
    assert!(
        found[0]["message"].as_str().unwrap().contains("112.5 % of the allocatable 8Gi"),
        "{}",
        found[0]["message"]
    );
}

/// A profile that mutes the checks of nodes.
const MUTES: &str =
    "profiles:\n  p:\n    mutes:\n    - {check: node-*, reason: known, owner: us, until: 2026-12-31}\n";

#[test]
fn the_class_of_a_node_agrees_with_the_findings_about_it() {
    let mut items = vec![node("dead", "8", "32Gi"), node("low", "8", "32Gi"), node("busy", "8", "32Gi")];
    items[0]["status"]["conditions"][0] =
        json!({ "type": "Ready", "status": "False", "lastTransitionTime": "2025-12-20T00:00:00Z" });
    items[1]["status"]["conditions"][1]["status"] = json!("True");
    // Between the two numbers by which nodes were judged before: 92 of 100 pod slots.
    items[2]["status"]["allocatable"]["pods"] = json!("100");
    let asks = json!({ "cpu": "1m", "memory": "1Mi" });
    items.extend((0..92).map(|index| pod(("shop", "StatefulSet", "web"), index, "busy", &asks)));
    let config = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(config.path(), MUTES).unwrap();
    let muting = format!("--config {} --profile p", config.path().display());
    for (flags, worst) in
        [("", "unhealthy"), ("--skip node-not-ready", "attention"), (muting.as_str(), "healthy")]
    {
        let report = nodes(&items, &format!("-o json {flags}")).json();
        let findings = report["findings"].as_array().unwrap();
        for node in report["nodes"].as_array().unwrap() {
            let about = findings.iter().filter(|finding| {
                finding["object"]["kind"] == "Node" && finding["object"]["name"] == node["name"]
            });
            let severities: Vec<&str> = about.map(|finding| finding["severity"].as_str().unwrap()).collect();
            let class = match severities.as_slice() {
                all if all.contains(&"high") => "unhealthy",
                all if all.contains(&"medium") => "attention",
                _ => "healthy",
            };
            assert_eq!(node["class"], class, "{flags} {} {severities:?}", node["name"]);
        }
        assert_eq!(report["nodes"][0]["class"], worst, "{flags}");
        let named = nodes(&items, &format!("-o name {flags}")).out;
        assert_eq!(
            named.lines().count(),
            report["nodes"].as_array().unwrap().iter().filter(|n| n["class"] != "healthy").count()
        );
    }
}

fn memory_findings(items: &[Value], arguments: &str) -> Vec<(String, String)> {
    let report = judged_now(items, &format!("-o json {arguments}"));
    let findings = report["findings"].as_array().unwrap().iter().filter(|f| f["id"] == "node-memory-used");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    findings.map(|f| (text(&f["object"]["name"]), text(&f["severity"]))).collect()
}

fn judged_now(items: &[Value], arguments: &str) -> Value {
    let input = json!({ "kind": "List", "items": items }).to_string();
    let mut command = healthcheck();
    command.args(["-f", "-", "--now", NOW]).args(arguments.split_whitespace());
    command.fed(input.as_bytes()).json()
}

#[test]
fn a_node_at_ninety_percent_of_its_memory_is_a_finding() {
    let any = || pod(("a", "StatefulSet", "b"), 0, "n", &json!({ "cpu": "1", "memory": "1Mi" }));
    let of = |used: &str| vec![node("n", "4", "1000Mi"), measured("n", "4", used), any()];
    let found = |used: &str, arguments: &str| {
        memory_findings(&of(used), arguments).first().map(|(_, severity)| severity.clone())
    };
    assert_eq!(found("899Mi", ""), None);
    assert_eq!(found("900Mi", "").as_deref(), Some("medium"));
    assert_eq!(found("969Mi", "").as_deref(), Some("medium"));
    assert_eq!(found("970Mi", "").as_deref(), Some("high"));
    assert_eq!(found("970Mi", "--node-memory 98"), None);
    assert_eq!(found("980Mi", "--node-memory 98").as_deref(), Some("high"));
    assert_eq!(found("500Mi", "--node-memory 50").as_deref(), Some("medium"));
    // The kubelet reports more memory in use.
    let mut items = of("990Mi");
    items[0]["status"]["conditions"][1]["status"] = json!("True");
    assert_eq!(memory_findings(&items, ""), []);
    items[0]["status"]["conditions"][1]["status"] = json!("False");
    items[0]["spec"] = json!({ "taints": [{ "key": "karpenter.sh/disrupted", "effect": "NoSchedule" }] });
    assert_eq!(found("990Mi", "").as_deref(), Some("high"));
    assert_eq!(memory_findings(&items, ""), [("n".to_owned(), "low".to_owned())]);
}

#[test]
fn names_the_largest_pods_of_the_node() {
    let report = judged_now(&measured_cluster(), "-o json");
    let finding =
        report["findings"].as_array().unwrap().iter().find(|f| f["id"] == "node-memory-used").unwrap();
    assert_eq!(finding["message"], "30Gi of memory in use, 93.7 % of the allocatable 32Gi");
    assert_eq!(
        finding["evidence"],
        json!([
            "memory requested by its pods: 14.1Gi",
            "pods that use the most memory: payments/ledger-0 11Gi, payments/ledger-1 9Gi, shop/orders-db-0 5Gi"
        ])
    );
    assert_eq!(
        finding["actions"],
        json!([
            { "command": "kubectl top pods -A --sort-by=memory", "changes": false },
            { "command": "kubectl describe node worker-one", "changes": false },
        ])
    );
    // With only some pods measured, the largest are unknown.
    let mut items = measured_cluster();
    items.retain(|item| item["kind"] != "PodMetrics" || item["metadata"]["name"] == "ledger-0");
    let report = judged_now(&items, "-o json");
    let finding =
        report["findings"].as_array().unwrap().iter().find(|f| f["id"] == "node-memory-used").unwrap();
    assert_eq!(finding["evidence"], json!(["memory requested by its pods: 14.1Gi"]));
    assert_eq!(judged(&cluster(), "-o json").json()["resources"][0]["usage"], Value::Null);
}

#[test]
fn the_memory_threshold_applies_to_nodes() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config.yaml");
    let with = |profile: &str| {
        std::fs::write(&config, profile).unwrap();
        let input =
            json!({ "kind": "List", "items": [node("n", "4", "1000Mi"), measured("n", "4", "800Mi")] })
                .to_string();
        healthcheck()
            .args(["-f", "-", "--now", NOW, "-o", "json", "--profile", "p", "--config"])
            .arg(&config)
            .fed(input.as_bytes())
    };
    let found = with("profiles:\n  p: {thresholds: {nodeMemory: '80'}}\n");
    assert!(found.out.contains("node-memory-used"), "{found:?}");
    for (profile, why) in [
        ("profiles:\n  p: {thresholds: {nodeMemory: 'much'}}\n", "\"much\" is not a percentage"),
        (
            "profiles:\n  p: {classes: {c: {workloads: [web], thresholds: {nodeMemory: '80'}}}}\n",
            "nodeMemory is a threshold of nodes",
        ),
    ] {
        let refused = with(profile);
        assert!(refused.code == 2 && refused.err.contains(why), "{refused:?}");
    }
}

//! CPU throttling: figures that operators acted on or ignored, and the findings about them.

use crate::support::{Ran, Run, healthcheck};
use serde_json::{Value, json};

/// A workload with one pod whose container was throttled in this share of 10,000 periods, in tenths of a percent.
struct Workload {
    kind: &'static str,
    name: &'static str,
    share: i64,
    limit: i64,
}

fn objects(Workload { kind, name, share, limit }: &Workload, annotations: &Value) -> Vec<Value> {
    let pod = format!("{name}-0");
    let metadata = |name: &str| json!({ "name": name, "namespace": "pigo-prod", "creationTimestamp": "2025-12-01T00:00:00Z" });
    let mut owner = metadata(name);
    owner["annotations"] = annotations.clone();
    let mut owned = metadata(&pod);
    owned["ownerReferences"] = json!([{ "kind": kind, "name": name, "controller": true }]);
    let api = if matches!(*kind, "Job" | "CronJob") { "batch/v1" } else { "apps/v1" };
    vec![
        json!({ "apiVersion": api, "kind": kind, "metadata": owner,
            "spec": { "replicas": 1, "template": { "metadata": { "labels": { "app": name, "tier": "back-office" } } } },
            "status": { "replicas": 1, "readyReplicas": 1, "availableReplicas": 1, "updatedReplicas": 1, "active": 1 } }),
        json!({ "apiVersion": "v1", "kind": "Pod", "metadata": owned,
            "spec": { "nodeName": "n1", "containers": [{ "name": "app", "image": "registry.example.com/app:1" }] },
            "status": { "phase": "Running", "containerStatuses": [{ "name": "app", "ready": true, "restartCount": 0, "image": "i",
                "imageID": "", "state": { "running": { "startedAt": "2025-12-01T00:00:00Z" } }, "lastState": {} }] } }),
        json!({ "apiVersion": "healthcheck/v1", "kind": "Throttling", "metadata": { "name": format!("{pod}/app"), "namespace": "pigo-prod" },
            "periods": 10_000, "throttled": share * 10, "windowSeconds": 3600, "limitMillis": limit }),
    ]
}

fn judged(items: &[Value], flags: &str, profile: &str) -> Ran {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config.yaml");
    std::fs::write(&config, profile).unwrap();
    let list = json!({ "apiVersion": "v1", "kind": "List", "items": items }).to_string();
    let mut command = healthcheck();
    command.args(["-f", "-", "--now", "2025-12-31T02:00:00Z", "--config"]).arg(config);
    command.args(flags.split_whitespace()).fed(list.as_bytes())
}

/// Returns the message of the throttling finding and its first command, if there is one.
fn found(workload: &Workload, annotations: &Value, flags: &str, profile: &str) -> Option<(String, String)> {
    let ran = judged(&objects(workload, annotations), &format!("-o json {flags}"), profile);
    let report = ran.json();
    let finding =
        report["findings"].as_array().unwrap().iter().find(|finding| finding["id"] == "cpu-throttled")?;
    assert_eq!(finding["severity"], "high");
    // It is slow, and it works.
    assert_eq!(report["verdict"], "attention");
    assert_eq!(report["totals"]["healthy"], 1);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let actions = finding["actions"].as_array().unwrap();
    let change = actions.iter().find(|action| action["changes"] == true).unwrap();
    Some((text(&finding["message"]), text(&change["command"])))
}

const fn deployment(name: &'static str, share: i64, limit: i64) -> Workload {
    Workload { kind: "Deployment", name, share, limit }
}

#[test]
fn reports_workloads_above_ten_percent_with_a_higher_limit() {
    for (share, limit, told, next) in [
        (113, 200, "11.3 %", "500m"),
        (143, 400, "14.3 %", "800m"),
        (227, 500, "22.7 %", "1000m"),
        (231, 2000, "23.1 %", "3000m"),
        (275, 3000, "27.5 %", "4000m"),
        (395, 2000, "39.5 %", "3000m"),
        (422, 3000, "42.2 %", "4000m"),
    ] {
        let (message, command) = found(&deployment("web", share, limit), &json!({}), "", "").unwrap();
        assert_eq!(
            message,
            format!(
                "container app is throttled in {told} of its CPU periods: its limit is {limit}m, try {next}"
            )
        );
        assert_eq!(
            command,
            format!("kubectl set resources -n pigo-prod deployment/web -c app --limits=cpu={next}")
        );
    }
    assert_eq!(found(&deployment("web", 100, 500), &json!({}), "", ""), None, "exactly ten percent");
}

#[test]
fn batch_workloads_have_a_higher_threshold() {
    for share in [119, 161, 197, 200] {
        for (kind, name) in [("Deployment", "gitlab-runner"), ("Job", "import"), ("CronJob", "nightly")] {
            assert_eq!(
                found(&Workload { kind, name, share, limit: 2000 }, &json!({}), "", ""),
                None,
                "{name} {share}"
            );
        }
        assert!(found(&deployment("web", share, 2000), &json!({}), "", "").is_some());
    }
    for share in [201, 275, 395, 422] {
        assert!(found(&deployment("gitlab-runner", share, 3000), &json!({}), "", "").is_some(), "{share}");
    }
}

#[test]
fn annotations_can_set_the_class_batch() {
    let jcard = || deployment("jcard-service", 139, 1000);
    assert!(found(&jcard(), &json!({}), "", "").is_some());
    assert_eq!(found(&jcard(), &json!({ "healthcheck.dev/class": "batch" }), "", ""), None);
    assert_eq!(found(&jcard(), &json!({ "healthcheck.dev/throttled": "15" }), "", ""), None);
    assert_eq!(found(&jcard(), &json!({}), "--throttled 13.9", ""), None);
    let profile = "profiles:\n  p:\n    classes:\n      batch: {workloads: [jcard-service]}\n";
    assert_eq!(found(&jcard(), &json!({}), "--profile p", profile), None);
    for (labels, is_batch) in
        [("{tier: back-*}", true), ("{tier: back-*, app: jcard-*}", true), ("{tier: back-*, app: x}", false)]
    {
        let profile = format!("profiles:\n  p:\n    classes:\n      batch: {{labels: {labels}}}\n");
        assert_eq!(found(&jcard(), &json!({}), "--profile p", &profile).is_none(), is_batch, "{labels}");
    }
    // The class keeps its threshold and now has the pattern of the profile.
    assert!(found(&deployment("gitlab-runner", 139, 1000), &json!({}), "--profile p", profile).is_some());
    let strict = "profiles:\n  p:\n    classes:\n      batch: {thresholds: {throttled: '15'}}\n";
    assert!(found(&deployment("gitlab-runner", 161, 1000), &json!({}), "--profile p", strict).is_some());
}

#[test]
fn ignores_few_periods() {
    let mut items = objects(&deployment("web", 900, 500), &json!({}));
    for (periods, throttled, told) in
        [(20, 20, false), (1799, 1799, false), (1800, 1800, true), (0, 0, false), (5, 9, false)]
    {
        items[2]["periods"] = json!(periods);
        items[2]["throttled"] = json!(throttled);
        let report = judged(&items, "-o json", "").json();
        let is_told =
            report["findings"].as_array().unwrap().iter().any(|finding| finding["id"] == "cpu-throttled");
        assert_eq!(is_told, told, "{throttled} of {periods}");
    }
}

#[test]
fn idle_pods_do_not_hide_a_throttled_one() {
    let mut items = objects(&deployment("web", 500, 500), &json!({}));
    for i in 1..25 {
        let [_, mut pod, mut measured] =
            <[Value; 3]>::try_from(objects(&deployment("web", 0, 500), &json!({}))).unwrap();
        pod["metadata"]["name"] = json!(format!("web-{i}"));
        measured["metadata"]["name"] = json!(format!("web-{i}/app"));
        measured["periods"] = json!(120);
        items.extend([pod, measured]);
    }
    let report = judged(&items, "-o json", "").json();
    let found = report["findings"].as_array().unwrap();
    let [finding] = &found[..] else { panic!("{found:?}") };
    assert!(finding["message"].as_str().unwrap().contains("throttled in 50.0 % of"), "{finding}");
    let pods =
        finding["evidence"].as_array().unwrap().iter().any(|said| said.to_string().contains("in 1 pod;"));
    assert!(pods, "{finding}");
}

#[test]
fn sums_the_pods_of_a_workload() {
    let mut items = objects(&deployment("web", 300, 0), &json!({}));
    let mut second = objects(&deployment("web", 100, 0), &json!({}));
    second.remove(0);
    second[0]["metadata"]["name"] = json!("web-1");
    second[1]["metadata"]["name"] = json!("web-1/app");
    items.extend(second);
    let report = judged(&items, "-o json", "").json();
    let finding = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|finding| finding["id"] == "cpu-throttled")
        .unwrap();
    assert_eq!(finding["message"], "container app is throttled in 20.0 % of its CPU periods by its limit");
    assert_eq!(finding["object"]["kind"], "Deployment");
    assert_eq!(
        finding["evidence"][0],
        "4000 of 20000 periods throttled within 60m in 2 pods; threshold 10.0 %"
    );
    assert_eq!(finding["key"], "cpu-throttled/pigo-prod/Deployment/web/app");
}

#[test]
fn shows_throttling_in_three_languages_and_compares_it() {
    let workload = |share| objects(&deployment("web", share, 500), &json!({}));
    for (lang, told) in [
        ("en", "container app is throttled in 42.2 % of its CPU periods: its limit is 500m, try 1000m"),
        ("zh-TW", "容器 app 有 42.2% 的 CPU 週期被限流：上限（limit）為 500m，建議改為 1000m"),
        ("zh-CN", "容器 app 有 42.2% 的 CPU 周期被限流：限制（limit）为 500m，建议改为 1000m"),
    ] {
        let table = judged(&workload(422), &format!("--width 200 --lang {lang}"), "").out;
        assert!(table.contains(told), "{table}");
    }
    let dir = tempfile::tempdir().unwrap();
    let baseline = dir.path().join("before.json");
    std::fs::write(&baseline, judged(&workload(422), "-o json", "").out).unwrap();
    let better = judged(&workload(120), &format!("--baseline {} --width 200", baseline.display()), "").out;
    assert!(better.contains("42.2 % → 12.0 %"), "{better}");
}

//! The next day: a capture of the day before, a rollout that changes every name, and the reported changes.

use crate::support::corpus;
use crate::support::lab::Lab;
use crate::support::{Ran, Run};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

const DAY: i64 = 86_400;

/// The scope on both days, without a grace period.
const SCOPE: &str = "-n shop --grace 0";

/// Annotations for the pods: the number of crashes, or none if they run.
fn annotations(restarts: Option<&str>, template: &str) -> Value {
    match restarts {
        Some(restarts) => json!({
            "lab/waiting": "CrashLoopBackOff", "lab/exit-code": "1", "lab/reason": "Error",
            "lab/restarts": restarts, "template": template,
        }),
        None => json!({ "template": template }),
    }
}

/// A Deployment that deletes its old pods before it creates new ones.
pub fn deployment(name: &str, replicas: u32, restarts: Option<&str>, template: &str) -> Value {
    let labels = json!({ "app": name });
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": name, "namespace": "shop" },
        "spec": {
            "replicas": replicas, "selector": { "matchLabels": labels }, "strategy": { "type": "Recreate" },
            "template": {
                "metadata": { "labels": labels, "annotations": annotations(restarts, template) },
                "spec": { "terminationGracePeriodSeconds": 0, "containers": [{ "name": "app", "image": "registry.example.com/app:1" }] },
            },
        },
    })
}

fn first_day() -> [Value; 5] {
    [
        deployment("fresh", 2, None, "a"),
        deployment("gone", 2, Some("12"), "a"),
        deployment("grows", 2, Some("12"), "a"),
        deployment("heals", 3, Some("12"), "a"),
        deployment("stays", 2, Some("12"), "a"),
    ]
}

/// Every template is different, so every pod has a new name.
fn second_day() -> [Value; 5] {
    [
        deployment("fresh", 2, Some("12"), "b"),
        deployment("gone", 2, None, "b"),
        deployment("grows", 2, Some("40"), "b"),
        deployment("heals", 2, Some("12"), "b"),
        deployment("stays", 2, Some("3"), "b"),
    ]
}

/// Applies the Deployments and waits until only their new pods exist.
fn roll_out(lab: &Lab, deployments: &[Value], template: &str) -> Vec<String> {
    let list = json!({ "apiVersion": "v1", "kind": "List", "items": deployments }).to_string();
    let ran = lab.command("kubectl").args(["apply", "-f", "-"]).fed(list.as_bytes());
    assert_eq!(ran.code, 0, "{ran:?}");
    let wanted: u64 = deployments.iter().filter_map(|of| of["spec"]["replicas"].as_u64()).sum();
    let is_done = |pods: &Value| {
        let pods = pods["items"].as_array().unwrap();
        let settled = |pod: &Value| {
            pod["metadata"]["annotations"]["template"] == template
                && pod["status"]["containerStatuses"].is_array()
        };
        pods.len() as u64 == wanted && pods.iter().all(settled)
    };
    lab.wait_until("get pods -n shop -o json", |ran| is_done(&ran.json()));
    // The status of the controllers is current too.
    for of in deployments {
        let name = of["metadata"]["name"].as_str().unwrap();
        let query = format!("get deployment {name} -n shop -o json");
        lab.wait_until(&query, |ran| {
            let (wanted, status) = (&of["spec"]["replicas"], &ran.json()["status"]);
            let observed = status["observedGeneration"] == ran.json()["metadata"]["generation"];
            observed && status["updatedReplicas"] == *wanted && status["replicas"] == *wanted
        });
    }
    let names = lab.kubectl("get pods -n shop -o name").out;
    names.lines().map(|line| line.trim_start_matches("pod/").to_owned()).collect()
}

/// A cluster on its second day, and files about its first day.
struct NextDay {
    lab: Lab,
    /// The pods of the first and of the second day.
    pods: [Vec<String>; 2],
}

/// All tests share one namespace, so only one deploys at a time.
fn next_day() -> MutexGuard<'static, NextDay> {
    static NEXT: LazyLock<Mutex<NextDay>> = LazyLock::new(|| Mutex::new(NextDay::new()));
    NEXT.lock().unwrap_or_else(PoisonError::into_inner)
}

impl NextDay {
    fn new() -> Self {
        let lab = Lab::start(&[("FULL", "1")]);
        lab.apply(&[
            json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "shop" } }),
            json!({ "apiVersion": "v1", "kind": "Node", "metadata": {
                "name": "n1", "annotations": { "kwok.x-k8s.io/node": "fake" }, "labels": { "kubernetes.io/hostname": "n1" },
            } }),
        ]);
        let before = roll_out(&lab, &first_day(), "a");
        let ran =
            lab.healthcheck(&format!("snapshot -n shop -o {}", lab.dir.path().join("today.json").display()));
        assert!(ran.code == 0 && ran.err.starts_with("wrote "), "{ran:?}");
        // Dates the capture one day back.
        let mut capture: Value =
            serde_json::from_str(&std::fs::read_to_string(lab.dir.path().join("today.json")).unwrap())
                .unwrap();
        corpus::shift(&mut capture, -DAY);
        std::fs::write(lab.dir.path().join("yesterday.json"), capture.to_string()).unwrap();
        let after = roll_out(&lab, &second_day(), "b");
        let next = Self { lab, pods: [before, after] };
        let report = next.run(&format!("-f {} --grace 0 -o json", next.path("yesterday.json").display()));
        std::fs::write(next.path("report.json"), report.out).unwrap();
        next
    }

    fn path(&self, name: &str) -> PathBuf {
        self.lab.dir.path().join(name)
    }

    fn run(&self, arguments: &str) -> Ran {
        self.lab.healthcheck(arguments)
    }
}

/// Returns the worst change of each Deployment.
fn told(changes: &Value) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    for changed in changes.as_array().unwrap() {
        let text = |pointer: &str| changed.pointer(pointer).and_then(Value::as_str);
        let owner = text("/owner/name").or(text("/object/name")).unwrap().to_owned();
        if changed["severity"] != json!({ "before": "low", "now": "low" })
            && !out.iter().any(|(_, of)| *of == owner)
        {
            out.push((text("/change").unwrap().to_owned(), owner));
        }
    }
    out
}

#[test]
fn reports_only_changes_after_a_rollout() {
    let next = next_day();
    assert!(next.pods[0].iter().all(|name| !next.pods[1].contains(name)), "{:?}", next.pods);
    let wanted: Vec<(String, String)> = [
        ("new", "fresh"),
        ("worse", "grows"),
        ("fixed", "gone"),
        ("better", "heals"),
        ("unchanged", "stays"),
    ]
    .map(|(change, name)| (change.to_owned(), name.to_owned()))
    .to_vec();
    let capture = next.run(&format!("snapshot -n shop -o {}", next.path("second.json").display()));
    assert_eq!(capture.code, 0, "{capture:?}");
    let second = format!("-f {} --grace 0", next.path("second.json").display());
    for scope in [SCOPE, &second] {
        for baseline in ["yesterday.json", "report.json"] {
            let with = format!("--baseline {} --fail-on new", next.path(baseline).display());
            let ran = next.run(&format!("{scope} {with} -o json"));
            assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{ran:?}");
            let report = ran.json();
            let comparison = &report["comparisons"][0];
            assert_eq!(told(&comparison["changes"]), wanted, "{scope} {baseline}: {comparison:#}");
            assert_eq!(comparison["counts"]["unknown"], 0, "{comparison:#}");
            // Nothing that is there today is called new but what is.
            let new =
                report["findings"].as_array().unwrap().iter().filter(|finding| finding["change"] == "new");
            assert!(
                new.clone().count() > 0
                    && new.clone().all(|finding| finding["key"].as_str().unwrap().contains("/fresh"))
            );
        }
    }
    let table = |arguments: &str| {
        let baseline = next.path("yesterday.json").display().to_string();
        let ran = next.run(&format!("{SCOPE} --baseline {baseline} --width 200 {arguments}"));
        assert_eq!(ran.code, 1, "{ran:?}");
        ran.out
    };
    let (english, chinese) = (table(""), table("--lang zh-TW"));
    let heads = |out: &str, words: [&str; 5]| {
        let lines: Vec<&str> = out.lines().collect();
        assert!(lines[1].contains("（24h 前）以來：") || lines[1].contains("(24h ago): "), "{out}");
        let rows = words.map(|word| {
            lines.iter().position(|line| line.starts_with(word)).unwrap_or_else(|| panic!("{word}: {out}"))
        });
        assert!(rows.is_sorted(), "{out}");
        rows.map(|row| lines[row].to_owned())
    };
    assert!(english.contains(": 1 new · 1 worse · 1 fixed · 1 better · 1 unchanged\n"), "{english}");
    assert!(chinese.contains("以來：新增 1 · 惡化 1 · 已解決 1 · 好轉 1 · 未變 1\n"), "{chinese}");
    for (out, words) in [
        (&english, ["▲ new ", "↑ worse ", "✓ fixed ", "↓ better ", "= unchanged "]),
        (&chinese, ["▲ 新增 ", "↑ 惡化 ", "✓ 已解決 ", "↓ 好轉 ", "= 未變 "]),
    ] {
        let rows = heads(out, words);
        for (row, name) in rows.iter().zip(["fresh", "grows", "gone", "heals", "stays"]) {
            assert!(row.contains(&format!(" deployment/{name} ")), "{out}");
        }
    }
    assert!(english.contains("restarts 12 → 40") && english.contains("objects 3 → 2"), "{english}");
    assert!(chinese.contains("重啟次數 12 → 40") && chinese.contains("物件數 3 → 2"), "{chinese}");
    // No name of the first day's pods appears.
    assert!(!next.pods[0].iter().any(|name| english.contains(name.as_str())), "{english}");
}

/// Returns the job of docs/ci.md that uses `kubectl rollout status`.
fn job() -> &'static str {
    let (_, rest) = include_str!("../../docs/ci.md").split_once("\n```bash\n").unwrap();
    rest.split_once("```").unwrap().0
}

/// The rollout that breaks something fails the job, and the other one passes, in a namespace with many problems.
#[test]
fn the_example_for_ci_works() {
    let next = next_day();
    let deploy = |template: &str, restarts: Option<&str>| {
        let web = deployment("web", 2, restarts, template).to_string();
        std::fs::write(next.path("app.yaml"), web).unwrap();
        let script = format!("set -eu\n{}", job());
        next.lab.command("bash").current_dir(next.lab.dir.path()).args(["-c", &script]).ran()
    };
    let good = deploy("good", None);
    assert_eq!(good.code, 0, "{good:?}");
    assert!(good.out.contains("): 0 new · "), "{}", good.out);
    let bad = deploy("bad", Some("12"));
    assert_eq!(bad.code, 1, "{bad:?}");
    assert!(bad.out.contains("): 1 new · ") && bad.out.contains(" deployment/web "), "{}", bad.out);
    assert_eq!(next.lab.kubectl("delete deployment web -n shop --cascade=foreground --wait").code, 0);
}

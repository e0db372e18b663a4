//! Keys on a real server: equal with all page sizes, languages and permissions, live and from files.

use crate::corpus::CORPUS;
use crate::rights::ALL;
use crate::support::corpus::{Case, MOMENT, owner};
use crate::support::lab::Lab;
use crate::support::{Ran, Run, run};
use kubectl_healthcheck::model::Owner;
use kubectl_healthcheck::policy::settings::Settings;
use kubectl_healthcheck::report::Report;
use kubectl_healthcheck::snapshot::read_bytes;
use kubectl_healthcheck::wire::Time;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Returns the keys of a case, this many seconds after its moment.
fn keys_after(case: &Case, seconds: i64) -> BTreeSet<String> {
    let moment: jiff::Timestamp = MOMENT.parse().unwrap();
    let list = json!({ "kind": "List", "items": case.objects }).to_string();
    let snapshot = read_bytes("keys", list.as_bytes(), Time::at(moment.as_second() + seconds)).unwrap();
    Report::new(&snapshot, &Settings::default()).findings.iter().map(|finding| finding.key.clone()).collect()
}

/// Returns the cases whose findings do not depend on the duration of the tests.
fn settled(cases: &[Case]) -> Vec<String> {
    let for_an_hour = |case: &&Case| (1..=6).all(|step| keys_after(case, step * 600) == keys_after(case, 0));
    let settled = cases.iter().filter(|case| !case.alone).filter(for_an_hour);
    settled.map(|case| case.name.clone()).collect()
}

/// Returns the keys of findings about the objects of these cases.
fn keys(report: &Value, names: &[String]) -> BTreeSet<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    let of_cases = findings.filter(|finding| owner(names, &finding["object"]).is_some());
    of_cases.map(|finding| finding["key"].as_str().unwrap().to_owned()).collect()
}

fn report(ran: &Ran) -> Value {
    assert!(ran.code == 1 && ran.out.starts_with('{'), "{ran:?}");
    assert_eq!(ran.json()["coverage"]["gaps"], json!([]));
    ran.json()
}

#[test]
fn keys_do_not_depend_on_pages_languages_and_files() {
    let (lab, cases, first) = &*CORPUS;
    let names = settled(cases);
    let wanted = keys(first, &names);
    assert!(wanted.len() > 150, "{} keys of {} cases", wanted.len(), names.len());
    for arguments in ["--page-size 2 --lang zh-TW", "--page-size 500 --lang zh-CN", "--page-size 7 --lang en"]
    {
        let ran = lab.healthcheck(&format!("-A -o json {arguments}"));
        assert_eq!(keys(&report(&ran), &names), wanted, "{arguments}");
    }
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("capture.json.zst").display().to_string();
    let saved = lab.healthcheck(&format!("snapshot -A --page-size 3 --output {file}"));
    assert!(saved.code == 0 && saved.err.starts_with("wrote "), "{saved:?}");
    for lang in ["en", "zh-TW"] {
        let ran = run(&format!("-f {file} -o json --lang {lang}"));
        assert_eq!(keys(&report(&ran), &names), wanted, "{lang}");
    }
}

#[test]
fn keys_of_pods_do_not_need_permission_for_owners() {
    let (lab, cases, first) = &*CORPUS;
    let settled = settled(cases);
    let is = |kinds: &[&str], object: &Value| kinds.contains(&object["kind"].as_str().unwrap());
    let suits = |case: &&Case| {
        let in_one = case.objects.iter().all(|object| object["metadata"]["namespace"] == *case.name);
        settled.contains(&case.name)
            && in_one
            && case.objects.iter().any(|object| is(&["ReplicaSet", "CronJob"], object))
            && case.objects.iter().any(|object| is(&["Pod"], object))
    };
    let names: Vec<String> = cases.iter().filter(suits).map(|case| case.name.clone()).take(40).collect();
    let rights: Vec<(&str, &str)> =
        ALL.into_iter().filter(|(_, resource)| !["replicasets", "cronjobs"].contains(resource)).collect();
    for name in &names {
        lab.grant(name, &rights);
    }
    let ran = lab.healthcheck(&format!("--context limited -n {} -o json", names.join(",")));
    let of_pods = |report: &Value| {
        let mut report = report.clone();
        report["findings"].as_array_mut().unwrap().retain(|finding| finding["object"]["kind"] == "Pod");
        keys(&report, &names)
    };
    let wanted = of_pods(first);
    assert!(wanted.len() >= 10, "{wanted:?}");
    assert_eq!(of_pods(&ran.json()), wanted);
    let unseen = ran.json()["coverage"]["gaps"].to_string();
    assert!(unseen.contains("ReplicaSet") && unseen.contains("CronJob"), "{unseen}");
}

// ------------------------------------------------------------------------------------------- a real rollout

const SPACE: &str = "rolled-out";

/// A workload whose containers wait, as set by the lab's kubelets.
fn workload(kind: &str, name: &str, waiting: &str, spec: &Value) -> Value {
    let says =
        json!({ "lab/restarts": "7", "lab/waiting": waiting, "lab/exit-code": "1", "lab/reason": "Error" });
    let template = json!({
        "metadata": { "labels": { "app": name }, "annotations": says },
        "spec": { "containers": [{ "name": "app", "image": "registry.example.com/app:1" }] },
    });
    let mut object = json!({
        "apiVersion": "apps/v1", "kind": kind, "metadata": { "name": name, "namespace": SPACE }, "spec": spec,
    });
    object["spec"]["selector"] = json!({ "matchLabels": { "app": name } });
    object["spec"]["template"] = template;
    object
}

fn workloads() -> Vec<Value> {
    let deployment = json!({ "replicas": 2, "strategy": { "type": "Recreate" } });
    // An update waits for every pod that is not ready, except the one it replaces.
    let set = json!({ "replicas": 1, "podManagementPolicy": "Parallel", "serviceName": "db" });
    let fails = json!({ "lab/phase": "Failed", "lab/exit-code": "3", "lab/reason": "Error" });
    let job = json!({ "backoffLimit": 0, "template": {
        "metadata": { "annotations": fails },
        "spec": { "restartPolicy": "Never", "containers": [{ "name": "app", "image": "registry.example.com/report:1" }] },
    } });
    vec![
        workload("Deployment", "web", "CrashLoopBackOff", &deployment),
        workload("Deployment", "shop-web-2", "ErrImagePull", &deployment),
        workload("StatefulSet", "db", "CrashLoopBackOff", &set),
        workload("DaemonSet", "agent", "CrashLoopBackOff", &json!({})),
        json!({
            "apiVersion": "batch/v1", "kind": "CronJob", "metadata": { "name": "report", "namespace": SPACE },
            "spec": { "schedule": "* * * * *", "failedJobsHistoryLimit": 5, "jobTemplate": { "spec": job } },
        }),
    ]
}

/// Waits until the kubelet has reported on each pod of a workload, none of them is in `before`, and this many Jobs
/// have failed; then stops further Jobs. Returns the uids of the pods.
fn settle(lab: &Lab, before: &BTreeSet<String>, jobs: usize) -> BTreeSet<String> {
    let items = |ran: &Ran| ran.json()["items"].as_array().unwrap().clone();
    let uids = |ran: &Ran| -> BTreeSet<String> {
        let own = |pod: &&Value| pod["metadata"]["ownerReferences"][0]["kind"] != "Job";
        let uid = |pod: &Value| pod["metadata"]["uid"].as_str().unwrap().to_owned();
        items(ran).iter().filter(own).map(uid).collect()
    };
    let pods = format!("get pods -n {SPACE} -o json");
    lab.wait_until(&pods, |ran| {
        let said = |pod: &Value| pod["status"]["containerStatuses"][0]["state"].is_object();
        items(ran).iter().all(said) && uids(ran).len() == 6 && uids(ran).is_disjoint(before)
    });
    lab.wait_until(&format!("get jobs -n {SPACE} -o json"), |ran| {
        let failed = |job: &&Value| job["status"]["conditions"].to_string().contains(r#""type":"Failed""#);
        items(ran).iter().filter(failed).count() >= jobs
    });
    suspend(lab, true);
    lab.wait_until(&format!("get jobs -n {SPACE} -o json"), |ran| {
        items(ran).iter().all(|job| job["status"]["active"].is_null())
    });
    uids(&lab.kubectl(&pods))
}

fn suspend(lab: &Lab, suspended: bool) {
    let patch = json!({ "spec": { "suspend": suspended } }).to_string();
    change(lab, &["patch", "cronjob", "report", "-p", &patch]);
}

fn change(lab: &Lab, arguments: &[&str]) {
    let ran = lab.command("kubectl").args(["-n", SPACE]).args(arguments).ran();
    assert_eq!(ran.code, 0, "{ran:?}");
}

fn all_keys(lab: &Lab) -> BTreeSet<String> {
    let report = lab.healthcheck(&format!("-n {SPACE} -o json")).json();
    let findings = report["findings"].as_array().unwrap().iter();
    findings.map(|finding| finding["key"].as_str().unwrap().to_owned()).collect()
}

/// Controllers generate the names here, so keys must not contain them.
#[test]
fn keys_survive_a_real_rollout_and_the_next_run_of_a_cronjob() {
    let lab = Lab::start(&[("FULL", "1")]);
    lab.apply(&[
        json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": SPACE } }),
        json!({ "apiVersion": "v1", "kind": "Node", "metadata": {
            "name": "n1", "annotations": { "kwok.x-k8s.io/node": "fake" }, "labels": { "kubernetes.io/hostname": "n1" },
        } }),
    ]);
    lab.wait_until("get nodes", |ran| ran.out.contains(" Ready "));
    lab.apply(&[workloads(), vec![workload("Deployment", "idle", "", &json!({ "replicas": 0 }))]].concat());
    let first = settle(&lab, &BTreeSet::new(), 1);
    let before = all_keys(&lab);
    change(&lab, &["rollout", "restart", "deployment,statefulset,daemonset"]);
    let next = json!({ "spec": { "template": {
        "metadata": { "annotations": { "lab/waiting": "ImagePullBackOff" } },
        "spec": { "containers": [{ "name": "app", "image": "registry.example.com/app:2" }] },
    } } });
    change(&lab, &["patch", "deployment", "shop-web-2", "-p", &next.to_string()]);
    suspend(&lab, false);
    settle(&lab, &first, 2);
    assert_eq!(all_keys(&lab), before);
    let wanted = [
        "cronjob-failing/rolled-out/CronJob/report",
        "job-failed/rolled-out/CronJob/report/BackoffLimitExceeded",
        "pod-crash-loop/rolled-out/DaemonSet/agent/app",
        "pod-crash-loop/rolled-out/Deployment/web/app",
        "pod-crash-loop/rolled-out/StatefulSet/db/app",
        "pod-image-pull-failed/rolled-out/Deployment/shop-web-2/app",
    ];
    assert!(wanted.iter().all(|key| before.contains(*key)), "{before:#?}");
    let made = lab.kubectl(&format!("get replicasets,jobs -n {SPACE} -o json")).json();
    let made = made["items"].as_array().unwrap();
    assert!(made.len() >= 7, "{made:?}");
    for object in made {
        let named = |value: &Value| Owner {
            kind: value["kind"].as_str().unwrap().into(),
            name: value.pointer("/metadata/name").or(value.get("name")).unwrap().as_str().unwrap().into(),
        };
        let owner = named(&object["metadata"]["ownerReferences"][0]);
        assert_eq!(named(object).inferred_owner(), Some(owner), "the owner is inferred from the name");
    }
}

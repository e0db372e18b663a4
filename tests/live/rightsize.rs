//! Rightsizing, and its patches in the real kubectl and API server.

use crate::support::faults::{Fault, Faults};
use crate::support::lab::LAB;
use crate::support::{Ran, Run, healthcheck};
use crate::{healthy, measured_now, namespace};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex};

fn resources(cpu: &str, memory: &str) -> Value {
    json!({ "requests": { "cpu": cpu, "memory": memory }, "limits": { "memory": memory } })
}

/// A Deployment with a sidecar and a StatefulSet, each with one pod.
static SIZED: LazyLock<()> = LazyLock::new(|| {
    namespace("sized");
    let app = |cpu, memory| {
        json!({
            "name": "app", "image": "registry.example.com/app:1", "args": ["--listen", ":8080"],
            "env": [{ "name": "A", "value": "b" }], "resources": resources(cpu, memory),
        })
    };
    let proxy = json!({
        "name": "proxy", "image": "registry.example.com/proxy:1", "restartPolicy": "Always",
        "resources": resources("1", "1Gi"),
    });
    let workload = |kind: &str, name: &str, spec: Value| {
        let labels = json!({ "app": name });
        json!({
            "apiVersion": "apps/v1", "kind": kind, "metadata": { "name": name, "namespace": "sized" },
            "spec": { "replicas": 1, "selector": { "matchLabels": labels },
                "template": { "metadata": { "labels": labels }, "spec": spec } },
        })
    };
    let web = json!({ "containers": [app("2", "4Gi")], "initContainers": [proxy] });
    let db = json!({ "containers": [app("100m", "512Mi")] });
    LAB.apply(&[workload("Deployment", "web", web.clone()), workload("StatefulSet", "db", db.clone())]);
    let pod = |name: &str, kind: &str, owner: &str, spec: &Value| {
        let mut pod = healthy("sized", name);
        pod["metadata"]["ownerReferences"] =
            json!([{ "apiVersion": "apps/v1", "kind": kind, "name": owner, "uid": "1", "controller": true }]);
        pod["spec"] = spec.clone();
        let status = pod["status"]["containerStatuses"][0].clone();
        if let Some(sidecar) = spec["initContainers"][0]["name"].as_str() {
            let mut status = status;
            status["name"] = json!(sidecar);
            pod["status"]["initContainerStatuses"] = json!([status]);
        }
        pod
    };
    LAB.store(&[
        pod("web-7d9f8c5b6f-bcd42", "ReplicaSet", "web-7d9f8c5b6f", &web),
        pod("db-0", "StatefulSet", "db", &db),
    ]);
});

fn usage(container: &str, cpu: i64, mebi: i64) -> Value {
    json!({
        "apiVersion": "healthcheck/v1", "kind": "Usage", "metadata": { "name": container, "namespace": "sized" },
        "cpuP95Millis": cpu, "memoryMaxBytes": mebi << 20, "samples": 2016, "stepSeconds": 300, "windowSeconds": 604_800,
    })
}

/// Returns the patch from a capture of the cluster with a week of usage.
fn patched(dir: &Path) -> String {
    LazyLock::force(&SIZED);
    let file = dir.join("capture.json");
    let ran = LAB.healthcheck(&format!("snapshot -n sized -o {}", file.display()));
    assert_eq!(ran.code, 0, "{ran:?}");
    let mut capture: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    capture["items"].as_array_mut().unwrap().extend([
        usage("web-7d9f8c5b6f-bcd42/app", 130, 1000),
        usage("web-7d9f8c5b6f-bcd42/proxy", 20, 40),
        usage("db-0/app", 400, 490),
    ]);
    std::fs::write(&file, capture.to_string()).unwrap();
    let ran = LAB.healthcheck(&format!("rightsize -o patch -f {}", file.display()));
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
    std::fs::write(dir.join("rightsize.yaml"), &ran.out).unwrap();
    ran.out
}

/// Splits an object, without server fields, into the object without resources and its resources.
fn split(mut object: Value) -> (Value, Vec<Value>) {
    for field in ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp"] {
        object["metadata"].as_object_mut().unwrap().remove(field);
    }
    let spec = &mut object["spec"]["template"]["spec"];
    let mut set = Vec::new();
    for list in ["initContainers", "containers"] {
        for container in spec[list].as_array_mut().into_iter().flatten() {
            set.push(container["resources"].take());
        }
    }
    (object, set)
}

fn kubectl(arguments: &[&str], dir: &Path) -> Ran {
    LAB.command("kubectl").args(arguments).current_dir(dir).ran()
}

const OBJECTS: [&str; 2] = ["deployment/web", "statefulset/db"];

/// Checks the final resources of a workload: of the sidecar, then of the container.
fn is_right_sized(name: &str, before: &Value, after: &Value) {
    let ((old, was), (new, is)) = (split(before.clone()), split(after.clone()));
    assert_eq!(old, new, "{name}: nothing but resources");
    let wanted = match name {
        "deployment/web" => vec![
            json!({ "requests": { "cpu": "30m", "memory": "48Mi" }, "limits": { "memory": "1Gi" } }),
            json!({ "requests": { "cpu": "150m", "memory": "1280Mi" }, "limits": { "memory": "4Gi" } }),
        ],
        _ => {
            vec![json!({ "requests": { "cpu": "500m", "memory": "512Mi" }, "limits": { "memory": "640Mi" } })]
        }
    };
    assert_eq!(is, wanted, "{name}");
    assert_ne!(was, is, "{name}");
}

#[test]
fn the_api_server_applies_a_patch_to_resources_only() {
    let dir = tempfile::tempdir().unwrap();
    let patch = patched(dir.path());
    let get = |name: &str| kubectl(&["get", "-n", "sized", name, "-o", "json"], dir.path()).json();
    let before = OBJECTS.map(get);
    // The commands are those in the patch.
    let told: Vec<&str> = patch.lines().filter_map(|line| line.strip_prefix("#   kubectl ")).collect();
    let [shown, tried] = told[..] else { panic!("{patch}") };
    let shown = kubectl(&shown.split(' ').collect::<Vec<_>>(), dir.path());
    let is_change =
        |line: &&str| line.starts_with(['+', '-']) && !line.starts_with("+++") && !line.starts_with("---");
    let changes: Vec<&str> =
        shown.out.lines().filter(is_change).filter_map(|line| Some(line.get(1..)?.trim())).collect();
    let is_resource = |line: &str| line.starts_with("cpu: ") || line.starts_with("memory: ");
    assert!(shown.code == 1 && changes.len() == 16, "{shown:?}");
    assert!(changes.iter().all(|line| is_resource(line) || line.starts_with("generation: ")), "{shown:?}");
    let mut words: Vec<&str> = tried.split(' ').collect();
    assert_eq!(words[..3], ["--context", "lab", "apply"], "{tried}");
    let refused = kubectl(&words, dir.path());
    assert!(refused.code == 1 && refused.err.contains("conflicts with \"kubectl-create\""), "{refused:?}");
    words.extend(["--force-conflicts", "-o", "json"]);
    let tried = kubectl(&words, dir.path());
    assert_eq!((tried.code, tried.err.as_str()), (0, ""), "{tried:?}");
    let list = tried.json();
    for (name, before) in OBJECTS.iter().zip(&before) {
        let named =
            |object: &&Value| name.ends_with(&format!("/{}", object["metadata"]["name"].as_str().unwrap()));
        is_right_sized(name, before, list["items"].as_array().unwrap().iter().find(named).unwrap());
    }
    assert_eq!(OBJECTS.map(get), before, "the dry run changes nothing");
}

#[test]
fn kustomize_applies_a_patch_to_resources_only() {
    let dir = tempfile::tempdir().unwrap();
    let patch = patched(dir.path());
    let advice: String =
        patch.lines().filter_map(|line| line.strip_prefix("#   ")).take(2).collect::<Vec<_>>().join("\n");
    assert_eq!(advice, "patches:\n  - path: rightsize.yaml");
    let before = OBJECTS.map(|name| kubectl(&["get", "-n", "sized", name, "-o", "json"], dir.path()).json());
    let list = json!({ "apiVersion": "v1", "kind": "List", "items": before });
    std::fs::write(dir.path().join("all.json"), list.to_string()).unwrap();
    std::fs::write(dir.path().join("kustomization.yaml"), format!("resources:\n  - all.json\n{advice}\n"))
        .unwrap();
    let built = kubectl(&["kustomize", "."], dir.path());
    assert_eq!((built.code, built.err.as_str()), (0, ""), "{built:?}");
    let documents: Vec<Value> =
        built.out.split("\n---\n").map(|document| serde_saphyr::from_str(document).unwrap()).collect();
    assert_eq!(documents.len(), 2);
    for (name, before) in OBJECTS.iter().zip(&before) {
        let named =
            |object: &&Value| name.ends_with(&format!("/{}", object["metadata"]["name"].as_str().unwrap()));
        is_right_sized(name, before, documents.iter().find(named).unwrap());
    }
}

#[test]
fn one_sample_gives_no_suggestions() {
    LazyLock::force(&SIZED);
    let metrics = || {
        json!({
            "kind": "PodMetricsList", "apiVersion": "metrics.k8s.io/v1beta1", "metadata": {},
            "items": [{
                "metadata": { "name": "db-0", "namespace": "sized" }, "timestamp": measured_now(), "window": "15s",
                "containers": [{ "name": "app", "usage": { "cpu": "12345678n", "memory": "102400Ki" } }],
            }],
        })
    };
    let rule = move |asked: &crate::support::faults::Asked| {
        if asked.path.contains("metrics.k8s.io") && asked.path.contains("/pods") {
            Fault::Answer(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n".to_owned(),
                metrics().to_string(),
            )
        } else {
            Fault::None
        }
    };
    let faults = Faults::before(&LAB, rule);
    let ran = |flags: &str| {
        let mut command = healthcheck();
        command.args(["rightsize", "-s", &faults.url(), "-n", "sized"]).args(flags.split_whitespace()).ran()
    };
    let table = ran("--width 120");
    assert_eq!(table.code, 0, "{table:?}");
    assert!(table.out.starts_with("⚪ Too few samples for suggestions · one sample"), "{table:?}");
    let row = table.out.lines().find(|line| line.contains("statefulset/db")).unwrap();
    assert!(row.contains("13m/100m") && row.contains("100Mi/512Mi") && row.ends_with("one sample"), "{row}");
    assert!(
        table.out.contains("1 workload without usage data") && !table.out.contains("-o patch"),
        "{table:?}"
    );
    let report = ran("-o json").json();
    let containers = report["containers"].as_array().unwrap();
    assert_eq!((containers.len(), &containers[0]["measured"]), (1, &json!("one-sample")));
    assert!(ran("-o patch").out.ends_with("# No changes.\n"));
}

#[test]
fn requests_only_the_data_for_rightsizing_and_always_autoscalers() {
    namespace("sized-troubled");
    let mut pod = healthy("sized-troubled", "db-0");
    pod["metadata"]["ownerReferences"] = json!([{ "apiVersion": "apps/v1", "kind": "StatefulSet", "name": "db", "uid": "1", "controller": true }]);
    pod["metadata"]["labels"] = json!({ "app": "db" });
    pod["spec"]["nodeName"] = json!("nobody");
    let status = &mut pod["status"]["containerStatuses"][0];
    status["ready"] = json!(false);
    status["restartCount"] = json!(7);
    status["state"] = json!({ "waiting": { "reason": "CrashLoopBackOff" } });
    status["lastState"] = json!({ "terminated": { "exitCode": 1, "reason": "Error" } });
    LAB.store(&[pod]);
    let asked = |flags: &str| -> Vec<String> {
        let told = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&told);
        let faults = Faults::before(&LAB, move |asked| {
            seen.lock().unwrap().push(asked.path.clone());
            Fault::None
        });
        let mut command = healthcheck();
        let ran = command.args(flags.split(' ')).args(["-s", &faults.url(), "-n", "sized-troubled"]).ran();
        assert!(ran.code < 2, "{ran:?}");
        std::mem::take(&mut *told.lock().unwrap())
    };
    let count = |asked: &[String], what: &str| asked.iter().filter(|path| path.contains(what)).count();
    let check = asked("-o json");
    assert!(count(&check, "/events") > 0 && count(&check, "/log") > 0, "{check:?}");
    for flags in ["rightsize", "rightsize -l app=db", "rightsize --field-selector metadata.name=db-0"] {
        let asked = asked(flags);
        let of = ["/events", "/log", "/horizontalpodautoscalers"].map(|what| count(&asked, what));
        assert_eq!(of, [0, 0, 1], "{flags}: {asked:?}");
    }
}

#[test]
fn shows_several_clusters_in_order_and_a_patch_for_one() {
    LazyLock::force(&SIZED);
    let both = LAB.healthcheck("rightsize --context lab,limited -n sized -o json");
    let report = both.json();
    assert_eq!((both.code, report["clusters"].as_array().unwrap().len()), (3, 2), "{both:?}");
    let table = LAB.healthcheck("rightsize --context lab,limited -n sized").out;
    let place = |name: &str| table.find(&format!("context {name}")).unwrap_or_else(|| panic!("{table}"));
    assert!(place("lab") < place("limited"), "{table}");
    let patch = LAB.healthcheck("rightsize --context lab,limited -n sized -o patch");
    assert!(patch.code == 2 && patch.err.contains("a patch is for one cluster"), "{patch:?}");
}

//! The manifests of deploy/: a real API server accepts them, their rights are exactly those that are used, and the CronJob
//! tells a chat about changes only. The script writes an image that a registry accepts.

use crate::healthy;
use crate::service::{failed, namespace};
use crate::support::lab::Lab;
use crate::support::receiver::Receiver;
use crate::support::service::Service;
use crate::support::{BINARY, Ran, Run, binaries, in_clean_environment};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// Returns the objects of an example, without those of the Prometheus Operator, which the lab does not serve.
fn built(lab: &Lab, example: &str) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/examples").join(example);
    let ran = lab.kubectl(&format!("kustomize {}", folder.display()));
    assert_eq!(ran.code, 0, "{ran:?}");
    let documents = ran.out.split("\n---\n").map(|text| serde_saphyr::from_str::<Value>(text).unwrap());
    documents.filter(|object| object["apiVersion"] != "monitoring.coreos.com/v1").collect()
}

/// Returns flags for the account of the manifests.
fn account(lab: &Lab, namespace: &str) -> String {
    let token = lab.kubectl(&format!("create token healthcheck -n {namespace}"));
    assert_eq!(token.code, 0, "{token:?}");
    format!("--token {}", token.out.trim())
}

fn lab_with(policy: &str) -> Lab {
    let lab = Lab::start(&[("APISERVER_FLAGS", policy)]);
    lab.apply(&["shop", "monitoring"].map(namespace));
    lab.store(&[healthy("shop", "web-0"), healthy("shop", "web-1")]);
    lab
}

/// The containers of a manifest, with what the restricted Pod Security Standard requires.
fn is_restricted(pod: &Value) {
    let (of_pod, containers) = (&pod["securityContext"], pod["containers"].as_array().unwrap());
    assert_eq!(
        (&of_pod["runAsNonRoot"], &of_pod["seccompProfile"]["type"]),
        (&json!(true), &json!("RuntimeDefault"))
    );
    for container in containers {
        let context = &container["securityContext"];
        assert_eq!(context["allowPrivilegeEscalation"], false);
        assert_eq!(context["readOnlyRootFilesystem"], true);
        assert_eq!(context["capabilities"]["drop"], json!(["ALL"]));
        assert!(container["resources"]["requests"]["memory"].is_string());
        assert!(!container["image"].as_str().unwrap().ends_with(":latest"));
    }
}

/// The requests of an account in an audit log, as `verb group/resource`, and those that were refused.
fn asked(log: &Path, account: &str) -> (BTreeSet<String>, Vec<String>) {
    let (mut asked, mut refused) = (BTreeSet::new(), Vec::new());
    let text = std::fs::read_to_string(log).unwrap();
    // The server may be writing the last line. It writes those of an account before it answers.
    for line in text.split_inclusive('\n').filter(|line| line.ends_with('\n')) {
        let event: Value = serde_json::from_str(line).unwrap();
        let about = &event["objectRef"];
        if event["user"]["username"] != account || about.is_null() {
            continue;
        }
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let sub = about["subresource"].as_str().map_or(String::new(), |name| format!("/{name}"));
        let one = format!(
            "{} {}/{}{sub}",
            text(&event["verb"]),
            text(&about["apiGroup"]),
            text(&about["resource"])
        );
        if event["responseStatus"]["code"] == 403 {
            refused.push(one.clone());
        }
        asked.insert(one);
    }
    (asked, refused)
}

/// Returns the rights of a role in the same form.
fn granted(role: &Value) -> BTreeSet<String> {
    let words = |value: &Value| -> Vec<String> {
        value.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    let mut all = BTreeSet::new();
    for rule in role["rules"].as_array().unwrap() {
        for group in words(&rule["apiGroups"]) {
            for resource in words(&rule["resources"]) {
                all.extend(words(&rule["verbs"]).iter().map(|verb| format!("{verb} {group}/{resource}")));
            }
        }
    }
    all
}

fn find<'o>(objects: &'o [Value], kind: &str) -> &'o Value {
    objects.iter().find(|object| object["kind"] == kind).unwrap()
}

#[test]
fn the_rights_are_exactly_those_that_are_used() {
    let folder = tempfile::tempdir().unwrap();
    let (policy, log) = (folder.path().join("policy.yaml"), folder.path().join("audit.log"));
    std::fs::write(&policy, "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata, omitStages: [RequestReceived]}]\n").unwrap();
    let lab = lab_with(&format!(
        "--audit-policy-file={} --audit-log-path={} --audit-log-mode=blocking",
        policy.display(),
        log.display()
    ));
    lab.store(&[crashed("shop", "web-2")]);
    for (example, namespace, role) in
        [("cronjob-shop", "shop", "Role"), ("exporter-cluster", "monitoring", "ClusterRole")]
    {
        let objects = built(&lab, example);
        let deployed = lab
            .command(binaries("tests/lab/build.sh").join("kubectl"))
            .args(["apply", "-f", "-"])
            .fed(json!({ "apiVersion": "v1", "kind": "List", "items": objects }).to_string().as_bytes());
        assert_eq!(deployed.code, 0, "{deployed:?}");
        let scope = scope(&objects, folder.path());
        let flags = format!("{scope} --skip-tls-check {}", account(&lab, namespace));
        let ran = lab.healthcheck(&format!("{flags} -o json --fail-on never"));
        assert_eq!((ran.code, &ran.json()["coverage"]["complete"]), (0, &json!(true)), "{ran:?}");
        let service = Service::start(&lab, &flags);
        service.until("complete coverage", |service| service.metric("healthcheck_coverage_complete") == 1.0);
        service.until("a watch of each list", |service| {
            let text = service.get("/metrics").1;
            let of = |verb: &str| {
                let begin = format!("healthcheck_api_requests_total{{verb=\"{verb}\"");
                // Leases are read from time to time instead.
                let is_counted = |line: &&str| !line.contains("\"Lease\"") && line.contains("\"success\"");
                text.lines().filter(|line| line.starts_with(&begin)).filter(is_counted).count()
            };
            of("watch") == of("list")
        });
        drop(service);
        let (asked, refused) = asked(&log, &format!("system:serviceaccount:{namespace}:healthcheck"));
        assert_eq!(refused, Vec::<String>::new(), "{example}");
        let granted = granted(find(&objects, role));
        let unserved = |one: &&String| {
            ["gateway.networking.k8s.io", "metrics.k8s.io", "cert-manager.io"]
                .iter()
                .any(|group| one.contains(group))
        };
        let more: Vec<&String> = asked.difference(&granted).collect();
        let unused: Vec<&String> = granted.difference(&asked).filter(|one| !unserved(one)).collect();
        assert!(more.is_empty() && unused.is_empty(), "{example} asks for {more:?}, and not for {unused:?}");
    }
}

/// Returns the flags of the scope of an example: those of its profile, or all namespaces.
fn scope(objects: &[Value], folder: &Path) -> String {
    let Some(profile) = objects.iter().find(|object| object["kind"] == "ConfigMap") else {
        return "-A".to_owned();
    };
    // The history is on a volume.
    let text = profile["data"]["config.yaml"]
        .as_str()
        .unwrap()
        .replace("/var/lib/healthcheck", &folder.display().to_string());
    let path = folder.join("config.yaml");
    std::fs::write(&path, text).unwrap();
    format!("--config {}", path.display())
}

/// A pod that crashes: its log is asked for.
fn crashed(namespace: &str, name: &str) -> Value {
    let mut pod = healthy(namespace, name);
    pod["spec"]["nodeName"] = "node-1".into();
    pod["status"]["containerStatuses"][0]["restartCount"] = 12.into();
    pod["status"]["containerStatuses"][0]["ready"] = false.into();
    pod["status"]["containerStatuses"][0]["state"] = json!({ "waiting": { "reason": "CrashLoopBackOff" } });
    pod["status"]["containerStatuses"][0]["lastState"] =
        json!({ "terminated": { "exitCode": 1, "reason": "Error", "finishedAt": crate::measured_now() } });
    pod
}

#[test]
fn a_right_that_is_missing_is_a_gap_with_its_name() {
    let lab = lab_with("");
    let objects = built(&lab, "cronjob-shop");
    lab.apply(&objects);
    let (account, role) = (account(&lab, "shop"), find(&objects, "Role"));
    let kinds = [
        ("pods", "Pod"),
        ("events", "Event"),
        ("services", "Service"),
        ("persistentvolumeclaims", "PersistentVolumeClaim"),
        ("resourcequotas", "ResourceQuota"),
        ("replicasets", "ReplicaSet"),
        ("deployments", "Deployment"),
        ("statefulsets", "StatefulSet"),
        ("daemonsets", "DaemonSet"),
        ("jobs", "Job"),
        ("cronjobs", "CronJob"),
        ("horizontalpodautoscalers", "HorizontalPodAutoscaler"),
        ("poddisruptionbudgets", "PodDisruptionBudget"),
        ("ingresses", "Ingress"),
        ("endpointslices", "EndpointSlice"),
    ];
    lab.store(&[crashed("shop", "web-2")]);
    for (resource, kind) in kinds {
        let mut less = role.clone();
        for rule in less["rules"].as_array_mut().unwrap() {
            rule["resources"].as_array_mut().unwrap().retain(|name| name != resource);
        }
        less["rules"].as_array_mut().unwrap().retain(|rule| rule["resources"] != json!([]));
        replace(&lab, &less);
        let mut ran = lab.healthcheck(&format!("-n shop --skip-tls-check -o json --fail-on never {account}"));
        // The authorizer learns of a Role a moment later.
        for _ in 0..50 {
            if ran.code != 0 {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(200));
            ran = lab.healthcheck(&format!("-n shop --skip-tls-check -o json --fail-on never {account}"));
        }
        let said = format!("{}{}", ran.out, ran.err);
        assert!(ran.code != 0 && (said.contains(kind) || said.contains(resource)), "{resource}: {ran:?}");
        if resource != "pods" {
            let gaps = &ran.json()["coverage"]["gaps"];
            assert_eq!((ran.code, gaps[0]["kind"].as_str().unwrap()), (3, kind), "{gaps}");
        }
        replace(&lab, role);
        lab.wait_until(
            &format!("auth can-i list {resource} -n shop --as system:serviceaccount:shop:healthcheck"),
            |ran| ran.out.starts_with("yes"),
        );
    }
}

/// A registry and a container runtime check the same.
#[test]
fn the_image_script_writes_an_oci_archive() {
    let folder = tempfile::tempdir().unwrap();
    let bash = |script: &str| {
        let mut command = in_clean_environment("bash");
        let ran = command.args(["-euc", script]).env("OUT", folder.path()).current_dir(folder.path()).ran();
        assert_eq!(ran.code, 0, "{ran:?}");
        ran.out
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/image.sh");
    let build = format!("{} {}", script.display(), BINARY.display());
    let archive = bash(&build).trim().to_owned();
    let sum = bash(&format!("sha256sum {archive}"));
    bash(&build);
    assert_eq!(bash(&format!("sha256sum {archive}")), sum, "the same program gives the same image");
    bash(&format!(
        "tar -xf {archive} && cd blobs/sha256 && for name in *; do echo \"$name  $name\"; done | sha256sum -c --quiet"
    ));
    let read = |path: &str| -> Value {
        serde_json::from_str(&std::fs::read_to_string(folder.path().join(path)).unwrap()).unwrap()
    };
    let blob = |of: &Value| {
        let path = format!("blobs/{}", of["digest"].as_str().unwrap().replace(':', "/"));
        assert_eq!(std::fs::metadata(folder.path().join(&path)).unwrap().len(), of["size"].as_u64().unwrap());
        path
    };
    let manifest = read(&blob(&read("index.json")["manifests"][0]));
    let image = read(&blob(&manifest["config"]));
    assert_eq!(
        (&image["config"]["User"], &image["config"]["Entrypoint"]),
        (&json!("65532:65532"), &json!(["/kubectl-healthcheck"]))
    );
    let layer = blob(&manifest["layers"][0]);
    let diff = bash(&format!("zcat {layer} | sha256sum"));
    assert_eq!(image["rootfs"]["diff_ids"][0], format!("sha256:{}", diff.split(' ').next().unwrap()));
    let files = bash(&format!("tar -tzf {layer}"));
    for name in ["./kubectl-healthcheck", "./etc/ssl/certs/ca-certificates.crt", "./etc/passwd"] {
        assert!(files.lines().any(|line| line == name), "{name}: {files}");
    }
}

fn replace(lab: &Lab, object: &Value) {
    let kubectl = binaries("tests/lab/build.sh").join("kubectl");
    let ran = lab.command(kubectl).args(["replace", "-f", "-"]).fed(object.to_string().as_bytes());
    assert_eq!(ran.code, 0, "{ran:?}");
}

/// Runs the container of the CronJob as the kubelet would: its arguments, its environment and its account.
fn patrol(lab: &Lab, container: &Value, account: &str, url: &str, folder: &Path) -> Ran {
    let arguments = container["args"].as_array().unwrap().iter().map(|word| word.as_str().unwrap());
    let mut command = lab.command(BINARY.as_path());
    command.args(arguments).args(account.split(' '));
    command.env("HEALTHCHECK_CONFIG", folder.join("config.yaml")).env("CHAT_URL", url).ran()
}

#[test]
fn the_cronjob_tells_what_changes_and_is_silent_otherwise() {
    let lab = lab_with("");
    let objects = built(&lab, "cronjob-shop");
    lab.apply(&objects);
    let account = account(&lab, "shop");
    let pod = &find(&objects, "CronJob")["spec"]["jobTemplate"]["spec"]["template"]["spec"];
    is_restricted(pod);
    is_restricted(&find(&built(&lab, "exporter-cluster"), "Deployment")["spec"]["template"]["spec"]);
    let folder = tempfile::tempdir().unwrap();
    let profile = find(&objects, "ConfigMap")["data"]["config.yaml"].as_str().unwrap();
    let history = folder.path().join("history");
    let profile = profile.replace("/var/lib/healthcheck", &history.display().to_string());
    std::fs::create_dir(&history).unwrap();
    std::fs::write(folder.path().join("config.yaml"), profile).unwrap();
    let chat = Receiver::start(|_, _| (200, ""));
    let run = || patrol(&lab, &pod["containers"][0], &account, &chat.url("/"), folder.path());
    let first = run();
    assert_eq!((first.code, chat.count()), (0, 0), "{first:?}");
    lab.store(&[failed("shop", "web-0")]);
    let (second, told) = (run(), chat.accepted());
    assert_eq!((second.code, told.len()), (1, 1), "{second:?}");
    let text = told[0].body["text"].as_str().unwrap();
    assert!(text.contains("🚨 1/2 Running (1 not Running)") && text.contains("web-0"), "{text}");
    assert_eq!((run().code, chat.count()), (1, 1), "nothing has changed");
    lab.store(&[healthy("shop", "web-0")]);
    assert_eq!((run().code, chat.count()), (0, 2));
    let text = chat.accepted()[1].body["text"].as_str().unwrap().to_owned();
    assert!(text.contains("✅ 2/2 Running") && text.contains("fixed"), "{text}");
}

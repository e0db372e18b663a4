//! The evidence about failing objects: which events and logs are read.

use super::*;
use crate::model::ThresholdChanges;
use crate::policy::profile::{Class, Pattern};
use serde_json::{Value, json};

/// A pod of a Deployment, with a container that has restarted.
fn restarted(name: &str, restarts: i64, deployment: &str) -> Value {
    let mut pod = fake::pod("shop", 900);
    pod["metadata"]["name"] = name.into();
    pod["metadata"]["uid"] = fake::uid(name, 1).into();
    pod["metadata"]["ownerReferences"] =
        json!([{ "kind": "ReplicaSet", "name": format!("{deployment}-7d9f8b6c5d"), "controller": true }]);
    let container = &mut pod["status"]["containerStatuses"][0];
    container["restartCount"] = restarts.into();
    container["lastState"] = json!({ "terminated": {
        "exitCode": 1, "reason": "Error", "finishedAt": "2025-12-26T01:00:00Z",
    } });
    pod
}

fn event(namespace: &str, pod: &str) -> Value {
    json!({
        "metadata": { "namespace": namespace, "name": format!("{pod}.1") },
        "involvedObject": { "kind": "Pod", "namespace": namespace, "name": pod },
        "type": "Warning", "reason": "BackOff", "message": "back-off restarting failed container",
        "lastTimestamp": "2025-12-26T01:59:00Z", "count": 3,
    })
}

/// A healthy pod, one with three restarts, and the logs of both.
fn shop() -> Fake {
    let fake = Fake::default();
    fake.namespace("shop", 1);
    fake.add(Kind::Pod, restarted("api-1", 3, "api"));
    for log in ["shop/api-1/app!", "shop/api-1/app", "shop/web-000/app"] {
        fake.log(log, &format!("{log}: cannot connect\n"));
    }
    fake.add(Kind::Event, event("shop", "api-1"));
    fake.add(Kind::Event, event("shop", "web-000"));
    fake
}

/// The logs that a run reads, as `pod` or `pod!` for a previous run.
async fn logs_of(fake: &Fake, plan: &Plan) -> Vec<String> {
    let snapshot = gathered(fake, plan).await.unwrap();
    let mark = |previous: bool| if previous { "!" } else { "" };
    snapshot.logs.iter().map(|tail| format!("{}{}", tail.pod, mark(tail.previous))).collect()
}

#[tokio::test(start_paused = true)]
async fn a_pod_that_is_not_ready_has_its_log_and_its_warnings() {
    let fake = shop();
    let mut pod = restarted("api-2", 1, "other");
    pod["status"]["containerStatuses"][0]["ready"] = false.into();
    fake.add(Kind::Pod, pod);
    fake.log("shop/api-2/app!", "cannot open /config\n");
    let snapshot = gathered(&fake, &named(&["shop"])).await.unwrap();
    let [tail] = &snapshot.logs[..] else { panic!("{:?}", snapshot.logs) };
    assert_eq!((tail.pod.as_str(), tail.previous, tail.refused.as_ref()), ("api-2", true, None));
    assert_eq!(tail.lines, ["cannot open /config"]);
    let about: Vec<&str> = snapshot.rows.events.iter().map(|event| &*event.object.name).collect();
    assert_eq!(about, ["api-1"], "no event is about api-2, and web-000 is healthy");
    assert!(fake.requests_of("/events?")[0].contains("fieldSelector=type%3DWarning"));
}

/// The cluster autoscaler says by an event that is not a warning that it adds no node.
#[tokio::test(start_paused = true)]
async fn the_refusal_of_the_autoscaler_is_read_for_pods_without_a_node() {
    let refusal = |pod: &str| {
        let mut event = event("shop", pod);
        event["metadata"]["name"] = format!("{pod}.2").into();
        (event["type"], event["reason"]) = ("Normal".into(), "NotTriggerScaleUp".into());
        event
    };
    let fake = shop();
    fake.add(Kind::Event, refusal("api-1"));
    gathered(&fake, &named(&["shop"])).await.unwrap();
    let of_refusals = |fake: &Fake| {
        fake.requests_of("/events?").iter().filter(|line| line.contains("NotTriggerScaleUp")).count()
    };
    assert_eq!(of_refusals(&fake), 0, "every pod has a node");
    let mut waiting = fake::pod("shop", 901);
    waiting["metadata"]["name"] = "batch-1".into();
    waiting["spec"].as_object_mut().unwrap().remove("nodeName");
    waiting["status"] = json!({ "phase": "Pending", "conditions": [{
        "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/1 nodes are available",
    }] });
    fake.add(Kind::Pod, waiting);
    fake.add(Kind::Event, refusal("batch-1"));
    let snapshot = gathered(&fake, &named(&["shop"])).await.unwrap();
    assert_eq!(of_refusals(&fake), 1);
    let refused = snapshot.rows.events.iter().filter(|event| event.reason == "NotTriggerScaleUp");
    let refused: Vec<&str> = refused.map(|event| &*event.object.name).collect();
    assert_eq!(refused, ["batch-1"], "api-1 has a node");
}

#[tokio::test(start_paused = true)]
async fn the_line_that_says_why_is_found_above_the_last_lines() {
    let fake = shop();
    let mut pod = restarted("api-2", 1, "other");
    pod["status"]["containerStatuses"][0]["ready"] = false.into();
    fake.add(Kind::Pod, pod);
    let noise = (0..60).map(|n| format!("INFO hook {n} done\n")).collect::<Vec<_>>().concat();
    fake.log("shop/api-2/app!", &format!("FATAL no license; token=hunter2\n{noise}"));
    let snapshot = gathered(&fake, &named(&["shop"])).await.unwrap();
    let [tail] = &snapshot.logs[..] else { panic!("{:?}", snapshot.logs) };
    let cause = tail.cause.as_deref().unwrap();
    assert!(cause.starts_with("no license") && !cause.contains("hunter2"), "{cause}");
    assert_eq!(tail.lines[0], "INFO hook 50 done");
    let asked = fake.requests_of("/log?");
    assert!(asked.len() == 1 && asked[0].contains("tailLines=200&limitBytes="), "{asked:?}");
}

/// The kubelet cuts the end of an answer that is too long, where the program says why.
#[tokio::test(start_paused = true)]
async fn a_log_of_very_long_lines_is_read_again_from_its_end() {
    let fake = shop();
    let mut pod = restarted("api-2", 1, "other");
    pod["status"]["containerStatuses"][0]["ready"] = false.into();
    fake.add(Kind::Pod, pod);
    fake.log("shop/api-2/app!", &"x".repeat(300 << 10));
    gathered(&fake, &named(&["shop"])).await.unwrap();
    let asked = fake.requests_of("/log?");
    assert!(asked.len() == 2 && asked[1].contains("tailLines=10&"), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn a_log_that_cannot_be_read_says_why() {
    let fake = shop();
    let mut pod = restarted("api-2", 1, "other");
    pod["status"]["containerStatuses"][0]["ready"] = false.into();
    fake.add(Kind::Pod, pod);
    fake.always("/log?", Fault::Hang);
    let snapshot = gathered(&fake, &named(&["shop"])).await.unwrap();
    let refused = snapshot.logs[0].refused.as_ref().map(ToString::to_string);
    assert_eq!(refused.as_deref(), Some("Unable to connect to the server: no answer within 3 s"));
}

#[tokio::test(start_paused = true)]
async fn the_threshold_of_restarts_selects_the_pods() {
    let fake = shop();
    assert_eq!(logs_of(&fake, &named(&["shop"])).await, [""; 0], "fewer than five restarts");
    let mut plan = named(&["shop"]);
    plan.settings.thresholds.restarts_attention = 3;
    assert_eq!(logs_of(&fake, &plan).await, ["api-1!"]);
    plan.settings.thresholds.restarts_attention = 4;
    assert_eq!(logs_of(&fake, &plan).await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn the_threshold_of_a_class_selects_the_pods() {
    let fake = shop();
    let mut changes = ThresholdChanges::default();
    changes.set("restarts-attention", "2").unwrap();
    let class = |pattern: &str| Class {
        name: "strict".to_owned(),
        workloads: vec![Pattern::new(pattern).unwrap()],
        labels: BTreeMap::new(),
        thresholds: changes,
    };
    let metadata = json!({ "namespace": "shop", "name": "api" });
    fake.add(Kind::Deployment, json!({ "metadata": metadata, "spec": { "replicas": 1 } }));
    let mut plan = named(&["shop"]);
    plan.settings.rules.classes = vec![class("deployment/api")];
    assert_eq!(logs_of(&fake, &plan).await, ["api-1!"]);
    plan.settings.rules.classes = vec![class("deployment/web")];
    assert_eq!(logs_of(&fake, &plan).await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn the_threshold_of_an_annotation_selects_the_pods() {
    let fake = shop();
    let annotations = json!({ "healthcheck.dev/restarts-attention": "2" });
    let metadata = json!({ "namespace": "shop", "name": "api", "annotations": annotations });
    fake.add(Kind::Deployment, json!({ "metadata": metadata, "spec": { "replicas": 1 } }));
    let mut plan = named(&["shop"]);
    assert_eq!(logs_of(&fake, &plan).await, ["api-1!"]);
    plan.settings.no_annotations = true;
    assert_eq!(logs_of(&fake, &plan).await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn evidence_can_be_left_out() {
    let fake = shop();
    let mut plan = named(&["shop"]);
    plan.settings.thresholds.restarts_attention = 1;
    plan.scope.no_evidence = true;
    let snapshot = gathered(&fake, &plan).await.unwrap();
    assert!(fake.requests_of("/events").is_empty() && fake.requests_of("/log?").is_empty());
    let outside = gaps(&snapshot.coverage.not_in_scope);
    for kind in ["Event", "Secret", "Throttling", "MemoryHistory"] {
        assert!(outside.contains(&format!("{kind} - Skipped")), "{outside:?}");
    }
    plan.scope.no_evidence = false;
    plan.with_evidence = false;
    gathered(&fake, &plan).await.unwrap();
    assert!(fake.requests_of("/events").is_empty() && fake.requests_of("/log?").is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_investigation_reads_the_logs_of_its_object_and_all_warnings_about_it() {
    let fake = shop();
    fake.add(Kind::Pod, restarted("cart-1", 9, "cart"));
    fake.log("shop/cart-1/app!", "out of stock\n");
    let mut plan = named(&["shop"]);
    plan.settings.thresholds.restarts_attention = 1;
    plan.about = Some("web".to_owned());
    let snapshot = gathered(&fake, &plan).await.unwrap();
    assert!(snapshot.logs.is_empty());
    let about: Vec<&str> = snapshot.rows.events.iter().map(|event| &*event.object.name).collect();
    assert_eq!(about, ["api-1", "web-000"], "web-000 is a pod of web, and healthy");
    plan.about = Some("cart".to_owned());
    assert_eq!(logs_of(&fake, &plan).await, ["cart-1!"]);
}

#[tokio::test(start_paused = true)]
async fn pods_of_one_owner_have_one_log() {
    let fake = shop();
    for name in ["api-2", "api-3"] {
        fake.add(Kind::Pod, restarted(name, 9, "api"));
        fake.log(&format!("shop/{name}/app!"), "x\n");
    }
    let mut plan = named(&["shop"]);
    plan.settings.thresholds.restarts_attention = 1;
    assert_eq!(logs_of(&fake, &plan).await, ["api-1!"]);
}

#[tokio::test(start_paused = true)]
async fn warnings_in_many_namespaces_are_one_list() {
    let fake = Fake::default();
    for number in 0..10 {
        let namespace = format!("n{number}");
        fake.namespace(&namespace, 0);
        let mut pod = fake::pod(&namespace, 0);
        pod["status"]["containerStatuses"][0]["restartCount"] = 1.into();
        fake.add(Kind::Pod, pod);
        fake.add(Kind::Event, event(&namespace, "web-000"));
    }
    let snapshot = gathered(&fake, &everywhere()).await.unwrap();
    assert_eq!((fake.requests_of("/events?").len(), snapshot.rows.events.len()), (1, 10));
}

/// A pod on a node that mounts a claim and has started no container, since this time.
fn awaiting_its_volume(created: &str) -> Value {
    let mut pod = restarted("db-0", 0, "other");
    pod["metadata"]["creationTimestamp"] = created.into();
    pod["spec"]["nodeName"] = "node-1".into();
    pod["spec"]["volumes"] = json!([{ "name": "data", "persistentVolumeClaim": { "claimName": "data" } }]);
    pod["status"]["phase"] = "Pending".into();
    let container = &mut pod["status"]["containerStatuses"][0];
    (container["ready"], container["lastState"]) = (false.into(), json!({}));
    container["state"] = json!({ "waiting": { "reason": "ContainerCreating" } });
    pod
}

fn attachment(name: &str, volume: &str) -> Value {
    json!({
        "metadata": { "name": name }, "status": { "attached": true },
        "spec": { "nodeName": "node-9", "source": { "persistentVolumeName": volume } },
    })
}

#[tokio::test(start_paused = true)]
async fn attachments_are_read_if_a_pod_waits_for_its_volume() {
    let with = |created: &str| {
        let fake = shop();
        fake.add(Kind::Pod, awaiting_its_volume(created));
        let claim = json!({
            "metadata": { "namespace": "shop", "name": "data" }, "status": { "phase": "Bound" },
            "spec": { "accessModes": ["ReadWriteOnce"], "volumeName": "pv-1" },
        });
        fake.add(Kind::PersistentVolumeClaim, claim);
        for (name, volume) in [("csi-1", "pv-1"), ("csi-2", "pv-2")] {
            fake.add(Kind::VolumeAttachment, attachment(name, volume));
        }
        fake
    };
    let fake = with("2025-12-26T01:00:00Z");
    let snapshot = gathered(&fake, &everywhere()).await.unwrap();
    let names: Vec<&str> = snapshot.rows.attachments.iter().map(|one| &*one.metadata.name).collect();
    assert_eq!(names, ["csi-1"], "pv-2 is not waited for");
    let mut plan = everywhere();
    plan.scope.skip_kinds = vec![Kind::VolumeAttachment];
    let before = fake.requests_of("/volumeattachments").len();
    gathered(&fake, &plan).await.unwrap();
    assert_eq!(fake.requests_of("/volumeattachments").len(), before);
    fake.always("/volumeattachments", Fault::Status(403, &[]));
    let snapshot = gathered(&fake, &everywhere()).await.unwrap();
    assert!(snapshot.coverage.gaps.is_empty(), "{:?}", snapshot.coverage.gaps);
    assert!(gaps(&snapshot.coverage.not_in_scope).contains(&"VolumeAttachment - Forbidden".to_owned()));
    let fake = with("2025-12-26T01:59:50Z");
    gathered(&fake, &everywhere()).await.unwrap();
    assert!(fake.requests_of("/volumeattachments").is_empty(), "within the grace period");
}

#[tokio::test(start_paused = true)]
async fn secrets_that_ingresses_name_are_looked_up_by_name() {
    let fake = shop();
    let tls = json!([{ "hosts": ["shop.example.com"], "secretName": "web-tls" }, { "secretName": "gone" }]);
    let metadata = json!({ "namespace": "shop", "name": "web" });
    fake.add(Kind::Ingress, json!({ "metadata": metadata, "spec": { "tls": tls } }));
    let metadata = json!({ "namespace": "shop", "name": "web-tls" });
    fake.add(Kind::Secret, json!({ "metadata": metadata, "type": "Opaque" }));
    let snapshot = gathered(&fake, &Plan { with_certificates: true, ..named(&["shop"]) }).await.unwrap();
    let names: Vec<&str> = snapshot.rows.secrets.iter().map(|secret| &*secret.metadata.name).collect();
    assert_eq!(names, ["web-tls"]);
    let lists = fake.requests_of("/secrets?");
    assert!(lists[0].contains("type%3Dkubernetes.io") && lists.len() == 2, "{lists:?}");
    let before = lists.len();
    gathered(&fake, &named(&["shop"])).await.unwrap();
    assert_eq!(
        fake.requests_of("/secrets?").len(),
        before,
        "no Secret is read without a check of certificates"
    );
}

#[tokio::test(start_paused = true)]
async fn the_usage_of_killed_containers_is_read_by_name() {
    let fake = shop();
    let mut pod = restarted("api-2", 1, "other");
    pod["status"]["containerStatuses"][0]["lastState"]["terminated"] =
        json!({ "exitCode": 137, "reason": "OOMKilled", "finishedAt": "2025-12-26T01:00:00Z" });
    fake.add(Kind::Pod, pod);
    let usage = json!([{ "name": "app", "usage": { "cpu": "5m", "memory": "20Mi" } }]);
    for pod in ["api-1", "api-2"] {
        let metadata = json!({ "namespace": "shop", "name": pod });
        fake.add(Kind::PodMetrics, json!({ "metadata": metadata, "containers": usage }));
    }
    // Without a metrics server for nodes it is not tried.
    gathered(&fake, &named(&["shop"])).await.unwrap();
    assert!(fake.requests_of("metrics.k8s.io/v1beta1/namespaces").is_empty());
    fake.add(
        Kind::NodeMetrics,
        json!({ "metadata": { "name": "n1" }, "usage": { "cpu": "1", "memory": "1Gi" } }),
    );
    let snapshot = gathered(&fake, &named(&["shop"])).await.unwrap();
    let metered: Vec<&str> = snapshot.rows.metered.iter().map(|metered| &*metered.object).collect();
    assert_eq!(metered, ["api-2"]);
}

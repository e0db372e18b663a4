//! A link lasts only as long as its cause: each cascade is read once more with the workload repaired that caused it.

use crate::cascades::{files, object};
use crate::support::corpus::MOMENT;
use crate::support::{Run, healthcheck};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;

/// The minimum number of cascades that are repaired. The others are not caused by a pod with an owner.
const REPAIRED: usize = 45;

/// The documents of a file.
fn documents(text: &str) -> Vec<Value> {
    text.split("\n---\n").map(|document| serde_saphyr::from_str(document).unwrap()).collect()
}

/// The kind and the name of the owner of an object.
fn owner(object: &Value) -> Option<(&str, &str)> {
    let owner = object["metadata"]["ownerReferences"].get(0)?;
    Some((owner["kind"].as_str()?, owner["name"].as_str()?))
}

fn name(object: &Value) -> &str {
    object["metadata"]["name"].as_str().unwrap()
}

/// Whether a selector of labels matches those of a pod.
fn selects(selector: &Value, pod: &Value) -> bool {
    let selector = selector.as_object().filter(|selector| !selector.is_empty());
    selector.is_some_and(|all| all.iter().all(|(key, value)| pod["metadata"]["labels"][key] == *value))
}

/// Makes a pod run and serve since its creation.
fn repair_pod(pod: &mut Value, node: &str) {
    let created = pod["metadata"]["creationTimestamp"].clone();
    let condition = |kind: &str| json!({ "type": kind, "status": "True", "lastTransitionTime": created });
    let container = |of: &Value| {
        json!({
            "name": of["name"], "image": of["image"], "imageID": "", "ready": true, "started": true, "restartCount": 0,
            "state": { "running": { "startedAt": created } }, "lastState": {},
        })
    };
    let done = |of: &Value| {
        let end =
            json!({ "exitCode": 0, "reason": "Completed", "startedAt": created, "finishedAt": created });
        json!({
            "name": of["name"], "image": of["image"], "imageID": "", "ready": true, "restartCount": 0,
            "state": { "terminated": end }, "lastState": {},
        })
    };
    let all = |of: &Value, status: &dyn Fn(&Value) -> Value| -> Vec<Value> {
        of.as_array().into_iter().flatten().map(status).collect()
    };
    let conditions = ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map(condition);
    let address = pod["status"]["podIP"].as_str().unwrap_or("10.244.9.9").to_owned();
    pod["status"] = json!({
        "phase": "Running", "podIP": address, "startTime": created,
        "conditions": conditions,
        "containerStatuses": all(&pod["spec"]["containers"], &container),
        "initContainerStatuses": all(&pod["spec"]["initContainers"], &done),
    });
    if pod["spec"]["nodeName"].is_null() {
        pod["spec"]["nodeName"] = node.into();
    }
}

/// Gives a workload all of its replicas.
fn repair_workload(workload: &mut Value) {
    let replicas = workload["spec"]["replicas"].as_u64().unwrap_or(1);
    let generation = workload["metadata"]["generation"].clone();
    let status = workload["status"].as_object_mut().unwrap();
    status.retain(|field, _| field != "unavailableReplicas" && field != "numberUnavailable");
    for field in ["replicas", "readyReplicas", "availableReplicas", "updatedReplicas", "currentReplicas"] {
        status.insert(field.to_owned(), replicas.into());
    }
    if let Some(desired) = status.get("desiredNumberScheduled").cloned() {
        for field in ["currentNumberScheduled", "numberReady", "numberAvailable", "updatedNumberScheduled"] {
            status.insert(field.to_owned(), desired.clone());
        }
    }
    status.insert("observedGeneration".to_owned(), generation);
    for condition in status.get_mut("conditions").and_then(Value::as_array_mut).into_iter().flatten() {
        condition["status"] = "True".into();
    }
}

/// Repairs the workload of a pod. Returns the objects that work then: its pods, itself, and its Services.
fn repair(documents: &mut Vec<Value>, root: &str) -> Option<BTreeSet<String>> {
    let pod = documents.iter().find(|of| of["kind"] == "Pod" && name(of) == root)?;
    let (kind, set) = owner(pod).map(|(kind, name)| (kind.to_owned(), name.to_owned()))?;
    let pod = pod.clone();
    let node = documents.iter().find(|of| of["kind"] == "Node").map_or("node", name).to_owned();
    let owner_of_set = documents.iter().find(|of| of["kind"] == *kind && name(of) == set).and_then(owner);
    let above = owner_of_set.map(|(kind, name)| (kind.to_owned(), name.to_owned()));
    let namespace = pod["metadata"]["namespace"].clone();
    let mut repaired = BTreeSet::new();
    let mut addresses = Vec::new();
    for of in documents.iter_mut().filter(|of| of["metadata"]["namespace"] == namespace) {
        let is = |pair: &(String, String)| of["kind"] == *pair.0 && name(of) == pair.1;
        if of["kind"] == "Pod" && owner(of) == Some((&kind, &set)) {
            repair_pod(of, &node);
            let target = json!({ "kind": "Pod", "name": name(of), "namespace": namespace });
            addresses.push(json!({
                "addresses": [of["status"]["podIP"]], "nodeName": of["spec"]["nodeName"], "targetRef": target,
                "conditions": { "ready": true, "serving": true, "terminating": false },
            }));
        } else if is(&(kind.clone(), set.clone())) || above.as_ref().is_some_and(is) {
            repair_workload(of);
        } else {
            continue;
        }
        repaired.insert(object(&json!({ "kind": of["kind"], "name": name(of) })));
    }
    let services: BTreeSet<String> = documents
        .iter()
        .filter(|of| of["kind"] == "Service" && of["metadata"]["namespace"] == namespace)
        .filter(|of| selects(&of["spec"]["selector"], &pod))
        .map(|of| name(of).to_owned())
        .collect();
    for of in documents.iter_mut().filter(|of| of["kind"] == "EndpointSlice") {
        let service = of["metadata"]["labels"]["kubernetes.io/service-name"].as_str();
        if service.is_some_and(|service| services.contains(service)) {
            of["endpoints"] = addresses.clone().into();
        }
    }
    let serves =
        |of: &Value| of["spec"]["service"]["name"].as_str().is_some_and(|name| services.contains(name));
    for of in documents.iter_mut().filter(|of| of["kind"] == "APIService" && serves(of)) {
        of["status"]["conditions"][0]["status"] = "True".into();
    }
    // The warnings about them are from before.
    let is_of = |of: &Value| repaired.contains(&object(&of["involvedObject"]));
    documents.retain(|of| of["kind"] != "Event" || !is_of(of));
    repaired.extend(services.into_iter().map(|service| format!("Service/{service}")));
    Some(repaired)
}

#[test]
fn nothing_is_linked_to_what_works_again() {
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("repaired.json");
    let (mut count, mut wrong) = (0, Vec::new());
    for path in files("cascades") {
        let text = fs::read_to_string(&path).unwrap();
        let mut all = documents(&text);
        let incidents = text.lines().filter_map(|line| line.strip_prefix("# incident: "));
        let roots = incidents.filter_map(|line| line.split_whitespace().nth(1)?.strip_prefix("Pod/"));
        let repaired: Vec<BTreeSet<String>> = roots.filter_map(|root| repair(&mut all, root)).collect();
        let repaired: BTreeSet<&String> = repaired.iter().flatten().collect();
        if repaired.is_empty() {
            continue;
        }
        count += 1;
        fs::write(&other, json!({ "apiVersion": "v1", "kind": "List", "items": all }).to_string()).unwrap();
        let ran = healthcheck().arg("-f").arg(&other).args(["--now", MOMENT, "-A", "-o", "json"]).ran();
        assert!(ran.out.starts_with('{'), "{}: {ran:?}", path.display());
        for finding in ran.json()["findings"].as_array().unwrap() {
            let causes = finding["causedBy"].as_array().unwrap().iter();
            for cause in causes.filter(|cause| repaired.contains(&object(cause))) {
                let name = path.file_name().unwrap().to_string_lossy();
                wrong.push(format!("{name}: {} {} <- {cause}", finding["id"], object(&finding["object"])));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= REPAIRED, "{count} cascades were repaired");
}

//! A large cluster: thousands of pods of realistic size, with their owners and nodes.

use super::shapes::Random;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

#[derive(Clone, Copy, Debug)]
pub struct Crowd {
    pub pods: usize,
    pub nodes: usize,
    pub namespaces: usize,
    pub seed: u64,
    /// The percentage of pods that crash-loop and have warnings.
    pub sick: usize,
    /// What owns the pods.
    pub owners: Owners,
}

/// What owns the pods of a crowd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owners {
    /// Deployments with eight pods each.
    Shared,
    /// A Deployment and a ReplicaSet for each pod; a third of the pods has a sidecar.
    Single,
    /// A Job for each pod. They run [`PROGRAMS`] programs again and again, each in one namespace.
    Jobs,
}

impl Owners {
    /// Pods of one owner.
    fn replicas(self) -> usize {
        match self {
            Self::Shared => REPLICAS,
            Self::Single | Self::Jobs => 1,
        }
    }

    /// The name, as the bench passes it to the process that loads the crowd.
    pub fn name(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::Single => "single",
            Self::Jobs => "jobs",
        }
    }

    pub fn from_name(name: &str) -> Self {
        [Self::Shared, Self::Single, Self::Jobs].into_iter().find(|owners| owners.name() == name).unwrap()
    }
}

/// The programs that Jobs run.
const PROGRAMS: usize = 1_000;
/// Pods of one workload that has several.
pub const REPLICAS: usize = 8;
/// The age of namespaces, nodes and workloads, in seconds.
const OLD: i64 = 9_000_000;
/// The age of Jobs and their pods, in seconds: no Job runs for too long.
const STARTED: i64 = 1_800;

fn ago(now: Timestamp, seconds: i64) -> String {
    Timestamp::from_second(now.as_second() - seconds).unwrap().to_string()
}

impl Crowd {
    /// Returns every object except the pods.
    pub fn surroundings(&self, now: Timestamp) -> Vec<Value> {
        let namespaces = (0..self.namespaces).map(|i| {
            json!({
                "apiVersion": "v1", "kind": "Namespace",
                "metadata": { "name": namespace(i), "uid": uid(9, i), "creationTimestamp": ago(now, OLD) },
                "spec": { "finalizers": ["kubernetes"] }, "status": { "phase": "Active" },
            })
        });
        let each = self.owners.replicas();
        let workloads = (0..self.pods.div_ceil(each)).flat_map(move |i| {
            let replicas = each.min(self.pods - i * each);
            match self.owners {
                Owners::Jobs => vec![self.job(i, now)],
                _ => ["Deployment", "ReplicaSet"].map(|kind| self.workload(kind, i, replicas, now)).to_vec(),
            }
        });
        namespaces.chain((0..self.nodes).map(|i| a_node(i, now))).chain(workloads).collect()
    }

    fn workload(&self, kind: &str, i: usize, replicas: usize, now: Timestamp) -> Value {
        let labels = json!({ "app": app(i) });
        let is_deployment = kind == "Deployment";
        let mut metadata = json!({
            "name": if is_deployment { app(i) } else { replica_set(i) },
            "namespace": self.namespace_of(i), "creationTimestamp": ago(now, OLD),
            "uid": uid(if is_deployment { 7 } else { 6 }, i),
        });
        if !is_deployment {
            metadata["ownerReferences"] = owned_by("Deployment", &app(i), &uid(7, i));
        }
        json!({
            "apiVersion": "apps/v1", "kind": kind, "metadata": metadata,
            "spec": {
                "replicas": replicas, "selector": { "matchLabels": labels },
                "template": { "metadata": { "labels": labels }, "spec": spec(i, None, false) },
            },
            "status": { "replicas": replicas, "readyReplicas": replicas, "availableReplicas": replicas },
        })
    }

    /// A Job that runs.
    fn job(&self, i: usize, now: Timestamp) -> Value {
        json!({
            "apiVersion": "batch/v1", "kind": "Job",
            "metadata": {
                "name": app(i), "namespace": self.namespace_of(i), "creationTimestamp": ago(now, STARTED),
                "uid": uid(6, i),
            },
            "spec": {
                "parallelism": 1, "completions": 1, "backoffLimit": 6,
                "template": { "metadata": { "labels": { "app": app(i) } }, "spec": spec(self.program(i), None, false) },
            },
            "status": { "active": 1, "ready": 1, "startTime": ago(now, STARTED) },
        })
    }

    /// The name of the object that owns a pod, and its kind.
    fn owner(&self, owner: usize) -> (&'static str, String) {
        match self.owners {
            Owners::Jobs => ("Job", app(owner)),
            _ => ("ReplicaSet", replica_set(owner)),
        }
    }

    /// What the pods of an owner run.
    fn program(&self, owner: usize) -> usize {
        if self.owners == Owners::Jobs { owner % PROGRAMS } else { owner }
    }

    fn namespace_of(&self, owner: usize) -> String {
        namespace(self.program(owner) % self.namespaces)
    }

    fn has_sidecar(&self, i: usize) -> bool {
        self.owners == Owners::Single && i.is_multiple_of(3)
    }

    /// The pods, one after another: most are healthy, one in a hundred restarts, one does not come up.
    pub fn pods(&self, now: Timestamp) -> impl Iterator<Item = Value> {
        let mut random = Random(self.seed);
        let crowd = *self;
        (0..self.pods).map(move |i| {
            let owner = i / crowd.owners.replicas();
            let age = match crowd.owners {
                Owners::Jobs => STARTED,
                Owners::Shared | Owners::Single => 100_000 + i64::try_from(random.below(8_000_000)).unwrap(),
            };
            let mut pod = json!({
                "apiVersion": "v1", "kind": "Pod",
                "metadata": crowd.metadata(i, owner, &ago(now, age)),
                "spec": spec(crowd.program(owner), Some(random.below(crowd.nodes)), crowd.has_sidecar(i)),
                "status": status(crowd.program(owner), random.below(100), &crowd, i, (age, now)),
            });
            pod["metadata"]["managedFields"] = managed(&pod);
            pod
        })
    }

    fn metadata(&self, i: usize, owner: usize, created: &str) -> Value {
        let (kind, name) = self.owner(owner);
        json!({
            "name": format!("{name}-{i:05}"), "namespace": self.namespace_of(owner),
            "uid": uid(1, i), "creationTimestamp": created, "generation": 1,
            "labels": {
                "app": app(owner), "pod-template-hash": "7d9f8c6b5", "app.kubernetes.io/name": app(owner),
                "app.kubernetes.io/part-of": "platform", "team": "payments", "tier": "backend",
            },
            "annotations": {
                "prometheus.io/scrape": "true", "prometheus.io/port": "8080", "checksum/config": "ef".repeat(32),
            },
            "ownerReferences": owned_by(kind, &name, &uid(6, owner)),
        })
    }
}

fn owned_by(kind: &str, name: &str, uid: &str) -> Value {
    json!([{
        "apiVersion": if kind == "Job" { "batch/v1" } else { "apps/v1" }, "kind": kind, "name": name, "uid": uid,
        "controller": true, "blockOwnerDeletion": true,
    }])
}

/// Returns managedFields as the API server writes them: a tree of `f:` names for each manager, list items by their
/// key. In real pods this is a third of the object.
fn managed(pod: &Value) -> Value {
    let entry = |manager: &str, subresource: &str, fields: Value| {
        json!({
            "manager": manager, "operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1",
            "time": pod["metadata"]["creationTimestamp"], "fieldsV1": fields, "subresource": subresource,
        })
    };
    let labels =
        json!({ "labels": pod["metadata"]["labels"], "annotations": pod["metadata"]["annotations"] });
    let wanted = json!({ "f:metadata": fields(&labels), "f:spec": fields(&pod["spec"]) });
    json!([
        entry("kube-controller-manager", "", wanted),
        entry("kubelet", "status", json!({ "f:status": fields(&pod["status"]) })),
    ])
}

fn fields(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            map.iter().map(|(name, value)| (format!("f:{name}"), fields(value))).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => {
            let keyed = |item: &Value| {
                let key = ["name", "type", "ip"].into_iter().find(|key| item.get(key).is_some())?;
                let mut inner = fields(item);
                inner["."] = json!({});
                Some((format!("k:{}", json!({ key: item[key] })), inner))
            };
            items.iter().filter_map(keyed).collect::<Map<_, _>>().into()
        }
        _ => json!({}),
    }
}

/// Returns two warnings about a crashing pod, in the old events API.
pub fn warnings(pod: &Value, now: Timestamp) -> Vec<Value> {
    let looping = pod["status"]["containerStatuses"][0]["state"]["waiting"]["reason"] == "CrashLoopBackOff";
    let meta = &pod["metadata"];
    let (_, number) = meta["name"].as_str().unwrap().rsplit_once('-').unwrap();
    let i: usize = number.parse().unwrap();
    let warning = |kind: u64, reason: &str, message: &str, count: i64| {
        json!({
            "apiVersion": "v1", "kind": "Event", "type": "Warning", "reason": reason, "message": message, "count": count,
            "metadata": {
                "name": format!("{}.{}", meta["name"].as_str().unwrap(), reason.to_lowercase()), "namespace": meta["namespace"],
                "uid": uid(kind, i), "creationTimestamp": ago(now, 3000),
            },
            "involvedObject": {
                "kind": "Pod", "namespace": meta["namespace"], "name": meta["name"], "uid": meta["uid"], "apiVersion": "v1",
                "fieldPath": "spec.containers{app}",
            },
            "firstTimestamp": ago(now, 3000), "lastTimestamp": ago(now, 30), "source": { "component": "kubelet" },
        })
    };
    if looping {
        vec![
            warning(4, "BackOff", "Back-off restarting failed container app", 40),
            warning(5, "Failed", "Error: the process ended with exit code 1", 12),
        ]
    } else {
        Vec::new()
    }
}

/// The status of a pod; by a number below 100 it is healthy, restarts, or does not come up.
fn status(owner: usize, luck: usize, crowd: &Crowd, i: usize, (age, now): (i64, Timestamp)) -> Value {
    let sick = crowd.sick;
    let ended = |seconds: i64| json!({ "terminated": { "exitCode": 1, "reason": "Error", "finishedAt": ago(now, seconds) } });
    let running = |seconds: i64| json!({ "running": { "startedAt": ago(now, seconds) } });
    let (ready, restarts, state, last) = match luck {
        _ if luck < sick => {
            let waiting = json!({ "waiting": { "reason": "CrashLoopBackOff", "message": "back-off 5m0s" } });
            (false, 40, waiting, ended(200))
        }
        99 => (true, 7, running(900), ended(1000)),
        _ => (true, 0, running(age), json!({})),
    };
    let condition = |kind: &str, ok: bool| {
        let status = if ok { "True" } else { "False" };
        json!({ "type": kind, "status": status, "lastProbeTime": null, "lastTransitionTime": ago(now, age) })
    };
    let image = format!("registry.example.com/platform/{}", app(owner));
    let container = |name: &str| {
        json!({
            "name": name, "image": format!("{image}:v3.14.1"), "imageID": format!("{image}@sha256:{}", "ab".repeat(32)),
            "containerID": format!("containerd://{}", "cd".repeat(32)), "ready": ready, "started": ready,
            "restartCount": restarts, "state": state, "lastState": last,
        })
    };
    let mut status = json!({
        "phase": "Running", "qosClass": "Burstable", "startTime": ago(now, age),
        "hostIP": "10.1.2.3", "podIP": "10.2.3.4", "podIPs": [{ "ip": "10.2.3.4" }],
        "conditions": [
            condition("PodReadyToStartContainers", true), condition("Initialized", true),
            condition("Ready", ready), condition("ContainersReady", ready), condition("PodScheduled", true),
        ],
        "containerStatuses": [container("app"), container("mesh")],
    });
    if crowd.has_sidecar(i) {
        let mut proxy = container("proxy");
        proxy["state"] = running(age);
        proxy["ready"] = json!(true);
        proxy["started"] = json!(true);
        status["initContainerStatuses"] = json!([proxy]);
    }
    status
}

fn spec(owner: usize, on: Option<usize>, sidecar: bool) -> Value {
    let many = |count: usize, one: &dyn Fn(usize) -> Value| (0..count).map(one).collect::<Vec<Value>>();
    let container = |name: &str| {
        json!({
            "name": name, "image": format!("registry.example.com/platform/{}:v3.14.1", app(owner)),
            "args": ["--listen=:8080", "--config=/etc/app/config.yaml", "--log-format=json"],
            "env": many(12, &|n| json!({ "name": format!("SETTING_{n}"), "value": format!("value of setting {n}") })),
            "resources": {
                "limits": { "cpu": "1", "memory": "1Gi" }, "requests": { "cpu": "100m", "memory": "512Mi" },
            },
            "livenessProbe": { "httpGet": { "path": "/healthz", "port": 8080 }, "periodSeconds": 10 },
            "readinessProbe": { "httpGet": { "path": "/readyz", "port": 8080 }, "periodSeconds": 10 },
            "volumeMounts": many(3, &|n| json!({ "name": format!("volume-{n}"), "mountPath": format!("/mnt/{n}") })),
        })
    };
    let toleration = |key: &str| json!({ "key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300 });
    let mut spec = json!({
        "containers": [container("app"), container("mesh")],
        "volumes": many(3, &|n| json!({ "name": format!("volume-{n}"), "emptyDir": {} })),
        "restartPolicy": "Always", "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst",
        "serviceAccountName": "default", "schedulerName": "default-scheduler",
        "tolerations": [toleration("node.kubernetes.io/not-ready"), toleration("node.kubernetes.io/unreachable")],
    });
    if sidecar {
        let mut proxy = container("proxy");
        proxy["restartPolicy"] = json!("Always");
        spec["initContainers"] = json!([proxy]);
    }
    if let Some(on) = on {
        spec["nodeName"] = json!(node(on));
    }
    spec
}

fn a_node(i: usize, now: Timestamp) -> Value {
    let image = |n: usize| {
        let name = format!("registry.example.com/platform/image-{n}:v1.{n}.0");
        json!({ "names": [name], "sizeBytes": 100_000_000 + n })
    };
    json!({
        "apiVersion": "v1", "kind": "Node",
        "metadata": { "name": node(i), "uid": uid(8, i), "creationTimestamp": ago(now, OLD) },
        "spec": {},
        "status": {
            "allocatable": { "pods": "250", "cpu": "32", "memory": "128Gi" },
            "conditions": [{
                "type": "Ready", "status": "True", "reason": "KubeletReady",
                "lastHeartbeatTime": ago(now, 30), "lastTransitionTime": ago(now, OLD),
            }],
            "images": (0..40).map(image).collect::<Vec<_>>(),
        },
    })
}

fn namespace(i: usize) -> String {
    format!("crowd-{i:02}")
}

fn node(i: usize) -> String {
    format!("node-{i:03}")
}

fn app(i: usize) -> String {
    format!("service-{i:05}")
}

fn replica_set(i: usize) -> String {
    format!("{}-7d9f8c6b5", app(i))
}

fn uid(kind: u64, i: usize) -> String {
    format!("{kind:08x}-0000-4000-8000-{i:012x}")
}

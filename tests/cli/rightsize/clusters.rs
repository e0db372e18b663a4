//! Objects and usage histories of small clusters.

use serde_json::{Value, json};

/// A workload whose pods have one container.
pub struct Workload {
    kind: &'static str,
    name: String,
    pods: usize,
    requests: [String; 2],
    limits: [String; 2],
    flags: Option<String>,
}

impl Workload {
    pub fn new(name: &str) -> Self {
        let none = || [String::new(), String::new()];
        Self {
            kind: "Deployment",
            name: name.to_owned(),
            pods: 1,
            requests: none(),
            limits: none(),
            flags: None,
        }
    }

    pub fn of(self, kind: &'static str) -> Self {
        Self { kind, ..self }
    }

    pub fn pods(self, pods: usize) -> Self {
        Self { pods, ..self }
    }

    pub fn requests(self, cpu: &str, memory: &str) -> Self {
        Self { requests: [cpu.to_owned(), memory.to_owned()], ..self }
    }

    pub fn limits(self, cpu: &str, memory: &str) -> Self {
        Self { limits: [cpu.to_owned(), memory.to_owned()], ..self }
    }

    /// OOM-kills its containers, with these flags of a JVM.
    pub fn killed(self, flags: &str) -> Self {
        Self { flags: Some(flags.to_owned()), ..self }
    }

    /// Returns the name of one of its pods.
    pub fn pod(&self, index: usize) -> String {
        match self.kind {
            "StatefulSet" => format!("{}-{index}", self.name),
            "DaemonSet" => format!("{}-bcd4{index}", self.name),
            _ => format!("{}-7d9f8c5b6f-bcd4{index}", self.name),
        }
    }

    /// Returns the workload and its pods.
    pub fn objects(&self) -> Vec<Value> {
        let container = self.container();
        let workload = json!({
            "apiVersion": "apps/v1", "kind": self.kind,
            "metadata": { "name": self.name, "namespace": "shop", "creationTimestamp": "2025-11-01T00:00:00Z" },
            "spec": { "replicas": self.pods, "template": { "spec": { "containers": [container] } } },
            "status": { "replicas": self.pods, "readyReplicas": self.pods, "availableReplicas": self.pods,
                "updatedReplicas": self.pods, "desiredNumberScheduled": self.pods, "numberAvailable": self.pods },
        });
        std::iter::once(workload).chain((0..self.pods).map(|index| self.one(index, &container))).collect()
    }

    fn container(&self) -> Value {
        let list = |of: &[String; 2]| {
            let all = ["cpu", "memory"].into_iter().zip(of).filter(|(_, text)| !text.is_empty());
            Value::Object(all.map(|(name, text)| (name.to_owned(), json!(text))).collect())
        };
        let env =
            json!([{ "name": "JAVA_TOOL_OPTIONS", "value": self.flags.as_deref().unwrap_or_default() }]);
        json!({
            "name": "app", "image": "registry.example.com/app:1", "env": env,
            "resources": { "requests": list(&self.requests), "limits": list(&self.limits) },
        })
    }

    fn one(&self, index: usize, container: &Value) -> Value {
        let (kind, name) = match self.kind {
            "Deployment" => ("ReplicaSet", format!("{}-7d9f8c5b6f", self.name)),
            kind => (kind, self.name.clone()),
        };
        let time = "2025-12-25T20:00:00Z";
        let end = json!({ "terminated": { "exitCode": 137, "reason": "OOMKilled", "startedAt": time, "finishedAt": time } });
        let (restarts, last) = if self.flags.is_some() { (3, end) } else { (0, json!({})) };
        json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {
                "name": self.pod(index), "namespace": "shop", "creationTimestamp": "2025-12-20T00:00:00Z",
                "ownerReferences": [{ "kind": kind, "name": name, "controller": true }],
            },
            "spec": { "nodeName": "n1", "containers": [container] },
            "status": { "phase": "Running", "containerStatuses": [{
                "name": "app", "ready": true, "restartCount": restarts, "lastState": last,
                "state": { "running": { "startedAt": time } },
            }] },
        })
    }
}

/// Returns the usage of a pod's container within a week.
pub fn usage(pod: &str, cpu: i64, mebi: i64, samples: i64) -> Value {
    json!({
        "apiVersion": "healthcheck/v1", "kind": "Usage", "metadata": { "name": format!("{pod}/app"), "namespace": "shop" },
        "cpuP95Millis": cpu, "memoryMaxBytes": mebi << 20, "samples": samples, "stepSeconds": 300, "windowSeconds": 604_800,
        "source": "Service monitoring/prometheus-k8s",
    })
}

/// Returns the same for a deleted pod.
pub fn gone(pod: &str, cpu: i64, mebi: i64) -> Value {
    usage(pod, cpu, mebi, 500)
}

/// Returns a measurement of a metrics server.
pub fn metrics(pod: &str, cpu: &str, memory: &str) -> Value {
    json!({
        "apiVersion": "metrics.k8s.io/v1beta1", "kind": "PodMetrics", "metadata": { "name": pod, "namespace": "shop" },
        "timestamp": "2025-12-26T01:59:30Z", "window": "15s",
        "containers": [{ "name": "app", "usage": { "cpu": cpu, "memory": memory } }],
    })
}

/// Returns the share of throttled CPU periods, in thousandths.
pub fn throttling(pod: &str, share: i64, limit: i64) -> Value {
    json!({
        "apiVersion": "healthcheck/v1", "kind": "Throttling", "metadata": { "name": format!("{pod}/app"), "namespace": "shop" },
        "periods": 2000, "throttled": share * 2, "windowSeconds": 300, "limitMillis": limit,
    })
}

/// Returns a capture of the whole cluster.
pub fn capture(items: &[Value]) -> String {
    json!({
        "apiVersion": "healthcheck/v1", "kind": "Snapshot", "toolVersion": "0.1.0",
        "startedAt": "2025-12-26T02:00:00Z", "takenAt": "2025-12-26T02:00:00Z",
        "cluster": { "context": "prod", "server": "https://prod.example.com:6443" },
        "scope": { "namespaces": ["shop"] }, "items": items,
    })
    .to_string()
}

/// A shop with one workload for each result.
pub fn shop() -> Vec<Value> {
    let mut items = Vec::new();
    let mut add = |workload: Workload, cpu: i64, mebi: i64| {
        let pod = workload.pod(0);
        items.extend(workload.objects());
        if cpu >= 0 {
            items.push(usage(&pod, cpu, mebi, 2016));
        }
    };
    let of = Workload::new;
    add(of("checkout-api").pods(6).requests("2", "4Gi").limits("4", "4Gi"), 310, 1210);
    add(of("catalog").pods(4).requests("1", "1Gi"), 640, 300);
    add(of("search").of("StatefulSet").pods(3).requests("1500m", "8Gi").limits("2", "8Gi"), 900, 3100);
    add(of("node-agent").of("DaemonSet").pods(9).requests("500m", "512Mi").limits("500m", "512Mi"), 40, 90);
    add(of("frontend").pods(5).requests("1", "512Mi"), 150, 120);
    add(of("billing").requests("1", "1Gi").limits("1", "1280Mi").killed("-Xmx1024m"), 700, 1270);
    add(of("sessions").of("StatefulSet").pods(2).requests("200m", "448Mi").limits("1", "512Mi"), 190, 496);
    add(of("images").pods(2).requests("500m", "512Mi").limits("500m", "1Gi"), 480, 400);
    add(of("mailer").requests("", ""), 60, 140);
    add(of("feed").pods(2).requests("100m", "512Mi"), 320, 420);
    add(of("settled").pods(2).requests("250m", "512Mi"), 200, 420);
    add(of("recommender").requests("2", "4Gi"), -1, 0);
    add(of("young").requests("1", "1Gi"), -1, 0);
    add(of("legacy").requests("1", "1Gi"), -1, 0);
    items.push(throttling("images-7d9f8c5b6f-bcd40", 422, 500));
    items.push(metrics("recommender-7d9f8c5b6f-bcd40", "150m", "900Mi"));
    items.push(usage("young-7d9f8c5b6f-bcd40", 20, 100, 42));
    items.push(json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
        "metadata": { "name": "frontend", "namespace": "shop" },
        "spec": { "scaleTargetRef": { "kind": "Deployment", "name": "frontend" }, "maxReplicas": 9 },
    }));
    items
}

//! Pods in every shape of status that a kubelet reports, and many invalid ones. The output of `kubectl get pods` for
//! them is the expected output.

use jiff::Timestamp;
use serde_json::{Value, json};

pub const NAMESPACE: &str = "shapes";

/// A small random number generator with a seed (splitmix64).
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % bound as u64).unwrap()
    }

    pub fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

const PHASES: [&str; 7] = ["Running", "Pending", "Succeeded", "Failed", "Unknown", "", "Bogus"];
const REASONS: [&str; 4] = ["", "Evicted", "NodeLost", "OddReason"];
const AGES: [i64; 22] = [
    3,
    59,
    119,
    121,
    300,
    599,
    601,
    3600,
    10_799,
    10_801,
    20_000,
    28_799,
    30_000,
    172_799,
    172_801,
    500_000,
    691_199,
    691_201,
    5_000_000,
    63_072_001,
    100_000_000,
    300_000_000,
];

/// Returns every shape, at least 400 of them. The random ones depend on the seed.
pub fn shapes(now: Timestamp, seed: u64) -> Vec<Value> {
    let ago = |seconds: i64| Timestamp::from_second(now.as_second() - seconds).unwrap().to_string();
    let mut all = Shapes { ago: &ago, pods: Vec::new() };
    all.one_container();
    all.two_containers();
    all.init_containers();
    all.deletions();
    all.ages_and_restarts();
    all.odd_ones();
    all.random(seed);
    all.pods
}

struct Shapes<'a> {
    ago: &'a dyn Fn(i64) -> String,
    pods: Vec<Value>,
}

impl Shapes<'_> {
    fn add(&mut self, spec: &Value, status: &Value) -> &mut Value {
        let name = format!("shape-{:04}", self.pods.len());
        self.pods.push(json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {
                "name": name, "namespace": NAMESPACE, "uid": format!("00000000-0000-4000-8000-{:012}", self.pods.len()),
                "creationTimestamp": (self.ago)(400_000),
            },
            "spec": spec, "status": status,
        }));
        self.pods.last_mut().unwrap()
    }

    /// Returns the states of a container, each with its readiness.
    fn states(&self) -> Vec<(Value, bool)> {
        let ended = |code: i32, signal: i32, reason: &str| {
            json!({ "terminated": {
                "exitCode": code, "signal": signal, "reason": reason,
                "startedAt": (self.ago)(1000), "finishedAt": (self.ago)(500),
            } })
        };
        let waiting = |reason: &str| json!({ "waiting": { "reason": reason } });
        vec![
            (json!({}), false),
            (waiting(""), false),
            (waiting("ContainerCreating"), false),
            (waiting("PodInitializing"), false),
            (waiting("CrashLoopBackOff"), false),
            (waiting("ImagePullBackOff"), false),
            (json!({ "running": { "startedAt": (self.ago)(1000) } }), true),
            (json!({ "running": { "startedAt": (self.ago)(1000) } }), false),
            (ended(0, 0, "Completed"), false),
            (ended(0, 0, ""), false),
            (ended(1, 0, "Error"), false),
            (ended(137, 0, "OOMKilled"), false),
            (ended(137, 9, ""), false),
            (ended(3, 0, ""), false),
            // No kubelet reports both.
            (json!({ "running": {}, "waiting": { "reason": "Both" } }), true),
        ]
    }

    fn status_of(name: &str, state: &(Value, bool), restarts: i32) -> Value {
        json!({
            "name": name, "image": "i", "imageID": "", "ready": state.1, "restartCount": restarts,
            "state": state.0, "lastState": {},
        })
    }

    fn one_container(&mut self) {
        for phase in PHASES {
            for state in self.states() {
                let spec = json!({ "containers": [{ "name": "a", "image": "i" }] });
                let status =
                    json!({ "phase": phase, "containerStatuses": [Self::status_of("a", &state, 0)] });
                self.add(&spec, &status);
            }
        }
    }

    fn two_containers(&mut self) {
        let spec = json!({ "containers": [{ "name": "a", "image": "i" }, { "name": "b", "image": "i" }] });
        for (i, first) in self.states().iter().enumerate() {
            for (j, second) in self.states().iter().enumerate() {
                let ready = ["True", "False", "Unknown"][(i + j) % 3];
                let status = json!({
                    "phase": "Running",
                    "conditions": [{ "type": "Ready", "status": ready }],
                    "containerStatuses": [Self::status_of("a", first, 1), Self::status_of("b", second, 2)],
                });
                self.add(&spec, &status);
            }
        }
    }

    /// Ordinary init containers, native sidecars, and statuses with names that are not in the spec.
    fn init_containers(&mut self) {
        let main = (json!({ "waiting": { "reason": "PodInitializing" } }), false);
        for (i, state) in self.states().iter().enumerate() {
            for (kind, policy, name) in
                [("ordinary", "", "x"), ("sidecar", "Always", "x"), ("unknown", "", "y")]
            {
                for started in [None, Some(true), Some(false)] {
                    let mut init = Self::status_of(name, state, 3);
                    if let Some(started) = started {
                        init["started"] = json!(started);
                    }
                    let mut spec_init = json!({ "name": "x", "image": "i" });
                    if !policy.is_empty() {
                        spec_init["restartPolicy"] = json!(policy);
                    }
                    let spec = json!({
                        "initContainers": [spec_init, { "name": "z", "image": "i" }],
                        "containers": [{ "name": "a", "image": "i" }],
                    });
                    let initialized = ["True", "False", ""][(i + kind.len()) % 3];
                    let status = json!({
                        "phase": "Pending",
                        "conditions": [{ "type": "Initialized", "status": initialized }],
                        "initContainerStatuses": [init, Self::status_of("z", &main, 4)],
                        "containerStatuses": [Self::status_of("a", &main, 5)],
                    });
                    self.add(&spec, &status);
                }
            }
        }
    }

    fn deletions(&mut self) {
        let spec = json!({ "containers": [{ "name": "a", "image": "i" }] });
        let running = self.states()[6].clone();
        for phase in PHASES {
            for reason in REASONS {
                let status = json!({
                    "phase": phase, "reason": reason, "containerStatuses": [Self::status_of("a", &running, 0)],
                });
                self.add(&spec, &status);
                let due = (self.ago)(60);
                let pod = self.add(&spec, &status);
                pod["metadata"]["deletionTimestamp"] = json!(due);
                pod["metadata"]["deletionGracePeriodSeconds"] = json!(30);
                // Without a finalizer the API server would remove the pod.
                pod["metadata"]["finalizers"] = json!(["example.com/hold"]);
            }
        }
    }

    fn ages_and_restarts(&mut self) {
        let spec = json!({ "containers": [{ "name": "a", "image": "i" }, { "name": "b", "image": "i" }] });
        let running = self.states()[6].clone();
        for (i, age) in AGES.into_iter().enumerate() {
            let mut first = Self::status_of("a", &running, i32::try_from(i).unwrap() - 2);
            let mut second = Self::status_of("b", &running, 1);
            let ended = |seconds: i64| json!({ "terminated": { "exitCode": 1, "reason": "Error", "finishedAt": (self.ago)(seconds) } });
            first["lastState"] = ended(age);
            second["lastState"] = if i % 2 == 0 { ended(age * 2) } else { json!({ "running": {} }) };
            let status = json!({ "phase": "Running", "containerStatuses": [first, second] });
            let created = (self.ago)(age);
            self.add(&spec, &status)["metadata"]["creationTimestamp"] = json!(created);
        }
    }

    /// Missing status, missing containers, unset and future times, gates, unusual texts.
    fn odd_ones(&mut self) {
        let spec = json!({ "containers": [{ "name": "a", "image": "i" }] });
        self.add(&json!({}), &json!({}));
        self.add(&spec, &json!({}));
        self.add(&spec, &json!({}))["metadata"]["creationTimestamp"] = Value::Null;
        let ahead = (self.ago)(-7200);
        self.add(&spec, &json!({ "phase": "Running" }))["metadata"]["creationTimestamp"] = json!(ahead);
        for reason in ["SchedulingGated", "Unschedulable", ""] {
            let condition = json!({ "type": "PodScheduled", "status": "False", "reason": reason });
            self.add(&spec, &json!({ "phase": "Pending", "conditions": [condition] }));
        }
        let gated = json!({
            "containers": [{ "name": "a", "image": "i" }],
            "readinessGates": [{ "conditionType": "example.com/gate" }],
        });
        let running = self.states()[6].clone();
        let status = json!({ "phase": "Running", "containerStatuses": [Self::status_of("a", &running, 0)] });
        self.add(&gated, &status);
        for reason in ["Two Words", "esc\u{1b}[31mape"] {
            self.add(&spec, &json!({ "phase": "Failed", "reason": reason }));
        }
    }

    fn random(&mut self, seed: u64) {
        let mut random = Random(seed);
        let states = self.states();
        for _ in 0..150 {
            let (inits, mains) = (random.below(3), 1 + random.below(3));
            let container = |prefix: &str, i: usize, sidecar: bool| {
                let mut container = json!({ "name": format!("{prefix}{i}"), "image": "i" });
                if sidecar {
                    container["restartPolicy"] = json!("Always");
                }
                container
            };
            let statuses = |prefix: &str, count: usize, random: &mut Random| -> Vec<Value> {
                (0..count)
                    .map(|i| {
                        let restarts = i32::try_from(random.below(12)).unwrap();
                        let mut status =
                            Self::status_of(&format!("{prefix}{i}"), random.one(&states), restarts);
                        status["started"] = json!(random.below(2) == 0);
                        status["lastState"] = random.one(&states).0.clone();
                        status
                    })
                    .collect()
            };
            let sidecars: Vec<bool> = (0..inits).map(|_| random.below(2) == 0).collect();
            let spec = json!({
                "initContainers": sidecars.iter().enumerate().map(|(i, s)| container("i", i, *s)).collect::<Vec<_>>(),
                "containers": (0..mains).map(|i| container("c", i, false)).collect::<Vec<_>>(),
            });
            let condition = |kind: &str, random: &mut Random| json!({ "type": kind, "status": random.one(&["True", "False", "Unknown"]) });
            let status = json!({
                "phase": random.one(&PHASES), "reason": random.one(&REASONS),
                "conditions": [condition("Ready", &mut random), condition("Initialized", &mut random)],
                "initContainerStatuses": statuses("i", inits, &mut random),
                "containerStatuses": statuses("c", mains, &mut random),
            });
            let created = (self.ago)(*random.one(&AGES));
            self.add(&spec, &status)["metadata"]["creationTimestamp"] = json!(created);
        }
    }
}

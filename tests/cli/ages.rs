//! Every fault of the corpus 30 seconds, 2 minutes and 10 minutes after it began: a definite error has its severity at
//! once, and a state that may end by itself does not alarm anybody before its grace is over.

use crate::support::corpus::{Case, MOMENT, cases};
use crate::support::{Run, healthcheck};
use jiff::{SignedDuration, Timestamp};
use regex::Regex;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write;

/// The ages at which each fault is judged, in seconds.
const AGES: [i64; 3] = [30, 120, 600];

/// A state that may end by itself, or that is a problem only if it lasts.
struct Patience {
    check: &'static str,
    /// The cases of a check that also reports definite errors; all cases if there are none.
    cases: &'static [&'static str],
    /// The index of the age from which on it has its severity; at the first age it is low or not reported.
    from: usize,
}

const fn all(check: &'static str, from: usize) -> Patience {
    Patience { check, cases: &[], from }
}

/// Everything else is definite. A fault that is told by another check at some age, as a kill by a probe that looks like a
/// crash, is among the last.
const PATIENCE: [Patience; 41] = [
    // Within the grace of a minute: what starts, stops or moves.
    all("node-network-unavailable", 1),
    all("node-not-ready", 1),
    all("pdb-blocks-evictions", 1),
    all("pod-not-ready", 1),
    all("pod-sandbox-failed", 1),
    all("pod-stuck-terminating", 1),
    all("service-no-endpoints", 1),
    all("workload-replicas-missing", 1),
    Patience {
        check: "hpa-cannot-scale",
        cases: &[
            "workloads/autoscaler-with-a-sidecar-without-request",
            "workloads/autoscaler-without-a-target",
            "workloads/autoscaler-without-requests",
        ],
        from: 1,
    },
    Patience {
        check: "pod-image-pull-failed",
        cases: &[
            "pods/pull-from-a-broken-registry",
            "pods/pull-from-a-name-that-does-not-resolve",
            "pods/pull-over-the-rate-limit",
            "pods/pull-whose-cause-is-forgotten",
            "pods/pull-whose-cause-is-in-an-event",
        ],
        from: 1,
    },
    Patience {
        check: "pod-probe-failing",
        cases: &[
            "pods/readiness-of-a-sidecar-fails",
            "pods/readiness-probe-fails",
            "workloads/budget-short-of-healthy-pods",
            "workloads/statefulset-stands-behind-its-second",
            "workloads/statefulset-update-stands-still",
        ],
        from: 1,
    },
    // Another pod may end, a node may come, the claim may be bound.
    Patience {
        check: "pod-unschedulable",
        cases: &[
            "nodes/cloud-manager-without-credentials",
            "nodes/drained-for-maintenance",
            "nodes/memory-runs-out-and-pods-wait",
            "nodes/no-slot-left",
            "pods/anti-affinity-on-too-few-nodes",
            "pods/autoscaler-at-its-maximum",
            "pods/batch-scheduler-finds-no-queue",
            "pods/devices-of-a-resource-claim",
            "pods/host-port-on-another-address",
            "pods/host-port-taken",
            "pods/host-port-taken-by-another-workload",
            "pods/no-room-for-cpu",
            "pods/scheduler-crashes",
            "pods/scheduler-that-is-not-there",
            "pods/spread-over-zones-that-are-too-uneven",
            "pods/waits-for-a-gpu",
            "storage/claim-lost-its-volume",
            "storage/claim-waits-for-room-for-its-pod",
            "storage/class-missing",
            "storage/driver-makes-no-volume",
            "storage/local-volume-of-a-removed-node",
            "storage/provisioner-out-of-quota",
            "storage/volume-for-a-class-without-provisioner",
            "storage/volume-left-by-an-earlier-claim",
        ],
        from: 1,
    },
    Patience {
        check: "pod-volume-not-mounted",
        cases: &[
            "pods/shared-volume-attached-to-several-nodes",
            "pods/volume-attached-to-a-node-that-is-down",
            "pods/volume-attached-to-a-removed-node",
            "pods/volume-held-by-another-node",
        ],
        from: 1,
    },
    Patience {
        check: "webhook-backend-dead",
        cases: &[
            "network/converter-whose-pods-are-down",
            "network/webhook-spares-its-own-namespace",
            "network/webhook-whose-pods-are-down",
        ],
        from: 1,
    },
    Patience {
        check: "workload-create-refused",
        cases: &["network/webhook-rejects-its-own-statefulset", "workloads/webhook-down-refuses-pods"],
        from: 1,
    },
    // Within ten minutes: what is set up by controllers and clouds.
    all("apiservice-unavailable", 2),
    all("node-not-initialized", 2),
    all("pv-failed", 2),
    all("node-certificate-pending", 2),
    all("pvc-stuck-terminating", 2),
    Patience { check: "pod-probe-failing", cases: &["pods/startup-probe-out-of-time"], from: 2 },
    Patience {
        check: "pvc-pending",
        cases: &[
            "storage/claim-of-an-empty-class",
            "storage/driver-makes-no-volume",
            "storage/local-volume-of-a-removed-node",
            "storage/provisioner-out-of-quota",
            "storage/volume-fits-and-is-not-bound",
            "storage/volume-for-a-class-without-provisioner",
            "storage/volume-left-by-an-earlier-claim",
            "storage/volume-of-a-claim-that-was-deleted",
            "storage/volume-of-a-class-that-is-only-a-name-too-small",
            "storage/volume-of-another-access-mode",
            "storage/volume-reserved-for-another-claim",
            "storage/volume-too-small-for-its-claim",
            "storage/volume-without-the-selected-label",
        ],
        from: 2,
    },
    // Longer: a schedule, a habit, or what no workload suffers from.
    all("cronjob-failing", 3),
    all("cronjob-schedule-missed", 3),
    all("deployment-paused", 3),
    all("hpa-at-max", 3),
    all("hpa-flapping", 3),
    all("image-ids-differ", 3),
    all("ingress-secret-missing", 3),
    all("job-overdue", 3),
    all("namespace-stuck-terminating", 3),
    all("node-cordoned", 3),
    all("pdb-not-enough-healthy", 3),
    all("pv-released", 3),
    all("pvc-resize-stuck", 3),
    all("service-load-balancer-pending", 3),
    all("workload-not-observed", 3),
    all("workload-update-held", 3),
    Patience {
        check: "hpa-cannot-scale",
        cases: &["workloads/autoscaler-without-metrics", "workloads/broken-with-everything-around-it"],
        from: 3,
    },
    all("statefulset-blocked", 3),
    all("pod-killed-by-probe", 3),
];

/// The severities of a finding at the ages, `-` for none.
type Course = [String; 3];

struct Judged {
    check: String,
    case: String,
    full: String,
    course: Course,
}

#[test]
fn definite_errors_alarm_at_once_and_what_may_pass_does_not() {
    let judged: Vec<Judged> = cases().iter().flat_map(judge).collect();
    assert!(judged.len() > 300, "{} findings", judged.len());
    let wrong: Vec<String> = judged.iter().filter(|one| !is_right(one)).map(Judged::told).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), judged.len(), wrong.join("\n"));
}

impl Judged {
    fn told(&self) -> String {
        format!("{} {}: {} became {:?}", self.check, self.case, self.full, self.course)
    }

    /// Whether it is below its severity at an age.
    fn is_milder(&self, age: usize) -> bool {
        let rank = |severity: &str| ["-", "low", "medium", "high"].iter().position(|name| *name == severity);
        rank(&self.course[age]) < rank(&self.full)
    }

    fn is_calm(&self, age: usize) -> bool {
        matches!(self.course[age].as_str(), "-" | "low")
    }
}

fn is_right(one: &Judged) -> bool {
    let applies = |patience: &&Patience| {
        patience.check == one.check && (patience.cases.is_empty() || patience.cases.contains(&&*one.case))
    };
    match PATIENCE.iter().find(applies) {
        None => !(0..AGES.len()).any(|age| one.is_milder(age)),
        // Whether it lasts is decided at an age that is not among these.
        Some(Patience { from: 3, .. }) => true,
        Some(Patience { from, .. }) => one.is_calm(0) && !(*from..AGES.len()).any(|age| one.is_milder(age)),
    }
}

/// Judges a case at the ages of each of its findings above low.
fn judge(case: &Case) -> Vec<Judged> {
    let text = std::fs::read_to_string(&case.path).unwrap();
    let now: Timestamp = MOMENT.parse().unwrap();
    let mut all = Vec::new();
    // Several findings of a case often began at the same time.
    let mut judged: BTreeMap<(Timestamp, i64), Vec<Value>> = BTreeMap::new();
    for finding in findings(&text, now) {
        let Some(since) = finding["since"].as_str().filter(|_| finding["severity"] != "low") else {
            continue;
        };
        let began: Timestamp = since.parse().unwrap();
        let course = AGES.map(|age| {
            let then = began + SignedDuration::from_secs(age);
            let judge = || findings(&moved(&text, began, now, age), then);
            let found = judged.entry((began, age)).or_insert_with(judge);
            let same = found.iter().find(|other| is_same(other, &finding));
            same.map_or("-", |same| same["severity"].as_str().unwrap()).to_owned()
        });
        let text = |name: &str| finding[name].as_str().unwrap().to_owned();
        all.push(Judged { check: text("id"), case: case.title.clone(), full: text("severity"), course });
    }
    all
}

fn is_same(one: &Value, other: &Value) -> bool {
    one["id"] == other["id"] && one["object"] == other["object"]
}

fn findings(text: &str, now: Timestamp) -> Vec<Value> {
    let mut file = tempfile::NamedTempFile::with_suffix(".yaml").unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let ran = healthcheck().arg("-f").arg(file.path()).args(["--now", &now.to_string(), "-o", "json"]).ran();
    if ran.err.starts_with("No resources found") {
        return Vec::new();
    }
    ran.json()["findings"].as_array().unwrap().clone()
}

/// Moves every time between the beginning of the fault and now, so that the fault is `age` seconds old and everything
/// that followed it has happened in the same order.
fn moved(text: &str, began: Timestamp, now: Timestamp, age: i64) -> String {
    let times = Regex::new(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z").unwrap();
    let lasted = now.duration_since(began).as_secs();
    let move_one = |found: &regex::Captures| {
        let time: Timestamp = found[0].parse().unwrap();
        if time <= began || time > now {
            return found[0].to_owned();
        }
        let after = time.duration_since(began).as_secs() * age / lasted.max(1);
        let moved = began + SignedDuration::from_secs(after);
        let fraction = found.get(1).map_or("", |fraction| fraction.as_str());
        format!("{}{fraction}Z", moved.strftime("%Y-%m-%dT%H:%M:%S"))
    };
    times.replace_all(text, move_one).into_owned()
}

//! Faults of a real control plane: controllers, scheduler and API server write every status, condition and event,
//! with kwok instead of kubelets. tests/fixtures/produced/README.md describes the format.
//!
//! Checks wait for minutes, tests do not: after all faults happened, the controllers are stopped and everything they
//! wrote is made [`LATER`] older. The test judges the cluster at that later time.

use crate::support::corpus::{self, Case, Step, incidents_of, owner, told};
use crate::support::lab::Lab;
use crate::support::{Ran, Run};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// Longer than any check waits by default, except those that wait for hours; in seconds.
const LATER: i64 = 25 * 60;

/// The minimum number of different faults.
const FAULTS: usize = 56;

/// The time limit for all faults.
const PATIENCE: Duration = Duration::from_secs(240);

/// Makes controllers notice a dead node, autoscalers and claims within seconds.
const CONTROLLER_FLAGS: &str = "--node-monitor-period=1s --node-monitor-grace-period=20s \
    --node-startup-grace-period=20s --node-eviction-rate=10 --horizontal-pod-autoscaler-sync-period=2s \
    --pvclaimbinder-sync-period=3s";

/// The kinds that controllers write and read.
const KINDS: &str = "namespaces,nodes,pods,services,endpointslices,events,ingresses,ingressclasses,resourcequotas,\
    limitranges,deployments,replicasets,statefulsets,daemonsets,jobs,cronjobs,horizontalpodautoscalers,\
    poddisruptionbudgets,persistentvolumeclaims,persistentvolumes,storageclasses,\
    validatingwebhookconfigurations,apiservices";

/// The cluster with all faults, and its findings.
pub struct Produced {
    pub lab: Lab,
    cases: Vec<Case>,
    report: Value,
    /// A deleted pod of `pod-replaced`.
    pub gone: String,
}

pub static PRODUCED: LazyLock<Produced> = LazyLock::new(|| {
    let cases = corpus::produced();
    let lab = Lab::start(&[("FULL", "1"), ("CONTROLLER_FLAGS", CONTROLLER_FLAGS)]);
    lab.apply(&(1..=3).map(plain_node).collect::<Vec<_>>());
    // An API that does not answer disturbs other controllers.
    let (last, first): (Vec<&Case>, Vec<&Case>) = cases.iter().partition(|case| has_api(case));
    for some in [first, last] {
        create(&lab, &some);
        let unfinished = happen(&lab, &some);
        assert!(unfinished.is_empty(), "has not happened:\n{}", unfinished.join("\n"));
    }
    let gone = replace_a_pod(&lab);
    lab.freeze();
    grow_old(&lab);
    let ran = lab.healthcheck("-A -o json");
    assert!(ran.out.starts_with('{'), "{ran:?}");
    let report = ran.json();
    Produced { lab, cases, report, gone }
});

fn has_api(case: &Case) -> bool {
    case.objects.iter().any(|object| object["kind"] == "APIService")
}

fn plain_node(number: usize) -> Value {
    let name = format!("plain-{number}");
    json!({ "apiVersion": "v1", "kind": "Node", "metadata": {
        "name": name, "annotations": { "kwok.x-k8s.io/node": "fake" }, "labels": { "kubernetes.io/hostname": name },
    } })
}

fn create(lab: &Lab, cases: &[&Case]) {
    let all = || cases.iter().flat_map(|case| &case.objects);
    let given: BTreeSet<&str> =
        all().filter(|o| o["kind"] == "Namespace").filter_map(|o| o["metadata"]["name"].as_str()).collect();
    let wanted: BTreeSet<&str> =
        all().filter_map(|object| object["metadata"]["namespace"].as_str()).collect();
    let namespace =
        |name: &&str| json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
    let mut objects: Vec<Value> = wanted.difference(&given).map(namespace).collect();
    // Pods need nodes when they are created.
    let (nodes, others): (Vec<&Value>, Vec<&Value>) = all().partition(|object| object["kind"] == "Node");
    objects.extend(nodes.into_iter().cloned());
    if !objects.is_empty() {
        lab.apply(&objects);
    }
    let alive = |object: &Value| object["metadata"]["annotations"]["kwok.x-k8s.io/node"] == "fake";
    lab.wait_until("get nodes -o json", |ran| {
        let nodes = ran.json();
        let mut fake = nodes["items"].as_array().unwrap().iter().filter(|node| alive(node));
        fake.all(|node| {
            let mut conditions = node["status"]["conditions"].as_array().into_iter().flatten();
            conditions.any(|condition| condition["type"] == "Ready" && condition["status"] == "True")
        })
    });
    lab.apply(&others.into_iter().cloned().collect::<Vec<_>>());
}

/// Runs the steps of all cases, each at its own pace. Returns the steps that did not finish.
fn happen(lab: &Lab, cases: &[&Case]) -> Vec<String> {
    let began = Instant::now();
    let mut left: Vec<(&Case, &[Step])> = cases.iter().map(|case| (*case, case.steps.as_slice())).collect();
    loop {
        let mut said = Vec::new();
        for (case, steps) in &mut left {
            while let Some((step, rest)) = steps.split_first() {
                if let Some(not) = take(lab, case, step) {
                    said.push(not);
                    break;
                }
                *steps = rest;
            }
        }
        left.retain(|(_, steps)| !steps.is_empty());
        if left.is_empty() || began.elapsed() > PATIENCE {
            return said;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Runs a step. Returns the output if it is too early.
fn take(lab: &Lab, case: &Case, step: &Step) -> Option<String> {
    match step {
        Step::Run(arguments) => {
            let ran = kubectl(lab, case, arguments);
            assert_eq!(ran.code, 0, "{}: {ran:?}", case.name);
            None
        }
        Step::Until(arguments, words) => {
            let ran = kubectl(lab, case, arguments);
            let missing: Vec<&String> =
                words.iter().filter(|words| !ran.out.contains(*words) && !ran.err.contains(*words)).collect();
            (!missing.is_empty()).then(|| format!("{}: no {missing:?} in {arguments:?}: {ran:?}", case.name))
        }
    }
}

/// Runs kubectl in the namespace of the case, unless the arguments set another one.
fn kubectl(lab: &Lab, case: &Case, arguments: &[String]) -> Ran {
    let mut command = lab.command("kubectl");
    command.args(arguments);
    if !arguments.iter().any(|argument| argument == "-n") {
        command.args(["-n", &case.name]);
    }
    command.ran()
}

/// Deletes a pod of a Deployment and waits for its successor.
fn replace_a_pod(lab: &Lab) -> String {
    let names = || lab.kubectl("get pods -n pod-replaced -o name").out;
    let gone = names().lines().next().unwrap().trim_start_matches("pod/").to_owned();
    assert_eq!(lab.kubectl(&format!("delete pod -n pod-replaced {gone}")).code, 0);
    lab.wait_until("get deployment web -n pod-replaced -o jsonpath={.status.readyReplicas}", |ran| {
        ran.out == "2" && !names().contains(&gone)
    });
    gone
}

/// Moves every written time into the past.
fn grow_old(lab: &Lab) {
    let list = lab.kubectl(&format!("get {KINDS} -A -o json"));
    assert_eq!(list.code, 0, "{list:?}");
    let mut list = list.json();
    let objects = list["items"].as_array_mut().unwrap();
    for object in objects.iter_mut() {
        corpus::shift(object, -LATER);
    }
    lab.store(objects);
}

/// Returns the findings of a case. Pods with generated names have the name that the case expects: `web-*`.
fn findings_of<'r>(case: &Case, report: &'r Value, names: &[String]) -> Vec<(usize, Value)> {
    let findings = report["findings"].as_array().unwrap().iter().enumerate();
    let its = findings.filter(|(_, finding)| owner(names, &finding["object"]) == Some(&case.name));
    its.map(|(index, finding): (usize, &'r Value)| (index, named(case, finding.clone()))).collect()
}

fn named(case: &Case, mut finding: Value) -> Value {
    let object = finding["object"].clone();
    let (kind, name) = (object["kind"].as_str().unwrap(), object["name"].as_str().unwrap());
    let patterns = case.expected.iter().filter_map(|expected| {
        let (its_kind, its_name) = expected.finding.split(' ').nth(1)?.split_once('/')?;
        let stem = its_name.strip_suffix('*')?;
        (its_kind == kind && name.starts_with(stem)).then_some(its_name)
    });
    if let Some(pattern) = patterns.max_by_key(|pattern| pattern.len()) {
        finding["object"]["name"] = json!(pattern);
    }
    finding
}

/// The first expected finding must be the root of the incident.
fn wrong_cause(case: &Case, report: &Value, its: &[(usize, Value)]) -> Option<String> {
    let first = &case.expected.first().filter(|_| case.incidents == Some(1))?.finding;
    let of = |incident: &Value| -> Vec<usize> {
        let indices = incident["findings"].as_array().unwrap().iter();
        indices.map(|index| usize::try_from(index.as_u64().unwrap()).unwrap()).collect()
    };
    let its_finding = |index: usize| its.iter().find(|(own, _)| *own == index);
    let loud = report["incidents"].as_array().unwrap().iter().filter(|i| i["severity"] != "low").map(of);
    let incident =
        loud.into_iter().find(|indices| indices.iter().any(|index| its_finding(*index).is_some()))?;
    let named = its_finding(incident[0])
        .map_or_else(|| corpus::shown(&report["findings"][incident[0]]), |(_, named)| corpus::shown(named));
    (named != *first).then(|| format!("wanted the incident to be named by {first}, not by {named}"))
}

#[test]
fn finds_every_fault_of_a_control_plane_and_nothing_else() {
    let Produced { cases, report, .. } = &*PRODUCED;
    let names: Vec<String> = cases.iter().map(|case| case.name.clone()).collect();
    let mut wrong = Vec::new();
    for case in cases {
        let its = findings_of(case, report, &names);
        let indices: BTreeSet<usize> = its.iter().map(|(index, _)| *index).collect();
        let incidents = incidents_of(report, |index| indices.contains(&index));
        let mut lines =
            case.differences(&its.iter().map(|(_, finding)| finding).collect::<Vec<_>>(), incidents);
        lines.extend(wrong_cause(case, report, &its));
        if !lines.is_empty() {
            wrong.push((case, lines));
        }
    }
    assert!(wrong.is_empty(), "{}", told(&wrong));
    let findings = report["findings"].as_array().unwrap().iter();
    let unowned: Vec<&Value> =
        findings.filter(|f| owner(&names, &f["object"]).is_none() && f["severity"] != "low").collect();
    assert!(unowned.is_empty(), "about objects outside of all cases: {unowned:#?}");
    assert_eq!(report["coverage"]["gaps"], json!([]));
}

#[test]
fn every_produced_case_is_well_formed() {
    let cases = corpus::produced();
    let wrong: Vec<(&Case, Vec<String>)> =
        cases.iter().filter(|case| !case.slips.is_empty()).map(|case| (case, case.slips.clone())).collect();
    assert!(wrong.is_empty(), "{}", told(&wrong));
    let faults = cases.iter().filter(|case| !case.healthy).count();
    assert!(faults >= FAULTS, "{faults} faults");
}

/// The node of `node-lost` died with sixty pods: its namespaces have one incident.
#[test]
fn a_dead_node_is_one_incident() {
    let Produced { lab, .. } = &*PRODUCED;
    let scope = "-n node-lost-shop,node-lost-pay,node-lost-ops";
    let report = lab.healthcheck(&format!("{scope} -o json")).json();
    let incidents = report["incidents"].as_array().unwrap();
    let loud: Vec<&Value> = incidents.iter().filter(|incident| incident["severity"] != "low").collect();
    assert_eq!((loud.len(), loud[0]), (1, &incidents[0]), "{loud:#?}");
    let findings = report["findings"].as_array().unwrap();
    let cause = &findings[usize::try_from(loud[0]["findings"][0].as_u64().unwrap()).unwrap()];
    assert_eq!(
        (&cause["id"], &cause["object"]["name"]),
        (&json!("node-not-ready"), &json!("node-lost-1")),
        "{cause}"
    );
    assert_eq!((&loud[0]["pods"], &loud[0]["workloads"]), (&json!(60), &json!(9)));
    // The node, its pods, their workloads, and two Services.
    assert_eq!((&loud[0]["affected"], &report["totals"]["pods"]), (&json!(1 + 60 + 9 + 2), &json!(60)));
    let named = |kind: &str| {
        let mut names: Vec<String> = findings
            .iter()
            .filter(|finding| finding["object"]["kind"] == kind)
            .map(|finding| format!("{}/{}", finding["object"]["namespace"], finding["object"]["name"]))
            .collect();
        names.sort();
        names.dedup();
        names.len()
    };
    assert_eq!((named("Pod"), named("Deployment"), named("StatefulSet")), (60, 5, 2));
    // One row for the incident, and none for the pods on the node.
    let table = lab.healthcheck(scope).out;
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("🔴 high ")).collect();
    let [row] = rows.as_slice() else { panic!("{table}") };
    assert!(row.contains("node/node-lost-1") && row.contains("60 pods of 9 workloads affected"), "{row}");
    assert!(!table.contains("pod/") && table.lines().count() < 25, "{table}");
}

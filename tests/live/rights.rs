//! Accounts with few permissions: readable data is complete, other data is named, and unread data is never healthy.

use crate::support::lab::LAB;
use crate::{crashing, healthy, namespace};
use serde_json::{Value, json};

/// The permissions for one namespace.
pub const ALL: [(&str, &str); 15] = [
    ("", "pods"),
    ("", "events"),
    ("apps", "replicasets"),
    ("apps", "deployments"),
    ("apps", "statefulsets"),
    ("apps", "daemonsets"),
    ("batch", "jobs"),
    ("batch", "cronjobs"),
    ("discovery.k8s.io", "endpointslices"),
    ("", "services"),
    ("", "persistentvolumeclaims"),
    ("networking.k8s.io", "ingresses"),
    ("autoscaling", "horizontalpodautoscalers"),
    ("policy", "poddisruptionbudgets"),
    ("", "resourcequotas"),
];

#[test]
fn a_role_in_one_namespace_reads_all_of_it() {
    namespace("rights-one");
    LAB.store(&[healthy("rights-one", "web")]);
    LAB.grant("rights-one", &ALL);
    let ran = LAB.healthcheck("--context limited -n rights-one -o wide");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.starts_with("🟢 Healthy · 1 of 1 pod healthy"), "{}", ran.out);
    assert!(ran.out.contains("Coverage complete"), "{}", ran.out);
    let line = "Not included: nodes, apiservices, ingressclasses and 5 other kinds (forbidden)";
    assert!(ran.out.contains(line), "{}", ran.out);
    let brief = LAB.healthcheck("--context limited -n rights-one").out;
    assert!(brief.contains(" · not included: nodes, ") && brief.contains(" (why: -o wide)"), "{brief}");
    // The full report names all gaps.
    let report = LAB.healthcheck("--context limited -n rights-one -o markdown").out;
    assert!(report.contains("persistentvolumes, storageclasses"), "{report}");
    let coverage = LAB.healthcheck("--context limited -n rights-one -o json").json()["coverage"].clone();
    assert_eq!((&coverage["complete"], &coverage["gaps"]), (&json!(true), &json!([])));
    let outside = coverage["notInScope"].as_array().unwrap();
    // Nobody was asked to measure: that is no refusal.
    let refused = |gap: &Value| gap["reason"] == "forbidden" || gap["kind"] == "Throttling";
    assert!(outside.iter().all(refused), "{outside:?}");
    assert!(outside.iter().any(|gap| gap["kind"] == "Node"), "{outside:?}");
}

#[test]
fn a_role_for_pods_alone_gives_named_gaps() {
    namespace("rights-pods");
    LAB.store(&[healthy("rights-pods", "web")]);
    LAB.grant("rights-pods", &[("", "pods")]);
    let ran = LAB.healthcheck("--context limited -n rights-pods");
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.out.starts_with("⚪ Incomplete · 1 of 1 pod healthy"), "{}", ran.out);
    let line = "Not checked: cronjobs, daemonsets, deployments, endpointslices, horizontalpodautoscalers, ingresses, jobs, \
                persistentvolumeclaims, poddisruptionbudgets, replicasets, resourcequotas, services, statefulsets in \
                rights-pods (forbidden)";
    assert!(ran.out.contains(line), "{}", ran.out);
    // Data skipped by a flag is not a gap.
    let kinds: Vec<&str> = ALL.iter().map(|(_, kind)| *kind).filter(|kind| *kind != "pods").collect();
    let kinds = kinds.join(",");
    let ran = LAB.healthcheck(&format!("--context limited -n rights-pods -o wide --skip-kinds {kinds}"));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("(skipped)"), "{}", ran.out);
}

#[test]
fn no_permissions_give_no_report() {
    namespace("rights-none");
    LAB.store(&[healthy("rights-none", "web")]);
    for (arguments, place) in
        [("-n rights-none", "in the namespace \"rights-none\""), ("-A", "at the cluster scope")]
    {
        let ran = LAB.healthcheck(&format!("--context limited {arguments}"));
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
        let line = format!(
            "Error from server (Forbidden): pods is forbidden: User \"limited\" cannot list resource \"pods\" in API \
             group \"\" {place}\n"
        );
        assert!(ran.err.starts_with(&line), "{}", ran.err);
    }
}

#[test]
fn a_forbidden_namespace_is_a_gap() {
    namespace("rights-half");
    namespace("rights-hidden");
    LAB.store(&[healthy("rights-half", "web"), crashing("rights-hidden", "web")]);
    LAB.grant("rights-half", &ALL);
    let ran = LAB.healthcheck("--context limited -n rights-half,rights-hidden");
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.out.starts_with("⚪ Incomplete"), "{}", ran.out);
    assert!(ran.out.contains("services, statefulsets in rights-hidden (forbidden)"), "{}", ran.out);
    // A namespace that may not exist is never healthy.
    let ran = LAB.healthcheck("--context limited -n rights-half,no-such-namespace -o json");
    assert_eq!((ran.code, ran.json()["verdict"].as_str()), (3, Some("incomplete")), "{ran:?}");
}

/// An account that may list namespaces, but pods only in some of them, gets these.
#[test]
fn all_namespaces_are_the_permitted_ones() {
    namespace("rights-seen");
    LAB.store(&[healthy("rights-seen", "web")]);
    LAB.grant_to("viewer", "rights-seen", &ALL);
    let group = "rbac.authorization.k8s.io";
    LAB.apply(&[
        json!({
            "apiVersion": format!("{group}/v1"), "kind": "ClusterRole", "metadata": { "name": "names" },
            "rules": [{ "apiGroups": [""], "resources": ["namespaces"], "verbs": ["get", "list"] }],
        }),
        json!({
            "apiVersion": format!("{group}/v1"), "kind": "ClusterRoleBinding", "metadata": { "name": "names" },
            "roleRef": { "apiGroup": group, "kind": "ClusterRole", "name": "names" },
            "subjects": [{ "apiGroup": group, "kind": "User", "name": "viewer" }],
        }),
    ]);
    let report = LAB.healthcheck("--as viewer -A -o json").json();
    assert_eq!(report["totals"]["pods"], 1);
    assert_eq!(report["verdict"], "incomplete");
    let gaps = report["coverage"]["gaps"].as_array().unwrap();
    assert!(gaps.iter().any(|gap| gap["kind"] == "Pod" && gap["namespace"] == "default"), "{gaps:?}");
    // If pods are forbidden, nothing else is requested.
    assert!(!gaps.iter().any(|gap| gap["kind"] == "Job" && gap["namespace"] == "default"), "{gaps:?}");
    assert!(!gaps.iter().any(|gap| gap["namespace"] == "rights-seen"), "{gaps:?}");
}

#[test]
fn impersonation_works_like_in_kubectl() {
    namespace("rights-as");
    LAB.store(&[healthy("rights-as", "web")]);
    let ran = LAB.healthcheck("--as somebody --as-group some --as-uid 7 -n rights-as");
    assert!(ran.code == 2 && ran.err.contains("User \"somebody\" cannot list"), "{ran:?}");
    let ran = LAB.healthcheck("--as somebody --as-group system:masters -n rights-as");
    assert_eq!(ran.code, 0, "{ran:?}");
    LAB.store(&[crashing("rights-as", "bad")]);
    let ran = LAB.healthcheck("--as somebody --as-group system:masters -n rights-as");
    assert!(
        ran.out.contains("kubectl healthcheck pod/bad -n rights-as --as somebody --as-group system:masters"),
        "{}",
        ran.out
    );
}

/// A capture keeps its gaps: its report is as incomplete as the live one.
#[test]
fn a_capture_keeps_its_gaps() {
    namespace("rights-capture");
    LAB.store(&[healthy("rights-capture", "web")]);
    LAB.grant("rights-capture", &ALL[..4]);
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("capture.json").display().to_string();
    let ran = LAB.healthcheck(&format!("--context limited snapshot -n rights-capture -o {file}"));
    assert_eq!(ran.code, 2, "flags come after the command: {ran:?}");
    let ran = LAB.healthcheck(&format!("snapshot --context limited -n rights-capture -o {file}"));
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(
        ran.err.contains("not in the capture: Job in rights-capture: jobs.batch is forbidden"),
        "{}",
        ran.err
    );
    let live = LAB.healthcheck("--context limited -n rights-capture -o json");
    let read = crate::support::run(&format!("-f {file} -o json"));
    assert_eq!((live.code, read.code), (3, 3));
    assert_eq!(live.json()["coverage"]["gaps"], read.json()["coverage"]["gaps"]);
}

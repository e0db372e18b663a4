//! The objects that only causes need: leases, network policies and certificates of cert-manager.

use super::*;
use crate::checks::View;
use crate::wire;
use serde_json::{Value, json};

fn lease(namespace: &str, name: &str, renewed: &str) -> Value {
    json!({
        "metadata": { "namespace": namespace, "name": name },
        "spec": { "holderIdentity": "control-1", "leaseDurationSeconds": 15, "renewTime": renewed },
    })
}

/// A healthy cluster with its leases.
fn cluster(controllers: &str) -> Fake {
    let fake = Fake::default();
    fake.namespace("shop", 1);
    fake.add(Kind::Lease, lease("kube-system", "kube-scheduler", "2025-12-26T01:59:59Z"));
    fake.add(Kind::Lease, lease("kube-system", "kube-controller-manager", controllers));
    fake.add(Kind::Lease, lease("kube-system", "some-operator", "2025-01-01T00:00:00Z"));
    let ready = json!([{ "type": "Ready", "status": "True" }]);
    fake.add(Kind::Node, json!({ "metadata": { "name": "node-1" }, "status": { "conditions": ready } }));
    fake.add(Kind::Lease, lease("kube-node-lease", "node-1", "2025-12-26T01:30:00Z"));
    fake
}

fn leases(snapshot: &Snapshot) -> Vec<&str> {
    snapshot.rows.leases.iter().map(|lease| &*lease.metadata.name).collect()
}

#[tokio::test(start_paused = true)]
async fn a_healthy_cluster_costs_one_list_of_leases() {
    let fake = cluster("2025-12-26T01:59:58Z");
    let snapshot = gathered(&fake, &everywhere()).await.unwrap();
    assert_eq!(fake.requests_of("/leases").len(), 1, "{:?}", fake.requests_of("/leases"));
    assert_eq!(leases(&snapshot), ["kube-controller-manager", "kube-scheduler"]);
    for other in ["/networkpolicies", "/certificates"] {
        assert!(fake.requests_of(other).is_empty(), "{other}");
    }
    let before = fake.requests_of("/leases").len();
    gathered(&fake, &named(&["shop"])).await.unwrap();
    assert_eq!(fake.requests_of("/leases").len(), before, "nothing in the namespace waits for a component");
}

#[tokio::test(start_paused = true)]
async fn the_leases_of_nodes_are_read_if_the_controllers_have_stopped() {
    let fake = cluster("2025-12-26T01:00:00Z");
    let snapshot = gathered(&fake, &everywhere()).await.unwrap();
    assert_eq!(leases(&snapshot), ["node-1", "kube-controller-manager", "kube-scheduler"]);
    let settings = Settings::default();
    let view = View::new(&snapshot, &settings);
    let (findings, _) = crate::checks::run(&view);
    let found: Vec<&str> = findings.iter().map(|finding| finding.check.id).collect();
    assert_eq!(found, ["control-plane-silent", "node-lease-expired"]);
}

#[tokio::test(start_paused = true)]
async fn leases_that_may_not_be_read_leave_the_report_complete() {
    let fake = cluster("2025-12-26T01:00:00Z");
    fake.always("/leases", Fault::Status(403, &[]));
    let snapshot = gathered(&fake, &everywhere()).await.unwrap();
    assert!(snapshot.coverage.gaps.is_empty(), "{:?}", snapshot.coverage.gaps);
    let missing = gaps(&snapshot.coverage.not_in_scope);
    assert!(missing.contains(&"Lease kube-system Forbidden".to_owned()), "{missing:?}");
    let mut plan = everywhere();
    plan.scope.skip_kinds = vec![Kind::Lease];
    let before = fake.requests_of("/leases").len();
    gathered(&fake, &plan).await.unwrap();
    assert_eq!(fake.requests_of("/leases").len(), before);
}

#[tokio::test(start_paused = true)]
async fn the_control_plane_is_out_of_the_scope_of_a_namespace() {
    let fake = cluster("2025-12-26T01:00:00Z");
    let mut pod = fake::pod("shop", 7);
    pod["spec"]["nodeName"] = json!(null);
    fake.add(Kind::Pod, pod);
    fake.always("/leases", Fault::Status(500, &[]));
    let snapshot = gathered(&fake, &named(&["shop"])).await.unwrap();
    assert!(!fake.requests_of("/leases").is_empty(), "a pod has no node");
    assert!(snapshot.coverage.gaps.is_empty(), "{:?}", snapshot.coverage.gaps);
}

#[tokio::test(start_paused = true)]
async fn policies_are_read_where_a_call_gets_no_answer() {
    let fake = Fake::default();
    for namespace in ["data", "other", "shop"] {
        fake.namespace(namespace, 1);
        let metadata = json!({ "namespace": namespace, "name": "deny" });
        fake.add(Kind::NetworkPolicy, json!({ "metadata": metadata, "spec": { "podSelector": {} } }));
    }
    let service =
        json!({ "metadata": { "namespace": "data", "name": "pg" }, "spec": { "clusterIP": "10.96.0.7" } });
    fake.add(Kind::Service, service);
    let mut pod = fake::pod("shop", 900);
    pod["metadata"]["name"] = "api-1".into();
    let container = &mut pod["status"]["containerStatuses"][0];
    (container["ready"], container["restartCount"]) = (false.into(), 5.into());
    container["state"] = json!({ "waiting": { "reason": "CrashLoopBackOff" } });
    container["lastState"] = json!({ "terminated": { "exitCode": 1, "finishedAt": "2025-12-26T01:59:00Z" } });
    fake.add(Kind::Pod, pod);
    fake.log("shop/api-1/app", "panic: dial tcp 10.96.0.7:5432: i/o timeout\n");
    let snapshot = gathered(&fake, &everywhere()).await.unwrap();
    let of = |policy: &wire::NetworkPolicy| policy.metadata.namespace.clone();
    assert_eq!(snapshot.rows.network_policies.iter().map(of).collect::<Vec<_>>(), ["data", "shop"]);
    fake.log("shop/api-1/app", "panic: dial tcp 10.96.0.7:5432: connect: connection refused\n");
    let before = fake.requests_of("/networkpolicies").len();
    gathered(&fake, &everywhere()).await.unwrap();
    assert_eq!(fake.requests_of("/networkpolicies").len(), before, "a closed port answers");
}

#[tokio::test(start_paused = true)]
async fn certificates_are_read_for_secrets_that_are_missing() {
    let fake = Fake::default();
    fake.namespace("shop", 1);
    let tls = json!([{ "hosts": ["shop.example.com"], "secretName": "web-tls" }]);
    let metadata = json!({ "namespace": "shop", "name": "web" });
    fake.add(Kind::Ingress, json!({ "metadata": metadata, "spec": { "tls": tls } }));
    for (name, secret) in [("web", "web-tls"), ("api", "api-tls")] {
        let metadata = json!({ "namespace": "shop", "name": name });
        fake.add(Kind::Certificate, json!({ "metadata": metadata, "spec": { "secretName": secret } }));
    }
    let plan = Plan { with_certificates: true, ..named(&["shop"]) };
    let snapshot = gathered(&fake, &plan).await.unwrap();
    let names: Vec<&str> = snapshot.rows.issued.iter().map(|one| &*one.metadata.name).collect();
    assert_eq!(names, ["web"]);
    gathered(&fake, &named(&["shop"])).await.unwrap();
    assert_eq!(fake.requests_of("/certificates").len(), 1, "only for the checks of certificates");
}

#[tokio::test(start_paused = true)]
async fn a_cluster_without_cert_manager_has_a_complete_report() {
    let fake = Fake::default();
    fake.namespace("shop", 1);
    let metadata = json!({ "namespace": "shop", "name": "web" });
    let tls = json!([{ "hosts": ["shop.example.com"], "secretName": "web-tls" }]);
    fake.add(Kind::Ingress, json!({ "metadata": metadata, "spec": { "tls": tls } }));
    let plan = Plan { with_certificates: true, ..named(&["shop"]) };
    let snapshot = gathered(&fake, &plan).await.unwrap();
    assert_eq!(fake.requests_of("/certificates").len(), 1);
    assert!(snapshot.coverage.gaps.is_empty(), "{:?}", snapshot.coverage.gaps);
    let outside = gaps(&snapshot.coverage.not_in_scope);
    assert!(outside.iter().all(|gap| !gap.starts_with("Certificate")), "{outside:?}");
}

#[tokio::test(start_paused = true)]
async fn requests_for_certificates_are_read_for_kubelets_that_are_silent_or_have_none() {
    let fake = cluster("2025-12-26T01:59:55Z");
    let request = |name: &str, username: &str| {
        let spec = json!({ "signerName": "kubernetes.io/kubelet-serving", "username": username });
        json!({ "metadata": { "name": name }, "spec": spec, "status": {} })
    };
    for (name, username) in [
        ("csr-1", "system:node:node-001"),
        ("csr-2", "system:node:node-002"),
        ("csr-3", "system:bootstrap:kqb3xm"),
        ("csr-4", "ada@example.com"),
    ] {
        fake.add(Kind::CertificateSigningRequest, request(name, username));
    }
    gathered(&fake, &everywhere()).await.unwrap();
    assert!(fake.requests_of("/certificatesigningrequests").is_empty(), "every node reports");
    let mut pod = fake::pod("shop", 900);
    pod["metadata"]["name"] = "api-1".into();
    pod["spec"]["nodeName"] = "node-001".into();
    pod["status"]["containerStatuses"][0]["ready"] = false.into();
    fake.add(Kind::Pod, pod);
    let refusal = "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"code\":500,\"reason\":\"InternalError\",\
                   \"message\":\"Get \\\"https://10.0.0.5:10250/containerLogs/shop/api-1/app\\\": remote error: tls: internal error\"}";
    fake.always("/log?", Fault::Raw(500, "application/json", refusal));
    let snapshot = gathered(&fake, &everywhere()).await.unwrap();
    let names = |snapshot: &Snapshot| -> Vec<String> {
        snapshot.rows.signing_requests.iter().map(|request| request.metadata.name.clone()).collect()
    };
    assert_eq!(names(&snapshot), ["csr-1", "csr-3"], "{:?}", snapshot.logs);
    // A node that does not report.
    let fake = cluster("2025-12-26T01:59:55Z");
    fake.add(Kind::CertificateSigningRequest, request("csr-2", "system:node:lost"));
    let conditions = json!([{ "type": "Ready", "status": "Unknown" }]);
    fake.add(Kind::Node, json!({ "metadata": { "name": "lost" }, "status": { "conditions": conditions } }));
    assert_eq!(names(&gathered(&fake, &everywhere()).await.unwrap()), ["csr-2"]);
}

#[tokio::test(start_paused = true)]
async fn limit_ranges_are_read_where_one_rejects_pods() {
    let fake = Fake::default();
    let meta = |namespace: &str, name: &str| json!({ "namespace": namespace, "name": name, "generation": 1 });
    for namespace in ["other", "shop"] {
        fake.namespace(namespace, 1);
        let limits = json!([{ "type": "Container", "max": { "cpu": "1" } }]);
        fake.add(
            Kind::LimitRange,
            json!({ "metadata": meta(namespace, "small"), "spec": { "limits": limits } }),
        );
    }
    let refused = |message: &str| {
        let failure = json!([{
            "type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": message,
            "lastTransitionTime": "2025-12-26T00:00:00Z",
        }]);
        json!({ "metadata": meta("shop", "web"), "spec": { "replicas": 2 }, "status": { "conditions": failure } })
    };
    fake.add(
        Kind::Deployment,
        refused("pods \"web-1\" is forbidden: exceeded quota: team, requested: pods=1"),
    );
    gathered(&fake, &everywhere()).await.unwrap();
    assert!(fake.requests_of("/limitranges").is_empty(), "a quota rejects the pods");

    let message = "pods \"api-1\" is forbidden: maximum cpu usage per Container is 1, but limit is 2";
    let mut other = refused(message);
    other["metadata"] = meta("shop", "api");
    fake.add(Kind::Deployment, other);
    let snapshot = gathered(&fake, &everywhere()).await.unwrap();
    let of = |limits: &wire::LimitRange| limits.metadata.namespace.clone();
    assert_eq!(snapshot.rows.limit_ranges.iter().map(of).collect::<Vec<_>>(), ["shop"]);
    let settings = Settings::default();
    let (findings, _) = crate::checks::run(&View::new(&snapshot, &settings));
    let texts: Vec<String> = findings.iter().map(|finding| finding.message.to_string()).collect();
    assert!(
        texts.contains(&format!("pods rejected by LimitRange small, 0 of 2 available: {message}")),
        "{texts:?}"
    );
}

fn rescale(size: u8, reason: &str, autoscaler: &str) -> Value {
    json!({
        "metadata": { "namespace": "shop", "name": format!("{autoscaler}.{size}") },
        "involvedObject": { "namespace": "shop", "kind": "HorizontalPodAutoscaler", "name": autoscaler },
        "type": "Normal", "reason": "SuccessfulRescale", "count": 6,
        "message": format!("New size: {size}; reason: {reason}"),
        "firstTimestamp": "2025-12-26T01:10:00Z", "lastTimestamp": "2025-12-26T01:58:00Z",
    })
}

#[tokio::test(start_paused = true)]
async fn changes_of_replicas_are_read_of_autoscalers_that_have_just_scaled() {
    let fake = Fake::default();
    fake.namespace("shop", 1);
    let autoscaler = |name: &str, scaled: &str| {
        json!({
            "metadata": { "namespace": "shop", "name": name },
            "spec": { "scaleTargetRef": { "kind": "Deployment", "name": name }, "maxReplicas": 9 },
            "status": { "lastScaleTime": scaled },
        })
    };
    let asked = |fake: &Fake| {
        fake.requests_of("/events?").iter().filter(|line| line.contains("SuccessfulRescale")).count()
    };
    fake.add(Kind::HorizontalPodAutoscaler, autoscaler("still", "2025-12-26T01:30:00Z"));
    gathered(&fake, &everywhere()).await.unwrap();
    assert_eq!(asked(&fake), 0);

    fake.add(Kind::HorizontalPodAutoscaler, autoscaler("web", "2025-12-26T01:58:00Z"));
    fake.add(Kind::Event, rescale(4, "cpu above target", "web"));
    fake.add(Kind::Event, rescale(2, "All metrics below target", "web"));
    fake.add(Kind::Event, rescale(3, "cpu above target", "still"));
    let snapshot = gathered(&fake, &everywhere()).await.unwrap();
    assert_eq!(asked(&fake), 1);
    let about: Vec<&str> = snapshot.rows.events.iter().map(|event| &*event.object.name).collect();
    assert_eq!(about, ["web", "web"]);
    let (findings, _) = crate::checks::run(&View::new(&snapshot, &Settings::default()));
    let found: Vec<&str> = findings.iter().map(|finding| finding.check.id).collect();
    assert_eq!(found, ["hpa-flapping"]);
}

#[tokio::test(start_paused = true)]
async fn custom_resources_are_read_if_what_converts_them_may_not_answer() {
    let definition = |name: &str, service: &str| {
        let service = json!({ "namespace": "shop", "name": service });
        let conversion =
            json!({ "strategy": "Webhook", "webhook": { "clientConfig": { "service": service } } });
        let version = |name: &str, storage: bool| json!({ "name": name, "served": true, "storage": storage });
        let versions = [version("v1", true), version("v1beta1", false)];
        let spec = json!({ "versions": versions, "conversion": conversion });
        json!({ "metadata": { "name": name }, "spec": spec, "status": {} })
    };
    let service = |name: &str, port: u16| {
        let spec = json!({ "type": "ClusterIP", "selector": { "app": name }, "ports": [{ "port": port }] });
        json!({ "metadata": { "namespace": "shop", "name": name }, "spec": spec })
    };
    let fake = cluster("2025-12-26T01:59:55Z");
    fake.add(Kind::CustomResourceDefinition, definition("carts.example.com", "converter"));
    fake.add(Kind::CustomResourceDefinition, definition("taxes.example.com", "other"));
    fake.add(Kind::Service, service("web", 80));
    gathered(&fake, &everywhere()).await.unwrap();
    assert!(
        fake.requests_of("/customresourcedefinitions").is_empty(),
        "no webhook has port 80 unless it says so"
    );
    fake.add(Kind::Service, service("converter", 443));
    let names = |snapshot: &Snapshot| -> Vec<String> {
        snapshot.rows.definitions.iter().map(|definition| definition.metadata.name.clone()).collect()
    };
    assert_eq!(names(&gathered(&fake, &everywhere()).await.unwrap()), ["carts.example.com"]);
    // A namespace that waits for another one.
    let fake = cluster("2025-12-26T01:59:55Z");
    fake.add(Kind::CustomResourceDefinition, definition("carts.example.com", "converter"));
    fake.add(Kind::CustomResourceDefinition, definition("taxes.example.com", "other"));
    let message = "conversion webhook for example.com/v1, Kind=Tax failed: Post \"https://other.shop.svc:443/convert\": EOF";
    let failure =
        json!([{ "type": "NamespaceDeletionContentFailure", "status": "True", "message": message }]);
    let old = json!({ "name": "old", "deletionTimestamp": "2025-12-25T00:00:00Z" });
    fake.add(
        Kind::Namespace,
        json!({ "metadata": old, "status": { "phase": "Terminating", "conditions": failure } }),
    );
    assert_eq!(names(&gathered(&fake, &everywhere()).await.unwrap()), ["taxes.example.com"]);
}

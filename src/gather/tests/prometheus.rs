//! Which Prometheus of a cluster counts, and for which namespaces.

use super::*;
use serde_json::json;

/// The answer to every query: a container of each tenant.
const ANSWER: &str = r#"{"status":"success","data":{"resultType":"vector","result":[
    {"metric":{"namespace":"tenant-a","pod":"web-000","container":"app"},"value":[1,"1000"]},
    {"metric":{"namespace":"tenant-b","pod":"web-000","container":"app"},"value":[1,"1000"]}]}}"#;

const OPERATOR: &str = "operated-prometheus";
const CHART: &str = "app.kubernetes.io/name";

/// Two tenants, and a Prometheus in each of these namespaces with one of the labels.
fn cluster(services: &[(&str, &str)]) -> Fake {
    let fake = Fake::default();
    fake.namespace("tenant-a", 1);
    fake.namespace("tenant-b", 1);
    for (namespace, label) in services {
        let value = if *label == OPERATOR { "true" } else { "prometheus" };
        let metadata = json!({ "namespace": namespace, "name": "prom", "labels": { *label: value } });
        fake.add(
            Kind::Service,
            json!({ "metadata": metadata, "spec": { "ports": [{ "name": "web", "port": 9090 }] } }),
        );
    }
    fake.always("/proxy/api/v1/query", Fault::Raw(200, "application/json", ANSWER));
    fake
}

/// The namespaces with usage, its sources, and why more is missing.
async fn usage(fake: &Fake, mut plan: Plan) -> (Vec<String>, Vec<String>, Option<String>) {
    plan.sources.usage = Some(Duration::from_secs(86_400));
    plan.scope.skip_kinds.extend([Kind::Throttling, Kind::MemoryHistory]);
    let snapshot = gathered(fake, &plan).await.unwrap();
    let rows = &snapshot.rows.usage;
    let gap = snapshot.coverage.not_in_scope.iter().find(|gap| gap.kind == "Usage");
    let mut sources: Vec<String> = rows.iter().map(|usage| usage.source.clone()).collect();
    sources.dedup();
    (
        rows.iter().map(|usage| usage.metadata.namespace.clone()).collect(),
        sources,
        gap.map(|gap| gap.why.as_ref().unwrap().to_string()),
    )
}

#[tokio::test(start_paused = true)]
async fn the_prometheus_of_the_operators_counts_for_all_namespaces() {
    for namespace in ["monitoring", "openshift-monitoring", "kube-system"] {
        // A tenant with the label that is asked for first comes second.
        let fake = cluster(&[("tenant-a", OPERATOR), (namespace, CHART)]);
        let (namespaces, sources, gap) = usage(&fake, everywhere()).await;
        assert_eq!((namespaces, gap), (vec!["tenant-a".to_owned(), "tenant-b".to_owned()], None));
        assert_eq!(sources, [format!("Service {namespace}/prom")]);
        assert!(fake.requests_of("/namespaces/tenant-a/services/prom").is_empty());
        assert_eq!(usage(&fake, named(&["tenant-b"])).await.0, ["tenant-b"]);
    }
}

#[tokio::test(start_paused = true)]
async fn numbers_of_a_tenant_about_other_namespaces_are_dropped() {
    let fake = cluster(&[("tenant-a", OPERATOR)]);
    let (namespaces, sources, gap) = usage(&fake, everywhere()).await;
    assert_eq!(
        (namespaces, sources),
        (vec!["tenant-a".to_owned()], vec!["Service tenant-a/prom".to_owned()])
    );
    let gap = gap.unwrap();
    assert!(gap.contains("its numbers count for namespace tenant-a only"), "{gap}");
    let (namespaces, _, gap) = usage(&fake, named(&["tenant-a"])).await;
    assert_eq!((namespaces, gap), (vec!["tenant-a".to_owned()], None));
}

#[tokio::test(start_paused = true)]
async fn a_prometheus_of_a_tenant_outside_of_the_scope_is_not_asked() {
    let fake = cluster(&[("tenant-a", OPERATOR), ("tenant-a", CHART)]);
    let (namespaces, _, gap) = usage(&fake, named(&["tenant-b"])).await;
    assert!(namespaces.is_empty() && fake.requests_of("/proxy/").is_empty());
    assert!(gap.unwrap().starts_with("Service tenant-a/prom looks like a Prometheus"));
}

#[tokio::test(start_paused = true)]
async fn named_namespaces_replace_the_usual_ones() {
    let fake = cluster(&[("metrics", OPERATOR)]);
    let mut plan = everywhere();
    assert!(usage(&fake, plan.clone()).await.2.is_some());
    plan.sources.prometheus_namespaces = vec!["metrics".to_owned()];
    let (namespaces, _, gap) = usage(&fake, plan.clone()).await;
    assert_eq!((namespaces.len(), gap), (2, None));
    let usual = cluster(&[("monitoring", OPERATOR)]);
    assert!(usage(&usual, plan).await.0.is_empty());
}

/// Throttling and the memory of killed containers follow the same rule.
#[tokio::test(start_paused = true)]
async fn a_tenant_cannot_throttle_or_kill_others() {
    let fake = cluster(&[("tenant-a", OPERATOR)]);
    for namespace in ["tenant-a", "tenant-b"] {
        let mut pod = fake::pod(namespace, 7);
        let end = json!({ "exitCode": 137, "reason": "OOMKilled", "finishedAt": "2025-12-26T01:00:00Z" });
        pod["status"]["containerStatuses"][0]["lastState"] = json!({ "terminated": end });
        fake.add(Kind::Pod, pod);
    }
    let snapshot = gathered(&fake, &everywhere()).await.unwrap();
    let asked = fake.requests_of("/proxy/");
    assert!(
        !asked.is_empty() && asked.iter().all(|query| query.contains("%2Da%") && !query.contains("%2Db%")),
        "{asked:?}"
    );
    let outside = gaps(&snapshot.coverage.not_in_scope);
    assert!(outside.contains(&"Throttling - Skipped".to_owned()), "{outside:?}");
}

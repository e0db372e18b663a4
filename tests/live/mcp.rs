//! The server for agents, as a client asks it about a cluster.

use crate::healthy;
use crate::produced::PRODUCED;
use crate::service::{failed, namespace};
use crate::support::agent::Client;
use crate::support::healthcheck;
use crate::support::lab::{LAB, Lab};
use serde_json::json;
use std::time::{Duration, Instant};

fn client(lab: &Lab, arguments: &str) -> Client {
    let mut command = healthcheck();
    command.env("KUBECONFIG", &lab.kubeconfig).arg("mcp").args(arguments.split_whitespace());
    Client::start(&mut command)
}

/// Returns the versions of the objects of the cluster: no two are equal.
fn versions(lab: &Lab) -> String {
    let kinds =
        "namespaces,pods,deployments,replicasets,jobs,services,secrets,configmaps,events,clusterroles";
    let ran = lab.kubectl(&format!("get {kinds} -A -o jsonpath={{..metadata.resourceVersion}}"));
    assert!(ran.code == 0 && ran.out.split(' ').count() > 100, "{ran:?}");
    ran.out
}

#[test]
fn every_tool_reads_the_cluster_and_changes_nothing() {
    let lab = &PRODUCED.lab;
    let report = lab.healthcheck("-A -o json").json();
    let before = versions(lab);
    let mut client = client(lab, "--lang en");
    let check = client.call("check", &json!({ "all_namespaces": true, "limit": 3 }));
    assert!(check.contains("Verdict: unhealthy"), "{check}");
    // The worst incidents of the report, in its order.
    let keys: Vec<&str> =
        report["incidents"].as_array().unwrap().iter().map(|of| of["key"].as_str().unwrap()).collect();
    let places: Vec<Option<usize>> = keys[..3].iter().map(|key| check.find(&format!("«{key}»"))).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{keys:?}\n{check}");
    let rest = client.call("check", &json!({ "all_namespaces": true, "limit": 1, "after": keys[2] }));
    assert!(rest.contains(&format!("«{}»", keys[3])), "{}\n{rest}", keys[3]);
    for arguments in
        [json!({ "object": keys[0] }), json!({ "object": "deploy/web", "namespace": "crash-loop" })]
    {
        let text = client.call("investigate", &arguments);
        assert!(
            text.contains("\nFindings:\n- high") && text.contains("\nCommands that only read:\n"),
            "{arguments}: {text}"
        );
    }
    let coverage = client.call("coverage", &json!({ "all_namespaces": true }));
    assert!(
        coverage.contains("pods.metrics.k8s.io") || coverage.contains("nodes.metrics.k8s.io"),
        "{coverage}"
    );
    for (tool, arguments, why) in [
        (
            "check",
            json!({ "namespaces": ["no-such-namespace"] }),
            "namespaces \"no-such-namespace\" not found",
        ),
        ("check", json!({ "context": "no-such-context" }), "reads only the current context"),
        ("investigate", json!({ "object": "deploy/none", "namespace": "crash-loop" }), "not found"),
    ] {
        let text = client.failure(tool, &arguments);
        assert!(text.contains(why), "{tool} {arguments}: {text}");
    }
    assert_eq!(client.end(), 0);
    assert_eq!(versions(lab), before);
}

#[test]
fn each_call_sees_the_cluster_as_it_is_now() {
    let place = "agents";
    LAB.apply(&[namespace(place)]);
    LAB.store(&[healthy(place, "web-0")]);
    let mut client = client(&LAB, "--lang en");
    let check = |client: &mut Client| client.call("check", &json!({ "namespaces": [place] }));
    let well = check(&mut client);
    assert!(well.contains("1 of 1 pods healthy"), "{well}");
    LAB.store(&[failed(place, "web-1")]);
    // The API server answers from its cache, which follows what was written to etcd.
    let until = Instant::now() + Duration::from_secs(30);
    let text = loop {
        let text = check(&mut client);
        if text.contains("1 of 2 pods healthy") || Instant::now() > until {
            break text;
        }
    };
    assert!(text.contains("1 of 2 pods healthy") && text.contains("web-1"), "{text}");
    let found = client.call("investigate", &json!({ "object": "pod/web-1", "namespace": place }));
    assert!(found.contains("web-1"), "{found}");
    assert!(client.notified.iter().all(|message| message["method"] == "notifications/progress"));
}

//! The dashboard and the rules ask for metrics that the service has, in queries that a real Prometheus answers.

use crate::certificates::life;
use crate::service::{failed, namespace};
use crate::support::certificates::Authority;
use crate::support::lab::Lab;
use crate::support::prometheus::{Prometheus, scraping};
use crate::support::service::Service;
use crate::{NOW, healthy};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Metrics without a series while nothing is wrong.
const MAY_BE_EMPTY: [&str; 4] = [
    "healthcheck_gaps",
    "healthcheck_watch_interruptions_total",
    "healthcheck_relists_total",
    "result!=\"success\"",
];

/// The columns of a dashboard, and the rows of one screen.
const SCREEN: (u64, u64) = (24, 26);

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn text(path: &str) -> String {
    std::fs::read_to_string(project(path)).unwrap()
}

fn dashboard() -> Value {
    serde_json::from_str(&text("deploy/prometheus/dashboard/dashboard.json")).unwrap()
}

/// Returns the names of metrics in a text. The parts of a histogram are one metric.
fn metrics(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let names = text.split(|c: char| !is_part(c) && c != ':').filter(|word| word.starts_with("healthcheck_"));
    names.map(|name| name.trim_end_matches("_bucket").to_owned()).collect()
}

/// Returns the queries of the panels.
fn queries(dashboard: &Value) -> Vec<String> {
    let panels = dashboard["panels"].as_array().unwrap().iter();
    let targets = panels.flat_map(|panel| panel["targets"].as_array().unwrap());
    targets.map(|target| target["expr"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn panels_fit_one_screen_and_do_not_overlap() {
    let dashboard = dashboard();
    let (mut ids, mut taken) = (BTreeSet::new(), BTreeSet::new());
    for panel in dashboard["panels"].as_array().unwrap() {
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{}", panel["title"]);
        let at = |name: &str| panel["gridPos"][name].as_u64().unwrap();
        assert!(at("x") + at("w") <= SCREEN.0 && at("y") + at("h") <= SCREEN.1, "{}", panel["title"]);
        for cell in
            (at("x")..at("x") + at("w")).flat_map(|x| (at("y")..at("y") + at("h")).map(move |y| (x, y)))
        {
            assert!(taken.insert(cell), "{} overlaps another panel at {cell:?}", panel["title"]);
        }
        assert_eq!(panel["datasource"]["uid"], "${datasource}", "{}", panel["title"]);
    }
    let variables: Vec<&str> = dashboard["templating"]["list"]
        .as_array()
        .unwrap()
        .iter()
        .map(|variable| variable["name"].as_str().unwrap())
        .collect();
    assert_eq!(variables, ["datasource", "namespace"]);
}

/// The component writes the dashboard to a ConfigMap with the label that Grafana looks for.
#[test]
fn the_component_is_a_config_map_for_grafana() {
    let lab = Lab::start(&[]);
    lab.apply(&[namespace("monitoring")]);
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().canonicalize().unwrap();
    // The path of a component is a relative one.
    let up = "/..".repeat(here.components().count() - 1);
    let component = format!(".{up}{}", project("deploy/prometheus/dashboard").display());
    let text = format!("namespace: monitoring\ncomponents: ['{component}']\n");
    std::fs::write(here.join("kustomization.yaml"), text).unwrap();
    let ran = lab.kubectl(&format!("apply -k {}", here.display()));
    assert_eq!(ran.code, 0, "{ran:?}");
    let map =
        lab.kubectl("get configmap -n monitoring -l grafana_dashboard=1 -o json").json()["items"][0].clone();
    assert_eq!(map["metadata"]["name"], "healthcheck-dashboard");
    let written: Value = serde_json::from_str(map["data"]["healthcheck.json"].as_str().unwrap()).unwrap();
    assert_eq!(written, dashboard());
}

#[test]
fn each_query_has_data_and_each_metric_exists() {
    let lab = Lab::start(&[]);
    lab.apply(&[namespace("shop")]);
    let certificate = Authority::root("House").private(&["www.example.com"], life(-10, 20));
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls",
        "metadata": { "name": "www", "namespace": "shop", "creationTimestamp": NOW.to_string() },
        "data": { "tls.key": "", "tls.crt": STANDARD.encode(certificate) },
    });
    lab.store(&[healthy("shop", "web-0"), failed("shop", "web-1"), secret]);
    let service = Service::start(&lab, "-A");
    let prometheus = Prometheus::start(&scraping(&[service.address.parse().unwrap()]));
    prometheus.wait_until("count_over_time(healthcheck_build_info[1m]) > 3");
    let exported: BTreeSet<String> = service
        .get("/metrics")
        .1
        .lines()
        .filter_map(|line| Some(line.strip_prefix("# TYPE ")?.split(' ').next()?.to_owned()))
        .collect();
    assert!(exported.len() > 10, "{exported:?}");
    let folder = "deploy/prometheus";
    for file in ["dashboard/dashboard.json", "rules.yaml", "prometheusrule.yaml", "rules_test.yaml"] {
        let unknown: Vec<String> =
            metrics(&text(&format!("{folder}/{file}"))).difference(&exported).cloned().collect();
        assert!(unknown.is_empty(), "{file} has {unknown:?}, which serve does not export");
    }
    assert_eq!(metrics(&text("docs/exporter.md")), exported, "the table of docs/exporter.md");
    for query in queries(&dashboard()) {
        let here = query.replace("$namespace", ".*").replace("$__rate_interval", "1m");
        assert!(!here.contains('$'), "{query} has a variable that the test does not know");
        if MAY_BE_EMPTY.iter().any(|name| query.contains(name)) {
            // It has an answer.
            prometheus.query(&here, NOW.as_second());
        } else {
            prometheus.wait_until(&here);
        }
    }
    let verdicts =
        "healthcheck_verdict{verdict=\"attention\"} == 1 or healthcheck_verdict{verdict=\"unhealthy\"} == 1";
    prometheus.wait_until(verdicts);
}

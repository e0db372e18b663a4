//! Measures the cost of measured sources: a real Prometheus with every container, and a metrics API in front of the
//! real API server.

use super::support::BINARY;
use super::support::crowd::{Crowd, REPLICAS};
use super::support::faults::{Fault, Faults};
use super::support::lab::Lab;
use super::support::prometheus::Prometheus;
use super::{Program, in_turn, ours, print};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The length of the history and of the bench, in minutes.
const BACK: i64 = 125;
const AHEAD: i64 = 20;

/// Compares runs with and without a source. The peak memory of a child starts at that of its parent, so the metrics
/// API starts after the measurements without it.
pub(crate) fn sources(lab: &Lab, crowd: Crowd, me: &Path, runs: usize) {
    let dir = written(crowd, me);
    // The server takes over the folder.
    let files = ["nodes.json", "pods.json"].map(|name| dir.path().join(name));
    let prometheus = Prometheus::remembering(dir);
    let url = format!("--prometheus-url={}", prometheus.url());
    compare(
        "Prometheus",
        [
            Program::new("healthcheck -A, no Prometheus", ours(lab, &[])),
            Program::new("and one that is asked", ours(lab, &[&url])),
        ],
        runs,
    );
    // Both runs use the proxy, so that its cost is in both.
    let (without, with) = (Faults::before(lab, |_| Fault::None), metered(lab, files));
    let behind = |faults: &Faults, arguments: &[&str]| {
        let mut command = lab.command(BINARY.as_path());
        command.args(arguments).args(["-A", "-s", &faults.url()]);
        command
    };
    compare(
        "a metrics API",
        [
            Program::new("nodes, no metrics API", behind(&without, &["nodes", "--fail-on=never"])),
            Program::new("and one that is asked", behind(&with, &["nodes", "--fail-on=never"])),
        ],
        runs,
    );
    compare(
        "both, with 2 h of history",
        [
            Program::new("rightsize, no source", behind(&without, &["rightsize"])),
            Program::new("and both are asked, 2 h", behind(&with, &["rightsize", &url, "--since=2h"])),
        ],
        runs,
    );
}

/// Returns a proxy to the API server with a metrics API.
fn metered(lab: &Lab, files: [PathBuf; 2]) -> Faults {
    let [nodes, pods] = files.map(|file| answer(&file));
    Faults::before(lab, move |asked| match asked.path.strip_prefix("/apis/metrics.k8s.io/v1beta1/") {
        Some(path) if path.starts_with("nodes") => nodes.clone(),
        Some(_) => pods.clone(),
        None => Fault::None,
    })
}

/// Runs two programs in turn and prints the second time relative to the first for each pair, since the speed of the
/// machine varies.
fn compare(what: &str, mut pair: [Program; 2], runs: usize) {
    in_turn(&mut pair, runs);
    print(&pair);
    let [without, with] = pair.each_ref().map(|program| program.figures.iter().map(|figure| figure[0]));
    let mut ratios: Vec<f64> = with.zip(without).map(|(with, without)| with / without).collect();
    ratios.sort_by(f64::total_cmp);
    let [least, most] = [ratios[0], ratios[ratios.len() - 1]];
    println!(
        "wall with {what} / without, of each pair: {:.2} ({least:.2} to {most:.2})",
        ratios[ratios.len() / 2]
    );
}

/// Returns namespace, name and number of each pod.
fn names(crowd: &Crowd, now: Timestamp) -> impl Iterator<Item = (usize, String, String)> {
    crowd.pods(now).enumerate().map(|(i, pod)| {
        let text = |key: &str| pod["metadata"][key].as_str().unwrap().to_owned();
        (i, text("namespace"), text("name"))
    })
}

fn answer(file: &Path) -> Fault {
    let body = std::fs::read_to_string(file).unwrap();
    Fault::Answer("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n".to_owned(), body)
}

fn list(kind: &str, items: &[Value]) -> Vec<u8> {
    let list =
        json!({ "kind": kind, "apiVersion": "metrics.k8s.io/v1beta1", "metadata": {}, "items": items });
    list.to_string().into_bytes()
}

fn metrics_of_nodes(crowd: Crowd, now: Timestamp) -> Vec<u8> {
    let nodes = crowd.surroundings(now).into_iter().filter(|object| object["kind"] == "Node");
    let metrics = nodes.map(|node| {
        json!({ "metadata": { "name": node["metadata"]["name"] }, "usage": { "cpu": "3217654321n", "memory": "21474836Ki" } })
    });
    list("NodeMetricsList", &metrics.collect::<Vec<_>>())
}

fn metrics_of_pods(crowd: Crowd, now: Timestamp) -> Vec<u8> {
    let metrics = names(&crowd, now).map(|(i, namespace, name)| {
        let usage = json!({ "cpu": format!("{}n", 12_345_678 + i * 1000), "memory": format!("{}Ki", 200_000 + i) });
        let containers = ["app", "sidecar"].map(|name| json!({ "name": name, "usage": usage }));
        json!({ "metadata": { "namespace": namespace, "name": name }, "window": "15.1s", "containers": containers })
    });
    list("PodMetricsList", &metrics.collect::<Vec<_>>())
}

/// Returns a folder with the data of the crowd, written in a separate process: the peak memory of a child starts at
/// that of its parent.
fn written(crowd: Crowd, me: &Path) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut write = Command::new(me);
    write.args(["measured", "--pods", &crowd.pods.to_string()]).arg(dir.path());
    assert!(write.status().unwrap().success());
    dir
}

/// Writes the data of a metrics server and a Prometheus about the crowd.
pub(crate) fn write(crowd: Crowd, dir: &Path) {
    let now = Timestamp::now();
    std::fs::write(dir.join("nodes.json"), metrics_of_nodes(crowd, now)).unwrap();
    std::fs::write(dir.join("pods.json"), metrics_of_pods(crowd, now)).unwrap();
    write_history(crowd, now, &dir.join("history.txt"));
}

/// Returns the throttled periods of a pod out of a thousand: a fifth for one workload in a hundred, a few for one in
/// ten, none for the others.
fn held_back(pod: i64) -> i64 {
    match pod / i64::try_from(REPLICAS).unwrap() {
        workload if workload % 100 == 0 => 200,
        workload if workload % 10 == 0 => 20,
        _ => 0,
    }
}

/// Writes the counters of cAdvisor for the first container of each pod and each minute.
fn write_history(crowd: Crowd, now: Timestamp, file: &Path) {
    let mut out = BufWriter::new(File::create(file).unwrap());
    for (i, namespace, name) in names(&crowd, now) {
        let labels = format!(r#"{{namespace="{namespace}",pod="{name}",container="app"}}"#);
        let i = i64::try_from(i).unwrap();
        for minute in -BACK..AHEAD {
            let (at, passed) = (now.as_second() + minute * 60, minute + BACK);
            let (periods, throttled) = (passed * 600, passed * 600 * held_back(i) / 1000);
            let cores = passed * 60 * (1 + i % 9) / 10;
            // No query reads more than five minutes of these.
            if minute > -10 {
                writeln!(out, "container_cpu_cfs_periods_total{labels} {periods} {at}").unwrap();
                writeln!(out, "container_cpu_cfs_throttled_periods_total{labels} {throttled} {at}").unwrap();
                writeln!(out, "container_spec_cpu_quota{labels} 50000 {at}").unwrap();
                writeln!(out, "container_spec_cpu_period{labels} 100000 {at}").unwrap();
            }
            writeln!(out, "container_cpu_usage_seconds_total{labels} {cores} {at}").unwrap();
            writeln!(
                out,
                "container_memory_working_set_bytes{labels} {} {at}",
                200_000_000 + (i + minute) % 97 * 100_000
            )
            .unwrap();
        }
    }
    writeln!(out, "# EOF").unwrap();
}

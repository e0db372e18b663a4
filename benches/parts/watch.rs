//! A service that watches: its memory, its CPU time while nothing happens and with 20 changes a second, how soon a change is
//! visible, and what it costs the API server compared with a list every minute.

use super::support::crowd::Crowd;
use super::support::lab::{self, Lab};
use super::support::service::{Service, lasting};
use super::support::shapes::Random;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// Changes in a second.
const CHANGES: usize = 20;

pub(crate) fn watch(crowd: Crowd, seconds: usize) {
    let lab = &super::loaded(crowd, &std::env::current_exe().unwrap());
    let seconds = Duration::from_secs(seconds as u64);
    let began = Instant::now();
    let service = Service::start(lab, "-A");
    service.until("complete coverage", |service| service.metric("healthcheck_coverage_complete") == 1.0);
    println!(
        "ready after {:.1} s, {:.1} CPU s, {:.1} MiB",
        began.elapsed().as_secs_f64(),
        service.cpu(),
        service.memory()
    );
    let idle = span(lab, &service, seconds, |_| ());
    idle.print("idle");
    let mut random = Random(crowd.seed);
    let pods: Vec<Value> = crowd.pods(Timestamp::now()).collect();
    span(lab, &service, seconds, |_| change(lab, &pods, &mut random)).print("20 changes a second");
    let listing = span(lab, &service, Duration::from_secs(60), |tick| {
        if tick == 0 {
            let ran = lab.healthcheck("-A -o json --fail-on never");
            println!("a run: {} bytes from the API server", ran.json()["coverage"]["bytes"]);
        }
    });
    listing.print("idle, and one run beside it");
    println!("until a failed pod is in the metrics: {:.1} s", latency(lab, &service, &pods[1]).as_secs_f64());
    std::thread::sleep(Duration::from_secs(3));
    let (own, fresh) = at_one_moment(lab, &service);
    let same = |name: &str| own[name] == fresh[name];
    for name in ["verdict", "totals", "namespaces", "findings", "incidents", "pods", "statistics", "coverage"]
    {
        println!("{name}: {}", if same(name) { "as a new run" } else { "differs from a new run" });
    }
    differences(&own, &fresh);
    let text = service.get("/metrics").1;
    for line in
        text.lines().filter(|line| line.contains("kind=\"Pod\"") || line.starts_with("healthcheck_relists"))
    {
        println!("{line}");
    }
}

/// Returns the report of the service, and that of a capture of the cluster judged as of the same moment: with changes all the
/// time, pods reach the age that a check waits for in every second.
fn at_one_moment(lab: &Lab, service: &Service) -> (Value, Value) {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("capture.json.zst");
    let capture = capture.to_str().unwrap();
    let own = service.report();
    lab.healthcheck(&format!("snapshot -A -o {capture}"));
    let now = own["finishedAt"].as_str().unwrap();
    let fresh = lab.healthcheck(&format!("-f {capture} -A --now {now} -o json --fail-on never"));
    // Commands of a report from a file name the context.
    let fresh = fresh.out.replace("kubectl --context lab ", "kubectl ");
    (lasting(own), lasting(serde_json::from_str(&fresh).unwrap()))
}

/// Prints some of what differs between two reports.
fn differences(own: &Value, fresh: &Value) {
    println!("totals: {} {}", own["totals"], fresh["totals"]);
    println!("coverage: {} {}", own["coverage"], fresh["coverage"]);
    for list in ["pods", "findings", "incidents"] {
        let of = |report: &Value| -> BTreeSet<String> {
            report[list].as_array().unwrap().iter().map(Value::to_string).collect()
        };
        let (own, fresh) = (of(own), of(fresh));
        own.difference(&fresh).take(3).for_each(|one| println!("only in the service: {one}"));
        fresh.difference(&own).take(3).for_each(|one| println!("only in the new run: {one}"));
    }
}

/// What a time costs.
struct Span {
    wall: f64,
    cpu: f64,
    server: f64,
    memory: f64,
}

impl Span {
    fn print(&self, what: &str) {
        println!(
            "{what}: {:.0} s, {:.2} % of a core, API server {:.2} % of a core, {:.1} MiB",
            self.wall,
            self.cpu / self.wall * 100.0,
            self.server / self.wall * 100.0,
            self.memory
        );
    }
}

fn span(lab: &Lab, service: &Service, time: Duration, mut each_second: impl FnMut(u64)) -> Span {
    let (began, cpu, server) = (Instant::now(), service.cpu(), of_server(lab));
    let mut tick = 0;
    while began.elapsed() < time {
        each_second(tick);
        tick += 1;
        let next = Duration::from_secs(tick);
        std::thread::sleep(next.saturating_sub(began.elapsed()));
    }
    Span {
        wall: began.elapsed().as_secs_f64(),
        cpu: service.cpu() - cpu,
        server: of_server(lab) - server,
        memory: service.memory(),
    }
}

/// The CPU time of the API server, in seconds.
fn of_server(lab: &Lab) -> f64 {
    let text = lab.kubectl("get --raw /metrics").out;
    let line = text.lines().find_map(|line| line.strip_prefix("process_cpu_seconds_total "));
    line.unwrap().parse().unwrap()
}

/// Writes pods that have failed, restarted or recovered.
fn change(lab: &Lab, pods: &[Value], random: &mut Random) {
    // Each in a transaction of its own, as the API server writes them: objects of one transaction have the same version, and a
    // watch that ends between two of them would go on after both.
    for _ in 0..CHANGES {
        let index = random.below(pods.len());
        let mut pod = pods[index].clone();
        match random.below(3) {
            0 => pod["status"] = failed(),
            1 => pod["status"]["containerStatuses"][0]["restartCount"] = random.below(4).into(),
            _ => {}
        }
        lab::put(lab.etcd, &[pod]);
    }
}

fn failed() -> Value {
    json!({ "phase": "Failed", "reason": "Evicted", "message": "The node was low on resource: memory." })
}

fn latency(lab: &Lab, service: &Service, pod: &Value) -> Duration {
    let namespace = pod["metadata"]["namespace"].as_str().unwrap();
    let series = super::support::service::of_class(namespace, "healthy");
    lab::put(lab.etcd, std::slice::from_ref(pod));
    std::thread::sleep(Duration::from_secs(3));
    let before = service.metric(&series);
    let mut dead = pod.clone();
    dead["status"] = failed();
    lab::put(lab.etcd, &[dead]);
    service.until("the failed pod", |service| service.metric(&series) < before)
}

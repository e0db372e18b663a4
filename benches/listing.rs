//! `make bench`: a check of a large cluster compared with `kubectl get pods -A` and with a bare paged read of the
//! same pods, on the same real API server, in one run. It prints figures and judges nothing.
//!
//!   cargo bench --bench listing -- [--pods 10000] [--runs 5] [--only size|trouble|weather|large|diff|sources|logs|tokens|watch] [--seconds 60]
//!
//! The program is the release build; `TEST_BINARY` names another one. `--against BINARY` runs another build of the program
//! next to it, and prints the ratios of the pairs.
#![allow(
    clippy::float_cmp,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    missing_docs,
    reason = "a bench that cannot go on must stop; it prints its figures"
)]

#[path = "parts/captures.rs"]
mod captures;
#[path = "parts/logs.rs"]
mod logs;
#[path = "parts/sources.rs"]
mod sources;
#[path = "../tests/support/mod.rs"]
mod support;
#[path = "parts/tokens.rs"]
mod tokens;
#[path = "parts/watch.rs"]
mod watched;

use bytes::Bytes;
use http_body_util::BodyExt;
use jiff::Timestamp;
use kubectl_healthcheck::cluster::{self, ConnectOptions};
use kubectl_healthcheck::wire::{Envelope, Kind, ListMeta, PROTOBUF_MAGIC};
use prost::Message;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use support::BINARY;
use support::crowd::{Crowd, Owners, warnings};
use support::faults::{Fault, Faults};
use support::lab::{self, Lab};
use support::shapes::Random;
use wait4::Wait4;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let text = |flag: &str| value(&arguments, flag);
    let number =
        |flag: &str, default: usize| text(flag).and_then(|text| text.parse().ok()).unwrap_or(default);
    if arguments.iter().any(|argument| argument == "bare-read") {
        return bare_read();
    }
    let crowd = Crowd {
        pods: number("--pods", 10_000),
        nodes: 104,
        namespaces: 29,
        seed: number("--seed", 7).try_into().unwrap(),
        sick: number("--sick", 1),
        owners: text("--owners").map_or(Owners::Shared, |name| Owners::from_name(&name)),
    };
    let runs = number("--runs", 5);
    let asked = |part: &str| arguments.iter().any(|argument| argument == part);
    if asked("load") {
        return load(crowd, number("--etcd", 0).try_into().unwrap());
    }
    if asked("measured") {
        return sources::write(crowd, Path::new(arguments.last().unwrap()));
    }
    if asked("fold-logs") {
        return logs::fold(number("fold-logs", 0));
    }
    if asked("capture") {
        return captures::write(crowd, Path::new(arguments.last().unwrap()));
    }
    let part = text("--only");
    let old = text("--against");
    let seconds = number("--seconds", 60);
    if part.as_deref() == Some("watch") {
        return watched::watch(crowd, seconds);
    }
    measure(crowd, runs, old.as_deref().map(Path::new), &|name| {
        part.as_deref().is_none_or(|part| part == name)
    });
}

/// Returns the word after a flag.
fn value(arguments: &[String], flag: &str) -> Option<String> {
    let at = arguments.iter().position(|argument| argument == flag);
    at.and_then(|at| arguments.get(at + 1).cloned())
}

/// Measures what is wanted.
fn measure(crowd: Crowd, runs: usize, old: Option<&Path>, wanted: &dyn Fn(&str) -> bool) {
    let me = std::env::current_exe().unwrap();
    if wanted("size") || wanted("weather") || wanted("sources") {
        let lab = loaded(crowd, &me);
        if wanted("size") {
            size(&lab, &me, runs);
            against(&lab, old, runs);
        }
        if wanted("sources") {
            sources::sources(&lab, crowd, &me, runs);
        }
        if wanted("weather") {
            weather(&lab, runs);
            black_hole(&lab, runs);
        }
    }
    if wanted("size") {
        of_single_owners(crowd, &me, runs, old);
    }
    if wanted("trouble") {
        let lab = loaded(Crowd { sick: 5, ..crowd }, &me);
        trouble(&lab, runs);
        against(&lab, old, runs);
    }
    if wanted("logs") {
        logs::logs(&me, runs);
    }
    if wanted("tokens") {
        tokens::tokens(crowd);
    }
    if wanted("diff") {
        captures::diff(crowd, &me, runs);
    }
    if wanted("large") || wanted("jobs") {
        of_many_pods(Crowd { pods: crowd.pods * 10, ..crowd }, (&me, old, runs), wanted);
    }
}

/// Measures a cluster in which no two pods share an owner.
fn of_single_owners(crowd: Crowd, me: &Path, runs: usize, old: Option<&Path>) {
    let lab = loaded(Crowd { owners: Owners::Single, ..crowd }, me);
    println!("an owner for each pod, a sidecar in each third:");
    let mut all = [
        Program::new("bare paged read of the pods", bare(&lab, me)),
        Program::new("healthcheck -A", ours(&lab, &[])),
    ];
    in_turn(&mut all, runs);
    print(&all);
    against(&lab, old, runs);
}

/// Starts a lab with this crowd.
fn loaded(crowd: Crowd, me: &Path) -> Lab {
    // The API server reads a quiet cluster from etcd after a compaction, and a busy one from memory. This one is
    // never quiet.
    let lab = Lab::start(&[("APISERVER_FLAGS", "--etcd-compaction-interval=0s")]);
    // In a separate process: the peak memory of a child starts at that of its parent.
    let status = Command::new(me)
        .args(["load", "--pods", &crowd.pods.to_string(), "--sick", &crowd.sick.to_string()])
        .args(["--owners", crowd.owners.name()])
        .args(["--etcd", &lab.etcd.to_string()])
        .status();
    assert!(status.unwrap().success());
    lab.wait_for_count("pods", crowd.pods);
    lab
}

/// The pause before each run, so that the server finishes the work of the run before.
const REST: Duration = Duration::from_millis(500);

/// Runs all programs in turn, after one warm-up run.
fn in_turn(all: &mut [Program], runs: usize) {
    for program in &mut *all {
        program.run();
        program.figures.clear();
    }
    for _ in 0..runs {
        for program in &mut *all {
            std::thread::sleep(REST);
            program.run();
        }
    }
}

/// Compares with kubectl and with a bare read.
fn size(lab: &Lab, me: &Path, runs: usize) {
    let mut kubectl = lab.command("kubectl");
    kubectl.args(["get", "pods", "-A"]);
    let mut all = [
        Program::new("kubectl get pods -A", kubectl),
        Program::new("bare paged read of the pods", bare(lab, me)),
        Program::new("healthcheck -A, pods only", ours(lab, &["--skip-kinds", &all_but_pods()])),
        Program::new("healthcheck -A", ours(lab, &[])),
        Program::new("healthcheck -A -o markdown", ours(lab, &["-o", "markdown"])),
        Program::new("healthcheck -A, no gzip", ours(lab, &["--disable-compression"])),
    ];
    in_turn(&mut all, runs);
    print(&all);
    let wall = |index: usize| all[index].median(0) / all[1].median(0);
    println!("wall of a bare paged read: pods only {:.2}, all kinds {:.2}", wall(2), wall(3));
}

/// Measures the cost of follow-up requests if five of a hundred pods crash.
fn trouble(lab: &Lab, runs: usize) {
    let mut all = [
        Program::new("healthcheck -A --no-evidence", ours(lab, &["--no-evidence"])),
        Program::new("healthcheck -A", ours(lab, &[])),
    ];
    in_turn(&mut all, runs);
    print(&all);
    let with = counts(&lab.healthcheck("-A -o json --fail-on never").out);
    let without = counts(&lab.healthcheck("-A -o json --fail-on never --no-evidence").out);
    println!(
        "wall with evidence / without: {:.2}; {} requests more for {} incidents",
        all[1].median(0) / all[0].median(0),
        with.coverage.requests - without.coverage.requests,
        with.incidents.len()
    );
}

/// The part of a report in JSON that is counted. The rest is not kept: the peak memory of a child starts at that of its parent.
#[derive(serde::Deserialize)]
struct Counts {
    coverage: Requests,
    incidents: Vec<serde::de::IgnoredAny>,
}

#[derive(serde::Deserialize)]
struct Requests {
    requests: u64,
}

fn counts(report: &str) -> Counts {
    serde_json::from_str(report).unwrap()
}

fn all_but_pods() -> String {
    let others = Kind::ALL.into_iter().filter(|kind| !matches!(kind, Kind::Pod | Kind::Namespace));
    others.map(Kind::shown).collect::<Vec<_>>().join(",")
}

fn ours(lab: &Lab, arguments: &[&str]) -> Command {
    let mut command = lab.command(BINARY.as_path());
    command.args(["-A", "--fail-on=never"]).args(arguments);
    command
}

fn bare(lab: &Lab, me: &Path) -> Command {
    let mut bare = lab.command(me);
    bare.arg("bare-read");
    bare
}

/// Measures larger clusters.
fn of_many_pods(crowd: Crowd, (me, old, runs): (&Path, Option<&Path>, usize), wanted: &dyn Fn(&str) -> bool) {
    if wanted("large") {
        large(crowd, me, old, runs);
    }
    if wanted("jobs") {
        jobs(crowd, me, old, runs);
    }
}

/// Ten times as many pods: whether memory stays flat and CPU grows no faster than the pods.
fn large(crowd: Crowd, me: &Path, old: Option<&Path>, runs: usize) {
    let small = Crowd { pods: crowd.pods / 10, ..crowd };
    let larger = loaded(crowd, me);
    {
        let smaller = loaded(small, me);
        let mut all = [
            Program::new("healthcheck -A, the smaller", ours(&smaller, &[])),
            Program::new("healthcheck -A, the larger", ours(&larger, &[])),
            Program::new("bare read, the larger", bare(&larger, me)),
        ];
        in_turn(&mut all, runs);
        print(&all);
        let ratio = |figure: usize| all[1].median(figure) / all[0].median(figure);
        println!("ten times the pods: wall {:.2}, CPU {:.2}, memory {:.2}", ratio(0), ratio(1), ratio(2));
    }
    against(&larger, old, runs);
}

/// The larger cluster again, without two pods that share an owner.
fn jobs(crowd: Crowd, me: &Path, old: Option<&Path>, runs: usize) {
    let jobs = loaded(Crowd { owners: Owners::Jobs, ..crowd }, me);
    let mut all = [Program::new("healthcheck -A, a Job for each pod", ours(&jobs, &[]))];
    in_turn(&mut all, runs);
    print(&all);
    against(&jobs, old, runs);
}

/// This program next to another build of it, in pairs: the ratios of this one to the other.
fn against(lab: &Lab, old: Option<&Path>, runs: usize) {
    let Some(old) = old else { return };
    let mut other = lab.command(old);
    other.args(["-A", "--fail-on=never"]);
    let mut pair = [Program::new("the other build", other), Program::new("this build", ours(lab, &[]))];
    in_turn(&mut pair, runs);
    print(&pair);
    let ratio = |figure: usize| {
        let [old, new] = pair.each_ref().map(|program| program.figures.iter().map(move |run| run[figure]));
        let mut ratios: Vec<f64> = new.zip(old).map(|(new, old)| new / old).collect();
        ratios.sort_by(f64::total_cmp);
        ratios[ratios.len() / 2]
    };
    println!("this build / the other: wall {:.2}, CPU {:.2}, memory {:.2}", ratio(0), ratio(1), ratio(2));
}

/// Measures 200 ms of latency, and the same with 5 % failing requests.
fn weather(lab: &Lab, runs: usize) {
    let latency = Duration::from_millis(200);
    let calm = Faults::before(lab, move |_| Fault::Latency(latency));
    let random = std::sync::Mutex::new(Random(7));
    let (asked, failed) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let counts = (Arc::clone(&asked), Arc::clone(&failed));
    let rough = Faults::before(lab, move |_| {
        let luck = random.lock().unwrap().below(100);
        counts.0.fetch_add(1, Ordering::Relaxed);
        counts.1.fetch_add(u64::from(luck < 5), Ordering::Relaxed);
        match luck {
            0 => Fault::status(503, ""),
            1 => Fault::status(429, "Retry-After: 1\r\n"),
            2 => Fault::Reset(20_000),
            3 => Fault::Truncate(20_000),
            4 => Fault::status(500, ""),
            _ => Fault::Latency(latency),
        }
    });
    let behind = |faults: &Faults| ours(lab, &["-s", &faults.url(), "--skip-kinds", "events"]);
    let mut all = [
        Program::new("200 ms of latency", behind(&calm)),
        Program::new("and 5 % of requests failing", behind(&rough)),
    ];
    in_turn(&mut all, runs);
    print(&all);
    let (asked, failed) = (asked.load(Ordering::Relaxed), failed.load(Ordering::Relaxed));
    println!(
        "{failed} of {asked} requests failed; wall with failures / without: {:.2}",
        all[1].median(0) / all[0].median(0)
    );
}

/// Measures when the reports of two contexts are printed while a third never answers.
fn black_hole(lab: &Lab, runs: usize) {
    let hole = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let config = std::fs::read_to_string(&lab.kubeconfig).unwrap();
    let more = config
        .replace("clusters:\n", &format!("clusters:\n- {{name: hole, cluster: {{server: \"https://{}\"}}}}\n", hole.local_addr().unwrap()))
        .replace("contexts:\n", "contexts:\n- {name: twin, context: {cluster: lab, user: admin}}\n- {name: hole, context: {cluster: hole, user: admin}}\n");
    let path = lab.dir.path().join("three");
    std::fs::write(&path, more).unwrap();
    let until_both = |contexts: &str| {
        let mut times: Vec<f64> = (0..runs).map(|_| time_to_reports(lab, &path, contexts)).collect();
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    let (two, three) = (until_both("lab,twin"), until_both("lab,twin,hole"));
    println!(
        "two contexts: both reports after {two:.2} s; with a third that never answers: {three:.2} s, {:.2}",
        three / two
    );
}

/// Returns the seconds until the reports of two clusters are printed.
fn time_to_reports(lab: &Lab, config: &Path, contexts: &str) -> f64 {
    let began = Instant::now();
    let mut command = ours(lab, &["--context", contexts, "--timeout", "60s"]);
    let mut child = command.env("KUBECONFIG", config).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for _ in 0..2 {
        assert!(lines.by_ref().any(|line| line.unwrap().starts_with("Coverage complete")));
    }
    let took = began.elapsed().as_secs_f64();
    child.kill().unwrap();
    child.wait().unwrap();
    took
}

/// Writes the crowd to etcd.
fn load(crowd: Crowd, etcd: u16) {
    let began = Instant::now();
    lab::put(etcd, &crowd.surroundings(Timestamp::now()));
    let mut size = 0;
    let mut batch = Vec::new();
    for pod in crowd.pods(Timestamp::now()) {
        size += pod.to_string().len();
        batch.extend(warnings(&pod, Timestamp::now()));
        batch.push(pod);
        if batch.len() >= 1900 {
            lab::put(etcd, &std::mem::take(&mut batch));
        }
    }
    lab::put(etcd, &batch);
    println!(
        "{} pods of {:.1} kB on {} nodes in {} namespaces, loaded in {:.0} s",
        crowd.pods,
        size as f64 / crowd.pods as f64 / 1000.0,
        crowd.nodes,
        crowd.namespaces,
        began.elapsed().as_secs_f64()
    );
}

/// A program and the cost of its runs.
struct Program {
    name: &'static str,
    command: Command,
    figures: Vec<[f64; 3]>,
}

impl Program {
    fn new(name: &'static str, mut command: Command) -> Self {
        command.stdout(Stdio::null()).stderr(Stdio::inherit());
        Self { name, command, figures: Vec::new() }
    }

    /// Records wall seconds, CPU seconds and peak memory in MiB.
    fn run(&mut self) {
        let began = Instant::now();
        let used = self.command.spawn().unwrap().wait4().unwrap();
        let wall = began.elapsed().as_secs_f64();
        if !used.status.success() {
            // What it prints says why.
            let _ = self.command.stdout(Stdio::inherit()).status();
        }
        assert!(used.status.success(), "{}: {}", self.name, used.status);
        let cpu = used.rusage.utime.as_secs_f64() + used.rusage.stime.as_secs_f64();
        self.figures.push([wall, cpu, used.rusage.maxrss as f64 / 1024.0 / 1024.0]);
    }

    fn median(&self, figure: usize) -> f64 {
        let mut all: Vec<f64> = self.figures.iter().map(|run| run[figure]).collect();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    }
}

fn print(all: &[Program]) {
    println!(
        "\n{:28} {:>8} {:>8} {:>9}   first / this: wall, CPU, memory",
        "median of", "wall s", "CPU s", "peak MiB"
    );
    for program in all {
        let of = |figure| program.median(figure);
        let ratio = |figure| all[0].median(figure) / program.median(figure);
        println!(
            "{:28} {:8.2} {:8.2} {:9.1}   {:.1} {:.1} {:.1}",
            program.name,
            of(0),
            of(1),
            of(2),
            ratio(0),
            ratio(1),
            ratio(2)
        );
    }
}

/// Reads and drops every page of pods: the lower bound for a list that reads one page after another.
fn bare_read() {
    #[derive(Clone, PartialEq, Message)]
    struct Head {
        #[prost(message, required, tag = "1")]
        metadata: ListMeta,
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let session = cluster::connect(&ConnectOptions::default(), None).await.unwrap();
        let mut token = String::new();
        loop {
            let path = format!("/api/v1/pods?limit=500&continue={token}");
            let request = http::Request::get(path)
                .header("accept", "application/vnd.kubernetes.protobuf")
                .body(kube::client::Body::empty())
                .unwrap();
            let body: Bytes =
                session.client.send(request).await.unwrap().into_body().collect().await.unwrap().to_bytes();
            let envelope = Envelope::decode(body.slice(PROTOBUF_MAGIC.len()..)).unwrap();
            token = Head::decode(envelope.raw).unwrap().metadata.r#continue;
            if token.is_empty() {
                break;
            }
        }
    });
}

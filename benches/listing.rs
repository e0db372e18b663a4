//! `make bench`: the whole check of a large cluster beside `kubectl get pods -A`, and beside a bare paged read of
//! the same pods, on the same real API server, in one run. It prints figures and judges nothing.
//!
//!   cargo bench --bench listing -- [--pods 10000] [--runs 5]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    missing_docs,
    reason = "a bench that cannot go on must stop; it prints its figures"
)]

#[path = "../tests/support/mod.rs"]
mod support;

use bytes::Bytes;
use http_body_util::BodyExt;
use jiff::Timestamp;
use kubectl_healthcheck::cli::ConnectArgs;
use kubectl_healthcheck::cluster;
use kubectl_healthcheck::wire::{Envelope, ListMeta, PROTOBUF_MAGIC};
use prost::Message;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;
use support::crowd::Crowd;
use support::lab::{self, Lab};
use wait4::Wait4;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |flag: &str, default: usize| {
        let at = arguments.iter().position(|argument| argument == flag);
        at.and_then(|at| arguments.get(at + 1)?.parse().ok()).unwrap_or(default)
    };
    if arguments.iter().any(|argument| argument == "bare-read") {
        return bare_read();
    }
    let crowd = Crowd { pods: number("--pods", 10_000), nodes: 104, namespaces: 29, seed: 7 };
    let runs = number("--runs", 5);
    if arguments.iter().any(|argument| argument == "load") {
        return load(crowd, number("--etcd", 0).try_into().unwrap());
    }
    // A quiet cluster is served from etcd once it is compacted, a busy one from memory; this one never is quiet.
    let lab = Lab::start(&[("APISERVER_FLAGS", "--etcd-compaction-interval=0s")]);
    // In a process of its own: a child's peak memory begins with its parent's.
    let me = std::env::current_exe().unwrap();
    let loaded = Command::new(&me)
        .args(["load", "--pods", &crowd.pods.to_string(), "--etcd", &lab.etcd.to_string()])
        .status();
    assert!(loaded.unwrap().success());
    lab.wait_for_count("pods", crowd.pods);
    println!("{runs} runs each, in turn");
    let mut all = programs(&lab, &me);
    for program in &mut all {
        program.run();
        program.figures.clear();
    }
    for _ in 0..runs {
        all.iter_mut().for_each(Program::run);
    }
    print(&all);
}

fn programs(lab: &Lab, me: &Path) -> [Program; 5] {
    let ours = |arguments: &[&str]| {
        let mut command = lab.command(env!("CARGO_BIN_EXE_kubectl-healthcheck"));
        command.args(["-A", "--fail-on=never"]).args(arguments);
        command
    };
    let mut kubectl = lab.command("kubectl");
    kubectl.args(["get", "pods", "-A"]);
    let mut bare = lab.command(me);
    bare.arg("bare-read");
    [
        Program::new("kubectl get pods -A", kubectl),
        Program::new("bare paged read", bare),
        Program::new("healthcheck -A", ours(&[])),
        Program::new("healthcheck -A -o markdown", ours(&["-o", "markdown"])),
        Program::new("healthcheck -A, no gzip", ours(&["--disable-compression"])),
    ]
}

/// Puts the crowd into etcd.
fn load(crowd: Crowd, etcd: u16) {
    let began = Instant::now();
    lab::put(etcd, &crowd.surroundings(Timestamp::now()));
    let mut size = 0;
    let mut batch = Vec::new();
    for pod in crowd.pods(Timestamp::now()) {
        size += pod.to_string().len();
        batch.push(pod);
        if batch.len() == 2000 {
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

/// A program and what each of its runs took.
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

    /// Wall seconds, CPU seconds, peak memory in MiB.
    fn run(&mut self) {
        let began = Instant::now();
        let used = self.command.spawn().unwrap().wait4().unwrap();
        let wall = began.elapsed().as_secs_f64();
        assert!(used.status.success(), "{}", self.name);
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
        "\n{:28} {:>8} {:>8} {:>9}   kubectl / this: wall, CPU, memory",
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
    println!("healthcheck -A / bare paged read: wall {:.2}", all[2].median(0) / all[1].median(0));
}

/// Reads every page of pods and forgets it: what no listing can be faster than, one page after another.
fn bare_read() {
    #[derive(Clone, PartialEq, Message)]
    struct Head {
        #[prost(message, required, tag = "1")]
        metadata: ListMeta,
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let session = cluster::connect(&ConnectArgs::default(), None).await.unwrap();
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

//! Measures the folding of logs: a gibibyte of each kind, generated once as a small part that repeats. It runs in a
//! separate process, since the peak memory of a child starts at that of its parent. No file, no server, one core.

use super::support::shapes::Random;
use kubectl_healthcheck::logs::Log;
use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use wait4::Wait4;

const GIBIBYTE: usize = 1 << 30;
/// The size of the repeated part.
const PART: usize = 4 << 20;
/// The size of the pieces, as from a connection.
const PIECE: usize = 16 << 10;

/// Returns a line of a kind of log, by its number.
type Line = fn(usize, &mut Random) -> String;

const KINDS: [(&str, Line); 5] = [
    ("mixed, 2 % errors", |n, random| match n % 4 {
        0 => json(if n % 200 == 0 { "error" } else { "info" }, n, random),
        1 => log4j(if n % 200 == 1 { "ERROR" } else { "INFO" }, n, random),
        2 => nginx(if n % 200 == 2 { 502 } else { 200 }, n, random),
        _ => klog(if n % 200 == 3 { 'E' } else { 'I' }, n, random),
    }),
    ("JSON, 2 % errors", |n, random| json(if n % 50 == 0 { "error" } else { "info" }, n, random)),
    ("nginx, 2 % 404", |n, random| nginx(if n % 50 == 0 { 404 } else { 200 }, n, random)),
    ("plain, no levels", |n, random| {
        format!("worker {} took job {} from the queue and is done with it, next", n % 7, random.below(9999))
    }),
    ("log4j, all errors", |n, random| log4j("ERROR", n, random)),
];

fn json(level: &str, n: usize, random: &mut Random) -> String {
    let id = random.below(1_000_000);
    format!(
        "{{\"level\":\"{level}\",\"ts\":\"2025-12-26T02:00:00.123Z\",\"logger\":\"shop.orders\",\"msg\":\"order {id} handled in {}ms\",\
         \"trace\":\"{:032x}\",\"user\":\"u{id}\"}}",
        n % 900,
        id * 7919
    )
}

fn log4j(level: &str, n: usize, random: &mut Random) -> String {
    let id = random.below(1_000_000);
    format!(
        "2025-12-26 02:00:00,123 [http-nio-8080-exec-{}] {level} com.example.shop.Orders - order {id} was handled by 10.0.{}.{} within {}ms",
        n % 40,
        n % 250,
        id % 250,
        n % 900
    )
}

fn nginx(status: u16, n: usize, random: &mut Random) -> String {
    let id = random.below(1_000_000);
    format!(
        "10.0.{}.{} - - [26/Dec/2025:02:00:00 +0000] \"GET /api/orders/{id}?page={} HTTP/1.1\" {status} 5316 \"-\" \"Mozilla/5.0 (X11; Linux x86_64)\"",
        n % 250,
        id % 250,
        n % 30
    )
}

fn klog(level: char, n: usize, random: &mut Random) -> String {
    format!(
        "{level}1226 02:00:00.123456       1 controller.go:{}] \"Reconciled object\" namespace=\"shop\" name=\"web-{}\" took=\"{}ms\"",
        n % 500,
        random.below(999),
        n % 900
    )
}

/// Runs each kind in a separate process.
pub(crate) fn logs(me: &Path, runs: usize) {
    println!("\n{:<22} {:>10} {:>12} {:>10}", "1 GiB of logs", "MB/CPU s", "patterns", "peak MiB");
    for (index, (name, _)) in KINDS.iter().enumerate() {
        let mut told: Vec<(f64, String, f64)> = (0..runs.max(1)).map(|_| run(me, index)).collect();
        told.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (rate, patterns, _) = &told[told.len() / 2];
        let peak = told.iter().map(|(.., peak)| *peak).fold(0.0, f64::max);
        println!("{name:<22} {rate:>10.0} {patterns:>12} {peak:>10.1}");
    }
}

/// Returns megabytes per second of CPU time, the patterns, and the peak memory in MiB.
fn run(me: &Path, kind: usize) -> (f64, String, f64) {
    let mut child = Command::new(me);
    let mut child = child.args(["fold-logs", &kind.to_string()]).stdout(Stdio::piped()).spawn().unwrap();
    let text = std::io::read_to_string(child.stdout.take().unwrap()).unwrap();
    let used = child.wait4().unwrap();
    assert!(used.status.success());
    let (bytes, patterns) = text.trim().split_once(' ').unwrap();
    // The CPU time, since other processes share the wall time. It includes generating the part.
    let cpu = used.rusage.utime.as_secs_f64() + used.rusage.stime.as_secs_f64();
    let rate = bytes.parse::<f64>().unwrap() / 1e6 / cpu;
    (rate, patterns.to_owned(), used.rusage.maxrss as f64 / 1_048_576.0)
}

/// Folds a gibibyte, and prints the number of bytes and of patterns.
pub(crate) fn fold(kind: usize) {
    let mut random = Random(7);
    let mut part = String::with_capacity(PART + 4096);
    let mut n = 0;
    while part.len() < PART {
        n += 1;
        writeln!(
            part,
            "2025-12-26T02:{:02}:{:02}.123456789Z {}",
            n / 600 % 60,
            n / 10 % 60,
            KINDS[kind].1(n, &mut random)
        )
        .unwrap();
    }
    let mut log = Log::default();
    for _ in 0..GIBIBYTE.div_ceil(part.len()) {
        part.as_bytes().chunks(PIECE).for_each(|bytes| log.push(bytes));
    }
    let bytes = log.bytes();
    println!("{bytes} {}", log.end().patterns.len());
}

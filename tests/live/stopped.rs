//! Runs that end before their time, and runs that take their time on purpose.

use crate::support::Run;
use crate::support::faults::{Fault, Faults};
use crate::support::lab::LAB;
use crate::support::{Ran, healthcheck};
use crate::{crashing, healthy, namespace};
use serde_json::json;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

static STALLED: LazyLock<Faults> = LazyLock::new(|| {
    namespace("stopped");
    LAB.store(&(0..30).map(|i| healthy("stopped", &format!("web-{i:02}"))).collect::<Vec<_>>());
    // The second page never comes.
    Faults::before(&LAB, |asked| match asked.parameter("continue") {
        Some(_) => Fault::Stall(0),
        None => Fault::None,
    })
});

fn command(arguments: &str) -> Command {
    let mut command = healthcheck();
    command.args(["-s", &STALLED.url(), "-n", "stopped", "--page-size", "10"]).args(arguments.split(' '));
    command
}

/// What was read is reported, and what was not is a gap.
fn is_part_of_the_truth(ran: &Ran, why: &str) {
    assert_eq!(ran.code, 3, "{ran:?}");
    let report = ran.json();
    assert_eq!(report["totals"]["pods"], 10);
    assert_eq!(report["verdict"], "incomplete");
    let gaps = report["coverage"]["gaps"].as_array().unwrap();
    let pods = gaps.iter().find(|gap| gap["kind"] == "Pod").unwrap();
    assert_eq!((&pods["reason"], &pods["detail"]), (&json!("stopped"), &json!(why)));
    assert_eq!((&pods["got"], &pods["missing"]), (&json!(10), &json!(20)));
}

#[test]
fn a_time_for_the_whole_run_ends_it_with_what_is_there() {
    let began = Instant::now();
    let ran = command("--timeout 2s -o json").ran();
    is_part_of_the_truth(&ran, "the 2 s of --timeout are over");
    // Generous: a page would have 30 s.
    assert!(began.elapsed() < Duration::from_secs(25));
    let table = command("--timeout 2s").ran();
    let line =
        "Not checked: pods (10 read, 20 missing) in stopped (stopped: the 2 s of --timeout are over)\n";
    assert!(table.out.contains(line), "{}", table.out);
}

/// Starts it, and sends these signals as soon as the first page of pods is in.
fn signalled(signals: &[&str]) -> Ran {
    let mut child = command("-v -o json").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut err = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("page 1 of pods") {
        line.clear();
        assert!(err.read_line(&mut line).unwrap() > 0);
    }
    for signal in signals {
        // By its pid: it is ours.
        let sent = Command::new("sh").args(["-c", &format!("kill -{signal} {}", child.id())]).status();
        assert!(sent.unwrap().success());
    }
    let (mut out, mut rest) = (String::new(), String::new());
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    err.read_to_string(&mut rest).unwrap();
    Ran { code: child.wait().unwrap().code().unwrap_or(-1), out, err: rest }
}

#[test]
fn ctrl_c_ends_the_asking_and_not_the_report() {
    for signal in ["INT", "TERM"] {
        is_part_of_the_truth(&signalled(&[signal]), "interrupted");
    }
}

#[test]
fn a_run_that_is_stopped_before_anything_was_read_is_not_healthy() {
    let faults =
        Faults::before(
            &LAB,
            |asked| {
                if asked.path.starts_with("/version") { Fault::None } else { Fault::Stall(0) }
            },
        );
    let ran = healthcheck().args(["-s", &faults.url(), "--timeout", "1s"]).ran();
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.out.starts_with("⚪ Incomplete · 0 of 0 pods healthy"), "{}", ran.out);
    // Not even the greeting.
    let faults = Faults::before(&LAB, |_| Fault::Stall(0));
    let ran = healthcheck().args(["-s", &faults.url(), "--timeout", "1s"]).ran();
    assert_eq!((ran.code, ran.err.as_str()), (2, "error: stopped: the 1 s of --timeout are over\n"));
}

#[test]
fn requests_keep_to_a_rate() {
    let _ = &*STALLED;
    let began = Instant::now();
    let ran = LAB.healthcheck("-n stopped --page-size 2 --max-rps 20 -o json");
    let (report, took) = (ran.json(), began.elapsed());
    assert_eq!(report["totals"]["pods"], 30, "{ran:?}");
    let requests = report["coverage"]["requests"].as_u64().unwrap();
    // The first one does not wait. A slow machine takes longer, none takes less.
    assert!(took >= Duration::from_millis((requests - 1) * 50), "{requests} requests in {took:?}");
    assert!(report["coverage"]["throttledMillis"].as_u64().unwrap() > 0);
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    namespace("piped");
    LAB.store(&[crashing("piped", "bad")]);
    let mut command = LAB.command("bash");
    let line =
        "set -o pipefail; kubectl-healthcheck -n piped -o json | head -c 1; echo \" ${PIPESTATUS[0]}\"";
    let ran = command.args(["-c", line]).ran();
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("{ 1\n", ""));
}

#[test]
fn log_lines_for_machines_say_everything_that_happened() {
    let _ = &*STALLED;
    let ran = LAB.healthcheck("-n stopped --page-size 10 --log-format json");
    let lines: Vec<serde_json::Value> =
        ran.err.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |event: &str| lines.iter().filter(|line| line["event"] == event).collect::<Vec<_>>();
    assert!(lines.iter().all(|line| line["context"] == "lab" && line["time"].is_string()), "{}", ran.err);
    assert_eq!(of("start").len(), 1);
    assert!(of("nodes")[0]["nodes"].is_u64());
    let pages: Vec<(u64, u64)> = of("page")
        .iter()
        .filter(|line| line["kind"] == "pods")
        .map(|line| (line["page"].as_u64().unwrap(), line["items"].as_u64().unwrap()))
        .collect();
    assert_eq!(pages, [(1, 10), (2, 10), (3, 10)]);
    assert!(of("page").iter().all(|line| line["millis"].is_u64()));
    assert_eq!(of("done")[0]["activePods"], 30);
    assert_eq!(lines.last().unwrap()["event"], "done");
}

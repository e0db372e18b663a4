//! Runs that are stopped early, and rate limits.

use crate::support::Run;
use crate::support::faults::{Fault, Faults};
use crate::support::lab::LAB;
use crate::support::{Ran, healthcheck};
use crate::{crashing, healthy, namespace};
use serde_json::json;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

static STALLED: LazyLock<Faults> = LazyLock::new(|| {
    namespace("stopped");
    LAB.store(&(0..30).map(|i| healthy("stopped", &format!("web-{i:02}"))).collect::<Vec<_>>());
    // The second page never arrives.
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

/// Checks that the report has the first page, and a gap for the rest with this reason.
fn has_the_first_page_only(ran: &Ran, why: &str) {
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
fn the_timeout_of_a_run_keeps_the_data_so_far() {
    // The page timeout is far away, so only the timeout of the run can end it.
    let ran = command("--timeout 2s --page-timeout 10m -o json").ran();
    has_the_first_page_only(&ran, "timed out after 2 s (--timeout)");
    let table = command("--timeout 2s --page-timeout 10m").ran();
    let line =
        "Not checked: pods (10 read, 20 missing) in stopped (stopped: timed out after 2 s (--timeout))\n";
    assert!(table.out.contains(line), "{}", table.out);
}

/// Starts a run and sends these signals after the first page of pods.
fn signalled(signals: &[&str]) -> Ran {
    let mut child = command("-v -o json").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut err = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("page 1 of pods") {
        line.clear();
        assert!(err.read_line(&mut line).unwrap() > 0);
    }
    for signal in signals {
        // The pid is that of our child.
        let sent = Command::new("sh").args(["-c", &format!("kill -{signal} {}", child.id())]).status();
        assert!(sent.unwrap().success());
    }
    let (mut out, mut rest) = (String::new(), String::new());
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    err.read_to_string(&mut rest).unwrap();
    Ran { code: child.wait().unwrap().code().unwrap_or(-1), out, err: rest }
}

#[test]
fn ctrl_c_prints_the_data_so_far() {
    for signal in ["INT", "TERM"] {
        has_the_first_page_only(&signalled(&[signal]), "interrupted");
    }
}

#[test]
fn a_run_stopped_before_the_first_page_is_not_healthy() {
    let faults =
        Faults::before(
            &LAB,
            |asked| {
                if asked.path.starts_with("/version") { Fault::None } else { Fault::Stall(0) }
            },
        );
    let ran = healthcheck().args(["-s", &faults.url(), "--timeout", "1s"]).ran();
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.out.starts_with("⚪ Incomplete · no pods seen"), "{}", ran.out);
    // Not even the version is answered.
    let faults = Faults::before(&LAB, |_| Fault::Stall(0));
    let ran = healthcheck().args(["-s", &faults.url(), "--timeout", "1s"]).ran();
    assert_eq!(
        (ran.code, ran.err.as_str()),
        (2, "error: timed out after 1 s (--timeout), nothing was read\n")
    );
}

#[test]
fn max_rps_delays_requests_and_reports_the_delay() {
    let _ = &*STALLED;
    let report = LAB.healthcheck("-n stopped --page-size 2 --max-rps 20 -o json").json();
    assert_eq!(report["totals"]["pods"], 30, "{report}");
    // The exact pace is tested in `cluster::budget`.
    assert!(report["coverage"]["throttledMillis"].as_u64().unwrap() > 0, "{report}");
}

#[test]
fn a_closed_pipe_ends_the_program_silently() {
    namespace("piped");
    LAB.store(&[crashing("piped", "bad")]);
    let mut command = LAB.command("bash");
    let line =
        "set -o pipefail; kubectl-healthcheck -n piped -o json | head -c 1; echo \" ${PIPESTATUS[0]}\"";
    let ran = command.args(["-c", line]).ran();
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("{ 1\n", ""));
}

#[test]
fn json_log_lines_contain_every_event() {
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

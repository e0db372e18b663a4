//! Objects without end that all fail.

use super::*;
use crate::support::pigo;
use std::path::Path;

/// Writes a list of this many objects.
pub(super) fn list(path: &Path, count: usize, object: impl Fn(usize) -> Value) {
    let mut out = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    out.write_all(b"{\"kind\":\"List\",\"apiVersion\":\"v1\",\"items\":[").unwrap();
    for number in 0..count {
        let end = if number + 1 == count { "]}" } else { "," };
        write!(out, "{}{end}", object(number)).unwrap();
    }
    out.flush().unwrap();
}

pub(super) fn check(path: &Path, format: &str) -> Command {
    let mut command = healthcheck();
    command.arg("-f").arg(path).args(["-A", "--now", pigo::TAKEN_AT, "-o"]).args(format.split_whitespace());
    command
}

/// A tenant creates Jobs that never end. Another namespace has one, which the tenant's do not displace.
#[test]
fn findings_that_need_too_much_memory_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jobs.json");
    list(&path, 100_001, |number| {
        let (namespace, created) =
            if number == 50_000 { ("shop", "2025-12-20") } else { ("tenant", "2025-12-01") };
        json!({
            "kind": "Job", "apiVersion": "batch/v1",
            "metadata": {
                "namespace": namespace, "name": format!("job-{number}"),
                "creationTimestamp": format!("{created}T00:00:00Z"),
            },
            "spec": { "completions": 1 },
            "status": { "active": 1, "startTime": format!("{created}T00:00:00Z") },
        })
    });
    for format in ["markdown", "json"] {
        let ran = attack(&format!("100,001 overdue Jobs, {format}"), &mut check(&path, format));
        assert_eq!(ran.code, 3, "{format}: {}", ran.err);
        if format != "json" {
            continue;
        }
        let report = ran.json();
        let findings = report["findings"].as_array().unwrap();
        let of_shop = findings.iter().filter(|finding| finding["object"]["namespace"] == "shop").count();
        let gap = &report["coverage"]["gaps"][0];
        let left_out = format!("{} findings left out: no room", 100_001 - findings.len());
        assert!(gap["detail"].as_str().unwrap().starts_with(&left_out), "{gap}");
        assert_eq!((&gap["kind"], &gap["namespace"]), (&json!("Job"), &json!("tenant")), "{gap}");
        assert_eq!((&report["coverage"]["complete"], of_shop), (&json!(false), 1));
        assert_ne!(report["verdict"], "healthy");
        let rows = report["namespaces"].as_array().unwrap();
        assert!(rows.iter().all(|row| row["state"] != "healthy"), "{rows:?}");
    }
}

#[test]
fn failing_pods_that_fit_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pods.json");
    let waiting =
        json!({ "reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container" });
    let ended = json!({ "reason": "Error", "exitCode": 1, "finishedAt": "2025-12-26T01:00:00Z" });
    let app = json!({
        "name": "app", "ready": false, "restartCount": 12, "state": { "waiting": waiting },
        "lastState": { "terminated": ended },
    });
    let status = json!({ "phase": "Pending", "containerStatuses": [app] });
    list(&path, 20_000, |number| {
        let mut pod = pod(&format!("web-{number}"), &status);
        pod["spec"]["nodeName"] = json!(format!("n{}", number % 100));
        pod
    });
    // A debug build needs more memory for itself than a release build, which takes 17 MiB.
    let (_, own) = measured("the bundled example", healthcheck().arg("demo"));
    let limit = MOST + own.saturating_sub(17);
    let mut command = check(&path, "json");
    let (ran, peak) = measured("20,000 failing pods", command.args(["--max-memory", &limit.to_string()]));
    assert_eq!((ran.code, peak <= limit), (1, true), "{peak} MiB of {limit}: {}", ran.err);
}

//! Suggestions for OOM-killed containers.

use super::clusters::{Workload, usage};
use super::{MEBI, proposed, rightsize, risks, row};
use serde_json::json;

#[test]
fn raises_the_memory_of_killed_containers() {
    let jvm = |flags: &str| {
        let mut items =
            Workload::new("jvm").requests("1", "1Gi").limits("1", "1280Mi").killed(flags).objects();
        items.push(usage("jvm-7d9f8c5b6f-bcd40", 100, 300, 2016));
        row(&items, "jvm")
    };
    let heap = jvm("-Xmx1024m");
    assert_eq!((risks(&heap), &heap["severity"]), (vec!["oom-killed"], &json!("high")));
    assert_eq!(proposed(&heap), [Some(150), None, None, Some(1536)]);
    // A quarter above the limit.
    assert_eq!(proposed(&jvm(""))[3], Some(1792));
    assert_eq!(proposed(&jvm("-Xmx256m"))[3], Some(1792));
}

#[test]
fn ignores_old_kills_and_kills_at_other_limits() {
    let of = |ended: &str, limit_of_then: &str| {
        let workload = Workload::new("web").requests("1", "512Mi").limits("1", "512Mi");
        let mut items = workload.killed("").objects();
        items.push(usage("web-7d9f8c5b6f-bcd40", 900, 400, 2016));
        let mut old = items[1].clone();
        let pod = &mut items[1];
        pod["status"]["containerStatuses"][0]["lastState"] = json!({});
        pod["metadata"]["creationTimestamp"] = json!("2025-12-21T00:00:00Z");
        old["metadata"]["name"] = json!("web-7d9f8c5b6f-old00");
        old["status"]["containerStatuses"][0]["lastState"]["terminated"]["finishedAt"] = json!(ended);
        old["spec"]["containers"][0]["resources"]["limits"]["memory"] = json!(limit_of_then);
        items.push(old);
        row(&items, "web")
    };
    assert_eq!(risks(&of("2025-12-25T20:00:00Z", "512Mi")), ["oom-killed"]);
    for (ended, limit) in [("2025-12-18T20:00:00Z", "512Mi"), ("2025-12-25T20:00:00Z", "256Mi")] {
        let row = of(ended, limit);
        assert_eq!((risks(&row), proposed(&row)), (Vec::new(), [None; 4]), "{ended} {limit}");
    }
}

#[test]
fn suggests_no_limit_if_none_would_help() {
    let of = |bytes: fn(i64) -> i64, pressure: &str| {
        let mut items = Workload::new("web")
            .of("StatefulSet")
            .requests("1", "512Mi")
            .limits("1", "1Gi")
            .killed("")
            .objects();
        let end = &mut items[1]["status"]["containerStatuses"][0]["lastState"]["terminated"];
        end["startedAt"] = json!("2025-12-25T19:00:00Z");
        items.push(usage("web-0", 900, 440, 2016));
        items.push(json!({
            "apiVersion": "healthcheck/v1", "kind": "MemoryHistory", "metadata": { "namespace": "shop", "name": "web-0/app" },
            "start": "2025-12-25T19:00:30Z", "stepSeconds": 60, "bytes": (0..59).map(|minute| bytes(minute) * MEBI).collect::<Vec<_>>(),
        }));
        items.push(json!({
            "apiVersion": "v1", "kind": "Node", "metadata": { "name": "n1" },
            "status": { "allocatable": { "cpu": "4", "memory": "8Gi" }, "conditions": [
                { "type": "MemoryPressure", "status": pressure, "lastTransitionTime": "2025-12-25T19:50:00Z" }] },
        }));
        (row(&items, "web"), rightsize(&items, "--width 200").out)
    };
    let level = |_| 300;
    let (plain, _) = of(level, "False");
    assert_eq!(proposed(&plain), [None, None, None, Some(1280)]);
    let (leak, table) = of(|minute| 200 + minute * 14, "False");
    assert_eq!((risks(&leak), proposed(&leak)), (vec!["oom-killed"], [None; 4]));
    assert!(table.contains("OOMKilled after its memory grew without bound"), "{table}");
    let (short, table) = of(level, "True");
    assert_eq!((risks(&short), proposed(&short)), (vec!["oom-killed"], [None; 4]));
    assert!(table.contains("far below its memory limit 1Gi: the node was out of memory"), "{table}");
}

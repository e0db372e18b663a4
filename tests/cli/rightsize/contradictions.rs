//! Histories that the metrics API contradicts, and where the numbers come from.

use super::clusters::{Workload, metrics, usage};
use super::{proposed, rightsize, row};
use serde_json::{Value, json};

/// A large workload with a history of almost nothing, and what the metrics API reports.
fn large(cpu: &str, memory: &str) -> Vec<Value> {
    let mut items = Workload::new("victim").requests("2", "4Gi").limits("2", "4Gi").objects();
    items.push(usage("victim-7d9f8c5b6f-bcd40", 15, 20, 2016));
    items.push(metrics("victim-7d9f8c5b6f-bcd40", cpu, memory));
    items.extend(Workload::new("web").requests("1", "2Gi").objects());
    items.push(usage("web-7d9f8c5b6f-bcd40", 100, 100, 2016));
    items.push(metrics("web-7d9f8c5b6f-bcd40", "250m", "110Mi"));
    items
}

#[test]
fn a_container_that_uses_far_more_is_left_out() {
    for (cpu, memory) in [("1500m", "3Gi"), ("1500m", "10Mi"), ("5m", "3Gi")] {
        let items = large(cpu, memory);
        let patch = rightsize(&items, "-o patch").out;
        let said = "# Left out, because the metrics API reports far more than the usage history:\n#   shop \
                    deployment/victim, container app: now CPU ";
        assert!(patch.contains(said) && patch.contains("history CPU 15m, memory 20Mi\n"), "{patch}");
        assert!(!patch.contains("name: victim") && patch.contains("name: web"), "{patch}");
        let victim = row(&items, "victim");
        assert_eq!((proposed(&victim), &victim["contradicted"]), ([None; 4], &json!(true)));
        assert_eq!(victim["requestDecrease"], json!({ "cpuMillis": 0, "memoryBytes": 0 }));
        for (lang, said) in [
            ("en", "CONTRADICTED: 1 container, no suggestions"),
            ("zh-TW", "數據矛盾：1 個容器"),
            ("zh-CN", "数据矛盾：1 个容器"),
        ] {
            for format in ["table", "wide", "markdown"] {
                let out = rightsize(&items, &format!("--lang {lang} -o {format} --width 200")).out;
                assert!(out.contains(said), "{out}");
            }
        }
    }
}

#[test]
fn only_contradictions_are_not_a_match() {
    let items = &large("1500m", "3Gi")[..4];
    let ran = rightsize(items, "");
    assert!(ran.out.starts_with("🟡 The metrics API contradicts the usage history"), "{}", ran.out);
    assert!(rightsize(items, "-o patch").out.ends_with("# No changes.\n"));
}

#[test]
fn a_peak_and_an_idle_container_are_not_contradictions() {
    for (cpu, memory) in [("40m", "35Mi"), ("0", "0"), ("60m", "60Mi")] {
        let items = large(cpu, memory);
        let victim = row(&items, "victim");
        assert_eq!(victim["contradicted"], false, "{victim}");
        assert!(proposed(&victim)[0].is_some() && !rightsize(&items, "").out.contains("CONTRADICTED"));
    }
}

#[test]
fn every_format_names_the_source() {
    let items = large("10m", "10Mi");
    for (flags, said) in [
        ("", "7d of usage from Service monitoring/prometheus-k8s, metrics.k8s.io"),
        ("--lang zh-TW", "7d 的用量（來自 Service monitoring/prometheus-k8s、metrics.k8s.io）"),
        ("--lang zh-CN", "7d 的用量（来自 Service monitoring/prometheus-k8s、metrics.k8s.io）"),
        ("-o markdown", "7d of usage from Service monitoring/prometheus-k8s, metrics.k8s.io"),
        ("-o patch", "# Usage from: Service monitoring/prometheus-k8s, metrics.k8s.io\n"),
    ] {
        let out = rightsize(&items, &format!("{flags} --width 200")).out;
        assert!(out.contains(said), "{out}");
    }
    let report = rightsize(&items, "-o json").json();
    let both = json!(["Service monitoring/prometheus-k8s", "metrics.k8s.io"]);
    assert_eq!((&report["totals"][0]["sources"], &report["containers"][0]["sources"]), (&both, &both));
}

#[test]
fn an_input_without_sources_says_so() {
    let mut items = Workload::new("web").requests("1", "2Gi").objects();
    let mut of_earlier = usage("web-7d9f8c5b6f-bcd40", 100, 100, 2016);
    of_earlier.as_object_mut().unwrap().remove("source");
    items.push(of_earlier);
    for flags in ["", "-o patch"] {
        let out = rightsize(&items, flags).out;
        assert!(out.contains("a source that the input does not name"), "{out}");
    }
}

//! Requests and limits compared with usage, from captures with known results.

mod clusters;
mod contradictions;
mod killed;
mod patches;

use crate::support::{Ran, Run, healthcheck};
use crate::{LANGS, project};
use clusters::{Workload, capture, gone, metrics, shop, throttling, usage};
use serde_json::{Value, json};

const MEBI: i64 = 1 << 20;

fn rightsize(items: &[Value], flags: &str) -> Ran {
    let file = tempfile::Builder::new().suffix(".json").tempfile().unwrap();
    std::fs::write(file.path(), capture(items)).unwrap();
    let mut command = healthcheck();
    command.args(["rightsize", "-f"]).arg(file.path()).args(flags.split_whitespace());
    let ran = command.ran();
    Ran { out: ran.out.replace(&file.path().display().to_string(), "shop.json"), ..ran }
}

/// Returns the container of a workload in JSON.
fn row(items: &[Value], workload: &str) -> Value {
    let report = rightsize(items, "-o json").json();
    let rows = report["containers"].as_array().unwrap();
    rows.iter().find(|row| row["workload"]["name"] == workload).cloned().unwrap_or(Value::Null)
}

/// Returns the suggested requests and limits: CPU in thousandths, memory in MiB.
fn proposed(row: &Value) -> [Option<i64>; 4] {
    let of = |list: &str, what: &str| row["proposal"][list][what].as_i64();
    let mebi = |list| of(list, "memoryBytes").map(|bytes| bytes / MEBI);
    [of("requests", "cpuMillis"), mebi("requests"), of("limits", "cpuMillis"), mebi("limits")]
}

fn risks(row: &Value) -> Vec<&str> {
    row["risks"].as_array().unwrap().iter().map(|risk| risk.as_str().unwrap()).collect()
}

#[test]
fn uses_the_largest_pod_and_sums_the_savings() {
    let mut items = Workload::new("web").pods(3).requests("1", "2Gi").objects();
    let names = ["web-7d9f8c5b6f-bcd40", "web-7d9f8c5b6f-bcd41", "web-7d9f8c5b6f-bcd42"];
    for (name, cpu, mebi) in [(names[0], 120, 280), (names[1], 80, 300), (names[2], 10, 10)] {
        items.push(usage(name, cpu, mebi, 2016));
    }
    let row = row(&items, "web");
    assert_eq!(proposed(&row), [Some(150), Some(384), None, None]);
    assert_eq!(row["used"], json!({ "cpuP95Millis": 120, "memoryMaxBytes": 300 * MEBI }));
    assert_eq!((&row["samples"], &row["measured"]), (&json!(2016), &json!("history")));
    assert_eq!(row["requestDecrease"], json!({ "cpuMillis": 3 * 850, "memoryBytes": 3 * 1664 * MEBI }));
}

#[test]
fn counts_deleted_pods_by_their_names() {
    for (kind, pod, counts) in [
        ("Deployment", "web-5d9c8b7f64-x2k4p", true),
        ("Deployment", "web-nginx-x2k4p", false),
        ("Deployment", "api-5d9c8b7f64-x2k4p", false),
        ("StatefulSet", "web-17", true),
        ("StatefulSet", "web-x2k4p", false),
        ("DaemonSet", "web-x2k4p", true),
        ("DaemonSet", "web-17", false),
    ] {
        let mut items = Workload::new("web").of(kind).pods(1).requests("1", "2Gi").objects();
        items.push(usage(&Workload::new("web").of(kind).pod(0), 100, 100, 200));
        items.push(gone(pod, 300, 900));
        let wanted =
            if counts { [Some(350), Some(1280), None, None] } else { [Some(150), Some(128), None, None] };
        assert_eq!(proposed(&row(&items, "web")), wanted, "{kind} {pod}");
    }
}

#[test]
fn current_memory_usage_counts_with_any_history() {
    let mut items = Workload::new("web").requests("1", "2Gi").objects();
    items.push(usage("web-7d9f8c5b6f-bcd40", 100, 300, 2016));
    items.push(metrics("web-7d9f8c5b6f-bcd40", "300m", "600Mi"));
    let row = row(&items, "web");
    assert_eq!((proposed(&row), &row["measured"]), ([Some(150), Some(704), None, None], &json!("history")));
    assert_eq!(row["sources"], json!(["Service monitoring/prometheus-k8s", "metrics.k8s.io"]));
}

#[test]
fn a_pod_with_two_samples_sets_memory_but_not_cpu() {
    let mut items = Workload::new("web").requests("2", "2Gi").objects();
    items.push(usage("web-7d9f8c5b6f-bcd40", 100, 100, 2016));
    items.push(usage("web-5d9c8b7f64-x2k4p", 1500, 300, 2));
    assert_eq!(proposed(&row(&items, "web")), [Some(150), Some(384), None, None]);
}

#[test]
fn shows_the_time_span_of_the_samples() {
    let mut items = Workload::new("web").requests("1", "2Gi").objects();
    items.push(usage("web-7d9f8c5b6f-bcd40", 100, 100, 144));
    let (table, report) = (rightsize(&items, "").out, rightsize(&items, "-o json").json());
    assert!(table.contains("12h of usage"), "{table}");
    assert_eq!(report["totals"][0]["windowSeconds"], 43_200);
    assert!(rightsize(&items, "-o patch").out.contains(", from 12h of usage."));
}

#[test]
fn keeps_what_an_init_container_needs() {
    let mut items = Workload::new("web").pods(2).requests("2", "2Gi").objects();
    for object in &mut items {
        let pointer = if object["kind"] == "Pod" { "/spec" } else { "/spec/template/spec" };
        object.pointer_mut(pointer).unwrap()["initContainers"] = json!([{
            "name": "migrate", "image": "m", "resources": { "requests": { "cpu": "1500m", "memory": "4Gi" } },
        }]);
    }
    items.push(usage("web-7d9f8c5b6f-bcd40", 100, 100, 4032));
    let web = row(&items, "web");
    assert_eq!(proposed(&web), [Some(150), None, None, None]);
    assert_eq!(web["requestDecrease"], json!({ "cpuMillis": 1000, "memoryBytes": 0 }));
    // A sidecar is no init container: what it asks for less, all of it is given back.
    for object in &mut items[..3] {
        let pointer = if object["kind"] == "Pod" { "/spec" } else { "/spec/template/spec" };
        let spec = object.pointer_mut(pointer).unwrap();
        spec["initContainers"][0]["restartPolicy"] = json!("Always");
        spec["containers"][0]["resources"] = json!({});
    }
    items[3]["metadata"]["name"] = json!("web-7d9f8c5b6f-bcd40/migrate");
    let sidecar = row(&items, "web");
    assert_eq!(proposed(&sidecar), [Some(150), Some(128), None, None]);
    assert_eq!(
        sidecar["requestDecrease"],
        json!({ "cpuMillis": 2700, "memoryBytes": (4096 - 128) * 2 * MEBI })
    );
}

#[test]
fn sorts_rows_with_the_same_risk() {
    let mut items = Vec::new();
    for (name, mebi, share) in [("a", 470, 200), ("b", 500, 150), ("c", 480, 900), ("d", 100, 300)] {
        let workload = Workload::new(name).requests("1", "512Mi").limits("1", "512Mi");
        items.extend(workload.objects());
        items.push(usage(&workload.pod(0), 900, mebi, 2016));
        items.push(throttling(&workload.pod(0), share, 1000));
    }
    for (name, mebi) in [("e", 300), ("f", 900), ("g", 300)] {
        let workload = Workload::new(name).requests("1", "200Mi");
        items.extend(workload.objects());
        items.push(usage(&workload.pod(0), 900, mebi, 2016));
    }
    let table = rightsize(&items, "--width 200").out;
    let section = table.split("UNDER-PROVISIONED").nth(1).unwrap();
    let names: Vec<&str> =
        section.split("deployment/").skip(1).filter_map(|rest| rest.split(' ').next()).collect();
    assert_eq!(names, ["b", "c", "a", "d", "f", "e", "g"], "{table}");
}

#[test]
fn needs_a_hundred_samples() {
    let web = || Workload::new("web").pods(2).requests("1", "2Gi").objects();
    let of = |samples: i64| {
        let mut items = web();
        items.push(usage("web-7d9f8c5b6f-bcd40", 100, 100, samples / 2));
        items.push(usage("web-7d9f8c5b6f-bcd41", 100, 100, samples - samples / 2));
        row(&items, "web")
    };
    // An hour of samples from two pods counts as one hour.
    assert_eq!((proposed(&of(199)), &of(199)["measured"]), ([None; 4], &json!("few-samples")));
    assert_eq!(proposed(&of(200)), [Some(150), Some(128), None, None]);
    let mut items = web();
    items.push(metrics("web-7d9f8c5b6f-bcd40", "30m", "40Mi"));
    let once = row(&items, "web");
    assert_eq!(
        (proposed(&once), &once["measured"], &once["samples"]),
        ([None; 4], &json!("one-sample"), &json!(1))
    );
    for (lang, said) in [("en", "one sample"), ("zh-TW", "單一樣本"), ("zh-CN", "单个样本")] {
        let table = rightsize(&items, &format!("--lang {lang}")).out;
        assert!(table.matches(said).count() >= 2, "{table}");
        assert!(!table.contains("-o patch"), "{table}");
    }
    // A usage near the limit counts with any number of samples.
    let mut items = Workload::new("web").requests("1", "512Mi").limits("1", "512Mi").objects();
    items.push(metrics("web-7d9f8c5b6f-bcd40", "30m", "500Mi"));
    let near = row(&items, "web");
    assert_eq!((risks(&near), proposed(&near)), (vec!["near-memory-limit"], [None; 4]));
    assert!(rightsize(&items, "").out.contains("one sample: no suggestions"));
    // No data at all is one line.
    let table = rightsize(&web(), "").out;
    assert!(table.contains("Not judged: 1 workload without usage data"), "{table}");
    assert!(table.starts_with("⚪ No usage data"), "{table}");
}

#[test]
fn keeps_the_cpu_request_for_known_and_unknown_autoscalers() {
    let mut items = Workload::new("web").requests("1", "2Gi").objects();
    items.push(usage("web-7d9f8c5b6f-bcd40", 100, 100, 2016));
    assert_eq!(proposed(&row(&items, "web"))[0], Some(150));
    let plain = json!({ "apiVersion": "v1", "kind": "List", "items": items }).to_string();
    let unseen = healthcheck().args(["rightsize", "-f", "-", "-o", "json"]).fed(plain.as_bytes()).json();
    assert_eq!(proposed(&unseen["containers"][0]), [None, Some(128), None, None]);
    assert_eq!(unseen["containers"][0]["cpuRequestFixedBy"], "autoscalers-not-seen");
    items.push(json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
        "metadata": { "name": "web", "namespace": "shop" },
        "spec": { "scaleTargetRef": { "kind": "Deployment", "name": "web" }, "maxReplicas": 9 },
    }));
    let scaled = row(&items, "web");
    assert_eq!(
        (proposed(&scaled), &scaled["cpuRequestFixedBy"]),
        ([None, Some(128), None, None], &json!("autoscaled"))
    );
    assert!(rightsize(&items, "").out.contains("100m/1 HPA"), "{}", rightsize(&items, "").out);
}

#[test]
fn suggests_the_same_cpu_limit_as_the_check() {
    let of = |share: i64, flags: &str| {
        let mut items = Workload::new("web").requests("2", "1Gi").limits("2", "1Gi").objects();
        items.push(usage("web-7d9f8c5b6f-bcd40", 300, 900, 2016));
        items.push(throttling("web-7d9f8c5b6f-bcd40", share, 2000));
        let report = rightsize(&items, &format!("-o json {flags}")).json();
        report["containers"][0].clone()
    };
    let held = of(422, "");
    assert_eq!((risks(&held), &held["throttledThousandths"]), (vec!["cpu-throttled"], &json!(422)));
    assert_eq!(proposed(&held), [None, None, Some(3000), None]);
    for (row, why) in [(of(100, ""), "ten percent are allowed"), (of(422, "--throttled 50"), "fifty are")] {
        assert_eq!((risks(&row), proposed(&row)[0]), (Vec::new(), Some(350)), "{why}");
    }
}

#[test]
fn uses_the_requests_of_the_newest_pods() {
    let mut items = Workload::new("web").pods(2).requests("4", "8Gi").objects();
    let mut newer = Workload::new("web").requests("200m", "256Mi").objects();
    let mut pod = newer.pop().unwrap();
    pod["metadata"]["name"] = json!("web-5d9c8b7f64-bcd45");
    pod["metadata"]["creationTimestamp"] = json!("2025-12-26T01:00:00Z");
    items.push(pod);
    items.push(usage("web-7d9f8c5b6f-bcd40", 150, 210, 2016));
    let row = row(&items, "web");
    assert_eq!(row["requests"], json!({ "cpuMillis": 200, "memoryBytes": 256 * MEBI }));
    assert_eq!((proposed(&row), &row["pods"]), ([None; 4], &json!(3)));
}

#[test]
fn ignores_missing_and_invalid_quantities() {
    for (cpu, memory) in [("0", "0"), ("lots", "much"), ("-1", "-1Gi"), ("", "")] {
        let mut items = Workload::new("web").requests(cpu, memory).limits(cpu, memory).objects();
        items.push(usage("web-7d9f8c5b6f-bcd40", 100, 100, 2016));
        let row = row(&items, "web");
        assert_eq!(row["requests"], json!({ "cpuMillis": null, "memoryBytes": null }), "{cpu}");
        assert_eq!(proposed(&row), [Some(150), Some(128), None, None], "{cpu}");
        assert_eq!(risks(&row), ["above-memory-request", "above-cpu-request"]);
    }
}

#[test]
fn counts_what_is_not_judged() {
    let mut items = Workload::new("web").requests("1", "1Gi").objects();
    let mut bare = items[1].clone();
    bare["metadata"]["name"] = json!("bare");
    bare["metadata"]["ownerReferences"] = json!([]);
    let mut of_job = items[1].clone();
    of_job["metadata"]["name"] = json!("import-x2k4p");
    of_job["metadata"]["ownerReferences"] = json!([{ "kind": "Job", "name": "import", "controller": true }]);
    let mut whole = Workload::new("whole").requests("1", "1Gi").objects();
    whole[1]["spec"]["resources"] = json!({ "requests": { "cpu": "2" } });
    let unseen = Workload::new("unseen").of("DaemonSet").requests("1", "1Gi").objects().split_off(1);
    let mut injected = Workload::new("mesh").requests("1", "1Gi").objects();
    injected[0]["spec"]["template"]["spec"]["containers"] = json!([{ "name": "app" }]);
    let proxy = json!({ "name": "istio-proxy", "image": "p", "resources": { "requests": { "cpu": "2", "memory": "1Gi" } } });
    injected[1]["spec"]["containers"].as_array_mut().unwrap().push(proxy);
    items.extend([bare, of_job]);
    items.extend(whole.into_iter().chain(unseen).chain(injected));
    for pod in [
        "bare",
        "import-x2k4p",
        "web-7d9f8c5b6f-bcd40",
        "mesh-7d9f8c5b6f-bcd40",
        "unseen-bcd40",
        "whole-7d9f8c5b6f-bcd40",
    ] {
        items.push(usage(pod, 100, 100, 2016));
    }
    let report = rightsize(&items, "-o json").json();
    let names: Vec<&str> = report["containers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["workload"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["mesh", "web"]);
    let not_judged: Vec<(&str, i64)> = report["notEvaluated"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["what"].as_str().unwrap(), one["count"].as_i64().unwrap()))
        .collect();
    assert_eq!(
        not_judged,
        [
            ("workloads-not-seen", 1),
            ("workloads-of-pods-as-a-whole", 1),
            ("containers-not-in-template", 1),
            ("pods-of-jobs", 1),
            ("pods-without-owner", 1)
        ]
    );
}

/// Forty workloads of all kinds, from a generator with a fixed seed.
fn many() -> Vec<Value> {
    let (mut items, mut seed) = (Vec::new(), 7_u64);
    let mut next = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((seed >> 33) % below).unwrap()
    };
    for index in 0..40 {
        let name = format!("w{index:02}");
        let (cpu, mebi) = (next(4000), next(8192));
        let pods = 1 + next(4);
        let workload = Workload::new(&name).pods(usize::try_from(pods).unwrap());
        let mut workload = workload.requests(&format!("{cpu}m"), &format!("{mebi}Mi"));
        let first = workload.pod(0);
        if index % 4 == 0 {
            let (cpu, mebi) = (cpu + next(1000), mebi + next(1000));
            workload = workload.limits(&format!("{cpu}m"), &format!("{mebi}Mi"));
            items.push(throttling(&first, 100 + next(900), cpu));
        }
        items.extend(workload.objects());
        items.push(usage(&first, next(3000), next(6000), 50 + next(3000)));
    }
    items
}

#[test]
fn sums_match_their_rows_and_suggestions_exceed_usage() {
    let items = many();
    let report = rightsize(&items, "-o json").json();
    let rows = report["containers"].as_array().unwrap();
    let totals = &report["totals"][0];
    for sum in ["requestDecrease", "requestIncrease"] {
        for what in ["cpuMillis", "memoryBytes"] {
            let parts: i64 = rows.iter().map(|row| row[sum][what].as_i64().unwrap()).sum();
            assert_eq!(totals[sum][what], parts, "{sum} {what}");
            assert!(parts > 0);
        }
    }
    let set = |what: &str| rows.iter().filter(|row| row["proposal"]["limits"][what].is_i64()).count();
    let of = (set("cpuMillis"), set("memoryBytes"));
    assert!(of.0 > 5 && of.1 > 1, "{of:?}");
    for row in rows {
        let used = &row["used"];
        for (what, used) in [("cpuMillis", &used["cpuP95Millis"]), ("memoryBytes", &used["memoryMaxBytes"])] {
            let enough = used.as_i64().unwrap() * 115;
            for list in ["requests", "limits"] {
                let proposed = row["proposal"][list][what].as_i64();
                assert!(proposed.is_none_or(|proposed| proposed * 100 >= enough), "{row}");
            }
        }
        if row["measured"] == "few-samples" {
            assert_eq!(proposed(row), [None; 4]);
        }
    }
    // Hidden rows are in the sum, and the table says so.
    let table = rightsize(&items, "--width 200").out;
    let over = totals["overProvisioned"].as_i64().unwrap();
    assert!(over > 20 && table.contains(&format!("OVER-PROVISIONED: {over} containers can save")));
    let amounts = |table: &str| -> (i64, i64) {
        let section = table.split("OVER-PROVISIONED").nth(1).unwrap().split("\n\n").next().unwrap();
        let rows = section.lines().skip(2).filter(|line| line.starts_with("shop"));
        let last = rows.map(|line| line.rsplit("   ").next().unwrap().to_owned());
        last.fold((0, 0), |(cpu, mebi), cell| {
            let of = |unit: &str| {
                let part = cell.split(", ").find_map(|part| part.strip_suffix(unit)?.parse::<i64>().ok());
                part.unwrap_or(0)
            };
            (cpu + of("m CPU") + 1000 * of(" CPU"), mebi + of("Mi") + 1024 * of("Gi"))
        })
    };
    let gives = (
        totals["requestDecrease"]["cpuMillis"].as_i64().unwrap(),
        totals["requestDecrease"]["memoryBytes"].as_i64().unwrap() / MEBI,
    );
    assert_eq!(amounts(&rightsize(&items, "--width 200 --all").out), gives);
    assert_ne!(amounts(&table), gives);
    assert!(table.contains(&format!("{} more save", over - 20)), "{table}");
    assert_eq!(
        table,
        rightsize(&items.iter().rev().cloned().collect::<Vec<_>>(), "--width 200").out,
        "in any order"
    );
}

#[test]
fn shows_a_shop_in_three_languages_and_all_widths() {
    for lang in LANGS {
        for width in [80, 200] {
            let ran = rightsize(&shop(), &format!("--lang {lang} --width {width}"));
            assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
            insta::assert_snapshot!(format!("rightsize-{lang}-{width}"), ran.out);
        }
    }
    let colored = rightsize(&shop(), "--width 200 --color always").out;
    assert!(colored.contains("\u{1b}["));
    insta::assert_snapshot!("rightsize-wide", rightsize(&shop(), "-o wide --width 200").out);
    let markdown = rightsize(&shop(), "-o markdown").out;
    insta::assert_snapshot!("rightsize-markdown", markdown);
}

/// The documentation shows real output.
#[test]
fn the_documentation_is_current() {
    let table = rightsize(&shop(), "--width 80").out;
    let page = std::fs::read_to_string(project("docs/rightsize.md")).unwrap();
    let shown =
        |text: &str| text.lines().all(|line| line.is_empty() || page.contains(&format!("\n    {line}\n")));
    assert!(shown(&table), "docs/rightsize.md is out of date");
    let readme = std::fs::read_to_string(project("README.md")).unwrap();
    let (_, section) = readme.split_once("How it begins for a shop").unwrap();
    let (section, _) = section.split_once("Nothing is proposed below").unwrap();
    let lines: Vec<&str> = section.lines().filter_map(|line| line.strip_prefix("    ")).collect();
    assert!(
        lines.len() > 15 && lines.iter().all(|line| table.contains(&format!("{line}\n"))),
        "README.md is out of date"
    );
}

#[test]
fn matching_requests_print_one_line() {
    let mut items = Workload::new("web").requests("200m", "256Mi").objects();
    items.push(usage("web-7d9f8c5b6f-bcd40", 150, 200, 2016));
    let ran = rightsize(&items, "");
    insta::assert_snapshot!(ran.out, @r"
    🟢 Requests match usage · 7d of usage from Service monitoring/prometheus-k8s · context prod · shop

    Coverage complete · from files
    ");
}

#[test]
fn json_matches_its_schema_in_every_language() {
    let text = std::fs::read_to_string(project("docs/rightsize.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap();
    let plain = rightsize(&shop(), "-o json");
    for report in [&plain, &rightsize(&many(), "-o json")] {
        let report = report.json();
        let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
        let mut renamed = report.clone();
        renamed.as_object_mut().unwrap().remove("containers");
        assert!(!validator.is_valid(&renamed), "the schema requires the field");
    }
    let yaml: Value = serde_saphyr::from_str(&rightsize(&shop(), "-o yaml").out).unwrap();
    assert_eq!(yaml, plain.json());
    for format in ["json", "patch"] {
        let plain = rightsize(&shop(), &format!("-o {format}")).out;
        assert_eq!(rightsize(&shop(), &format!("-o {format} --lang zh-TW")).out, plain);
    }
}

#[test]
fn rejects_wrong_usage() {
    for (flags, line) in [
        ("-o name", "error: invalid value 'name' for '--output <FORMAT[=FILE]>'"),
        ("--since 7d", "error: --since needs a cluster and cannot be used with --filename"),
        ("--fail-on warning", "error: unknown flag: --fail-on"),
        ("--logs", "error: --logs needs a cluster"),
        ("-n elsewhere", "error: namespace \"elsewhere\" is not in the input"),
    ] {
        let ran = rightsize(&shop(), flags);
        assert!(ran.code == 2 && ran.out.is_empty() && ran.err.starts_with(line), "{ran:?}");
    }
    let nothing = rightsize(&[], "");
    assert!(nothing.code == 2 && nothing.err.starts_with("No resources found"), "{nothing:?}");
    // The format of a report in the environment is ignored here.
    let file = tempfile::Builder::new().suffix(".json").tempfile().unwrap();
    std::fs::write(file.path(), capture(&shop())).unwrap();
    let with = |format: &str| {
        healthcheck().env("HEALTHCHECK_OUTPUT", format).args(["rightsize", "-f"]).arg(file.path()).ran()
    };
    assert!(with("name").out.starts_with("🔴") && with("json").out.starts_with('{'));
    let ran = healthcheck().env("HEALTHCHECK_LOGS", "true").args(["rightsize", "-f"]).arg(file.path()).ran();
    assert_eq!(ran.code, 0, "{ran:?}");
}

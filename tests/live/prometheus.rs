//! A real Prometheus and the findings from its data.
//!
//! The workloads are those that were throttled on 2025-12-31. Out of scope: failing servers (`measured`).

use crate::NOW;
use crate::measured::{found, lines, node, service, workload};
use crate::support::Ran;
use crate::support::faults::{Asked, Fault, Faults};
use crate::support::lab::Lab;
use crate::support::prometheus::{Prometheus, Series, openmetrics, scraping};
use crate::support::scripted::{Reply, Scripted};
use jiff::Timestamp;
use serde_json::json;
use std::fmt::Write;

/// A workload with one pod whose container runs in each of its periods.
struct Busy {
    namespace: &'static str,
    name: &'static str,
    /// Throttled periods out of a thousand.
    share: i64,
    /// In thousandths of a core.
    limit: i64,
    /// The suggested limit, if there must be a finding.
    proposal: Option<&'static str>,
}

const fn busy(
    namespace: &'static str,
    name: &'static str,
    share: i64,
    limit: i64,
    proposal: Option<&'static str>,
) -> Busy {
    Busy { namespace, name, share, limit, proposal }
}

const BUSY: [Busy; 13] = [
    busy("forex-prod", "gitlab-runner-161", 161, 2000, None),
    busy("forex-prod", "gitlab-runner-395", 395, 2000, Some("3000m")),
    busy("forex-prod", "service-113", 113, 200, Some("500m")),
    busy("forex-prod", "service-231", 231, 2000, Some("3000m")),
    busy("pigo-prod", "gitlab-runner-119", 119, 2000, None),
    busy("pigo-prod", "gitlab-runner-200", 200, 2000, None),
    busy("pigo-prod", "gitlab-runner-422", 422, 3000, Some("4000m")),
    busy("pigo-prod", "jcard-service", 139, 1000, Some("1500m")),
    busy("pigo-prod", "service-100", 100, 500, None),
    busy("waas-prod", "gitlab-runner-197", 197, 2000, None),
    busy("waas-prod", "gitlab-runner-275", 275, 3000, Some("4000m")),
    busy("waas-prod", "service-143", 143, 400, Some("800m")),
    busy("waas-prod", "service-227", 227, 500, Some("1000m")),
];

const NAMESPACES: [&str; 3] = ["forex-prod", "pigo-prod", "waas-prod"];

/// A container that rarely runs, and is throttled each time.
const IDLE: &str = "idle-service";

/// Returns the page of cAdvisor at a time in seconds: ten periods a second, or four a minute for the idle container.
fn cadvisor(at: i64) -> String {
    const COUNTERS: [&str; 2] =
        ["container_cpu_cfs_periods_total", "container_cpu_cfs_throttled_periods_total"];
    const GAUGES: [&str; 2] = ["container_spec_cpu_quota", "container_spec_cpu_period"];
    let lived = at - (NOW.as_second() - 86_400);
    let idle = [lived / 15, lived / 15, 50_000, 100_000];
    let mut all = vec![("waas-prod", IDLE, idle)];
    all.extend(BUSY.iter().map(|busy| {
        let periods = lived * 10;
        (busy.namespace, busy.name, [periods, periods * busy.share / 1000, busy.limit * 100, 100_000])
    }));
    let mut page = String::new();
    for (index, metric) in COUNTERS.into_iter().chain(GAUGES).enumerate() {
        let kind = if index < COUNTERS.len() { "counter" } else { "gauge" };
        writeln!(page, "# HELP {metric} As cAdvisor counts it.\n# TYPE {metric} {kind}").unwrap();
        for (namespace, name, values) in &all {
            let id = format!("/kubepods.slice/{namespace}/{name}");
            for (container, image) in [("", ""), ("app", "registry.example.com/app:1")] {
                writeln!(
                    page,
                    r#"{metric}{{container="{container}",id="{id}/{container}",image="{image}",name="{container}",namespace="{namespace}",pod="{name}-0"}} {} {}"#,
                    values[index],
                    at * 1000
                )
                .unwrap();
            }
        }
    }
    page
}

/// An exporter that returns the last five minutes in ten scrapes, and then the present.
#[allow(clippy::disallowed_methods, reason = "the exporter's clock is this machine's")]
fn exporter() -> Scripted {
    let now = || Timestamp::now().as_second();
    let began = now();
    Scripted::start(move |call| {
        let scrapes = i64::try_from(call.before).unwrap();
        let at = if scrapes < 10 { began - 300 + scrapes * 30 } else { now() };
        Reply::ok("text/plain; version=0.0.4", cadvisor(at))
    })
}

/// A kubelet whose two reads are five minutes apart by its own clock.
fn kubelet(asked: &Asked) -> Fault {
    match asked.path.split('?').next() {
        Some("/api/v1/nodes/n1/proxy/metrics/cadvisor") => {
            let at = NOW.as_second() + i64::try_from(asked.before).unwrap() * 300;
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\n";
            Fault::Answer(head.to_owned(), cadvisor(at))
        }
        _ => Fault::None,
    }
}

/// A control plane of its own, since every run would find its Prometheus; with the running workloads.
fn cluster(prometheus: &Prometheus) -> Lab {
    let lab = Lab::start(&[]);
    for name in NAMESPACES.into_iter().chain(["monitoring"]) {
        lab.apply(&[json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } })]);
    }
    lab.store(&[node("n1")]);
    let names =
        BUSY.iter().map(|busy| (busy.namespace, busy.name, busy.limit)).chain([("waas-prod", IDLE, 500)]);
    lab.store(
        &names
            .flat_map(|(namespace, name, limit)| workload(namespace, name, limit.unsigned_abs()))
            .collect::<Vec<_>>(),
    );
    lab.store(&service(prometheus.address.port()));
    lab
}

/// Returns name, thousandths and suggestion of each finding. The command contains the suggestion.
fn told(ran: &Ran) -> Vec<(String, i64, String)> {
    let row = |(name, message, command): (String, String, String)| {
        let rest = message.strip_prefix("container app is throttled in ").unwrap();
        let (share, rest) = rest.split_once(" % of its CPU periods: its limit is ").unwrap();
        let (limit, proposal) = rest.split_once(", try ").unwrap();
        let busy = BUSY.iter().find(|busy| busy.name == name).unwrap();
        assert_eq!(limit, format!("{}m", busy.limit));
        assert!(
            command.ends_with(&format!("statefulset/{name} -c app --limits=cpu={proposal}")),
            "{command}"
        );
        (name, share.replace('.', "").parse().unwrap(), proposal.to_owned())
    };
    found(ran).into_iter().map(row).collect()
}

/// Checks that exactly the expected workloads are reported, with their shares and limits.
fn is_the_table(ran: &Ran, without: &[&str]) {
    let told = told(ran);
    let named = BUSY.iter().filter(|busy| !without.contains(&busy.name));
    let mut expected: Vec<_> =
        named.filter_map(|busy| Some((busy.name, busy.share, busy.proposal?))).collect();
    expected.sort_unstable();
    let names =
        |told: &[(String, i64, String)]| told.iter().map(|(name, ..)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&told), expected.iter().map(|(name, ..)| *name).collect::<Vec<_>>(), "{ran:?}");
    for ((name, share, proposal), (_, expected, limit)) in told.iter().zip(expected) {
        // Periods are whole numbers, and `increase` gives fractions.
        assert!((share - expected).abs() <= 3, "{name}: {share} for {expected} thousandths");
        assert_eq!(proposal, limit, "{name}");
    }
}

#[test]
fn finds_throttling_with_prometheus_and_with_kubelets() {
    let exporter = exporter();
    let prometheus = Prometheus::start(&scraping(&[exporter.address]));
    let lab = cluster(&prometheus);
    let scope = NAMESPACES.map(|name| format!("-n {name}")).join(" ");
    let check = |flags: &str| lab.healthcheck(&format!("{scope} {flags}"));
    // Two series of each pod, one of them of its container.
    let series = (BUSY.len() + 1) * 2;
    prometheus.wait_until(&format!(
        "count(count_over_time(container_cpu_cfs_throttled_periods_total[300s]) >= 8) == {series}"
    ));
    let named = check(&format!("-o json --prometheus-url {}", prometheus.url()));
    is_the_table(&named, &[]);
    assert_eq!(lines(&named), Vec::<serde_json::Value>::new());
    let behind = check("-o json");
    is_the_table(&behind, &[]);
    assert_eq!(lines(&behind), Vec::<serde_json::Value>::new());
    let table = check("--width 200").out;
    for Busy { name, proposal, .. } in BUSY {
        let row = table.lines().find(|line| line.starts_with("🔴 high") && line.contains(name));
        let limit = row.and_then(|row| Some(row.rsplit_once(", try ")?.1.trim_end()));
        assert_eq!(limit, proposal, "{name}: {table}");
    }
    let kubelets = Faults::before(&lab, kubelet);
    let no_prometheus = "--prometheus-url http://127.0.0.1:9";
    let read = check(&format!("-o json -s {} {no_prometheus} --throttle-window 10s", kubelets.url()));
    is_the_table(&read, &[]);
    let exact: Vec<_> = told(&read).into_iter().map(|(name, share, _)| (name, share)).collect();
    for Busy { name, share, .. } in BUSY.iter().filter(|busy| busy.proposal.is_some()) {
        assert!(exact.contains(&((*name).to_owned(), *share)), "{name}: {exact:?}");
    }
    // Batch workloads have a higher threshold, set by a profile or an annotation.
    let file = lab.dir.path().join("profiles.yaml");
    let batch = "{batch: {workloads: ['*runner*', jcard-service]}}";
    std::fs::write(&file, format!("profiles:\n  day:\n    classes: {batch}\n")).unwrap();
    is_the_table(&check(&format!("-o json --config {} --profile day", file.display())), &["jcard-service"]);
    let [_, mut jcard] = workload("pigo-prod", "jcard-service", 1000);
    jcard["metadata"]["annotations"] = json!({ "healthcheck.dev/class": "batch" });
    lab.store(&[jcard]);
    let annotations = "get statefulset jcard-service -n pigo-prod -o jsonpath={.metadata.annotations}";
    lab.wait_until(annotations, |said| said.out.contains("batch"));
    is_the_table(&check("-o json"), &["jcard-service"]);
}

#[test]
fn prometheus_returns_the_written_history() {
    const STEP: i64 = 300;
    let end = NOW.as_second() / STEP * STEP;
    // Seven days in steps of five minutes until now; fractions are kept.
    let value = |pod: i64, step: i64| f64::from(u32::try_from((step * 37 + pod) % 2017).unwrap()) / 3.0;
    let series: Vec<Series> = (0..200)
        .map(|pod| Series {
            metric: "container_memory_working_set_bytes",
            labels: vec![
                ("namespace", "pigo-prod".to_owned()),
                ("pod", format!("pod-{pod}")),
                ("container", "a \"b\" \\ c".to_owned()),
            ],
            samples: (0..2016).map(|step| (end - (2015 - step) * STEP, value(pod, step))).collect(),
        })
        .collect();
    let prometheus = Prometheus::with_history(&openmetrics(&series));
    let whole =
        prometheus.query("count(count_over_time(container_memory_working_set_bytes[7d]) == 2016)", end);
    assert_eq!(whole[0].1.to_bits(), 200_f64.to_bits(), "{whole:?}");
    let highest = prometheus.query("max_over_time(container_memory_working_set_bytes[7d])", end);
    assert_eq!(highest.len(), 200);
    for (labels, highest) in highest {
        assert_eq!(labels["container"], "a \"b\" \\ c");
        let pod = labels["pod"].strip_prefix("pod-").unwrap().parse().unwrap();
        let expected = (0..2016).map(|step| value(pod, step)).fold(0.0, f64::max);
        assert_eq!(highest.to_bits(), expected.to_bits(), "{labels:?}");
    }
    // Half of it, and one moment.
    let half = end - 1008 * STEP;
    let lowest =
        prometheus.query("min_over_time(container_memory_working_set_bytes{pod='pod-7'}[14m])", half);
    let expected = (1005..=1007).map(|step| value(7, step)).fold(f64::MAX, f64::min);
    assert_eq!(lowest[0].1.to_bits(), expected.to_bits());
}

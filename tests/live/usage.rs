//! Usage of containers: from a real Prometheus with a known history, and from a metrics API in front of the real API
//! server.

use crate::support::Run;
use crate::support::faults::{Fault, Faults};
use crate::support::healthcheck;
use crate::support::lab::LAB;
use crate::support::prometheus::{Prometheus, Series, openmetrics};
use crate::support::scripted::{Reply, Scripted};
use crate::{healthy, measured_now, namespace};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::LazyLock;

const MEBI: f64 = 1_048_576.0;
const DAY: i64 = 86_400;

/// In minutes.
const WEEK: i64 = 7 * 24 * 60;

/// Returns the current time. For Prometheus, series end after five minutes, and the first test started earlier.
#[allow(clippy::disallowed_methods, reason = "its clock is this machine's")]
static NOW: LazyLock<Timestamp> = LazyLock::new(Timestamp::now);

/// The usage of a container in each minute until now, as functions of the minute.
struct Used {
    pod: &'static str,
    /// Its start, in minutes before now.
    minutes: i64,
    cores: fn(i64) -> f64,
    mebibytes: fn(i64) -> f64,
}

/// Counters and gauges of cAdvisor; one run of a container is one series.
fn series(namespace: &str, Used { pod, minutes, cores, mebibytes }: &Used, id: &str) -> [Series; 2] {
    let labels = || {
        vec![
            ("namespace", namespace.to_owned()),
            ("pod", (*pod).to_owned()),
            ("container", "app".to_owned()),
            ("id", format!("/kubepods/{pod}/{id}")),
        ]
    };
    let now = NOW.as_second();
    let minutes = || (0..*minutes).rev();
    let mut seconds = 0.0;
    let counted = |minute: i64| {
        seconds += cores(minute) * 60.0;
        (now - minute * 60, seconds)
    };
    let cpu = minutes().map(counted).collect();
    let memory = minutes().map(|minute| (now - minute * 60, (mebibytes(minute) * MEBI).floor())).collect();
    [
        Series { metric: "container_cpu_usage_seconds_total", labels: labels(), samples: cpu },
        Series { metric: "container_memory_working_set_bytes", labels: labels(), samples: memory },
    ]
}

/// Returns the objects of a kind in a capture with these flags, and the coverage of that kind.
fn captured(kind: &str, flags: &str) -> (Vec<Value>, Vec<Value>) {
    let ran = LAB.healthcheck(&format!("snapshot {flags} -o -"));
    assert_eq!(ran.code, 0, "{ran:?}");
    let capture: Value = serde_json::from_str(&ran.out).unwrap();
    let of = |list: &Value| -> Vec<Value> {
        list.as_array().unwrap().iter().filter(|item| item["kind"] == kind).cloned().collect()
    };
    (of(&capture["items"]), of(&capture["coverage"]["notInScope"]))
}

#[test]
fn reads_the_usage_history_of_prometheus() {
    let used = [
        // Three minutes of a hundred at two cores: the 95th percentile ignores them.
        Used {
            pod: "burst",
            minutes: WEEK,
            cores: |minute| if minute / 10 % 100 < 3 { 2.0 } else { 0.1 },
            mebibytes: |minute| if minute == 5000 { 900.0 } else { 300.0 },
        },
        Used {
            pod: "busy",
            minutes: WEEK,
            cores: |minute| if minute / 10 % 5 == 0 { 0.5 } else { 0.1 },
            mebibytes: |_| 512.0,
        },
        Used { pod: "young", minutes: 30, cores: |_| 0.25, mebibytes: |_| 64.0 },
        Used {
            pod: "older",
            minutes: 2 * WEEK,
            cores: |_| 0.2,
            mebibytes: |minute| if minute > WEEK + 60 { 4000.0 } else { 200.0 },
        },
    ];
    let all: Vec<Series> = used.iter().flat_map(|used| series("used", used, "1")).collect();
    let mut elsewhere = Vec::from(series("elsewhere", &used[1], "1"));
    elsewhere.extend(all);
    let prometheus = Prometheus::with_history(&openmetrics(&elsewhere));
    namespace("used");
    LAB.store(&used.iter().map(|used| healthy("used", used.pod)).collect::<Vec<_>>());
    let url = format!("--prometheus-url {}", prometheus.url());
    let (told, unseen) = captured("Usage", &format!("-n used {url} --since 7d"));
    assert_eq!(unseen, Vec::<Value>::new());
    let row = |usage: &Value| {
        let number = |key: &str| usage[key].as_i64().unwrap();
        assert_eq!((number("stepSeconds"), number("windowSeconds")), (300, 7 * DAY));
        let name = usage["metadata"]["name"].as_str().unwrap().to_owned();
        (name, number("cpuP95Millis"), number("memoryMaxBytes") >> 20, number("samples"))
    };
    let rows: Vec<_> = told.iter().map(row).collect();
    let names: Vec<&str> = rows.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(
        names,
        ["burst/app", "busy/app", "older/app", "young/app"],
        "only containers in scope, sorted"
    );
    // The rates of Prometheus are not exact, and are rounded up.
    for ((name, cpu, memory, samples), (wanted, most)) in
        rows.iter().zip([(100, 900), (500, 512), (200, 200), (250, 64)])
    {
        assert!((wanted..=wanted + 2).contains(cpu), "{name}: {cpu}");
        assert_eq!(*memory, most, "{name}");
        let all = if name == "young/app" { 5..=8 } else { 2014..=2017 };
        assert!(all.contains(samples), "{name}: {samples}");
    }
    // Usage that is not requested is absent; usage that is skipped is named.
    assert!(captured("Usage", &format!("-n used {url}")).0.is_empty());
    let (none, unseen) = captured("Usage", &format!("-n used {url} --since 7d --skip-kinds usage-history"));
    assert_eq!((none.len(), &unseen[0]["reason"]), (0, &json!("skipped")));
}

/// A pod whose container was OOM-killed ten minutes ago, after this many hours.
fn killed(name: &str, hours: i64) -> Value {
    let at = |seconds: i64| Timestamp::from_second(NOW.as_second() - seconds).unwrap().to_string();
    let mut pod = healthy("killed", name);
    pod["metadata"]["creationTimestamp"] = json!(at(DAY));
    pod["spec"]["containers"][0]["resources"] = json!({ "limits": { "memory": "1280Mi" } });
    let status = &mut pod["status"]["containerStatuses"][0];
    status["restartCount"] = json!(2);
    status["lastState"] = json!({ "terminated": {
        "exitCode": 137, "reason": "OOMKilled", "startedAt": at(hours * 3600 + 600), "finishedAt": at(600),
    } });
    pod
}

#[test]
fn finds_a_leak_in_the_history_of_prometheus() {
    // Two runs of each container: one ended ten minutes ago, one is active.
    let of = |pod: &'static str, mebibytes: fn(i64) -> f64| {
        let mut before =
            Vec::from(series("killed", &Used { pod, minutes: 20 * 60, cores: |_| 0.1, mebibytes }, "1"));
        for series in &mut before {
            series.samples.truncate(20 * 60 - 10);
        }
        let now = Used { pod, minutes: 10, cores: |_| 0.1, mebibytes: |_| 100.0 };
        before.extend(series("killed", &now, "2"));
        before
    };
    #[allow(clippy::cast_precision_loss, reason = "small numbers")]
    let leak = of("leak", |minute| 300.0 + (1200 - minute) as f64 * 0.8);
    let level = of("level", |minute| if minute > 1190 { 400.0 } else { 1250.0 });
    let prometheus =
        Prometheus::with_history(&openmetrics(&[leak, level].into_iter().flatten().collect::<Vec<_>>()));
    namespace("killed");
    LAB.store(&[killed("leak", 19), killed("level", 19), healthy("killed", "well")]);
    let report = LAB.healthcheck(&format!("-n killed -o json --prometheus-url {}", prometheus.url())).json();
    let messages: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["id"] == "pod-oom-killed")
        .map(|finding| finding["message"].as_str().unwrap())
        .collect();
    let [leak, level] = messages[..] else { panic!("{report}") };
    let (leak, level) = if leak.contains("leak:") { (leak, level) } else { (level, leak) };
    assert!(leak.contains("leak: usage grew from 3") && leak.contains("within 18h"), "{leak}");
    assert!(level.contains("ago at its memory limit of 1280Mi") && !level.contains("leak"), "{level}");
    // A capture gives the same.
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("capture.json");
    let flags = format!("snapshot -n killed --prometheus-url {} -o {}", prometheus.url(), file.display());
    assert_eq!(LAB.healthcheck(&flags).code, 0);
    let again = healthcheck().args(["-o", "json", "-f"]).arg(&file).ran().json();
    let found = again["findings"].as_array().unwrap().iter().map(|finding| &finding["message"]);
    assert!(found.clone().any(|message| message.as_str().unwrap().contains("leak: usage grew")), "{again}");
}

#[test]
fn an_unavailable_history_costs_one_line() {
    namespace("unasked");
    LAB.store(&[healthy("unasked", "web")]);
    let counts = r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"namespace":"unasked"},"value":[1,"1"]}]}}"#;
    let refusal = r#"{"status":"error","errorType":"execution","error":"query processing would load too many samples into memory in query execution"}"#;
    let matrix = r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#;
    for (reply, said) in [
        (
            Reply::Answer(
                "HTTP/1.1 422 Unprocessable\r\nContent-Type: application/json\r\n".to_owned(),
                refusal.to_owned(),
            ),
            "too many samples",
        ),
        (Reply::ok("application/json", matrix.to_owned()), "it is not a vector"),
        (Reply::Answer("HTTP/1.1 401 Unauthorized\r\n".to_owned(), "who?".to_owned()), "HTTP 401: who?"),
        (Reply::ok("text/html", "<html>".to_owned()), "HTTP 200: <html>"),
        (Reply::Stall, "no answer within 2 s"),
    ] {
        let server = Scripted::start(move |call| match call.query() {
            query if !query.contains(r#"namespace=~"^(?:unasked)$""#) => {
                panic!("more than the scope: {query}")
            }
            query if query.starts_with("count by") => Reply::ok("application/json", counts.to_owned()),
            _ => reply.clone(),
        });
        let flags =
            format!("-n unasked --since 7d --page-timeout 2s --prometheus-url http://{}", server.address);
        let (told, unseen) = captured("Usage", &flags);
        let [line] = &unseen[..] else { panic!("{said}: {unseen:?}") };
        assert!(told.is_empty() && line["detail"].as_str().unwrap().contains(said), "{said}: {line}");
    }
}

#[test]
fn keeps_the_history_of_complete_namespaces() {
    for name in ["came", "refused", "torn"] {
        namespace(name);
        LAB.store(&[healthy(name, "web")]);
    }
    let vector = |of: &[(&str, &str)]| {
        let one = |(namespace, number): &(&str, &str)| json!({ "metric": { "namespace": namespace, "pod": "web", "container": "app" }, "value": [1, number] });
        let result: Vec<Value> = of.iter().map(one).collect();
        let answer = json!({ "status": "success", "data": { "resultType": "vector", "result": result } });
        Reply::ok("application/json", answer.to_string())
    };
    let refusal =
        json!({ "status": "error", "errorType": "execution", "error": "too many samples" }).to_string();
    let server = Scripted::start(move |call| match call.query() {
        query if query.starts_with("count by") => {
            vector(&[("came", "2000"), ("refused", "2000"), ("torn", "6000")])
        }
        query if query.contains(r#"namespace=~"^(?:came)$""#) => vector(&[("came", "200")]),
        query if query.contains(r#"pod=~".*[0123456789ab]""#) => vector(&[("torn", "200")]),
        _ => Reply::Answer(
            "HTTP/1.1 422 Unprocessable\r\nContent-Type: application/json\r\n".to_owned(),
            refusal.clone(),
        ),
    });
    let flags = format!("-n came,refused,torn --since 7d --prometheus-url http://{}", server.address);
    let (told, unseen) = captured("Usage", &flags);
    let of: Vec<&Value> = told.iter().map(|usage| &usage["metadata"]["namespace"]).collect();
    assert_eq!(of, ["came"]);
    let [line] = &unseen[..] else { panic!("{unseen:?}") };
    assert_eq!(line["got"], 1);
    assert!(line["detail"].as_str().unwrap().contains("too many samples"), "{line}");
}

/// A metrics API in front of the real API server, which has none.
fn metrics(answer: impl Fn(&str) -> Fault + Send + Sync + 'static) -> Faults {
    Faults::before(&LAB, move |asked| match asked.path.strip_prefix("/apis/metrics.k8s.io/v1beta1/") {
        Some(path) => answer(path.split('?').next().unwrap_or_default()),
        None => Fault::None,
    })
}

fn json_of(body: &Value) -> Fault {
    Fault::Answer("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n".to_owned(), body.to_string())
}

#[test]
fn requests_metrics_of_nodes_and_killed_pods_only() {
    namespace("metered");
    let mut pod = killed("web", 1);
    pod["metadata"]["namespace"] = json!("metered");
    LAB.store(&[pod, healthy("metered", "well")]);
    let asked = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = std::sync::Arc::clone(&asked);
    let server = metrics(move |path| {
        seen.lock().unwrap().push(path.to_owned());
        match path {
            "nodes" => json_of(
                &json!({ "kind": "NodeMetricsList", "apiVersion": "metrics.k8s.io/v1beta1", "metadata": {}, "items": [] }),
            ),
            _ => json_of(&json!({
                "kind": "PodMetrics", "apiVersion": "metrics.k8s.io/v1beta1", "metadata": { "namespace": "metered", "name": "web" },
                "timestamp": measured_now(), "containers": [{ "name": "app", "usage": { "cpu": "1m", "memory": "1000Mi" } }],
            })),
        }
    });
    let report = healthcheck().args(["-s", &server.url(), "-n", "metered", "-o", "json"]).ran().json();
    let finding = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|finding| finding["id"] == "pod-oom-killed")
        .unwrap();
    let evidence = finding["evidence"].as_array().unwrap();
    assert!(evidence.contains(&json!("it now uses 1000Mi of memory")), "{evidence:?}");
    let mut asked = std::mem::take(&mut *asked.lock().unwrap());
    asked.sort();
    assert_eq!(asked, ["namespaces/metered/pods/web", "nodes"]);
}

#[test]
fn a_failing_metrics_server_costs_one_line() {
    namespace("unmetered");
    let mut pod = killed("killed", 1);
    pod["metadata"]["namespace"] = json!("unmetered");
    LAB.store(&[pod, healthy("unmetered", "web")]);
    let list = |items: &str| {
        Fault::Answer(
            "HTTP/1.1 200 OK\r\n".to_owned(),
            format!(r#"{{"kind":"NodeMetricsList","items":{items}}}"#),
        )
    };
    for (fault, reason) in [
        (Fault::status(503, ""), "failed"),
        (Fault::status(403, ""), "failed"),
        (Fault::status(404, ""), "absent"),
        (Fault::Answer("HTTP/1.1 404 Not Found\r\n".to_owned(), "404 page not found".to_owned()), "absent"),
        (Fault::Answer("HTTP/1.1 200 OK\r\n".to_owned(), "<html>".to_owned()), "unreadable"),
        (list("7"), "unreadable"),
        (list(r#"[{"metadata":{"name":"n"},"usage":{"cpu":[]}}]"#), "unreadable"),
        (Fault::Begun("HTTP/1.1 200 OK\r\n\r\n".to_owned()), "timed-out"),
    ] {
        let told = format!("{fault:?}");
        let asked = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let seen = std::sync::Arc::clone(&asked);
        let server = metrics(move |path| {
            seen.lock().unwrap().push(path.to_owned());
            fault.clone()
        });
        // A stalled request delays the run by this time.
        let flags = ["-n", "unmetered", "-o", "json", "--page-timeout", "5s"];
        let ran = healthcheck().args(["-s", &server.url()]).args(flags).ran();
        assert_eq!(*asked.lock().unwrap(), ["nodes"], "{told}");
        let coverage = ran.json()["coverage"].clone();
        let outside = coverage["notInScope"].as_array().unwrap();
        let lines: Vec<&Value> = outside.iter().filter(|gap| gap["kind"] == "NodeMetrics").collect();
        assert_eq!((lines.len(), &lines[0]["reason"]), (1, &json!(reason)), "{told}: {outside:?}");
        assert_eq!(
            (ran.code, &coverage["complete"], &coverage["retries"]),
            (0, &json!(true), &json!(0)),
            "{told}"
        );
    }
}

/// A StatefulSet with one pod and these requests.
fn sized(name: &str, cpu: &str, memory: &str) -> [Value; 2] {
    let container = json!({ "name": "app", "image": "registry.example.com/app:1", "resources": { "requests": { "cpu": cpu, "memory": memory } } });
    let mut pod = healthy("sized-live", &format!("{name}-0"));
    pod["metadata"]["ownerReferences"] = json!([{ "apiVersion": "apps/v1", "kind": "StatefulSet", "name": name, "uid": "1", "controller": true }]);
    pod["spec"]["containers"] = json!([container]);
    let set = json!({
        "apiVersion": "apps/v1", "kind": "StatefulSet",
        "metadata": { "name": name, "namespace": "sized-live", "creationTimestamp": NOW.to_string() },
        "spec": { "replicas": 1, "serviceName": "", "selector": {}, "template": { "spec": { "containers": [container] } } },
        "status": { "replicas": 1, "readyReplicas": 1, "availableReplicas": 1, "updatedReplicas": 1 },
    });
    [pod, set]
}

#[test]
fn rightsizes_with_a_real_prometheus() {
    let used = [
        // A burst above the 95th percentile, and one hour of high memory usage.
        Used {
            pod: "burst-0",
            minutes: WEEK,
            cores: |minute| if minute / 10 % 100 < 3 { 2.0 } else { 0.1 },
            mebibytes: |minute| if minute == 5000 { 900.0 } else { 300.0 },
        },
        Used { pod: "tight-0", minutes: WEEK, cores: |_| 0.2, mebibytes: |_| 700.0 },
        Used { pod: "young-0", minutes: 30, cores: |_| 0.01, mebibytes: |_| 64.0 },
    ];
    let all: Vec<Series> = used.iter().flat_map(|used| series("sized-live", used, "1")).collect();
    let prometheus = Prometheus::with_history(&openmetrics(&all));
    namespace("sized-live");
    let sets = [("burst", "2", "4Gi"), ("tight", "100m", "512Mi"), ("young", "1", "1Gi")];
    LAB.store(&sets.iter().flat_map(|(name, cpu, memory)| sized(name, cpu, memory)).collect::<Vec<_>>());
    let flags = format!("rightsize -n sized-live -o json --prometheus-url {}", prometheus.url());
    let report = LAB.healthcheck(&flags).json();
    let row = |name: &str| {
        let rows = report["containers"].as_array().unwrap();
        rows.iter().find(|row| row["workload"]["name"] == name).unwrap_or_else(|| panic!("{name}: {report}"))
    };
    let asks = |name: &str| row(name)["proposal"]["requests"].clone();
    // 100m and 15 % are 115m, rounded up to 150m; 900Mi and 15 % are 1035Mi.
    assert_eq!(asks("burst"), json!({ "cpuMillis": 150, "memoryBytes": 1280 << 20 }), "{report}");
    assert_eq!(
        row("burst")["requestDecrease"],
        json!({ "cpuMillis": 1850, "memoryBytes": (4096_i64 - 1280) << 20 })
    );
    // 200m and 15 % are 230m; 700Mi and 15 % are 805Mi.
    assert_eq!(asks("tight"), json!({ "cpuMillis": 250, "memoryBytes": 832 << 20 }), "{report}");
    assert_eq!(
        (&row("young")["measured"], asks("young")),
        (&json!("few-samples"), json!({ "cpuMillis": null, "memoryBytes": null }))
    );
    assert_eq!(report["totals"][0]["windowSeconds"], 7 * DAY);
    // A capture with this usage gives the same.
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("capture.json.zst");
    let flags = format!(
        "snapshot -n sized-live --since 7d --prometheus-url {} -o {}",
        prometheus.url(),
        file.display()
    );
    assert_eq!(LAB.healthcheck(&flags).code, 0);
    let again = healthcheck().args(["rightsize", "-o", "json", "-f"]).arg(&file).ran().json();
    for key in ["burst", "tight", "young"] {
        let of = again["containers"]
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["workload"]["name"] == key)
            .unwrap();
        assert_eq!(of["proposal"], row(key)["proposal"], "{key}");
    }
}

/// A container with ten periods a second, of which this many in a thousand are throttled, for each minute.
fn held_back(cluster: &str, namespace: &str, pod: &str, share: i64) -> [Series; 2] {
    let labels = || {
        [("cluster", cluster), ("namespace", namespace), ("pod", pod), ("container", "app")]
            .map(|(label, value)| (label, value.to_owned()))
            .to_vec()
    };
    let whole = |number: i64| f64::from(i32::try_from(number).unwrap());
    let counted = |thousandths: i64| {
        (-10..15).map(move |minute| {
            (NOW.as_second() + minute * 60, whole((minute + 10) * 600 * thousandths / 1000))
        })
    };
    [("container_cpu_cfs_periods_total", 1000), ("container_cpu_cfs_throttled_periods_total", share)]
        .map(|(metric, of)| Series { metric, labels: labels(), samples: counted(of).collect() })
}

#[test]
fn counts_every_pod_of_throttled_workloads_only() {
    let pods = [
        ("held", "web-7d9f8c6b5-x2x4z", 300),
        ("held", "web-7d9f8c6b5-abcde", 0),
        ("held", "web-5b6c7d8e9-fghij", 0),
        ("held", "db-0", 0),
        ("held", "db-1", 10),
        ("held", "quiet-0", 0),
        ("unheld", "web-7d9f8c6b5-abcde", 0),
        ("elsewhere", "web-7d9f8c6b5-abcde", 900),
    ];
    let here = pods.iter().flat_map(|(namespace, pod, share)| held_back("here", namespace, pod, *share));
    // Another cluster has workloads with the same names.
    let elsewhere = pods.iter().flat_map(|(namespace, pod, _)| held_back("elsewhere", namespace, pod, 800));
    let prometheus = Prometheus::with_history(&openmetrics(&here.chain(elsewhere).collect::<Vec<_>>()));
    let url = format!("--prometheus-url {} --prometheus-label cluster=here", prometheus.url());
    for name in ["held", "unheld", "uncounted"] {
        namespace(name);
    }
    let told = |namespaces: &str| {
        let (told, unseen) = captured("Throttling", &format!("{namespaces} {url}"));
        let share = |one: &Value| {
            let name = one["metadata"]["name"].as_str().unwrap().to_owned();
            (name, one["throttled"].as_i64().unwrap_or(0) * 1000 / one["periods"].as_i64().unwrap())
        };
        (told.iter().map(share).collect::<Vec<_>>(), unseen)
    };
    let held = [
        ("db-0", 0),
        ("db-1", 10),
        ("web-5b6c7d8e9-fghij", 0),
        ("web-7d9f8c6b5-abcde", 0),
        ("web-7d9f8c6b5-x2x4z", 300),
    ];
    let held: Vec<_> = held.into_iter().map(|(pod, share)| (format!("{pod}/app"), share)).collect();
    assert_eq!(told("-n held"), (held.clone(), vec![]));
    assert_eq!(told("-n held -n unheld"), (held, vec![]));
    // No throttled container is a known fact, not a gap.
    assert_eq!(told("-n unheld"), (vec![], vec![]));
    let (none, unseen) = told("-n uncounted");
    assert!(
        none.is_empty() && unseen[0]["detail"].as_str().unwrap().contains("no such numbers"),
        "{unseen:?}"
    );
}

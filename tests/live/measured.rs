//! CPU throttling from each source: a Prometheus at an address, one behind the proxy of the API server, kubelets, a
//! capture. All give the same numbers and findings.

use crate::support::faults::{Asked, Fault, Faults};
use crate::support::lab::Lab;
use crate::support::scripted::{Call, Reply, Scripted};
use crate::support::{Ran, Run, healthcheck};
use crate::{NOW, healthy};
use serde_json::{Value, json};
use std::sync::{Arc, LazyLock, Mutex};

/// Workloads, the tenths of a percent of throttled periods, and their limits in thousandths of a core.
const WORKLOADS: [(&str, u64, u64); 11] = [
    ("api", 422, 3000),
    ("billing", 395, 2000),
    ("cart", 275, 3000),
    ("docs", 231, 2000),
    ("edge", 227, 500),
    ("feed", 143, 400),
    ("geo", 113, 200),
    ("a-runner", 119, 2000),
    ("b-runner", 161, 2000),
    ("c-runner-gpu", 197, 2000),
    ("runner", 200, 2000),
];

/// The expected findings about the seven workloads that are throttled too often, with the suggested limits.
const FOUND: [(&str, &str, &str); 7] = [
    ("api", "42.2 %", "4000m"),
    ("billing", "39.5 %", "3000m"),
    ("cart", "27.5 %", "4000m"),
    ("docs", "23.1 %", "3000m"),
    ("edge", "22.7 %", "1000m"),
    ("feed", "14.3 %", "800m"),
    ("geo", "11.3 %", "500m"),
];

/// A control plane of its own, since every run would find a Prometheus in it.
struct Cluster {
    lab: Lab,
    _prometheus: Scripted,
}

static CLUSTER: LazyLock<Cluster> = LazyLock::new(|| {
    let lab = Lab::start(&[]);
    let prometheus = Scripted::start(prometheus);
    for name in ["measured", "monitoring"] {
        lab.apply(&[json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } })]);
    }
    lab.store(&[node("n1")]);
    lab.store(
        &WORKLOADS.iter().flat_map(|(name, _, limit)| workload("measured", name, *limit)).collect::<Vec<_>>(),
    );
    lab.store(&service(prometheus.address.port()));
    Cluster { lab, _prometheus: prometheus }
});

/// The API server does not proxy to loopback, but to a pod whose address means any address of its machine. It does
/// not ask a node at such an address, so a proxy answers for the kubelets.
const HERE: &str = "0.0.0.0";

pub fn node(name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Node", "metadata": { "name": name, "creationTimestamp": NOW.to_string() },
        "status": {
            "allocatable": { "cpu": "64", "memory": "64Gi", "pods": "110" },
            "conditions": [{ "type": "Ready", "status": "True", "lastTransitionTime": NOW.to_string() }],
        },
    })
}

/// A StatefulSet with one pod, whose limit is in thousandths of a core.
pub fn workload(namespace: &str, name: &str, limit: u64) -> [Value; 2] {
    let mut pod = healthy(namespace, &format!("{name}-0"));
    pod["spec"]["nodeName"] = json!("n1");
    pod["spec"]["containers"][0]["resources"] = json!({ "limits": { "cpu": format!("{limit}m") } });
    pod["metadata"]["ownerReferences"] = json!([{ "apiVersion": "apps/v1", "kind": "StatefulSet", "name": name, "uid": "1", "controller": true }]);
    let set = json!({
        "apiVersion": "apps/v1", "kind": "StatefulSet",
        "metadata": { "name": name, "namespace": namespace, "creationTimestamp": NOW.to_string() },
        "spec": { "replicas": 1, "serviceName": "", "selector": {}, "template": { "spec": { "containers": [] } } },
        "status": { "replicas": 1, "readyReplicas": 1, "availableReplicas": 1, "updatedReplicas": 1 },
    });
    [pod, set]
}

pub fn service(port: u16) -> [Value; 4] {
    // The proxy target must be the address of a pod.
    let mut pod = healthy("monitoring", "prometheus-0");
    pod["status"]["podIP"] = json!(HERE);
    pod["status"]["podIPs"] = json!([{ "ip": HERE }]);
    let pod_ref = json!({ "kind": "Pod", "namespace": "monitoring", "name": "prometheus-0" });
    let meta = json!({
        "name": "prometheus-operated", "namespace": "monitoring", "creationTimestamp": NOW.to_string(),
        "labels": { "operated-prometheus": "true", "kubernetes.io/service-name": "prometheus-operated" },
    });
    [
        pod,
        json!({ "apiVersion": "v1", "kind": "Endpoints", "metadata": meta,
            "subsets": [{ "addresses": [{ "ip": HERE, "targetRef": pod_ref }], "ports": [{ "name": "web", "port": port, "protocol": "TCP" }] }] }),
        json!({ "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": meta, "addressType": "IPv4",
            "endpoints": [{ "addresses": [HERE], "conditions": { "ready": true }, "targetRef": pod_ref }],
            "ports": [{ "name": "web", "port": port, "protocol": "TCP" }] }),
        json!({ "apiVersion": "v1", "kind": "Service", "metadata": meta,
            "spec": { "clusterIP": "None", "clusterIPs": ["None"], "type": "ClusterIP",
                "ports": [{ "name": "web", "port": 9090, "protocol": "TCP", "targetPort": port }] } }),
    ]
}

/// Returns numbers of each workload by metric.
fn vector(numbers: impl Fn(u64, u64) -> Vec<(&'static str, String)>) -> String {
    let mut result = Vec::new();
    for (name, share, limit) in WORKLOADS {
        let pod = format!("{name}-0");
        result.extend(numbers(share, limit).into_iter().map(|(counted, number)| {
            let mut metric = json!({ "namespace": "measured", "pod": pod, "container": "app" });
            if !counted.is_empty() {
                metric["counted"] = json!(counted);
            }
            json!({ "metric": metric, "value": [1_766_714_400.5, number] })
        }));
    }
    json!({ "status": "success", "data": { "resultType": "vector", "result": result } }).to_string()
}

/// Two thousand periods of each container within the window, not in whole numbers.
fn counts(share: u64, _: u64) -> Vec<(&'static str, String)> {
    vec![("periods", "1999.6".to_owned()), ("throttled", format!("{}.3", share * 2))]
}

/// A healthy Prometheus: the first query finds throttled containers, the second one their counts.
fn prometheus(call: &Call) -> Reply {
    let query = call.query();
    assert!(query.contains("increase"), "{call:?}");
    let held_back = |share, limit| vec![("", counts(share, limit).remove(1).1)];
    let answer = if query.contains("label_replace") { vector(counts) } else { vector(held_back) };
    Reply::ok("application/json", answer)
}

/// A kubelet with the same counts between two reads, five minutes apart by its own clock.
fn kubelet(asked: &Asked) -> Fault {
    if asked.path.split('?').next() != Some("/api/v1/nodes/n1/proxy/metrics/cadvisor") {
        return Fault::None;
    }
    let again = u64::try_from(asked.before).unwrap();
    let at = 1_766_714_400_000 + again * 300_000;
    let mut page =
        "# HELP container_cpu_cfs_periods_total x\n# TYPE container_cpu_cfs_periods_total counter\n"
            .to_owned();
    for (name, share, limit) in WORKLOADS {
        let labels = format!(
            r#"{{container="app",id="/kubepods/{name}",image="a \"b\"}},",name="c",namespace="measured",pod="{name}-0"}}"#
        );
        let periods = 7_000 + again * 2_000;
        let throttled = 900 + again * share * 2;
        page.extend([
            format!("container_cpu_cfs_periods_total{labels} {periods} {at}\n"),
            format!("container_cpu_cfs_throttled_periods_total{labels} {throttled} {at}\n"),
            format!("container_spec_cpu_period{labels} 100000 {at}\n"),
            format!("container_spec_cpu_quota{labels} {} {at}\n", limit * 100),
            format!("container_cpu_usage_seconds_total{labels} 1.5e+03 {at}\n"),
        ]);
    }
    Fault::Answer("HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\n".to_owned(), page)
}

fn check(arguments: &str) -> Ran {
    CLUSTER.lab.healthcheck(&format!("-n measured -o json {arguments}"))
}

/// Returns the throttled workloads of the report, with message and first command.
pub fn found(ran: &Ran) -> Vec<(String, String, String)> {
    let report = ran.json();
    let all =
        report["findings"].as_array().unwrap().iter().filter(|finding| finding["id"] == "cpu-throttled");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    // What it says of the way to the cluster is another matter.
    let command = |f: &Value| {
        let change =
            f["actions"].as_array().unwrap().iter().find(|action| action["changes"] == true).unwrap();
        text(&change["command"]).split_once(" set ").unwrap().1.to_owned()
    };
    let row = |f: &Value| (text(&f["object"]["name"]), text(&f["message"]), command(f));
    let mut rows: Vec<_> = all.map(row).collect();
    rows.sort();
    rows
}

fn is_the_table(ran: &Ran) {
    let rows = found(ran);
    let names: Vec<&str> = rows.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, FOUND.map(|(name, ..)| name), "{ran:?}");
    for ((_, message, command), (_, share, next)) in rows.iter().zip(FOUND) {
        assert!(message.contains(share) && message.contains(next), "{message}: {share} {next}");
        assert!(command.contains(next), "{command}: {next}");
    }
    assert_eq!(lines(ran), Vec::<Value>::new());
}

/// Returns the coverage of measurements: gaps, out of scope, and remarks.
pub fn lines(ran: &Ran) -> Vec<Value> {
    let report = ran.json();
    let coverage = &report["coverage"];
    assert_eq!(coverage["complete"], true, "{coverage}");
    let all = ["notInScope", "notes"].map(|part| coverage[part].as_array().unwrap().clone()).concat();
    all.into_iter().filter(|gap| gap["kind"] == "Throttling").collect()
}

#[test]
fn all_sources_give_the_same_findings() {
    let calls = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&calls);
    let direct = Scripted::start(move |call| {
        seen.lock().unwrap().push(call.clone());
        prometheus(call)
    });
    let named = check(&format!("--prometheus-url http://ops:s%40cret@{}/base/", direct.address));
    is_the_table(&named);
    let calls = std::mem::take(&mut *calls.lock().unwrap());
    assert_eq!(calls.len(), 2, "{calls:?}");
    let alike = r#"pod=~"^(?:a|api|b|billing|c\\-runner|cart|docs|edge|feed|geo|runner).*$""#;
    assert_eq!(calls.iter().map(|call| call.query().matches(alike).count()).collect::<Vec<_>>(), [0, 2]);
    for call in &calls {
        assert!(call.head.starts_with("POST /base/api/v1/query?"), "{call:?}");
        // `ops:s@cret`, and no credential of the kubeconfig.
        assert!(call.head.contains("Basic b3BzOnNAY3JldA=="), "{call:?}");
        assert!(!call.head.contains("admintoken"), "{call:?}");
        assert!(call.query().contains(r#"namespace=~"^(?:measured)$""#), "{call:?}");
    }
    // Behind a Service, through the proxy of the API server.
    let behind = check("");
    is_the_table(&behind);
    assert_eq!(found(&behind), found(&named));
    // From kubelets.
    let failing = Scripted::start(|_| Reply::Answer("HTTP/1.1 500 Oops\r\n".to_owned(), String::new()));
    let url = format!("--prometheus-url http://{}", failing.address);
    let kubelets = Faults::before(&CLUSTER.lab, kubelet);
    let read = check(&format!("-s {} {url} --throttle-window 10s", kubelets.url()));
    assert_eq!(found(&read), found(&named), "{:?}", lines(&read));
    let [remark] = &lines(&read)[..] else { panic!("{read:?}") };
    assert_eq!(
        remark["detail"],
        format!("Prometheus at {}: HTTP 500; the kubelets were sampled instead", failing.address)
    );
    // With a Prometheus, the kubelets are not read.
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    let way = Faults::before(&CLUSTER.lab, move |asked| {
        seen.lock().unwrap().push(asked.path.clone());
        Fault::None
    });
    is_the_table(&check(&format!("-s {} --throttle-window 10s", way.url())));
    let asked = std::mem::take(&mut *asked.lock().unwrap());
    assert!(!asked.iter().any(|path| path.contains("/nodes/")), "{asked:?}");
    assert_eq!(asked.iter().filter(|path| path.contains("labelSelector=")).count(), 1, "{asked:?}");
    assert_eq!(asked.iter().filter(|path| path.contains("/proxy/api/v1/query?")).count(), 2, "{asked:?}");
}

#[test]
fn a_capture_gives_the_same_findings() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("capture.json.zst");
    let ran = CLUSTER.lab.healthcheck(&format!("snapshot -n measured -o {}", file.display()));
    assert_eq!(ran.code, 0, "{ran:?}");
    let judged = healthcheck().args(["-o", "json", "-f"]).arg(&file).ran();
    is_the_table(&judged);
    assert_eq!(found(&judged), found(&check("")));
    // The gaps are in the capture too; data of some kubelets is kept.
    let ran = CLUSTER.lab.healthcheck(&format!("snapshot -n measured --no-evidence -o {}", file.display()));
    assert_eq!(ran.code, 0, "{ran:?}");
    let judged = healthcheck().args(["-o", "json", "-f"]).arg(&file).ran();
    assert_eq!((found(&judged).len(), lines(&judged).len()), (0, 1), "{judged:?}");
    let failing = "--prometheus-url http://127.0.0.1:9";
    let kubelets = Faults::before(&CLUSTER.lab, kubelet);
    let flags = format!(
        "snapshot -s {} -n measured {failing} --throttle-window 10s -o {}",
        kubelets.url(),
        file.display()
    );
    assert_eq!(CLUSTER.lab.healthcheck(&flags).code, 0);
    let judged = healthcheck().args(["-o", "json", "-f"]).arg(&file).ran();
    assert_eq!(found(&judged), found(&check("")));
}

#[test]
fn a_failing_prometheus_costs_one_line() {
    let json = |body: &str| Reply::ok("application/json", body.to_owned());
    let status = |line: &str, body: &str| Reply::Answer(format!("HTTP/1.1 {line}\r\n"), body.to_owned());
    let empty = r#"{"status":"success","data":{"resultType":"vector","result":[]}}"#;
    let error = r#"{"status":"error","errorType":"bad_data","error":"no such function"}"#;
    for (reply, reason, said) in [
        (Reply::ok("text/html", "<html>Log in</html>".to_owned()), "failed", "HTTP 200: <html>Log in</html>"),
        (json("<html>"), "unreadable", "the answer cannot be read: expected value"),
        (json(""), "unreadable", "the answer cannot be read: the content ends early"),
        (json(empty), "skipped", "has no such numbers of the scope"),
        (
            json(&vector(|_, _| vec![("periods", "NaN".to_owned())])),
            "skipped",
            "has no such numbers of the scope",
        ),
        (
            json(&vector(counts).replacen('{', r#"{"warnings":["a store is down"],"#, 1)),
            "unreadable",
            "it may be partial: a store is down",
        ),
        (json(error), "unreadable", r#"status "error": no such function"#),
        (status("401 Unauthorized", "who are you?"), "failed", "HTTP 401: who are you?"),
        (status("403 Forbidden", ""), "failed", "HTTP 403"),
        (status("404 Not Found", "404 page not found"), "failed", "HTTP 404: 404 page not found"),
        (
            status("302 Found\r\nLocation: http://127.0.0.1:9/login", ""),
            "failed",
            "HTTP 302: redirects are not followed",
        ),
        (status("500 Oops", "boom"), "failed", "HTTP 500: boom"),
        (status("503 Busy\r\nRetry-After: 3600", ""), "failed", "HTTP 503"),
        (Reply::Stall, "timed-out", "no answer within 2 s"),
    ] {
        let server = Scripted::start(move |_| reply.clone());
        let ran =
            check(&format!("--prometheus-url http://ops:geheim@{} --page-timeout 2s -v", server.address));
        let [line] = &lines(&ran)[..] else { panic!("{said}: {ran:?}") };
        let detail = line["detail"].as_str().unwrap();
        let who = format!("Prometheus at {}", server.address);
        assert!(detail.starts_with(&who) && detail.contains(said), "{detail}: {said}");
        assert_eq!(line["reason"], reason, "{detail}");
        assert_eq!((ran.code, ran.json()["totals"]["healthy"].as_u64()), (0, Some(11)), "{ran:?}");
        assert!(!ran.out.contains("geheim") && !ran.err.contains("geheim"), "{ran:?}");
    }
    // A server that returns every series twice with different values.
    let liar = Scripted::start(|call| {
        let Reply::Answer(head, body) = prometheus(call) else { return Reply::Stall };
        let mut answer: Value = serde_json::from_str(&body).unwrap();
        let again = answer["data"]["result"].as_array().unwrap().clone();
        let again = again.into_iter().map(|mut series| {
            series["value"][1] = json!("1");
            series
        });
        answer["data"]["result"].as_array_mut().unwrap().extend(again);
        Reply::Answer(head, answer.to_string())
    });
    is_the_table(&check(&format!("--prometheus-url http://{}", liar.address)));
}

#[test]
fn skipped_measurements_are_not_requested() {
    let calls = Arc::new(Mutex::new(0));
    let seen = Arc::clone(&calls);
    let server = Scripted::start(move |call| {
        *seen.lock().unwrap() += 1;
        prometheus(call)
    });
    for flags in ["--no-evidence", "--skip-kinds cpu-throttling", "--skip-kinds Throttling,nodes"] {
        let ran = check(&format!("--prometheus-url http://{} --throttle-window 10s {flags}", server.address));
        assert_eq!(found(&ran), []);
        let [line] = &lines(&ran)[..] else { panic!("{ran:?}") };
        assert_eq!((&line["reason"], &line["detail"]), (&json!("skipped"), &json!("")), "{flags}");
    }
    assert_eq!(*calls.lock().unwrap(), 0);
    let wrong = check("--prometheus-url ops:geheim@prom");
    assert_eq!((wrong.code, wrong.out.as_str()), (2, ""));
    assert!(
        wrong.err.contains("--prometheus-url is not a valid address") && !wrong.err.contains("geheim"),
        "{}",
        wrong.err
    );
    let show = CLUSTER.lab.healthcheck("profile show --prometheus-url http://ops:geheim@prom:9090/x");
    assert!(show.out.contains("http://prom:9090/x") && !show.out.contains("geheim"), "{}", show.out);
}

#[test]
fn no_source_of_measurements_costs_one_line() {
    // Permission to read everything in a namespace, and nothing else.
    CLUSTER.lab.grant_to("measurer", "measured", &crate::rights::ALL);
    let ran = check("--as measurer");
    let [line] = &lines(&ran)[..] else { panic!("{ran:?}") };
    let detail = line["detail"].as_str().unwrap();
    assert!(
        detail.contains("no permission to list the Services of all namespaces; set --prometheus-url, or sample the kubelets with --throttle-window 30s"),
        "{detail}"
    );
    let table = CLUSTER.lab.healthcheck("-n measured -o wide --as measurer");
    assert!(table.out.contains("cpu-throttling (no Prometheus looked for"), "{}", table.out);
    for (lang, told) in [
        ("zh-TW", "cpu-throttling（無權列出所有命名空間的 Service，未尋找 Prometheus；"),
        ("zh-CN", "cpu-throttling（无权列出所有命名空间的 Service，未查找 Prometheus；"),
    ] {
        let table = CLUSTER.lab.healthcheck(&format!("-n measured -o wide --as measurer --lang {lang}"));
        assert!(table.out.contains(told), "{}", table.out);
        // A cluster without a Prometheus.
        let table = crate::PIGO.healthcheck(&format!("-n pigo-stg -o wide --lang {lang}"));
        let told =
            if lang == "zh-TW" { "叢集內找不到 Prometheus" } else { "集群内找不到 Prometheus" };
        assert!(table.out.contains(told), "{}", table.out);
    }
    // The account must not read kubelets either.
    let ran = check("--as measurer --throttle-window 10s");
    let [line] = &lines(&ran)[..] else { panic!("{ran:?}") };
    let detail = line["detail"].as_str().unwrap();
    assert!(detail.starts_with("1 of 1 kubelet not read; n1: HTTP 403: "), "{detail}");
    assert_eq!((found(&ran), ran.code), (vec![], 0));
}

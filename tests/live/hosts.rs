//! Hosts, looked up at a real DNS server and a real nginx on loopback, next to the real control plane.

use crate::support::edge::{dns, nginx};
use crate::support::lab::LAB;
use crate::support::prometheus::{Prometheus, Series, openmetrics};
use crate::{NOW, healthy, namespace};
use serde_json::{Value, json};

/// An Ingress for some hosts, with or without TLS.
pub fn ingress(space: &str, name: &str, hosts: &[&str], tls: bool) -> Value {
    let rule = |host: &&str| {
        let backend = json!({ "service": { "name": name, "port": { "number": 80 } } });
        json!({ "host": host, "http": { "paths": [{ "path": "/", "pathType": "Prefix", "backend": backend }] } })
    };
    let rules: Vec<Value> = hosts.iter().map(rule).collect();
    let mut spec = json!({ "rules": rules });
    if tls {
        spec["tls"] = json!([{ "hosts": hosts }]);
    }
    json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
        "metadata": { "namespace": space, "name": name, "creationTimestamp": "2025-01-01T00:00:00Z" },
        "spec": spec,
    })
}

/// Returns the findings about hosts of this test: check, host and facts.
fn findings(report: &Value, ending: &str) -> Vec<(String, String, Value)> {
    let all = report["findings"].as_array().unwrap().iter();
    let row = |finding: &Value| {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (text(&finding["id"]), text(&finding["facts"]["host"]), finding.clone())
    };
    let mut found: Vec<_> = all.map(row).filter(|(_, host, _)| host.ends_with(ending)).collect();
    found.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    found
}

pub fn host<'r>(report: &'r Value, name: &str) -> &'r Value {
    let all = report["hosts"].as_array().unwrap();
    all.iter().find(|host| host["name"] == name).unwrap_or_else(|| panic!("no {name} in {all:?}"))
}

#[test]
fn reports_hosts_without_a_virtual_host_and_their_requests() {
    namespace("hosts-daily");
    LAB.store(&[
        healthy("hosts-daily", "web"),
        ingress("hosts-daily", "shop", &["shop.daily.example.com", "gone.daily.example.com"], false),
    ]);
    let zone = "forex-ui.daily IN A 127.0.0.1\npowercard.daily IN CNAME lb.daily\nlb.daily IN A 127.0.0.1\nshop.daily IN A 127.0.0.1\n";
    let dns = dns(zone);
    let edge = nginx(
        "server { listen LISTEN default_server; return 404; }\nserver { listen LISTEN; server_name shop.daily.example.com; return 200; }\n",
    );
    edge.ask("forex-ui.daily.example.com", 20_593);
    edge.ask("powercard.daily.example.com", 3_570);
    edge.ask("shop.daily.example.com", 7);
    let list = edge.dir.path().join("list");
    std::fs::write(&list, "forex-ui.daily.example.com\npowercard.daily.example.com\n").unwrap();
    let log = edge.dir.path().join("log");
    let common = format!(
        "--checks host-* --hosts-file {} --dns-server {} --access-log {} --access-log {}",
        list.display(),
        dns.address,
        log.display(),
        // The same log twice: each request counts once.
        edge.dir.path().join("./log").display()
    );
    let ran = LAB.healthcheck(&format!("-A {common} -o json"));
    let report = ran.json();
    let found = findings(&report, "daily.example.com");
    let shown: Vec<(&str, &str, &Value)> =
        found.iter().map(|(id, host, of)| (&**id, &**host, &of["facts"]["requests"])).collect();
    assert_eq!(
        shown,
        [
            ("host-not-resolving", "gone.daily.example.com", &Value::Null),
            ("host-without-vhost", "forex-ui.daily.example.com", &json!(20_593)),
            ("host-without-vhost", "powercard.daily.example.com", &json!(3_570)),
        ],
        "{ran:?}"
    );
    assert!(found.iter().all(|(_, _, of)| of["severity"] == "medium"), "{found:?}");
    let shop = host(&report, "shop.daily.example.com");
    assert_eq!(shop["virtualHosts"][0]["services"], json!(["shop"]));
    assert_eq!((&shop["dns"]["addresses"], &shop["requests"]["count"]), (&json!(["127.0.0.1"]), &json!(7)));
    assert_eq!(host(&report, "gone.daily.example.com")["dns"]["outcome"], "no-such-name");
    for (lang, said) in [
        (
            "en",
            "forex-ui.daily.example.com is in DNS (127.0.0.1), but has no Ingress or route; 20593 requests in the access log",
        ),
        (
            "zh-TW",
            "forex-ui.daily.example.com 在 DNS 有記錄（127.0.0.1），但沒有任何 Ingress 或路由對應；存取日誌中有 20593 次請求",
        ),
        (
            "zh-CN",
            "forex-ui.daily.example.com 在 DNS 有记录（127.0.0.1），但没有任何 Ingress 或路由对应；访问日志中有 20593 次请求",
        ),
    ] {
        let ran = LAB.healthcheck(&format!("-A {common} --lang {lang} -o wide --width 400"));
        assert!(ran.out.contains(said), "{}", ran.out);
    }
    // Only some namespaces were read, so this is unknown.
    let report = LAB.healthcheck(&format!("-n hosts-daily {common} -o json")).json();
    let found = findings(&report, "daily.example.com");
    let of = &found[1].2;
    assert_eq!((&of["id"], &of["severity"]), (&json!("host-without-vhost"), &json!("low")));
    assert!(of["message"].as_str().unwrap().contains("has no Ingress or route in hosts-daily"), "{of}");
}

#[test]
fn a_capture_keeps_dns_results() {
    namespace("hosts-kept");
    LAB.store(&[healthy("hosts-kept", "web")]);
    let dns = dns("lost.kept IN A 192.0.2.7\n");
    let dir = tempfile::tempdir().unwrap();
    let capture = dir.path().join("capture.json");
    let ran = LAB.healthcheck(&format!(
        "snapshot -n hosts-kept --host lost.kept.example.com --dns-server {} -o {}",
        dns.address,
        capture.display()
    ));
    assert_eq!(ran.code, 0, "{ran:?}");
    let report = LAB.healthcheck(&format!("-f {} -o json", capture.display())).json();
    assert_eq!(host(&report, "lost.kept.example.com")["dns"]["addresses"], json!(["192.0.2.7"]));
}

/// Servers that record whether anything connects to them.
struct Watch {
    dns: std::net::UdpSocket,
    tls: std::net::TcpListener,
}

impl Watch {
    fn new() -> Self {
        let dns = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let tls = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        dns.set_nonblocking(true).unwrap();
        tls.set_nonblocking(true).unwrap();
        Self { dns, tls }
    }

    /// Returns the flags that make the program connect to them.
    fn flags(&self) -> String {
        let (dns, tls) = (self.dns.local_addr().unwrap(), self.tls.local_addr().unwrap());
        format!("--dns-server {dns} --probe-to {tls}")
    }

    /// Returns whether a name was looked up, and whether a connection was opened.
    fn saw(&self) -> (bool, bool) {
        let would_block = |error: &std::io::Error| error.kind() == std::io::ErrorKind::WouldBlock;
        let asked = self.dns.recv(&mut [0; 512]).map_or_else(|error| !would_block(&error), |_| true);
        let knocked = self.tls.accept().map_or_else(|error| !would_block(&error), |_| true);
        (asked, knocked)
    }
}

#[test]
fn sends_nothing_without_the_host_flags() {
    namespace("hosts-quiet");
    LAB.store(&[
        healthy("hosts-quiet", "web"),
        ingress("hosts-quiet", "site", &["site.quiet.example.com"], true),
    ]);
    let (yes, no) = (true, false);
    for (flags, seen) in [
        // Shows that both are recorded.
        ("--resolve-hosts --probe-tls", (yes, yes)),
        ("", (no, no)),
        ("--probe-tls=false", (no, no)),
        ("--checks pod-* --resolve-hosts --probe-tls", (no, no)),
        ("--skip certificate-served --probe-tls", (no, no)),
        ("--skip certificate-served --probe-tls --resolve-hosts", (yes, no)),
        ("--resolve-hosts", (yes, no)),
        ("--resolve-hosts --probe-tls=false", (yes, no)),
        ("--probe-tls --skip-tls-check --resolve-hosts", (yes, no)),
    ] {
        let watch = Watch::new();
        let ran = LAB.healthcheck(&format!("-n hosts-quiet {flags} {} -o json", watch.flags()));
        assert_eq!(watch.saw(), seen, "{flags}: {ran:?}");
        if seen == (no, no) {
            assert_eq!(ran.json()["hosts"], json!([]), "{flags}");
        }
    }
    // A context may have a name of an in-cluster address.
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("config");
    std::fs::copy(&LAB.kubeconfig, &config).unwrap();
    let kubectl = |arguments: &str| {
        let ran = LAB.kubectl(&format!("--kubeconfig {} config {arguments}", config.display()));
        assert_eq!(ran.code, 0, "{ran:?}");
        ran.out.trim().to_owned()
    };
    let current = kubectl("current-context");
    kubectl(&format!("rename-context {current} in-cluster"));
    let watch = Watch::new();
    let ran = LAB.healthcheck(&format!(
        "--kubeconfig {} -n hosts-quiet {} -o json",
        config.display(),
        watch.flags()
    ));
    assert_eq!((watch.saw(), &ran.json()["hosts"]), ((no, no), &json!([])), "{ran:?}");
}

#[test]
fn stops_reading_an_endless_access_log() {
    namespace("hosts-endless");
    LAB.store(&[healthy("hosts-endless", "web")]);
    let watch = Watch::new();
    let ran = LAB.healthcheck(&format!(
        "-n hosts-endless --host a.endless.example.com --access-log /dev/zero {} -o json",
        watch.flags()
    ));
    let report = ran.json();
    let gaps = report["coverage"]["notInScope"].as_array().unwrap().iter();
    let details: Vec<&str> = gaps.filter_map(|gap| gap["detail"].as_str()).collect();
    assert!(details.contains(&"/dev/zero: longer than 16 GiB: the rest was not read"), "{details:?}");
    assert_eq!(report["totals"]["pods"], 1);
}

#[test]
fn a_missing_dns_server_is_a_gap() {
    namespace("hosts-dark");
    LAB.store(&[
        healthy("hosts-dark", "web"),
        ingress("hosts-dark", "shop", &["shop.dark.example.com"], false),
    ]);
    // Accepts every query and answers none.
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let ran = LAB.healthcheck(&format!(
        "-n hosts-dark --skip ingress-* --resolve-hosts --dns-server {address} -o json"
    ));
    let report = ran.json();
    assert_eq!((ran.code, &report["totals"]["pods"]), (3, &json!(1)), "{ran:?}");
    let gaps = report["coverage"]["gaps"].as_array().unwrap();
    let [gap] = gaps.as_slice() else { panic!("{gaps:?}") };
    assert_eq!(gap["kind"], "Host");
    assert!(gap["detail"].as_str().unwrap().contains("shop.dark.example.com"), "{gap}");
    assert!(findings(&report, "dark.example.com").is_empty(), "unknown data gives no finding");
}

#[test]
fn reads_request_counts_from_prometheus() {
    namespace("hosts-counted");
    LAB.store(&[healthy("hosts-counted", "web")]);
    let now = NOW.as_second();
    let of = |host: &str, rate: f64| Series {
        metric: "nginx_ingress_controller_requests",
        labels: vec![("host", host.to_owned()), ("status", "404".to_owned())],
        samples: (0..=120)
            .map(|minute| (now - 7200 + minute * 60, rate * f64::from(i32::try_from(minute).unwrap())))
            .collect(),
    };
    let series = [of("lost.counted.example.com", 10.0), of("other.counted.example.com", 99.0)];
    let prometheus = Prometheus::with_history(&openmetrics(&series));
    let dns = dns("lost.counted IN A 192.0.2.7\n");
    let report = LAB
        .healthcheck(&format!(
            "-n hosts-counted --host lost.counted.example.com --dns-server {} --prometheus-url {} -o json",
            dns.address,
            prometheus.url()
        ))
        .json();
    let requests = &host(&report, "lost.counted.example.com")["requests"];
    assert_eq!((&requests["source"], &requests["windowSeconds"]), (&json!("prometheus"), &json!(86_400)));
    // Prometheus extrapolates to the edges of the window, by one sample at most.
    let count = requests["count"].as_i64().unwrap();
    assert!((1190..=1220).contains(&count), "{requests}");
    assert_eq!(report["hosts"].as_array().unwrap().len(), 1);
}

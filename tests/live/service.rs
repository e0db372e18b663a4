//! `serve` against a real API server: it follows changes, survives its faults, and answers over HTTP.

use crate::healthy;
use crate::support::lab::{Lab, put};
use crate::support::service::{Service, lasting, of_class};
use crate::support::{Run, binaries};
use rustls::crypto::ring::default_provider;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub fn namespace(name: &str) -> Value {
    json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } })
}

pub fn failed(namespace: &str, name: &str) -> Value {
    let mut pod = healthy(namespace, name);
    pod["status"] = json!({
        "phase": "Failed", "reason": "Evicted", "message": "The node was low on resource: memory.",
    });
    pod
}

#[test]
fn the_service_follows_changes_and_reports_as_a_new_run_does() {
    let lab = Lab::start(&[]);
    lab.apply(&[namespace("shop"), namespace("blog")]);
    lab.store(&(0..40).map(|i| healthy("shop", &format!("web-{i:03}"))).collect::<Vec<_>>());
    let service = Service::start(&lab, "-A");
    assert_eq!(service.get("/readyz").0, 200);
    service.until("40 pods", |service| service.metric(&of_class("shop", "healthy")) == 40.0);
    let lists =
        service.metric("healthcheck_api_requests_total{verb=\"list\",kind=\"Pod\",result=\"success\"}");
    // Changes of every kind, many at once.
    for round in 0..5 {
        let pods = (0..10).map(|i| healthy("blog", &format!("post-{round}-{i}"))).collect::<Vec<_>>();
        lab.store(&pods);
        lab.store(&[failed("shop", &format!("web-{round:03}"))]);
        lab.kubectl(&format!("delete pod -n shop web-{:03} --force --grace-period=0", 20 + round));
    }
    let took = service.until("5 failed pods", |service| {
        service.metric(&of_class("shop", "healthy")) == 30.0
            && service.metric(&of_class("blog", "healthy")) == 50.0
    });
    assert!(took < Duration::from_secs(30), "{took:?}");
    let fresh = lab.healthcheck("-A -o json --fail-on never");
    assert_eq!(lasting(service.report()), lasting(fresh.json()));
    let after =
        service.metric("healthcheck_api_requests_total{verb=\"list\",kind=\"Pod\",result=\"success\"}");
    assert_eq!((lists, after), (1.0, 1.0), "one page of pods was read, once");
    let run = lab.healthcheck("-A -o markdown --fail-on never").out;
    let headings =
        |text: &str| text.lines().filter(|line| line.starts_with('#')).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(headings(&service.get("/report.md").1), headings(&run), "the report as Markdown");
    the_page_is_that_of_a_run(&service, fresh.json());
}

/// The page holds the report of a run, and its header forbids what the page itself forbids.
fn the_page_is_that_of_a_run(service: &Service, run: Value) {
    let mut answer = ureq::get(format!("http://{}/", service.address)).call().unwrap();
    let header = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    let page = answer.body_mut().read_to_string().unwrap();
    assert!(page.starts_with("<!DOCTYPE html>"), "{page}");
    let between =
        |from: &str, to: &str| page.split_once(from).unwrap().1.split_once(to).unwrap().0.to_owned();
    let policy = between("http-equiv=\"Content-Security-Policy\" content=\"", "\"").replace("&#39;", "'");
    assert_eq!(header, format!("{policy}; frame-ancestors 'none'"));
    let held: Value = serde_json::from_str(&between("id=\"report\">", "</script>")).unwrap();
    assert_eq!(lasting(held), lasting(run));
}

#[test]
fn the_service_survives_a_restart_and_a_compaction() {
    let lab = Lab::start(&[]);
    lab.apply(&[namespace("shop")]);
    lab.store(&(0..20).map(|i| healthy("shop", &format!("web-{i:03}"))).collect::<Vec<_>>());
    let service = Service::start(&lab, "-A");
    lab.restart_apiserver();
    // It changes while nobody can watch.
    put(lab.etcd, &[failed("shop", "web-000"), healthy("shop", "web-100")]);
    let put = lab.etcd("kv/put", &json!({ "key": "aGVhbHRoY2hlY2s=", "value": "" }));
    let revision = put["header"]["revision"].as_str().unwrap();
    lab.etcd("kv/compaction", &json!({ "revision": revision, "physical": true }));
    service.until("the changes", |service| service.metric(&of_class("shop", "healthy")) == 20.0);
    lab.store(&[healthy("shop", "web-101")]);
    service.until("another change", |service| service.metric(&of_class("shop", "healthy")) == 21.0);
    service.until("complete coverage", |service| service.metric("healthcheck_coverage_complete") == 1.0);
    let fresh = lab.healthcheck("-A -o json --fail-on never");
    assert_eq!(lasting(service.report()), lasting(fresh.json()));
}

#[test]
fn metrics_are_clean_and_hostile_clients_do_no_harm() {
    let lab = Lab::start(&[]);
    lab.apply(&[namespace("shop")]);
    lab.store(&[healthy("shop", "web-0"), failed("shop", "web-1")]);
    let service = Service::start(&lab, "-n shop");
    let promtool = binaries("tests/lab/prometheus.sh").join("promtool");
    let of_run = lab.healthcheck("-n shop -o prometheus --fail-on never");
    assert_eq!(of_run.code, 0, "{of_run:?}");
    for metrics in [service.get("/metrics").1, of_run.out] {
        let checked = lab.command(&promtool).args(["check", "metrics"]).fed(metrics.as_bytes());
        assert_eq!((checked.code, checked.err.as_str()), (0, ""), "{}", checked.out);
    }
    for (request, status) in [
        ("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n", "405"),
        ("DELETE /metrics HTTP/1.1\r\nhost: a\r\n\r\n", "405"),
        ("GET /etc/passwd HTTP/1.1\r\nhost: a\r\n\r\n", "404"),
        ("GET /../../etc/passwd HTTP/1.1\r\nhost: a\r\n\r\n", "404"),
        ("nonsense\r\n\r\n", "400"),
        (&format!("GET / HTTP/1.1\r\nx: {}\r\n\r\n", "a".repeat(100_000)), "431"),
    ] {
        let mut stream = TcpStream::connect(&service.address).unwrap();
        // The server may refuse before it has read everything.
        let _ = stream.write_all(request.as_bytes());
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(String::from_utf8_lossy(&answer), format!("HTTP/1.1 {status}"), "{request:.40}");
    }
    // Clients that say nothing do not keep others out for long.
    let idle: Vec<TcpStream> = (0..100).map(|_| TcpStream::connect(&service.address).unwrap()).collect();
    assert_eq!(service.get("/healthz"), (200, "ok\n".to_owned()));
    drop(idle);
    assert!(service.memory() < 64.0, "{} MiB", service.memory());
}

/// Requests a path over TLS. Returns the status line.
fn over_tls(address: &str, roots: &RootCertStore, path: &str, token: Option<&str>) -> String {
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots.clone())
        .with_no_client_auth();
    let client = ClientConnection::new(Arc::new(config), "localhost".try_into().unwrap()).unwrap();
    let mut stream = StreamOwned::new(client, TcpStream::connect(address).unwrap());
    let login = token.map_or_else(String::new, |token| format!("authorization: Bearer {token}\r\n"));
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{login}\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.lines().next().unwrap().to_owned()
}

/// Writes a certificate for localhost and its key into a folder. Returns the certificate.
fn identity(folder: &Path) -> RootCertStore {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    std::fs::write(folder.join("cert.pem"), made.cert.pem()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    roots
}

#[test]
fn the_port_is_protected_by_a_certificate_and_by_tokens_of_the_cluster() {
    let lab = Lab::start(&[]);
    lab.apply(&[namespace("shop")]);
    lab.store(&[healthy("shop", "web-0")]);
    let folder = tempfile::tempdir().unwrap();
    let roots = identity(folder.path());
    let place = folder.path().display();
    let flags = format!("-n shop --tls-cert {place}/cert.pem --tls-key {place}/key.pem --require-token");
    let service = Service::start(&lab, &flags);
    let status = |path: &str, token: Option<&str>| over_tls(&service.address, &roots, path, token);
    assert_eq!(status("/healthz", None), "HTTP/1.1 200 OK");
    for path in ["/", "/report.json", "/report.md", "/metrics"] {
        assert_eq!(status(path, None), "HTTP/1.1 401 Unauthorized", "{path}");
        assert_eq!(status(path, Some("wrong")), "HTTP/1.1 401 Unauthorized", "{path}");
        assert_eq!(status(path, Some("limitedtoken")), "HTTP/1.1 403 Forbidden", "{path}");
        assert_eq!(status(path, Some("admintoken")), "HTTP/1.1 200 OK", "{path}");
    }
    assert_eq!(status("/secret", Some("admintoken")), "HTTP/1.1 404 Not Found");
    // What an operator grants counts after a few seconds, and for that path only.
    let group = "rbac.authorization.k8s.io";
    lab.apply(&[
        json!({
            "apiVersion": format!("{group}/v1"), "kind": "ClusterRole", "metadata": { "name": "metrics" },
            "rules": [{ "nonResourceURLs": ["/metrics"], "verbs": ["get"] }],
        }),
        json!({
            "apiVersion": format!("{group}/v1"), "kind": "ClusterRoleBinding", "metadata": { "name": "metrics" },
            "roleRef": { "apiGroup": group, "kind": "ClusterRole", "name": "metrics" },
            "subjects": [{ "apiGroup": group, "kind": "User", "name": "limited" }],
        }),
    ]);
    let began = Instant::now();
    while status("/metrics", Some("limitedtoken")) != "HTTP/1.1 200 OK" {
        assert!(began.elapsed() < Duration::from_secs(120), "the right does not count");
        std::thread::sleep(Duration::from_millis(500));
    }
    assert_eq!(status("/", Some("limitedtoken")), "HTTP/1.1 403 Forbidden");
    // A new certificate is served without a restart. One that does not fit its key is not.
    let renewed = identity(folder.path());
    assert_eq!(over_tls(&service.address, &renewed, "/healthz", None), "HTTP/1.1 200 OK");
    std::fs::write(folder.path().join("key.pem"), "nonsense").unwrap();
    assert_eq!(over_tls(&service.address, &renewed, "/healthz", None), "HTTP/1.1 200 OK");
    // A client without TLS gets nothing.
    let mut plain = TcpStream::connect(&service.address).unwrap();
    plain.write_all(b"GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP/"), "{answer:?}");
    // Files that do not fit are an error at the start.
    let ran = lab.healthcheck(&format!("serve {flags} --listen 127.0.0.1:0"));
    assert_eq!((ran.code, ran.err.contains("no private key in PEM")), (2, true), "{}", ran.err);
}

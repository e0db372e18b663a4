//! `serve` against a real API server: it follows changes, survives its faults, and answers over HTTP.

use crate::healthy;
use crate::support::lab::{Lab, put};
use crate::support::service::{Service, lasting, of_class};
use crate::support::{Run, binaries};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

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
    assert!(service.get("/").1.contains("# "), "the report as Markdown");
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
    let checked = lab.command(promtool).args(["check", "metrics"]).fed(service.get("/metrics").1.as_bytes());
    assert_eq!((checked.code, checked.err.as_str()), (0, ""), "{}", checked.out);
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

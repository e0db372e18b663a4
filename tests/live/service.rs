//! `serve` against a real API server: it follows changes, survives its faults, and answers over HTTP.

use crate::healthy;
use crate::support::lab::{Lab, put};
use crate::support::{BINARY, Run, binaries};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// A running service. It is stopped as kubelet stops it when this is dropped.
pub struct Service {
    child: Child,
    pub address: String,
}

impl Service {
    pub fn start(lab: &Lab, arguments: &str) -> Self {
        let mut child = lab
            .command(BINARY.as_path())
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(arguments.split_whitespace())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let (mut line, mut all) = (String::new(), String::new());
        let address = loop {
            line.clear();
            assert!(lines.read_line(&mut line).unwrap() > 0, "the service ended: {all}");
            if let Some((_, address)) = line.split_once("serving on http://") {
                break address.trim().to_owned();
            }
            all += &line;
        };
        // Nobody reads the rest, and a full pipe must not stop the service.
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        Self { child, address }
    }

    /// Returns the status and the body.
    pub fn get(&self, path: &str) -> (u16, String) {
        let url = format!("http://{}{path}", self.address);
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut answer = agent.get(&url).call().unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }

    pub fn report(&self) -> Value {
        let (status, text) = self.get("/report.json");
        assert_eq!(status, 200, "{text}");
        serde_json::from_str(&text).unwrap()
    }

    /// The value of a series; 0 if there is none.
    pub fn metric(&self, series: &str) -> f64 {
        let (_, text) = self.get("/metrics");
        let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        line.map_or(0.0, |value| value.parse().unwrap())
    }

    /// Waits until something is true. Returns how long that took.
    pub fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) -> Duration {
        let began = Instant::now();
        while !is_so(self) {
            assert!(began.elapsed() < Duration::from_secs(120), "{what}: {}", self.get("/metrics").1);
            std::thread::sleep(Duration::from_millis(100));
        }
        began.elapsed()
    }

    /// The resident memory in MiB.
    pub fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1024.0
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let pid = nix::unistd::Pid::from_raw(self.child.id().try_into().unwrap());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
        let status = self.child.wait().unwrap();
        assert!(std::thread::panicking() || status.success(), "{status}");
    }
}

pub fn namespace(name: &str) -> Value {
    json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } })
}

/// The series of healthy pods of a namespace.
pub fn of_class(namespace: &str, class: &str) -> String {
    format!("healthcheck_pods{{namespace=\"{namespace}\",class=\"{class}\"}}")
}

/// A report without what differs from run to run: times and the cost.
fn lasting(mut report: Value) -> Value {
    for field in ["startedAt", "finishedAt"] {
        report[field] = Value::Null;
    }
    let coverage = report["coverage"].as_object_mut().unwrap();
    coverage.retain(|name, _| ["complete", "gaps", "notInScope", "notes"].contains(&name.as_str()));
    report
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

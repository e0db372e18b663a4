//! A running `serve`, and what its answers say.

use super::BINARY;
use super::lab::Lab;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A running service. It is stopped as kubelet stops it when this is dropped.
pub struct Service {
    child: Child,
    pub address: String,
    /// The lines on standard error so far.
    lines: Arc<Mutex<Vec<String>>>,
}

impl Service {
    pub fn start(lab: &Lab, arguments: &str) -> Self {
        Self::of(&mut lab.command(BINARY.as_path()), arguments)
    }

    /// Starts a service with a command that has its environment.
    pub fn of(command: &mut Command, arguments: &str) -> Self {
        let mut child = command
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(arguments.split_whitespace())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = BufReader::new(child.stderr.take().unwrap());
        let mut all = Vec::new();
        let address = loop {
            let mut line = String::new();
            assert!(input.read_line(&mut line).unwrap() > 0, "the service ended: {all:?}");
            all.push(line.trim_end().to_owned());
            if let Some((_, address)) = line.split_once("serving on http") {
                let address = address.trim_start_matches(['s', ':', '/']);
                break address.trim_end_matches(['\n', '"', '}']).to_owned();
            }
        };
        let lines = Arc::new(Mutex::new(all));
        let kept = Arc::clone(&lines);
        // A full pipe must not stop the service.
        std::thread::spawn(move || {
            input.lines().map_while(Result::ok).for_each(|line| kept.lock().unwrap().push(line));
        });
        Self { child, address, lines }
    }

    /// The lines on standard error so far.
    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    /// Returns the status and the body.
    pub fn get(&self, path: &str) -> (u16, String) {
        let url = format!("http://{}{path}", self.address);
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut answer = agent.get(&url).call().unwrap();
        // The report of 100,000 pods is larger than the limit of the client.
        let body = answer.body_mut().with_config().limit(1 << 30).read_to_string().unwrap();
        (answer.status().as_u16(), body)
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

    /// The CPU time so far, in seconds.
    pub fn cpu(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
        // User and system time in hundredths of a second.
        fields[11..13].iter().map(|ticks| ticks.parse::<f64>().unwrap() / 100.0).sum()
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

/// The series of healthy pods of a namespace.
pub fn of_class(namespace: &str, class: &str) -> String {
    format!("healthcheck_pods{{namespace=\"{namespace}\",class=\"{class}\"}}")
}

/// A report without what differs from run to run: times, ages and the cost.
pub fn lasting(mut report: Value) -> Value {
    for pod in report["pods"].as_array_mut().unwrap() {
        pod["age"] = Value::Null;
    }
    for field in ["startedAt", "finishedAt"] {
        report[field] = Value::Null;
    }
    let coverage = report["coverage"].as_object_mut().unwrap();
    coverage.retain(|name, _| ["complete", "gaps", "notInScope", "notes"].contains(&name.as_str()));
    report
}

//! A real Prometheus on loopback, for as long as its value lives. It scrapes data of the test, or has a history.
//!
//! Out of scope: servers with scripted answers (`scripted`).

use super::{binaries, in_clean_environment};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

/// Stops with its program, and stops the program when standard input ends, so that no Prometheus outlives its test.
pub(super) const SUPERVISOR: &str = r#""$@" </dev/null & server=$!
while kill -0 $server 2>/dev/null; do
  read -r -t 1
  [ $? -gt 128 ] || break
done
kill -9 $server; wait"#;

/// The number of attempts of a query, and the pause between them.
const ATTEMPTS: usize = 900;
const PAUSE: Duration = Duration::from_millis(200);

/// The timeout of a query on loopback.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server. It stops when this value is dropped.
pub struct Prometheus {
    pub address: SocketAddr,
    supervisor: Child,
    /// The server stops when this pipe is closed.
    alive: Option<ChildStdin>,
    _dir: tempfile::TempDir,
}

/// The values of one series, by time in seconds.
pub struct Series {
    pub metric: &'static str,
    pub labels: Vec<(&'static str, String)>,
    pub samples: Vec<(i64, f64)>,
}

/// Writes series in the `OpenMetrics` text format.
pub fn openmetrics(series: &[Series]) -> String {
    let mut text = String::new();
    for Series { metric, labels, samples } in series {
        let labels: Vec<String> =
            labels.iter().map(|(key, value)| format!("{key}={}", quoted(value))).collect();
        let labels = labels.join(",");
        for (time, value) in samples {
            writeln!(text, "{metric}{{{labels}}} {value} {time}").unwrap();
        }
    }
    text + "# EOF\n"
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n"))
}

/// Returns a configuration that scrapes these targets each second.
pub fn scraping(targets: &[SocketAddr]) -> String {
    let targets: Vec<String> = targets.iter().map(|target| format!("'{target}'")).collect();
    format!(
        "global: {{scrape_interval: 1s, scrape_timeout: 1s}}\nscrape_configs:\n- {{job_name: lab, static_configs: [{{targets: [{}]}}]}}\n",
        targets.join(",")
    )
}

impl Prometheus {
    /// Starts a server with this configuration.
    pub fn start(config: &str) -> Self {
        Self::within(tempfile::tempdir().unwrap(), config)
    }

    /// Starts a server without targets that has this history in the `OpenMetrics` text format. Times may be years ago
    /// or less than an hour.
    pub fn with_history(openmetrics: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("history.txt"), openmetrics).unwrap();
        Self::remembering(dir)
    }

    /// Starts the same with the `history.txt` of a folder.
    pub fn remembering(dir: tempfile::TempDir) -> Self {
        let text = dir.path().join("history.txt");
        // Each block reads the whole text again: blocks of two hours would take very long.
        let made = in_clean_environment(binaries("tests/lab/prometheus.sh").join("promtool"))
            .args(["tsdb", "create-blocks-from", "--max-block-duration=1000h", "--quiet", "openmetrics"])
            .args([&text, &dir.path().join("data")])
            .output()
            .unwrap();
        assert!(made.status.success(), "promtool: {made:?}");
        Self::within(dir, &scraping(&[]))
    }

    fn within(dir: tempfile::TempDir, config: &str) -> Self {
        std::fs::write(dir.path().join("prometheus.yml"), config).unwrap();
        let mut log = String::new();
        for _ in 0..5 {
            // Another program may take the port in between.
            let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
            let mut supervisor = command(dir.path(), address).spawn().unwrap();
            let alive = supervisor.stdin.take();
            if is_ready(&mut supervisor, address, dir.path()) {
                return Self { address, supervisor, alive, _dir: dir };
            }
            drop(alive);
            let _ = supervisor.wait();
            log = std::fs::read_to_string(dir.path().join("log")).unwrap();
        }
        panic!("Prometheus does not start: {log}");
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the result of a query at a time, in seconds: labels and values.
    pub fn query(&self, query: &str, at: i64) -> Vec<(BTreeMap<String, String>, f64)> {
        self.vector(query, &format!("&time={at}"))
    }

    /// Waits until a query has a result: `count(up == 1) == 3`.
    pub fn wait_until(&self, condition: &str) {
        for _ in 0..ATTEMPTS {
            if !self.vector(condition, "").is_empty() {
                return;
            }
            std::thread::sleep(PAUSE);
        }
        panic!("the condition did not become true: {condition}");
    }

    fn vector(&self, query: &str, more: &str) -> Vec<(BTreeMap<String, String>, f64)> {
        let query = utf8_percent_encode(query, NON_ALPHANUMERIC);
        let answer = json(self.address, &format!("api/v1/query?query={query}{more}"));
        let answer = answer.unwrap_or_else(|| panic!("{query}{more} has no answer"));
        let row = |series: &Value| {
            let labels = serde_json::from_value(series["metric"].clone()).unwrap();
            (labels, series["value"][1].as_str().unwrap().parse().unwrap())
        };
        answer["data"]["result"].as_array().unwrap().iter().map(row).collect()
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        drop(self.alive.take());
        let _ = self.supervisor.wait();
    }
}

fn command(dir: &Path, address: SocketAddr) -> Command {
    let log = std::fs::File::create(dir.join("log")).unwrap();
    let mut command = in_clean_environment("bash");
    command
        .args(["-c", SUPERVISOR, "supervisor"])
        .arg(binaries("tests/lab/prometheus.sh").join("prometheus"));
    command.args([
        "--config.file=prometheus.yml",
        "--storage.tsdb.path=data",
        "--storage.tsdb.retention.time=10y",
    ]);
    command.arg(format!("--web.listen-address={address}")).current_dir(dir);
    command.stdin(Stdio::piped()).stdout(log.try_clone().unwrap()).stderr(log);
    command
}

/// Returns whether the server is ready; false if it ended or another server has its port.
fn is_ready(supervisor: &mut Child, address: SocketAddr, dir: &Path) -> bool {
    for _ in 0..ATTEMPTS {
        if supervisor.try_wait().unwrap().is_some() {
            return false;
        }
        if get(address, "-/ready").is_some() {
            let works_in = json(address, "api/v1/status/runtimeinfo").map(|info| info["data"]["CWD"].clone());
            return works_in
                .is_some_and(|cwd| cwd.as_str().map(Path::new) == dir.canonicalize().ok().as_deref());
        }
        std::thread::sleep(PAUSE);
    }
    false
}

fn get(address: SocketAddr, path: &str) -> Option<String> {
    let request =
        ureq::get(format!("http://{address}/{path}")).config().timeout_global(Some(PATIENCE)).build();
    request.call().ok()?.body_mut().read_to_string().ok()
}

fn json(address: SocketAddr, path: &str) -> Option<Value> {
    serde_json::from_str(&get(address, path)?).ok()
}

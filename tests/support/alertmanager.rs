//! A real Alertmanager on loopback, for as long as its value lives.

use super::prometheus::SUPERVISOR;
use super::{binaries, in_clean_environment};
use serde_json::Value;
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, ChildStdin, Stdio};
use std::time::Duration;

/// The number of attempts of a request, and the pause between them.
const ATTEMPTS: usize = 600;
const PAUSE: Duration = Duration::from_millis(200);

/// A server. It stops when this value is dropped.
pub struct Alertmanager {
    pub address: SocketAddr,
    supervisor: Child,
    /// The server stops when this pipe is closed.
    alive: Option<ChildStdin>,
    _dir: tempfile::TempDir,
}

impl Alertmanager {
    /// Starts a server that groups alerts by severity and posts them to this address at once.
    pub fn start(receiver: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let config = format!(
            "route: {{receiver: chat, group_by: [severity], group_wait: 1s, group_interval: 1s, repeat_interval: 1h}}\n\
             receivers:\n- {{name: chat, webhook_configs: [{{url: '{receiver}', send_resolved: true}}]}}\n"
        );
        std::fs::write(dir.path().join("alertmanager.yml"), config).unwrap();
        let programs = binaries("tests/lab/alertmanager.sh");
        for name in ["default.tmpl", "email.tmpl"].iter().filter(|name| programs.join(name).exists()) {
            std::fs::copy(programs.join(name), dir.path().join(name)).unwrap();
        }
        for _ in 0..5 {
            // Another program may take the port in between.
            let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
            let log = std::fs::File::create(dir.path().join("log")).unwrap();
            let mut supervisor = in_clean_environment("bash")
                .args(["-c", SUPERVISOR, "supervisor"])
                .arg(programs.join("prometheus-alertmanager"))
                .args(["--config.file=alertmanager.yml", "--storage.path=data", "--cluster.listen-address="])
                .arg(format!("--web.listen-address={address}"))
                .current_dir(dir.path())
                .stdin(Stdio::piped())
                .stdout(log.try_clone().unwrap())
                .stderr(log)
                .spawn()
                .unwrap();
            let alive = supervisor.stdin.take();
            for _ in 0..ATTEMPTS {
                if supervisor.try_wait().unwrap().is_some() {
                    break;
                }
                if ureq::get(format!("http://{address}/-/ready")).call().is_ok() {
                    return Self { address, supervisor, alive, _dir: dir };
                }
                std::thread::sleep(PAUSE);
            }
            drop(alive);
            let _ = supervisor.wait();
        }
        panic!("Alertmanager does not start");
    }

    /// The address that takes alerts.
    pub fn url(&self) -> String {
        format!("http://{}/api/v2/alerts", self.address)
    }

    /// The active alerts.
    pub fn alerts(&self) -> Vec<Value> {
        let mut answer = ureq::get(self.url()).call().unwrap();
        serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap()
    }

    /// Waits until the active alerts are as wanted.
    pub fn until(&self, wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        for _ in 0..ATTEMPTS {
            let alerts = self.alerts();
            if wanted(&alerts) {
                return alerts;
            }
            std::thread::sleep(PAUSE);
        }
        panic!("{:?}", self.alerts());
    }
}

impl Drop for Alertmanager {
    fn drop(&mut self) {
        drop(self.alive.take());
        let _ = self.supervisor.wait();
    }
}

//! A real etcd and kube-apiserver on loopback, for as long as this process lives.

use super::{Ran, Run, binaries, in_clean_environment};
use base64::Engine;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

/// The control plane of this test binary.
pub static LAB: LazyLock<Lab> = LazyLock::new(|| Lab::start(&[]));

/// `kubectl proxy` in front of a lab: the same server without TLS and tokens. It stops when this value is dropped,
/// and with the test process in any case.
pub struct PlainProxy {
    pub address: std::net::SocketAddr,
    supervisor: Child,
    alive: Option<ChildStdin>,
}

impl PlainProxy {
    pub fn before(lab: &Lab) -> Self {
        let script = "kubectl proxy --port 0 </dev/null & proxy=$!; cat >/dev/null; kill $proxy; wait";
        let mut supervisor = lab
            .command("bash")
            .args(["-c", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(supervisor.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().rsplit(' ').next().unwrap().parse().unwrap();
        Self { address, alive: supervisor.stdin.take(), supervisor }
    }
}

impl Drop for PlainProxy {
    fn drop(&mut self) {
        drop(self.alive.take());
        let _ = self.supervisor.wait();
    }
}

pub struct Lab {
    pub dir: tempfile::TempDir,
    pub kubeconfig: PathBuf,
    pub port: u16,
    pub etcd: u16,
    binaries: PathBuf,
    supervisor: Child,
    /// The control plane stops when this pipe is closed.
    alive: Option<ChildStdin>,
}

impl Lab {
    /// Starts a control plane. `settings` are variables of tests/lab/control-plane.sh.
    pub fn start(settings: &[(&str, &str)]) -> Self {
        let binaries = binaries("tests/lab/build.sh");
        for attempt in 1..=5 {
            match Self::try_start(&binaries, settings) {
                Ok(lab) => return lab,
                // Another program may have taken one of the ports.
                Err(log) => {
                    kubectl_healthcheck::output::log(&format!("the lab did not start ({attempt}): {log}"));
                }
            }
        }
        panic!("the lab does not start");
    }

    fn try_start(binaries: &Path, settings: &[(&str, &str)]) -> Result<Self, String> {
        let dir = tempfile::tempdir().unwrap();
        let listeners: Vec<TcpListener> = (0..3).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
        let ports: Vec<u16> = listeners.iter().map(|l| l.local_addr().unwrap().port()).collect();
        drop(listeners);
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lab/control-plane.sh");
        let mut supervisor = Command::new(script)
            .arg(dir.path())
            .env("BIN", binaries)
            .env("PORT", ports[0].to_string())
            .env("ETCD", ports[1].to_string())
            .env("PEER", ports[2].to_string())
            .envs(settings.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let alive = supervisor.stdin.take();
        let mut line = String::new();
        BufReader::new(supervisor.stdout.take().unwrap()).read_line(&mut line).unwrap();
        if line.trim() != "ready" {
            drop(alive);
            let output = supervisor.wait_with_output().unwrap();
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        Ok(Self {
            kubeconfig: dir.path().join("kubeconfig"),
            dir,
            port: ports[0],
            etcd: ports[1],
            binaries: binaries.to_owned(),
            supervisor,
            alive,
        })
    }

    /// Kills and restarts the API server. Returns at once.
    pub fn restart_apiserver(&self) {
        use std::io::Write;
        self.alive.as_ref().unwrap().write_all(b"restart\n").unwrap();
    }

    /// Stops all controllers permanently. Returns when no controller writes any more.
    pub fn freeze(&self) {
        self.order("freeze", "frozen");
    }

    /// Stops etcd without ending it: the API server answers, but can read and write nothing.
    pub fn pause_etcd(&self) {
        self.order("pause", "paused");
    }

    /// Gives an order to the control plane, and waits for the file that says that it is done.
    fn order(&self, order: &str, done: &str) {
        use std::io::Write;
        self.alive.as_ref().unwrap().write_all(format!("{order}\n").as_bytes()).unwrap();
        let done = self.dir.path().join(done);
        for _ in 0..300 {
            if done.exists() {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("the control plane does not {order}");
    }

    /// Runs the real kubectl as cluster-admin.
    pub fn kubectl(&self, arguments: &str) -> Ran {
        self.command(self.binaries.join("kubectl")).args(arguments.split_whitespace()).ran()
    }

    /// Creates objects with the real kubectl; must succeed.
    pub fn apply(&self, objects: &[Value]) {
        let list = json!({ "apiVersion": "v1", "kind": "List", "items": objects }).to_string();
        let ran =
            self.command(self.binaries.join("kubectl")).args(["create", "-f", "-"]).fed(list.as_bytes());
        assert_eq!(ran.code, 0, "{ran:?}");
    }

    /// Runs the binary with the kubeconfig of this lab.
    pub fn healthcheck(&self, arguments: &str) -> Ran {
        let mut command = super::healthcheck();
        command.env("KUBECONFIG", &self.kubeconfig).args(arguments.split_whitespace()).ran()
    }

    /// Returns a command with the kubeconfig of this lab, and its kubectl on PATH.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = in_clean_environment(program);
        let ours = super::BINARY.parent().unwrap();
        let path = [self.binaries.as_os_str(), ours.as_os_str(), "/usr/bin".as_ref(), "/bin".as_ref()];
        let path = std::env::join_paths(path).unwrap();
        command.env("KUBECONFIG", &self.kubeconfig).env("PATH", path).env("HOME", self.dir.path());
        command
    }

    /// Writes objects directly to etcd, with their own creation times and any status. The watch of the API server
    /// picks them up.
    pub fn store(&self, objects: &[Value]) {
        put(self.etcd, objects);
        if let Some(last) = objects.last() {
            self.wait_for(last);
        }
    }

    /// Writes bytes to etcd that need not be an object.
    pub fn put_raw(&self, key: &str, value: &[u8]) {
        let encode = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
        self.etcd("kv/put", &json!({ "key": encode(key.as_bytes()), "value": encode(value) }));
    }

    /// Sends a request to the JSON gateway of etcd.
    pub fn etcd(&self, what: &str, body: &Value) -> Value {
        let url = format!("http://127.0.0.1:{}/v3/{what}", self.etcd);
        let mut answer = ureq::post(&url).content_type("application/json").send(body.to_string()).unwrap();
        serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap()
    }

    /// Waits until the API server serves this many objects of a kind.
    pub fn wait_for_count(&self, resource: &str, count: usize) {
        for _ in 0..300 {
            let ran = self.kubectl(&format!("get --raw /api/v1/{resource}?limit=1"));
            let list: Value = serde_json::from_str(&ran.out).unwrap_or_default();
            let rest = list["metadata"]["remainingItemCount"].as_u64().unwrap_or(0);
            if usize::try_from(rest).unwrap() + 1 >= count {
                return;
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        panic!("{count} {resource} did not appear");
    }

    /// Waits until the output of kubectl fulfils a condition.
    pub fn wait_until(&self, query: &str, said: impl Fn(&Ran) -> bool) {
        for _ in 0..600 {
            if said(&self.kubectl(query)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        panic!("{:?}", self.kubectl(query));
    }

    /// Waits until the API server serves an object.
    fn wait_for(&self, object: &Value) {
        let meta = &object["metadata"];
        let kind = object["kind"].as_str().unwrap();
        let namespace = meta["namespace"].as_str().map_or(String::new(), |name| format!("-n {name}"));
        let query = format!("get {kind} {} {namespace}", meta["name"].as_str().unwrap());
        for _ in 0..100 {
            if self.kubectl(&query).code == 0 {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("{:?}", self.kubectl(&query));
    }

    /// Permits the account `limited` to read these resources in one namespace.
    pub fn grant(&self, namespace: &str, resources: &[(&str, &str)]) {
        self.grant_to("limited", namespace, resources);
    }

    /// Permits an account to read these resources in one namespace.
    pub fn grant_to(&self, user: &str, namespace: &str, resources: &[(&str, &str)]) {
        let rules: Vec<Value> = resources
            .iter()
            .map(|(group, resource)| {
                json!({ "apiGroups": [group], "resources": [resource], "verbs": ["get", "list"] })
            })
            .collect();
        let group = "rbac.authorization.k8s.io";
        self.apply(&[
            json!({
                "apiVersion": format!("{group}/v1"), "kind": "Role",
                "metadata": { "name": "reader", "namespace": namespace }, "rules": rules,
            }),
            json!({
                "apiVersion": format!("{group}/v1"), "kind": "RoleBinding",
                "metadata": { "name": "reader", "namespace": namespace },
                "roleRef": { "apiGroup": group, "kind": "Role", "name": "reader" },
                "subjects": [{ "apiGroup": group, "kind": "User", "name": user }],
            }),
        ]);
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        drop(self.alive.take());
        let _ = self.supervisor.wait();
    }
}

/// Writes objects to the etcd on this port.
pub fn put(etcd: u16, objects: &[Value]) {
    let encode = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let put = |object: &Value| json!({ "requestPut": { "key": encode(&key(object)), "value": encode(&object.to_string()) } });
    for batch in objects.chunks(200) {
        let body = json!({ "success": batch.iter().map(put).collect::<Vec<_>>() }).to_string();
        let url = format!("http://127.0.0.1:{etcd}/v3/kv/txn");
        let send = || ureq::post(&url).content_type("application/json").send(&*body);
        // An etcd that is busy refuses for a moment.
        let mut done = send();
        for _ in 0..20 {
            if !matches!(done, Err(ureq::Error::StatusCode(503))) {
                break;
            }
            std::thread::sleep(Duration::from_millis(250));
            done = send();
        }
        done.unwrap();
    }
}

/// Returns the key of an object in etcd (`pkg/registry` of Kubernetes and of its aggregator).
fn key(object: &Value) -> String {
    let kind = object["kind"].as_str().unwrap();
    let plural = match kind {
        "Node" => "minions".to_owned(),
        "Service" => "services/specs".to_owned(),
        "Endpoints" => "services/endpoints".to_owned(),
        "Ingress" => "ingress".to_owned(),
        "StorageClass" | "IngressClass" | "PriorityClass" => format!("{}es", kind.to_lowercase()),
        "APIService" => "apiregistration.k8s.io/apiservices".to_owned(),
        "CustomResourceDefinition" => "apiextensions.k8s.io/customresourcedefinitions".to_owned(),
        "NetworkPolicy" => "networkpolicies".to_owned(),
        kind => format!("{}s", kind.to_lowercase()),
    };
    let name = object["metadata"]["name"].as_str().unwrap();
    match object["metadata"]["namespace"].as_str() {
        Some(namespace) => format!("/registry/{plural}/{namespace}/{name}"),
        None => format!("/registry/{plural}/{name}"),
    }
}

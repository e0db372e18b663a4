//! A real DNS server (nsd) and a real nginx on loopback, for as long as their values live.
//!
//! Out of scope: servers with scripted answers (`scripted`).

use super::prometheus::SUPERVISOR;
use super::{binaries, in_clean_environment};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::time::Duration;

/// The number of attempts, and the pause between them.
const ATTEMPTS: usize = 600;
const PAUSE: Duration = Duration::from_millis(50);

/// A server. It stops when this value is dropped.
pub struct Edge {
    pub address: SocketAddr,
    pub dir: tempfile::TempDir,
    supervisor: Child,
    /// The server stops when this pipe is closed.
    alive: Option<ChildStdin>,
}

impl Drop for Edge {
    fn drop(&mut self) {
        drop(self.alive.take());
        let _ = self.supervisor.wait();
    }
}

/// Starts a DNS server with this zone of `example.com`.
pub fn dns(records: &str) -> Edge {
    let zone = format!("$TTL 60\n@ IN SOA ns admin 1 2 3 4 5\n@ IN NS ns\nns IN A 127.0.0.1\n{records}\n");
    // A port that is free for TCP is almost always free for UDP too.
    start("nsd", &|dir, address| {
        std::fs::write(dir.join("zone"), &zone).unwrap();
        let (place, port) = (dir.display(), address.port());
        let config = format!(
            "server:\n  ip-address: 127.0.0.1@{port}\n  username: \"\"\n  chroot: \"\"\n  zonesdir: \"{place}\"\n  pidfile: \"{place}/pid\"\n  database: \"\"\n  xfrdfile: \"{place}/xfrd\"\n  xfrdir: \"{place}\"\n  zonelistfile: \"{place}/zones\"\n  server-count: 1\nremote-control:\n  control-enable: no\nzone:\n  name: example.com\n  zonefile: zone\n"
        );
        std::fs::write(dir.join("conf"), config).unwrap();
        vec!["-d".to_owned(), "-c".to_owned(), dir.join("conf").display().to_string()]
    })
}

/// Starts an nginx with these servers, which listen on `LISTEN`. Its access log is `log`, with `$host` first.
pub fn nginx(servers: &str) -> Edge {
    start("nginx", &|dir, address| {
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .iter()
            .map(|name| format!("  {name}_temp_path tmp;\n"))
            .collect::<Vec<_>>()
            .concat();
        let servers = servers.replace("LISTEN", &address.to_string());
        let config = format!(
            "daemon off;\nmaster_process off;\npid pid;\nerror_log error.log;\nevents {{}}\nhttp {{\n{temporary}  keepalive_requests 100000;\n  log_format hosts '$host $remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \"$http_referer\" \"$http_user_agent\"';\n  access_log log hosts;\n{servers}}}\n"
        );
        std::fs::write(dir.join("conf"), config).unwrap();
        let dir = dir.display().to_string();
        vec![
            "-p".to_owned(),
            dir.clone(),
            "-c".to_owned(),
            format!("{dir}/conf"),
            "-e".to_owned(),
            "stderr".to_owned(),
        ]
    })
}

impl Edge {
    /// Sends requests for a host over one connection and waits until all are answered and logged.
    pub fn ask(&self, host: &str, times: usize) {
        let mut stream = TcpStream::connect(self.address).unwrap();
        let mut writer = stream.try_clone().unwrap();
        let one = format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
        let last = format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let all = one.repeat(times - 1) + &last;
        let writing = std::thread::spawn(move || writer.write_all(all.as_bytes()).unwrap());
        let mut answers = Vec::new();
        stream.read_to_end(&mut answers).unwrap();
        writing.join().unwrap();
        let log = self.dir.path().join("log");
        let of_host = || {
            let text = std::fs::read_to_string(&log).unwrap();
            text.lines().filter(|line| line.starts_with(&format!("{host} "))).count()
        };
        assert!(
            (0..ATTEMPTS).any(|_| of_host() >= times || {
                std::thread::sleep(PAUSE);
                false
            }),
            "{host}"
        );
    }
}

fn start(program: &str, configure: &dyn Fn(&Path, SocketAddr) -> Vec<String>) -> Edge {
    let binaries = binaries("tests/lab/hosts.sh");
    let mut log = String::new();
    for _ in 0..5 {
        let dir = tempfile::tempdir().unwrap();
        // Another program may take the port in between.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let arguments = configure(dir.path(), address);
        let out = std::fs::File::create(dir.path().join("out")).unwrap();
        let mut command = in_clean_environment("bash");
        command.args(["-c", SUPERVISOR, "supervisor"]).arg(binaries.join(program)).args(arguments);
        command.env("LD_LIBRARY_PATH", binaries.join("lib")).current_dir(dir.path());
        command.stdin(Stdio::piped()).stdout(out.try_clone().unwrap()).stderr(out);
        let mut supervisor = command.spawn().unwrap();
        let alive = supervisor.stdin.take();
        let is_up = (0..ATTEMPTS).any(|_| {
            let up = supervisor.try_wait().unwrap().is_none() && TcpStream::connect(address).is_ok();
            let up = up && (program != "nsd" || UdpSocket::bind(address).is_err());
            if !up {
                std::thread::sleep(PAUSE);
            }
            up
        });
        if is_up {
            return Edge { address, dir, supervisor, alive };
        }
        log = std::fs::read_to_string(dir.path().join("out")).unwrap();
        drop(alive);
        let _ = supervisor.wait();
    }
    panic!("{program} does not start: {log}");
}

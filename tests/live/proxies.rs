//! Servers that do not answer, and proxies with fewer features than the server behind them.

use crate::support::lab::{LAB, PlainProxy};
use crate::support::{Run, healthcheck};
use crate::{PIGO, healthy, namespace};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A server that passes each request to `answer`, which may change it for the server on this port, or return `None`
/// for no answer.
fn scripted(upstream: u16, answer: impl Fn(String) -> Option<String> + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let (mut client, answer) = (client.unwrap(), answer.clone());
            std::thread::spawn(move || {
                let mut head = Vec::new();
                let mut byte = [0];
                while !head.ends_with(b"\r\n\r\n") && client.read(&mut byte).unwrap_or(0) == 1 {
                    head.push(byte[0]);
                }
                match answer(String::from_utf8(head).unwrap()) {
                    // One request for each connection.
                    Some(head) => {
                        let mut server = TcpStream::connect(("127.0.0.1", upstream)).unwrap();
                        let head = head.replacen("\r\n", "\r\nConnection: close\r\n", 1);
                        server.write_all(head.as_bytes()).unwrap();
                        let _ = std::io::copy(&mut server, &mut client);
                    }
                    // Never answers; ends when the client closes the connection.
                    None => {
                        let _ = client.read(&mut byte);
                    }
                }
            });
        }
    });
    format!("http://{address}")
}

fn check(server: &str, arguments: &str) -> crate::support::Ran {
    healthcheck().args(["-s", server]).args(arguments.split_whitespace()).ran()
}

#[test]
fn reads_json_through_a_proxy() {
    let proxy = PlainProxy::before(&LAB);
    let _ = &*PIGO;
    let server =
        scripted(proxy.address.port(), |head| Some(head.replace("application/vnd.kubernetes.protobuf,", "")));
    let ran = check(&server, "-n pigo-dev,pigo-rel,pigo-stg -o json --page-size 5");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_eq!(ran.json()["totals"]["healthy"], 46);
    assert!(ran.json()["coverage"]["complete"].as_bool().unwrap());
}

#[test]
fn a_list_that_never_arrives_is_a_gap() {
    namespace("stalled");
    LAB.store(&[healthy("stalled", "web")]);
    let proxy = PlainProxy::before(&LAB);
    let stalled = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&stalled);
    let server = scripted(proxy.address.port(), move |head| {
        let is_stalled = head.contains("/jobs?");
        count.fetch_add(usize::from(is_stalled), Ordering::Relaxed);
        (!is_stalled).then_some(head)
    });
    // The timeout of the run only keeps the test from hanging: it would be the reason of the gap.
    let ran = check(&server, "-n stalled --page-timeout 1s --timeout 5m -o json");
    assert_eq!(ran.code, 3, "{ran:?}");
    let requests = stalled.load(Ordering::Relaxed);
    // Nothing else is requested, so the cluster is silent: the second request is of the smallest size, and the last one.
    assert_eq!(requests, 2);
    let report = ran.json();
    assert_eq!(
        (report["verdict"].as_str(), report["totals"]["healthy"].as_u64()),
        (Some("incomplete"), Some(1))
    );
    let gaps = report["coverage"]["gaps"].as_array().unwrap();
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert_eq!((gaps[0]["kind"].as_str(), gaps[0]["reason"].as_str()), (Some("Job"), Some("timed-out")));
    let table = check(&server, "-n stalled --page-timeout 1s").out;
    assert!(table.contains("Not checked: jobs in stalled (timed out: "), "{table}");
}

#[test]
fn gives_up_on_a_server_that_never_answers() {
    let server = scripted(1, |_| None);
    // The timeout of the run only keeps the test from hanging: the error would name it.
    let ran = check(&server, "--page-timeout 500ms --timeout 5m");
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.starts_with("Unable to connect to the server: no answer within 0.5 s\n"), "{}", ran.err);
    let ran = check(&server, "--request-timeout 300ms --timeout 5m");
    assert!(ran.err.starts_with("Unable to connect to the server: no answer within 0.3 s\n"), "{}", ran.err);
}

/// A proxy for `CONNECT`. It records the requested hosts and refuses all but the lab.
fn tunnel() -> (u16, Arc<std::sync::Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = Arc::new(std::sync::Mutex::new(Vec::new()));
    let notes = asked.clone();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let (mut client, notes) = (client.unwrap(), notes.clone());
            std::thread::spawn(move || {
                let mut head = Vec::new();
                let mut byte = [0];
                while !head.ends_with(b"\r\n\r\n") && client.read(&mut byte).unwrap_or(0) == 1 {
                    head.push(byte[0]);
                }
                // A connection that was opened and not used has no request.
                if !head.ends_with(b"\r\n\r\n") {
                    return;
                }
                let head = String::from_utf8(head).unwrap();
                let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
                notes.lock().unwrap().push(target.clone());
                let Ok(mut server) = TcpStream::connect(target) else {
                    client.write_all(b"HTTP/1.1 502 Bad Gateway\r\n\r\n").unwrap();
                    return;
                };
                client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
                let (mut back, mut forth) = (server.try_clone().unwrap(), client.try_clone().unwrap());
                std::thread::spawn(move || {
                    let _ = std::io::copy(&mut back, &mut forth);
                });
                let _ = std::io::copy(&mut client, &mut server);
            });
        }
    });
    (port, asked)
}

#[test]
fn uses_the_proxy_of_kubeconfig_and_environment() {
    namespace("proxied");
    LAB.store(&[healthy("proxied", "web")]);
    let (port, asked) = tunnel();
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("config");
    let text = std::fs::read_to_string(&LAB.kubeconfig).unwrap();
    let proxied = text.replace(
        "insecure-skip-tls-verify",
        &format!("proxy-url: 'http://127.0.0.1:{port}', insecure-skip-tls-verify"),
    );
    std::fs::write(&config, proxied).unwrap();
    let ran = healthcheck().env("KUBECONFIG", &config).args(["-n", "proxied"]).ran();
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(asked.lock().unwrap().contains(&format!("127.0.0.1:{}", LAB.port)));
    // A proxy of its own: open connections of the first one must not count.
    let (port, asked) = tunnel();
    // From the environment: used always, except for loopback and hosts in NO_PROXY.
    let proxy = format!("http://127.0.0.1:{port}");
    let with = |arguments: &[&str], no_proxy: &str| {
        let mut command = healthcheck();
        command.env("KUBECONFIG", &LAB.kubeconfig).env("HTTPS_PROXY", &proxy).env("NO_PROXY", no_proxy);
        command.args(arguments).ran()
    };
    assert_eq!(with(&["-n", "proxied"], "").code, 0);
    let elsewhere = ["-s", "https://cluster.invalid:6443"];
    assert!(with(&elsewhere, "example.com,.invalid").err.contains("cluster.invalid:6443: failed to lookup"));
    assert!(asked.lock().unwrap().is_empty(), "{:?}", asked.lock().unwrap());
    assert_eq!(with(&elsewhere, "example.com").code, 2);
    let asked = asked.lock().unwrap();
    assert!(!asked.is_empty() && asked.iter().all(|host| host == "cluster.invalid:6443"), "{asked:?}");
}

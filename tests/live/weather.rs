//! Servers that do not answer, and proxies that understand less than the server behind them.

use crate::support::lab::{LAB, PlainProxy};
use crate::support::{Run, healthcheck};
use crate::{PIGO, healthy, namespace};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// A server that hands each request to `answer`, which may change it, pass it on to this port, or say nothing.
fn scripted(upstream: u16, answer: impl Fn(String) -> Option<String> + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let answer = std::sync::Arc::new(answer);
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
                    // One request a connection keeps this simple.
                    Some(head) => {
                        let mut server = TcpStream::connect(("127.0.0.1", upstream)).unwrap();
                        let head = head.replacen("\r\n", "\r\nConnection: close\r\n", 1);
                        server.write_all(head.as_bytes()).unwrap();
                        drop(std::io::copy(&mut server, &mut client));
                    }
                    None => std::thread::sleep(Duration::from_secs(60)),
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
fn a_proxy_that_speaks_only_json_is_understood() {
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
fn a_list_that_never_comes_is_a_gap_and_holds_nothing_up() {
    namespace("stalled");
    LAB.store(&[healthy("stalled", "web")]);
    let proxy = PlainProxy::before(&LAB);
    let server = scripted(proxy.address.port(), |head| (!head.contains("/jobs?")).then_some(head));
    let began = Instant::now();
    let ran = check(&server, "-n stalled --page-timeout 1s -o json");
    // Generous: the machine may be busy, the 60 s of the stalled server are not waited for.
    assert!(began.elapsed() < Duration::from_secs(20));
    assert_eq!(ran.code, 3, "{ran:?}");
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
fn a_server_that_never_answers_is_given_up() {
    let server = scripted(1, |_| None);
    let began = Instant::now();
    let ran = check(&server, "--page-timeout 500ms");
    assert!(began.elapsed() < Duration::from_secs(20));
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.starts_with("Unable to connect to the server: no answer within 0.5 s\n"), "{}", ran.err);
    let ran = check(&server, "--request-timeout 300ms");
    assert!(ran.err.starts_with("Unable to connect to the server: no answer within 0.3 s\n"), "{}", ran.err);
}

/// A proxy for `CONNECT`; it notes whom it was asked for, and refuses all but the lab.
fn tunnel() -> (u16, std::sync::Arc<std::sync::Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
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
                // A connection that was opened ahead and not needed in the end asks for nobody.
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
                std::thread::spawn(move || drop(std::io::copy(&mut back, &mut forth)));
                drop(std::io::copy(&mut client, &mut server));
            });
        }
    });
    (port, asked)
}

#[test]
fn a_proxy_is_used_where_it_is_named_and_not_where_it_is_excepted() {
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
    // One of its own: a connection that the first one still opens says nothing of what follows.
    let (port, asked) = tunnel();
    // Of the environment: not for this machine, not where NO_PROXY says so, and else always.
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

//! A proxy between client and server that simulates faults of networks, proxies and overloaded servers.
//!
//! It speaks plain HTTP with one request for each connection, in front of `kubectl proxy`. A rule decides the fault
//! of each request.

use super::lab::{Lab, PlainProxy};
use socket2::SockRef;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A fault of a request or its answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    None,
    /// A delay before the answer.
    Latency(Duration),
    /// The bytes a second of the answer.
    Bandwidth(usize),
    /// After this many bytes of the body nothing more arrives.
    Stall(usize),
    /// After this many bytes of the body the connection is reset.
    Reset(usize),
    /// After this many bytes of the body the connection is closed normally.
    Truncate(usize),
    /// From this byte of the body on, some bytes are overwritten.
    Corrupt(usize),
    /// Another content type.
    ContentType(&'static str),
    /// An answer of the proxy: status line with headers, and a body.
    Answer(String, String),
    /// An answer of the proxy that repeats this text without end.
    Endless(String),
    /// An answer of the proxy that starts with this text and then stalls.
    Begun(String),
}

impl Fault {
    /// Returns a status without a body.
    pub fn status(code: u16, headers: &str) -> Self {
        Fault::Answer(format!("HTTP/1.1 {code} Odd\r\n{headers}"), String::new())
    }
}

/// A request in the form for rules.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Path and query.
    pub path: String,
    /// The number of earlier requests with the same path, ignoring the `timeout` parameter.
    pub before: usize,
    /// The `Accept` header.
    pub accept: String,
}

impl Asked {
    /// Returns whether it requests a page of pods.
    pub fn is_pods(&self) -> bool {
        self.path.contains("/pods?")
    }

    /// Returns the value of a query parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let query = self.path.split_once('?')?.1;
        query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    }
}

type Rule = dyn Fn(&Asked) -> Fault + Send + Sync;

/// The proxy. It stops when this value is dropped.
pub struct Faults {
    address: SocketAddr,
    over: Arc<AtomicBool>,
    _upstream: PlainProxy,
}

impl Faults {
    /// Starts a proxy in front of a lab.
    pub fn before(lab: &Lab, rule: impl Fn(&Asked) -> Fault + Send + Sync + 'static) -> Self {
        let upstream = PlainProxy::before(lab);
        let server = upstream.address;
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let over = Arc::new(AtomicBool::new(false));
        let (ended, rule) = (Arc::clone(&over), Arc::new(rule));
        let known = Arc::new(Mutex::new(BTreeMap::new()));
        std::thread::spawn(move || {
            for client in listener.incoming() {
                if ended.load(Ordering::Relaxed) {
                    break;
                }
                let (rule, known, ended) = (Arc::clone(&rule), Arc::clone(&known), Arc::clone(&ended));
                // A client may disconnect at any time.
                std::thread::spawn(move || {
                    let _ = serve(&client.unwrap(), server, &*rule, &known, &ended);
                });
            }
        });
        Self { address, over, _upstream: upstream }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Faults {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(
    client: &TcpStream,
    server: SocketAddr,
    rule: &Rule,
    known: &Mutex<BTreeMap<String, usize>>,
    over: &AtomicBool,
) -> std::io::Result<()> {
    let head = head(client)?;
    let Some(path) = head.split(' ').nth(1).map(str::to_owned) else { return Ok(()) };
    let accept = head.lines().filter_map(|line| line.split_once(": "));
    let accept =
        accept.filter(|(name, _)| name.eq_ignore_ascii_case("accept")).map(|(_, value)| value.to_owned());
    let accept = accept.collect();
    let same = path.split("timeout=").next().unwrap_or_default().to_owned();
    let before = {
        let mut known = known.lock().unwrap();
        let count = known.entry(same).or_insert(0);
        *count += 1;
        *count - 1
    };
    let fault = rule(&Asked { path, before, accept });
    if matches!(fault, Fault::Endless(_) | Fault::Begun(_)) {
        return without_end(client, &fault, over);
    }
    if let Fault::Answer(head, body) = &fault {
        let length = body.len();
        return (&mut &*client).write_all(
            format!("{head}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}").as_bytes(),
        );
    }
    if let Fault::Latency(time) = fault {
        std::thread::sleep(time);
    }
    let mut upstream = TcpStream::connect(server)?;
    upstream.write_all(head.replacen("\r\n", "\r\nConnection: close\r\n", 1).as_bytes())?;
    let mut answer = self::head(&upstream)?;
    if let Fault::ContentType(kind) = fault {
        let lines = answer.split("\r\n").filter(|line| !line.to_lowercase().starts_with("content-type:"));
        let mut lines: Vec<&str> = lines.collect();
        let ours = format!("Content-Type: {kind}");
        lines.insert(1, &ours);
        answer = lines.join("\r\n");
    }
    (&mut &*client).write_all(answer.as_bytes())?;
    relay(upstream, client, &fault, over)
}

/// Answers until the client disconnects.
fn without_end(client: &TcpStream, fault: &Fault, over: &AtomicBool) -> std::io::Result<()> {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n";
    (&mut &*client).write_all(head.as_bytes())?;
    if let Fault::Begun(begin) = fault {
        (&mut &*client).write_all(begin.as_bytes())?;
    }
    while let (Fault::Endless(piece), false) = (fault, over.load(Ordering::Relaxed)) {
        (&mut &*client).write_all(piece.as_bytes())?;
    }
    wait_for_the_end(client, over)
}

/// Reads a head byte by byte, so that the body stays in the stream.
fn head(stream: &TcpStream) -> std::io::Result<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && (&mut &*stream).read(&mut byte)? == 1 {
        head.push(byte[0]);
    }
    Ok(String::from_utf8(head).unwrap())
}

/// Passes a body on as far as the fault allows.
fn relay(mut from: TcpStream, to: &TcpStream, fault: &Fault, over: &AtomicBool) -> std::io::Result<()> {
    let (limit, chunk) = match fault {
        Fault::Stall(at) | Fault::Reset(at) | Fault::Truncate(at) => (*at, 16 << 10),
        Fault::Bandwidth(rate) => (usize::MAX, rate.div_ceil(20)),
        _ => (usize::MAX, 16 << 10),
    };
    let mut buffer = vec![0; chunk];
    let mut sent = 0;
    while sent < limit {
        let room = buffer.len().min(limit - sent);
        let length = from.read(&mut buffer[..room])?;
        if length == 0 {
            break;
        }
        if let Fault::Corrupt(at) = fault {
            let begin = at.saturating_sub(sent).min(length);
            buffer[begin..length]
                .iter_mut()
                .take(if sent + begin >= *at { 64 } else { 0 })
                .for_each(|b| *b = 0xff);
        }
        (&mut &*to).write_all(&buffer[..length])?;
        sent += length;
        if let Fault::Bandwidth(_) = fault {
            std::thread::sleep(Duration::from_millis(50));
        }
    }
    match fault {
        Fault::Reset(_) => SockRef::from(to).set_linger(Some(Duration::ZERO)),
        Fault::Stall(_) => wait_for_the_end(to, over),
        _ => Ok(()),
    }
}

/// Waits until the client disconnects or the test ends.
fn wait_for_the_end(client: &TcpStream, over: &AtomicBool) -> std::io::Result<()> {
    client.set_read_timeout(Some(Duration::from_millis(100)))?;
    while !over.load(Ordering::Relaxed) {
        match (&mut &*client).read(&mut [0]) {
            Ok(0) => break,
            Err(error) if error.kind() != std::io::ErrorKind::WouldBlock => break,
            _ => {}
        }
    }
    Ok(())
}

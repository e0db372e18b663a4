//! A server that says what a test tells it to: a Prometheus.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A request, as a rule sees it.
#[derive(Clone, Debug)]
pub struct Call {
    /// Method and path, and the headers as they came.
    pub head: String,
    /// What was posted.
    pub body: String,
    /// How often the same was asked before.
    pub before: usize,
}

impl Call {
    /// What is asked, in path or form, decoded.
    pub fn query(&self) -> String {
        let line = self.head.lines().next().unwrap_or_default();
        let all = format!("{}&{}", line.split('?').nth(1).unwrap_or_default(), self.body);
        let value = all.split([' ', '&']).find_map(|pair| pair.strip_prefix("query=")).unwrap_or_default();
        percent_encoding::percent_decode_str(value).decode_utf8().unwrap().into_owned()
    }
}

/// What is answered.
#[derive(Clone, Debug)]
pub enum Reply {
    /// Status line and further headers, and a body.
    Answer(String, String),
    /// Nothing, as long as the client waits.
    Stall,
}

impl Reply {
    pub fn ok(kind: &str, body: String) -> Self {
        Reply::Answer(format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n"), body)
    }
}

type Rule = dyn Fn(&Call) -> Reply + Send + Sync;

/// The server; it ends with this.
pub struct Scripted {
    pub address: SocketAddr,
    over: Arc<AtomicBool>,
}

impl Scripted {
    /// One that speaks plain HTTP.
    pub fn start(rule: impl Fn(&Call) -> Reply + Send + Sync + 'static) -> Self {
        let rule: Arc<Rule> = Arc::new(rule);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let over = Arc::new(AtomicBool::new(false));
        let (ended, known) = (Arc::clone(&over), Arc::new(Mutex::new(BTreeMap::new())));
        std::thread::spawn(move || {
            for client in listener.incoming() {
                if ended.load(Ordering::Relaxed) {
                    break;
                }
                let (rule, known, ended) = (Arc::clone(&rule), Arc::clone(&known), Arc::clone(&ended));
                // A client that has gone away is its own affair.
                std::thread::spawn(move || drop(serve(client.unwrap(), &*rule, &known, &ended)));
            }
        });
        Self { address, over }
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        drop(TcpStream::connect(self.address));
    }
}

fn serve(
    mut client: TcpStream,
    rule: &Rule,
    known: &Mutex<BTreeMap<String, usize>>,
    over: &AtomicBool,
) -> std::io::Result<()> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && client.read(&mut byte)? == 1 {
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.lines().filter_map(|line| line.split_once(": "));
    let length = length
        .filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map(|(_, n)| n.parse().unwrap());
    let mut body = vec![0; length.max().unwrap_or(0)];
    client.read_exact(&mut body)?;
    let body = String::from_utf8(body).unwrap();
    let same = format!("{}{body}", head.lines().next().unwrap_or_default());
    let before = {
        let mut known = known.lock().unwrap();
        let count = known.entry(same).or_insert(0);
        *count += 1;
        *count - 1
    };
    match rule(&Call { head, body, before }) {
        Reply::Answer(head, body) => {
            let length = body.len();
            let whole = format!("{head}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}");
            client.write_all(whole.as_bytes())?;
            client.flush()
        }
        Reply::Stall => {
            while !over.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(50));
            }
            Ok(())
        }
    }
}

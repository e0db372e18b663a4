//! A server that takes JSON by POST and keeps it, as chats and alert services do. It refuses what they would refuse.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A request.
#[derive(Clone, Debug)]
pub struct Posted {
    pub path: String,
    /// The headers in lower case.
    pub headers: Vec<String>,
    pub text: String,
    pub body: Value,
}

/// Returns the status of the answer, and its headers.
pub type Answer = fn(&Posted, usize) -> (u16, &'static str);

/// A server for as long as the test runs.
pub struct Receiver {
    pub address: SocketAddr,
    posted: Arc<Mutex<Vec<(Posted, u16)>>>,
}

impl Receiver {
    /// Starts a server. `answer` gets each request and the number of requests before it.
    pub fn start(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, posted) = (listener.local_addr().unwrap(), Arc::default());
        let kept: Arc<Mutex<Vec<(Posted, u16)>>> = Arc::clone(&posted);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || take(stream, &kept, answer));
            }
        });
        Self { address, posted }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The requests that were accepted.
    pub fn accepted(&self) -> Vec<Posted> {
        let posted = self.posted.lock().unwrap();
        posted.iter().filter(|(_, status)| *status < 300).map(|(posted, _)| posted.clone()).collect()
    }

    /// The number of all requests.
    pub fn count(&self) -> usize {
        self.posted.lock().unwrap().len()
    }

    /// Waits until this many requests were accepted.
    pub fn until(&self, count: usize) -> Vec<Posted> {
        for _ in 0..1500 {
            let accepted = self.accepted();
            if accepted.len() >= count {
                return accepted;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        panic!("{count} messages did not come: {:?}", self.accepted());
    }
}

fn take(stream: TcpStream, kept: &Mutex<Vec<(Posted, u16)>>, answer: Answer) -> Option<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let path = lines.first()?.split(' ').nth(1)?.to_owned();
        let headers: Vec<String> = lines.iter().skip(1).map(|line| line.to_lowercase()).collect();
        let length = headers.iter().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        let mut text = vec![0; length.unwrap_or(0)];
        reader.read_exact(&mut text).ok()?;
        let text = String::from_utf8(text).unwrap();
        let body = serde_json::from_str(&text).unwrap_or_default();
        let posted = Posted { path, headers, text, body };
        let (status, more) = {
            let mut kept = kept.lock().unwrap();
            let (status, more) = answer(&posted, kept.len());
            kept.push((posted, status));
            (status, more)
        };
        let head = format!("HTTP/1.1 {status} Said\r\n{more}content-length: 2\r\n\r\nok");
        reader.get_mut().write_all(head.as_bytes()).ok()?;
    }
}

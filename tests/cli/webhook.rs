//! A chat server on this machine with scripted answers; it keeps the messages it gets.

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// An answer to a request.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    /// A status, header lines and a body.
    Http(u16, &'static str, &'static str),
    /// Bytes that are not HTTP.
    Garbage,
    /// No answer.
    Never,
    /// A closed connection.
    Close,
}

pub const OK: Answer = Answer::Http(200, "", "ok");

/// A received message.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The request line, and the headers in lower case.
    pub head: String,
    pub body: Value,
}

impl Sent {
    pub fn text(&self) -> &str {
        assert_eq!(self.body.as_object().map(serde_json::Map::len), Some(1), "{}", self.body);
        self.body["text"].as_str().unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// The chat server. Requests without an answer wait until it ends.
pub struct Chat {
    address: SocketAddr,
    scheme: &'static str,
    sent: Arc<Mutex<Vec<Sent>>>,
}

/// The untrusted certificate of a chat with `https`.
pub fn certificate() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/webhook.pem")
}

impl Chat {
    /// Answers each request with the next answer, and all later requests with the last one.
    pub fn new(answers: &[Answer]) -> Self {
        Self::start(in_turn(answers), "http", |stream| Some(Box::new(stream)))
    }

    /// Answers each request by its request line.
    pub fn by_path(answer: fn(&str) -> Answer) -> Self {
        Self::start(move |line, _| answer(line), "http", |stream| Some(Box::new(stream)))
    }

    /// The same with TLS.
    pub fn encrypted(answers: &[Answer]) -> Self {
        let chain: Vec<_> =
            CertificateDer::pem_file_iter(certificate()).unwrap().map(Result::unwrap).collect();
        let key = PrivateKeyDer::from_pem_file(certificate()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config =
            ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = Arc::new(config.with_no_client_auth().with_single_cert(chain, key).unwrap());
        Self::start(in_turn(answers), "https", move |stream| {
            let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = stream;
            // A client that does not trust the certificate closes the connection here.
            connection.complete_io(&mut stream).ok()?;
            Some(Box::new(StreamOwned::new(connection, stream)))
        })
    }

    fn start(
        answer: impl Fn(&str, usize) -> Answer + Send + 'static,
        scheme: &'static str,
        open: impl Fn(TcpStream) -> Option<Box<dyn Stream>> + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let sent = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&sent);
        std::thread::spawn(move || {
            let mut unanswered = Vec::new();
            for stream in listener.incoming() {
                let Some(mut stream) = stream.ok().and_then(&open) else { continue };
                let Some(request) = read(&mut *stream) else { continue };
                let line = request.head.lines().next().unwrap_or_default().to_owned();
                let index = {
                    let mut kept = kept.lock().unwrap();
                    kept.push(request);
                    kept.len() - 1
                };
                match answer(&line, index) {
                    Answer::Http(code, headers, body) => {
                        let length = body.len();
                        let head = format!(
                            "HTTP/1.1 {code} Said\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n"
                        );
                        let _ = stream.write_all((head + body).as_bytes());
                        let _ = stream.flush();
                    }
                    Answer::Garbage => {
                        let _ = stream.write_all(b"\0\xff\x16 what?\r\n\r\n");
                    }
                    Answer::Never => unanswered.push(stream),
                    Answer::Close => {}
                }
            }
        });
        Self { address, scheme, sent }
    }

    /// Returns an address of the server.
    pub fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    /// Returns the displayed form of such an address.
    pub fn shown(&self) -> String {
        format!("{}://{}/…", self.scheme, self.address)
    }

    pub fn sent(&self) -> Vec<Sent> {
        self.sent.lock().unwrap().clone()
    }
}

/// Returns the next answer for each request, and the last one for all later requests.
fn in_turn(answers: &[Answer]) -> impl Fn(&str, usize) -> Answer + Send + 'static {
    let answers = answers.to_vec();
    move |_, index| answers.get(index).or(answers.last()).copied().unwrap_or(Answer::Close)
}

trait Stream: Read + Write {}

impl<T: Read + Write> Stream for T {}

fn read(stream: &mut dyn Stream) -> Option<Sent> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let count = stream.read(&mut buffer).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&buffer[..count]);
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let (line, headers) = head.split_once("\r\n").unwrap();
        let headers: Vec<String> = headers
            .lines()
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| format!("{}: {value}", name.to_lowercase()))
            .collect();
        let head = format!("{line}\n{}", headers.join("\n"));
        let length =
            headers.iter().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
        if let Some(body) = bytes.get(end + 4..end + 4 + length.unwrap_or(0)) {
            return Some(Sent { head, body: serde_json::from_slice(body).unwrap_or_default() });
        }
    }
}

//! A server with scripted answers: a Prometheus, a metrics server.

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A request in the form for rules.
#[derive(Clone, Debug)]
pub struct Call {
    /// The request line and the headers.
    pub head: String,
    pub body: String,
    /// The number of earlier equal requests.
    pub before: usize,
}

impl Call {
    /// Returns the decoded query of the path or the form.
    pub fn query(&self) -> String {
        let line = self.head.lines().next().unwrap_or_default();
        let all = format!("{}&{}", line.split('?').nth(1).unwrap_or_default(), self.body);
        let value = all.split([' ', '&']).find_map(|pair| pair.strip_prefix("query=")).unwrap_or_default();
        percent_encoding::percent_decode_str(value).decode_utf8().unwrap().into_owned()
    }
}

/// Writes an answer, status line included, until the client disconnects.
pub type Writer = dyn Fn(&mut dyn Write) -> std::io::Result<()> + Send + Sync;

#[derive(Clone)]
pub enum Reply {
    /// Status line with headers, and a body.
    Answer(String, String),
    /// Bytes as they are written, of any number and at any speed.
    Bytes(Arc<Writer>),
    /// No answer.
    Stall,
}

impl Reply {
    pub fn bytes(write: impl Fn(&mut dyn Write) -> std::io::Result<()> + Send + Sync + 'static) -> Self {
        Reply::Bytes(Arc::new(write))
    }

    pub fn ok(kind: &str, body: String) -> Self {
        Reply::Answer(format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n"), body)
    }
}

/// A connection to a client, with or without TLS.
trait Stream: Read + Write {}

impl<T: Read + Write> Stream for T {}

type Rule = dyn Fn(&Call) -> Reply + Send + Sync;

/// The server. It stops when this value is dropped.
pub struct Scripted {
    pub address: SocketAddr,
    over: Arc<AtomicBool>,
}

impl Scripted {
    /// Starts a server with plain HTTP.
    pub fn start(rule: impl Fn(&Call) -> Reply + Send + Sync + 'static) -> Self {
        Self::open(rule, |stream| Some(Box::new(stream)))
    }

    /// Starts a server with TLS and an untrusted certificate.
    pub fn encrypted(rule: impl Fn(&Call) -> Reply + Send + Sync + 'static) -> Self {
        let pem = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/webhook.pem");
        let chain: Vec<_> = CertificateDer::pem_file_iter(&pem).unwrap().map(Result::unwrap).collect();
        let key = PrivateKeyDer::from_pem_file(&pem).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config =
            ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = Arc::new(config.with_no_client_auth().with_single_cert(chain, key).unwrap());
        Self::open(rule, move |mut stream| {
            let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            // A client that does not trust the certificate closes the connection here.
            connection.complete_io(&mut stream).ok()?;
            Some(Box::new(StreamOwned::new(connection, stream)))
        })
    }

    fn open(
        rule: impl Fn(&Call) -> Reply + Send + Sync + 'static,
        open: impl Fn(TcpStream) -> Option<Box<dyn Stream>> + Send + Sync + 'static,
    ) -> Self {
        let rule: Arc<Rule> = Arc::new(rule);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let over = Arc::new(AtomicBool::new(false));
        let (ended, known, open) = (Arc::clone(&over), Arc::new(Mutex::new(BTreeMap::new())), Arc::new(open));
        std::thread::spawn(move || {
            for client in listener.incoming() {
                if ended.load(Ordering::Relaxed) {
                    break;
                }
                let (rule, known, ended) = (Arc::clone(&rule), Arc::clone(&known), Arc::clone(&ended));
                let open = Arc::clone(&open);
                // A client may disconnect at any time.
                std::thread::spawn(move || {
                    let _ = open(client.unwrap()).map(|client| serve(client, &*rule, &known, &ended));
                });
            }
        });
        Self { address, over }
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(
    mut client: Box<dyn Stream>,
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
        Reply::Bytes(write) => {
            write(&mut client)?;
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

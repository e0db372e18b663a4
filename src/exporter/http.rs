//! The HTTP server: documents for GET and HEAD, and nothing that changes anything.
//!
//! A client may be slow or hostile: connections, their headers and their time are bounded.

use super::{Identity, Logins, Metrics};
use crate::cluster::Access;
use crate::render::html_policy;
use bytes::Bytes;
use http::header::{
    ACCEPT, ALLOW, AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, WWW_AUTHENTICATE,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

/// The most connections at the same time. Prometheus needs one, and a probe another.
const CONNECTIONS: usize = 128;
/// The time for the headers of a request.
const HEADERS: Duration = Duration::from_secs(5);
/// The time of a connection.
const CONNECTION: Duration = Duration::from_secs(300);
/// The time for a document.
const DOCUMENT: Duration = Duration::from_secs(30);
/// The most bytes of the headers of a request.
const HEADER_BYTES: usize = 16 << 10;

/// The answer to a request for another path.
const NOT_FOUND: &str = "not found; see /, /report.json, /report.md, /metrics, /healthz, /readyz\n";

/// A document of the last report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Document {
    /// The report as one HTML file.
    Html,
    /// The report as JSON.
    Json,
    /// The report as Markdown.
    Markdown,
}

/// A request for a document, and where it goes.
pub type Asked = (Document, oneshot::Sender<Bytes>);

/// The server.
pub struct Server {
    listener: TcpListener,
    shared: Arc<Shared>,
}

/// How the port is protected.
#[derive(Default)]
pub struct Protection {
    /// The certificate of HTTPS; `None` is HTTP.
    pub identity: Option<Identity>,
    /// Who may read; `None` is everyone.
    pub logins: Option<Logins>,
}

struct Shared {
    protection: Protection,
    metrics: Metrics,
    documents: mpsc::Sender<Asked>,
    ready: Arc<AtomicBool>,
    connections: Arc<Semaphore>,
}

impl Server {
    /// Serves on a listener. Documents are asked for through `documents`; `ready` says whether there is a report that is
    /// not out of date.
    pub fn new(
        listener: TcpListener,
        metrics: Metrics,
        documents: mpsc::Sender<Asked>,
        ready: Arc<AtomicBool>,
        protection: Protection,
    ) -> Self {
        let connections = Arc::new(Semaphore::new(CONNECTIONS));
        Self { listener, shared: Arc::new(Shared { protection, metrics, documents, ready, connections }) }
    }

    /// Takes the figures of the last report.
    pub fn metrics(&self) -> &Metrics {
        &self.shared.metrics
    }

    /// Accepts one connection and serves it in a task. It can be dropped while it waits.
    pub async fn accept(&self) {
        let Ok(permit) = Arc::clone(&self.shared.connections).acquire_owned().await else { return };
        match self.listener.accept().await {
            Ok((stream, _)) => {
                let shared = Arc::clone(&self.shared);
                tokio::spawn(async move {
                    let _ = timeout(CONNECTION, serve(stream, shared)).await;
                    drop(permit);
                });
            }
            // Such as too many open files: it may pass.
            Err(_) => sleep(Duration::from_millis(100)).await,
        }
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let Some(identity) = &shared.protection.identity else { return answer(stream, shared).await };
    let handshake = TlsAcceptor::from(identity.current()).accept(stream);
    // A client that knows no HTTPS is no error of this server.
    if let Ok(Ok(stream)) = timeout(HEADERS, handshake).await {
        answer(stream, shared).await;
    }
}

async fn answer(stream: impl AsyncRead + AsyncWrite + Unpin, shared: Arc<Shared>) {
    let answer = service_fn(move |request: Request<Incoming>| {
        let shared = Arc::clone(&shared);
        async move { Ok::<_, Infallible>(shared.answer(&request).await) }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADERS).max_buf_size(HEADER_BYTES).half_close(false);
    // A client cannot keep a connection from others by using it now and then.
    http.keep_alive(false);
    // A client that goes away is no error of this server.
    let _ = http.serve_connection(TokioIo::new(stream), answer).await;
}

impl Shared {
    async fn answer(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut refused = text(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD\n");
            refused.headers_mut().insert(ALLOW, http::HeaderValue::from_static("GET, HEAD"));
            return refused;
        }
        let path = request.uri().path();
        if let Some(refused) = self.refused(request, path).await {
            return refused;
        }
        match path {
            "/healthz" => text(StatusCode::OK, "ok\n"),
            "/readyz" if self.ready.load(Ordering::Relaxed) => text(StatusCode::OK, "ok\n"),
            "/readyz" => text(StatusCode::SERVICE_UNAVAILABLE, "no report that is up to date\n"),
            "/metrics" if accepts(request, "application/openmetrics-text") => {
                let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
                response(StatusCode::OK, kind, self.metrics.text())
            }
            "/metrics" => {
                let kind = "text/plain; version=0.0.4; charset=utf-8";
                response(StatusCode::OK, kind, self.metrics.plain_text())
            }
            "/report.json" => self.document(Document::Json, "application/json").await,
            "/report.md" => self.document(Document::Markdown, "text/plain; charset=utf-8").await,
            "/" => self.document(Document::Html, "text/html; charset=utf-8").await,
            _ => text(StatusCode::NOT_FOUND, NOT_FOUND),
        }
    }

    /// Returns the answer to a request that may not be answered. Probes of a kubelet have no token.
    async fn refused(&self, request: &Request<Incoming>, path: &str) -> Option<Response<Full<Bytes>>> {
        let is_data = matches!(path, "/" | "/report.json" | "/report.md" | "/metrics");
        let logins = self.protection.logins.as_ref().filter(|_| is_data)?;
        let access = match bearer(request) {
            Some(token) => logins.access(token, path).await,
            None => Ok(Access::Unknown),
        };
        match access {
            Ok(Access::Granted) => None,
            Ok(Access::Forbidden) => Some(text(StatusCode::FORBIDDEN, "the account may not get this path\n")),
            Ok(Access::Unknown) => {
                let mut refused =
                    text(StatusCode::UNAUTHORIZED, "a token that the API server accepts is needed\n");
                refused.headers_mut().insert(WWW_AUTHENTICATE, http::HeaderValue::from_static("Bearer"));
                Some(refused)
            }
            Err(_) => Some(text(StatusCode::SERVICE_UNAVAILABLE, "the API server does not verify tokens\n")),
        }
    }

    async fn document(&self, document: Document, kind: &'static str) -> Response<Full<Bytes>> {
        let (to, written) = oneshot::channel();
        let asked = async {
            self.documents.send((document, to)).await.ok()?;
            written.await.ok()
        };
        match timeout(DOCUMENT, asked).await {
            Ok(Some(bytes)) => {
                let mut written = response(StatusCode::OK, kind, bytes);
                if document == Document::Html
                    && let Ok(policy) = format!("{}; frame-ancestors 'none'", html_policy()).try_into()
                {
                    written.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
                }
                written
            }
            _ => text(StatusCode::SERVICE_UNAVAILABLE, "no report\n"),
        }
    }
}

/// Returns the token of a request with exactly one login.
fn bearer(request: &Request<Incoming>) -> Option<&str> {
    let mut logins = request.headers().get_all(AUTHORIZATION).iter();
    let login = logins.next().filter(|_| logins.next().is_none())?.to_str().ok()?;
    let (scheme, token) = login.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
}

/// Whether the client accepts a type. Prometheus names those that it prefers.
fn accepts(request: &Request<Incoming>, kind: &str) -> bool {
    let accept = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains(kind))
}

fn text(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    response(status, "text/plain; charset=utf-8", text)
}

fn response(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, http::HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, http::HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, http::HeaderValue::from_static("nosniff"));
    response
}

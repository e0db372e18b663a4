//! The fake server on a port of the loopback interface.

use super::Fake;
use bytes::Bytes;
use http::Request;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A running server. It ends when this is dropped.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Returns a port on which no server listens.
pub(crate) fn closed_port() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

impl Fake {
    /// Starts a server.
    pub(crate) async fn serve(&self) -> Served {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let fake = self.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let fake = fake.clone();
                let service = service_fn(move |request| fake.clone().on_network(request));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Served { address, task }
    }

    async fn on_network(self, request: Request<Incoming>) -> Result<http::Response<super::Body>, io::Error> {
        let (parts, body) = request.into_parts();
        let body: Bytes = body.collect().await.map_err(io::Error::other)?.to_bytes();
        let authorization = parts.headers.get("authorization").and_then(|value| value.to_str().ok());
        let authorization = authorization.unwrap_or_default().to_owned();
        let response = self.answer(&Request::from_parts(parts, body)).await?;
        self.state().authorizations.push(authorization);
        Ok(response)
    }
}

impl Served {
    /// Writes a kubeconfig with one context for each server, the first one being the current one. Each has a user of the
    /// same name, in YAML.
    pub(crate) fn kubeconfig(folder: &Path, contexts: &[(&str, SocketAddr, &str)]) -> PathBuf {
        let mut lines = vec![
            "apiVersion: v1\nkind: Config".to_owned(),
            format!("current-context: {}\ncontexts:", contexts[0].0),
        ];
        lines.extend(contexts.iter().map(|(name, ..)| {
            format!("- {{name: {name}, context: {{cluster: {name}, user: {name}, namespace: shop}}}}")
        }));
        lines.push("clusters:".to_owned());
        lines.extend(contexts.iter().map(|(name, address, _)| {
            format!("- {{name: {name}, cluster: {{server: 'http://{address}'}}}}")
        }));
        lines.push("users:".to_owned());
        lines.extend(contexts.iter().map(|(name, _, user)| format!("- {{name: {name}, user: {user}}}")));
        let text = lines.join("\n") + "\n";
        let path = folder.join("kubeconfig");
        std::fs::write(&path, text).unwrap();
        path
    }
}

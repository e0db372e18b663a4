//! New credentials when the server does not accept the old ones any more: a token of a plugin or a file has expired, a
//! certificate was replaced, or the kubeconfig has changed.

use super::connect::connect;
use super::page::ApiClient;
use kube::Client;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The shortest time between two renewals. A server that accepts no credentials must not keep a plugin busy.
const PAUSE: Duration = Duration::from_secs(10);

/// The last renewal of a client.
#[derive(Default)]
pub(super) struct Renewal {
    /// The client with the new credentials.
    client: Mutex<Option<Client>>,
    /// When it was created. The lock is held while the credentials are renewed, so that one request does it for all.
    at: tokio::sync::Mutex<Option<Instant>>,
}

impl ApiClient {
    /// Returns the client with the newest credentials.
    pub(crate) fn client(&self) -> Client {
        let renewed = self.renewal.client.lock().unwrap_or_else(PoisonError::into_inner).clone();
        renewed.unwrap_or_else(|| self.session.client.clone())
    }

    /// Renews the credentials, unless that has happened since a request began. Returns whether the request is worth another
    /// attempt.
    pub(crate) async fn renew(&self, began: Instant) -> bool {
        let Some(origin) = self.session.origin.as_deref() else { return false };
        let mut at = self.renewal.at.lock().await;
        match *at {
            Some(at) if at > began => return true,
            Some(at) if at.elapsed() < PAUSE => return false,
            _ => {}
        }
        *at = Some(Instant::now());
        let (options, context) = origin;
        let Ok(session) = Box::pin(connect(options, context.as_deref())).await else { return false };
        // Another server has other objects.
        let same = session.cluster.server == self.session.cluster.server;
        if same {
            *self.renewal.client.lock().unwrap_or_else(PoisonError::into_inner) = Some(session.client);
        }
        same
    }
}

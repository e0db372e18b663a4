//! Which parts of the API server fail, by its own account.

use super::Error;
use super::page::{Accept, ApiClient, Request, RetryPolicy};
use std::future::pending;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::sleep;

/// The longest time for the request. The server asks etcd twice, for two seconds each.
const DEADLINE: Duration = Duration::from_secs(15);

/// The time without a page after which the server is asked.
const PATIENCE: Duration = Duration::from_secs(20);

/// The time in which a server may become ready again.
const RECOVERY: Duration = Duration::from_secs(10);

impl ApiClient {
    /// Returns the parts of the API server that it reports as failing, such as `etcd`. Empty if it is ready, or says nothing.
    pub(crate) async fn failing_parts(&self) -> Vec<String> {
        let request = Request {
            path: "/readyz?verbose".to_owned(),
            accept: Accept::Text,
            deadline: self.silence.time_to_ask(DEADLINE),
            patience: RetryPolicy::Probe,
            form: None,
        };
        match self.ask(&request).await {
            Err(Error::NotReady { parts, .. }) => parts,
            _ => Vec::new(),
        }
    }

    /// Returns an error if no page of a list arrives and the server says twice that it does not reach etcd. Does not end
    /// otherwise: a server of which another part fails may still answer.
    pub(crate) async fn is_down(&self) -> Error {
        loop {
            sleep(PATIENCE).await;
            if self.has_pages() {
                return pending().await;
            }
            if !has_lost_etcd(&self.failing_parts().await) {
                continue;
            }
            // A new leader of etcd is elected within seconds.
            sleep(RECOVERY).await;
            let parts = self.failing_parts().await;
            if has_lost_etcd(&parts) && !self.has_pages() {
                return Error::NotReady { parts, error: None };
            }
        }
    }

    fn has_pages(&self) -> bool {
        self.meter.pages.load(Ordering::Relaxed) > 0
    }
}

/// Whether the store of all objects is among the parts: `etcd`, or `etcd-readiness`.
fn has_lost_etcd(parts: &[String]) -> bool {
    parts.iter().any(|part| part.starts_with("etcd"))
}

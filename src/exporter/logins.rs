//! Who may read: bearer tokens that the API server accepts.

use crate::cluster::{Access, ApiClient, Error, access};
use ring::digest::{SHA256, digest};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// For how long an answer of the API server counts.
const KNOWN: Duration = Duration::from_secs(60);
/// The same for an answer that refuses: rights may come.
const REFUSED: Duration = Duration::from_secs(10);
/// The most answers that are kept.
const KEPT: usize = 1000;
/// The most questions at the same time.
const ASKED: usize = 4;

/// The checksum of a token, and a path.
type Key = (Vec<u8>, String);

/// Asks the API server about tokens, and keeps its answers for a while.
pub struct Logins {
    client: Arc<ApiClient>,
    known: Mutex<BTreeMap<Key, (Instant, Access)>>,
    asking: Semaphore,
}

impl Logins {
    /// Asks the API server of a client.
    pub fn new(client: Arc<ApiClient>) -> Self {
        Self { client, known: Mutex::default(), asking: Semaphore::new(ASKED) }
    }

    /// Returns what the owner of a token may do.
    ///
    /// # Errors
    /// When the API server does not answer.
    pub(super) async fn access(&self, token: &str, path: &str) -> Result<Access, Error> {
        let key = (digest(&SHA256, token.as_bytes()).as_ref().to_vec(), path.to_owned());
        if let Some(access) = self.known(&key) {
            return Ok(access);
        }
        let _permit = self.asking.acquire().await;
        // Another request may have asked in the meantime.
        if let Some(access) = self.known(&key) {
            return Ok(access);
        }
        let access = access(&self.client, token, path).await?;
        let time = if access == Access::Granted { KNOWN } else { REFUSED };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT {
            let now = Instant::now();
            known.retain(|_, (until, access)| *until > now && *access == Access::Granted);
        }
        if known.len() < KEPT {
            known.insert(key, (Instant::now() + time, access));
        }
        Ok(access)
    }

    fn known(&self, key: &Key) -> Option<Access> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(key).filter(|(until, _)| *until > Instant::now()).map(|(_, access)| *access)
    }
}

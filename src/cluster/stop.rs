//! The early end of a run: Ctrl-C, a signal, or `--timeout`.

use super::Error;
use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Stops all requests of a run. Clones share the state.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    token: CancellationToken,
    why: Arc<OnceLock<String>>,
}

impl Stop {
    /// Stops the run. Returns whether it was stopped before.
    pub fn now(&self, why: &str) -> bool {
        let again = self.why.set(why.to_owned()).is_err();
        self.token.cancel();
        again
    }

    /// Stops the run after a time.
    pub async fn after(&self, time: Duration) {
        tokio::time::sleep(time).await;
        self.now(&format!("timed out after {} s (--timeout)", time.as_secs_f32()));
    }

    /// Returns why the run was stopped, if it was.
    pub(crate) fn why(&self) -> Option<&str> {
        self.token.is_cancelled().then(|| self.why.get().map_or("", String::as_str))
    }

    /// Runs a future, unless the run is stopped first.
    pub(crate) async fn or<T>(&self, what: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        tokio::select! {
            biased;
            () = self.token.cancelled() => Err(Error::Stopped(self.why.get().cloned().unwrap_or_default())),
            done = what => done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_stop_ends_what_waits_with_its_reason() {
        let stop = Stop::default();
        let waits = stop.or(std::future::pending::<Result<(), Error>>());
        let ((), ended) = tokio::join!(stop.after(Duration::from_millis(1500)), waits);
        assert_eq!(ended, Err(Error::Stopped("timed out after 1.5 s (--timeout)".to_owned())));
        assert!(stop.now("Ctrl-C"), "the first reason counts");
        assert_eq!(stop.or(async { Ok(()) }).await, ended);
    }
}

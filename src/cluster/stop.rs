//! The early end of a run: Ctrl-C, a signal, or `--timeout`.

use super::Error;
use crate::text::{Fact, Message, reasons};
use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Stops all requests of a run. Clones share the state.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    token: CancellationToken,
    why: Arc<OnceLock<Message>>,
}

impl Stop {
    /// Stops. Returns whether it had been stopped before.
    pub fn now(&self, why: Message) -> bool {
        let again = self.why.set(why).is_err();
        self.token.cancel();
        again
    }

    /// Stops the run after a time.
    pub async fn after(&self, time: Duration) {
        tokio::time::sleep(time).await;
        let seconds = Fact::text(time.as_secs_f32().to_string());
        self.now(Message::new(&reasons::OUT_OF_TIME, vec![("seconds", seconds)]));
    }

    /// Waits until it is stopped.
    pub(crate) async fn wait(&self) {
        self.token.cancelled().await;
    }

    /// Why it was stopped, if it was.
    pub(crate) fn why(&self) -> Option<Message> {
        self.token.is_cancelled().then(|| self.reason())
    }

    /// Why it was stopped.
    fn reason(&self) -> Message {
        self.why.get().cloned().unwrap_or_else(|| Message::plain(&reasons::INTERRUPTED))
    }

    /// Runs a future, unless the run is stopped first.
    pub(crate) async fn or<T>(&self, what: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        tokio::select! {
            biased;
            () = self.token.cancelled() => Err(Error::Stopped(self.reason())),
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
        let ((), told) = tokio::join!(stop.after(Duration::from_millis(1500)), waits);
        let Err(Error::Stopped(why)) = &told else { panic!("{told:?}") };
        assert_eq!(why.to_string(), "timed out after 1.5 s (--timeout)");
        assert!(stop.now(Message::plain(&reasons::INTERRUPTED)), "the first reason counts");
        assert_eq!(stop.or(async { Ok(()) }).await, told);
    }
}

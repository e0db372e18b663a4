//! What a Prometheus has measured, asked for again from time to time: it cannot be watched.

use super::follow::Update;
use super::kept::Kept;
use crate::model::{Coverage, Names};
use crate::sources::{FollowUps, SourceRequest, Sources};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::sleep;

/// How often the Prometheus is asked. Its queries cover five minutes.
const EVERY: Duration = Duration::from_secs(300);

/// What to measure, and where it goes.
pub(super) struct Measuring {
    pub(super) request: SourceRequest,
    pub(super) names: Names,
    pub(super) to: mpsc::Sender<(usize, Update)>,
}

impl Measuring {
    /// Measures once. A source that does not answer is a gap.
    pub(super) async fn once(&self) -> Option<(Kept, Coverage)> {
        let sources = Sources::of(&self.request).ok()?;
        let lists = async { Ok(((), FollowUps::default())) };
        let ((), measured) = Box::pin(sources.alongside(lists)).await.ok()?;
        let (mut kept, mut coverage) = (Kept::new(self.names.clone()), Coverage::default());
        measured.put(&mut kept, &mut coverage);
        Some((kept, coverage))
    }

    /// Measures until nobody takes it any more.
    pub(super) async fn run(self) {
        loop {
            sleep(EVERY).await;
            let Some((kept, coverage)) = self.once().await else { continue };
            if self.to.send((usize::MAX, Update::Measured(kept, coverage))).await.is_err() {
                return;
            }
        }
    }
}

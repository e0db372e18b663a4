//! What a call reads: files, or a cluster. What was read is used again by the calls of the next seconds.

use super::super::live::{Flags, Live};
use super::super::{check, files, investigate};
use super::calls::Wanted;
use super::{Failure, Server, send};
use crate::cluster::{Progress, Stop};
use crate::finding::command::Kubectl;
use crate::gather;
use crate::mcp::{self, Call};
use crate::policy::settings::Settings;
use crate::snapshot::Snapshot;
use crate::wire::Time;
use serde_json::Value;
use std::time::Duration;
use tokio::time::Instant;

/// How long a call uses what another one has read.
const FRESH: Duration = Duration::from_secs(30);

/// The time between two notifications of progress.
const TICK: Duration = Duration::from_secs(1);

/// What a call has read.
pub(super) struct Kept {
    /// The scope, the context and the objects.
    of: String,
    at: Instant,
    snapshot: Snapshot,
}

impl Server {
    /// Returns what a call reads, and the settings to judge it by.
    pub(super) async fn read<'k>(
        &self,
        wanted: &Wanted<'_>,
        call: &Call,
        stop: &Stop,
        kept: &'k mut Option<Kept>,
    ) -> Result<(&'k Snapshot, Settings), Failure> {
        let mut ticker = Ticker { token: call.progress.as_ref(), began: Instant::now() };
        ticker.tell("reading");
        let of = format!("{:?} {} {:?}", wanted.scope, wanted.context, wanted.targets);
        let is_fresh = |kept: &Kept| kept.of == of && kept.at.elapsed() < FRESH;
        if !kept.as_ref().is_some_and(is_fresh) {
            // Two clusters at once may need too much memory.
            *kept = None;
            let snapshot = if self.args.filename.is_empty() {
                Box::pin(self.gathered(wanted, stop, &mut ticker)).await?
            } else {
                let now = self.args.now.map_or_else(self.clock, Time::from);
                files::read(&self.args.filename, &wanted.scope, now)?
            };
            *kept = Some(Kept { of, at: Instant::now(), snapshot });
        }
        let kept = kept.as_mut().ok_or_else(|| Failure::new("nothing was read"))?;
        let age = i64::try_from(kept.at.elapsed().as_secs()).unwrap_or(i64::MAX);
        if self.args.filename.is_empty() {
            kept.snapshot.age = Some(age).filter(|age| *age > 0);
        }
        let settings = check::settings(&self.args.judge, self.kubectl(wanted, &kept.snapshot))?;
        Ok((&kept.snapshot, settings))
    }

    /// Returns how suggested commands reach the cluster.
    fn kubectl(&self, wanted: &Wanted, snapshot: &Snapshot) -> Kubectl {
        if self.args.filename.is_empty() {
            let context = Some(wanted.context.as_str()).filter(|context| !context.is_empty());
            return Kubectl::with(self.args.connect.to_repeat(context));
        }
        Kubectl::with(check::repeat_context(snapshot))
    }

    async fn gathered(
        &self,
        wanted: &Wanted<'_>,
        stop: &Stop,
        ticker: &mut Ticker<'_>,
    ) -> Result<Snapshot, Failure> {
        let settings = check::settings(&self.args.judge, Kubectl::default())?;
        let mut connect = self.args.connect.clone();
        connect.all_contexts = false;
        connect.context =
            Some(wanted.context.clone()).into_iter().filter(|context| !context.is_empty()).collect();
        let flags = Flags { scope: &wanted.scope, list: &self.args.list, connect: &connect };
        let mut live = Live::stopped_by(stop.clone(), flags, &settings, self.clock)?;
        live.plan.with_certificates = self.args.judge.wants_certificates();
        live.plan.about = investigate::about(wanted.targets);
        let progress = live.progress(false);
        let reading = live.in_time(live.one(&wanted.context, async |session| {
            Box::pin(gather::gather(session, &live.plan, &progress, |_| ())).await
        }));
        tokio::select! {
            read = reading => read,
            never = ticker.run(&progress) => match never {},
        }
    }
}

/// The notifications of progress of a call.
struct Ticker<'a> {
    token: Option<&'a Value>,
    began: Instant,
}

impl Ticker<'_> {
    /// Notifies the client, if it asked for that. The progress is the time in seconds: how many pages there are is not known.
    fn tell(&self, message: &str) {
        if let Some(token) = self.token {
            send(&mcp::progress(token, self.began.elapsed().as_secs_f64(), message));
        }
    }

    /// Notifies the client each second.
    async fn run(&mut self, progress: &Progress) -> std::convert::Infallible {
        loop {
            tokio::time::sleep(TICK).await;
            let (pages, pods) = progress.read();
            self.tell(&format!("read {pods} pods in {pages} pages"));
        }
    }
}

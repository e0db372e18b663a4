//! A cluster that is watched until the program is stopped: its report and metrics over HTTP.

mod changes;

use super::Failure;
use super::check::settings;
use super::live::{Flags, Live};
use super::look;
use crate::cli::{Exit, ServeArgs};
use crate::cluster::LogFormat;
use crate::exporter::{Asked, Document, Identity, Judged, Logins, Metrics, Protection, Server};
use crate::finding::command::Kubectl;
use crate::gather::Watched;
use crate::output::{self, Level};
use crate::policy::settings::Settings;
use crate::render::metrics::Figures;
use crate::render::{self, Format, Look, RowOptions};
use crate::report::Report;
use crate::wire::Time;
use bytes::Bytes;
use changes::Changes;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

/// The shortest time between two judgements.
const DEBOUNCE: Duration = Duration::from_secs(1);

/// A judgement may take this part of the time: 100,000 pods take a fifth of a second.
const SHARE: u32 = 10;

/// The longest time between two judgements: ages grow without a change of the cluster.
const REFRESH: Duration = Duration::from_secs(30);

/// A report with a list that has not been followed for this time is out of date.
const OUT_OF_DATE: Duration = Duration::from_secs(60);

pub(super) fn serve(args: &ServeArgs, clock: fn() -> Time) -> Result<Exit, Failure> {
    // A program that reads the log of a service reads all of its lines.
    if args.list.log() == Some(LogFormat::Json) {
        output::log_as_json(clock);
    }
    let settings = settings(&args.judge, Kubectl::with(args.connect.to_repeat(None)))?;
    let mut live =
        Live::new(Flags { scope: &args.scope, list: &args.list, connect: &args.connect }, &settings, clock)?;
    live.only("serve watches one cluster")?;
    live.plan.with_certificates = args.judge.wants_certificates();
    let look = Look {
        lang: args.lang.unwrap_or_else(look::locale),
        color: false,
        width: None,
        height: None,
        all: false,
        rows: RowOptions::default(),
    };
    live.wait_for(run(&live, args, &settings, look))?
}

async fn run(live: &Live, args: &ServeArgs, settings: &Settings, look: Look) -> Result<Exit, Failure> {
    let refused = |error: std::io::Error| {
        Failure::new(format!("cannot listen on {}: {}", args.listen, crate::text::io_words(&error)))
    };
    let changes = Changes::open(args, look.lang)?;
    let identity = identity(args)?;
    let scheme = if identity.is_some() { "https" } else { "http" };
    let listener = TcpListener::bind(args.listen).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    let progress = live.progress(false);
    let context = live.only("serve watches one cluster")?;
    let mut watched =
        live.one(context, async |session| Watched::start(session, &live.plan, &progress).await).await?;
    let (documents, asked) = mpsc::channel(16);
    let ready = Arc::new(AtomicBool::new(false));
    let metrics = Metrics::new(watched.stats());
    let logins = args.require_token.then(|| Logins::new(watched.client()));
    let protection = Protection { identity, logins };
    let server = Arc::new(Server::new(listener, metrics, documents, Arc::clone(&ready), protection));
    output::event(Level::Info, "serving", &format!("serving on {scheme}://{address}"));
    let accepting = tokio::spawn(accept(Arc::clone(&server)));
    let mut service = Service {
        changes,
        watched: &mut watched,
        settings,
        look,
        server: &server,
        ready: &ready,
        written: [const { None }; 3],
    };
    service.run(asked, live).await;
    service.changes.drain().await;
    accepting.abort();
    Ok(Exit::Clean)
}

async fn accept(server: Arc<Server>) {
    loop {
        server.accept().await;
    }
}

/// Reads the certificate of the port.
fn identity(args: &ServeArgs) -> Result<Option<Identity>, Failure> {
    let files = args.tls_cert.as_deref().zip(args.tls_key.as_deref());
    if files.is_none() && args.require_token && !args.listen.ip().is_loopback() {
        let text = "warning: tokens travel without encryption; use --tls-cert and --tls-key";
        output::event(Level::Warn, "unencrypted", text);
    }
    files.map(|(chain, key)| Identity::open(chain, key)).transpose().map_err(Failure::new)
}

/// A cluster that is watched, and what is known of its last report.
struct Service<'s, 'p> {
    changes: Changes,
    watched: &'s mut Watched<'p>,
    settings: &'s Settings,
    look: Look,
    server: &'s Server,
    ready: &'s AtomicBool,
    /// The documents of the last report that were asked for: HTML, JSON and Markdown.
    written: [Option<Bytes>; 3],
}

/// Returns the time from one judgement to the next while the cluster changes, by what the last one took.
fn pause(took: Duration) -> Duration {
    (took * SHARE).clamp(DEBOUNCE, REFRESH)
}

impl Service<'_, '_> {
    /// Judges and answers until the run is stopped.
    async fn run(&mut self, mut asked: mpsc::Receiver<Asked>, live: &Live) {
        let stop = live.plan.budget.stop();
        let mut pause = self.judge();
        let (mut judged_at, mut changed) = (Instant::now(), false);
        loop {
            let next = judged_at + if changed { pause } else { REFRESH };
            tokio::select! {
                biased;
                () = stop.wait() => return,
                Some((document, to)) = asked.recv() => {
                    // Ages in its texts are those of now.
                    if judged_at.elapsed() >= pause {
                        pause = self.judge();
                        (judged_at, changed) = (Instant::now(), false);
                    }
                    // Nobody waits for it any more if this fails.
                    let _ = to.send(self.document(document));
                }
                () = sleep_until(next) => {
                    pause = self.judge();
                    (judged_at, changed) = (Instant::now(), false);
                }
                () = self.changes.delivered() => {}
                () = self.watched.changed() => changed = true,
            }
        }
    }

    /// Judges, and returns the shortest time to the next judgement.
    fn judge(&mut self) -> Duration {
        self.written = [const { None }; 3];
        let behind = self.watched.behind();
        let began = Instant::now();
        let report = Report::new(self.watched.snapshot(), self.settings);
        self.changes.of(&report);
        let figures = Figures::of(&report);
        let took = began.elapsed();
        self.server.metrics().set(Judged { figures, took, behind });
        self.ready.store(behind < OUT_OF_DATE, Ordering::Relaxed);
        pause(took)
    }

    /// Returns a document of the cluster as it is known now.
    fn document(&mut self, document: Document) -> Bytes {
        let (place, format) = match document {
            Document::Html => (0, Format::Html),
            Document::Json => (1, Format::Json),
            Document::Markdown => (2, Format::Markdown),
        };
        if let Some(Some(written)) = self.written.get(place) {
            return written.clone();
        }
        let report = Report::new(self.watched.snapshot(), self.settings);
        let mut text = Vec::new();
        // Writing to memory does not fail.
        let _ = render::render(&[report], format, self.look, &mut text);
        let text = Bytes::from(text);
        if let Some(written) = self.written.get_mut(place) {
            *written = Some(text.clone());
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_larger_cluster_is_judged_less_often() {
        let millis = Duration::from_millis;
        assert_eq!(pause(millis(3)), DEBOUNCE);
        assert_eq!(pause(millis(200)), Duration::from_secs(2));
        assert_eq!(pause(Duration::from_secs(60)), REFRESH);
    }
}

//! The logs of the containers of the scope, read some at a time and folded as they arrive. Each container has an equal part of
//! one gibibyte, and all have two minutes.
//!
//! What does not belong here: what a line means (`logs`).

mod targets;

pub(super) use targets::{Target, targets_of};

use super::{Measured, SourceRequest, Unavailable};
use crate::cluster::Error;
use crate::cluster::logs;
use crate::cluster::page::{ApiClient, Body, Request};
use crate::logs::{Log, Source, Summary};
use crate::model::{Gap, Reason};
use crate::text::{Fact, Message, Text, reasons};
use crate::wire::Kind;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

/// The window, unless another one is requested.
const SINCE: Duration = Duration::from_secs(86_400);
/// The bytes of all logs together, and of one log at most and at least.
const ALL: usize = 1 << 30;
const MOST: usize = 16 << 20;
const LEAST: usize = 1 << 20;
/// The most containers.
const CONTAINERS: usize = ALL / LEAST;
/// The expected length of a line: the number of requested lines is the limit in bytes divided by it.
const LINE: usize = 100;
/// The most logs that are read at once.
const AT_ONCE: usize = 8;
/// The time limit of all logs.
const TIME: Duration = Duration::from_secs(120);

/// The reader of the logs of one cluster.
pub(crate) struct ErrorLogs {
    client: Arc<ApiClient>,
    since: Duration,
    deadline: Duration,
    /// Nodes that did not answer. Their other logs are not requested.
    silent: Mutex<BTreeSet<String>>,
    lanes: Semaphore,
}

/// The result of reading one log.
enum Outcome {
    /// It was read, and whether it was cut or why it broke off.
    Read { summary: Summary, is_cut: bool, broken: Option<Unavailable> },
    /// No part of it was read.
    Unread(Unavailable),
    /// The identity may not read the logs of its namespace.
    Forbidden,
    /// The pod does not exist any more.
    Gone,
}

/// A log as it arrives. If it breaks off, the part that arrived stays.
struct Reading {
    log: Arc<Mutex<Log>>,
    limit: usize,
}

impl Body for Reading {
    type Whole = ();

    fn take(&mut self, bytes: &[u8]) -> Result<(), Message> {
        let mut log = lock(&self.log);
        let room = self.limit.saturating_sub(usize::try_from(log.bytes()).unwrap_or(usize::MAX));
        log.push(bytes.get(..room).unwrap_or(bytes));
        Ok(())
    }

    fn is_full(&self) -> bool {
        lock(&self.log).bytes() >= self.limit as u64
    }

    fn end(self) -> Result<(), Message> {
        Ok(())
    }
}

/// Locks a mutex. A panic elsewhere does not leave its content broken.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ErrorLogs {
    /// Prepares the logs of a cluster; `None` if they are not wanted.
    pub(crate) fn of(request: &SourceRequest) -> Option<Self> {
        let wanted = request.options.logs && request.wants(Kind::LogSource);
        wanted.then(|| Self {
            client: Arc::clone(&request.client),
            since: request.options.since.unwrap_or(SINCE),
            deadline: request.page_timeout,
            silent: Mutex::default(),
            lanes: Semaphore::new(AT_ONCE),
        })
    }

    /// Reads the logs of the targets.
    pub(super) async fn ask(self: &Arc<Self>, targets: Vec<Target>) -> Measured {
        let mut targets = targets::ranked(targets);
        let all = targets.len();
        targets.truncate(CONTAINERS);
        let limit = (ALL / all.max(1)).clamp(LEAST, MOST);
        let left_out = all - targets.len();
        let (end, mut tasks) = (Instant::now() + TIME, JoinSet::new());
        for target in targets {
            let reader = Arc::clone(self);
            tasks.spawn(async move {
                let outcome = reader.read(&target, limit, end).await;
                (target, outcome)
            });
        }
        let mut read = tasks.join_all().await;
        read.sort_by(|(a, _), (b, _)| a.cmp(b));
        gathered(read, (all, left_out), limit, self.since)
    }

    async fn read(&self, target: &Target, limit: usize, end: Instant) -> Outcome {
        let Ok(Ok(_lane)) = timeout_at(end, self.lanes.acquire()).await else {
            return Outcome::Unread(late());
        };
        if lock(&self.silent).contains(&target.node) {
            let why = Message::new(&reasons::NODE_SILENT, vec![("node", Fact::text(&target.node))]);
            return Outcome::Unread(Unavailable { reason: Reason::TimedOut, why });
        }
        let log = Arc::new(Mutex::new(Log::default()));
        let request = self.request(target, limit);
        let body = || Reading { log: Arc::clone(&log), limit };
        let asked = timeout_at(end, self.client.read(&request, body)).await;
        let log = std::mem::take(&mut *lock(&log));
        let (bytes, lines) = (log.bytes(), log.lines());
        let why = match asked {
            Ok(Ok(_)) => {
                let is_cut = bytes >= limit as u64 || lines >= (limit / LINE) as u64;
                return Outcome::Read { summary: log.end(), is_cut, broken: None };
            }
            Ok(Err(error)) if error.is_not_found() => return Outcome::Gone,
            Ok(Err(error)) if error.is_forbidden() && bytes == 0 => return Outcome::Forbidden,
            Ok(Err(error)) => {
                if bytes == 0 && matches!(error, Error::TimedOut { .. }) {
                    lock(&self.silent).insert(target.node.clone());
                }
                Unavailable::of(target.shown().as_str(), &error)
            }
            Err(_) => late(),
        };
        match bytes {
            0 => Outcome::Unread(why),
            _ => Outcome::Read { summary: log.end(), is_cut: true, broken: Some(why) },
        }
    }

    /// The request for the newest lines with their times. The kubelet stops at the limit.
    fn request(&self, target: &Target, limit: usize) -> Request {
        let options = format!(
            "sinceSeconds={}&timestamps=true&tailLines={}&limitBytes={limit}",
            self.since.as_secs(),
            limit / LINE,
        );
        logs::request(&target.object.namespace, &target.pod, &target.container, &options, self.deadline)
    }
}

/// The time limit of all logs has passed.
fn late() -> Unavailable {
    Unavailable::left_out(Message::new(&reasons::LOGS_LATE, vec![("seconds", Fact::count(TIME.as_secs()))]))
}

/// Puts together one source for each container of a workload, and the gaps.
fn gathered(
    read: Vec<(Target, Outcome)>,
    (all, left_out): (usize, usize),
    limit: usize,
    since: Duration,
) -> Measured {
    let window = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
    let mut sources: BTreeMap<_, Source> = BTreeMap::new();
    let (mut unread, mut cut) = (Unread::default(), 0_usize);
    for (target, outcome) in read {
        match outcome {
            Outcome::Read { summary, is_cut, broken } => {
                cut += usize::from(is_cut && broken.is_none());
                let key = (target.object.clone(), target.container.clone());
                let source = sources
                    .entry(key)
                    .or_insert_with(|| Source::new(target.object.clone(), &target.container, window));
                source.add(&target.pod, is_cut, summary);
                if let Some(why) = broken {
                    unread.add(why, &reasons::LOGS_BROKEN);
                }
            }
            Outcome::Unread(why) => unread.add(why, &reasons::LOGS_UNREAD),
            Outcome::Forbidden => {
                unread.forbidden.insert(target.object.namespace.to_string());
            }
            Outcome::Gone => {}
        }
    }
    let gaps = unread.gaps(all, sources.len()).into_iter().chain(left_over((all, left_out), cut, limit));
    Measured::all(sources.values().map(Source::to_wire).collect()).with_outside(gaps)
}

/// The gaps of logs that were left out or cut.
fn left_over((all, left_out): (usize, usize), cut: usize, limit: usize) -> impl Iterator<Item = Gap> {
    let too_many =
        vec![("count", Fact::count(left_out)), ("all", Fact::count(all)), ("most", Fact::count(CONTAINERS))];
    let only_a_part = vec![("count", Fact::count(cut)), ("size", Fact::count(limit >> 20))];
    let said = [
        (left_out > 0).then(|| Message::new(&reasons::LOGS_TOO_MANY, too_many)),
        (cut > 0).then(|| Message::new(&reasons::LOGS_CUT, only_a_part)),
    ];
    said.into_iter().flatten().map(|why| Unavailable::left_out(why).gap(Kind::LogSource, 0))
}

/// The logs that were not read, by reason.
#[derive(Default)]
struct Unread {
    /// By namespace.
    forbidden: BTreeSet<String>,
    /// Their number and the first of them, by reason and by the sentence about them.
    others: BTreeMap<(Reason, &'static Text), (usize, Message)>,
}

impl Unread {
    fn add(&mut self, why: Unavailable, said: &'static Text) {
        let of = self.others.entry((why.reason, said)).or_insert((0, why.why));
        of.0 += 1;
    }

    fn gaps(self, all: usize, got: usize) -> Vec<Gap> {
        let forbidden = self.forbidden.into_iter().map(|namespace| Gap {
            namespace: Some(namespace),
            ..Gap::new(Kind::LogSource.name(), Reason::Forbidden)
        });
        let others = self.others.into_iter().map(|((reason, said), (count, first))| {
            let facts =
                vec![("count", Fact::count(count)), ("all", Fact::count(all)), ("why", Fact::Message(first))];
            Unavailable { reason, why: Message::new(said, facts) }.gap(Kind::LogSource, got as u64)
        });
        forbidden.chain(others).collect()
    }
}

//! The server for agents: one reader of messages, and calls that are answered one after the other.

mod calls;
mod place;
mod read;

use super::{Failure, check, look};
use crate::cli::{Exit, McpArgs};
use crate::cluster::{LogFormat, Stop};
use crate::finding::command::Kubectl;
use crate::mcp::{
    self, Call, INTERNAL, INVALID_PARAMS, INVALID_REQUEST, Id, Incoming, Line, Lines, METHOD_NOT_FOUND,
    Refused,
};
use crate::output;
use crate::render::agent;
use crate::text::{Lang, Message, reasons};
use crate::wire::Time;
use read::Kept;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;
use tokio::io::BufReader;
use tokio::sync::Mutex;
use tokio::task::{AbortHandle, JoinError, JoinSet, LocalSet};

/// The most calls that wait for their answers.
const WAITING: usize = 16;

/// How long calls may still run after the end of the input.
const LAST: Duration = Duration::from_secs(10);

/// Answers calls until the input ends.
pub(super) fn mcp(args: McpArgs, clock: fn() -> Time) -> Result<Exit, Failure> {
    if args.list.log() == Some(LogFormat::Json) {
        output::log_as_json(clock);
    }
    refuse(&args)?;
    let lang = args.lang.unwrap_or_else(look::locale);
    let server = Rc::new(Server { args, lang, clock, kept: Mutex::new(None) });
    super::live::block_on(LocalSet::new().run_until(serve(server)))??;
    Ok(Exit::Clean)
}

/// Refuses flags that contradict each other, before the first message.
fn refuse(args: &McpArgs) -> Result<(), Failure> {
    check::settings(&args.judge, Kubectl::default())?;
    args.scope.check()?;
    let stdin = |path: &Path| path.as_os_str() == "-";
    if args.filename.iter().chain(&args.baseline).any(|path| stdin(path)) {
        return Err(Failure::new("standard input has the messages of the client, so it cannot be a file"));
    }
    for set in args.profile.resolved.settings.iter().filter(|set| set.is_flag()) {
        let has_none = ["failOn", "logs"].contains(&set.setting.key);
        check::refuse(&set.flag, has_none, "answers have no exit code and no patterns of logs")?;
    }
    Ok(())
}

/// What all calls have in common.
struct Server {
    args: McpArgs,
    lang: Lang,
    clock: fn() -> Time,
    /// What the last call read. Its lock also puts the calls in order.
    kept: Mutex<Option<Kept>>,
}

/// The calls that are not answered yet.
#[derive(Default)]
struct Calls {
    running: JoinSet<Value>,
    known: BTreeMap<tokio::task::Id, Running>,
}

/// A call that is not answered yet.
struct Running {
    id: Id,
    stop: Stop,
    task: AbortHandle,
}

/// Reads messages and answers them. Only this function and the progress of a call write to standard output.
async fn serve(server: Rc<Server>) -> Result<(), Failure> {
    let mut lines = Lines::new(BufReader::new(tokio::io::stdin()));
    let mut calls = Calls::default();
    loop {
        let answer = tokio::select! {
            line = lines.next() => match line.map_err(|error| Failure::new(format!("cannot read standard input: {}", crate::text::io_words(&error))))? {
                None => break,
                Some(line) => server.message(line, &mut calls),
            },
            Some(done) = calls.running.join_next_with_id() => calls.ended(done),
        };
        if !answer.is_none_or(|answer| send(&answer)) {
            return Ok(());
        }
    }
    let rest = async {
        while let Some(done) = calls.running.join_next_with_id().await {
            if !calls.ended(done).is_none_or(|answer| send(&answer)) {
                break;
            }
        }
    };
    // Who closed the input may be gone.
    let _ = tokio::time::timeout(LAST, rest).await;
    Ok(())
}

/// Writes a message. Returns false if nobody reads it.
fn send(message: &Value) -> bool {
    output::is_read(&format!("{message}\n")).unwrap_or(false)
}

impl Server {
    /// Returns the answer to a line, if it has one at once.
    fn message(self: &Rc<Self>, line: Line, calls: &mut Calls) -> Option<Value> {
        let line = match line {
            Line::Whole(line) => line,
            Line::TooLong => {
                return Some(mcp::fault(&Value::Null, INVALID_REQUEST, "the line is longer than 1 MiB"));
            }
        };
        match Incoming::of(&line) {
            Incoming::Nothing => None,
            Incoming::Wrong(answer) => Some(answer),
            Incoming::Notification { method, params } => {
                if method == "notifications/cancelled" {
                    calls.cancel(params.get("requestId"));
                }
                None
            }
            Incoming::Request { id, method, params } => self.request(id, &method, &params, calls),
        }
    }

    fn request(self: &Rc<Self>, id: Id, method: &str, params: &Value, calls: &mut Calls) -> Option<Value> {
        match method {
            "initialize" => Some(mcp::answer(&id, &mcp::initialized(params))),
            "ping" => Some(mcp::answer(&id, &json!({}))),
            "tools/list" => Some(mcp::answer(&id, &mcp::listed(self.can_compare()))),
            "tools/call" => self.call(id, params, calls),
            _ => Some(mcp::fault(&id, METHOD_NOT_FOUND, "unknown method")),
        }
    }

    /// Starts a call, or returns why it cannot be made.
    fn call(self: &Rc<Self>, id: Id, params: &Value, calls: &mut Calls) -> Option<Value> {
        if calls.known.values().any(|call| call.id == id) {
            return Some(mcp::fault(&id, INVALID_REQUEST, "a call with this id is not answered yet"));
        }
        let refused = |why: &str| Some(mcp::answer(&id, &mcp::result(&agent::failed(why, None), true)));
        let call = match Call::of(params) {
            Ok(call) => call,
            Err(Refused::NoTool(why)) => return Some(mcp::fault(&id, INVALID_PARAMS, &why)),
            Err(Refused::Arguments(why)) => return refused(&why),
        };
        if calls.known.len() >= WAITING {
            return refused("too many calls at once; wait for their answers");
        }
        let (server, stop, of) = (Rc::clone(self), Stop::default(), id.clone());
        let ends = stop.clone();
        let task = calls.running.spawn_local(async move {
            let (text, failed) = server.answer(&call, &ends).await;
            mcp::answer(&of, &mcp::result(&text, failed))
        });
        calls.known.insert(task.id(), Running { id, stop, task });
        None
    }
}

impl Calls {
    /// Ends a call without an answer, as the protocol wants it.
    fn cancel(&self, id: Option<&Id>) {
        for call in self.known.values().filter(|call| Some(&call.id) == id) {
            call.stop.now(Message::plain(&reasons::INTERRUPTED));
            call.task.abort();
        }
    }

    /// Returns the answer of a call that has ended.
    fn ended(&mut self, done: Result<(tokio::task::Id, Value), JoinError>) -> Option<Value> {
        match done {
            Ok((task, answer)) => self.known.remove(&task).map(|_| answer),
            Err(error) => {
                let call = self.known.remove(&error.id())?;
                (!error.is_cancelled())
                    .then(|| mcp::fault(&call.id, INTERNAL, "the call failed inside the server"))
            }
        }
    }
}

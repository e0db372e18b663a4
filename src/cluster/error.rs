//! The errors of requests, in the words of kubectl.

use super::connect::CONNECT;
use super::page::RetryPolicy;
use crate::memory;
use crate::model::Reason;
use crate::text::suggest::did_you_mean;
use crate::text::{Fact, Message, Text, reasons};
use crate::wire::{Kind, Status};
use std::borrow::Cow;
use std::error::Error as StdError;
use std::io;
use std::time::Duration;

/// Why a request failed. The text is the whole line that kubectl prints.
#[derive(Debug, Clone, PartialEq)]
pub enum Error {
    /// The kubeconfig, a flag or a credential is wrong.
    Config(String),
    /// The connection was refused.
    Refused {
        /// Host and port.
        host: String,
    },
    /// The connection failed.
    Unreached(String),
    /// The connection broke off.
    Transport(String),
    /// The time limit was reached.
    TimedOut {
        /// The time limit.
        after: Duration,
    },
    /// Not even the first request was answered within the time limit.
    Silent {
        /// The time limit.
        after: Duration,
    },
    /// A namespace of the scope does not exist.
    NoNamespace {
        /// The error of the server.
        status: Box<Status>,
        /// An existing namespace with a similar name.
        near: Option<String>,
    },
    /// The server returned an error.
    Status(Box<Status>),
    /// A proxy or something else that is not an API server answered.
    Foreign {
        /// The HTTP status.
        code: u16,
        /// The beginning of the body.
        text: String,
    },
    /// The server says that it is not ready.
    NotReady {
        /// Its parts that fail, such as `etcd`.
        parts: Vec<String>,
        /// The error that led to the question.
        error: Option<Box<Error>>,
    },
    /// The answer cannot be decoded; why.
    Unreadable(Message),
    /// The answer is over a limit of this program, or does not end; why.
    Limit(Message),
    /// The server states that it does not serve the kind.
    NotServed(Kind),
    /// The run was stopped before there was an answer; why.
    Stopped(Message),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Error::Config(text) => write!(f, "error: {text}"),
            Error::Refused { host } => write!(
                f,
                "The connection to the server {host} was refused - did you specify the right host or port?"
            ),
            Error::Unreached(text) | Error::Transport(text) => {
                write!(f, "Unable to connect to the server: {text}")
            }
            Error::TimedOut { after } | Error::Silent { after } => {
                write!(f, "Unable to connect to the server: {}", no_answer(*after))
            }
            Error::NoNamespace { status, .. } => write!(f, "{}", Error::Status(status.clone())),
            Error::Status(status) if status.code == 401 => {
                write!(f, "error: You must be logged in to the server (Unauthorized)")
            }
            Error::Status(status) if status.reason.is_empty() => {
                write!(f, "Error from server: {}", status.message)
            }
            Error::Status(status) => write!(f, "Error from server ({}): {}", status.reason, status.message),
            Error::Foreign { code, text } => write!(f, "Error from server: HTTP {code}: {text}"),
            Error::NotReady { error: Some(error), .. } => error.fmt(f),
            Error::NotReady { .. } => write!(f, "Error from server: {}", self.why()),
            Error::Unreadable(text) => write!(f, "error: the server's answer cannot be read: {text}"),
            Error::Limit(text) => write!(f, "error: {text}"),
            Error::NotServed(kind) => write!(f, "error: the server does not serve {}", kind.resource()),
            Error::Stopped(why) => write!(f, "error: {why}, nothing was read"),
        }
    }
}

impl StdError for Error {}

impl Error {
    /// The error of an answer that a reader did not take.
    pub(super) fn unreadable(why: Message) -> Self {
        if memory::is_cause_of(&why) { Error::Limit(memory::exhausted()) } else { Error::Unreadable(why) }
    }

    /// Returns a hint, if one is likely to help.
    pub fn hint(&self) -> Option<Cow<'static, str>> {
        if let Error::NoNamespace { near: Some(near), .. } = self {
            return Some(Cow::Owned(did_you_mean(near)));
        }
        if let Error::NotReady { error, .. } = self {
            let why = if error.is_some() { format!("{}; ", self.why()) } else { String::new() };
            return Some(Cow::Owned(format!("{why}see: kubectl get --raw '/readyz?verbose'")));
        }
        self.known_hint().map(Cow::Borrowed)
    }

    fn known_hint(&self) -> Option<&'static str> {
        match self {
            Error::Unreached(text) if text.contains("certificate") => Some(
                "the server's certificate is not trusted; set its authority with --certificate-authority, or skip \
                 verification with --insecure-skip-tls-verify",
            ),
            Error::Unreached(_) | Error::Silent { .. } => {
                Some("check the network and the VPN, and the server in the kubeconfig")
            }
            Error::Status(status) if status.code == 401 => {
                Some("the server rejected the credentials; a token may have expired: log in again")
            }
            Error::Status(status) if status.code == 403 => {
                Some("if you have access to some namespaces only, list them: -n NS1,NS2")
            }
            Error::TimedOut { .. } => Some("increase --page-timeout or decrease --page-size"),
            _ => None,
        }
    }

    /// Returns the reason of the gap that the error leaves.
    pub fn reason(&self) -> Reason {
        match self {
            Error::TimedOut { .. } | Error::Silent { .. } => Reason::TimedOut,
            Error::Unreadable(_) => Reason::Unreadable,
            Error::NotReady { error: Some(error), .. } => error.reason(),
            Error::NotServed(_) => Reason::Absent,
            Error::Stopped(_) => Reason::Stopped,
            Error::Status(status) => match status.code {
                401 | 403 => Reason::Forbidden,
                410 => Reason::Expired,
                504 => Reason::TimedOut,
                _ => Reason::Failed,
            },
            _ => Reason::Failed,
        }
    }

    /// Returns why a gap is there: the sentence without the prefix of kubectl's error lines.
    pub fn why(&self) -> Message {
        let quoted = |words: &str| Message::quoted(words);
        let of = |text: &'static Text, why: Message| Message::new(text, vec![("why", Fact::Message(why))]);
        match self {
            Error::Config(text) => quoted(text),
            Error::Refused { host } => {
                Message::new(&reasons::SERVER_REFUSED, vec![("host", Fact::text(host))])
            }
            Error::Unreached(text) | Error::Transport(text) => of(&reasons::SERVER_UNREACHABLE, quoted(text)),
            Error::TimedOut { after } | Error::Silent { after } => {
                of(&reasons::SERVER_UNREACHABLE, no_answer(*after))
            }
            Error::NoNamespace { near: Some(near), .. } => {
                Message::new(&reasons::NO_NAMESPACE_NEAR, vec![("near", Fact::text(near))])
            }
            Error::NoNamespace { near: None, .. } => Message::plain(&reasons::NO_NAMESPACE),
            Error::Status(status) if status.code == 401 && status.message.is_empty() => {
                Message::plain(&reasons::NOT_LOGGED_IN)
            }
            Error::Status(status) => quoted(&status.message),
            Error::Foreign { code, text } => {
                of(&reasons::SERVER_ERROR, quoted(&format!("HTTP {code}: {text}")))
            }
            Error::NotReady { parts, .. } => not_ready(parts),
            Error::Unreadable(why) => of(&reasons::ANSWER_UNREADABLE, why.clone()),
            Error::NotServed(kind) => {
                Message::new(&reasons::NOT_SERVED, vec![("kind", Fact::text(kind.resource()))])
            }
            Error::Limit(why) | Error::Stopped(why) => why.clone(),
        }
    }

    /// Returns the number of attempts, within the deadline, that are worth making.
    pub(crate) fn attempts(&self, patience: RetryPolicy) -> u32 {
        let code = match self {
            Error::Status(status) => status.code,
            Error::Foreign { code, .. } => (*code).into(),
            _ => 0,
        };
        match (patience, self) {
            (RetryPolicy::Once | RetryPolicy::Probe, _) | (RetryPolicy::Greeting, Error::Refused { .. }) => 1,
            // A response that is broken in the server's storage stays broken.
            (RetryPolicy::Greeting, Error::Unreached(_)) | (_, Error::Unreadable(_)) => 3,
            (_, Error::Refused { .. } | Error::Unreached(_) | Error::Transport(_)) => u32::MAX,
            _ if code == 500 => 7,
            _ if matches!(code, 429 | 502 | 503 | 504) => u32::MAX,
            // An HTML page of a portal or a login.
            (_, Error::Foreign { code: 200..=299, .. }) => 3,
            _ => 1,
        }
    }

    /// Whether the server throttles requests.
    pub(crate) fn is_throttling(&self) -> bool {
        matches!(self, Error::Status(status) if status.code == 429)
            || matches!(self, Error::Foreign { code: 429, .. })
    }

    /// Whether time ran out: a smaller page may succeed.
    pub(crate) fn is_timeout(&self) -> bool {
        matches!(self, Error::TimedOut { .. } | Error::Foreign { code: 504, .. })
            || matches!(self, Error::Status(status) if status.code == 504)
    }

    /// Returns the token with which an expired list goes on from another moment.
    pub(crate) fn fresh_token(&self) -> Option<&str> {
        match self {
            Error::Status(status) if status.code == 410 => {
                Some(status.metadata.r#continue.as_str()).filter(|token| !token.is_empty())
            }
            _ => None,
        }
    }

    /// Whether the user lacks rights.
    pub(crate) fn is_forbidden(&self) -> bool {
        matches!(self, Error::Status(status) if status.code == 403)
    }

    /// Whether the server does not accept the credentials.
    pub(crate) fn is_unauthorized(&self) -> bool {
        matches!(self, Error::Status(status) if status.code == 401)
    }

    /// Whether the run was stopped.
    pub(crate) fn is_stopped(&self) -> bool {
        matches!(self, Error::Stopped(_))
    }

    /// Whether the server does not know the object or the kind.
    pub(crate) fn is_not_found(&self) -> bool {
        matches!(self, Error::Status(status) if status.code == 404)
    }

    /// Whether a path was not found, by the API server or by something before it.
    pub(crate) fn is_no_path(&self) -> bool {
        self.is_not_found() || matches!(self, Error::Foreign { code: 404, .. })
    }
}

/// Says which parts of the API server fail.
pub(crate) fn not_ready(parts: &[String]) -> Message {
    Message::new(&reasons::NOT_READY, vec![("parts", Fact::Text(parts.join(", ")))])
}

/// Says that there was no answer in time. In tenths of a second: the last attempt has only the time that is left.
pub(crate) fn no_answer(after: Duration) -> Message {
    let seconds = (after.as_secs_f32() * 10.0).round() / 10.0;
    Message::new(&reasons::NO_ANSWER, vec![("seconds", Fact::text(seconds.to_string()))])
}

/// Reads a failed call: refused, or the message of its innermost cause.
pub(crate) fn transport(error: &(dyn StdError + 'static), host: &str) -> Error {
    let mut cause = error;
    let mut unreached = false;
    loop {
        let io = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        if io == Some(io::ErrorKind::ConnectionRefused) {
            return Error::Refused { host: host.to_owned() };
        }
        let client = cause.downcast_ref::<hyper_util::client::legacy::Error>();
        unreached |= client.is_some_and(hyper_util::client::legacy::Error::is_connect);
        match cause.source() {
            Some(source) => cause = source,
            None if io == Some(io::ErrorKind::TimedOut) && unreached => {
                return Error::TimedOut { after: CONNECT };
            }
            None if unreached => return Error::Unreached(format!("{host}: {cause}")),
            None => return Error::Transport(format!("{host}: {cause}")),
        }
    }
}

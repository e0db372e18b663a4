//! What a cluster, or the way to it, can refuse: told in kubectl's words.

use crate::model::Reason;
use crate::wire::Status;
use std::error::Error as StdError;
use std::io;
use std::time::Duration;

/// Why there is no answer. Its text is the whole line that kubectl prints.
#[derive(Debug, Clone, PartialEq)]
pub enum Error {
    /// The kubeconfig, a flag or a credential is wrong.
    Config(String),
    /// Nobody listens there.
    Refused {
        /// Host and port.
        host: String,
    },
    /// The connection could not be made or did not last.
    Transport(String),
    /// No answer in time.
    TimedOut {
        /// How long it was waited for.
        after: Duration,
    },
    /// The server said no.
    Status(Box<Status>),
    /// Something that is not an API server answered.
    Foreign {
        /// The HTTP status.
        code: u16,
        /// The beginning of the body.
        text: String,
    },
    /// The answer made no sense.
    Unreadable(String),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Error::Config(text) => write!(f, "error: {text}"),
            Error::Refused { host } => write!(
                f,
                "The connection to the server {host} was refused - did you specify the right host or port?"
            ),
            Error::Transport(text) => write!(f, "Unable to connect to the server: {text}"),
            Error::TimedOut { after } => {
                write!(f, "Unable to connect to the server: no answer within {} s", after.as_secs_f32())
            }
            Error::Status(status) if status.code == 401 => {
                write!(f, "error: You must be logged in to the server (Unauthorized)")
            }
            Error::Status(status) if status.reason.is_empty() => {
                write!(f, "Error from server: {}", status.message)
            }
            Error::Status(status) => write!(f, "Error from server ({}): {}", status.reason, status.message),
            Error::Foreign { code, text } => write!(f, "Error from server: HTTP {code}: {text}"),
            Error::Unreadable(text) => write!(f, "error: the server's answer cannot be read: {text}"),
        }
    }
}

impl StdError for Error {}

impl Error {
    /// What may help, where something is likely to.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Error::Transport(text) if text.contains("certificate") => Some(
                "the server's certificate is not trusted: name its authority with --certificate-authority, or \
                 skip the check with --insecure-skip-tls-verify",
            ),
            Error::Status(status) if status.code == 401 => {
                Some("the credentials were refused: a token may have expired; log in again")
            }
            Error::Status(status) if status.code == 403 => {
                Some("with rights in some namespaces only, name them: -n NAMESPACE,...")
            }
            Error::TimedOut { .. } => {
                Some("give it more time with --page-timeout, or smaller pages: --page-size")
            }
            _ => None,
        }
    }

    /// The same as one word of a gap.
    pub fn reason(&self) -> Reason {
        match self {
            Error::TimedOut { .. } => Reason::TimedOut,
            Error::Unreadable(_) => Reason::Unreadable,
            Error::Status(status) => match status.code {
                401 | 403 => Reason::Forbidden,
                404 => Reason::Absent,
                410 => Reason::Expired,
                504 => Reason::TimedOut,
                _ => Reason::Failed,
            },
            _ => Reason::Failed,
        }
    }

    /// The same as the detail of a gap: without the words around it.
    pub fn detail(&self) -> String {
        match self {
            Error::Status(status) => status.message.clone(),
            other => other.to_string(),
        }
    }

    /// Whether asking again may help.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Error::Refused { .. } | Error::Transport(_) => true,
            Error::Status(status) => matches!(status.code, 429 | 500 | 502 | 503 | 504),
            Error::Foreign { code, .. } => matches!(code, 429 | 500 | 502 | 503 | 504),
            _ => false,
        }
    }

    /// Whether the server refused for want of rights.
    pub(super) fn is_forbidden(&self) -> bool {
        matches!(self, Error::Status(status) if status.code == 403)
    }

    /// Whether the server does not know the object or the kind.
    pub(super) fn is_not_found(&self) -> bool {
        matches!(self, Error::Status(status) if status.code == 404)
    }
}

/// Reads a failed call: refused, or what its innermost cause says.
pub(super) fn transport(error: &(dyn StdError + 'static), host: &str) -> Error {
    let mut cause = error;
    loop {
        let io = cause.downcast_ref::<io::Error>();
        if io.is_some_and(|io| io.kind() == io::ErrorKind::ConnectionRefused) {
            return Error::Refused { host: host.to_owned() };
        }
        match cause.source() {
            Some(source) => cause = source,
            None => return Error::Transport(format!("{host}: {cause}")),
        }
    }
}

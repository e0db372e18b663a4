//! Lines that belong to the line before: stack traces of Java, .NET, Node, Python and Go, and other indented lines.

use super::level::Class;

/// The kind of the lines before.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum State {
    /// No trace.
    #[default]
    Plain,
    /// A Python traceback. A bare one has no message before it.
    Python { bare: bool },
    /// The goroutines of a Go program that panics.
    Go,
}

/// Whether a line belongs to the line before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Joins {
    No,
    Yes,
    /// The line belongs to it and contains the message of a trace of Python.
    Names,
}

/// The state between the lines of one log.
#[derive(Debug, Default)]
pub(super) struct Traces {
    state: State,
    /// The class of the line that following lines may belong to.
    open: Option<Class>,
    /// Whether that line states a level and no exception has followed it yet.
    takes_exception: bool,
}

const TRACEBACK: &str = "Traceback (most recent call last)";

impl Traces {
    /// Returns whether a line belongs to the line before. `is_error` says whether a line states that it is an error.
    pub(super) fn follow(&mut self, line: &str, is_error: impl Fn(&str) -> bool) -> Joins {
        let Some(open) = self.open else { return Joins::No };
        if line.is_empty() {
            return Joins::Yes;
        }
        let indented = line.starts_with(['\t', ' ']);
        match self.state {
            State::Python { .. } => {
                return if indented || begins_python(line) {
                    Joins::Yes
                } else {
                    self.state = State::Plain;
                    self.takes_exception = false;
                    Joins::Names
                };
            }
            State::Go if is_of_goroutine(line) => return Joins::Yes,
            _ => self.state = State::Plain,
        }
        if begins_python(line) {
            // A traceback after a line without an error is a new error. After a warning it was caught.
            let continues = !line.starts_with(TRACEBACK);
            let joins = continues || self.takes_exception && open != Class::Quiet;
            self.state = if joins { State::Python { bare: false } } else { State::Plain };
            return if joins { Joins::Yes } else { Joins::No };
        }
        if is_frame(line) || indented && (open != Class::Quiet || !is_error(line)) {
            return Joins::Yes;
        }
        if line.starts_with("goroutine ") || line.starts_with("[signal ") {
            self.state = State::Go;
            return Joins::Yes;
        }
        let joins = self.takes_exception && open != Class::Quiet && is_exception(line);
        self.takes_exception &= !joins;
        if joins { Joins::Yes } else { Joins::No }
    }

    /// Starts a new line that others may belong to.
    pub(super) fn begin(&mut self, line: &str, class: Class, is_stated: bool) {
        let goes = line.starts_with("panic: ") || line.starts_with("fatal error: ");
        self.state = if goes {
            State::Go
        } else if line.starts_with(TRACEBACK) {
            State::Python { bare: true }
        } else {
            State::Plain
        };
        self.open = Some(class);
        self.takes_exception = is_stated && !goes;
    }

    /// Returns whether the message of the trace has not come yet.
    pub(super) fn is_unnamed(&self) -> bool {
        self.state == State::Python { bare: true }
    }
}

fn begins_python(line: &str) -> bool {
    line.starts_with(TRACEBACK)
        || line.starts_with("During handling of the above exception")
        || line.starts_with("The above exception was the direct cause")
}

/// Recognizes frames and the lines between them: Java, .NET and Node.
pub(super) fn is_frame(line: &str) -> bool {
    let line = line.trim_start();
    let between = ["Caused by: ", "Suppressed: ", "--- End of ", "---> ", "Node.js v", "Wrapped by: "];
    line.starts_with("at ") && line.ends_with(|c: char| c.is_ascii_digit() || ")>];".contains(c))
        || line.starts_with("... ") && (line.ends_with(" more") || line.contains(" common frames omitted"))
        || between.iter().any(|begin| line.starts_with(begin))
}

/// Recognizes the output of a Go program that panics.
fn is_of_goroutine(line: &str) -> bool {
    let begins =
        ["\t", "goroutine ", "created by ", "exit status ", "[signal ", "[originating ", "...", "runtime: "];
    let is_call = || {
        let name = line.split('(').next().unwrap_or_default();
        line.ends_with([')', '}']) && name.contains('.') && !name.contains(' ')
    };
    let is_register = || {
        let mut words = line.split_whitespace();
        words.next().is_some_and(|name| name.len() <= 6)
            && words.next().is_some_and(|value| value.starts_with("0x"))
            && words.next().is_none()
    };
    begins.iter().any(|begin| line.starts_with(begin)) || is_call() || is_register()
}

/// Recognizes `java.lang.IllegalStateException: text`, `System.InvalidOperationException`, `ValueError: text`.
pub(super) fn is_exception(line: &str) -> bool {
    let name = line.split([':', ' ']).next().unwrap_or_default();
    let named = name.ends_with("Exception") || name.ends_with("Error") || name.ends_with("Throwable");
    named && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._$".contains(&byte))
}

//! The table of rules: what the words of programs and runtimes mean at the end of a log.

/// What a sign says about its line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    /// Nothing about the end of the program.
    Noise,
    /// The program cannot go on.
    Fatal,
    /// The program cannot go on; if the line ends with a colon, the next one says why.
    FatalBelow,
    /// The program cannot go on; the line after `Description:` says why.
    DescribedBelow,
    /// An exception that is not handled at this place.
    Thrown,
    /// It is an error; the next line says which, if this one ends with the number of an event.
    ErrorBelow,
    /// The indented lines below say why, the deepest cause last.
    ListBelow,
    /// It names what went wrong.
    Reason,
    /// The cause of the exception above is behind the sign.
    Cause,
    /// Only that the program ends. Any other error says more.
    Vague,
}

/// Where a sign must be.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Start,
    Inside,
    /// Nothing else may be on the line.
    Whole,
}

pub(super) struct Rule {
    /// In lower case.
    pub(super) sign: &'static str,
    pub(super) place: Place,
    pub(super) says: Says,
}

const fn start(sign: &'static str, says: Says) -> Rule {
    Rule { sign, place: Place::Start, says }
}

const fn inside(sign: &'static str, says: Says) -> Rule {
    Rule { sign, place: Place::Inside, says }
}

const fn whole(sign: &'static str, says: Says) -> Rule {
    Rule { sign, place: Place::Whole, says }
}

/// The rules. Of those for a line of its own, the first that matches counts.
pub(super) static RULES: &[Rule] = &[
    // Trailers of runtimes and of the programs that start them.
    start("npm err!", Says::Noise),
    start("npm error", Says::Noise),
    start("npm notice", Says::Noise),
    start("error command failed", Says::Noise),
    start("exception ignored in", Says::Noise),
    start("note: run with `rust_backtrace", Says::Noise),
    start("stack trace:", Says::Noise),
    start("make: ***", Says::Noise),
    start("exit status ", Says::Noise),
    // Go: runtime/panic.go.
    start("panic: ", Says::Fatal),
    start("fatal error: ", Says::Fatal),
    // Java.
    start("exception in thread ", Says::Fatal),
    start("error: could not find or load main class", Says::Fatal),
    start("error: unable to access jarfile", Says::Fatal),
    // Spring Boot: the text of a FailureAnalyzer.
    whole("application failed to start", Says::DescribedBelow),
    // .NET, and the console logger of its host.
    start("unhandled exception", Says::Fatal),
    start("fail: ", Says::ErrorBelow),
    start("crit: ", Says::ErrorBelow),
    // Python.
    start("traceback (most recent call last)", Says::Thrown),
    // Node.js.
    start("uncaught exception", Says::Fatal),
    inside("unhandledpromiserejection", Says::Fatal),
    // Rust: library/std/src/panicking.rs; main returns an error of anyhow or eyre.
    inside("' panicked at ", Says::FatalBelow),
    inside(") panicked at ", Says::FatalBelow),
    whole("error:", Says::ListBelow),
    // PHP.
    start("php fatal error:", Says::Fatal),
    start("php parse error:", Says::Fatal),
    inside("php message: php fatal error", Says::Fatal),
    // C++ and the kernel.
    start("terminate called", Says::Fatal),
    start("segmentation fault", Says::Fatal),
    inside("exec format error", Says::Fatal),
    // Connections and names.
    inside("connection refused", Says::Reason),
    inside("connectionrefused", Says::Reason),
    inside("econnrefused", Says::Reason),
    inside("connection reset by peer", Says::Reason),
    inside("no such host", Says::Reason),
    inside("unknown host", Says::Reason),
    inside("unknownhost", Says::Reason),
    inside("host not found", Says::Reason),
    inside("enotfound", Says::Reason),
    inside("eai_again", Says::Reason),
    inside("name or service not known", Says::Reason),
    inside("name does not resolve", Says::Reason),
    inside("name resolution", Says::Reason),
    inside("could not translate host name", Says::Reason),
    inside("no route to host", Says::Reason),
    inside("network is unreachable", Says::Reason),
    inside("i/o timeout", Says::Reason),
    inside("connection timed out", Says::Reason),
    inside("etimedout", Says::Reason),
    inside("deadline exceeded", Says::Reason),
    inside("address already in use", Says::Reason),
    inside("eaddrinuse", Says::Reason),
    inside("port is already", Says::Reason),
    // Rights and identities.
    inside("permission denied", Says::Reason),
    inside("access denied", Says::Reason),
    inside("access is denied", Says::Reason),
    inside("operation not permitted", Says::Reason),
    inside("eacces", Says::Reason),
    inside("eperm", Says::Reason),
    inside("is forbidden", Says::Reason),
    inside("unauthorized", Says::Reason),
    inside("authentication failed", Says::Reason),
    inside("unknown authority", Says::Reason),
    inside("certificate has expired", Says::Reason),
    inside("x509: ", Says::Reason),
    // Files, commands, settings and resources.
    inside("no such file or directory", Says::Reason),
    inside("enoent", Says::Reason),
    inside("command not found", Says::Reason),
    inside(": not found", Says::Reason),
    inside("cannot find module", Says::Reason),
    inside("no module named", Says::Reason),
    inside("read-only file system", Says::Reason),
    inside("no space left on device", Says::Reason),
    inside("too many open files", Says::Reason),
    inside("cannot allocate memory", Says::Reason),
    inside("unknown flag", Says::Reason),
    inside("unknown option", Says::Reason),
    inside("unrecognized option", Says::Reason),
    inside("flag provided but not defined", Says::Reason),
    inside("unbound variable", Says::Reason),
    inside("parameter not set", Says::Reason),
    inside("is not set", Says::Reason),
    inside("must be set", Says::Reason),
    inside("is required", Says::Reason),
    // Causes below an exception: Java, .NET, Node.js, C++.
    start("caused by: ", Says::Cause),
    start("---> ", Says::Cause),
    start("[cause]: ", Says::Cause),
    start("what(): ", Says::Cause),
    // The end, without its reason.
    inside("shutting down", Says::Vague),
    inside("shutdown", Says::Vague),
    inside("application run failed", Says::Vague),
    inside("application failed to start", Says::Vague),
    inside("failed to boot", Says::Vague),
    inside("exited with code", Says::Vague),
    inside("context canceled", Says::Vague),
    inside("server closed", Says::Vague),
    start("aborting", Says::Vague),
    start("exiting", Says::Vague),
    start("terminating", Says::Vague),
];

/// Words of a failed connection, in lower case. Such a cause without an address is of no use alone.
pub(super) static CONNECTIONS: [&str; 20] = [
    "broken pipe",
    "certificate",
    "closed",
    "connect",
    "econnrefused",
    "eof",
    "etimedout",
    "handshake",
    "name or service not known",
    "name resolution",
    "no route",
    "peer",
    "pkix",
    "refused",
    "reset",
    "ssl",
    "timed out",
    "timeout",
    "tls",
    "unreachable",
];

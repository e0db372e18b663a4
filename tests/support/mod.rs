//! Shared by the tests: the binary, example objects, and a real control plane.
#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on must stop"
)]
#![allow(unreachable_pub, reason = "each test binary is its own crate")]
#![allow(missing_docs, reason = "tests are read with their code")]

pub mod agent;
pub mod alertmanager;
pub mod certificates;
pub mod corpus;
pub mod credentials;
pub mod crowd;
pub mod edge;
pub mod faults;
pub mod lab;
pub mod page;
pub mod pigo;
pub mod prometheus;
pub mod receiver;
pub mod scripted;
pub mod service;
pub mod shapes;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

/// The binary under test: the release build, because users run it. Debug builds of dependencies contain more checks
/// and hide faults. The first use in a test process builds it. `TEST_BINARY` names another one, such as a debug
/// build.
pub static BINARY: LazyLock<PathBuf> = LazyLock::new(|| match std::env::var_os("TEST_BINARY") {
    Some(path) => PathBuf::from(path),
    None => built(),
});

/// Builds the release binary, which does nothing if it is current, and returns its path.
fn built() -> PathBuf {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    // The build script of `ring` runs again when a variable that cargo sets for a test differs.
    for (name, _) in std::env::vars_os() {
        let own = ["CARGO_MANIFEST_", "CARGO_PKG_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"];
        if own.iter().any(|own| name.to_string_lossy().starts_with(own)) {
            cargo.env_remove(&name);
        }
    }
    cargo.args(["build", "--release", "--locked", "--quiet", "--bin", kubectl_healthcheck::NAME]);
    let output = cargo.arg("--message-format=json").stderr(Stdio::inherit()).output().expect("cargo runs");
    assert!(output.status.success(), "the release build failed");
    let messages = String::from_utf8_lossy(&output.stdout);
    let path = |line: &str| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        message["executable"].as_str().map(PathBuf::from)
    };
    messages.lines().find_map(path).expect("cargo names the binary it built")
}

/// Returns a command for the binary in a clean environment.
pub fn healthcheck() -> Command {
    in_clean_environment(BINARY.as_path())
}

/// Returns the folder with the programs of a lab script. If they are not built, the test fails with the message of
/// the script.
pub fn binaries(script: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(script);
    let output = Command::new(path).arg("--path").output().expect("the script runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    PathBuf::from(String::from_utf8(output.stdout).unwrap().trim())
}

/// Returns a command that inherits only PATH, so that no test depends on the time zone, locale or kubeconfig of the
/// machine.
pub fn in_clean_environment(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("TZ", "UTC").env("HOME", "/nonexistent").stdin(Stdio::null());
    command
}

/// The output and the exit code of a run.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
            err: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
        }
    }

    /// Returns the JSON output.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in: {self:?}"))
    }
}

pub trait Run {
    /// Runs the command.
    fn ran(&mut self) -> Ran;
    /// Runs the command with this standard input.
    fn fed(&mut self, input: &[u8]) -> Ran;
}

impl Run for Command {
    fn ran(&mut self) -> Ran {
        Ran::of(self.output().expect("the program runs"))
    }

    fn fed(&mut self, input: &[u8]) -> Ran {
        let mut child =
            self.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (mut stdin, input) = (child.stdin.take().unwrap(), input.to_vec());
        // A program may stop reading early.
        let feeder = std::thread::spawn(move || {
            let _ = stdin.write_all(&input);
        });
        let output = child.wait_with_output().unwrap();
        feeder.join().unwrap();
        Ran::of(output)
    }
}

/// Runs the binary with these arguments, separated by spaces.
pub fn run(arguments: &str) -> Ran {
    healthcheck().args(arguments.split_whitespace()).ran()
}

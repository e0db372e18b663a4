//! The process of a credential plugin: its output and its time are bounded, and its processes end with it.
//!
//! What does not belong here: the protocol, which is in `exec`.

use crate::text::is_hostile;
use std::io;
use std::process::ExitStatus;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// The maximum size of standard output.
pub(super) const LARGEST: usize = 1 << 20;
/// The part of standard error that is passed on.
const MOST_WORDS: usize = 1 << 20;
/// How long to read on after the plugin has ended: a process that it leaves behind may keep its output open.
const GRACE: Duration = Duration::from_secs(1);

/// Why a plugin gave no output.
#[derive(Debug)]
pub(super) enum Failure {
    /// It could not be started or read.
    Io(io::Error),
    /// It did not end within the time limit.
    Late,
    /// It printed more than [`LARGEST`].
    TooLarge,
}

/// The output of a plugin that has ended.
pub(super) struct Output {
    pub(super) stdout: Vec<u8>,
    pub(super) status: ExitStatus,
}

/// Runs a plugin whose standard output and standard error are pipes. The words on standard error are passed on as they
/// arrive. If it fails or the future is dropped, the plugin ends; with `group`, all processes that it started end.
pub(super) async fn run(
    mut command: Command,
    group: bool,
    limit: Duration,
    pass_on: fn(&str),
) -> Result<Output, Failure> {
    #[cfg(unix)]
    if group {
        command.process_group(0);
    }
    let mut child = command.spawn().map_err(Failure::Io)?;
    let mut tree = Tree::of(&child, group);
    let mut stdout = Vec::new();
    let ended = timeout(limit, read(&mut child, &mut stdout, pass_on)).await;
    let status = ended.map_err(|_| Failure::Late)??;
    // What a plugin leaves behind on purpose, such as a cache, stays: as in kubectl.
    tree.release();
    Ok(Output { stdout, status })
}

async fn read(child: &mut Child, into: &mut Vec<u8>, pass_on: fn(&str)) -> Result<ExitStatus, Failure> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let streams = async { tokio::try_join!(bounded(stdout, into), words(stderr, pass_on)) };
    tokio::pin!(streams);
    tokio::select! {
        done = &mut streams => {
            done?;
            child.wait().await.map_err(Failure::Io)
        }
        status = child.wait() => {
            if let Ok(done) = timeout(GRACE, streams).await {
                done?;
            }
            status.map_err(Failure::Io)
        }
    }
}

async fn bounded(from: Option<impl AsyncRead + Unpin>, into: &mut Vec<u8>) -> Result<(), Failure> {
    let Some(from) = from else { return Ok(()) };
    from.take(LARGEST as u64 + 1).read_to_end(into).await.map_err(Failure::Io)?;
    if into.len() > LARGEST { Err(Failure::TooLarge) } else { Ok(()) }
}

/// Passes on what a plugin writes on standard error. After a limit the rest is read and dropped: a full pipe would block the
/// plugin.
async fn words(from: Option<impl AsyncRead + Unpin>, pass_on: fn(&str)) -> Result<(), Failure> {
    let Some(mut from) = from else { return Ok(()) };
    let (mut bytes, mut chunk, mut passed) = (Vec::new(), [0; 4096], 0);
    loop {
        let read = from.read(&mut chunk).await.map_err(Failure::Io)?;
        if read == 0 {
            pass_on(&plain(&String::from_utf8_lossy(&bytes)));
            return Ok(());
        }
        passed += read;
        if passed <= MOST_WORDS {
            bytes.extend_from_slice(chunk.get(..read).unwrap_or_default());
            pass_on(&plain(&whole(&mut bytes)));
        }
    }
}

/// Takes the text out of the bytes, except for a character at the end that is not complete.
fn whole(bytes: &mut Vec<u8>) -> String {
    let rest = bytes.utf8_chunks().last().map_or(0, |chunk| {
        let cut = std::str::from_utf8(chunk.invalid()).is_err_and(|error| error.error_len().is_none());
        if cut { chunk.invalid().len() } else { 0 }
    });
    let rest = bytes.split_off(bytes.len() - rest);
    let text = String::from_utf8_lossy(bytes).into_owned();
    *bytes = rest;
    text
}

/// Replaces the characters that must not reach a terminal.
fn plain(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars().map(|c| if is_hostile(c) && c != '\n' && c != '\t' { '\u{fffd}' } else { c }).collect()
}

/// The processes of a plugin. They are killed when this is dropped.
#[cfg(unix)]
struct Tree(Option<nix::unistd::Pid>);

#[cfg(unix)]
impl Tree {
    /// Returns the process group that a child leads; nothing if it is in the group of this program.
    fn of(child: &Child, group: bool) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok()).filter(|id| group && *id > 1);
        Self(id.map(nix::unistd::Pid::from_raw))
    }

    fn release(&mut self) {
        self.0 = None;
    }
}

#[cfg(unix)]
impl Drop for Tree {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // An error says that there is no such process any more.
            let _ = nix::sys::signal::killpg(group, nix::sys::signal::Signal::SIGKILL);
        }
    }
}

/// Where there are no process groups, only the plugin itself is killed.
#[cfg(not(unix))]
struct Tree;

#[cfg(not(unix))]
impl Tree {
    fn of(_: &Child, _: bool) -> Self {
        Self
    }

    fn release(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Stdio;
    use std::sync::Mutex;
    use std::time::Instant;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdin(Stdio::null()).kill_on_drop(true);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    async fn ran(script: &str, limit: u64) -> Result<Output, Failure> {
        run(shell(script), true, Duration::from_millis(limit), |_| {}).await
    }

    /// Whether a process is running.
    fn is_alive(id: &str) -> bool {
        // A killed process stays as a zombie until its parent reads its status.
        let status = std::fs::read_to_string(format!("/proc/{}/stat", id.trim()));
        status.is_ok_and(|text| !text.contains(") Z "))
    }

    async fn ends(id: &str) -> bool {
        for _ in 0..200 {
            if !is_alive(id) {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        false
    }

    #[tokio::test]
    async fn endless_output_ends_the_plugin() {
        let began = Instant::now();
        assert!(matches!(ran("yes", 60_000).await, Err(Failure::TooLarge)));
        let largest = ran(&format!("head -c {LARGEST} /dev/zero"), 60_000).await.unwrap();
        assert_eq!(largest.stdout.len(), LARGEST);
        assert!(began.elapsed() < Duration::from_secs(60));
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn all_processes_of_a_plugin_end_with_its_time() {
        let folder = tempfile::tempdir().unwrap();
        let ids = folder.path().join("ids");
        let script =
            format!("sleep 600 & echo $! > {0}; sh -c 'sleep 600' & echo $! >> {0}; wait", ids.display());
        assert!(matches!(ran(&script, 2000).await, Err(Failure::Late)));
        let ids = std::fs::read_to_string(ids).unwrap();
        assert_eq!(ids.lines().count(), 2);
        for id in ids.lines() {
            assert!(ends(id).await, "{id} runs on");
        }
    }

    #[tokio::test]
    async fn a_process_that_keeps_the_output_open_does_not_delay_the_answer() {
        let began = Instant::now();
        let output = ran("sleep 30 & echo done", 60_000).await.unwrap();
        assert_eq!((output.stdout.as_slice(), output.status.success()), (&b"done\n"[..], true));
        assert!(began.elapsed() < Duration::from_secs(20));
    }

    #[tokio::test]
    async fn standard_error_is_passed_on_at_once_without_control_characters() {
        static HEARD: Mutex<String> = Mutex::new(String::new());
        let hear = |text: &str| HEARD.lock().unwrap().push_str(text);
        // The plugin ends when its prompt has been passed on.
        let folder = tempfile::tempdir().unwrap();
        let go = folder.path().join("go");
        let script = format!(
            "printf 'open https://example.com/device and enter C\\303' >&2; printf '\\251 \\033[2J\\n' >&2; \
             until test -e {}; do sleep 0.05; done",
            go.display()
        );
        let running = tokio::spawn(run(shell(&script), true, Duration::from_secs(60), hear));
        while !HEARD.lock().unwrap().contains('\n') {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        std::fs::write(go, "").unwrap();
        assert!(running.await.unwrap().is_ok());
        let heard = HEARD.lock().unwrap().clone();
        assert_eq!(heard, "open https://example.com/device and enter Cé \u{fffd}[2J\n");
    }

    #[test]
    fn characters_are_not_cut() {
        let mut bytes = "a名".as_bytes()[..3].to_vec();
        assert_eq!((whole(&mut bytes).as_str(), bytes.len()), ("a", 2));
        bytes.push("名".as_bytes()[2]);
        assert_eq!((whole(&mut bytes).as_str(), bytes.len()), ("名", 0));
        let mut bytes = b"a\xff".to_vec();
        assert_eq!((whole(&mut bytes).as_str(), bytes.len()), ("a\u{fffd}", 0));
        assert_eq!(plain("a\r\nb\rc\td\u{1b}\u{9b}\u{202e}"), "a\nb\nc\td\u{fffd}\u{fffd}\u{fffd}");
    }
}

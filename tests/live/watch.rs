//! `--watch`: lines for a pipe, and a screen on a terminal.

use crate::service::{failed, namespace};
use crate::support::BINARY;
use crate::support::lab::Lab;
use crate::{crashing, healthy};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// The time in which something must happen; generous, for a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

fn lab() -> Lab {
    let lab = Lab::start(&[]);
    lab.apply(&[namespace("shop"), namespace("blog")]);
    lab.store(&[healthy("shop", "web-0"), healthy("shop", "web-1"), crashing("blog", "post-0")]);
    lab
}

/// The lines of a run as they come.
fn lines(lab: &Lab, arguments: &str) -> (Child, Receiver<String>) {
    let mut command = lab.command(BINARY.as_path());
    command.args(arguments.split_whitespace()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let (sender, lines) = channel();
    std::thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
    (child, lines)
}

fn next(lines: &Receiver<String>) -> String {
    lines.recv_timeout(PATIENCE).unwrap()
}

#[test]
fn a_pipe_gets_a_line_for_each_change() {
    let lab = lab();
    let (mut text, of_text) = lines(&lab, "-A -w --lang en");
    let (mut json, of_json) = lines(&lab, "-A --watch -o json --timeout 10m");
    let first = next(&of_text);
    assert!(first.contains(" still there 🔴 high blog Pod/post-0: "), "{first}");
    let parsed = |line: String| -> Value { serde_json::from_str(&line).unwrap() };
    let first = parsed(next(&of_json));
    assert_eq!((&first["change"], &first["object"]), (&"lasts".into(), &"Pod/post-0".into()), "{first}");
    lab.store(&[failed("shop", "web-0")]);
    let begun = next(&of_text);
    assert!(begun.contains(" new 🔴 high shop Pod/web-0: "), "{begun}");
    let begun = parsed(next(&of_json));
    assert_eq!((&begun["change"], &begun["check"]), (&"new".into(), &"pod-evicted".into()), "{begun}");
    lab.kubectl("delete pod -n shop web-0 --force --grace-period=0");
    let ended = next(&of_text);
    assert!(ended.contains(" fixed 🔴 high shop Pod/web-0: "), "{ended}");
    let ended = parsed(next(&of_json));
    assert_eq!((&ended["change"], &ended["key"]), (&"fixed".into(), &begun["key"]), "{ended}");
    // SIGTERM ends it with the exit code of the last report.
    let pid = nix::unistd::Pid::from_raw(text.id().try_into().unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
    assert_eq!(text.wait().unwrap().code(), Some(1));
    // A reader that leaves ends it at the next line.
    drop(of_json);
    json.kill().unwrap();
    json.wait().unwrap();
}

#[test]
fn a_reader_that_leaves_ends_the_run() {
    let lab = lab();
    let mut child = lab
        .command(BINARY.as_path())
        .args(["-A", "-w"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    assert!(line.contains("Pod/post-0"), "{line}");
    drop(out);
    lab.store(&[failed("shop", "web-0")]);
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

/// A run on a terminal of `script` (util-linux).
struct Terminal {
    child: Child,
    keys: ChildStdin,
    output: Receiver<Vec<u8>>,
    seen: Vec<u8>,
}

impl Terminal {
    fn start(lab: &Lab, (columns, lines): (u16, u16), arguments: &str) -> Self {
        let binary = BINARY.display();
        let run = format!("stty cols {columns} rows {lines}; exec {binary} {arguments}");
        let mut command: Command = lab.command("script");
        command.args(["-qec", &run, "/dev/null"]).env("TERM", "xterm-256color").env_remove("CI");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let (keys, mut out) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 65536];
            while let Ok(read) = out.read(&mut buffer)
                && read > 0
                && sender.send(buffer[..read].to_vec()).is_ok()
            {}
        });
        Self { child, keys, output, seen: Vec::new() }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// The lines of the last whole screen, without colours.
    fn screen(&self) -> Vec<String> {
        let text = String::from_utf8_lossy(&self.seen);
        let (before, _) = text.rsplit_once("\u{1b}[?2026l").unwrap_or_default();
        let (_, frame) = before.rsplit_once("\u{1b}[?2026h").unwrap_or_default();
        let line = |line: &str| {
            let (position, text) = line.split_once('H')?;
            position.contains(';').then(|| text.to_owned())
        };
        frame.split("\u{1b}[").fold(Vec::new(), |mut lines: Vec<String>, part| {
            // A part that is no position continues the line: a colour.
            if let Some(text) = line(part) {
                lines.push(text);
                return lines;
            }
            let text = part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
            if let (Some(last), Some(text)) = (lines.last_mut(), text.get(1..)) {
                last.push_str(text);
            }
            lines
        })
    }

    /// Waits for a screen.
    fn until(&mut self, what: &str, is_so: impl Fn(&[String]) -> bool) -> Vec<String> {
        let began = Instant::now();
        loop {
            let screen = self.screen();
            if is_so(&screen) {
                return screen;
            }
            assert!(began.elapsed() < PATIENCE, "{what}:\n{}", screen.join("\n"));
            if let Ok(more) = self.output.recv_timeout(Duration::from_millis(100)) {
                self.seen.extend(more);
            }
        }
    }

    /// Waits for the end. Returns the exit code and the rest of the output.
    fn end(mut self) -> (Option<i32>, String) {
        drop(self.keys);
        let code = self.child.wait().unwrap().code();
        self.seen.extend(self.output.iter().flatten());
        (code, String::from_utf8_lossy(&self.seen).into_owned())
    }
}

fn holds(lines: &[String], text: &str) -> bool {
    lines.iter().any(|line| line.contains(text))
}

#[test]
fn a_terminal_shows_the_screen_again_when_something_changes() {
    let lab = lab();
    let mut terminal = Terminal::start(&lab, (80, 24), "-A -w --lang en");
    let screen = terminal.until("the crash", |screen| holds(screen, "pod/post-0"));
    assert!(screen.len() <= 24, "{screen:#?}");
    assert!(holds(&screen, "▸  🔴 high"), "{screen:#?}");
    assert!(holds(&screen, "↑↓ choose · Enter open · q quit"), "{screen:#?}");
    // What is new is marked, and named below.
    lab.store(&[failed("shop", "web-0")]);
    let screen = terminal.until("the eviction", |screen| holds(screen, " + 🔴 high"));
    assert!(holds(&screen, " ago: shop pod/web-0"), "{screen:#?}");
    // The object of the second row.
    terminal.press("\u{1b}[B");
    terminal.until("the second row", |screen| holds(screen, "▸+ 🔴 high"));
    terminal.press("\r");
    let screen = terminal.until("the object", |screen| holds(screen, "FINDINGS"));
    assert!(holds(&screen, "pod/web-0") && holds(&screen, "Esc back"), "{screen:#?}");
    terminal.press("\u{1b}");
    terminal.until("the report", |screen| holds(screen, "Enter open"));
    // What has ended leaves the screen.
    lab.kubectl("delete pod -n shop web-0 --force --grace-period=0");
    let screen = terminal.until("the end", |screen| holds(screen, "fixed "));
    let is_row = |line: &String| line.contains("🔴 high") && line.contains("pod/web-0");
    assert!(!screen.iter().any(is_row), "{screen:#?}");
    terminal.press("q");
    let (code, all) = terminal.end();
    assert_eq!(code, Some(1));
    // The terminal is given back: lines wrap, the cursor is there, and so is the screen of before.
    for code in ["\u{1b}[?7h", "\u{1b}[?25h", "\u{1b}[?1049l"] {
        assert!(all.rfind(code) > all.rfind("\u{1b}[?2026l"), "{code:?}");
    }
}

//! Measures the comparison of two captures, without a server.

use super::support::crowd::Crowd;
use super::{Program, in_turn, print, support};
use jiff::Timestamp;
use kubectl_healthcheck::snapshot::{Capture, Header, Snapshot};
use kubectl_healthcheck::wire::{Kind, Object};
use std::path::Path;
use std::process::Command;

/// Compares two captures of a crowd, one day apart, and checks one of them.
pub(crate) fn diff(crowd: Crowd, me: &Path, runs: usize) {
    let dir = tempfile::tempdir().unwrap();
    let files = ["old.json.zst", "new.json.zst"].map(|name| dir.path().join(name));
    // Other pods are broken on the second day. In a separate process: the peak memory of a child starts at that of
    // its parent.
    for (file, seed) in files.iter().zip(["7", "8"]) {
        let mut write = Command::new(me);
        write.args(["capture", "--pods", &crowd.pods.to_string(), "--seed", seed]).arg(file);
        assert!(write.status().unwrap().success());
    }
    let ours = |arguments: &[&str]| {
        let mut command = support::healthcheck();
        command.args(arguments).arg("--fail-on=never");
        command
    };
    let [old, new] = files.each_ref().map(|file| file.to_str().unwrap());
    let mut all = [
        Program::new("healthcheck -f NEW", ours(&["-f", new])),
        Program::new("healthcheck diff OLD NEW", ours(&["diff", old, new])),
        Program::new("the same -o json --all", ours(&["diff", old, new, "-o", "json", "--all"])),
        Program::new("-f NEW --baseline OLD", ours(&["-f", new, "--baseline", old])),
    ];
    in_turn(&mut all, runs);
    print(&all);
    let memory = all[1].median(2) / all[0].median(2);
    println!("memory of the comparison / of one check: {memory:.2}");
}

/// Writes a capture of a crowd as `snapshot` does.
pub(crate) fn write(crowd: Crowd, file: &Path) {
    let now = if crowd.seed == 7 { "2026-11-21T01:00:00Z" } else { "2026-11-22T01:00:00Z" };
    let now: Timestamp = now.parse().unwrap();
    let mut capture = Capture::default();
    for object in crowd.surroundings(now).into_iter().chain(crowd.pods(now)) {
        let kind = Kind::from_name(object["kind"].as_str().unwrap()).unwrap();
        capture.add(&Object::from_value(kind, object).unwrap()).unwrap();
    }
    let snapshot = Snapshot { started_at: now.into(), taken_at: now.into(), ..Snapshot::default() };
    let mut out = zstd::Encoder::new(std::fs::File::create(file).unwrap(), 3).unwrap();
    Capture::write(vec![capture], &Header::of(&snapshot, "0.1.0"), &mut out).unwrap();
    out.finish().unwrap();
}

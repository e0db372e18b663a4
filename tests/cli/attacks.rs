//! Servers and files that send too much, too slowly, or something else than they should. Each run ends with a report or an
//! error within its deadlines, and within the memory limit. With `--nocapture` the tests print their figures.
#![allow(clippy::print_stdout, reason = "the figures are for docs/reliability.md")]

mod crowds;
mod faults;
mod findings;
mod servers;

use crate::support::healthcheck;
use crate::{healthy_status, pod};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The memory that no attack exceeds, in MiB: the default of `--max-memory`.
const MOST: u64 = 128;

#[derive(Debug)]
struct Attacked {
    code: i32,
    out: String,
    err: String,
}

impl Attacked {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in: {self:?}"))
    }

    /// Returns the gaps of its report: kind and detail.
    fn gaps(&self) -> Vec<(String, String)> {
        let report = self.json();
        let gaps = report["coverage"]["gaps"].as_array().unwrap();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        gaps.iter().map(|gap| (text(&gap["kind"]), text(&gap["detail"]))).collect()
    }
}

fn collected(mut stream: impl Read + Send + 'static) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    })
}

/// Runs the command to its end, and holds it to the memory limit.
fn attack(what: &str, command: &mut Command) -> Attacked {
    let (ran, peak) = measured(what, command);
    assert!(peak <= MOST, "{what}: {peak} MiB, {}", ran.err);
    ran
}

/// Runs the command to its end. Returns the peak of its memory in MiB, too.
fn measured(what: &str, command: &mut Command) -> (Attacked, u64) {
    let began = Instant::now();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (out, err) = (collected(child.stdout.take().unwrap()), collected(child.stderr.take().unwrap()));
    // The kernel reports the peak of an ended child together with that of the process that started it.
    let (status, mut peak) = (format!("/proc/{}/status", child.id()), 0);
    let code = loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let size = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        peak = size.map_or(peak, |size| size >> 10);
        if let Some(ended) = child.try_wait().unwrap() {
            break ended.code().unwrap_or(-1);
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    println!("{what}: {:.1} s, {peak} MiB, exit {code}", began.elapsed().as_secs_f64());
    let ran = Attacked { code, out: out.join().unwrap(), err: err.join().unwrap() };
    assert!((0..=3).contains(&ran.code), "{what}: {ran:?}");
    (ran, peak)
}

/// Checks a file of these bytes.
fn file(what: &str, name: &str, write: impl FnOnce(&mut dyn Write)) -> Attacked {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    let mut out = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    write(&mut out);
    out.flush().unwrap();
    drop(out);
    attack(what, healthcheck().arg("-f").arg(&path).args(["-A", "-o", "json"]))
}

/// Writes a text many times.
fn repeat(out: &mut dyn Write, text: &str, times: usize) {
    let block = text.repeat(10_000);
    for _ in 0..times / 10_000 {
        out.write_all(block.as_bytes()).unwrap();
    }
}

#[test]
fn files_that_need_too_much_memory_are_an_error_that_names_the_limit() {
    let limit = "no room for more within 128 MiB of memory (--max-memory)";
    let list = "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"items\":[";
    let ran = file("one object of 48 MiB", "a.json", |out| {
        out.write_all(b"{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"a\"},\"x\":[")
            .unwrap();
        repeat(out, "{},", 16_000_000);
        out.write_all(b"{}]}").unwrap();
    });
    assert_eq!((ran.code, ran.err.contains(limit)), (2, true), "{ran:?}");
    let ran = file("one text of 256 MiB", "a.json", |out| {
        out.write_all(b"{\"kind\":\"Pod\",\"metadata\":{\"name\":\"").unwrap();
        repeat(out, "aaaaaaaaaaaaaaaa", 16 << 20);
        out.write_all(b"\"}}").unwrap();
    });
    assert_eq!((ran.code, ran.err.contains(limit)), (2, true), "{ran:?}");
    for (form, begin, end) in [
        ("json", "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"", "\"}}"),
        ("yaml", "kind: Pod\nmetadata:\n  name: '", "'\n"),
    ] {
        for size in [20 << 20, 60 << 20] {
            let ran =
                file(&format!("one text of {} MiB of {form}", size >> 20), &format!("a.{form}"), |out| {
                    out.write_all(begin.as_bytes()).unwrap();
                    repeat(out, "a", size);
                    out.write_all(end.as_bytes()).unwrap();
                });
            assert_eq!((ran.code, ran.err.contains(limit)), (2, true), "{ran:?}");
        }
    }
    let ran = file("a list of 48 MiB whose kind comes last", "a.json", |out| {
        out.write_all(b"{\"items\":[").unwrap();
        repeat(out, "{},", 16_000_000);
        out.write_all(b"{}],\"kind\":\"PodList\"}").unwrap();
    });
    assert_eq!((ran.code, ran.err.contains(limit)), (2, true), "{ran:?}");
    let ran = file("one document of YAML of 40 MiB", "a.yaml", |out| {
        out.write_all(b"kind: PodList\nitems:\n").unwrap();
        repeat(out, "- {metadata: {name: a}, status: {}}\n", 1_200_000);
    });
    assert_eq!((ran.code, ran.err.contains(limit)), (2, true), "{ran:?}");
    let ran = file("a million failing pods", "a.json", |out| {
        out.write_all(list.as_bytes()).unwrap();
        for number in 0..1_000_000 {
            let name = format!("{{\"metadata\":{{\"namespace\":\"demo\",\"name\":\"web-{number}\"}},");
            out.write_all(name.as_bytes()).unwrap();
            let status =
                "\"status\":{\"phase\":\"Failed\",\"reason\":\"Evicted\",\"message\":\"The node was low\"}},";
            out.write_all(status.as_bytes()).unwrap();
        }
        out.write_all(b"null]}").unwrap();
    });
    assert_eq!((ran.code, ran.err.contains(limit)), (2, true), "{ran:?}");
}

#[test]
fn small_files_that_unpack_to_any_size_are_an_error() {
    let list = "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"items\":[";
    let ran = file("300 MB in a small .zst", "a.json.zst", |out| {
        let mut packed = zstd::Encoder::new(out, 3).unwrap();
        packed.write_all(list.as_bytes()).unwrap();
        repeat(&mut packed, "{},", 100_000_000);
        packed.finish().unwrap();
    });
    assert_eq!(
        (ran.code, ran.err.contains("it unpacks to more than 1000 times its size")),
        (2, true),
        "{ran:?}"
    );
    let ran = file("a window of 1 GiB", "a.json.zst", |out| {
        let mut packed = zstd::Encoder::new(out, 1).unwrap();
        packed.window_log(30).unwrap();
        packed.write_all(list.as_bytes()).unwrap();
        repeat(&mut packed, "{},", 10_000_000);
        packed.finish().unwrap();
    });
    assert_eq!((ran.code, ran.err.contains("cannot read")), (2, true), "{ran:?}");
    let ran = file("aliases of aliases in YAML", "a.yaml", |out| {
        out.write_all(b"a: &a [x,x,x,x,x,x,x,x,x]\n").unwrap();
        for (name, of) in ["b", "c", "d", "e", "f", "g", "h"].iter().zip(["a", "b", "c", "d", "e", "f", "g"])
        {
            writeln!(out, "{name}: &{name} [{}]", vec![format!("*{of}"); 9].join(",")).unwrap();
        }
        out.write_all(b"kind: Pod\nmetadata: {name: x}\nstatus: *h\n").unwrap();
    });
    assert_eq!((ran.code, ran.err.contains("too many aliases")), (2, true), "{ran:?}");
    // Empty objects in a list are gaps, however many.
    let ran = file("eight million empty objects", "a.json", |out| {
        out.write_all(list.as_bytes()).unwrap();
        repeat(out, "{},", 8_000_000);
        out.write_all(b"{}]}").unwrap();
    });
    let gaps = ran.gaps();
    assert_eq!((ran.code, gaps.len()), (3, 101), "{gaps:?}");
}

#[test]
fn files_of_usual_shape_are_read_however_large() {
    let ran = file("150,000 healthy pods in a .zst", "a.json.zst", |out| {
        let mut packed = zstd::Encoder::new(out, 3).unwrap();
        packed.write_all(b"{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"items\":[").unwrap();
        for number in 0..150_000 {
            let name = format!("web-{number}");
            let end = if number == 149_999 { "]}" } else { "," };
            let mut pod = pod(&name, &healthy_status());
            let owner =
                json!({ "kind": "ReplicaSet", "name": format!("web-{}", number / 8), "controller": true });
            pod["metadata"]["ownerReferences"] = json!([owner]);
            packed.write_all(format!("{pod}{end}").as_bytes()).unwrap();
        }
        packed.finish().unwrap();
    });
    assert_eq!((ran.code, ran.json()["totals"]["pods"].as_u64()), (0, Some(150_000)), "{}", ran.err);
}

//! The history folder.

use crate::compare::{DAYS, Days, PIGO, capture, half, only_file, yesterday};
use crate::support::healthcheck;
use crate::{healthy_status, pod};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Stdio;

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

#[test]
fn compares_each_run_with_the_last_record() {
    let days = Days::new();
    let first = days.run("-f old.json --history h --width 120 --fail-on new");
    assert_eq!((first.code, first.err.as_str()), (0, ""), "nothing is new on the first day: {first:?}");
    let line = "\nFirst record of this cluster and scope: nothing to compare with yet\n";
    assert!(first.out.contains(line) && !first.out.contains("CHANGE "), "{}", first.out);
    assert_eq!(files(&days.path("h")).len(), 1);
    let second = days.run("-f new.json --history h --width 120 --fail-on new");
    assert_eq!((second.code, second.err.as_str()), (1, ""), "{second:?}");
    assert_eq!(second.out, days.run("-f new.json --baseline old.json --width 120").out);
    let third = days.run("-f new.json --history h -o json --fail-on new");
    assert_eq!(third.code, 0, "{third:?}");
    let comparison = &third.json()["comparisons"][0];
    assert_eq!(comparison["comparedWith"]["source"], "history");
    assert_eq!(
        comparison["counts"],
        json!({ "new": 0, "worse": 0, "fixed": 0, "better": 0, "unknown": 0, "unchanged": 4 })
    );
    let records = files(&days.path("h"));
    assert_eq!(records.len(), 3);
    assert!(name(&records[0]).starts_with("20251226T020000.000000000Z-"), "{records:?}");
    assert!(name(&records[2]).starts_with("20251227T020000.000000000Z-"), "{records:?}");
    assert!(records.iter().all(|record| name(record).ends_with(".record.json")));
    // Changes compare with the file, arrows with the last record.
    let both = days.run("-f new.json --history h --baseline old.json --width 120").out;
    assert!(both.contains("1 new · 1 worse · 1 fixed · 2 unchanged") && !both.contains(" ↑28"), "{both}");
    let chinese = days.run("-f old.json --history h2 --width 120 --lang zh-TW").out;
    assert!(chinese.contains("\n這是此叢集與範圍的第一筆紀錄，尚無可比較的對象\n"), "{chinese}");
}

#[test]
fn a_record_contains_names_and_numbers_only() {
    let days = Days::new();
    let mut objects = yesterday();
    for object in objects.iter_mut().filter(|object| object["kind"] == "Pod") {
        let state = &mut object["status"]["containerStatuses"][0];
        if state["state"]["waiting"].is_object() {
            state["state"]["waiting"]["message"] = json!("CANARY");
            state["lastState"]["terminated"]["message"] = json!("CANARY");
        }
    }
    std::fs::write(days.path("said.json"), capture(DAYS[0], &PIGO, &objects)).unwrap();
    assert_eq!(days.run("-f said.json --history h -o name").code, 1);
    let text = std::fs::read_to_string(only_file(&days.path("h"))).unwrap();
    assert!(!text.contains("CANARY") && !text.contains("kubectl"), "{text}");
    let record: Value = serde_json::from_str(&text).unwrap();
    let keys: BTreeSet<&str> = record.as_object().unwrap().keys().map(String::as_str).collect();
    let wanted = [
        "apiVersion",
        "cluster",
        "findings",
        "kind",
        "namespaces",
        "notObserved",
        "scope",
        "takenAt",
        "toolVersion",
        "totals",
        "verdict",
    ];
    assert_eq!(keys, wanted.into());
    let finding: BTreeSet<&str> =
        record["findings"][0].as_object().unwrap().keys().map(String::as_str).collect();
    let wanted = [
        "check",
        "incident",
        "key",
        "measures",
        "muted",
        "object",
        "objects",
        "owner",
        "severity",
        "since",
        "stillServing",
    ];
    assert_eq!(finding, wanted.into());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(days.path("h")), mode(only_file(&days.path("h")))), (0o700, 0o600));
    }
}

/// A file that is not a record ends the run at the start, and nothing is written or deleted.
#[test]
fn names_files_that_are_not_records() {
    let days = Days::new();
    let record = std::fs::read_to_string(days.path("old-record.json")).unwrap();
    let cut = half(&record);
    let newer = record.replacen("healthcheck/v1", "healthcheck/v2", 1);
    let timeless = record.replacen(&format!("\"takenAt\":\"{}\"", DAYS[0]), "\"takenAt\":null", 1);
    let capture = std::fs::read_to_string(days.path("old.json")).unwrap();
    for (text, says) in [
        (cut.as_str(), "the content ends early at line 1 column"),
        (record.trim_end().strip_suffix('}').unwrap(), "the content ends early at line 1 column"),
        ("", "the content ends early at line 1 column 0"),
        ("\0\0\0\0", "expected value at line 1 column 1"),
        ("{\"kind\": \"Record\"}", "the field \"apiVersion\" is missing at line 1 column 18"),
        (
            "{\"apiVersion\": \"healthcheck/v1\", \"kind\": \"Record\"}",
            "the field \"toolVersion\" is missing at line 1 column",
        ),
        (&newer, "it was written by a later version (healthcheck/v2); this one reads healthcheck/v1"),
        (&timeless, "it has no time"),
        (&capture, "it is a Snapshot"),
    ] {
        let folder = days.path("bad");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("20251225T020000.000000000Z-abcdef.record.json"), text).unwrap();
        std::fs::write(folder.join(".healthcheck-dead.tmp"), "").unwrap();
        let ran = days.run("-f new.json --history bad");
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{says}: {ran:?}");
        let line = format!(
            "error: bad/20251225T020000.000000000Z-abcdef.record.json is not a record of a run: {says}"
        );
        assert!(
            ran.err.starts_with(&line) && ran.err.ends_with("; move or delete it\n"),
            "{says}: {}",
            ran.err
        );
        assert_eq!(files(&folder).len(), 2, "nothing was written or deleted");
        std::fs::remove_dir_all(folder).unwrap();
    }
    std::fs::create_dir_all(days.path("bad/x.record.json")).unwrap();
    let ran = days.run("-f new.json --history bad");
    assert!(ran.code == 2 && ran.err.contains("cannot read bad/x.record.json: Is a directory"), "{ran:?}");
}

/// Files of other programs are ignored.
#[test]
fn ignores_files_with_other_extensions() {
    let days = Days::new();
    std::fs::create_dir(days.path("h")).unwrap();
    for name in ["README", "notes.json", "old.record.json.bak", ".hidden.record.json", ".other.tmp"] {
        std::fs::write(days.path("h").join(name), "not a record").unwrap();
    }
    assert_eq!(days.run("-f old.json --history h").code, 1);
    assert_eq!(files(&days.path("h")).len(), 6);
}

#[test]
fn checks_the_folder_before_reading() {
    let days = Days::new();
    std::fs::write(days.path("file"), "").unwrap();
    let ran = days.run("-f /no/such/file --history file");
    assert_eq!(ran.err, "error: file is a file; --history needs a folder of its own\n");
    let ran = days.run("-f /no/such/file --history file/below");
    assert_eq!(
        (ran.code, ran.err.as_str()),
        (2, "error: cannot create the history folder file/below: Not a directory\n")
    );
    // A folder that even root cannot write to.
    if cfg!(target_os = "linux") {
        let ran = days.run("-f /no/such/file --history /proc");
        assert!(
            ran.code == 2 && ran.err.starts_with("error: cannot write to the history folder /proc: "),
            "{ran:?}"
        );
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let folder = days.path("locked");
        std::fs::create_dir(&folder).unwrap();
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o555)).unwrap();
        // Root can write everywhere.
        if std::fs::write(folder.join("probe"), "").is_err() {
            let ran = days.run("-f new.json --history locked");
            assert!(ran.code == 2 && ran.out.is_empty(), "{ran:?}");
            assert!(
                ran.err.contains("cannot write to the history folder locked: Permission denied"),
                "{}",
                ran.err
            );
        }
    }
}

#[test]
fn deletes_only_old_records_of_the_same_cluster() {
    let days = Days::new();
    let day = |n: usize| format!("2025-12-{n:02}T02:00:00Z");
    let run = |at: &str, namespace: &str, context: &str, more: &str| {
        let text = capture(at, &[namespace], &[pod("fine", &healthy_status())]).replace("tp-hkidc", context);
        std::fs::write(days.path("one.json"), text.replace("\"demo\"", &format!("\"{namespace}\""))).unwrap();
        let ran = days.run(&format!("-f one.json --history h {more}"));
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
    };
    run(&day(1), "demo", "other", "");
    run(&day(1), "shop", "tp-hkidc", "");
    for n in 1..=6 {
        run(&day(n), "demo", "tp-hkidc", "--history-keep 4");
    }
    let kept = || -> Vec<String> {
        files(&days.path("h"))
            .iter()
            .map(|path| name(path).split('T').next().unwrap().strip_prefix("202512").unwrap().to_owned())
            .collect()
    };
    assert_eq!(kept(), ["01", "01", "03", "04", "05", "06"]);
    run(&day(9), "demo", "tp-hkidc", "--history-age 4d");
    assert_eq!(kept(), ["01", "01", "05", "06", "09"]);
    run(&day(30), "demo", "tp-hkidc", "--history-age 0");
    assert_eq!(kept(), ["01", "01", "05", "06", "09", "30"]);
}

/// Data that a run could not read is compared with the last run that read it.
#[test]
fn fills_gaps_from_the_record_before() {
    let days = Days::new();
    let half = |text: String, namespace: &str| {
        let gap =
            json!({ "namespace": namespace, "kind": "Pod", "reason": "timed-out", "detail": "", "got": 0 });
        let mut document: Value = serde_json::from_str(&text).unwrap();
        document["coverage"]["gaps"] = json!([gap]);
        let kept = |object: &Value| object["kind"] != "Pod" || object["metadata"]["namespace"] != namespace;
        document["items"].as_array_mut().unwrap().retain(kept);
        document.to_string()
    };
    let text = capture("2025-12-26T14:00:00Z", &PIGO, &yesterday());
    std::fs::write(days.path("half.json"), half(text, "pigo-stg")).unwrap();
    assert_eq!(days.run("-f old.json --history h -o name").code, 1);
    let ran = days.run("-f half.json --history h -o json");
    let comparison = &ran.json()["comparisons"][0];
    assert_eq!(
        (&comparison["counts"]["fixed"], &comparison["counts"]["unknown"]),
        (&json!(0), &json!(1)),
        "{comparison}"
    );
    let comparison = &days.run("-f new.json --history h -o json").json()["comparisons"][0];
    let counts = json!({ "new": 1, "worse": 1, "fixed": 1, "better": 0, "unknown": 0, "unchanged": 2 });
    assert_eq!(
        (&comparison["counts"], &comparison["comparedWith"]["takenAt"]),
        (&counts, &json!("2025-12-26T14:00:00Z"))
    );
}

#[test]
fn concurrent_runs_each_write_a_record() {
    const RUNS: usize = 24;
    let days = Days::new();
    let start = || {
        let mut command = healthcheck();
        command.current_dir(days.dir.path()).args(["-f", "old.json", "--history", "h", "-o", "name"]);
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let all: Vec<_> = (0..RUNS).map(|_| start()).collect();
    for run in all {
        let output = run.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(1), &b""[..]), "{output:?}");
    }
    let records = files(&days.path("h"));
    assert_eq!(records.len(), RUNS, "{records:?}");
    let texts: BTreeSet<String> = records.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    assert_eq!(texts.len(), 1, "the records are complete and equal");
}

#[test]
fn deletes_temporary_files_after_a_day() {
    let days = Days::new();
    std::fs::create_dir(days.path("h")).unwrap();
    for (name, hours) in [("dead", 25), ("alive", 1)] {
        let path = days.path("h").join(format!(".healthcheck-{name}.tmp"));
        let file = std::fs::File::create(path).unwrap();
        let now = file.metadata().unwrap().modified().unwrap();
        file.set_modified(now - std::time::Duration::from_secs(hours * 3600)).unwrap();
    }
    assert_eq!(days.run("-f old.json --history h -o name").code, 1);
    let left = files(&days.path("h"));
    assert_eq!(left.len(), 2, "{left:?}");
    assert_eq!(name(&left[0]), ".healthcheck-alive.tmp");
}

/// The report is printed before its record is written, so a failing folder does not cost the report.
#[test]
fn prints_the_report_even_if_the_record_fails() {
    use std::io::Write;
    let days = Days::new();
    let mut command = healthcheck();
    command.current_dir(days.dir.path()).args(["-f", "-", "--history", "h"]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The folder is checked before standard input is read, and a pipe holds less than this input.
    let mut stdin = child.stdin.take().unwrap();
    let text = std::fs::read(days.path("old.json")).unwrap();
    let (most, last) = text.split_at(text.len() - 2);
    stdin.write_all(most).unwrap();
    stdin.write_all(&vec![b' '; 1 << 20]).unwrap();
    std::fs::remove_dir_all(days.path("h")).unwrap();
    stdin.write_all(last).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(out.starts_with("🟡 Needs attention"), "{out}");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(err, "error: cannot write to the history folder h: No such file or directory\n");
}

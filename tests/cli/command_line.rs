//! Errors of the command line, the environment, the profile and the kubeconfig: each names what is wrong and where.

use crate::support::{Ran, Run, healthcheck};
use crate::{judged, pod, project};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

pub fn file() -> String {
    project("examples/pigo.json").display().to_string()
}

/// Runs the binary with these arguments; `FILE` is the example, `DIR` is a folder.
pub fn command(dir: &Path, arguments: &str) -> Command {
    let mut command = healthcheck();
    let filled = |word: &str| word.replace("FILE", &file()).replace("DIR", &dir.display().to_string());
    command.env("HOME", dir).args(arguments.split(' ').filter(|word| !word.is_empty()).map(filled));
    command
}

pub fn run(dir: &Path, arguments: &str) -> Ran {
    command(dir, arguments).ran()
}

pub fn written(name: &str, text: &str) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(name), text).unwrap();
    dir
}

#[test]
fn errors_of_files_say_what_is_expected_and_quote_no_value() {
    let hush = "hush-hush";
    let told = |flag: &str, text: &str| {
        let dir = written("x.yaml", &text.replace("HUSH", hush));
        let ran = run(
            dir.path(),
            &format!("{flag} DIR/x.yaml --profile p").replace("-f DIR/x.yaml --profile p", "-f DIR/x.yaml"),
        );
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(!ran.err.contains(hush), "{}", ran.err);
        for word in [
            "struct ",
            "i32",
            "i64",
            "scalar",
            "DuplicateKeyPolicy",
            "from_str",
            "weak",
            "invalid type",
            "IO error",
        ] {
            assert!(!ran.err.contains(word), "{}", ran.err);
        }
        ran.err.replace(&dir.path().display().to_string(), "DIR")
    };
    for (text, wanted) in [
        ("profiles:\n  p: {all: true}\n  p: {all: false}\n", "DIR/x.yaml:3:3: the key \"p\" occurs twice"),
        ("profiles: {}\n---\nprofiles: {}\n", "more than one document; expected one"),
        ("profiles:\n  p:\n    pageSize: HUSH\n", "DIR/x.yaml:3:15: expected a number"),
        ("profiles:\n  p:\n    lang: [HUSH]\n", "DIR/x.yaml:3:11: expected text"),
        ("profiles:\n  p:\n    all: HUSH\n", "DIR/x.yaml:3:10: expected true or false"),
        ("profiles:\n  p: &a\n    namespaces: [*a]\n", "DIR/x.yaml:3:18: "),
        ("profiles: HUSH\n", "DIR/x.yaml:1:11: expected"),
    ] {
        let error = told("--config", text);
        assert!(error.contains(wanted), "{text}{error}{wanted}");
    }
    for (text, wanted) in [
        ("users: [{name: u, user: {token: [HUSH]}}]\n", "line 1, column 33: expected a text"),
        ("contexts: {a: HUSH}\n", "line 1, column 11: expected a list"),
        ("users: [{name: u, user: HUSH}]\n", "expected keys and values"),
    ] {
        let dir = written("kubeconfig", &text.replace("HUSH", hush));
        let ran = run(dir.path(), "--kubeconfig DIR/kubeconfig");
        assert!(ran.code == 2 && ran.err.contains(wanted) && !ran.err.contains(hush), "{text}{}", ran.err);
    }
    assert!(
        told("-f", "- HUSH\n")
            .contains("DIR/x.yaml cannot be read as YAML: expected an object at line 1 column 1")
    );
    assert!(told("-f", "a: &a [*a]\n").contains("an alias that contains itself"));
}

#[test]
fn an_object_that_cannot_be_read_is_reported_in_every_language() {
    let mut odd = pod("odd", &json!({ "phase": "Running" }));
    odd["spec"] = 3.into();
    let items = [pod("fine", &json!({ "phase": "Running" })), odd];
    for (lang, told) in [("en", "expected an object"), ("zh-TW", "應為物件"), ("zh-CN", "应为对象")] {
        let ran = judged(&items, &format!("--lang {lang}"));
        assert!(ran.out.contains(told) && !ran.out.contains("invalid type"), "{}", ran.out);
    }
    let ran = judged(&items, "pod/odd -n demo");
    let hint = "hint: it is in the input and cannot be read: standard input: items[1] demo/odd: expected an object\n";
    assert_eq!(ran.err, format!("error: pods \"odd\" not found in the input\n{hint}"));
    let nameless = json!({ "apiVersion": "v1", "kind": "Pod", "status": { "phase": "Pending" } });
    let ran = judged(&[pod("fine", &json!({ "phase": "Running" })), nameless], "");
    assert!(ran.out.contains("the field \"metadata.name\" is missing"), "{}", ran.out);
}

#[test]
fn an_object_of_a_file_is_not_missing_on_a_server() {
    let dir = tempfile::tempdir().unwrap();
    let ran = run(dir.path(), "pod/nope -n pigo-dev -f FILE");
    let hint = "hint: not found in namespace pigo-dev; choose another with -n\n";
    assert_eq!((ran.code, ran.err), (2, format!("error: pods \"nope\" not found in the input\n{hint}")));
    assert_eq!(run(dir.path(), "node/nope -f FILE").err, "error: nodes \"nope\" not found in the input\n");
}

#[test]
fn values_of_flags_are_told_with_what_is_expected() {
    let dir = tempfile::tempdir().unwrap();
    for (arguments, wanted) in [
        ("-f FILE --grace 5x", "\"5x\" is not a duration such as 90s, 2m or 7d"),
        ("-f FILE --grace 9999999d", "\"9999999d\" is too long"),
        ("--timeout 5x", "\"5x\" is not a duration such as 90s, 2m or 7d"),
        ("-f FILE --width 0", "expected a number from 20 to 65535"),
        ("-f FILE --width 99999999", "expected a number from 20 to 65535"),
        ("-f FILE --restarts-attention 0", "expected a number of 1 or more"),
        ("--max-rps many", "expected a number from 0 to 65535"),
        ("-f FILE --now 9999-12-31T23:59:59Z", "is out of range: the last time is 9999-12-30T22:00:00Z"),
        ("-f FILE --now today", "\"today\" is not a time such as 2025-12-26T10:00:00+08:00"),
        ("--probe-to 10.0.0.1", "expected ADDRESS:PORT"),
        (
            "-f FILE --fail-on never --checks= ",
            "no check is called \"\"; \"kubectl healthcheck checks\" lists them",
        ),
        ("explain 1e2", "\"kubectl healthcheck checks\" lists the checks"),
        ("explain exit", "\"kubectl healthcheck checks\" lists the checks"),
        ("-f FILE --grace -5m", "error: invalid value \"-5m\" for --grace: it must not be negative"),
        ("-f FILE -A=true", "error: -A takes no value: \"-A=true\""),
        ("demo -f x", "error: unknown flag: -f\nSee 'kubectl healthcheck demo --help' for usage."),
        ("demo -n pigo", "error: namespace \"pigo\" is not in the input\nhint: did you mean \"pigo-dev\"?"),
        ("--foo", "error: unknown flag: --foo\nSee 'kubectl healthcheck --help' for usage."),
        ("profile init --foo", "See 'kubectl healthcheck profile init --help' for usage."),
        (
            "--fail-on never demo",
            "flags come after the command \"demo\"\nhint: kubectl healthcheck demo [FLAGS]",
        ),
        (
            "-n pigo-dev nodes",
            "flags come after the command \"nodes\"\nhint: kubectl healthcheck nodes [FLAGS]",
        ),
        ("--config DIR/none.yaml --profile p", "profile init p --config DIR/none.yaml\" writes one"),
    ] {
        let ran = run(dir.path(), arguments);
        let wanted = wanted.replace("DIR", &dir.path().display().to_string());
        assert_eq!(ran.code, 2, "{arguments}: {ran:?}");
        assert!(ran.err.contains(&wanted), "{arguments}\n{}\n{wanted}", ran.err);
    }
}

#[test]
fn excluded_namespaces_are_the_reason_for_an_empty_report() {
    let dir = tempfile::tempdir().unwrap();
    let ran = run(dir.path(), "-f FILE -A --exclude-namespace *");
    let hint = "hint: no pods outside of the excluded namespaces (*); change --exclude-namespace\n";
    assert_eq!((ran.code, ran.err), (2, format!("No resources found\n{hint}")));
}

#[test]
fn a_document_of_this_tool_is_named_with_the_commands_that_read_it() {
    let dir = tempfile::tempdir().unwrap();
    let rest = "that this tool wrote, not the objects of a cluster";
    for (arguments, told) in [
        (
            "pod/pigo-cron-77cc9c4d8c-tw2xb -n pigo-dev -f FILE -o json",
            format!("is an Investigation {rest}\n"),
        ),
        ("rightsize -f FILE -o json", format!("is a RightsizeReport {rest}\n")),
        (
            "-f FILE -o json",
            format!("is a Report {rest}; --baseline and diff read it as a single document\n"),
        ),
    ] {
        let document = run(dir.path(), arguments).out;
        std::fs::write(dir.path().join("document.json"), document).unwrap();
        let ran = run(dir.path(), "-f DIR/document.json");
        assert!(ran.code == 2 && ran.err.ends_with(&told), "{}{told}", ran.err);
    }
}

#[test]
fn an_unknown_time_is_left_out() {
    let mut late = pod(
        "late",
        &json!({ "phase": "Pending", "conditions": [{
        "type": "Ready", "status": "False", "lastTransitionTime": "2030-01-01T00:00:00Z" }] }),
    );
    late["metadata"]["creationTimestamp"] = "2030-01-01T00:00:00Z".into();
    let mut timeless = pod(
        "timeless",
        &json!({ "phase": "Running", "containerStatuses": [
        { "name": "app", "ready": false, "state": { "running": {} } }] }),
    );
    timeless["metadata"].as_object_mut().unwrap().remove("creationTimestamp");
    for lang in crate::LANGS {
        let ran = judged(&[late.clone(), timeless.clone()], &format!("-o markdown --lang {lang}"));
        assert!(!ran.out.contains("for ?") && !ran.out.contains("已 ?"), "{}", ran.out);
        assert!(!ran.out.contains("<invalid> ago") && !ran.out.contains("for <invalid>"), "{}", ran.out);
    }
}

/// Output of kubectl has no time: ages are relative to `--now`.
#[test]
fn a_comparison_of_output_of_kubectl_shows_ages() {
    let dir = tempfile::tempdir().unwrap();
    let status = json!({ "phase": "Running", "conditions": [
        { "type": "Ready", "status": "False", "lastTransitionTime": "2025-12-26T00:00:00Z" }],
        "containerStatuses": [{ "name": "app", "ready": false, "state": { "running": {} } }] });
    let list = |items: Value| json!({ "kind": "List", "items": items }).to_string();
    let fine = json!({ "phase": "Running", "containerStatuses": [
        { "name": "app", "ready": true, "state": { "running": {} } }] });
    std::fs::write(dir.path().join("old.json"), list(json!([pod("web", &fine)]))).unwrap();
    std::fs::write(dir.path().join("new.json"), list(json!([pod("web", &status)]))).unwrap();
    let ran = run(dir.path(), "diff DIR/old.json DIR/new.json --now 2025-12-26T03:00:00Z");
    let row = ran.out.lines().find(|line| line.contains("pod/web")).unwrap_or_else(|| panic!("{ran:?}"));
    assert!(row.contains(" 3h "), "{}", ran.out);
}

#[test]
fn runs_of_two_contexts_are_not_compared_without_a_server() {
    let dir = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(file()).unwrap();
    std::fs::write(dir.path().join("other.json"), text.replace("tp-hkidc", "elsewhere")).unwrap();
    let ran = run(dir.path(), "diff FILE DIR/other.json");
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("is of cluster tp-hkidc and"), "{}", ran.err);
    let ran = run(dir.path(), "-f FILE --baseline DIR/other.json");
    assert!(
        ran.code == 2 && ran.err.contains("of elsewhere") || ran.err.contains("cluster elsewhere"),
        "{ran:?}"
    );
    assert_eq!(run(dir.path(), "diff FILE FILE --fail-on never").code, 0);
}

#[test]
#[cfg(target_os = "linux")]
fn endless_files_and_full_devices_are_errors() {
    let dir = tempfile::tempdir().unwrap();
    for (arguments, told) in [
        ("--config /dev/zero", "larger than 1 MiB, which is too large for a profile"),
        ("profile init x --config /dev/zero", "larger than 1 MiB, which is too large for a profile"),
        ("--kubeconfig /dev/zero", "larger than 16 MiB, which is too large for a kubeconfig"),
    ] {
        let ran = run(dir.path(), arguments);
        assert!(ran.code == 2 && ran.err.contains(told), "{arguments}: {}", ran.err);
    }
    let full = || std::fs::File::options().write(true).open("/dev/full").unwrap();
    for arguments in [
        "--help",
        "help nodes",
        "version",
        "checks",
        "demo -o csv",
        "demo -o junit",
        "demo -o ndjson",
        "demo -o github",
        "demo -o prometheus",
    ] {
        let output = command(dir.path(), arguments).stdout(full()).output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments}: {err}");
        assert_eq!(err, "error: cannot write the output: No space left on device\n", "{arguments}");
    }
}

#[test]
#[cfg(unix)]
fn bytes_that_are_not_text_are_refused_or_kept() {
    use std::os::unix::ffi::OsStringExt;
    let dir = tempfile::tempdir().unwrap();
    let odd = |name: &[u8]| {
        std::ffi::OsString::from_vec([dir.path().as_os_str().as_encoded_bytes(), b"/", name].concat())
    };
    for variable in ["HEALTHCHECK_HISTORY", "HEALTHCHECK_BASELINE", "HEALTHCHECK_PROFILE", "HEALTHCHECK_LANG"]
    {
        let ran = command(dir.path(), "-f FILE").env(variable, odd(b"h\xff")).ran();
        let told = format!("error: environment variable {variable}: the value is not UTF-8 text\n");
        assert_eq!((ran.code, ran.err), (2, told));
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "nothing is written");
    let ran = command(dir.path(), "profile init x --config DIR/c.yaml --kubeconfig").arg(odd(b"k\xff")).ran();
    assert_eq!(ran.err, "error: --kubeconfig: the value is not UTF-8 text, so a profile cannot contain it\n");
    // The path of the file itself keeps its bytes; a path relative to its folder is not replaced by another one.
    std::fs::create_dir(odd(b"c\xff")).unwrap();
    std::fs::write(odd(b"c\xff/c.yaml"), "profiles:\n  p: {lang: en}\n  q: {history: h}\n").unwrap();
    let with = |profile: &str| {
        let mut command = command(dir.path(), &format!("-f FILE -o name --profile {profile}"));
        command.env("HEALTHCHECK_CONFIG", odd(b"c\xff/c.yaml")).ran()
    };
    assert_eq!(with("p").err, "");
    let ran = with("q");
    assert!(ran.err.contains("the folder of the file has a name that is not UTF-8 text"), "{}", ran.err);
    assert!(ran.err.ends_with("hint: use an absolute path\n"), "{}", ran.err);
}

#[test]
fn a_line_of_a_host_list_is_one_name() {
    let dir = written("hosts.txt", "exa mple.com\n");
    let ran = run(dir.path(), "--hosts-file DIR/hosts.txt --server http://127.0.0.1:1");
    assert!(ran.code == 2 && ran.err.ends_with("hosts.txt:1: expected one name per line\n"), "{}", ran.err);
}

//! Output: languages, colors, widths, and untrusted text.

use crate::support::{Run, healthcheck, pigo, run};
use crate::{LANGS, healthy_status, judged, pod};
use kubectl_healthcheck::snapshot::{self, Capture, Header, Snapshot};
use kubectl_healthcheck::wire::{Kind, Object, Time};
use serde_json::{Value, json};

const FORMATS: [&str; 13] = [
    "table",
    "wide",
    "markdown",
    "json",
    "yaml",
    "ndjson",
    "csv",
    "csv-pods",
    "name",
    "junit",
    "github",
    "github-summary",
    "prometheus",
];

/// Text from a cluster reaches terminals and documents only as text.
#[test]
fn escapes_hostile_text() {
    let evil = "a\u{1b}[2J\u{1b}]0;t\u{7}\r\n| x | <script>alert(1)</script> [l](http://e.example) `id` \u{202e}gnp\u{200b} $(rm -rf /)";
    let status = json!({
        "phase": "Pending", "reason": evil,
        "containerStatuses": [{ "name": evil, "state": { "waiting": { "reason": "ErrImagePull", "message": evil } } }],
    });
    let mut items = vec![pod("victim", &status), pod(evil, &status)];
    items[0]["metadata"]["namespace"] = json!(evil);
    items[0]["spec"]["nodeName"] = json!(evil);
    for lang in LANGS {
        for format in ["table", "wide", "markdown", "name"] {
            let ran = judged(&items, &format!("--all -o {format} --lang {lang} --width 100"));
            let obeyed: Vec<char> = ran
                .out
                .chars()
                .filter(|c| c.is_control() && *c != '\n' || matches!(c, '\u{202e}' | '\u{200b}'))
                .collect();
            assert!(obeyed.is_empty(), "{format}: {obeyed:?}");
            if format == "markdown" {
                let outside: Vec<&str> = ran.out.split("```").step_by(2).collect();
                let outside = outside.concat().replace("\\]", "");
                assert!(!outside.contains("<script") && !outside.contains("](http"), "{outside}");
            }
        }
    }
    // Every suggested command is a single kubectl command, whatever the names in it.
    for finding in judged(&items, "-o json").json()["findings"].as_array().unwrap() {
        for action in finding["actions"].as_array().unwrap() {
            let words = shlex::split(action["command"].as_str().unwrap()).unwrap();
            assert_eq!(words[0], "kubectl");
            assert!(!words.iter().any(|word| word == "rm" || word.contains('\u{1b}')), "{words:?}");
        }
    }
}

#[test]
fn machine_formats_do_not_depend_on_the_language() {
    for format in ["json", "yaml", "name"] {
        let plain = run(&format!("demo -o {format}")).out;
        for lang in LANGS {
            assert_eq!(run(&format!("demo -o {format} --lang {lang}")).out, plain);
            let ran = healthcheck()
                .env("LC_ALL", format!("{}.UTF-8", lang.replace('-', "_")))
                .args(["demo", "-o", format])
                .ran();
            assert_eq!(ran.out, plain);
        }
    }
    let of_locale = |locale: &str| healthcheck().env("LANG", locale).arg("demo").ran().out;
    assert!(of_locale("zh_TW.UTF-8").contains("需關注"));
    assert!(of_locale("zh_CN.UTF-8").contains("需关注"));
    assert!(of_locale("C").contains("Needs attention"));
}

#[test]
fn colors_follow_flag_environment_and_terminal() {
    for (flag, variables, colored) in [
        ("auto", &[][..], false),
        ("always", &[("NO_COLOR", "1")], true),
        ("never", &[("FORCE_COLOR", "1")], false),
        ("auto", &[("CLICOLOR_FORCE", "1")], true),
        ("auto", &[("FORCE_COLOR", "1")], true),
        ("auto", &[("FORCE_COLOR", "0")], false),
        ("auto", &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false),
        ("auto", &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "")], true),
    ] {
        let ran = healthcheck().envs(variables.iter().copied()).args(["demo", "--color", flag]).ran();
        assert_eq!(ran.out.contains("\u{1b}["), colored, "--color {flag} {variables:?}");
    }
    // Colors add only escape codes.
    let plain = run("demo --width 120").out;
    let colored = run("demo --width 120 --color always").out;
    let mut stripped = String::new();
    for (index, part) in colored.split('\u{1b}').enumerate() {
        stripped.push_str(if index == 0 { part } else { part.split_once('m').unwrap().1 });
    }
    assert_eq!(stripped, plain);
}

#[test]
fn tables_fit_the_terminal_without_cutting_names() {
    use unicode_width::UnicodeWidthStr;
    let names: Vec<String> = pigo::rows().into_iter().map(|row| row.name).collect();
    for lang in LANGS {
        for format in ["table", "wide"] {
            for width in (60..=200).step_by(10) {
                let ran = run(&format!("demo --all -o {format} --lang {lang} --width {width}"));
                for name in &names {
                    assert!(ran.out.contains(name.as_str()), "{name} at {width}");
                }
                // Only lines with a name or a command, which users copy, and their headings may be too wide.
                let copied =
                    |line: &&str| line.contains("kubectl") || names.iter().any(|n| line.contains(n.as_str()));
                let head = |line: &&str| ["NAMESPACE ", "命名"].iter().any(|word| line.starts_with(word));
                let wide = |line: &&str| line.width() > width && !copied(line) && !head(line);
                let too_wide: Vec<&str> = ran.out.lines().filter(wide).collect();
                assert!(too_wide.is_empty(), "{lang} {format} {width}: {too_wide:?}");
            }
        }
    }
}

#[test]
fn a_healthy_input_prints_a_few_lines() {
    let ran = judged(&[pod("fine", &healthy_status())], "");
    assert_eq!(ran.code, 0);
    insta::assert_snapshot!(ran.out, @r"
    🟢 Healthy · 1 of 1 pod healthy · demo

    Input read completely · from files · not included: nodes, events, deployments and 26 other kinds (not in the input)
    ");
}

#[test]
fn the_list_of_checks_fits_the_terminal() {
    use unicode_width::UnicodeWidthStr;
    insta::assert_snapshot!(run("checks --lang en --width 100").out);
    for (lang, heads) in [("zh-TW", ["檢查項目", "所需資料"]), ("zh-CN", ["检查项目", "所需数据"])]
    {
        let head = run(&format!("checks --lang {lang}")).out.lines().next().unwrap().to_owned();
        assert!(heads.iter().all(|word| head.contains(word)), "{head}");
    }
    for line in run("checks --width 80").out.lines() {
        assert!(line.width() <= 80, "{line}");
    }
}

/// A closed pipe is not an error.
#[test]
fn a_closed_pipe_ends_the_program_silently() {
    for format in FORMATS {
        let mut child = healthcheck()
            .args(["demo", "--all", "-o", format])
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(1), &b""[..]), "{format}");
    }
}

/// Runs the program in a shell with redirections.
#[cfg(unix)]
fn redirected(arguments: &str, redirections: &str) -> (Option<i32>, String) {
    let program = healthcheck().get_program().to_owned();
    let mut command = std::process::Command::new("sh");
    command
        .args(["-c", &format!("\"$0\" {arguments} {redirections}")])
        .arg(program)
        .current_dir(crate::project("."));
    let output = command.stderr(std::process::Stdio::piped()).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
#[cfg(unix)]
fn a_standard_output_that_cannot_be_written_is_an_error() {
    let told = "error: cannot write the output: Bad file descriptor\n".to_owned();
    for arguments in [
        "rightsize -f examples/pigo.json",
        "diff examples/pigo.json examples/pigo.json -o json",
        "profile show",
        "profile schema",
        "completion bash",
        "checks",
        "explain OOMKilled",
        "demo -o json",
        "demo -o yaml",
        "demo -o markdown",
    ] {
        assert_eq!(redirected(arguments, "1</dev/null"), (Some(2), told.clone()), "{arguments}");
        // As Python and Node discard the output; a standard output that was closed looks the same.
        for unused in [">/dev/null", "1<>/dev/null", ">&-"] {
            let (code, err) = redirected(arguments, unused);
            assert!(code != Some(2) && err.is_empty(), "{arguments} {unused}: {code:?} {err}");
        }
    }
}

/// Credentials in texts of programs and users appear neither in the output nor in a capture.
#[test]
fn redacts_credentials() {
    let says = |what: &str| {
        format!("{what}: postgres://app:CANARY@db/app refused, password=CANARY, Bearer CANARYCANARY")
    };
    let status = |container: &Value| {
        json!({
            "phase": "Running",
            "message": says("status"),
            "conditions": [{ "type": "Ready", "status": "False", "reason": "R", "message": says("condition") }],
            "containerStatuses": [container],
        })
    };
    let end = json!({ "exitCode": 1, "reason": "Error", "message": says("end"), "finishedAt": "2025-12-26T01:58:00Z" });
    let waits = |reason: &str| {
        json!({
            "name": "app", "restartCount": 9, "lastState": { "terminated": end },
            "state": { "waiting": { "reason": reason, "message": says("waiting") } },
        })
    };
    let states = [
        waits("CrashLoopBackOff"),
        waits("CreateContainerConfigError"),
        waits("ImagePullBackOff"),
        waits("PostStartHookError"),
        waits("ContainerCreating"),
        json!({ "name": "app", "restartCount": 9, "lastState": { "terminated": end }, "state": { "terminated": end } }),
        json!({ "name": "app", "ready": false, "state": { "running": {} } }),
    ];
    let reasons =
        ["BackOff", "Failed", "Failed", "FailedPostStartHook", "FailedMount", "BackOff", "Unhealthy"];
    let mut items = Vec::new();
    for (index, (state, reason)) in states.iter().zip(reasons).enumerate() {
        let mut pod = pod(&format!("p{index}"), &status(state));
        pod["spec"]["containers"][0]["args"] = json!(["--password", "CANARY", "-Dkey=CANARY"]);
        pod["spec"]["containers"][0]["command"] = json!(["sh", "-c", "TOKEN=CANARY exec java -Xmx1g"]);
        pod["spec"]["containers"][0]["env"] = json!([
            { "name": "DB_PASSWORD", "value": "CANARY" },
            { "name": "JAVA_TOOL_OPTIONS", "value": "-Xmx1g -Dtrust.password=CANARY" },
        ]);
        items.push(pod);
        for (api, times) in [
            (
                "old",
                json!({ "firstTimestamp": "2025-12-26T01:00:00Z", "lastTimestamp": "2025-12-26T01:59:00Z" }),
            ),
            ("new", json!({ "eventTime": "2025-12-26T01:59:00.000000Z" })),
        ] {
            let mut event = json!({
                "apiVersion": "v1", "kind": "Event",
                "metadata": { "name": format!("p{index}.{api}"), "namespace": "demo" },
                "involvedObject": { "kind": "Pod", "namespace": "demo", "name": format!("p{index}") },
                "type": "Warning", "reason": reason, "message": says("Liveness probe failed"),
            });
            event.as_object_mut().unwrap().extend(times.as_object().unwrap().clone());
            items.push(event);
        }
    }
    for format in FORMATS {
        let ran = judged(&items, &format!("--all -o {format}"));
        assert!(ran.code == 1 && !(ran.out + &ran.err).contains("CANARY"), "{format}");
    }
    for item in items {
        let kind = Kind::from_name(item["kind"].as_str().unwrap()).unwrap();
        // The form in a capture.
        let out = serde_json::to_string(&Object::from_value(kind, item).unwrap()).unwrap();
        assert!(out.contains("***") && !out.contains("CANARY"), "{out}");
    }
}

/// The annotation of `kubectl apply` appears neither in the output nor in a capture; annotations for this tool stay.
#[test]
fn keeps_only_annotations_of_the_tool() {
    let kinds = [Kind::Namespace, Kind::Deployment, Kind::Job, Kind::Ingress, Kind::PersistentVolumeClaim];
    let items = kinds.map(|kind| {
        let applied = json!({ "spec": { "env": [{ "name": "KEY", "value": "CANARY" }] } }).to_string();
        json!({
            "apiVersion": kind.api_version(), "kind": kind.name(),
            "metadata": {
                "name": "x", "namespace": kind.namespaced().then_some("demo"),
                "creationTimestamp": "2025-12-20T00:00:00Z",
                "annotations": {
                    "kubectl.kubernetes.io/last-applied-configuration": applied,
                    "healthcheck.dev/owner": "shop-team", "example.com/other": "CANARY",
                },
            },
        })
    });
    for format in FORMATS {
        let ran = judged(&items, &format!("--all -o {format}"));
        assert!(ran.code < 2 && !(ran.out + &ran.err).contains("CANARY"), "{format}");
    }
    let mut capture = Capture::default();
    for (kind, item) in kinds.into_iter().zip(items) {
        capture.add(&Object::from_value(kind, item).unwrap()).unwrap();
    }
    let (now, mut written) = (Time::from(crate::now()), Vec::new());
    let head = Snapshot { started_at: now, taken_at: now, ..Snapshot::default() };
    Capture::write(vec![capture], &Header::of(&head, "0"), &mut written).unwrap();
    let text = String::from_utf8(written).unwrap();
    assert_eq!(text.matches(r#""annotations":{"healthcheck.dev/owner":"shop-team"}"#).count(), kinds.len());
    assert!(!text.contains("CANARY") && !text.contains("last-applied"), "{text}");
    let read = snapshot::read_bytes("capture", text.as_bytes(), now).unwrap();
    let annotations = read.rows.workloads[0].annotations().iter().collect::<Vec<_>>();
    assert_eq!(annotations, [("owner", "shop-team")]);
}

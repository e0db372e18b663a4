//! The first screen of a large cluster: it fits the terminal, and its rows can be chosen.

use crate::support::{Ran, Run, healthcheck};
use crate::{LANGS, pod};
use serde_json::{Value, json};
use std::io::Write;
use tempfile::NamedTempFile;
use unicode_width::UnicodeWidthStr;

const NOW: &str = "2025-12-26T02:00:00Z";

fn before(seconds: i64) -> String {
    let now: jiff::Timestamp = NOW.parse().unwrap();
    (now - jiff::SignedDuration::from_secs(seconds)).to_string()
}

/// Returns a pod whose container waits with a reason since some seconds.
fn waiting(namespace: &str, reason: &str, message: &str, seconds: i64) -> Value {
    let state = json!({ "waiting": { "reason": reason, "message": message } });
    let end = json!({ "exitCode": 1, "reason": "Error", "finishedAt": before(50) });
    let mut pod = pod(
        "web-0",
        &json!({
            "phase": "Pending",
            "conditions": [{ "type": "Ready", "status": "False", "lastTransitionTime": before(seconds) }],
            "containerStatuses": [{ "name": "app", "ready": false, "restartCount": 17, "state": state,
                "lastState": { "terminated": end } }],
        }),
    );
    pod["metadata"]["namespace"] = json!(namespace);
    pod["metadata"]["creationTimestamp"] = json!(before(seconds));
    pod
}

/// Returns 100 broken namespaces, 60 healthy ones, and a dead node. The newest trouble is that of `team-006`.
fn cluster() -> NamedTempFile {
    let mut items = vec![node("n1", "True", 9_000_000), node("n2", "Unknown", 720)];
    let ages = [900, 2100, 7200, 30_000, 90_000, 400_000, 900_000, 3_000_000];
    for number in 0..160 {
        let namespace = format!("team-{number:03}");
        items.push(json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": namespace } }));
        let mut healthy = pod("ok-0", &crate::healthy_status());
        healthy["metadata"]["namespace"] = json!(namespace);
        items.push(healthy);
        let since = if number == 6 { 240 } else { ages[number % ages.len()] };
        let image = "Back-off pulling image \"registry.example.com/shop/web:v31\": ErrImagePull: rpc error: code = \
                     NotFound desc = failed to pull and unpack image: not found";
        items.extend((number < 100).then(|| match number % 3 {
            0 => waiting(&namespace, "CrashLoopBackOff", "back-off 5m0s restarting failed container", since),
            1 => waiting(&namespace, "ImagePullBackOff", image, since),
            _ => waiting(&namespace, "CreateContainerConfigError", "secret \"db\" not found", since),
        }));
    }
    written(&items)
}

fn node(name: &str, ready: &str, seconds: i64) -> Value {
    json!({ "apiVersion": "v1", "kind": "Node", "metadata": { "name": name, "creationTimestamp": before(9_000_000) },
        "status": { "conditions": [{ "type": "Ready", "status": ready, "reason": "NodeStatusUnknown",
            "lastTransitionTime": before(seconds), "lastHeartbeatTime": before(seconds) }] } })
}

fn written(items: &[Value]) -> NamedTempFile {
    let mut file = NamedTempFile::with_suffix(".json").unwrap();
    write!(file, "{}", json!({ "kind": "List", "apiVersion": "v1", "items": items })).unwrap();
    file
}

/// Runs the binary as `watch` does: in a pipe, with the size of the terminal in the environment.
fn shown(file: &NamedTempFile, size: (usize, usize), arguments: &str) -> Ran {
    let mut command = healthcheck();
    command.env("COLUMNS", size.0.to_string()).env("LINES", size.1.to_string());
    command.arg("-f").arg(file.path()).args(["--now", NOW]).args(arguments.split_whitespace()).ran()
}

const LARGE: (usize, usize) = (200, 500);

/// Returns the objects of the rows.
fn rows(ran: &Ran) -> Vec<String> {
    let of = |line: &str| {
        let mut words = line.split_whitespace();
        let place = words.clone().find(|word| word.starts_with("team-")).unwrap_or_default().to_owned();
        words
            .find(|word| word.contains('/') && !word.starts_with("0/"))
            .map(|object| format!("{place} {object}"))
    };
    ran.out
        .lines()
        .filter(|line| line.starts_with(['🔴', '🟡']) && line.contains("   "))
        .skip(1)
        .filter_map(of)
        .collect()
}

#[test]
fn the_screen_of_a_large_cluster_fits_the_terminal() {
    let file = cluster();
    for (size, least) in [((80, 24), 4), ((120, 40), 8), ((200, 50), 12)] {
        for lang in LANGS {
            let ran = shown(&file, size, &format!("--lang {lang}"));
            let lines: Vec<&str> = ran.out.lines().collect();
            assert!(lines.len() < size.1, "{size:?} {lang}: {} lines\n{}", lines.len(), ran.out);
            // Commands are not broken.
            let wide =
                lines.iter().find(|line| line.width() > size.0 && !line.trim_start().starts_with("kubectl"));
            assert!(wide.is_none(), "{size:?} {lang}: {wide:?}");
            assert!(lines[0].starts_with("🔴") && lines[0].contains("160"), "{lang}: {}", lines[0]);
            let shown = rows(&ran);
            assert_eq!(shown[..2], [" node/n2", "team-006 pod/web-0"], "{size:?} {lang}\n{}", ran.out);
            assert!(shown.len() >= least, "{size:?} {lang}: {} rows\n{}", shown.len(), ran.out);
            assert!(ran.out.contains("kubectl healthcheck node/n2"), "{}", ran.out);
        }
    }
}

#[test]
fn rows_are_grouped_and_old_ones_are_counted() {
    let file = cluster();
    let ran = shown(&file, LARGE, "");
    for words in [
        "\n   down now: 1 of 2 nodes\n",
        "100 of 160 namespaces affected (list: -o wide)",
        "\nWHOLE CLUSTER\n",
        "\nNEW IN THE LAST HOUR\n",
        "Older than 7d: 🔴 high ",
    ] {
        assert!(ran.out.contains(words), "{words}\n{}", ran.out);
    }
    assert!(!ran.out.contains("TOTAL"), "{}", ran.out);
    let old = shown(&file, LARGE, "--older 7d --limit 1000");
    assert!(!old.out.contains("Older than 7d") && rows(&old).len() > 10, "{}", old.out);
    assert!(!rows(&old).iter().any(|row| row.starts_with("team-006")), "{}", old.out);
    // The verdict is that of all incidents.
    assert_eq!(old.out.lines().next(), ran.out.lines().next());
    assert_eq!((old.code, ran.code), (1, 1));
}

#[test]
fn rows_are_chosen_and_sorted() {
    let file = cluster();
    let of = |arguments: &str| rows(&shown(&file, LARGE, arguments));
    assert_eq!(of("--limit 2").len(), 2);
    let newest = of("--newer 5m");
    assert_eq!(newest, ["team-006 pod/web-0"]);
    assert_eq!(of("--sort newest --limit 2"), ["team-006 pod/web-0", " node/n2"]);
    let by_name = of("--sort namespace --limit 1000");
    assert!(by_name.is_sorted() && by_name.len() > 20, "{by_name:?}");
    let oldest = of("--sort oldest --limit 1000");
    assert_eq!(oldest.last().map(String::as_str), Some("team-006 pod/web-0"));
    let plain = shown(&file, LARGE, "--no-headers").out;
    assert!(!plain.contains("SEVERITY") && plain.contains("node/n2"), "{plain}");
    for (arguments, error) in [
        ("-o json --newer 1h", "error: --newer is for -o table and -o wide"),
        ("-o markdown --limit 1", "error: --limit is for -o table and -o wide"),
        (
            "pod/web-0 -n team-000 --sort oldest",
            "error: --sort cannot be used here: one object has no table of problems",
        ),
        ("--limit 0", "error: invalid value '0' for '--limit <N>'"),
    ] {
        let ran = shown(&file, LARGE, arguments);
        assert!(ran.code == 2 && ran.err.starts_with(error), "{arguments}: {ran:?}");
    }
}

/// An old problem stays on the screen unless a newer one is at least as bad.
#[test]
fn old_problems_are_folded_behind_newer_ones_only() {
    let old = |namespace: &str| waiting(namespace, "CrashLoopBackOff", "back-off", 900_000);
    let new = waiting("b", "CrashLoopBackOff", "back-off", 900);
    let alone = shown(&written(&[old("a")]), LARGE, "").out;
    assert!(alone.contains("pod/web-0") && !alone.contains("Older than 7d"), "{alone}");
    let both = shown(&written(&[old("a"), new]), LARGE, "").out;
    assert!(both.contains("Older than 7d: 🔴 high 1 (--older 7d)"), "{both}");
    let ready = both.lines().find(|line| line.contains("pod/web-0")).unwrap();
    assert!(ready.contains("0/1"), "{ready}");
}

#[test]
fn objects_are_inspected_by_the_start_of_their_names() {
    let file = cluster();
    let of = |arguments: &str| shown(&file, LARGE, arguments);
    let one = of("pod/we -n team-006");
    assert!(one.code == 1 && one.out.starts_with("🔴 pod/web-0 · team-006"), "{one:?}");
    let two = of("pod/web-0 no/n2 -n team-006");
    assert!(two.out.contains("pod/web-0") && two.out.contains("\n🔴 node/n2"), "{two:?}");
    let many = of("node n");
    assert!(many.err.contains("2 names begin with node/n\nhint: one of n1, n2"), "{many:?}");
    for (arguments, error) in [
        ("pod/a pod/b -o json", "error: -o json and -o yaml are for one object"),
        ("deploymnt/web", "error: \"deploymnt\" is not a kind of object\nhint: did you mean \"deployment\"?"),
        (
            "rollout/web -n team-006",
            "error: no pod belongs to a rollout \"web\", and objects of this kind are not read",
        ),
    ] {
        let ran = of(arguments);
        assert!(ran.code == 2 && ran.err.starts_with(error), "{arguments}: {ran:?}");
    }
}

#[test]
fn namespaces_are_named_by_patterns_and_suggested() {
    let file = cluster();
    let of = |arguments: &str| shown(&file, LARGE, arguments);
    let some = of("-n team-00?");
    assert!(some.out.contains("10 namespaces") && some.out.contains("team-009"), "{}", some.out);
    for (arguments, error) in [
        ("-n team-0o6", "error: namespace \"team-0o6\" is not in the input\nhint: did you mean \"team-00"),
        ("-n tram-*", "error: no namespace matches \"tram-*\""),
        ("-namespace team-006", "error: unknown flag: -namespace\nhint: did you mean --namespace?"),
        ("--namespce team-006", "error: unknown flag: --namespce\nhint: did you mean --namespace?"),
    ] {
        let ran = of(arguments);
        assert!(ran.code == 2 && ran.err.starts_with(error), "{arguments}: {ran:?}");
    }
}

#[test]
fn languages_are_named_as_locales_name_them() {
    let of = |lang: &str| healthcheck().args(["demo", "--lang", lang]).ran().out;
    for (lang, same) in
        [("zh-TW", "zh_TW.UTF-8"), ("zh-TW", "zh-tw"), ("zh-CN", "zh"), ("zh-CN", "zh_CN.utf-8")]
    {
        assert_eq!(of(lang), of(same), "{same}");
    }
    let colored =
        |value: &str| healthcheck().args(["demo"]).env("CLICOLOR", value).ran().out.contains('\u{1b}');
    assert!(!colored("0") && !colored("1"), "a pipe has no colours");
}

#[test]
fn very_narrow_terminals_have_room_for_the_problems() {
    let file = cluster();
    for width in [20, 25, 30, 40] {
        let ran = shown(&file, (width, 24), "");
        assert!(ran.out.lines().count() < 24, "{width}: {}", ran.out);
        assert!(ran.out.contains("node/n2"), "{width}: {}", ran.out);
    }
}

/// Each text is below its own object, also if some objects have no namespace.
#[test]
fn texts_are_below_their_objects() {
    let file = cluster();
    let ran = shown(&file, (70, 500), "--limit 400");
    let lines: Vec<&str> = ran.out.lines().collect();
    let at = lines.iter().position(|line| line.contains("node/n2")).unwrap();
    assert!(lines[at + 1].starts_with("   the kubelet") || lines[at + 1].contains("kubelet"), "{}", ran.out);
    assert!(!lines[at..at + 3].contains(&""), "{}", ran.out);
}

#[test]
fn an_input_without_pods_is_not_called_healthy() {
    let mut file = NamedTempFile::with_suffix(".json").unwrap();
    write!(file, "{}", json!({ "kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": [] }))
        .unwrap();
    for (lang, said) in [("en", "⚪ No pods"), ("zh-TW", "⚪ 沒有 Pod"), ("zh-CN", "⚪ 没有 Pod")] {
        let ran = shown(&file, LARGE, &format!("--lang {lang}"));
        assert!(ran.code == 0 && ran.out.starts_with(said), "{ran:?}");
        assert!(!ran.out.contains("0 of 0") && !ran.out.contains("🟢"), "{ran:?}");
    }
}

/// The count before a text is that of the objects with its problem, and left out if the text counts them itself.
#[test]
fn objects_are_counted_once() {
    for (file, now, without, with) in [
        (
            "incidents/gpu-admission-storm.yaml",
            "2026-03-10T12:00:00Z",
            "16 pods: ",
            "node gpu-1 rejected 16 pods",
        ),
        (
            "incidents/disk-pressure-single-node.yaml",
            "2026-03-10T12:00:00Z",
            "12 pods: ",
            "the kubelet reports DiskPressure; 9 pods evicted",
        ),
        ("corpus/workloads/cronjob-fails-for-days.yaml", NOW, "objects: ", "last 3 runs failed"),
        ("corpus/nodes/left-behind-by-upgrades.yaml", NOW, "1 object", "2 objects: kubelet v1.29.8"),
    ] {
        let path = crate::project(&format!("tests/fixtures/{file}"));
        let ran = healthcheck().arg("-f").arg(path).args(["--now", now, "--width", "300"]).ran();
        assert!(ran.out.contains(with) && !ran.out.contains(without), "{file}: {}", ran.out);
    }
}

/// What the text says besides a quotation is not cut.
#[test]
fn the_quotation_is_cut_and_not_the_cause() {
    let path = crate::project("tests/fixtures/corpus/pods/pull-denied-by-docker-hub.yaml");
    let ran = healthcheck().arg("-f").arg(path).args(["--now", NOW, "--width", "400"]).ran();
    let said = "access denied: a pull secret is missing or wrong, or the repository does not exist";
    assert!(ran.out.contains(said) && ran.out.contains('…'), "{}", ran.out);
}

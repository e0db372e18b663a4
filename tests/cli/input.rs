//! Input: files in all formats, wrong usage, broken objects.

use crate::support::{Run, healthcheck, pigo, run};
use crate::{healthy_status, judged, now, pod, project};
use serde_json::{Value, json};
use std::io::Write;

/// The objects give the same report in every format.
#[test]
fn all_file_formats_give_the_same_report() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    let objects = pigo::objects(now());
    let list = json!({ "apiVersion": "v1", "items": objects, "kind": "List", "metadata": {} });
    let of_kind = |kind: &str| objects.iter().filter(|o| o["kind"] == kind).cloned().collect::<Vec<_>>();
    // A list of the API server has items without a kind. Sorted by key, the items come before the kind of the list.
    let bare = |kind: &str| {
        let mut items = of_kind(kind);
        for item in &mut items {
            item.as_object_mut().unwrap().retain(|key, _| key != "kind" && key != "apiVersion");
        }
        json!({ "apiVersion": "v1", "items": items, "kind": format!("{kind}List"), "metadata": { "resourceVersion": "1" } })
    };
    let kinds = ["Namespace", "Node", "Pod", "ReplicaSet", "Deployment", "StatefulSet", "Event"];
    let yaml: Vec<String> = objects.iter().map(|object| serde_saphyr::to_string(object).unwrap()).collect();
    let stream: Vec<String> = objects.iter().map(ToString::to_string).collect();
    let gz = |bytes: &[u8]| {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    };
    std::fs::write(path("list.json"), list.to_string()).unwrap();
    std::fs::write(path("list.yaml"), serde_saphyr::to_string(&list).unwrap()).unwrap();
    std::fs::write(path("documents.yaml"), format!("---\n{}", yaml.join("---\n"))).unwrap();
    std::fs::write(path("stream.json"), stream.join("\n")).unwrap();
    std::fs::write(path("list.json.gz"), gz(list.to_string().as_bytes())).unwrap();
    std::fs::write(path("list.json.zst"), zstd::encode_all(list.to_string().as_bytes(), 1).unwrap()).unwrap();
    std::fs::create_dir(path("folder")).unwrap();
    let mut several = Vec::new();
    for kind in kinds {
        let file = path("folder").join(format!("{kind}.json"));
        std::fs::write(&file, bare(kind).to_string()).unwrap();
        several.extend(["-f".to_owned(), file.display().to_string()]);
    }
    std::fs::write(path("folder").join("README"), "not read").unwrap();
    let mut reports = Vec::new();
    let mut add = |arguments: &[String]| {
        let ran = healthcheck().args(arguments).args(["--now", pigo::TAKEN_AT, "-o", "json"]).ran();
        assert_eq!(ran.code, 1, "{arguments:?}: {ran:?}");
        reports.push(ran.json());
    };
    for name in
        ["list.json", "list.yaml", "documents.yaml", "stream.json", "list.json.gz", "list.json.zst", "folder"]
    {
        add(&["-f".to_owned(), path(name).display().to_string()]);
    }
    add(&several);
    let piped = healthcheck()
        .args(["-f", "-", "--now", pigo::TAKEN_AT, "-o", "json"])
        .fed(list.to_string().as_bytes());
    reports.push(piped.json());
    // The bundled example is a capture: it also has a context, and its commands contain it.
    let mut demo: Value = serde_json::from_str(
        &run("demo -o json").out.replace(" --context tp-hkidc", "").replace("tp-hkidc", ""),
    )
    .unwrap();
    demo["coverage"] = reports[0]["coverage"].clone();
    // Only some namespaces were read, so other pods on the nodes are unknown.
    assert_eq!(
        (&demo["resources"][0]["complete"], &demo["resources"][0]["largestNodeLoss"]),
        (&json!(false), &json!([]))
    );
    for of_all in ["complete", "largestNodeLoss"] {
        demo["resources"][0][of_all] = reports[0]["resources"][0][of_all].clone();
    }
    // The example was taken with all events of its scope. The other files only have events of pigo-rel.
    for finding in demo["findings"].as_array_mut().unwrap() {
        if finding["object"]["namespace"] != "pigo-rel" {
            let evidence = finding["evidence"].as_array_mut().unwrap();
            evidence.retain(|line| !line.as_str().unwrap().starts_with("no recent warning events"));
        }
    }
    reports.push(demo);
    for (index, report) in reports.iter().enumerate().skip(1) {
        assert!(*report == reports[0], "report {index} differs");
    }
}

#[test]
fn counts_repeated_objects_once() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a.json");
    std::fs::write(&file, json!({ "kind": "List", "items": pigo::objects(now()) }).to_string()).unwrap();
    let file = file.display().to_string();
    let ran = healthcheck().args(["-f", &file, "-f", &file, "--now", pigo::TAKEN_AT, "-o", "json"]).ran();
    assert_eq!(ran.json()["totals"]["pods"], 48);
    let remarks = ran.json()["coverage"]["notes"].to_string();
    assert!(remarks.contains("repeated"), "{remarks}");
}

#[test]
fn filters_namespaces_of_a_file() {
    let file = project("examples/pigo.json").display().to_string();
    let ran = run(&format!("-f {file} -n pigo-stg"));
    assert_eq!(ran.code, 0);
    assert!(
        ran.out.starts_with("🟢 Healthy · 18 of 18 pods healthy · context tp-hkidc · pigo-stg\n"),
        "{}",
        ran.out
    );
    let ran = run(&format!("-f {file} -A --exclude-namespace pigo-d*,*rel -o json"));
    assert_eq!(ran.json()["totals"]["pods"], 18);
    let ran = run(&format!("-f {file} -n pigo-prod"));
    assert_eq!((ran.code, ran.err.as_str()), (2, "error: namespace \"pigo-prod\" is not in the input\n"));
}

#[test]
fn wrong_usage_exits_with_2() {
    for (arguments, says) in [
        ("--foo", "error: unknown flag: --foo\nSee 'kubectl healthcheck --help' for usage.\n"),
        ("-o xml", "possible values: table, wide, markdown, html, json, yaml, ndjson"),
        ("--lang de", "possible values: en, zh-TW, zh-CN"),
        ("--page-size 0", "expected a number from 1 to 5000"),
        ("--page-size 5001", "expected a number from 1 to 5000"),
        ("--page-timeout 1ms", "must be between 100ms and 1h"),
        ("--request-timeout soon", "\"soon\" is not a duration such as 90s, 2m or 7d"),
        ("--concurrency 0", "expected a number from 1 to 64"),
        ("--restarts-attention 11", "--restarts-attention 11 must not be above --restarts-unhealthy 10"),
        ("--exclude-namespace kube-*", "--all-namespaces"),
        ("-A --exclude-namespace a[", "error parsing glob"),
        ("--as-group admins", "--as <USER>"),
        ("--skip-kinds pods", "expected one of pods.metrics.k8s.io, replicasets"),
        ("-f x.json --context prod", "--context needs a cluster and cannot be used with --filename"),
        ("-f x.json -l app=web", "--selector needs a cluster"),
        ("-f x.json --token t", "--token needs a cluster"),
        ("nodes -f x.json --page-size 5", "--page-size needs a cluster"),
        ("-f /no/such/file", "error: the path \"/no/such/file\" does not exist"),
        ("-f Cargo.toml", "Cargo.toml cannot be read as YAML"),
        ("-f src", "src contains no .json, .yaml, .yml, .tar or .zip file"),
        ("--now 2025-12-26T02:00:00Z", "--filename"),
        ("explain xyz", "hint: \"kubectl healthcheck checks\" lists the checks"),
        ("demo extra", "unknown command \"extra\""),
    ] {
        let ran = healthcheck().current_dir(project("")).args(arguments.split(' ')).ran();
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments}: {ran:?}");
        assert!(ran.err.contains(says), "{arguments}: {}", ran.err);
    }
}

#[test]
fn reports_the_position_of_a_syntax_error() {
    let whole = json!({ "kind": "List", "items": pigo::objects(now()) }).to_string();
    let gz = {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        out.write_all(whole.as_bytes()).unwrap();
        out.finish().unwrap()
    };
    for (input, says) in [
        (&b""[..], "standard input is empty"),
        (b" \n\t ", "standard input is empty"),
        (&whole.as_bytes()[..whole.len() / 2], "standard input cannot be read as JSON: the content ends early"),
        (b"{\"kind\": \"List\", \"items\": [}", "at line 1 column 28"),
        (b"kind: List\nitems: [", "standard input cannot be read as YAML"),
        (b"\x7fELF\x02\x01\x01\x00\x00", "standard input is neither JSON nor YAML: it contains binary data (byte 4)"),
        (&gz[..gz.len() / 2], "cannot read standard input: incomplete deflate stream"),
        (&[0x28, 0xb5, 0x2f, 0xfd, 0xff, 0xff], "cannot read standard input"),
        (b"just words", "standard input cannot be read as YAML"),
        (b"{}", "no kind: not a Kubernetes object or list"),
        (b"{\"kind\": \"List\", \"items\": []}", "No resources found"),
        (b"kind: Config\napiVersion: v1\n", "left out: Config (1)"),
        (b"{\"kind\":\"Snapshot\",\"apiVersion\":\"healthcheck/v9\",\"startedAt\":\"2025-12-26T02:00:00Z\",\"takenAt\":\"2025-12-26T02:00:00Z\",\"items\":[]}",
            "was written by a later version (healthcheck/v9); this one reads healthcheck/v1"),
    ] {
        let ran = healthcheck().args(["-f", "-"]).fed(input);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{says}: {ran:?}");
        assert!(ran.err.contains(says), "{says}: {}", ran.err);
    }
}

#[test]
fn shows_partly_broken_objects() {
    let long = "x".repeat(253);
    let mut ancient = pod("ancient", &healthy_status());
    ancient["metadata"]["creationTimestamp"] = json!("0001-01-01T00:00:00Z");
    let mut nameless = pod("", &healthy_status());
    nameless["metadata"] = json!({});
    let mut less_than_none = healthy_status();
    less_than_none["containerStatuses"][0]["restartCount"] = json!(-7);
    let items = [
        json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "bare", "namespace": "demo" } }),
        json!({ "apiVersion": "v1", "kind": "Pod", "metadata": null, "spec": null, "status": null }),
        nameless.clone(),
        nameless,
        ancient,
        pod("no-statuses", &json!({ "phase": "Running" })),
        pod("odd-phase", &json!({ "phase": "Dreaming" })),
        pod("less-than-none", &less_than_none),
        pod(&long, &healthy_status()),
        pod(&"x".repeat(254), &healthy_status()),
    ];
    let ran = judged(&items, "-o json");
    assert_eq!(ran.code, 1, "{ran:?}");
    let report = ran.json();
    let pods = report["pods"].as_array().unwrap();
    // An object without a name cannot be shown, and the API server rejects longer names.
    let gaps = report["coverage"]["gaps"].as_array().unwrap();
    assert!(!gaps.is_empty() && gaps.iter().all(|gap| gap["reason"] == "unreadable"), "{gaps:?}");
    assert_eq!(pods.len(), items.len() - 4);
    let by_name = |name: &str| pods.iter().find(|pod| pod["name"] == name).unwrap();
    let shown = |name: &str| {
        ["status", "ready", "age", "class"].map(|key| by_name(name)[key].as_str().unwrap().to_owned())
    };
    assert_eq!(shown("bare"), ["", "0/0", "<unknown>", "unhealthy"]);
    assert_eq!(shown("ancient"), ["Running", "1/1", "<unknown>", "healthy"]);
    assert_eq!(shown("no-statuses"), ["Running", "0/1", "6d2h", "unhealthy"]);
    assert_eq!(shown("odd-phase"), ["Dreaming", "0/1", "6d2h", "unhealthy"]);
    assert_eq!(by_name("less-than-none")["restarts"], -7);
    assert_eq!(by_name(&long)["class"], "healthy");
    let table = judged(&items, "--all --width 80").out;
    assert!(table.contains(&long), "names are not cut");
}

/// An object that cannot be read is named, and the report is incomplete.
#[test]
fn unreadable_objects_are_gaps() {
    let broken = pod("odd", &json!({ "phase": "Running", "containerStatuses": "none" }));
    let ran = judged(&[pod("fine", &healthy_status()), broken], "-o json");
    assert_eq!(ran.code, 3, "{ran:?}");
    let report = ran.json();
    assert_eq!(report["verdict"], "incomplete");
    let gap = &report["coverage"]["gaps"][0];
    assert_eq!((&gap["kind"], &gap["reason"]), (&json!("Pod"), &json!("unreadable")));
    assert!(gap["detail"].as_str().unwrap().contains("items[1] demo/odd: expected "), "{gap}");
    let table = judged(&[pod("fine", &healthy_status())], "").out;
    assert!(table.starts_with("🟢 Healthy · 1 of 1 pod healthy"), "{table}");
}

//! Comparisons of two runs, from files of all kinds.

use crate::support::{Ran, Run, healthcheck, pigo};
use crate::{LANGS, healthy_status, pod, project};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The time of the PIGO patrol, and one day later.
pub const DAYS: [&str; 2] = [pigo::TAKEN_AT, "2025-12-27T02:00:00Z"];

/// Makes a pod of the patrol crash repeatedly.
pub fn crash(pod: &mut Value, restarts: i64, last: &str) {
    let container = &mut pod["status"]["containerStatuses"][0];
    container["ready"] = json!(false);
    container["restartCount"] = json!(restarts);
    container["state"] = json!({ "waiting": { "reason": "CrashLoopBackOff", "message": "back-off" } });
    container["lastState"] =
        json!({ "terminated": { "exitCode": 1, "reason": "Error", "startedAt": last, "finishedAt": last } });
    for condition in pod["status"]["conditions"].as_array_mut().unwrap() {
        if condition["type"].as_str().unwrap().ends_with("Ready") {
            condition["status"] = json!("False");
            condition["lastTransitionTime"] = json!(last);
        }
    }
}

fn named<'o>(objects: &'o mut [Value], kind: &str, namespace: &str, start: &str) -> &'o mut Value {
    let is_it = |object: &&mut Value| {
        let meta = &object["metadata"];
        object["kind"] == kind
            && meta["namespace"] == namespace
            && meta["name"].as_str().unwrap().starts_with(start)
    };
    objects.iter_mut().find(is_it).unwrap()
}

/// Simulates a rollout: a new ReplicaSet, and pods with its name.
fn roll_out(objects: &mut Vec<Value>, namespace: &str, app: &str, hash: &str) {
    let old = named(objects, "ReplicaSet", namespace, app);
    let mut new = old.clone();
    let (was, name) = (old["metadata"]["name"].as_str().unwrap().to_owned(), format!("{app}-{hash}"));
    old["spec"]["replicas"] = json!(0);
    old["status"] = json!({});
    new["metadata"]["name"] = json!(name);
    new["metadata"]["uid"] = json!(format!("{hash}-0000-4000-8000-000000000000"));
    let uid = new["metadata"]["uid"].clone();
    objects.push(new);
    for (index, pod) in objects.iter_mut().filter(|object| object["kind"] == "Pod").enumerate() {
        let owner = &mut pod["metadata"]["ownerReferences"][0];
        if pod_of(owner, &was) {
            (owner["name"], owner["uid"]) = (json!(name), uid.clone());
            pod["metadata"]["name"] = json!(format!("{name}-n{index:04}"));
        }
    }
}

fn pod_of(owner: &Value, name: &str) -> bool {
    owner["kind"] == "ReplicaSet" && owner["name"] == name
}

/// The first day: leftover pods, and crashes of `nacos` and one pod of `agent-system`.
pub fn yesterday() -> Vec<Value> {
    let mut objects = pigo::objects(DAYS[0].parse().unwrap());
    crash(named(&mut objects, "Pod", "pigo-rel", "nacos-"), 300, "2025-12-26T01:55:00Z");
    crash(named(&mut objects, "Pod", "pigo-stg", "agent-system-"), 12, "2025-12-26T01:55:00Z");
    objects
}

/// The next day: `nacos` was rolled out and still crashes, one leftover pod is gone, `agent-system` of one namespace
/// has more restarts, and that of another namespace crashes too.
pub fn today() -> Vec<Value> {
    let mut objects = yesterday();
    objects.retain(|object| object["metadata"]["name"] != "pigo-cron-77cc9c4d8c-tw2xb");
    roll_out(&mut objects, "pigo-rel", "nacos", "5f5f5f5f5");
    crash(named(&mut objects, "Pod", "pigo-rel", "nacos-5f5f5f5f5-"), 3, "2025-12-27T01:55:00Z");
    crash(named(&mut objects, "Pod", "pigo-stg", "agent-system-"), 40, "2025-12-27T01:55:00Z");
    crash(named(&mut objects, "Pod", "pigo-dev", "agent-system-"), 12, "2025-12-27T01:55:00Z");
    objects
}

/// Returns a capture of these namespaces as text.
pub fn capture(taken_at: &str, namespaces: &[&str], objects: &[Value]) -> String {
    let head = json!({
        "apiVersion": "healthcheck/v1", "kind": "Snapshot", "toolVersion": "0.1.0",
        "startedAt": taken_at, "takenAt": taken_at,
        "cluster": { "context": "tp-hkidc", "server": "https://tp-hkidc.example" },
        "scope": { "namespaces": namespaces },
        "items": objects,
    });
    head.to_string()
}

pub const PIGO: [&str; 3] = ["pigo-dev", "pigo-rel", "pigo-stg"];

/// The two days as files of all kinds.
pub struct Days {
    pub dir: tempfile::TempDir,
}

impl Days {
    pub fn new() -> Self {
        let days = Self { dir: tempfile::tempdir().unwrap() };
        for (name, at, objects) in [("old", DAYS[0], yesterday()), ("new", DAYS[1], today())] {
            std::fs::write(days.path(&format!("{name}.json")), capture(at, &PIGO, &objects)).unwrap();
            let list = json!({ "kind": "List", "items": objects }).to_string();
            std::fs::write(days.path(&format!("{name}-list.json")), list).unwrap();
            let report = days.run(&format!("-f {name}.json -o json"));
            let packed = zstd::encode_all(report.out.as_bytes(), 1).unwrap();
            std::fs::write(days.path(&format!("{name}-report.json.zst")), packed).unwrap();
            let report = days.run(&format!("-f {name}.json -o yaml"));
            std::fs::write(days.path(&format!("{name}-report.yaml")), report.out).unwrap();
            let ran = days.run(&format!("-f {name}.json --history {name}-history -o name"));
            assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{ran:?}");
            std::fs::rename(
                only_file(&days.path(&format!("{name}-history"))),
                days.path(&format!("{name}-record.json")),
            )
            .unwrap();
        }
        days
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Runs the binary in the folder of the files.
    pub fn run(&self, arguments: &str) -> Ran {
        healthcheck().current_dir(self.dir.path()).args(arguments.split_whitespace()).ran()
    }
}

/// The first half of a text.
pub fn half(text: &str) -> String {
    text.chars().take(text.chars().count() / 2).collect()
}

pub fn only_file(folder: &Path) -> PathBuf {
    let files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files.into_iter().next().unwrap()
}

/// Returns the changes of a comparison, except findings of low severity: the change, the check, the owner.
fn told(changes: &Value) -> Vec<String> {
    let serious = changes.as_array().unwrap().iter().filter(|changed| {
        ["before", "now"].iter().any(|side| {
            let severity = &changed["severity"][side];
            !severity.is_null() && severity != "low"
        })
    });
    serious.map(one).collect()
}

fn one(changed: &Value) -> String {
    let text = |pointer: &str| changed.pointer(pointer).unwrap().as_str().unwrap();
    format!("{} {} {}/{}", text("/change"), text("/id"), text("/object/namespace"), text("/owner/name"))
}

const CHANGES: [&str; 5] = [
    "new pod-crash-loop pigo-dev/agent-system",
    "worse pod-crash-loop pigo-stg/agent-system",
    "fixed pod-leftover pigo-dev/pigo-cron",
    "unchanged pod-crash-loop pigo-rel/nacos",
    "unchanged pod-leftover pigo-rel/prometheus-blackbox-exporter",
];

#[test]
fn shows_changes_first_in_three_languages() {
    let days = Days::new();
    for lang in LANGS {
        for (name, arguments) in [
            ("check-80", "-f new.json --baseline old.json --width 80"),
            ("check-160", "-f new.json --baseline old.json --width 160"),
            ("diff-80", "diff old.json new.json --width 80"),
            ("diff-160-all", "diff old.json new.json --width 160 --all"),
            ("diff-markdown", "diff old.json new.json -o markdown"),
        ] {
            let ran = days.run(&format!("{arguments} --lang {lang}"));
            assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{ran:?}");
            insta::assert_snapshot!(format!("changes-{name}-{lang}"), ran.out);
        }
        let markdown = days.run(&format!("-f new.json --baseline old.json -o markdown --lang {lang}")).out;
        let heads: Vec<&str> = markdown.lines().filter(|line| line.starts_with("## ")).collect();
        assert_eq!(heads.len(), 10, "{heads:?}");
        assert!(heads[0].starts_with("## 1.") && heads[2].starts_with("## 2."), "{heads:?}");
        let section = markdown.split("\n## ").nth(2).unwrap();
        insta::assert_snapshot!(format!("changes-section-{lang}"), section);
    }
}

/// docs/changes.md shows real output.
#[test]
fn the_page_about_changes_is_current() {
    let page = project("docs/changes.md");
    let text = std::fs::read_to_string(&page).unwrap();
    let command = "    $ kubectl healthcheck -f new.json --baseline old.json --width 120\n";
    let (before, rest) = text.split_once(command).unwrap();
    let (_, after) = rest.split_once("\n## ").unwrap();
    let out = Days::new().run("-f new.json --baseline old.json --width 120").out;
    let shown: String = out.lines().map(|line| format!("    {line}").trim_end().to_owned() + "\n").collect();
    let wanted = format!("{before}{command}{shown}\n## {after}");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&page, &wanted).unwrap();
    }
    assert!(std::fs::read_to_string(&page).unwrap() == wanted, "UPDATE=1 cargo test");
}

/// Captures, lists, reports and records give the same changes on both sides.
#[test]
fn all_kinds_of_files_give_the_same_changes() {
    let days = Days::new();
    let kinds = ["json", "report.json.zst", "report.yaml", "record.json"];
    let file = |name: &str, kind: &str| {
        if kind == "json" { format!("{name}.json") } else { format!("{name}-{kind}") }
    };
    for old in kinds {
        let (baseline, wanted) = (file("old", old), CHANGES.map(str::to_owned).to_vec());
        let report = days.run(&format!("-f new.json --baseline {baseline} -o json")).json();
        assert_eq!(told(&report["comparisons"][0]["changes"]), wanted, "{baseline}");
        for new in kinds {
            let ran = days.run(&format!("diff {baseline} {} -o json", file("new", new)));
            assert_eq!(told(&ran.json()["changes"]), wanted, "{baseline} {new}");
            // The same for the table, except for commands, which a record does not keep.
            let table = |new: &str| {
                let ran = days.run(&format!("diff {baseline} {} --width 120", file("new", new)));
                assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{ran:?}");
                ran.out.split("\nNEXT").next().unwrap().to_owned()
            };
            assert_eq!(table(new), table("json"), "{baseline} {new}");
        }
    }
    // The output of kubectl has no time, and its missing kinds were not read.
    let lists = format!("diff old-list.json new-list.json --now {} -o json", DAYS[1]);
    let lists = days.run(&lists).json();
    assert_eq!(told(&lists["changes"]), CHANGES);
    assert_eq!((&lists["before"]["takenAt"], &lists["now"]["takenAt"]), (&Value::Null, &Value::Null));
    let mixed = days.run(&format!("-f new.json --baseline old-list.json --now {} -o json", DAYS[1])).json();
    assert_eq!(told(&mixed["comparisons"][0]["changes"]), CHANGES);
    assert_eq!(mixed["comparisons"][0]["comparedWith"]["takenAt"], Value::Null);
    let table = days.run(&format!("-f new.json --baseline old-list.json --now {}", DAYS[1])).out;
    assert!(table.contains("\nSince the baseline (time unknown): 1 new · "), "{table}");
    let table = days.run("diff old-list.json new-list.json").out;
    assert!(!table.contains("time unknown"), "{table}");
}

#[test]
fn json_changes_match_their_schemas() {
    let days = Days::new();
    let schema = |name: &str| -> Value {
        serde_json::from_str(&std::fs::read_to_string(project(name)).unwrap()).unwrap()
    };
    let (of_report, of_comparison) =
        (schema("docs/report.schema.json"), schema("docs/comparison.schema.json"));
    for (name, definition) in of_comparison["$defs"].as_object().unwrap() {
        assert!(
            name == "Run" || *definition == of_report["$defs"][name],
            "{name} is told twice, and differs"
        );
    }
    let holds = |schema: &Value, document: &Value| {
        let validator = jsonschema::validator_for(schema).unwrap();
        let errors: Vec<String> = validator.iter_errors(document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    };
    let report = days.run("-f new.json --baseline old.json -o json").json();
    holds(&of_report, &report);
    let comparison = &report["comparisons"][0];
    let counts = json!({ "new": 1, "worse": 1, "fixed": 1, "better": 0, "unknown": 0, "unchanged": 2 });
    assert_eq!(comparison["counts"], counts);
    assert_eq!(comparison["context"], "tp-hkidc");
    assert_eq!(
        (&comparison["comparedWith"]["source"], &comparison["comparedWith"]["takenAt"]),
        (&json!("baseline"), &json!(DAYS[0]))
    );
    let worse = &comparison["changes"][1];
    assert_eq!(worse["measures"], json!([{ "name": "restarts", "before": 12, "now": 40 }]));
    assert_eq!(worse["objects"], json!({ "before": 1, "now": 1 }));
    for finding in report["findings"].as_array().unwrap() {
        assert!(CHANGES.contains(&one(finding).as_str()), "{finding}");
    }
    let plain = days.run("-f new.json -o json").json();
    holds(&of_report, &plain);
    assert_eq!((&plain["comparisons"], &plain["findings"][0]["change"]), (&json!([]), &Value::Null));
    let mut difference = days.run("diff old.json new-report.yaml -o json").json();
    holds(&of_comparison, &difference);
    let yaml: Value = serde_saphyr::from_str(&days.run("diff old.json new-report.yaml -o yaml").out).unwrap();
    assert_eq!(yaml, difference);
    difference.as_object_mut().unwrap().remove("before");
    let validator = jsonschema::validator_for(&of_comparison).unwrap();
    assert!(!validator.is_valid(&difference), "the schema requires the field");
    let names = days.run("diff old.json new.json -o name").out;
    assert_eq!(
        names,
        "-n pigo-dev pod/agent-system-9c6b5446-z6s2t\n-n pigo-stg pod/agent-system-797f88c4d5-6lwcl\n"
    );
}

#[test]
fn tables_of_changes_fit_the_terminal_without_cutting_names() {
    use unicode_width::UnicodeWidthStr;
    let days = Days::new();
    for lang in LANGS {
        for arguments in [
            "-f new.json --baseline old.json",
            "diff old.json new.json",
            "diff old.json new.json --all -o wide",
        ] {
            for width in (80..=200).step_by(20) {
                let ran = days.run(&format!("{arguments} --lang {lang} --width {width}"));
                let wide = |line: &&str| line.width() > width && !line.contains("kubectl");
                let too_wide: Vec<&str> = ran.out.lines().filter(wide).collect();
                assert!(too_wide.is_empty(), "{lang} {arguments} {width}: {too_wide:#?}");
                assert!(ran.out.contains("pod/agent-system-9c6b5446-z6s2t"), "{}", ran.out);
            }
        }
    }
}

#[test]
fn fail_on_new_ignores_known_findings() {
    let days = Days::new();
    for (arguments, code) in [
        ("-f new.json --baseline old.json --fail-on new", 1),
        ("-f new.json --baseline new.json --fail-on new", 0),
        ("-f old.json --baseline old-report.yaml --fail-on new", 0),
        ("-f new.json --baseline new.json", 1),
        ("-f new.json --baseline old.json --fail-on never", 0),
        ("diff old.json new.json --fail-on new", 1),
        ("diff new.json new.json --fail-on new", 0),
        ("diff new-record.json new.json", 1),
        ("diff old.json new.json --fail-on new -n pigo-stg", 0),
        // The other run did not run this check, so nothing is new.
        ("diff old.json new.json --fail-on new --skip pod-crash-loop", 0),
    ] {
        let ran = days.run(arguments);
        assert_eq!((ran.code, ran.err.as_str()), (code, ""), "{arguments}: {ran:?}");
    }
    // A gap in the later run stays visible.
    let broken = pod("odd", &json!({ "containerStatuses": 1 }));
    let gap = capture(DAYS[1], &["demo"], &[pod("fine", &healthy_status()), broken]);
    std::fs::write(days.path("gap.json"), gap).unwrap();
    assert_eq!(days.run("-f gap.json --baseline gap.json --fail-on new").code, 3);
    let ran = days.run("diff gap.json gap.json --fail-on new");
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(
        ran.out.contains("Coverage incomplete (the earlier run)\nCoverage incomplete (the later run)\n"),
        "{}",
        ran.out
    );
}

/// Data that a run did not read is neither new nor fixed. The report names the run and the reason.
#[test]
fn data_that_was_not_read_is_not_new() {
    let days = Days::new();
    let changes = |arguments: &str| {
        let report = days.run(&format!("{arguments} -o json")).json();
        let all = report["comparisons"][0]["changes"].as_array().unwrap().clone();
        let unseen = all.into_iter().filter(|changed| changed["change"] == "unknown");
        unseen
            .map(|changed| {
                format!(
                    "{} {} {}",
                    changed["notCompared"]["run"], changed["notCompared"]["reason"], changed["key"]
                )
            })
            .collect::<Vec<_>>()
    };
    let narrower = changes("-f new.json -n pigo-stg --baseline old.json");
    assert_eq!(narrower.len(), 3, "{narrower:?}");
    assert!(narrower.iter().all(|line| line.starts_with("\"now\" \"out-of-scope\"")), "{narrower:?}");
    let skipped = changes("-f new.json --skip pod-leftover --baseline old-report.yaml");
    assert_eq!(skipped.len(), 2, "{skipped:?}");
    assert!(
        skipped.iter().all(|line| line.starts_with("\"now\" \"check-left-out\" \"pod-leftover/")),
        "{skipped:?}"
    );
    let stg = capture(DAYS[0], &["pigo-stg"], &yesterday());
    let stg: Value = serde_json::from_str(&stg).unwrap();
    let items: Vec<&Value> = stg["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|o| o["metadata"]["namespace"].as_str().is_none_or(|n| n == "pigo-stg"))
        .collect();
    let mut stg = stg.clone();
    stg["items"] = json!(items);
    std::fs::write(days.path("stg.json"), stg.to_string()).unwrap();
    let wider = changes("-f new.json --baseline stg.json");
    assert_eq!(wider.len(), 3, "{wider:?}");
    assert!(wider.iter().all(|line| line.starts_with("\"before\" \"out-of-scope\"")), "{wider:?}");
    let table = days.run("-f new.json --baseline stg.json --width 160").out;
    assert!(table.contains("0 new · 1 worse · 3 unknown\n"), "{table}");
    assert!(table.contains("(not checked then: out of scope)"), "{table}");
    // Counts of what only one of them counted are held against nothing.
    let total = table.lines().find(|line| line.starts_with("TOTAL")).unwrap();
    assert!(!total.contains(['↑', '↓']), "{total}");
}

/// Muted findings are not new, also after their mute ends.
#[test]
fn muted_findings_are_neither_new_nor_fixed() {
    let days = Days::new();
    let mute = "profiles:\n  p:\n    mutes:\n    - {check: pod-crash-loop, namespace: pigo-rel, reason: r, owner: o, until: 2026-12-31}\n";
    std::fs::write(days.path("config.yaml"), mute).unwrap();
    let muting = "--config config.yaml --profile p";
    let quiet = days.run(&format!("-f old.json -o json {muting}")).out;
    std::fs::write(days.path("quiet.json"), quiet).unwrap();
    let ran = days.run(&format!("-f old.json --history quiet {muting} -o name"));
    assert_eq!(ran.code, 1, "{ran:?}");
    std::fs::rename(only_file(&days.path("quiet")), days.path("quiet-record.json")).unwrap();
    for baseline in ["quiet.json", "quiet-record.json"] {
        let changes = |arguments: &str| {
            told(&days.run(&format!("-f new.json -o json {arguments}")).json()["comparisons"][0]["changes"])
        };
        assert_eq!(changes(&format!("--baseline {baseline}")), CHANGES, "the finding is not new");
        let without: Vec<&str> =
            CHANGES.into_iter().filter(|change| !change.ends_with("pigo-rel/nacos")).collect();
        assert_eq!(changes(&format!("--baseline {baseline} {muting}")), without);
        assert_eq!(changes(&format!("--baseline old.json {muting}")), without, "it is not fixed");
        assert_eq!(changes(&format!("--baseline old-report.yaml {muting}")), without, "it is not fixed");
    }
}

#[test]
fn rejects_runs_that_cannot_be_compared() {
    let days = Days::new();
    let write = |name: &str, text: &str| std::fs::write(days.path(name), text).unwrap();
    let old = std::fs::read_to_string(days.path("old.json")).unwrap();
    write("elsewhere.json", &old.replace("tp-hkidc", "tp-other"));
    write("moved.json", &old.replace("https://tp-hkidc.example", "https://10.0.0.1"));
    write("v9.json", &old.replace("healthcheck/v1", "healthcheck/v9"));
    let report = days.run("-f old.json -o json").out;
    write("report-v9.json", &report.replace("healthcheck/v1", "healthcheck/v9"));
    write("report-cut.json", &half(&report));
    write("report-less.json", &report.replacen("\"totals\"", "\"tools\"", 1));
    write(
        "two.json",
        &report.replacen(
            "\"clusters\": [",
            "\"clusters\": [{\"context\":\"a\",\"server\":\"b\",\"version\":\"c\"},",
            1,
        ),
    );
    write("story.json", &days.run("deploy/nacos -n pigo-rel -f old.json -o json").out);
    write("comparison.json", &days.run("diff old.json new.json -o json").out);
    write("cut.json", &half(&old));
    write("garbage.json", "just words");
    write("empty.json", "");
    write("config.json", "{\"kind\": \"Config\", \"apiVersion\": \"v1\"}");
    write("other.json", &capture(DAYS[0], &["demo"], &[pod("fine", &healthy_status())]));
    write("both.json", &format!("{report}\n{old}"));
    for (file, says) in [
        ("nowhere.json", "error: the path \"nowhere.json\" does not exist"),
        (
            "elsewhere.json",
            "the baseline elsewhere.json is of cluster tp-other (https://tp-other.example) and this run of tp-hkidc (https://tp-hkidc.example): compare runs on one cluster",
        ),
        ("v9.json", "v9.json was written by a later version (healthcheck/v9); this one reads healthcheck/v1"),
        ("report-v9.json", "report-v9.json was written by a later version (healthcheck/v9)"),
        ("report-cut.json", "report-cut.json cannot be read as JSON: the content ends early at line"),
        ("report-less.json", "report-less.json is not a complete Report: the field \"totals\" is missing"),
        ("two.json", "two.json is a report of 2 clusters; compare with a report of one"),
        (
            "story.json",
            "story.json is an Investigation; compare with a report (-o json), a capture or a record",
        ),
        ("comparison.json", "comparison.json is a Comparison"),
        ("cut.json", "cut.json cannot be read as JSON: the content ends early at line"),
        ("garbage.json", "garbage.json cannot be read as YAML"),
        ("empty.json", "empty.json is empty"),
        ("config.json", "config.json contains no pods to compare with"),
        (
            "other.json",
            "covers demo and this run covers pigo-dev, pigo-rel, pigo-stg: they have no namespace in common",
        ),
        ("both.json", "both.json is a Report that this tool wrote, not the objects of a cluster"),
    ] {
        let ran = days.run(&format!("-f new.json --baseline {file}"));
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{file}: {ran:?}");
        assert!(ran.err.contains(says), "{file}: {}", ran.err);
        let ran = days.run(&format!("diff {file} new.json"));
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{file}: {ran:?}");
    }
    // A cluster with a new address or a new name is the same cluster.
    assert_eq!(days.run("-f new.json --baseline moved.json").code, 1);
    for arguments in
        ["-f old.json --baseline new.json", "diff new.json old.json", "diff new-record.json old-report.yaml"]
    {
        let ran = days.run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments}: {ran:?}");
        let line = "is newer (2025-12-27T02:00:00Z) than";
        assert!(ran.err.contains(line) && ran.err.contains("swap them"), "{}", ran.err);
    }
    let ran = days.run("-f old-report.yaml");
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("--baseline and diff read it as a single document"), "{}", ran.err);
}

#[test]
fn rejects_contradicting_flags() {
    let days = Days::new();
    let kubeconfig =
        "{apiVersion: v1, kind: Config, clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}],
        contexts: [{name: a, context: {cluster: c}}, {name: b, context: {cluster: c}}]}";
    std::fs::write(days.path("config"), kubeconfig).unwrap();
    for (arguments, says) in [
        (
            "-f new.json --fail-on new",
            "--fail-on new needs an earlier run\nhint: use --baseline FILE or --history FOLDER",
        ),
        ("demo --fail-on new", "--fail-on new needs an earlier run"),
        ("nodes -f new.json --baseline old.json", "--baseline cannot be used here: nodes are not compared"),
        ("nodes -f new.json --history h", "--history cannot be used here"),
        (
            "pod/x -n pigo-dev -f new.json --baseline old.json",
            "--baseline cannot be used here: only whole reports are compared",
        ),
        ("pod/x -n pigo-dev -f new.json --fail-on new", "--fail-on new needs an earlier run"),
        ("-f - --baseline -", "--filename and --baseline cannot both read standard input"),
        ("diff - -", "only one of the two files can be standard input"),
        ("diff old.json", "<NEW>"),
        ("-f new.json --history-keep 3", "--history"),
        ("-f new.json --history h --history-keep 0", "expected a number of 1 or more"),
        ("-f new.json --history h --history-age soon", "\"soon\" is not a duration"),
        (
            "--context a,b --baseline old.json --kubeconfig config",
            "--baseline cannot be used with several contexts",
        ),
        (
            "--context a --baseline old.json --kubeconfig config",
            "is of cluster tp-hkidc (https://tp-hkidc.example) and this run of a (https://127.0.0.1:1): compare runs on one cluster",
        ),
        ("diff old.json new.json -n nowhere", "old.json does not contain namespace nowhere"),
        ("diff old.json new.json --fail-on often", "high, medium, low, new, never"),
    ] {
        let ran = days.run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments}: {ran:?}");
        assert!(ran.err.contains(says), "{arguments}: {}", ran.err);
        assert!(!days.path("h").exists(), "{arguments}");
    }
}

#[test]
fn standard_input_can_be_one_side() {
    let days = Days::new();
    let new = std::fs::read(days.path("new.json")).unwrap();
    let old = std::fs::read(days.path("old-report.json.zst")).unwrap();
    let wanted = days.run("diff old.json new.json --width 100").out;
    let fed = |arguments: &str, input: &[u8]| {
        healthcheck().current_dir(days.dir.path()).args(arguments.split(' ')).fed(input)
    };
    assert_eq!(fed("diff old.json - --width 100", &new).out, wanted);
    assert_eq!(fed("diff - new.json --width 100", &old).out, wanted);
    let baseline = fed("-f new.json --baseline - --width 100", &old);
    assert_eq!(baseline.out, days.run("-f new.json --baseline old.json --width 100").out);
}

/// Texts from an earlier run are escaped like texts from a cluster.
#[test]
fn escapes_texts_from_an_earlier_run() {
    let days = Days::new();
    let mut report = days.run("-f old.json -o json").json();
    let evil = "a\u{1b}[2J\u{202e}| x | <script>alert(1)</script> [l](http://e.example) `id`\n";
    for finding in report["findings"].as_array_mut().unwrap() {
        finding["object"]["name"] = json!(evil);
        finding["owner"] = Value::Null;
        finding["id"] = json!(evil);
        finding["key"] = json!(format!("{evil}{}", finding["key"]));
        finding["actions"] = json!([{ "command": evil, "changes": false }]);
    }
    report["namespaces"][0]["pods"] = json!(u64::MAX);
    report["totals"]["completed"] = json!(u64::MAX);
    report["tool"]["version"] = json!(evil);
    std::fs::write(days.path("evil.json"), report.to_string()).unwrap();
    for arguments in
        ["-f new.json --baseline evil.json", "diff evil.json new.json", "diff evil.json evil.json --all"]
    {
        for format in ["table", "wide", "markdown", "name"] {
            let ran = days.run(&format!("{arguments} -o {format} --width 100"));
            assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{ran:?}");
            let obeyed = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
            assert!(!ran.out.contains(obeyed), "{arguments} {format}: {}", ran.out);
            if format == "markdown" {
                let outside = ran.out.split("```").step_by(2).collect::<String>().replace("\\]", "");
                assert!(!outside.contains("<script") && !outside.contains("](http"), "{outside}");
            }
        }
    }
}

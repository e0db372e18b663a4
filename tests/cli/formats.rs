//! The formats for programs and CI, each read by a reader of its own, and several outputs in one run.

use crate::support::corpus::MOMENT;
use crate::support::{Run, healthcheck, run};
use crate::{LANGS, healthy_status, judged, pod, project};
use roxmltree::{Document, Node};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The formats that have no screen.
const MACHINE: [&str; 9] =
    ["ndjson", "csv", "csv-pods", "junit", "github", "prometheus", "json", "yaml", "name"];

/// A cluster with several incidents.
fn cascade() -> String {
    project("tests/fixtures/cascades/api-names-database-and-search.yaml").display().to_string()
}

#[test]
fn shows_each_format() {
    for format in ["ndjson", "csv", "junit", "github", "prometheus"] {
        let ran = run(&format!("demo -o {format}"));
        assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{format}");
        insta::assert_snapshot!(format!("demo-{format}"), plain(&ran.out));
        let ran = run(&format!("-f {} --now {MOMENT} -o {format}", cascade()));
        assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{format}");
        insta::assert_snapshot!(format!("cascade-{format}"), plain(&ran.out.replace(&cascade(), "FILE")));
    }
    insta::assert_snapshot!("demo-csv-pods", plain(&run("demo -o csv-pods").out));
}

/// Returns a text without what differs between versions. A snapshot has no carriage returns.
fn plain(text: &str) -> String {
    text.replace('\r', "").replace(kubectl_healthcheck::VERSION, "VERSION")
}

#[test]
fn no_language_changes_a_machine_format() {
    for format in MACHINE {
        let plain = run(&format!("demo -o {format}")).out;
        for lang in LANGS {
            assert_eq!(run(&format!("demo -o {format} --lang {lang}")).out, plain, "{format}");
        }
    }
    assert!(run("demo -o github-summary --lang zh-TW").out == run("demo -o markdown --lang zh-TW").out);
}

/// Texts that end a string, a cell, an element or a line, or begin a formula or a command.
const EVIL: [&str; 8] = [
    "a\"b,c\r\nd",
    "]]></failure><x a='1'>&amp;&#0;",
    "=cmd|' /C calc'!A0",
    "\t@SUM(1+1)",
    "%0A::error title=x::owned",
    "\n::set-env name=X::owned",
    "\u{1b}[31mred\u{7}\u{0}",
    "\u{202e}gnp\u{200b}\u{fffe}\u{ffff}",
];

/// Failing pods with such texts in every field, and pods with such names, which no server accepts and which are gaps.
fn evil() -> Vec<Value> {
    let each = |(index, evil): (usize, &&str)| {
        let status = json!({
            "phase": "Pending", "reason": evil,
            "conditions": [{ "type": "Ready", "status": "False", "reason": evil, "message": evil }],
            "containerStatuses": [{ "name": "app", "image": evil, "state": { "waiting": {
                "reason": "CreateContainerConfigError", "message": evil } } }],
        });
        let mut pods = [pod(&format!("web-{index}"), &status), pod(evil, &status)];
        for pod in &mut pods {
            pod["metadata"]["ownerReferences"] =
                json!([{ "apiVersion": "apps/v1", "kind": "StatefulSet", "name": evil, "controller": true }]);
        }
        pods[1]["metadata"]["namespace"] = json!(evil);
        pods
    };
    EVIL.iter().enumerate().flat_map(each).collect()
}

fn of_evil(format: &str) -> String {
    let ran = judged(&evil(), &format!("--all -o {format}"));
    assert_eq!(ran.code, 1, "{ran:?}");
    let obeyed = |c: &char| c.is_control() && !"\r\n".contains(*c) || "\u{202e}\u{200b}".contains(*c);
    assert!(!ran.out.chars().any(|c| obeyed(&c)), "{format}: {:?}", ran.out);
    ran.out
}

#[test]
fn hostile_text_stays_in_its_cell() {
    let findings = judged(&evil(), "-o json").json()["findings"].as_array().unwrap().len();
    for (format, columns, rows) in [("csv", 14, findings), ("csv-pods", 10, EVIL.len())] {
        let out = of_evil(format);
        assert!(out.lines().all(|line| !line.contains('\r')), "only row ends are line ends");
        let mut reader = csv::ReaderBuilder::new().from_reader(out.as_bytes());
        assert_eq!(reader.headers().unwrap().len(), columns);
        let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!((records.len(), findings > 0), (rows, true));
        for cell in records.iter().flatten() {
            let first = cell.trim_start().chars().next();
            assert!(!first.is_some_and(|c| "=+-@".contains(c)), "{cell:?}");
        }
        let is_kept = |cell: &str| cell.contains("=cmd|' /C calc'!A0");
        assert!(records.iter().flatten().any(is_kept), "{out}");
    }
}

#[test]
fn hostile_text_stays_in_its_element() {
    let out = of_evil("junit");
    let document = Document::parse(&out).unwrap();
    let known = [
        "testsuites",
        "testsuite",
        "properties",
        "property",
        "testcase",
        "failure",
        "error",
        "skipped",
        "system-out",
    ];
    let elements: Vec<Node> = document.descendants().filter(Node::is_element).collect();
    assert!(elements.iter().all(|node| known.contains(&node.tag_name().name())), "{out}");
    let texts: String = elements.iter().filter_map(Node::text).collect();
    assert!(texts.contains("]]></failure><x a='1'>&amp;&#0;"), "{texts}");
    is_junit(&document);
}

#[test]
fn hostile_text_is_no_command_of_github() {
    let out = of_evil("github");
    let (last, annotations) =
        out.lines().collect::<Vec<_>>().split_last().map(|(l, a)| (*l, a.to_vec())).unwrap();
    assert_eq!(last, "🔴 Unhealthy");
    assert!(!annotations.is_empty());
    for line in annotations {
        let rest = line.strip_prefix("::error title=").or(line.strip_prefix("::warning title=")).unwrap();
        let (title, text) = rest.split_once("::").unwrap();
        assert!(!title.contains([':', ',', '\r', '\n']), "{line}");
        assert!(!text.contains("%0A::"), "a line of the message is no command: {line}");
    }
}

#[test]
fn hostile_text_stays_in_its_line() {
    let out = of_evil("ndjson");
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (summary, findings) = lines.split_last().unwrap();
    assert!(findings.len() >= EVIL.len() && summary["coverage"]["complete"] == false, "{out}");
    let said = |text: &str| findings.iter().any(|line| line["message"].as_str().unwrap().contains(text));
    assert!(said("]]></failure><x a='1'>&amp;&#0;"), "{out}");
    // A label of Prometheus ends with an unescaped quote.
    for line in of_evil("prometheus").lines().filter(|line| !line.starts_with('#')) {
        let rest = line.strip_prefix("healthcheck_").unwrap_or_else(|| panic!("{line}"));
        assert!(rest.rsplit_once(' ').unwrap().1.parse::<f64>().is_ok(), "{line}");
    }
}

/// The rules of junit-10.xsd of the xUnit plugin of Jenkins that concern the elements and attributes used, and the sums.
fn is_junit(document: &Document) {
    let root = document.root_element();
    let attributes =
        |node: &Node| -> BTreeSet<String> { node.attributes().map(|of| of.name().to_owned()).collect() };
    let number = |node: &Node, name: &str| node.attribute(name).unwrap().parse::<usize>().unwrap();
    let all = |names: &[&str]| -> BTreeSet<String> { names.iter().map(|name| (*name).to_owned()).collect() };
    assert_eq!(root.tag_name().name(), "testsuites");
    assert_eq!(attributes(&root), all(&["name", "tests", "failures", "errors"]));
    let suites: Vec<Node> = root.children().filter(Node::is_element).collect();
    for name in ["tests", "failures", "errors"] {
        assert_eq!(
            number(&root, name),
            suites.iter().map(|suite| number(suite, name)).sum::<usize>(),
            "{name}"
        );
    }
    for suite in &suites {
        assert_eq!(suite.tag_name().name(), "testsuite");
        let known = all(&["name", "tests", "failures", "errors", "skipped", "timestamp"]);
        assert!(attributes(suite).is_subset(&known), "{:?}", attributes(suite));
        let cases: Vec<Node> = suite.children().filter(|node| node.has_tag_name("testcase")).collect();
        let others = suite.children().filter(Node::is_element).filter(|node| !node.has_tag_name("testcase"));
        assert!(others.into_iter().all(|node| node.has_tag_name("properties")));
        let with = |name: &str| {
            cases.iter().filter(|case| case.children().any(|node| node.has_tag_name(name))).count()
        };
        assert_eq!(number(suite, "tests"), cases.len());
        for (name, element) in [("failures", "failure"), ("errors", "error"), ("skipped", "skipped")] {
            assert_eq!(number(suite, name), with(element), "{name}");
        }
        let mut names = BTreeSet::new();
        for case in &cases {
            assert_eq!(attributes(case), all(&["classname", "name", "time"]));
            let identity = (case.attribute("classname").unwrap(), case.attribute("name").unwrap());
            assert!(names.insert(identity), "{identity:?} twice");
        }
    }
}

fn case<'d>(document: &'d Document, suite: &str, name: &str) -> Option<Node<'d, 'd>> {
    let suite = document
        .descendants()
        .find(|node| node.has_tag_name("testsuite") && node.attribute("name") == Some(suite));
    suite?.children().find(|node| node.attribute("name") == Some(name))
}

#[test]
fn a_check_is_a_test_of_each_namespace() {
    for arguments in ["demo".to_owned(), format!("-f {} --now {MOMENT}", cascade())] {
        let out = run(&format!("{arguments} -o junit")).out;
        is_junit(&Document::parse(&out).unwrap());
    }
    let out = run("demo -o junit").out;
    let document = Document::parse(&out).unwrap();
    let failure = |suite: &str| {
        let case = case(&document, suite, "pod-leftover").unwrap();
        case.children().find(|node| node.has_tag_name("failure")).map(|node| node.attribute("type").unwrap())
    };
    assert_eq!(["pigo-dev", "pigo-rel", "pigo-stg"].map(failure), [Some("high"), Some("medium"), None]);
    assert!(case(&document, "(coverage)", "everything in scope was read").is_some());
    // The input has nodes and pods, but no CronJobs, and no hosts were looked up: these checks have not passed.
    assert!(case(&document, "(cluster)", "node-not-ready").is_some(), "{out}");
    assert!(!out.contains("cronjob-failing") && !out.contains("certificate-served"), "{out}");
}

/// What was not checked has not passed.
#[test]
fn a_gap_is_an_error_and_no_check_passes_in_it() {
    let broken = pod("odd", &json!({ "containerStatuses": 1 }));
    let out = judged(&[pod("fine", &healthy_status()), broken], "-o junit").out;
    let document = Document::parse(&out).unwrap();
    is_junit(&document);
    let error = document.descendants().find(|node| node.has_tag_name("error")).unwrap();
    assert_eq!(error.attribute("type"), Some("unreadable"), "{out}");
    assert!(case(&document, "demo", "pod-crash-loop").is_none(), "{out}");
}

#[test]
fn a_muted_finding_is_a_skipped_test() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.yaml");
    let mute = "{check: pod-evicted, reason: 'known <b>', owner: ops, until: 2026-12-31}";
    fs::write(&config, format!("defaultProfile: p\nprofiles:\n  p:\n    mutes:\n    - {mute}\n")).unwrap();
    let evicted = pod("web", &json!({ "phase": "Failed", "reason": "Evicted" }));
    let ran = judged(&[evicted], &format!("-o junit --config {}", config.display()));
    let document = Document::parse(&ran.out).unwrap();
    is_junit(&document);
    let case = case(&document, "demo", "pod-evicted").unwrap();
    let skipped = case.children().find(|node| node.has_tag_name("skipped")).unwrap();
    let why = skipped.attribute("message").unwrap();
    assert!(why.starts_with("muted until 2026-12-31 (known <b>; ops): pod/web: "), "{why}");
}

#[test]
fn a_stream_ends_with_its_summary() {
    let schema = fs::read_to_string(project("docs/ndjson.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    for arguments in ["demo".to_owned(), format!("-f {} --now {MOMENT}", cascade())] {
        let lines: Vec<Value> = run(&format!("{arguments} -o ndjson"))
            .out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        for line in &lines {
            let errors: Vec<String> = validator.iter_errors(line).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{errors:?}: {line}");
        }
        let report = run(&format!("{arguments} -o json")).json();
        let (summary, findings) = lines.split_last().unwrap();
        assert_eq!(summary["kind"], "Summary");
        for key in ["verdict", "totals", "coverage", "clusters"] {
            assert_eq!(summary[key], report[key], "{key}");
        }
        assert_eq!(
            (&summary["findings"], findings.len()),
            (&json!(findings.len()), report["findings"].as_array().unwrap().len())
        );
        for (line, finding) in findings.iter().zip(report["findings"].as_array().unwrap()) {
            let mut line = line.clone();
            let incident = line.as_object_mut().unwrap().remove("incident").unwrap();
            assert_eq!(line.as_object_mut().unwrap().remove("kind").unwrap(), "Finding");
            assert_eq!(&line, finding);
            let keys = report["incidents"].as_array().unwrap().iter().map(|of| &of["key"]);
            assert!(keys.into_iter().any(|key| *key == incident), "{incident}");
        }
    }
    assert!(!validator.is_valid(&json!({ "kind": "Finding" })), "the schema requires the fields");
}

/// Runs with all formats in files, and each alone.
fn all_at_once(arguments: &str) {
    let folder = tempfile::tempdir().unwrap();
    let formats = ["table", "wide", "markdown", "github-summary"].iter().chain(&MACHINE);
    let formats: Vec<&str> = formats.copied().collect();
    let path = |format: &str| folder.path().join(format);
    let mut command = healthcheck();
    command.args(arguments.split_whitespace());
    for format in &formats {
        command.args(["-o", &format!("{format}={}", path(format).display())]);
    }
    let together = command.ran();
    assert_eq!(together.err, "");
    assert_eq!(together.out, run(arguments).out, "standard output has the table");
    for format in formats {
        let alone = run(&format!("{arguments} -o {format}"));
        assert_eq!(fs::read_to_string(path(format)).unwrap(), alone.out, "{format}");
        assert_eq!(alone.code, together.code);
    }
}

#[test]
fn several_outputs_equal_runs_with_one() {
    all_at_once("demo");
    all_at_once(&format!("-f {} --now {MOMENT}", cascade()));
}

#[test]
fn other_commands_write_files_of_their_formats() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.json").display().to_string();
    let file = cascade();
    for arguments in [
        format!("nodes -f {file} --now {MOMENT}"),
        format!("rightsize -f {file} --now {MOMENT}"),
        format!("diff {file} {file} --now {MOMENT}"),
        format!("pod/opensearch-0 -n api-names-database-and-search -f {file} --now {MOMENT}"),
        "checks".to_owned(),
    ] {
        let together = run(&format!("{arguments} -o json={path}"));
        assert!(together.code < 2, "{arguments}: {together:?}");
        assert_eq!(together.out, run(&arguments).out, "{arguments}");
        let alone = run(&format!("{arguments} -o json"));
        assert_eq!(fs::read_to_string(&path).unwrap(), alone.out, "{arguments}");
        let ran = run(&format!("{arguments} -o junit={path}"));
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments}: {ran:?}");
        assert!(ran.err.contains("junit"), "{arguments}: {}", ran.err);
    }
}

#[test]
fn outputs_that_contradict_each_other_are_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().display();
    for (outputs, told) in [
        ("-o table -o json", "error: -o table and -o json both write to standard output"),
        ("-o table,json", "error: -o table and -o json both write to standard output"),
        (&*format!("-o json={place}/a -o yaml={place}/./a"), "write to the same file"),
        ("-o json=", "-o json=: a file name is missing after \"=\""),
        ("-o json=-", "-o json=-: for standard output, write the format without \"=\""),
        ("-o jsn=a", "'jsn'"),
    ] {
        let ran = run(&format!("demo {outputs}"));
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{outputs}: {ran:?}");
        assert!(ran.err.contains(told), "{outputs}: {}", ran.err);
    }
    let ran = run("-f x.json -w -o table -o json=a");
    assert!(ran.code == 2, "{ran:?}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_file_that_cannot_be_written_does_not_prevent_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().display();
    let ran = run(&format!("demo -o json={place}/none/a.json -o name -o yaml={place}/a.yaml"));
    assert_eq!(ran.err, format!("error: cannot write {place}/none/a.json: No such file or directory\n"));
    assert_eq!((ran.code, ran.out), (2, run("demo -o name").out));
    assert_eq!(fs::read_to_string(folder.path().join("a.yaml")).unwrap(), run("demo -o yaml").out);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
}

#[test]
fn outputs_can_be_set_in_a_profile_and_in_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let config = |output: &str| {
        fs::write(path("config.yaml"), format!("defaultProfile: p\nprofiles:\n  p:\n    output: {output}\n"))
            .unwrap();
    };
    let file = project("examples/pigo.json").display().to_string();
    let ran = |arguments: &str, variable: &str| {
        let mut command = healthcheck();
        command.current_dir(folder.path()).args(arguments.split_whitespace());
        command.args(["--config", "config.yaml"]).env("HEALTHCHECK_OUTPUT", variable).ran()
    };
    let written = |name: &str| fs::read_to_string(path(name)).is_ok_and(|text| !text.is_empty());
    for (index, output) in ["[name, 'json=0.json']", "name,json=1.json", "name"].iter().enumerate() {
        config(output);
        assert!(ran(&format!("-f {file}"), "").out.starts_with("-n pigo-dev pod/"), "{output}");
        assert_eq!(
            written(&format!("{index}.json")),
            index < 2,
            "a path is relative to the file of the profile"
        );
    }
    config("[json, yaml]");
    let twice = ran(&format!("-f {file}"), "");
    assert!(twice.code == 2 && twice.err.contains("config.yaml:4:"), "{twice:?}");
    assert!(ran(&format!("-f {file}"), "name,csv=a.csv").out.starts_with("-n pigo-dev pod/"));
    assert!(written("a.csv"));
    // A file of the profile is for whole reports.
    config("[json, 'csv=nodes.csv']");
    assert!(ran(&format!("nodes -f {file}"), "").code < 2);
    assert!(!written("nodes.csv"));
}

/// The steps of pipelines name existing outputs.
#[test]
fn the_examples_for_ci_are_valid() {
    let folder = project("examples/ci");
    for name in ["gitlab-ci.yml", "github-workflow.yaml"] {
        let text = fs::read_to_string(folder.join(name)).unwrap();
        let document: Value = serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(document.is_object(), "{name}");
    }
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let commands: Vec<&str> = text.lines().filter(|line| line.contains("kubectl healthcheck")).collect();
        assert!(!commands.is_empty(), "{}", path.display());
        for line in commands {
            outputs_exist(line, &path);
        }
    }
}

fn outputs_exist(line: &str, path: &Path) {
    let command = line.split_once("kubectl healthcheck").unwrap().1;
    let words: Vec<&str> = command.split(['\'', ' ']).filter(|word| !word.is_empty()).collect();
    let outputs = words.windows(2).filter(|pair| pair[0] == "-o").map(|pair| pair[1]);
    for output in outputs {
        let format = output.split('=').next().unwrap();
        let ran = run(&format!("demo -o {format}"));
        // `snapshot -o` names a file.
        assert!(ran.code == 1 || command.contains("snapshot"), "{}: {output}", path.display());
    }
}

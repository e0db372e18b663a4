//! Files of the project that must agree: the example, the index, the version, the schemas.

use crate::support::{pigo, run};
use crate::{healthy_status, judged, now, pod, project};
use kubectl_healthcheck::{NAME, VERSION};
use serde_json::{Value, json};

/// Compares a file of the project with its generated text; `UPDATE=1 cargo test` writes it.
fn is_current(path: &str, text: &str) {
    let path = project(path);
    if std::env::var_os("UPDATE").is_some() {
        // Other tests read the example at the same time, so it is replaced in one step.
        let file = tempfile::NamedTempFile::new_in(path.parent().unwrap()).unwrap();
        std::fs::write(file.path(), text).unwrap();
        if let Ok(known) = std::fs::metadata(&path) {
            std::fs::set_permissions(file.path(), known.permissions()).unwrap();
        }
        file.persist(&path).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == text, "{} is out of date: UPDATE=1 cargo test", path.display());
}

#[test]
fn the_bundled_example_is_current() {
    let head = json!({
        "apiVersion": "healthcheck/v1", "kind": "Snapshot", "toolVersion": "0.1.0",
        "startedAt": pigo::TAKEN_AT, "takenAt": pigo::TAKEN_AT,
        "cluster": { "context": "tp-hkidc" },
        "scope": { "namespaces": ["pigo-dev", "pigo-rel", "pigo-stg"] },
    })
    .to_string();
    let items: Vec<String> = pigo::objects(now()).iter().map(ToString::to_string).collect();
    let text = format!("{},\"items\":[\n{}\n]}}\n", head.strip_suffix('}').unwrap(), items.join(",\n"));
    is_current("examples/pigo.json", &text);
}

#[test]
fn the_index_of_checks_is_current() {
    is_current("docs/checks.md", &run("checks -o markdown --lang en").out);
}

#[test]
fn the_version_is_the_same_everywhere() {
    let file = std::fs::read_to_string(project("VERSION")).unwrap();
    assert_eq!(file.trim(), VERSION);
    assert_eq!(env!("CARGO_PKG_VERSION"), VERSION, "Cargo.toml and VERSION");
    assert_eq!(run("--version").out, format!("{NAME} {VERSION}\n"));
    assert_eq!(run("demo -o json").json()["tool"], json!({ "name": NAME, "version": VERSION }));
    let changelog = std::fs::read_to_string(project("CHANGELOG.md")).unwrap();
    assert!(changelog.contains(&format!("## {VERSION}")), "CHANGELOG.md has {VERSION}");
}

/// docs/report.schema.json is the contract of `-o json`.
#[test]
fn reports_match_their_schema() {
    let schema: Value =
        serde_json::from_str(&std::fs::read_to_string(project("docs/report.schema.json")).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let broken = pod("odd", &json!({ "containerStatuses": 1 }));
    let mut reports =
        vec![run("demo -o json").json(), judged(&[pod("fine", &healthy_status()), broken], "-o json").json()];
    reports.push(serde_saphyr::from_str(&run("demo -o yaml").out).unwrap());
    assert_eq!(reports[0], reports[2], "YAML equals JSON");
    for report in &reports {
        let errors: Vec<String> = validator.iter_errors(report).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
    let mut renamed = reports.swap_remove(0);
    renamed.as_object_mut().unwrap().remove("verdict");
    assert!(!validator.is_valid(&renamed), "the schema requires the field");
}

/// The rules of validate-krew-manifest (krew 0.5) that a template can follow.
#[test]
fn the_krew_manifest_follows_the_rules_of_krew() {
    let text = std::fs::read_to_string(project("krew-manifest.yaml")).unwrap();
    let manifest: Value = serde_saphyr::from_str(&text).unwrap();
    assert_eq!(manifest["apiVersion"], "krew.googlecontainertools.github.com/v1alpha2");
    assert_eq!((&manifest["kind"], &manifest["metadata"]["name"]), (&json!("Plugin"), &json!("healthcheck")));
    let spec = &manifest["spec"];
    assert_eq!(spec["version"], "v@VERSION@", "the version is written in one place only");
    let short = spec["shortDescription"].as_str().unwrap();
    assert!(!short.is_empty() && short.len() <= 50 && !short.contains(['\n', '\r']), "{short}");
    assert!(spec["description"].as_str().unwrap().lines().all(|line| line.len() <= 80));
    let mut seen = std::collections::BTreeSet::new();
    for platform in spec["platforms"].as_array().unwrap() {
        let labels = &platform["selector"]["matchLabels"];
        let (os, arch) = (labels["os"].as_str().unwrap(), labels["arch"].as_str().unwrap());
        assert!(seen.insert((os, arch)), "{os} {arch} twice");
        let file = format!("kubectl-healthcheck_{os}_{arch}");
        assert_eq!(platform["uri"], format!("@URL@/{file}.tar.gz"));
        assert_eq!(platform["sha256"], format!("@SHA256_{os}_{arch}@"));
        let suffix = if os == "windows" { ".exe" } else { "" };
        assert_eq!(platform["bin"], format!("{NAME}{suffix}"));
    }
    assert!(project("LICENSE").exists(), "krew requires this file in every archive");
}

/// The names of the tests of a file, each after a text.
fn tests_in(file: &str, start: &str) -> Vec<String> {
    let text = std::fs::read_to_string(project(file)).unwrap();
    text.split(start).skip(1).map(|test| test.split('(').next().unwrap().to_owned()).collect()
}

/// docs/reliability.md names only existing tests, and every test in `faults` and `storms`.
#[test]
fn the_table_of_faults_names_its_tests() {
    let page = std::fs::read_to_string(project("docs/reliability.md")).unwrap();
    let named = |line: &str| Some(line.strip_suffix("` |")?.rsplit_once('`')?.1.to_owned());
    let named: std::collections::BTreeSet<String> = page.lines().filter_map(named).collect();
    let tests = |file: &str| -> Vec<String> { tests_in(&format!("tests/live/{file}.rs"), "#[test]\nfn ") };
    let paused = "#[tokio::test(start_paused = true)]\nasync fn ";
    let of_lists = [
        tests_in("src/cluster/list/tests.rs", paused),
        tests_in("src/gather/watch/tests.rs", paused),
        tests_in("src/cluster/connect/tests.rs", "#[tokio::test]\nasync fn "),
    ];
    let of_faults: Vec<String> = ["faults", "storms"].iter().flat_map(|file| tests(file)).collect();
    let all: Vec<String> = [
        "proxies",
        "connection",
        "contexts",
        "stopped",
        "measured",
        "usage",
        "logs",
        "hosts",
        "service",
        "endurance",
    ]
    .iter()
    .flat_map(|file| tests(file))
    .chain(of_faults.clone())
    .chain(of_lists.concat())
    .collect();
    assert!(named.len() > 25, "{named:?}");
    assert!(named.iter().all(|name| all.contains(name)), "{named:?}");
    for name in of_faults {
        assert!(named.contains(&name), "docs/reliability.md does not name {name}");
    }
}

//! Cascades: clusters in which one fault breaks other things, and clusters in which two faults only look like that. The header of
//! each file in tests/fixtures/cascades and tests/fixtures/apart lists its incidents; tests/fixtures/cascades/README.md describes it.

use crate::support::corpus::MOMENT;
use crate::support::shapes::Random;
use crate::support::{Run, healthcheck};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The minimum number of cases in each folder. Raise it when cases are added.
const CASES: usize = 60;

/// An incident of medium or high severity.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Incident {
    /// The check and the object of the finding that names it: `pod-oom-killed Pod/redis-0`.
    root: String,
    /// The objects of its other findings of medium or high severity.
    others: BTreeSet<String>,
    /// The object that causes it, if that has no finding.
    cause: Option<String>,
}

/// The files of a folder, sorted.
pub fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(folder);
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|of| of == "yaml")).collect();
    files.sort();
    files
}

/// The expected incidents in the header of a file.
fn expected(text: &str) -> Vec<Incident> {
    let mut out: Vec<Incident> = Vec::new();
    for line in text.lines().map_while(|line| line.strip_prefix("# ")) {
        if let Some(incident) = line.strip_prefix("incident: ") {
            let (root, others) = incident.split_once(" <- ").unwrap_or((incident, ""));
            let others = others.split_whitespace().map(str::to_owned).collect();
            out.push(Incident { root: root.trim().to_owned(), others, cause: None });
        } else if let Some(cause) = line.strip_prefix("cause: ") {
            out.last_mut().unwrap().cause = Some(cause.trim().to_owned());
        }
    }
    out.sort();
    out
}

fn index(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

pub fn object(value: &Value) -> String {
    format!("{}/{}", value["kind"].as_str().unwrap(), value["name"].as_str().unwrap())
}

/// The incidents of a report. Only the cause of an incident whose expectation names one is compared.
fn found(report: &Value, expected: &[Incident]) -> Vec<Incident> {
    let findings = report["findings"].as_array().unwrap();
    let serious = findings.iter().filter(|finding| finding["severity"] != "low");
    let about: BTreeSet<String> = serious.map(|finding| object(&finding["object"])).collect();
    let incidents = report["incidents"].as_array().unwrap().iter().filter(|of| of["severity"] != "low");
    let mut out: Vec<Incident> = incidents
        .map(|incident| {
            let members: Vec<&Value> =
                incident["findings"].as_array().unwrap().iter().map(|at| &findings[index(at)]).collect();
            let own = object(&members[0]["object"]);
            let serious = members.iter().filter(|finding| finding["severity"] != "low");
            let others =
                serious.map(|finding| object(&finding["object"])).filter(|object| *object != own).collect();
            let root = format!("{} {own}", members[0]["id"].as_str().unwrap());
            let named = expected.iter().any(|of| of.root == root && of.cause.is_some());
            let mut causes = members[0]["causedBy"].as_array().unwrap().iter().map(object);
            let cause = causes.find(|cause| named && !about.contains(cause));
            Incident { root, others, cause }
        })
        .collect();
    out.sort();
    out
}

fn report(path: &Path) -> Value {
    let ran = healthcheck().arg("-f").arg(path).args(["--now", MOMENT, "-A", "-o", "json"]).ran();
    if ran.err.starts_with("No resources found") {
        return json!({ "findings": [], "incidents": [] });
    }
    assert!(ran.out.starts_with('{'), "{}: {ran:?}", path.display());
    ran.json()
}

/// Compares every file of a folder, and returns the differences.
fn differences(folder: &str) -> String {
    let mut wrong = Vec::new();
    let files = files(folder);
    assert!(files.len() >= CASES, "{} cases", files.len());
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        let expected = expected(&text);
        let is_told = text.lines().any(|line| line.starts_with("# healthy: ")) == expected.is_empty();
        assert!(is_told, "{}: a case is healthy or has incidents", path.display());
        let found = found(&report(&path), &expected);
        if found != expected {
            wrong.push(format!("{}\n  expected {expected:#?}\n  found {found:#?}\n", path.display()));
        }
    }
    wrong.join("\n")
}

#[test]
fn a_cause_is_named_with_all_that_it_breaks() {
    let wrong = differences("cascades");
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn faults_that_have_nothing_to_do_with_each_other_stay_apart() {
    let wrong = differences("apart");
    assert!(wrong.is_empty(), "{wrong}");
}

/// Returns the documents of a file in another order, the same for the same seed.
fn shuffled(text: &str, seed: u64) -> String {
    let mut documents: Vec<&str> = text.split("\n---\n").collect();
    let mut random = Random(seed);
    for last in (1..documents.len()).rev() {
        documents.swap(last, random.below(last + 1));
    }
    documents.join("\n---\n")
}

/// The order in which objects are given changes nothing, and each finding belongs to one incident.
#[test]
fn the_order_of_objects_does_not_matter() {
    let folder = tempfile::tempdir().unwrap();
    for (seed, path) in files("cascades").iter().chain(&files("apart")).enumerate() {
        let other = folder.path().join("shuffled.yaml");
        fs::write(&other, shuffled(&fs::read_to_string(path).unwrap(), seed as u64)).unwrap();
        let (first, second) = (report(path), report(&other));
        assert_eq!(first["findings"], second["findings"], "{} with seed {seed}", path.display());
        assert_eq!(first["incidents"], second["incidents"], "{} with seed {seed}", path.display());
        let members =
            first["incidents"].as_array().unwrap().iter().flat_map(|of| of["findings"].as_array().unwrap());
        let mut members: Vec<usize> = members.map(index).collect();
        members.sort_unstable();
        let all: Vec<usize> = (0..first["findings"].as_array().unwrap().len()).collect();
        assert_eq!(members, all, "{}: each finding belongs to one incident", path.display());
    }
}

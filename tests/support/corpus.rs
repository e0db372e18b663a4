//! The corpus: small clusters in files with their expected findings. tests/fixtures/corpus/README.md describes the
//! format. Errors in cases are collected, so that a test reports all of them.

use jiff::Timestamp;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The reference time of all times in the corpus.
pub const MOMENT: &str = "2025-12-26T02:00:00Z";

/// The kinds without a namespace.
const OF_THE_CLUSTER: [&str; 14] = [
    "APIService",
    "CSINode",
    "CertificateSigningRequest",
    "ClusterRole",
    "CustomResourceDefinition",
    "IngressClass",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PriorityClass",
    "StorageClass",
    "ValidatingWebhookConfiguration",
    "VolumeAttachment",
];

/// An expected finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expected {
    /// Check, object and severity, such as `pod-failed Pod/web high`.
    pub finding: String,
    /// Texts in its English message or evidence.
    pub words: Vec<String>,
}

/// A step in a cluster with controllers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Arguments of kubectl, which must succeed.
    Run(Vec<String>),
    /// Arguments of kubectl, and texts that its output must contain in the end.
    Until(Vec<String>, Vec<String>),
}

/// A small cluster and its expected findings.
#[derive(Debug, Default)]
pub struct Case {
    /// Folder and file name, such as `pods/crash-loop`.
    pub title: String,
    /// The file name, which is also the namespace.
    pub name: String,
    pub path: PathBuf,
    pub expected: Vec<Expected>,
    /// Whether it must have no findings above low.
    pub healthy: bool,
    /// The expected number of incidents above low, if given.
    pub incidents: Option<usize>,
    /// Whether it cannot share a cluster with other cases.
    pub alone: bool,
    pub objects: Vec<Value>,
    /// Steps before it is judged, only with controllers.
    pub steps: Vec<Step>,
    /// The time of a real incident.
    pub now: Option<String>,
    /// The expected verdict, if given.
    pub verdict: Option<String>,
    /// Texts that no report of a real incident may contain.
    pub never: Vec<String>,
    /// Texts that the wide table of a real incident must contain.
    pub says: Vec<String>,
    /// Errors in its format.
    pub slips: Vec<String>,
}

/// Returns every case, sorted by area and name.
pub fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/corpus");
    let mut files = Vec::new();
    for area in entries(&root).into_iter().filter(|path| path.is_dir()) {
        files.extend(entries(&area));
    }
    let mut cases = read(files);
    for case in &mut cases {
        if !case.steps.is_empty() {
            case.slips.push("nothing happens in a file".to_owned());
        }
        if case.now.is_some() || case.verdict.is_some() || !case.says.is_empty() || !case.never.is_empty() {
            case.slips.push("now, verdict, says and never are for real incidents".to_owned());
        }
    }
    cases
}

/// Returns the cases that need controllers, sorted by name.
pub fn produced() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/produced");
    read(entries(&folder).into_iter().filter(|path| path.extension().is_some_and(|e| e == "yaml")).collect())
}

/// Returns the cases of real incidents, sorted by name. They keep their names and times and share no cluster.
pub fn incidents() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/incidents");
    let mut files = entries(&folder);
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    files.iter().map(|path| Case::read(path)).collect()
}

fn read(mut files: Vec<PathBuf>) -> Vec<Case> {
    files.sort();
    let mut cases: Vec<Case> = files.iter().map(|path| Case::read(path)).collect();
    let names: Vec<String> = cases.iter().map(|case| case.name.clone()).collect();
    for case in &mut cases {
        case.check_objects();
        case.check_names(&names);
    }
    cases
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// Returns the case of an object: by its namespace, or by the start of its name.
pub fn owner<'n>(names: &'n [String], object: &Value) -> Option<&'n String> {
    let text = |name: &str| object[name].as_str().unwrap_or_default();
    let mine = match (text("namespace"), text("kind")) {
        // The name of an APIService is its version, a dot and its group.
        ("", "APIService") => text("name").split_once('.').map_or("", |(_, group)| group),
        ("", _) => text("name"),
        (namespace, _) => namespace,
    };
    let begins = |name: &&String| {
        mine.strip_prefix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '.']))
    };
    names.iter().filter(begins).max_by_key(|name| name.len())
}

impl Case {
    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let area = path.parent().unwrap().file_name().unwrap().to_str().unwrap();
        let mut case =
            Self { title: format!("{area}/{name}"), name, path: path.to_owned(), ..Self::default() };
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !case.name.chars().all(plain) || path.extension().is_none_or(|extension| extension != "yaml") {
            case.slips.push("the file is not called like-this.yaml".to_owned());
        }
        case.read_head(&text);
        case.read_objects(&text);
        case
    }

    fn read_head(&mut self, text: &str) {
        let mut head = text.lines().take_while(|line| line.starts_with('#'));
        let about = head.next().and_then(|line| line.strip_prefix("# ")).unwrap_or_default();
        if about.is_empty() || ["expect: ", "healthy: "].iter().any(|word| about.starts_with(word)) {
            self.slips.push("the first line does not say what it is".to_owned());
        }
        for line in head {
            let Some((word, rest)) = line.strip_prefix("# ").and_then(|line| line.split_once(": ")) else {
                self.slips.push(format!("a line that says nothing known: {line}"));
                continue;
            };
            match word {
                "expect" => match expectation(rest) {
                    Some(expected) => self.expected.push(expected),
                    None => {
                        self.slips.push(format!("not <check> <Kind>/<name> <severity> \"words\": {rest}"));
                    }
                },
                "run" | "until" => match step(word, rest) {
                    Some(step) => self.steps.push(step),
                    None => self.slips.push(format!("not what kubectl can do or say: {rest}")),
                },
                "healthy" if !rest.is_empty() => self.healthy = true,
                "incident" if rest.parse::<usize>().is_ok() => self.incidents = rest.parse().ok(),
                "alone" if !rest.is_empty() => self.alone = true,
                "now" if rest.parse::<Timestamp>().is_ok() => self.now = Some(rest.to_owned()),
                "verdict" if !rest.is_empty() => self.verdict = Some(rest.to_owned()),
                "says" if !rest.is_empty() => self.says.push(rest.to_owned()),
                "never" if !rest.is_empty() => self.never.push(rest.to_owned()),
                _ => self.slips.push(format!("a line that says nothing known: {line}")),
            }
        }
        if self.healthy != self.expected.is_empty() {
            self.slips.push("it says neither or both of expect and healthy".to_owned());
        }
    }

    fn read_objects(&mut self, text: &str) {
        for document in format!("\n{text}").split("\n---") {
            match serde_saphyr::from_str::<Value>(document) {
                Ok(Value::Null) => {}
                Ok(mut list) if list["items"].is_array() => {
                    self.objects.append(list["items"].as_array_mut().unwrap());
                }
                Ok(object) if object["kind"].is_string() && object["metadata"]["name"].is_string() => {
                    self.objects.push(object);
                }
                Ok(object) => self.slips.push(format!("not an object with kind and name: {object}")),
                Err(error) => self.slips.push(error.to_string()),
            }
        }
        if self.objects.is_empty() {
            self.slips.push("it holds no objects".to_owned());
        }
    }

    /// Checks that objects have namespaces where their kinds have them, and that there is one of each.
    fn check_objects(&mut self) {
        let mut seen = BTreeSet::new();
        for object in &self.objects {
            let (kind, meta) = (object["kind"].as_str().unwrap(), &object["metadata"]);
            if OF_THE_CLUSTER.contains(&kind) != meta["namespace"].is_null() {
                self.slips.push(format!("{kind} {meta}: a namespace too many or too few"));
            }
            if !seen.insert((kind, meta["namespace"].as_str(), meta["name"].as_str())) {
                self.slips.push(format!("{kind} {} twice", meta["name"]));
            }
        }
    }

    /// Checks that each object belongs to its case, for clusters with all cases.
    fn check_names(&mut self, names: &[String]) {
        if names.iter().filter(|name| **name == self.name).count() > 1 {
            self.slips.push("another area has a case of this name".to_owned());
        }
        for object in self.objects.iter().filter(|_| !self.alone) {
            let meta = &object["metadata"];
            let named = serde_json::json!({
                "kind": object["kind"], "namespace": meta["namespace"], "name": meta["name"],
            });
            if owner(names, &named) != Some(&self.name) {
                let slip = format!("neither namespace nor name begin with the name of the case: {named}");
                self.slips.push(slip);
            }
        }
    }

    /// Returns the differences between the findings and the expected ones; empty if there are none.
    pub fn differences(&self, findings: &[&Value], incidents: usize) -> Vec<String> {
        let mut out = Vec::new();
        let mut found: BTreeMap<String, String> = BTreeMap::new();
        for finding in findings {
            let said = found.entry(shown(finding)).or_default();
            let evidence = finding["evidence"].as_array().into_iter().flatten();
            for text in std::iter::once(&finding["message"]).chain(evidence) {
                said.push_str(text.as_str().unwrap_or_default());
                said.push('\n');
            }
        }
        for expected in &self.expected {
            let Some(said) = found.get(&expected.finding) else {
                out.push(format!("wanted {}", expected.finding));
                continue;
            };
            for words in expected.words.iter().filter(|words| !said.contains(words.as_str())) {
                out.push(format!(
                    "wanted {} to say \"{words}\", not:\n      {}",
                    expected.finding,
                    said.trim()
                ));
            }
        }
        let wanted: BTreeSet<&str> = self.expected.iter().map(|expected| &*expected.finding).collect();
        for (finding, said) in found
            .iter()
            .filter(|(finding, _)| !wanted.contains(finding.as_str()) && !finding.ends_with(" low"))
        {
            out.push(format!("found  {finding}: {}", said.lines().next().unwrap_or_default()));
        }
        if let Some(wanted) = self.incidents.filter(|wanted| *wanted != incidents) {
            out.push(format!("wanted {wanted} incidents, found {incidents}"));
        }
        out
    }

    /// Returns the objects with their times relative to another moment.
    pub fn objects_at(&self, now: Timestamp) -> Vec<Value> {
        let fixed: Timestamp = MOMENT.parse().unwrap();
        let mut objects = self.objects.clone();
        for object in &mut objects {
            shift(object, now.as_second() - fixed.as_second());
        }
        objects
    }
}

/// Reads `<check> <Kind>/<name> <severity> "words" …`.
fn expectation(text: &str) -> Option<Expected> {
    let mut parts = text.split('"');
    let finding: Vec<&str> = parts.next()?.split_whitespace().collect();
    let [_, object, severity] = finding.as_slice() else { return None };
    let (kind, name) = object.split_once('/')?;
    if kind.is_empty() || name.is_empty() || !["low", "medium", "high"].contains(severity) {
        return None;
    }
    let mut words = Vec::new();
    while let Some(inside) = parts.next() {
        // After the closing quote there must be a space or the end.
        if inside.is_empty() || !parts.next()?.trim().is_empty() {
            return None;
        }
        words.push(inside.to_owned());
    }
    Some(Expected { finding: finding.join(" "), words })
}

/// Reads `run: <arguments>` or `until: <arguments> "words" …`.
fn step(word: &str, text: &str) -> Option<Step> {
    if word == "run" {
        return shlex::split(text).map(Step::Run);
    }
    let mut parts = text.split('"');
    let arguments = parts.next()?.split_whitespace().map(str::to_owned).collect();
    let words: Vec<String> = parts.step_by(2).map(str::to_owned).collect();
    (!words.is_empty()).then_some(Step::Until(arguments, words))
}

/// Returns a finding in the form of an expectation.
pub fn shown(finding: &Value) -> String {
    let text = |pointer: &str| finding.pointer(pointer).and_then(Value::as_str).unwrap_or("?");
    format!("{} {}/{} {}", text("/id"), text("/object/kind"), text("/object/name"), text("/severity"))
}

/// Returns the number of incidents above low with one of these findings, given by their indices.
pub fn incidents_of(report: &Value, belongs: impl Fn(usize) -> bool) -> usize {
    let holds = |incident: &&Value| {
        let findings = incident["findings"].as_array().into_iter().flatten();
        let mut indices = findings.filter_map(|index| usize::try_from(index.as_u64()?).ok());
        incident["severity"] != "low" && indices.any(&belongs)
    };
    report["incidents"].as_array().unwrap().iter().filter(holds).count()
}

/// Moves every time of an object by this many seconds. Fractions keep six digits, which the API server requires.
pub fn shift(value: &mut Value, seconds: i64) {
    match value {
        Value::String(text) => {
            let time = text.parse::<Timestamp>().ok().filter(|_| text.ends_with('Z'));
            let moved = time.map(|time| time + jiff::SignedDuration::from_secs(seconds));
            if let Some(moved) = moved {
                *text = if text.contains('.') { format!("{moved:.6}") } else { moved.to_string() };
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| shift(item, seconds)),
        Value::Object(fields) => fields.values_mut().for_each(|field| shift(field, seconds)),
        _ => {}
    }
}

/// Returns the differences of all cases as text, with the files.
pub fn told(wrong: &[(&Case, Vec<String>)]) -> String {
    let mut out = vec![format!("{} cases are judged wrongly:", wrong.len())];
    for (case, lines) in wrong {
        out.push(format!("  {}", case.title));
        out.extend(lines.iter().map(|line| format!("    {line}")));
    }
    out.join("\n")
}

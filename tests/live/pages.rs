//! The README and the pages for each kind of user, as their readers follow them: every command of a page is run on a real cluster, and has
//! the exit code and the output that the page shows. `support/page.rs` describes the blocks of a page.

use crate::support::alertmanager::Alertmanager;
use crate::support::lab::Lab;
use crate::support::page::{Command, Part, is_shown, parts};
use crate::support::pigo;
use crate::support::prometheus::{Prometheus, scraping};
use crate::support::receiver::Receiver;
use crate::support::service::Service;
use crate::support::{BINARY, Ran, Run, binaries};
use crate::{NOW, healthy, next_day::deployment, service::namespace};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The beginnings of the commands that a shell runs as they are. Other commands fail the test, but for `serve`, `curl` and
/// `export`, which [`Visit::run`] knows.
const PROGRAMS: [&str; 8] = [
    "kubectl healthcheck ",
    "kubectl apply -k ",
    "kubectl apply -f ",
    "kubectl rollout status ",
    "kubectl create job ",
    "kubectl kustomize ",
    "promtool ",
    "amtool ",
];

/// A reader of a page.
struct Visit<'l> {
    lab: &'l Lab,
    /// The folder of the commands. It has the files of the page, and folders of the project.
    folder: tempfile::TempDir,
    /// Texts of the page, and what they are in the lab.
    names: Vec<(String, String)>,
    /// The variables that the page has exported.
    variables: Vec<(String, String)>,
    /// The service that the page has started.
    service: Option<Service>,
}

impl<'l> Visit<'l> {
    fn of(lab: &'l Lab) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["deploy", "examples"] {
            std::os::unix::fs::symlink(project(name), folder.path().join(name)).unwrap();
        }
        Self { lab, folder, names: Vec::new(), variables: Vec::new(), service: None }
    }

    fn name(&mut self, on_the_page: &str, in_the_lab: &str) {
        self.names.push((on_the_page.to_owned(), in_the_lab.to_owned()));
    }

    fn file(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// Replaces the names of the page.
    fn here(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, here) in &self.names {
            text = text.replace(name, here);
        }
        text
    }

    fn command(&self, program: impl AsRef<Path>) -> std::process::Command {
        let mut command = self.lab.command(program);
        let known = command
            .get_envs()
            .find(|(name, _)| *name == "PATH")
            .and_then(|(_, path)| path)
            .unwrap()
            .to_owned();
        let more = ["prometheus", "alertmanager"].map(|name| binaries(&format!("tests/lab/{name}.sh")));
        let path = std::env::join_paths(more.into_iter().chain(std::env::split_paths(&known))).unwrap();
        command.env("PATH", path).env("LANG", "en").current_dir(self.folder.path());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a command as the reader would.
    fn run(&mut self, text: &str) -> Ran {
        let quiet = Ran { code: 0, out: String::new(), err: String::new() };
        if let Some(arguments) = text.strip_prefix("kubectl healthcheck serve") {
            self.service = None;
            let service = Service::of(&mut self.command(BINARY.as_path()), &self.here(arguments));
            self.name("127.0.0.1:9880", &service.address.clone());
            self.service = Some(service);
            return quiet;
        }
        if let Some(variable) = text.strip_prefix("export ") {
            let (name, value) = variable.split_once('=').unwrap();
            self.variables.push((name.to_owned(), self.here(value.trim_matches('\''))));
            return quiet;
        }
        if let Some(address) = text.strip_prefix("curl ") {
            let service = self.service.as_ref().unwrap_or_else(|| panic!("no service for: {text}"));
            let here = self.here(address);
            let path = here.strip_prefix(&format!("http://{}", service.address));
            let (status, out) = service.get(path.unwrap_or_else(|| panic!("not the service: {text}")));
            return Ran { code: i32::from(status != 200), out, ..quiet };
        }
        let known = PROGRAMS.iter().any(|program| text.starts_with(program));
        assert!(known, "the test does not know how to run: {text}");
        self.command("bash").args(["-c", &self.here(text)]).ran()
    }

    /// Runs the commands of a page.
    fn read(&mut self, page: &str) {
        let text = std::fs::read_to_string(project(page)).unwrap();
        let mut count = 0;
        for part in parts(&text) {
            match part {
                Part::File { name, text } => self.file(&name, &self.here(&text)),
                Part::Command(command) => {
                    count += 1;
                    let ran = self.run(&command.text);
                    compare(page, &command, &ran);
                }
            }
        }
        assert!(count > 0, "{page} has no commands");
    }
}

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn compare(page: &str, command: &Command, ran: &Ran) {
    let place = format!("{page}:{}: {}", command.line, command.text);
    assert_eq!(ran.code, command.exit, "{place}\n{}{}", ran.out, ran.err);
    let Some(shown) = &command.output else { return };
    let output: Vec<String> = format!("{}{}", ran.out, ran.err).lines().map(still).collect();
    let shown: Vec<String> = shown.iter().map(|line| still(line)).collect();
    assert!(is_shown(&shown, &output), "{place} prints:\n{}{}", ran.out, ran.err);
}

/// Replaces what is different each time: the duration of a run (` · 0.4 s`), and ages in seconds, which also move columns.
fn still(line: &str) -> String {
    let is_duration = |word: &str| word.strip_suffix(" s").is_some_and(|text| text.parse::<f64>().is_ok());
    let words: Vec<&str> =
        line.split(" · ").map(|word| if is_duration(word) { "DURATION" } else { word }).collect();
    let line = words.join(" · ");
    let is_age = |word: &&str| word.strip_suffix('s').is_some_and(|text| text.parse::<u8>().is_ok());
    if !line.split(' ').any(|word| is_age(&word)) {
        return line;
    }
    let words: Vec<&str> =
        line.split_whitespace().map(|word| if is_age(&word) { "AGE" } else { word }).collect();
    words.join(" ")
}

/// A cluster with the 48 pods of the bundled example.
fn pigo() -> Lab {
    let lab = Lab::start(&[]);
    lab.store(&pigo::objects(*NOW));
    lab
}

#[test]
fn on_a_laptop() {
    let lab = pigo();
    for page in ["README.md", "docs/reports.md", "docs/laptop.md", "docs/service.md"] {
        Visit::of(&lab).read(page);
    }
}

/// The job of the page deploys two versions of a Deployment. The second one crashes.
#[test]
fn in_ci() {
    let lab = Lab::start(&[("FULL", "1")]);
    lab.apply(&[
        namespace("shop"),
        json!({ "apiVersion": "v1", "kind": "Node", "metadata": {
            "name": "n1", "annotations": { "kwok.x-k8s.io/node": "fake" }, "labels": { "kubernetes.io/hostname": "n1" },
        } }),
    ]);
    lab.apply(&[deployment("api", 1, None, "a")]);
    lab.wait_until("get deployment api -n shop -o json", |ran| ran.json()["status"]["readyReplicas"] == 1);
    let mut visit = Visit::of(&lab);
    visit.file("app.yaml", &deployment("web", 2, None, "a").to_string());
    visit.file("broken.yaml", &deployment("web", 2, Some("12"), "b").to_string());
    visit.read("docs/ci.md");
}

#[test]
fn as_a_cronjob() {
    let lab = Lab::start(&[]);
    lab.apply(&[namespace("shop")]);
    lab.store(&[healthy("shop", "web-0"), healthy("shop", "web-1")]);
    Visit::of(&lab).read("docs/cronjob.md");
}

#[test]
fn as_an_exporter() {
    let lab = pigo();
    lab.apply(&["ServiceMonitor", "PrometheusRule"].map(operator_kind));
    lab.apply(&[namespace("monitoring")]);
    lab.wait_until("get servicemonitors,prometheusrules -A", |ran| ran.code == 0);
    let chat = Receiver::start(|_, _| (200, ""));
    let alertmanager = Alertmanager::start(&chat.url("/"));
    let prometheus = Prometheus::start(&scraping(&[]));
    let mut visit = Visit::of(&lab);
    visit.name("127.0.0.1:9093", &alertmanager.address.to_string());
    visit.name("alertmanager.monitoring:9093", &alertmanager.address.to_string());
    visit.name("127.0.0.1:9090", &prometheus.address.to_string());
    visit.read("docs/exporter.md");
    // The service of the page tells the Alertmanager.
    alertmanager.until(|alerts| !alerts.is_empty());
}

#[test]
fn in_a_chat() {
    let lab = pigo();
    let chat = Receiver::start(|_, _| (200, ""));
    let mut visit = Visit::of(&lab);
    visit.name("https://hooks.slack.com/services/T000/B000/XXXX", &chat.url("/hush"));
    visit.read("docs/chat.md");
    // One message of a run, and one of the service.
    let told = chat.until(2);
    assert!(told[0].body["text"].as_str().unwrap().starts_with("🟡 *Needs attention*"), "{told:?}");
}

/// A kind of the Prometheus Operator, which the lab does not serve.
fn operator_kind(kind: &str) -> Value {
    let plural = format!("{}s", kind.to_lowercase());
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": format!("{plural}.monitoring.coreos.com") },
        "spec": {
            "group": "monitoring.coreos.com", "scope": "Namespaced",
            "names": { "kind": kind, "plural": plural, "singular": kind.to_lowercase() },
            "versions": [{
                "name": "v1", "served": true, "storage": true,
                "schema": { "openAPIV3Schema": { "type": "object", "x-kubernetes-preserve-unknown-fields": true } },
            }],
        },
    })
}

#[test]
fn a_page_is_read_as_its_reader_does() {
    let page = "# T\n\n```sh\n# first\na -b \\\n  -c  # exits 1: broken\nd  # why\n```\n```yaml x.yaml\na: 1\n```\n\
                ```yaml\nb: 2\n```\n```console\n$ e  # exits 3\none\n\ntwo\n$ f\n```\n";
    let command = |line, text: &str, exit, output: Option<&[&str]>| {
        let output = output.map(|lines| lines.iter().map(|line| (*line).to_owned()).collect());
        Part::Command(Command { line, text: text.to_owned(), exit, output })
    };
    assert_eq!(
        parts(page),
        [
            command(5, "a -b -c", 1, None),
            command(7, "d", 0, None),
            Part::File { name: "x.yaml".to_owned(), text: "a: 1\n".to_owned() },
            command(16, "e", 3, Some(&["one", "", "two"])),
            command(20, "f", 0, Some(&[])),
        ]
    );
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(is_shown(&lines("a\n…\nd"), &lines("a\nb\nc\nd")) && is_shown(&lines("a\n…"), &lines("a")));
    assert!(!is_shown(&lines("a\n…\nd"), &lines("a\nb\nc")) && !is_shown(&lines("a"), &lines("a\nb")));
}

//! Every command that the reports of the corpus suggest, run on the cluster: none fails because the object, the API or the
//! history that it needs does not exist.

use crate::corpus::CORPUS;
use crate::support::lab::Lab;
use crate::support::{Ran, Run};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Mutex;

/// The minimum number of commands.
const COMMANDS: usize = 600;

/// What the lab lacks: a kubelet, a certificate of the user, a host in DNS, a metrics server, the extensions that a volume
/// or an Ingress names.
const ELSEWHERE: [&str; 5] =
    ["--cert=", "openssl s_client", "kubectl top", "secretproviderclass", "certificaterequest"];

/// The words of an API server that cannot reach a kubelet.
const NO_KUBELET: [&str; 3] = ["dial tcp", "no preferred addresses found", "error dialing backend"];

/// Kinds that objects of the corpus name and that are not part of it.
const NOT_STORED: [&str; 6] =
    ["apiservices", "leases", "nodes", "persistentvolumeclaims", "persistentvolumes", "resourcequotas"];

#[derive(Debug)]
struct Suggested {
    line: String,
    changes: bool,
}

/// Returns the actions of all findings, each once.
fn suggested(report: &Value) -> Vec<Suggested> {
    let findings = report["findings"].as_array().unwrap();
    let mut seen = BTreeSet::new();
    let mut commands = Vec::new();
    for action in findings.iter().flat_map(|finding| finding["actions"].as_array().unwrap()) {
        let line = action["command"].as_str().unwrap().to_owned();
        if seen.insert(line.clone()) && !ELSEWHERE.iter().any(|words| line.contains(words)) {
            commands.push(Suggested { line, changes: action["changes"] == true });
        }
    }
    commands
}

/// Runs a command. What changes the cluster is tried only; a rollout cannot be resumed on trial.
fn attempt(lab: &Lab, suggested: &Suggested) -> Ran {
    let mut line = suggested.line.replace("rollout resume", "get").replace("rollout restart", "get");
    if suggested.changes && line == suggested.line {
        line.push_str(" --dry-run=server");
        if line.contains(" delete ") {
            line.push_str(" --wait=false");
        }
    }
    lab.command("sh").args(["-c", &line]).ran()
}

fn is_fine(command: &Suggested, ran: &Ran) -> bool {
    let says = |words: &&str| ran.err.contains(*words);
    let is_stored = || {
        let lost =
            |kind: &&str| ran.err.contains(&format!("{kind} \"")) || ran.err.contains(&format!("{kind}."));
        !(ran.err.contains("(NotFound)") && NOT_STORED.iter().any(lost))
    };
    // The API server looks for the node of a pod before it asks the kubelet there. Some Jobs are stored without their pods.
    let no_node = ["(NotFound): pods \"", "timed out waiting for the condition"];
    let of_node = || command.line.contains(" logs ") && no_node.iter().any(|words| ran.err.contains(words));
    ran.code == 0 || NO_KUBELET.iter().any(says) || of_node() || !is_stored()
}

#[test]
fn every_suggested_command_works_on_the_cluster() {
    let (lab, _, report) = &*CORPUS;
    let commands = suggested(report);
    assert!(commands.len() >= COMMANDS, "{} commands", commands.len());
    let (queue, failed) = (Mutex::new(commands.iter()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let Some(command) = queue.lock().unwrap().next() else { break };
                    let ran = attempt(lab, command);
                    if !is_fine(command, &ran) {
                        let why = ran.err.lines().next().unwrap_or_default().to_owned();
                        failed.lock().unwrap().push(format!("{}\n    {why}", command.line));
                    }
                }
            });
        }
    });
    let mut failed = failed.into_inner().unwrap();
    failed.sort();
    assert!(
        failed.is_empty(),
        "{} of {} commands fail:\n{}",
        failed.len(),
        commands.len(),
        failed.join("\n")
    );
}

/// `NEXT` inspects the object of a row: it works for every kind that a row names.
#[test]
fn every_object_that_a_row_names_can_be_inspected() {
    let (lab, _, report) = &*CORPUS;
    let findings = report["findings"].as_array().unwrap();
    let mut tried: BTreeSet<String> = BTreeSet::new();
    for incident in report["incidents"].as_array().unwrap() {
        let index = usize::try_from(incident["findings"][0].as_u64().unwrap()).unwrap();
        let object = &findings[index]["object"];
        let text = |name: &str| object[name].as_str().unwrap_or_default().to_owned();
        let (kind, namespace, name) = (text("kind"), text("namespace"), text("name"));
        if kind == "Cluster" || !tried.insert(kind.clone()) {
            continue;
        }
        let place = if namespace.is_empty() { String::new() } else { format!(" -n {namespace}") };
        let ran = lab.healthcheck(&format!("{}/{name}{place}", kind.to_lowercase()));
        assert!(ran.code < 2 || ran.code == 3, "{kind}/{name}: {ran:?}");
        assert!(ran.out.contains(&format!("{}/{name}", kind.to_lowercase())), "{kind}/{name}: {ran:?}");
    }
    assert!(tried.len() > 12, "{tried:?}");
}

//! The budget of answers, counted with the vocabularies of two models.

use super::{of_example, of_file};
use crate::project;
use crate::support::crowd::{Crowd, Owners};
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Returns the larger number of tokens of both vocabularies.
fn tokens(text: &str) -> usize {
    let vocabularies = [tiktoken_rs::cl100k_base_singleton(), tiktoken_rs::o200k_base_singleton()];
    vocabularies.iter().map(|vocabulary| vocabulary.encode_ordinary(text).len()).max().unwrap()
}

/// Checks every tool on a file, with small and usual budgets.
fn fits(path: &Path, now: &str, names: &[&str]) {
    for lang in ["en", "zh-TW", "zh-CN"] {
        let arguments = format!("--lang {lang} --baseline {} {now}", path.display());
        let mut client = of_file(path, &arguments);
        for most in [400, 800, 2000] {
            let mut held = |tool: &str, arguments: Value| {
                let mut arguments = arguments;
                arguments["max_tokens"] = json!(most);
                let (text, _) = client.result(tool, &arguments);
                let count = tokens(&text);
                assert!(count <= most, "{tool} {arguments} in {lang}: {count} of {most} tokens\n{text}");
                text
            };
            let check = held("check", json!({ "severity": "low" }));
            held("coverage", json!({}));
            held("diff", json!({}));
            for key in super::keys(&check).iter().take(3) {
                held("investigate", json!({ "object": key }));
            }
            for topic in names {
                held("explain", json!({ "topic": topic }));
            }
        }
    }
}

fn yaml(folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(project(folder)).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    files
}

#[test]
fn answers_about_examples_keep_to_their_budget() {
    fits(&project("examples/pigo.json"), "", &["pod-oom-killed", "CrashLoopBackOff", "137"]);
    for path in yaml("tests/fixtures/cascades").iter().step_by(5) {
        fits(path, "--now 2025-12-26T02:00:00Z", &[]);
    }
}

/// Every page is short enough for the usual budget, or says what it leaves out.
#[test]
fn pages_keep_to_their_budget() {
    let listed = crate::support::run("checks -o name").out;
    for lang in ["en", "zh-TW", "zh-CN"] {
        let mut client = of_example(&format!("--lang {lang}"));
        for check in listed.lines() {
            let text = client.call("explain", &json!({ "topic": check }));
            let count = tokens(&text);
            assert!(count <= 1500, "{check} in {lang}: {count}");
        }
    }
}

/// Writes 10,000 pods, of which 500 are in trouble.
fn crowd(path: &Path) {
    let crowd = Crowd { pods: 10_000, nodes: 104, namespaces: 29, seed: 7, sick: 5, owners: Owners::Single };
    let now: jiff::Timestamp = "2025-12-26T02:00:00Z".parse().unwrap();
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    write!(file, r#"{{"apiVersion":"v1","kind":"List","items":["#).unwrap();
    let mut separator = "";
    for mut object in crowd.surroundings(now).into_iter().chain(crowd.pods(now)) {
        object["metadata"].as_object_mut().unwrap().remove("managedFields");
        write!(file, "{separator}{object}").unwrap();
        separator = ",\n";
    }
    write!(file, "]}}").unwrap();
}

#[test]
fn the_worst_of_a_large_cluster_fits_the_usual_budget() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crowd.json");
    crowd(&path);
    for lang in ["en", "zh-CN"] {
        let mut client = of_file(&path, &format!("--lang {lang} --now 2025-12-26T02:00:00Z"));
        let text = client.call("check", &json!({}));
        let count = tokens(&text);
        assert!((500..=800).contains(&count), "{count} tokens\n{text}");
        assert!(super::keys(&text).len() >= 6 && text.contains("Not shown: "), "{text}");
    }
}

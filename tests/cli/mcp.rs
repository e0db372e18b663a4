//! The server for agents, driven by lines of JSON-RPC as a client writes them.

mod injection;
mod protocol;
mod tokens;

use crate::project;
use crate::support::agent::Client;
use crate::support::healthcheck;
use serde_json::json;
use std::path::Path;

/// Starts a server that answers from the bundled example.
fn of_example(arguments: &str) -> Client {
    of_file(&project("examples/pigo.json"), arguments)
}

fn of_file(path: &Path, arguments: &str) -> Client {
    Client::start(healthcheck().arg("mcp").arg("-f").arg(path).args(arguments.split_whitespace()))
}

/// Returns the quotations of a text, without their marks. Outside of them is only what the program says.
fn apart(text: &str) -> (String, Vec<String>) {
    let (mut own, mut quoted) = (String::new(), Vec::new());
    for line in text.lines() {
        let mut rest = line;
        while let Some((before, tail)) = rest.split_once('«') {
            own.push_str(before);
            let (inside, after) = tail.split_once('»').unwrap_or_else(|| panic!("not closed: {line}"));
            assert!(!inside.contains('«'), "{line}");
            quoted.push(inside.to_owned());
            rest = after;
        }
        assert!(!rest.contains('»'), "{line}");
        own.push_str(rest);
        own.push('\n');
    }
    (own, quoted)
}

/// Returns the keys of an answer of `check`.
fn keys(text: &str) -> Vec<String> {
    let (_, quoted) = apart(text);
    quoted.into_iter().filter(|text| text.split('/').count() > 3 && !text.contains(' ')).collect()
}

#[test]
fn each_tool_answers_from_a_capture() {
    let mut client = of_example("--lang en");
    let check = client.call("check", &json!({ "severity": "low" }));
    insta::assert_snapshot!("mcp_check", check);
    let key = keys(&check)[0].clone();
    let by_key = client.call("investigate", &json!({ "object": key }));
    insta::assert_snapshot!("mcp_investigate", by_key);
    let by_name =
        client.call("investigate", &json!({ "object": "deploy/pigo-cron", "namespace": "pigo-dev" }));
    assert!(by_name.contains("«deployment/pigo-cron»"), "{by_name}");
    let explained = client.call("explain", &json!({ "topic": "pod-leftover" }));
    assert!(
        explained.contains("# pod-leftover: ") && explained.contains("## False positives"),
        "{explained}"
    );
    let coverage = client.call("coverage", &json!({}));
    insta::assert_snapshot!("mcp_coverage", coverage);
    assert_eq!(client.end(), 0);
}

#[test]
fn an_answer_names_what_it_does_not_show_and_the_next_one_shows_it() {
    let mut client = of_example("--lang en");
    let all = keys(&client.call("check", &json!({ "severity": "low", "max_tokens": 8000 })));
    assert!(all.len() > 1, "{all:?}");
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let mut arguments = json!({ "severity": "low", "limit": 1 });
        if let Some(after) = &after {
            arguments["after"] = json!(after);
        }
        let text = client.call("check", &arguments);
        let [key] = keys(&text).try_into().unwrap();
        seen.push(key.clone());
        assert_eq!(text.contains("Not shown: "), seen.len() < all.len(), "{text}");
        if seen.len() == all.len() {
            break;
        }
        after = Some(key);
    }
    assert_eq!(seen, all);
    let gone = client.failure("check", &json!({ "after": "pod-failed/a/Pod/b" }));
    assert!(gone.contains("call check without after"), "{gone}");
}

#[test]
fn a_call_may_narrow_and_never_widen_the_flags() {
    let mut client = of_example("-n pigo-dev,pigo-rel --lang en");
    let narrowed = client.call("check", &json!({ "namespaces": ["pigo-dev"] }));
    assert!(narrowed.contains("Namespace «pigo-dev»."), "{narrowed}");
    for (arguments, why) in [
        (json!({ "namespaces": ["pigo-stg"] }), "this server reads only the namespaces pigo-dev, pigo-rel"),
        (json!({ "namespaces": ["pigo-*"] }), "this server reads only the namespaces pigo-dev, pigo-rel"),
        (json!({ "all_namespaces": true }), "this server reads only the namespaces pigo-dev, pigo-rel"),
        (json!({ "context": "prod" }), "answers from files"),
        (json!({ "namespaces": ["pigo-dev"], "all_namespaces": true }), "exclude each other"),
    ] {
        let text = client.failure("check", &arguments);
        assert!(text.contains(why), "{arguments}: {text}");
    }
    let text = client.failure("investigate", &json!({ "object": "deploy/web", "namespace": "pigo-stg" }));
    assert!(text.contains("reads only the namespaces"), "{text}");
    let mut client = of_example("-A --exclude-namespace pigo-s*");
    for namespaces in [json!(["pigo-stg"]), json!(["pigo-*"])] {
        let text = client.failure("coverage", &json!({ "namespaces": namespaces }));
        assert!(text.contains("excludes namespaces"), "{text}");
    }
    assert!(client.call("check", &json!({ "namespaces": ["pigo-dev"] })).contains("«pigo-dev»"));
}

#[test]
fn an_earlier_run_is_chosen_by_flags_only() {
    let example = project("examples/pigo.json").display().to_string();
    let mut client = of_example("");
    let text = client.failure("diff", &json!({}));
    assert!(text.contains("--baseline FILE or --history FOLDER"), "{text}");
    let text = client.failure("diff", &json!({ "baseline": "/etc/passwd" }));
    assert!(text.contains("has only the arguments") && !text.contains("passwd"), "{text}");
    let mut client = of_example(&format!("--baseline {example}"));
    assert!(client.call("diff", &json!({})).contains("No changes above low severity."));
    let folder = tempfile::tempdir().unwrap();
    let mut client = of_example(&format!("--history {}", folder.path().display()));
    let text = client.failure("diff", &json!({}));
    assert!(text.contains("no earlier run"), "{text}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is recorded");
}

#[test]
fn flags_without_a_meaning_are_refused_at_the_start() {
    let example = project("examples/pigo.json").display().to_string();
    for (arguments, why) in [
        ("mcp -f -", "standard input has the messages"),
        ("mcp --baseline -", "standard input has the messages"),
        ("mcp --fail-on low", "--fail-on cannot be used here"),
        ("mcp --logs", "--logs cannot be used here"),
        ("mcp --exclude-namespace a", "--exclude-namespace needs --all-namespaces"),
    ] {
        let ran = crate::support::run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments}: {ran:?}");
        assert!(ran.err.contains(why), "{arguments}: {ran:?}");
    }
    let ran = crate::support::run(&format!("mcp -f {example}"));
    assert_eq!(
        (ran.code, ran.out.as_str(), ran.err.as_str()),
        (0, "", ""),
        "the end of the input is the end"
    );
    let ran = crate::support::run("mcp");
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", ""), "without a cluster too");
}

//! Several clusters in one run.

use crate::support::lab::LAB;
use crate::support::{Ran, Run, healthcheck};
use crate::{crashing, healthy, namespace};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::sync::LazyLock;

struct Fleet {
    dir: tempfile::TempDir,
    /// Accepts connections and never answers.
    _hole: TcpListener,
}

/// Contexts: `good` and `bad` on one real server with a namespace each; `hole` never answers; `closed` refuses
/// connections; the credential plugin of `locked` fails.
static FLEET: LazyLock<Fleet> = LazyLock::new(|| {
    for name in ["fleet-good", "fleet-bad"] {
        namespace(name);
        LAB.store(&[healthy(name, "web")]);
    }
    let mut broken = crashing("fleet-bad", "broken");
    broken["metadata"]["creationTimestamp"] =
        json!(jiff::Timestamp::from_second(crate::NOW.as_second() - 900_000).unwrap().to_string());
    LAB.store(&[broken]);
    let hole = TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let text = format!(
        r#"
apiVersion: v1
kind: Config
current-context: good
clusters:
- {{name: lab, cluster: {{server: "https://127.0.0.1:{}", insecure-skip-tls-verify: true}}}}
- {{name: hole, cluster: {{server: "https://{}"}}}}
- {{name: closed, cluster: {{server: "https://{closed}"}}}}
users:
- {{name: admin, user: {{token: admintoken}}}}
- {{name: locked, user: {{exec: {{apiVersion: client.authentication.k8s.io/v1, command: "false", interactiveMode: Never}}}}}}
contexts:
- {{name: good, context: {{cluster: lab, user: admin, namespace: fleet-good}}}}
- {{name: bad, context: {{cluster: lab, user: admin, namespace: fleet-bad}}}}
- {{name: hole, context: {{cluster: hole, user: admin}}}}
- {{name: closed, context: {{cluster: closed, user: admin}}}}
- {{name: locked, context: {{cluster: lab, user: locked}}}}
- {{name: "odd,na*me", context: {{cluster: lab, user: admin, namespace: fleet-good}}}}
"#,
        LAB.port,
        hole.local_addr().unwrap()
    );
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("config"), text).unwrap();
    Fleet { dir, _hole: hole }
});

fn check(arguments: &str) -> Ran {
    let config = FLEET.dir.path().join("config");
    healthcheck().env("KUBECONFIG", config).args(arguments.split_whitespace()).ran()
}

/// Removes the duration of the run from a line.
fn timeless(text: &str) -> String {
    let lines = text.lines().map(|line| match line.rsplit_once(" · ") {
        Some((line, time)) if time.ends_with(" s") || time.ends_with(" 秒") => line,
        _ => line,
    });
    let cost = |line: &&str| !line.starts_with("Coverage") && !line.starts_with("涵蓋範圍");
    lines.filter(cost).collect::<Vec<_>>().join("\n")
}

#[test]
fn shows_the_worst_cluster_first() {
    let ran = check("--context good,bad");
    assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{ran:?}");
    insta::assert_snapshot!(timeless(&ran.out));
    let swapped = check("--context bad --context good");
    assert_eq!(timeless(&ran.out), timeless(&swapped.out), "the order of the flags does not matter");
    let chinese = check("--context good,bad --lang zh-TW");
    insta::assert_snapshot!(timeless(&chinese.out));
}

#[test]
fn json_is_one_document() {
    let report = check("--context good,bad -o json").json();
    let contexts = |of: &str| -> Vec<&str> {
        report[of].as_array().unwrap().iter().map(|row| row["context"].as_str().unwrap()).collect()
    };
    assert_eq!((report["verdict"].as_str(), report["totals"]["pods"].as_u64()), (Some("unhealthy"), Some(3)));
    assert_eq!(contexts("clusters"), ["bad", "good"]);
    assert_eq!(contexts("namespaces"), ["bad", "good"]);
    assert_eq!(contexts("pods"), ["bad", "bad", "good"]);
    assert_eq!(contexts("findings"), ["bad"]);
    let action = report["findings"][0]["actions"][0]["command"].as_str().unwrap();
    assert!(action.starts_with("kubectl --context bad "), "{action}");
    let schema: Value = serde_json::from_str(include_str!("../../docs/report.schema.json")).unwrap();
    let errors: Vec<String> = jsonschema::validator_for(&schema)
        .unwrap()
        .iter_errors(&report)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    let names = check("--context good,bad -o name");
    assert_eq!(names.out, "--context bad -n fleet-bad pod/broken\n");
    let markdown = check("--context good,bad -o markdown").out;
    assert!(markdown.starts_with("# Clusters\n\n| Context | Pods |"), "{markdown}");
    assert_eq!(markdown.matches("# Pod health report\n").count(), 2);
}

#[test]
fn selects_contexts_by_pattern() {
    let clusters = |arguments: &str| -> Vec<String> {
        let report = check(&format!("{arguments} -o json")).json();
        report["clusters"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| c["context"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(clusters("--context g*,bad,good"), ["bad", "good"]);
    assert_eq!(clusters("--context odd,na*me"), ["odd,na*me"], "a name that looks like a list of patterns");
    let ran = check("--context good,nowhere");
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.starts_with("error: context \"nowhere\" does not exist; the kubeconfig has: good, bad, hole"),
        "{}",
        ran.err
    );
    let ran = check("--context good,bad -s https://127.0.0.1:1");
    assert_eq!(ran.err, "error: --server cannot be used with several contexts\n");
}

#[test]
fn an_unreachable_cluster_is_a_gap() {
    let ran = check("--context good,hole,closed,locked --page-timeout 2s -o json");
    assert_eq!(ran.code, 3, "{ran:?}");
    let report = ran.json();
    assert_eq!((&report["verdict"], &report["totals"]["healthy"]), (&json!("incomplete"), &json!(1)));
    let gaps = report["coverage"]["gaps"].as_array().unwrap();
    let gap = |context: &str| gaps.iter().find(|gap| gap["context"] == context).unwrap();
    assert_eq!(gaps.len(), 3, "{gaps:?}");
    assert_eq!((&gap("hole")["kind"], &gap("hole")["reason"]), (&json!("Cluster"), &json!("timed-out")));
    assert!(gap("closed")["detail"].as_str().unwrap().contains("was refused"));
    assert!(gap("locked")["detail"].as_str().unwrap().contains("executable false failed with exit code 1"));
    let table = check("--context good,hole,closed,locked --page-timeout 2s");
    assert!(table.out.starts_with("⚪ Incomplete · 4 clusters · 3 not checked\n"), "{}", table.out);
    assert!(
        table.out.contains("Not checked: closed: The connection to the server 127.0.0.1:"),
        "{}",
        table.out
    );
}

#[test]
fn shows_clusters_that_answer_first() {
    use std::io::{BufRead, BufReader};
    let config = FLEET.dir.path().join("config");
    let mut child = healthcheck()
        .env("KUBECONFIG", config)
        .args(["--context", "bad,good,hole", "--page-timeout", "10m", "--timeout", "5m"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("🔴 Unhealthy · 1 of 2 pods healthy"), "{line}");
    assert!(child.try_wait().unwrap().is_none(), "the run still waits for the third cluster");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn no_reachable_cluster_gives_no_report() {
    let ran = check("--context closed,locked");
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
    assert!(ran.err.contains("closed: The connection to the server"), "{}", ran.err);
    assert!(ran.err.contains("locked: error: getting credentials"), "{}", ran.err);
}

/// Each cluster has its own records in one folder.
#[test]
fn compares_each_cluster_with_its_own_records() {
    let dir = tempfile::tempdir().unwrap();
    let history = format!("--context good,bad --history {} --fail-on new", dir.path().display());
    let first = check(&format!("{history} --width 100"));
    assert_eq!((first.code, first.err.as_str()), (0, ""), "{first:?}");
    assert!(first.out.contains("nothing to compare with yet"), "{}", first.out);
    let second = check(&format!("{history} -o json"));
    assert_eq!((second.code, second.err.as_str()), (0, ""), "{second:?}");
    let comparisons = second.json()["comparisons"].clone();
    let told: Vec<_> = comparisons
        .as_array()
        .unwrap()
        .iter()
        .map(|of| {
            (
                of["context"].as_str().unwrap(),
                of["counts"]["new"].as_u64(),
                of["counts"]["unchanged"].as_u64(),
            )
        })
        .collect();
    assert_eq!(told, [("bad", Some(0), Some(1)), ("good", Some(0), Some(0))]);
    // A cluster that was not read gets no record.
    let unseen = check(&format!("--context hole {history} --page-timeout 2s -o json"));
    assert_eq!(unseen.code, 3, "{unseen:?}");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 6);
    let baseline = check("--context good,bad --baseline none.json");
    assert!(baseline.code == 2 && baseline.err.contains("none.json"), "{baseline:?}");
}

//! The log of a run, and the text of its bar.

use super::*;
use crate::wire::Status;
use globset::GlobSet;
use std::cell::RefCell;

thread_local! {
    static LINES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

fn keep(line: &str) {
    LINES.with_borrow_mut(|lines| lines.push(line.to_owned()));
}

fn list(kind: Kind, namespace: Option<&str>) -> ListRequest {
    ListRequest {
        kind,
        namespace: namespace.map(str::to_owned),
        labels: None,
        fields: None,
        excluded: GlobSet::empty(),
        page_size: 500,
        page_timeout: Duration::from_secs(30),
    }
}

/// Reports one event of each kind; returns the lines of the log.
fn logged(format: Option<LogFormat>, clusters: usize) -> Vec<String> {
    let progress = Progress::to(keep, false, format, crate::cluster::fake::clock, clusters).of("prod");
    let (pods, nodes) = (list(Kind::Pod, Some("shop")), list(Kind::Node, None));
    progress.started("https://10.0.0.1:6443", "v1.36.3", &[pods.clone(), nodes.clone()]);
    progress.asked(&pods);
    progress.page(&pods, 2, 500, Duration::from_millis(40));
    let error = Error::Status(Box::new(Status { code: 403, message: "no".to_owned(), ..Status::default() }));
    progress.retry("/api/v1/pods?limit=500", &error, Duration::from_millis(100));
    progress.halved(&pods, 250);
    progress.expired(&nodes);
    progress.ended(&pods, 500, Some(&error));
    progress.ended(&nodes, 3, None);
    progress.finished(498, 4, 9, 1);
    LINES.take()
}

#[tokio::test]
async fn events_are_lines_of_text() {
    let lines = [
        "start: context prod, server https://10.0.0.1:6443, version v1.36.3, lists 2",
        "page 2 of pods in shop: 500 in 40 ms",
        "retry in 100 ms: /api/v1/pods: Error from server: no",
        "timeout: pods in shop: page size 250 from here",
        "expired: nodes in all namespaces: going on from a later moment",
        "gap: pods in shop: Error from server: no",
        "nodes: 3",
        "done: active pods 498, pages 4, requests 9, retries 1",
    ];
    assert_eq!(logged(Some(LogFormat::Text), 1), lines);
    assert_eq!(logged(Some(LogFormat::Text), 2), lines.map(|line| format!("prod: {line}")));
    assert!(logged(None, 1).is_empty());
}

#[tokio::test]
async fn events_are_json_objects() {
    let lines = logged(Some(LogFormat::Json), 2);
    assert_eq!(
        lines[1],
        r#"{"time":"2025-12-26T02:00:00Z","level":"info","context":"prod","event":"page","kind":"pods","namespace":"shop","page":2,"items":500,"millis":40,"message":"page 2 of pods in shop: 500 in 40 ms"}"#
    );
    let lines: Vec<serde_json::Value> =
        lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let levels: Vec<&str> = lines.iter().map(|line| line["level"].as_str().unwrap()).collect();
    assert_eq!(levels, ["info", "info", "warn", "warn", "warn", "error", "info", "info"]);
    assert!(lines.iter().all(|line| !line["message"].as_str().unwrap().is_empty()), "{lines:?}");
    assert_eq!(lines.len(), 8);
}

#[tokio::test(start_paused = true)]
async fn the_bar_shows_counts_and_what_is_awaited() {
    let all = Progress::to(keep, false, None, crate::cluster::fake::clock, 2);
    let (one, two) = (all.of("one"), all.of("two"));
    let lists = ["a", "b", "c"].map(|name| list(Kind::Pod, Some(name)));
    one.started("", "", &lists);
    one.asked(&lists[1]);
    tokio::time::advance(Duration::from_secs(8)).await;
    one.asked(&lists[0]);
    one.page(&lists[0], 1, 42, Duration::ZERO);
    one.ended(&lists[0], 42, None);
    assert_eq!(one.message(), "one  namespaces 1/3  pods 42  pages 1  waiting for pods in b (8 s)");
    assert_eq!(
        two.message(),
        "two  namespaces 1/3  pods 42  pages 1  waiting for pods in b of context one (8 s)"
    );
    one.ended(&lists[1], 0, None);
    assert_eq!(one.message(), "one  namespaces 2/3  pods 42  pages 1");
}

/// A text of the server or the kubeconfig is part of one line.
#[tokio::test]
async fn no_text_forges_a_line() {
    let progress = Progress::to(keep, false, Some(LogFormat::Text), crate::cluster::fake::clock, 2);
    let progress = progress.of("prod\u{1b}[2J\ndone: active pods 0");
    let forged = "no\ndone: active pods 498\u{9b}31m".to_owned();
    let error = Error::Status(Box::new(Status { code: 403, message: forged, ..Status::default() }));
    progress.ended(&list(Kind::Pod, Some("shop")), 0, Some(&error));
    let lines = LINES.take();
    assert!(lines.len() == 1 && !lines[0].contains(char::is_control), "{lines:?}");
    assert!(lines[0].contains("gap: pods in shop: Error from server: no\u{fffd}done"), "{lines:?}");
}

#[tokio::test]
async fn the_bar_obeys_no_name_of_a_context() {
    let progress =
        Progress::new(true, None, crate::cluster::fake::clock, 1).of("prod\u{1b}]0;title\u{7}\n\u{202e}");
    progress.show();
    let shown = progress.board.bar.as_ref().unwrap().message();
    assert!(!shown.contains(crate::text::is_hostile), "{shown:?}");
}

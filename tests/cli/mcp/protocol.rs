//! The messages of the protocol: versions, errors, cancellation and progress.

use super::of_example;
use crate::support::agent::Client;
use crate::support::healthcheck;
use crate::support::scripted::{Call, Reply, Scripted};
use crate::{healthy_status, pod};
use serde_json::{Value, json};
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

#[test]
fn a_session_begins_with_a_version_and_the_tools() {
    for (asked, given) in [
        ("2025-11-25", "2025-11-25"),
        ("2025-06-18", "2025-06-18"),
        ("2025-03-26", "2025-03-26"),
        ("2024-11-05", "2024-11-05"),
        ("1999-01-01", "2025-11-25"),
    ] {
        let mut client = of_example("");
        let params = json!({ "protocolVersion": asked, "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
        let begun = client.ask("initialize", &params);
        assert_eq!(begun["result"]["protocolVersion"], given);
        assert_eq!(begun["result"]["serverInfo"]["name"], "kubectl-healthcheck");
        client.write(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
        assert_eq!(client.ask("ping", &json!({}))["result"], json!({}));
        let tools = client.ask("tools/list", &json!({}))["result"]["tools"].clone();
        let names: Vec<&str> =
            tools.as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["check", "investigate", "explain", "coverage"]);
        for tool in tools.as_array().unwrap() {
            assert_eq!(tool["annotations"]["readOnlyHint"], true);
            assert_eq!(tool["inputSchema"]["additionalProperties"], false);
            jsonschema::validator_for(&tool["inputSchema"]).unwrap();
        }
        assert_eq!(client.end(), 0);
    }
    let tools = of_example("").ask("tools/list", &json!({}));
    insta::assert_snapshot!("mcp_tools", serde_json::to_string_pretty(&tools).unwrap());
}

#[test]
fn what_is_no_message_is_answered_with_an_error_and_the_session_goes_on() {
    let mut client = of_example("");
    let long = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{}"}}"#, "x".repeat(2 << 20));
    let deep = "[".repeat(200_000);
    for (line, code) in [
        ("{", -32700),
        ("\u{0}\u{1}", -32700),
        (deep.as_str(), -32700),
        ("[]", -32600),
        (r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, -32600),
        ("{}", -32600),
        (long.as_str(), -32600),
        (r#"{"jsonrpc":"2.0","id":7,"method":"resources/list"}"#, -32601),
        (r#"{"jsonrpc":"2.0","id":7,"method":"server/discover"}"#, -32601),
        (r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"exec"}}"#, -32602),
        (r#"{"jsonrpc":"2.0","id":7,"method":"tools/call"}"#, -32602),
    ] {
        client.write(line);
        let error = client.read();
        assert_eq!(error["error"]["code"], code, "{error}");
        assert!(error["error"]["message"].as_str().unwrap().len() > 10, "{error}");
    }
    client.input.as_mut().unwrap().write_all(b"\xff\xfe\n").unwrap();
    assert_eq!(client.read()["error"]["code"], -32700);
    client.write("");
    client.write(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#);
    client.write(r#"{"jsonrpc":"2.0","method":"notifications/unknown"}"#);
    assert_eq!(client.ask("ping", &Value::Null)["result"], json!({}));
    assert_eq!(client.end(), 0);
}

#[test]
fn wrong_arguments_are_results_that_say_what_is_right() {
    let mut client = of_example("");
    for (tool, arguments, why) in [
        ("check", json!({ "max_tokens": 10 }), "max_tokens must be from 400 to 8000"),
        ("check", json!({ "severity": "worst" }), "severity: unknown variant"),
        ("check", json!({ "namespaces": "shop" }), "namespaces: invalid type"),
        ("check", json!({ "namespaces": ["nowhere"] }), "namespace \"nowhere\" is not in the input"),
        ("investigate", json!({}), "investigate needs the argument object"),
        ("investigate", json!({ "object": "web" }), "object must be KIND/NAME"),
        ("investigate", json!({ "object": "deploy/none" }), "not found in the input"),
        ("explain", json!({ "topic": "CrashLoop" }), "no check, status or exit code"),
        ("explain", json!({ "topic": "../../etc/passwd" }), "no check, status or exit code"),
    ] {
        let text = client.failure(tool, &arguments);
        assert!(text.contains(why), "{tool} {arguments}: {text}");
    }
}

/// An API server with one pod, of which the list of pods is slow.
fn api(call: &Call, slow: &AtomicUsize) -> Reply {
    let path = call.head.split(' ').nth(1).unwrap_or_default().split('?').next().unwrap_or_default();
    let json = |value: Value| Reply::ok("application/json", value.to_string());
    match path {
        "/version" => json(json!({ "gitVersion": "v1.36.0" })),
        "/api/v1/namespaces/demo/pods" => {
            if slow.fetch_add(1, Ordering::SeqCst) == 0 {
                return Reply::Stall;
            }
            let items = [pod("web-0", &healthy_status())];
            json(json!({ "kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": items }))
        }
        _ => Reply::Answer("HTTP/1.1 404 Not Found\r\n".to_owned(), "404 page not found".to_owned()),
    }
}

#[test]
fn a_cancelled_call_stops_reading_and_is_not_answered() {
    let lists = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&lists);
    let server = Scripted::start(move |call| api(call, &counted));
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config");
    let text = format!(
        "current-context: here\ncontexts: [{{name: here, context: {{cluster: c, user: u, namespace: demo}}}}]\n\
         clusters: [{{name: c, cluster: {{server: 'http://{}'}}}}]\nusers: [{{name: u, user: {{}}}}]\n",
        server.address
    );
    std::fs::write(&config, text).unwrap();
    let mut client = Client::start(healthcheck().arg("mcp").env("KUBECONFIG", &config));
    let began = Instant::now();
    let params = json!({ "name": "check", "arguments": {}, "_meta": { "progressToken": "slow" } });
    let id = client.send("tools/call", &params);
    // Two notifications: at the start, and while the list is awaited.
    let mut progress = Vec::new();
    while progress.len() < 2 {
        let message = client.read();
        assert_eq!(
            (&message["method"], &message["params"]["progressToken"]),
            (&json!("notifications/progress"), &json!("slow"))
        );
        progress.push(message["params"]["progress"].as_f64().unwrap());
    }
    assert!(progress[0] < progress[1], "{progress:?}");
    let again = json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": { "name": "check" } });
    client.write(&again.to_string());
    assert_eq!(client.answer(id)["error"]["code"], -32600, "the id is in use");
    // Others are answered while a call runs.
    assert_eq!(client.ask("ping", &json!({}))["result"], json!({}));
    client.write(
        &json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": id } })
            .to_string(),
    );
    let text = client.call("check", &json!({}));
    assert!(text.contains("Verdict: ") && text.contains("1 of 1 pods healthy"), "{text}");
    assert!(client.notified.iter().all(|message| message["id"] != id), "{:?}", client.notified);
    assert!(began.elapsed() < Duration::from_secs(25), "the stalled list was not awaited");
    // The next call of the same scope uses what was read.
    let read = lists.load(Ordering::SeqCst);
    client.call("coverage", &json!({}));
    assert_eq!(lists.load(Ordering::SeqCst), read);
    let other = client.failure("check", &json!({ "context": "prod" }));
    assert!(other.contains("reads only the current context"), "{other}");
    let same = client.call("check", &json!({ "context": "here" }));
    assert!(same.contains("«here»"), "{same}");
    assert_eq!(client.end(), 0);
}

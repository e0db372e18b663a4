use super::*;
use crate::policy::settings::Settings;
use crate::snapshot::{Snapshot, read_bytes};
use crate::wire::Time;
use serde_json::{Value, json};

const NOW: Time = Time { seconds: 1_766_714_400, nanos: 0 };
const LANGS: [Lang; 3] = [Lang::En, Lang::ZhTw, Lang::ZhCn];

fn pod(namespace: &str, name: &str, state: &Value) -> Value {
    json!({ "apiVersion": "v1", "kind": "Pod",
        "metadata": { "name": name, "namespace": namespace, "creationTimestamp": "2025-12-20T00:00:00Z" },
        "spec": { "nodeName": "n1", "containers": [{ "name": "app", "image": "registry.example.com/app:1" }] },
        "status": { "phase": "Running", "containerStatuses": [{ "name": "app", "image": "registry.example.com/app:1",
            "ready": state.get("running").is_some(), "restartCount": 0, "state": state }] } })
}

fn done(namespace: &str, name: &str) -> Value {
    let mut done = pod(namespace, name, &json!({ "terminated": { "exitCode": 0, "reason": "Completed" } }));
    done["status"]["phase"] = json!("Succeeded");
    done
}

fn running() -> Value {
    json!({ "running": {} })
}

fn failing(message: &str) -> Value {
    json!({ "waiting": { "reason": "CreateContainerConfigError", "message": message } })
}

fn snapshot(items: &[Value]) -> Snapshot {
    let list = json!({ "kind": "List", "items": items }).to_string();
    read_bytes("a test", list.as_bytes(), NOW).unwrap()
}

fn brief(context: &str, items: &[Value], lang: Lang) -> ChatSummary {
    let mut snapshot = snapshot(items);
    context.clone_into(&mut snapshot.cluster.context);
    ChatSummary::of(&Report::new(&snapshot, &Settings::default()), lang)
}

fn told(items: &[Value], lang: Lang) -> String {
    message(&[brief("", items, lang)], lang)
}

#[test]
fn pods_are_counted_by_their_status() {
    let pods = [
        pod("a", "web-1", &running()),
        pod("a", "web-2", &running()),
        done("a", "job-1"),
        done("a", "job-2"),
        pod("a", "web-3", &failing("no such key")),
    ];
    let line = |pods: &[Value], lang| told(pods, lang).lines().nth(1).unwrap_or_default().to_owned();
    assert_eq!(line(&pods[..2], Lang::En), "✅ 2/2 Running");
    assert_eq!(line(&pods[..4], Lang::En), "✅ 2/2 Running (+2 Completed)");
    assert_eq!(line(&pods, Lang::En), "🚨 2/3 Running (1 not Running) +2 Completed");
    assert_eq!(line(&pods, Lang::ZhTw), "🚨 2/3 Running（1 個不是 Running）+2 Completed");
    assert_eq!(line(&pods, Lang::ZhCn), "🚨 2/3 Running（1 个不是 Running）+2 Completed");
}

#[test]
fn text_of_the_cluster_commands_no_chat() {
    let hostile = "<!channel> <@U1|you> @here @all `id` *b* [x](https://evil.example) <https://evil.example|y> \n& \u{202e}";
    for lang in LANGS {
        let items = [pod("a", "web", &failing(hostile)), pod("b", "@channel`*~", &running())];
        let text = message(&[brief("prod*@all", &items, lang)], lang);
        assert!(text.contains("&lt;!channel&gt;") && text.contains("＠here"), "{text}");
        for bad in ["<", ">", "](", "://", "\u{202e}", " @", "~", "**"] {
            assert!(!text.contains(bad), "{bad} in {text}");
        }
        // What marks there are, are ours: the verdict in bold, and commands.
        assert_eq!(text.matches('*').count(), 2, "{text}");
        assert_eq!(text.matches('`').count(), 2 * text.matches("`kubectl ").count(), "{text}");
        assert!(text.matches('&').count() == text.matches("&lt;").count() + text.matches("&gt;").count() + 1);
    }
}

#[test]
fn a_message_is_cut_between_lines_and_says_so() {
    let long = "映".repeat(5_000);
    for lang in LANGS {
        let items: Vec<Value> = (0..40)
            .flat_map(|n| {
                let namespace = format!("{n:02}-{}", "n".repeat(60));
                let key = format!("{long}{n}");
                [pod(&namespace, &format!("{n:02}-{}", "p".repeat(250)), &failing(&key))]
            })
            .collect();
        let text = told(&items, lang);
        assert!(text.chars().count() <= MOST, "{}", text.chars().count());
        assert!(text.contains(CUT.get(lang)) && text.ends_with(VERSION), "{text}");
        assert!(text.lines().all(|line| line.chars().count() < 1_000));
    }
}

#[test]
fn the_worst_ten_are_named_and_the_rest_counted() {
    let pods = |most| -> Vec<Value> {
        (0..most).map(|n| pod(&format!("n{n:02}"), &format!("web-{n}"), &failing("no key"))).collect()
    };
    let text = told(&pods(13), Lang::En);
    assert_eq!(text.lines().filter(|line| line.contains(" pod/web-")).count(), 10, "{text}");
    assert!(text.contains("\n+3 more namespaces with problems\n") && text.contains("\n+3 more\n"), "{text}");
    assert_eq!(text.matches('→').count(), COMMANDS, "{text}");
    let text = told(&pods(10), Lang::En);
    assert!(!text.contains(" more"), "{text}");
}

#[test]
fn several_clusters_are_one_message() {
    let lang = Lang::En;
    let bad = [pod("shop", "web", &failing("no key")), pod("blog", "web", &running())];
    let unseen = {
        let mut snapshot = Snapshot::default();
        snapshot.cluster.context = "far".to_owned();
        let gap = crate::model::Gap::new(crate::model::Gap::CLUSTER, crate::model::Reason::Failed);
        snapshot.coverage.gaps.push(gap.because(crate::text::Message::quoted("no route")));
        ChatSummary::of(&Report::new(&snapshot, &Settings::default()), lang)
    };
    let all = [brief("fine", &[pod("shop", "web", &running())], lang), unseen, brief("prod", &bad, lang)];
    let text = message(&all, lang);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[..5],
        [
            "🔴 *Unhealthy* · 3 clusters",
            "🔴 *prod* · 2 namespaces · 🚨 1/2 Running (1 not Running)",
            "⚪ *far*",
            "🟢 *fine* · shop · ✅ 1/1 Running",
            "prod · 🔴 shop: 🚨 0/1 Running (1 not Running)",
        ],
        "{text}"
    );
    assert!(lines[5].starts_with("🔴 prod · shop pod/web: "), "{text}");
    assert_eq!(lines[lines.len() - 2], "far · Not checked: the cluster (failed: no route)", "{text}");
    let many: Vec<ChatSummary> =
        (0..25).map(|n| brief(&format!("c{n}"), &[pod("a", "b", &running())], lang)).collect();
    let text = message(&many, lang);
    assert!(
        text.contains("\n+15 more clusters\n") && text.starts_with("🟢 *Healthy* · 25 clusters"),
        "{text}"
    );
}

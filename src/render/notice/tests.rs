use super::*;

fn change(what: What, name: &str) -> Change {
    let told = Told {
        check: "pod-crash-loop".to_owned(),
        severity: Severity::High,
        namespace: "shop".to_owned(),
        object: format!("Deployment/{name}"),
        text: "exit code 1 <!channel> @here".to_owned(),
        command: "kubectl describe pod -n shop web-0".to_owned(),
        since: Some(Time::at(1_766_714_000)),
    };
    Change { what, key: format!("pod-crash-loop/shop/Deployment/{name}/app"), told }
}

fn origin() -> Origin {
    Origin {
        context: "prod".to_owned(),
        lang: Lang::En,
        now: Time::at(1_766_714_400),
        routing_key: "R".to_owned(),
    }
}

fn body(of: WebhookType, changes: &[Change]) -> Value {
    serde_json::from_str(&bodies(of, changes, &origin())[0]).unwrap()
}

#[test]
fn a_chat_reads_what_began_and_what_ended() {
    let text = body(WebhookType::Text, &[change(What::Begun, "web"), change(What::Ended, "api")]);
    let lines: Vec<&str> = text["text"].as_str().unwrap().lines().collect();
    assert_eq!(
        lines,
        [
            "*prod*",
            "🔴 shop Deployment/web (new): exit code 1 &lt;!channel&gt; ＠here",
            "→ `kubectl describe pod -n shop web-0`",
            "✅ shop Deployment/api (fixed): exit code 1 &lt;!channel&gt; ＠here",
            &format!("{NAME} {VERSION}"),
        ]
    );
}

#[test]
fn messages_keep_the_limits_of_the_services() {
    let mut many: Vec<Change> =
        (0..400).map(|number| change(What::Begun, &format!("web-{number}"))).collect();
    for change in &mut many {
        change.told.text = "錯誤 & <b> ".repeat(500);
        change.key = "k".repeat(900);
    }
    let slack = body(WebhookType::Slack, &many);
    let blocks = slack["blocks"].as_array().unwrap();
    assert!(blocks.len() <= 50);
    assert!(blocks.iter().all(|block| block["text"]["text"].as_str().unwrap().chars().count() <= 3000));
    assert!(bodies(WebhookType::Teams, &many, &origin())[0].len() <= 28 << 10);
    let events = bodies(WebhookType::PagerDuty, &many, &origin());
    assert_eq!(events.len(), 400);
    let event: Value = serde_json::from_str(&events[0]).unwrap();
    assert!(event["payload"]["summary"].as_str().unwrap().chars().count() <= 1024);
    assert!(event["dedup_key"].as_str().unwrap().chars().count() <= 255);
}

#[test]
fn alert_services_get_one_key_from_begin_to_end() {
    let (begun, ended) = (change(What::Begun, "web"), change(What::Ended, "web"));
    let alerts = body(WebhookType::Alertmanager, &[begun.clone(), ended.clone()]);
    assert_eq!(alerts[0]["labels"], alerts[1]["labels"]);
    assert_eq!(alerts[0]["endsAt"], "2025-12-26T02:03:00Z");
    assert_eq!(alerts[1]["endsAt"], "2025-12-26T02:00:00Z");
    let event = |change: Change| body(WebhookType::PagerDuty, &[change]);
    let (begun, ended) = (event(begun), event(ended));
    assert_eq!((&begun["event_action"], &ended["event_action"]), (&json!("trigger"), &json!("resolve")));
    assert_eq!(begun["dedup_key"], ended["dedup_key"]);
}

//! Webhooks in profiles: settings, errors, and what is displayed.

use super::{Home, SECRET, discreet, example};
use crate::support::Run;
use crate::webhook::{Chat, OK};
use serde_json::json;

#[test]
fn reads_addresses_from_variables_and_files() {
    let chat = Chat::new(&[OK]);
    let home = Home::with(
        "    - {name: env, urlFrom: {env: OPS_URL}}\n    - {name: file, urlFrom: {file: ops.url}}\n",
    );
    home.file("ops.url", &format!("  {}\n", chat.url(SECRET)));
    let ran = discreet(home.command(&example("--notify env,file")).env("OPS_URL", chat.url(SECRET)).ran());
    assert_eq!((ran.code, ran.err.as_str(), chat.sent().len()), (1, "", 2));
    // Only addresses of webhooks that get a message are read.
    assert_eq!(home.run(&example("--notify file")).code, 1);
    let ran = home.run(&example("--notify env"));
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(
        ran.err.contains("config.yaml:5:7: webhook env: environment variable OPS_URL is not set"),
        "{}",
        ran.err
    );
    let ran = discreet(home.command(&example("--notify env")).env("OPS_URL", "hush-hush://x").ran());
    assert!(
        ran.err.contains("webhook env: env OPS_URL: not an address that begins with https://"),
        "{}",
        ran.err
    );
    home.file("ops.url", "hush\u{0}hush");
    let ran = home.run(&example("--notify file"));
    assert!(ran.code == 2 && ran.err.contains("webhook file: file ops.url: not an address"), "{}", ran.err);
    std::fs::remove_file(home.0.path().join(".config/kubectl-healthcheck/ops.url")).unwrap();
    assert!(home.run(&example("--notify file")).err.contains("ops.url: No such file"));
}

#[test]
fn shows_the_source_of_an_address_but_not_the_address() {
    let chat = Chat::new(&[OK]);
    let home = Home::with(&format!(
        "    - {{name: ops, url: \"{}\", lang: zh-TW}}\n    - {{name: env, urlFrom: {{env: OPS_URL}}, when: always}}\n",
        chat.url(SECRET)
    ));
    for format in ["table", "wide", "markdown", "json", "yaml", "name"] {
        let ran = home.run(&format!("profile show --notify ops -o {format}"));
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{format}");
    }
    let shown = home.run("profile show -o json").json();
    assert_eq!(shown["notify"][0]["address"], chat.shown());
    assert_eq!(shown["notify"][0]["lang"], "zh-TW");
    assert_eq!(
        (&shown["notify"][1]["address"], &shown["notify"][1]["when"]),
        (&json!("env OPS_URL"), &json!("always"))
    );
    let table = home.run("profile show").out;
    assert!(table.contains(&format!("{} trouble zh-TW", chat.shown())), "{table}");
}

#[test]
fn reports_errors_of_webhooks_with_their_position() {
    for (webhook, told) in [
        ("{url: U}", ":5:7: a webhook without name"),
        ("{name: ops}", ":5:7: webhook \"ops\": set either url or urlFrom\nhint: urlFrom: {env: VARIABLE}"),
        ("{name: ops, url: U, urlFrom: {env: A}}", ":5:7: webhook \"ops\": set either url or urlFrom"),
        ("{name: ops, urlFrom: {}}", ":5:28: expected {env: VARIABLE} or {file: PATH}"),
        ("{name: ops, urlFrom: {env: A, file: b}}", ":5:28: expected {env: VARIABLE}"),
        ("{name: ops, urlFrom: {env: \"\"}}", ":5:28: expected {env: VARIABLE}"),
        ("{name: ops, urlFrom: {var: A}}", "unknown key \"var\""),
        ("{name: ops, urlFrom: U}", ":5:28: "),
        (
            "{name: ops, url: U, keyFrom: {env: A}}",
            "keyFrom is for type pagerduty (its routing key) and json",
        ),
        ("{name: ops, url: U, type: slack, keyFrom: {env: A}}", "keyFrom is for type pagerduty"),
        (
            "{name: ops, url: U, type: json, keyFrom: {}}",
            "expected {env: VARIABLE} or {file: PATH} for keyFrom",
        ),
        ("{name: ops, url: U, type: pagerduty}", "webhook \"ops\" of type pagerduty needs keyFrom"),
        ("{name: ops, url: {env: A}}", ":5:24: "),
        ("{name: ops, urls: U}", "unknown key \"urls\"\nhint: did you mean \"url\"?"),
        ("{name: ops, url: U, when: sometimes}", "when: \"sometimes\" is not one of always, trouble, new"),
        ("{name: ops, url: U, when: allways}", "hint: did you mean \"always\"?"),
        ("{name: ops, url: U, when: U}", "is not one of always"),
        ("{name: ops, url: U, lang: de}", "lang: \"de\" is not one of en, zh-TW, zh-CN"),
        (
            "{name: ops, url: \"ftp://x/hush\"}",
            ":5:24: url: not an address that begins with https:// or http://",
        ),
        ("{name: ops, url: \"https:/services\"}", ":5:24: url: not an address"),
        ("{name: ops, url: \"https://u:hush@h/x\"}", "with a user name or password"),
        ("{name: ops, url: \"https://h:hush/x\"}", ":5:24: url: "),
        ("{name: ops, url: \"https://h:99999/hush\"}", "without a usable port"),
        ("{name: \"a b\", url: U}", ":5:14: the name of a webhook may contain letters"),
        ("{name: U, url: U}", "the name of a webhook may contain letters"),
        ("U", ":5:7: "),
        ("{U: U}", "unknown key \"https://hooks.example.com/…\""),
        (
            "{name: ops, url: U}\n    - {name: ops, url: U}",
            ":6:7: a second webhook \"ops\": the first is on line 5",
        ),
    ] {
        let url = format!("\"https://hooks.example.com{SECRET}\"");
        let home = Home::with(&format!("    - {}\n", webhook.replace('U', &url)));
        let ran = home.run("--server http://127.0.0.1:1");
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{webhook}");
        assert!(ran.err.contains("config.yaml:") && ran.err.contains(told), "{webhook}\n{}\n{told}", ran.err);
    }
    let home = Home::with(&format!("      https://hooks.example.com{SECRET}\n"));
    assert!(home.run("-n a").err.contains(":5:7: expected a list"));
}

/// A message that should be signed, and is not, looks like any other.
#[test]
fn an_empty_secret_ends_the_program_and_names_its_file() {
    let chat = Chat::new(&[OK]);
    let home = Home::with(&format!(
        "    - {{name: json, type: json, url: \"{0}\", keyFrom: {{file: key}}}}\n\
         \x20   - {{name: pd, type: pagerduty, url: \"{0}\", keyFrom: {{env: KEY}}}}\n\
         \x20   - {{name: chat, urlFrom: {{file: key}}}}\n",
        chat.url(SECRET)
    ));
    let serve = |name: &str| {
        let serve = format!("serve --listen 127.0.0.1:0 --server http://127.0.0.1:1 --notify {name}");
        discreet(home.command(&serve).env("KEY", "").ran())
    };
    for text in ["", " \n\n"] {
        home.file("key", text);
        let check = home.run(&example("--notify chat"));
        for (name, ran) in [("json", serve("json")), ("chat", serve("chat")), ("chat", check)] {
            assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
            assert!(
                ran.err.starts_with("error: ") && ran.err.ends_with("/key: the file is empty\n"),
                "{ran:?}"
            );
            assert!(ran.err.contains(&format!(": webhook {name}: ")), "{ran:?}");
        }
    }
    let ran = serve("pd");
    assert!(ran.code == 2 && ran.err.contains("webhook pd: environment variable KEY is not set"), "{ran:?}");
    // A part of a key signs nothing that the recipient can verify.
    home.file("key", &"hush".repeat(300_000));
    let ran = serve("json");
    assert!(ran.code == 2 && ran.err.contains("/key: larger than 1 MiB, which is too large"), "{ran:?}");
    // With a key, the next thing that is missing is the cluster.
    home.file("key", "hush\n");
    let ran = serve("json");
    assert!(ran.code == 2 && ran.err.contains("127.0.0.1:1"), "{ran:?}");
}

#[test]
fn completion_does_not_reveal_addresses() {
    let chat = Chat::new(&[OK]);
    let home = Home::of(&chat, "");
    let ran = home.run("__complete --notify o");
    assert_eq!((ran.code, ran.out.as_str()), (0, "ops\n:4\n"));
}

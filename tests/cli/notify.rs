//! Notifications: which webhooks get which messages, and what happens if a webhook fails.

use crate::support::{Ran, Run, healthcheck, run};
mod profile;

use crate::webhook::{Answer, Chat, OK, certificate};
use crate::{LANGS, healthy_status, pod, project};
use serde_json::json;
use std::process::Command;
use tempfile::TempDir;

/// The secret part of each address.
const SECRET: &str = "/services/T0AB/B0CD/hush-hush?token=hush-too";

fn pigo() -> String {
    project("examples/pigo.json").display().to_string()
}

/// A home folder with a profile that defines these webhooks.
struct Home(TempDir);

impl Home {
    fn with(notify: &str) -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        let folder = home.0.path().join(".config/kubectl-healthcheck");
        std::fs::create_dir_all(&folder).unwrap();
        let config = format!("defaultProfile: p\nprofiles:\n  p:\n    notify:\n{notify}");
        std::fs::write(folder.join("config.yaml"), config).unwrap();
        home
    }

    /// Defines one webhook named `ops`.
    fn of(chat: &Chat, rest: &str) -> Self {
        Self::with(&format!("    - {{name: ops, url: \"{}\"{rest}}}\n", chat.url(SECRET)))
    }

    fn file(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join(".config/kubectl-healthcheck").join(name), text).unwrap();
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = healthcheck();
        command.env("HOME", self.0.path()).args(arguments.split_whitespace());
        command
    }

    fn run(&self, arguments: &str) -> Ran {
        discreet(self.command(arguments).ran())
    }
}

/// Checks that the output does not contain the secret.
fn discreet(ran: Ran) -> Ran {
    for secret in ["hush", "T0AB", "/services"] {
        assert!(!ran.out.contains(secret) && !ran.err.contains(secret), "{secret}: {ran:?}");
    }
    ran
}

/// Returns arguments for the example: exit code 1, one incident.
fn example(rest: &str) -> String {
    format!("-f {} {rest}", pigo())
}

fn healthy(home: &Home, arguments: &str) -> Ran {
    let input = json!({ "kind": "List", "items": [pod("fine", &healthy_status())] }).to_string();
    let arguments = format!("-f - --now 2025-12-26T10:00:00Z {arguments}");
    discreet(home.command(&arguments).fed(input.as_bytes()))
}

#[test]
fn sends_nothing_without_the_flag() {
    let chat = Chat::new(&[OK]);
    let home = Home::of(&chat, ", when: always");
    assert_eq!(home.run(&example("")).code, 1);
    assert!(chat.sent().is_empty());
    let ran = home.run(&example("--notify ops"));
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    assert_eq!(chat.sent().len(), 1);
    let sent = &chat.sent()[0];
    assert_eq!(sent.head.lines().next(), Some(format!("POST {SECRET} HTTP/1.1").as_str()));
    assert_eq!(sent.header("content-type"), Some("application/json"));
    assert!(sent.header("user-agent").unwrap().starts_with("kubectl-healthcheck/"));
    assert_eq!(sent.header("authorization"), None);
    // The report is the same as without notifications.
    assert_eq!(ran.out, home.run(&example("")).out);
    assert_eq!(chat.sent().len(), 1);
}

#[test]
fn the_environment_can_set_webhooks() {
    let chat = Chat::new(&[OK]);
    let home = Home::of(&chat, "");
    let ran = discreet(home.command(&example("")).env("HEALTHCHECK_NOTIFY", "ops").ran());
    assert_eq!((ran.code, chat.sent().len()), (1, 1), "{}", ran.err);
    let ran = discreet(home.command(&example("")).env("HEALTHCHECK_NOTIFY", "opps").ran());
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(
        ran.err.starts_with("error: HEALTHCHECK_NOTIFY: profile p has no webhook \"opps\""),
        "{}",
        ran.err
    );
    // Commands without a whole report do not notify.
    for arguments in ["nodes", "pod/pigo-cron"] {
        let ran = discreet(
            home.command(&format!("{arguments} -f {}", pigo())).env("HEALTHCHECK_NOTIFY", "opps").ran(),
        );
        assert!(!ran.err.contains("webhook"), "{}", ran.err);
    }
    assert_eq!(chat.sent().len(), 1);
}

#[test]
fn rejects_unknown_webhooks_before_the_run() {
    let chat = Chat::new(&[OK]);
    let home = Home::of(&chat, "");
    // The address of the server must not be reachable.
    for (flags, line, hint) in [
        ("--notify opps", "error: --notify: profile p has no webhook \"opps\"", "did you mean \"ops\"?"),
        ("--notify ops,sec", "error: --notify: profile p has no webhook \"sec\"", "known: ops"),
        ("--notify=", "error: --notify: profile p has no webhook \"\"", ""),
        ("nodes --notify ops", "error: --notify cannot be used here", "nodes"),
        ("pod/web --notify ops", "error: --notify cannot be used here", "one object"),
        ("snapshot -o x.json --notify ops", "error: unknown flag: --notify", ""),
    ] {
        let ran = home.run(&format!("{flags} --server http://127.0.0.1:1"));
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{flags}");
        assert!(ran.err.starts_with(line) && ran.err.contains(hint), "{}", ran.err);
    }
    let ran = run(&example("--notify ops"));
    assert_eq!(ran.code, 2);
    assert!(ran.err.starts_with("error: --notify: this run has no profile"), "{}", ran.err);
    assert!(chat.sent().is_empty());
}

#[test]
fn sends_problems_and_health_only_on_request() {
    let chat = Chat::new(&[OK]);
    let home = Home::of(&chat, "");
    let ran = healthy(&home, "--notify ops");
    assert_eq!((ran.code, chat.sent().len()), (0, 0), "{}", ran.err);
    home.run(&example("--notify ops"));
    assert_eq!(chat.sent().len(), 1);
    let home = Home::of(&chat, ", when: always");
    assert_eq!(healthy(&home, "--notify ops").code, 0);
    assert_eq!(chat.sent()[1].text(), "🟢 *Healthy* · demo\n✅ 1/1 Running\nkubectl-healthcheck 0.1.0");
}

#[test]
fn sends_new_findings_once() {
    let chat = Chat::new(&[OK]);
    let home = Home::of(&chat, ", when: new");
    let ran = home.run(&example("--notify ops"));
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("needs an earlier run\nhint: use --baseline FILE or --history"), "{}", ran.err);
    let history = home.0.path().join("history").display().to_string();
    let now = |items: &[serde_json::Value], at: &str| {
        let input = json!({ "kind": "List", "items": items }).to_string();
        let arguments = format!("-f - --now {at} --notify ops --history {history}");
        let ran = discreet(home.command(&arguments).fed(input.as_bytes()));
        assert_eq!(ran.err, "");
    };
    let broken = pod(
        "web",
        &json!({ "phase": "Pending", "containerStatuses": [{ "name": "app", "ready": false,
        "image": "app:1", "state": { "waiting": { "reason": "ImagePullBackOff", "message": "back-off" } } }] }),
    );
    let fine = pod("fine", &healthy_status());
    now(std::slice::from_ref(&fine), "2025-12-26T10:00:00Z");
    assert_eq!(chat.sent().len(), 0, "there is nothing to compare with");
    now(&[fine.clone(), broken.clone()], "2025-12-27T10:00:00Z");
    assert_eq!(chat.sent().len(), 1);
    assert!(chat.sent()[0].text().contains("1 new"), "{}", chat.sent()[0].text());
    now(&[fine, broken], "2025-12-28T10:00:00Z");
    assert_eq!(chat.sent().len(), 1, "the finding is known");
}

#[test]
fn each_webhook_has_its_language() {
    let chat = Chat::new(&[OK]);
    let webhooks: Vec<String> = LANGS
        .iter()
        .map(|lang| {
            format!("    - {{name: {lang}, url: \"{}\", lang: {lang}}}\n", chat.url(&format!("/{lang}")))
        })
        .collect();
    let home = Home::with(&webhooks.concat());
    // Separated by commas and repeated; duplicates count once.
    assert_eq!(home.run(&example("--notify en,zh-TW --notify zh-CN,en --lang zh-TW")).code, 1);
    let mut sent = chat.sent();
    sent.sort_by(|a, b| a.head.cmp(&b.head));
    assert_eq!(sent.len(), 3);
    let all: Vec<&str> = sent.iter().map(crate::webhook::Sent::text).collect();
    let docs = std::fs::read_to_string(project("docs/chat.md")).unwrap();
    assert!(docs.contains(&format!("```text\n{}\n```", all[0])), "docs/chat.md shows another message");
    insta::assert_snapshot!(all.join("\n\n"));
}

#[test]
fn reports_failed_deliveries() {
    let too_long = "retry-after: 3600\r\n";
    for (answers, tries, why) in [
        (vec![Answer::Http(404, "", "")], 1, "HTTP 404"),
        (vec![Answer::Http(404, "", "no_service")], 1, "HTTP 404: no_service"),
        (vec![Answer::Http(403, "", "hush")], 1, "HTTP 403"),
        (vec![Answer::Http(400, "", "no such thing as /services/T0AB/B0CD/hush-hush")], 1, "HTTP 400"),
        (vec![Answer::Http(500, "", "<html>")], 2, "HTTP 500"),
        (
            vec![Answer::Http(302, "location: /elsewhere\r\n", ""), OK],
            1,
            "HTTP 302: redirects are not followed",
        ),
        (vec![Answer::Http(307, "location: http://127.0.0.1:1/\r\n", ""), OK], 1, "HTTP 307: redirects are"),
        (vec![Answer::Http(429, too_long, ""), OK], 1, "HTTP 429: the server asks to wait 3600 s"),
        (vec![Answer::Http(429, "retry-after: 1\r\n", ""), Answer::Http(429, "", "")], 2, "HTTP 429"),
        (vec![Answer::Garbage], 1, ""),
        (vec![Answer::Close, OK], 1, ""),
    ] {
        let chat = Chat::new(&answers);
        let ran = healthy(&Home::of(&chat, ", when: always"), "--notify ops -v");
        assert_eq!(ran.code, 2, "{answers:?}");
        assert!(ran.out.starts_with("🟢 Healthy"), "the report is shown: {}", ran.out);
        let line = ran.err.lines().last().unwrap_or_default();
        let told = format!("could not notify ops ({}): {why}", chat.shown());
        assert!(
            line.starts_with(&told) && (!why.starts_with("HTTP") || line.starts_with(&told)),
            "{line}\n{told}"
        );
        assert_eq!(chat.sent().len(), tries, "{answers:?}");
    }
}

#[test]
fn retries_deliveries() {
    for first in [
        Answer::Http(500, "", ""),
        Answer::Http(503, "retry-after: 1\r\n", ""),
        Answer::Http(429, "retry-after: 1\r\n", ""),
    ] {
        let chat = Chat::new(&[first, Answer::Http(204, "", "")]);
        let ran = healthy(&Home::of(&chat, ", when: always"), "--notify ops");
        assert_eq!((ran.code, ran.err.as_str(), chat.sent().len()), (0, "", 2), "{first:?}");
    }
}

#[test]
fn limits_the_wait_for_a_webhook_and_does_not_send_twice() {
    let chat = Chat::new(&[Answer::Never]);
    let ran = healthy(&Home::of(&chat, ", when: always"), "--notify ops");
    assert_eq!(ran.err, format!("could not notify ops ({}): no answer within 10 s\n", chat.shown()));
    assert_eq!((ran.code, chat.sent().len()), (2, 1));
}

#[test]
fn a_webhook_that_closes_the_connection_gets_the_message_once() {
    let chat = Chat::new(&[Answer::Close]);
    let ran = healthy(&Home::of(&chat, ", when: always"), "--notify ops");
    assert_eq!((ran.code, chat.sent().len()), (2, 1), "{ran:?}");
}

#[test]
fn a_failing_webhook_changes_neither_the_exit_code_nor_other_webhooks() {
    let (gone, good) = (Chat::new(&[Answer::Http(410, "", "")]), Chat::new(&[OK]));
    let home = Home::with(&format!(
        "    - {{name: gone, url: \"{}\"}}\n    - {{name: good, url: \"{}\"}}\n    - {{name: closed, url: \"http://127.0.0.1:1{SECRET}\"}}\n",
        gone.url(SECRET),
        good.url(SECRET)
    ));
    let ran = home.run(&example("--notify closed,good,gone"));
    let told = format!(
        "could not notify gone ({}): HTTP 410\ncould not notify closed (http://127.0.0.1:1/…): the connection was refused\n",
        gone.shown()
    );
    assert_eq!((ran.code, ran.err), (1, told));
    assert_eq!(good.sent().len(), 1);
}

#[test]
fn rejects_untrusted_certificates() {
    let chat = Chat::encrypted(&[OK]);
    let home = Home::of(&chat, "");
    let empty = home.0.path().join("empty.pem");
    std::fs::write(&empty, "").unwrap();
    let ran = home.run(&example("--notify ops"));
    assert_eq!((ran.code, chat.sent().len()), (1, 0));
    assert!(ran.err.starts_with(&format!("could not notify ops ({}): ", chat.shown())), "{}", ran.err);
    assert!(ran.err.contains("certificate"), "{}", ran.err);
    // The same chat, trusted by the machine. Only Linux reads trusted certificates from a variable.
    if cfg!(target_os = "linux") {
        let trusted = home.command(&example("--notify ops")).env("SSL_CERT_FILE", certificate()).ran();
        assert_eq!((trusted.code, trusted.err.as_str(), chat.sent().len()), (1, "", 1));
        // A machine without trusted certificates can use a webhook without TLS.
        let plain = Chat::new(&[OK]);
        let home = Home::of(&plain, "");
        let ran = discreet(home.command(&example("--notify ops")).env("SSL_CERT_FILE", &empty).ran());
        assert_eq!((ran.code, ran.err.as_str(), plain.sent().len()), (1, "", 1));
    }
}

#[test]
fn sends_failed_runs() {
    let chat = Chat::new(&[OK]);
    let home = Home::of(&chat, "");
    let ran = home.run("--notify ops --server http://127.0.0.1:1");
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    let text = chat.sent()[0].text().to_owned();
    assert!(text.starts_with("⚪ *Incomplete*\nNot checked: the cluster (failed: "), "{text}");
    assert!(text.contains("127.0.0.1:1 was refused"), "{text}");
    let ran = home.run("--notify ops -f /nonexistent.json");
    assert_eq!((ran.code, chat.sent().len()), (2, 2), "{}", ran.err);
}

#[test]
fn sends_one_message_for_several_clusters() {
    const FORBIDDEN: &str =
        "{\"kind\":\"Status\",\"code\":403,\"reason\":\"Forbidden\",\"message\":\"pods is forbidden\"}";
    const PODS: &str = "{\"kind\":\"PodList\",\"items\":[{\"metadata\":{\"name\":\"web\",\"namespace\":\"shop\"},\
                        \"spec\":{\"containers\":[{\"name\":\"app\"}]},\"status\":{\"phase\":\"Running\",\
                        \"containerStatuses\":[{\"name\":\"app\",\"ready\":true,\"state\":{\"running\":{}}}]}}]}";
    const JSON: &str = "content-type: application/json\r\n";
    let chat = Chat::new(&[OK]);
    let home = Home::of(&chat, "");
    let cluster = |name: &str, url: &str| json!({ "name": name, "cluster": { "server": url } });
    let context = |name: &str| json!({ "name": name, "context": { "cluster": name, "namespace": "shop" } });
    let path = home.0.path().join(".config/kubectl-healthcheck/kubeconfig").display().to_string();
    let both = |answer: fn(&str) -> Answer, arguments: &str| {
        let server = Chat::by_path(answer);
        let kubeconfig = json!({
            "apiVersion": "v1", "kind": "Config",
            "clusters": [cluster("near", &server.url("")), cluster("far", "http://127.0.0.1:1")],
            "contexts": [context("near"), context("far")],
        });
        home.file("kubeconfig", &kubeconfig.to_string());
        let before = chat.sent().len();
        let ran = home.run(&format!("--kubeconfig {path} --all-contexts --notify ops {arguments}"));
        assert_eq!(chat.sent().len(), before + 1, "{}", ran.err);
        (ran.code, chat.sent()[before].text().to_owned())
    };
    for format in ["table", "json"] {
        let greeted = |line: &str| match line {
            _ if line.starts_with("GET /version") => Answer::Http(200, JSON, "{\"gitVersion\":\"v1.36.3\"}"),
            _ if line.starts_with("GET /api/v1/namespaces/shop/pods?") => Answer::Http(200, JSON, PODS),
            _ => Answer::Http(403, JSON, FORBIDDEN),
        };
        let (code, text) = both(greeted, &format!("-o {format}"));
        assert!(code == 3 && text.starts_with("⚪ *Incomplete* · 2 clusters\n"), "{code} {text}");
        assert!(text.contains("\n⚪ *near* · shop · ✅ 1/1 Running\n"), "{text}");
        assert!(text.contains("\nfar · Not checked: the cluster (failed: "), "{text}");
        assert!(
            text.contains("\nnear · Not checked: deployments,")
                && text.contains(" other kinds in shop (forbidden)\n"),
            "{text}"
        );
    }
    // Neither cluster was read: there is a message and no report.
    let (code, text) = both(|_| Answer::Http(403, JSON, FORBIDDEN), "");
    assert!(code == 2 && text.contains("\nnear · Not checked: the cluster (forbidden)\n"), "{code} {text}");
}

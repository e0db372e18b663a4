//! Servers that attack.

use super::*;
use crate::support::scripted::{Call, Reply, Scripted};
use std::path::Path;

/// Answers the paths of an API server with one healthy pod, unless the rule answers.
pub(super) fn api(rule: impl Fn(&str, &Call) -> Option<Reply> + Send + Sync + 'static) -> Scripted {
    Scripted::start(move |call| {
        let target = call.head.split(' ').nth(1).unwrap_or_default();
        let path = target.split('?').next().unwrap_or_default();
        if let Some(reply) = rule(path, call) {
            return reply;
        }
        let json = |value: Value| Reply::ok("application/json", value.to_string());
        match path {
            "/version" => json(json!({ "gitVersion": "v1.36.0" })),
            "/api/v1/pods" => json(json!({
                "kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": [pod("web-0", &healthy_status())],
            })),
            _ => Reply::Answer("HTTP/1.1 403 Forbidden\r\n".to_owned(), String::new()),
        }
    })
}

pub(super) fn config(folder: &Path, servers: &[&Scripted]) {
    let mut lines = vec!["current-context: c0".to_owned(), "users: [{name: u, user: {}}]".to_owned()];
    lines.push("clusters:".to_owned());
    lines.extend(servers.iter().enumerate().map(|(index, server)| {
        format!("- {{name: k{index}, cluster: {{server: 'http://{}'}}}}", server.address)
    }));
    lines.push("contexts:".to_owned());
    let context = |index| format!("- {{name: c{index}, context: {{cluster: k{index}, user: u}}}}");
    lines.extend((0..servers.len()).map(context));
    std::fs::write(folder.join("config"), lines.join("\n")).unwrap();
}

/// Checks a server whose answers a rule makes.
fn server(what: &str, rule: impl Fn(&str, &Call) -> Option<Reply> + Send + Sync + 'static) -> Attacked {
    let (server, folder) = (api(rule), tempfile::tempdir().unwrap());
    config(folder.path(), &[&server]);
    let mut command = healthcheck();
    command.args(["-A", "-o", "json", "--page-timeout", "5s", "--kubeconfig"]);
    attack(what, command.arg(folder.path().join("config")))
}

/// Answers the list of pods only.
fn pods(
    reply: impl Fn(&Call) -> Reply + Send + Sync + 'static,
) -> impl Fn(&str, &Call) -> Option<Reply> + Send + Sync {
    move |path, call| (path == "/api/v1/pods").then(|| reply(call))
}

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n";

const PROTOBUF: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.kubernetes.protobuf\r\nConnection: close\r\n\r\n";

/// A field of a protobuf message with a length that may be a lie.
fn field(tag: u8, length: u64) -> Vec<u8> {
    let (mut bytes, mut left) = (vec![tag << 3 | 2], length);
    while left > 0x7f {
        bytes.push(u8::try_from(left & 0x7f).unwrap() | 0x80);
        left >>= 7;
    }
    bytes.push(u8::try_from(left).unwrap());
    bytes
}

/// The beginning of a list of pods of many bytes in protobuf.
fn list_of(length: u64) -> Vec<u8> {
    let kind = [&field(2, 7)[..], b"PodList"].concat();
    let head = [&b"k8s\0"[..], &field(1, kind.len() as u64), &kind].concat();
    // An empty `ListMeta`.
    [head, field(2, length + 2), vec![1 << 3 | 2, 0]].concat()
}

#[test]
fn answers_that_need_too_much_memory_are_not_read() {
    let endless = |text: &'static str, begin: &'static str| {
        pods(move |_| {
            Reply::bytes(move |out| {
                out.write_all(format!("{HEAD}{begin}").as_bytes())?;
                let block = text.repeat(10_000);
                loop {
                    out.write_all(block.as_bytes())?;
                }
            })
        })
    };
    let list = "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"items\":[";
    for (what, text) in [("an endless list of empty objects", "{},"), ("an endless white space", " ")] {
        let ran = server(what, endless(text, list));
        assert_eq!(ran.code, 2, "{what}: {ran:?}");
        assert!(ran.err.contains("48 MiB") || ran.err.contains("--max-memory"), "{what}: {ran:?}");
    }
    let ran = server("a JSON page of empty objects below its limit", {
        pods(move |_| Reply::ok("application/json", format!("{list}{}{{}}]}}", "{},".repeat(15_000_000))))
    });
    assert_ne!(ran.code, 0, "{ran:?}");
    let ran = server("an object of 1 TiB in protobuf", {
        pods(|_| {
            Reply::bytes(|out| {
                out.write_all(PROTOBUF.as_bytes())?;
                out.write_all(&list_of(1 << 41))?;
                out.write_all(&field(2, 1 << 40))?;
                loop {
                    out.write_all(&[0; 1 << 12])?;
                }
            })
        })
    });
    assert_eq!((ran.code, ran.err.contains("an object of 1099511627776 bytes")), (2, true), "{ran:?}");
    let ran = server("a pod of 4 million empty containers in protobuf", {
        pods(|_| {
            Reply::bytes(|out| {
                let statuses = [8 << 3 | 2, 0].repeat(4_000_000);
                let object = [field(3, statuses.len() as u64), statuses].concat();
                let item = [field(2, object.len() as u64), object].concat();
                out.write_all(&[PROTOBUF.as_bytes(), &list_of(item.len() as u64), &item].concat())
            })
        })
    });
    let gap = ("Pod".to_owned(), "1 object needs more than 16 MiB of memory".to_owned());
    assert!(ran.code == 3 && ran.gaps().contains(&gap), "{ran:?}");
}

#[test]
fn a_list_of_any_number_of_failing_pods_ends_as_a_gap() {
    let message = "x".repeat(2_000);
    let page = move |call: &Call| {
        let token = call.head.split("continue=").nth(1).and_then(|rest| rest.split(['&', ' ']).next());
        let token: u64 = token.and_then(|token| token.parse().ok()).unwrap_or(0);
        let waiting = json!({ "reason": "CreateContainerError", "message": message });
        let containers = json!([{ "name": "app", "state": { "waiting": waiting } }]);
        let status = json!({ "phase": "Pending", "containerStatuses": containers });
        let items: Vec<Value> =
            (0..500).map(|number| pod(&format!("web-{token}-{number}"), &status)).collect();
        Reply::ok(
            "application/json",
            json!({
                "kind": "PodList", "apiVersion": "v1", "metadata": { "continue": (token + 1).to_string() }, "items": items,
            })
            .to_string(),
        )
    };
    let ran = server("pages without end of failing pods with long messages", pods(page));
    assert_eq!(ran.code, 1, "{}", ran.err);
    let gaps = ran.gaps();
    let pods: Vec<&String> = gaps.iter().filter(|(kind, _)| kind == "Pod").map(|(_, why)| why).collect();
    assert_eq!(pods, ["no room for more within 128 MiB of memory (--max-memory)"], "{gaps:?}");
}

#[test]
fn a_pod_with_many_parts_is_reported() {
    let status = |conditions: usize, containers: usize| {
        let conditions: Vec<Value> = (0..conditions)
            .map(|number| json!({ "type": format!("example.com/{number}"), "status": "False", "reason": "No" }))
            .collect();
        let waiting = json!({ "waiting": { "reason": "ImagePullBackOff", "message": "no such image" } });
        let containers: Vec<Value> =
            (0..containers).map(|number| json!({ "name": format!("c{number}"), "state": waiting })).collect();
        json!({ "phase": "Pending", "conditions": conditions, "containerStatuses": containers })
    };
    for (what, conditions, containers) in [
        ("10,000 conditions", 10_000, 1),
        ("100,000 conditions", 100_000, 1),
        ("10,000 containers", 0, 10_000),
    ] {
        let list = json!({
            "kind": "PodList", "apiVersion": "v1", "metadata": {},
            "items": [pod("web-0", &status(conditions, containers))],
        });
        let ran = server(what, pods(move |_| Reply::ok("application/json", list.to_string())));
        // What cannot be read is an error or a gap, and never a healthy report.
        assert!([1, 2, 3].contains(&ran.code), "{what}: {}", ran.err);
    }
}

/// Writes an answer.
type Answer = fn(&mut dyn Write) -> std::io::Result<()>;

#[test]
fn answers_that_lie_about_their_length_or_never_end_cost_a_deadline() {
    let cases: [(&str, Answer); 5] = [
        ("one byte a second", |out| {
            out.write_all(HEAD.as_bytes())?;
            loop {
                out.write_all(b" ")?;
                out.flush()?;
                std::thread::sleep(Duration::from_secs(1));
            }
        }),
        ("headers without end", |out| {
            out.write_all(b"HTTP/1.1 200 OK\r\n")?;
            for number in 0.. {
                out.write_all(format!("X-{number}: {}\r\n", "a".repeat(1000)).as_bytes())?;
            }
            Ok(())
        }),
        ("a length that is too large", |out| {
            out.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n{\"kind\":\"PodList\",\"items\":[]}")
        }),
        ("a length that is too small", |out| {
            out.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"kind\":\"PodList\",\"items\":[]}")
        }),
        ("deep nesting", |out| {
            out.write_all(HEAD.as_bytes())?;
            out.write_all("[".repeat(10_000_000).as_bytes())
        }),
    ];
    for (what, write) in cases {
        let ran = server(what, pods(move |_| Reply::bytes(write)));
        assert_eq!(ran.code, 2, "{what}: {ran:?}");
    }
}

#[test]
fn a_hostile_cluster_leaves_the_reports_of_the_others() {
    let hostile = api(pods(|_| {
        Reply::bytes(|out| {
            out.write_all(format!("{HEAD}{{\"kind\":\"PodList\",\"items\":[").as_bytes())?;
            loop {
                out.write_all("{},".repeat(10_000).as_bytes())?;
            }
        })
    }));
    let (good, folder) = (api(|_, _| None), tempfile::tempdir().unwrap());
    config(folder.path(), &[&hostile, &good]);
    let mut command = healthcheck();
    command.args(["-A", "-o", "json", "--all-contexts", "--page-timeout", "5s", "--kubeconfig"]);
    let ran = attack("a fleet with a hostile cluster", command.arg(folder.path().join("config")));
    let report = ran.json();
    assert_eq!(report["totals"]["pods"], 1, "{report}");
}

/// A server that sends headers is not one that answers.
#[test]
fn headers_without_a_body_do_not_extend_the_silence() {
    let silent = api(|path, _| {
        let answer = Reply::bytes(|out| {
            out.write_all(HEAD.as_bytes())?;
            out.flush()?;
            std::thread::sleep(Duration::from_secs(60));
            Ok(())
        });
        (path != "/version").then_some(answer)
    });
    let folder = tempfile::tempdir().unwrap();
    config(folder.path(), &[&silent]);
    let mut command = healthcheck();
    command.args(["-A", "-o", "json", "--page-timeout", "2s", "--kubeconfig"]);
    let began = Instant::now();
    let ran = attack("headers without a body", command.arg(folder.path().join("config")));
    assert_eq!(ran.code, 2, "{ran:?}");
    // One and a half page timeouts, and not six for each list.
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
}

/// A token that has expired, so that the client asks the login server for another.
const EXPIRED: &str = "eyJhbGciOiJub25lIn0.eyJleHAiOjF9.eA";

/// The client library reads the answers of a login server as a whole.
#[test]
fn an_answer_of_a_login_server_without_end_is_an_error() {
    let login = Scripted::encrypted(|_| {
        Reply::bytes(|out| {
            out.write_all(HEAD.as_bytes())?;
            let space = " ".repeat(1 << 16);
            loop {
                out.write_all(space.as_bytes())?;
            }
        })
    });
    let (server, folder) = (api(|_, _| None), tempfile::tempdir().unwrap());
    config(folder.path(), &[&server]);
    let path = folder.path().join("config");
    let user = format!(
        "{{auth-provider: {{name: oidc, config: {{idp-issuer-url: 'https://{}', id-token: {EXPIRED}, client-id: a, client-secret: b, \
         refresh-token: c}}}}}}",
        login.address
    );
    let text = std::fs::read_to_string(&path).unwrap().replace("user: {}", &format!("user: {user}"));
    std::fs::write(&path, text).unwrap();
    let mut command = healthcheck();
    command.env("SSL_CERT_FILE", crate::project("tests/fixtures/webhook.pem"));
    let ran = attack("a login without end", command.args(["-A", "--kubeconfig"]).arg(path));
    let limit = "no room for more within 128 MiB of memory (--max-memory)";
    assert_eq!((ran.code, ran.err.contains(limit)), (2, true), "{ran:?}");
}

//! Credentials of the connection: passwords in addresses, and credential plugins.

use crate::compare::{DAYS, capture};
use crate::pod;
use crate::support::scripted::{Call, Reply, Scripted};
use crate::support::{Ran, Run, healthcheck};
use serde_json::json;
use std::path::Path;
use std::process::Command;

/// The password in each place.
const MARK: &str = "Hush7";

/// Answers as an API server with one failing pod.
fn api(call: &Call) -> Reply {
    let path = call.head.split(' ').nth(1).unwrap_or_default();
    let path = path.split('?').next().unwrap_or_default();
    let json = |value: serde_json::Value| Reply::ok("application/json", value.to_string());
    let list = |kind: &str, items: &[serde_json::Value]| {
        json(json!({ "kind": format!("{kind}List"), "apiVersion": "v1", "metadata": {}, "items": items }))
    };
    match path {
        "/version" => json(json!({ "gitVersion": "v1.36.0" })),
        "/api/v1/namespaces/demo/pods" => {
            let state = json!({ "waiting": { "reason": "CrashLoopBackOff" } });
            let container = json!({ "name": "app", "restartCount": 9, "state": state });
            list("Pod", &[pod("web-0", &json!({ "phase": "Running", "containerStatuses": [container] }))])
        }
        _ => Reply::Answer("HTTP/1.1 404 Not Found\r\n".to_owned(), "404 page not found".to_owned()),
    }
}

/// Writes a kubeconfig with one context: the fields of its cluster and its user.
fn kubeconfig(folder: &Path, cluster: &str, user: &str) {
    let text = format!(
        "current-context: here\ncontexts: [{{name: here, context: {{cluster: c, user: u, namespace: demo}}}}]\n\
         clusters: [{{name: c, cluster: {{{cluster}}}}}]\nusers: [{{name: u, user: {user}}}]\n"
    );
    std::fs::write(folder.join("config"), text).unwrap();
}

fn command(folder: &Path, arguments: &str) -> Command {
    let mut command = healthcheck();
    command.current_dir(folder).env("KUBECONFIG", folder.join("config"));
    command.args(arguments.split_whitespace());
    command
}

fn is_hidden(what: &str, ran: &Ran) {
    for text in [&ran.out, &ran.err] {
        assert!(!text.contains(MARK), "{what}: {ran:?}");
    }
}

/// Whether no file of a folder except the kubeconfig contains the password.
fn files_are_clean(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            files_are_clean(&entry.path());
        } else if entry.file_name() != "config" {
            let bytes = std::fs::read(entry.path()).unwrap();
            let plain = zstd::decode_all(bytes.as_slice()).unwrap_or(bytes);
            assert!(!String::from_utf8_lossy(&plain).contains(MARK), "{}", entry.path().display());
        }
    }
}

/// Every place in which an address is kept or shown, with a password in the address of the server.
#[test]
fn the_password_of_a_server_is_kept_and_shown_nowhere() {
    let (server, folder) = (Scripted::start(api), tempfile::tempdir().unwrap());
    let folder = folder.path();
    kubeconfig(folder, &format!("server: 'http://ops:{MARK}@{}'", server.address), "{}");
    let shown = format!("http://{}", server.address);
    for (arguments, has_server) in [
        ("-o table --all -v", true),
        ("-o table --all -v --log-format json", true),
        ("-o wide --all", false),
        ("-o markdown --all", false),
        ("-o json", true),
        ("-o yaml", true),
        ("-o name", false),
        ("--history records -o json", true),
        ("--history records -o json", true),
        ("snapshot -o capture.json", false),
        ("pod/web-0 -o json", false),
        ("pod/web-0", false),
        ("nodes", false),
        ("rightsize -o json", false),
        ("rightsize -o patch", false),
        ("-f capture.json -o json", true),
        ("diff capture.json capture.json -o json", true),
        ("--baseline capture.json -o json", true),
        ("profile show", false),
        ("profile init new --config new.yaml", false),
    ] {
        let ran = command(folder, arguments).ran();
        is_hidden(arguments, &ran);
        let all = ran.out + &ran.err;
        assert!(!has_server || all.contains(&shown), "{arguments}: {all}");
    }
    // A login that a flag gives is left out of suggested commands, too.
    let flag = format!("-o json --all --server http://ops:{MARK}@{}", server.address);
    let ran = command(folder, &flag).ran();
    is_hidden("--server", &ran);
    assert!(ran.out.contains(&format!("--server {shown}")) || ran.out.contains(&shown), "{ran:?}");
    files_are_clean(folder);
}

/// Errors do not repeat an address that may contain a password.
#[test]
fn the_password_of_an_address_is_in_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let closed = "127.0.0.1:1";
    for cluster in [
        format!("server: 'http://ops:{MARK}@{closed}'"),
        format!("server: 'ops:{MARK}@{closed}'"),
        format!("server: 'https://ops:{MARK}@host:99999'"),
        format!("server: 'https://ops:{MARK}/x@host'"),
        format!("server: 'ftp://ops:{MARK}@host'"),
        format!("server: 'https://ops:{MARK} @host'"),
        format!("server: 'https://ops:{MARK}@'"),
        format!("server: 'https://host', proxy-url: 'http://ops:{MARK}@{closed}'"),
        format!("server: 'https://host', proxy-url: 'socks5://ops:{MARK}@{closed}'"),
        format!("server: 'https://host', proxy-url: 'ftp://ops:{MARK}@{closed}'"),
        format!("server: 'https://host', proxy-url: 'http://ops:{MARK}@host:x'"),
        format!("server: 'https://host', proxy-url: 'ops:{MARK}@host'"),
        format!("server: 'https://host', proxy-url: 'http://ops:{MARK} @host'"),
    ] {
        kubeconfig(folder, &cluster, "{}");
        let ran = command(folder, "-v -o json --timeout 2s").ran();
        is_hidden(&cluster, &ran);
        assert!(ran.code != 0 && !ran.err.contains("panicked"), "{cluster}: {ran:?}");
    }
    kubeconfig(folder, "server: 'https://host.invalid'", "{}");
    for proxy in
        ["http://ops:PW@127.0.0.1:1", "socks5://ops:PW@127.0.0.1:1", "ftp://ops:PW@h", "http://ops:PW @h"]
    {
        let proxy = proxy.replace("PW", MARK);
        let ran = command(folder, "-v --timeout 2s").env("HTTPS_PROXY", &proxy).ran();
        is_hidden(&proxy, &ran);
    }
    for url in ["http://ops:PW@127.0.0.1:1", "ops:PW@prom", "http://ops:PW@h:x", "http://h/?token=PW"] {
        let url = url.replace("PW", MARK);
        for arguments in ["--timeout 2s -o json", "profile show", "profile init new --config -"] {
            let ran = healthcheck().args(arguments.split_whitespace()).args(["--prometheus-url", &url]).ran();
            is_hidden(&url, &ran);
        }
        let ran = healthcheck().args(["profile", "show"]).env("HEALTHCHECK_PROMETHEUS_URL", &url).ran();
        is_hidden(&url, &ran);
    }
}

/// A file of an earlier version may contain the login.
#[test]
fn the_password_in_an_earlier_file_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let failing = pod("web-0", &json!({ "phase": "Failed", "reason": "Evicted" }));
    for (name, host) in [("old", "one"), ("new", "two")] {
        let text = capture(DAYS[0], &["demo"], std::slice::from_ref(&failing));
        let text = text.replace("https://tp-hkidc.example", &format!("https://ops:{MARK}@{host}.example"));
        std::fs::write(folder.join(format!("{name}.json")), text.replace("tp-hkidc", host)).unwrap();
    }
    for arguments in [
        "-f old.json -o json",
        "-f old.json --all",
        "-f old.json -o markdown",
        "-f new.json --baseline old.json",
        "-f new.json --baseline old.json -o json",
        "diff old.json new.json",
        "diff old.json new.json -o json",
        "-f old.json --history records -o name",
        "rightsize -f old.json -o patch",
    ] {
        is_hidden(arguments, &command(folder, arguments).ran());
    }
    files_are_clean(&folder.join("records"));
}

#[cfg(unix)]
#[test]
fn the_words_of_a_plugin_are_shown_at_once() {
    use std::io::Read;
    use std::process::Stdio;

    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let script = "printf 'To sign in, open https://example.com/device and enter \\\\033[2JAB12\\\\n' >&2; \
                  while ! test -e go; do sleep 0.1; done; exit 3";
    let exec = format!(
        "{{exec: {{apiVersion: client.authentication.k8s.io/v1, command: sh, interactiveMode: Never, \
         args: [-c, \"{script}\"]}}}}"
    );
    kubeconfig(folder, "server: 'https://host.invalid'", &exec);
    let mut child = command(folder, "-o json").stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let (mut heard, mut byte) = (Vec::new(), [0]);
    let mut stderr = child.stderr.take().unwrap();
    while !heard.ends_with(b"\n") && stderr.read(&mut byte).unwrap() == 1 {
        heard.push(byte[0]);
    }
    let heard = String::from_utf8(heard).unwrap();
    assert_eq!(heard, "To sign in, open https://example.com/device and enter \u{fffd}[2JAB12\n");
    assert!(child.try_wait().unwrap().is_none(), "the plugin waits for the login");
    std::fs::write(folder.join("go"), "").unwrap();
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("executable sh failed with exit code 3"), "{rest}");
    assert_eq!(child.wait().unwrap().code(), Some(2));
}

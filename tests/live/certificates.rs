//! Certificates in Secrets of a real server: requests, findings, and no private key in any output.

use crate::support::certificates::{Authority, self_signed};
use crate::support::faults::{Fault, Faults};
use crate::support::lab::LAB;
use crate::support::{Ran, Run, healthcheck};
use crate::{NOW, healthy, namespace, uid};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// A key that must not appear in any answer, report, log or capture.
const KEY: &str = "-----BEGIN PRIVATE KEY-----\nQ0FOQVJZ\n-----END PRIVATE KEY-----\n";

const DAY: i64 = 86_400;

fn meta(space: &str, name: &str) -> Value {
    json!({
        "name": name, "namespace": space, "uid": uid(space, name), "creationTimestamp": "2025-01-01T00:00:00Z",
    })
}

fn secret(space: &str, name: &str, certificate: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": meta(space, name), "type": "kubernetes.io/tls",
        "data": { "tls.key": STANDARD.encode(KEY), "tls.crt": STANDARD.encode(certificate) },
    })
}

/// An Ingress that serves the certificate of a Secret.
fn ingress(space: &str, name: &str, secret: &str, host: &str) -> Value {
    json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": meta(space, name),
        "spec": {
            "tls": [{ "hosts": [host], "secretName": secret }],
            "defaultBackend": { "resource": { "apiGroup": "example.com", "kind": "Bucket", "name": "static" } },
        },
    })
}

/// Returns a validity, in days from now.
pub fn life(from: i64, until: i64) -> (u64, u64) {
    let at = |days: i64| u64::try_from(NOW.as_second() + days * DAY + DAY / 2).unwrap();
    (at(from), at(until))
}

/// A Secret of an Ingress, and the expected check and severity.
type Case = (&'static str, String, &'static str, &'static str);

fn cases() -> Vec<Case> {
    let root = Authority::root("House");
    let middle = root.below("Middle", None);
    let dying = root.below("Dying", Some(life(-300, 3)));
    let host = &["www.example.com"][..];
    let expiring = "certificate-expiring";
    vec![
        ("good", root.private(host, life(-10, 80)), "", ""),
        ("wild", root.private(&["*.example.com"], life(-10, 80)), "", ""),
        ("own", self_signed(host, life(-10, 80)), "", ""),
        ("whole", middle.public(host, life(-10, 80)) + &middle.pem, "", ""),
        ("noisy", format!("Bag Attributes\n{}\nend", root.private(host, life(-10, 80))), "", ""),
        ("hundred", root.private(host, life(-10, 80)) + &root.pem.repeat(99), "", ""),
        ("short", root.private(host, life(-1, 0)), "", ""),
        ("twenty", root.private(host, life(-70, 20)), expiring, "medium"),
        ("five", root.private(host, life(-85, 5)), expiring, "high"),
        ("over", root.private(&["other.example.com"], life(-85, -3)), expiring, "high"),
        ("early", root.private(host, life(3, 80)), expiring, "high"),
        ("above", dying.public(host, life(-10, 80)) + &dying.pem, expiring, "high"),
        ("other", root.private(&["example.com"], life(-10, 80)), "certificate-host-uncovered", "high"),
        ("alone", middle.public(host, life(-10, 80)), "certificate-chain-incomplete", "medium"),
        ("empty", String::new(), "certificate-unreadable", "high"),
        ("swapped", KEY.to_owned(), "certificate-unreadable", "high"),
        ("noise", "hello".to_owned(), "certificate-unreadable", "high"),
        (
            "cut",
            root.private(host, life(-10, 80)).split_at(300).0.to_owned(),
            "certificate-unreadable",
            "high",
        ),
        ("both", KEY.to_owned() + &root.private(host, life(-10, 80)) + KEY, "", ""),
    ]
}

fn shop(space: &str) {
    namespace(space);
    LAB.store(&[healthy(space, "web")]);
    for (name, certificate, ..) in cases() {
        LAB.store(&[
            secret(space, name, &certificate),
            ingress(space, &format!("to-{name}"), name, "www.example.com"),
        ]);
    }
    let unused = Authority::root("House").private(&["x.example.com"], life(-85, 5));
    LAB.store(&[secret(space, "unused", &unused), ingress(space, "to-five-too", "five", "www.example.com")]);
}

fn of_certificates(ran: &Ran) -> Vec<(String, String, String)> {
    let report = ran.json();
    let all = report["findings"].as_array().unwrap().iter();
    let found = all.filter(|finding| finding["object"]["kind"] == "Secret");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut found: Vec<_> =
        found.map(|f| (text(&f["object"]["name"]), text(&f["id"]), text(&f["severity"]))).collect();
    found.sort();
    found
}

fn expected() -> Vec<(String, String, String)> {
    let cases = cases();
    let bad = cases.iter().filter(|(_, _, check, _)| !check.is_empty());
    let mut all: Vec<_> =
        bad.map(|(name, _, check, bad)| ((*name).into(), (*check).into(), (*bad).into())).collect();
    all.push(("unused".to_owned(), "certificate-expiring".to_owned(), "medium".to_owned()));
    all.sort();
    all
}

/// Runs the program and returns the requests for Secrets too.
fn asked(arguments: &str, variables: &[(&str, &str)]) -> (Ran, Vec<String>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    let server = Faults::before(&LAB, move |request| {
        seen.lock().unwrap().push(request.path.clone());
        Fault::None
    });
    let mut command = healthcheck();
    command.envs(variables.iter().copied());
    let ran = command.args(arguments.split_whitespace()).args(["-s", &server.url()]).ran();
    let mut asked = std::mem::take(&mut *asked.lock().unwrap());
    asked.retain(|path| path.contains("/secrets"));
    (ran, asked)
}

/// Returns the start of every PEM key in base64.
fn begin() -> String {
    STANDARD.encode("-----BEGIN PRIVATE KEY-----")
}

fn assert_no_key(ran: &Ran) {
    for text in [&ran.out, &ran.err] {
        for part in ["Q0FOQVJZ", "BEGIN PRIVATE", &begin(), &STANDARD.encode("Q0FOQVJZ")] {
            assert!(!text.contains(part), "{part}: {text}");
        }
    }
}

#[test]
fn judges_certificates_like_visitors() {
    shop("certs-all");
    let (ran, asked) = asked("-n certs-all -o json", &[]);
    assert_eq!(of_certificates(&ran), expected(), "{}", ran.out);
    // One request: the names of Secrets that were read are not requested again.
    let [path] = asked.as_slice() else { panic!("{asked:?}") };
    assert!(path.contains("fieldSelector=type%3Dkubernetes.io%2Ftls"), "{path}");
    assert_no_key(&ran);
    for format in ["table", "wide", "markdown", "json", "yaml", "name"] {
        for lang in ["en", "zh-TW", "zh-CN"] {
            assert_no_key(&LAB.healthcheck(&format!("-n certs-all -o {format} --lang {lang} --all -v")));
        }
    }
}

#[test]
fn a_capture_gives_the_same_report_and_has_no_key() {
    shop("certs-captured");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("capture.json").display().to_string();
    let ran = LAB.healthcheck(&format!("snapshot -n certs-captured -o {file} -v"));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_no_key(&ran);
    let capture = std::fs::read_to_string(&file).unwrap();
    assert!(!capture.contains(&begin()) && capture.contains("tls.crt"), "{capture}");
    let read = crate::support::run(&format!("-f {file} -o json"));
    assert_eq!(of_certificates(&read), expected());
    assert_eq!(read.json()["coverage"]["notes"], json!([]), "a name beside a certificate is no repetition");
}

#[test]
fn skipping_certificates_sends_no_request_for_secrets() {
    shop("certs-skipped");
    for (variable, said) in [
        ("en", "TLS certificates: N/A (check skipped: --skip-tls-check, SKIP_TLS_CHECK or the profile)"),
        ("zh-TW", "TLS 憑證：N/A（略過檢查：--skip-tls-check、SKIP_TLS_CHECK 或設定檔）"),
        ("zh-CN", "TLS 证书：N/A（已跳过检查：--skip-tls-check、SKIP_TLS_CHECK 或配置文件）"),
    ] {
        let skip = [("SKIP_TLS_CHECK", "true")];
        let (ran, asked) = asked(&format!("-n certs-skipped --lang {variable}"), &skip);
        assert_eq!((asked, ran.code), (Vec::new(), 0), "{ran:?}");
        assert!(ran.out.replace("\n  ", " ").contains(said), "{}", ran.out);
        assert!(!ran.out.contains("certificate-"), "{}", ran.out);
    }
}

#[test]
fn skipping_certificates_captures_no_secret() {
    shop("certs-uncaptured");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("capture.json").display().to_string();
    let capture = format!("snapshot -n certs-uncaptured -o {file}");
    for (arguments, variables) in
        [(capture.clone(), &[("SKIP_TLS_CHECK", "true")][..]), (format!("{capture} --skip-tls-check"), &[])]
    {
        let (ran, asked) = asked(&arguments, variables);
        assert_eq!((asked, ran.code), (Vec::new(), 0), "{ran:?}");
        assert!(!std::fs::read_to_string(&file).unwrap().contains("tls.crt"));
    }
}

#[test]
fn an_annotation_marks_a_namespace_as_internal() {
    shop("certs-internal");
    LAB.kubectl("annotate namespace certs-internal healthcheck.dev/skip-tls-check=true");
    for (lang, said) in [
        ("en", "TLS certificates: N/A (internal namespace, check skipped): certs-internal"),
        ("zh-TW", "TLS 憑證：N/A（內部命名空間，略過檢查）：certs-internal"),
        ("zh-CN", "TLS 证书：N/A（内部命名空间，已跳过检查）：certs-internal"),
    ] {
        let ran = LAB.healthcheck(&format!("-n certs-internal --lang {lang}"));
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(ran.out.contains(said) && !ran.out.contains("certificate-"), "{}", ran.out);
    }
}

#[test]
fn forbidden_secrets_give_no_findings() {
    shop("certs-forbidden");
    LAB.grant("certs-forbidden", &crate::rights::ALL);
    let ran = LAB.healthcheck("--context limited -n certs-forbidden -o json");
    assert_eq!((of_certificates(&ran), ran.code), (Vec::new(), 0), "{ran:?}");
    let coverage = &ran.json()["coverage"];
    assert_eq!(coverage["complete"], true);
    let outside = coverage["notInScope"].as_array().unwrap().iter();
    let refused: Vec<&str> = outside.filter_map(|gap| gap["kind"].as_str()).collect();
    assert!(refused.contains(&"Certificates") && refused.contains(&"Secret"), "{refused:?}");
    let shown = LAB.healthcheck("--context limited -n certs-forbidden -o markdown").out;
    assert!(shown.contains("TLS certificates"), "{shown}");
}

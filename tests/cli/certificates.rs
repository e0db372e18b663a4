//! Certificates in secrets of files: what is said of them, and how it looks.

use crate::support::certificates::{Authority, self_signed};
use crate::support::{Ran, run};
use crate::{LANGS, project};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

const NOW: &str = "2026-11-22T12:00:00Z";
const DAY: i64 = 86_400;

/// From so many days ago until in so many days.
fn life(from: i64, until: i64) -> (u64, u64) {
    let now = NOW.parse::<jiff::Timestamp>().unwrap().as_second();
    let at = |days: i64| u64::try_from(now + days * DAY).unwrap();
    (at(from), at(until))
}

fn meta(name: &str) -> Value {
    json!({ "name": name, "namespace": "shop", "creationTimestamp": "2026-01-01T00:00:00Z" })
}

fn secret(name: &str, certificate: &str) -> Value {
    let data = json!({ "tls.crt": STANDARD.encode(certificate), "tls.key": STANDARD.encode("CANARY") });
    json!({ "apiVersion": "v1", "kind": "Secret", "metadata": meta(name), "type": "kubernetes.io/tls", "data": data })
}

fn ingress(name: &str, secret: &str, hosts: &[&str]) -> Value {
    json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": meta(name),
        "spec": { "tls": [{ "hosts": hosts, "secretName": secret }] },
    })
}

/// Judges objects from a file.
fn judged(objects: &[Value], arguments: &str) -> Ran {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("objects.json");
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": meta("web"),
        "spec": { "containers": [{ "name": "app", "image": "registry.example.com/app:1" }] },
        "status": {
            "phase": "Running",
            "containerStatuses": [{
                "name": "app", "image": "i", "imageID": "", "ready": true, "restartCount": 0,
                "state": { "running": { "startedAt": "2026-01-01T00:00:00Z" } }, "lastState": {},
            }],
        },
    });
    let items: Vec<Value> = objects.iter().cloned().chain([pod]).collect();
    std::fs::write(&file, json!({ "apiVersion": "v1", "kind": "List", "items": items }).to_string()).unwrap();
    let ran = run(&format!("-f {} --now {NOW} {arguments}", file.display()));
    assert!(!ran.out.contains("CANARY") && !ran.out.contains(&STANDARD.encode("CANARY")), "{}", ran.out);
    ran
}

/// What is found about secrets: name, check and severity.
fn found(objects: &[Value]) -> Vec<String> {
    let report = judged(objects, "-o json").json();
    let findings = report["findings"].as_array().unwrap().iter().filter(|f| f["object"]["kind"] == "Secret");
    let mut lines: Vec<String> = findings
        .map(|f| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            format!("{} {} {}", text(&f["object"]["name"]), text(&f["id"]), text(&f["severity"]))
        })
        .collect();
    lines.sort();
    lines
}

fn shop() -> Vec<Value> {
    let root = Authority::root("House");
    let middle = root.below("Middle", None);
    let host = ["www.example.com"];
    vec![
        secret("good", &root.private(&host, life(-10, 80))),
        secret("twenty", &root.private(&host, life(-70, 20))),
        secret("five", &root.private(&host, life(-85, 5))),
        secret("over", &root.private(&["other.example.com"], life(-93, -3))),
        secret("other", &root.private(&["example.com", "*.example.org"], life(-10, 70))),
        secret("alone", &middle.public(&host, life(-10, 75))),
        secret("broken", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        secret(
            "unused",
            &root
                .private(&["a.example.com", "b.example.com", "c.example.com", "d.example.com"], life(-85, 4)),
        ),
        ingress("shop", "good", &host),
        ingress("shop-2", "twenty", &host),
        ingress("five-a", "five", &host),
        ingress("five-b", "five", &host),
        ingress("over", "over", &host),
        ingress("other", "other", &["www.example.com", "example.com"]),
        ingress("alone", "alone", &host),
        ingress("broken", "broken", &host),
    ]
}

#[test]
fn certificates_are_shown_in_three_languages() {
    let shop = shop();
    for lang in LANGS {
        for format in ["wide", "markdown"] {
            let ran = judged(&shop, &format!("-o {format} --lang {lang}"));
            insta::assert_snapshot!(format!("certificates-{format}-{lang}"), ran.out);
        }
    }
}

#[test]
fn one_secret_is_one_incident_however_many_use_it() {
    let report = judged(&shop(), "-o json").json();
    let incidents = report["incidents"].as_array().unwrap().iter();
    let ids: Vec<&str> = incidents.map(|incident| incident["id"].as_str().unwrap()).collect();
    let expiring = ids.iter().filter(|id| id.starts_with("certificate-expiring/"));
    assert_eq!(expiring.count(), 4, "{ids:?}");
    let rows = report["certificates"].as_array().unwrap();
    let states: Vec<String> =
        rows.iter().map(|row| format!("{} {} {}", row["secret"], row["state"], row["daysLeft"])).collect();
    assert_eq!(rows.len(), 8, "{states:?}");
    assert!(states.contains(&"\"over\" \"certificate-expiring\" -3".to_owned()), "{states:?}");
    assert!(states.contains(&"\"good\" \"valid\" 80".to_owned()), "{states:?}");
}

#[test]
fn a_short_life_is_no_matter_while_it_lasts() {
    let root = Authority::root("Mesh");
    let hours = |from: i64, until: i64| {
        let now = NOW.parse::<jiff::Timestamp>().unwrap().as_second();
        let at = |hours: i64| u64::try_from(now + hours * 3600).unwrap();
        root.private(&["a.example.com"], (at(from), at(until)))
    };
    let of = |name: &str, certificate: String| {
        found(&[secret(name, &certificate), ingress("a", name, &["a.example.com"])])
    };
    assert_eq!(of("fresh", hours(-2, 22)), Vec::<String>::new());
    assert_eq!(of("third", hours(-17, 7)), ["third certificate-expiring warning"]);
    assert_eq!(of("tenth", hours(-22, 2)), ["tenth certificate-expiring critical"]);
    // Ninety days, as public authorities give them: seven and thirty are the limits, and nothing in between.
    assert_eq!(of("month", root.private(&["a.example.com"], life(-59, 31))), Vec::<String>::new());
    assert_eq!(
        of("eight", root.private(&["a.example.com"], life(-82, 8))),
        ["eight certificate-expiring warning"]
    );
}

#[test]
fn odd_certificates_are_read_too() {
    let file = |name: &str| {
        std::fs::read_to_string(project(&format!("tests/fixtures/certificates/{name}"))).unwrap()
    };
    let (rsa, v1) = (file("rsa-until-9999.pem"), file("v1.pem"));
    let of = |certificate: &str, host: &str| found(&[secret("x", certificate), ingress("x", "x", &[host])]);
    assert_eq!(of(&rsa, "www.rsa.example.com"), Vec::<String>::new());
    assert_eq!(of(&rsa, "a.b.rsa.example.com"), ["x certificate-host-uncovered critical"]);
    assert_eq!(of(&v1, "v1.example.com"), ["x certificate-host-uncovered critical"]);
    assert_eq!(of(&self_signed(&["a.example.com"], life(-1, 300)), "A.example.com"), Vec::<String>::new());
    let without = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": meta("x"), "type": "kubernetes.io/tls", "data": { "other": "eA==" },
    });
    assert_eq!(found(std::slice::from_ref(&without)), ["x certificate-unreadable info"]);
    assert_eq!(found(&[without, ingress("x", "x", &["a"])]), ["x certificate-unreadable critical"]);
    let opaque = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": meta("x"), "type": "Opaque", "data": { "tls.crt": "eA==" },
    });
    assert_eq!(found(&[opaque, ingress("x", "x", &["a"])]), Vec::<String>::new());
}

#[test]
fn gateways_show_certificates_too() {
    let root = Authority::root("House");
    let gateway = |hostname: &str, secrets: &[&str], mode: &str| {
        let refs: Vec<Value> = secrets.iter().map(|name| json!({ "name": name })).collect();
        let tls = json!({ "mode": mode, "certificateRefs": refs });
        json!({
            "apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": meta("edge"),
            "spec": { "listeners": [{ "name": "https", "hostname": hostname, "port": 443, "protocol": "HTTPS", "tls": tls }] },
        })
    };
    let good = secret("good", &root.private(&["*.example.com"], life(-10, 80)));
    let five = secret("five", &root.private(&["a.example.com"], life(-85, 5)));
    let uncovered = "good certificate-host-uncovered critical";
    assert_eq!(
        found(&[gateway("*.example.com", &["good"], "Terminate"), good.clone()]),
        Vec::<String>::new()
    );
    assert_eq!(found(&[gateway("example.com", &["good"], ""), good.clone()]), [uncovered]);
    assert_eq!(
        found(&[gateway("example.com", &["good"], "Passthrough"), good.clone()]),
        Vec::<String>::new()
    );
    // One of several has to be good for the host.
    let both = [gateway("a.example.com", &["good", "five"], "Terminate"), good, five.clone()];
    assert_eq!(found(&both), ["five certificate-expiring critical"]);
    assert_eq!(found(&[five]), ["five certificate-expiring warning"]);
}

#[test]
fn what_is_not_looked_at_is_one_line() {
    let shop = shop();
    let ran = judged(&shop, "--skip-tls-check");
    assert_eq!(ran.code, 0, "{}", ran.out);
    let line = "TLS certificates: N/A (check skipped: --skip-tls-check, SKIP_TLS_CHECK or the profile)";
    assert!(ran.out.contains(line) && !ran.out.contains("certificate-"), "{}", ran.out);
    assert_eq!(judged(&shop, "--skip-tls-check -o json").json()["certificates"], json!([]));
    let mut internal = shop;
    internal.push(json!({
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": { "name": "shop", "annotations": { "healthcheck.dev/skip-tls-check": "true" } },
    }));
    let ran = judged(&internal, "");
    let line = "TLS certificates: N/A (internal namespace, check skipped): shop";
    assert!(ran.out.contains(line) && !ran.out.contains("certificate-"), "{}", ran.out);
    assert_eq!(judged(&internal, "-o json").json()["certificates"][0]["state"], "skipped");
}

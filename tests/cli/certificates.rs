//! Certificates in Secrets of files.

use crate::support::certificates::{Authority, self_signed};
use crate::support::{Ran, run};
use crate::{LANGS, project};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

const NOW: &str = "2026-11-22T12:00:00Z";
const DAY: i64 = 86_400;

/// Returns a validity, in days from now.
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

/// Returns the findings about Secrets: name, check and severity.
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
fn shows_certificates_in_three_languages() {
    let shop = shop();
    for lang in LANGS {
        for format in ["wide", "markdown"] {
            let ran = judged(&shop, &format!("-o {format} --lang {lang}"));
            insta::assert_snapshot!(format!("certificates-{format}-{lang}"), ran.out);
        }
    }
}

#[test]
fn a_secret_with_many_users_is_one_incident() {
    let report = judged(&shop(), "-o json").json();
    let incidents = report["incidents"].as_array().unwrap().iter();
    let ids: Vec<&str> = incidents.map(|incident| incident["key"].as_str().unwrap()).collect();
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
fn short_lived_certificates_are_fine_while_they_last() {
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
    assert_eq!(of("third", hours(-17, 7)), ["third certificate-expiring medium"]);
    assert_eq!(of("tenth", hours(-22, 2)), ["tenth certificate-expiring high"]);
    // Ninety days, as public authorities issue them; the limits are seven and thirty days.
    assert_eq!(of("month", root.private(&["a.example.com"], life(-59, 31))), Vec::<String>::new());
    assert_eq!(
        of("eight", root.private(&["a.example.com"], life(-82, 8))),
        ["eight certificate-expiring medium"]
    );
}

#[test]
fn reads_unusual_certificates() {
    let file = |name: &str| {
        std::fs::read_to_string(project(&format!("tests/fixtures/certificates/{name}"))).unwrap()
    };
    let (rsa, v1) = (file("rsa-until-9999.pem"), file("v1.pem"));
    let of = |certificate: &str, host: &str| found(&[secret("x", certificate), ingress("x", "x", &[host])]);
    assert_eq!(of(&rsa, "www.rsa.example.com"), Vec::<String>::new());
    assert_eq!(of(&rsa, "a.b.rsa.example.com"), ["x certificate-host-uncovered high"]);
    assert_eq!(of(&v1, "v1.example.com"), ["x certificate-host-uncovered high"]);
    assert_eq!(of(&self_signed(&["a.example.com"], life(-1, 300)), "A.example.com"), Vec::<String>::new());
    let without = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": meta("x"), "type": "kubernetes.io/tls", "data": { "other": "eA==" },
    });
    assert_eq!(found(std::slice::from_ref(&without)), ["x certificate-unreadable low"]);
    assert_eq!(found(&[without, ingress("x", "x", &["a"])]), ["x certificate-unreadable high"]);
    let opaque = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": meta("x"), "type": "Opaque", "data": { "tls.crt": "eA==" },
    });
    assert_eq!(found(&[opaque, ingress("x", "x", &["a"])]), Vec::<String>::new());
}

#[test]
fn judges_certificates_of_gateways() {
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
    let uncovered = "good certificate-host-uncovered high";
    assert_eq!(
        found(&[gateway("*.example.com", &["good"], "Terminate"), good.clone()]),
        Vec::<String>::new()
    );
    assert_eq!(found(&[gateway("example.com", &["good"], ""), good.clone()]), [uncovered]);
    assert_eq!(
        found(&[gateway("example.com", &["good"], "Passthrough"), good.clone()]),
        Vec::<String>::new()
    );
    // One of several certificates must cover the host.
    let both = [gateway("a.example.com", &["good", "five"], "Terminate"), good, five.clone()];
    assert_eq!(found(&both), ["five certificate-expiring high"]);
    assert_eq!(found(&[five]), ["five certificate-expiring medium"]);
}

#[test]
fn reports_skipped_certificates_in_one_line() {
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

/// An Ingress whose hosts are only in its rules.
fn by_rules(name: &str, secret: &str, hosts: &[&str]) -> Value {
    let rules: Vec<Value> = hosts.iter().map(|host| json!({ "host": host })).collect();
    json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": meta(name),
        "spec": { "tls": [{ "secretName": secret }], "rules": rules },
    })
}

#[test]
fn a_tls_entry_without_hosts_covers_the_hosts_of_the_rules() {
    let good = secret("good", &Authority::root("House").private(&["a.example.com"], life(-10, 80)));
    assert_eq!(found(&[good.clone(), by_rules("web", "good", &["a.example.com"])]), [""; 0]);
    assert_eq!(
        found(&[good, by_rules("web", "good", &["a.example.com", "b.example.org"])]),
        ["good certificate-host-uncovered high"]
    );
}

#[test]
fn a_host_that_was_just_added_gets_time() {
    let good = secret("good", &Authority::root("House").private(&["a.example.com"], life(-10, 80)));
    let old = ingress("old", "good", &["a.example.com"]);
    let mut new = ingress("new", "good", &["b.example.com"]);
    new["metadata"]["creationTimestamp"] = json!("2026-11-22T11:58:00Z");
    assert_eq!(found(&[good.clone(), old.clone(), new]), ["good certificate-host-uncovered low"]);
    let long = ingress("long", "good", &["b.example.com"]);
    assert_eq!(found(&[good, old, long]), ["good certificate-host-uncovered high"]);
}

#[test]
fn skipping_or_muting_a_check_does_not_change_the_state_of_a_certificate() {
    let over = secret("over", &Authority::root("House").private(&["a.example.com"], life(-90, -3)));
    let broken = secret("broken", "hello");
    let objects = [over, ingress("web", "over", &["a.example.com"]), broken];
    let states = |arguments: &str| {
        let report = judged(&objects, &format!("-o json {arguments}")).json();
        let rows = report["certificates"].as_array().unwrap().clone();
        let mut states: Vec<String> =
            rows.iter().map(|row| format!("{} {}", row["secret"], row["state"]).replace('"', "")).collect();
        states.sort();
        states
    };
    assert_eq!(states(""), ["broken certificate-unreadable", "over certificate-expiring"]);
    let skip = "--skip certificate-expiring,certificate-unreadable";
    assert_eq!(states(skip), ["broken not-judged", "over not-judged"]);
    let dir = tempfile::tempdir().unwrap();
    let profile = dir.path().join("profile.yaml");
    std::fs::write(
        &profile,
        "profiles:\n  p:\n    mutes:\n    - {check: certificate-*, reason: r, owner: o, until: 2027-01-01}\n",
    )
    .unwrap();
    let mute = format!("--config {} --profile p", profile.display());
    assert_eq!(states(&mute), ["broken muted", "over muted"]);
    for (lang, muted, not_judged) in [
        ("en", "muted: expired", "not judged: TLS certificate unreadable"),
        ("zh-TW", "已靜音：已過期", "未判斷：TLS 憑證無法讀取"),
        ("zh-CN", "已静默：已过期", "未判断：TLS 证书无法读取"),
    ] {
        for (arguments, said) in [(&*mute, muted), (skip, not_judged)] {
            let page = judged(&objects, &format!("-o markdown --lang {lang} {arguments}")).out;
            assert!(page.contains(said) && !page.contains("🟢 valid") && !page.contains("🟢 有效"), "{page}");
        }
    }
}

#[test]
fn a_state_of_the_validity_is_named() {
    let root = Authority::root("House");
    let states = [(1, 90, "not yet valid"), (-93, -3, "expired"), (-85, 5, "expiring soon")];
    for (from, until, state) in states {
        let page =
            judged(&[secret("one", &root.private(&["a.example.com"], life(from, until)))], "-o markdown").out;
        assert!(page.contains(&format!(" 🟡 {state} |\n")), "{state}: {page}");
    }
}

#[test]
fn counts_only_valid_certificates_as_valid() {
    let good = Authority::root("House").private(&["a.example.com"], life(-10, 80));
    let mut objects: Vec<Value> = (0..25).map(|number| secret(&format!("s{number}"), &good)).collect();
    for number in 0..3 {
        let mut other = secret(&format!("t{number}"), &good);
        other["metadata"]["namespace"] = json!("quiet");
        objects.push(other);
    }
    objects.push(json!({
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": { "name": "quiet", "annotations": { "healthcheck.dev/skip-tls-check": "true" } },
    }));
    let page = judged(&objects, "-o markdown").out;
    assert!(
        page.contains("5 more certificates, all valid") && page.contains("3 more certificates: N/A"),
        "{page}"
    );
}

#[test]
fn of_very_many_certificates_with_findings_the_worst_are_listed() {
    let over = Authority::root("House").private(&["a.example.com"], life(-90, -3));
    let objects: Vec<Value> = (0..103).map(|number| secret(&format!("s{number}"), &over)).collect();
    let ran = judged(&objects, "-o markdown");
    assert!(ran.out.contains("3 more certificates with findings: --all\n"), "{}", ran.out);
    let all = judged(&objects, "-o markdown --all").out;
    let rows = |page: &str| page.lines().filter(|line| line.contains(" a.example.com |")).count();
    assert_eq!((rows(&ran.out), rows(&all)), (100, 103));
}

#[test]
fn reports_a_bundle_in_the_wrong_order() {
    let root = Authority::root("Root");
    let middle = root.below("Middle", None);
    let bundle = middle.pem.clone() + &middle.public(&["a.example.com"], life(-10, 80));
    let objects = [secret("turned", &bundle), ingress("web", "turned", &["a.example.com"])];
    assert_eq!(found(&objects), ["turned certificate-unreadable high"]);
    for (lang, said) in [
        ("en", "the first certificate in tls.crt of Secret turned is that of its issuer Middle"),
        ("zh-TW", "第一張是簽發者 Middle 的憑證"),
        ("zh-CN", "第一张是签发者 Middle 的证书"),
    ] {
        let shown = judged(&objects, &format!("-o wide --width 300 --lang {lang}")).out;
        assert!(shown.contains(said), "{shown}");
    }
}

#[test]
fn reports_a_missing_secret_of_a_gateway() {
    let gateway = |namespace: &str, annotations: &Value| {
        let refs = json!([{ "name": "edge-tls", "namespace": namespace }]);
        let mut metadata = meta("edge");
        metadata["annotations"] = annotations.clone();
        json!({
            "apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": metadata,
            "spec": { "listeners": [{ "name": "https", "hostname": "a.example.com", "port": 443, "protocol": "HTTPS", "tls": { "certificateRefs": refs } }] },
        })
    };
    let messages = |objects: &[Value]| {
        let report = judged(objects, "-o json").json();
        let all = report["findings"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let shown = |f: &Value| {
            let evidence = f["evidence"].as_array().unwrap().iter().map(text).collect::<Vec<_>>().join("; ");
            [text(&f["severity"]), text(&f["object"]["kind"]), text(&f["message"]), evidence]
        };
        all.map(shown).collect::<Vec<_>>()
    };
    // Makes the file contain a Secret at all.
    let other = secret("other", &Authority::root("House").private(&["x.example.com"], life(-10, 80)));
    let none = json!({});
    let issuer = json!({ "cert-manager.io/cluster-issuer": "public" });
    for (namespace, annotations, said) in [
        ("", &none, "TLS Secret edge-tls does not exist (a.example.com)"),
        ("", &issuer, "cert-manager has not issued TLS Secret edge-tls after 325d (a.example.com)"),
        ("certs", &none, "TLS Secret certs/edge-tls does not exist (a.example.com)"),
    ] {
        let mut there = other.clone();
        if !namespace.is_empty() {
            there["metadata"]["namespace"] = json!(namespace);
        }
        let found = messages(&[gateway(namespace, annotations), there]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0][..3], ["medium", "Gateway", said].map(str::to_owned));
    }
    // The input may lack the whole namespace.
    let found = messages(&[gateway("certs", &none), other]);
    assert!(found.is_empty(), "{found:?}");
    // Without ReferenceGrants it is unknown whether a gateway of another namespace may use the Secret.
    let mut over = secret("edge-tls", &Authority::root("House").private(&["a.example.com"], life(-90, -3)));
    over["metadata"]["namespace"] = json!("certs");
    let found = messages(&[gateway("certs", &none), over]);
    assert_eq!((found.len(), &*found[0][0], &*found[0][1]), (1, "medium", "Secret"), "{found:?}");
    assert!(
        found[0][3].contains(
            "Named by gateway/edge of another namespace; unknown whether a ReferenceGrant allows this"
        ),
        "{found:?}"
    );
}

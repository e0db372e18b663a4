//! Hosts in files: what was looked up by another run, judged again.

use crate::{LANGS, healthy_status, judged, pod};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use serde_json::{Value, json};

/// A day: year, month, day.
type Day = (i32, u8, u8);

/// A certificate for a host, in DER and in PEM.
fn certificate(host: &str, from: Day, until: Day) -> (String, String) {
    let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
    (params.not_before, params.not_after) =
        (date_time_ymd(from.0, from.1, from.2), date_time_ymd(until.0, until.1, until.2));
    let signed = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
    (STANDARD.encode(signed.der()), STANDARD.encode(signed.pem()))
}

/// What is said where this is served, and that is in the secret.
fn said(served: &str, kept: Option<&str>, arguments: &str) -> Vec<(String, String)> {
    let mut items = vec![
        pod("web", &healthy_status()),
        json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
            "metadata": { "namespace": "demo", "name": "shop", "creationTimestamp": "2025-01-01T00:00:00Z" },
            "spec": {
                "tls": [{ "hosts": ["shop.example.com"], "secretName": "shop-tls" }],
                "rules": [{ "host": "shop.example.com" }],
            },
        }),
        json!({
            "apiVersion": "healthcheck/v1", "kind": "Host", "metadata": { "name": "shop.example.com" },
            "dns": { "outcome": "resolved", "addresses": ["192.0.2.10"] },
            "tls": { "outcome": "served", "address": "192.0.2.10:443", "chain": [served] },
        }),
    ];
    items.extend(kept.map(|pem| {
        json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": { "namespace": "demo", "name": "shop-tls" },
            "type": "kubernetes.io/tls", "data": { "tls.crt": pem },
        })
    }));
    let report = judged(&items, &format!("-o json {arguments}")).json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = report["findings"].as_array().unwrap().iter();
    let served = all.filter(|finding| finding["id"] == "certificate-served");
    served.map(|finding| (text(&finding["severity"]), text(&finding["message"]))).collect()
}

#[test]
fn what_is_served_is_held_against_the_secret() {
    let new = certificate("shop.example.com", (2025, 12, 1), (2027, 1, 1));
    let old = certificate("shop.example.com", (2025, 1, 1), (2026, 12, 1));
    let over = certificate("shop.example.com", (2024, 1, 1), (2025, 6, 1));
    let other = certificate("other.example.com", (2025, 1, 1), (2027, 1, 1));
    let one =
        |severity: &str, message: &str| vec![(severity.to_owned(), format!("shop.example.com: {message}"))];
    assert_eq!(said(&new.0, Some(&new.1), ""), []);
    assert_eq!(
        said(&old.0, Some(&new.1), ""),
        one(
            "warning",
            "192.0.2.10:443 still serves a certificate from 2025-01-01; that of secret shop-tls is from 2025-12-01: it was not reloaded"
        )
    );
    assert_eq!(
        said(&new.0, Some(&old.1), ""),
        one("warning", "192.0.2.10:443 serves another certificate than that of secret shop-tls")
    );
    assert_eq!(
        said(&other.0, Some(&new.1), ""),
        one("critical", "192.0.2.10:443 serves a certificate for other.example.com")
    );
    // That of the secret itself has ended: that is said of the secret.
    assert_eq!(said(&over.0, Some(&over.1), ""), []);
    assert_eq!(
        said(&over.0, None, ""),
        one("critical", "the certificate that 192.0.2.10:443 serves ended on 2025-06-01")
    );
    assert_eq!(said(&over.0, None, "--skip-tls-check"), []);
}

#[test]
fn an_end_that_is_near_is_told_by_how_near_it_is() {
    for (until, severity) in
        [((2026, 1, 1), Some("critical")), ((2026, 1, 20), Some("warning")), ((2026, 2, 1), None)]
    {
        let served = certificate("shop.example.com", (2025, 1, 1), until);
        let told = said(&served.0, None, "");
        assert_eq!(told.first().map(|(severity, _)| &**severity), severity, "{told:?}");
    }
}

#[test]
fn the_table_of_hosts_is_in_the_reports_for_people() {
    let hosts = [
        json!({ "name": "forex-ui.example.com" }),
        json!({ "name": "evil|.example.com\u{1b}[31m" }),
        json!({ "name": "gone.example.com" }),
    ];
    let [forex, evil, gone] = hosts.map(|metadata| json!({ "apiVersion": "healthcheck/v1", "kind": "Host", "metadata": metadata, "listed": true }));
    let with = |mut host: Value, key: &str, value: Value| {
        host[key] = value;
        host
    };
    let forex = with(forex, "dns", json!({ "outcome": "resolved", "addresses": ["192.0.2.10"] }));
    let forex = with(forex, "requests", json!({ "count": 20593, "source": "access-log" }));
    let gone = with(gone, "dns", json!({ "outcome": "no-such-name" }));
    let items = [
        pod("web", &healthy_status()),
        forex,
        with(evil, "requests", json!({ "count": 3, "source": "prometheus", "windowSeconds": 86400 })),
        gone,
    ];
    let mut shown = String::new();
    for lang in LANGS {
        let wide = judged(&items, &format!("-o wide --width 300 --lang {lang}")).out;
        let from = wide
            .lines()
            .position(|line| line.contains("20593") && !line.contains('；') && !line.contains(';'))
            .unwrap();
        shown += &wide
            .lines()
            .skip(from - 3)
            .take(5)
            .map(|line| format!("{}\n", line.trim_end()))
            .collect::<Vec<_>>()
            .concat();
        let page = judged(&items, &format!("-o markdown --lang {lang}")).out;
        assert!(
            page.contains("forex-ui.example.com") && !wide.contains('\u{1b}') && !page.contains("evil|"),
            "{page}"
        );
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn nothing_that_a_file_says_of_a_host_leaves_its_word_of_a_command() {
    let (name, address) = ("evil;id\u{1b}[31m", "$(id)\n`id`:443");
    let items = [
        pod("web", &healthy_status()),
        json!({
            "apiVersion": "healthcheck/v1", "kind": "Host", "metadata": { "name": name },
            "tls": { "outcome": "refused", "address": address },
        }),
    ];
    let report = judged(&items, "-o json").json();
    let all = report["findings"].as_array().unwrap();
    let served = all.iter().find(|finding| finding["id"] == "certificate-served").unwrap();
    let line = served["actions"][0].as_str().unwrap();
    let plain = |text: &str| text.replace(['\u{1b}', '\n'], "\u{fffd}");
    let command = line.strip_suffix(" </dev/null").unwrap();
    assert_eq!(
        shlex::split(command).unwrap(),
        ["openssl", "s_client", "-connect", &plain(address), "-servername", &plain(name), "-showcerts"]
    );
    for format in ["table", "wide", "markdown"] {
        let shown = judged(&items, &format!("-o {format} --all"));
        assert!(!shown.out.contains('\u{1b}'), "{}", shown.out);
    }
}

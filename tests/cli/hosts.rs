//! Hosts in files: the data of another run, judged again.

use crate::support::certificates::Authority;
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

/// Returns the findings if a host serves one certificate and its Secret has another.
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
fn compares_the_served_certificate_with_the_secret() {
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
            "medium",
            "192.0.2.10:443 still serves a certificate from 2025-01-01 and has not loaded the one from 2025-12-01 in Secret shop-tls"
        )
    );
    assert_eq!(
        said(&new.0, Some(&old.1), ""),
        one("medium", "192.0.2.10:443 does not serve the certificate in Secret shop-tls")
    );
    assert_eq!(
        said(&other.0, Some(&new.1), ""),
        one("high", "192.0.2.10:443 serves a certificate for other.example.com")
    );
    // The expired certificate of the Secret is a finding about the Secret.
    assert_eq!(said(&over.0, Some(&over.1), ""), []);
    assert_eq!(
        said(&over.0, None, ""),
        one("high", "the certificate that 192.0.2.10:443 serves expired on 2025-06-01")
    );
    assert_eq!(said(&over.0, None, "--skip-tls-check"), []);
}

#[test]
fn severity_rises_as_the_expiry_comes_closer() {
    for (until, severity) in
        [((2026, 1, 1), Some("high")), ((2026, 1, 20), Some("medium")), ((2026, 2, 1), None)]
    {
        let served = certificate("shop.example.com", (2025, 1, 1), until);
        let told = said(&served.0, None, "");
        assert_eq!(told.first().map(|(severity, _)| &**severity), severity, "{told:?}");
    }
}

#[test]
fn shows_the_table_of_hosts() {
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
fn quotes_host_data_in_commands() {
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
    let line = served["actions"][0]["command"].as_str().unwrap();
    let plain = |text: &str| text.replace(['\u{1b}', '\n'], "\u{fffd}");
    let command = line.strip_suffix(" </dev/null").unwrap();
    assert_eq!(
        shlex::split(command).unwrap(),
        ["openssl", "s_client", "-connect", &plain(address), "-servername", &plain(name), "-showcerts"]
    );
    assert_eq!(served["actions"][0]["changes"], false, "{served}");
    for format in ["table", "wide", "markdown"] {
        let shown = judged(&items, &format!("-o {format} --all"));
        assert!(!shown.out.contains('\u{1b}'), "{}", shown.out);
    }
}

/// Returns the findings if a host serves these certificates and several Ingresses have Secrets of their own, in PEM.
fn said_of(served: &[&str], kept: &[(&str, Value)]) -> Vec<String> {
    let mut items = vec![
        pod("web", &healthy_status()),
        json!({
            "apiVersion": "healthcheck/v1", "kind": "Host", "metadata": { "name": "shop.example.com" },
            "tls": { "outcome": "served", "address": "192.0.2.10:443", "chain": served },
        }),
    ];
    for (name, data) in kept {
        items.push(json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
            "metadata": { "namespace": "demo", "name": name, "creationTimestamp": "2025-01-01T00:00:00Z" },
            "spec": { "tls": [{ "secretName": name }], "rules": [{ "host": "shop.example.com" }] },
        }));
        items.push(json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": { "namespace": "demo", "name": name },
            "type": "kubernetes.io/tls", "data": data,
        }));
    }
    let report = judged(&items, "-o json").json();
    let all = report["findings"].as_array().unwrap().iter();
    let served = all.filter(|finding| finding["id"] == "certificate-served");
    served.map(|finding| finding["message"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn accepts_any_of_several_secrets_of_a_host() {
    let certificates: Vec<_> = [(2025, 6, 1), (2025, 3, 1), (2025, 9, 1)]
        .map(|from| certificate("shop.example.com", from, (2027, 1, 1)))
        .into();
    let crt = |at: usize| json!({ "tls.crt": certificates[at].1 });
    for served in [0, 1] {
        assert_eq!(said_of(&[&certificates[served].0], &[("one", crt(0)), ("two", crt(1))]), [""; 0]);
    }
    // The served certificate is neither of the two and from another authority with the same name.
    let told = said_of(&[&certificates[1].0], &[("one", crt(0)), ("two", crt(2))]);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("has not loaded the one from"), "{told:?}");
}

#[test]
fn an_older_certificate_of_another_issuer_is_a_wrong_one() {
    let root = |name: &str| Authority::root(name);
    let seconds = |year: u64| (year - 1970) * 31_557_600;
    let of =
        |issuer: &Authority, from: u64| issuer.private(&["shop.example.com"], (seconds(from), seconds(2035)));
    let der = |pem: &str| {
        let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        body
    };
    let (house, other) = (root("House"), root("Other"));
    let data = json!({ "tls.crt": STANDARD.encode(of(&house, 2024)) });
    for (issuer, said) in [(&house, "has not loaded"), (&other, "does not serve the certificate in")] {
        let told = said_of(&[&der(&of(issuer, 2022))], &[("shop", data.clone())]);
        assert!(told.len() == 1 && told[0].contains(said), "{told:?}");
    }
}

#[test]
fn a_served_chain_equal_to_the_secret_is_complete() {
    let der = |pem: &str| -> String { pem.lines().filter(|line| !line.starts_with("-----")).collect() };
    let root = Authority::root("Root");
    let middle = root.below("Middle", None);
    let leaf = middle.public(&["shop.example.com"], (1_600_000_000, 2_000_000_000));
    let crt = |text: &str, authority: &str| json!({ "tls.crt": STANDARD.encode(text), "ca.crt": STANDARD.encode(authority) });
    // The clients know the issuer, so the server need not send its certificate.
    assert_eq!(said_of(&[&der(&leaf)], &[("shop", crt(&leaf, &middle.pem))]), [""; 0]);
    let whole = leaf.clone() + &middle.pem;
    assert_eq!(said_of(&[&der(&leaf), &der(&middle.pem)], &[("shop", crt(&whole, ""))]), [""; 0]);
    let told = said_of(&[&der(&leaf)], &[("shop", crt(&whole, ""))]);
    assert!(told.len() == 1 && told[0].contains("without the certificate of its issuer Middle"), "{told:?}");
}

#[test]
fn shortens_the_hosts_of_a_certificate() {
    let names: Vec<String> = (0..50).map(|number| format!("h{number:02}.example.com")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let pem = Authority::root("House").private(&names, (1_600_000_000, 2_000_000_000));
    let der: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let told = said_of(&[&der], &[]);
    assert_eq!(
        told,
        [
            "shop.example.com: 192.0.2.10:443 serves a certificate for h00.example.com, h01.example.com, h02.example.com and 47 more"
        ]
    );
}

#[test]
fn recognizes_hosts_of_other_systems() {
    let host = |name: &str, address: &str, listed: bool, count: i64| {
        let mut host = json!({
            "apiVersion": "healthcheck/v1", "kind": "Host", "metadata": { "name": name }, "listed": listed,
            "dns": { "outcome": "resolved", "addresses": [address] },
        });
        if count > 0 {
            host["requests"] = json!({ "count": count, "source": "access-log" });
        }
        host
    };
    let shop = json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
        "metadata": { "namespace": "demo", "name": "shop", "creationTimestamp": "2025-01-01T00:00:00Z" },
        "spec": {
            "tls": [{ "hosts": ["aside.example.com"] }], "rules": [{ "host": "shop.example.com" }],
            "defaultBackend": { "service": { "name": "shop", "port": { "number": 80 } } },
        },
        "status": { "loadBalancer": { "ingress": [{ "ip": "192.0.2.1" }] } },
    });
    let hosts = [
        host("lost.example.com", "192.0.2.1", true, 0),
        host("beside.example.com", "192.0.2.2", true, 0),
        host("else.example.com", "198.51.100.9", true, 0),
        host("asked.example.com", "198.51.100.9", true, 7),
        // A host with a virtual host and this address shows that the address belongs to the cluster.
        host("shop.example.com", "192.0.2.2", false, 0),
        // This host was not looked up.
        host("aside.example.com", "192.0.2.1", false, 0),
    ];
    let of = |shop: &Value| {
        let items: Vec<Value> =
            hosts.iter().cloned().chain([shop.clone(), pod("web", &healthy_status())]).collect();
        let report = judged(&items, "-o json").json();
        let all = report["findings"].as_array().unwrap().iter();
        let found = all.filter(|finding| finding["id"] == "host-without-vhost");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let mut found: Vec<_> =
            found.map(|f| (text(&f["facts"]["host"]), text(&f["severity"]), text(&f["message"]))).collect();
        found.sort();
        found
    };
    let found = of(&shop);
    let shown: Vec<(&str, &str)> = found.iter().map(|(host, severity, _)| (&**host, &**severity)).collect();
    let all = ["asked.example.com", "beside.example.com", "else.example.com", "lost.example.com"];
    let severities = ["medium", "medium", "low", "medium"];
    assert_eq!(shown, all.into_iter().zip(severities).collect::<Vec<_>>());
    assert!(found[2].2.ends_with("none of its addresses is known to lead to this cluster"), "{found:?}");
    // The addresses of a load balancer with a host name are unknown.
    let mut named = shop;
    named["status"]["loadBalancer"]["ingress"] = json!([{ "hostname": "lb.example.net" }]);
    assert!(of(&named).iter().all(|(_, severity, _)| severity == "medium"));
}

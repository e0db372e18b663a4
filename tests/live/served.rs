//! Certificates of real TLS servers, and the findings about them in three languages.

use crate::certificates::life;
use crate::hosts::{host, ingress};
use crate::support::certificates::{Authority, self_signed_with_key};
use crate::support::edge::{Edge, dns, nginx};
use crate::support::lab::LAB;
use crate::{healthy, namespace};
use jiff::{Timestamp, tz::TimeZone};
use rcgen::KeyPair;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, ServerConnection};
use std::fmt::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;

/// The severity of a finding, and its message in three languages.
type Said = (&'static str, [String; 3]);

/// A host with its served certificate and the expected finding.
struct Served {
    name: &'static str,
    chain: (String, KeyPair),
    /// `None` for a good certificate.
    said: Option<Said>,
}

/// Returns the date in a number of days.
fn day(days: i64) -> String {
    let (_, until) = life(0, days);
    let at = Timestamp::from_second(until.try_into().unwrap()).unwrap();
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d").to_string()
}

/// All cases, for hosts below `served.example.com`; `AT` is the address of the server.
fn kinds() -> Vec<Served> {
    let root = Authority::root("House");
    let middle = root.below("Middle", None);
    let whole = |hosts: &[&str], life| {
        let (certificate, key) = root.public_with_key(hosts, life);
        (certificate + &root.pem, key)
    };
    let good = life(-10, 80);
    let ends = |days: i64, severity| {
        let on = day(days);
        let en = format!("the certificate that AT serves expires on {on}, in {days}d");
        Some((
            severity,
            [
                en,
                format!("AT 提供的憑證將於 {on} 到期，剩 {days}d"),
                format!("AT 提供的证书将于 {on} 过期，剩 {days}d"),
            ],
        ))
    };
    let on = day(-3);
    let over = [
        format!("the certificate that AT serves expired on {on}"),
        format!("AT 提供的憑證已於 {on} 到期"),
        format!("AT 提供的证书已于 {on} 过期"),
    ];
    let other = [
        "AT serves a certificate for somebody.example.org",
        "AT 提供的是 somebody.example.org 的憑證",
        "AT 提供的是 somebody.example.org 的证书",
    ];
    let half = [
        "AT serves its certificate without the certificate of its issuer Middle",
        "AT 沒有一併提供簽發者 Middle 的憑證",
        "AT 没有一并提供签发者 Middle 的证书",
    ];
    let own = &["own.served.example.com"][..];
    let kind = |name, chain, said| Served { name, chain, said };
    vec![
        kind("good", whole(&["good.served.example.com"], good), None),
        kind("wild", whole(&["*.served.example.com"], good), None),
        kind("own", self_signed_with_key(own, good), None),
        kind("twenty", whole(&["twenty.served.example.com"], life(-70, 20)), ends(20, "medium")),
        kind("five", whole(&["five.served.example.com"], life(-85, 5)), ends(5, "high")),
        kind("over", whole(&["over.served.example.com"], life(-85, -3)), Some(("high", over))),
        kind("other", whole(&["somebody.example.org"], good), Some(("high", other.map(str::to_owned)))),
        kind(
            "half",
            middle.public_with_key(&["half.served.example.com"], good),
            Some(("medium", half.map(str::to_owned))),
        ),
    ]
}

/// An nginx that serves each certificate for its host.
fn edge(dir: &Path, kinds: &[Served]) -> Edge {
    let mut servers = String::new();
    for Served { name, chain: (certificate, key), .. } in kinds {
        let place = dir.join(name).display().to_string();
        std::fs::write(format!("{place}.crt"), certificate).unwrap();
        std::fs::write(format!("{place}.key"), key.serialize_pem()).unwrap();
        writeln!(
            servers,
            "server {{ listen LISTEN ssl; server_name {name}.served.example.com; ssl_certificate {place}.crt; ssl_certificate_key {place}.key; return 200; }}"
        )
        .unwrap();
    }
    nginx(&servers)
}

/// Returns the findings about served certificates: host, severity and message, sorted.
fn found(flags: &str) -> Vec<(String, String, String)> {
    let report = LAB.healthcheck(&format!("{flags} -o json")).json();
    let all = report["findings"].as_array().unwrap().iter().filter(|f| f["id"] == "certificate-served");
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let mut found: Vec<_> =
        all.map(|f| (text(&f["facts"]["host"]), text(&f["severity"]), text(&f["message"]))).collect();
    found.sort();
    found
}

/// Checks that these hosts of a namespace have exactly these findings, in each language.
fn is_said(space: &str, at: SocketAddr, wanted: &[(&str, Option<Said>)]) {
    let dns = dns("*.served IN A 127.0.0.1\n");
    let flags = format!("-n {space} --dns-server {} --probe-tls --probe-to {at}", dns.address);
    let full = |name: &str| format!("{name}.served.example.com");
    let shown = |text: &str| text.replace("AT", &at.to_string());
    let told = found(&flags);
    let mut bad: Vec<_> =
        wanted.iter().filter_map(|(name, said)| Some((full(name), said.as_ref()?))).collect();
    bad.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(told.len(), bad.len(), "{told:?}");
    for ((host, severity, message), (name, (wanted, said))) in told.iter().zip(&bad) {
        assert_eq!((host, severity.as_str()), (name, *wanted));
        assert!(message.starts_with(&format!("{name}: {}", shown(&said[0]))), "{message}");
    }
    for (lang, index) in [("zh-TW", 1), ("zh-CN", 2)] {
        let page = LAB.healthcheck(&format!("{flags} --lang {lang} -o wide --width 400")).out;
        for (name, (_, said)) in &bad {
            assert!(page.contains(&format!("{name}：{}", shown(&said[index]))), "{page}");
        }
    }
    let report = LAB.healthcheck(&format!("{flags} -o json")).json();
    for (name, _) in wanted.iter().filter(|(_, said)| said.is_none()) {
        assert_eq!(host(&report, &full(name))["tls"]["outcome"], "served", "{name}");
    }
}

/// An Ingress for each host: problems of several hosts of one Ingress would be one incident.
fn sites(space: &str, names: &[&str]) {
    namespace(space);
    LAB.store(&[healthy(space, "web")]);
    for name in names {
        LAB.store(&[ingress(space, name, &[&format!("{name}.served.example.com")], true)]);
    }
}

#[test]
fn judges_certificates_of_nginx_in_three_languages() {
    let (dir, kinds) = (tempfile::tempdir().unwrap(), kinds());
    let edge = edge(dir.path(), &kinds);
    sites("served", &kinds.iter().map(|kind| kind.name).collect::<Vec<_>>());
    let wanted: Vec<_> = kinds.iter().map(|kind| (kind.name, kind.said.clone())).collect();
    is_said("served", edge.address, &wanted);
}

/// Accepts a certificate with any key.
#[derive(Debug)]
struct Shown(Arc<CertifiedKey>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

/// A server with the key of another certificate; nginx does not start with it.
fn with_other_key(pem: &str, key: &KeyPair) -> SocketAddr {
    let provider = Arc::new(ring::default_provider());
    let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let signer = provider.key_provider.load_private_key(der).unwrap();
    let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    let shown = Shown(Arc::new(CertifiedKey::new(vec![certificate], signer)));
    let builder =
        ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = Arc::new(builder.with_no_client_auth().with_cert_resolver(Arc::new(shown)));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let _ = connection.complete_io(&mut stream);
        }
    });
    address
}

#[test]
fn reports_a_server_without_the_key_of_its_certificate() {
    let (pem, _) = self_signed_with_key(&["stolen.served.example.com"], life(-10, 80));
    let at = with_other_key(&pem, &KeyPair::generate().unwrap());
    sites("served-key", &["stolen"]);
    let told = [
        "AT does not hold the private key of the certificate it serves",
        "AT 沒有所提供憑證的私鑰",
        "AT 没有所提供证书的私钥",
    ];
    is_said("served-key", at, &[("stolen", Some(("high", told.map(str::to_owned))))]);
}

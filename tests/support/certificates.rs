//! Certificates for tests, valid for any given time. Keys are kept only for certificates that are served.

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, IsCa, Issuer, KeyPair,
    PKCS_ECDSA_P256_SHA256, PKCS_ED25519, date_time_ymd,
};
use std::time::Duration;

/// A certificate authority.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// The certificate of the authority.
    pub(crate) pem: String,
}

/// The start and end of a validity, in seconds since 1970.
pub(crate) type Life = (u64, u64);

/// From 2020 until 2049.
const LONG: Life = (1_577_836_800, 2_493_072_000);

/// Adds the URL of the issuer's certificate: `http://ca.example.com/`.
fn names_issuer() -> CustomExtension {
    let mut der = b"\x30\x22\x30\x20\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x02\x86\x14".to_vec();
    der.extend(b"http://c.example.com");
    CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], der)
}

fn params(name: &str, hosts: &[&str], (from, until): Life) -> CertificateParams {
    let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    let mut params = CertificateParams::new(hosts).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    let at = |seconds| date_time_ymd(1970, 1, 1) + Duration::from_secs(seconds);
    (params.not_before, params.not_after) = (at(from), at(until));
    params
}

fn authority(name: &str, life: Life) -> CertificateParams {
    let mut params = params(name, &[], life);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

impl Authority {
    /// Returns a root authority.
    pub(crate) fn root(name: &str) -> Self {
        Self::of(name, LONG)
    }

    /// Returns a root authority with this validity.
    pub(crate) fn of(name: &str, life: Life) -> Self {
        let (params, key) = (authority(name, life), KeyPair::generate().unwrap());
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// Returns an authority that this one signed.
    pub(crate) fn below(&self, name: &str, life: Option<Life>) -> Self {
        let (params, key) = (authority(name, life.unwrap_or(LONG)), KeyPair::generate().unwrap());
        let pem = params.signed_by(&key, &self.issuer).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// Returns a certificate for some hosts as from a public authority, with the URL of its issuer.
    pub(crate) fn public(&self, hosts: &[&str], life: Life) -> String {
        self.public_with_key(hosts, life).0
    }

    /// Returns the same with its key, for a server.
    pub(crate) fn public_with_key(&self, hosts: &[&str], life: Life) -> (String, KeyPair) {
        let mut params = params(hosts.first().unwrap_or(&""), hosts, life);
        params.custom_extensions.push(names_issuer());
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        (params.signed_by(&key, &self.issuer).unwrap().pem(), key)
    }

    /// Returns a certificate for some hosts as from a private authority.
    pub(crate) fn private(&self, hosts: &[&str], life: Life) -> String {
        let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
        params(hosts.first().unwrap_or(&""), hosts, life).signed_by(&key, &self.issuer).unwrap().pem()
    }
}

/// Returns a self-signed certificate.
pub(crate) fn self_signed(hosts: &[&str], life: Life) -> String {
    self_signed_with_key(hosts, life).0
}

/// Returns the same with its key, for a server.
pub(crate) fn self_signed_with_key(hosts: &[&str], life: Life) -> (String, KeyPair) {
    let key = KeyPair::generate().unwrap();
    (params(hosts.first().unwrap_or(&""), hosts, life).self_signed(&key).unwrap().pem(), key)
}

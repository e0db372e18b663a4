//! Reads certificates and their chains: hosts, validity and issuer. Only public data is read, and only the first
//! certificates of a chain. Signatures, trust and revocation are not verified.
//!
//! Out of scope: judging certificates (`checks`) and fetching them (`wire`, `sources`).

use super::{LONGEST_HOST, parents};
use crate::text::{Message, Text};
use crate::wire::Time;
use rustls_pki_types::{CertificateDer, pem::PemObject};
use std::net::IpAddr;
use x509_cert::certificate::{CertificateInner, Raw, TbsCertificateInner};
use x509_cert::der::Decode;
use x509_cert::der::oid::db::rfc5280::ID_AD_CA_ISSUERS;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{AuthorityInfoAccessSyntax, SubjectAltName};
use x509_cert::name::Name;

/// The number of certificates read from a chain; servers send two to four.
pub(crate) const LONGEST_CHAIN: usize = 10;

/// The largest certificate in bytes.
const LARGEST: usize = 64 << 10;

/// The number of characters kept of a name.
const LONGEST_NAME: usize = 128;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The common name, or another part of the name.
    pub(crate) subject: String,
    pub(crate) issuer: String,
    /// The start of its validity.
    pub(crate) not_before: Time,
    /// The end of its validity.
    pub(crate) not_after: Time,
    /// Its hosts in lower case, such as `*.example.com`, sorted.
    pub(crate) hosts: Vec<String>,
    /// Its IP addresses, sorted.
    pub(crate) addresses: Vec<IpAddr>,
    /// Whether its alternative names cannot be read.
    pub(crate) odd_names: bool,
    /// The serial number in hexadecimal digits.
    pub(crate) serial: String,
    /// Whether subject and issuer are equal: a root, or a self-signed certificate.
    pub(crate) self_issued: bool,
    /// Whether it contains the URL of its issuer's certificate, as certificates of public authorities do.
    pub(crate) names_issuer: bool,
}

/// A certificate with the certificates of its issuers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The first certificate: that of the server.
    pub(crate) leaf: Certificate,
    /// The issuer, its issuer and so on, as far as they are present. Unrelated certificates are left out.
    pub(crate) above: Vec<Certificate>,
    /// The number of certificates; only the first [`LONGEST_CHAIN`] are read.
    pub(crate) given: usize,
    /// Whether a client that has only roots can build the chain to one. Also true if this is unknown: clients may
    /// know a private authority without an issuer URL.
    pub(crate) complete: bool,
}

static NO_CERTIFICATE: Text =
    Text {
        en: "not a PEM certificate", zh_tw: "此處不是有效的憑證", zh_cn: "此处不是有效的证书"
    };
static TOO_LONG: Text = Text { en: "longer than 64 KiB", zh_tw: "超過 64 KiB", zh_cn: "超过 64 KiB" };

/// Why there is no chain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unreadable {
    Empty,
    /// A private key instead of a certificate.
    Key,
    /// Text without a PEM certificate.
    NoPem,
    /// The first certificate is the issuer of a later one, so the server would present itself as this issuer.
    IssuerFirst {
        /// The subject of the first certificate.
        issuer: String,
    },
    /// A certificate that cannot be read.
    Broken {
        /// Its position, from 1.
        position: usize,
        /// Why not.
        why: Message,
    },
}

impl Certificate {
    /// Returns whether the certificate covers a host by RFC 9525: case does not matter, a wildcard is exactly one
    /// label and the first, the common name does not count. A wildcard host needs the same wildcard. If the names
    /// cannot be read, every host is covered.
    pub(crate) fn covers(&self, host: &str) -> bool {
        let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        if let Ok(address) = host.parse::<IpAddr>() {
            return self.odd_names || self.addresses.contains(&address);
        }
        let wild = parents(&host).next().map(|parent| format!("*{parent}"));
        self.odd_names || self.hosts.iter().any(|name| *name == host || Some(name) == wild.as_ref())
    }

    /// Returns whether the certificate is valid at this time.
    pub(crate) fn is_good(&self, now: Time) -> bool {
        self.not_before <= now && now < self.not_after
    }

    /// Returns the length of the validity in seconds.
    pub(crate) fn life(&self) -> i64 {
        self.not_after.seconds_since(self.not_before)
    }
}

impl Chain {
    /// Reads a chain in PEM and ignores other text. `authority` contains PEM certificates that its clients know.
    ///
    /// # Errors
    ///
    /// When there is no certificate, one of the first [`LONGEST_CHAIN`] cannot be read, or the issuer comes first.
    pub(crate) fn of_pem(text: &[u8], authority: &[u8]) -> Result<Self, Unreadable> {
        let mut read = Vec::new();
        let mut given = 0;
        for section in CertificateDer::pem_slice_iter(text) {
            given += 1;
            if given <= LONGEST_CHAIN {
                let der = section.map_err(|error| Unreadable::Broken {
                    position: given,
                    why: Message::quoted(short(&error.to_string())),
                })?;
                read.push(Read::of(&der, given)?);
            }
        }
        if text.trim_ascii().is_empty() {
            return Err(Unreadable::Empty);
        }
        if let Some((first, rest)) = read.split_first()
            && rest.iter().any(|next| next.issuer == first.subject && next.subject != first.subject)
        {
            return Err(Unreadable::IssuerFirst { issuer: first.certificate.subject.clone() });
        }
        let known = CertificateDer::pem_slice_iter(authority).take(LONGEST_CHAIN);
        let known: Vec<Read> = known.flatten().filter_map(|der| Read::of(&der, 0).ok()).collect();
        Self::of(read, given, &known).ok_or(Unreadable::NoPem)
    }

    /// Reads a chain from a TLS handshake: DER certificates, the server's first.
    ///
    /// # Errors
    ///
    /// When there is none, or one of the first [`LONGEST_CHAIN`] cannot be read.
    pub(crate) fn of_der<D: AsRef<[u8]>>(certificates: &[D]) -> Result<Self, Unreadable> {
        let read = certificates.iter().take(LONGEST_CHAIN).zip(1..);
        let read = read.map(|(der, position)| Read::of(der.as_ref(), position)).collect::<Result<_, _>>()?;
        Self::of(read, certificates.len(), &[]).ok_or(Unreadable::Empty)
    }

    fn of(read: Vec<Read>, given: usize, known: &[Read]) -> Option<Self> {
        let mut rest = read.into_iter();
        let leaf = rest.next()?;
        let mut rest: Vec<Read> = rest.collect();
        let mut above: Vec<Read> = Vec::new();
        // A bundle may contain the old and the new certificate of an issuer.
        let newest = |last: &Read, rest: &[Read]| {
            let issuers = rest.iter().enumerate().filter(|(_, next)| next.subject == last.issuer);
            issuers.max_by_key(|(_, next)| next.certificate.not_after).map(|(at, _)| at)
        };
        while let Some(at) = Some(above.last().unwrap_or(&leaf))
            .filter(|last| !last.certificate.self_issued)
            .and_then(|last| newest(last, &rest))
        {
            above.push(rest.remove(at));
        }
        let found = !above.is_empty() || known.iter().any(|authority| authority.subject == leaf.issuer);
        let told = leaf.certificate.names_issuer && given <= LONGEST_CHAIN;
        let complete = leaf.certificate.self_issued || found || !told;
        let above = above.into_iter().map(|read| read.certificate).collect();
        Some(Self { leaf: leaf.certificate, above, given, complete })
    }

    /// Returns the certificate and its issuers.
    #[cfg(test)]
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Certificate> {
        std::iter::once(&self.leaf).chain(&self.above)
    }

    /// Returns the certificates whose validity matters. A root in the chain does not matter: clients use their own
    /// copy.
    pub(crate) fn timed(&self) -> impl Iterator<Item = &Certificate> {
        std::iter::once(&self.leaf).chain(self.above.iter().filter(|one| !one.self_issued))
    }

    /// Returns a certificate that is not valid before a later time.
    pub(crate) fn not_yet_valid(&self, now: Time) -> Option<&Certificate> {
        self.timed().find(|one| one.not_before > now && one.not_after > now)
    }

    /// Returns the certificate that expires first; then the chain is invalid.
    pub(crate) fn ends_first(&self) -> &Certificate {
        self.timed().min_by_key(|certificate| certificate.not_after).unwrap_or(&self.leaf)
    }
}

/// A certificate with the encoded names that link it to others.
struct Read {
    certificate: Certificate,
    subject: Name,
    issuer: Name,
}

impl Read {
    fn of(der: &[u8], position: usize) -> Result<Self, Unreadable> {
        let broken = |why| Unreadable::Broken { position, why };
        if der.is_empty() {
            return Err(broken(Message::plain(&NO_CERTIFICATE)));
        }
        if der.len() > LARGEST {
            return Err(broken(Message::plain(&TOO_LONG)));
        }
        let foreign = |error: x509_cert::der::Error| broken(Message::quoted(short(&error.to_string())));
        let read = CertificateInner::<Raw>::from_der(der).map_err(foreign)?;
        let body = read.tbs_certificate();
        let (subject, issuer) = (body.subject().clone(), body.issuer().clone());
        let names = Names::of(body);
        let whose = if subject.is_empty() {
            names.hosts.first().cloned().unwrap_or_default()
        } else {
            called(&subject)
        };
        let certificate = Certificate {
            subject: whose,
            issuer: called(&issuer),
            not_before: at(body.validity().not_before),
            not_after: at(body.validity().not_after),
            hosts: names.hosts,
            addresses: names.addresses,
            odd_names: names.odd,
            serial: hexadecimal(body.serial_number().as_bytes()),
            self_issued: subject == issuer,
            names_issuer: names_issuer(body),
        };
        Ok(Self { certificate, subject, issuer })
    }
}

/// The names of a certificate.
#[derive(Default)]
struct Names {
    hosts: Vec<String>,
    addresses: Vec<IpAddr>,
    odd: bool,
}

impl Names {
    fn of(body: &TbsCertificateInner<Raw>) -> Self {
        let mut out = Self::default();
        for found in body.filter_extensions::<SubjectAltName>() {
            let Ok((_, names)) = found else {
                out.odd = true;
                continue;
            };
            for name in names.0 {
                match name {
                    GeneralName::DnsName(host) if host.as_str().len() <= LONGEST_HOST => {
                        out.hosts.push(host.as_str().to_ascii_lowercase());
                    }
                    GeneralName::IpAddress(bytes) => out.addresses.extend(address(bytes.as_bytes())),
                    _ => {}
                }
            }
        }
        out.hosts.sort_unstable();
        out.hosts.dedup();
        out.addresses.sort_unstable();
        out.addresses.dedup();
        out
    }
}

/// The last day of the year 9999 means "never" and is out of range in some time zones, so it is limited.
fn at(time: x509_cert::time::Time) -> Time {
    let last = jiff::Timestamp::MAX.as_second();
    Time::at(i64::try_from(time.to_unix_duration().as_secs()).map_or(last, |seconds| seconds.min(last)))
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let four = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    four.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
}

fn names_issuer(body: &TbsCertificateInner<Raw>) -> bool {
    let said = body.filter_extensions::<AuthorityInfoAccessSyntax>().flatten();
    said.flat_map(|(_, access)| access.0).any(|access| access.access_method == ID_AD_CA_ISSUERS)
}

/// Returns the common name, or another part of a name.
fn called(name: &Name) -> String {
    let common = name.common_name().ok().flatten();
    let found = common.or_else(|| name.organization().ok().flatten());
    short(&found.map_or_else(|| name.to_string(), |found| found.value().into_owned()))
}

fn short(text: &str) -> String {
    text.chars().take(LONGEST_NAME).collect()
}

fn hexadecimal(number: &[u8]) -> String {
    let digits = number.iter().take(LONGEST_NAME / 2).flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(bytes: &[u8]) {
    let _ = Chain::of_der(&[bytes]);
    let _ = Chain::of_pem(bytes, bytes);
}

#[cfg(test)]
mod tests;

//! A certificate and those that lead from it to its issuer: whom it is for, until when it is good, and who gave it. Only what is
//! public is read, never more than a few of a chain, and nothing is verified: no signature, no trust, no revocation.
//!
//! What does not belong here: what is bad about it (`checks`), and where it comes from (`wire`, `cluster`).

use super::{LONGEST_HOST, parents};
use crate::wire::Time;
use rustls_pki_types::{CertificateDer, pem::PemObject};
use std::net::IpAddr;
use x509_cert::certificate::{CertificateInner, Raw, TbsCertificateInner};
use x509_cert::der::Decode;
use x509_cert::der::oid::db::rfc5280::ID_AD_CA_ISSUERS;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{AuthorityInfoAccessSyntax, SubjectAltName};
use x509_cert::name::Name;

/// So many certificates of a chain are read: a server sends two to four.
pub const LONGEST_CHAIN: usize = 10;

/// A certificate of more bytes is none.
const LARGEST: usize = 64 << 10;

/// Characters of a name; the rest is cut off.
const LONGEST_NAME: usize = 128;

/// One certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Whose it is: the common name, or what there is of a name.
    pub subject: String,
    /// Who gave it.
    pub issuer: String,
    /// Since when it is good.
    pub not_before: Time,
    /// Until when it is good.
    pub not_after: Time,
    /// The hosts it is for, in small letters, such as `*.example.com`; sorted.
    pub hosts: Vec<String>,
    /// The addresses it is for; sorted.
    pub addresses: Vec<IpAddr>,
    /// Whether it says whom it is for in a way that cannot be read.
    pub odd_names: bool,
    /// Its number with its issuer, in hexadecimal digits.
    pub serial: String,
    /// Whether subject and issuer are the same: a root, or one that trusts itself.
    pub self_issued: bool,
    /// Whether it says where its issuer's certificate can be fetched, as those of public authorities do.
    pub names_issuer: bool,
}

/// A certificate with those that lead from it to its issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The first one, which is whoever shows the chain.
    pub leaf: Certificate,
    /// Its issuer, the issuer's issuer and so on, as far as they are there. Strangers among them are left out.
    pub above: Vec<Certificate>,
    /// How many there were; only [`LONGEST_CHAIN`] of them were read.
    pub given: usize,
    /// Whether a client that knows no more than roots finds its way to one. Told only where it can be: without an
    /// issuer, and without a word about where it is, one that a private authority gave may be known to its clients.
    pub complete: bool,
}

/// Why there is no chain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unreadable {
    /// Nothing there.
    Empty,
    /// A private key stands where the certificate should.
    Key,
    /// No certificate in PEM.
    NoPem,
    /// The first one is that of the issuer of one behind it, and whoever shows them would be taken for this issuer.
    IssuerFirst {
        /// Whose it is.
        issuer: String,
    },
    /// One of them cannot be read.
    Broken {
        /// Which one, from 1.
        position: usize,
        /// Why not, in a library's words.
        why: String,
    },
}

impl Certificate {
    /// Whether it is good for a host, by RFC 9525: without regard to capitals, a wildcard for exactly one label and the
    /// first, the common name for nothing. A host with a wildcard needs that same wildcard. Whom nobody can read the names
    /// of is not said to be wrong.
    pub fn covers(&self, host: &str) -> bool {
        let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        if let Ok(address) = host.parse::<IpAddr>() {
            return self.odd_names || self.addresses.contains(&address);
        }
        let wild = parents(&host).next().map(|parent| format!("*{parent}"));
        self.odd_names || self.hosts.iter().any(|name| *name == host || Some(name) == wild.as_ref())
    }

    /// Whether it is good at a moment.
    pub fn is_good(&self, now: Time) -> bool {
        self.not_before <= now && now < self.not_after
    }

    /// How long it is good for, in seconds.
    pub fn life(&self) -> i64 {
        self.not_after.seconds_since(self.not_before)
    }
}

impl Chain {
    /// Reads a chain in PEM; `authority` are certificates in PEM that its clients are said to know. Text around them is let go.
    ///
    /// # Errors
    /// When there is none, one of the first [`LONGEST_CHAIN`] cannot be read, or they begin with the issuer's.
    pub fn of_pem(text: &[u8], authority: &[u8]) -> Result<Self, Unreadable> {
        let mut read = Vec::new();
        let mut given = 0;
        for section in CertificateDer::pem_slice_iter(text) {
            given += 1;
            if given <= LONGEST_CHAIN {
                let der = section.map_err(|error| Unreadable::Broken {
                    position: given,
                    why: short(&error.to_string()),
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

    /// Reads a chain as a server shows it while it shakes hands: each certificate in DER, its own first.
    ///
    /// # Errors
    /// When there is none, or one of the first [`LONGEST_CHAIN`] cannot be read.
    pub fn of_der<D: AsRef<[u8]>>(certificates: &[D]) -> Result<Self, Unreadable> {
        let read = certificates.iter().take(LONGEST_CHAIN).zip(1..);
        let read = read.map(|(der, position)| Read::of(der.as_ref(), position)).collect::<Result<_, _>>()?;
        Self::of(read, certificates.len(), &[]).ok_or(Unreadable::Empty)
    }

    fn of(read: Vec<Read>, given: usize, known: &[Read]) -> Option<Self> {
        let mut rest = read.into_iter();
        let leaf = rest.next()?;
        let mut rest: Vec<Read> = rest.collect();
        let mut above: Vec<Read> = Vec::new();
        // A bundle may hold an issuer's certificate and the one that has taken its place.
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

    /// The certificate itself and those above it.
    pub fn iter(&self) -> impl Iterator<Item = &Certificate> {
        std::iter::once(&self.leaf).chain(&self.above)
    }

    /// Those whose times matter to whoever is shown the chain. A root that is sent along does not: a client trusts its own
    /// copy of it, or not at all.
    pub fn timed(&self) -> impl Iterator<Item = &Certificate> {
        std::iter::once(&self.leaf).chain(self.above.iter().filter(|one| !one.self_issued))
    }

    /// The one of these that ends first: from then on the chain is good for nothing.
    pub fn ends_first(&self) -> &Certificate {
        self.timed().min_by_key(|certificate| certificate.not_after).unwrap_or(&self.leaf)
    }
}

/// A certificate with the names that link it to others, as they are written in it.
struct Read {
    certificate: Certificate,
    subject: Name,
    issuer: Name,
}

impl Read {
    fn of(der: &[u8], position: usize) -> Result<Self, Unreadable> {
        let broken = |why: &str| Unreadable::Broken { position, why: short(why) };
        if der.is_empty() {
            return Err(broken("what stands there is no certificate"));
        }
        if der.len() > LARGEST {
            return Err(broken("longer than 64 KiB"));
        }
        let read = CertificateInner::<Raw>::from_der(der).map_err(|error| broken(&error.to_string()))?;
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

/// Whom a certificate is for.
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

/// The last day of the year 9999, which means "never", is no instant in every time zone: it ends a little earlier.
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

/// How people call whoever has this name.
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

#[cfg(test)]
mod tests;

//! Which certificate is served for a host: a TLS handshake that trusts nobody and refuses nobody, and not one byte more.
//!
//! What does not belong here: what a certificate says (`model`).

use crate::text::io_words;
use crate::tls::LONGEST_CHAIN;
use crate::wire::Handshake;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ClientConnection, Resumption};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// So many hosts are looked at.
pub(crate) const MOST: usize = 200;

/// How long one may take.
const ONE: Duration = Duration::from_secs(5);

/// A handshake of more bytes is none.
const LONGEST: usize = 256 << 10;

/// A certificate of more bytes is none.
const LONGEST_CERTIFICATE: usize = 64 << 10;

/// What was shown.
#[derive(Debug, Default)]
struct Shown {
    chain: Vec<String>,
    /// What was signed does not fit the key of the certificate.
    other_key: bool,
}

/// Takes every certificate, and writes it down.
#[derive(Debug)]
struct Witness {
    provider: Arc<CryptoProvider>,
    shown: Mutex<Shown>,
}

/// Why a handshake did not come to its end: one word of [`Handshake`], and what there is to say.
type Problem = (&'static str, String);

/// Shakes hands with whoever answers at an address, asking for a host.
pub(crate) async fn shake_hands(host: &str, to: SocketAddr) -> Handshake {
    let provider = Arc::new(ring::default_provider());
    let witness = Arc::new(Witness { provider, shown: Mutex::default() });
    let tried = match client(&witness, host) {
        Ok(client) => timeout(ONE, talk(client, to)).await.unwrap_or_else(|_| {
            Err((Handshake::TIMED_OUT, format!("nothing more within {} s", ONE.as_secs())))
        }),
        Err(error) => Err((Handshake::UNREACHED, error.to_string())),
    };
    let shown = std::mem::take(&mut *witness.shown.lock().unwrap_or_else(PoisonError::into_inner));
    let (outcome, detail) = match tried {
        _ if shown.other_key => (Handshake::OTHER_KEY, String::new()),
        // Whoever has shown a certificate may still want one of ours.
        _ if !shown.chain.is_empty() => (Handshake::SERVED, String::new()),
        Ok(()) => (Handshake::NO_TLS, "no certificate came".to_owned()),
        Err(problem) => problem,
    };
    Handshake { outcome: outcome.to_owned(), detail, address: to.to_string(), chain: shown.chain }
}

fn client(witness: &Arc<Witness>, host: &str) -> Result<ClientConnection, Error> {
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| Error::General("it is no name of TLS".to_owned()))?;
    let mut config = ClientConfig::builder_with_provider(Arc::clone(&witness.provider))
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(witness) as Arc<dyn ServerCertVerifier>)
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    ClientConnection::new(Arc::new(config), name)
}

async fn talk(mut client: ClientConnection, to: SocketAddr) -> Result<(), Problem> {
    let mut stream = TcpStream::connect(to).await.map_err(|error| match error.kind() {
        ErrorKind::ConnectionRefused => (Handshake::REFUSED, String::new()),
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => (Handshake::CLOSED, io_words(&error)),
        _ => (Handshake::UNREACHED, io_words(&error)),
    })?;
    let closed = |error: std::io::Error| (Handshake::CLOSED, io_words(&error));
    let (mut buffer, mut head, mut read) = (vec![0; 8192], Vec::new(), 0);
    loop {
        let mut out = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut out).map_err(closed)?;
        }
        stream.write_all(&out).await.map_err(closed)?;
        if !client.is_handshaking() {
            return Ok(());
        }
        let got = stream.read(&mut buffer).await.map_err(closed)?;
        let part = buffer.get(..got).unwrap_or_default();
        read += got;
        head.extend(part.iter().take(5_usize.saturating_sub(head.len())));
        match got {
            0 => return Err((Handshake::CLOSED, String::new())),
            _ if head.starts_with(b"HTTP/") || head.starts_with(b"<") => {
                return Err((Handshake::PLAIN_HTTP, String::new()));
            }
            _ if read > LONGEST => return Err((Handshake::NO_TLS, "it never ends".to_owned())),
            _ => take(&mut client, part)?,
        }
    }
}

/// Gives what came to TLS.
fn take(client: &mut ClientConnection, mut part: &[u8]) -> Result<(), Problem> {
    while !part.is_empty() {
        client.read_tls(&mut part).map_err(|error| (Handshake::NO_TLS, io_words(&error)))?;
        client.process_new_packets().map_err(|error| match error {
            Error::InvalidMessage(_) => (Handshake::NO_TLS, "the answer is no TLS".to_owned()),
            error => (Handshake::NO_TLS, error.to_string()),
        })?;
    }
    Ok(())
}

impl Witness {
    /// Notes whether what was signed fits; whatever it is, it is taken.
    fn note(&self, verified: &Result<HandshakeSignatureValid, Error>) -> HandshakeSignatureValid {
        if matches!(verified, Err(Error::InvalidCertificate(CertificateError::BadSignature))) {
            self.shown.lock().unwrap_or_else(PoisonError::into_inner).other_key = true;
        }
        HandshakeSignatureValid::assertion()
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer,
        above: &[CertificateDer],
        _: &ServerName,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let all = std::iter::once(leaf).chain(above).take(LONGEST_CHAIN);
        let chain = all.filter(|der| der.len() <= LONGEST_CERTIFICATE).map(|der| STANDARD.encode(der));
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).chain = chain.collect();
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        Ok(self.note(&verify_tls12_signature(message, leaf, signed, known)))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        Ok(self.note(&verify_tls13_signature(message, leaf, signed, known)))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests;

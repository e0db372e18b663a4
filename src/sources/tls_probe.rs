//! The certificate that is served for a host: a TLS handshake that accepts every certificate, and no further byte.
//!
//! What does not belong here: the content of a certificate (`tls`).

use crate::cluster::page::ApiClient;
use crate::text::{Fact, Message, io_words, reasons};
use crate::tls::LONGEST_CHAIN;
use crate::wire::Handshake;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ClientConnection, Resumption};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// The most hosts that are probed.
pub(super) const MOST: usize = 200;

/// The time limit of one handshake.
const ONE: Duration = Duration::from_secs(5);

/// The longest handshake in bytes.
const LONGEST: usize = 256 << 10;

/// The longest certificate in bytes.
const LONGEST_CERTIFICATE: usize = 64 << 10;

/// The certificates that the server sent.
#[derive(Debug, Default)]
struct Shown {
    chain: Vec<String>,
    /// Whether the signature does not match the key of the certificate.
    other_key: bool,
}

/// Accepts every certificate and records it.
#[derive(Debug)]
struct Witness {
    provider: Arc<CryptoProvider>,
    shown: Mutex<Shown>,
}

/// Why a handshake failed: an outcome of [`Handshake`], and why, unless the outcome says it.
type Problem = (&'static str, Option<Message>);

/// Does a handshake for each host at its address.
pub(super) async fn ask(
    client: &Arc<ApiClient>,
    hosts: Vec<(String, SocketAddr)>,
) -> BTreeMap<String, Handshake> {
    let mut tasks = JoinSet::new();
    for (name, to) in hosts {
        let client = Arc::clone(client);
        tasks.spawn(async move {
            let shaken = async {
                let _permits = client.permit().await;
                Ok(Box::pin(shake_hands(&name, to)).await)
            };
            let shaken = client.budget.stop.or(shaken).await;
            (name, shaken)
        });
    }
    let done = tasks.join_all().await.into_iter();
    done.filter_map(|(name, shaken)| Some((name, shaken.ok()?))).collect()
}

/// Does a handshake with the server at an address, for a host.
async fn shake_hands(host: &str, to: SocketAddr) -> Handshake {
    let provider = Arc::new(ring::default_provider());
    let witness = Arc::new(Witness { provider, shown: Mutex::default() });
    let tried = match client(&witness, host) {
        Ok(client) => timeout(ONE, talk(client, to)).await.unwrap_or_else(|_| {
            let why = Message::new(&reasons::NO_ANSWER, vec![("seconds", Fact::count(ONE.as_secs()))]);
            Err((Handshake::TIMED_OUT, Some(why)))
        }),
        Err(why) => Err((Handshake::UNREACHED, Some(why))),
    };
    let shown = std::mem::take(&mut *witness.shown.lock().unwrap_or_else(PoisonError::into_inner));
    let (outcome, why) = match tried {
        _ if shown.other_key => (Handshake::OTHER_KEY, None),
        // A server that has sent its certificate may still request one from the client.
        _ if !shown.chain.is_empty() => (Handshake::SERVED, None),
        Ok(()) => (Handshake::NO_TLS, Some(Message::plain(&reasons::TLS_NO_CERTIFICATE))),
        Err(problem) => problem,
    };
    let (outcome, address) = (outcome.to_owned(), to.to_string());
    let shaken = Handshake { outcome, address, chain: shown.chain, ..Handshake::default() };
    match why {
        Some(why) => shaken.because(&why),
        None => shaken,
    }
}

fn client(witness: &Arc<Witness>, host: &str) -> Result<ClientConnection, Message> {
    let quoted = |error: Error| Message::quoted(error.to_string());
    let name = ServerName::try_from(host.to_owned()).map_err(|_| Message::plain(&reasons::TLS_NAME))?;
    let mut config = ClientConfig::builder_with_provider(Arc::clone(&witness.provider))
        .with_safe_default_protocol_versions()
        .map_err(quoted)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(witness) as Arc<dyn ServerCertVerifier>)
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    ClientConnection::new(Arc::new(config), name).map_err(quoted)
}

async fn talk(mut client: ClientConnection, to: SocketAddr) -> Result<(), Problem> {
    let quoted = |error: &std::io::Error| Some(Message::quoted(io_words(error)));
    let mut stream = TcpStream::connect(to).await.map_err(|error| match error.kind() {
        ErrorKind::ConnectionRefused => (Handshake::REFUSED, None),
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => (Handshake::CLOSED, quoted(&error)),
        _ => (Handshake::UNREACHED, quoted(&error)),
    })?;
    let closed = |error: std::io::Error| (Handshake::CLOSED, quoted(&error));
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
            0 => return Err((Handshake::CLOSED, None)),
            _ if head.starts_with(b"HTTP/") || head.starts_with(b"<") => {
                return Err((Handshake::PLAIN_HTTP, None));
            }
            _ if read > LONGEST => return Err(no_tls(Message::plain(&reasons::TLS_ENDLESS))),
            _ => take(&mut client, part)?,
        }
    }
}

fn no_tls(why: Message) -> Problem {
    (Handshake::NO_TLS, Some(why))
}

/// Passes received bytes to TLS.
fn take(client: &mut ClientConnection, mut part: &[u8]) -> Result<(), Problem> {
    while !part.is_empty() {
        client.read_tls(&mut part).map_err(|error| no_tls(Message::quoted(io_words(&error))))?;
        client.process_new_packets().map_err(|error| match error {
            Error::InvalidMessage(_) => no_tls(Message::plain(&reasons::TLS_OTHER_PROTOCOL)),
            error => no_tls(Message::quoted(error.to_string())),
        })?;
    }
    Ok(())
}

impl Witness {
    /// Records whether the signature matches, and accepts it.
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

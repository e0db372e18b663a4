//! Servers that shake hands, and servers that do everything else.

use super::*;
use crate::tls::Chain;
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, ServerConnection};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

/// Does something with each connection.
fn server(serve: impl Fn(std::net::TcpStream) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            serve(stream);
        }
    });
    address
}

fn shaken(to: SocketAddr) -> Handshake {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(shake_hands("shop.example.com", to))
}

/// A certificate for a host, with its key or that of another one.
#[derive(Debug)]
struct Key(Arc<CertifiedKey>);

impl ResolvesServerCert for Key {
    fn resolve(&self, hello: ClientHello) -> Option<Arc<CertifiedKey>> {
        (hello.server_name() == Some("shop.example.com")).then(|| Arc::clone(&self.0))
    }
}

/// A server, and what came to it after each handshake.
fn tls(own_key: bool) -> (SocketAddr, Receiver<Vec<u8>>) {
    let (key, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let certificate =
        CertificateParams::new(vec!["shop.example.com".to_owned()]).unwrap().self_signed(&key).unwrap();
    let der = if own_key { key.serialize_der() } else { other.serialize_der() };
    let provider = Arc::new(ring::default_provider());
    let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(der));
    let signer = provider.key_provider.load_private_key(der).unwrap();
    let certified = CertifiedKey::new(vec![certificate.der().clone()], signer);
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(Key(Arc::new(certified))));
    let config = Arc::new(config);
    let (tell, told) = channel();
    let address = server(move |mut stream| {
        let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
        let _ = connection.complete_io(&mut stream);
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
        let _ = tell.send(rest);
    });
    (address, told)
}

#[test]
fn the_certificate_is_kept_as_it_was_shown() {
    let (address, after) = tls(true);
    let shown = shaken(address);
    assert_eq!((&*shown.outcome, &*shown.detail), (Handshake::SERVED, ""), "{shown:?}");
    let der: Vec<Vec<u8>> = shown.chain.iter().map(|text| STANDARD.decode(text).unwrap()).collect();
    assert!(Chain::of_der(&der).unwrap().leaf.covers("shop.example.com"));
    let after = after.recv_timeout(Duration::from_secs(30)).unwrap();
    assert!(after.is_empty(), "after the handshake nothing is sent: {after:?}");
}

#[test]
fn a_key_of_another_certificate_is_seen() {
    assert_eq!(shaken(tls(false).0).outcome, Handshake::OTHER_KEY);
}

#[test]
fn whoever_does_not_shake_hands_is_told_by_what_it_does() {
    let plain = server(|mut stream| {
        let _ = stream.read(&mut [0; 1024]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let garbage = server(|mut stream| {
        let _ = stream.read(&mut [0; 1024]);
        let _ = stream.write_all(b"220 mail.example.com ESMTP\r\n");
    });
    let reset = server(|stream| {
        socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    });
    let closed = server(|mut stream| {
        let _ = stream.read(&mut [0; 1024]);
    });
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (address, outcome, detail) in [
        (plain, Handshake::PLAIN_HTTP, ""),
        (garbage, Handshake::NO_TLS, "the answer is not TLS"),
        (reset, Handshake::CLOSED, ""),
        (closed, Handshake::CLOSED, ""),
        (nobody, Handshake::REFUSED, ""),
    ] {
        let shown = shaken(address);
        assert_eq!(shown.outcome, outcome, "{shown:?}");
        assert!(shown.detail.contains(detail) && shown.chain.is_empty(), "{shown:?}");
        assert_eq!(shown.address, address.to_string());
    }
}

#[test]
fn whoever_says_nothing_is_not_waited_for() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let shown = shaken(silent.local_addr().unwrap());
    assert_eq!((&*shown.outcome, &*shown.detail), (Handshake::TIMED_OUT, "no answer within 5 s"));
}

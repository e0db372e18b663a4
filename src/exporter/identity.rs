//! The certificate of the port. It is read again when its files change, because its issuer replaces it before it expires.

use crate::files;
use crate::output::{self, Level};
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// The largest file.
const MOST_BYTES: u64 = 1 << 20;

/// The times of the files, as far as they are known.
type Times = [Option<SystemTime>; 2];

/// The certificate and key of the port.
pub struct Identity {
    certificate: PathBuf,
    key: PathBuf,
    loaded: Mutex<(Times, Arc<ServerConfig>)>,
}

impl Identity {
    /// Reads the files.
    ///
    /// # Errors
    /// When they cannot be read, or do not belong together. The text names the file.
    pub fn open(certificate: &Path, key: &Path) -> Result<Self, String> {
        let times = times(certificate, key);
        let config = config(certificate, key)?;
        let (certificate, key) = (certificate.to_owned(), key.to_owned());
        Ok(Self { certificate, key, loaded: Mutex::new((times, config)) })
    }

    /// Returns the configuration of a handshake. Files that cannot be used leave the last one in use.
    pub(super) fn current(&self) -> Arc<ServerConfig> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let times = times(&self.certificate, &self.key);
        if times != loaded.0 {
            loaded.0 = times;
            match config(&self.certificate, &self.key) {
                Ok(config) => loaded.1 = config,
                Err(why) => output::event(
                    Level::Warn,
                    "certificate",
                    &format!("the new certificate is not used: {why}"),
                ),
            }
        }
        Arc::clone(&loaded.1)
    }
}

fn times(certificate: &Path, key: &Path) -> Times {
    [certificate, key].map(|path| std::fs::metadata(path).and_then(|about| about.modified()).ok())
}

fn config(certificate: &Path, key: &Path) -> Result<Arc<ServerConfig>, String> {
    let wrong = |path: &Path, why: &str| format!("{}: {why}", path.display());
    let read = |path: &Path| {
        files::read(path, MOST_BYTES, "a certificate or key")
            .map_err(|error: io::Error| wrong(path, &crate::text::io_words(&error)))
    };
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&read(certificate)?).collect();
    let chain = chain.ok().filter(|chain| !chain.is_empty());
    let chain = chain.ok_or_else(|| wrong(certificate, "no certificate in PEM"))?;
    let secret = PrivateKeyDer::from_pem_slice(&read(key)?);
    let secret = secret.map_err(|_| wrong(key, "no private key in PEM"))?;
    ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, secret))
        .map(Arc::new)
        .map_err(|error| format!("{} and {}: {error}", certificate.display(), key.display()))
}

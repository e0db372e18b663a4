//! Secrets of type `kubernetes.io/tls`. For a broken certificate only the error is kept.

use super::{Chain, UnreadableChain};
use crate::model::{Names, ObjectRef};
use crate::wire::{AUTHORITY, CERTIFICATE, NO_PEM, PRIVATE_KEY, Secret, Time};
use std::sync::Arc;

/// A TLS Secret and its certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    pub(crate) namespace: Arc<str>,
    pub(crate) name: Arc<str>,
    pub(crate) created: Option<Time>,
    /// The certificates in `tls.crt`.
    pub(crate) chain: Result<Box<Chain>, UnreadableChain>,
}

impl Tls {
    /// Reads a Secret. Returns `None` for another type, or if only its name is known.
    pub(crate) fn fold(secret: &Secret, names: &Names) -> Option<Self> {
        if secret.r#type != Secret::TLS {
            return None;
        }
        let entry = |name| secret.data.as_ref().and_then(|data| data.get(name)).unwrap_or_default();
        let chain = match entry(CERTIFICATE) {
            marker if marker == PRIVATE_KEY => Err(UnreadableChain::Key),
            marker if marker == NO_PEM => Err(UnreadableChain::NoPem),
            text => Chain::of_pem(text, entry(AUTHORITY)).map(Box::new),
        };
        let metadata = &secret.metadata;
        Some(Self {
            namespace: names.get(&metadata.namespace),
            name: names.get(&metadata.name),
            created: metadata.created(),
            chain,
        })
    }

    pub(crate) fn object(&self) -> ObjectRef {
        ObjectRef::new(&self.namespace, "Secret", &self.name)
    }
}

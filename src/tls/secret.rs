//! A Secret of type `kubernetes.io/tls`: the certificate in it. Of what is broken only the reason is kept.

use super::{Chain, UnreadableChain};
use crate::model::{Names, ObjectRef};
use crate::wire::{AUTHORITY, CERTIFICATE, NO_PEM, PRIVATE_KEY, Secret, Time};
use std::sync::Arc;

/// A Secret that holds a certificate, or should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// Its namespace.
    pub namespace: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// When it was made.
    pub created: Option<Time>,
    /// What `tls.crt` holds.
    pub chain: Result<Box<Chain>, UnreadableChain>,
}

impl Tls {
    /// Folds a Secret; `None` if it is of another type, or only its name is known.
    pub fn fold(secret: &Secret, names: &Names) -> Option<Self> {
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

    /// As a finding names it.
    pub fn object(&self) -> ObjectRef {
        ObjectRef::new(&self.namespace, "Secret", &self.name)
    }
}

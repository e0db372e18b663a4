//! Certificates of cert-manager, `cert-manager.io/v1`. These are custom resources, which the server sends as JSON only; the
//! tags are this tool's own.

use super::{Condition, ObjectMeta, Reference};

wire! {
    /// `cert-manager.io/v1.Certificate`.
    Certificate {
        /// Name, namespace, age.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// What is to be issued.
        [message, required, tag = "2"] spec: CertificateSpec,
        /// The current state.
        [message, required, tag = "3"] status: CertificateStatus,
    }
}

wire! {
    /// `CertificateSpec`.
    CertificateSpec {
        /// The Secret that gets the certificate.
        [string, tag = "1"] secret_name: String,
        /// The issuer, of one namespace or of the cluster.
        [message, required, tag = "2"] issuer_ref: Reference,
    }
}

wire! {
    /// `CertificateStatus`.
    CertificateStatus {
        /// `Ready`, and `Issuing` while a certificate is requested.
        [message, repeated, tag = "1"] conditions: Vec<Condition>,
        /// How often the issue has failed in a row.
        [int32, tag = "2"] failed_issuance_attempts: i32,
    }
}

impl Certificate {
    /// Returns its condition of a type.
    pub fn condition(&self, r#type: &str) -> Option<&Condition> {
        self.status.conditions.iter().find(|condition| condition.r#type == r#type)
    }
}

//! Requests for certificates that the cluster signs, `certificates.k8s.io/v1`: a kubelet asks for its own this way.

use super::ObjectMeta;

wire! {
    /// `certificates.k8s.io/v1.CertificateSigningRequest`.
    CertificateSigningRequest {
        /// Name, age.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// Who asks for what.
        [message, required, tag = "2"] spec: CertificateSigningRequestSpec,
        /// The decision.
        [message, required, tag = "3"] status: CertificateSigningRequestStatus,
    }
}

wire! {
    /// `certificates.k8s.io/v1.CertificateSigningRequestSpec`.
    CertificateSigningRequestSpec {
        /// The user that sent the request.
        [string, tag = "2"] username: String,
        /// The signer that is asked, which decides what the certificate is good for.
        [string, tag = "7"] signer_name: String,
    }
}

wire! {
    /// `certificates.k8s.io/v1.CertificateSigningRequestStatus`.
    CertificateSigningRequestStatus {
        /// The decisions: `Approved`, `Denied`, `Failed`.
        [message, repeated, tag = "1"] conditions: Vec<CertificateSigningRequestCondition>,
    }
}

wire! {
    /// `certificates.k8s.io/v1.CertificateSigningRequestCondition`.
    CertificateSigningRequestCondition {
        /// The decision.
        [string, tag = "1"] r#type: String,
    }
}

/// The user name of a kubelet before the name of its node.
const KUBELET: &str = "system:node:";

/// The user name of a machine that joins the cluster with a bootstrap token, before the id of the token.
const BOOTSTRAP: &str = "system:bootstrap:";

/// What a certificate of a kubelet is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KubeletCertificate {
    /// Requests of the kubelet to the API server.
    Client,
    /// Requests of the API server to the kubelet: logs, commands, metrics.
    Serving,
}

impl CertificateSigningRequest {
    /// Returns what the certificate is for, if a kubelet asks for it.
    pub fn use_by_kubelet(&self) -> Option<KubeletCertificate> {
        match &*self.spec.signer_name {
            "kubernetes.io/kube-apiserver-client-kubelet" => Some(KubeletCertificate::Client),
            "kubernetes.io/kubelet-serving" => Some(KubeletCertificate::Serving),
            _ => None,
        }
    }

    /// Returns the node whose kubelet sent the request; `None` if another user sent it.
    pub fn node(&self) -> Option<&str> {
        self.spec.username.strip_prefix(KUBELET)
    }

    /// Whether a new node sent it to join the cluster.
    pub fn is_of_new_node(&self) -> bool {
        self.spec.username.starts_with(BOOTSTRAP)
    }

    /// Whether it is neither approved nor denied, and has not failed.
    pub fn is_pending(&self) -> bool {
        self.status.conditions.is_empty()
    }
}

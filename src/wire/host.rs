//! Measurements of a host from outside the cluster: the answer of DNS, the number of requests, and the certificate that is
//! served for it. `healthcheck/v1`, kind `Host`; captures contain it next to the objects.

use super::{MeasuredMeta, Sentence, kept, read_back};
use crate::text::Message;

measured! {
    /// A host that was looked up.
    Host {
        /// The name is the host, in lower case, without a dot at its end.
        metadata: MeasuredMeta,
        /// Whether a list names it: a flag, a profile or a file. Otherwise only objects of the cluster name it.
        listed: bool,
        /// The answer of DNS; unset if DNS was not asked.
        dns: Option<DnsAnswer>,
        /// The number of requests; unset if no source counts them.
        requests: Option<HostRequests>,
        /// The TLS handshake; unset if none was tried.
        tls: Option<Handshake>,
    }
}

measured! {
    /// The answer of DNS for a host.
    DnsAnswer {
        /// One word: [`DnsAnswer::RESOLVED`] and the others.
        outcome: String,
        /// Why there is no address, in English; empty if the outcome says it.
        detail: String,
        /// Its addresses, sorted.
        addresses: Vec<String>,
        /// The aliases that it leads to, in order.
        aliases: Vec<String>,
        /// The detail as a message, if the program worded it.
        message: Option<Sentence>,
    }
}

impl DnsAnswer {
    /// The name has addresses.
    pub const RESOLVED: &str = "resolved";
    /// The name does not exist.
    pub const NO_NAME: &str = "no-such-name";
    /// The name exists and has no address.
    pub const NO_ADDRESS: &str = "no-address";
    /// The aliases form a loop.
    pub const LOOP: &str = "alias-loop";
    /// No answer arrived in time.
    pub const TIMED_OUT: &str = "timed-out";
    /// The server failed or refused.
    pub const FAILED: &str = "failed";

    /// Sets why there is no address.
    #[must_use]
    pub fn because(mut self, why: &Message) -> Self {
        (self.detail, self.message) = kept(why);
        self
    }

    /// Returns why there is no address.
    pub fn why(&self) -> Option<Message> {
        read_back(&self.detail, self.message.as_ref())
    }

    /// Whether it has addresses.
    pub fn is_resolved(&self) -> bool {
        self.outcome == Self::RESOLVED
    }

    /// Whether it certainly has no address.
    pub fn is_missing(&self) -> bool {
        [Self::NO_NAME, Self::NO_ADDRESS, Self::LOOP].contains(&&*self.outcome)
    }
}

measured! {
    /// The number of requests for a host.
    HostRequests {
        /// The number.
        count: i64,
        /// The source: [`HostRequests::ACCESS_LOG`] or [`HostRequests::PROMETHEUS`].
        source: String,
        /// The length of the window in seconds; 0 for the whole length of the logs.
        window_seconds: i64,
    }
}

impl HostRequests {
    /// The given access logs.
    pub const ACCESS_LOG: &str = "access-log";
    /// A Prometheus that scrapes the ingress controller.
    pub const PROMETHEUS: &str = "prometheus";
}

measured! {
    /// The result of a TLS handshake for a host.
    Handshake {
        /// One word: [`Handshake::SERVED`] and the others.
        outcome: String,
        /// Why there is no certificate, in English; empty if the outcome says it.
        detail: String,
        /// The address and port that were contacted.
        address: String,
        /// The certificates in the order served: DER in base64.
        chain: Vec<String>,
        /// The detail as a message, if the program worded it.
        message: Option<Sentence>,
    }
}

impl Handshake {
    /// The server sent a certificate.
    pub const SERVED: &str = "served";
    /// The server sent a certificate, and its signature does not match the certificate's key.
    pub const OTHER_KEY: &str = "other-key";
    /// The server speaks HTTP without TLS.
    pub const PLAIN_HTTP: &str = "plain-http";
    /// The server speaks another protocol, or refuses the host.
    pub const NO_TLS: &str = "no-tls";
    /// The connection was refused.
    pub const REFUSED: &str = "refused";
    /// The connection was closed or reset before a certificate came.
    pub const CLOSED: &str = "closed";
    /// The handshake timed out.
    pub const TIMED_OUT: &str = "timed-out";
    /// The address cannot be reached.
    pub const UNREACHED: &str = "unreached";

    /// Sets why there is no certificate.
    #[must_use]
    pub fn because(mut self, why: &Message) -> Self {
        (self.detail, self.message) = kept(why);
        self
    }

    /// Returns why there is no certificate.
    pub fn why(&self) -> Option<Message> {
        read_back(&self.detail, self.message.as_ref())
    }
}

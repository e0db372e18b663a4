//! What was learnt about a host from outside the cluster: how DNS answers for it, how often it was asked for, and which
//! certificate is served for it. `healthcheck/v1`, kind `Host`; captures keep it beside the objects.

use super::{ObjectMeta, Sentence, kept, read_back};
use crate::text::Message;

wire! {
    /// A host that was looked up.
    Host {
        /// As a name the host, in lower case, without a dot at its end.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// Whether a list names it: a flag, a profile or a file. Else only objects of the cluster do.
        [bool, tag = "2"] listed: bool,
        /// How DNS answers; unset where it was not asked.
        [message, optional, tag = "3"] dns: Option<DnsAnswer>,
        /// How often it was asked for; unset where nobody counts.
        [message, optional, tag = "4"] requests: Option<HostRequests>,
        /// What is served for it by TLS; unset where that was not tried.
        [message, optional, tag = "5"] tls: Option<Handshake>,
    }
}

wire! {
    /// How DNS answers for a host.
    DnsAnswer {
        /// One word: [`DnsAnswer::RESOLVED`] and the others.
        [string, tag = "1"] outcome: String,
        /// Why there is no address, in English; empty if the outcome says it.
        [string, tag = "2"] detail: String,
        /// Its addresses, sorted.
        [string, repeated, tag = "3"] addresses: Vec<String>,
        /// The names that it leads to, one after the other.
        [string, repeated, tag = "4"] aliases: Vec<String>,
        /// The detail as a message, if the program worded it.
        [message, optional, tag = "5"] message: Option<Sentence>,
    }
}

impl DnsAnswer {
    /// It has addresses.
    pub const RESOLVED: &str = "resolved";
    /// There is no such name.
    pub const NO_NAME: &str = "no-such-name";
    /// The name is there, and has no address.
    pub const NO_ADDRESS: &str = "no-address";
    /// Its aliases lead to each other.
    pub const LOOP: &str = "alias-loop";
    /// No answer came within the time.
    pub const TIMED_OUT: &str = "timed-out";
    /// The server could not tell, or would not.
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

    /// Whether it is certain that it has none.
    pub fn is_missing(&self) -> bool {
        [Self::NO_NAME, Self::NO_ADDRESS, Self::LOOP].contains(&&*self.outcome)
    }
}

wire! {
    /// How often a host was asked for.
    HostRequests {
        /// So often.
        [int64, tag = "1"] count: i64,
        /// Who counted: [`HostRequests::ACCESS_LOG`] or [`HostRequests::PROMETHEUS`].
        [string, tag = "2"] source: String,
        /// Within so many seconds; 0 for as long as the logs go back.
        [int64, tag = "3"] window_seconds: i64,
    }
}

impl HostRequests {
    /// The access logs that were named.
    pub const ACCESS_LOG: &str = "access-log";
    /// A Prometheus that scrapes the ingress controller.
    pub const PROMETHEUS: &str = "prometheus";
}

wire! {
    /// How a TLS handshake for a host went.
    Handshake {
        /// One word: [`Handshake::SERVED`] and the others.
        [string, tag = "1"] outcome: String,
        /// Why there is no certificate, in English; empty if the outcome says it.
        [string, tag = "2"] detail: String,
        /// Who was asked: address and port.
        [string, tag = "3"] address: String,
        /// The certificates that were served, as they came: DER in base64.
        [string, repeated, tag = "4"] chain: Vec<String>,
        /// The detail as a message, if the program worded it.
        [message, optional, tag = "5"] message: Option<Sentence>,
    }
}

impl Handshake {
    /// A certificate was served.
    pub const SERVED: &str = "served";
    /// A certificate was served, and what it signed does not fit its key.
    pub const OTHER_KEY: &str = "other-key";
    /// Who answers speaks HTTP without TLS.
    pub const PLAIN_HTTP: &str = "plain-http";
    /// Who answers speaks something else, or refuses the host.
    pub const NO_TLS: &str = "no-tls";
    /// The connection was refused.
    pub const REFUSED: &str = "refused";
    /// The connection was closed or reset before a certificate came.
    pub const CLOSED: &str = "closed";
    /// Nothing more came within the time.
    pub const TIMED_OUT: &str = "timed-out";
    /// There was no way to it.
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

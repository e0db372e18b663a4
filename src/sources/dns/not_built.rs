//! What stands in for the resolver in a build without the feature `dns`: a reason why no host is looked up.

use crate::text::{Message, reasons};
use crate::wire::DnsAnswer;
use std::convert::Infallible;
use std::future::Ready;
use std::net::SocketAddr;
use tokio::time::Instant;

/// The DNS servers, of which there are none.
pub(super) struct Dns(Infallible);

impl Dns {
    /// Refuses.
    ///
    /// # Errors
    /// Always.
    pub(super) fn of(_: Option<SocketAddr>) -> Result<Self, Message> {
        Err(Message::plain(&reasons::DNS_NOT_BUILT))
    }

    /// Never called, as there is no value of this type.
    pub(super) fn answer(&self, _: &str, _: Instant) -> Ready<DnsAnswer> {
        match self.0 {}
    }
}

//! The registry of an image that cannot be pulled, if it is a Service of the cluster.

use super::Around;
use super::calls;
use crate::finding::{Link, Need};
use crate::logs::{Address, Failure, Unreachable, unreachable};

/// Returns the link to the Service behind a registry that does not answer.
pub(super) fn links(around: &Around) -> Vec<Link> {
    let finding = around.finding;
    let Some(registry) = finding.because.iter().find(|link| link.need == Need::Registry) else {
        return Vec::new();
    };
    let Some(pod) = around.pod() else { return Vec::new() };
    let said = unreachable(finding.fact("detail").unwrap_or_default());
    let named = Address::of(&registry.object.name);
    let addresses = said.into_iter().flat_map(|said| said.addresses).chain([named]).collect();
    // The node resolves the name, not the DNS of the cluster.
    let said = Unreachable { failure: Failure::NoConnection, addresses, server: None, is_unanswered: false };
    calls::link(around, pod, &said).filter(Link::is_shown).into_iter().collect()
}

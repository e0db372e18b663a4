//! Whether a node has the host ports that a pod asks for, as `HostPortInfo.CheckConflict` in k8s.io/kubernetes.

use crate::checks::View;
use crate::model::{HostPort, Pod};
use std::collections::BTreeMap;

/// The pods with host ports of each node, by name.
pub(super) type Takers<'a> = BTreeMap<&'a str, Vec<&'a Pod>>;

/// Returns the pods of each node that have host ports and have not ended.
pub(super) fn takers<'a>(view: &View<'a>) -> Takers<'a> {
    let mut takers: Takers = BTreeMap::new();
    for pod in view.snapshot.rows.pods.iter().filter(|pod| pod.shared.ended.is_none()) {
        let Some(node) = pod.node.as_deref().filter(|_| !pod.shared.template.ports().is_empty()) else {
            continue;
        };
        takers.entry(node).or_default().push(pod);
    }
    takers
}

/// Returns the first wanted port that a pod on a node has, and that pod.
pub(super) fn conflict<'p, 'a>(
    wanted: &'p [HostPort],
    takers: &Takers<'a>,
    node: &str,
) -> Option<(&'p HostPort, &'a Pod)> {
    let pods = takers.get(node).into_iter().flatten();
    wanted.iter().find_map(|port| {
        let mut pods = pods.clone();
        let has = |pod: &&&Pod| pod.shared.template.ports().iter().any(|taken| excludes(port, taken));
        pods.find(has).map(|pod| (port, *pod))
    })
}

/// Whether two pods on one node cannot both have these ports. An empty address is all addresses of the node.
fn excludes(a: &HostPort, b: &HostPort) -> bool {
    let any = |port: &HostPort| matches!(&*port.address, "" | "0.0.0.0");
    (a.number, &a.protocol) == (b.number, &b.protocol) && (any(a) || any(b) || a.address == b.address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_exclude_each_other_as_for_the_scheduler() {
        let port = |number, protocol: &str, address: &str| HostPort {
            number,
            protocol: protocol.into(),
            address: address.into(),
        };
        let web = port(80, "TCP", "");
        for (other, is_excluded) in [
            (port(80, "TCP", ""), true),
            (port(80, "TCP", "127.0.0.1"), true),
            (port(80, "UDP", ""), false),
            (port(81, "TCP", ""), false),
        ] {
            assert_eq!(excludes(&web, &other), is_excluded);
            assert_eq!(excludes(&other, &web), is_excluded);
        }
        let local = port(80, "TCP", "127.0.0.1");
        assert!(excludes(&local, &port(80, "TCP", "0.0.0.0")));
        assert!(!excludes(&local, &port(80, "TCP", "10.0.0.5")));
    }
}

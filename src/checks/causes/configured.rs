//! What a program is configured to call, if its own words do not say what it cannot reach.

use super::Around;
use super::calls::CALLING;
use crate::finding::{Link, Need, Severity};
use crate::logs::{Address, is_about_connection};
use crate::model::{Container, Pod};
use crate::text::texts;

texts! {
    EMPTY: "is configured to call {object}, which has no ready endpoint, and probably fails because of it",
        "設定為連線到 {object}，但它沒有就緒的端點，可能因此失敗", "配置为连接 {object}，但它没有就绪的端点，可能因此失败";
}

/// The most objects that explain a finding in this way. A program that calls many may do without most of them.
const MOST: usize = 2;

/// Returns the links of a finding about a pod to Services that it is configured to call and that have no endpoint. Words of the program
/// about something other than a connection are its own reason.
pub(super) fn links(around: &Around) -> Vec<Link> {
    let finding = around.finding;
    let Some(pod) =
        around.pod().filter(|_| finding.severity > Severity::Low && CALLING.contains(&finding.check.id))
    else {
        return Vec::new();
    };
    let mut links: Vec<Link> = Vec::new();
    let named = finding.fact("container");
    for container in pod.containers().filter(|of| named.is_none_or(|name| *name == *of.status.name)) {
        if !is_silent(around, pod, &container) {
            return Vec::new();
        }
        for host in container.spec.into_iter().flat_map(crate::wire::Container::named_hosts) {
            let link = link(around, pod, &Address::of(host));
            links.extend(link.filter(|link| links.iter().all(|known| known.object != link.object)));
        }
    }
    // A program that can reach some of what it calls has another reason, unless that is the only one.
    if links.len() > MOST { Vec::new() } else { links }
}

/// Whether a container says nothing about why it fails, or only that a connection failed.
fn is_silent(around: &Around, pod: &Pod, container: &Container) -> bool {
    around.view.last_words(pod, container).is_none_or(|words| is_about_connection(&words))
}

fn link(around: &Around, pod: &Pod, address: &Address) -> Option<Link> {
    let (object, since) = around.directory.without_endpoint(around.view, pod, address)?;
    around.began(&object, since).then(|| around.likely(Need::Call, object, &EMPTY))
}

//! The causes of findings that other objects explain: their node, a webhook, what a program calls, a component of its node, the
//! registry of its image. `docs/incidents.md` lists the rules.
//!
//! A check links its finding to what the object itself declares. Here the findings are known, and words and states of other
//! objects decide. A link needs a cause that began before the symptom.

mod agents;
mod calls;
mod configured;
mod controllers;
mod images;
mod node;
mod policies;
mod times;
mod volumes;
mod webhook;

use self::agents::Agents;
use self::calls::Directory;
use self::controllers::Stopped;
pub(crate) use self::policies::namespaces_with_unanswered_calls;
use self::times::Times;
use super::View;
use crate::finding::{Finding, Link, Need};
use crate::model::{ObjectRef, Pod};
use crate::text::{Fact, Message, Text};
use crate::wire::Time;

/// Adds the links to the causes of findings.
pub(super) fn attach(view: &View, findings: &mut [Finding]) {
    node::nodes(view, findings);
    webhook::webhooks(findings);
    let agents = Agents::of(view);
    let times = Times::of(findings);
    let directory = Directory::of(view);
    let stopped = Stopped::of(view);
    let links: Vec<Vec<Link>> = findings
        .iter()
        .map(|finding| {
            let (agents, times, directory, stopped) = (&agents, &times, &directory, &stopped);
            let around = Around { view, agents, times, directory, stopped, finding };
            let links = [calls::links, images::links, volumes::links, agents::links, controllers::links]
                .map(|links| links(&around))
                .concat();
            if links.is_empty() { configured::links(&around) } else { links }
        })
        .collect();
    for (finding, links) in findings.iter_mut().zip(links) {
        add(finding, links);
    }
}

/// A finding, and what may explain it.
struct Around<'x, 'a> {
    view: &'x View<'a>,
    agents: &'x Agents<'a>,
    times: &'x Times,
    directory: &'x Directory<'a>,
    stopped: &'x Stopped,
    finding: &'x Finding,
}

impl<'a> Around<'_, 'a> {
    /// Returns the pod that the finding is about.
    fn pod(&self) -> Option<&'a Pod> {
        let ObjectRef { namespace, kind, name } = &self.finding.object;
        if &**kind == "Pod" { self.view.snapshot.rows.pod(namespace, name) } else { None }
    }

    /// Returns a link to an object that its state proves, with a sentence about the two.
    fn shown(&self, need: Need, object: ObjectRef, text: &'static Text) -> Link {
        let why = why(text, &object, &self.finding.object.namespace);
        need.shown(object).because(why)
    }

    /// Returns a link to an object that only words name, with a sentence about the two.
    fn likely(&self, need: Need, object: ObjectRef, text: &'static Text) -> Link {
        let why = why(text, &object, &self.finding.object.namespace);
        need.likely(object).because(why)
    }

    /// Whether the trouble of an object began before the finding.
    fn began(&self, cause: &ObjectRef, since: Option<Time>) -> bool {
        self.times.precedes(cause, since, self.finding.since)
    }
}

/// Adds links before those that the check has set, and says why they are there.
fn add(finding: &mut Finding, links: Vec<Link>) {
    let is_known = |link: &Link| finding.because.iter().any(|known| known.object == link.object);
    let links: Vec<Link> = links.into_iter().filter(|link| !is_known(link)).collect();
    let whys = links.iter().filter_map(|link| link.why.as_deref().cloned());
    finding.evidence.splice(0..0, whys);
    // The node of a pod explains all of its troubles.
    let first = finding.because.iter().take_while(|link| link.need == Need::Node).count();
    finding.because.splice(first..first, links);
}

/// Returns a sentence about an object as seen from a namespace.
fn why(text: &'static Text, object: &ObjectRef, from: &str) -> Message {
    Message::new(text, vec![("object", Fact::Text(seen_from(object, from)))])
}

/// Returns the name of an object, with its namespace if that is another one.
fn seen_from(object: &ObjectRef, namespace: &str) -> String {
    if object.namespace.is_empty() || *object.namespace == *namespace {
        object.slashed()
    } else {
        format!("{} ({})", object.slashed(), object.namespace)
    }
}

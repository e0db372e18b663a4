//! How a check reports: bound to the check that runs, so that none can speak under another's id.

use super::{Check, View};
use crate::finding::{Fact, Facts, Finding, Severity};
use crate::model::{Container, Node, ObjectRef, Owner, Pod, Role};
use crate::text::{Say, Text};

/// Takes the findings of one check.
pub struct Reporter<'r, 'a> {
    check: &'static Check,
    view: &'r View<'a>,
    findings: &'r mut Vec<Finding>,
}

impl<'r, 'a> Reporter<'r, 'a> {
    pub(super) fn new(check: &'static Check, view: &'r View<'a>, findings: &'r mut Vec<Finding>) -> Self {
        Self { check, view, findings }
    }

    /// Reports something about a pod. `part` and `reason` make the key: the container, and the state.
    pub fn pod(&mut self, pod: &Pod, severity: Severity, message: Say) -> &mut Finding {
        let object = pod.object_ref();
        let owner = self.view.root(pod);
        let serving = self.view.is_served(pod);
        let since = pod.created();
        self.push(Finding { since, serving, ..self.blank(severity, object, owner, message) })
    }

    /// Reports something about an object other than a pod.
    pub fn object(&mut self, object: ObjectRef, severity: Severity, message: Say) -> &mut Finding {
        let blank = self.blank(severity, object, None, message);
        self.push(blank)
    }

    /// Reports something about a node. All that is found about one node is one incident.
    pub fn node(&mut self, node: &Node, severity: Severity, message: Say) -> &mut Finding {
        let object = node.object();
        let (because, serving) = (vec![object.clone()], node.is_ready());
        let actions = vec![self.view.settings.kubectl.describe(&object)];
        let blank = self.blank(severity, object, None, message);
        self.push(Finding { because, actions, serving, ..blank })
    }

    fn blank(&self, severity: Severity, object: ObjectRef, owner: Option<Owner>, message: Say) -> Finding {
        debug_assert!(severity <= self.check.severity, "{} is never that bad", self.check.id);
        Finding {
            check: self.check,
            severity,
            key: key(self.check.id, &object, owner.as_ref(), &message.facts),
            object,
            owner,
            affected: Vec::new(),
            because: Vec::new(),
            since: None,
            message,
            evidence: Vec::new(),
            actions: Vec::new(),
            serving: false,
        }
    }

    fn push(&mut self, finding: Finding) -> &mut Finding {
        self.findings.push(finding);
        // Just pushed.
        let last = self.findings.len() - 1;
        &mut self.findings[last]
    }
}

/// What stays the same from run to run: the check, the namespace, the topmost owner, the container, the reason.
fn key(id: &str, object: &ObjectRef, owner: Option<&Owner>, facts: &Facts) -> String {
    let (kind, name) = owner.map_or((&object.kind, &object.name), |owner| (&owner.kind, &owner.name));
    let mut key = format!("{id}/{}/{kind}/{name}", object.namespace);
    for part in ["container", "condition", "reason"] {
        if let Some((_, Fact::Text(value))) = facts.iter().find(|(fact, _)| *fact == part) {
            key.push('/');
            key.push_str(value);
        }
    }
    key
}

/// A message: a text and its facts.
pub(super) fn say(text: &'static Text, facts: Facts) -> Say {
    Say { text, facts }
}

/// What a container is called by its role.
pub(super) fn role(container: &Container) -> &'static Text {
    match container.role {
        Role::Main => &MAIN,
        Role::Init => &INIT,
        Role::Sidecar => &SIDECAR,
    }
}

static MAIN: Text = Text { en: "container", zh_tw: "容器", zh_cn: "容器" };
static INIT: Text = Text { en: "init container", zh_tw: "init 容器", zh_cn: "init 容器" };
static SIDECAR: Text = Text { en: "sidecar", zh_tw: "sidecar 容器", zh_cn: "sidecar 容器" };

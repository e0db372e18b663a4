//! The reporter of a check. It is bound to the running check, so that no check can report under another id.

use super::View;
use super::kept::Findings;
use crate::finding::{CheckInfo, Finding, Severity, declared, key};
use crate::model::{Container, Node, ObjectRef, Owner, Pod, Role};
use crate::text::{Message, Text};
use std::sync::Arc;

/// Collects the findings of one check.
pub struct Reporter<'r, 'a> {
    check: &'static CheckInfo,
    view: &'r View<'a>,
    findings: &'r mut Findings,
}

impl<'r, 'a> Reporter<'r, 'a> {
    pub(crate) fn new(check: &'static CheckInfo, view: &'r View<'a>, findings: &'r mut Findings) -> Self {
        Self { check, view, findings }
    }

    /// Reports a finding about a pod. `part` goes into the key and separates this finding from others of the check
    /// about the same owner, for example by the container. It must stay the same as long as the problem lasts: no
    /// reason that alternates with another, no message of a component. A problem of several pods of a workload has
    /// one key.
    pub fn pod(&mut self, pod: &Pod, part: &[&str], severity: Severity, message: Message) -> &mut Finding {
        let serving = self.view.is_served(pod);
        let since = pod.created();
        let blank = self.blank(pod.object_ref(), part, severity, message);
        self.push(Finding { since, serving, ..blank })
    }

    /// Reports a finding about any object; for `part` see [`Reporter::pod`].
    pub fn object(
        &mut self,
        object: ObjectRef,
        part: &[&str],
        severity: Severity,
        message: Message,
    ) -> &mut Finding {
        let blank = self.blank(object, part, severity, message);
        self.push(blank)
    }

    /// Reports a finding about a node; for `part` see [`Reporter::pod`]. All findings about one node are one
    /// incident.
    pub fn node(&mut self, node: &Node, part: &[&str], severity: Severity, message: Message) -> &mut Finding {
        let object = node.object();
        let (because, serving) = (declared([object.clone()]), node.is_ready());
        let actions = vec![self.view.settings.kubectl.describe(&object)];
        let blank = self.blank(object, part, severity, message);
        self.push(Finding { because, actions, serving, ..blank })
    }

    fn blank(&self, object: ObjectRef, part: &[&str], severity: Severity, message: Message) -> Finding {
        debug_assert!(severity <= self.check.severity, "{} is never that bad", self.check.id);
        let owner = self.owner(&object);
        Finding {
            check: self.check,
            severity,
            key: self.key(&object, owner.as_ref(), part),
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

    /// Returns the topmost owner of an object that has an owner.
    fn owner(&self, object: &ObjectRef) -> Option<Owner> {
        let ObjectRef { namespace, kind, name } = object;
        match &**kind {
            "Pod" => self.view.root(self.view.snapshot.rows.pod(namespace, name)?),
            "Job" | "ReplicaSet" => {
                let itself = Owner { kind: Arc::clone(kind), name: Arc::clone(name) };
                Some(self.view.topmost(namespace, &itself)).filter(|owner| *owner != itself)
            }
            _ => None,
        }
    }

    fn key(&self, object: &ObjectRef, owner: Option<&Owner>, part: &[&str]) -> String {
        // A static pod keeps its name, and its node owns other static pods.
        let owner = owner.filter(|owner| &*owner.kind != "Node");
        let of = |owner: &Owner| {
            let (namespace, kind, name) = (&object.namespace, &owner.kind, &owner.name);
            ObjectRef { namespace: Arc::clone(namespace), kind: Arc::clone(kind), name: Arc::clone(name) }
        };
        if let Some(owner) = owner {
            return key(self.check.id, &of(owner), part);
        }
        // The claim of an ephemeral volume is named after its pod.
        if let Some((owner, volume)) = self.view.owner_of_claim(object) {
            return key(self.check.id, &of(&owner), &[&[volume], part].concat());
        }
        key(self.check.id, object, part)
    }

    fn push(&mut self, finding: Finding) -> &mut Finding {
        self.findings.push(self.view, finding)
    }
}

/// Returns the word for a container by its role.
pub(crate) fn role(container: &Container) -> &'static Text {
    match container.role {
        Role::Main => &MAIN,
        Role::Init => &INIT,
        Role::Sidecar => &SIDECAR,
    }
}

static MAIN: Text = Text { en: "container", zh_tw: "容器", zh_cn: "容器" };
static INIT: Text = Text { en: "init container", zh_tw: "init 容器", zh_cn: "Init 容器" };
static SIDECAR: Text = Text { en: "sidecar container", zh_tw: "sidecar 容器", zh_cn: "边车容器" };

//! How far trouble reaches: what is down now, how many pods of an object are ready, and how many namespaces suffer.

use super::{NodeClass, Report, Verdict};
use crate::finding::incident::Incident;
use crate::finding::{Finding, Severity};
use crate::model::{ObjectRef, Owner, Workload};
use crate::wire::Kind;
use std::collections::BTreeSet;

/// What serves nothing at the moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Down {
    /// Workloads without an available pod.
    pub workloads: usize,
    /// Services without an endpoint.
    pub services: usize,
    /// Nodes with a finding of high severity.
    pub nodes: usize,
    /// All nodes.
    pub of_nodes: usize,
    /// Webhooks that must answer and cannot.
    pub webhooks: usize,
    /// Aggregated APIs that do not answer.
    pub apis: usize,
}

impl Report<'_> {
    /// Returns what serves nothing at the moment.
    pub fn down(&self) -> Down {
        let is_high = |finding: &&Finding| finding.severity == Severity::High;
        let of = |id: &str| {
            let found = self.findings.iter().filter(is_high).filter(|finding| finding.check.id == id);
            found.map(|finding| &finding.object).collect::<BTreeSet<_>>().len()
        };
        let owners = self.findings.iter().filter(is_high).filter_map(|finding| self.workload_of(finding));
        let empty = owners.filter(|workload| workload.desired > 0 && workload.available == 0);
        Down {
            workloads: empty.map(Workload::object).collect::<BTreeSet<_>>().len(),
            services: of("service-no-endpoints"),
            nodes: self.nodes.iter().filter(|node| node.class == NodeClass::Unhealthy).count(),
            of_nodes: self.nodes.len(),
            webhooks: of("webhook-backend-dead"),
            apis: of("apiservice-unavailable"),
        }
    }

    /// Returns the workload that a finding is about, or the one that owns its object.
    fn workload_of(&self, finding: &Finding) -> Option<&Workload> {
        let (kind, name) = match &finding.owner {
            Some(Owner { kind, name }) => (kind, name),
            None => (&finding.object.kind, &finding.object.name),
        };
        self.view.workload(&finding.object.namespace, kind, name)
    }

    /// Returns the number of namespaces that have a finding above low or were not read.
    pub fn affected_namespaces(&self) -> usize {
        let is_affected = |state: Verdict| state > Verdict::Healthy;
        self.namespaces.iter().filter(|namespace| is_affected(namespace.state)).count()
    }

    /// Returns how many incidents of a severity began within some seconds.
    pub fn began_within(&self, severity: Severity, seconds: i64) -> usize {
        let incidents = self.incidents.iter().filter(|incident| incident.severity == severity);
        incidents.filter(|incident| self.age_of(incident).is_some_and(|age| age <= seconds)).count()
    }

    /// Returns how many seconds ago an incident began, by the finding that names it.
    pub fn age_of(&self, incident: &Incident) -> Option<i64> {
        self.findings[incident.cause].since.map(|since| self.snapshot.taken_at.seconds_since(since))
    }

    /// Returns the READY column of an object: ready and wanted pods of a workload or a Service, containers of a pod.
    pub fn ready(&self, object: &ObjectRef) -> Option<String> {
        let (namespace, name) = (&*object.namespace, &*object.name);
        match &*object.kind {
            "Pod" => {
                let pod = self.snapshot.rows.pod(namespace, name)?;
                pod.shared.ended.is_none().then(|| pod.ready_column())
            }
            "Service" => self.endpoints(namespace, name),
            kind => {
                let workload = self.view.workload(namespace, kind, name)?;
                (workload.desired > 0).then(|| format!("{}/{}", workload.available, workload.desired))
            }
        }
    }

    /// Returns the endpoints of a Service that get traffic, and those it has or should have.
    fn endpoints(&self, namespace: &str, name: &str) -> Option<String> {
        if !self.view.saw(Kind::EndpointSlice, namespace) {
            return None;
        }
        let service = self.view.service(namespace, name)?;
        let parts = self.view.endpoints(namespace, name);
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let ready: i64 = parts.iter().map(|part| i64::from(part.ready)).sum();
        let unready = count(parts.iter().map(|part| part.unready.len()).sum());
        let selected = self.view.workloads_selected_by(namespace, &service.spec.selector);
        let wanted: i64 = selected.map(|workload| i64::from(workload.desired)).sum();
        let all = wanted.max(ready.saturating_add(unready));
        (all > 0).then(|| format!("{ready}/{all}"))
    }
}

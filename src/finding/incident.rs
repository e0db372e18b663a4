//! Findings with one cause become one incident. The rules, in the order in which they apply:
//!
//! 1. A finding joins the worst finding about one of the objects it is because of: a workload its pods, a pod its
//!    node, a service what stands behind it; and so on up, until a finding is because of nothing that was found.
//! 2. Findings that are because of the same object are one incident, found or not: an image, a missing secret.
//! 3. Findings of one check about one owner are one incident, however many pods and containers they are of.
//!
//! Worst first, then oldest. `docs/incidents.md` tells operators the same. What does not belong here: looking at
//! anything but findings.

use crate::finding::{Finding, Relation, Severity};
use crate::model::ObjectRef;
use crate::wire::Time;
use std::collections::{BTreeMap, BTreeSet};

/// One cause, and the findings behind it.
#[derive(Debug)]
pub struct Incident {
    /// The worst of its findings.
    pub severity: Severity,
    /// The finding that names the cause, as an index.
    pub cause: usize,
    /// Since when the oldest of its findings lasts.
    pub since: Option<Time>,
    /// The start of its newest finding.
    pub newest: Option<Time>,
    /// How many objects suffer: those of the findings and those they name as affected.
    pub affected: usize,
    /// How many of these are pods.
    pub pods: usize,
    /// How many workloads suffer: those that are among the objects, and those whose pods are.
    pub workloads: usize,
    /// Its findings as indices, the cause first.
    pub findings: Vec<usize>,
}

/// Groups findings, which must be sorted worst and oldest first.
pub fn group(findings: &[Finding]) -> Vec<Incident> {
    let mut about: BTreeMap<&ObjectRef, Vec<usize>> = BTreeMap::new();
    for (index, finding) in findings.iter().enumerate() {
        about.entry(&finding.object).or_default().push(index);
    }
    let named: BTreeSet<&ObjectRef> = findings.iter().filter_map(|finding| finding.because.first()).collect();
    let mut groups: BTreeMap<Cause, Vec<usize>> = BTreeMap::new();
    let mut roots = BTreeSet::new();
    for index in 0..findings.len() {
        let root = root(index, findings, &about);
        roots.insert(root);
        groups.entry(cause(&findings[root], &named)).or_default().push(index);
    }
    let mut incidents: Vec<Incident> =
        groups.into_iter().map(|(cause, members)| incident(findings, &cause, &roots, members)).collect();
    incidents.sort_by(|a, b| {
        let rank = |i: &Incident| (std::cmp::Reverse(i.severity), i.since.is_none(), i.since, i.cause);
        rank(a).cmp(&rank(b))
    });
    incidents
}

/// Kinds that own pods and answer to operators.
const WORKLOADS: [&str; 5] = ["CronJob", "DaemonSet", "Deployment", "Job", "StatefulSet"];

/// What findings are grouped by.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Cause<'a> {
    /// An object that explains them.
    Object(&'a ObjectRef),
    /// One check, about one owner: its namespace, kind and name.
    Owner(&'a str, &'a str, &'a str, &'a str),
}

/// The finding that a finding leads to, over the objects that it is because of.
fn root(start: usize, findings: &[Finding], about: &BTreeMap<&ObjectRef, Vec<usize>>) -> usize {
    let mut seen = BTreeSet::from([start]);
    let mut at = start;
    loop {
        let objects = findings[at].because.iter().filter(|object| **object != findings[at].object);
        let found = objects.filter_map(|object| about.get(object)).flatten().copied();
        // They are sorted: the first is the worst and oldest.
        match found.filter(|&index| findings[index].check.traits.relation != Relation::ExplainsNothing).min()
        {
            Some(next) if seen.insert(next) => at = next,
            // Two that explain each other are one incident, named by the worse.
            Some(_) => return seen.into_iter().next().unwrap_or(start),
            None => return at,
        }
    }
}

fn cause<'a>(finding: &'a Finding, named: &BTreeSet<&'a ObjectRef>) -> Cause<'a> {
    if let Some(object) = finding.because.first() {
        return Cause::Object(object);
    }
    // The pods of an owner are one incident, whichever of them somebody names.
    if finding.owner.is_none() && named.contains(&finding.object) {
        return Cause::Object(&finding.object);
    }
    let (kind, name) = finding
        .owner
        .as_ref()
        .map_or((&finding.object.kind, &finding.object.name), |owner| (&owner.kind, &owner.name));
    Cause::Owner(finding.check.id, &finding.object.namespace, kind, name)
}

fn incident(
    findings: &[Finding],
    cause: &Cause,
    roots: &BTreeSet<usize>,
    mut members: Vec<usize>,
) -> Incident {
    // What is found about the cause itself names it, if that is more than worth knowing; else the worst that comes of
    // it, and of equals what needs no further explanation, or what explains the others.
    let about_cause = |finding: &Finding| {
        let is_cause = matches!(cause, Cause::Object(object) if **object == finding.object);
        is_cause && finding.severity > Severity::Low
    };
    members.sort_by_key(|&index| {
        let finding = &findings[index];
        let rank = (!finding.because.is_empty(), !roots.contains(&index));
        (!about_cause(finding), std::cmp::Reverse(finding.severity), rank, index)
    });
    let of = |index: &usize| &findings[*index];
    let objects: BTreeSet<&ObjectRef> = members
        .iter()
        .map(of)
        .flat_map(|finding| std::iter::once(&finding.object).chain(&finding.affected))
        .collect();
    let owners = members.iter().map(of).filter_map(|finding| {
        let owner = finding.owner.as_ref()?;
        Some((&*finding.object.namespace, &*owner.kind, &*owner.name))
    });
    let own = objects.iter().filter(|object| WORKLOADS.contains(&&*object.kind));
    let own = own.map(|object| (&*object.namespace, &*object.kind, &*object.name));
    let workloads: BTreeSet<_> = owners.chain(own).collect();
    Incident {
        severity: members.iter().map(of).map(|f| f.severity).max().unwrap_or(Severity::Low),
        cause: members.first().copied().unwrap_or_default(),
        since: members.iter().map(of).filter_map(|f| f.since).min(),
        newest: members.iter().map(of).filter_map(|f| f.since).max(),
        affected: objects.len(),
        pods: objects.iter().filter(|object| &*object.kind == "Pod").count(),
        workloads: workloads.len(),
        findings: members,
    }
}

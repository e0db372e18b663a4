//! The findings of a run, within the memory of the process: a tenant may create any number of objects that fail.

use super::View;
use crate::finding::{CheckInfo, Finding, Severity};
use crate::memory;
use crate::model::{Gap, ObjectRef, Reason};
use crate::text::{Fact, Message};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// The maximum number of namespaces that gaps name.
const NAMED: usize = 100;

/// The number of findings of each namespace that come before the worse ones of a namespace with more.
const SHARE: usize = 1000;

/// The findings so far. Those about pods are all kept: rows of pods reserve the memory for them when they are read.
pub(crate) struct Findings {
    pub(super) list: Vec<Finding>,
    /// The memory that the report takes for those that are not about pods, and the memory that is there for them.
    cost: usize,
    room: usize,
    /// The number of findings that were left out, by kind and namespace of their objects.
    left_out: BTreeMap<(Arc<str>, Arc<str>), u64>,
    /// Only the worst finding of each object is kept, and here.
    worst: Option<Worst>,
}

/// The severity and the check of the worst finding of each object.
pub(crate) type Worst = BTreeMap<ObjectRef, (Severity, &'static CheckInfo)>;

impl Findings {
    /// Creates a list of findings that may take this many bytes.
    pub(super) fn within(room: usize) -> Self {
        Self { list: Vec::new(), cost: 0, room, left_out: BTreeMap::new(), worst: None }
    }

    /// Creates a list that keeps only the severity and the check of the worst finding of each object.
    pub(super) fn worst_of_each() -> Self {
        Self { worst: Some(Worst::new()), ..Self::within(0) }
    }

    /// Returns the worst findings.
    pub(super) fn into_worst(mut self) -> Worst {
        let mut worst = self.worst.take().unwrap_or_default();
        for Finding { object, severity, check, .. } in self.list {
            keep_worst(&mut worst, object, (severity, check));
        }
        worst
    }

    /// Adds a finding. If there is no room for more, the least important ones are left out first.
    pub(super) fn push(&mut self, view: &View, finding: Finding) -> &mut Finding {
        // The check has completed the last one.
        if let Some(worst) = &mut self.worst {
            for Finding { object, severity, check, .. } in self.list.drain(..) {
                keep_worst(worst, object, (severity, check));
            }
        } else {
            self.cost += self.list.last().map_or(0, cost);
            if self.cost > self.room {
                self.cut(view);
            }
        }
        self.list.push(finding);
        // Just pushed.
        let last = self.list.len() - 1;
        &mut self.list[last]
    }

    /// Leaves out about half of the findings. Each namespace keeps its worst ones, so that a tenant with very many does not
    /// displace those of others.
    fn cut(&mut self, view: &View) {
        self.list.retain(|finding| !view.is_left_out(finding));
        self.list.sort_by_key(|finding| (Reverse(finding.severity), finding.since.is_none(), finding.since));
        let mut of_namespace: HashMap<Arc<str>, usize> = HashMap::new();
        self.list.sort_by_cached_key(|finding| {
            if is_about_pod(finding) {
                return (false, false, Reverse(finding.severity), 0);
            }
            let number = of_namespace.entry(Arc::clone(&finding.object.namespace)).or_default();
            *number += 1;
            (true, *number > SHARE, Reverse(finding.severity), *number)
        });
        let mut sum = 0;
        let kept = self.list.iter().take_while(|finding| {
            sum += cost(finding);
            sum <= self.room / 2
        });
        let kept = kept.count();
        for finding in self.list.drain(kept..) {
            let place = (finding.object.kind, finding.object.namespace);
            *self.left_out.entry(place).or_default() += 1;
        }
        // The cost of the last one is added with the next.
        self.cost = self.list.iter().rev().skip(1).map(cost).sum();
    }

    /// Returns the gaps for what was left out.
    pub(super) fn gaps(&self) -> Vec<Gap> {
        let namespaces: BTreeSet<&str> = self.left_out.keys().map(|(_, namespace)| &**namespace).collect();
        let mut counts: BTreeMap<(&str, Option<&str>), u64> = BTreeMap::new();
        for ((kind, namespace), count) in &self.left_out {
            let named = Some(&**namespace).filter(|name| !name.is_empty() && namespaces.len() <= NAMED);
            *counts.entry((kind, named)).or_default() += count;
        }
        let gap = |((kind, namespace), count): ((&str, Option<&str>), u64)| Gap {
            namespace: namespace.map(str::to_owned),
            ..Gap::new(kind, Reason::Failed).because(memory::left_out(count))
        };
        counts.into_iter().map(gap).collect()
    }
}

/// Keeps the worst finding of each key; of equal ones the first.
pub(crate) fn keep_worst<K: Ord>(
    worst: &mut BTreeMap<K, (Severity, &'static CheckInfo)>,
    key: K,
    found: (Severity, &'static CheckInfo),
) {
    let of = worst.entry(key).or_insert(found);
    if of.0 < found.0 {
        *of = found;
    }
}

fn is_about_pod(finding: &Finding) -> bool {
    &*finding.object.kind == "Pod"
}

fn cost(finding: &Finding) -> usize {
    if is_about_pod(finding) {
        return 0;
    }
    let evidence: usize = finding.evidence.iter().map(Message::length).sum();
    let facts: usize = finding.evidence.iter().map(|line| line.facts.len()).sum();
    let actions: usize = finding.actions.iter().map(String::len).sum();
    let objects = finding.because.len() + finding.affected.len();
    memory::of_finding(finding.message.length() + evidence)
        + actions
        + facts * size_of::<(&str, Fact)>()
        + objects * size_of::<ObjectRef>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::{Reporter, rules::workloads::job_overdue::CHECK};
    use crate::policy::settings::Settings;
    use crate::snapshot::Snapshot;
    use crate::wire::Time;

    /// Reports a finding about an object of a kind that began at a time.
    fn add(
        out: &mut Findings,
        view: &View,
        (namespace, kind, name): (&str, &str, &str),
        since: i64,
        severity: Severity,
    ) {
        let object = ObjectRef::new(namespace, kind, name);
        let mut reporter = Reporter::new(CHECK.info, view, out);
        let found = reporter.object(object, &[], severity, Message::quoted("it fails"));
        found.since = Some(Time { seconds: since, nanos: 0 });
    }

    fn names(found: &Findings, namespace: &str) -> Vec<String> {
        let list = found.list.iter().filter(|finding| &*finding.object.namespace == namespace);
        list.map(|finding| finding.object.name.to_string()).collect()
    }

    #[test]
    fn each_namespace_keeps_its_worst_findings_and_the_rest_is_counted() {
        let (snapshot, settings) = (Snapshot::default(), Settings::default());
        let view = View::new(&snapshot, &settings);
        let mut found = Findings::within(40 * memory::of_finding(100));
        let medium = Severity::Medium;
        for number in 0..1000 {
            add(&mut found, &view, ("tenant", "Job", &format!("j{number}")), number, Severity::Low);
            add(&mut found, &view, ("tenant", "Pod", &format!("p{number}")), number, Severity::Low);
        }
        add(&mut found, &view, ("tenant", "Job", "worst"), 5000, medium);
        for number in 0..5 {
            add(&mut found, &view, ("shop", "Job", &format!("s{number}")), 9000, Severity::Low);
        }
        for number in 1000..2000 {
            add(&mut found, &view, ("tenant", "Job", &format!("j{number}")), number, Severity::Low);
        }
        assert_eq!(names(&found, "shop"), ["s0", "s1", "s2", "s3", "s4"]);
        let of_tenant = names(&found, "tenant");
        for kept in ["worst", "j0", "p0", "p999"] {
            assert!(of_tenant.iter().any(|name| name == kept), "{kept}: {of_tenant:?}");
        }
        let jobs = of_tenant.iter().filter(|name| !name.starts_with('p')).count();
        assert!((15..=80).contains(&jobs), "{jobs}");
        let gaps: Vec<(Option<String>, String, String)> = found
            .gaps()
            .into_iter()
            .map(|gap| (gap.namespace, gap.kind, gap.why.unwrap().to_string()))
            .collect();
        let why = format!(
            "{} findings left out: no room for more within 0 MiB of memory (--max-memory)",
            2001 - jobs
        );
        assert_eq!(gaps, [(Some("tenant".to_owned()), "Job".to_owned(), why)]);
    }

    #[test]
    fn a_namespace_with_very_many_does_not_displace_milder_findings_of_another() {
        let (snapshot, settings) = (Snapshot::default(), Settings::default());
        let view = View::new(&snapshot, &settings);
        let mut found = Findings::within(4 * SHARE * memory::of_finding(100));
        add(&mut found, &view, ("shop", "Job", "mild"), 9000, Severity::Low);
        for number in 0..10_000 {
            add(&mut found, &view, ("tenant", "Job", &format!("j{number}")), number, Severity::Medium);
        }
        assert_eq!(names(&found, "shop"), ["mild"]);
        assert!(!found.gaps().is_empty());
    }

    #[test]
    fn gaps_of_very_many_namespaces_are_one() {
        let (snapshot, settings) = (Snapshot::default(), Settings::default());
        let view = View::new(&snapshot, &settings);
        let mut found = Findings::within(40 * memory::of_finding(100));
        for number in 0..1000 {
            add(&mut found, &view, (&format!("n{number}"), "Job", "a"), number, Severity::Low);
        }
        let gaps = found.gaps();
        assert_eq!((gaps.len(), gaps[0].namespace.as_deref()), (1, None), "{gaps:?}");
    }
}

//! The objects with problems, one per line, for `xargs`: `pod/web-0` if the scope is one namespace, `-n shop pod/web-0` if
//! it is several, with `--context` before it for several clusters.
//!
//! The lines become words of a command. A line whose names the API server would reject is left out, and so is an object of
//! a namespace whose kind is not known to live there: any user can write the owner of a pod.

use crate::finding::Severity;
use crate::finding::command::quote;
use crate::model::ObjectRef;
use crate::report::{NodeClass, Report};
use crate::text::is_hostile;
use crate::wire::{is_kind, is_name, is_namespace, lives_in};
use std::collections::BTreeSet;
use std::io::{self, Write};

pub(super) fn write(reports: &[Report], out: &mut dyn Write) -> io::Result<()> {
    let with_prefix = reports.iter().filter_map(|report| Some((report, prefix(report, reports)?)));
    with_prefix.into_iter().try_for_each(|(report, prefix)| write_one(report, &prefix, out))
}

/// Writes the nodes with problems.
pub(super) fn nodes(reports: &[Report], out: &mut dyn Write) -> io::Result<()> {
    for report in reports {
        let Some(prefix) = prefix(report, reports) else { continue };
        let loads = report.nodes.iter().filter(|load| load.class > NodeClass::NotObserved);
        for load in loads.filter(|load| is_name("Node", load.name)) {
            writeln!(out, "{prefix}node/{}", load.name)?;
        }
    }
    Ok(())
}

/// Returns the flag that chooses the cluster of a report, if there are several. `None` for a context whose name cannot be
/// written as one word for `xargs`.
fn prefix(report: &Report, reports: &[Report]) -> Option<String> {
    let context = &report.snapshot.cluster.context;
    let odd = |c: char| is_hostile(c) || "'\"\\".contains(c);
    match reports {
        [_] => Some(String::new()),
        _ if context.starts_with('-') || context.contains(odd) => None,
        _ => Some(format!("--context {} ", quote(context))),
    }
}

/// Returns whether all words of an object are names, and an object of this kind can be there.
fn is_plain(object: &ObjectRef) -> bool {
    let ObjectRef { namespace, kind, name } = object;
    is_namespace(namespace) && is_kind(kind) && is_name(kind, name) && lives_in(kind, namespace)
}

fn write_one(report: &Report, prefix: &str, out: &mut dyn Write) -> io::Result<()> {
    let one = prefix.is_empty() && matches!(report.snapshot.scope.namespaces.as_slice(), [_]);
    let findings = report.findings.iter().filter(|finding| finding.severity > Severity::Low);
    let objects: BTreeSet<&ObjectRef> = findings.map(|finding| &finding.object).collect();
    for object in objects.into_iter().filter(|object| is_plain(object)) {
        let name = object.slashed();
        match &*object.namespace {
            namespace if !one && !namespace.is_empty() => writeln!(out, "{prefix}-n {namespace} {name}")?,
            _ => writeln!(out, "{prefix}{name}")?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_become_words_of_a_command() {
        for (namespace, kind, name) in [
            ("shop", "Pod", "web-0"),
            ("shop", "Rollout", "web"),
            ("", "Node", "ip-10-0-0-1.eu-west-1.compute.internal"),
            ("", "APIService", "v1beta1.metrics.k8s.io"),
        ] {
            assert!(is_plain(&ObjectRef::new(namespace, kind, name)), "{kind} {name}");
        }
        for (namespace, kind, name) in [
            ("shop", "Pod", "--all"),
            ("shop", "Pod", "web -n kube-system pod/etcd"),
            ("shop", "Pod", "web\n-n kube-system pod/etcd"),
            ("shop -n kube-system", "Pod", "web"),
            ("--all-namespaces", "Pod", "web"),
            ("shop", "Pod/etcd -n kube-system Pod", "web"),
            ("shop", "--all", "web"),
            ("shop", "Node", "n1"),
            ("shop", "Namespace", "kube-system"),
            ("shop", "ClusterRole", "view"),
            ("", "Host", "*.example.com"),
        ] {
            assert!(!is_plain(&ObjectRef::new(namespace, kind, name)), "{namespace} {kind} {name}");
        }
    }
}

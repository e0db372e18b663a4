//! Links to pages about a finding, from the templates of a profile.

use crate::finding::Finding;
use crate::report::Report;

/// Returns the title and the address of each link of a finding. Values from the cluster are percent-encoded.
pub(super) fn of<'r>(report: &'r Report, finding: &'r Finding) -> impl Iterator<Item = (&'r str, String)> {
    let fits = |link: &&crate::policy::profile::Link| {
        link.checks.as_ref().is_none_or(|checks| checks.contains(finding.check.id))
    };
    let links = report.settings.rules.links.iter().filter(fits);
    links.map(|link| (link.name.as_str(), link.fill(|name| value(report, finding, name))))
}

/// Returns the value of a placeholder; empty if there is none.
fn value(report: &Report, finding: &Finding, placeholder: &str) -> String {
    let object = &finding.object;
    match placeholder {
        "check" => finding.check.id.to_owned(),
        "severity" => finding.severity.id().to_owned(),
        "context" => report.snapshot.cluster.context.clone(),
        "namespace" => object.namespace.to_string(),
        "kind" => object.kind.to_lowercase(),
        "name" => object.name.to_string(),
        "owner" => finding.owner.as_ref().map_or(&object.name, |owner| &owner.name).to_string(),
        _ => String::new(),
    }
}

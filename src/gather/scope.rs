//! The scope of a run: which lists to read, and which gaps in them are outside of the scope.

use super::{Run, ScopeOptions};
use crate::checks::control_plane;
use crate::cluster::ListRequest;
use crate::cluster::list::CERTIFICATES;
use crate::model::{Coverage, Gap, Reason};
use crate::snapshot::Scope;
use crate::wire::{Kind, Place};
use std::time::Duration;

/// The secrets that hold no certificate.
const OTHER_SECRETS: &str = "type!=kubernetes.io/tls";

/// A page of what a metrics server measures comes within this or not at all; a shorter time for all pages goes before it.
const METERED_TIMEOUT: Duration = Duration::from_secs(10);

impl Run<'_> {
    /// Returns the list of a kind in a namespace, or in all of them.
    pub(super) fn request(&self, kind: Kind, namespace: Option<&str>) -> ListRequest {
        let (scope, list) = (&self.plan.scope, &self.plan.list);
        let of_pods = |selector: &Option<String>| selector.clone().filter(|_| kind == Kind::Pod);
        let labels = scope.selector.clone().filter(|_| matches!(kind, Kind::Pod | Kind::PodMetrics));
        let warnings = (kind == Kind::Event).then(|| "type=Warning".to_owned());
        ListRequest {
            kind,
            namespace: namespace.map(str::to_owned),
            labels,
            fields: of_pods(&scope.field_selector).or(warnings),
            excluded: self.excluded.clone(),
            page_size: list.page_size,
            page_timeout: if kind.is_metered() { self.metered_timeout() } else { list.page_timeout },
        }
    }

    /// Returns the time limit of a metrics server. A report is complete without it.
    pub(super) fn metered_timeout(&self) -> Duration {
        METERED_TIMEOUT.min(self.plan.list.page_timeout)
    }

    /// Returns the list of the Secrets with certificates.
    fn certificates(&self, namespace: Option<&str>) -> ListRequest {
        ListRequest { fields: Some(CERTIFICATES.to_owned()), ..self.request(Kind::Secret, namespace) }
    }

    /// Returns the list of the names of all other Secrets.
    fn other_secrets(&self, namespace: Option<&str>) -> ListRequest {
        ListRequest { fields: Some(OTHER_SECRETS.to_owned()), ..self.request(Kind::Secret, namespace) }
    }

    /// Returns every list of the scope, the longest first.
    pub(super) fn requests(&self) -> Vec<ListRequest> {
        let all = self.namespaces.is_empty();
        let asked = |kind: &Kind| match kind {
            Kind::Namespace => all,
            Kind::PodMetrics if !self.plan.with_usage => false,
            kind if kind.place() == Place::Measured => false,
            kind if kind.is_on_demand() && !self.all_evidence => false,
            // Those of the control plane, and in a capture those of all kubelets too.
            Kind::Lease if !all => false,
            Kind::Secret if !self.plan.with_certificates || self.plan.scope.no_evidence => false,
            kind if self.is_unselected(*kind) => false,
            _ => !self.plan.scope.skip_kinds.contains(kind),
        };
        let places = |kind: Kind| -> Vec<Option<&str>> {
            if kind == Kind::Lease && self.follows {
                vec![Some(control_plane::NAMESPACE)]
            } else if kind.namespaced() && !all {
                self.namespaces.iter().map(|name| Some(name.as_str())).collect()
            } else {
                vec![None]
            }
        };
        let of_kind = |kind: Kind| -> Vec<ListRequest> {
            let of_place = |place| match kind {
                Kind::Secret if self.all_evidence => {
                    vec![self.certificates(place), self.other_secrets(place)]
                }
                Kind::Secret => vec![self.certificates(place)],
                _ => vec![self.request(kind, place)],
            };
            places(kind).into_iter().flat_map(of_place).collect()
        };
        Kind::ALL.into_iter().filter(asked).flat_map(of_kind).collect()
    }

    /// Whether a selector of pods excludes a kind.
    fn is_unselected(&self, kind: Kind) -> bool {
        let scope = &self.plan.scope;
        // Right-sizing depends on whether a workload is autoscaled.
        let is_wanted = kind == Kind::HorizontalPodAutoscaler && self.plan.sources.usage.is_some();
        scope.is_selected() && kind.is_unselected() && !is_wanted
    }

    /// Returns the scope as the snapshot records it.
    pub(super) fn scope(&self) -> Scope {
        let scope = &self.plan.scope;
        Scope {
            namespaces: self.namespaces.clone(),
            excluded: scope.excluded.iter().map(|glob| glob.glob().to_owned()).collect(),
            selected: scope.is_selected(),
            selector: selectors(scope),
        }
    }

    /// Returns the kinds that were left out by request.
    pub(super) fn left_out(&self) -> impl Iterator<Item = Gap> {
        let scope = &self.plan.scope;
        let skipped = move |kind: &Kind| {
            let unasked = scope.no_evidence && kind.is_evidence();
            unasked || scope.skip_kinds.contains(kind) || self.is_unselected(*kind)
        };
        Kind::ALL.into_iter().filter(skipped).map(|kind| Gap::new(kind.name(), Reason::Skipped))
    }

    /// Moves the gaps of a list that a complete report may have to those outside of the scope: objects of the cluster if
    /// the scope is some namespaces, kinds that the server does not serve, and extensions that the user may not read.
    pub(super) fn mark_out_of_scope(&self, request: &ListRequest, coverage: &mut Coverage) {
        // Missing Secrets are looked up by name later, but not in a capture, which has no other list of them.
        let by_name = |gap: &Gap| !self.all_evidence || gap.reason == Reason::Forbidden;
        if request.is_of_certificates() && coverage.gaps.iter().all(by_name) {
            coverage.gaps.iter_mut().for_each(|gap| Gap::CERTIFICATES.clone_into(&mut gap.kind));
        }
        if request.kind.is_extension() {
            coverage.gaps.retain(|gap| gap.reason != Reason::Absent);
        }
        // The leases of the control plane are in a namespace that the scope may not have.
        let is_elsewhere = |name: &String| !self.namespaces.is_empty() && !self.namespaces.contains(name);
        let not_asked = !request.kind.namespaced() && !self.namespaces.is_empty()
            || request.namespace.as_ref().is_some_and(is_elsewhere);
        let dispensable = |gap: &Gap| match gap.reason {
            Reason::Absent => true,
            _ if request.kind.is_metered() => true,
            // Only a user who may read an extension learns whether it exists.
            Reason::Forbidden => {
                let beyond = request.kind.place() == Place::Beyond || request.kind == Kind::Secret;
                beyond || request.kind.is_optional()
            }
            _ => false,
        };
        if not_asked || coverage.gaps.iter().any(dispensable) {
            coverage.not_in_scope.append(&mut coverage.gaps);
        }
    }
}

/// Returns the selectors as flags, the labels first: `-l app=web`.
fn selectors(scope: &ScopeOptions) -> String {
    let given = [("-l", &scope.selector), ("--field-selector", &scope.field_selector)];
    let shown = given.into_iter().filter_map(|(flag, text)| Some(format!("{flag} {}", text.as_ref()?)));
    shown.collect::<Vec<_>>().join(" ")
}

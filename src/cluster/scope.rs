//! The scope of a run: which lists it takes, and which gaps in them lie outside of it.

use super::ListRequest;
use super::gather::Run;
use super::list::CERTIFICATES;
use crate::cli::ScopeArgs;
use crate::model::{Coverage, Gap, Reason};
use crate::snapshot::Scope;
use crate::wire::{Kind, Place};
use std::time::Duration;

/// The secrets that hold no certificate.
const OTHER_SECRETS: &str = "type!=kubernetes.io/tls";

/// A page of what a metrics server measures comes within this or not at all; a shorter time for all pages goes before it.
const METERED_TIMEOUT: Duration = Duration::from_secs(10);

impl Run<'_> {
    /// The list of a kind in a namespace, or everywhere.
    pub(crate) fn chain(&self, kind: Kind, namespace: Option<&str>) -> ListRequest {
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

    /// How long a metrics server is waited for: a report is complete without it.
    pub(crate) fn metered_timeout(&self) -> Duration {
        METERED_TIMEOUT.min(self.plan.list.page_timeout)
    }

    /// The list of the secrets that hold certificates.
    fn certificates(&self, namespace: Option<&str>) -> ListRequest {
        ListRequest { fields: Some(CERTIFICATES.to_owned()), ..self.chain(Kind::Secret, namespace) }
    }

    /// The names of all others.
    fn other_secrets(&self, namespace: Option<&str>) -> ListRequest {
        ListRequest { fields: Some(OTHER_SECRETS.to_owned()), ..self.chain(Kind::Secret, namespace) }
    }

    /// Every list of the scope, the longest first.
    pub(crate) fn chains(&self) -> Vec<ListRequest> {
        let all = self.namespaces.is_empty();
        let asked = |kind: &Kind| match kind {
            Kind::Namespace => all,
            Kind::PodMetrics if !self.plan.with_usage => false,
            kind if kind.place() == Place::Measured => false,
            Kind::Event if !self.with_evidence => false,
            Kind::Secret if !self.plan.with_certificates || self.plan.scope.no_evidence => false,
            kind if self.is_unselected(*kind) => false,
            _ => !self.plan.scope.skip_kinds.contains(kind),
        };
        let places = |kind: Kind| -> Vec<Option<&str>> {
            match kind.namespaced() && !all {
                true => self.namespaces.iter().map(|name| Some(name.as_str())).collect(),
                false => vec![None],
            }
        };
        let of_kind = |kind: Kind| -> Vec<ListRequest> {
            let of_place = |place| match kind {
                Kind::Secret if self.with_evidence => {
                    vec![self.certificates(place), self.other_secrets(place)]
                }
                Kind::Secret => vec![self.certificates(place)],
                _ => vec![self.chain(kind, place)],
            };
            places(kind).into_iter().flat_map(of_place).collect()
        };
        Kind::ALL.into_iter().filter(asked).flat_map(of_kind).collect()
    }

    /// Whether a selector of pods says nothing about a kind.
    fn is_unselected(&self, kind: Kind) -> bool {
        let scope = &self.plan.scope;
        // What a workload should ask for depends on whether it is scaled by that.
        let is_wanted = kind == Kind::HorizontalPodAutoscaler && self.plan.history.is_some();
        let is_selected = scope.selector.is_some() || scope.field_selector.is_some();
        is_selected && kind.is_unselected() && !is_wanted
    }

    /// What was asked for, as the snapshot tells it.
    pub(crate) fn scope(&self) -> Scope {
        let scope = &self.plan.scope;
        Scope {
            namespaces: self.namespaces.clone(),
            excluded: scope.exclude_namespace.iter().map(|glob| glob.glob().to_owned()).collect(),
            selected: scope.selector.is_some() || scope.field_selector.is_some(),
            selector: selectors(scope),
        }
    }

    /// What was left out by request.
    pub(crate) fn left_out(&self) -> impl Iterator<Item = Gap> {
        let scope = &self.plan.scope;
        let skipped = move |kind: &Kind| {
            let unasked = scope.no_evidence && kind.is_evidence();
            unasked || scope.skip_kinds.contains(kind) || self.is_unselected(*kind)
        };
        Kind::ALL.into_iter().filter(skipped).map(|kind| Gap::new(kind.name(), Reason::Skipped))
    }

    /// Takes what lies outside the scope out of the gaps: what was asked of some namespaces is complete without the
    /// nodes, no server can show what it does not serve, and few may read everything.
    pub(crate) fn mark_out_of_scope(&self, chain: &ListRequest, coverage: &mut Coverage) {
        // Whoever looks for a secret by its name finds it all the same, but in a capture, which has no other list of them.
        let by_name = |gap: &Gap| !self.with_evidence || gap.reason == Reason::Forbidden;
        if chain.is_of_certificates() && coverage.gaps.iter().all(by_name) {
            coverage.gaps.iter_mut().for_each(|gap| Gap::CERTIFICATES.clone_into(&mut gap.kind));
        }
        if chain.kind.is_extension() {
            coverage.gaps.retain(|gap| gap.reason != Reason::Absent);
        }
        let not_asked = !chain.kind.namespaced() && !self.namespaces.is_empty();
        let dispensable = |gap: &Gap| match gap.reason {
            Reason::Absent => true,
            _ if chain.kind.is_metered() => true,
            // Whether an extension is there at all is only told to those who may read it.
            Reason::Forbidden => {
                let beyond = chain.kind.place() == Place::Beyond || chain.kind == Kind::Secret;
                beyond || chain.kind.is_extension()
            }
            _ => false,
        };
        if not_asked || coverage.gaps.iter().any(dispensable) {
            coverage.outside.append(&mut coverage.gaps);
        }
    }
}

/// The selectors as they were given, the labels first: `-l app=web`.
fn selectors(scope: &ScopeArgs) -> String {
    let given = [("-l", &scope.selector), ("--field-selector", &scope.field_selector)];
    let shown = given.into_iter().filter_map(|(flag, text)| Some(format!("{flag} {}", text.as_ref()?)));
    shown.collect::<Vec<_>>().join(" ")
}

/// What the API server accepts as the name of a namespace: a DNS label.
pub(crate) fn is_name(name: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !name.is_empty()
        && name.len() <= 63
        && name.chars().all(inner)
        && !name.starts_with('-')
        && !name.ends_with('-')
}

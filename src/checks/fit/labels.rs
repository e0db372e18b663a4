//! Whether the labels and the taints of a node suit a pod.

use crate::model::Node;
use crate::wire::{LabelSelector, NodeSelector, NodeSelectorTerm, PodSpec, Requirement, Taint, Toleration};

/// As `Toleration.ToleratesTaint` in k8s.io/api.
pub(super) fn tolerates(toleration: &Toleration, taint: &Taint) -> bool {
    let effect = toleration.effect.is_empty() || toleration.effect == taint.effect;
    let key = toleration.key.is_empty() || toleration.key == taint.key;
    let value = match toleration.operator.as_str() {
        "Exists" => true,
        "" | "Equal" => !toleration.key.is_empty() && toleration.value == taint.value,
        _ => false,
    };
    effect && key && value
}

/// Returns the labels that a pod requires and the node does not have, such as `disk=ssd`. Alternatives are one entry.
pub(super) fn missing_labels(spec: &PodSpec, node: &Node) -> Option<Vec<String>> {
    let wrong = spec.node_selector.iter().find(|(key, value)| node.labels.get(*key) != Some(*value));
    if let Some((key, value)) = wrong {
        return Some(vec![format!("{key}={value}")]);
    }
    let affinity = spec.affinity.as_ref()?.node_affinity.as_ref()?;
    let terms = &affinity.required_during_scheduling_ignored_during_execution.as_ref()?.node_selector_terms;
    if terms.iter().any(|term| matches(term, node)) {
        return None;
    }
    Some(of_terms(terms))
}

/// Returns what one of these terms requires. Alternatives are one entry.
pub(crate) fn of_terms(terms: &[NodeSelectorTerm]) -> Vec<String> {
    match terms {
        [only] => of_term(only),
        terms => {
            let either: Vec<String> = terms.iter().map(|term| of_term(term).join(", ")).collect();
            vec![either.join(" | ")]
        }
    }
}

/// Whether a node has the labels that a selector requires.
pub(crate) fn is_selected(selector: &NodeSelector, node: &Node) -> bool {
    selector.node_selector_terms.iter().any(|term| matches(term, node))
}

/// Whether a selector matches labels. An empty one matches all.
pub(crate) fn selects<'l>(selector: &LabelSelector, label: impl Fn(&str) -> Option<&'l str>) -> bool {
    selector.match_labels.iter().all(|(key, value)| label(key) == Some(value.as_str()))
        && selector.match_expressions.iter().all(|requirement| holds(requirement, label(&requirement.key)))
}

/// An empty term matches nothing.
fn matches(term: &NodeSelectorTerm, node: &Node) -> bool {
    let is_empty = term.match_expressions.is_empty() && term.match_fields.is_empty();
    let label = |r: &Requirement| holds(r, node.labels.get(&r.key).map(String::as_str));
    let field = |r: &Requirement| holds(r, (r.key == "metadata.name").then_some(&*node.name));
    !is_empty && term.match_expressions.iter().all(label) && term.match_fields.iter().all(field)
}

pub(crate) fn holds(requirement: &Requirement, value: Option<&str>) -> bool {
    let is_among = value.is_some_and(|value| requirement.values.iter().any(|wanted| wanted == value));
    let number = |text: Option<&str>| text.and_then(|text| text.parse::<i64>().ok());
    let bound = number(requirement.values.first().map(String::as_str));
    match requirement.operator.as_str() {
        "In" => is_among,
        "NotIn" => !is_among,
        "Exists" => value.is_some(),
        "DoesNotExist" => value.is_none(),
        "Gt" => number(value).zip(bound).is_some_and(|(value, bound)| value > bound),
        "Lt" => number(value).zip(bound).is_some_and(|(value, bound)| value < bound),
        _ => false,
    }
}

fn of_term(term: &NodeSelectorTerm) -> Vec<String> {
    term.match_expressions.iter().chain(&term.match_fields).map(in_words).collect()
}

/// Returns a requirement in words: `disk In (ssd, nvme)`.
pub(crate) fn in_words(requirement: &Requirement) -> String {
    let Requirement { key, operator, values } = requirement;
    match operator.as_str() {
        "Exists" | "DoesNotExist" => format!("{key} {operator}"),
        operator => format!("{key} {operator} ({})", values.join(", ")),
    }
}

/// Returns the labels that name the domains of a pod's topology spread and that the node does not have. The scheduler does
/// not count such a node to any domain, and does not use it.
pub(super) fn missing_domains(spec: &PodSpec, node: &Node) -> Vec<String> {
    let hard =
        spec.topology_spread_constraints.iter().filter(|one| one.when_unsatisfiable != "ScheduleAnyway");
    let keys = hard.map(|one| &one.topology_key).filter(|key| !node.labels.contains_key(*key));
    keys.cloned().collect()
}

//! A namespace was deleted and still exists.

use crate::checks::prelude::*;
use crate::checks::traffic;
use crate::model::Namespace;
use crate::wire::ServiceReference;

static INFO: CheckInfo = CheckInfo {
    id: "namespace-stuck-terminating",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[Kind::Namespace, Kind::Pod, Kind::APIService],
    title: Text {
        en: "Namespace stuck terminating",
        zh_tw: "命名空間一直刪不掉",
        zh_cn: "命名空间一直删不掉",
    },
    meaning: Text {
        en: "An object in it cannot be deleted. Until it is gone, no namespace of this name can be created.",
        zh_tw: "裡面有東西刪不掉；在此之前無法重建同名的命名空間。",
        zh_cn: "里面有东西删不掉；在此之前无法重建同名的命名空间。",
    },
    remedy: Text {
        en: "Restore the controller that owns the finalizers, or the API that cannot be listed. Remove finalizers by \
             hand only when their controller will never come back.",
        zh_tw: "恢復負責該 finalizer 的控制器，或列不出來的 API；確定控制器不會再回來時，才手動移除 finalizer。",
        zh_cn: "恢复负责该 finalizer 的控制器，或列不出来的 API；确定控制器不会再回来时，才手动移除 finalizer。",
    },
    prevention: Text {
        en: "Delete the objects of an operator before you delete the operator.",
        zh_tw: "先刪除 operator 管理的物件，再移除 operator 本身。",
        zh_cn: "先删除 operator 管理的对象，再移除 operator 本身。",
    },
    page: page!("namespace-stuck-terminating"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static HELD: Text = Text {
    en: "deleted {age} ago, still terminating: {detail}",
    zh_tw: "刪除 {age} 後仍在：{detail}",
    zh_cn: "删除 {age} 后仍在：{detail}",
};

static STUCK: Text = Text {
    en: "deleted {age} ago, still terminating; its status gives no reason",
    zh_tw: "刪除 {age} 後仍在，狀態中未說明原因",
    zh_cn: "删除 {age} 后仍在，状态中未说明原因",
};

/// The time in seconds after which a deletion no longer finishes on its own.
const PATIENCE: i64 = 900;

/// The conditions that the namespace controller sets, the cause first.
const CONDITIONS: [&str; 5] = [
    "NamespaceDeletionDiscoveryFailure",
    "NamespaceDeletionGroupVersionParsingFailure",
    "NamespaceDeletionContentFailure",
    "NamespaceContentRemaining",
    "NamespaceFinalizersRemaining",
];

fn run(view: &View, out: &mut Reporter) {
    // A run that selects pods by labels reports on these pods only.
    let asked = !view.snapshot.scope.selected;
    for namespace in view.snapshot.rows.namespaces.iter().filter(|_| asked) {
        let Some(deleted) = namespace.deleted.filter(|deleted| view.age(*deleted) >= PATIENCE) else {
            continue;
        };
        let said = |kind: &str| {
            let condition = namespace.conditions.iter().find(|c| c.r#type == kind && c.status == "True");
            condition.map(|condition| condition.message.trim_end_matches('.'))
        };
        let details: Vec<&str> = CONDITIONS.iter().filter_map(|kind| said(kind)).collect();
        let mut facts = vec![("age", Fact::Age(view.age(deleted)))];
        let text = if details.is_empty() { &STUCK } else { &HELD };
        facts.push(("detail", Fact::Text(details.join("; "))));
        let finding = out.object(namespace.object(), &[], Severity::Medium, Message::new(text, facts));
        finding.since = Some(deleted);
        let apis = said(CONDITIONS[0]).map(unavailable).unwrap_or_default();
        let left = said(CONDITIONS[3]).map(remaining).unwrap_or_default();
        finding.because = declared(because(view, namespace, &apis));
        finding.actions = actions(view, &namespace.name, &apis, &left);
    }
}

/// Returns the APIServices of a discovery failure: `v1beta1.metrics.k8s.io` for `metrics.k8s.io/v1beta1`.
fn unavailable(message: &str) -> Vec<String> {
    let words = message.split(|c: char| c.is_whitespace() || ",;:()\"[]".contains(c));
    let pairs = words.filter_map(|word| word.split_once('/'));
    let is_version = |text: &str| {
        text.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    let apis =
        pairs.filter(|(group, version)| group.contains('.') && is_version(version) && !version.contains('/'));
    let mut out: Vec<String> = apis.map(|(group, version)| format!("{version}.{group}")).collect();
    out.sort();
    out.dedup();
    out
}

/// Returns the remaining resources of `pods. has 1 resource instances, widgets.example.com has 2 resource instances`.
fn remaining(message: &str) -> Vec<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    let parts: Vec<&str> = message.split(" has ").collect();
    let before = parts.iter().take(parts.len() - 1).filter_map(|part| part.rsplit(' ').next());
    let names = before.map(|name| name.trim_end_matches('.'));
    names.filter(|name| !name.is_empty() && name.chars().all(plain)).collect()
}

fn because(view: &View, namespace: &Namespace, apis: &[String]) -> Vec<ObjectRef> {
    let apis = apis.iter().map(|api| ObjectRef::of_cluster("APIService", api));
    let terminating = view.problems().filter(|(pod, trouble)| {
        pod.shared.namespace == namespace.name && matches!(trouble, PodProblem::Terminating)
    });
    let converters = namespace.conditions.iter().flat_map(|of| traffic::named_converters(&of.message));
    let definitions = converters.flat_map(|service| converted_by(view, &service));
    apis.chain(definitions).chain(terminating.map(|(pod, _)| pod.object_ref())).collect()
}

/// Returns the custom resources that a Service converts, and the Service.
fn converted_by(view: &View, service: &ServiceReference) -> Vec<ObjectRef> {
    let definitions = view.snapshot.rows.definitions.iter();
    let converted = definitions.filter(|definition| definition.converter() == Some(service));
    converted.map(traffic::definition_ref).chain([traffic::named_service_ref(service)]).collect()
}

fn actions(view: &View, namespace: &str, apis: &[String], left: &[&str]) -> Vec<String> {
    let kubectl = &view.settings.kubectl;
    let mut out: Vec<String> =
        apis.iter().map(|api| kubectl.line(&["describe", "apiservice", api])).collect();
    if !left.is_empty() {
        out.push(kubectl.line(&["get", &left.join(","), "-n", namespace]));
    }
    out.push(kubectl.line(&["get", "namespace", namespace, "-o", "yaml"]));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_apis_of_a_discovery_failure_are_its_apiservices() {
        let of = |text: &str| unavailable(text).join(" ");
        let old = "Discovery failed for some groups, 2 failing: unable to retrieve the complete list of server APIs: \
                   custom.metrics.k8s.io/v1beta1: the server is currently unable to handle the request, \
                   metrics.k8s.io/v1beta1: the server is currently unable to handle the request";
        assert_eq!(of(old), "v1beta1.custom.metrics.k8s.io v1beta1.metrics.k8s.io");
        let new = "unable to retrieve the complete list of server APIs: a.example.com/v1: stale GroupVersion \
                   discovery: a.example.com/v1";
        assert_eq!(of(new), "v1.a.example.com");
        assert_eq!(of("Get \"https://10.0.0.1/apis/v1/x\": dial tcp 10.0.0.1:443: i/o timeout"), "");
    }

    #[test]
    fn what_is_left_is_named_as_kubectl_takes_it() {
        let text = "Some resources are remaining: pods. has 1 resource instances, widgets.example.com has 2 resource \
                    instances";
        assert_eq!(remaining(text), ["pods", "widgets.example.com"]);
        assert_eq!(remaining("nothing of the sort"), [""; 0]);
        assert_eq!(remaining("$(id) has 1"), [""; 0]);
    }
}

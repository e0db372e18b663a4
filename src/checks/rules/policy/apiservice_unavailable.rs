//! Reports aggregated APIs that are unavailable.

use crate::checks::prelude::*;
use crate::checks::traffic::Empty;
use crate::wire::ServiceReference;

static INFO: CheckInfo = CheckInfo {
    id: "apiservice-unavailable",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[
        Kind::APIService,
        Kind::Service,
        Kind::EndpointSlice,
        Kind::Pod,
        Kind::Deployment,
        Kind::StatefulSet,
        Kind::DaemonSet,
    ],
    title: Text {
        en: "Aggregated API unavailable", zh_tw: "聚合 API 無法使用", zh_cn: "聚合 API 不可用"
    },
    meaning: Text {
        en: "Clients cannot use this API, and namespaces cannot be deleted while its objects cannot be listed.",
        zh_tw: "這個 API 無法使用；因為列不出它的物件，命名空間也刪不掉。",
        zh_cn: "这个 API 无法使用；由于列不出它的对象，命名空间也删不掉。",
    },
    remedy: Text {
        en: "Restore the pods behind its Service; if the software is no longer installed, delete the APIService.",
        zh_tw: "恢復 Service 背後的 Pod；若軟體早已移除，刪除這個 APIService。",
        zh_cn: "恢复 Service 后面的 Pod；如果软件早已移除，删除这个 APIService。",
    },
    prevention: Text {
        en: "Run aggregated API servers with two replicas, and remove their APIService together with them.",
        zh_tw: "聚合 API 的伺服器至少兩個副本，移除時連同 APIService 一併清掉。",
        zh_cn: "聚合 API 的服务器至少两个副本，移除时连同 APIService 一并清理。",
    },
    page: page!("apiservice-unavailable"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static METRICS: Text = Text {
    en: "autoscaling and kubectl top do not work ({reason}): {detail}",
    zh_tw: "HPA 停止擴縮，kubectl top 無法使用（{reason}）：{detail}",
    zh_cn: "HPA 停止扩缩，kubectl top 不可用（{reason}）：{detail}",
};

static OTHER_METRICS: Text = Text {
    en: "autoscaling by these metrics does not work ({reason}): {detail}",
    zh_tw: "依這些指標擴縮的 HPA 停止擴縮（{reason}）：{detail}",
    zh_cn: "依赖这些指标的 HPA 停止扩缩（{reason}）：{detail}",
};

static OTHERS: Text = Text {
    en: "its objects cannot be accessed and no namespace can be deleted ({reason}): {detail}",
    zh_tw: "存取不到它的物件，命名空間也無法刪除（{reason}）：{detail}",
    zh_cn: "无法访问它的对象，命名空间也无法删除（{reason}）：{detail}",
};

/// The delay of `KubeAggregatedAPIDown`, in seconds.
const PATIENCE: i64 = 300;

fn run(view: &View, out: &mut Reporter) {
    for api in &view.snapshot.rows.api_services {
        // An API that the API server serves itself has no Service.
        let Some(service) = &api.spec.service else { continue };
        let Some(condition) = api.available().filter(|condition| condition.status == "False") else {
            continue;
        };
        if !view.snapshot.scope.holds(&service.namespace) {
            continue;
        }
        let name = &*api.metadata.name;
        let text = match name.split_once('.').map_or(name, |(_, group)| group) {
            "metrics.k8s.io" => &METRICS,
            "custom.metrics.k8s.io" | "external.metrics.k8s.io" => &OTHER_METRICS,
            _ => &OTHERS,
        };
        let older_than = view.older_than(condition.since(), PATIENCE);
        let severity = if older_than { Severity::High } else { Severity::Low };
        let facts =
            vec![("reason", Fact::text(&condition.reason)), ("detail", Fact::text(&condition.message))];
        let finding =
            out.object(ObjectRef::of_cluster("APIService", name), &[], severity, Message::new(text, facts));
        finding.since = condition.since();
        finding.because = declared(because(view, service));
        let kubectl = &view.settings.kubectl;
        finding.actions = vec![
            kubectl.line(&["get", "service,endpointslice,pods", "-n", &service.namespace]),
            kubectl.line(&["describe", "apiservice", name]),
        ];
    }
}

fn because(view: &View, service: &ServiceReference) -> Vec<ObjectRef> {
    let mut out = vec![ObjectRef::new(&service.namespace, "Service", &service.name)];
    let found = view.service(&service.namespace, &service.name);
    if let Some(empty) = found.and_then(|service| Empty::of(view, service)) {
        out.extend(empty.because());
    }
    out
}

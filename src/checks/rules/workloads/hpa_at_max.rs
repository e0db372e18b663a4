//! Reports autoscalers that are at their maximum and need more replicas.

use crate::checks::prelude::*;

static INFO: CheckInfo = CheckInfo {
    id: "hpa-at-max",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[Kind::HorizontalPodAutoscaler, Kind::Deployment, Kind::StatefulSet, Kind::ReplicaSet, Kind::Pod],
    title: Text { en: "Autoscaler is at its maximum", zh_tw: "HPA 已達上限", zh_cn: "HPA 已达上限" },
    meaning: Text {
        en: "Its metrics call for more pods than it may create: under more load, responses become slow or fail.",
        zh_tw: "依照指標應該有更多 Pod，但已到上限：負載再增加就會變慢或失敗。",
        zh_cn: "按指标应该有更多 Pod，但已到上限：负载再增加就会变慢或失败。",
    },
    remedy: Text {
        en: "Find out what drives the metric; raise maxReplicas if nodes and quota have room, or give each pod more \
             resources.",
        zh_tw: "找出推高指標的原因；節點與配額足夠就調高 maxReplicas，或給每個 Pod 更多資源。",
        zh_cn: "找出推高指标的原因；节点与配额足够就调高 maxReplicas，或给每个 Pod 更多资源。",
    },
    prevention: Text {
        en: "Set maxReplicas from load tests, above the highest expected load.",
        zh_tw: "以壓力測試決定 maxReplicas，並高於預期的最高負載。",
        zh_cn: "用压测决定 maxReplicas，并高于预期的最高负载。",
    },
    page: page!("hpa-at-max"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MESSAGE: Text = Text {
    en: "{kind} {target} has been at its maximum of {max:# replica|# replicas} for {age}, and its metrics call for \
         more",
    zh_tw: "{kind} {target} 已 {age} 停在上限 {max} 個副本，指標要求更多",
    zh_cn: "{kind} {target} 已 {age} 停在上限 {max} 个副本，指标要求更多",
};

/// The delay of `KubeHpaMaxedOut`, in seconds.
const LASTS: i64 = 15 * 60;

fn run(view: &View, out: &mut Reporter) {
    for autoscaler in &view.snapshot.rows.autoscalers {
        let (spec, status) = (&autoscaler.spec, &autoscaler.status);
        let limited = autoscaler.condition("ScalingLimited");
        let Some(limited) = limited.filter(|c| c.status == "True" && c.reason == "TooManyReplicas") else {
            continue;
        };
        let at_max =
            status.current_replicas == spec.max_replicas && status.desired_replicas == spec.max_replicas;
        if !at_max || spec.max_replicas <= spec.min_replicas.unwrap_or(1) {
            continue;
        }
        // The condition may still date from its minimum, which it left a moment ago.
        let scaled = status.last_scale_time.and_then(Time::known);
        let since = limited.since().max(scaled);
        if !view.older_than(since, LASTS) {
            continue;
        }
        let (namespace, name) = (&*autoscaler.metadata.namespace, &*autoscaler.metadata.name);
        let target = &spec.scale_target_ref;
        let facts = vec![
            ("kind", Fact::text(&target.kind)),
            ("target", Fact::text(&target.name)),
            ("max", Fact::Number(spec.max_replicas.into())),
            ("age", view.ago(since)),
        ];
        let object = ObjectRef::new(namespace, "HorizontalPodAutoscaler", name);
        let finding = out.object(object, &[], Severity::Medium, Message::new(&MESSAGE, facts));
        finding.since = since;
        let workload = view.workload(namespace, &target.kind, &target.name);
        finding.serving = workload.is_none_or(crate::model::Workload::is_available);
        finding.because = declared(workload.map(|workload| view.behind(workload)).unwrap_or_default());
        let kubectl = &view.settings.kubectl;
        finding.actions =
            vec![kubectl.describe(&finding.object), kubectl.line(&["top", "pods", "-n", namespace])];
    }
}

//! Reports components of the control plane that no longer renew their lease.

use crate::checks::control_plane::{CONTROLLERS, NAMESPACE, SCHEDULER, lease_ref, silent};
use crate::checks::prelude::*;

static INFO: CheckInfo = CheckInfo {
    id: "control-plane-silent",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Lease],
    title: Text {
        en: "Scheduler or controller manager stopped",
        zh_tw: "排程器或 controller manager 停擺",
        zh_cn: "调度器或 controller manager 停止工作",
    },
    meaning: Text {
        en: "Running pods keep running, but nothing is repaired: new pods are not scheduled, or failed pods are not replaced, \
             endpoints are not updated, and lost nodes are not noticed.",
        zh_tw: "執行中的 Pod 不受影響，但叢集不再自我修復：新的 Pod 不會被排程，或壞掉的 Pod 不會補上、端點不再更新、失聯的節點沒有人發現。",
        zh_cn: "运行中的 Pod 不受影响，但集群不再自愈：新的 Pod 得不到调度，或故障的 Pod 不会补齐、端点不再更新、失联的节点无人发现。",
    },
    remedy: Text {
        en: "Check the component's pods and logs on the control plane. In a managed cluster, contact the provider.",
        zh_tw: "查看控制平面上該元件的 Pod 與日誌；代管叢集請聯絡供應商。",
        zh_cn: "查看控制平面上该组件的 Pod 和日志；托管集群请联系云厂商。",
    },
    prevention: Text {
        en: "Run several instances of the control plane, and alert on leases that are not renewed.",
        zh_tw: "控制平面部署多個副本，並對未更新的 lease 設定告警。",
        zh_cn: "控制平面部署多个副本，并对未续期的 Lease 配置告警。",
    },
    page: page!("control-plane-silent"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static OF_SCHEDULER: Text = Text {
    en: "kube-scheduler has not renewed its lease for {age}: new pods get no node",
    zh_tw: "kube-scheduler 已 {age} 沒有更新 lease：新的 Pod 分配不到節點",
    zh_cn: "kube-scheduler 已 {age} 没有续期 Lease：新的 Pod 分配不到节点",
};

static OF_CONTROLLERS: Text = Text {
    en: "kube-controller-manager has not renewed its lease for {age}: workloads, endpoints and the states of nodes are no longer \
         updated",
    zh_tw: "kube-controller-manager 已 {age} 沒有更新 lease：工作負載、端點與節點狀態都停止更新",
    zh_cn: "kube-controller-manager 已 {age} 没有续期 Lease：工作负载、端点和节点状态都停止更新",
};

static HOLDER: Text =
    Text {
        en: "last held by {holder}", zh_tw: "最後的持有者：{holder}", zh_cn: "最后的持有者：{holder}"
    };

/// The number of failing pods that explain it.
const SHOWN: usize = 3;

fn run(view: &View, out: &mut Reporter) {
    // The lease may be known for the sake of other namespaces, as a cause.
    if !view.snapshot.scope.holds(NAMESPACE) {
        return;
    }
    for (name, text) in [(SCHEDULER, &OF_SCHEDULER), (CONTROLLERS, &OF_CONTROLLERS)] {
        let Some((lease, renewed)) = silent(view, name) else { continue };
        let facts = vec![("age", Fact::Age(view.age(renewed)))];
        // An upgrade restarts the only instance.
        let severity = if view.within_grace(Some(renewed)) { Severity::Low } else { Severity::High };
        let finding = out.object(lease_ref(name), &[], severity, Message::new(text, facts));
        finding.since = Some(renewed);
        finding.serving = false;
        let holder = lease.spec.holder_identity.as_deref().filter(|holder| !holder.is_empty());
        finding.evidence = holder
            .map(|holder| Message::new(&HOLDER, vec![("holder", Fact::text(holder))]))
            .into_iter()
            .collect();
        finding.because = declared(failing_pods(view, name));
        let kubectl = &view.settings.kubectl;
        let label = format!("component={name}");
        finding.actions = vec![
            kubectl.line(&["get", "lease", "-n", NAMESPACE, name, "-o", "yaml"]),
            kubectl.line(&["get", "pods", "-n", NAMESPACE, "-l", &label, "-o", "wide"]),
            kubectl.line(&["logs", "-n", NAMESPACE, "-l", &label, "--tail=50"]),
        ];
    }
}

/// Returns the failing pods of a component.
fn failing_pods(view: &View, name: &str) -> Vec<ObjectRef> {
    let is_its = |pod: &&Pod| &*pod.shared.namespace == NAMESPACE && pod.name.starts_with(name);
    view.failing_pods().filter(is_its).take(SHOWN).map(Pod::object_ref).collect()
}

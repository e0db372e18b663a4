//! A pod still exists after its deletion time.

use crate::checks::prelude::*;

pub(crate) static CHECK: Check = Check {
    id: "pod-stuck-terminating",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Pod],
    title: Text {
        en: "Pod is stuck terminating", zh_tw: "Pod 卡在終止中", zh_cn: "Pod 卡在终止中"
    },
    meaning: Text {
        en: "The grace period has ended and the pod still exists: its node does not respond, or a finalizer \
             blocks the deletion.",
        zh_tw: "寬限時間已過但 Pod 仍在：節點沒有回應，或被 finalizer 擋住。",
        zh_cn: "宽限时间已过但 Pod 仍在：节点没有响应，或被 finalizer 挡住。",
    },
    remedy: Text {
        en: "Check whether the node is alive and which controller owns the finalizer. Force the deletion \
             only if the node certainly no longer exists; otherwise the container may still run there.",
        zh_tw: "先確認節點是否存活、finalizer 屬於誰。只有確定節點已不在時才強制刪除，\
                否則容器可能還在上面執行。",
        zh_cn: "先确认节点是否存活、finalizer 属于谁。只有确定节点已不在时才强制删除，\
                否则容器可能还在上面运行。",
    },
    prevention: Text {
        en: "Let processes exit on SIGTERM within their grace period, and drain nodes before removing them.",
        zh_tw: "讓程式收到 SIGTERM 後在寬限時間內結束；節點下線前先 drain。",
        zh_cn: "让进程收到 SIGTERM 后在宽限时间内退出；节点下线前先腾空（drain）。",
    },
    page: page!("pod-stuck-terminating"),
    run,
};

static GOING: Text = Text { en: "being deleted", zh_tw: "刪除中", zh_cn: "删除中" };

static STUCK: Text = Text {
    en: "should have been deleted {overdue} ago",
    zh_tw: "應在 {overdue} 前就已刪除",
    zh_cn: "应在 {overdue} 前就已删除",
};

static HELD: Text = Text {
    en: "should have been deleted {overdue} ago, blocked by finalizer {finalizers}",
    zh_tw: "應在 {overdue} 前就已刪除，被 finalizer {finalizers} 擋住",
    zh_cn: "应在 {overdue} 前就已删除，被 finalizer {finalizers} 挡住",
};

fn run(view: &View, out: &mut Reporter) {
    for (pod, trouble) in view.problems() {
        let PodProblem::Terminating = trouble else { continue };
        let Some(metadata) = pod.object.as_deref().map(|object| &object.metadata) else { continue };
        let due = metadata.deleted();
        let mut facts = vec![("overdue", view.ago(due))];
        let text = match metadata.finalizers.as_slice() {
            _ if view.is_young_for(pod, due) => &GOING,
            [] => &STUCK,
            finalizers => {
                facts.push(("finalizers", Fact::Text(finalizers.join(", "))));
                &HELD
            }
        };
        // A StatefulSet does not replace a pod before it is deleted; other controllers do.
        let blocks = pod.shared.owner.as_ref().is_some_and(|owner| &*owner.kind == "StatefulSet");
        let severity = if view.is_young_for(pod, due) {
            Severity::Low
        } else if blocks {
            Severity::High
        } else {
            Severity::Medium
        };
        let finding = out.pod(pod, &[], severity, Message::new(text, facts));
        finding.since = due;
        finding.actions = vec![view.settings.kubectl.line(&[
            "get",
            "pod",
            "-n",
            &pod.shared.namespace,
            &pod.name,
            "-o",
            "yaml",
        ])];
        finding
            .actions
            .extend(pod.node.as_ref().map(|node| view.settings.kubectl.line(&["get", "node", node])));
    }
}

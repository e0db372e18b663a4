//! One pod of a StatefulSet blocks the others.

use crate::checks::prelude::*;
use crate::model::{Rollout, Workload, split_suffix};

static INFO: CheckInfo = CheckInfo {
    id: "statefulset-blocked",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::StatefulSet, Kind::Pod],
    title: Text {
        en: "StatefulSet blocked by a pod",
        zh_tw: "StatefulSet 被一個 Pod 擋住",
        zh_cn: "StatefulSet 被一个 Pod 挡住",
    },
    meaning: Text {
        en: "The controller handles the pods in order: while one pod is not ready, it neither creates nor \
             updates the pods after it.",
        zh_tw: "Pod 依序處理；前面的不就緒，後面的就不會建立或更新。",
        zh_cn: "Pod 按顺序处理；前面的不就绪，后面的就不会创建或更新。",
    },
    remedy: Text {
        en: "Fix that pod. After you revert a bad update, delete the pod manually: otherwise the controller \
             waits for it indefinitely.",
        zh_tw: "先修好那個 Pod。若已撤回錯誤的更新，要手動刪除它，否則控制器會一直等。",
        zh_cn: "先修好那个 Pod。如果已撤回错误的更新，要手动删除它，否则控制器会一直等。",
    },
    prevention: Text {
        en: "Use podManagementPolicy: Parallel if the members need no order. Test updates with a partition \
             first.",
        zh_tw: "成員不需要順序就用 podManagementPolicy: Parallel；更新先用 partition 試一個。",
        zh_cn: "成员不需要顺序就用 podManagementPolicy: Parallel；更新先用 partition 试一个。",
    },
    page: page!("statefulset-blocked"),
    traits: Traits { measures: &[Measure::UPDATED, Measure::WAITING], ..Traits::NONE },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static NOT_MADE: Text = Text {
    en: "{pod} has not been ready for {age}, so {waiting} of {desired:# pod|# pods} cannot be created",
    zh_tw: "{pod} 已 {age} 未就緒，{desired} 個 Pod 中還有 {waiting} 個沒有建立",
    zh_cn: "{pod} 已 {age} 未就绪，{desired} 个 Pod 中还有 {waiting} 个没有创建",
};

static NOT_UPDATED: Text = Text {
    en: "{pod} has not been ready for {age}, so the update has stopped at {updated} of \
         {desired:# pod|# pods}",
    zh_tw: "{pod} 已 {age} 未就緒，更新停在 {updated}/{desired} 個 Pod",
    zh_cn: "{pod} 已 {age} 未就绪，更新停在 {updated}/{desired} 个 Pod",
};

static OLD: Text = Text {
    en: "{pod} has not been ready for {age} and still has an old revision of the template: the controller waits for it and \
         does not replace it",
    zh_tw: "{pod} 已 {age} 未就緒，仍是舊版範本：控制器只會等它就緒，不會替換",
    zh_cn: "{pod} 已 {age} 未就绪，仍是旧版模板：控制器只会等它就绪，不会替换",
};

/// The `for` of `KubeStatefulSetReplicasMismatch` and `KubeStatefulSetUpdateNotRolledOut`, in seconds.
const LASTS: i64 = 15 * 60;

fn run(view: &View, out: &mut Reporter) {
    let sets = view.snapshot.rows.workloads.iter().filter(|set| set.kind == Kind::StatefulSet);
    for set in sets.filter(|set| !set.is_available() && view.is_asked_for(set)) {
        let Some(rollout) = set.rollout() else { continue };
        let pods = pods_of(view, set);
        let desired = usize::try_from(set.desired).unwrap_or(0);
        let waiting = desired.saturating_sub(pods.len());
        let Some((text, pod)) = blocking(rollout, &pods, waiting) else { continue };
        let since = pod.unready_since().or(pod.created());
        if !view.older_than(since, LASTS) || view.troubles_of(pod).next().is_none() {
            continue;
        }
        let facts = vec![
            ("pod", Fact::text(&pod.name)),
            ("age", view.ago(since)),
            ("waiting", Fact::count(waiting)),
            ("updated", Fact::Number(rollout.updated.into())),
            ("desired", Fact::Number(set.desired.into())),
        ];
        let severity = if set.available == 0 { Severity::High } else { Severity::Medium };
        let finding = out.object(set.object(), &[], severity, Message::new(text, facts));
        finding.since = since;
        // The same objects as for its missing replicas, so that both are one incident.
        finding.because = declared(view.behind(set));
        let (kubectl, namespace) = (&view.settings.kubectl, &*set.namespace);
        finding.actions = vec![
            view.describe(pod),
            kubectl.line(&["get", "pods", "-n", namespace, "-o", "wide"]),
            kubectl.line(&["delete", "pod", "-n", namespace, &pod.name]),
        ];
    }
}

/// Returns the pod that the others wait for. The controller creates pods from the lowest number up and updates them
/// from the highest number down.
fn blocking<'a>(rollout: &Rollout, pods: &[&'a Pod], waiting: usize) -> Option<(&'static Text, &'a Pod)> {
    let mut unready = pods.iter().copied().filter(|pod| !pod.serves());
    if let Some(pod) = unready.clone().find(|pod| is_old(rollout, pods, pod)) {
        return Some((&OLD, pod));
    }
    if rollout.ordered && waiting > 0 {
        return Some((&NOT_MADE, unready.next()?));
    }
    if rollout.unfinished && !rollout.on_delete && !rollout.reached_partition {
        return Some((&NOT_UPDATED, unready.next_back()?));
    }
    None
}

/// Whether a pod that is not ready has not the newest template, which may repair it. The status counts the pods that have it;
/// an update gives it to the highest numbers first.
fn is_old(rollout: &Rollout, pods: &[&Pod], pod: &Pod) -> bool {
    // The controller counts no pod that is being deleted.
    let updated = usize::try_from(rollout.updated).unwrap_or(0);
    let old = pods.iter().filter(|pod| !pod.is_going()).count().saturating_sub(updated);
    if old == 0
        || pod.is_going()
        || rollout.unseen
        || rollout.partitioned
        || rollout.on_delete
        || !rollout.ordered
    {
        return false;
    }
    if !rollout.unfinished {
        // The template was reverted: the pods with the reverted one are ready.
        return pods.iter().filter(|pod| !pod.serves()).count() <= old;
    }
    pods.iter().take(old).any(|other| other.name == pod.name)
}

/// Returns the pods of the StatefulSet, sorted by number.
fn pods_of<'a>(view: &View<'a>, set: &Workload) -> Vec<&'a Pod> {
    let number = |pod: &Pod| {
        let (name, number) = split_suffix(&pod.name)?;
        (*name == *set.name).then(|| number.parse::<u32>().ok())?
    };
    let owned = view.pods_owned_by(&set.namespace, "StatefulSet", &set.name);
    let mut pods: Vec<&Pod> = owned.filter(|pod| number(pod).is_some()).collect();
    pods.sort_by_key(|pod| number(pod));
    pods
}

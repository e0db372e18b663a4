//! A claim was deleted and is still there.

use crate::checks::prelude::*;
use crate::checks::traffic;

static INFO: CheckInfo = CheckInfo {
    id: "pvc-stuck-terminating",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[Kind::PersistentVolumeClaim, Kind::Pod, Kind::Namespace],
    title: Text { en: "Claim stuck terminating", zh_tw: "PVC 刪除卡住", zh_cn: "PVC 删除卡住" },
    meaning: Text {
        en: "The claim disappears as soon as the pods that mount it end, and its data with it if the reclaim policy of its \
             volume is Delete.",
        zh_tw: "掛載它的 Pod 一結束，PVC 就會消失；若磁碟區的回收政策是 Delete，資料也一併消失。",
        zh_cn: "挂载它的 Pod 一结束，PVC 就会消失；如果卷的回收策略是 Delete，数据也一并消失。",
    },
    remedy: Text {
        en: "If the data is needed, set the reclaim policy of the volume to Retain before any of these pods ends: a deletion \
             cannot be undone. Otherwise delete the pods.",
        zh_tw: "資料還要用，就在這些 Pod 結束之前把磁碟區的回收政策改成 Retain：刪除無法撤回。不要了就刪除這些 Pod。",
        zh_cn: "数据还要用，就在这些 Pod 结束之前把卷的回收策略改成 Retain：删除无法撤销。不要了就删除这些 Pod。",
    },
    prevention: Text {
        en: "Use reclaim policy Retain for data that matters, and delete claims after their workload.",
        zh_tw: "重要資料使用回收政策 Retain；先下架工作負載，再刪除 PVC。",
        zh_cn: "重要数据使用回收策略 Retain；先下线工作负载，再删除 PVC。",
    },
    page: page!("pvc-stuck-terminating"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MOUNTED: Text = Text {
    en: "was deleted {age} ago and is still mounted by {pods}",
    zh_tw: "{age} 前已刪除，但 {pods} 仍在掛載",
    zh_cn: "{age} 前已删除，但 {pods} 仍在挂载",
};

static HELD: Text = Text {
    en: "was deleted {age} ago, blocked by finalizer {finalizers}",
    zh_tw: "{age} 前已刪除，被 finalizer {finalizers} 擋住",
    zh_cn: "{age} 前已删除，被 finalizer {finalizers} 挡住",
};

/// How long the deletion may take, in seconds: a pod may need as long to end.
const PATIENCE: i64 = 10 * 60;

/// The most pods that the message names.
const SHOWN: usize = 3;

fn run(view: &View, out: &mut Reporter) {
    for claim in view.claims() {
        let (namespace, name) = (&*claim.metadata.namespace, &*claim.metadata.name);
        let Some(since) = claim.metadata.deleted() else { continue };
        if traffic::is_going(view, namespace) {
            continue; // Another check reports the namespace.
        }
        let users: Vec<&Pod> = view.users_of_claim(claim).collect();
        let text = if users.is_empty() { &HELD } else { &MOUNTED };
        let severity = if view.older_than(Some(since), PATIENCE) { Severity::Medium } else { Severity::Low };
        let facts = vec![
            ("age", view.ago(Some(since))),
            ("pods", Fact::first(SHOWN, users.iter().map(|pod| &*pod.name))),
            ("finalizers", Fact::list(claim.metadata.finalizers.iter().cloned())),
        ];
        let object = ObjectRef::new(namespace, "PersistentVolumeClaim", name);
        let finding = out.object(object, &[], severity, Message::new(text, facts));
        finding.since = Some(since);
        finding.serving = !users.is_empty() && users.iter().all(|pod| pod.serves());
        // The pods that do not end either explain it.
        let ending =
            users.iter().filter(|pod| view.troubles_of(pod).any(|of| matches!(of, PodProblem::Terminating)));
        finding.because = declared(ending.map(|pod| pod.object_ref()));
        let kubectl = &view.settings.kubectl;
        let volume = &*claim.spec.volume_name;
        finding.actions = vec![kubectl.describe(&finding.object)];
        if !volume.is_empty() {
            finding.actions.push(kubectl.describe(&ObjectRef::of_cluster("PersistentVolume", volume)));
        }
    }
}

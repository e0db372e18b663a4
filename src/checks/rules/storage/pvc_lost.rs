//! A claim has lost its volume.

use crate::checks::prelude::*;

static INFO: CheckInfo = CheckInfo {
    id: "pvc-lost",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::PersistentVolumeClaim, Kind::PersistentVolume, Kind::Pod],
    title: Text {
        en: "Claim has lost its volume", zh_tw: "PVC 的磁碟區遺失", zh_cn: "PVC 的卷丢失"
    },
    meaning: Text {
        en: "The volume was deleted, or it belongs to another claim. Running pods may still write to it; \
             after they end, new pods cannot start.",
        zh_tw: "磁碟區被刪除，或屬於別的 PVC。執行中的 Pod 可能還能寫入，但結束後就無法再啟動。",
        zh_cn: "卷被删除，或者属于别的 PVC。正在运行的 Pod 可能还能写，一旦结束就再也起不来。",
    },
    remedy: Text {
        en: "If the disk still exists, recreate the PersistentVolume with a claimRef to this claim. \
             Otherwise restore the data from a backup into a new claim.",
        zh_tw: "底層磁碟還在的話，重建 PersistentVolume 並以 claimRef 指向這個 PVC；否則建立新的 PVC \
                並從備份還原。",
        zh_cn: "底层磁盘还在的话，重建 PersistentVolume 并用 claimRef 指向这个 PVC；否则新建 PVC \
                并从备份恢复。",
    },
    prevention: Text {
        en: "Use reclaim policy Retain for important data, and do not remove finalizers from \
             PersistentVolumes.",
        zh_tw: "重要資料使用 Retain 回收政策，也不要移除 PersistentVolume 的 finalizer。",
        zh_cn: "重要数据使用 Retain 回收策略，不要去掉 PersistentVolume 的 finalizer。",
    },
    page: page!("pvc-lost"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static GONE: Text = Text {
    en: "its volume {volume} no longer exists",
    zh_tw: "其 PersistentVolume {volume} 已不存在",
    zh_cn: "其 PersistentVolume {volume} 已不存在",
};

static ANOTHERS: Text = Text {
    en: "its volume {volume} is bound to claim {claim}",
    zh_tw: "其 PersistentVolume {volume} 已綁定到 PVC {claim}",
    zh_cn: "其 PersistentVolume {volume} 已绑定到 PVC {claim}",
};

static LOST: Text = Text {
    en: "it has lost its volume {volume}",
    zh_tw: "已失去 PersistentVolume {volume}",
    zh_cn: "已失去 PersistentVolume {volume}",
};

fn run(view: &View, out: &mut Reporter) {
    for claim in view.claims().filter(|claim| claim.status.phase == "Lost") {
        let (namespace, name) = (&claim.metadata.namespace, &claim.metadata.name);
        let mut facts = vec![("volume", Fact::text(&claim.spec.volume_name))];
        let volume = view.volume(&claim.spec.volume_name);
        let other = volume.and_then(|volume| volume.spec.claim_ref.as_ref());
        let other = other.filter(|other| (&other.namespace, &other.name) != (namespace, name));
        let text = match (volume, other) {
            (None, _) if view.saw(Kind::PersistentVolume, "") => &GONE,
            (_, Some(other)) => {
                facts.push(("claim", Fact::text(format!("{}/{}", other.namespace, other.name))));
                &ANOTHERS
            }
            _ => &LOST,
        };
        let object = ObjectRef::new(namespace, "PersistentVolumeClaim", name);
        let finding = out.object(object, &[], Severity::High, Message::new(text, facts));
        finding.affected = view.pods_with_claim(claim).into_iter().map(Pod::object_ref).collect();
        finding.actions =
            vec![view.settings.kubectl.describe(&finding.object), view.settings.kubectl.line(&["get", "pv"])];
    }
}

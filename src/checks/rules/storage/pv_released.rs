//! A volume still exists after its claim was deleted.

use crate::checks::prelude::*;

static INFO: CheckInfo = CheckInfo {
    id: "pv-released",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[Kind::PersistentVolume],
    title: Text {
        en: "Volume not reclaimed", zh_tw: "磁碟區未隨 PVC 回收", zh_cn: "卷没有随 PVC 回收"
    },
    meaning: Text {
        en: "No new claim can bind to the volume, it holds data, and the disk still costs money.",
        zh_tw: "新的 PVC 無法綁定它；資料還在，磁碟也持續計費。",
        zh_cn: "新的 PVC 绑不上它；数据还在，磁盘也在继续计费。",
    },
    remedy: Text {
        en: "If the volume is kept on purpose, save the data you need and delete the volume and its disk, \
             or clear its claimRef to use it again. If it should be deleted, find what still holds it: an \
             attachment, or a driver that does not run.",
        zh_tw: "刻意保留者：取出需要的資料後刪除 PersistentVolume 與底層磁碟，或清除 claimRef 再次使用。\
                應刪除卻刪不掉者：查看是否仍掛接在機器上，或驅動程式沒有在執行。",
        zh_cn: "有意保留的：取出需要的数据后删除 PersistentVolume 和底层磁盘，或清掉 claimRef 再次使用。\
                该删却删不掉的：看看是否还挂接在机器上，或驱动没有在运行。",
    },
    prevention: Text {
        en: "Decide for each storage class whether Retain is needed, and clean up the retained volumes once \
             a month.",
        zh_tw: "逐一決定各 StorageClass 是否需要 Retain，並每月清理保留的磁碟區。",
        zh_cn: "逐一确定各存储类（StorageClass）是否需要 Retain，并每月清理保留下来的卷。",
    },
    page: page!("pv-released"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static KEPT: Text = Text {
    en: "kept by reclaim policy Retain; claim {claim} was deleted",
    zh_tw: "依 Retain 回收政策保留；原本的 PVC {claim} 已刪除",
    zh_cn: "按 Retain 回收策略保留；原来的 PVC {claim} 已删除",
};

static STUCK: Text = Text {
    en: "claim {claim} was deleted, but the disk was not (reclaim policy {policy})",
    zh_tw: "PVC {claim} 已刪除，磁碟區卻一直沒有刪除（回收政策 {policy}）",
    zh_cn: "PVC {claim} 已删除，卷却一直没有删除（回收策略 {policy}）",
};

/// How long a deletion with its retries may take, in seconds.
const PATIENCE: i64 = 900;

fn run(view: &View, out: &mut Reporter) {
    for volume in view.volumes().filter(|volume| volume.status.phase == "Released") {
        let (spec, name) = (&volume.spec, &volume.metadata.name);
        let policy = &spec.persistent_volume_reclaim_policy;
        let claim = spec.claim_ref.as_ref();
        let claim = claim.map_or("?".to_owned(), |claim| format!("{}/{}", claim.namespace, claim.name));
        let since = volume.status.last_phase_transition_time.and_then(Time::known);
        let is_kept = policy == "Retain";
        // API servers before 1.28 do not record the time.
        let is_stuck = !is_kept && since.is_some_and(|since| view.age(since) > PATIENCE);
        let facts = vec![("claim", Fact::text(claim)), ("policy", Fact::text(policy))];
        let severity = if is_stuck { Severity::Medium } else { Severity::Low };
        let text = if is_kept { &KEPT } else { &STUCK };
        let finding = out.object(
            ObjectRef::of_cluster("PersistentVolume", name),
            &[],
            severity,
            Message::new(text, facts),
        );
        finding.since = since;
        finding.serving = true;
        // All volumes that are kept are due to one decision, all that are stuck to one driver.
        finding.because = declared([if is_kept {
            ObjectRef::of_cluster("ReclaimPolicy", "Retain")
        } else {
            ObjectRef::of_cluster("StorageClass", &spec.storage_class_name)
        }]);
        finding.actions = vec![view.settings.kubectl.describe(&finding.object)];
        if !is_kept {
            finding.actions.push(view.settings.kubectl.line(&["get", "volumeattachment"]));
        }
    }
}

//! Reclaiming a volume failed.

use crate::checks::prelude::*;

static INFO: CheckInfo = CheckInfo {
    id: "pv-failed",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::PersistentVolume, Kind::PersistentVolumeClaim],
    title: Text { en: "Volume failed", zh_tw: "磁碟區處於 Failed", zh_cn: "卷处于 Failed" },
    meaning: Text {
        en: "The claim was deleted, but the disk could not be deleted or cleaned. No pod can use the \
             volume, the disk still costs money, and it still holds the data.",
        zh_tw: "PVC 已刪除，但磁碟刪不掉或清不掉：沒有 Pod 能用，仍持續計費，原本要刪除的資料也還在。",
        zh_cn: "PVC 已删除，但磁盘删不掉或清不掉：没有 Pod 能用，还在计费，本该删除的数据也还在。",
    },
    remedy: Text {
        en: "Read the message: a snapshot or a machine still uses the disk, permissions are missing, or the \
             driver was removed. Fix that, then delete the PersistentVolume. Delete it as well if the disk \
             no longer exists.",
        zh_tw: "依訊息判斷：快照或機器仍占用磁碟、權限不足、驅動程式已移除。排除後刪除 PersistentVolume；\
                磁碟已不在的也一樣刪除。",
        zh_cn: "看报错判断：快照或机器仍占用磁盘、权限不足、驱动已卸载。处理好之后删除 PersistentVolume；\
                磁盘已经不在的也一样删掉。",
    },
    prevention: Text {
        en: "Remove a storage driver only after its last volume, and allow the driver to delete the disks \
             it creates.",
        zh_tw: "最後一個磁碟區清掉之前不要移除儲存驅動程式，並給它刪除磁碟的權限。",
        zh_cn: "最后一个卷清理掉之前不要卸载存储驱动，并给它删除磁盘的权限。",
    },
    page: page!("pv-failed"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MESSAGE: Text = Text {
    en: "{reason}: {detail}; former claim: {claim}",
    zh_tw: "{reason}：{detail}；原屬 PVC {claim}",
    zh_cn: "{reason}：{detail}；原属 PVC {claim}",
};

/// The `for` of `KubePersistentVolumeErrors` in kubernetes-mixin, in seconds.
const PATIENCE: i64 = 300;

fn run(view: &View, out: &mut Reporter) {
    for volume in view.volumes().filter(|volume| volume.status.phase == "Failed") {
        let (status, name) = (&volume.status, &volume.metadata.name);
        let claim = volume.spec.claim_ref.as_ref();
        let shown = claim.map_or("?".to_owned(), |claim| format!("{}/{}", claim.namespace, claim.name));
        let or = |text: &str, other: &str| Fact::text(if text.is_empty() { other } else { text });
        let facts = vec![
            ("reason", or(&status.reason, "Failed")),
            ("detail", or(&status.message, "?")),
            ("claim", Fact::text(shown)),
        ];
        let since = status.last_phase_transition_time.and_then(Time::known);
        let severity = if view.older_than(since, PATIENCE) { Severity::High } else { Severity::Low };
        let finding = out.object(
            ObjectRef::of_cluster("PersistentVolume", name),
            &[],
            severity,
            Message::new(&MESSAGE, facts),
        );
        finding.since = since;
        // No pod uses a volume whose claim was deleted.
        finding.serving = claim.is_some_and(|claim| {
            view.saw(Kind::PersistentVolumeClaim, &claim.namespace)
                && view.claim(&claim.namespace, &claim.name).is_none()
        });
        finding.actions = vec![
            view.settings.kubectl.describe(&finding.object),
            view.settings.kubectl.line(&["get", "volumeattachment"]),
        ];
    }
}

//! A claim requests more than its volume has, and the resize does not finish.

use crate::checks::prelude::*;
use crate::model::whole;
use crate::wire::{Condition, PersistentVolumeClaim};

static INFO: CheckInfo = CheckInfo {
    id: "pvc-resize-stuck",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[Kind::PersistentVolumeClaim, Kind::Pod, Kind::Event],
    title: Text { en: "Claim is not resized", zh_tw: "PVC 擴容卡住", zh_cn: "PVC 扩容卡住" },
    meaning: Text {
        en: "The volume still has its old size, so it fills up although more was requested.",
        zh_tw: "磁碟區仍是原來的大小，雖然已申請擴容，照樣會寫滿。",
        zh_cn: "卷仍是原来的大小，虽然已申请扩容，照样会写满。",
    },
    remedy: Text {
        en: "Restart the pod if the file system waits for that. If the driver cannot expand a volume that is attached, \
             scale the workload to 0 until the resize is done. Otherwise fix what the message of the driver names.",
        zh_tw: "檔案系統在等重新掛載就重新啟動 Pod；驅動程式不能擴充掛載中的磁碟區，就先把工作負載縮到 0，等擴容完成再\
                恢復；其他情況依驅動程式的訊息處理。",
        zh_cn: "文件系统在等重新挂载就重启 Pod；驱动不能扩容已挂接的卷，就先把工作负载缩到 0，等扩容完成再恢复；\
                其他情况按驱动的报错处理。",
    },
    prevention: Text {
        en: "Use drivers and storage classes that expand volumes online, and test it before a volume is full.",
        zh_tw: "選用支援線上擴容的驅動程式與 StorageClass，並在磁碟區寫滿之前先測過。",
        zh_cn: "选用支持在线扩容的驱动和存储类（StorageClass），并在卷写满之前先测过。",
    },
    page: page!("pvc-resize-stuck"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static RESTART: Text = Text {
    en: "grows from {capacity} to {requested} only after a restart of {pods}: the file system is resized on the next mount",
    zh_tw: "要等 {pods} 重新啟動才會從 {capacity} 擴充到 {requested}：檔案系統在下次掛載時擴充",
    zh_cn: "要等 {pods} 重启才会从 {capacity} 扩到 {requested}：文件系统在下次挂载时扩容",
};

static UNUSED: Text = Text {
    en: "grows from {capacity} to {requested} when the next pod mounts it",
    zh_tw: "等下一個 Pod 掛載時，就會從 {capacity} 擴充到 {requested}",
    zh_cn: "等下一个 Pod 挂载时，就会从 {capacity} 扩到 {requested}",
};

static ATTACHED: Text = Text {
    en: "cannot grow from {capacity} to {requested} while it is attached: {detail}",
    zh_tw: "掛載期間無法從 {capacity} 擴充到 {requested}：{detail}",
    zh_cn: "挂接期间无法从 {capacity} 扩到 {requested}：{detail}",
};

static FAILED: Text = Text {
    en: "resize from {capacity} to {requested} fails ({reason}): {detail}",
    zh_tw: "從 {capacity} 擴充到 {requested} 失敗（{reason}）：{detail}",
    zh_cn: "从 {capacity} 扩到 {requested} 失败（{reason}）：{detail}",
};

static SILENT: Text = Text {
    en: "resize from {capacity} to {requested} has not finished for {age} ({reason})",
    zh_tw: "從 {capacity} 擴充到 {requested} 已 {age} 未完成（{reason}）",
    zh_cn: "从 {capacity} 扩到 {requested} 已 {age} 未完成（{reason}）",
};

/// How long a resize may take, in seconds.
const PATIENCE: i64 = 15 * 60;

/// Conditions of a resize; the first ones say most.
const CONDITIONS: [&str; 4] =
    ["ControllerResizeError", "NodeResizeError", "FileSystemResizePending", "Resizing"];

/// Reasons of events about a failed resize.
const FAILURES: [&str; 2] = ["VolumeResizeFailed", "FileSystemResizeFailed"];

/// Words of drivers that expand a volume only while no node uses it.
const OFFLINE: [&str; 6] = ["attached", "in-use", "in use", "is published", "offline", "detach"];

/// What is known of a resize.
struct Resize<'a> {
    reason: &'a str,
    detail: &'a str,
    since: Option<Time>,
    awaits_mount: bool,
}

fn run(view: &View, out: &mut Reporter) {
    for claim in view.claims().filter(|claim| claim.metadata.deleted().is_none()) {
        let Some((capacity, requested)) = sizes(claim) else { continue };
        let Some(resize) = resize(view, claim) else { continue };
        let users: Vec<&Pod> = view.users_of_claim(claim).collect();
        let text = text(&resize, &users);
        let is_harmless = std::ptr::eq(text, &raw const UNUSED) || !view.older_than(resize.since, PATIENCE);
        let facts = vec![
            ("capacity", Fact::text(capacity)),
            ("requested", Fact::text(requested)),
            ("pods", Fact::list(users.iter().map(|pod| &*pod.name))),
            ("reason", Fact::text(resize.reason)),
            ("detail", Fact::text(resize.detail)),
            ("age", view.ago(resize.since)),
        ];
        let (namespace, name) = (&*claim.metadata.namespace, &*claim.metadata.name);
        let object = ObjectRef::new(namespace, "PersistentVolumeClaim", name);
        let severity = if is_harmless { Severity::Low } else { Severity::Medium };
        let finding = out.object(object, &[], severity, Message::new(text, facts));
        finding.since = resize.since;
        finding.serving = users.iter().all(|pod| pod.serves());
        let kubectl = &view.settings.kubectl;
        finding.actions = vec![kubectl.describe(&finding.object)];
        if std::ptr::eq(text, &raw const RESTART) {
            let owned = users.iter().filter(|pod| pod.shared.owner.is_some());
            finding
                .actions
                .extend(owned.map(|pod| kubectl.line(&["delete", "pod", "-n", namespace, &pod.name])));
        }
    }
}

fn text(resize: &Resize, users: &[&Pod]) -> &'static Text {
    let said = resize.detail.to_lowercase();
    match (resize.awaits_mount, users) {
        (true, []) => &UNUSED,
        (true, _) => &RESTART,
        _ if OFFLINE.iter().any(|words| said.contains(words)) => &ATTACHED,
        _ if !resize.detail.is_empty() => &FAILED,
        _ => &SILENT,
    }
}

/// Returns the size of the volume of a claim and the requested one, if that is larger.
fn sizes(claim: &PersistentVolumeClaim) -> Option<(&str, &str)> {
    let capacity = &claim.status.capacity.get("storage")?.text;
    let requested = claim.spec.resources.requests.iter().find(|resource| resource.name == "storage")?;
    let requested = &requested.quantity.text;
    (whole(requested)? > whole(capacity)?).then_some((&**capacity, &**requested))
}

/// Returns how far the resize of a claim is. `None` if it has not begun: the class may not allow it.
fn resize<'a>(view: &View<'a>, claim: &'a PersistentVolumeClaim) -> Option<Resize<'a>> {
    let set = |kind: &&str| {
        claim
            .status
            .conditions
            .iter()
            .find(|condition| condition.r#type == **kind && condition.status == "True")
    };
    let condition = CONDITIONS.iter().find_map(set);
    let state = claim.status.allocated_resource_statuses.get("storage").map(String::as_str);
    let begun = claim.status.conditions.iter().filter_map(Condition::since).min();
    let object = ObjectRef::new(&claim.metadata.namespace, "PersistentVolumeClaim", &claim.metadata.name);
    let event = view
        .events(&object, &claim.metadata.uid)
        .into_iter()
        .find(|event| FAILURES.contains(&&*event.reason));
    let awaits_mount = state == Some("NodeResizePending")
        || condition.is_some_and(|condition| condition.r#type == "FileSystemResizePending");
    let failed = condition.filter(|condition| condition.r#type.ends_with("Error"));
    let since = failed.or(condition).and_then(Condition::since).or(begun);
    let (reason, detail) = match (failed, event) {
        (Some(failed), _) => (&*failed.r#type, &*failed.message),
        (None, Some(event)) if !awaits_mount => (&*event.reason, &*event.message),
        _ => (state.or(condition.map(|condition| &*condition.r#type))?, ""),
    };
    let since = since.or(event.and_then(|event| event.first_seen.or(event.last_seen)));
    Some(Resize { reason, detail, since, awaits_mount })
}

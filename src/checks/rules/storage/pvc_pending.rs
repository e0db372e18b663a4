//! A claim has no volume.

use crate::checks::prelude::*;
use crate::model::whole;
use crate::wire::{PersistentVolume, PersistentVolumeClaim};

static INFO: CheckInfo = CheckInfo {
    id: "pvc-pending",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::PersistentVolumeClaim, Kind::PersistentVolume, Kind::StorageClass, Kind::Pod, Kind::Event],
    title: Text { en: "Claim has no volume", zh_tw: "PVC 等不到磁碟區", zh_cn: "PVC 等不到卷" },
    meaning: Text {
        en: "Pods that mount the claim cannot start until it is bound.",
        zh_tw: "掛載它的 Pod 在綁定之前無法啟動。",
        zh_cn: "挂载它的 Pod 在绑定之前无法启动。",
    },
    remedy: Text {
        en: "Read the provisioner's message, then fix the storage class, the quota or the driver. The class \
             of a claim cannot be changed: delete and recreate the claim while it holds no data.",
        zh_tw: "先看 provisioner 的訊息，再修正 StorageClass、配額或驅動程式。PVC 的 StorageClass 不能更改：\
                趁還沒有資料時刪除重建。",
        zh_cn: "先看制备器（provisioner）的报错，再修正存储类（StorageClass）、配额或驱动。PVC \
                的存储类不能修改：趁还没有数据时删掉重建。",
    },
    prevention: Text {
        en: "Keep one default storage class per cluster, and use the same class names in all clusters.",
        zh_tw: "每個叢集保留一個預設 StorageClass，各叢集的 StorageClass 名稱一致。",
        zh_cn: "每个集群保留一个默认存储类（StorageClass），各集群的存储类名称一致。",
    },
    page: page!("pvc-pending"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static NO_VOLUME: Text = Text {
    en: "its spec names volume {volume}, which does not exist",
    zh_tw: "指定的 PersistentVolume {volume} 不存在",
    zh_cn: "指定的 PersistentVolume {volume} 不存在",
};

static VOLUME_TAKEN: Text = Text {
    en: "its spec names volume {volume}, which belongs to claim {claim}",
    zh_tw: "指定的 PersistentVolume {volume} 屬於 PVC {claim}",
    zh_cn: "指定的 PersistentVolume {volume} 属于 PVC {claim}",
};

static NO_CLASS: Text = Text {
    en: "storage class {class} does not exist, and no existing volume of that class fits",
    zh_tw: "StorageClass {class} 不存在，也沒有該 StorageClass 的可用 PersistentVolume",
    zh_cn: "存储类 {class} 不存在，也没有该存储类的可用 PersistentVolume",
};

static NO_DEFAULT: Text = Text {
    en: "it names no storage class, and the cluster has no default class",
    zh_tw: "沒有指定 StorageClass，叢集也沒有預設的 StorageClass",
    zh_cn: "没有指定存储类，集群也没有默认的存储类",
};

static NONE_MADE: Text = Text {
    en: "no existing volume fits, and an empty storage class provisions none",
    zh_tw: "沒有符合的 PersistentVolume，而 StorageClass 為空字串時不會自動建立",
    zh_cn: "没有匹配的 PersistentVolume，而存储类为空字符串时不会自动创建",
};

static NO_STATIC: Text = Text {
    en: "no existing volume is available, and storage class {class} provisions none",
    zh_tw: "沒有可用的 PersistentVolume，而 StorageClass {class} 不會自動建立",
    zh_cn: "没有可用的 PersistentVolume，而存储类 {class} 不会自动创建",
};

static NO_FIT: Text = Text {
    en: "no existing volume fits; the nearest, {volume}, differs: {differences}",
    zh_tw: "沒有符合的 PersistentVolume；最接近的 {volume} 不符：{differences}",
    zh_cn: "没有匹配的 PersistentVolume；最接近的 {volume} 不符：{differences}",
};

static FAILED: Text = Text {
    en: "cannot get a volume ({reason}): {detail}",
    zh_tw: "無法取得磁碟區（{reason}）：{detail}",
    zh_cn: "拿不到卷（{reason}）：{detail}",
};

static SILENT: Text = Text {
    en: "{provisioner} has not created a volume of storage class {class}",
    zh_tw: "StorageClass {class} 的 {provisioner} 一直沒有建立磁碟區",
    zh_cn: "存储类 {class} 的 {provisioner} 一直没有创建卷",
};

/// How long a volume may take, in seconds.
const PATIENCE: i64 = 300;

/// The provisioner of classes whose volumes an administrator creates.
const NO_PROVISIONER: &str = "kubernetes.io/no-provisioner";

/// The mode in which a volume is bound when a pod needs it.
const FIRST_POD: &str = "WaitForFirstConsumer";

/// The annotation in which the scheduler records the chosen node.
const CHOSEN: &str = "volume.kubernetes.io/selected-node";

/// Reasons of events that explain why the claim has no volume.
const FAILURES: [&str; 2] = ["ProvisioningFailed", "VolumeMismatch"];

/// What no further attempt corrects.
static DEFINITE: [&Text; 4] = [&NO_VOLUME, &VOLUME_TAKEN, &NO_CLASS, &NO_DEFAULT];

/// Whether the controller reports that the storage class does not exist.
fn is_class_missing(facts: &Facts) -> bool {
    let is_missing = |words: &str| words.contains("storageclass") && words.contains("not found");
    facts
        .iter()
        .any(|(name, fact)| *name == "detail" && matches!(fact, Fact::Text(words) if is_missing(words)))
}

/// Why a claim is pending: the text, its facts, and the object that other claims may wait for too.
struct Reason {
    text: &'static Text,
    facts: Facts,
    because: Option<ObjectRef>,
}

fn run(view: &View, out: &mut Reporter) {
    for claim in view.claims().filter(|claim| claim.status.phase == "Pending") {
        let waiting = view.pods_with_claim(claim);
        let Some(Reason { text, facts, because }) = reason(view, claim, &waiting) else { continue };
        let since = since(view, claim, &waiting);
        let definite = DEFINITE.iter().any(|of| std::ptr::eq(*of, text)) || is_class_missing(&facts);
        let severity = if !definite && !view.older_than(since, PATIENCE) {
            Severity::Low
        } else if waiting.is_empty() {
            Severity::Medium
        } else {
            Severity::High
        };
        let (namespace, name) = (&claim.metadata.namespace, &claim.metadata.name);
        let object = ObjectRef::new(namespace, "PersistentVolumeClaim", name);
        let finding = out.object(object, &[], severity, Message::new(text, facts));
        finding.since = since;
        finding.affected = waiting.iter().map(|pod| pod.object_ref()).collect();
        finding.because = because.into_iter().collect();
        finding.actions = vec![
            view.settings.kubectl.describe(&finding.object),
            view.settings.kubectl.line(&["get", "storageclass"]),
        ];
    }
}

/// Returns what keeps a claim pending; `None` for a claim that is not needed yet.
fn reason(view: &View, claim: &PersistentVolumeClaim, waiting: &[&Pod]) -> Option<Reason> {
    if !claim.spec.volume_name.is_empty() {
        return named_volume(view, claim);
    }
    let simple = |text, because| Some(Reason { text, facts: Vec::new(), because });
    let of_class = |name: &str| Some(ObjectRef::of_cluster("StorageClass", name));
    let saw_classes = view.saw(Kind::StorageClass, "");
    let (name, class) = match claim.spec.storage_class_name.as_deref() {
        Some("") => {
            return nearest(view, claim, "").or_else(|| simple(&NONE_MADE, None));
        }
        Some(name) => (name, view.storage_class(name)),
        None => match view.default_class() {
            None if saw_classes => return simple(&NO_DEFAULT, of_class("(default)")),
            default => (default.map_or("", |class| &*class.metadata.name), default),
        },
    };
    if class.is_none() && saw_classes {
        let facts = vec![("class", Fact::text(name))];
        return Some(Reason { text: &NO_CLASS, facts, because: of_class(name) });
    }
    let because = of_class(name).filter(|_| !name.is_empty());
    if let Some(facts) = failure(view, claim) {
        return Some(Reason { text: &FAILED, facts, because });
    }
    if class.is_some_and(|class| class.provisioner == NO_PROVISIONER) {
        let awaited =
            class.is_some_and(|class| class.volume_binding_mode != FIRST_POD) || !waiting.is_empty();
        return awaited.then(|| nearest(view, claim, name)).flatten();
    }
    // The first pod that uses the claim decides where the volume is created: not before a node is chosen.
    let at_once = class.is_some_and(|class| class.volume_binding_mode != FIRST_POD);
    let chosen = claim.metadata.annotation(CHOSEN).is_some() && !waiting.is_empty();
    let provisioner = class.map_or("?", |class| &*class.provisioner);
    let facts = vec![("class", Fact::text(name)), ("provisioner", Fact::text(provisioner))];
    (at_once || chosen).then_some(Reason { text: &SILENT, facts, because })
}

/// Returns why no existing volume fits a claim, by the one that differs least; `None` if one seems to fit.
fn nearest(view: &View, claim: &PersistentVolumeClaim, class: &str) -> Option<Reason> {
    if !view.saw(Kind::PersistentVolume, "") {
        return None;
    }
    let free = view
        .snapshot
        .rows
        .volumes
        .iter()
        .filter(|volume| volume.status.phase == "Available" && volume.spec.claim_ref.is_none());
    let compared = free.map(|volume| (differences(claim, class, volume), &*volume.metadata.name));
    let because = (!class.is_empty()).then(|| ObjectRef::of_cluster("StorageClass", class));
    match compared.min_by_key(|(differences, name)| (differences.len(), *name)) {
        None if class.is_empty() => None,
        None => Some(Reason { text: &NO_STATIC, facts: vec![("class", Fact::text(class))], because }),
        Some((differences, _)) if differences.is_empty() => None,
        Some((differences, volume)) => {
            let facts = vec![("volume", Fact::text(volume)), ("differences", Fact::list(differences))];
            Some(Reason { text: &NO_FIT, facts, because })
        }
    }
}

/// Returns the fields of a volume that do not fit a claim, each with both values. A selector fits if nothing else differs,
/// as the labels of volumes are not read.
fn differences(claim: &PersistentVolumeClaim, class: &str, volume: &PersistentVolume) -> Vec<String> {
    let (wanted, has) = (&claim.spec, &volume.spec);
    let mut found = Vec::new();
    if has.storage_class_name != class {
        found.push(format!("storageClassName \"{}\" != \"{class}\"", has.storage_class_name));
    }
    let requested = wanted.resources.requests.iter().find(|resource| resource.name == "storage");
    let sizes = requested.zip(has.capacity.get("storage")).map(|(r, size)| (&*r.quantity.text, &*size.text));
    if let Some((requested, size)) = sizes.filter(|(requested, size)| whole(size) < whole(requested)) {
        found.push(format!("storage {size} < {requested}"));
    }
    if wanted.access_modes.iter().any(|mode| !has.access_modes.contains(mode)) {
        found.push(format!(
            "accessModes {} != {}",
            has.access_modes.join("+"),
            wanted.access_modes.join("+")
        ));
    }
    let mode = |mode: &str| if mode.is_empty() { "Filesystem".to_owned() } else { mode.to_owned() };
    let (theirs, ours) = (mode(&has.volume_mode), mode(&wanted.volume_mode));
    if theirs != ours {
        found.push(format!("volumeMode {theirs} != {ours}"));
    }
    if found.is_empty() && wanted.selector.is_some() {
        found.push("selector".to_owned());
    }
    found
}

/// Returns what is wrong with the volume that a claim names, if that is known.
fn named_volume(view: &View, claim: &PersistentVolumeClaim) -> Option<Reason> {
    let name = &claim.spec.volume_name;
    let mut facts = vec![("volume", Fact::text(name))];
    let because = Some(ObjectRef::of_cluster("PersistentVolume", name));
    let Some(volume) = view.volume(name) else {
        return view.saw(Kind::PersistentVolume, "").then_some(Reason { text: &NO_VOLUME, facts, because });
    };
    let own = (&claim.metadata.namespace, &claim.metadata.name);
    let other = volume.spec.claim_ref.as_ref().filter(|other| (&other.namespace, &other.name) != own);
    let Some(other) = other else {
        return failure(view, claim).map(|facts| Reason { text: &FAILED, facts, because });
    };
    facts.push(("claim", Fact::text(format!("{}/{}", other.namespace, other.name))));
    Some(Reason { text: &VOLUME_TAKEN, facts, because })
}

/// Returns the last failure that the controller or the provisioner reported.
fn failure(view: &View, claim: &PersistentVolumeClaim) -> Option<Facts> {
    let object = ObjectRef::new(&claim.metadata.namespace, "PersistentVolumeClaim", &claim.metadata.name);
    let events = view.events(&object, &claim.metadata.uid);
    let said = events.iter().find(|event| FAILURES.contains(&&*event.reason))?;
    Some(vec![("reason", Fact::text(&said.reason)), ("detail", Fact::text(&said.message))])
}

/// Returns since when the volume is needed: since the first pod if it is created for a pod, otherwise since the claim.
fn since(view: &View, claim: &PersistentVolumeClaim, waiting: &[&Pod]) -> Option<Time> {
    let created = claim.metadata.created();
    let first = waiting.iter().filter_map(|pod| pod.created()).min();
    let class = claim
        .spec
        .storage_class_name
        .as_deref()
        .map_or(view.default_class(), |name| view.storage_class(name));
    if class.is_some_and(|class| class.volume_binding_mode == FIRST_POD) {
        first.max(created)
    } else {
        created
    }
}

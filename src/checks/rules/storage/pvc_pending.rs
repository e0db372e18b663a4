//! A claim has no volume.

use crate::checks::prelude::*;
use crate::checks::static_volume::{self, Difference, Found, Wanted};
use crate::wire::PersistentVolumeClaim;

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

static VOLUME_OF_EARLIER: Text = Text {
    en: "its spec names volume {volume}, which still belongs to an earlier claim of this name: its claimRef has the uid of \
         the deleted claim",
    zh_tw: "指定的 PersistentVolume {volume} 仍屬於先前同名的 PVC：其 claimRef 的 uid 是已刪除的那一個",
    zh_cn: "指定的 PersistentVolume {volume} 仍属于之前同名的 PVC：其 claimRef 的 uid 是已删除的那一个",
};

static VOLUME_DIFFERS: Text = Text {
    en: "its spec names volume {volume}, which does not fit: {differences}",
    zh_tw: "指定的 PersistentVolume {volume} 不符：{differences}",
    zh_cn: "指定的 PersistentVolume {volume} 不匹配：{differences}",
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

static RELEASED: Text = Text {
    en: "no existing volume fits; the nearest, {volume}, is Released: its claimRef still names claim {claim}, which was \
         deleted",
    zh_tw: "沒有符合的 PersistentVolume；最接近的 {volume} 為 Released：其 claimRef 仍指向已刪除的 PVC {claim}",
    zh_cn: "没有匹配的 PersistentVolume；最接近的 {volume} 处于 Released：其 claimRef 仍指向已删除的 PVC {claim}",
};

static RELEASED_EARLIER: Text = Text {
    en: "no existing volume fits; volume {volume} still belongs to an earlier claim of this name: its claimRef has the uid \
         of the deleted claim",
    zh_tw: "沒有符合的 PersistentVolume；{volume} 仍屬於先前同名的 PVC：其 claimRef 的 uid 是已刪除的那一個",
    zh_cn: "没有匹配的 PersistentVolume；{volume} 仍属于之前同名的 PVC：其 claimRef 的 uid 是已删除的那一个",
};

static RESERVED: Text = Text {
    en: "no existing volume fits; the nearest, {volume}, is reserved for claim {claim} (claimRef)",
    zh_tw: "沒有符合的 PersistentVolume；最接近的 {volume} 保留給 PVC {claim}（claimRef）",
    zh_cn: "没有匹配的 PersistentVolume；最接近的 {volume} 预留给 PVC {claim}（claimRef）",
};

static NOWHERE: Text = Text {
    en: "no existing volume fits; the nearest, {volume}, can be used only on nodes with {labels}, and there is no such \
         node",
    zh_tw: "沒有符合的 PersistentVolume；最接近的 {volume} 只能用於符合 {labels} 的節點，而叢集沒有這樣的節點",
    zh_cn: "没有匹配的 PersistentVolume；最接近的 {volume} 只能用于满足 {labels} 的节点，而集群中没有这样的节点",
};

static UNBOUND: Text = Text {
    en: "volume {volume} fits, but the claim is not bound to it (kube-controller-manager does not run, or does not keep up)",
    zh_tw: "PersistentVolume {volume} 符合，卻一直沒有綁定（kube-controller-manager 沒有執行，或來不及處理）",
    zh_cn: "PersistentVolume {volume} 匹配，却一直没有绑定（kube-controller-manager 没有运行，或来不及处理）",
};

static AGAIN: Text = Text {
    en: "to bind the volume again, remove its spec.claimRef; the new claim then gets the data on it",
    zh_tw: "若要重新綁定該磁碟區，請移除它的 spec.claimRef；新的 PVC 會取得其中的資料",
    zh_cn: "若要重新绑定该卷，请移除它的 spec.claimRef；新的 PVC 会得到其中的数据",
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
static DEFINITE: [&Text; 6] =
    [&NO_VOLUME, &VOLUME_TAKEN, &VOLUME_OF_EARLIER, &VOLUME_DIFFERS, &NO_CLASS, &NO_DEFAULT];

/// Reasons that are about a volume which a deleted claim left behind.
static LEFT: [&Text; 3] = [&RELEASED, &RELEASED_EARLIER, &VOLUME_OF_EARLIER];

/// Reasons that are about the volume of another claim.
static OF_OTHERS: [&Text; 2] = [&RELEASED, &RESERVED];

/// Whether the controller reports that the storage class does not exist.
fn is_class_missing(facts: &Facts) -> bool {
    let is_missing = |words: &str| words.contains("storageclass") && words.contains("not found");
    facts
        .iter()
        .any(|(name, fact)| *name == "detail" && matches!(fact, Fact::Text(words) if is_missing(words)))
}

/// Why a claim is pending.
struct Reason {
    text: &'static Text,
    facts: Facts,
    /// The object that other claims may wait for too.
    because: Option<ObjectRef>,
    /// The volume that the reason is about.
    volume: Option<ObjectRef>,
}

fn run(view: &View, out: &mut Reporter) {
    for claim in view.claims().filter(|claim| claim.status.phase == "Pending") {
        let waiting = view.pods_with_claim(claim);
        let Some(Reason { text, facts, because, volume }) = reason(view, claim, &waiting) else { continue };
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
        finding.because = declared(because);
        let kubectl = &view.settings.kubectl;
        let classes = || kubectl.line(&["get", "storageclass"]);
        let next = volume.map_or_else(classes, |volume| kubectl.describe(&volume));
        finding.actions = vec![kubectl.describe(&finding.object), next];
        let is_left = LEFT.iter().any(|of| std::ptr::eq(*of, text));
        finding.evidence.extend(is_left.then(|| Message::plain(&AGAIN)));
    }
}

/// Returns what keeps a claim pending; `None` for a claim that is not needed yet.
fn reason(view: &View, claim: &PersistentVolumeClaim, waiting: &[&Pod]) -> Option<Reason> {
    if !claim.spec.volume_name.is_empty() {
        return named_volume(view, claim);
    }
    let simple = |text, because| Some(Reason { text, facts: Vec::new(), because, volume: None });
    let of_class = |name: &str| Some(ObjectRef::of_cluster("StorageClass", name));
    let saw_classes = view.saw(Kind::StorageClass, "");
    let (name, class) = match claim.spec.storage_class_name.as_deref() {
        Some("") => return nearest(view, claim, "", true, || simple(&NONE_MADE, None)),
        Some(name) => (name, view.storage_class(name)),
        None => match view.default_class() {
            None if saw_classes => {
                // A volume of another claim is not what a claim without a class waits for.
                let found = nearest(view, claim, "", false, || None);
                let found = found.filter(|found| !OF_OTHERS.iter().any(|of| std::ptr::eq(*of, found.text)));
                return found.or_else(|| simple(&NO_DEFAULT, of_class("(default)")));
            }
            default => (default.map_or("", |class| &*class.metadata.name), default),
        },
    };
    if class.is_none() && saw_classes {
        let facts = vec![("class", Fact::text(name))];
        let missing = || Some(Reason { text: &NO_CLASS, facts, because: of_class(name), volume: None });
        return nearest(view, claim, name, false, missing);
    }
    let because = of_class(name).filter(|_| !name.is_empty());
    if let Some(facts) = failure(view, claim) {
        return Some(Reason { text: &FAILED, facts, because, volume: None });
    }
    if class.is_some_and(|class| class.provisioner == NO_PROVISIONER) {
        let awaited =
            class.is_some_and(|class| class.volume_binding_mode != FIRST_POD) || !waiting.is_empty();
        let facts = vec![("class", Fact::text(name))];
        let none = Reason { text: &NO_STATIC, facts, because, volume: None };
        let none = || view.saw(Kind::PersistentVolume, "").then_some(none);
        return awaited.then(|| nearest(view, claim, name, true, none)).flatten();
    }
    // The first pod that uses the claim decides where the volume is created: not before a node is chosen.
    let at_once = class.is_some_and(|class| class.volume_binding_mode != FIRST_POD);
    let chosen = claim.metadata.annotation(CHOSEN).is_some() && !waiting.is_empty();
    let provisioner = class.map_or("?", |class| &*class.provisioner);
    let facts = vec![("class", Fact::text(name)), ("provisioner", Fact::text(provisioner))];
    (at_once || chosen).then_some(Reason { text: &SILENT, facts, because, volume: None })
}

/// Returns why no existing volume fits a claim, by the one that differs least; `none` if no volume is free. An administrator
/// may have created volumes for a class that does not exist. Volumes of `other_classes` count if the claim can have no other.
fn nearest(
    view: &View,
    claim: &PersistentVolumeClaim,
    class: &str,
    other_classes: bool,
    none: impl FnOnce() -> Option<Reason>,
) -> Option<Reason> {
    if !view.saw(Kind::PersistentVolume, "") {
        return none();
    }
    let waits = view.storage_class(class).is_some_and(|class| class.volume_binding_mode == FIRST_POD);
    let wanted = Wanted { claim, class, other_classes, waits };
    let (volume, differences) = match static_volume::nearest(view, &wanted) {
        // The scheduler binds it together with the pod.
        Found::Fit(_) if waits => return None,
        Found::Fit(volume) => (volume, Vec::new()),
        Found::Nothing => return none(),
        Found::Nearest(volume, differences) => (volume, differences),
    };
    let (text, fact) = match differences.as_slice() {
        [] => (&UNBOUND, None),
        [Difference::Released(of)] => (&RELEASED, Some(("claim", Fact::text(of)))),
        [Difference::Earlier(_)] => (&RELEASED_EARLIER, None),
        [Difference::Reserved(of)] => (&RESERVED, Some(("claim", Fact::text(of)))),
        [Difference::Nowhere(labels)] => (&NOWHERE, Some(("labels", Fact::list(labels.clone())))),
        _ => (&NO_FIT, Some(("differences", listed(&differences)))),
    };
    let volume = volume_ref(&volume.metadata.name);
    let facts = std::iter::once(("volume", Fact::text(&volume.name))).chain(fact).collect();
    let because = (!class.is_empty()).then(|| ObjectRef::of_cluster("StorageClass", class));
    Some(Reason { text, facts, because, volume: Some(volume) })
}

fn listed(differences: &[Difference]) -> Fact {
    Fact::list(differences.iter().map(Difference::written))
}

fn volume_ref(name: &str) -> ObjectRef {
    ObjectRef::of_cluster("PersistentVolume", name)
}

/// Returns what is wrong with the volume that a claim names, if that is known.
fn named_volume(view: &View, claim: &PersistentVolumeClaim) -> Option<Reason> {
    let name = &claim.spec.volume_name;
    let mut facts = vec![("volume", Fact::text(name))];
    let because = Some(volume_ref(name));
    let Some(volume) = view.volume(name) else {
        let unseen = !view.saw(Kind::PersistentVolume, "");
        return (!unseen).then_some(Reason { text: &NO_VOLUME, facts, because, volume: None });
    };
    let differences = static_volume::of_named(claim, volume);
    let (text, fact) = match differences.as_slice() {
        [] => {
            return failure(view, claim).map(|facts| Reason { text: &FAILED, facts, because, volume: None });
        }
        [Difference::Earlier(_)] => (&VOLUME_OF_EARLIER, None),
        [Difference::Reserved(of)] => (&VOLUME_TAKEN, Some(("claim", Fact::text(of)))),
        _ => (&VOLUME_DIFFERS, Some(("differences", listed(&differences)))),
    };
    facts.extend(fact);
    Some(Reason { text, facts, because, volume: Some(volume_ref(name)) })
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

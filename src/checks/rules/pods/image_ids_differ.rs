//! Reports workloads whose pods run different images under one name.

use crate::checks::prelude::*;
use crate::model::{Owner, SharedPod};
use crate::text::Message;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

static INFO: CheckInfo = CheckInfo {
    id: "image-ids-differ",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[Kind::Pod, Kind::Node, Kind::ReplicaSet, Kind::Deployment, Kind::StatefulSet],
    title: Text {
        en: "One image name, different images",
        zh_tw: "同名映像檔內容不一致",
        zh_cn: "同名镜像内容不一致",
    },
    meaning: Text {
        en: "The tag was pushed again, and nodes that had the old image kept it. The node decides which version \
             answers.",
        zh_tw: "tag 被重新推送，而已有舊映像檔的節點繼續沿用。請求由哪個版本回應，取決於落在哪個節點。",
        zh_cn: "标签被重新推送，而已有旧镜像的节点继续沿用。请求由哪个版本处理，取决于落到哪个节点。",
    },
    remedy: Text {
        en: "Give the intended image its own tag, or use its digest, and roll that out. With the policy IfNotPresent, \
             a restart alone keeps the old image.",
        zh_tw: "為正確的映像檔使用專屬的 tag 或 digest，再重新發布。政策為 IfNotPresent 時，只重啟仍會沿用舊的。",
        zh_cn: "给正确的镜像用专属标签或摘要（digest），再重新发布。策略为 IfNotPresent 时，只重启仍会沿用旧的。",
    },
    prevention: Text {
        en: "Make tags immutable in the registry.",
        zh_tw: "在 registry 開啟 tag 不可變更。",
        zh_cn: "在镜像仓库开启标签不可变。",
    },
    page: page!("image-ids-differ"),
    traits: Traits {
        measures: &[Measure::bad("count", Text { en: "images", zh_tw: "映像檔", zh_cn: "镜像" })],
        ..Traits::NONE
    },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MESSAGE: Text = Text {
    en: "container {container} runs {count} different images as {image}: {digests}",
    zh_tw: "容器 {container}：同為 {image}，實際執行 {count} 種不同的映像檔：{digests}",
    zh_cn: "容器 {container}：同为 {image}，实际运行 {count} 种不同的镜像：{digests}",
};

static EVIDENCE: Text = Text {
    en: "{digest} runs in {pods} on {nodes}",
    zh_tw: "{digest}：Pod {pods}，位於節點 {nodes}",
    zh_cn: "{digest}：Pod {pods}，位于节点 {nodes}",
};

/// Owners whose pods should be identical.
const ALIKE: [&str; 6] =
    ["DaemonSet", "Deployment", "ReplicaSet", "ReplicationController", "Rollout", "StatefulSet"];

/// After this long without a new pod, a rollout does not explain it. In seconds, as in kubernetes-mixin for rollouts.
const SETTLED: i64 = 900;

/// The columns to compare, as kubectl prints them.
const COLUMNS: &str =
    "custom-columns=NAME:.metadata.name,NODE:.spec.nodeName,ID:.status.containerStatuses[*].imageID";

/// How many names are shown.
const SHOWN: usize = 3;

/// The properties that must be equal: namespace, owner, container, image, architecture and the form of the ID.
type Place<'a> = (&'a str, Owner, &'a str, &'a str, &'a str, bool);

fn run(view: &View, out: &mut Reporter) {
    for ((namespace, owner, container, image, ..), digests) in gather(view) {
        if digests.len() < 2 {
            continue;
        }
        let created = |pods: &Vec<&Pod>| pods.iter().filter_map(|pod| pod.created()).min();
        let newest = digests.values().flatten().filter_map(|pod| pod.created()).max();
        let workload = view.workload(namespace, &owner.kind, &owner.name);
        let moves = workload
            .is_some_and(|w| !w.is_available() || w.rollout().is_some_and(|r| r.unfinished || r.unseen));
        let settled = !moves && view.older_than(newest, SETTLED);
        let facts = vec![
            ("container", Fact::text(container)),
            ("image", Fact::text(image)),
            ("count", Fact::count(digests.len())),
            ("digests", Fact::list(digests.keys().map(|digest| short(digest)))),
        ];
        let object = ObjectRef::new(namespace, &owner.kind, &owner.name);
        let severity = if settled { Severity::Medium } else { Severity::Low };
        let finding = out.object(object, &[container], severity, Message::new(&MESSAGE, facts));
        // Since the newest of the images appeared.
        finding.since = digests.values().filter_map(created).max();
        finding.serving = true;
        finding.evidence = digests.iter().map(|(digest, pods)| evidence(digest, pods)).collect();
        finding.actions = vec![
            view.settings.kubectl.line(&["get", "pods", "-n", namespace, "-o", COLUMNS]),
            view.settings.kubectl.describe(&finding.object),
        ];
    }
}

/// Returns the owners of pods with different IDs of one image, for any reason. Pods that share their state have
/// the same IDs, so that few of them are examined.
fn suspects<'a>(view: &View<'a>) -> BTreeSet<(&'a str, Owner)> {
    let mut ids: BTreeMap<(&str, Owner, &str, &str), &str> = BTreeMap::new();
    let mut found = BTreeSet::new();
    let mut last: Option<&Arc<SharedPod>> = None;
    for pod in &view.snapshot.rows.pods {
        if last.replace(&pod.shared).is_some_and(|last| Arc::ptr_eq(last, &pod.shared)) {
            continue;
        }
        let Some(owner) = view.root(pod).filter(|owner| ALIKE.contains(&&*owner.kind)) else { continue };
        for image in pod.shared.template.specs.iter().filter(|image| !image.id.is_empty()) {
            let place = (&*pod.shared.namespace, owner.clone(), &*image.container, &*image.image);
            if *ids.entry(place).or_insert(&image.id) != &*image.id {
                found.insert((&*pod.shared.namespace, owner.clone()));
            }
        }
    }
    found
}

/// Groups the serving pods of suspects by the properties that must be equal and by their digest.
fn gather<'a>(view: &View<'a>) -> BTreeMap<Place<'a>, BTreeMap<&'a str, Vec<&'a Pod>>> {
    let suspects = suspects(view);
    let mut found: BTreeMap<Place, BTreeMap<&str, Vec<&Pod>>> = BTreeMap::new();
    if suspects.is_empty() {
        return found;
    }
    for pod in view.snapshot.rows.pods.iter().filter(|pod| pod.serves()) {
        let Some(owner) = view.root(pod) else { continue };
        let namespace = &*pod.shared.namespace;
        // With some runtimes, an image for two architectures has two IDs.
        let Some(node) = pod.node.as_deref().and_then(|name| view.node(name)) else { continue };
        if !suspects.contains(&(namespace, owner.clone())) {
            continue;
        }
        for image in pod.shared.template.specs.iter().filter(|image| !image.id.is_empty()) {
            let (named, digest) = digest(&image.id);
            let place =
                (namespace, owner.clone(), &*image.container, &*image.image, &*node.architecture, named);
            found.entry(place).or_default().entry(digest).or_default().push(pod);
        }
    }
    found
}

/// The digest of an image ID, and whether it belongs to a registry name. Only digests of the same form are compared.
fn digest(id: &str) -> (bool, &str) {
    let id = id.split_once("://").map_or(id, |(_, id)| id);
    id.split_once('@').map_or((false, id), |(_, digest)| (true, digest))
}

/// The first 12 digits of a digest.
fn short(digest: &str) -> &str {
    let hex = digest.split_once(':').map_or(digest, |(_, hex)| hex);
    hex.get(..12).unwrap_or(hex)
}

fn evidence(digest: &str, pods: &[&Pod]) -> Message {
    let nodes: BTreeSet<&str> = pods.iter().filter_map(|pod| pod.node.as_deref()).collect();
    let facts = vec![
        ("digest", Fact::text(short(digest))),
        ("pods", Fact::first(SHOWN, pods.iter().map(|pod| &*pod.name))),
        ("nodes", Fact::first(SHOWN, nodes)),
    ];
    Message::new(&EVIDENCE, facts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_id_is_compared_by_its_digest() {
        for (id, is) in [
            ("docker-pullable://web@sha256:0123", (true, "sha256:0123")),
            ("registry.example.com:5000/shop/web@sha256:0123", (true, "sha256:0123")),
            ("sha256:0123", (false, "sha256:0123")),
            ("docker://sha256:0123", (false, "sha256:0123")),
        ] {
            assert_eq!(digest(id), is, "{id}");
        }
        assert_eq!(short("sha256:0123456789abcdef"), "0123456789ab");
        assert_eq!(short("x"), "x");
    }
}

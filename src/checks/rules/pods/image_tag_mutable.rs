//! Reports containers whose image tag may move while nodes keep the image they have.

use crate::checks::prelude::*;
use crate::model::{Owner, Spec};
use std::collections::BTreeMap;

static INFO: CheckInfo = CheckInfo {
    id: "image-tag-mutable",
    since: "0.1.0",
    severity: Severity::Low,
    needs: &[
        Kind::Pod,
        Kind::ReplicaSet,
        Kind::Deployment,
        Kind::StatefulSet,
        Kind::DaemonSet,
        Kind::Job,
        Kind::CronJob,
    ],
    title: Text {
        en: "Image tag may go stale", zh_tw: "映像檔 tag 可能過期", zh_cn: "镜像标签可能过期"
    },
    meaning: Text {
        en: "A node that has an image of this name keeps it, however old it is. After a push to the same tag, old and \
             new versions run side by side, and a restart on another node changes the version.",
        zh_tw: "節點上已有同名映像檔就會一直沿用，不論多舊。同一個 tag 重新推送後，新舊版本會並存，Pod 換個節點重啟，程式就變了。",
        zh_cn: "节点上已有同名镜像就会一直沿用，不管多旧。同一标签重新推送之后，新旧版本会并存，Pod 换个节点重启，程序就变了。",
    },
    remedy: Text {
        en: "Use a tag that is never pushed again, or a digest; otherwise set imagePullPolicy to Always.",
        zh_tw: "改用不會重新推送的 tag 或 digest；否則將 imagePullPolicy 設為 Always。",
        zh_cn: "改用不会重新推送的标签或摘要（digest）；否则把 imagePullPolicy 设为 Always。",
    },
    prevention: Text {
        en: "Make tags immutable in the registry, and let each build write its own tag into the manifest.",
        zh_tw: "在 registry 開啟 tag 不可變更，並由建置流程把 tag 寫進 manifest。",
        zh_cn: "在镜像仓库开启标签不可变，并由构建流程把标签写进清单（manifest）。",
    },
    page: page!("image-tag-mutable"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MESSAGE: Text = Text {
    en: "container {container}: tag {tag} of {image} may change, and with imagePullPolicy IfNotPresent nodes keep the \
         image they have",
    zh_tw: "容器 {container}：{image} 的 tag {tag} 會變動，而 imagePullPolicy 為 IfNotPresent，節點會沿用舊映像檔",
    zh_cn: "容器 {container}：{image} 的标签 {tag} 会变动，而 imagePullPolicy 为 IfNotPresent，节点会沿用旧镜像",
};

/// Tags that are meant to be pushed again.
const MOVING: [&str; 8] = ["dev", "develop", "edge", "latest", "main", "master", "nightly", "stable"];

/// A container of a workload: the namespace, the owner or, without one, the pod, and the name.
type Place<'a> = (&'a str, Result<Owner, &'a str>, &'a str);

fn run(view: &View, out: &mut Reporter) {
    // One pod of a workload represents all.
    let mut found: BTreeMap<Place, (&Spec, &str)> = BTreeMap::new();
    for pod in &view.snapshot.rows.pods {
        for image in pod.shared.template.specs.iter().filter(|image| image.pulled_once) {
            let Some(tag) = moving_tag(&image.image) else { continue };
            let owner =
                view.root(pod).filter(|owner| is_there(view, &pod.shared.namespace, owner)).ok_or(&*pod.name);
            found.entry((&pod.shared.namespace, owner, &image.container)).or_insert((image, tag));
        }
    }
    for ((namespace, owner, container), (image, tag)) in found {
        let facts = vec![
            ("container", Fact::text(container)),
            ("image", Fact::text(&image.image)),
            ("tag", Fact::text(tag)),
        ];
        let object = match owner {
            Ok(owner) => ObjectRef::new(namespace, &owner.kind, &owner.name),
            Err(pod) => ObjectRef::new(namespace, "Pod", pod),
        };
        let get = ["get", &object.kind.to_lowercase(), "-n", namespace, &object.name, "-o", "yaml"];
        let get = view.settings.kubectl.line(&get);
        let finding = out.object(object, &[container], Severity::Low, Message::new(&MESSAGE, facts));
        finding.serving = true;
        finding.actions = vec![get];
    }
}

/// Whether the owner itself was read. Static pods are owned by their node, other pods by kinds that are not read.
fn is_there(view: &View, namespace: &str, owner: &Owner) -> bool {
    view.workload(namespace, &owner.kind, &owner.name).is_some()
        || &*owner.kind == "Job" && view.job(namespace, &owner.name).is_some()
        || &*owner.kind == "CronJob" && view.cron_job(namespace, &owner.name).is_some()
}

/// Returns the tag of an image, if it is one that moves.
fn moving_tag(image: &str) -> Option<&str> {
    if image.is_empty() || image.contains('@') {
        return None;
    }
    // A colon before the last slash belongs to the port of the registry.
    let name = image.rsplit_once('/').map_or(image, |(_, name)| name);
    let tag = name.split_once(':').map_or("latest", |(_, tag)| tag);
    MOVING.contains(&tag).then_some(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_told_from_a_port_and_a_digest() {
        for (image, tag) in [
            ("nginx", Some("latest")),
            ("registry.example.com:5000/shop/web", Some("latest")),
            ("registry.example.com:5000/shop/web:main", Some("main")),
            ("registry.example.com/shop/web:2.7.1", None),
            ("registry.example.com/shop/web:latest@sha256:0123", None),
            ("nginx:stable-alpine", None),
            ("", None),
        ] {
            assert_eq!(moving_tag(image), tag, "{image}");
        }
    }
}

//! A container's image does not come.

use super::prelude::*;

pub(super) static CHECK: Check = Check {
    id: "pod-image-pull-failed",
    since: "0.1.0",
    severity: Severity::Critical,
    needs: &[Kind::Pod],
    title: Text { en: "Image cannot be pulled", zh_tw: "映像檔無法拉取", zh_cn: "镜像无法拉取" },
    meaning: Text {
        en: "The node cannot get the image, so the container has never started with it.",
        zh_tw: "節點拿不到映像檔，容器從未以此映像檔啟動。",
        zh_cn: "节点拿不到镜像，容器从未以该镜像启动。",
    },
    remedy: Text {
        en: "Read the message: a tag that does not exist, a missing pull secret and an unreachable registry \
             each name themselves.",
        zh_tw: "看錯誤訊息即可分辨：tag 不存在、缺少 imagePullSecret，或 registry 連不上。",
        zh_cn: "看错误信息即可分辨：tag 不存在、缺少 imagePullSecret，或 registry 连不上。",
    },
    prevention: Text {
        en: "Deploy by a tag or digest that the pipeline has just pushed, and keep pull secrets in every namespace.",
        zh_tw: "只部署流程剛推送完成的固定 tag 或 digest，並確認每個命名空間都有 pull secret。",
        zh_cn: "只部署流水线刚推送完成的固定 tag 或 digest，并确认每个命名空间都有 pull secret。",
    },
    page: page!("pod-image-pull-failed"),
    run,
};

static MESSAGE: Text = Text {
    en: "container {container}: image {image} cannot be pulled ({reason}) {detail}",
    zh_tw: "容器 {container}：映像檔 {image} 無法拉取（{reason}）{detail}",
    zh_cn: "容器 {container}：镜像 {image} 无法拉取（{reason}）{detail}",
};

fn run(view: &View, out: &mut Reporter) {
    for (pod, trouble) in view.troubles() {
        let Trouble::ImagePull(container) = trouble else { continue };
        let waiting = container.status.state.waiting.clone().unwrap_or_default();
        let facts = vec![
            ("container", Fact::text(&container.status.name)),
            ("image", Fact::text(container.image())),
            ("reason", Fact::text(&waiting.reason)),
            ("detail", Fact::text(&waiting.message)),
        ];
        let finding = out.pod(pod, Severity::Critical, say(&MESSAGE, facts));
        // ErrImagePull and ImagePullBackOff take turns; the key may not.
        finding.key = finding.key.replace(&waiting.reason, container.image());
        finding.actions =
            vec![view.settings.kubectl.line(&["describe", "pod", "-n", &pod.kin.namespace, &pod.name])];
    }
}

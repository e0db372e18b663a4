//! A container cannot be made or started as it is configured.

use super::prelude::*;

pub(super) static CHECK: Check = Check {
    id: "pod-config-error",
    since: "0.1.0",
    severity: Severity::Critical,
    needs: &[Kind::Pod],
    title: Text {
        en: "Container cannot be started",
        zh_tw: "容器無法建立或啟動",
        zh_cn: "容器无法创建或启动",
    },
    meaning: Text {
        en: "Something that the pod refers to is missing or wrong: a ConfigMap, a Secret, a key, a command, a mount.",
        zh_tw: "Pod 引用的東西不存在或有誤：ConfigMap、Secret、其中的 key、啟動指令或掛載點。",
        zh_cn: "Pod 引用的东西不存在或有误：ConfigMap、Secret、其中的 key、启动命令或挂载点。",
    },
    remedy: Text {
        en: "Create or correct what the message names; the kubelet tries again by itself.",
        zh_tw: "依訊息補上或修正對應的設定，kubelet 會自動重試。",
        zh_cn: "按信息补上或修正对应的配置，kubelet 会自动重试。",
    },
    prevention: Text {
        en: "Deploy configuration together with the workload that uses it, from one place.",
        zh_tw: "設定與使用它的工作負載放在同一處、一起部署。",
        zh_cn: "配置与使用它的工作负载放在同一处、一起部署。",
    },
    page: page!("pod-config-error"),
    run,
};

static MESSAGE: Text = Text {
    en: "container {container} cannot start ({reason}) {detail}",
    zh_tw: "容器 {container} 無法啟動（{reason}）{detail}",
    zh_cn: "容器 {container} 无法启动（{reason}）{detail}",
};

fn run(view: &View, out: &mut Reporter) {
    for (pod, trouble) in view.troubles() {
        let Trouble::Config(container) = trouble else { continue };
        let waiting = container.status.state.waiting.clone().unwrap_or_default();
        let facts = vec![
            ("container", Fact::text(&container.status.name)),
            ("reason", Fact::text(&waiting.reason)),
            ("detail", Fact::text(&waiting.message)),
        ];
        let finding = out.pod(pod, Severity::Critical, say(&MESSAGE, facts));
        finding.actions =
            vec![view.settings.kubectl.line(&["describe", "pod", "-n", &pod.kin.namespace, &pod.name])];
    }
}

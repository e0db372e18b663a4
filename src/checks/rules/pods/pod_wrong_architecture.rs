//! A container's program is built for another architecture than that of its node.

use crate::checks::prelude::*;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

static INFO: CheckInfo = CheckInfo {
    id: "pod-wrong-architecture",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Pod, Kind::Node],
    title: Text {
        en: "Image built for another architecture",
        zh_tw: "映像檔架構與節點不符",
        zh_cn: "镜像架构与节点不符",
    },
    meaning: Text {
        en: "The kernel cannot execute the program (\"exec format error\"): the image is built for another \
             processor architecture.",
        zh_tw: "核心無法執行該程式（exec format error）：映像檔是為另一種處理器架構建置的。",
        zh_cn: "内核无法执行该程序（exec format error）：镜像是为另一种处理器架构构建的。",
    },
    remedy: Text {
        en: "Push an image for the node's architecture under a separate tag and set that tag in the \
             manifest, or build one tag for both architectures.",
        zh_tw: "推送符合節點架構的映像檔（使用自己的 tag）並在 manifest 指定，或建置同時支援兩種架構的 tag。",
        zh_cn: "推送符合节点架构的镜像（用单独的标签）并在清单（manifest）里指定，\
                或构建同时支持两种架构的标签。",
    },
    prevention: Text {
        en: "Build images for every architecture in the cluster, or select nodes by kubernetes.io/arch.",
        zh_tw: "為叢集裡每種架構都建置映像檔，或以 kubernetes.io/arch 指定節點。",
        zh_cn: "为集群里每种架构都构建镜像，或用 kubernetes.io/arch 指定节点。",
    },
    page: page!("pod-wrong-architecture"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static BOTH: Text = Text {
    en: "{role} {container}: image {image} is built for {built}, node {node} is {architecture} (exec format \
         error)",
    zh_tw: "{role} {container}：映像檔 {image} 為 {built} 架構，節點 {node} 是 {architecture}（exec format \
            error）",
    zh_cn: "{role} {container}：镜像 {image} 为 {built} 架构，节点 {node} 是 {architecture}（exec format \
            error）",
};

static LIKELY: Text = Text {
    en: "{role} {container}: image {image} is not built for {architecture}, the architecture of node \
         {node}, but most likely for {built} (exec format error)",
    zh_tw: "{role} {container}：映像檔 {image} 不是為節點 {node} 的 {architecture} 架構建置，很可能是 \
            {built}（exec format error）",
    zh_cn: "{role} {container}：镜像 {image} 不是为节点 {node} 的 {architecture} 架构构建，很可能是 \
            {built}（exec format error）",
};

static SCRIPT: Text = Text {
    en: "{role} {container}: the kernel cannot execute the program of image {image} (exec format error), \
         most likely a script whose first line does not begin with #!: {detail}",
    zh_tw: "{role} {container}：核心無法執行映像檔 {image} 的程式（exec format error），\
            很可能是腳本第一行缺少 #!：{detail}",
    zh_cn: "{role} {container}：内核无法执行镜像 {image} 的程序（exec format error），\
            很可能是脚本第一行缺少 #!：{detail}",
};

static UNKNOWN: Text = Text {
    en: "{role} {container}: image {image} is not built for the architecture of its node (exec format error)",
    zh_tw: "{role} {container}：映像檔 {image} 的架構與節點不符（exec format error）",
    zh_cn: "{role} {container}：镜像 {image} 的架构与节点不符（exec format error）",
};

fn run(view: &View, out: &mut Reporter) {
    let architectures = OnceCell::new();
    for (pod, trouble) in view.problems() {
        let PodProblem::Architecture(container) = trouble else { continue };
        let image = container.image();
        let node = pod.node.as_deref().and_then(|name| view.node(name));
        let own = node.map_or("", |node| node.architecture.as_str());
        let said = view.context(pod).format_error(&container).unwrap_or_default();
        let named = named_in(image)
            .map(str::to_owned)
            .or_else(|| runs_on(architectures.get_or_init(|| by_image(view)), image));
        let (text, built) = story(named, own, said);
        let mut facts = vec![
            ("role", Fact::Words(role(&container))),
            ("container", Fact::text(&container.status.name)),
            ("image", Fact::text(image)),
            ("node", Fact::text(pod.node.as_deref().unwrap_or("?"))),
            ("architecture", Fact::text(own)),
            ("detail", Fact::text(said)),
        ];
        facts.extend(built.map(|built| ("built", Fact::text(built))));
        let finding = out.pod(pod, &[&container.status.name], Severity::High, Message::new(text, facts));
        finding.since = pod.unready_since().or(pod.created());
        finding.because = vec![ObjectRef::of_cluster("Image", image)];
        let columns = "custom-columns=NODE:.metadata.name,ARCH:.status.nodeInfo.architecture";
        finding.actions = vec![
            view.settings.kubectl.line(&["get", "nodes", "-o", columns]),
            view.show_log(pod, &container),
        ];
    }
}

/// Returns the text for the likely cause and the architecture that the image is built for, from the image's name, its
/// node, its other pods and the kubelet's message.
fn story(named: Option<String>, own: &str, said: &str) -> (&'static Text, Option<String>) {
    match (named, likely(own)) {
        (named, _) if is_script(said) || named.as_deref().is_some_and(|named| named == own) => {
            (&SCRIPT, None)
        }
        _ if own.is_empty() => (&UNKNOWN, None),
        (Some(built), _) => (&BOTH, Some(built)),
        (None, Some(built)) => (&LIKELY, Some(built.to_owned())),
        (None, None) => (&UNKNOWN, None),
    }
}

/// The architectures of the nodes on which pods with an image serve, by image.
type Architectures<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

fn by_image<'a>(view: &View<'a>) -> Architectures<'a> {
    let mut out = Architectures::new();
    for pod in view.snapshot.rows.pods.iter().filter(|pod| pod.serves()) {
        let Some(node) = pod.node.as_deref().and_then(|name| view.node(name)) else { continue };
        for used in &pod.shared.template.specs {
            out.entry(&used.image).or_default().insert(&node.architecture);
        }
    }
    out
}

/// Returns the architecture of the nodes on which pods with the image serve, if they share one.
fn runs_on(architectures: &Architectures, image: &str) -> Option<String> {
    let mut known = architectures.get(image)?.iter();
    match (known.next(), known.next()) {
        (Some(only), None) if !only.is_empty() => Some((*only).to_owned()),
        _ => None,
    }
}

/// Whether the name of the program that cannot be executed is that of a script.
fn is_script(said: &str) -> bool {
    let named = said.split([' ', '"', '\'', ':']);
    named.filter_map(|word| word.rsplit_once('.')).any(|(_, end)| matches!(end, "bash" | "py" | "rb" | "sh"))
}

/// Returns the architecture that the image's name contains.
fn named_in(image: &str) -> Option<&'static str> {
    let name = image.rsplit('/').next().unwrap_or(image);
    let has = |word: &str| name.split(['-', '_', '.', ':', '@']).any(|part| part == word);
    [("arm64", "arm64"), ("aarch64", "arm64"), ("arm64v8", "arm64"), ("amd64", "amd64"), ("x86_64", "amd64")]
        .into_iter()
        .find(|(word, _)| has(word) || *word == "x86_64" && name.contains(word))
        .map(|(_, architecture)| architecture)
}

/// Returns the other one of the two common architectures.
fn likely(own: &str) -> Option<&'static str> {
    match own {
        "amd64" => Some("arm64"),
        "arm64" => Some("amd64"),
        _ => None,
    }
}

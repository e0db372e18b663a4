//! A container's program is built for another platform than that of its node.

use crate::checks::platform::{release, release_of_image, windows_build};
use crate::checks::prelude::*;
use crate::model::{SANDBOX_EVENTS, is_about_system};
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

static INFO: CheckInfo = CheckInfo {
    id: "pod-wrong-architecture",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Pod, Kind::Node],
    title: Text {
        en: "Image built for another platform",
        zh_tw: "映像檔平台與節點不符",
        zh_cn: "镜像平台与节点不符",
    },
    meaning: Text {
        en: "The node cannot run the program: the image is built for another processor architecture (\"exec format \
             error\"), operating system or build of Windows.",
        zh_tw: "節點無法執行該程式：映像檔是為另一種處理器架構（exec format error）、作業系統或 Windows 組建版本建置的。",
        zh_cn: "节点无法执行该程序：镜像是为另一种处理器架构（exec format error）、操作系统或 Windows 内部版本构建的。",
    },
    remedy: Text {
        en: "Use an image for the platform of the node, or select nodes of the image's platform by kubernetes.io/arch, \
             kubernetes.io/os or node.kubernetes.io/windows-build.",
        zh_tw: "改用符合節點平台的映像檔，或以 kubernetes.io/arch、kubernetes.io/os、node.kubernetes.io/windows-build 選擇符合\
                映像檔平台的節點。",
        zh_cn: "改用符合节点平台的镜像，或用 kubernetes.io/arch、kubernetes.io/os、node.kubernetes.io/windows-build 选择符合\
                镜像平台的节点。",
    },
    prevention: Text {
        en: "Build images for every platform in the cluster, and set nodeSelector kubernetes.io/os on every workload of a \
             mixed cluster.",
        zh_tw: "為叢集裡每種平台都建置映像檔；混合叢集的每個工作負載都設定 nodeSelector kubernetes.io/os。",
        zh_cn: "为集群里每种平台都构建镜像；混合集群的每个工作负载都设置 nodeSelector kubernetes.io/os。",
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

static BOTH_BUILDS: Text = Text {
    en: "image {image} is built for Windows {built}, node {node} runs build {build} ({release}): use an image for {release}, \
         or nodes of the image's build",
    zh_tw: "映像檔 {image} 為 Windows {built} 建置，節點 {node} 的組建版本是 {build}（{release}）：請改用 {release} 的映像檔，或符合\
            映像檔版本的節點",
    zh_cn: "镜像 {image} 为 Windows {built} 构建，节点 {node} 的内部版本是 {build}（{release}）：请改用 {release} 的镜像，或符合\
            镜像版本的节点",
};

static HOST_BUILD: Text = Text {
    en: "image {image}, or the pause image, is built for another operating system or Windows build than node {node} runs: \
         build {build} ({release}); use images for {release}, or select nodes by kubernetes.io/os",
    zh_tw: "映像檔 {image} 或 pause 映像檔的作業系統或 Windows 版本與節點 {node} 的組建版本 {build}（{release}）不符：請使用 {release} \
            的映像檔，或以 kubernetes.io/os 選擇節點",
    zh_cn: "镜像 {image} 或 pause 镜像的操作系统或 Windows 版本与节点 {node} 的内部版本 {build}（{release}）不符：请使用 {release} \
            的镜像，或用 kubernetes.io/os 选择节点",
};

static OTHER_SYSTEM: Text = Text {
    en: "image {image} is not built for the operating system or the Windows build of node {node}: {detail}",
    zh_tw: "映像檔 {image} 不是為節點 {node} 的作業系統或 Windows 版本建置：{detail}",
    zh_cn: "镜像 {image} 不是为节点 {node} 的操作系统或 Windows 版本构建：{detail}",
};

fn run(view: &View, out: &mut Reporter) {
    let architectures = OnceCell::new();
    for (pod, trouble) in view.problems() {
        let context = view.context(pod);
        match trouble {
            PodProblem::Sandbox => {
                let warning = context.warning(&SANDBOX_EVENTS).filter(|of| is_about_system(&of.message));
                if let Some(warning) = warning {
                    let image = pod.shared.template.specs.first().map_or("?", |spec| &*spec.image);
                    system(view, pod, (&[], image), &warning.message, out);
                }
            }
            PodProblem::Architecture(container) => {
                let said = context.format_error(&container).unwrap_or_default();
                if is_about_system(said) {
                    system(view, pod, (&[&container.status.name], container.image()), said, out);
                } else {
                    architecture(view, pod, &container, &architectures, out);
                }
            }
            _ => {}
        }
    }
}

/// Reports an image for another operating system, or another build of Windows.
fn system(view: &View, pod: &Pod, (part, image): (&[&str], &str), said: &str, out: &mut Reporter) {
    let name = pod.node.as_deref().unwrap_or("?");
    let build = view.node(name).and_then(windows_build);
    let released = build.and_then(release);
    let built = release_of_image(image).filter(|built| released.is_some_and(|of| of != *built));
    let mut facts =
        vec![("image", Fact::text(image)), ("node", Fact::text(name)), ("detail", Fact::text(said))];
    facts.extend(build.map(|build| ("build", Fact::text(build))));
    facts.extend(released.map(|release| ("release", Fact::text(release))));
    facts.extend(built.map(|built| ("built", Fact::text(built))));
    let text = match (released, built) {
        (Some(_), Some(_)) => &BOTH_BUILDS,
        (Some(_), None) => &HOST_BUILD,
        (None, _) => &OTHER_SYSTEM,
    };
    let finding = out.pod(pod, part, Severity::High, Message::new(text, facts));
    finding.since = pod.unready_since().or(pod.created());
    finding.because = declared([ObjectRef::of_cluster("Image", image)]);
    let columns = "custom-columns=NODE:.metadata.name,OS:.status.nodeInfo.operatingSystem,\
                   KERNEL:.status.nodeInfo.kernelVersion";
    finding.actions = vec![view.settings.kubectl.line(&["get", "nodes", "-o", columns]), view.describe(pod)];
}

fn architecture<'a>(
    view: &View<'a>,
    pod: &Pod,
    container: &Container<'a>,
    architectures: &OnceCell<Architectures<'a>>,
    out: &mut Reporter,
) {
    let context = view.context(pod);
    let said = context.format_error(container).unwrap_or_default();
    let image = container.image();
    let node = pod.node.as_deref().and_then(|name| view.node(name));
    let own = node.map_or("", |node| node.architecture.as_str());
    let named = named_in(image)
        .map(str::to_owned)
        .or_else(|| runs_on(architectures.get_or_init(|| by_image(view)), image));
    let (text, built) = story(named, own, said);
    let mut facts = vec![
        ("role", Fact::Words(role(container))),
        ("container", Fact::text(&container.status.name)),
        ("image", Fact::text(image)),
        ("node", Fact::text(pod.node.as_deref().unwrap_or("?"))),
        ("architecture", Fact::text(own)),
        ("detail", Fact::text(said)),
    ];
    facts.extend(built.map(|built| ("built", Fact::text(built))));
    let finding = out.pod(pod, &[&container.status.name], Severity::High, Message::new(text, facts));
    finding.since = pod.unready_since().or(pod.created());
    finding.because = declared([ObjectRef::of_cluster("Image", image)]);
    let columns = "custom-columns=NODE:.metadata.name,ARCH:.status.nodeInfo.architecture";
    finding.actions =
        vec![view.settings.kubectl.line(&["get", "nodes", "-o", columns]), view.show_log(pod, container)];
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

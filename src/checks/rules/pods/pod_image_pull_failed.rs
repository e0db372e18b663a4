//! The image of a container cannot be pulled.

use crate::checks::platform::other_system;
use crate::checks::prelude::*;

static INFO: CheckInfo = CheckInfo {
    id: "pod-image-pull-failed",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Pod, Kind::Event],
    title: Text { en: "Image cannot be pulled", zh_tw: "映像檔無法拉取", zh_cn: "镜像无法拉取" },
    meaning: Text {
        en: "The node cannot pull the image, so the container has never started with it.",
        zh_tw: "節點拿不到映像檔，容器從未以此映像檔啟動。",
        zh_cn: "节点拿不到镜像，容器从未以该镜像启动。",
    },
    remedy: Text {
        en: "Read the message: it shows whether the tag does not exist, a pull secret is missing, or the registry is \
             unreachable.",
        zh_tw: "看錯誤訊息即可分辨：tag 不存在、缺少 imagePullSecret，或 registry 連不上。",
        zh_cn: "看错误消息即可分辨：标签不存在、缺少 imagePullSecret，或镜像仓库连不上。",
    },
    prevention: Text {
        en: "Deploy a fixed tag or digest that the pipeline has just pushed, and keep pull secrets in every namespace.",
        zh_tw: "只部署流程剛推送完成的固定 tag 或 digest，並確認每個命名空間都有 pull secret。",
        zh_cn: "只部署流水线刚推送完成的固定标签或摘要（digest），并确认每个命名空间都有镜像拉取 Secret。",
    },
    page: page!("pod-image-pull-failed"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MESSAGE: Text = Text {
    en: "{role} {container}: image {image} cannot be pulled: {cause} ({detail})",
    zh_tw: "{role} {container}：映像檔 {image} 無法拉取，{cause}（{detail}）",
    zh_cn: "{role} {container}：镜像 {image} 无法拉取，{cause}（{detail}）",
};

static UNSAID: Text = Text {
    en: "{role} {container}: image {image} cannot be pulled ({reason}); the cause is no longer recorded",
    zh_tw: "{role} {container}：映像檔 {image} 無法拉取，且已沒有留下原因（{reason}）",
    zh_cn: "{role} {container}：镜像 {image} 无法拉取，且没有留下原因（{reason}）",
};

/// A cause of failing pulls.
struct Fault {
    /// Words of runtimes and registries, in lower case.
    words: &'static [&'static str],
    /// Their meaning.
    text: Text,
    /// Whether the next attempt may succeed.
    passes: bool,
    /// Whether all images of the registry are affected.
    of_registry: bool,
}

/// The causes. The first match counts, so the certain ones come first.
static FAULTS: [Fault; 12] = [
    Fault {
        words: &["no match for platform", "no matching manifest for", "cannot be used on this platform"],
        text: Text {
            en: "no image for the node's architecture",
            zh_tw: "沒有節點架構可用的版本",
            zh_cn: "没有节点架构可用的版本",
        },
        passes: false,
        of_registry: false,
    },
    Fault {
        words: &["toomanyrequests", "too many requests", "rate limit"],
        text: Text {
            en: "the registry limits pulls",
            zh_tw: "registry 限制拉取次數",
            zh_cn: "镜像仓库限制拉取次数",
        },
        passes: true,
        of_registry: true,
    },
    Fault {
        words: &["x509:", "tls: ", "certificate verify", "server gave http response to https client"],
        text: Text {
            en: "the registry's TLS certificate is not trusted",
            zh_tw: "registry 的 TLS 憑證不受信任",
            zh_cn: "镜像仓库的 TLS 证书不受信任",
        },
        passes: false,
        of_registry: true,
    },
    Fault {
        words: &["no such host", "name resolution", "server misbehaving", "lookup "],
        text: Text {
            en: "the registry's name does not resolve",
            zh_tw: "registry 的名稱無法解析",
            zh_cn: "镜像仓库的域名无法解析",
        },
        passes: true,
        of_registry: true,
    },
    Fault {
        words: &[
            "connection refused",
            "i/o timeout",
            "dial tcp",
            "client.timeout",
            "deadline exceeded",
            "connection reset",
            "tls handshake timeout",
        ],
        text: Text {
            en: "the registry cannot be reached",
            zh_tw: "連不上 registry",
            zh_cn: "连不上镜像仓库",
        },
        passes: true,
        of_registry: true,
    },
    Fault {
        words: &[
            "unauthorized",
            "authentication required",
            "pull access denied",
            "403 forbidden",
            "denied",
            "no basic auth",
            "token has expired",
        ],
        text: Text {
            en: "access denied: a pull secret is missing or wrong, or the repository does not exist",
            zh_tw: "沒有權限：缺少 pull secret 或內容有誤，或 repository 不存在",
            zh_cn: "没有权限：缺少镜像拉取 Secret 或内容有误，或仓库不存在",
        },
        passes: false,
        of_registry: false,
    },
    Fault {
        words: &[
            "500 internal server error",
            "502 bad gateway",
            "503 service unavailable",
            "504 gateway time",
            "registryunavailable",
        ],
        text: Text {
            en: "the registry itself fails", zh_tw: "registry 本身故障", zh_cn: "镜像仓库自身故障"
        },
        passes: true,
        of_registry: true,
    },
    Fault {
        words: &["signaturevalidationfailed", "signature validation failed"],
        text: Text {
            en: "its signature is not valid", zh_tw: "簽章驗證未通過", zh_cn: "签名校验未通过"
        },
        passes: false,
        of_registry: false,
    },
    Fault {
        words: &["manifest unknown", "not found", "name unknown", "does not exist", "no such image"],
        text: Text { en: "the tag does not exist", zh_tw: "tag 不存在", zh_cn: "标签不存在" },
        passes: false,
        of_registry: false,
    },
    Fault {
        words: &["no space left"],
        text: Text {
            en: "the node's disk is full", zh_tw: "節點磁碟已滿", zh_cn: "节点磁盘已满"
        },
        passes: true,
        of_registry: false,
    },
    Fault {
        words: &["invalidimagename", "invalid reference format", "couldn't parse image"],
        text: Text {
            en: "the image name is not valid",
            zh_tw: "映像檔名稱格式有誤",
            zh_cn: "镜像名格式有误",
        },
        passes: false,
        of_registry: false,
    },
    Fault {
        words: &["errimageneverpull", "not present with pull policy of never"],
        text: Text {
            en: "the image is not on the node, and pulling is not allowed (imagePullPolicy: Never)",
            zh_tw: "節點上沒有，又不允許拉取（imagePullPolicy: Never）",
            zh_cn: "节点上没有，又不允许拉取（imagePullPolicy: Never）",
        },
        passes: false,
        of_registry: false,
    },
];

static OTHER_SYSTEM: Text = Text {
    en: "it has no build for {platform}, the platform of node {node}; set nodeSelector kubernetes.io/os: {wanted} on the \
         workload",
    zh_tw: "沒有節點 {node} 的平台 {platform} 可用的版本；請在工作負載設定 nodeSelector kubernetes.io/os: {wanted}",
    zh_cn: "没有节点 {node} 的平台 {platform} 可用的版本；请在工作负载上设置 nodeSelector kubernetes.io/os: {wanted}",
};

static OTHER: Fault = Fault {
    words: &[],
    text: Text { en: "the runtime reports an error", zh_tw: "執行環境回報", zh_cn: "运行时返回" },
    passes: true,
    of_registry: false,
};

fn run(view: &View, out: &mut Reporter) {
    for (pod, trouble) in view.problems() {
        let PodProblem::ImagePull(container) = trouble else { continue };
        let waiting = container.status.state.waiting.clone().unwrap_or_default();
        let (fault, detail) = fault(view, pod, &container, &waiting);
        let is_platform = std::ptr::eq(fault, &raw const FAULTS[0]);
        let system = is_platform.then(|| other_platform(view, pod, container.image())).flatten();
        let facts = vec![
            ("role", Fact::Words(role(&container))),
            ("container", Fact::text(&container.status.name)),
            ("image", Fact::text(container.image())),
            ("reason", Fact::text(&waiting.reason)),
            ("cause", system.map_or(Fact::Words(&fault.text), Fact::Message)),
            ("detail", Fact::text(&detail)),
        ];
        let text = if detail.is_empty() { &UNSAID } else { &MESSAGE };
        let since = pod.unready_since().or(pod.created());
        let severity = view.high_unless_passing(pod, since, !fault.passes);
        // ErrImagePull and ImagePullBackOff alternate, and the next rollout has another tag.
        let finding = out.pod(pod, &[&container.status.name], severity, Message::new(text, facts));
        finding.since = since;
        finding.because = declared([if fault.of_registry {
            ObjectRef::of_cluster("Registry", registry(container.image()))
        } else {
            ObjectRef::of_cluster("Image", container.image())
        }]);
        finding.actions = vec![view.describe(pod)];
    }
}

/// Returns that an image needs another operating system than that of the pod's node, if it does.
fn other_platform(view: &View, pod: &Pod, image: &str) -> Option<Message> {
    let node = view.node(pod.node.as_deref()?)?;
    let facts = vec![
        ("wanted", Fact::text(other_system(view, node, image)?)),
        ("platform", Fact::Text(format!("{}/{}", node.system, node.architecture))),
        ("node", Fact::text(&node.name)),
    ];
    Some(Message::new(&OTHER_SYSTEM, facts))
}

/// Returns the cause, and the message that shows it: from the container's status, or from the kubelet's last warning.
fn fault(
    view: &View,
    pod: &Pod,
    container: &Container,
    waiting: &crate::wire::Waiting,
) -> (&'static Fault, String) {
    let name = &*container.status.name;
    let events =
        view.pod_events(pod).into_iter().filter(|event| event.is_of(name) && event.reason == "Failed");
    let said = std::iter::once(waiting.message.as_str()).chain(events.map(|event| event.message.as_str()));
    let said: Vec<&str> = said.filter(|text| tells(text)).collect();
    for text in said.iter().copied().chain([&*waiting.reason]) {
        let lower = text.to_lowercase();
        let known = FAULTS.iter().find(|fault| fault.words.iter().any(|word| lower.contains(word)));
        if let Some(fault) = known {
            return (fault, text.to_owned());
        }
    }
    (&OTHER, said.first().map_or_else(String::new, |text| (*text).to_owned()))
}

/// Returns the host of an image's registry, with its port, as container runtimes read the name.
fn registry(image: &str) -> &str {
    let host = image.split_once('/').map(|(host, _)| host);
    host.filter(|host| host.contains(['.', ':']) || *host == "localhost").unwrap_or("docker.io")
}

/// Returns whether a text names a cause. `Back-off pulling image "app:1"` and `Error: ErrImagePull` do not.
fn tells(text: &str) -> bool {
    let text = text.trim();
    let backs_off = text.starts_with("Back-off pulling image") && text.ends_with('"');
    !text.is_empty() && !backs_off && !matches!(text, "Error: ErrImagePull" | "Error: ImagePullBackOff")
}

//! A pod waits for a volume that cannot be attached or mounted.

use crate::checks::prelude::*;
use crate::checks::{attached, secret_store};
use crate::finding::Finding;
use crate::model::{Event, VOLUME_EVENTS};

static INFO: CheckInfo = CheckInfo {
    id: "pod-volume-not-mounted",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Pod, Kind::Event],
    title: Text { en: "Volume cannot be mounted", zh_tw: "磁碟區無法掛載", zh_cn: "卷无法挂载" },
    meaning: Text {
        en: "The node cannot attach or mount a volume of the pod, so none of its containers starts.",
        zh_tw: "節點無法附加或掛載 Pod 的磁碟區，容器全都無法啟動。",
        zh_cn: "节点无法挂接或挂载 Pod 的卷，容器全都无法启动。",
    },
    remedy: Text {
        en: "Create the Secret or ConfigMap that the message names. Detach a volume that is still attached \
             to a dead node.",
        zh_tw: "補上訊息中缺少的 Secret 或 ConfigMap；若磁碟區仍附加在故障節點上，需先卸離。",
        zh_cn: "补上消息里缺少的 Secret 或 ConfigMap；若卷仍挂接在故障节点上，需先分离。",
    },
    prevention: Text {
        en: "Deploy configuration together with its workload. Use a volume that only one node can attach \
             for one replica only.",
        zh_tw: "設定與工作負載一起部署；只能由單一節點使用的磁碟區不要分給多個副本。",
        zh_cn: "配置与工作负载一起部署；只能由单节点使用的卷不要分给多个副本。",
    },
    page: page!("pod-volume-not-mounted"),
    traits: Traits { measures: &[Measure::ATTEMPTS], ..Traits::NONE },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MESSAGE: Text = Text {
    en: "waiting for a volume for {age} ({reason}, {count:# time|# times}): {detail}",
    zh_tw: "已等待磁碟區 {age}（{reason}，共 {count} 次）：{detail}",
    zh_cn: "已等待卷 {age}（{reason}，共 {count} 次）：{detail}",
};

static KNOWN: Text = Text {
    en: "waiting for a volume for {age} ({reason}, {count:# time|# times}): {cause}",
    zh_tw: "已等待磁碟區 {age}（{reason}，共 {count} 次）：{cause}",
    zh_cn: "已等待卷 {age}（{reason}，共 {count} 次）：{cause}",
};

static REFUSED: Text = Text {
    en: "waiting for a volume for {age} ({reason}, {count:# time|# times}): {cause}: {detail}",
    zh_tw: "已等待磁碟區 {age}（{reason}，共 {count} 次）：{cause}：{detail}",
    zh_cn: "已等待卷 {age}（{reason}，共 {count} 次）：{cause}：{detail}",
};

static RIGHT: Text = Text {
    en: "give the identity that the SecretProviderClass names the right to read the secret, or correct the name of the secret",
    zh_tw: "讓 SecretProviderClass 指定的身分有權讀取該 secret，或修正 secret 的名稱",
    zh_cn: "让 SecretProviderClass 指定的身份有权读取该 secret，或修正 secret 的名称",
};

static CLASS: Text = Text {
    en: "volume {volume} mounts the secrets of SecretProviderClass {class}",
    zh_tw: "磁碟區 {volume} 掛載 SecretProviderClass {class} 的 secret",
    zh_cn: "卷 {volume} 挂载 SecretProviderClass {class} 的 secret",
};

fn run(view: &View, out: &mut Reporter) {
    for (pod, trouble) in view.problems() {
        let PodProblem::Volume = trouble else { continue };
        let context = view.context(pod);
        let mut warnings = context.events.iter().filter(|event| VOLUME_EVENTS.contains(&&*event.reason));
        // The kubelet warns about the wait and about its cause; the cause is more useful.
        let why =
            warnings.clone().find(|event| !event.message.starts_with("Unable to attach or mount volumes"));
        let Some(warning) = why.or_else(|| warnings.next()) else { continue };
        report(view, pod, warning, out);
    }
}

fn report(view: &View, pod: &Pod, warning: &Event, out: &mut Reporter) {
    let since = pod.unready_since().or(pod.created());
    let refusal = secret_store::refusal(&warning.message);
    let is_refused = refusal.is_some();
    let elsewhere = is_about_attaching(warning).then(|| attached::elsewhere(view, pod)).flatten();
    let text = match (&refusal, &elsewhere) {
        (Some(_), _) => &REFUSED,
        (None, Some(_)) => &KNOWN,
        (None, None) => &MESSAGE,
    };
    let mut facts = vec![
        ("age", view.ago(since)),
        ("reason", Fact::text(&warning.reason)),
        ("count", Fact::count(warning.count)),
        ("detail", Fact::text(&warning.message)),
    ];
    let cause = refusal.or_else(|| elsewhere.as_ref().map(|volume| volume.message.clone()));
    facts.extend(cause.map(|cause| ("cause", Fact::Message(cause))));
    let severity = view.high_unless_passing(pod, since, is_definite(&warning.message));
    let finding = out.pod(pod, &[], severity, Message::new(text, facts));
    finding.since = since;
    finding.because.extend(declared(missing(&pod.shared.namespace, &warning.message)));
    if finding.because.is_empty() {
        finding.because = declared(pod.claim_refs());
    }
    finding.actions = vec![view.describe(pod)];
    if is_refused {
        add_class(view, pod, &warning.message, finding);
    }
    let next = match &elsewhere {
        Some(volume) => Some(view.settings.kubectl.describe(&volume.attachment)),
        None => finding.because.first().map(|link| look(view, &link.object)),
    };
    finding.actions.extend(next);
    if let Some(volume) = elsewhere {
        finding.because.splice(0..0, declared(volume.because));
        finding.evidence.extend(volume.evidence);
    }
}

/// Adds where the identity is set that the store refuses, and the command that shows it.
fn add_class(view: &View, pod: &Pod, message: &str, finding: &mut Finding) {
    finding.evidence.push(Message::plain(&RIGHT));
    let class = class_of(pod, message);
    finding.evidence.extend(class.map(|(volume, class)| {
        Message::new(&CLASS, vec![("volume", Fact::text(volume)), ("class", Fact::text(class))])
    }));
    let name: Vec<&str> = class.into_iter().map(|(_, class)| class).collect();
    let command =
        [&["get", "secretproviderclass"], &*name, &["-n", &pod.shared.namespace, "-o", "yaml"]].concat();
    finding.actions.insert(0, view.settings.kubectl.line(&command));
}

/// Returns the volume that a message of the kubelet names, and its `SecretProviderClass`.
fn class_of<'p>(pod: &'p Pod, message: &str) -> Option<(&'p str, &'p str)> {
    pod.provider_classes().find(|(volume, _)| message.contains(&format!("\"{volume}\"")))
}

/// Whether a warning is about attaching a volume, and not about mounting one that is attached.
fn is_about_attaching(warning: &Event) -> bool {
    warning.reason == "FailedAttachVolume" || warning.message.starts_with("Unable to attach or mount volumes")
}

/// Returns the command that shows a claim, or what there is instead of a missing Secret or ConfigMap.
fn look(view: &View, object: &ObjectRef) -> String {
    let kubectl = &view.settings.kubectl;
    match &*object.kind {
        "ConfigMap" | "Secret" => kubectl.list_like(object),
        kind => kubectl.line(&["get", &kind.to_lowercase(), "-n", &object.namespace, &object.name]),
    }
}

/// Words of errors that no further attempt corrects: an object, a key, a path or a right is missing.
const DEFINITE: [&str; 8] = [
    "403",
    "access denied",
    "AccessDenied",
    "hostPath type check failed",
    "non-existent",
    "not found",
    "Permission denied",
    "PermissionDenied",
];

/// Returns whether a message names what is wrong. A driver that is not registered yet may still start.
fn is_definite(message: &str) -> bool {
    let waits_for_driver = message.contains("registered CSI drivers");
    !waits_for_driver && DEFINITE.iter().any(|words| message.contains(words))
}

/// The Secret or ConfigMap that a message reports as missing: `… : secret "tls" not found`.
fn missing(namespace: &str, message: &str) -> Option<ObjectRef> {
    [("secret \"", "Secret"), ("configmap \"", "ConfigMap")].into_iter().find_map(|(start, kind)| {
        let (_, rest) = message.split_once(start)?;
        let (name, after) = rest.split_once('"')?;
        after.starts_with(" not found").then(|| ObjectRef::new(namespace, kind, name))
    })
}

//! A container cannot be created or started with its configuration.

use crate::checks::prelude::*;
use crate::model::TURNS_OF_A_LOOP;

static INFO: CheckInfo = CheckInfo {
    id: "pod-config-error",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Pod],
    title: Text {
        en: "Container cannot be started",
        zh_tw: "容器無法建立或啟動",
        zh_cn: "容器无法创建或启动",
    },
    meaning: Text {
        en: "An object that the pod refers to is missing or wrong: a ConfigMap, a Secret, a key, a command or a mount.",
        zh_tw: "Pod 引用的東西不存在或有誤：ConfigMap、Secret、其中的 key、啟動指令或掛載點。",
        zh_cn: "Pod 引用的东西不存在或有误：ConfigMap、Secret、其中的键、启动命令或挂载点。",
    },
    remedy: Text {
        en: "Create or correct the object that the message names. The kubelet retries.",
        zh_tw: "依訊息補上或修正對應的設定，kubelet 會自動重試。",
        zh_cn: "按消息补上或修正对应的配置，kubelet 会自动重试。",
    },
    prevention: Text {
        en: "Keep configuration and the workload that uses it in one place, and deploy them together.",
        zh_tw: "設定與使用它的工作負載放在同一處、一起部署。",
        zh_cn: "配置与使用它的工作负载放在同一处、一起部署。",
    },
    page: page!("pod-config-error"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MESSAGE: Text = Text {
    en: "{role} {container} cannot start ({reason}): {cause}",
    zh_tw: "{role} {container} 無法啟動（{reason}）：{cause}",
    zh_cn: "{role} {container} 无法启动（{reason}）：{cause}",
};

static MISSING: Text =
    Text {
        en: "{kind} {name} does not exist", zh_tw: "{kind} {name} 不存在", zh_cn: "{kind} {name} 不存在"
    };

static KEY: Text = Text {
    en: "{kind} {name} has no key {entry}",
    zh_tw: "{kind} {name} 裡沒有 key {entry}",
    zh_cn: "{kind} {name} 里没有键 {entry}",
};

static NO_COMMAND: Text = Text {
    en: "the command is not in the image: {detail}",
    zh_tw: "映像檔裡找不到啟動指令：{detail}",
    zh_cn: "镜像里找不到启动命令：{detail}",
};

static ROOT: Text = Text {
    en: "the image runs as root, which runAsNonRoot forbids",
    zh_tw: "映像檔以 root 執行，但 runAsNonRoot 不允許",
    zh_cn: "镜像以 root 运行，而 runAsNonRoot 不允许",
};

static USER: Text = Text {
    en: "runAsNonRoot cannot be verified, because the USER of the image is a name and not a number; set runAsUser",
    zh_tw: "無法驗證 runAsNonRoot：映像檔的 USER 是名稱而非數字，請設定 runAsUser",
    zh_cn: "无法校验 runAsNonRoot：镜像的 USER 是用户名而非数字，请设置 runAsUser",
};

static SAID: Text = Text { en: "{detail}", zh_tw: "{detail}", zh_cn: "{detail}" };

fn run(view: &View, out: &mut Reporter) {
    for (pod, trouble) in view.problems() {
        let PodProblem::Config(container) = trouble else { continue };
        let (reason, said) = said(&container);
        let mut facts = vec![
            ("role", Fact::Words(role(&container))),
            ("container", Fact::text(&container.status.name)),
            ("reason", Fact::text(reason)),
            ("detail", Fact::text(said)),
        ];
        let missing = missing(&pod.shared.namespace, said);
        let cause = match &missing {
            Some((_, Some(_))) => &KEY,
            Some(_) => &MISSING,
            None if is_no_command(said) => &NO_COMMAND,
            None if said.contains("will run as root") => &ROOT,
            None if said.contains("non-numeric user") => &USER,
            None => &SAID,
        };
        facts.push(("cause", Fact::Words(cause)));
        if let Some((object, entry)) = &missing {
            facts.push(("kind", Fact::text(&object.kind)));
            facts.push(("name", Fact::text(&object.name)));
            facts.extend(entry.map(|entry| ("entry", Fact::text(entry))));
        }
        let since = view.failing_since(pod, &container);
        let definite = is_definite(said) || container.status.restart_count >= TURNS_OF_A_LOOP;
        let severity = view.high_unless_passing(pod, since, definite);
        let finding =
            out.pod(pod, &part(&container, missing.as_ref()), severity, Message::new(&MESSAGE, facts));
        finding.since = since;
        finding.actions = vec![view.describe(pod)];
        if let Some((object, entry)) = missing {
            let kubectl = &view.settings.kubectl;
            let lacks_key = entry.is_some();
            let look = if lacks_key { kubectl.describe(&object) } else { kubectl.list_like(&object) };
            finding.actions.insert(0, look);
            finding.because = declared([object]);
        }
    }
}

/// Returns the container and the object that it lacks: several secrets can be missing, one after another.
fn part<'a>(container: &Container<'a>, missing: Option<&'a (ObjectRef, Option<&str>)>) -> Vec<&'a str> {
    let object = missing.map(|(object, _)| [&*object.kind, &*object.name]);
    let entry = missing.and_then(|(_, entry)| *entry);
    std::iter::once(&*container.status.name).chain(object.into_iter().flatten()).chain(entry).collect()
}

/// Returns the reason and the message: of its waiting state, or of the last start that the runtime gave up.
fn said<'a>(container: &Container<'a>) -> (&'a str, &'a str) {
    let status = container.status;
    let waiting = status.state.waiting.as_ref().map(|waiting| (&*waiting.reason, &*waiting.message));
    let ends = [&status.state.terminated, &status.last_state.terminated].into_iter().flatten().next();
    let ended = ends.map(|end| (&*end.reason, &*end.message)).filter(|(_, said)| !said.is_empty());
    match (waiting, ended) {
        (Some(waiting), Some(ended)) if waiting.0 == "CrashLoopBackOff" => ended,
        (Some(waiting), _) => waiting,
        (None, ended) => ended.unwrap_or(("StartError", "")),
    }
}

/// Errors of the kubelet or the runtime that may pass at the next attempt.
const PASSING: [&str; 7] = [
    "connection refused",
    "deadline exceeded",
    "failed to reserve container name",
    "failed to sync",
    "i/o timeout",
    "timed out",
    "try again",
];

/// Returns whether a message names what is wrong, which no further attempt corrects.
fn is_definite(said: &str) -> bool {
    !said.is_empty() && !PASSING.iter().any(|words| said.contains(words))
}

/// Returns whether the runtime did not find the program.
fn is_no_command(said: &str) -> bool {
    said.contains("executable file not found")
        || said.contains("exec: \"") && said.contains("no such file or directory")
}

/// Returns the Secret or ConfigMap that is missing according to a message of the kubelet, or that lacks a key, and the
/// key: `secret "db" not found`, `couldn't find key password in Secret shop/db`.
fn missing<'m>(namespace: &str, message: &'m str) -> Option<(ObjectRef, Option<&'m str>)> {
    let kind = |word: &str| match word.to_lowercase().as_str() {
        "secret" => Some("Secret"),
        "configmap" => Some("ConfigMap"),
        _ => None,
    };
    if let Some((_, rest)) = message.split_once("couldn't find key ") {
        let mut words = rest.split_whitespace();
        let (entry, _, named, place) = (words.next()?, words.next()?, words.next()?, words.next()?);
        let (namespace, name) = place.split_once('/')?;
        return Some((ObjectRef::new(namespace, kind(named)?, name), Some(entry)));
    }
    let (before, rest) = message.split_once(" \"")?;
    let (name, after) = rest.split_once('"')?;
    let named = kind(before.rsplit(' ').next()?)?;
    after.trim_start().starts_with("not found").then(|| (ObjectRef::new(namespace, named, name), None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_errors_of_a_moment_may_pass() {
        for said in ["secret \"db\" not found", "exec: \"wge\": executable file not found in $PATH: unknown"]
        {
            assert!(is_definite(said), "{said}");
        }
        for said in ["", "failed to sync secret cache: timed out waiting for the condition"] {
            assert!(!is_definite(said), "{said}");
        }
    }

    #[test]
    fn messages_name_what_is_missing() {
        let of = |message| missing("shop", message).map(|(object, key)| (object.to_string(), key));
        assert_eq!(of("secret \"db\" not found"), Some(("Secret shop/db".into(), None)));
        assert_eq!(of("configmap \"app\" not found"), Some(("ConfigMap shop/app".into(), None)));
        let key = "couldn't find key password in Secret shop/db";
        assert_eq!(of(key), Some(("Secret shop/db".into(), Some("password"))));
        for other in ["", "secret \"", "couldn't find key", "volume \"x\" not found", "secret \"db\" is odd"]
        {
            assert_eq!(of(other), None, "{other}");
        }
    }
}

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
    zh_cn: "{kind} {name} 里没有 key {entry}",
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

static SAID: Text = Text { en: "{detail}", zh_tw: "{detail}", zh_cn: "{detail}" };

fn run(view: &View, out: &mut Reporter) {
    for (pod, trouble) in view.troubles() {
        let Trouble::Config(container) = trouble else { continue };
        let waiting = container.status.state.waiting.clone().unwrap_or_default();
        let mut facts = vec![
            ("role", Fact::Words(role(&container))),
            ("container", Fact::text(&container.status.name)),
            ("reason", Fact::text(&waiting.reason)),
            ("detail", Fact::Text(crate::model::without_secrets(&waiting.message))),
        ];
        let missing = missing(&pod.kin.namespace, &waiting.message);
        let cause = match &missing {
            Some((_, Some(_))) => &KEY,
            Some(_) => &MISSING,
            None if waiting.message.contains("executable file not found") => &NO_COMMAND,
            None if waiting.message.contains("runAsNonRoot") => &ROOT,
            None => &SAID,
        };
        facts.push(("cause", Fact::Words(cause)));
        if let Some((object, entry)) = &missing {
            facts.push(("kind", Fact::text(&object.kind)));
            facts.push(("name", Fact::text(&object.name)));
            facts.extend(entry.map(|entry| ("entry", Fact::text(entry))));
        }
        let finding = out.pod(pod, Severity::Critical, say(&MESSAGE, facts));
        finding.actions = vec![view.describe(pod)];
        if let Some((object, _)) = missing {
            let kind = object.kind.to_lowercase();
            let look = ["get", &kind, "-n", &object.namespace, &object.name];
            finding.actions.insert(0, view.settings.kubectl.line(&look));
            finding.because = vec![object];
        }
    }
}

/// The Secret or ConfigMap that a message of the kubelet says is missing, or the key that it lacks:
/// `secret "db" not found`, `couldn't find key password in Secret shop/db`.
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

//! Why a program cannot write a file: the settings of its pod that its last words point to.

use super::View;
use crate::model::{Container, Pod};
use crate::text::{Fact, Message, Text};
use crate::wire::{PodSecurityContext, SecurityContext};

static READ_ONLY: Text = Text {
    en: "readOnlyRootFilesystem is true: the container can write only to its volumes, for example to an emptyDir",
    zh_tw: "readOnlyRootFilesystem 為 true：容器只能寫入磁碟區，例如 emptyDir",
    zh_cn: "readOnlyRootFilesystem 为 true：容器只能写入卷，例如 emptyDir",
};

static NO_GROUP: Text = Text {
    en: "it runs as user {user} and the pod sets no fsGroup: the files in the volume at {path} may belong to another user",
    zh_tw: "容器以使用者 {user} 執行，而 Pod 沒有設定 fsGroup：{path} 的磁碟區內的檔案可能屬於其他使用者",
    zh_cn: "容器以用户 {user} 运行，而 Pod 没有设置 fsGroup：{path} 的卷内的文件可能属于其他用户",
};

static NO_GROUP_NON_ROOT: Text = Text {
    en: "it does not run as root and the pod sets no fsGroup: the files in the volume at {path} may belong to another user",
    zh_tw: "容器不以 root 執行，而 Pod 沒有設定 fsGroup：{path} 的磁碟區內的檔案可能屬於其他使用者",
    zh_cn: "容器不以 root 运行，而 Pod 没有设置 fsGroup：{path} 的卷内的文件可能属于其他用户",
};

/// The words of programs for the errors `EROFS` and `EACCES`, in lower case.
const ROFS: [&str; 2] = ["read-only file system", "erofs"];
const ACCES: [&str; 2] = ["permission denied", "eacces"];

/// The most lines of a log that are searched.
const LINES: usize = 20;

/// Returns the setting that explains the last words of a container, if they say that it cannot write a file.
pub(crate) fn denied(view: &View, pod: &Pod, container: &Container) -> Option<Message> {
    let object = pod.object.as_deref()?;
    let spec = container.spec?;
    let own = spec.security_context.as_deref();
    let words = view.last_words(pod, container);
    let ends = view.end_of(pod, container).take(LINES);
    let lines: Vec<String> = words.as_deref().into_iter().chain(ends).map(str::to_ascii_lowercase).collect();
    let says = |line: &&String, words: &[&str]| words.iter().any(|word| line.contains(word));
    let is_read_only = own.is_some_and(|own| own.read_only_root_filesystem == Some(true));
    if is_read_only && lines.iter().any(|line| says(&line, &ROFS)) {
        return Some(Message::plain(&READ_ONLY));
    }
    let of_pod = object.spec.security_context.as_ref();
    if of_pod.is_some_and(|context| context.fs_group.is_some()) {
        return None;
    }
    let user = user(own, of_pod)?;
    let denied: Vec<&String> = lines.iter().filter(|line| says(line, &ACCES)).collect();
    // Only mounts of claims are kept, and only they come with files of others.
    let paths = spec.volume_mounts.iter().map(|mount| mount.mount_path.trim_end_matches('/'));
    let mut paths = paths.filter(|path| !path.is_empty());
    let path = paths.find(|path| denied.iter().any(|line| names(line, &path.to_ascii_lowercase())))?;
    let mut facts = vec![("path", Fact::text(path))];
    let User::Number(number) = user else { return Some(Message::new(&NO_GROUP_NON_ROOT, facts)) };
    facts.push(("user", Fact::Text(number.to_string())));
    Some(Message::new(&NO_GROUP, facts))
}

/// A user other than root.
enum User {
    Number(i64),
    /// That of the image.
    OfImage,
}

/// Returns the user of a container; `None` if it may be root. The settings of the container come first.
fn user(own: Option<&SecurityContext>, of_pod: Option<&PodSecurityContext>) -> Option<User> {
    let number = own.and_then(|own| own.run_as_user).or_else(|| of_pod?.run_as_user);
    let not_root = own.and_then(|own| own.run_as_non_root).or_else(|| of_pod?.run_as_non_root);
    match number {
        Some(0) => None,
        Some(number) => Some(User::Number(number)),
        None => (not_root == Some(true)).then_some(User::OfImage),
    }
}

/// Whether a line names a path, or a file below it: `/data` and `/data/a`, and not `/database`.
fn names(line: &str, path: &str) -> bool {
    let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let is_whole = |(at, _): (usize, &str)| {
        let (before, rest) = (line.get(..at), line.get(at + path.len()..));
        before.is_some_and(|before| !before.ends_with(goes_on))
            && rest.is_some_and(|rest| !rest.starts_with(goes_on))
    };
    line.match_indices(path).any(is_whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PodProblem;
    use crate::policy::settings::Settings;
    use crate::snapshot::read_bytes;
    use crate::wire::Time;
    use serde_json::{Value, json};

    /// Returns the evidence for a crashing container with these settings and last words.
    fn evidence(pod: &Value, container: &Value, said: &str) -> Option<String> {
        let ended = json!({ "exitCode": 1, "reason": "Error", "message": said, "finishedAt": "2025-12-26T01:58:00Z" });
        let object = json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": { "namespace": "shop", "name": "db-0" },
            "spec": {
                "nodeName": "n", "restartPolicy": "Always", "securityContext": pod,
                "volumes": [
                    { "name": "data", "persistentVolumeClaim": { "claimName": "data-db-0" } },
                    { "name": "conf", "configMap": { "name": "conf" } },
                ],
                "containers": [{
                    "name": "db", "securityContext": container,
                    "volumeMounts": [{ "name": "conf", "mountPath": "/etc/db" }, { "name": "data", "mountPath": "/var/lib/db/" }],
                }],
            },
            "status": { "phase": "Running", "containerStatuses": [{
                "name": "db", "restartCount": 9, "state": { "waiting": { "reason": "CrashLoopBackOff" } },
                "lastState": { "terminated": ended },
            }] },
        });
        let snapshot = read_bytes("test", object.to_string().as_bytes(), Time::at(1_766_714_400)).unwrap();
        let settings = Settings::default();
        let view = View::new(&snapshot, &settings);
        let (pod, problem) = view.problems().next().unwrap();
        let PodProblem::CrashLoop(container) = problem else { panic!("{problem:?}") };
        denied(&view, pod, &container).map(|message| message.to_string())
    }

    #[test]
    fn a_read_only_file_system_is_named_if_the_container_asked_for_it() {
        let said = "open /tmp/cache: Read-only file system";
        let with = |value: Value| evidence(&json!({}), &json!({ "readOnlyRootFilesystem": value }), said);
        assert!(with(json!(true)).unwrap().starts_with("readOnlyRootFilesystem is true"));
        assert_eq!(with(json!(false)), None);
        assert_eq!(evidence(&json!({}), &json!({}), said), None);
        assert_eq!(evidence(&json!({}), &json!({ "readOnlyRootFilesystem": true }), "no license"), None);
    }

    #[test]
    fn a_volume_without_a_group_is_named_if_its_path_was_denied() {
        let said = "mkdir /var/lib/db/wal: permission denied";
        let user = json!({ "runAsUser": 999 });
        let told = evidence(&json!({}), &user, said).unwrap();
        assert!(told.contains("user 999") && told.contains("at /var/lib/db may"), "{told}");
        let told = evidence(&json!({ "runAsNonRoot": true }), &json!({}), said).unwrap();
        assert!(told.contains("does not run as root"), "{told}");
        assert_eq!(evidence(&json!({ "fsGroup": 999 }), &user, said), None);
        assert_eq!(evidence(&json!({}), &json!({}), said), None, "it may be root");
        assert_eq!(evidence(&json!({ "runAsUser": 999 }), &json!({ "runAsUser": 0 }), said), None);
        for elsewhere in [
            "open /etc/db/a: permission denied",
            "open /var/lib/db-old: permission denied",
            "open /var/lib/db/a: no space left on device",
        ] {
            assert_eq!(evidence(&json!({}), &user, elsewhere), None, "{elsewhere}");
        }
    }
}

//! Commands for the operator to paste: quoted for a POSIX shell, with the flags that reach the cluster of the report.

use crate::model::{ObjectRef, Owner};
use crate::text::is_hostile;
use crate::wire::Kind;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// From this number of other namespaces on, a command reads all.
const MANY: usize = 4;

/// The flags that every suggested command needs to reach the cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kubectl {
    /// Such as `--context prod`.
    pub global: Vec<String>,
    /// Where commands of this program find the objects of the report again.
    pub input: Input,
}

/// Where the objects of a report come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Input {
    /// A cluster.
    #[default]
    Cluster,
    /// Files, with the flags that read them: `-f cluster.json.zst`.
    Files(Vec<String>),
    /// The bundled example.
    Example,
}

impl Kubectl {
    /// Creates the flags for a cluster.
    pub fn with(global: Vec<String>) -> Self {
        Self { global, input: Input::Cluster }
    }

    /// Returns the command of this program that shows an object; `None` if it shows no such objects. `others` are the other
    /// namespaces of its incident: without them, what depends on it is not read.
    pub fn investigate(
        &self,
        object: &ObjectRef,
        owner: Option<&Owner>,
        others: &BTreeSet<&str>,
    ) -> Option<String> {
        // A kind that is not read is known by what it owns.
        let is_shown = match Kind::from_name(&object.kind) {
            Some(kind) => kind.has_state(),
            None => owner.is_some_and(|owner| owner.kind == object.kind),
        };
        if !is_shown {
            return None;
        }
        let target = object.slashed();
        let (command, reach): (&[&str], &[String]) = match &self.input {
            Input::Cluster => (&[], &self.global),
            Input::Files(flags) => (&[], flags),
            Input::Example => (&["demo"], &[]),
        };
        let mut words = [&["kubectl", "healthcheck"], command, &[&target]].concat();
        let namespaces: Vec<&str> =
            std::iter::once(&*object.namespace).chain(others.iter().copied()).collect();
        let namespaces = namespaces.join(",");
        if others.len() >= MANY {
            words.push("-A");
        } else if !object.namespace.is_empty() {
            words.extend(["-n", &namespaces]);
        }
        words.extend(reach.iter().map(String::as_str));
        Some(words.into_iter().map(quote).collect::<Vec<_>>().join(" "))
    }

    /// Returns a command line such as `kubectl get pods -n pigo-dev`.
    pub fn line(&self, args: &[&str]) -> String {
        let words = std::iter::once("kubectl").chain(self.global.iter().map(String::as_str));
        let words = words.map(quote).chain(args.iter().map(|word| quote(&spoiled_if_flag(word))));
        words.collect::<Vec<_>>().join(" ")
    }

    /// Returns the command that describes an object.
    pub fn describe(&self, object: &ObjectRef) -> String {
        let kind = match &*object.kind {
            "HorizontalPodAutoscaler" => "hpa".to_owned(),
            "PersistentVolume" => "pv".to_owned(),
            "PersistentVolumeClaim" => "pvc".to_owned(),
            "PodDisruptionBudget" => "pdb".to_owned(),
            kind => kind.to_lowercase(),
        };
        let name = if object.name.starts_with('-') { spoiled(&object.name) } else { object.name.to_string() };
        match &*object.namespace {
            "" => self.line(&["describe", &kind, &name]),
            namespace => self.line(&["describe", &kind, "-n", namespace, &name]),
        }
    }

    /// Returns the command that lists the objects of the kind of a missing one in its namespace: a similar name may exist.
    pub fn list_like(&self, missing: &ObjectRef) -> String {
        self.line(&["get", &format!("{}s", missing.kind.to_lowercase()), "-n", &missing.namespace])
    }

    /// Returns the command that sets a limit of a container, such as `memory=1Gi`, in the template of its workload; `None`
    /// for kinds whose template cannot be changed or does not replace pods.
    pub fn set_limit(&self, object: &ObjectRef, container: &str, limit: &str) -> Option<String> {
        let can = matches!(&*object.kind, "CronJob" | "DaemonSet" | "Deployment" | "StatefulSet");
        let (target, limits) = (object.slashed(), format!("--limits={limit}"));
        let words = ["set", "resources", "-n", &object.namespace, &target, "-c", container, &limits];
        can.then(|| self.line(&words))
    }
}

/// Programs that change nothing in a cluster, each with its command.
const LOOKING: [[&str; 2]; 1] = [["openssl", "s_client"]];

/// The flags of the commands that the program suggests.
const FLAGS: [&str; 23] = [
    "-A",
    "-c",
    "-f",
    "-l",
    "-n",
    "-o",
    "-p",
    "--all-containers",
    "--cert",
    "--containers",
    "--dry-run",
    "--field-manager",
    "--field-selector",
    "--force-conflicts",
    "--key",
    "--limits",
    "--previous",
    "--server-side",
    "--show-labels",
    "--since",
    "--sort-by",
    "--tail",
    "--type",
];

/// Returns a word that kubectl does not take for a flag unless it is one of [`FLAGS`]: a name from a file or a message may
/// be `--all`.
fn spoiled_if_flag(word: &str) -> Cow<'_, str> {
    let flag = word.split_once('=').map_or(word, |(flag, _)| flag);
    match word.strip_prefix('-') {
        Some(rest) if !rest.is_empty() && !FLAGS.contains(&flag) => Cow::Owned(spoiled(word)),
        _ => Cow::Borrowed(word),
    }
}

/// Returns a word that is no flag and no name.
fn spoiled(word: &str) -> String {
    format!("\u{fffd}{word}")
}

/// Verbs of kubectl that change nothing.
const READING: [&str; 13] = [
    "api-resources",
    "api-versions",
    "auth",
    "cluster-info",
    "describe",
    "diff",
    "events",
    "explain",
    "get",
    "healthcheck",
    "logs",
    "top",
    "version",
];

/// Returns whether a command line changes the cluster. A command that is not known to only read counts as changing.
pub(crate) fn changes_cluster(command: &str) -> bool {
    let words = shlex::split(command).unwrap_or_default();
    words.split(|word| word == "|").any(changes)
}

/// Returns whether one command of a pipeline changes the cluster.
fn changes(words: &[String]) -> bool {
    if LOOKING.iter().any(|program| words.iter().take(2).eq(program)) {
        return false;
    }
    let mut rest = words.iter().map(String::as_str).skip_while(|word| *word == "kubectl");
    let verb = loop {
        match rest.next() {
            // Global flags come with their value.
            Some(flag) if flag.starts_with('-') => _ = (!flag.contains('=')).then(|| rest.next()),
            verb => break verb.unwrap_or_default(),
        }
    };
    let reads = READING.contains(&verb)
        || verb == "rollout" && matches!(rest.next(), Some("history" | "status"))
        || words.iter().any(|word| word.starts_with("--dry-run=") && !word.ends_with("=none"));
    !reads
}

/// Returns labels in the form of kubectl's `-l`.
pub fn selector(labels: &BTreeMap<String, String>) -> String {
    labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
}

/// Quotes one word of a command line. Characters that must not reach a terminal become U+FFFD, so that the command fails
/// instead of doing something else.
pub(crate) fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    let visible: String = word.chars().map(|c| if is_hostile(c) { '\u{fffd}' } else { c }).collect();
    // NUL is the only character that cannot be quoted, and it was replaced above.
    shlex::try_quote(&visible).map_or_else(|_| "''".to_owned(), Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_stay_plain() {
        let kubectl = Kubectl::with(vec!["--context".into(), "prod".into()]);
        assert_eq!(
            kubectl.line(&["delete", "pod", "-n", "a", "web-0"]),
            "kubectl --context prod delete pod -n a web-0"
        );
    }

    #[test]
    fn objects_are_described_by_the_words_people_type() {
        let of = |object: ObjectRef| Kubectl::default().describe(&object);
        assert_eq!(of(ObjectRef::new("a", "StatefulSet", "db")), "kubectl describe statefulset -n a db");
        assert_eq!(of(ObjectRef::new("a", "PersistentVolumeClaim", "d")), "kubectl describe pvc -n a d");
        assert_eq!(of(ObjectRef::of_cluster("Node", "n1")), "kubectl describe node n1");
    }

    #[test]
    fn limits_are_set_only_where_kubectl_can() {
        let of = |kind| Kubectl::default().set_limit(&ObjectRef::new("a", kind, "db"), "app", "memory=1Gi");
        for kind in ["CronJob", "DaemonSet", "Deployment", "StatefulSet"] {
            let target = kind.to_lowercase();
            let line = format!("kubectl set resources -n a {target}/db -c app --limits=memory=1Gi");
            assert_eq!(of(kind), Some(line));
        }
        for kind in ["Job", "ReplicaSet", "Node", "Workflow", "Pod"] {
            assert_eq!(of(kind), None, "{kind}");
        }
    }

    #[test]
    fn commands_that_change_the_cluster_are_known() {
        for command in [
            "kubectl delete pod -n a web-0",
            "kubectl --context prod --kubeconfig=/k uncordon n1",
            "kubectl --context get rollout undo -n a deployment/web",
            "kubectl set resources -n a deployment/web -c app --limits=memory=1Gi",
            "kubectl create secret tls t --dry-run=client -o yaml | kubectl apply -f -",
            "kubectl scale deployment/web --replicas=3",
            "kubectl exec web-0 -- reboot",
            "rm -rf get",
            "kubectl",
            "kubectl get 'unfinished",
            "openssl ca -gencrl",
            "openssl s_client -connect 192.0.2.1:443 | kubectl apply -f -",
        ] {
            assert!(changes_cluster(command), "{command}");
        }
        for command in [
            "kubectl get pods -n delete",
            "kubectl --context delete describe pod -n a web-0",
            "kubectl logs -n a web-0 --previous --tail=50",
            "kubectl top pods -A --sort-by=memory",
            "kubectl rollout history -n a deployment/web",
            "kubectl apply --server-side --dry-run=server -f rightsize.yaml",
            "kubectl healthcheck pod/web-0 -n a",
            "kubectl get secret -n a t -o yaml | kubectl get -f -",
            "openssl s_client -connect 192.0.2.1:443 -servername a.example.com -showcerts </dev/null",
        ] {
            assert!(!changes_cluster(command), "{command}");
        }
    }

    #[test]
    fn a_name_is_never_a_flag() {
        let kubectl = Kubectl::with(vec!["--context".into(), "--prod".into()]);
        for name in ["--all", "--force", "--grace-period=0", "-R", "--kubeconfig=/tmp/k", "-vvv"] {
            let line = kubectl.line(&["delete", "pod", "-n", "demo", name]);
            assert_eq!(line, format!("kubectl --context --prod delete pod -n demo '\u{fffd}{name}'"));
        }
        for name in ["--all", "-A", "--previous"] {
            let line = Kubectl::default().describe(&ObjectRef::new("demo", "Secret", name));
            assert_eq!(line, format!("kubectl describe secret -n demo '\u{fffd}{name}'"));
        }
        let line =
            Kubectl::default().line(&["logs", "-n", "a", "web-0", "-c", "app", "--previous", "--tail=50"]);
        assert_eq!(line, "kubectl logs -n a web-0 -c app --previous --tail=50");
        assert_eq!(Kubectl::default().line(&["apply", "-f", "-"]), "kubectl apply -f -");
    }

    #[test]
    fn hostile_names_cannot_leave_their_word() {
        let line =
            Kubectl::default().line(&["get", "pod", "x; rm -rf ~", "$(id)", "a'b", "\u{1b}[2J\n\u{202e}"]);
        assert_eq!(
            shlex::split(&line).unwrap(),
            ["kubectl", "get", "pod", "x; rm -rf ~", "$(id)", "a'b", "\u{fffd}[2J\u{fffd}\u{fffd}"]
        );
        assert!(!line.chars().any(is_hostile));
    }
}

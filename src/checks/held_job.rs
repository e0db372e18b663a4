//! Jobs whose work is done while another container of the pod still runs: the Job cannot complete.

use super::View;
use crate::model::{Container, Job, Pod, Role};
use crate::text::Text;
use crate::wire::{Terminated, Time};

/// A pod of a Job that a container keeps from completing.
pub(crate) struct Held<'a> {
    /// The container that ended last, with 0.
    pub(crate) done: &'a str,
    /// When it ended.
    pub(crate) since: Option<Time>,
    /// The containers that still run.
    pub(crate) running: Vec<&'a str>,
    /// The sidecar among them, if all of them are known ones.
    pub(crate) sidecar: Option<&'static Sidecar>,
}

/// A program that runs beside others and does not end on its own.
#[derive(Debug)]
pub(crate) struct Sidecar {
    /// A part of the name of its container, or of its image.
    name: &'static str,
    /// How a program of the pod ends it.
    pub(crate) quit: &'static Text,
}

static BY_RESTART: Text = Text {
    en: "make it a native sidecar (an init container with restartPolicy: Always)",
    zh_tw: "請改為原生 sidecar（restartPolicy: Always 的 init 容器）",
    zh_cn: "请改为原生边车（restartPolicy: Always 的 Init 容器）",
};
static ISTIO: Text = Text {
    en: "make it a native sidecar (an init container with restartPolicy: Always), or end it with POST \
         localhost:15020/quitquitquit",
    zh_tw: "請改為原生 sidecar（restartPolicy: Always 的 init 容器），或在結束時呼叫 POST localhost:15020/quitquitquit",
    zh_cn: "请改为原生边车（restartPolicy: Always 的 Init 容器），或在结束时调用 POST localhost:15020/quitquitquit",
};
static LINKERD: Text = Text {
    en: "make it a native sidecar (an init container with restartPolicy: Always), or end it with POST \
         localhost:4191/shutdown",
    zh_tw: "請改為原生 sidecar（restartPolicy: Always 的 init 容器），或在結束時呼叫 POST localhost:4191/shutdown",
    zh_cn: "请改为原生边车（restartPolicy: Always 的 Init 容器），或在结束时调用 POST localhost:4191/shutdown",
};
static CLOUD_SQL: Text = Text {
    en: "make it a native sidecar (an init container with restartPolicy: Always), or end it with POST \
         localhost:9091/quitquitquit",
    zh_tw: "請改為原生 sidecar（restartPolicy: Always 的 init 容器），或在結束時呼叫 POST localhost:9091/quitquitquit",
    zh_cn: "请改为原生边车（restartPolicy: Always 的 Init 容器），或在结束时调用 POST localhost:9091/quitquitquit",
};

/// Known sidecars; the first match counts.
static SIDECARS: [Sidecar; 17] = [
    Sidecar { name: "istio-proxy", quit: &ISTIO },
    Sidecar { name: "linkerd-proxy", quit: &LINKERD },
    Sidecar { name: "cloud-sql-proxy", quit: &CLOUD_SQL },
    Sidecar { name: "cloudsql-proxy", quit: &CLOUD_SQL },
    Sidecar { name: "consul-dataplane", quit: &BY_RESTART },
    Sidecar { name: "daprd", quit: &BY_RESTART },
    Sidecar { name: "datadog-agent", quit: &BY_RESTART },
    Sidecar { name: "envoy", quit: &BY_RESTART },
    Sidecar { name: "exporter", quit: &BY_RESTART },
    Sidecar { name: "filebeat", quit: &BY_RESTART },
    Sidecar { name: "fluent", quit: &BY_RESTART },
    Sidecar { name: "kuma-sidecar", quit: &BY_RESTART },
    Sidecar { name: "otc-container", quit: &BY_RESTART },
    Sidecar { name: "promtail", quit: &BY_RESTART },
    Sidecar { name: "sidecar", quit: &BY_RESTART },
    Sidecar { name: "vault-agent", quit: &BY_RESTART },
    Sidecar { name: "xray-daemon", quit: &BY_RESTART },
];

/// Returns the pod of a Job that a container keeps from completing, if there is one.
pub(crate) fn held<'a>(view: &View<'a>, job: &Job) -> Option<Held<'a>> {
    view.pods_owned_by(&job.namespace, "Job", &job.name).find_map(of_pod)
}

fn of_pod(pod: &Pod) -> Option<Held<'_>> {
    let mains = || pod.containers().filter(|container| container.role == Role::Main);
    let end = |container: &Container| container.status.state.terminated.as_ref().map(|end| end.exit_code);
    let runs = |container: &Container| container.status.state.running.is_some();
    if pod.shared.ended.is_some() || !pod.is_working_off() || !mains().any(|main| end(&main) == Some(0)) {
        return None;
    }
    let finished = |c: &Container| c.status.state.terminated.as_deref().and_then(Terminated::finished);
    let done = mains().filter(|main| end(main) == Some(0)).max_by_key(finished)?;
    let running: Vec<Container> = mains().filter(runs).collect();
    let known: Vec<_> = running.iter().map(sidecar).collect();
    Some(Held {
        done: &done.status.name,
        since: finished(&done),
        running: running.iter().map(|container| container.status.name.as_str()).collect(),
        sidecar: known.iter().all(Option::is_some).then(|| known.first().copied().flatten()).flatten(),
    })
}

/// Returns the known sidecar that a container is, by its name or that of its image.
fn sidecar(container: &Container) -> Option<&'static Sidecar> {
    let image = container.image().rsplit('/').next().unwrap_or_default();
    SIDECARS.iter().find(|of| container.status.name.contains(of.name) || image.starts_with(of.name))
}

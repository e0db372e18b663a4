//! Jobs that cannot complete: the work is done, and another container of the pod still runs.

use super::View;
use crate::model::{Container, Job, Pod, Role};
use crate::text::{Fact, Message, Text};
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

/// A program that runs next to others and does not end on its own.
#[derive(Debug)]
pub(crate) struct Sidecar {
    /// A part of the name of its container, or of its image.
    name: &'static str,
    /// Where a program of the pod ends it by a POST.
    quit: Option<&'static str>,
}

impl Sidecar {
    const fn new(name: &'static str, quit: Option<&'static str>) -> Self {
        Self { name, quit }
    }

    /// Returns how its Job can complete.
    pub(crate) fn remedy(&self) -> Message {
        match self.quit {
            None => Message::plain(&BY_RESTART),
            Some(address) => Message::new(&BY_POST, vec![("address", Fact::text(address))]),
        }
    }
}

static BY_RESTART: Text = Text {
    en: "make it a native sidecar (an init container with restartPolicy: Always)",
    zh_tw: "請改為原生 sidecar（restartPolicy: Always 的 init 容器）",
    zh_cn: "请改为原生边车（restartPolicy: Always 的 Init 容器）",
};
static BY_POST: Text = Text {
    en: "make it a native sidecar (an init container with restartPolicy: Always), or end it with POST {address}",
    zh_tw: "請改為原生 sidecar（restartPolicy: Always 的 init 容器），或在結束時呼叫 POST {address}",
    zh_cn: "请改为原生边车（restartPolicy: Always 的 Init 容器），或在结束时调用 POST {address}",
};

/// Known sidecars; the first match counts.
static SIDECARS: [Sidecar; 17] = [
    Sidecar::new("istio-proxy", Some("localhost:15020/quitquitquit")),
    Sidecar::new("linkerd-proxy", Some("localhost:4191/shutdown")),
    Sidecar::new("cloud-sql-proxy", Some("localhost:9091/quitquitquit")),
    Sidecar::new("cloudsql-proxy", Some("localhost:9091/quitquitquit")),
    Sidecar::new("consul-dataplane", None),
    Sidecar::new("daprd", None),
    Sidecar::new("datadog-agent", None),
    Sidecar::new("envoy", None),
    Sidecar::new("exporter", None),
    Sidecar::new("filebeat", None),
    Sidecar::new("fluent", None),
    Sidecar::new("kuma-sidecar", None),
    Sidecar::new("otc-container", None),
    Sidecar::new("promtail", None),
    Sidecar::new("sidecar", None),
    Sidecar::new("vault-agent", None),
    Sidecar::new("xray-daemon", None),
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

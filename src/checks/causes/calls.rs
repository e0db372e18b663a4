//! What a program says it cannot reach: a Service of the cluster, its DNS, or a host outside.

mod directory;

pub(super) use self::directory::Directory;
use self::directory::{Place, State, Target};
use super::agents::Role;
use super::{Around, why};
use crate::checks::view::View;
use crate::finding::{Link, Need, Severity};
use crate::logs::{Address, Failure, Unreachable, is_about_connection, unreachable};
use crate::model::{Container, Ended, ObjectRef, Pod};
use crate::text::{Fact, texts};
use crate::wire::Service;

texts! {
    EMPTY: "calls {object}, which has no ready endpoint", "呼叫 {object}，但它沒有就緒的端點", "调用 {object}，但它没有就绪的端点";
    ZERO: "calls {object}, but {workload} is scaled to 0", "呼叫 {object}，但 {workload} 的 Pod 數設為 0",
        "调用 {object}，但 {workload} 的 Pod 数设为 0";
    PORT: "calls {object}, which leads to a port that no container has", "呼叫 {object}，但它指向的連接埠沒有容器提供",
        "调用 {object}，但它指向的端口没有容器提供";
    MISSING: "calls {object}, which does not exist", "呼叫 {object}，但它不存在", "调用 {object}，但它不存在";
    UNREAD: "probably fails because of {object}, which was not read", "可能肇因於 {object}，但其狀態未讀取",
        "可能由 {object} 引起，但其状态未读取";
    NAMES: "cannot resolve names: {object} has no ready endpoint", "無法解析名稱：{object} 沒有就緒的端點",
        "无法解析域名：{object} 没有就绪的端点";
    NAMES_UNREAD: "probably cannot resolve names because of {object}, which was not read",
        "名稱解析失敗可能肇因於 {object}，但其狀態未讀取", "域名解析失败可能由 {object} 引起，但其状态未读取";
    OUTSIDE: "cannot reach {object}, which is not in the cluster", "連不上 {object}，它不在叢集內", "连不上 {object}，它不在集群内";
    BROKEN: "calls {object}, which fails", "呼叫 {object}，但它異常", "调用 {object}，但它异常";
}

/// Returns the links of a finding about a pod or about the pods of a Job or CronJob.
pub(super) fn links(around: &Around) -> Vec<Link> {
    let (view, finding) = (around.view, around.finding);
    let ObjectRef { namespace, kind, name } = &finding.object;
    if finding.severity == Severity::Low {
        return Vec::new();
    }
    match &**kind {
        "Pod" => {
            view.snapshot.rows.pod(namespace, name).into_iter().flat_map(|pod| of_pod(around, pod)).collect()
        }
        "Job" => {
            view.pods_owned_by(namespace, kind, name).take(PODS).flat_map(|pod| of_pod(around, pod)).collect()
        }
        "CronJob" => {
            let jobs = view.jobs_of(namespace, name);
            let pods = jobs.flat_map(|job| view.pods_owned_by(namespace, "Job", &job.name));
            pods.filter(|pod| pod.shared.ended != Some(Ended::Succeeded))
                .take(PODS)
                .flat_map(|pod| of_pod(around, pod))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// The number of pods of a Job whose words are read.
const PODS: usize = 10;

/// The number of lines of a log whose words are read.
const LINES: usize = 40;

fn of_pod<'x>(around: &'x Around, pod: &'x Pod) -> impl Iterator<Item = Link> + 'x {
    pod.containers().flat_map(|container| of_container(around, pod, &container))
}

/// Returns the links of a container: by its last words, and by the other lines of its end if its last words are about a
/// connection, or if there are none. What the state of the cluster does not prove only last words tell, or the last line that
/// names anything.
fn of_container(around: &Around, pod: &Pod, container: &Container) -> Vec<Link> {
    let view = around.view;
    let last = view.last_words(pod, container);
    if last.as_deref().is_some_and(|last| !is_about_connection(last)) {
        return Vec::new();
    }
    let own = last.as_deref().and_then(unreachable).filter(|said| !said.addresses.is_empty());
    let is_named = own.is_some();
    let own = own.and_then(|said| link(around, pod, &said));
    let others = view.end_of(pod, container).take(LINES).filter_map(unreachable);
    let mut links: Vec<Link> = own.into_iter().collect();
    let mut likely = None;
    for other in others.filter_map(|said| link(around, pod, &said)) {
        if !other.is_shown() {
            likely = likely.or(Some(other));
        } else if links.iter().all(|known| known.object != other.object) {
            links.push(other);
        }
    }
    if links.is_empty() && !is_named {
        links.extend(likely);
    }
    links
}

/// Returns the link to what could not be reached.
pub(super) fn link(around: &Around, pod: &Pod, said: &Unreachable) -> Option<Link> {
    match said.failure {
        Failure::NoNameServer => names(around, said),
        Failure::Unresolved => {
            names(around, said).filter(Link::is_shown).or_else(|| target(around, pod, said))
        }
        Failure::NoSuchName | Failure::NoConnection => target(around, pod, said),
    }
}

/// Returns the link to the DNS of the cluster, unless it answers.
fn names(around: &Around, said: &Unreachable) -> Option<Link> {
    let view = around.view;
    let from = &*around.finding.object.namespace;
    let Some((namespace, name)) = around.directory.dns(view, said.server.as_deref()) else {
        let server = ObjectRef::of_cluster("Host", said.server.as_deref()?);
        return Some(Need::Dns.likely(server.clone()).because(why(&OUTSIDE, &server, from)));
    };
    let object = ObjectRef::new(namespace, "Service", name);
    let Some(service) = view.service(namespace, name) else {
        let is_gone = view.saw(crate::wire::Kind::Service, namespace);
        return (!is_gone)
            .then(|| Need::Dns.likely(object.clone()).because(why(&NAMES_UNREAD, &object, from)));
    };
    let since = match around.directory.state(view, service) {
        State::Well => return None,
        State::Empty(since) => since,
        State::ScaledToZero(_) => None,
    };
    around.began(&object, since).then(|| Need::Dns.shown(object.clone()).because(why(&NAMES, &object, from)))
}

/// Returns the link to the first of the addresses that is in the cluster, or else to the host outside.
fn target(around: &Around, pod: &Pod, said: &Unreachable) -> Option<Link> {
    let from = &pod.shared.namespace;
    let places =
        said.addresses.iter().map(|address| (address, around.directory.find(around.view, from, address)));
    let mut outside: Option<&Address> = None;
    for (address, place) in places {
        match place {
            Place::In(target) => return inside(around, pod, &target),
            Place::Unknown => return None,
            Place::Outside => {
                // A name says more than its address of the moment.
                let is_number = outside.is_some_and(|known| directory::is_number(&known.host));
                if outside.is_none() || is_number {
                    outside = Some(address);
                }
            }
        }
    }
    let host = ObjectRef::of_cluster("Host", &outside?.host);
    let why = why(&OUTSIDE, &host, from);
    Some(Need::Host.likely(host).because(why))
}

/// Returns the link to a Service or pod of the cluster, unless it is well.
fn inside<'a>(around: &Around<'_, 'a>, pod: &Pod, target: &Target<'a>) -> Option<Link> {
    let object = target.object();
    let from = &*pod.shared.namespace;
    let shown = |text, since| {
        let link = || Need::Call.shown(object.clone()).because(why(text, &object, from));
        around.began(&object, since).then(link)
    };
    match target {
        Target::Missing(..) => shown(&MISSING, None),
        Target::Unread(..) => Some(Need::Call.likely(object.clone()).because(why(&UNREAD, &object, from))),
        Target::Pod(other) if other.name == pod.name || !around.times.is_serious(&object) => None,
        Target::Pod(_) => shown(&BROKEN, None),
        Target::Service(service) if leads_to(around.view, service, pod) => None,
        Target::Service(service) => match around.directory.state(around.view, service) {
            State::Empty(since) => shown(&EMPTY, since),
            State::ScaledToZero(workload) => {
                let mut message = why(&ZERO, &object, from);
                message.facts.push(("workload", Fact::Text(workload.object().slashed())));
                Some(Need::Call.shown(object.clone()).because(message))
            }
            State::Well if around.times.is_found(&object, "service-port-unmatched") => shown(&PORT, None),
            // Nothing leads to it from this node.
            State::Well => around.agents.link(around, pod, Role::Proxy),
        },
    }
}

/// Whether a Service leads to a pod itself, or to another pod of its workload.
fn leads_to(view: &View, service: &Service, pod: &Pod) -> bool {
    let namespace = &*service.metadata.namespace;
    let root = view.root(pod);
    *namespace == *pod.shared.namespace
        && view.workloads_selected_by(namespace, &service.spec.selector).any(|workload| {
            root.as_ref()
                .is_some_and(|root| *root.kind == *workload.kind.name() && root.name == workload.name)
        })
}

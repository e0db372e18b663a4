//! What a program says it cannot reach: a Service of the cluster, its DNS, or a host outside.

mod directory;

pub(super) use self::directory::Directory;
use self::directory::{Place, State, Target};
use super::agents::Role;
use super::{Around, policies};
use crate::checks::exit_code::LAST_WORDS;
use crate::checks::view::View;
use crate::finding::{Link, Need, Severity};
use crate::logs::{Address, Failure, Unreachable, is_about_connection, unreachable};
use crate::model::{Container, Ended, ObjectRef, Pod, Workload};
use crate::text::{Fact, texts};
use crate::wire::{Service, Terminated};

texts! {
    EMPTY: "calls {object}, which has no ready endpoint", "連線到 {object}，但它沒有就緒的端點", "连接 {object}，但它没有就绪的端点";
    ZERO: "calls {object}, but {workload} is scaled to 0", "連線到 {object}，但 {workload} 的 Pod 數設為 0",
        "连接 {object}，但 {workload} 的 Pod 数设为 0";
    PORT: "calls {object}, which leads to a port that no container has", "連線到 {object}，但它指向的連接埠沒有容器提供",
        "连接 {object}，但它指向的端口没有容器提供";
    MISSING: "calls {object}, which does not exist", "連線到 {object}，但它不存在", "连接 {object}，但它不存在";
    UNREAD: "probably fails because of {object}, which was not read", "可能因 {object}（未讀取）而失敗", "可能因 {object}（未读取）而失败";
    NAMES: "cannot resolve names: {object} has no ready endpoint", "無法解析名稱：{object} 沒有就緒的端點",
        "无法解析域名：{object} 没有就绪的端点";
    NAMES_ZERO: "cannot resolve names: {workload} behind {object} is scaled to 0", "無法解析名稱：{object} 背後的 {workload} Pod 數設為 0",
        "无法解析域名：{object} 背后的 {workload} Pod 数设为 0";
    NAMES_UNREAD: "probably cannot resolve names because of {object}, which was not read", "可能因 {object}（未讀取）而無法解析名稱",
        "可能因 {object}（未读取）而无法解析域名";
    OUTSIDE: "probably because {object}, outside the cluster, does not answer", "可能因叢集外的 {object} 沒有回應",
        "可能因集群外的 {object} 没有响应";
    BROKEN: "calls {object}, which fails", "連線到 {object}，但它異常", "连接 {object}，但它异常";
}

/// Returns the links of a finding about a pod or about the pods of a Job or CronJob.
pub(super) fn links(around: &Around) -> Vec<Link> {
    let (view, finding) = (around.view, around.finding);
    let ObjectRef { namespace, kind, name } = &finding.object;
    if finding.severity == Severity::Low || !CALLING.contains(&finding.check.id) {
        return Vec::new();
    }
    match &**kind {
        "Pod" => around.pod().into_iter().flat_map(|pod| of_pod(around, pod)).collect(),
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

/// The checks whose findings a failed call can explain: the program has started, and then ended or did not become ready.
pub(super) const CALLING: [&str; 8] = [
    "cronjob-failing",
    "job-failed",
    "pod-crash-loop",
    "pod-failed",
    "pod-killed-by-probe",
    "pod-not-ready",
    "pod-probe-failing",
    "pod-restarting-often",
];

/// The seconds before a finding in which an end of the program still belongs to it.
const BEFORE: i64 = 300;

/// The most pods of a Job that are searched for failed calls.
const PODS: usize = 10;

/// The most lines of a log that are searched for failed calls.
pub(super) const LINES: usize = 40;

/// Log levels below error.
const MILD: [&str; 4] = ["DEBUG", "INFO", "WARN", "warn"];

/// Returns the links of the container that the finding names, or of all. A pod may have a finding for each of very many.
fn of_pod<'x>(around: &'x Around, pod: &'x Pod) -> impl Iterator<Item = Link> + 'x {
    let named = around.finding.fact("container");
    let containers = pod.containers().filter(move |of| named.is_none_or(|name| *name == *of.status.name));
    containers.flat_map(|container| of_container(around, pod, &container))
}

/// Returns the links of a container: by its last words, and by the other lines of its end if its last words are about a
/// connection, or if there are none. A link that the state of the cluster does not prove comes from the last words, or else from
/// the last line that names an address.
fn of_container(around: &Around, pod: &Pod, container: &Container) -> Vec<Link> {
    let view = around.view;
    let finding = around.finding;
    if !is_recent(around, pod, container) {
        return Vec::new();
    }
    let is_about = finding.fact("container").is_some_and(|name| *name == *container.status.name);
    let known = finding.fact(LAST_WORDS).filter(|_| is_about);
    let last = known.map(str::to_owned).or_else(|| view.last_words(pod, container));
    if last.as_deref().is_some_and(|last| !is_about_connection(last)) {
        return Vec::new();
    }
    let own = last.as_deref().and_then(unreachable).filter(|said| !said.addresses.is_empty());
    let is_named = own.is_some();
    let own = own.and_then(|said| link(around, pod, &said));
    // A warning may be about an attempt that was repeated with success.
    let is_bare = last.is_some() && !is_named;
    let is_error = |line: &&str| is_bare || !MILD.iter().any(|word| line.contains(word));
    let others = view.end_of(pod, container).take(LINES).filter(is_error).filter_map(unreachable);
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

/// Whether the words of a container belong to the finding: its log was read, or it ended after the finding began or shortly
/// before.
fn is_recent(around: &Around, pod: &Pod, container: &Container) -> bool {
    let has_log = || around.view.logs(pod).any(|log| log.container == container.status.name);
    let ended = container.last_end().and_then(Terminated::finished);
    match (ended, around.finding.since) {
        (Some(ended), Some(since)) => ended.seconds_since(since) >= -BEFORE || has_log(),
        _ => true,
    }
}

/// Returns the link to what could not be reached.
pub(super) fn link(around: &Around, pod: &Pod, said: &Unreachable) -> Option<Link> {
    match said.failure {
        Failure::NoNameServer => names(around, pod, said),
        Failure::Unresolved => {
            names(around, pod, said).filter(Link::is_shown).or_else(|| target(around, pod, said))
        }
        // A name server outside does not know the names of the cluster.
        Failure::NoSuchName
            if said.server.is_some()
                && around.directory.dns(around.view, said.server.as_deref()).is_none() =>
        {
            None
        }
        Failure::NoSuchName | Failure::NoConnection => target(around, pod, said),
    }
}

/// Returns the link to the DNS of the cluster, unless it answers.
fn names(around: &Around, pod: &Pod, said: &Unreachable) -> Option<Link> {
    let view = around.view;
    let Some((namespace, name)) = around.directory.dns(view, said.server.as_deref()) else {
        let server = ObjectRef::of_cluster("Host", said.server.as_deref()?);
        return Some(around.likely(Need::Dns, server, &OUTSIDE));
    };
    let object = ObjectRef::new(namespace, "Service", name);
    let denied = |service| policies::to_dns(around, pod, namespace, service).filter(|_| said.is_unanswered);
    let Some(service) = view.service(namespace, name) else {
        if let Some(denied) = denied(None) {
            return Some(denied);
        }
        let is_gone = view.saw(crate::wire::Kind::Service, namespace);
        return (!is_gone).then(|| around.likely(Need::Dns, object, &NAMES_UNREAD));
    };
    let since = match around.directory.state(view, service) {
        // Its answers may not reach this pod, or its node.
        State::Well => {
            return denied(Some(service)).or_else(|| around.agents.link(around, pod, Role::Proxy));
        }
        State::Empty(since) => since,
        State::ScaledToZero(workload) => {
            return Some(zero(around.shown(Need::Dns, object, &NAMES_ZERO), workload));
        }
    };
    around.began(&object, since).then(|| around.shown(Need::Dns, object, &NAMES))
}

/// Returns the link to the first of the addresses that is in the cluster, or else to the host outside.
fn target(around: &Around, pod: &Pod, said: &Unreachable) -> Option<Link> {
    let from = &pod.shared.namespace;
    let places =
        said.addresses.iter().map(|address| (address, around.directory.find(around.view, from, address)));
    let mut outside: Option<&Address> = None;
    for (address, place) in places {
        match place {
            _ if address.host == *pod.name => {}
            // The program resolved the name, so something other than a Service has it.
            Place::In(Target::Missing(..)) if said.failure == Failure::NoConnection => return None,
            // A port of another service, or a number that is no port.
            Place::In(Target::Service(service))
                if said.failure == Failure::NoConnection && !has_port(service, address) => {}
            Place::In(target) => return inside(around, pod, &target, (said, address)),
            // A private address without an owner: another address of the same line may say more.
            Place::Unknown => {}
            Place::Outside => {
                // A name says more than its address of the moment.
                let is_number = outside.is_some_and(|known| directory::is_number(&known.host));
                if outside.is_none() || is_number {
                    outside = Some(address);
                }
            }
        }
    }
    let address = outside?;
    if said.is_unanswered
        && let Some(denied) = policies::to_outside(around, pod, address.port)
    {
        return Some(denied);
    }
    Some(around.likely(Need::Host, ObjectRef::of_cluster("Host", &address.host), &OUTSIDE))
}

/// Whether a Service has the port of an address. A headless Service leads to any port of its pods.
fn has_port(service: &Service, address: &Address) -> bool {
    let ports = &service.spec.ports;
    let Some(port) = address.port else { return true };
    service.is_headless() || ports.is_empty() || ports.iter().any(|of| of.port == i32::from(port))
}

/// Returns the link to a Service or pod of the cluster, unless it is well.
fn inside<'a>(
    around: &Around<'_, 'a>,
    pod: &Pod,
    target: &Target<'a>,
    (said, address): (&Unreachable, &Address),
) -> Option<Link> {
    let no_connection = said.failure == Failure::NoConnection;
    let object = target.object();
    let shown =
        |text, since| around.began(&object, since).then(|| around.shown(Need::Call, object.clone(), text));
    match target {
        Target::Missing(..) => shown(&MISSING, None),
        Target::Unread(..) => Some(around.likely(Need::Call, object, &UNREAD)),
        Target::Pod(other) if other.name == pod.name || !around.times.is_serious(&object) => None,
        Target::Pod(_) => shown(&BROKEN, None),
        Target::Service(service) if leads_to(around.view, service, pod) => None,
        Target::Service(service) => match around.directory.state(around.view, service) {
            State::Empty(since) => shown(&EMPTY, since),
            State::ScaledToZero(workload) => Some(zero(around.shown(Need::Call, object, &ZERO), workload)),
            State::Well if around.times.is_found(&object, "service-port-unmatched") => shown(&PORT, None),
            State::Well if no_connection => {
                let denied =
                    said.is_unanswered.then(|| policies::to_service(around, pod, service, address.port));
                // Nothing leads to its address from this node.
                let has_address = directory::is_number(&service.spec.cluster_ip);
                let cut_off = || around.agents.link(around, pod, Role::Proxy).filter(|_| has_address);
                denied.flatten().or_else(cut_off)
            }
            State::Well => None,
        },
    }
}

/// Adds the workload that is scaled to zero to the sentence of a link.
fn zero(mut link: Link, workload: &Workload) -> Link {
    let facts = link.why.iter_mut().map(|why| &mut why.facts);
    facts.for_each(|facts| facts.push(("workload", Fact::Text(workload.object().slashed()))));
    link
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

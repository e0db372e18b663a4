//! Reports kubelets that wait for a certificate: nobody has approved their requests.

use crate::checks::prelude::*;
use crate::finding::Finding;
use crate::wire::{CertificateSigningRequest, KubeletCertificate, Time};
use std::collections::BTreeMap;

static INFO: CheckInfo = CheckInfo {
    id: "node-certificate-pending",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Node, Kind::CertificateSigningRequest],
    title: Text {
        en: "Certificate requests of kubelets not approved",
        zh_tw: "kubelet 的憑證簽署請求未核准",
        zh_cn: "kubelet 的证书签名请求未批准",
    },
    meaning: Text {
        en: "Without a client certificate, a node cannot join the cluster or drops out of it. Without a serving certificate, logs, \
             exec and the metrics of its pods fail.",
        zh_tw: "沒有用戶端憑證，節點無法加入叢集，或會脫離叢集；沒有伺服器憑證，該節點上的 logs、exec 與 Pod 指標都會失敗。",
        zh_cn: "没有客户端证书，节点无法加入集群，或会脱离集群；没有服务端证书，该节点上的 logs、exec 和 Pod 指标都会失败。",
    },
    remedy: Text {
        en: "Check that each request comes from a node of yours, then approve it, or repair the component that approves them.",
        zh_tw: "先確認每個請求都來自自己的節點，再核准；或修復負責核准的元件。",
        zh_cn: "先确认每个请求都来自自己的节点，再批准；或修复负责批准的组件。",
    },
    prevention: Text {
        en: "Run a component that approves serving certificates of kubelets, and alert on pending requests.",
        zh_tw: "部署自動核准 kubelet 伺服器憑證的元件，並對待核准的請求設定告警。",
        zh_cn: "部署自动批准 kubelet 服务端证书的组件，并对待批准的请求配置告警。",
    },
    page: page!("node-certificate-pending"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static OF_NODE: Text = Text {
    en: "the kubelet has waited {age} for its {use} certificate: {count:# request|# requests} not approved",
    zh_tw: "kubelet 等待{use}憑證已 {age}：{count} 個簽署請求未核准",
    zh_cn: "kubelet 等待{use}证书已 {age}：{count} 个签名请求未批准",
};

static OF_NEW_NODES: Text = Text {
    en: "new nodes have waited {age} to join the cluster: {count:# certificate request|# certificate requests} not approved",
    zh_tw: "新節點等待加入叢集已 {age}：{count} 個憑證簽署請求未核准",
    zh_cn: "新节点等待加入集群已 {age}：{count} 个证书签名请求未批准",
};

static CLIENT: Text = Text { en: "client", zh_tw: "用戶端", zh_cn: "客户端" };
static SERVING: Text = Text { en: "serving", zh_tw: "伺服器", zh_cn: "服务端" };

static NEWEST: Text =
    Text {
        en: "newest request: {name}", zh_tw: "最新的請求：{name}", zh_cn: "最新的请求：{name}"
    };

/// The controller manager approves within seconds, and people need a moment.
const PATIENCE: i64 = 600;

fn run(view: &View, out: &mut Reporter) {
    for ((name, usage), requests) in pending(view) {
        // A request may be left of a node that was removed.
        let Some(node) = view.node(name) else { continue };
        let (usage, part, severity) = match usage {
            KubeletCertificate::Client if !node.is_ready() => (&CLIENT, "client", Severity::High),
            KubeletCertificate::Client => (&CLIENT, "client", Severity::Medium),
            KubeletCertificate::Serving => (&SERVING, "serving", Severity::Medium),
        };
        let Some((mut facts, evidence)) = facts(view, &requests) else { continue };
        facts.push(("use", Fact::Words(usage)));
        let finding = out.node(node, &[part], severity, Message::new(&OF_NODE, facts));
        complete(view, finding, &requests, evidence);
    }
    let new: Vec<&CertificateSigningRequest> = view
        .snapshot
        .rows
        .signing_requests
        .iter()
        .filter(|of| of.is_of_new_node() && is_waiting(of))
        .collect();
    if let Some((facts, evidence)) = facts(view, &new) {
        let nodes = ObjectRef::of_cluster("Cluster", "nodes");
        let finding = out.object(nodes, &[], Severity::Medium, Message::new(&OF_NEW_NODES, facts));
        finding.serving = true;
        complete(view, finding, &new, evidence);
    }
}

/// The requests of kubelets that wait, by node and use. A later request that was decided replaces those before it.
fn pending<'a>(
    view: &View<'a>,
) -> BTreeMap<(&'a str, KubeletCertificate), Vec<&'a CertificateSigningRequest>> {
    let mut all: BTreeMap<_, Vec<&CertificateSigningRequest>> = BTreeMap::new();
    for request in &view.snapshot.rows.signing_requests {
        if let Some(key) = request.node().zip(request.use_by_kubelet()) {
            all.entry(key).or_default().push(request);
        }
    }
    for requests in all.values_mut() {
        let decided =
            requests.iter().filter(|of| !of.is_pending()).filter_map(|of| of.metadata.created()).max();
        requests.retain(|of| of.is_pending() && of.metadata.created() > decided);
    }
    all
}

/// Whether a machine that wants to join waits for its certificate.
fn is_waiting(request: &CertificateSigningRequest) -> bool {
    request.is_pending() && request.use_by_kubelet() == Some(KubeletCertificate::Client)
}

/// Returns how many requests wait and for how long, and the newest one; `None` if the oldest has not waited long.
fn facts(view: &View, requests: &[&CertificateSigningRequest]) -> Option<(Facts, Message)> {
    let first = oldest(requests).filter(|first| view.older_than(Some(*first), PATIENCE))?;
    let newest = requests.iter().max_by_key(|of| (of.metadata.created(), &of.metadata.name))?;
    let evidence = Message::new(&NEWEST, vec![("name", Fact::text(&newest.metadata.name))]);
    Some((vec![("age", Fact::Age(view.age(first))), ("count", Fact::count(requests.len()))], evidence))
}

fn oldest(requests: &[&CertificateSigningRequest]) -> Option<Time> {
    requests.iter().filter_map(|of| of.metadata.created()).min()
}

/// Adds what every finding of this check has.
fn complete(view: &View, finding: &mut Finding, requests: &[&CertificateSigningRequest], evidence: Message) {
    finding.since = oldest(requests);
    finding.evidence = vec![evidence];
    finding.actions.insert(0, view.settings.kubectl.line(&["get", "certificatesigningrequests"]));
}

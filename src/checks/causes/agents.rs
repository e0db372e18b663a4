//! What a pod needs on its node: the pods of DaemonSets that connect pods, mount volumes and offer devices.

use super::Around;
use crate::checks::view::View;
use crate::finding::{Link, Need};
use crate::model::Pod;
use crate::text::{Text, texts};
use std::collections::BTreeMap;

texts! {
    NETWORK: "needs the network plugin {object}, which fails", "依賴網路外掛 {object}，但它異常", "依赖网络插件 {object}，但它异常";
    PROXY: "reaches Services by {object} of its node, which fails", "需透過所在節點的 {object} 連線到 Service，但它異常",
        "需通过所在节点的 {object} 连接 Service，但它异常";
    DRIVER: "needs the volume driver {object}, which fails", "依賴儲存驅動程式 {object}，但它異常", "依赖存储驱动 {object}，但它异常";
    DEVICES: "needs the device plugin {object}, which fails", "依賴裝置外掛 {object}，但它異常", "依赖设备插件 {object}，但它异常";
}

/// What a component does on its node.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It connects pods to the network.
    Network,
    /// It leads the addresses of Services to pods.
    Proxy,
}

/// Words in the names of DaemonSets, as their projects and distributions install them.
const NAMES: [(&str, &[Role]); 16] = [
    ("antrea-agent", &[Role::Network, Role::Proxy]),
    ("aws-node", &[Role::Network]),
    ("azure-cn", &[Role::Network]),
    ("calico-node", &[Role::Network]),
    ("canal", &[Role::Network]),
    ("cilium", &[Role::Network, Role::Proxy]),
    ("flannel", &[Role::Network]),
    ("kindnet", &[Role::Network]),
    ("kube-ovn-cni", &[Role::Network]),
    ("kube-proxy", &[Role::Proxy]),
    ("kube-router", &[Role::Network, Role::Proxy]),
    ("multus", &[Role::Network]),
    ("netd", &[Role::Network]),
    ("ovn", &[Role::Network, Role::Proxy]),
    ("sdn", &[Role::Network, Role::Proxy]),
    ("weave", &[Role::Network]),
];

/// The number of pods of one component that explain a finding.
const SHOWN: usize = 3;

/// The pods of DaemonSets that are in trouble, by their node.
pub(super) struct Agents<'a> {
    by_node: BTreeMap<&'a str, Vec<&'a Pod>>,
}

impl<'a> Agents<'a> {
    pub(super) fn of(view: &View<'a>) -> Self {
        let mut by_node: BTreeMap<&str, Vec<&Pod>> = BTreeMap::new();
        let is_agent = |pod: &&Pod| {
            let owner = pod.shared.owner.as_ref();
            owner.is_some_and(|owner| &*owner.kind == "DaemonSet") && !pod.serves()
        };
        for pod in view.failing_pods().filter(is_agent) {
            if let Some(node) = pod.node.as_deref() {
                by_node.entry(node).or_default().push(pod);
            }
        }
        Self { by_node }
    }

    /// Returns the failing pods on a node whose DaemonSet a test accepts by its name.
    fn on<'i>(&'i self, node: &str, test: impl Fn(&str) -> bool + 'i) -> impl Iterator<Item = &'a Pod> + 'i {
        let pods = self.by_node.get(node).into_iter().flatten().copied();
        pods.filter(move |pod| pod.shared.owner.as_ref().is_some_and(|owner| test(&owner.name)))
    }

    /// Returns the link of a pod to the failing component of its node with a role.
    pub(super) fn link(&self, around: &Around, pod: &Pod, role: Role) -> Option<Link> {
        self.links(around, pod.node.as_deref()?, &PROXY, |name| has_role(name, role)).next()
    }

    fn links<'i>(
        &'i self,
        around: &'i Around,
        node: &str,
        text: &'static Text,
        test: impl Fn(&str) -> bool + 'i,
    ) -> impl Iterator<Item = Link> + 'i {
        self.on(node, test).filter_map(move |agent| agent_link(around, agent, text)).take(SHOWN)
    }
}

fn has_role(name: &str, role: Role) -> bool {
    NAMES.iter().any(|(word, roles)| name.contains(word) && roles.contains(&role))
}

fn agent_link(around: &Around, agent: &Pod, text: &'static Text) -> Option<Link> {
    let object = agent.object_ref();
    let is_cause = object != around.finding.object && around.began(&object, None);
    is_cause.then(|| around.shown(Need::Agent, object, text))
}

/// Returns the links of a finding about a sandbox, a node without a network, a volume whose driver is missing, or devices.
pub(super) fn links(around: &Around) -> Vec<Link> {
    let finding = around.finding;
    let detail = finding.fact("detail").unwrap_or_default();
    let node = match &*finding.object.kind {
        "Node" => &*finding.object.name,
        _ => around.pod().and_then(|pod| pod.node.as_deref()).unwrap_or_default(),
    };
    let agents = around.agents;
    match finding.check.id {
        "pod-sandbox-failed" | "node-not-ready" if !is_about_network(detail) => Vec::new(),
        "pod-sandbox-failed" | "node-not-ready" | "node-network-unavailable" => {
            agents.links(around, node, &NETWORK, |name| has_role(name, Role::Network)).collect()
        }
        "pod-volume-not-mounted" => {
            let Some(driver) = missing_driver(detail) else { return Vec::new() };
            agents.links(around, node, &DRIVER, |name| is_of_driver(name, driver)).collect()
        }
        "pod-unschedulable" => devices(around),
        _ => Vec::new(),
    }
}

/// Whether a message of a kubelet is about the network.
fn is_about_network(message: &str) -> bool {
    ["cni", "network", "plugin type="].iter().any(|words| message.contains(words))
}

/// Returns the driver of `driver name ebs.csi.aws.com not found in the list of registered CSI drivers`.
fn missing_driver(message: &str) -> Option<&str> {
    let (before, _) = message.split_once(" not found in the list of registered CSI drivers")?;
    before.rsplit(' ').next()
}

/// Whether a DaemonSet is the node plugin of a CSI driver, by a word of the driver in its name: `ebs-csi-node` of
/// `ebs.csi.aws.com`.
fn is_of_driver(name: &str, driver: &str) -> bool {
    const COMMON: [&str; 8] = ["aws", "com", "csi", "driver", "google", "io", "k8s", "storage"];
    let mut words = driver.split(['.', '-']).filter(|word| word.len() > 1 && !COMMON.contains(word));
    words.any(|word| name.contains(word.trim_end_matches("plugin")))
}

/// Returns the resource of `0/2 nodes are available: 2 Insufficient nvidia.com/gpu.`
fn missing_device(message: &str) -> Option<&str> {
    let named = message.split("Insufficient ").skip(1).filter_map(|rest| rest.split([' ', ',']).next());
    named.map(|name| name.trim_end_matches('.')).find(|name| name.contains('/'))
}

/// Returns the links of a pod that waits for devices to the plugins that offer them.
fn devices(around: &Around) -> Vec<Link> {
    let Some(resource) = missing_device(around.finding.fact("detail").unwrap_or_default()) else {
        return Vec::new();
    };
    let vendor = resource.split(['.', '/']).next().unwrap_or_default();
    let is_plugin = |name: &str| name.contains("device-plugin") && name.contains(vendor);
    let all = around.agents.by_node.values().flatten().copied();
    let plugins = all.filter(|pod| pod.shared.owner.as_ref().is_some_and(|owner| is_plugin(&owner.name)));
    plugins.filter_map(|pod| agent_link(around, pod, &DEVICES)).take(SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_daemonset_belongs_to_the_driver_that_its_name_has_a_word_of() {
        for (name, driver) in [
            ("ebs-csi-node", "ebs.csi.aws.com"),
            ("csi-nfs-node", "nfs.csi.k8s.io"),
            ("longhorn-csi-plugin", "driver.longhorn.io"),
            ("csi-rbdplugin", "rook-ceph.rbd.csi.ceph.com"),
            ("csi-azuredisk-node", "disk.csi.azure.com"),
        ] {
            assert!(is_of_driver(name, driver), "{name} {driver}");
        }
        assert!(!is_of_driver("csi-nfs-node", "ebs.csi.aws.com"));
        assert!(!is_of_driver("aws-node", "ebs.csi.aws.com"));
    }

    #[test]
    fn the_missing_driver_is_in_the_message() {
        let message = "MountVolume.MountDevice failed for volume \"pvc-1\" : kubernetes.io/csi: attacher.MountDevice failed to create \
                       newCsiDriverClient: driver name ebs.csi.aws.com not found in the list of registered CSI drivers";
        assert_eq!(missing_driver(message), Some("ebs.csi.aws.com"));
        assert_eq!(missing_driver("timed out"), None);
    }
}

//! The taints that a component sets and removes by itself. A pod does not have to tolerate them: it waits for the component.

use crate::text::Text;

/// A taint that a component removes.
#[derive(Debug)]
pub(crate) struct Removed {
    /// Its key; only the end of it, if it begins with `*`.
    key: &'static str,
    /// Whether a new node has it until a component has set the node up. Otherwise a condition of the node is behind it,
    /// and the check of that condition reports the node.
    pub(crate) startup: bool,
    /// Parts of the names of that component's pods.
    pub(crate) pods: &'static [&'static str],
    /// Who removes it, and when.
    pub(crate) by: Text,
}

impl Removed {
    fn is(&self, key: &str) -> bool {
        self.key.strip_prefix('*').map_or(self.key == key, |end| key.ends_with(end))
    }
}

/// Returns who removes a taint, if that is a component.
pub(crate) fn removed(key: &str) -> Option<&'static Removed> {
    REMOVED.iter().find(|known| known.is(key))
}

const fn startup(
    key: &'static str,
    pods: &'static [&'static str],
    en: &'static str,
    zh_tw: &'static str,
    zh_cn: &'static str,
) -> Removed {
    Removed { key, startup: true, pods, by: Text { en, zh_tw, zh_cn } }
}

const fn condition(key: &'static str, en: &'static str, zh_tw: &'static str, zh_cn: &'static str) -> Removed {
    Removed { key, startup: false, pods: &[], by: Text { en, zh_tw, zh_cn } }
}

/// The first one that fits a key counts.
static REMOVED: [Removed; 15] = [
    startup(
        "node.cloudprovider.kubernetes.io/uninitialized",
        &["cloud-controller-manager"],
        "the cloud controller manager removes it when it has initialized the node",
        "cloud controller manager 完成節點初始化後會移除它",
        "cloud controller manager 完成节点初始化后会移除它",
    ),
    condition(
        "node.cloudprovider.kubernetes.io/shutdown",
        "the cloud controller manager removes it when the machine runs again",
        "機器重新執行後，cloud controller manager 會移除它",
        "机器重新运行后，cloud controller manager 会移除它",
    ),
    startup(
        "node.kubernetes.io/network-unavailable",
        &["calico-node", "cilium", "kube-flannel", "cloud-controller-manager"],
        "the network plugin or the cloud's route controller removes it when the node has a pod network",
        "節點有 Pod 網路後，網路外掛或雲端的路由控制器會移除它",
        "节点有 Pod 网络后，网络插件或云的路由控制器会移除它",
    ),
    startup(
        "node.cilium.io/agent-not-ready",
        &["cilium"],
        "the Cilium agent removes it when it is ready on the node",
        "Cilium agent 在節點上就緒後會移除它",
        "Cilium agent 在节点上就绪后会移除它",
    ),
    startup(
        "*.csi.aws.com/agent-not-ready",
        &["csi-node"],
        "the pod of the CSI driver on the node removes it when it is ready",
        "CSI 驅動程式在該節點上的 Pod 就緒後會移除它",
        "CSI 驱动在该节点上的 Pod 就绪后会移除它",
    ),
    startup(
        "karpenter.sh/unregistered",
        &["karpenter"],
        "Karpenter removes it when it has registered the node",
        "Karpenter 登記節點後會移除它",
        "Karpenter 登记节点后会移除它",
    ),
    startup(
        "node.cluster.x-k8s.io/uninitialized",
        &["capi-controller-manager"],
        "Cluster API removes it when it has labelled the node",
        "Cluster API 為節點加上標籤後會移除它",
        "Cluster API 为节点加上标签后会移除它",
    ),
    condition(
        "node.kubernetes.io/not-ready",
        "the node controller removes it when the kubelet reports Ready",
        "kubelet 回報 Ready 後，節點控制器會移除它",
        "kubelet 上报 Ready 后，节点控制器会移除它",
    ),
    condition(
        "node.kubernetes.io/unreachable",
        "the node controller removes it when the kubelet reports again",
        "kubelet 恢復回報後，節點控制器會移除它",
        "kubelet 恢复上报后，节点控制器会移除它",
    ),
    condition(
        "node.kubernetes.io/disk-pressure",
        "the node controller removes it when the kubelet has enough disk space again",
        "磁碟空間恢復足夠後，節點控制器會移除它",
        "磁盘空间恢复充足后，节点控制器会移除它",
    ),
    condition(
        "node.kubernetes.io/memory-pressure",
        "the node controller removes it when the node has enough memory again",
        "記憶體恢復足夠後，節點控制器會移除它",
        "内存恢复充足后，节点控制器会移除它",
    ),
    condition(
        "node.kubernetes.io/pid-pressure",
        "the node controller removes it when the node has enough process IDs again",
        "PID 恢復足夠後，節點控制器會移除它",
        "PID 恢复充足后，节点控制器会移除它",
    ),
    startup(
        "*/agent-not-ready",
        &[],
        "an agent on the node removes it when it is ready",
        "節點上的 agent 就緒後會移除它",
        "节点上的 agent 就绪后会移除它",
    ),
    startup(
        "cni.istio.io/not-ready",
        &["istio-cni"],
        "the pod of Istio's CNI plugin on the node removes it when it is ready",
        "Istio CNI 外掛在該節點上的 Pod 就緒後會移除它",
        "Istio CNI 插件在该节点上的 Pod 就绪后会移除它",
    ),
    startup(
        "node.gardener.cloud/critical-components-not-ready",
        &[],
        "Gardener removes it when the critical pods of the node are ready",
        "節點上的關鍵 Pod 就緒後，Gardener 會移除它",
        "节点上的关键 Pod 就绪后，Gardener 会移除它",
    ),
];

//! A link from a finding to what explains it: the object, what it is needed for, and whether the cluster proves it.

use crate::model::ObjectRef;
use crate::text::{Message, Text};

/// An object whose trouble explains a finding.
#[derive(Clone, Debug)]
pub struct Link {
    /// The object. It may have no finding, and it may be one that no API serves: an image, a host, a registry.
    pub object: ObjectRef,
    /// What the object of the finding needs it for.
    pub need: Need,
    /// Whether the state of the object proves the link.
    pub proof: Proof,
    /// A sentence without its subject, the object of the finding: what it does with the object, and the state of that.
    /// `None` if the need says enough.
    pub why: Option<Box<Message>>,
}

impl Link {
    /// Adds the sentence.
    pub(crate) fn because(self, why: Message) -> Self {
        Self { why: Some(Box::new(why)), ..self }
    }

    /// Whether the state of the object proves it.
    pub(crate) fn is_shown(&self) -> bool {
        self.proof == Proof::Shown
    }
}

/// How certain a link is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proof {
    /// The state of the object shows that it is the cause.
    Shown,
    /// Only words of a program or component name it. Its state was not read, or it has none in the cluster.
    Likely,
}

impl Proof {
    /// Returns the word in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Proof::Shown => "shown",
            Proof::Likely => "likely",
        }
    }
}

/// Defines [`Need`] with the id, the text and the kinds of objects of each.
macro_rules! needs {
    ($($(#[$doc:meta])* $name:ident, $id:literal, [$($kind:literal),*], $en:literal, $zh_tw:literal, $zh_cn:literal;)*) => {
        /// What an object needs another one for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Need { $($(#[$doc])* $name,)* }

        impl Need {
            /// All of them, by id.
            #[cfg(test)]
            pub(crate) const ALL: &'static [Need] = &[$(Need::$name),*];

            /// Returns the word in JSON.
            pub fn id(self) -> &'static str {
                match self { $(Need::$name => $id,)* }
            }

            /// Returns the verb of a sentence whose subject is the object of the finding.
            pub(crate) fn text(self) -> &'static Text {
                match self { $(Need::$name => {
                    static TEXT: Text = Text { en: $en, zh_tw: $zh_tw, zh_cn: $zh_cn };
                    &TEXT
                })* }
            }

            /// Returns what an object of a kind is usually needed for.
            fn of_kind(kind: &str) -> Self {
                match kind {
                    $($($kind)|* => Need::$name,)*
                    _ => Need::Other,
                }
            }
        }
    };
}

needs! {
    /// A component of the node: its network plugin, a volume driver, a device plugin, its proxy.
    Agent, "agent", ["(agent)"], "needs on its node", "在節點上依賴", "在节点上依赖";
    /// An aggregated API.
    Api, "api", ["APIService"], "uses the API", "使用 API", "使用 API";
    /// A Service, called by another program.
    Call, "call", ["(call)"], "calls", "連線到", "连接";
    /// A resource of the cluster that is used up.
    Capacity, "capacity", ["Capacity"], "needs free", "需要可用的", "需要空闲的";
    /// A class that chooses a controller or a priority.
    Class, "class", ["IngressClass", "PriorityClass", "RuntimeClass", "StorageClass"], "has the class", "使用類別", "使用的类为";
    /// A Secret, a ConfigMap, or a key of one.
    Config, "config", ["Certificate", "ConfigMap", "Secret"], "reads", "讀取", "读取";
    /// A controller, a scheduler or another component of the cluster.
    Controller, "controller", ["Component", "Lease", "Scheduler"], "is handled by", "由它處理：", "由它处理：";
    /// The DNS of the cluster.
    Dns, "dns", ["(dns)"], "resolves names by", "解析名稱透過", "解析域名通过";
    /// A host outside the cluster.
    Host, "host", ["Host"], "connects to", "連線至", "连接到";
    /// An account of the pods.
    Identity, "identity", ["ServiceAccount"], "runs as", "執行身分為", "运行身份为";
    /// A container image.
    Image, "image", ["Image"], "runs the image", "使用映像檔", "使用镜像";
    /// The node.
    Node, "node", ["Node"], "depends on", "依賴", "依赖";
    /// A namespace, or the cluster itself.
    Other, "other", ["Cluster", "Namespace"], "belongs to", "屬於", "属于";
    /// A label, taint or port that a node must have, not have, or have free.
    Placement, "placement", ["HostPort", "Label", "Taint"], "is placed by", "排程受限於", "调度受限于";
    /// Its pods, or the workload that must create them.
    Pods, "pods", ["DaemonSet", "Deployment", "Pod", "ReplicaSet", "ReplicationController", "StatefulSet"],
        "depends on", "依賴", "依赖";
    /// A network policy that must admit its traffic.
    Policy, "policy", ["NetworkPolicy"], "needs to be admitted by", "流量須經允許：", "流量须经允许：";
    /// A quota.
    Quota, "quota", ["ResourceQuota"], "is limited by", "受限於", "受限于";
    /// A registry of images.
    Registry, "registry", ["Registry"], "pulls its image from", "從此拉取映像檔：", "从此拉取镜像：";
    /// A run of a workload.
    Run, "run", ["CronJob", "Job"], "is part of", "隸屬於", "隶属于";
    /// A Service that gets the requests.
    Service, "service", ["Service"], "sends requests to", "將請求送往", "将请求发往";
    /// A claim, or a volume.
    Volume, "volume", ["PersistentVolume", "PersistentVolumeClaim"], "mounts", "掛載", "挂载";
    /// A webhook that admits objects.
    Webhook, "webhook", ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "Webhook"],
        "must pass", "建立時須經過", "创建时须经过";
}

impl Need {
    /// Returns a link to an object that the state of the cluster proves.
    pub(crate) fn shown(self, object: ObjectRef) -> Link {
        Link { object, need: self, proof: Proof::Shown, why: None }
    }

    /// Returns a link to an object that only words name.
    pub(crate) fn likely(self, object: ObjectRef) -> Link {
        Link { object, need: self, proof: Proof::Likely, why: None }
    }
}

/// Returns proven links to objects, each needed for what its kind is usually needed for.
pub(crate) fn declared(objects: impl IntoIterator<Item = ObjectRef>) -> Vec<Link> {
    objects.into_iter().map(|object| Need::of_kind(&object.kind).shown(object)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_need_has_an_id_of_its_own_in_order() {
        let ids: Vec<&str> = Need::ALL.iter().map(|need| need.id()).collect();
        let sorted: Vec<&str> = ids.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
        assert_eq!(ids, sorted);
    }

    #[test]
    fn the_kind_of_an_object_says_what_it_is_needed_for() {
        let need = |kind| declared([ObjectRef::of_cluster(kind, "x")])[0].need;
        assert_eq!([need("Secret"), need("Pod"), need("Node")], [Need::Config, Need::Pods, Need::Node]);
        assert_eq!(need("Widget"), Need::Other);
    }
}

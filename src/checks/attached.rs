//! Where a volume is attached that a pod waits for on another node.

use super::View;
use crate::model::{ObjectRef, Pod};
use crate::text::{Fact, Message, Text};
use crate::wire::{Kind, VolumeAttachment};

/// A volume of a waiting pod that another node has.
pub(crate) struct Elsewhere {
    pub(crate) message: Message,
    /// What ends the wait, or why it does not end.
    pub(crate) evidence: Vec<Message>,
    /// The node, if it is at fault.
    pub(crate) because: Option<ObjectRef>,
    pub(crate) attachment: ObjectRef,
}

/// The state of the other node; the worst first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Other {
    Gone,
    Down,
    Ready,
}

static GONE: Text = Text {
    en: "volume {volume} is still attached to node {node}, which no longer exists",
    zh_tw: "磁碟區 {volume} 仍附加在已不存在的節點 {node}",
    zh_cn: "卷 {volume} 仍挂接在已不存在的节点 {node}",
};

static DOWN: Text = Text {
    en: "volume {volume} is attached to node {node}, which is not ready",
    zh_tw: "磁碟區 {volume} 附加在未就緒的節點 {node}",
    zh_cn: "卷 {volume} 挂接在未就绪的节点 {node}",
};

static TAKEN: Text = Text {
    en: "volume {volume} is attached to node {node}",
    zh_tw: "磁碟區 {volume} 已附加在節點 {node}",
    zh_cn: "卷 {volume} 已挂接在节点 {node}",
};

static DETACH_FAILS: Text = Text {
    en: "the volume cannot be detached: {detail}",
    zh_tw: "磁碟區無法卸離：{detail}",
    zh_cn: "卷无法分离：{detail}",
};

static AFTER_A_WHILE: Text = Text {
    en: "the attach controller detaches the volume about 6 minutes after the node is gone; if it stays attached, look at the \
         controller of the CSI driver",
    zh_tw: "節點消失約 6 分鐘後，attach 控制器會卸離磁碟區；若一直沒有卸離，請查看 CSI 驅動程式的控制器",
    zh_cn: "节点消失约 6 分钟后，attach 控制器会分离该卷；若一直没有分离，请查看 CSI 驱动的控制器",
};

static IF_OFF: Text = Text {
    en: "if the machine is off for good, delete the node, or taint it with \
         node.kubernetes.io/out-of-service=nodeshutdown:NoExecute; the volume is then detached",
    zh_tw: "若機器確定不再啟動，請刪除該節點，或加上 taint node.kubernetes.io/out-of-service=nodeshutdown:NoExecute，\
            磁碟區就會卸離",
    zh_cn: "若机器确定不再启动，请删除该节点，或加上污点 node.kubernetes.io/out-of-service=nodeshutdown:NoExecute，\
            卷就会分离",
};

/// Returns the volume of a pod that another node has and that only one node can have.
pub(crate) fn elsewhere(view: &View, pod: &Pod) -> Option<Elsewhere> {
    let own = pod.node.as_deref()?;
    let attached = view.exclusive_volumes_of(pod).flat_map(|volume| view.attachments_of(volume));
    let others = attached.filter(|one| one.status.attached && one.spec.node_name != own);
    let worst = others.min_by_key(|one| (state(view, one), &one.metadata.name))?;
    let state = state(view, worst);
    let volume = worst.spec.source.persistent_volume_name.as_deref().unwrap_or("?");
    let facts = vec![("volume", Fact::text(volume)), ("node", Fact::text(&worst.spec.node_name))];
    let (text, advice) = match state {
        Other::Gone => (&GONE, Some(&AFTER_A_WHILE)),
        Other::Down => (&DOWN, Some(&IF_OFF)),
        Other::Ready => (&TAKEN, None),
    };
    let error = worst.status.detach_error.as_ref().filter(|error| !error.message.is_empty());
    let error = error.map(|error| Message::new(&DETACH_FAILS, vec![("detail", Fact::text(&error.message))]));
    Some(Elsewhere {
        message: Message::new(text, facts),
        evidence: error.into_iter().chain(advice.map(Message::plain)).collect(),
        because: (state != Other::Ready).then(|| ObjectRef::of_cluster("Node", &worst.spec.node_name)),
        attachment: ObjectRef::of_cluster("VolumeAttachment", &worst.metadata.name),
    })
}

fn state(view: &View, attachment: &VolumeAttachment) -> Other {
    match view.node(&attachment.spec.node_name) {
        Some(node) if node.is_ready() => Other::Ready,
        Some(_) => Other::Down,
        None if view.saw(Kind::Node, "") => Other::Gone,
        None => Other::Ready,
    }
}

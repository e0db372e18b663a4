//! What a report cannot say because a kind could not be read that would have explained its findings.

use super::words::texts;
use crate::model::{Gap, Reason};
use crate::text::{Fact, Lang, Text};
use crate::wire::Kind;
use std::collections::BTreeSet;

texts! {
    UNKNOWN: "Unknown without {kind}: {what}", "未讀取 {kind}，無法得知：{what}", "未读取 {kind}，无法得知：{what}";
    POLICIES: "whether a network policy blocks the connections that get no answer", "連線沒有回應，是否遭網路原則阻擋",
        "连接没有响应，是否被网络策略阻断";
    COMPONENTS: "whether the scheduler and the controller manager work", "排程器與 controller manager 是否運作",
        "调度器和 controller manager 是否在工作";
    ISSUE: "why a certificate is not issued", "憑證為何沒有簽發", "证书为何没有签发";
    REQUESTS: "whether a kubelet waits for a certificate", "kubelet 是否在等憑證", "kubelet 是否在等证书";
    CONVERTERS: "which custom resources cannot be converted", "哪些自訂資源無法轉換版本",
        "哪些自定义资源无法转换版本";
    LIMITS: "which LimitRange rejects the pods", "是哪個 LimitRange 拒絕 Pod", "是哪个 LimitRange 拒绝 Pod";
    ATTACHED: "which node still holds a volume", "磁碟區仍掛在哪個節點上", "卷仍挂在哪个节点上";
}

/// Returns a line for each kind that was requested for the sake of a finding and could not be read.
pub(super) fn lines<'g>(gaps: impl Iterator<Item = &'g Gap>, lang: Lang) -> Vec<String> {
    let kinds: BTreeSet<Kind> =
        gaps.filter(|gap| is_missed(gap.reason)).filter_map(|gap| Kind::from_name(&gap.kind)).collect();
    let line = |kind: Kind| {
        let facts = [("kind", Fact::text(kind.plural())), ("what", Fact::text(explains(kind)?.get(lang)))];
        Some(UNKNOWN.fill(lang, &facts))
    };
    kinds.into_iter().filter_map(line).collect()
}

/// Whether a kind was requested and is not known.
fn is_missed(reason: Reason) -> bool {
    use Reason::{Expired, Failed, Forbidden, TimedOut, Unreadable};
    matches!(reason, Expired | Failed | Forbidden | TimedOut | Unreadable)
}

/// Returns what a kind that is read on demand explains.
fn explains(kind: Kind) -> Option<&'static Text> {
    match kind {
        Kind::NetworkPolicy => Some(&POLICIES),
        Kind::Lease => Some(&COMPONENTS),
        Kind::Certificate => Some(&ISSUE),
        Kind::CertificateSigningRequest => Some(&REQUESTS),
        Kind::VolumeAttachment => Some(&ATTACHED),
        Kind::LimitRange => Some(&LIMITS),
        Kind::CustomResourceDefinition => Some(&CONVERTERS),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_named_once_with_what_it_would_have_explained() {
        let gap = |kind: Kind, reason| Gap::new(kind.name(), reason);
        let mut of_shop = gap(Kind::NetworkPolicy, Reason::Forbidden);
        of_shop.namespace = Some("shop".to_owned());
        let gaps = [
            gap(Kind::NetworkPolicy, Reason::TimedOut),
            of_shop,
            gap(Kind::Lease, Reason::Forbidden),
            // The server has none, or the user left it out.
            gap(Kind::Certificate, Reason::Absent),
            gap(Kind::VolumeAttachment, Reason::Skipped),
            gap(Kind::Pod, Reason::Forbidden),
        ];
        let lines = |lang| lines(gaps.iter(), lang);
        assert_eq!(
            lines(Lang::En),
            [
                "Unknown without networkpolicies: whether a network policy blocks the connections that get no answer",
                "Unknown without leases: whether the scheduler and the controller manager work",
            ]
        );
        assert_eq!(lines(Lang::ZhTw)[1], "未讀取 leases，無法得知：排程器與 controller manager 是否運作");
        assert_eq!(lines(Lang::ZhCn).len(), 2);
    }
}

//! Why something was not seen, where it is us who say so. A gap keeps it in English, as captures and machines have it; a
//! report says it in its own language.

use crate::finding::Fact;
use crate::text::{Lang, Text};

macro_rules! texts {
    ($($name:ident: $en:literal, $tw:literal, $cn:literal;)*) => {
        $(pub(crate) static $name: Text = Text { en: $en, zh_tw: $tw, zh_cn: $cn };)*
        /// All of them; of two that say the same sentence the first one is meant.
        static ALL: &[&Text] = &[$(&$name),*];
    };
}

texts! {
    NO_PROMETHEUS: "no Prometheus was found; --prometheus-url names one, --throttle-window 30s asks the kubelets",
        "叢集內找不到 Prometheus；可用 --prometheus-url 指定，或以 --throttle-window 30s 直接詢問 kubelet",
        "集群内找不到 Prometheus；可用 --prometheus-url 指定，或用 --throttle-window 30s 直接询问 kubelet";
    NO_SERVICES: "no Prometheus was looked for: the services of all namespaces may not be listed; --prometheus-url names one, \
        --throttle-window 30s asks the kubelets",
        "無權列出所有命名空間的 Service，未尋找 Prometheus；可用 --prometheus-url 指定，或以 --throttle-window 30s 直接詢問 kubelet",
        "无权列出所有命名空间的 Service，未查找 Prometheus；可用 --prometheus-url 指定，或用 --throttle-window 30s 直接询问 kubelet";
    NO_LIST: "no Prometheus was found: the list of services is none; --prometheus-url names one, --throttle-window 30s asks the kubelets",
        "找不到 Prometheus：Service 清單無法辨識；可用 --prometheus-url 指定，或以 --throttle-window 30s 直接詢問 kubelet",
        "找不到 Prometheus：Service 列表无法识别；可用 --prometheus-url 指定，或用 --throttle-window 30s 直接询问 kubelet";
    WRITTEN_ON: "annotation on {object}", "{object} 的 annotation", "{object} 的注解";
    ASK_OTHERS: "{why}; --prometheus-url names one, --throttle-window 30s asks the kubelets",
        "{why}；可用 --prometheus-url 指定，或以 --throttle-window 30s 直接詢問 kubelet",
        "{why}；可用 --prometheus-url 指定，或用 --throttle-window 30s 直接询问 kubelet";
    ONE_CLUSTER: "--prometheus-url speaks of one cluster, and there are several contexts",
        "--prometheus-url 只對應一個叢集，但目前有多個 context", "--prometheus-url 只对应一个集群，但当前有多个 context";
    KUBELETS_ASKED: "{why}; the kubelets were asked", "{why}；已改為詢問 kubelet", "{why}；已改为询问 kubelet";
    KUBELETS: "kubelets that could not be read: {count} of {all}; {why}", "{all} 個 kubelet 中有 {count} 個無法讀取；{why}",
        "{all} 个 kubelet 中有 {count} 个无法读取；{why}";
    NO_COUNTS: "{who} has no such numbers of the scope: it does not scrape cAdvisor, or no container has a CPU limit",
        "{who} 沒有此範圍的數據：未抓取 cAdvisor，或沒有容器設定 CPU limit", "{who} 没有此范围的数据：未抓取 cAdvisor，或没有容器设置 CPU limit";
    NO_HISTORY: "{who} has no such numbers of the scope: it does not scrape cAdvisor", "{who} 沒有此範圍的數據：未抓取 cAdvisor",
        "{who} 没有此范围的数据：未抓取 cAdvisor";
    LOGS_TOO_MANY: "{count} of {all} containers: no more than {most} are read, -n or -l chooses others",
        "{all} 個容器中有 {count} 個未讀：最多讀取 {most} 個，可用 -n 或 -l 縮小範圍", "{all} 个容器中有 {count} 个未读：最多读取 {most} 个，可用 -n 或 -l 缩小范围";
    LOGS_CUT: "of {count} containers only a part: no more than {size} MiB each; a shorter --since reads all",
        "{count} 個容器只讀取了一部分：每個最多 {size} MiB；縮短 --since 可讀取全部", "{count} 个容器只读取了一部分：每个最多 {size} MiB；缩短 --since 可读取全部";
    LOGS_UNREAD: "not read: {count} of {all} containers; {why}", "{all} 個容器中有 {count} 個無法讀取；{why}", "{all} 个容器中有 {count} 个无法读取；{why}";
    LOGS_BROKEN: "broke off: {count} of {all} containers; {why}", "{all} 個容器中有 {count} 個讀到一半中斷；{why}",
        "{all} 个容器中有 {count} 个读到一半中断；{why}";
    HOSTS_LOOKED_UP: "{most} hosts were looked up, the first ones by name", "只查詢了依名稱排序的前 {most} 個主機", "只查询了按名称排序的前 {most} 个主机";
    HOSTS_COUNTED: "Prometheus was asked for the requests of {most} hosts", "只向 Prometheus 查詢了 {most} 個主機的請求數",
        "只向 Prometheus 查询了 {most} 个主机的请求数";
    HOSTS_PROBED: "certificates were looked at for the first {most} hosts", "只檢視了前 {most} 個主機實際提供的憑證", "只查看了前 {most} 个主机实际提供的证书";
    ACCESS_LOG: "access log: lines that name no host: {count}, that name one: {read}", "存取日誌：{count} 行沒有主機名稱，{read} 行有",
        "访问日志：{count} 行没有主机名，{read} 行有";
    DNS_LATE: "DNS: no answer within {seconds} s: {hosts}", "DNS：{seconds} 秒內沒有回應：{hosts}", "DNS：{seconds} 秒内没有响应：{hosts}";
    NO_TIME: "no time was left after {seconds} s", "{seconds} 秒後已無剩餘時間", "{seconds} 秒后已无剩余时间";
    SILENT: "node {node} does not answer", "節點 {node} 沒有回應", "节点 {node} 没有响应";
    NO_ANSWER: "{who}: no answer within {seconds} s", "{who}：{seconds} 秒內沒有回應", "{who}：{seconds} 秒内没有响应";
    REFUSED: "{who}: the connection was refused", "{who}：連線被拒", "{who}：连接被拒绝";
}

/// The same in another language, where it is one of ours; what somebody else said stays as it is.
pub fn in_lang(detail: &str, lang: Lang) -> String {
    let Some((text, facts)) = ALL.iter().find_map(|text| Some((text, text.read(detail)?))) else {
        return detail.to_owned();
    };
    // Some of them quote another; each is shorter than what quotes it.
    let inner = |fact: &str| if fact.len() < detail.len() { in_lang(fact, lang) } else { fact.to_owned() };
    let facts: Vec<_> = facts.into_iter().map(|(name, fact)| (name, Fact::Text(inner(fact)))).collect();
    text.fill(lang, &facts)
}

/// As a gap keeps it.
pub(crate) fn detail(text: &Text, facts: &[(&'static str, Fact)]) -> String {
    text.fill(Lang::En, facts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_read_back_as_it_was_said_and_names_the_same_facts_in_each_language() {
        for text in ALL {
            let facts = text.read(text.en).unwrap();
            let told: Vec<_> =
                facts.iter().map(|(name, _)| (*name, Fact::text(format!("<{name}>")))).collect();
            for lang in [Lang::En, Lang::ZhTw, Lang::ZhCn] {
                let said = text.fill(lang, &told);
                assert!(told.iter().all(|(name, _)| said.contains(&format!("<{name}>"))), "{said}");
                assert_eq!(in_lang(&detail(text, &told), lang), said);
            }
        }
    }

    #[test]
    fn what_quotes_another_is_told_whole() {
        let said = "not read: 2 of 7 containers; shop/web-1/app: no answer within 2 s";
        assert_eq!(in_lang(said, Lang::ZhTw), "7 個容器中有 2 個無法讀取；shop/web-1/app：2 秒內沒有回應");
        assert_eq!(in_lang(said, Lang::En), said);
        let foreign = "Prometheus at p:9090: HTTP 500: boom";
        assert_eq!(in_lang(foreign, Lang::ZhCn), foreign);
        assert_eq!(in_lang("", Lang::ZhCn), "");
    }
}

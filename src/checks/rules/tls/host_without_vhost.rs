//! Reports hosts that resolve but match no Ingress or route.

use crate::checks::certificates::first;
use crate::checks::prelude::*;
use crate::checks::vhosts;
use crate::wire::{DnsAnswer, Host, HostRequests};
use std::collections::BTreeSet;
use std::net::IpAddr;

static INFO: CheckInfo = CheckInfo {
    id: "host-without-vhost",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[Kind::Ingress, Kind::Gateway, Kind::HTTPRoute, Kind::Host],
    title: Text {
        en: "Host without a virtual host",
        zh_tw: "網域沒有對應的虛擬主機",
        zh_cn: "域名没有对应的虚拟主机",
    },
    meaning: Text {
        en: "Requests for this host reach the default server: errors go unnoticed, or an unrelated service answers.",
        zh_tw: "這個網域的請求會落到預設伺服器：錯誤沒人看到，也可能由不相干的服務回應。",
        zh_cn: "这个域名的请求会落到默认服务器：错误没人看到，也可能由不相干的服务响应。",
    },
    remedy: Text {
        en: "Create an Ingress or a route for the host, or delete its DNS record; if it belongs to another system, \
             take it off the list.",
        zh_tw: "為該網域建立 Ingress 或路由，或刪除它的 DNS 記錄；若屬於其他系統，就從清單移除。",
        zh_cn: "为该域名创建 Ingress 或路由，或删除它的 DNS 记录；如果属于其他系统，就从清单移除。",
    },
    prevention: Text {
        en: "Create DNS records from the Ingresses, and delete them with the Ingresses.",
        zh_tw: "DNS 記錄由 Ingress 自動產生，並隨之刪除。",
        zh_cn: "DNS 记录由 Ingress 自动生成，并随之删除。",
    },
    page: page!("host-without-vhost"),
    traits: Traits { group: Some(Group::Hosts), ..Traits::NONE },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static NONE: Text = Text {
    en: "{host} is in DNS ({addresses}), but has no Ingress or route{counted}",
    zh_tw: "{host} 在 DNS 有記錄（{addresses}），但沒有任何 Ingress 或路由對應{counted}",
    zh_cn: "{host} 在 DNS 有记录（{addresses}），但没有任何 Ingress 或路由对应{counted}",
};

static NOT_HERE: Text = Text {
    en: "{host} is in DNS ({addresses}), but has no Ingress or route in {namespaces}{counted}",
    zh_tw: "{host} 在 DNS 有記錄（{addresses}），但不在 {namespaces} 的 Ingress 與路由之中{counted}",
    zh_cn: "{host} 在 DNS 有记录（{addresses}），但不在 {namespaces} 的 Ingress 与路由之中{counted}",
};

static NOT_SEEN: Text = Text {
    en: "{host} is in DNS ({addresses}), but has none of the Ingresses and routes that were read{counted}",
    zh_tw: "{host} 在 DNS 有記錄（{addresses}），但不在已讀到的 Ingress 與路由之中{counted}",
    zh_cn: "{host} 在 DNS 有记录（{addresses}），但不在已读到的 Ingress 与路由之中{counted}",
};

static ELSEWHERE: Text = Text {
    en: "{host} is in DNS ({addresses}), but has no Ingress or route; none of its addresses is known to lead to this \
         cluster{counted}",
    zh_tw: "{host} 在 DNS 有記錄（{addresses}），但沒有任何 Ingress 或路由對應；就所知這些位址都不屬於這個叢集{counted}",
    zh_cn: "{host} 在 DNS 有记录（{addresses}），但没有任何 Ingress 或路由对应；就已知信息这些地址都不属于这个集群{counted}",
};

static UNCOUNTED: Text = Text { en: "", zh_tw: "", zh_cn: "" };

static IN_LOG: Text = Text {
    en: "; {requests:# request|# requests} in the access log",
    zh_tw: "；存取日誌中有 {requests} 次請求",
    zh_cn: "；访问日志中有 {requests} 次请求",
};

static IN_TIME: Text = Text {
    en: "; {requests:# request|# requests} within {window}",
    zh_tw: "；{window} 內有 {requests} 次請求",
    zh_cn: "；{window} 内有 {requests} 次请求",
};

fn run(view: &View, out: &mut Reporter) {
    let (all, saw_all) = (vhosts::virtual_hosts(view.snapshot), vhosts::saw_all(view));
    let by_host = vhosts::by_host(&all);
    let ways = Ways::of(view, |host| !by_host.of(&host.metadata.name).is_empty());
    // A host that an object only names, for example for a certificate, need not lead here.
    for host in view.snapshot.rows.hosts.iter().filter(|host| host.listed) {
        let Some(dns) = host.dns.as_ref().filter(|dns| dns.is_resolved()) else { continue };
        let name = &*host.metadata.name;
        if !by_host.of(name).is_empty() {
            continue;
        }
        let namespaces = &view.snapshot.scope.namespaces;
        let asked_for = host.requests.as_ref().is_some_and(|requests| requests.count > 0);
        let (text, severity) = if saw_all && ways.lead_elsewhere(dns) && !asked_for {
            (&ELSEWHERE, Severity::Low)
        } else if saw_all {
            (&NONE, Severity::Medium)
        } else if namespaces.is_empty() {
            // It may have one in a namespace that was not read.
            (&NOT_SEEN, Severity::Low)
        } else {
            (&NOT_HERE, Severity::Low)
        };
        let mut facts = vec![
            ("host", Fact::text(name)),
            ("addresses", first(&dns.addresses)),
            ("namespaces", Fact::list(namespaces.iter().cloned())),
        ];
        facts.extend(counted(host));
        let finding =
            out.object(ObjectRef::of_cluster("Host", name), &[], severity, Message::new(text, facts));
        // A server answers, even if it is the wrong one.
        finding.serving = true;
        finding.actions = vec![view.settings.kubectl.line(&["get", "ingress,httproute", "-A"])];
        if view.snapshot.rows.gateways.is_empty() && view.snapshot.rows.routes.is_empty() {
            finding.actions = vec![view.settings.kubectl.line(&["get", "ingress", "-A"])];
        }
    }
}

/// Returns the facts about its number of requests, if a source counted them.
fn counted(host: &Host) -> Facts {
    let Some(HostRequests { count, window_seconds, source }) = &host.requests else {
        return vec![("counted", Fact::Words(&UNCOUNTED))];
    };
    let text = if *window_seconds > 0 { &IN_TIME } else { &IN_LOG };
    vec![
        ("requests", Fact::Number(*count)),
        ("window", Fact::Age(*window_seconds)),
        ("source", Fact::text(source)),
        ("counted", Fact::Words(text)),
    ]
}

/// The known addresses that lead to the cluster.
#[derive(Default)]
struct Ways {
    addresses: BTreeSet<IpAddr>,
    /// Whether one is known only by its name, so that its addresses are unknown.
    by_name: bool,
}

impl Ways {
    /// Collects those of load balancers, Ingresses, Gateways, and hosts that have a virtual host.
    fn of(view: &View, is_ours: impl Fn(&Host) -> bool) -> Self {
        let rows = &view.snapshot.rows;
        let services = rows.services.iter().flat_map(|service| &service.status.load_balancer.ingress);
        let ingresses = rows.ingresses.iter().flat_map(|ingress| &ingress.status.load_balancer.ingress);
        let balanced = services.chain(ingresses).flat_map(|way| [&*way.ip, &*way.hostname]);
        let gateways = rows.gateways.iter().flat_map(|gateway| &gateway.status.addresses);
        let hosts = rows.hosts.iter().filter(|host| is_ours(host)).filter_map(|host| host.dns.as_ref());
        let resolved = hosts.flat_map(|dns| dns.addresses.iter().map(String::as_str));
        let mut out = Self::default();
        let all = balanced.chain(gateways.map(|way| &*way.value)).chain(resolved);
        for way in all.filter(|way| !way.is_empty()) {
            match way.parse() {
                Ok(address) => {
                    out.addresses.insert(address);
                }
                Err(_) => out.by_name = true,
            }
        }
        out
    }

    /// Whether the addresses that lead to the cluster are known and a host has none of them.
    fn lead_elsewhere(&self, dns: &DnsAnswer) -> bool {
        let known = !self.addresses.is_empty() && !self.by_name;
        let is_way =
            |address: &String| address.parse().is_ok_and(|address| self.addresses.contains(&address));
        known && !dns.addresses.iter().any(is_way)
    }
}

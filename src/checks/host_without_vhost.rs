//! A host resolves, and no Ingress or route is for it.

use super::prelude::*;
use super::vhosts;
use crate::wire::{Host, HostRequests};

pub(super) static CHECK: Check = Check {
    id: "host-without-vhost",
    since: "0.1.0",
    severity: Severity::Warning,
    needs: &[Kind::Ingress, Kind::Gateway, Kind::HTTPRoute, Kind::Host],
    title: Text {
        en: "Host without a virtual host",
        zh_tw: "網域沒有對應的虛擬主機",
        zh_cn: "域名没有对应的虚拟主机",
    },
    meaning: Text {
        en: "Requests for this host fall into the default server: nobody sees their errors, and anybody may answer them.",
        zh_tw: "這個網域的請求會落到預設伺服器：錯誤沒人看到，也可能由不相干的服務回應。",
        zh_cn: "这个域名的请求会落到默认服务器：错误没人看到，也可能由不相干的服务响应。",
    },
    remedy: Text {
        en: "Give the host an Ingress or a route, or take its record out of DNS; where it belongs to another system, take it off the list.",
        zh_tw: "為該網域建立 Ingress 或路由，或刪除它的 DNS 記錄；若屬於其他系統，就從清單移除。",
        zh_cn: "为该域名创建 Ingress 或路由，或删除它的 DNS 记录；如果属于其他系统，就从清单移除。",
    },
    prevention: Text {
        en: "Let DNS records be made from the Ingresses, and go with them.",
        zh_tw: "DNS 記錄由 Ingress 自動產生，並隨之刪除。",
        zh_cn: "DNS 记录由 Ingress 自动生成，并随之删除。",
    },
    page: page!("host-without-vhost"),
    run,
};

static NONE: Text = Text {
    en: "{host} is in DNS ({addresses}), and no Ingress or route is for it{counted}",
    zh_tw: "{host} 在 DNS 有記錄（{addresses}），但沒有任何 Ingress 或路由對應{counted}",
    zh_cn: "{host} 在 DNS 有记录（{addresses}），但没有任何 Ingress 或路由对应{counted}",
};

static NOT_HERE: Text = Text {
    en: "{host} is in DNS ({addresses}), and not among the Ingresses and routes of {namespaces}{counted}",
    zh_tw: "{host} 在 DNS 有記錄（{addresses}），但不在 {namespaces} 的 Ingress 與路由之中{counted}",
    zh_cn: "{host} 在 DNS 有记录（{addresses}），但不在 {namespaces} 的 Ingress 与路由之中{counted}",
};

static NOT_SEEN: Text = Text {
    en: "{host} is in DNS ({addresses}), and not among the Ingresses and routes that were seen{counted}",
    zh_tw: "{host} 在 DNS 有記錄（{addresses}），但不在已讀到的 Ingress 與路由之中{counted}",
    zh_cn: "{host} 在 DNS 有记录（{addresses}），但不在已读到的 Ingress 与路由之中{counted}",
};

static UNCOUNTED: Text = Text { en: "", zh_tw: "", zh_cn: "" };

static IN_LOG: Text = Text {
    en: "; requests in the access log: {requests}",
    zh_tw: "；存取日誌中有 {requests} 次請求",
    zh_cn: "；访问日志中有 {requests} 次请求",
};

static IN_TIME: Text = Text {
    en: "; requests within {window}: {requests}",
    zh_tw: "；{window} 內有 {requests} 次請求",
    zh_cn: "；{window} 内有 {requests} 次请求",
};

/// So many addresses are named.
const NAMED: usize = 3;

fn run(view: &View, out: &mut Reporter) {
    let (all, saw_all) = (vhosts::virtual_hosts(view.snapshot), vhosts::saw_all(view));
    for host in &view.snapshot.rows.hosts {
        let Some(dns) = host.dns.as_ref().filter(|dns| dns.is_resolved()) else { continue };
        let name = &*host.metadata.name;
        if all.iter().any(|virtual_host| virtual_host.is_for(name)) {
            continue;
        }
        let namespaces = &view.snapshot.scope.namespaces;
        let (text, severity) = match saw_all {
            true => (&NONE, Severity::Warning),
            // It may have one where nobody looked.
            false if namespaces.is_empty() => (&NOT_SEEN, Severity::Info),
            false => (&NOT_HERE, Severity::Info),
        };
        let mut facts = vec![
            ("host", Fact::text(name)),
            ("addresses", Fact::Text(first(&dns.addresses))),
            ("namespaces", Fact::Text(namespaces.join(", "))),
        ];
        facts.extend(counted(host));
        let finding = out.object(ObjectRef::of_cluster("Host", name), &[], severity, say(text, facts));
        // Somebody answers, if not who should.
        finding.serving = true;
        finding.actions = vec![view.settings.kubectl.line(&["get", "ingress,httproute", "-A"])];
        if view.snapshot.rows.gateways.is_empty() && view.snapshot.rows.routes.is_empty() {
            finding.actions = vec![view.settings.kubectl.line(&["get", "ingress", "-A"])];
        }
    }
}

/// How often it was asked for, as far as somebody counted.
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

fn first(addresses: &[String]) -> String {
    let named: Vec<&str> = addresses.iter().take(NAMED).map(String::as_str).collect();
    let more = if addresses.len() > NAMED { ", …" } else { "" };
    named.join(", ") + more
}

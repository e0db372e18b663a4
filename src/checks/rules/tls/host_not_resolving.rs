//! Reports hosts of Ingresses and routes that have no address in DNS.

use crate::checks::prelude::*;
use crate::checks::{traffic, vhosts};
use crate::wire::DnsAnswer;
use std::collections::BTreeSet;

static INFO: CheckInfo = CheckInfo {
    id: "host-not-resolving",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[Kind::Ingress, Kind::Gateway, Kind::HTTPRoute, Kind::Host],
    title: Text {
        en: "Ingress host not in DNS",
        zh_tw: "Ingress 的網域在 DNS 查不到",
        zh_cn: "Ingress 的域名在 DNS 查不到",
    },
    meaning: Text {
        en: "Clients that use this DNS cannot reach the host: requests fail before they leave the client.",
        zh_tw: "使用這個 DNS 的用戶端都連不到該網域：請求還沒送出就失敗。",
        zh_cn: "使用这个 DNS 的客户端都访问不到该域名：请求还没发出就失败。",
    },
    remedy: Text {
        en: "Create the DNS record, or find out why external-dns has not; delete the rule if it is no longer needed.",
        zh_tw: "建立 DNS 記錄，或查 external-dns 為何沒有建立；若是殘留的規則就刪除。",
        zh_cn: "创建 DNS 记录，或查 external-dns 为何没有创建；如果是遗留的规则就删除。",
    },
    prevention: Text {
        en: "Create DNS records from the Ingresses, and delete them with the Ingresses.",
        zh_tw: "DNS 記錄由 Ingress 自動產生，並隨之刪除。",
        zh_cn: "DNS 记录由 Ingress 自动生成，并随之删除。",
    },
    page: page!("host-not-resolving"),
    traits: Traits { group: Some(Group::Hosts), ..Traits::NONE },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static NO_NAME: Text =
    Text {
        en: "{host} does not exist in DNS", zh_tw: "{host} 在 DNS 不存在", zh_cn: "{host} 在 DNS 不存在"
    };

static NO_TARGET: Text = Text {
    en: "{host} is an alias of {alias}, which does not exist in DNS",
    zh_tw: "{host} 是 {alias} 的別名，而後者在 DNS 不存在",
    zh_cn: "{host} 是 {alias} 的别名，而后者在 DNS 不存在",
};

static NO_ADDRESS: Text = Text {
    en: "{host} is in DNS, but has no address",
    zh_tw: "{host} 在 DNS 有記錄，但沒有位址",
    zh_cn: "{host} 在 DNS 有记录，但没有地址",
};

static LOOP: Text = Text {
    en: "{host}: its DNS aliases form a loop ({alias})",
    zh_tw: "{host} 的 DNS 別名互相指來指去，沒有終點（{alias}）",
    zh_cn: "{host} 的 DNS 别名互相指来指去，没有终点（{alias}）",
};

fn run(view: &View, out: &mut Reporter) {
    let hosts = &view.snapshot.rows.hosts;
    if hosts.is_empty() {
        return;
    }
    // Two rules of an Ingress may be for the same host.
    let mut told = BTreeSet::new();
    for virtual_host in vhosts::virtual_hosts(view.snapshot) {
        let namespace = &*virtual_host.object.namespace;
        let name = virtual_host.host.to_ascii_lowercase();
        let found = hosts.binary_search_by(|host| host.metadata.name.cmp(&name)).ok();
        let dns = found.and_then(|index| hosts[index].dns.as_ref()).filter(|dns| dns.is_missing());
        let Some(dns) = dns.filter(|_| !traffic::is_going(view, namespace)) else { continue };
        if !told.insert((virtual_host.object.clone(), name.clone())) {
            continue;
        }
        // The controller that creates the record needs a moment.
        let older_than = view.older_than(virtual_host.since, traffic::NEW) || virtual_host.since.is_none();
        let severity = if older_than { Severity::Medium } else { Severity::Low };
        let facts = vec![
            ("host", Fact::text(&name)),
            ("alias", Fact::Text(dns.aliases.join(" → "))),
            ("outcome", Fact::text(&dns.outcome)),
        ];
        let finding = out.object(virtual_host.object, &[&name], severity, Message::new(text(dns), facts));
        finding.since = virtual_host.since;
        finding.actions = vec![view.settings.kubectl.describe(&finding.object)];
    }
}

fn text(dns: &DnsAnswer) -> &'static Text {
    match &*dns.outcome {
        DnsAnswer::LOOP => &LOOP,
        DnsAnswer::NO_ADDRESS => &NO_ADDRESS,
        _ if dns.aliases.is_empty() => &NO_NAME,
        _ => &NO_TARGET,
    }
}

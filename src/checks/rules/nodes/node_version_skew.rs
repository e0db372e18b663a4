//! The version of a kubelet is too far from that of the API server.

use crate::checks::prelude::*;
use crate::model::minor_version;
use std::collections::BTreeMap;

static INFO: CheckInfo = CheckInfo {
    id: "node-version-skew",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[Kind::Node],
    title: Text {
        en: "Kubelet version out of range",
        zh_tw: "kubelet 版本差距過大",
        zh_cn: "kubelet 版本差距过大",
    },
    meaning: Text {
        en: "Kubernetes supports kubelets that are at most 3 minor versions older than the API server, and never \
             newer. Otherwise fields can be dropped silently, and the API server cannot be upgraded further.",
        zh_tw: "Kubernetes 只支援比 API server 舊至多 3 個次版本的 kubelet，且不得較新。超出範圍時，欄位可能默默失效，\
                API server 也無法再升級。",
        zh_cn: "Kubernetes 只支持比 API server 旧至多 3 个次版本的 kubelet，且不得比它新。超出范围时，字段可能悄悄失效，\
                API server 也无法继续升级。",
    },
    remedy: Text {
        en: "Upgrade or replace the node. If the kubelet is newer, upgrade the control plane first.",
        zh_tw: "升級或更換節點；kubelet 較新者，先升級控制平面。",
        zh_cn: "升级或替换节点；kubelet 版本较新的，先升级控制平面。",
    },
    prevention: Text {
        en: "Upgrade the nodes together with every upgrade of the control plane.",
        zh_tw: "每次升級控制平面時，一併升級節點。",
        zh_cn: "每次升级控制平面时，一并升级节点。",
    },
    page: page!("node-version-skew"),
    traits: Traits {
        measures: &[Measure::bad(
            "minors",
            Text { en: "minor versions behind", zh_tw: "落後的次要版本", zh_cn: "落后的次版本" },
        )],
        ..Traits::NONE
    },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static OLDER: Text = Text {
    en: "kubelet {kubelet} is {minors} minor versions older than the API server ({server}); at most 3 are supported",
    zh_tw: "kubelet {kubelet} 比 API server（{server}）舊 {minors} 個次版本，最多支援 3 個",
    zh_cn: "kubelet {kubelet} 比 API server（{server}）旧 {minors} 个次版本，最多支持 3 个",
};

static OLDER_THAN_OTHERS: Text = Text {
    en: "kubelet {kubelet} is {minors} minor versions older than the newest kubelet ({server}), and the API server \
         must not be older than that; at most 3 are supported",
    zh_tw: "kubelet {kubelet} 比最新的 kubelet（{server}）舊 {minors} 個次版本，而 API server 不得更舊；最多支援 3 個",
    zh_cn: "kubelet {kubelet} 比最新的 kubelet（{server}）旧 {minors} 个次版本，而 API server 不得更旧；最多支持 3 个",
};

static NEWER: Text = Text {
    en: "kubelet {kubelet} is newer than the API server ({server}), which is not supported",
    zh_tw: "kubelet {kubelet} 比 API server（{server}）新，不受支援",
    zh_cn: "kubelet {kubelet} 比 API server（{server}）新，不受支持",
};

static MIXED: Text = Text {
    en: "the nodes run {count} minor versions: {versions}",
    zh_tw: "節點共有 {count} 個次版本：{versions}",
    zh_cn: "节点共有 {count} 个次版本：{versions}",
};

static NODES_OF: Text =
    Text {
        en: "{version} (×{count})", zh_tw: "{version}（×{count}）", zh_cn: "{version}（×{count}）"
    };

/// The number of minor versions that a kubelet may be older (<https://kubernetes.io/releases/version-skew-policy/>).
const SUPPORTED: u32 = 3;

/// The number of minor versions among the nodes during an upgrade. More indicate an unfinished upgrade.
const SIDE_BY_SIDE: usize = 2;

fn run(view: &View, out: &mut Reporter) {
    let versions: Vec<(&Node, (u32, u32))> = view
        .nodes()
        // A virtual kubelet has the version of its own library.
        .filter(|node| !node.is_leaving() && !node.is_virtual())
        .filter_map(|node| Some((node, node.minor_version()?)))
        .collect();
    let newest = versions.iter().max_by_key(|(_, version)| *version);
    let server = minor_version(&view.snapshot.cluster.version);
    // An API server that hides its version must be at least as new as the newest kubelet.
    let at_least = server.or(newest.map(|(_, version)| *version));
    for (node, version) in &versions {
        let Some(api) = at_least.filter(|api| api.0 == version.0) else { continue };
        let text = match version.1 {
            minor if minor > api.1 => &NEWER,
            minor if minor + SUPPORTED >= api.1 => continue,
            _ if server.is_some() => &OLDER,
            _ => &OLDER_THAN_OTHERS,
        };
        let newest = newest.map_or("", |(node, _)| node.kubelet_version.as_str());
        let shown = if server.is_some() { &view.snapshot.cluster.version } else { newest };
        let facts = vec![
            ("kubelet", Fact::text(&node.kubelet_version)),
            ("server", Fact::text(shown)),
            ("minors", Fact::Number(i64::from(api.1) - i64::from(version.1))),
        ];
        let finding = out.node(node, &[], Severity::Medium, Message::new(text, facts));
        // All nodes of an unfinished upgrade belong to one incident.
        finding.because = declared([cluster()]);
        finding.actions = vec![view.settings.kubectl.line(&["get", "nodes", "-o", "wide"])];
    }
    report_mixture(view, &versions, out);
}

fn report_mixture(view: &View, versions: &[(&Node, (u32, u32))], out: &mut Reporter) {
    let mut nodes: BTreeMap<(u32, u32), usize> = BTreeMap::new();
    for (_, version) in versions {
        *nodes.entry(*version).or_default() += 1;
    }
    if nodes.len() <= SIDE_BY_SIDE {
        return;
    }
    let shown = nodes.iter().map(|((major, minor), count)| {
        let version = Fact::Text(format!("{major}.{minor}"));
        Message::new(&NODES_OF, vec![("version", version), ("count", Fact::count(*count))])
    });
    let facts = vec![("count", Fact::count(nodes.len())), ("versions", Fact::Messages(shown.collect()))];
    let finding = out.object(cluster(), &[], Severity::Low, Message::new(&MIXED, facts));
    finding.serving = true;
    finding.actions = vec![view.settings.kubectl.line(&["get", "nodes", "-o", "wide"])];
}

/// Returns the object that stands for all nodes together.
fn cluster() -> ObjectRef {
    ObjectRef::of_cluster("Cluster", "versions")
}

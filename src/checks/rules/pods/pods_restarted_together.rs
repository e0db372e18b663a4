//! Pods on several nodes restarted within the same minute, which is reported as one event.

use crate::checks::prelude::*;
use crate::finding::key;
use crate::model::Owner;
use std::collections::{BTreeMap, BTreeSet};

static INFO: CheckInfo = CheckInfo {
    id: "pods-restarted-together",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[Kind::Pod],
    title: Text {
        en: "Pods restarted in the same minute",
        zh_tw: "多個 Pod 於同一分鐘重啟",
        zh_cn: "多个 Pod 在同一分钟重启",
    },
    meaning: Text {
        en: "When pods on several nodes end at the same time, the cause is usually outside the pods: a \
             failed dependency, a network failure, or a change that was rolled out.",
        zh_tw: "同時影響多個節點上的 Pod，原因通常不在 Pod 本身：相依服務故障、網路中斷或設定變更。",
        zh_cn: "同时影响多个节点上的 Pod，原因通常不在 Pod 本身：依赖服务故障、网络中断或配置变更。",
    },
    remedy: Text {
        en: "Check what all of them use, at that minute: the database, the message broker, DNS, a \
             deployment.",
        zh_tw: "查那一分鐘它們共同依賴的東西：資料庫、訊息佇列、DNS，或當時的部署。",
        zh_cn: "查那一分钟它们共同依赖的东西：数据库、消息队列、DNS，或当时的发布。",
    },
    prevention: Text {
        en: "Programs should wait and reconnect when a dependency fails, instead of exiting.",
        zh_tw: "相依服務中斷時，程式應等待重連而不是直接結束。",
        zh_cn: "依赖服务中断时，程序应等待重连而不是直接退出。",
    },
    page: page!("pods-restarted-together"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MESSAGE: Text = Text {
    en: "{pods:# pod|# pods} on {nodes:# node|# nodes} restarted within the same minute, {age} ago",
    zh_tw: "{age} 前 {nodes} 個節點上的 {pods} 個 Pod 在一分鐘內重啟：應視為同一起事故",
    zh_cn: "{age} 前 {nodes} 个节点上的 {pods} 个 Pod 在一分钟内重启：应视为同一起故障",
};

/// The fewest pods, the fewest nodes, and the longest time in seconds that count as one event.
const PODS: usize = 3;
const NODES: usize = 2;
const WINDOW: i64 = 60;
/// Restarts that are older are ignored, in seconds.
const RECENT: i64 = 86_400;

fn run(view: &View, out: &mut Reporter) {
    let restarted = |pod: &&Pod| {
        let recent = pod.last_restart().is_some_and(|at| (0..RECENT).contains(&view.age(at)));
        let with_node = view.node_restart_of(pod).is_some();
        recent && !with_node && pod.shared.restarts > 0 && pod.shared.ended.is_none() && pod.node.is_some()
    };
    // A pod that keeps restarting would be in every group; its own finding says more.
    let steady = |pod: &&Pod| pod.shared.restarts < view.thresholds(pod).restarts_unhealthy && pod.serves();
    let mut by_namespace: BTreeMap<&str, Vec<&Pod>> = BTreeMap::new();
    for pod in view.snapshot.rows.pods.iter().filter(restarted).filter(steady) {
        by_namespace.entry(&pod.shared.namespace).or_default().push(pod);
    }
    for mut pods in by_namespace.into_values() {
        pods.sort_by(|a, b| (a.last_restart(), &a.name).cmp(&(b.last_restart(), &b.name)));
        let mut rest = pods.as_slice();
        while let [first, ..] = rest {
            let near = |pod: &&Pod| {
                pod.last_restart()
                    .zip(first.last_restart())
                    .is_some_and(|(at, began)| at.seconds_since(began) < WINDOW)
            };
            let together = rest.iter().take_while(|pod| near(pod)).count().max(1);
            let (group, others) = rest.split_at(together);
            report(view, out, group);
            rest = others;
        }
    }
}

fn report(view: &View, out: &mut Reporter, pods: &[&Pod]) {
    let nodes: BTreeSet<&str> = pods.iter().filter_map(|pod| pod.node.as_deref()).collect();
    let [first, ..] = pods else { return };
    if pods.len() < PODS || nodes.len() < NODES {
        return;
    }
    let at = first.last_restart();
    let facts =
        vec![("pods", Fact::count(pods.len())), ("nodes", Fact::count(nodes.len())), ("age", view.ago(at))];
    let namespace = &*first.shared.namespace;
    let message = Message::new(&MESSAGE, facts);
    let (place, seen) = place(view, pods);
    // The key does not depend on the first pod, which changes when a pod restarts again.
    let place_key = key(INFO.id, &place, &[]);
    let finding = if seen {
        out.object(place, &[], Severity::Medium, message)
    } else {
        out.pod(first, &[], Severity::Medium, message)
    };
    finding.key = place_key;
    finding.since = at;
    finding.serving = true;
    finding.affected = pods.iter().map(|pod| pod.object_ref()).collect();
    let kubectl = &view.settings.kubectl;
    finding.actions = vec![
        kubectl.line(&["get", "events", "-n", namespace, "--sort-by=.lastTimestamp"]),
        kubectl.line(&["get", "pods", "-n", namespace, "-o", "wide"]),
    ];
}

/// Returns the workload that all pods share, or their namespace, and whether it was seen.
fn place(view: &View, pods: &[&Pod]) -> (ObjectRef, bool) {
    let owners: BTreeSet<Option<Owner>> = pods.iter().map(|pod| view.root(pod)).collect();
    let namespace = pods.first().map_or("", |pod| &*pod.shared.namespace);
    if let [Some(only)] = owners.into_iter().collect::<Vec<_>>().as_slice() {
        let seen = view.workload(namespace, &only.kind, &only.name).is_some();
        return (ObjectRef::new(namespace, &only.kind, &only.name), seen);
    }
    let seen = view.namespace(namespace).is_some();
    (ObjectRef::of_cluster("Namespace", namespace), seen)
}

//! A pod has ended, and a newer pod of the same owner does its work.

use crate::checks::prelude::*;
use crate::model::{Ended, Owner};
use crate::text::Message;

static INFO: CheckInfo = CheckInfo {
    id: "pod-leftover",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Pod, Kind::ReplicaSet],
    title: Text { en: "Pod left behind", zh_tw: "殘留的 Pod", zh_cn: "残留的 Pod" },
    meaning: Text {
        en: "The pod has ended, and a newer pod of its owner does the work. It does no harm, but it is easily mistaken \
             for an outage.",
        zh_tw: "它已經結束，工作由同一擁有者較新的 Pod 接手。本身不影響服務，但容易被誤認為故障。",
        zh_cn: "它已经结束，工作由同一属主较新的 Pod 接手。本身不影响服务，但容易被误认为故障。",
    },
    remedy: Text {
        en: "If it ended with an error, check its owner first. Then delete it; no object depends on it.",
        zh_tw: "若以錯誤結束，先看擁有者狀態；之後刪除即可，沒有任何東西依賴它。",
        zh_cn: "若以错误退出，先看属主状态；之后删除即可，没有任何东西依赖它。",
    },
    prevention: Text {
        en: "Clean up ended pods on a schedule. The cluster's own garbage collection starts only at \
             --terminated-pod-gc-threshold, 12,500 by default.",
        zh_tw: "定期清理已結束的 Pod；叢集內建的回收要到 --terminated-pod-gc-threshold（預設 12,500 個）才會啟動。",
        zh_cn: "定期清理已结束的 Pod；集群自带的回收要到 --terminated-pod-gc-threshold（默认 12,500 个）才会启动。",
    },
    page: page!("pod-leftover"),
    traits: Traits { relation: Relation::ExplainsNothing, ..Traits::NONE },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static FAILED_SAME: Text = Text {
    en: "{status} (exit code {exitCode}), left over: its {kind} has had a healthy pod for {age}",
    zh_tw: "{status}（結束碼 {exitCode}），為殘留 Pod：同一個 {kind} 的健康 Pod 已執行 {age}",
    zh_cn: "{status}（退出码 {exitCode}），为残留 Pod：同一个 {kind} 的健康 Pod 已运行 {age}",
};

static ENDED_SAME: Text = Text {
    en: "{status}, left over: its {kind} has had a healthy pod for {age}",
    zh_tw: "{status}，為殘留 Pod：同一個 {kind} 的健康 Pod 已執行 {age}",
    zh_cn: "{status}，为残留 Pod：同一个 {kind} 的健康 Pod 已运行 {age}",
};

static FAILED_OLD: Text = Text {
    en: "{status} (exit code {exitCode}), left over from an old {kind}: {successorOwner} took over {age} ago",
    zh_tw: "{status}（結束碼 {exitCode}），舊 {kind} 的殘留 Pod：{successorOwner} 已於 {age} 前接手",
    zh_cn: "{status}（退出码 {exitCode}），旧 {kind} 的残留 Pod：{successorOwner} 已于 {age} 前接手",
};

static ENDED_OLD: Text = Text {
    en: "{status}, left over from an old {kind}: {successorOwner} took over {age} ago",
    zh_tw: "{status}，舊 {kind} 的殘留 Pod：{successorOwner} 已於 {age} 前接手",
    zh_cn: "{status}，旧 {kind} 的残留 Pod：{successorOwner} 已于 {age} 前接手",
};

fn run(view: &View, out: &mut Reporter) {
    for pod in &view.snapshot.rows.pods {
        let severity = match pod.shared.ended {
            Some(Ended::Succeeded) if pod.disruption().is_some() => continue,
            Some(Ended::Succeeded) if pod.is_leftover_of(Ended::Succeeded) => Severity::Medium,
            Some(Ended::Failed) if view.troubles_of(pod).any(|t| matches!(t, PodProblem::Failed)) => {
                Severity::High
            }
            _ => continue,
        };
        let (Some(successor), Some(owner)) = (view.successor(pod), &pod.shared.owner) else { continue };
        let finding = out.pod(pod, &[], severity, message(view, pod, owner, successor));
        finding.since = pod.finished().or(pod.created());
        let root = finding.owner.clone();
        let kubectl = &view.settings.kubectl;
        finding.actions = vec![kubectl.line(&["delete", "pod", "-n", &pod.shared.namespace, &pod.name])];
        finding.actions.extend(root.map(|root| {
            kubectl.line(&["describe", &root.kind.to_lowercase(), "-n", &pod.shared.namespace, &root.name])
        }));
        finding.actions.push(kubectl.line(&[
            "get",
            "pod",
            "-n",
            &pod.shared.namespace,
            &successor.name,
            "-o",
            "wide",
        ]));
    }
}

fn message(view: &View, pod: &Pod, owner: &Owner, successor: &Pod) -> Message {
    let ended = pod.containers().filter_map(|c| c.status.state.terminated.as_ref());
    let exit_code = ended.map(|end| i64::from(end.exit_code)).find(|code| *code != 0);
    let mut facts = vec![
        ("status", Fact::text(&pod.shared.status)),
        ("kind", Fact::text(&owner.kind)),
        ("owner", Fact::text(&owner.name)),
        ("successor", Fact::text(&successor.name)),
        ("age", view.ago(successor.created())),
    ];
    facts.extend(exit_code.map(|code| ("exitCode", Fact::Number(code))));
    facts.extend(successor.shared.owner.as_ref().map(|owner| ("successorOwner", Fact::text(&owner.name))));
    let text = match (exit_code.is_some(), successor.shared.owner.as_ref() == Some(owner)) {
        (true, true) => &FAILED_SAME,
        (false, true) => &ENDED_SAME,
        (true, false) => &FAILED_OLD,
        (false, false) => &ENDED_OLD,
    };
    Message::new(text, facts)
}

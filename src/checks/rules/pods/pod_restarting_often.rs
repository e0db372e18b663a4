//! A pod runs now, but has restarted often.

use crate::checks::exit_code::{LAST_WORDS, is_vague};
use crate::checks::prelude::*;

static INFO: CheckInfo = CheckInfo {
    id: "pod-restarting-often",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Pod],
    title: Text {
        en: "Pod restarts often", zh_tw: "Pod 重啟次數過多", zh_cn: "Pod 重启次数过多"
    },
    meaning: Text {
        en: "The pod runs now, but its containers keep ending.",
        zh_tw: "目前雖在執行，但容器一再結束。",
        zh_cn: "目前虽在运行，但容器一再退出。",
    },
    remedy: Text {
        en: "Find out how the container last ended: read the previous container's log, its exit code and \
             its probes.",
        zh_tw: "查上一次是怎麼結束的：前一個容器的日誌、結束碼與探針設定。",
        zh_cn: "查上一次是怎么退出的：前一个容器的日志、退出码与探针配置。",
    },
    prevention: Text {
        en: "Alert on restarts per hour instead of their total, and investigate while the previous log \
             still exists.",
        zh_tw: "以每小時重啟次數告警，而不是累計值，並在前一份日誌還在時就查看。",
        zh_cn: "按每小时重启次数告警，而不是累计值，并在上一份日志还在时就查看。",
    },
    page: page!("pod-restarting-often"),
    traits: Traits { measures: &[Measure::RESTARTS], ..Traits::NONE },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static KNOWN: Text = Text {
    en: "{restarts:# restart|# restarts}, the last {last} ago",
    zh_tw: "已重啟 {restarts} 次，最近一次在 {last} 前",
    zh_cn: "已重启 {restarts} 次，最近一次在 {last} 前",
};

static SAID: Text = Text {
    en: "{restarts:# restart|# restarts}, the last {last} ago: {lastWords}",
    zh_tw: "已重啟 {restarts} 次，最近一次在 {last} 前：{lastWords}",
    zh_cn: "已重启 {restarts} 次，最近一次在 {last} 前：{lastWords}",
};

static UNKNOWN: Text = Text {
    en: "{restarts:# restart|# restarts}, time of the last one unknown",
    zh_tw: "已重啟 {restarts} 次，時間不明",
    zh_cn: "已重启 {restarts} 次，时间不明",
};

fn run(view: &View, out: &mut Reporter) {
    for (pod, trouble) in view.problems() {
        let PodProblem::Restarts = trouble else { continue };
        let thresholds = view.thresholds(pod);
        let mut facts = vec![("restarts", Fact::Number(pod.shared.restarts))];
        let last = pod.restarted_at();
        facts.extend(last.map(|at| ("last", Fact::Age(view.age(at)))));
        let with_node = view.node_restart_of(pod);
        let severity = match last.map(|at| view.age(at)) {
            // The node explains it, and the pod has worked since.
            _ if with_node.is_some() => Severity::Low,
            Some(age) if age >= thresholds.silent_after => Severity::Low,
            Some(age) if age >= thresholds.quiet_after => Severity::Medium,
            _ if pod.shared.restarts < thresholds.restarts_unhealthy => Severity::Medium,
            _ => Severity::High,
        };
        let worst = pod.containers().max_by_key(|c| c.status.restart_count);
        // Nothing that the program said explains the restart of its node.
        let ended = worst.filter(|worst| with_node.is_none() && worst.last_end().is_some_and(is_vague));
        let said = ended.and_then(|worst| view.last_words(pod, &worst)).filter(|_| last.is_some());
        let text = match (last, &said) {
            (Some(_), Some(_)) => &SAID,
            (Some(_), None) => &KNOWN,
            (None, _) => &UNKNOWN,
        };
        facts.extend(said.map(|said| (LAST_WORDS, Fact::Text(said))));
        let finding = out.pod(pod, &[], severity, Message::new(text, facts));
        finding.since = last.or(pod.created());
        finding
            .because
            .extend(declared(with_node.map(|restart| ObjectRef::of_cluster("Node", restart.node))));
        let name = worst.map_or("", |c| c.status.name.as_str());
        let namespace = &*pod.shared.namespace;
        let log = ["logs", "-n", namespace, &pod.name, "-c", name, "--previous", "--tail=50"];
        finding.actions = vec![match with_node {
            // The log does not show why the node restarted.
            Some(restart) => view.settings.kubectl.describe(&ObjectRef::of_cluster("Node", restart.node)),
            None => view.settings.kubectl.line(&log),
        }];
    }
}

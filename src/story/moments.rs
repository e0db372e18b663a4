//! The timeline of one object, from the times in the object itself.

use super::Moment;
use crate::checks::exit_meaning;
use crate::model::{Container, Event, Node, NodeCondition, ObjectRef, Pod, Role, Workload};
use crate::text::{Fact, Facts, Message, Text};
use crate::wire::{Condition, Time};

static WARNING: Text = Text {
    en: "warning {reason}: {detail}",
    zh_tw: "警告 {reason}：{detail}",
    zh_cn: "警告 {reason}：{detail}",
};
static WARNINGS: Text = Text {
    en: "warning {reason}, {count} times in total: {detail}",
    zh_tw: "警告 {reason}（至此共 {count} 次）：{detail}",
    zh_cn: "警告 {reason}（至此共 {count} 次）：{detail}",
};
static EVENT: Text = Text {
    en: "event {reason}: {detail}",
    zh_tw: "事件 {reason}：{detail}",
    zh_cn: "事件 {reason}：{detail}",
};
static EVENTS: Text = Text {
    en: "event {reason}, {count} times in total: {detail}",
    zh_tw: "事件 {reason}（至此共 {count} 次）：{detail}",
    zh_cn: "事件 {reason}（至此共 {count} 次）：{detail}",
};
static CREATED: Text = Text { en: "created", zh_tw: "建立", zh_cn: "创建" };
static DELETED: Text =
    Text {
        en: "deletion grace period ended", zh_tw: "刪除寬限期已結束", zh_cn: "删除宽限期已结束"
    };
static DELETES: Text =
    Text { en: "deletion grace period ends", zh_tw: "刪除寬限期結束", zh_cn: "删除宽限期结束" };
static SCHEDULED: Text =
    Text { en: "scheduled on {node}", zh_tw: "排程到節點 {node}", zh_cn: "调度到节点 {node}" };
static SCHEDULED_SOMEWHERE: Text = Text {
    en: "scheduled (node not recorded)",
    zh_tw: "已排程（未記錄節點）",
    zh_cn: "已调度（未记录节点）",
};
static STARTED: Text = Text {
    en: "container {container} started",
    zh_tw: "容器 {container} 啟動",
    zh_cn: "容器 {container} 启动",
};
static ENDED: Text = Text {
    en: "container {container} ended with exit code {exitCode}: {meaning}",
    zh_tw: "容器 {container} 以結束碼 {exitCode} 結束：{meaning}",
    zh_cn: "容器 {container} 以退出码 {exitCode} 退出：{meaning}",
};
static COMPLETED: Text = Text {
    en: "container {container} completed (exit code 0)",
    zh_tw: "容器 {container} 執行完成（結束碼 0）",
    zh_cn: "容器 {container} 运行完成（退出码 0）",
};
static CHANGED: Text = Text {
    en: "{condition} became {state}{detail}",
    zh_tw: "{condition} 變為 {state}{detail}",
    zh_cn: "{condition} 变为 {state}{detail}",
};
static REASON_AND_MESSAGE: Text =
    Text {
        en: " ({reason}: {message})", zh_tw: "（{reason}：{message}）", zh_cn: "（{reason}：{message}）"
    };
static REASON: Text = Text { en: " ({reason})", zh_tw: "（{reason}）", zh_cn: "（{reason}）" };
static MESSAGE: Text = Text { en: " ({message})", zh_tw: "（{message}）", zh_cn: "（{message}）" };
static UNEXPLAINED: Text = Text { en: "", zh_tw: "", zh_cn: "" };

/// Returns the text about an event, which may have been repeated.
pub(super) fn of_event(event: &Event) -> &'static Text {
    match (event.is_warning(), event.count > 1) {
        (true, true) => &WARNINGS,
        (true, false) => &WARNING,
        (false, true) => &EVENTS,
        (false, false) => &EVENT,
    }
}

fn moment(
    at: Option<Time>,
    object: &ObjectRef,
    text: &'static Text,
    facts: Facts,
    bad: bool,
) -> Option<Moment> {
    Some(Moment { at: at?, object: object.clone(), others: 0, what: Message { text, facts }, bad })
}

/// Returns the moments of a pod. Only the end of a grace period may be in the future.
pub(super) fn of_pod(pod: &Pod, now: Time) -> Vec<Moment> {
    let own = pod.object_ref();
    let mut moments: Vec<Moment> =
        moment(pod.created(), &own, &CREATED, Vec::new(), false).into_iter().collect();
    let Some(object) = pod.object.as_deref() else { return moments };
    let deleted = object.metadata.deleted();
    let ends = if deleted.is_some_and(|at| at > now) { &DELETES } else { &DELETED };
    moments.extend(moment(deleted, &own, ends, Vec::new(), true));
    // The containers of other pods may end: those of a Job, and those of a pod that was evicted or deleted.
    let keeps_running = matches!(object.spec.restart_policy.as_str(), "" | "Always")
        && !matches!(object.status.phase.as_str(), "Failed" | "Succeeded")
        && deleted.is_none();
    for condition in &object.status.conditions {
        let at = condition.since();
        moments.extend(match (&*condition.r#type, &*condition.status) {
            ("PodScheduled", "True") => {
                let node: Facts = pod.node.iter().map(|node| ("node", Fact::text(node))).collect();
                let text = if node.is_empty() { &SCHEDULED_SOMEWHERE } else { &SCHEDULED };
                moment(at, &own, text, node, false)
            }
            ("Ready" | "PodScheduled" | "DisruptionTarget", _) => {
                moment(at, &own, &CHANGED, changed(condition), is_bad(condition))
            }
            _ => None,
        });
    }
    moments.extend(pod.containers().flat_map(|container| of_container(&own, container, keeps_running)));
    moments
}

/// Returns the starts and ends of a container, in a pod whose containers must keep running or may end.
fn of_container(own: &ObjectRef, container: Container, keeps_running: bool) -> Vec<Moment> {
    let mut moments = Vec::new();
    let name = || Fact::text(&container.status.name);
    let running = container.status.state.running.as_ref().and_then(|running| running.started_at?.known());
    moments.extend(moment(running, own, &STARTED, vec![("container", name())], false));
    let ends = [&container.status.last_state.terminated, &container.status.state.terminated];
    for end in ends.into_iter().flatten() {
        moments.extend(moment(end.started(), own, &STARTED, vec![("container", name())], false));
        let mut facts = vec![
            ("container", name()),
            ("exitCode", Fact::count(end.exit_code)),
            ("meaning", Fact::Words(exit_meaning(end))),
        ];
        facts.push(("signal", Fact::count(end.exit_code.saturating_sub(128))));
        let may_end = !keeps_running || container.role == Role::Init;
        let text = if may_end && end.exit_code == 0 { &COMPLETED } else { &ENDED };
        moments.extend(moment(end.finished(), own, text, facts, end.exit_code != 0));
    }
    moments
}

pub(super) fn of_workload(workload: &Workload) -> Vec<Moment> {
    let own = workload.object();
    let mut moments: Vec<Moment> =
        moment(workload.created(), &own, &CREATED, Vec::new(), false).into_iter().collect();
    for condition in
        ["Available", "Progressing", "ReplicaFailure"].iter().filter_map(|kind| workload.condition(kind))
    {
        let bad = is_bad(condition) != (condition.r#type == "ReplicaFailure");
        moments.extend(moment(condition.since(), &own, &CHANGED, changed(condition), bad));
    }
    moments
}

/// Returns the changes of a node's conditions. All conditions except Ready are bad when they are True.
pub(super) fn of_node(node: &Node) -> Vec<Moment> {
    let own = ObjectRef::of_cluster("Node", &node.name);
    let is_shown = |condition: &&NodeCondition| {
        condition.r#type == "Ready" || condition.status == "True" && condition.r#type.ends_with("Pressure")
    };
    let conditions = node.conditions.iter().filter(is_shown).map(|c| Condition {
        r#type: c.r#type.clone(),
        status: c.status.clone(),
        last_transition_time: c.last_transition_time,
        reason: c.reason.clone(),
        message: c.message.clone(),
    });
    conditions
        .filter_map(|c| {
            let bad = if c.r#type == "Ready" { c.status != "True" } else { c.status == "True" };
            moment(c.since(), &own, &CHANGED, changed(&c), bad)
        })
        .collect()
}

fn is_bad(condition: &Condition) -> bool {
    match condition.r#type.as_str() {
        "DisruptionTarget" => condition.status == "True",
        _ => condition.status != "True",
    }
}

fn changed(condition: &Condition) -> Facts {
    let detail = match (condition.reason.is_empty(), condition.message.is_empty()) {
        (false, false) => &REASON_AND_MESSAGE,
        (false, true) => &REASON,
        (true, false) => &MESSAGE,
        (true, true) => &UNEXPLAINED,
    };
    vec![
        ("condition", Fact::text(&condition.r#type)),
        ("state", Fact::text(&condition.status)),
        ("reason", Fact::text(&condition.reason)),
        ("message", Fact::text(&condition.message)),
        ("detail", Fact::Words(detail)),
    ]
}

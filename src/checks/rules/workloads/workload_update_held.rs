//! An update of a StatefulSet or DaemonSet waits for a user: the strategy does not replace all pods.

use crate::checks::prelude::*;
use crate::model::{Rollout, Workload, split_suffix};

static INFO: CheckInfo = CheckInfo {
    id: "workload-update-held",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[Kind::StatefulSet, Kind::DaemonSet, Kind::Pod],
    title: Text {
        en: "Update waits for a user", zh_tw: "更新等待人工處理", zh_cn: "更新等待人工处理"
    },
    meaning: Text {
        en: "Some pods still have an old revision of the template, and the controller does not replace them.",
        zh_tw: "部分 Pod 仍是舊版範本，控制器不會替換它們。",
        zh_cn: "部分 Pod 仍是旧版模板，控制器不会替换它们。",
    },
    remedy: Text {
        en: "Set the partition to 0 to finish the update, or delete the old pods one after another if the strategy is \
             OnDelete.",
        zh_tw: "將 partition 設為 0 以完成更新；策略為 OnDelete 時，則逐一刪除舊的 Pod。",
        zh_cn: "将 partition 设为 0 以完成更新；策略为 OnDelete 时，则逐个删除旧的 Pod。",
    },
    prevention: Text {
        en: "Let the process that starts a staged update also finish it, and compare updatedReplicas with replicas afterwards.",
        zh_tw: "讓啟動分階段更新的流程也負責完成，並在更新後比對 updatedReplicas 與 replicas。",
        zh_cn: "让启动分阶段更新的流程也负责完成，并在更新后对比 updatedReplicas 与 replicas。",
    },
    page: page!("workload-update-held"),
    traits: Traits { measures: &[Measure::UPDATED], ..Traits::NONE },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static PARTITION: Text = Text {
    en: "{updated} of {pods:# pod has|# pods have} the newest revision: the partition has held back the others for {age}",
    zh_tw: "{pods} 個 Pod 中有 {updated} 個是最新版本：其餘的被 partition 保留在舊版已 {age}",
    zh_cn: "{pods} 个 Pod 中有 {updated} 个是最新版本：其余的被 partition 保留在旧版已 {age}",
};

static ON_DELETE: Text = Text {
    en: "{updated} of {pods:# pod has|# pods have} the newest revision: the strategy OnDelete has held back the others for \
         {age}",
    zh_tw: "{pods} 個 Pod 中有 {updated} 個是最新版本：其餘的因策略 OnDelete 停在舊版已 {age}",
    zh_cn: "{pods} 个 Pod 中有 {updated} 个是最新版本：其余的因策略 OnDelete 停在旧版已 {age}",
};

static FAILING_PARTITION: Text = Text {
    en: "{pod} has not been ready for {unready} and still has an old revision of the template: the partition excludes it from \
         the update",
    zh_tw: "{pod} 已 {unready} 未就緒，仍是舊版範本：partition 將它排除在更新之外",
    zh_cn: "{pod} 已 {unready} 未就绪，仍是旧版模板：partition 将它排除在更新之外",
};

static FAILING_ON_DELETE: Text = Text {
    en: "{pod} has not been ready for {unready} and still has an old revision of the template: with the strategy OnDelete it \
         gets the newest one when it is deleted",
    zh_tw: "{pod} 已 {unready} 未就緒，仍是舊版範本：策略為 OnDelete，刪除後才會換成最新版",
    zh_cn: "{pod} 已 {unready} 未就绪，仍是旧版模板：策略为 OnDelete，删除后才会换成最新版",
};

/// How long a staged update may take, in seconds.
const FORGOTTEN: i64 = 86_400;

/// How long a pod may take to become ready, in seconds.
const LASTS: i64 = 15 * 60;

fn run(view: &View, out: &mut Reporter) {
    for workload in view.snapshot.rows.workloads.iter().filter(|workload| view.is_asked_for(workload)) {
        let Some(rollout) = workload.rollout().filter(|rollout| waits(workload, rollout)) else { continue };
        let pods = pods(view, workload, rollout);
        let updated = usize::try_from(rollout.updated).unwrap_or(0);
        let (old, new) = pods.split_at(pods.len().saturating_sub(updated));
        // The object records when it was changed, not when its template was.
        let since = rollout.changed.filter(|since| view.age(*since) >= FORGOTTEN);
        let failing = failing(view, old, new);
        if old.is_empty() || failing.is_none() && since.is_none() {
            continue;
        }
        let mut facts = vec![
            ("updated", Fact::Number(rollout.updated.into())),
            ("pods", Fact::count(pods.len())),
            ("age", view.ago(rollout.changed)),
        ];
        facts.extend(
            failing
                .into_iter()
                .flat_map(|pod| [("pod", Fact::text(&pod.name)), ("unready", view.ago(unready_since(pod)))]),
        );
        let (text, severity) = judge(failing.is_some(), rollout.on_delete);
        let finding = out.object(workload.object(), &[], severity, Message::new(text, facts));
        finding.since = failing.map_or(since, unready_since);
        finding.serving = workload.is_available();
        if failing.is_some() {
            // The same objects as for its missing replicas, so that both are one incident.
            finding.because = declared(view.behind(workload));
        }
        finding.actions = actions(view, workload, rollout, failing);
    }
}

fn judge(is_failing: bool, on_delete: bool) -> (&'static Text, Severity) {
    match (is_failing, on_delete) {
        (true, true) => (&FAILING_ON_DELETE, Severity::Medium),
        (true, false) => (&FAILING_PARTITION, Severity::Medium),
        (false, true) => (&ON_DELETE, Severity::Low),
        (false, false) => (&PARTITION, Severity::Low),
    }
}

fn actions(view: &View, workload: &Workload, rollout: &Rollout, failing: Option<&Pod>) -> Vec<String> {
    let (kubectl, namespace) = (&view.settings.kubectl, &*workload.namespace);
    let kind = workload.kind.name().to_lowercase();
    let mut actions = vec![
        kubectl.describe(&workload.object()),
        kubectl.line(&["rollout", "history", &kind, "-n", namespace, &workload.name]),
    ];
    let delete = |pod: &Pod| kubectl.line(&["delete", "pod", "-n", namespace, &pod.name]);
    actions.extend(failing.filter(|_| rollout.on_delete).map(delete));
    actions
}

/// Whether the strategy may keep an old revision of the template on some pods.
fn waits(workload: &Workload, rollout: &Rollout) -> bool {
    let waits = match workload.kind {
        Kind::StatefulSet => rollout.unfinished && (rollout.on_delete || rollout.partitioned),
        Kind::DaemonSet => rollout.on_delete,
        _ => false,
    };
    waits && !rollout.unseen && rollout.updated < workload.desired
}

/// Returns the pods of a workload, those with the newest revision last.
fn pods<'a>(view: &View<'a>, workload: &Workload, rollout: &Rollout) -> Vec<&'a Pod> {
    let owned = view.pods_owned_by(&workload.namespace, workload.kind.name(), &workload.name);
    let mut pods: Vec<&Pod> = owned.filter(|pod| !pod.is_going() && pod.shared.ended.is_none()).collect();
    let number = |pod: &Pod| split_suffix(&pod.name).and_then(|(_, number)| number.parse::<u32>().ok());
    // With OnDelete a pod has the template of the time when it was created; otherwise the highest numbers are updated first.
    let created = |pod: &Pod| pod.created().filter(|_| rollout.on_delete);
    pods.sort_by_key(|pod| (created(pod), number(pod)));
    pods
}

/// Returns an old pod that is not ready, if all updated pods are.
fn failing<'a>(view: &View<'a>, old: &[&'a Pod], new: &[&'a Pod]) -> Option<&'a Pod> {
    let lasts = |pod: &&&Pod| {
        !pod.serves() && view.older_than(unready_since(pod), LASTS) && view.troubles_of(pod).next().is_some()
    };
    old.iter().find(lasts).copied().filter(|_| new.iter().all(|pod| pod.serves()))
}

fn unready_since(pod: &Pod) -> Option<Time> {
    pod.unready_since().or(pod.created())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Finding;
    use crate::policy::settings::Settings;
    use crate::snapshot::read_bytes;
    use serde_json::{Value, json};

    /// 2025-12-26T02:00:00Z.
    const NOW: Time = Time { seconds: 1_766_714_400, nanos: 0 };

    /// A pod of the StatefulSet; a failing one has not been ready for hours.
    fn pod(name: &str, created: &str, fails: bool) -> Value {
        let (state, ready) = if fails {
            (json!({ "waiting": { "reason": "CrashLoopBackOff" } }), "False")
        } else {
            (json!({ "running": { "startedAt": created } }), "True")
        };
        json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {
                "namespace": "shop", "name": name, "creationTimestamp": created,
                "ownerReferences": [{ "kind": "StatefulSet", "name": "db", "controller": true }],
            },
            "spec": { "nodeName": "n", "containers": [{ "name": "db" }] },
            "status": {
                "phase": "Running",
                "conditions": [{ "type": "Ready", "status": ready, "lastTransitionTime": "2025-12-25T22:00:00Z" }],
                "containerStatuses": [{ "name": "db", "ready": !fails, "restartCount": if fails { 9 } else { 0 }, "state": state }],
            },
        })
    }

    fn set(strategy: &Value, updated: usize, changed: &str) -> Value {
        json!({
            "apiVersion": "apps/v1", "kind": "StatefulSet",
            "metadata": { "namespace": "shop", "name": "db", "generation": 1, "managedFields": [{ "time": changed }] },
            "spec": { "replicas": 3, "updateStrategy": strategy },
            "status": {
                "observedGeneration": 1, "updatedReplicas": updated, "availableReplicas": 2,
                "currentRevision": "db-1", "updateRevision": "db-2",
            },
        })
    }

    /// Returns the severity and the message of the finding about the StatefulSet.
    fn found(set: Value, pods: &[Value]) -> Option<(Severity, String)> {
        let items: Vec<Value> = std::iter::once(set).chain(pods.iter().cloned()).collect();
        let list = json!({ "kind": "List", "apiVersion": "v1", "items": items }).to_string();
        let snapshot = read_bytes("test", list.as_bytes(), NOW).unwrap();
        let settings = Settings::default();
        let all: Vec<Finding> = crate::checks::run(&View::new(&snapshot, &settings)).0;
        let own = all.into_iter().find(|finding| finding.check.id == INFO.id);
        own.map(|finding| (finding.severity, finding.message.to_string()))
    }

    const LONG_AGO: &str = "2025-12-01T00:00:00Z";
    const TODAY: &str = "2025-12-26T00:00:00Z";

    #[test]
    fn an_update_that_stays_is_low_and_a_failing_old_pod_is_medium() {
        let on_delete = json!({ "type": "OnDelete" });
        let pods = |fails: [bool; 3]| {
            let created = ["2025-11-01T00:00:00Z", "2025-12-20T00:00:00Z", "2025-11-02T00:00:00Z"];
            [0, 1, 2].map(|n| pod(&format!("db-{n}"), created[n], fails[n]))
        };
        let healthy = pods([false; 3]);
        let told = found(set(&on_delete, 1, LONG_AGO), &healthy).unwrap();
        assert!(told.0 == Severity::Low && told.1.starts_with("1 of 3 pods have the newest"), "{told:?}");
        assert_eq!(found(set(&on_delete, 1, TODAY), &healthy), None);
        assert_eq!(found(set(&on_delete, 3, LONG_AGO), &healthy), None);
        // The one that was created last is the updated one.
        let told = found(set(&on_delete, 1, TODAY), &pods([false, false, true])).unwrap();
        assert!(told.0 == Severity::Medium && told.1.starts_with("db-2 has not been ready"), "{told:?}");
        assert_eq!(found(set(&on_delete, 1, TODAY), &pods([false, true, false])), None);
        assert_eq!(found(set(&on_delete, 1, TODAY), &pods([true, true, false])), None);
        // A pod that is missing is not an old one.
        assert_eq!(found(set(&on_delete, 2, LONG_AGO), &healthy[..2]), None);
    }

    #[test]
    fn a_partition_keeps_the_lowest_numbers() {
        let partition =
            |number: i32| json!({ "type": "RollingUpdate", "rollingUpdate": { "partition": number } });
        let pods = [0, 1, 2].map(|n| pod(&format!("db-{n}"), LONG_AGO, n == 0));
        let told = found(set(&partition(1), 2, TODAY), &pods).unwrap();
        assert!(told.0 == Severity::Medium && told.1.contains("the partition excludes it"), "{told:?}");
        assert_eq!(found(set(&partition(0), 2, TODAY), &pods), None);
    }
}

//! A ResourceQuota is used up or nearly used up.

use crate::checks::prelude::*;
use crate::checks::rules::workloads::workload_create_refused::lasting_refusal;
use crate::checks::rules::workloads::workload_replicas_missing::stands_alone;
use crate::model::thousandths;
use crate::wire::{Quantity, ResourceQuota};
use std::collections::BTreeMap;

static INFO: CheckInfo = CheckInfo {
    id: "quota-full",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[
        Kind::ResourceQuota,
        Kind::Deployment,
        Kind::ReplicaSet,
        Kind::StatefulSet,
        Kind::DaemonSet,
        Kind::Pod,
        Kind::Event,
    ],
    title: Text { en: "Quota is used up", zh_tw: "資源配額用盡", zh_cn: "资源配额用尽" },
    meaning: Text {
        en: "The API server rejects what would exceed the quota: new pods, rollouts, and replacements after \
             the loss of a node.",
        zh_tw: "超過的都會被拒絕：新的 Pod、更新，以及節點故障後的重建。",
        zh_cn: "超过的都会被拒绝：新的 Pod、发布，以及节点故障后的重建。",
    },
    remedy: Text {
        en: "Lower requests that are not used, delete leftover objects, or raise the quota.",
        zh_tw: "調低用不到的請求量（request）、清掉遺留物件，或提高配額。",
        zh_cn: "调低用不到的资源请求（request）、清掉遗留对象，或提高配额。",
    },
    prevention: Text {
        en: "Leave room for the surge of a rollout and for the pods of one node.",
        zh_tw: "預留更新時多出的 Pod，以及一個節點份量的餘裕。",
        zh_cn: "预留发布时多出的 Pod，以及一个节点份量的余量。",
    },
    page: page!("quota-full"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static REFUSES: Text = Text {
    en: "pods of {refused} rejected; quota used: {resources}",
    zh_tw: "{refused} 的 Pod 被拒絕；已用/上限：{resources}",
    zh_cn: "{refused} 的 Pod 被拒绝；已用/上限：{resources}",
};

static EXCEEDED: Text = Text {
    en: "usage exceeds the quota: {resources}",
    zh_tw: "用量超過上限；已用/上限：{resources}",
    zh_cn: "用量超过上限；已用/上限：{resources}",
};

static FULL: Text = Text {
    en: "quota used up: {resources}",
    zh_tw: "已用盡；已用/上限：{resources}",
    zh_cn: "已用尽；已用/上限：{resources}",
};

static NEARLY: Text = Text {
    en: "quota nearly used up: {resources}",
    zh_tw: "即將用盡；已用/上限：{resources}",
    zh_cn: "即将用尽；已用/上限：{resources}",
};

static USED: Text = Text {
    en: "{resource} {used}/{hard} ({percent}%)",
    zh_tw: "{resource} {used}/{hard}（{percent}%）",
    zh_cn: "{resource} {used}/{hard}（{percent}%）",
};

/// The threshold of `KubeQuotaAlmostFull`, in percent.
const NEARLY_FULL: i128 = 90;

/// The usage of one resource.
struct Use<'a> {
    resource: &'a str,
    used: &'a str,
    hard: &'a str,
    percent: i128,
}

fn run(view: &View, out: &mut Reporter) {
    let refused = refused(view);
    for quota in &view.snapshot.rows.quotas {
        let (namespace, name) = (&*quota.metadata.namespace, &*quota.metadata.name);
        let object = ObjectRef::new(namespace, "ResourceQuota", name);
        let refused = refused.get(&object).map_or(&[][..], Vec::as_slice);
        let mut uses = uses(quota);
        // The resources that the rejections name; if they name none, those that are nearly full.
        let is_named =
            |of: &Use| refused.iter().any(|other| other.words.contains(&format!("{}=", of.resource)));
        let any_named = uses.iter().any(is_named);
        uses.retain(|of| if any_named { is_named(of) } else { of.percent >= NEARLY_FULL });
        let Some(most) = uses.iter().map(|of| of.percent).max().or((!refused.is_empty()).then_some(0)) else {
            continue;
        };
        let (text, severity) = match most {
            _ if !refused.is_empty() => (&REFUSES, Severity::Medium),
            101.. => (&EXCEEDED, Severity::Medium),
            100 => (&FULL, Severity::Low),
            _ => (&NEARLY, Severity::Low),
        };
        let shown = |of: &Use| {
            let facts = vec![
                ("resource", Fact::text(of.resource)),
                ("used", Fact::text(of.used)),
                ("hard", Fact::text(of.hard)),
                ("percent", Fact::count(of.percent)),
            ];
            Message::new(&USED, facts)
        };
        let facts = vec![
            ("resources", Fact::Messages(uses.iter().map(shown).collect())),
            ("refused", Fact::list(refused.iter().map(|other| other.workload.slashed()))),
        ];
        let finding = out.object(object, &[], severity, Message::new(text, facts));
        finding.since = refused.iter().filter_map(|other| other.since).min();
        finding.serving = refused.is_empty();
        finding.affected = refused.iter().map(|other| other.workload.clone()).collect();
        finding.actions = vec![view.settings.kubectl.describe(&finding.object)];
    }
}

/// Returns the usage of each resource of a quota.
fn uses(quota: &ResourceQuota) -> Vec<Use<'_>> {
    let mut uses = Vec::new();
    for (resource, Quantity { text: hard }) in &quota.status.hard {
        let used = quota.status.used.get(resource).map_or("0", |used| &used.text);
        let percent = percent(used, hard);
        uses.extend(percent.map(|percent| Use { resource, used, hard, percent }));
    }
    uses
}

/// Returns the usage in percent. A usage above the limit is at least 101 percent.
fn percent(used: &str, hard: &str) -> Option<i128> {
    let (used, hard) = (i128::from(thousandths(used)?), i128::from(thousandths(hard)?));
    Some(match hard {
        // A limit of 0 with no usage is not exceeded.
        _ if used <= 0 => 0,
        0 => 101,
        _ if used > hard => (used * 100 / hard).max(101),
        _ => used * 100 / hard,
    })
}

/// A workload whose pods are rejected.
struct Refused<'a> {
    workload: ObjectRef,
    since: Option<Time>,
    /// The API server's message.
    words: &'a str,
}

/// Returns the workloads whose pods are rejected, by quota.
fn refused<'a>(view: &View<'a>) -> BTreeMap<ObjectRef, Vec<Refused<'a>>> {
    let mut found: BTreeMap<ObjectRef, Vec<Refused>> = BTreeMap::new();
    for workload in view.snapshot.rows.workloads.iter().filter(|workload| stands_alone(workload)) {
        let Some(refusal) = lasting_refusal(view, workload) else { continue };
        for quota in refusal.because.iter().filter(|object| &*object.kind == "ResourceQuota") {
            let refused =
                Refused { workload: workload.object(), since: refusal.since, words: refusal.detail };
            found.entry(quota.clone()).or_default().push(refused);
        }
    }
    found
}

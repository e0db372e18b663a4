//! Reports autoscalers that scale up and down repeatedly.

use crate::checks::prelude::*;
use crate::model::{Event, RESCALED, Workload};

static INFO: CheckInfo = CheckInfo {
    id: "hpa-flapping",
    since: "0.1.0",
    severity: Severity::Low,
    needs: &[Kind::HorizontalPodAutoscaler, Kind::Event],
    title: Text { en: "Autoscaler flaps", zh_tw: "HPA 反覆擴縮", zh_cn: "HPA 反复扩缩" },
    meaning: Text {
        en: "It starts pods and removes them again within minutes: each time requests wait for new pods, and those of \
             removed pods may fail.",
        zh_tw: "剛啟動的 Pod 幾分鐘後又被移除：每次都要等新 Pod 就緒，被移除的 Pod 上的請求可能失敗。",
        zh_cn: "刚启动的 Pod 几分钟后又被移除：每次都要等新 Pod 就绪，被移除的 Pod 上的请求可能失败。",
    },
    remedy: Text {
        en: "Increase behavior.scaleDown.stabilizationWindowSeconds, or set the target or the requests so that one pod \
             more or less does not move the metric across the target.",
        zh_tw: "加長 behavior.scaleDown.stabilizationWindowSeconds，或調整目標值與 requests，讓增減一個 Pod 不會使指標來回跨過目標值。",
        zh_cn: "加长 behavior.scaleDown.stabilizationWindowSeconds，或调整目标值与 requests，让增减一个 Pod 不会使指标来回越过目标值。",
    },
    prevention: Text {
        en: "Choose a metric that follows the load, not one that a start of pods raises, such as CPU during start-up.",
        zh_tw: "選擇反映負載的指標，避免 Pod 啟動本身就會推高的指標，例如啟動期間的 CPU。",
        zh_cn: "选择反映负载的指标，避免 Pod 启动本身就会推高的指标，例如启动期间的 CPU。",
    },
    page: page!("hpa-flapping"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MESSAGE: Text = Text {
    en: "{kind} {target} was scaled up {ups} times and down {downs} times within the last hour, between {least} and \
         {most:# replica|# replicas}",
    zh_tw: "{kind} {target} 一小時內擴增 {ups} 次、縮減 {downs} 次，在 {least} 與 {most} 個副本之間來回",
    zh_cn: "{kind} {target} 一小时内扩容 {ups} 次、缩容 {downs} 次，在 {least} 和 {most} 个副本之间来回",
};

static ABOUT: Text = Text {
    en: "{kind} {target} was scaled up about {ups} times and down about {downs} times within the last hour, between {least} \
         and {most:# replica|# replicas}",
    zh_tw: "{kind} {target} 一小時內擴增約 {ups} 次、縮減約 {downs} 次，在 {least} 與 {most} 個副本之間來回",
    zh_cn: "{kind} {target} 一小时内扩容约 {ups} 次、缩容约 {downs} 次，在 {least} 和 {most} 个副本之间来回",
};

/// The period in which changes are counted, in seconds. The API server keeps events for as long by default.
const HOUR: i64 = 3600;

/// The time without a change after which an autoscaler no longer flaps, in seconds.
pub(crate) const CALM: i64 = 15 * 60;

/// The number of changes in each direction from which an autoscaler flaps. With the default stabilization window of five
/// minutes, twelve are possible.
const OFTEN: i64 = 5;

/// The number of turns from up to down or back from which an autoscaler flaps. A wave of load has one.
const TURNS: i64 = OFTEN - 1;

/// The changes of an autoscaler within the last hour.
#[derive(Default)]
struct Changes {
    ups: i64,
    downs: i64,
    sizes: Vec<i64>,
    /// Known times of changes, each with whether it was one up.
    moments: Vec<(Time, bool)>,
    /// The number of changes to a size that the autoscaler has left since an earlier one in the same direction.
    returns: i64,
    /// Whether a number is the part of a longer series.
    is_estimated: bool,
    first: Option<Time>,
    last: Option<Time>,
}

impl Changes {
    /// Adds an event of the autoscaler controller (`pkg/controller/podautoscaler` of Kubernetes): `New size: 4; reason: cpu
    /// resource utilization (percentage of request) above target`, or `New size: 2; reason: All metrics below target`.
    fn add(&mut self, event: &Event, view: &View) {
        let Some(last) = event.last_seen.filter(|last| view.age(*last) < HOUR) else { return };
        let Some((size, reason)) =
            event.message.strip_prefix("New size: ").and_then(|rest| rest.split_once(';'))
        else {
            return;
        };
        let Ok(size) = size.parse() else { return };
        let is_up = match reason {
            _ if reason.contains("above target") => true,
            _ if reason.contains("below target") => false,
            _ => return,
        };
        let (count, is_estimated) = within_the_hour(event, last, view);
        *(if is_up { &mut self.ups } else { &mut self.downs }) += count;
        self.is_estimated |= is_estimated;
        self.returns += count - 1;
        let first = event.first_seen.filter(|first| count > 1 && view.age(*first) < HOUR);
        self.moments.extend(first.into_iter().chain([last]).map(|at| (at, is_up)));
        self.sizes.push(size);
        self.first = [self.first, event.first_seen.or(Some(last))].into_iter().flatten().min();
        self.last = self.last.max(Some(last));
    }

    /// The fewest turns that the events show.
    fn turns(&mut self) -> i64 {
        self.moments.sort_unstable();
        let turns = self.moments.windows(2).filter(|pair| matches!(pair, [(_, a), (_, b)] if a != b)).count();
        self.returns.max(i64::try_from(turns).unwrap_or(i64::MAX))
    }
}

/// Returns how often an event was repeated within the last hour, and whether that is an estimate: of a longer series, its part
/// of the hour.
fn within_the_hour(event: &Event, last: Time, view: &View) -> (i64, bool) {
    let count = i64::from(event.count);
    match event.first_seen {
        Some(first) if view.age(first) > HOUR => {
            let span = last.seconds_since(first).max(1);
            let in_hour = HOUR - view.age(last);
            ((count.saturating_mul(in_hour) / span).clamp(1, count), count > 1)
        }
        _ => (count, false),
    }
}

fn run(view: &View, out: &mut Reporter) {
    for autoscaler in &view.snapshot.rows.autoscalers {
        let (namespace, name) = (&*autoscaler.metadata.namespace, &*autoscaler.metadata.name);
        let object = ObjectRef::new(namespace, "HorizontalPodAutoscaler", name);
        let mut changes = Changes::default();
        let events = view.events(&object, &autoscaler.metadata.uid);
        events.iter().filter(|event| event.reason == RESCALED).for_each(|event| changes.add(event, view));
        let is_calm = changes.last.is_none_or(|last| view.age(last) >= CALM);
        let (Some(least), Some(most)) =
            (changes.sizes.iter().min().copied(), changes.sizes.iter().max().copied())
        else {
            continue;
        };
        if is_calm || changes.ups < OFTEN || changes.downs < OFTEN || changes.turns() < TURNS {
            continue;
        }
        let target = &autoscaler.spec.scale_target_ref;
        let facts = vec![
            ("kind", Fact::text(&target.kind)),
            ("target", Fact::text(&target.name)),
            ("ups", Fact::Number(changes.ups)),
            ("downs", Fact::Number(changes.downs)),
            ("least", Fact::Number(least)),
            ("most", Fact::Number(most)),
        ];
        let text = if changes.is_estimated { &ABOUT } else { &MESSAGE };
        let finding = out.object(object, &[], Severity::Low, Message::new(text, facts));
        finding.since = changes.first;
        let workload = view.workload(namespace, &target.kind, &target.name);
        finding.serving = workload.is_none_or(Workload::is_available);
        let kubectl = &view.settings.kubectl;
        finding.actions =
            vec![kubectl.describe(&finding.object), kubectl.line(&["top", "pods", "-n", namespace])];
    }
}

//! The phrases and figures shared by the human formats of rightsizing.

use super::super::escape::visible;
use super::super::words::{self, IN_CONTEXT as CONTEXT, NAMESPACE_COUNT as NAMESPACES, texts};
use super::Sized;
use crate::finding::command::Kubectl;
use crate::model::{Amount, cores_or_millis, gibi_or_mebibytes};
use crate::report::Report;
use crate::rightsize::{CpuStays, Killed, Measured, NotJudged, Rightsizing, Risk, Row};
use crate::text::Fact;
use crate::text::human;
use crate::text::{Lang, Text};
use crate::wire::Time;
use jiff::tz::TimeZone;

texts! {
    WORKLOAD: "WORKLOAD", "工作負載", "工作负载";
    CONTAINER: "CONTAINER", "容器", "容器";
    CPU: "CPU P95/REQUEST", "CPU P95/請求", "CPU P95/请求";
    MEMORY: "MEMORY MAX/REQUEST", "記憶體最大值/請求", "内存最大值/请求";
    LIMITS: "LIMITS", "上限", "限制";
    GIVES_BACK: "SAVES", "可釋出", "可释放";
    SAMPLES: "SAMPLES", "樣本數", "样本数";
    WHAT: "PROBLEM AND SUGGESTION", "問題與建議值", "问题与建议值";
    FINE: "Requests match usage", "請求量與實際用量相符", "请求量与实际用量相符";
    CHANGES: "Requests do not match usage", "請求量與實際用量不符", "请求量与实际用量不符";
    FEW: "Too few samples for suggestions", "資料太少，無法提出建議", "数据太少，无法给出建议";
    UNKNOWN: "No usage data", "沒有任何用量資料", "没有任何用量数据";
    WINDOW: "{window} of usage", "{window} 的用量", "{window} 的用量";
    FROM: "{what} from {sources}", "{what}（來自 {sources}）", "{what}（来自 {sources}）";
    UNRECORDED: "a source that the input does not name", "輸入未記載的來源", "输入未记载的来源";
    CONTRADICTED_HEAD: "CONTRADICTED: {count:# container|# containers}, no suggestions; the metrics API reports far more than the history",
        "數據矛盾：{count} 個容器，不提出建議；metrics API 目前的用量遠高於歷史用量",
        "数据矛盾：{count} 个容器，不给出建议；metrics API 当前的用量远高于历史用量";
    CONTRADICTED: "The metrics API contradicts the usage history", "metrics API 的用量與歷史用量矛盾", "metrics API 的用量与历史用量矛盾";
    NOW: "USED NOW", "目前用量", "当前用量";
    ONE_SAMPLE: "one sample", "單一樣本", "单个样本";
    SOME_SAMPLES: "{samples:# sample|# samples}", "{samples} 個樣本", "{samples} 个样本";
    OVER: "OVER-PROVISIONED: {count:# container|# containers} can save {amount} (all workloads request {all})",
        "過度配置：{count} 個容器可釋出 {amount}，所有工作負載共請求 {all}", "过度配置：{count} 个容器可释放 {amount}，所有工作负载共请求 {all}";
    UNDER: "UNDER-PROVISIONED: {count:# container|# containers}; the suggestions request {amount} more",
        "配置不足：{count} 個容器；依建議須多請求 {amount}", "配置不足：{count} 个容器；按建议需多请求 {amount}";
    TOO_FEW: "TOO FEW SAMPLES: {count:# container|# containers}, no suggestions", "樣本不足：{count} 個容器，不提出建議",
        "样本不足：{count} 个容器，不给出建议";
    MORE_GIVE: "{count:# more saves|# more save} {amount}: --all", "其餘 {count} 個可釋出 {amount}：--all", "其余 {count} 个可释放 {amount}：--all";
    MORE: "{count} more: --all", "其餘 {count} 個：--all", "其余 {count} 个：--all";
    NOT_JUDGED: "Not judged", "未評估", "未评估";
    NOT_MEASURED: "{count:# workload|# workloads} without usage data", "{count} 個工作負載沒有用量資料", "{count} 个工作负载没有用量数据";
    WITHOUT_PODS: "{count:# workload|# workloads} without pods", "{count} 個工作負載沒有 Pod", "{count} 个工作负载没有 Pod";
    NOT_SEEN: "{count:# workload|# workloads} not read", "{count} 個工作負載本身未檢查到", "{count} 个工作负载本身未检查到";
    AS_WHOLE: "{count:# workload|# workloads} with pod-level resources", "{count} 個工作負載以整個 Pod 設定資源", "{count} 个工作负载按整个 Pod 设置资源";
    INJECTED: "{count:# container|# containers} not in the template of the workload", "{count} 個容器不在工作負載的範本中", "{count} 个容器不在工作负载的模板中";
    OF_JOBS: "{count:# pod|# pods} of Jobs", "{count} 個 Pod 屬於 Job", "{count} 个 Pod 属于 Job";
    BARE: "{count:# pod|# pods} without an owner", "{count} 個 Pod 沒有擁有者", "{count} 个 Pod 没有属主";
    OF_OTHERS: "{count:# pod|# pods} of other owners", "{count} 個 Pod 屬於其他擁有者", "{count} 个 Pod 属于其他属主";
    KILLED_AT: "OOMKilled at its memory limit {limit}", "達到記憶體上限 {limit} 被終止（OOMKilled）", "达到内存限制 {limit} 被终止（OOMKilled）";
    KILLED: "OOMKilled without a memory limit", "未設記憶體上限而被終止（OOMKilled）", "未设内存限制而被终止（OOMKilled）";
    LEAKS: "OOMKilled after its memory grew without bound: probably a leak, a higher limit does not help",
        "記憶體持續成長而被終止（OOMKilled）：疑似洩漏，調高上限無濟於事", "内存持续增长而被终止（OOMKilled）：疑似泄漏，调高限制无济于事";
    NODE_SHORT: "OOMKilled far below its memory limit {limit}: the node was out of memory",
        "遠低於記憶體上限 {limit} 即被終止（OOMKilled）：節點記憶體不足", "远低于内存限制 {limit} 就被终止（OOMKilled）：节点内存不足";
    NEAR: "memory {used} is {percent} % of its limit {limit}", "記憶體 {used} 已達上限 {limit} 的 {percent}%", "内存 {used} 已达限制 {limit} 的 {percent}%";
    THROTTLED: "throttled in {percent} % of its CPU periods by its limit {limit}", "上限 {limit} 使其 {percent}% 的 CPU 週期被限流",
        "限制 {limit} 使其 {percent}% 的 CPU 周期被限流";
    THROTTLED_BY: "throttled in {percent} % of its CPU periods by its limit", "{percent}% 的 CPU 週期被限流", "{percent}% 的 CPU 周期被限流";
    MEMORY_ABOVE: "memory {used} is above its request {request}", "記憶體 {used} 超過請求量 {request}", "内存 {used} 超过请求量 {request}";
    MEMORY_UNASKED: "memory {used} without a request", "記憶體用了 {used}，但未設請求量", "内存用了 {used}，但未设请求量";
    CPU_ABOVE: "CPU {used} is above its request {request}", "CPU {used} 超過請求量 {request}", "CPU {used} 超过请求量 {request}";
    CPU_UNASKED: "CPU {used} without a request", "CPU 用了 {used}，但未設請求量", "CPU 用了 {used}，但未设请求量";
    CPU_REQUEST: "CPU request {amount}", "CPU 請求 {amount}", "CPU 请求 {amount}";
    MEMORY_REQUEST: "memory request {amount}", "記憶體請求 {amount}", "内存请求 {amount}";
    CPU_LIMIT: "CPU limit {amount}", "CPU 上限 {amount}", "CPU 限制 {amount}";
    MEMORY_LIMIT: "memory limit {amount}", "記憶體上限 {amount}", "内存限制 {amount}";
    AUTOSCALED: "HPA: the target of an autoscaler is a percentage of the CPU request, so the request stays",
        "HPA：自動擴縮以 CPU 請求量的比例為目標，因此請求量不變", "HPA：自动扩缩以 CPU 请求量的比例为目标，因此请求量不变";
    AUTOSCALERS_NOT_SEEN: "HPA?: autoscalers were not read, so CPU requests stay",
        "HPA?：未檢查到 HPA，可能有自動擴縮，因此 CPU 請求量不變", "HPA?：未检查到 HPA，可能有自动扩缩，因此 CPU 请求量不变";
    UNPROPOSED: "no suggestions", "不提出建議", "不给出建议";
}

const MEBI: i64 = 1 << 20;

/// Writes CPU as in manifests: whole cores or thousandths.
pub(super) fn cpu(millis: i64) -> String {
    if millis % 1000 == 0 { (millis / 1000).to_string() } else { format!("{millis}m") }
}

/// Writes memory as in manifests: whole Gi or Mi, or rounded up to Mi.
pub(super) fn memory(bytes: i64) -> String {
    match bytes {
        bytes if bytes > 0 && bytes % (1024 * MEBI) == 0 => format!("{}Gi", bytes / (1024 * MEBI)),
        bytes => format!("{}Mi", bytes / MEBI + i64::from(bytes % MEBI > 0)),
    }
}

/// Writes `2550m CPU, 4992Mi`, with a given separator, without parts that are 0.
pub(super) fn amount(amount: Amount, between: &str) -> String {
    let cpu = (amount.cpu > 0).then(|| format!("{} CPU", cpu(amount.cpu)));
    let memory = (amount.memory > 0).then(|| memory(amount.memory));
    let parts: Vec<String> = cpu.into_iter().chain(memory).collect();
    if parts.is_empty() { "-".to_owned() } else { parts.join(between) }
}

/// Writes a sum in tenths, `34.2 CPU, 81.5Gi`; CPU below 1 in thousandths.
fn sum(amount: Amount, lang: Lang) -> String {
    let cpu = if amount.cpu == 0 { "0".to_owned() } else { cores_or_millis(amount.cpu) };
    words::list(&[format!("{cpu} CPU"), gibi_or_mebibytes(amount.memory)], lang)
}

fn set(amount: i64, written: fn(i64) -> String) -> String {
    if amount > 0 { written(amount) } else { "-".to_owned() }
}

/// Writes `120m/1 → 150m`, or why the request stays. `between` separates the two parts.
pub(super) fn cpu_cell(row: &Row, between: &str) -> String {
    let facts = &row.facts;
    let now = format!("{}/{}", cpu(facts.used.cpu), set(facts.requests.cpu, cpu));
    let next = match (row.proposal.requests.cpu, facts.cpu_stays) {
        (Some(next), _) => format!("→ {}", cpu(next)),
        (None, Some(CpuStays::Autoscaled)) => "HPA".to_owned(),
        (None, Some(CpuStays::AutoscalersNotSeen)) => "HPA?".to_owned(),
        (None, None) => String::new(),
    };
    format!("{now}{between}{next}").trim_end_matches(' ').to_owned()
}

/// Writes the same for memory.
pub(super) fn memory_cell(row: &Row, between: &str) -> String {
    let facts = &row.facts;
    let now = format!("{}/{}", memory(facts.used.memory), set(facts.requests.memory, memory));
    let next = row.proposal.requests.memory.map(|next| format!("→ {}", memory(next))).unwrap_or_default();
    format!("{now}{between}{next}").trim_end_matches(' ').to_owned()
}

/// Writes `500m → 1, 512Mi → 640Mi`.
pub(super) fn limits(row: &Row) -> String {
    let of = |now: i64, next: Option<i64>, written: fn(i64) -> String| match next {
        Some(next) => format!("{} → {}", set(now, written), written(next)),
        None => set(now, written),
    };
    let (now, next) = (row.facts.limits, row.proposal.limits);
    format!("{}, {}", of(now.cpu, next.cpu, cpu), of(now.memory, next.memory, memory))
}

/// Describes the samples of a container.
pub(super) fn measured(row: &Row, lang: Lang) -> String {
    match row.facts.measured {
        Measured::History(samples) => samples.to_string(),
        Measured::Few(samples) => SOME_SAMPLES.fill(lang, &[("samples", Fact::Number(samples))]),
        Measured::Once => ONE_SAMPLE.get(lang).to_owned(),
        Measured::Nothing => "-".to_owned(),
    }
}

/// Returns the verdict with its glyph.
pub(super) fn verdict(sizing: &Rightsizing) -> (&'static str, &'static Text) {
    let worst = sizing.under().first().and_then(|row| row.severity());
    let is_known = |row: &Row| matches!(row.facts.measured, Measured::History(_));
    match worst {
        Some(severity) => (words::severity_glyph(severity), &CHANGES),
        None if !sizing.over().is_empty() => ("🔵", &CHANGES),
        None if !sizing.contradicted().is_empty() => ("🟡", &CONTRADICTED),
        None if sizing.rows.iter().any(is_known) => ("🟢", &FINE),
        None if sizing.rows.is_empty() => ("⚪", &UNKNOWN),
        None => ("⚪", &FEW),
    }
}

/// Describes the data and where it comes from.
pub(super) fn source(sizing: &Rightsizing, lang: Lang) -> Option<String> {
    let once = || sizing.rows.iter().any(|row| row.facts.measured == Measured::Once);
    let what = match sizing.window {
        Some(window) => WINDOW.fill(lang, &[("window", Fact::Text(human(window)))]),
        None => once().then(|| ONE_SAMPLE.get(lang).to_owned())?,
    };
    let sources = Fact::Text(words::list(&sources(sizing, lang), lang));
    Some(FROM.fill(lang, &[("what", Fact::Text(what)), ("sources", sources)]))
}

/// Returns where the numbers come from.
pub(super) fn sources(sizing: &Rightsizing, lang: Lang) -> Vec<String> {
    let (sources, is_complete) = sizing.sources();
    let unrecorded = (!is_complete).then(|| UNRECORDED.get(lang).to_owned());
    sources.into_iter().map(visible).chain(unrecorded).collect()
}

/// Returns the heading of the containers whose current usage contradicts the history.
pub(super) fn contradicted(rows: &[&Row], lang: Lang) -> String {
    CONTRADICTED_HEAD.fill(lang, &[("count", Fact::count(rows.len()))])
}

/// Writes the current usage.
pub(super) fn now(row: &Row, between: &str) -> String {
    row.facts.now.map_or_else(|| "-".to_owned(), |now| amount(now, between))
}

/// Returns the cluster and the namespaces.
pub(super) fn places(report: &Report, lang: Lang) -> Vec<String> {
    let mut parts = Vec::new();
    if !report.snapshot.cluster.context.is_empty() {
        let context = Fact::Text(visible(&report.snapshot.cluster.context));
        parts.push(CONTEXT.fill(lang, &[("context", context)]));
    }
    match report.namespaces.as_slice() {
        [] => {}
        [only] => parts.push(visible(&only.name)),
        many => parts.push(NAMESPACES.fill(lang, &[("count", Fact::count(many.len()))])),
    }
    parts
}

/// Returns the heading of over-provisioned containers.
pub(super) fn over(sizing: &Rightsizing, rows: &[&Row], lang: Lang) -> String {
    let facts = [
        ("count", Fact::count(rows.len())),
        ("amount", Fact::Text(sum(sizing.gives_back(), lang))),
        ("all", Fact::Text(sum(sizing.requests, lang))),
    ];
    OVER.fill(lang, &facts)
}

/// Returns the heading of under-provisioned containers.
pub(super) fn under(sizing: &Rightsizing, rows: &[&Row], lang: Lang) -> String {
    UNDER.fill(
        lang,
        &[("count", Fact::count(rows.len())), ("amount", Fact::Text(sum(sizing.asks_more(), lang)))],
    )
}

pub(super) fn too_few(rows: &[&Row], lang: Lang) -> String {
    TOO_FEW.fill(lang, &[("count", Fact::count(rows.len()))])
}

/// Describes the risks of a container and the suggested values.
pub(super) fn risks(row: &Row, lang: Lang) -> String {
    let separator = if lang == Lang::En { "; " } else { "；" };
    let risks: Vec<String> = row.risks.iter().map(|risk| describe(*risk, row, lang)).collect();
    let risks = risks.join(separator);
    let proposed = proposed(row, lang);
    match (row.facts.measured, proposed.is_empty()) {
        (_, false) => format!("{risks} → {}", words::list(&proposed, lang)),
        (Measured::Few(_) | Measured::Once, true) => {
            let colon = words::colon(lang);
            format!("{risks}{separator}{}{colon}{}", measured(row, lang), UNPROPOSED.get(lang))
        }
        _ => risks,
    }
}

fn describe(risk: Risk, row: &Row, lang: Lang) -> String {
    let (used, requests, limits) = (row.facts.used, row.facts.requests, row.facts.limits);
    let is_memory = !matches!(risk, Risk::Throttled(_) | Risk::AboveCpuRequest);
    let text = |amount: Amount| Fact::Text(if is_memory { memory(amount.memory) } else { cpu(amount.cpu) });
    let percent = match risk {
        Risk::Throttled(share) => format!("{}.{}", share / 10, share % 10),
        _ => (i128::from(used.memory) * 100 / i128::from(limits.memory.max(1))).to_string(),
    };
    let cpu_limit = row.facts.throttled.and_then(|(_, limit)| limit);
    let limit = match risk {
        Risk::Throttled(_) => Fact::Text(cpu_limit.map(cpu).unwrap_or_default()),
        _ => text(limits),
    };
    let facts = [
        ("used", text(used)),
        ("request", text(requests)),
        ("limit", limit),
        ("percent", Fact::Text(percent)),
    ];
    let text = match risk {
        Risk::OomKilled if row.facts.killed == Killed::Leaks => &LEAKS,
        Risk::OomKilled if row.facts.killed == Killed::NodeShort => &NODE_SHORT,
        Risk::OomKilled if limits.memory > 0 => &KILLED_AT,
        Risk::OomKilled => &KILLED,
        Risk::NearLimit => &NEAR,
        Risk::Throttled(_) if cpu_limit.is_some() => &THROTTLED,
        Risk::Throttled(_) => &THROTTLED_BY,
        Risk::AboveMemoryRequest if requests.memory > 0 => &MEMORY_ABOVE,
        Risk::AboveMemoryRequest => &MEMORY_UNASKED,
        Risk::AboveCpuRequest if requests.cpu > 0 => &CPU_ABOVE,
        Risk::AboveCpuRequest => &CPU_UNASKED,
    };
    text.fill(lang, &facts)
}

/// Returns one text for each suggested value.
pub(super) fn proposed(row: &Row, lang: Lang) -> Vec<String> {
    let (requests, limits) = (row.proposal.requests, row.proposal.limits);
    let of = |text: &Text, amount: Option<i64>, written: fn(i64) -> String| {
        amount.map(|amount| text.fill(lang, &[("amount", Fact::Text(written(amount)))]))
    };
    let all = [
        of(&CPU_REQUEST, requests.cpu, cpu),
        of(&MEMORY_REQUEST, requests.memory, memory),
        of(&CPU_LIMIT, limits.cpu, cpu),
        of(&MEMORY_LIMIT, limits.memory, memory),
    ];
    all.into_iter().flatten().collect()
}

/// Returns what was not judged, in one line, and why CPU requests stay.
pub(super) fn notes(sizing: &Rightsizing, lang: Lang) -> Vec<String> {
    let one = |(what, count): &(NotJudged, usize)| {
        let text = match what {
            NotJudged::NotMeasured => &NOT_MEASURED,
            NotJudged::WithoutPods => &WITHOUT_PODS,
            NotJudged::NotSeen => &NOT_SEEN,
            NotJudged::AsWhole => &AS_WHOLE,
            NotJudged::Injected => &INJECTED,
            NotJudged::OfJobs => &OF_JOBS,
            NotJudged::Bare => &BARE,
            NotJudged::OfOthers => &OF_OTHERS,
        };
        text.fill(lang, &[("count", Fact::count(*count))])
    };
    let all: Vec<String> = sizing.not_judged.iter().map(one).collect();
    let line = format!("{}{}{}", NOT_JUDGED.get(lang), words::colon(lang), all.join(" · "));
    let stays = |why| sizing.rows.iter().any(|row| row.facts.cpu_stays == Some(why));
    let mut lines = if all.is_empty() { Vec::new() } else { vec![line] };
    lines.extend(stays(CpuStays::Autoscaled).then(|| AUTOSCALED.get(lang).to_owned()));
    lines.extend(stays(CpuStays::AutoscalersNotSeen).then(|| AUTOSCALERS_NOT_SEEN.get(lang).to_owned()));
    lines
}

/// Returns the next commands, if there are suggestions.
pub(super) fn commands(of: &Sized) -> Vec<String> {
    let any = of.sizing.rows.iter().any(|row| row.proposal.is_any());
    let Some(again) = of.again.as_ref().filter(|_| any) else { return Vec::new() };
    vec![format!("{again} -o patch > rightsize.yaml"), try_it(of)]
}

/// Returns the command that shows the changes of a patch.
pub(super) fn try_it(of: &Sized) -> String {
    on_patch(of, &["diff", "--server-side", "--force-conflicts"])
}

/// Returns the command that checks a patch on the API server without changes.
pub(super) fn dry_run(of: &Sized) -> String {
    on_patch(of, &["apply", "--server-side", "--dry-run=server"])
}

/// A field manager removes the fields that its next patch leaves out. So each patch has a manager of its own.
fn on_patch(of: &Sized, words: &[&str]) -> String {
    let kubectl: &Kubectl = &of.report.settings.kubectl;
    let manager = format!("--field-manager=rightsize-{}", moment(of.report.snapshot.taken_at));
    kubectl.line(&[words, &[&manager, "-f", "rightsize.yaml"]].concat())
}

/// Writes `20251226-020000` in UTC, for use in a command.
fn moment(time: Time) -> String {
    let timestamp = time.known().and_then(Time::to_timestamp).unwrap_or_default();
    timestamp.to_zoned(TimeZone::UTC).strftime("%Y%m%d-%H%M%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_amounts_as_in_manifests() {
        assert_eq!([0, 10, 1000, 1250, 2000].map(cpu), ["0", "10m", "1", "1250m", "2"]);
        assert_eq!([0, 1, MEBI, 1 << 30, 5 << 29].map(memory), ["0Mi", "1Mi", "1Mi", "1Gi", "2560Mi"]);
        assert_eq!(amount(Amount { cpu: 2550, memory: MEBI }, ", "), "2550m CPU, 1Mi");
        assert_eq!(amount(Amount::default(), ", "), "-");
        assert_eq!(moment(Time::at(1_766_714_401)), "20251226-020001");
        assert_eq!(sum(Amount { cpu: 34_260, memory: 3 << 29 }, Lang::En), "34.2 CPU, 1.5Gi");
        assert_eq!(sum(Amount { cpu: 50, memory: 64 * MEBI }, Lang::En), "50m CPU, 64Mi");
        assert_eq!(sum(Amount::default(), Lang::En), "0 CPU, 0Mi");
    }
}

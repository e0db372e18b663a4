//! The words and figures that the human formats of right-sizing share.

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
    LIMITS: "LIMITS", "上限", "上限";
    GIVES_BACK: "GIVES BACK", "可釋出", "可释放";
    SAMPLES: "SAMPLES", "樣本數", "样本数";
    WHAT: "WHAT, AND WHAT TO SET", "問題與建議值", "问题与建议值";
    FINE: "Requests fit what was used", "請求量與實際用量相符", "请求量与实际用量相符";
    CHANGES: "Requests do not fit what was used", "請求量與實際用量不符", "请求量与实际用量不符";
    FEW: "Too little is known to propose anything", "資料太少，無法提出建議", "数据太少，无法给出建议";
    UNKNOWN: "Nothing is known of what was used", "沒有任何用量資料", "没有任何用量数据";
    WINDOW: "{window} of usage", "{window} 的用量", "{window} 的用量";
    ONE_SAMPLE: "one sample", "單一樣本", "单个样本";
    SOME_SAMPLES: "{samples} samples", "{samples} 個樣本", "{samples} 个样本";
    OVER: "OVER-PROVISIONED: {count} containers would give back {amount}, of {all} that all workloads request",
        "過度配置：{count} 個容器可釋出 {amount}，所有工作負載共請求 {all}", "过度配置：{count} 个容器可释放 {amount}，所有工作负载共请求 {all}";
    UNDER: "UNDER-PROVISIONED: {count} containers; what is proposed requests {amount} more",
        "配置不足：{count} 個容器；依建議須多請求 {amount}", "配置不足：{count} 个容器；按建议需多请求 {amount}";
    TOO_FEW: "TOO FEW SAMPLES: {count} containers, for which nothing is proposed", "樣本不足：{count} 個容器，不提出建議",
        "样本不足：{count} 个容器，不给出建议";
    MORE_GIVE: "{count} more give back {amount}: --all", "其餘 {count} 個可釋出 {amount}：--all", "其余 {count} 个可释放 {amount}：--all";
    MORE: "{count} more: --all", "其餘 {count} 個：--all", "其余 {count} 个：--all";
    NOT_JUDGED: "Not judged", "未評估", "未评估";
    NOT_MEASURED: "not measured: {count} workloads", "{count} 個工作負載沒有用量資料", "{count} 个工作负载没有用量数据";
    WITHOUT_PODS: "without pods: {count} workloads", "{count} 個工作負載沒有 Pod", "{count} 个工作负载没有 Pod";
    NOT_SEEN: "not seen themselves: {count} workloads", "{count} 個工作負載本身未檢查到", "{count} 个工作负载本身未检查到";
    AS_WHOLE: "given CPU and memory by the pod: {count} workloads", "{count} 個工作負載以整個 Pod 設定資源", "{count} 个工作负载按整个 Pod 设置资源";
    INJECTED: "not in the template of their workload: {count} containers", "{count} 個容器不在工作負載的範本中", "{count} 个容器不在工作负载的模板中";
    OF_JOBS: "of jobs: {count} pods", "{count} 個 Pod 屬於 Job", "{count} 个 Pod 属于 Job";
    BARE: "without an owner: {count} pods", "{count} 個 Pod 沒有擁有者", "{count} 个 Pod 没有属主";
    OF_OTHERS: "of other owners: {count} pods", "{count} 個 Pod 屬於其他擁有者", "{count} 个 Pod 属于其他属主";
    KILLED_AT: "killed for its memory at its limit {limit}", "達到記憶體上限 {limit} 被終止", "达到内存上限 {limit} 被杀";
    KILLED: "killed for its memory, which is not limited", "因記憶體不足被終止（未設上限）", "因内存不足被杀（未设上限）";
    LEAKS: "killed for its memory, which grew without bound: a leak, and no limit is enough", "因記憶體持續成長被終止：疑似洩漏，調高上限無濟於事",
        "因内存持续增长被杀：疑似泄漏，调高上限无济于事";
    NODE_SHORT: "killed for its memory far below its limit {limit}: its node was short of it", "遠低於記憶體上限 {limit} 即被終止：節點記憶體不足",
        "远低于内存上限 {limit} 就被杀：节点内存不足";
    NEAR: "memory {used} is {percent} % of its limit {limit}", "記憶體 {used} 已達上限 {limit} 的 {percent} %", "内存 {used} 已达上限 {limit} 的 {percent} %";
    THROTTLED: "stopped in {percent} % of its CPU periods by its limit {limit}", "上限 {limit} 使其 {percent} % 的 CPU 週期被限流",
        "上限 {limit} 使其 {percent} % 的 CPU 周期被限流";
    THROTTLED_BY: "stopped in {percent} % of its CPU periods by its limit", "{percent} % 的 CPU 週期被限流", "{percent} % 的 CPU 周期被限流";
    MEMORY_ABOVE: "memory {used} is above its request {request}", "記憶體 {used} 超過請求量 {request}", "内存 {used} 超过请求量 {request}";
    MEMORY_UNASKED: "memory {used} without a request", "記憶體用了 {used}，但未設請求量", "内存用了 {used}，但未设请求量";
    CPU_ABOVE: "CPU {used} is above its request {request}", "CPU {used} 超過請求量 {request}", "CPU {used} 超过请求量 {request}";
    CPU_UNASKED: "CPU {used} without a request", "CPU 用了 {used}，但未設請求量", "CPU 用了 {used}，但未设请求量";
    CPU_REQUEST: "CPU request {amount}", "CPU 請求 {amount}", "CPU 请求 {amount}";
    MEMORY_REQUEST: "memory request {amount}", "記憶體請求 {amount}", "内存请求 {amount}";
    CPU_LIMIT: "CPU limit {amount}", "CPU 上限 {amount}", "CPU 上限 {amount}";
    MEMORY_LIMIT: "memory limit {amount}", "記憶體上限 {amount}", "内存上限 {amount}";
    AUTOSCALED: "HPA: an autoscaler scales it by a share of its CPU request, which stays as it is",
        "HPA：自動擴縮以 CPU 請求量的比例為目標，因此請求量不變", "HPA：自动扩缩以 CPU 请求量的比例为目标，因此请求量不变";
    AUTOSCALERS_NOT_SEEN: "HPA?: autoscalers were not seen, and there may be one: CPU requests stay as they are",
        "HPA?：未檢查到 HPA，可能有自動擴縮，因此 CPU 請求量不變", "HPA?：未检查到 HPA，可能有自动扩缩，因此 CPU 请求量不变";
    UNPROPOSED: "nothing is proposed", "不提出建議", "不给出建议";
}

const MEBI: i64 = 1 << 20;

/// CPU as manifests have it: whole cores, else thousandths.
pub(super) fn cpu(millis: i64) -> String {
    if millis % 1000 == 0 { (millis / 1000).to_string() } else { format!("{millis}m") }
}

/// Memory as manifests have it: in whole Gi or Mi, else rounded up to Mi, as it is shown.
pub(super) fn memory(bytes: i64) -> String {
    match bytes {
        bytes if bytes > 0 && bytes % (1024 * MEBI) == 0 => format!("{}Gi", bytes / (1024 * MEBI)),
        bytes => format!("{}Mi", bytes / MEBI + i64::from(bytes % MEBI > 0)),
    }
}

/// `2550m CPU, 4992Mi`, or with something else between them; what is nothing is not said.
pub(super) fn amount(amount: Amount, between: &str) -> String {
    let cpu = (amount.cpu > 0).then(|| format!("{} CPU", cpu(amount.cpu)));
    let memory = (amount.memory > 0).then(|| memory(amount.memory));
    let parts: Vec<String> = cpu.into_iter().chain(memory).collect();
    if parts.is_empty() { "-".to_owned() } else { parts.join(between) }
}

/// `34.2 CPU, 81.5Gi`: a sum, in tenths; what is less than one, as it is.
fn sum(amount: Amount, lang: Lang) -> String {
    let cpu = if amount.cpu == 0 { "0".to_owned() } else { cores_or_millis(amount.cpu) };
    words::list(&[format!("{cpu} CPU"), gibi_or_mebibytes(amount.memory)], lang)
}

fn set(amount: i64, written: fn(i64) -> String) -> String {
    if amount > 0 { written(amount) } else { "-".to_owned() }
}

/// `120m/1 → 150m`, or on two lines; why it stays, where it must.
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

/// The same of memory.
pub(super) fn memory_cell(row: &Row, between: &str) -> String {
    let facts = &row.facts;
    let now = format!("{}/{}", memory(facts.used.memory), set(facts.requests.memory, memory));
    let next = row.proposal.requests.memory.map(|next| format!("→ {}", memory(next))).unwrap_or_default();
    format!("{now}{between}{next}").trim_end_matches(' ').to_owned()
}

/// `500m → 1, 512Mi → 640Mi`.
pub(super) fn limits(row: &Row) -> String {
    let of = |now: i64, next: Option<i64>, written: fn(i64) -> String| match next {
        Some(next) => format!("{} → {}", set(now, written), written(next)),
        None => set(now, written),
    };
    let (now, next) = (row.facts.limits, row.proposal.limits);
    format!("{}, {}", of(now.cpu, next.cpu, cpu), of(now.memory, next.memory, memory))
}

/// How well it is known what a container uses.
pub(super) fn measured(row: &Row, lang: Lang) -> String {
    match row.facts.measured {
        Measured::History(samples) => samples.to_string(),
        Measured::Few(samples) => SOME_SAMPLES.fill(lang, &[("samples", Fact::Number(samples))]),
        Measured::Once => ONE_SAMPLE.get(lang).to_owned(),
        Measured::Nothing => "-".to_owned(),
    }
}

/// How all of it is.
pub(super) fn verdict(sizing: &Rightsizing) -> (&'static str, &'static Text) {
    let worst = sizing.under().first().and_then(|row| row.severity());
    let is_known = |row: &Row| matches!(row.facts.measured, Measured::History(_));
    match worst {
        Some(severity) => (words::severity_glyph(severity), &CHANGES),
        None if !sizing.over().is_empty() => ("🔵", &CHANGES),
        None if sizing.rows.iter().any(is_known) => ("🟢", &FINE),
        None if sizing.rows.is_empty() => ("⚪", &UNKNOWN),
        None => ("⚪", &FEW),
    }
}

/// By what it is known.
pub(super) fn source(sizing: &Rightsizing, lang: Lang) -> Option<String> {
    let once = || sizing.rows.iter().any(|row| row.facts.measured == Measured::Once);
    match sizing.window {
        Some(window) => Some(WINDOW.fill(lang, &[("window", Fact::Text(human(window)))])),
        None => once().then(|| ONE_SAMPLE.get(lang).to_owned()),
    }
}

/// The cluster, and the namespaces.
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

/// What would be given back.
pub(super) fn over(sizing: &Rightsizing, rows: &[&Row], lang: Lang) -> String {
    let facts = [
        ("count", Fact::count(rows.len())),
        ("amount", Fact::Text(sum(sizing.gives_back(), lang))),
        ("all", Fact::Text(sum(sizing.requests, lang))),
    ];
    OVER.fill(lang, &facts)
}

/// What would be asked for.
pub(super) fn under(sizing: &Rightsizing, rows: &[&Row], lang: Lang) -> String {
    UNDER.fill(
        lang,
        &[("count", Fact::count(rows.len())), ("amount", Fact::Text(sum(sizing.asks_more(), lang)))],
    )
}

pub(super) fn too_few(rows: &[&Row], lang: Lang) -> String {
    TOO_FEW.fill(lang, &[("count", Fact::count(rows.len()))])
}

/// What is wrong with a container, and what to set.
pub(super) fn risks(row: &Row, lang: Lang) -> String {
    let separator = if lang == Lang::En { "; " } else { "；" };
    let told: Vec<String> = row.risks.iter().map(|risk| told(*risk, row, lang)).collect();
    let told = told.join(separator);
    let proposed = proposed(row, lang);
    match (row.facts.measured, proposed.is_empty()) {
        (_, false) => format!("{told} → {}", words::list(&proposed, lang)),
        (Measured::Few(_) | Measured::Once, true) => {
            let said = if lang == Lang::En { ": " } else { "：" };
            format!("{told}{separator}{}{said}{}", measured(row, lang), UNPROPOSED.get(lang))
        }
        _ => told,
    }
}

fn told(risk: Risk, row: &Row, lang: Lang) -> String {
    let (used, requests, limits) = (row.facts.used, row.facts.requests, row.facts.limits);
    let is_memory = !matches!(risk, Risk::Throttled(_) | Risk::AboveCpuRequest);
    let text = |amount: Amount| Fact::Text(if is_memory { memory(amount.memory) } else { cpu(amount.cpu) });
    let percent = match risk {
        Risk::Throttled(share) => format!("{}.{}", share / 10, share % 10),
        _ => (i128::from(used.memory) * 100 / i128::from(limits.memory.max(1))).to_string(),
    };
    let held = row.facts.throttled.and_then(|(_, limit)| limit);
    let limit = match risk {
        Risk::Throttled(_) => Fact::Text(held.map(cpu).unwrap_or_default()),
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
        Risk::Throttled(_) if held.is_some() => &THROTTLED,
        Risk::Throttled(_) => &THROTTLED_BY,
        Risk::AboveMemoryRequest if requests.memory > 0 => &MEMORY_ABOVE,
        Risk::AboveMemoryRequest => &MEMORY_UNASKED,
        Risk::AboveCpuRequest if requests.cpu > 0 => &CPU_ABOVE,
        Risk::AboveCpuRequest => &CPU_UNASKED,
    };
    text.fill(lang, &facts)
}

/// What to set, a text each.
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

/// What was not judged, in one line, and why CPU requests stay.
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

/// The commands that come next, where anything is proposed.
pub(super) fn commands(of: &Sized) -> Vec<String> {
    let any = of.sizing.rows.iter().any(|row| row.proposal.is_any());
    let Some(again) = of.again.as_ref().filter(|_| any) else { return Vec::new() };
    vec![format!("{again} -o patch > rightsize.yaml"), try_it(of)]
}

/// The command that shows what a patch would change.
pub(super) fn try_it(of: &Sized) -> String {
    on_patch(of, &["diff", "--server-side", "--force-conflicts"])
}

/// The command that asks the server to take it, without changing anything.
pub(super) fn dry_run(of: &Sized) -> String {
    on_patch(of, &["apply", "--server-side", "--dry-run=server"])
}

/// What one manager of fields has set and leaves out of its next patch is taken away: so each patch has its own.
fn on_patch(of: &Sized, words: &[&str]) -> String {
    let kubectl: &Kubectl = &of.report.settings.kubectl;
    let manager = format!("--field-manager=rightsize-{}", moment(of.report.snapshot.taken_at));
    kubectl.line(&[words, &[&manager, "-f", "rightsize.yaml"]].concat())
}

/// `20251226-020000`, in UTC: it stands in a command, and is the same for everybody.
fn moment(time: Time) -> String {
    let timestamp = time.known().and_then(Time::to_timestamp).unwrap_or_default();
    timestamp.to_zoned(TimeZone::UTC).strftime("%Y%m%d-%H%M%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_as_manifests_have_them() {
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

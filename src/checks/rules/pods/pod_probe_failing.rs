//! A container runs, but its readiness or startup probe fails.

use crate::checks::prelude::*;

static INFO: CheckInfo = CheckInfo {
    id: "pod-probe-failing",
    since: "0.1.0",
    severity: Severity::High,
    needs: &[Kind::Pod, Kind::Event],
    title: Text {
        en: "Container fails its probe", zh_tw: "容器未通過探針檢查", zh_cn: "容器未通过探针检查"
    },
    meaning: Text {
        en: "The container runs but gets no traffic, because its readiness or startup probe fails.",
        zh_tw: "容器在執行，但就緒探針（readiness）或啟動探針（startup）失敗，因此收不到流量。",
        zh_cn: "容器在运行，但就绪探针或启动探针失败，因此收不到流量。",
    },
    remedy: Text {
        en: "Request the probe's address from inside the pod, and read the container's log.",
        zh_tw: "在 Pod 內手動存取探針位址，並查看容器日誌。",
        zh_cn: "在 Pod 内手动访问探针地址，并查看容器日志。",
    },
    prevention: Text {
        en: "The readiness probe should test only what the pod itself needs. Add a startupProbe to \
             containers that start slowly.",
        zh_tw: "就緒探針只檢查 Pod 自身所需；啟動慢的服務加上 startupProbe。",
        zh_cn: "就绪探针只检查 Pod 自身所需；启动慢的服务加上 startupProbe。",
    },
    page: page!("pod-probe-failing"),
    traits: Traits { relation: Relation::CausedByNode, ..Traits::NONE },
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static SAID: Text = Text {
    en: "{role} {container} has not passed its {probe} probe for {age}: {detail}",
    zh_tw: "{role} {container} 的{probe}已 {age} 未通過：{detail}",
    zh_cn: "{role} {container} 的{probe}已 {age} 未通过：{detail}",
};

static UNSAID: Text = Text {
    en: "{role} {container} has not passed its {probe} probe for {age}",
    zh_tw: "{role} {container} 的{probe}已 {age} 未通過",
    zh_cn: "{role} {container} 的{probe}已 {age} 未通过",
};

static BUDGET: Text = Text {
    en: "the startup probe allows {budget} before the kubelet kills the container",
    zh_tw: "啟動探針的寬限時間為 {budget}，逾時由 kubelet 終止容器",
    zh_cn: "启动探针的宽限时间为 {budget}，超时由 kubelet 终止容器",
};

static READINESS: Text =
    Text { en: "readiness", zh_tw: "就緒探針（readiness）", zh_cn: "就绪探针" };

static STARTUP: Text = Text { en: "startup", zh_tw: "啟動探針（startup）", zh_cn: "启动探针" };

fn run(view: &View, out: &mut Reporter) {
    for (pod, trouble) in view.problems() {
        let PodProblem::Unready(container) = trouble else { continue };
        let startup = container.spec.and_then(|spec| spec.startup_probe.as_ref());
        // The kubelet runs no other probe until the startup probe has passed.
        let starting = startup.filter(|_| container.status.started != Some(true));
        let (probe, begins) =
            if starting.is_some() { (&STARTUP, "Startup") } else { (&READINESS, "Readiness") };
        let warning = view.context(pod).failed_probe(&container.status.name, &[begins]);
        let since = pod.unready_since().or(pod.created());
        let mut facts = vec![
            ("role", Fact::Words(role(&container))),
            ("container", Fact::text(&container.status.name)),
            ("probe", Fact::Words(probe)),
            ("age", view.ago(since)),
        ];
        let said =
            warning.map(|event| event.message.split_once(": ").map_or(&*event.message, |(_, said)| said));
        facts.extend(said.map(|said| ("detail", Fact::text(said))));
        let severity = if is_in_time(view, pod, &container, since) { Severity::Low } else { Severity::High };
        let finding = out.pod(
            pod,
            &[&container.status.name],
            severity,
            Message::new(if said.is_some() { &SAID } else { &UNSAID }, facts),
        );
        finding.since = since;
        let budget = starting.map(|probe| vec![("budget", Fact::Age(probe.budget()))]);
        finding.evidence.extend(budget.map(|facts| Message::new(&BUDGET, facts)));
        finding.actions = vec![view.describe(pod), view.show_log(pod, &container)];
    }
}

/// Whether a container may still become ready. Its probes declare how long that may take. For its first start the time
/// counts from the start of the container: earlier delays, such as a large image, are not caused by the program.
fn is_in_time(view: &View, pod: &Pod, container: &Container, since: Option<Time>) -> bool {
    let running = container.status.state.running.as_ref().filter(|_| container.status.restart_count == 0);
    let started = running.and_then(|running| running.started_at?.known());
    let began = started.filter(|started| since.is_none_or(|since| *started > since)).or(since);
    let startup = container.spec.and_then(|spec| spec.startup_probe.as_ref());
    let readiness = container.spec.and_then(|spec| spec.readiness_probe.as_ref());
    let patience = match startup.filter(|_| container.status.started != Some(true)) {
        Some(startup) => startup.budget(),
        None => readiness.map_or(0, |probe| i64::from(probe.initial_delay_seconds)),
    };
    view.is_young_for(pod, began) || began.is_some_and(|began| view.age(began) < patience)
}

//! Custom resources whose objects nobody converts between versions.

use crate::checks::prelude::*;
use crate::checks::traffic::{self, Empty};
use crate::wire::CustomResourceDefinition;

static GONE: Text = Text {
    en: "service {service} does not exist, which converts between {versions}: {effect}",
    zh_tw: "Service {service} 不存在，{versions} 之間無法轉換：{effect}",
    zh_cn: "Service {service} 不存在，{versions} 之间无法转换：{effect}",
};

static DEAD: Text = Text {
    en: "service {service} has no ready endpoint, which converts between {versions}: {effect}",
    zh_tw: "Service {service} 沒有就緒的端點，{versions} 之間無法轉換：{effect}",
    zh_cn: "Service {service} 没有就绪的端点，{versions} 之间无法转换：{effect}",
};

static COMING: Text = Text {
    en: "service {service} has no ready endpoint yet, which converts between {versions}; its pods are starting or being \
         replaced",
    zh_tw: "Service {service} 尚無就緒的端點，{versions} 之間暫時無法轉換，Pod 正在啟動或更新",
    zh_cn: "Service {service} 尚无就绪的端点，{versions} 之间暂时无法转换，Pod 正在启动或更新",
};

static ONLY: Text = Text {
    en: "only requests for {stored}, the stored version, work",
    zh_tw: "只有以儲存版本 {stored} 提出的請求可用",
    zh_cn: "只有按存储版本 {stored} 发出的请求可用",
};

static NONE: Text = Text {
    en: "no request works, because {stored}, the stored version, is not served",
    zh_tw: "儲存版本 {stored} 不對外提供，所有請求都會失敗",
    zh_cn: "存储版本 {stored} 不对外提供，所有请求都会失败",
};

pub(super) fn run(view: &View, out: &mut Reporter) {
    let definitions = view.snapshot.rows.definitions.iter();
    for definition in definitions.filter(|one| view.older_than(one.metadata.created(), traffic::NEW)) {
        report(view, out, definition);
    }
}

fn report(view: &View, out: &mut Reporter, definition: &CustomResourceDefinition) -> Option<()> {
    let converter = definition.converter()?;
    let versions = definition.versions_in_use();
    let is_uninstalled = traffic::is_going(view, &converter.namespace)
        || definition.metadata.deleted().is_some_and(|at| view.within_grace(Some(at)));
    if versions.len() < 2 || is_uninstalled {
        return None;
    }
    let empty = match view.service(&converter.namespace, &converter.name) {
        None if traffic::is_gone(view, converter) => None,
        None => return None,
        Some(service) if !view.older_than(service.metadata.created(), traffic::NEW) => return None,
        Some(service) => Some(Empty::of(view, service)?),
    };
    let (severity, text, effect) = judgement(view, definition, empty.as_ref())?;
    let facts = vec![
        ("service", Fact::Text(format!("{}/{}", converter.namespace, converter.name))),
        ("versions", Fact::list(versions)),
        ("effect", Fact::Message(effect)),
    ];
    let finding = out.object(traffic::definition_ref(definition), &[], severity, Message::new(text, facts));
    finding.actions = actions(view, definition, &converter.namespace);
    finding.because = declared([traffic::named_service_ref(converter)]);
    if let Some(empty) = empty {
        finding.since = empty.since();
        finding.because.extend(declared(empty.because()));
    }
    Some(())
}

fn judgement(
    view: &View,
    definition: &CustomResourceDefinition,
    empty: Option<&Empty>,
) -> Option<(Severity, &'static Text, Message)> {
    let stored = definition.spec.versions.iter().find(|version| version.storage)?;
    let (effect, severity) = if stored.served { (&ONLY, Severity::Medium) } else { (&NONE, Severity::High) };
    let effect = Message::new(effect, vec![("stored", Fact::text(&stored.name))]);
    let comes =
        |empty: &&Empty| !empty.is_scaled_to_zero() && (empty.is_coming(view) || empty.is_contradicted());
    Some(match empty {
        None => (severity, &GONE, effect),
        Some(empty) if comes(&empty) => (Severity::Low, &COMING, effect),
        Some(_) => (severity, &DEAD, effect),
    })
}

/// Returns the commands that show what is behind the Service, and the objects that are concerned.
fn actions(view: &View, definition: &CustomResourceDefinition, namespace: &str) -> Vec<String> {
    let kubectl = &view.settings.kubectl;
    let behind = kubectl.line(&["get", "service,endpointslice", "-n", namespace]);
    let served = definition.spec.versions.iter().find(|version| version.storage && version.served);
    let named = definition.metadata.name.split_once('.').zip(served);
    let objects = named.map(|((plural, group), version)| {
        kubectl.line(&["get", &format!("{plural}.{}.{group}", version.name), "-A"])
    });
    std::iter::once(behind).chain(objects).collect()
}

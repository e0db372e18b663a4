//! Custom resources without a working conversion webhook.

use crate::checks::prelude::*;
use crate::checks::traffic::{self, Unanswered};
use crate::wire::{CustomResourceDefinition, CustomResourceDefinitionVersion};

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
    let unanswered = Unanswered::of(view, converter)?;
    let stored = definition.stored_version()?;
    let (severity, text, effect) = judgement(view, stored, &unanswered);
    let facts = vec![
        ("service", Fact::Text(format!("{}/{}", converter.namespace, converter.name))),
        ("versions", Fact::list(versions)),
        ("effect", Fact::Message(effect)),
    ];
    let finding = out.object(traffic::definition_ref(definition), &[], severity, Message::new(text, facts));
    finding.actions = actions(view, definition, stored, &converter.namespace);
    finding.because = declared([traffic::named_service_ref(converter)]);
    if let Unanswered::Empty(empty) = unanswered {
        finding.since = empty.since();
        finding.because.extend(declared(empty.because()));
    }
    Some(())
}

fn judgement(
    view: &View,
    stored: &CustomResourceDefinitionVersion,
    unanswered: &Unanswered,
) -> (Severity, &'static Text, Message) {
    let (effect, severity) = if stored.served { (&ONLY, Severity::Medium) } else { (&NONE, Severity::High) };
    let effect = Message::new(effect, vec![("stored", Fact::text(&stored.name))]);
    match unanswered {
        Unanswered::Gone => (severity, &GONE, effect),
        Unanswered::Empty(empty) if empty.is_recovering(view) => (Severity::Low, &COMING, effect),
        Unanswered::Empty(_) => (severity, &DEAD, effect),
    }
}

/// Returns the commands that list what is behind the Service and, if their stored version is served, the objects.
fn actions(
    view: &View,
    definition: &CustomResourceDefinition,
    stored: &CustomResourceDefinitionVersion,
    namespace: &str,
) -> Vec<String> {
    let kubectl = &view.settings.kubectl;
    let behind = kubectl.line(&["get", "service,endpointslice", "-n", namespace]);
    let resource = definition.metadata.name.split_once('.').filter(|_| stored.served);
    let objects = resource
        .map(|(plural, group)| kubectl.line(&["get", &format!("{plural}.{}.{group}", stored.name), "-A"]));
    std::iter::once(behind).chain(objects).collect()
}

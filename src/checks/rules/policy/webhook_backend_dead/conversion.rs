//! Custom resources whose objects nobody converts between versions.

use crate::checks::prelude::*;
use crate::checks::traffic::{self, Empty};
use crate::wire::CustomResourceDefinition;

static GONE: Text = Text {
    en: "service {service} does not exist, which converts between {versions}: requests fail unless they name the version \
         that an object is stored in",
    zh_tw: "Service {service} 不存在，{versions} 之間無法轉換：請求的版本與物件儲存的版本不同就會失敗",
    zh_cn: "Service {service} 不存在，{versions} 之间无法转换：请求的版本与对象存储的版本不同就会失败",
};

static DEAD: Text = Text {
    en: "service {service} has no ready endpoint, which converts between {versions}: requests fail unless they name the \
         version that an object is stored in",
    zh_tw: "Service {service} 沒有就緒的端點，{versions} 之間無法轉換：請求的版本與物件儲存的版本不同就會失敗",
    zh_cn: "Service {service} 没有就绪的端点，{versions} 之间无法转换：请求的版本与对象存储的版本不同就会失败",
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
    if versions.len() < 2 || !view.saw(Kind::Service, &converter.namespace) {
        return None;
    }
    let (text, empty) = match view.service(&converter.namespace, &converter.name) {
        None => (&GONE, None),
        Some(service) => (&DEAD, Some(Empty::of(view, service)?)),
    };
    let comes =
        |empty: &Empty| !empty.is_scaled_to_zero() && (empty.is_coming(view) || empty.is_contradicted());
    if empty.as_ref().is_some_and(comes) {
        return None;
    }
    let facts = vec![
        ("service", Fact::Text(format!("{}/{}", converter.namespace, converter.name))),
        ("versions", Fact::list(versions)),
    ];
    let object = ObjectRef::of_cluster(Kind::CustomResourceDefinition.name(), &definition.metadata.name);
    let finding = out.object(object, &[], Severity::Medium, Message::new(text, facts));
    finding.actions =
        vec![view.settings.kubectl.line(&["get", "service,endpointslice", "-n", &converter.namespace])];
    finding.because = declared([traffic::named_service_ref(converter)]);
    if let Some(empty) = empty {
        finding.since = empty.since();
        finding.because.extend(declared(empty.because()));
    }
    Some(())
}

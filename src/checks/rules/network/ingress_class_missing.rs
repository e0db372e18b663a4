//! Reports Ingresses of a class that does not exist, which no controller handles.

use crate::checks::prelude::*;
use crate::checks::traffic;
use crate::wire::Ingress;
use std::collections::BTreeSet;

static INFO: CheckInfo = CheckInfo {
    id: "ingress-class-missing",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[Kind::Ingress, Kind::IngressClass],
    title: Text {
        en: "Ingress class missing",
        zh_tw: "Ingress 的 class 不存在",
        zh_cn: "Ingress 的 class 不存在",
    },
    meaning: Text {
        en: "No controller handles it: its hosts and paths are not served.",
        zh_tw: "沒有控制器會處理它，所設的主機與路徑不會生效。",
        zh_cn: "没有控制器会处理它，配置的主机与路径不会生效。",
    },
    remedy: Text {
        en: "Name a class that exists, or install the controller that provides this one.",
        zh_tw: "改成現有的 class，或安裝提供該 class 的控制器。",
        zh_cn: "改成现有的 class，或安装提供该 class 的控制器。",
    },
    prevention: Text {
        en: "Mark one IngressClass as the default, and check which Ingresses use a controller before removing it.",
        zh_tw: "指定一個預設的 IngressClass；移除控制器前先盤點還在使用它的 Ingress。",
        zh_cn: "指定一个默认的 IngressClass；移除控制器前先盘点还在使用它的 Ingress。",
    },
    page: page!("ingress-class-missing"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static MISSING: Text = Text {
    en: "IngressClass {class} does not exist; existing: {classes}",
    zh_tw: "IngressClass {class} 不存在，現有：{classes}",
    zh_cn: "IngressClass {class} 不存在，现有：{classes}",
};

static NONE_AT_ALL: Text = Text {
    en: "IngressClass {class} does not exist, and the cluster has no other",
    zh_tw: "IngressClass {class} 不存在，叢集裡也沒有其他 class",
    zh_cn: "IngressClass {class} 不存在，集群里也没有其他 class",
};

static BY_ANNOTATION: Text = Text {
    en: "annotation kubernetes.io/ingress.class names {class}, which is not an IngressClass; its controller may still \
         recognize it",
    zh_tw: "註解 kubernetes.io/ingress.class 指定的 {class} 不是 IngressClass，但控制器仍可能認得",
    zh_cn: "注解 kubernetes.io/ingress.class 指定的 {class} 不是 IngressClass，但控制器仍可能识别",
};

static UNNAMED: Text = Text {
    en: "it names no class, and the cluster has no default IngressClass",
    zh_tw: "未指定 class，叢集也沒有預設的 IngressClass",
    zh_cn: "未指定 class，集群也没有默认的 IngressClass",
};

/// How many classes a message names.
const SHOWN: usize = 10;
const DEFAULT: &str = "ingressclass.kubernetes.io/is-default-class";

fn run(view: &View, out: &mut Reporter) {
    if !view.saw(Kind::IngressClass, "") {
        return;
    }
    let classes = Classes::of(view);
    for ingress in &view.snapshot.rows.ingresses {
        let metadata = &ingress.metadata;
        let namespace = &*metadata.namespace;
        if traffic::is_going(view, namespace) {
            continue;
        }
        let Some((text, severity, class)) = judge(&classes, ingress) else { continue };
        let facts = vec![("class", Fact::text(class)), ("classes", classes.shown.clone())];
        let finding = out.object(traffic::ingress_ref(ingress), &[], severity, Message::new(text, facts));
        finding.since = metadata.created();
        if !class.is_empty() {
            finding.because = declared([ObjectRef::of_cluster("IngressClass", class)]);
        }
        let kubectl = &view.settings.kubectl;
        finding.actions = vec![kubectl.line(&["get", "ingressclasses"]), kubectl.describe(&finding.object)];
    }
}

/// The classes of the cluster.
struct Classes<'a> {
    names: BTreeSet<&'a str>,
    shown: Fact,
    has_default: bool,
}

impl<'a> Classes<'a> {
    fn of(view: &View<'a>) -> Self {
        let all = &view.snapshot.rows.ingress_classes;
        let names = all.iter().map(|class| &*class.metadata.name);
        Self {
            names: names.clone().collect(),
            shown: Fact::first(SHOWN, names),
            has_default: all.iter().any(|class| class.metadata.is_annotated(DEFAULT)),
        }
    }
}

/// Returns the problem of the class of an Ingress, and the class.
fn judge<'a>(classes: &Classes, ingress: &'a Ingress) -> Option<(&'static Text, Severity, &'a str)> {
    let exists = |name: &str| classes.names.contains(name);
    let field = ingress.spec.ingress_class_name.as_deref().filter(|name| !name.is_empty());
    let annotation = ingress.metadata.annotation(traffic::CLASS);
    match (field, annotation) {
        (Some(name), _) if exists(name) => None,
        (Some(name), _) if classes.names.is_empty() => Some((&NONE_AT_ALL, Severity::Medium, name)),
        (Some(name), _) => Some((&MISSING, Severity::Medium, name)),
        (None, Some(name)) if exists(name) => None,
        (None, Some(name)) => Some((&BY_ANNOTATION, Severity::Low, name)),
        (None, None) if classes.has_default => None,
        (None, None) => Some((&UNNAMED, Severity::Low, "")),
    }
}

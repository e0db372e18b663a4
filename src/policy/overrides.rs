//! The annotations of namespaces and workloads for this tool: a class, thresholds, checks to skip, a mute. They apply after
//! all other settings, and those of a workload after those of its namespace.
//!
//! They come from the cluster, not from the operator: an annotation that cannot be used is ignored and reported, never an
//! error.

use super::profile::{Class, Matcher, Mute, Pattern, day};
use crate::finding::{Catalog, Group};
use crate::model::{Annotations, Gap, ObjectRef, PREFIX, Reason, ThresholdChanges};
use crate::text::suggest::nearest;
use crate::text::{Fact, Lang, Message, Text, reasons};
use std::collections::{BTreeMap, BTreeSet};

/// The annotations of one object.
#[derive(Clone, Debug)]
pub struct Override {
    /// The namespace or workload.
    pub object: ObjectRef,
    /// Its class.
    pub class: Option<String>,
    /// Its thresholds.
    pub thresholds: ThresholdChanges,
    /// The checks to skip, by id.
    pub skip: BTreeSet<&'static str>,
    /// Its mute.
    pub mute: Option<Mute>,
}

/// The annotations of a cluster that cannot be used, by object. A tenant may write any number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IgnoredAnnotations {
    /// The first [`MOST_IGNORED`].
    pub first: Vec<(ObjectRef, IgnoredAnnotation)>,
    /// The number of the others.
    pub more: u64,
}

/// The most annotations that are reported as ignored.
const MOST_IGNORED: usize = 1000;

impl IgnoredAnnotations {
    fn add(&mut self, object: &ObjectRef, name: &str, why: Message) {
        if self.first.len() < MOST_IGNORED {
            self.first.push((object.clone(), IgnoredAnnotation { name: name.to_owned(), why }));
        } else {
            self.more += 1;
        }
    }
}

/// An annotation that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IgnoredAnnotation {
    /// The name after the prefix.
    pub name: String,
    /// Why it cannot be used.
    pub why: Message,
}

static IGNORED: Text = Text { en: "{name}: {why}", zh_tw: "{name}：{why}", zh_cn: "{name}：{why}" };
static NO_CLASS: Text = Text {
    en: "the profile has no class \"{class}\"",
    zh_tw: "設定檔沒有類別「{class}」",
    zh_cn: "配置文件没有类别“{class}”",
};
static NO_SWITCH: Text = Text {
    en: "must be true or false, not \"{value}\"",
    zh_tw: "必須是 true 或 false，而不是「{value}」",
    zh_cn: "必须是 true 或 false，而不是“{value}”",
};
static UNKNOWN: Text = Text {
    en: "unknown annotation; known: {known}",
    zh_tw: "不認得的註解；可用的有：{known}",
    zh_cn: "未知的注解；可用的有：{known}",
};
static MISSPELT: Text = Text {
    en: "unknown annotation; did you mean \"{near}\"?",
    zh_tw: "不認得的註解；是否指「{near}」？",
    zh_cn: "未知的注解；是否指“{near}”？",
};
static NO_MUTE: Text =
    Text {
        en: "missing, but {other} is set", zh_tw: "未設定，但有 {other}", zh_cn: "未设置，但有 {other}"
    };
static LACKS: Text = Text { en: "{other} is missing", zh_tw: "缺少 {other}", zh_cn: "缺少 {other}" };

impl IgnoredAnnotation {
    /// Returns the annotation and why it cannot be used.
    pub fn in_lang(&self, lang: Lang) -> String {
        let name = Fact::Text(full(&self.name));
        IGNORED.fill(lang, &[("name", name), ("why", Fact::Message(self.why.clone()))])
    }
}

/// The annotations other than thresholds.
const NAMES: [&str; 7] =
    ["class", "skip", "skip-tls-check", "mute", "mute-reason", "mute-owner", "mute-until"];

/// The full name of an annotation.
fn full(name: &str) -> String {
    format!("{PREFIX}{name}")
}

/// Reads the annotations of an object, and adds those that cannot be used to `ignored`; `classes` are those of the profile.
pub fn read(
    object: ObjectRef,
    annotations: &Annotations,
    classes: &[Class],
    catalog: &Catalog,
    ignored: &mut IgnoredAnnotations,
) -> Override {
    let (thresholds, skip) = (ThresholdChanges::default(), BTreeSet::new());
    let mut out = Override { object, class: None, thresholds, skip, mute: None };
    for (name, value) in annotations.iter() {
        if let Err(why) = out.take(name, value.trim(), classes, catalog) {
            ignored.add(&out.object, name, why);
        }
    }
    match mute(&out.object, annotations, catalog) {
        Ok(mute) => out.mute = mute,
        Err(why) => ignored.add(&out.object, "mute", why),
    }
    out
}

impl Override {
    fn take(&mut self, name: &str, value: &str, classes: &[Class], catalog: &Catalog) -> Result<(), Message> {
        match name {
            "class" if classes.iter().any(|class| class.name == value) => self.class = Some(value.to_owned()),
            "class" => return Err(Message::new(&NO_CLASS, vec![("class", Fact::text(value))])),
            "skip" => self.skip.extend(ids(value, catalog)?),
            "skip-tls-check" => match value {
                "true" => self.skip.extend(catalog.group(Group::Tls).map(|check| check.id)),
                "false" => {}
                _ => return Err(Message::new(&NO_SWITCH, vec![("value", Fact::text(value))])),
            },
            "mute" | "mute-reason" | "mute-owner" | "mute-until" => {}
            _ if ThresholdChanges::NAMES.contains(&name) => self.thresholds.set(name, value)?,
            _ => return Err(unknown(name)),
        }
        Ok(())
    }

    /// Returns whether these are the annotations of a namespace.
    pub fn is_of_namespace(&self) -> bool {
        self.object.namespace.is_empty()
    }

    /// Returns the namespace in which checks are skipped.
    fn place(&self) -> &str {
        if self.is_of_namespace() { &self.object.name } else { &self.object.namespace }
    }

    /// Returns why checks are skipped.
    fn why(&self) -> Message {
        let (text, fact) = if self.is_of_namespace() {
            (&reasons::NAMESPACE_ANNOTATION, ("namespace", Fact::text(&self.object.name)))
        } else {
            (&reasons::ANNOTATION, ("object", Fact::Text(self.object.slashed())))
        };
        Message::new(text, vec![fact])
    }
}

/// The most objects of a namespace that are named with a check that they skip, and the most namespaces. A tenant may write
/// any number of annotations.
const MOST_NAMED: (usize, usize) = (3, 100);

/// Returns the checks that annotations skip as gaps in the coverage. Of many objects or namespaces only the number is given.
pub fn skipped(overrides: &[Override]) -> Vec<Gap> {
    let mut skipped: BTreeMap<&str, BTreeMap<&str, Vec<&Override>>> = BTreeMap::new();
    for over in overrides {
        for id in &over.skip {
            skipped.entry(id).or_default().entry(over.place()).or_default().push(over);
        }
    }
    let (objects, namespaces) = MOST_NAMED;
    let many = |count: usize| Message::new(&reasons::ANNOTATIONS, vec![("count", Fact::count(count))]);
    let mut gaps = Vec::new();
    for (id, places) in skipped {
        let gap = |namespace: Option<&str>, why| {
            Gap { namespace: namespace.map(str::to_owned), ..Gap::new(id, Reason::Skipped) }.because(why)
        };
        if places.len() > namespaces {
            gaps.push(gap(None, many(places.values().map(Vec::len).sum())));
            continue;
        }
        for (place, found) in places {
            if found.len() > objects {
                gaps.push(gap(Some(place), many(found.len())));
            } else {
                gaps.extend(found.iter().map(|over| gap(Some(place), over.why())));
            }
        }
    }
    gaps
}

fn unknown(name: &str) -> Message {
    let known = || NAMES.into_iter().chain(ThresholdChanges::NAMES);
    match nearest(name, known()) {
        Some(near) => Message::new(&MISSPELT, vec![("near", Fact::text(near))]),
        None => Message::new(&UNKNOWN, vec![("known", Fact::list(known()))]),
    }
}

/// Returns the checks that a list of patterns matches.
fn ids(list: &str, catalog: &Catalog) -> Result<BTreeSet<&'static str>, Message> {
    let mut all = BTreeSet::new();
    for pattern in list.split(',').map(str::trim).filter(|pattern| !pattern.is_empty()) {
        all.extend(catalog.matching(pattern)?);
    }
    Ok(all)
}

fn mute(object: &ObjectRef, annotations: &Annotations, catalog: &Catalog) -> Result<Option<Mute>, Message> {
    let said = |name: &str| annotations.get(name).map(str::trim).filter(|value| !value.is_empty());
    let of = |text, other: &str| Message::new(text, vec![("other", Fact::Text(full(other)))]);
    let Some(check) = said("mute") else {
        let rest = ["mute-reason", "mute-owner", "mute-until"].into_iter().find(|name| said(name).is_some());
        return rest.map_or(Ok(None), |name| Err(of(&NO_MUTE, name)));
    };
    let needed = |name: &str| said(name).ok_or_else(|| of(&LACKS, name));
    let until = day(needed("mute-until")?)?;
    let (reason, owner) = (needed("mute-reason")?.to_owned(), needed("mute-owner")?.to_owned());
    let whole = object.namespace.is_empty();
    let namespace = if whole { &object.name } else { &object.namespace };
    let place =
        if whole { object.slashed() } else { format!("{} in {}", object.slashed(), object.namespace) };
    Ok(Some(Mute {
        check: check.to_owned(),
        checks: ids(check, catalog)?,
        namespace: Some(Matcher::Exact(namespace.to_string())),
        object: (!whole).then(|| Pattern::exact(&object.kind, &object.name)),
        reason,
        owner,
        until,
        place: format!("annotation on {place}"),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{CheckInfo, Severity, Traits};
    use crate::model::Names;
    use serde_json::{Map, Value, json};
    use std::collections::BTreeMap;

    const fn check(id: &'static str) -> CheckInfo {
        const NONE: Text = Text { en: "", zh_tw: "", zh_cn: "" };
        CheckInfo {
            id,
            since: "0.1.0",
            severity: Severity::High,
            needs: &[],
            title: NONE,
            meaning: NONE,
            remedy: NONE,
            prevention: NONE,
            page: NONE,
            traits: Traits { group: Some(Group::Tls), ..Traits::NONE },
        }
    }

    static CATALOG: Catalog =
        Catalog::new(&[&check("image-tag-mutable"), &check("pod-leftover"), &check("quota-full")]);

    fn over(pairs: &[(&str, &str)]) -> (Override, IgnoredAnnotations) {
        let mut ignored = IgnoredAnnotations::default();
        (of("web[1]", pairs, &mut ignored), ignored)
    }

    fn of(name: &str, pairs: &[(&str, &str)], ignored: &mut IgnoredAnnotations) -> Override {
        let all: Map<String, Value> =
            pairs.iter().map(|(name, value)| (format!("{PREFIX}{name}"), json!(value))).collect();
        let read: crate::wire::Annotations = serde_json::from_value(all.into()).unwrap();
        let annotations = Annotations::fold(Some(&read), &Names::default());
        let batch = Class {
            name: "batch".to_owned(),
            workloads: Vec::new(),
            labels: BTreeMap::new(),
            thresholds: ThresholdChanges::default(),
        };
        super::read(ObjectRef::new("shop", "Deployment", name), &annotations, &[batch], &CATALOG, ignored)
    }

    #[test]
    fn annotations_apply() {
        let (over, ignored) = over(&[
            ("class", "batch"),
            ("skip", "image-*, quota-full"),
            ("grace", "10m"),
            ("mute", "pod-leftover"),
            ("mute-until", "2026-12-31"),
            ("mute-reason", "known"),
            ("mute-owner", "team"),
        ]);
        assert_eq!(ignored, IgnoredAnnotations::default());
        assert_eq!(over.class.as_deref(), Some("batch"));
        assert!(over.skip.contains("quota-full") && over.skip.contains("image-tag-mutable"));
        assert_eq!(over.thresholds.to_string(), "grace 10m");
        let mute = over.mute.unwrap();
        assert!(mute.object.unwrap().is_match("Deployment", "web[1]"));
        assert_eq!(mute.place, "annotation on deployment/web[1] in shop");
    }

    #[test]
    fn an_annotation_that_cannot_be_used_is_reported_and_the_others_apply() {
        for (name, value, why) in [
            ("class", "batsch", "healthcheck.dev/class: the profile has no class \"batsch\""),
            ("skipp", "x", "healthcheck.dev/skipp: unknown annotation; did you mean \"skip\"?"),
            (
                "skip",
                "pod-leftovers",
                "healthcheck.dev/skip: no check is called \"pod-leftovers\"; did you mean",
            ),
            ("grace", "soon", "healthcheck.dev/grace: grace: \"soon\" is not a duration"),
            ("skip-tls-check", "1", "healthcheck.dev/skip-tls-check: must be true or false"),
            ("mute", "pod-leftover", "healthcheck.dev/mute: healthcheck.dev/mute-until is missing"),
            ("mute-owner", "me", "healthcheck.dev/mute: missing, but healthcheck.dev/mute-owner is set"),
        ] {
            let (over, ignored) = over(&[(name, value), ("restarts-attention", "7")]);
            let [(_, ignored)] = &ignored.first[..] else { panic!("{over:?}") };
            assert!(ignored.in_lang(Lang::En).starts_with(why), "{ignored:?}");
            let chinese = [Lang::ZhTw, Lang::ZhCn].map(|lang| ignored.in_lang(lang));
            assert!(chinese.iter().all(|text| text.contains('：') && !text.contains('{')), "{chinese:?}");
            assert_eq!(over.thresholds.to_string(), "restarts-attention 7");
        }
    }

    #[test]
    fn very_many_annotations_that_cannot_be_used_are_counted() {
        let mut ignored = IgnoredAnnotations::default();
        for number in 0..500 {
            of(&format!("web-{number}"), &[("classs", "a"), ("grace", "b"), ("skip", "c")], &mut ignored);
        }
        assert_eq!((ignored.first.len(), ignored.more), (MOST_IGNORED, 500));
    }

    #[test]
    fn checks_that_very_many_objects_skip_are_few_gaps() {
        let mut ignored = IgnoredAnnotations::default();
        let mut skips = |namespace: &str, count: usize| -> Vec<Override> {
            let named = |number| of(&format!("web-{number}"), &[("skip", "quota-full")], &mut ignored);
            let moved = |over: Override| Override {
                object: ObjectRef::new(namespace, "Deployment", &over.object.name),
                ..over
            };
            (0..count).map(named).map(moved).collect()
        };
        let told = |overrides: &[Override]| -> Vec<(Option<String>, String)> {
            let why = |gap: Gap| (gap.namespace, gap.why.unwrap().to_string());
            skipped(overrides).into_iter().map(why).collect()
        };
        let place = |name: &str| Some(name.to_owned());
        let few: Vec<Override> = [skips("shop", 2), skips("tenant", 5000)].concat();
        assert_eq!(
            told(&few),
            [
                (place("shop"), "annotation on deployment/web-0".to_owned()),
                (place("shop"), "annotation on deployment/web-1".to_owned()),
                (place("tenant"), "annotations on 5000 objects".to_owned()),
            ]
        );
        let many: Vec<Override> = (0..150).flat_map(|number| skips(&format!("ns-{number}"), 4)).collect();
        assert_eq!(told(&many), [(None, "annotations on 600 objects".to_owned())]);
    }
}

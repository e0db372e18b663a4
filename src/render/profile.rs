//! The settings of a run, and their sources.

use super::document::{Block, Column, Document, Table, name};
use super::json::{self, Encoding};
use super::words::{self, texts};
use super::{Look, SettingsFormat};
use crate::policy::mute::State;
use crate::policy::profile::{Class, Link, Mute, Webhook};
use crate::policy::setting::{Resolved, Set, Source};
use crate::text::{Fact, Lang, Text};
use jiff::civil::Date;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{self, Write};

texts! {
    SETTING: "SETTING", "設定", "配置项";
    VALUE: "VALUE", "值", "值";
    SOURCE: "SET BY", "來源", "来源";
    BUILT_IN: "built in", "內建", "内置";
    PROFILE: "profile, line {line}", "設定檔第 {line} 行", "配置文件第 {line} 行";
    WHOLE: "profile", "設定檔", "配置文件";
    ENVIRONMENT: "environment, {place}", "環境變數，{place}", "环境变量，{place}";
    FLAG: "flag, {place}", "命令列旗標，{place}", "命令行参数，{place}";
    NO_PROFILE: "No profile", "未使用設定檔", "未使用配置文件";
    OF: "Profile {name}, {path}", "設定檔 {name}，{path}", "配置文件 {name}，{path}";
    MUTE: "mute", "靜音", "静默";
    CLASS: "class", "類別", "类别";
    LINK: "link", "連結", "链接";
    WEBHOOK: "webhook", "webhook", "webhook";
}

/// Writes the settings of a run, each with its value and its source. `today` decides which mutes are expired.
///
/// # Errors
/// When `out` fails.
pub fn profile(
    args: &Resolved,
    today: Date,
    format: SettingsFormat,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        SettingsFormat::Table => page(args, today, look.lang).terminal(Look { width: None, ..look }, out),
        SettingsFormat::Markdown => page(args, today, look.lang).markdown(out),
        SettingsFormat::Json => json::write(&document(args, today), Encoding::Json, out),
        SettingsFormat::Yaml => json::write(&document(args, today), Encoding::Yaml, out),
        SettingsFormat::Name => {
            args.settings.iter().try_for_each(|set| writeln!(out, "{}={}", set.setting.key, shown(set)))
        }
    }
}

/// A setting: its name, its value, its source.
type Row = [String; 3];

fn page(args: &Resolved, today: Date, lang: Lang) -> Document {
    let rows = rows(args, today, lang);
    let column = |head: &Text, index: usize| {
        Column::new(head.get(lang), rows.iter().map(|row: &Row| name(&row[index])))
    };
    let table = Table::new(vec![column(&SETTING, 0), column(&VALUE, 1), column(&SOURCE, 2)]);
    let mut page = Document::default();
    page.section([Block::Title(vec![name(head(args, lang))])]);
    page.section([Block::Table(table)]);
    page
}

fn head(args: &Resolved, lang: Lang) -> String {
    let chosen = &args.chosen;
    match chosen.name.as_str() {
        "" => NO_PROFILE.get(lang).to_owned(),
        name => filled(&OF, lang, &[("name", name), ("path", &chosen.path.display().to_string())]),
    }
}

fn filled(text: &Text, lang: Lang, facts: &[(&'static str, &str)]) -> String {
    let facts: Vec<_> = facts.iter().map(|(name, value)| (*name, Fact::text(value))).collect();
    text.fill(lang, &facts)
}

fn rows(args: &Resolved, today: Date, lang: Lang) -> Vec<Row> {
    let set = |set: &Set| [set.setting.key.to_owned(), shown(set), source(&set.source, lang)];
    let rules = &args.chosen.rules;
    let whole = || WHOLE.get(lang).to_owned();
    let mut lines: Vec<Row> = args.settings.iter().map(set).collect();
    lines.extend(rules.classes.iter().map(|class| {
        let own = args.chosen.profile.classes.contains_key(&class.name);
        let by = if own { whole() } else { BUILT_IN.get(lang).to_owned() };
        [word(&CLASS, &class.name, lang), of_class(class), by]
    }));
    lines.extend(rules.mutes.iter().map(|mute| {
        let state = super::muted::state(state(mute, today)).get(lang);
        let value = words::bracketed(&of_mute(mute), state, lang);
        [word(&MUTE, &mute.check, lang), value, in_profile(&mute.place, lang)]
    }));
    lines.extend(rules.links.iter().map(|link| [word(&LINK, &link.name, lang), link.url.clone(), whole()]));
    lines.extend(args.chosen.webhooks.iter().map(|webhook| {
        let place = in_profile(&webhook.place.to_string(), lang);
        [word(&WEBHOOK, &webhook.name, lang), of_webhook(webhook), place]
    }));
    lines
}

fn word(text: &Text, name: &str, lang: Lang) -> String {
    format!("{} {name}", text.get(lang))
}

fn state(mute: &Mute, today: Date) -> State {
    if mute.until < today { State::Expired } else { State::Active }
}

fn of_mute(mute: &Mute) -> String {
    let namespace = mute.namespace.as_ref().map(|matcher| format!("-n {matcher}"));
    let object = mute.object.as_ref().map(ToString::to_string);
    let terms = format!("{}, {}, {}", mute.until, mute.owner, mute.reason);
    namespace.into_iter().chain(object).chain([terms]).collect::<Vec<_>>().join(" ")
}

fn of_class(class: &Class) -> String {
    let patterns: Vec<String> = class.patterns().collect();
    let thresholds = class.thresholds.to_string();
    let parts = [patterns.join(","), thresholds];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ")
}

/// Returns where the address is, when messages are sent, and the language if it is not that of the run.
fn of_webhook(webhook: &Webhook) -> String {
    let of = [webhook.address.to_string(), webhook.when.id().to_owned()];
    of.into_iter().chain(webhook.lang.map(|lang| lang.tag().to_owned())).collect::<Vec<_>>().join(" ")
}

/// Returns the value as a flag takes it; `-` if it is not set.
fn shown(set: &Set) -> String {
    match set.values.as_slice() {
        [] => "-".to_owned(),
        values => values.join(","),
    }
}

fn source(source: &Source, lang: Lang) -> String {
    match source {
        Source::BuiltIn => BUILT_IN.get(lang).to_owned(),
        Source::Profile(place) => in_profile(place, lang),
        Source::Environment(name) => filled(&ENVIRONMENT, lang, &[("place", name)]),
        Source::Flag(flag) => filled(&FLAG, lang, &[("place", flag)]),
    }
}

/// Returns the line of a place such as `config.yaml:12:5`. The file is above the table.
fn in_profile(place: &str, lang: Lang) -> String {
    let line = place.rsplit(':').nth(1).unwrap_or(place);
    filled(&PROFILE, lang, &[("line", line)])
}

fn document(args: &Resolved, today: Date) -> Value {
    let set = |set: &Set| {
        let (kind, place) = match &set.source {
            Source::BuiltIn => ("built-in", ""),
            Source::Profile(place) => ("profile", place.as_str()),
            Source::Environment(name) => ("environment", name.as_str()),
            Source::Flag(flag) => ("flag", flag.as_str()),
        };
        json!({ "key": set.setting.key, "flag": set.flag, "values": set.values, "source": kind, "place": place })
    };
    let mute = |mute: &Mute| {
        json!({ "mute": of_mute(mute), "check": mute.check, "reason": mute.reason,
        "owner": mute.owner, "until": mute.until.to_string(), "state": state(mute, today).id(), "place": mute.place })
    };
    let link = |link: &Link| json!({ "name": link.name, "url": link.url });
    let class = |class: &Class| {
        json!({ "name": class.name,
        "workloads": class.workloads.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "labels": class.labels.iter().map(|(key, value)| (key, value.glob().glob())).collect::<BTreeMap<_, _>>(),
        "thresholds": class.thresholds.to_string() })
    };
    let webhook = |webhook: &Webhook| {
        json!({ "name": webhook.name, "address": webhook.address.to_string(), "when": webhook.when.id(),
        "lang": webhook.lang.map(Lang::tag), "place": webhook.place.to_string() })
    };
    let rules = &args.chosen.rules;
    json!({
        "apiVersion": "healthcheck/v1",
        "kind": "Settings",
        "profile": args.chosen.name,
        "file": args.chosen.path.display().to_string(),
        "settings": args.settings.iter().map(set).collect::<Vec<_>>(),
        "classes": rules.classes.iter().map(class).collect::<Vec<_>>(),
        "mutes": rules.mutes.iter().map(mute).collect::<Vec<_>>(),
        "links": rules.links.iter().map(link).collect::<Vec<_>>(),
        "notify": args.chosen.webhooks.iter().map(webhook).collect::<Vec<_>>(),
    })
}

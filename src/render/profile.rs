//! What a run is set to, and who has set it.

use super::escape::{markdown as escaped, visible};
use super::grid::{self, Column};
use super::words::texts;
use super::{Format, Look};
use crate::policy::mute::State;
use crate::policy::profile::{Class, Link, Mute, Webhook};
use crate::policy::setting::{Resolved, Set, Source};
use crate::text::{Lang, Text};
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

/// Writes every setting of a run, its value and who has set it. `today` tells which mutes have ended.
///
/// # Errors
/// When `out` fails.
pub fn profile(
    args: &Resolved,
    today: Date,
    format: Format,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Table | Format::Wide => table(args, today, look, out),
        Format::Markdown => markdown(args, today, look.lang, out),
        Format::Name => args.settings.iter().try_for_each(|set| writeln!(out, "{}={}", set.setting.key, shown(set))),
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, &document(args, today))?;
            writeln!(out)
        }
        Format::Yaml => {
            let text = serde_saphyr::to_string(&document(args, today)).map_err(io::Error::other)?;
            out.write_all(text.as_bytes())
        }
    }
}

/// One line: what, its value, who has set it.
type Line = [String; 3];

fn table(args: &Resolved, today: Date, look: Look, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}\n", head(args, look.lang))?;
    let lines = lines(args, today, look.lang);
    let cells = |index: usize| lines.iter().map(|line| visible(&line[index])).collect();
    let columns = vec![
        Column::new(SETTING.get(look.lang), cells(0)),
        Column::new(VALUE.get(look.lang), cells(1)),
        Column::new(SOURCE.get(look.lang), cells(2)),
    ];
    grid::lines(&columns).iter().try_for_each(|line| writeln!(out, "{line}"))
}

fn markdown(args: &Resolved, today: Date, lang: Lang, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# {}\n", escaped(&head(args, lang)))?;
    let row = |cells: &[String; 3]| format!("| {} |", cells.join(" | "));
    writeln!(out, "{}", row(&[&SETTING, &VALUE, &SOURCE].map(|word| word.get(lang).to_owned())))?;
    writeln!(out, "| --- | --- | --- |")?;
    lines(args, today, lang).iter().try_for_each(|line| {
        writeln!(out, "{}", row(&[&line[0], &line[1], &line[2]].map(|cell| escaped(cell))))
    })
}

fn head(args: &Resolved, lang: Lang) -> String {
    let chosen = &args.chosen;
    match chosen.name.as_str() {
        "" => NO_PROFILE.get(lang).to_owned(),
        name => filled(&OF, lang, &[("name", &visible(name)), ("path", &visible(&chosen.path))]),
    }
}

fn filled(text: &Text, lang: Lang, facts: &[(&'static str, &str)]) -> String {
    let facts: Vec<_> =
        facts.iter().map(|(name, value)| (*name, crate::finding::Fact::text(value))).collect();
    text.fill(lang, &facts)
}

fn lines(args: &Resolved, today: Date, lang: Lang) -> Vec<Line> {
    let set = |set: &Set| [set.setting.key.to_owned(), shown(set), source(&set.source, lang)];
    let rules = &args.chosen.rules;
    let whole = || WHOLE.get(lang).to_owned();
    let mut lines: Vec<Line> = args.settings.iter().map(set).collect();
    lines.extend(rules.classes.iter().map(|class| {
        let own = args.chosen.profile.classes.contains_key(&class.name);
        let by = if own { whole() } else { BUILT_IN.get(lang).to_owned() };
        [word(&CLASS, &class.name, lang), of_class(class), by]
    }));
    lines.extend(rules.mutes.iter().map(|mute| {
        let state = super::muted::state(state(mute, today)).get(lang);
        let said = if lang == Lang::En { format!(" ({state})") } else { format!("（{state}）") };
        [word(&MUTE, &mute.check, lang), of_mute(mute) + &said, in_profile(&mute.place, lang)]
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
    let namespace = mute.namespace.as_ref().map(|glob| format!("-n {}", glob.glob()));
    let object = mute.object.as_ref().map(ToString::to_string);
    let said = format!("{}, {}, {}", mute.until, mute.owner, mute.reason);
    namespace.into_iter().chain(object).chain([said]).collect::<Vec<_>>().join(" ")
}

fn of_class(class: &Class) -> String {
    let patterns: Vec<String> = class.patterns().collect();
    let thresholds = class.thresholds.to_string();
    let parts = [patterns.join(","), thresholds];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ")
}

/// Where its address is, of which runs it is told, and in which language, where that is not the run's.
fn of_webhook(webhook: &Webhook) -> String {
    let of = [webhook.address.to_string(), webhook.when.id().to_owned()];
    of.into_iter().chain(webhook.lang.map(|lang| lang.tag().to_owned())).collect::<Vec<_>>().join(" ")
}

/// The value as a flag takes it; `-` where it is not set.
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

/// The file stands above the table: of `config.yaml:12:5` the line is enough.
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
        "file": args.chosen.path,
        "settings": args.settings.iter().map(set).collect::<Vec<_>>(),
        "classes": rules.classes.iter().map(class).collect::<Vec<_>>(),
        "mutes": rules.mutes.iter().map(mute).collect::<Vec<_>>(),
        "links": rules.links.iter().map(link).collect::<Vec<_>>(),
        "notify": args.chosen.webhooks.iter().map(webhook).collect::<Vec<_>>(),
    })
}

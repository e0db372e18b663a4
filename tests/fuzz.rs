//! Random objects that no API server returns, and random bytes that are not lists: nothing panics, nothing is lost
//! silently, and the output is complete.
//!
//! `FUZZ_SECONDS` sets the duration of each test, `FUZZ_SEED` the first seed. A failure prints the seed that repeats
//! it.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]
#![allow(clippy::too_many_lines, reason = "tables of cases are long")]
#![allow(clippy::print_stderr, reason = "a random test prints its seed")]

#[path = "support/mod.rs"]
mod support;

use clap::ValueEnum;
use kubectl_healthcheck::checks::View;
use kubectl_healthcheck::compare::changes::{Change, Changes, Trend};
use kubectl_healthcheck::compare::run_record::RunRecord;
use kubectl_healthcheck::model::{Gap, ObjectRef, Owner, Reason};
use kubectl_healthcheck::policy::settings::Settings;
use kubectl_healthcheck::render::{
    self, DiffFormat, Difference, Format, Look, NodesFormat, RightsizeFormat, Sized, render,
};
use kubectl_healthcheck::report::Report;
use kubectl_healthcheck::rightsize::Rightsizing;
use kubectl_healthcheck::snapshot::{Snapshot, Written, read_bytes};
use kubectl_healthcheck::text::Lang;
use kubectl_healthcheck::wire::{
    Envelope, Kind, ListMeta, ListReader, Object, PROTOBUF_MAGIC, Time, TypeMeta,
};
use prost::Message;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use support::corpus;
use support::shapes::Random;

/// The default first seed.
const SEED: u64 = 20_251_226;

/// 2025-12-26T02:00:00Z.
const NOW: Time = Time { seconds: 1_766_714_400, nanos: 0 };

const FORMATS: [Format; 14] = Format::ALL;

/// Every object of the corpus and of the pages of the checks.
static OBJECTS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let mut all: Vec<Value> = corpus::cases().into_iter().flat_map(|case| case.objects).collect();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/checks");
    let mut pages: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.sort();
    for page in pages {
        let text = std::fs::read_to_string(page).unwrap();
        let Some((_, example)) = text.split_once("```yaml\n") else { continue };
        let documents = example.split_once("```").unwrap().0.split("\n---\n");
        all.extend(documents.map(|document| serde_saphyr::from_str::<Value>(document).unwrap()));
    }
    assert!(all.len() > 100, "{} objects", all.len());
    all.into_iter().flat_map(with_usage).collect()
});

/// Returns a pod and the usage of its first container.
fn with_usage(object: Value) -> Vec<Value> {
    let of = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let container = of("/spec/containers/0/name");
    if object["kind"] != "Pod" || container.is_empty() {
        return vec![object];
    }
    let metadata = json!({ "name": format!("{}/{container}", of("/metadata/name")), "namespace": of("/metadata/namespace") });
    let usage = json!({
        "apiVersion": "healthcheck/v1", "kind": "Usage", "metadata": metadata, "cpuP95Millis": 130,
        "memoryMaxBytes": 300 << 20, "samples": 2016, "stepSeconds": 300, "windowSeconds": 604_800,
    });
    vec![object, usage]
}

#[allow(clippy::disallowed_methods, reason = "the caller sets duration and seed")]
fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

/// Repeats a step with increasing seeds until the time is over. A panic or an error is reported after `shrink` has
/// tried to make the input smaller.
fn go_on<T>(
    what: &str,
    make: fn(&mut Random) -> T,
    check: fn(&T) -> Result<(), String>,
    shrink: fn(T, Fails<T>) -> String,
) {
    let (seconds, seed) = (setting("FUZZ_SECONDS", 5), setting("FUZZ_SEED", SEED));
    eprintln!("{what}: FUZZ_SEED={seed} FUZZ_SECONDS={seconds}");
    let begin = Instant::now();
    let mut rounds = 0;
    while rounds == 0 || begin.elapsed() < Duration::from_secs(seconds) {
        let seed = seed.wrapping_add(rounds);
        // The seeds are far apart, so that the numbers of rounds differ.
        let input = make(&mut Random(seed.wrapping_mul(0x5851_f42d_4c95_7f2d)));
        if let Err(wrong) = outcome(check, &input) {
            let hook = take_hook();
            set_hook(Box::new(|_| {}));
            let smallest = shrink(input, &|smaller| outcome(check, smaller).is_err());
            set_hook(hook);
            panic!("{what}: FUZZ_SEED={seed}: {wrong}\n{smallest}");
        }
        rounds += 1;
    }
    eprintln!("{what}: {rounds} rounds");
}

type Fails<'f, T> = &'f dyn Fn(&T) -> bool;

fn outcome<T>(check: fn(&T) -> Result<(), String>, input: &T) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(|| check(input))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        Err(text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default())
    })
}

/// Removes as much of a sequence as possible, in smaller and smaller pieces.
fn fewer<T: Clone>(mut items: Vec<T>, still: &dyn Fn(&Vec<T>) -> bool, until: Instant) -> Vec<T> {
    let mut piece = items.len().div_ceil(2);
    while piece > 0 && Instant::now() < until {
        let mut start = 0;
        while start < items.len() && Instant::now() < until {
            let mut smaller = items.clone();
            smaller.drain(start..(start + piece).min(items.len()));
            if still(&smaller) {
                items = smaller;
            } else {
                start += piece;
            }
        }
        piece = if piece == 1 { 0 } else { piece.div_ceil(2) };
    }
    items
}

fn until() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

// ------------------------------------------------------------------------------------------ objects

#[test]
fn random_objects_neither_panic_nor_get_lost() {
    go_on("objects", a_list, judge, |list, still| {
        let until = until();
        let with = |items: &Vec<Value>| List { items: items.clone(), ..list };
        let mut items = fewer(list.items.clone(), &|items| still(&with(items)), until);
        // Then parts of the objects.
        for index in 0..items.len() {
            let mut places = pointers(&items[index]);
            places.retain(|place| !place.is_empty());
            for place in places {
                let mut smaller = items.clone();
                if Instant::now() < until
                    && remove(&mut smaller[index], &place).is_some()
                    && still(&with(&smaller))
                {
                    items = smaller;
                }
            }
        }
        json!({ "kind": "List", "items": items }).to_string()
    });
}

/// A list of objects, and how it is displayed.
#[derive(Clone)]
struct List {
    items: Vec<Value>,
    yaml: bool,
    look: Look,
}

impl std::ops::Deref for List {
    type Target = Vec<Value>;
    fn deref(&self) -> &Vec<Value> {
        &self.items
    }
}

fn a_list(random: &mut Random) -> List {
    let mut items = Vec::new();
    // Neighbors in the corpus belong to one case, and their checks relate them.
    let mut next = random.below(OBJECTS.len());
    for _ in 0..=random.below(40) {
        if random.below(3) == 0 {
            next = random.below(OBJECTS.len());
        }
        let mut object = OBJECTS[next].clone();
        next = (next + 1) % OBJECTS.len();
        for _ in 0..random.below(5) {
            mutate(&mut object, random);
        }
        if random.below(8) == 0 {
            items.push(object.clone());
        }
        items.push(object);
    }
    let look = Look {
        lang: *random.one(&[Lang::En, Lang::ZhTw, Lang::ZhCn]),
        color: false,
        width: *random.one(&[None, Some(20), Some(80), Some(200)]),
        all: random.below(2) == 0,
        ..Look::default()
    };
    List { items, yaml: random.below(16) == 0, look }
}

/// Changes one place of an object.
fn mutate(object: &mut Value, random: &mut Random) {
    let mut places = pointers(object);
    let kind = random.below(11);
    let prefer = |places: &mut Vec<String>, wanted: &dyn Fn(&String) -> bool| {
        if places.iter().any(wanted) {
            places.retain(wanted);
        }
    };
    // Most fields are never read, so half of the changes go to fields that checks read.
    match kind {
        0 => prefer(&mut places, &|place| ["Time", "Timestamp", "At"].iter().any(|end| place.ends_with(end))),
        6 => prefer(&mut places, &|place| place.ends_with("/memory") || place.ends_with("/cpu")),
        _ if random.below(4) == 0 => prefer(&mut places, &|place| place.starts_with("/metadata/")),
        _ if random.below(3) == 0 => prefer(&mut places, &|place| place.starts_with("/status/")),
        _ => {}
    }
    let place = random.one(&places).clone();
    let other = random.one(&OBJECTS);
    let new = match kind {
        0 => json!(random.one(&TIMES)),
        1 => {
            remove(object, &place);
            return;
        }
        2 => Value::Null,
        3 => odd_value(random),
        4 => json!(random.one(&NUMBERS)),
        5 => json!(odd_text(random)),
        6 => json!(random.one(&QUANTITIES)),
        7 => return shuffle(object, &places, random),
        // From the same place of another object, or from any place.
        8 => other.pointer(&place).cloned().unwrap_or_default(),
        9 => other.pointer(random.one::<String>(&pointers(other))).cloned().unwrap_or_default(),
        _ => {
            remove(object, random.one::<&str>(&PARTS));
            return;
        }
    };
    if let Some(old) = object.pointer_mut(&place) {
        *old = new;
    }
}

/// Places that every object has.
const PARTS: [&str; 5] = ["/metadata", "/metadata/name", "/spec", "/status", "/kind"];

const TIMES: [&str; 12] = [
    "",
    "garbage",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00Z",
    "-009999-01-02T01:59:59Z",
    "1970-01-01T00:00:00Z",
    "2025-12-26T02:00:00.999999999Z",
    "2025-12-26T02:00:00+25:00",
    "2025-12-26T02:00:01Z",
    "2262-04-11T23:47:17Z",
    "9999-12-30T22:00:00Z",
    "292277026596-12-04T15:30:07Z",
];

const NUMBERS: [i64; 9] =
    [0, -1, 1, 100, i32::MAX as i64, i32::MIN as i64, i64::MAX, i64::MIN, 2_147_483_648];

const QUANTITIES: [&str; 9] = [
    "1Ei",
    "-5Gi",
    "99999999999999999999999",
    "1e400",
    "NaN",
    "0.0000000001n",
    "1e-400",
    "9223372036854775807Ei",
    "m",
];

fn odd_value(random: &mut Random) -> Value {
    let all = [
        json!([]),
        json!({}),
        json!(""),
        json!(true),
        json!(false),
        json!(1.5),
        json!(1e308),
        json!(u64::MAX),
        json!([[]]),
        json!([null]),
        json!({ "": null }),
        json!([1, "a", {}]),
    ];
    random.one(&all).clone()
}

fn odd_text(random: &mut Random) -> String {
    let piece = *random.one(&[
        "",
        "x",
        "\u{0}",
        "\n",
        "\r\n\t",
        "\u{1b}[31m",
        "\u{1b}]8;;https://example.com\u{7}",
        "\u{202e}abc",
        "\u{2066}",
        "\u{200b}",
        "\u{feff}",
        "\u{85}",
        "\u{e0041}",
        "🔴",
        "👩‍👩‍👧‍👦",
        "映像檔",
        "e\u{301}",
        "{reason}",
        "{",
        "}",
        "|",
        "`",
        "<b>",
        "'; rm -rf ~",
        "%s",
        "True",
        "False",
        "Running",
        "CrashLoopBackOff",
        "OOMKilled",
        "Evicted",
        "a b",
        "-",
        "/",
        "..",
    ]);
    piece.repeat(*random.one(&[1, 1, 1, 2, 50, 5000]))
}

/// Repeats an item of an array, or swaps two.
fn shuffle(object: &mut Value, places: &[String], random: &mut Random) {
    let arrays: Vec<&String> =
        places.iter().filter(|place| object.pointer(place).is_some_and(Value::is_array)).collect();
    if arrays.is_empty() {
        return;
    }
    let place = (*random.one(&arrays)).clone();
    let Some(items) =
        object.pointer_mut(&place).and_then(Value::as_array_mut).filter(|items| !items.is_empty())
    else {
        return;
    };
    let (one, two) = (random.below(items.len()), random.below(items.len()));
    match random.below(2) {
        0 => items.swap(one, two),
        _ => items.insert(one, items[two].clone()),
    }
}

/// Returns the pointers to all parts of a value, its own first.
fn pointers(value: &Value) -> Vec<String> {
    fn walk(value: &Value, at: &str, out: &mut Vec<String>) {
        out.push(at.to_owned());
        match value {
            Value::Object(fields) => {
                for (name, field) in fields {
                    walk(field, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), out);
                }
            }
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(index, item)| walk(item, &format!("{at}/{index}"), out));
            }
            _ => {}
        }
    }
    let mut out = Vec::new();
    walk(value, "", &mut out);
    out
}

/// Removes a part of a value.
fn remove(value: &mut Value, place: &str) -> Option<Value> {
    let (parent, last) = place.rsplit_once('/')?;
    match value.pointer_mut(parent)? {
        Value::Object(fields) => fields.remove(&last.replace("~1", "/").replace("~0", "~")),
        Value::Array(items) => {
            let index = last.parse::<usize>().ok().filter(|index| *index < items.len())?;
            Some(items.remove(index))
        }
        _ => None,
    }
}

fn judge(list: &List) -> Result<(), String> {
    let document = json!({ "apiVersion": "v1", "kind": "List", "items": list.items });
    if list.yaml {
        // Some strings cannot be written as YAML.
        let Ok(text) = serde_saphyr::to_string(&document) else { return Ok(()) };
        let Ok(snapshot) = read_bytes("fuzz", text.as_bytes(), NOW) else { return Ok(()) };
        return shown(&snapshot, list.look).map(drop);
    }
    let snapshot = read_bytes("fuzz", document.to_string().as_bytes(), NOW).map_err(|e| e.to_string())?;
    all_accounted_for(&list.items, &snapshot)?;
    for object in shown(&snapshot, list.look)? {
        if !exists(&object, &list.items) {
            return Err(format!("a finding is about {object:?}, which was not given"));
        }
    }
    Ok(())
}

/// Returns the kind of an item.
fn kind_of(item: &Value) -> Option<Kind> {
    let kind = Kind::from_name(item.get("kind")?.as_str()?)?;
    let version = item.get("apiVersion").and_then(Value::as_str);
    version.is_none_or(|version| version == kind.api_version()).then_some(kind)
}

/// Returns the number of objects that a gap is about: a gap for invalid names begins with their number.
fn objects_of(gap: &Gap) -> usize {
    let why = gap.why.as_ref().map(ToString::to_string).unwrap_or_default();
    let number = why.split_once(" object").and_then(|(number, _)| number.parse().ok());
    number.unwrap_or(1)
}

/// Checks that every item is a row or a gap, or is counted as a duplicate or as of another kind.
fn all_accounted_for(items: &[Value], snapshot: &Snapshot) -> Result<(), String> {
    let coverage = &snapshot.coverage;
    let counts = snapshot.rows.counts();
    assert!(counts.len() > 20, "{counts:?}");
    for (kinds, rows) in counts {
        let given =
            items.iter().filter(|item| kind_of(item).is_some_and(|kind| kinds.contains(&kind))).count();
        let named = |kind: &str| kinds.iter().any(|known| known.name() == kind);
        let unreadable =
            coverage.gaps.iter().filter(|gap| named(&gap.kind) && gap.reason == Reason::Unreadable);
        let repeated = coverage.notes.iter().filter(|gap| named(&gap.kind) && gap.reason == Reason::Repeated);
        let twice: u64 = repeated.map(|gap| gap.got).sum();
        let seen = rows + unreadable.map(objects_of).sum::<usize>() + usize::try_from(twice).unwrap();
        if seen != given {
            return Err(format!("{given} of {kinds:?} given, {seen} seen"));
        }
    }
    // What is not an object is unreadable, not of another kind.
    let unknown = items.iter().filter(|item| item.is_object() && kind_of(item).is_none()).count() as u64;
    let not_objects = items.iter().filter(|item| !item.is_object()).count();
    let unreadable = coverage.gaps.iter().filter(|gap| gap.kind == "Object").count();
    if unreadable != not_objects {
        return Err(format!("{not_objects} that are not objects, {unreadable} counted"));
    }
    let skipped = coverage.not_in_scope.iter().filter(|gap| gap.reason == Reason::Skipped);
    let counted: u64 = skipped.map(|gap| gap.got).sum();
    if counted != unknown {
        return Err(format!("{unknown} of no kind that is checked, {counted} counted"));
    }
    Ok(())
}

/// Renders a snapshot in every format and checks the output. Returns the objects that it names.
fn shown(snapshot: &Snapshot, look: Look) -> Result<Vec<ObjectRef>, String> {
    let settings = Settings::default();
    let reports = [Report::new(snapshot, &settings)];
    let totals = reports[0].totals;
    if totals.healthy + totals.attention + totals.unhealthy + totals.completed != totals.pods {
        return Err(format!("the classes do not add up: {totals:?}"));
    }
    for format in FORMATS {
        let mut out = Vec::new();
        render(&reports, format, look, &mut out).map_err(|error| format!("{format:?}: {error}"))?;
        let text = String::from_utf8(out).map_err(|error| format!("{format:?}: {error}"))?;
        // The rows of CSV end with CR LF.
        let text =
            if matches!(format, Format::Csv | Format::CsvPods) { text.replace("\r\n", "\n") } else { text };
        let hostile = text.chars().find(|c| *c != '\n' && is_hostile(*c));
        match format {
            Format::Json => {
                serde_json::from_str::<Value>(&text).map_err(|error| error.to_string())?;
            }
            Format::Ndjson => {
                let lines = text.lines().map(serde_json::from_str::<Value>);
                lines.collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())?;
            }
            Format::Yaml => {}
            _ if hostile.is_some() => return Err(format!("{format:?} writes {hostile:?}:\n{text}")),
            _ => {}
        }
    }
    for format in [NodesFormat::Table, NodesFormat::Markdown, NodesFormat::Name] {
        let mut out = Vec::new();
        render::nodes(&reports, format, look, &mut out).map_err(|error| format!("nodes: {error}"))?;
        let text = String::from_utf8(out).map_err(|error| format!("nodes: {error}"))?;
        if let Some(hostile) = text.chars().find(|c| *c != '\n' && is_hostile(*c)) {
            return Err(format!("nodes {format:?} writes {hostile:?}:\n{text}"));
        }
    }
    sized(snapshot, &reports[0], look)?;
    let keys = reports[0].findings.iter().map(|finding| &finding.key);
    let odd = |key: &&String| key.len() > 2500 || !key.bytes().all(|byte| byte.is_ascii_graphic());
    if let Some(key) = keys.into_iter().find(odd) {
        return Err(format!("a key that cannot be written down: {key:?}"));
    }
    let named = |finding: &kubectl_healthcheck::finding::Finding| {
        std::iter::once(finding.object.clone()).chain(finding.affected.clone()).collect::<Vec<_>>()
    };
    Ok(reports[0].findings.iter().flat_map(named).collect())
}

/// Does the same for rightsizing: a patch can be read back, and no value in it is below the usage.
fn sized(snapshot: &Snapshot, report: &Report, look: Look) -> Result<(), String> {
    let settings = Settings::default();
    let sizing = Rightsizing::new(&View::new(snapshot, &settings));
    let clusters = [Sized { report, sizing: &sizing, again: Some("again".to_owned()) }];
    for format in RightsizeFormat::value_variants() {
        let mut out = Vec::new();
        render::rightsize(&clusters, *format, look, &mut out)
            .map_err(|error| format!("{format:?}: {error}"))?;
        let text = String::from_utf8(out).map_err(|error| format!("{format:?}: {error}"))?;
        let is_machine = matches!(format, RightsizeFormat::Json | RightsizeFormat::Yaml);
        if let Some(hostile) = text.chars().find(|c| !is_machine && *c != '\n' && is_hostile(*c)) {
            return Err(format!("{format:?} writes {hostile:?}:\n{text}"));
        }
        if *format == RightsizeFormat::Patch {
            let documents: Vec<Value> =
                serde_saphyr::from_multiple(&text).map_err(|error| format!("{error}:\n{text}"))?;
            let wanted: BTreeSet<&ObjectRef> =
                sizing.rows.iter().filter(|row| row.proposal.is_any()).map(|row| &row.workload).collect();
            let names = documents.iter().map(|document| document["metadata"]["name"].as_str());
            if !names.eq(wanted.iter().map(|object| Some(&*object.name))) {
                return Err(format!("not the documents of {wanted:?}:\n{text}"));
            }
        }
    }
    let low = sizing.rows.iter().find(|row| {
        let (used, requests) = (row.facts.used, row.proposal.requests);
        requests.cpu.is_some_and(|cpu| cpu < used.cpu)
            || requests.memory.is_some_and(|memory| memory < used.memory)
    });
    low.map_or(Ok(()), |row| Err(format!("too little: {row:?}")))
}

/// Returns whether a character controls a terminal, or hides or reorders text.
fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Returns whether an object was in the input. A kind outside of the API stands for the cluster.
fn exists(object: &ObjectRef, items: &[Value]) -> bool {
    let Some(kind) = Kind::from_name(&object.kind) else { return true };
    items.iter().any(|item| {
        let text = |pointer: &str| item.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let here = !kind.namespaced() || *object.namespace == *text("/metadata/namespace");
        // An unreadable owner is known from its objects, and its own owner from its name.
        let owners = item.pointer("/metadata/ownerReferences").and_then(Value::as_array);
        let owns = |owner: &Value| {
            let text = |field: &str| owner[field].as_str().unwrap_or_default().into();
            let named = Owner { kind: text("kind"), name: text("name") };
            let is_it = |owner: &Owner| (&owner.kind, &owner.name) == (&object.kind, &object.name);
            is_it(&named) || named.inferred_owner().is_some_and(|maker| is_it(&maker))
        };
        // The logs of a workload name it: `Deployment/web/app`.
        let logs = text("/metadata/name").starts_with(&format!("{}/{}/", object.kind, object.name));
        let named = owners.is_some_and(|owners| owners.iter().any(owns))
            || logs && kind_of(item) == Some(Kind::LogSource);
        here && (named || kind_of(item) == Some(kind) && *object.name == *text("/metadata/name"))
    })
}

// ------------------------------------------------------------------------------------------ earlier runs

#[test]
fn random_earlier_runs_are_compared_or_rejected() {
    go_on("earlier runs", two_runs, compared, |documents, still| {
        let until = until();
        let mut smallest = documents;
        for index in 0..2 {
            for place in pointers(&smallest[index]).into_iter().rev().filter(|place| !place.is_empty()) {
                let mut smaller = smallest.clone();
                if Instant::now() < until && remove(&mut smaller[index], &place).is_some() && still(&smaller)
                {
                    smallest = smaller;
                }
            }
        }
        json!(smallest).to_string()
    });
}

/// Returns the outputs of two runs, each a report or a record, after changes.
fn two_runs(random: &mut Random) -> [Value; 2] {
    [(); 2].map(|()| {
        let List { items, .. } = a_list(random);
        let text = json!({ "kind": "List", "items": items }).to_string();
        let snapshot = read_bytes("fuzz", text.as_bytes(), NOW).unwrap();
        let settings = Settings::default();
        let report = Report::new(&snapshot, &settings);
        let mut document = serde_json::to_value(report.record()).unwrap();
        if random.below(2) == 0 {
            let mut out = Vec::new();
            render(&[report], Format::Json, Look::default(), &mut out).unwrap();
            document = serde_json::from_slice(&out).unwrap();
        }
        for _ in 0..random.below(4) {
            mutate(&mut document, random);
        }
        document
    })
}

fn compared(documents: &[Value; 2]) -> Result<(), String> {
    let past = |document: &Value| {
        let kind = document["kind"].as_str().unwrap_or_default().to_owned();
        RunRecord::from_written(Written { path: "fuzz".to_owned(), kind, document: document.clone() })
    };
    let [Ok(old), Ok(new)] = documents.each_ref().map(past) else { return Ok(()) };
    let again: RunRecord =
        serde_json::from_value(serde_json::to_value(&old).unwrap()).map_err(|e| e.to_string())?;
    let actionless = |past: &RunRecord| past.findings.iter().all(|noted| noted.action.is_none());
    if actionless(&old) && again != old {
        return Err(format!("a record is read as another:\n{old:?}\n{again:?}"));
    }
    let mut narrow = new.clone();
    narrow.narrow(&["demo".to_owned()]);
    let mut filled = old.clone();
    filled.fill(&new);
    for (old, new) in [(&old, &new), (&new, &old), (&old, &old), (&old, &narrow), (&filled, &new)] {
        differs(old, new)?;
    }
    Ok(())
}

/// Compares two runs and checks the output in every format.
fn differs(old: &RunRecord, new: &RunRecord) -> Result<(), String> {
    let (changes, trend) = (Changes::between(old, new), Trend::between(old, new));
    if old == new && changes.all.iter().any(|changed| changed.change != Change::Unchanged) {
        return Err(format!("a run differs from itself: {changes:?}"));
    }
    let now = new.taken_at.unwrap_or_default();
    let difference = Difference { old, new, changes: &changes, trend: &trend, now };
    for format in DiffFormat::value_variants() {
        let mut out = Vec::new();
        let look = Look { width: Some(80), all: true, ..Look::default() };
        render::difference(&difference, *format, look, &mut out).map_err(|error| error.to_string())?;
        let text = String::from_utf8(out).map_err(|error| error.to_string())?;
        let hostile = text.chars().find(|c| *c != '\n' && is_hostile(*c));
        if let Some(hostile) = hostile.filter(|_| !matches!(format, DiffFormat::Json | DiffFormat::Yaml)) {
            return Err(format!("{format:?} writes {hostile:?}:\n{text}"));
        }
    }
    Ok(())
}

// ------------------------------------------------------------------------------------------ bytes

#[test]
fn random_bytes_give_objects_or_an_error() {
    go_on("bytes", some_bytes, read, |input, still| {
        let with = |bytes: &Vec<u8>| Answer { bytes: bytes.clone(), ..input };
        let bytes = fewer(input.bytes.clone(), &|bytes| still(&with(bytes)), until());
        format!("{:?} in chunks of {}: {bytes:?}", input.kind, input.chunk)
    });
}

/// An answer of the API server, and how it arrives.
struct Answer {
    kind: Kind,
    bytes: Vec<u8>,
    chunk: usize,
    /// The number of objects, unless the answer is broken.
    whole: Option<usize>,
}

#[derive(Clone, PartialEq, Message)]
struct AnyList {
    #[prost(message, required, tag = "1")]
    metadata: ListMeta,
    #[prost(bytes = "vec", repeated, tag = "2")]
    items: Vec<Vec<u8>>,
}

fn some_bytes(random: &mut Random) -> Answer {
    // The kinds with examples; pods are the most frequent.
    let kind = kind_of(random.one(&OBJECTS)).unwrap_or(Kind::Pod);
    let of_kind: Vec<&Value> = OBJECTS.iter().filter(|object| kind_of(object) == Some(kind)).collect();
    let picked = (0..random.below(6)).map(|_| (*random.one(&of_kind)).clone()).collect::<Vec<_>>();
    let encoded = |object: Value| Object::from_value(kind, object).unwrap().encode();
    let items: Vec<Vec<u8>> = picked.into_iter().filter_map(encoded).collect();
    let mut whole = Some(items.len());
    let raw = AnyList { metadata: ListMeta::default(), items }.encode_to_vec().into();
    // Secrets are requested without their data.
    let name = if kind == Kind::Secret { "PartialObjectMetadata" } else { kind.name() };
    let type_meta = TypeMeta { kind: format!("{name}List") };
    let mut bytes = PROTOBUF_MAGIC.to_vec();
    bytes.extend(Envelope { type_meta, raw }.encode_to_vec());
    for _ in 0..random.below(12) {
        whole = None;
        spoil(&mut bytes, random);
    }
    let largest = *random.one(&[1, 8, 300, 20_000]);
    Answer { kind, chunk: 1 + random.below(largest), bytes, whole }
}

/// Changes, adds or removes some bytes.
fn spoil(bytes: &mut Vec<u8>, random: &mut Random) {
    if bytes.is_empty() {
        return;
    }
    let at = random.below(bytes.len());
    let end = bytes.len().min(at + 1 + random.below(9));
    match random.below(6) {
        0 => bytes[at] ^= 1 << random.below(8),
        1 => bytes[at] = *random.one(&[0, 0x7f, 0x80, 0xff]),
        2 => bytes.insert(at, u8::try_from(random.below(256)).unwrap()),
        3 => {
            bytes.drain(at..end);
        }
        4 => {
            let piece = bytes[at..end].to_vec();
            let to = random.below(bytes.len());
            bytes.splice(to..to, piece);
        }
        // Most cut answers are the same error.
        _ if random.below(4) == 0 => bytes.truncate(at),
        _ => bytes[at] = bytes[at].wrapping_add(1),
    }
}

fn read(input: &Answer) -> Result<(), String> {
    let mut snapshot = Snapshot { taken_at: NOW, ..Snapshot::default() };
    let mut count = 0;
    let mut each = |object: Object| {
        count += 1;
        snapshot.rows.add(object);
    };
    let mut reader = ListReader::new(input.kind);
    let pushed = input.bytes.chunks(input.chunk).try_for_each(|chunk| reader.push(chunk, &mut each));
    let ended = pushed.and_then(|()| reader.finish(&mut each).map(drop));
    if let Some(whole) = input.whole.filter(|whole| ended.is_err() || *whole != count) {
        return Err(format!("{count} of {whole} objects: {ended:?}"));
    }
    // Objects before an error are judged too, since a report may contain them.
    snapshot.sort();
    shown(&snapshot, Look::default()).map(drop)
}

/// Checks that the generator makes broken lists and some complete ones.
#[test]
fn random_changes_break_some_objects_only() {
    let (mut unreadable, mut read, mut findings) = (0, 0, BTreeSet::new());
    for seed in 0..60 {
        let list = a_list(&mut Random(seed));
        let document =
            Map::from_iter([("kind".to_owned(), json!("List")), ("items".to_owned(), json!(list.items))]);
        let snapshot = read_bytes("fuzz", Value::from(document).to_string().as_bytes(), NOW).unwrap();
        unreadable += snapshot.coverage.gaps.len();
        read += snapshot.rows.pods.len();
        let settings = Settings::default();
        findings.extend(Report::new(&snapshot, &settings).findings.iter().map(|finding| finding.check.id));
    }
    assert!(unreadable > 20 && read > 100 && findings.len() > 10, "{unreadable} {read} {findings:?}");
}

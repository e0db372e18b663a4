//! Tests of the list of checks: every check is listed, documented and shown at work.

use super::*;
use crate::finding::Severity;
use crate::policy::settings::Settings;
use crate::snapshot::{Snapshot, read_bytes};
use crate::text::{Fact, Lang};
use crate::wire::{Kind, Time};
use std::path::Path;

const LANGS: [Lang; 3] = [Lang::En, Lang::ZhTw, Lang::ZhCn];

/// The moment at which every example is judged: 2025-12-26T02:00:00Z.
const NOW: Time = Time { seconds: 1_766_714_400, nanos: 0 };

/// The YAML of a check's English page.
fn example(check: &CheckInfo) -> &'static str {
    let (_, block) = check.page.en.split_once("```yaml\n").expect("the page has an example");
    block.split_once("```").expect("the example ends").0
}

fn findings(snapshot: &Snapshot) -> Vec<Finding> {
    let settings = Settings::default();
    run(&View::new(snapshot, &settings)).0
}

/// What an example says should be found: check, kind and name. A marker stands beside the object, or names another that
/// no document can be: `# expect: <check> <Kind>/<name>`.
fn expected(example: &str) -> BTreeSet<(String, String, String)> {
    let mut out = BTreeSet::new();
    for document in example.split("\n---\n") {
        let object: serde_json::Value = serde_saphyr::from_str(document).unwrap();
        let text = |pointer: &str| object.pointer(pointer).unwrap().as_str().unwrap().to_owned();
        for marker in document.split("# expect: ").skip(1) {
            let words: Vec<&str> = marker.lines().next().unwrap().split_whitespace().collect();
            let named = words.get(1).and_then(|object| object.split_once('/'));
            let (kind, name) = named.map_or_else(
                || (text("/kind"), text("/metadata/name")),
                |(kind, name)| (kind.to_owned(), name.to_owned()),
            );
            out.insert((words[0].to_owned(), kind, name));
        }
    }
    out
}

#[test]
fn the_list_is_sorted_and_holds_every_file() {
    let ids: Vec<&str> = CATALOG.iter().map(|check| check.id).collect();
    assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/checks/rules");
    let folders = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files: BTreeSet<String> = folders
        .filter(|path| path.is_dir())
        .flat_map(|topic| std::fs::read_dir(topic).unwrap())
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().replace('_', "-"))
        .filter(|stem| stem != "mod")
        .collect();
    assert_eq!(files, ids.into_iter().map(str::to_owned).collect(), "each file has a check in CHECKS");
}

#[test]
fn every_page_has_its_sections_and_names_its_check() {
    let heads = [
        ["What it checks", "Why it matters", "What to do", "False positives"],
        ["檢查什麼", "為什麼重要", "怎麼處理", "什麼時候不準"],
        ["检查什么", "为什么重要", "怎么处理", "什么时候不准"],
    ];
    for check in CATALOG.iter() {
        for (lang, heads) in LANGS.into_iter().zip(heads) {
            let page = check.page.get(lang);
            let colon = if lang == Lang::En { ": " } else { "：" };
            assert!(page.starts_with(&format!("# {}{colon}{}\n", check.id, check.title.get(lang))), "{page}");
            let found: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
            assert_eq!(found.get(..4), Some(&heads[..]), "{} in {lang:?}", check.id);
        }
    }
}

#[test]
fn every_example_is_judged_as_its_page_says() {
    for check in CATALOG.iter() {
        let snapshot = read_bytes("example", example(check).as_bytes(), NOW).unwrap();
        assert!(snapshot.coverage.gaps.is_empty(), "{:?}", snapshot.coverage.gaps);
        // Information is not an alarm: a pod seconds old may say that it is starting. Some checks know nothing worse.
        let shows = |f: &&Finding| {
            f.severity > Severity::Low || check.severity == Severity::Low && f.check.id == check.id
        };
        let found: BTreeSet<_> = findings(&snapshot)
            .iter()
            .filter(shows)
            .map(|f| (f.check.id.to_owned(), f.object.kind.to_string(), f.object.name.to_string()))
            .collect();
        let wanted = expected(example(check));
        assert_eq!(found, wanted, "in the example of {}", check.id);
        assert!(wanted.iter().any(|(id, ..)| id == check.id), "the example of {} shows it", check.id);
        let is_of = |document: &str, kind: &str| document.contains(&format!("kind: {kind}\n"));
        // A good object beside one that no document is: any.
        let of_kind = |document: &&str| {
            wanted.iter().any(|(_, kind, _)| is_of(document, kind) || !is_of(example(check), kind))
        };
        let objects = example(check).split("\n---\n").filter(of_kind).count();
        assert!(objects > wanted.len(), "{} has a good object too", check.id);
    }
}

#[test]
fn every_message_is_complete_in_three_languages() {
    for check in CATALOG.iter() {
        let snapshot = read_bytes("example", example(check).as_bytes(), NOW).unwrap();
        for finding in findings(&snapshot) {
            let texts: Vec<String> = LANGS.map(|lang| finding.message.in_lang(lang)).to_vec();
            for text in &texts {
                assert!(!text.contains('{') && !text.is_empty(), "{}: {text}", check.id);
            }
            assert!(
                finding.severity <= finding.check.severity && !finding.actions.is_empty(),
                "{}",
                check.id
            );
            let evidence = finding.evidence.iter().flat_map(|line| LANGS.map(|lang| line.in_lang(lang)));
            assert!(evidence.into_iter().all(|text| !text.contains('{')));
        }
        for text in [&check.title, &check.meaning, &check.remedy, &check.prevention] {
            assert!(
                LANGS.into_iter().all(|lang| !text.get(lang).is_empty() && !text.get(lang).contains('{'))
            );
            assert_ne!(text.zh_tw, text.en);
            assert_ne!(text.zh_cn, text.en);
        }
    }
}

/// The cases of the corpus, each a stream of documents.
fn corpus() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/corpus");
    let topics = std::fs::read_dir(folder).unwrap().map(|topic| topic.unwrap().path());
    let files = topics.filter(|topic| topic.is_dir()).flat_map(|topic| std::fs::read_dir(topic).unwrap());
    files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect()
}

/// A measure is the name of a number in a message of its check, as the examples and the corpus show.
#[test]
fn every_measure_is_a_number_of_its_check() {
    let examples = CATALOG.iter().map(|check| example(check).to_owned());
    let mut numbers: BTreeSet<(&str, &str)> = BTreeSet::new();
    for documents in examples.chain(corpus()) {
        let snapshot = read_bytes("case", documents.as_bytes(), NOW).unwrap();
        for finding in findings(&snapshot) {
            let facts = finding.message.facts.iter().filter(|(_, fact)| matches!(fact, Fact::Number(_)));
            numbers.extend(facts.map(|(name, _)| (finding.check.id, *name)));
        }
    }
    for check in CATALOG.iter() {
        for measure in check.traits.measures {
            assert!(numbers.contains(&(check.id, measure.name)), "{}: {}", check.id, measure.name);
        }
    }
}

/// A check sees with the kinds it says it needs: those left out of the input change nothing.
#[test]
fn every_check_needs_what_it_says() {
    for check in CATALOG.iter() {
        let keys = |documents: &str| -> Vec<String> {
            let snapshot = read_bytes("example", documents.as_bytes(), NOW).unwrap();
            findings(&snapshot).iter().filter(|f| f.check.id == check.id).map(|f| f.key.clone()).collect()
        };
        let needed = |document: &&str| {
            let mut kinds =
                document.lines().filter_map(|line| line.strip_prefix("kind: ")).map(Kind::from_name);
            kinds.any(|kind| kind.is_some_and(|kind| check.needs.contains(&kind)))
        };
        let documents: Vec<&str> = example(check).split("\n---\n").filter(needed).collect();
        assert_eq!(keys(&documents.join("\n---\n")), keys(example(check)), "{}", check.id);
    }
}

/// An input without events does not say that an object has none.
#[test]
fn files_without_events_do_not_say_that_there_are_none() {
    let says = |documents: &str| -> Vec<String> {
        let snapshot = read_bytes("example", documents.as_bytes(), NOW).unwrap();
        let lines = findings(&snapshot).into_iter().flat_map(|f| f.evidence).map(|line| line.to_string());
        lines.filter(|line| line.contains("no recent warning events")).collect()
    };
    for documents in CATALOG.iter().map(|check| example(check).to_owned()).chain(corpus()) {
        assert!(documents.contains("kind: Event\n") || says(&documents).is_empty(), "{documents}");
    }
    let suspended = example(CATALOG.iter().find(|check| check.id == "cronjob-suspended").unwrap());
    let normal = |namespace: &str| {
        format!(
            "{suspended}\n---\napiVersion: v1\nkind: Event\nmetadata: {{ name: a.1, namespace: {namespace} }}\n\
             involvedObject: {{ kind: Pod, name: a, namespace: {namespace} }}\ntype: Normal\nreason: Pulled\n"
        )
    };
    assert_eq!(says(&normal("demo")).len(), 1, "the input has the events of the namespace");
    assert!(says(&normal("other")).is_empty(), "the input has the events of another namespace");
}

use super::page::{Page, Section};
use super::tokens::estimate;
use super::*;
use crate::model::{Gap, Reason};
use crate::policy::settings::Settings;
use crate::snapshot;
use crate::story::Story;
use crate::text::Message;

/// Returns the bundled example, with what a hostile cluster may add to the head of an answer.
fn hostile() -> snapshot::Snapshot {
    let mut snapshot = snapshot::demo().unwrap();
    snapshot.cluster.context = "叢»\u{202e}".repeat(5000);
    for kind in ["Pod", "Node", "Event"] {
        for place in 0..50 {
            let why = Message::quoted("拒絕 \u{e0041} denied ".repeat(500));
            let gap =
                Gap { namespace: Some(format!("n{place}")), ..Gap::new(kind, Reason::Failed).because(why) };
            snapshot.coverage.gaps.push(gap);
        }
    }
    snapshot
}

#[test]
fn every_answer_fits_the_least_budget() {
    let (snapshot, settings) = (hostile(), Settings::default());
    let report = Report::new(&snapshot, &settings);
    for lang in Lang::ALL {
        let ask = Incidents { severity: Severity::Low, limit: 100, after: None };
        let mut answers = vec![check(&report, &ask, lang, LEAST).unwrap(), coverage(&report, lang, LEAST)];
        for finding in &report.findings {
            let story = Story::of(&report, finding.object.clone());
            answers.push(investigate(&report, &story, Some(&finding.key), lang, LEAST));
        }
        for text in &answers {
            assert!(estimate(text) <= LEAST, "{} tokens:\n{text}", estimate(text));
            assert!(text.lines().count() > 3, "{text}");
        }
        assert!(answers.iter().any(|text| text.contains("Not shown: ")), "{answers:?}");
    }
    let long = "錯誤 ".repeat(9000);
    assert!(estimate(&failed(&long, Some(&long))) <= 2 * LEAST);
}

#[test]
fn sections_take_turns_and_say_what_is_left() {
    let items = |count: usize| (0..count).map(|n| format!("- item {n}")).collect::<Vec<_>>();
    let page = || {
        let mut page = Page { head: vec!["head".to_owned()], sections: Vec::new() };
        page.sections.push(Section::new("First:", "first", 2, items(100)));
        page.sections.push(Section::new("Second:", "second", 1, items(3)));
        page.sections.push(Section::new("Third:", "third", 1, Vec::new()));
        page
    };
    let text = page().with_rest(80, "Ask.");
    assert!(estimate(&text) <= 80, "{text}");
    assert!(
        text.starts_with("head\nFirst:\n- item 0\n- item 1\n") && text.contains("\nSecond:\n- item 0\n"),
        "{text}"
    );
    assert!(!text.contains("Third") && !text.contains(" second"), "{text}");
    assert!(text.ends_with(" first. Ask."), "{text}");
    let all = page().with_rest(5000, "Ask.");
    assert!(!all.contains("Ask.") && all.lines().count() == 106, "{all}");
    assert_eq!(page().with_rest(0, "Ask."), "head\nNot shown: 100 first, 3 second. Ask.");
}

#[test]
fn a_key_that_is_gone_is_an_error() {
    let (snapshot, settings) = (snapshot::demo().unwrap(), Settings::default());
    let report = Report::new(&snapshot, &settings);
    let ask = Incidents { severity: Severity::Low, limit: 1, after: Some("gone") };
    assert_eq!(check(&report, &ask, Lang::En, 800), Err("gone"));
}

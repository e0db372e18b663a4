//! The corpus: small clusters with their expected findings.

use crate::support::corpus::{Case, MOMENT, cases, incidents_of, told};
use crate::support::{Run, healthcheck};
use serde_json::{Value, json};

/// The minimum number of cases. Raise it when cases are added.
const CASES: usize = 455;

/// The minimum percentage of healthy cases that look broken: a false alarm costs more trust than a miss.
const HEALTHY_PERCENT: usize = 45;

fn report(case: &Case) -> Value {
    let ran = healthcheck().arg("-f").arg(&case.path).args(["--now", MOMENT, "-o", "json"]).ran();
    // A case without pods and problems has no report.
    if ran.err.starts_with("No resources found") {
        return json!({ "findings": [], "incidents": [], "coverage": { "gaps": [] } });
    }
    assert!(ran.out.starts_with('{'), "{}: {ran:?}", case.title);
    ran.json()
}

#[test]
fn judges_every_case_as_expected() {
    let cases = cases();
    let mut wrong = Vec::new();
    for case in &cases {
        let report = report(case);
        let findings: Vec<&Value> = report["findings"].as_array().unwrap().iter().collect();
        let mut lines = case.differences(&findings, incidents_of(&report, |_| true));
        // A case with unreadable objects would test nothing.
        let gaps = report["coverage"]["gaps"].as_array().unwrap().iter();
        lines.extend(gaps.map(|gap| format!("unread {gap}")));
        if !lines.is_empty() {
            wrong.push((case, lines));
        }
    }
    assert!(wrong.is_empty(), "{}", told(&wrong));
}

#[test]
fn every_case_is_well_formed() {
    let cases = cases();
    let wrong: Vec<(&Case, Vec<String>)> =
        cases.iter().filter(|case| !case.slips.is_empty()).map(|case| (case, case.slips.clone())).collect();
    assert!(wrong.is_empty(), "{}", told(&wrong));
}

#[test]
fn the_corpus_has_enough_healthy_cases() {
    let cases = cases();
    let healthy = cases.iter().filter(|case| case.healthy).count();
    assert!(cases.len() >= CASES, "{} cases", cases.len());
    assert!(healthy * 100 >= cases.len() * HEALTHY_PERCENT, "{healthy} of {} are healthy", cases.len());
}

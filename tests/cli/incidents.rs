//! Inputs from real incidents, with the right answer in their first lines.

use crate::support::corpus::{Case, incidents, incidents_of, told};
use crate::support::{Ran, Run, healthcheck};
use serde_json::Value;

/// Runs the binary on a case.
fn ran(case: &Case, arguments: &[&str]) -> Ran {
    let mut command = healthcheck();
    command.arg("-f").arg(&case.path).args(["--now", case.now.as_deref().unwrap()]).args(arguments);
    command.env("COLUMNS", "4000").ran()
}

#[test]
fn judges_every_incident_as_its_first_lines_say() {
    let cases = incidents();
    assert!(!cases.is_empty());
    let mut wrong = Vec::new();
    for case in &cases {
        let mut lines = case.slips.clone();
        if case.now.is_none() {
            lines.push("no now".to_owned());
        } else {
            lines.extend(differences(case));
        }
        if !lines.is_empty() {
            wrong.push((case, lines));
        }
    }
    assert!(wrong.is_empty(), "{}", told(&wrong));
}

fn differences(case: &Case) -> Vec<String> {
    let json = ran(case, &["-o", "json"]);
    if !json.out.starts_with('{') {
        return vec![format!("no report: {json:?}")];
    }
    let report = json.json();
    let findings: Vec<&Value> = report["findings"].as_array().unwrap().iter().collect();
    let mut lines = case.differences(&findings, incidents_of(&report, |_| true));
    if let Some(wanted) = &case.verdict
        && report["verdict"] != **wanted
    {
        lines.push(format!("wanted the verdict {wanted}, not {}", report["verdict"]));
    }
    let wide = ran(case, &["-o", "wide"]).out;
    let outputs = [("json", &json.out), ("wide", &wide), ("markdown", &ran(case, &["-o", "markdown"]).out)];
    for words in &case.never {
        let said = outputs.iter().filter(|(_, out)| out.contains(words.as_str()));
        lines.extend(said.map(|(name, _)| format!("{name} says \"{words}\"")));
    }
    let missing = case.says.iter().filter(|words| !wide.contains(words.as_str()));
    lines.extend(missing.map(|words| format!("the wide table does not say \"{words}\":\n{wide}")));
    lines
}

//! STATUS, READY, RESTARTS and AGE equal the output of `kubectl get pods` for every shape of status.

use crate::support::lab::LAB;
use crate::support::shapes;
use crate::{NOW, namespace};

/// Returns the cells of a table below these headings.
fn cells(table: &str, heads: &[&str]) -> Vec<Vec<String>> {
    let mut lines = table.lines().skip_while(|line| !heads.iter().all(|head| line.contains(head)));
    let head = lines.next().unwrap_or_else(|| panic!("no table of {heads:?} in:\n{table}"));
    let starts: Vec<usize> = heads.iter().map(|name| head.find(name).unwrap()).collect();
    // Columns are aligned by display width; the headings are ASCII.
    let column = |line: &str, from: usize| -> String {
        let (mut at, mut out) = (0, String::new());
        for c in line.chars() {
            if at >= from {
                out.push(c);
            }
            at += unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
        }
        out
    };
    let cell = |line: &str, from: usize| {
        let text = column(line, from);
        if text.starts_with("   ") {
            String::new()
        } else {
            text.split("   ").next().unwrap().trim().to_owned()
        }
    };
    lines
        .take_while(|line| !line.is_empty())
        .map(|line| starts.iter().map(|start| cell(line, *start)).collect())
        .collect()
}

#[test]
fn every_cell_equals_kubectl() {
    let lab = &*LAB;
    let seed = 20_251_226;
    let shapes = shapes::shapes(*NOW, seed);
    assert!(shapes.len() >= 400, "{}", shapes.len());
    namespace(shapes::NAMESPACE);
    lab.store(&shapes);
    let heads = ["NAME ", "READY", "STATUS", "RESTARTS", "AGE"];
    let kubectl = || cells(&lab.kubectl(&format!("get pods -n {}", shapes::NAMESPACE)).out, &heads);
    let ours = || cells(&lab.healthcheck(&format!("-n {} --all", shapes::NAMESPACE)).out, &heads);
    // Ages grow while three programs run, so each cell must equal one of the two kubectl outputs.
    let mut differences = Vec::new();
    for _ in 0..5 {
        let (before, between, after) = (kubectl(), ours(), kubectl());
        assert_eq!((before.len(), between.len()), (shapes.len(), shapes.len()));
        differences = between
            .iter()
            .zip(before.iter().zip(&after))
            .filter(|(our, (a, b))| our.iter().enumerate().any(|(i, cell)| *cell != a[i] && *cell != b[i]))
            .map(|(our, (a, _))| format!("ours {our:?}\n     {a:?}"))
            .collect();
        if differences.is_empty() {
            return;
        }
    }
    panic!("seed {seed}: {} pods differ from kubectl:\n{}", differences.len(), differences.join("\n"));
}

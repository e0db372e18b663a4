use super::*;
use crate::compare::run_record::{NotObserved, Places, Visibility};
use crate::finding::verdict::{Counts, Verdict};
use std::collections::BTreeMap;

fn cluster(context: &str, server: &str) -> Cluster {
    Cluster { context: context.to_owned(), server: server.to_owned(), version: String::new() }
}

#[test]
fn the_server_tells_clusters_apart_and_else_the_context() {
    let (prod, stage) = (cluster("prod", "https://a"), cluster("stage", "https://b"));
    assert!(is_same(&prod, &prod) && !is_same(&prod, &stage));
    assert!(is_same(&prod, &cluster("renamed", "https://a")));
    assert!(!is_same(&cluster("default", "https://a"), &cluster("default", "https://b")));
    assert!(is_same(&prod, &cluster("prod", "")) && !is_same(&prod, &cluster("", "")));
    assert!(is_same(&cluster("", ""), &cluster("", "")));
}

#[test]
fn records_are_named_by_their_time_and_what_they_were_written_as() {
    let name = |seconds, nanos| file_name(Time { seconds, nanos }, Path::new("/h/.healthcheck-aB3x.tmp"));
    assert_eq!(name(1_766_714_400, 5), "20251226T020000.000000005Z-aB3x.record.json");
    assert!(name(1_766_714_400, 5) < name(1_766_714_400, 900_000_000));
    assert!(name(1_766_714_400, 5) < name(1_766_714_401, 0));
}

#[test]
fn a_gap_is_filled_as_far_as_an_earlier_run_saw_into_it() {
    let gaps = |places: &[&str]| -> Visibility {
        let of_pods = places.iter().map(|place| ((*place).to_owned(), NotObserved::Wholly)).collect();
        Visibility { gaps: Places::from([("Pod".to_owned(), of_pods)]), ..Visibility::default() }
    };
    let left = |mut of: Visibility, by: &Visibility| {
        of.fill(by);
        of.gaps.get("Pod").map_or_else(Vec::new, |places| places.keys().cloned().collect())
    };
    assert!(left(gaps(&["shop"]), &Visibility::default()).is_empty());
    assert_eq!(left(gaps(&["shop", "web"]), &gaps(&["web"])), ["web"]);
    assert_eq!(left(gaps(&[""]), &gaps(&["web"])), ["web"]);
    assert_eq!(left(gaps(&["web"]), &gaps(&[""])), ["web"]);
    assert!(left(gaps(&["shop"]), &gaps(&["web"])).is_empty());
}

fn record(taken_at: i64) -> RunRecord {
    RunRecord {
        api_version: crate::snapshot::VERSION.to_owned(),
        kind: crate::compare::run_record::KIND.to_owned(),
        tool_version: String::new(),
        taken_at: Some(Time::at(taken_at)),
        cluster: cluster("prod", "https://a"),
        scope: Scope::default(),
        verdict: Verdict::Healthy,
        totals: Counts::default(),
        namespaces: BTreeMap::new(),
        sight: Visibility::default(),
        findings: Vec::new(),
    }
}

/// The folder after one more run: the number of its records.
fn after(folder: &Path, keep: usize, age: i64, (taken_at, now): (i64, i64)) -> usize {
    let history = History::open(folder, keep, age).unwrap();
    history.add(&record(taken_at), Time::at(now)).unwrap();
    History::open(folder, keep, age).unwrap().entries.len()
}

const DAY: i64 = 86_400;
const NOW: i64 = 1_766_714_400;

#[test]
fn a_wrong_clock_of_a_server_removes_no_record() {
    for year in [50, -50] {
        let folder = tempfile::tempdir().unwrap();
        for day in (1..=10).rev() {
            let at = NOW - day * DAY;
            assert_eq!(after(folder.path(), 100, 30 * DAY, (at, at)), usize::try_from(11 - day).unwrap());
        }
        assert_eq!(after(folder.path(), 100, 30 * DAY, (NOW + year * 365 * DAY, NOW)), 11, "{year} years");
        assert_eq!(
            after(folder.path(), 100, 30 * DAY, (NOW, NOW)),
            11 + usize::from(year > 0),
            "{year} years"
        );
    }
}

#[test]
fn one_run_removes_few_records() {
    let folder = tempfile::tempdir().unwrap();
    for day in (1..=10).rev() {
        after(folder.path(), 100, 0, (NOW - day * DAY, NOW));
    }
    let left: Vec<usize> =
        (0..5).map(|second| after(folder.path(), 2, DAY, (NOW + second, NOW + second))).collect();
    assert_eq!(left, [8, 6, 4, 2, 2]);
}

#[test]
#[cfg(unix)]
fn a_pipe_is_no_record_and_does_not_stop_the_run() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("20251226T020000.000000005Z-aB3x.record.json");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    if !made.is_ok_and(|status| status.success()) {
        return;
    }
    let error = History::open(folder.path(), 9, 0).unwrap_err().to_string();
    assert!(
        error.ends_with("is not a record of a run: it is not a regular file; move or delete it"),
        "{error}"
    );
    fs::remove_file(&pipe).unwrap();
    let open = |mode| {
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).unwrap();
        History::open(folder.path(), 9, 0).unwrap().is_open_to_all()
    };
    assert!(open(0o777) && open(0o1777) && !open(0o775) && !open(0o700));
}

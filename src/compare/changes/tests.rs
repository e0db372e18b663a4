use super::*;
use crate::compare::run_record::{NotObserved, Visibility};
use crate::snapshot::{Cluster, Scope};
use crate::wire::Kind;
use Severity::{High, Low, Medium};

/// A high finding about one pod of a Deployment `web` in namespace `shop`.
fn noted(check: &str, restarts: i64) -> FindingRecord {
    let owner: Owner = serde_json::from_str(r#"{"kind":"Deployment","name":"web"}"#).unwrap();
    FindingRecord {
        key: format!("{check}/shop/Deployment/web"),
        check: check.to_owned(),
        severity: High,
        object: ObjectRef::new("shop", "Pod", "web-7d9f-x2k4p"),
        owner: Some(owner),
        since: Some(Time::at(1_000_000)),
        objects: 1,
        measures: BTreeMap::from([("restarts".to_owned(), restarts)]),
        incident: format!("{check}/shop/Deployment/web"),
        serving: false,
        muted: false,
        action: None,
    }
}

fn crash(restarts: i64) -> FindingRecord {
    noted("pod-crash-loop", restarts)
}

fn past(findings: Vec<FindingRecord>) -> RunRecord {
    RunRecord {
        api_version: "healthcheck/v1".to_owned(),
        kind: "Record".to_owned(),
        tool_version: "0.1.0".to_owned(),
        taken_at: Some(Time::at(2_000_000)),
        cluster: Cluster { context: "prod".into(), server: "https://a".into(), version: String::new() },
        scope: Scope::default(),
        verdict: Verdict::Unhealthy,
        totals: Counts::default(),
        namespaces: BTreeMap::new(),
        sight: Visibility::default(),
        findings,
    }
}

/// What became of the only key there is.
fn became(old: &RunRecord, new: &RunRecord) -> Change {
    let changes = Changes::between(old, new);
    assert_eq!(changes.all.len(), 1, "{changes:?}");
    changes.all[0].change
}

fn of_both(earlier: FindingRecord, later: FindingRecord) -> Change {
    became(&past(vec![earlier]), &past(vec![later]))
}

#[test]
fn what_comes_is_new_and_what_goes_is_fixed() {
    let (none, one) = (past(Vec::new()), past(vec![crash(12)]));
    assert_eq!((became(&none, &one), became(&one, &none)), (Change::New, Change::Fixed));
    assert_eq!(became(&one, &one), Change::Unchanged);
    assert!(Changes::between(&none, &none).all.is_empty());
}

#[test]
fn severity_comes_before_objects_and_objects_before_numbers() {
    let with = |severity, objects, restarts| FindingRecord { severity, objects, ..crash(restarts) };
    for (earlier, later, change) in [
        (with(High, 1, 12), with(High, 1, 40), Change::Worse),
        (with(High, 1, 100), with(High, 1, 105), Change::Unchanged),
        // A rollout makes new pods, which begin to count anew.
        (with(High, 1, 40), with(High, 1, 3), Change::Unchanged),
        (with(High, 2, 12), with(High, 3, 12), Change::Worse),
        (with(High, 3, 12), with(High, 2, 40), Change::Better),
        (with(Medium, 3, 12), with(High, 1, 12), Change::Worse),
        (with(High, 1, 12), with(Medium, 3, 40), Change::Better),
        (with(High, 1, 12), with(Low, 1, 12), Change::Better),
        // Nobody was told of it as of a trouble.
        (with(Low, 1, 12), with(Medium, 1, 12), Change::New),
    ] {
        let told = format!("{earlier:?} {later:?}");
        assert_eq!(of_both(earlier, later), change, "{told}");
    }
}

#[test]
fn a_number_that_got_worse_outweighs_those_that_got_better() {
    let with = |available: i64, updated: i64| {
        let measures = [("available".to_owned(), available), ("updated".to_owned(), updated)];
        FindingRecord { measures: measures.into(), ..noted("deployment-rollout-stuck", 0) }
    };
    assert_eq!(of_both(with(3, 1), with(2, 2)), Change::Worse);
    assert_eq!(of_both(with(2, 1), with(3, 1)), Change::Better);
    let changes = Changes::between(&past(vec![with(3, 1)]), &past(vec![with(2, 2)]));
    let moved: Vec<_> = changes.all[0].moved().map(|(of, before, now)| (of.name, before, now)).collect();
    assert_eq!(moved, [("available", 3, 2), ("updated", 1, 2)]);
}

#[test]
fn what_is_muted_is_not_spoken_of() {
    let muted = || FindingRecord { muted: true, ..crash(12) };
    let changes = |old: Vec<FindingRecord>, new: Vec<FindingRecord>| {
        let changes = Changes::between(&past(old), &past(new));
        changes.all.iter().map(|changed| changed.change).collect::<Vec<_>>()
    };
    assert_eq!(changes(vec![muted()], vec![crash(12)]), [Change::Unchanged], "it was there all the time");
    assert_eq!(changes(vec![FindingRecord { severity: Low, ..muted() }], vec![crash(12)]), [Change::Worse]);
    assert!(changes(vec![crash(12)], vec![muted()]).is_empty(), "it is not fixed");
    assert!(changes(Vec::new(), vec![muted()]).is_empty());
    assert!(changes(vec![muted()], Vec::new()).is_empty());
}

fn blind(kind: Kind, place: &str, how: NotObserved) -> Visibility {
    let places = BTreeMap::from([(place.to_owned(), how)]);
    Visibility { gaps: BTreeMap::from([(kind.name().to_owned(), places)]), ..Visibility::default() }
}

#[test]
fn what_a_run_could_not_see_is_neither_new_nor_fixed() {
    let one = || past(vec![crash(12)]);
    let none = |change: &dyn Fn(&mut RunRecord)| {
        let mut none = past(Vec::new());
        change(&mut none);
        none
    };
    let only_here: &dyn Fn(&mut RunRecord) = &|p| p.scope.namespaces = vec!["else".into()];
    let excluded: &dyn Fn(&mut RunRecord) = &|p| p.scope.excluded = vec!["sh*".into()];
    let selected: &dyn Fn(&mut RunRecord) =
        &|p| (p.scope.selected, p.scope.selector) = (true, "-l app=db".into());
    let no_pods: &dyn Fn(&mut RunRecord) = &|p| p.sight = blind(Kind::Pod, "", NotObserved::Wholly);
    let some_pods: &dyn Fn(&mut RunRecord) = &|p| p.sight = blind(Kind::Pod, "shop", NotObserved::Partly);
    let left_out: &dyn Fn(&mut RunRecord) = &|p| {
        let everywhere = BTreeMap::from([(String::new(), NotObserved::Wholly)]);
        p.sight.not_in_scope = BTreeMap::from([("pod-crash-loop".to_owned(), everywhere)]);
    };
    let older: &dyn Fn(&mut RunRecord) = &|p| p.tool_version = "0.0.9".into();
    for (change, why) in [
        (only_here, "out-of-scope"),
        (excluded, "out-of-scope"),
        (selected, "out-of-scope"),
        (no_pods, "kind-not-seen"),
        (some_pods, "kind-not-seen"),
        (left_out, "check-left-out"),
        (older, "check-unknown"),
    ] {
        for (old, new, side) in [(none(change), one(), Side::Baseline), (one(), none(change), Side::Now)] {
            let changes = Changes::between(&old, &new);
            let changed = &changes.all[0];
            assert_eq!(changed.change, Change::Unseen, "{why} {side:?}");
            let (by, blindness) = changed.unseen.as_ref().unwrap();
            assert_eq!((*by, blindness.id()), (side, why));
        }
    }
}

#[test]
fn what_was_not_seen_elsewhere_does_not_matter() {
    let one = || past(vec![crash(12)]);
    let none = |change: &dyn Fn(&mut RunRecord)| {
        let mut none = past(Vec::new());
        change(&mut none);
        none
    };
    let elsewhere: &dyn Fn(&mut RunRecord) = &|p| p.sight = blind(Kind::Pod, "else", NotObserved::Wholly);
    let other_kind: &dyn Fn(&mut RunRecord) = &|p| p.sight = blind(Kind::Service, "", NotObserved::Wholly);
    for fair in [elsewhere, other_kind] {
        assert_eq!(became(&none(fair), &one()), Change::New);
        assert_eq!(became(&one(), &none(fair)), Change::Fixed);
    }
}

#[test]
fn who_could_not_see_all_of_it_is_not_held_to_its_numbers() {
    let mut some = past(vec![FindingRecord { objects: 2, ..crash(12) }]);
    some.sight = blind(Kind::Pod, "shop", NotObserved::Partly);
    let all = past(vec![FindingRecord { objects: 5, ..crash(40) }]);
    assert_eq!((became(&some, &all), became(&all, &some)), (Change::Unchanged, Change::Unchanged));
    some.findings[0].severity = Medium;
    assert_eq!(became(&some, &all), Change::Worse, "severities can be compared");
}

/// An annotation of one workload is in force in both runs, and all others are held against each other.
#[test]
fn a_check_that_both_left_out_somewhere_is_still_compared() {
    let with = |findings| {
        let shop = BTreeMap::from([("shop".to_owned(), NotObserved::Wholly)]);
        let outside = BTreeMap::from([("pod-crash-loop".to_owned(), shop)]);
        RunRecord { sight: Visibility { not_in_scope: outside, ..Visibility::default() }, ..past(findings) }
    };
    assert_eq!(became(&with(vec![]), &with(vec![crash(12)])), Change::New);
    assert_eq!(became(&past(vec![crash(12)]), &with(vec![])), Change::Unseen);
    let elsewhere = FindingRecord { object: ObjectRef::new("else", "Pod", "web-7d9f-x2k4p"), ..crash(12) };
    assert_eq!(became(&past(vec![elsewhere]), &with(vec![])), Change::Fixed);
}

/// What two runs are equally blind to is found by neither, or without it.
#[test]
fn the_same_blindness_on_both_sides_is_fair() {
    let blind = blind(Kind::Pod, "", NotObserved::Wholly);
    let none = RunRecord { sight: blind.clone(), ..past(Vec::new()) };
    let one = RunRecord { sight: blind, ..past(vec![crash(12)]) };
    assert_eq!((became(&none, &one), became(&one, &none)), (Change::New, Change::Fixed));
}

#[test]
fn what_belongs_to_no_namespace_is_compared_where_the_scope_is_as_wide() {
    let node = || FindingRecord {
        object: ObjectRef::of_cluster("Node", "n1"),
        owner: None,
        ..noted("node-not-ready", 0)
    };
    let narrow = |findings| {
        let mut past = past(findings);
        past.scope.namespaces = vec!["shop".into()];
        past
    };
    assert_eq!(became(&narrow(vec![]), &past(vec![node()])), Change::Unseen);
    assert_eq!(became(&past(vec![node()]), &narrow(vec![])), Change::Unseen);
    assert_eq!(became(&past(vec![]), &narrow(vec![node()])), Change::New);
}

#[test]
fn an_incident_is_one_row_named_by_the_worst_that_became_of_it() {
    let of = |key: &str, severity, incident: &str| {
        let (key, incident) = (key.to_owned(), incident.to_owned());
        FindingRecord { key, severity, incident, ..crash(12) }
    };
    let old = past(vec![
        of("a1", High, "a1"),
        of("a2", Medium, "a1"),
        of("b1", Medium, "b1"),
        of("b2", High, "b1"),
        of("c1", Low, "c1"),
    ]);
    let new = past(vec![
        of("a1", High, "a1"),
        of("a2", High, "a1"),
        of("a3", Low, "a1"),
        of("d2", High, "d1"),
        of("d1", Medium, "d1"),
        of("e1", Low, "e1"),
    ]);
    let changes = Changes::between(&old, &new);
    let rows: Vec<_> = changes
        .rows
        .iter()
        .map(|row| (row.change, changes.all[row.names].key.as_str(), row.severity, row.others))
        .collect();
    assert_eq!(
        rows,
        [
            (Change::New, "d1", High, 1),
            (Change::New, "e1", Low, 0),
            (Change::Worse, "a2", High, 0),
            (Change::Fixed, "b1", High, 1),
            (Change::Fixed, "c1", Low, 0),
        ]
    );
    assert_eq!(changes.counts, Tally::from([(Change::New, 1), (Change::Worse, 1), (Change::Fixed, 1)]));
    assert_eq!(changes.keys[&Change::New], 4);
    assert_eq!(changes.worst_new(), Some(High));
}

#[test]
fn runs_that_cannot_be_compared_are_refused() {
    let of = |change: &dyn Fn(&mut RunRecord)| {
        let mut other = past(Vec::new());
        change(&mut other);
        comparable((&other, "the baseline"), (&past(Vec::new()), "this run")).err().unwrap_or_default()
    };
    assert_eq!(of(&|_| ()), "");
    assert_eq!(of(&|p| p.cluster.context = "stage".into()), "", "contexts are renamed");
    assert_eq!(of(&|p| p.cluster.server = "https://b".into()), "", "servers move");
    assert_eq!(of(&|p| p.cluster = Cluster { context: "prod".into(), ..Cluster::default() }), "");
    let nameless = of(&|p| p.cluster = Cluster { context: "stage".into(), ..Cluster::default() });
    assert_eq!(
        nameless,
        "the baseline is of cluster stage and this run of prod (https://a): compare runs on one cluster"
    );
    let other = of(&|p| {
        p.cluster = Cluster { context: "stage".into(), server: "https://b".into(), ..Cluster::default() }
    });
    assert_eq!(
        other,
        "the baseline is of cluster stage (https://b) and this run of prod (https://a): compare runs on one cluster"
    );
    assert_eq!(of(&|p| p.taken_at = None), "", "nobody knows");
    let newer = of(&|p| p.taken_at = Some(Time::at(2_000_001)));
    assert_eq!(
        newer,
        "the baseline is newer (1970-01-24T03:33:21Z) than this run (1970-01-24T03:33:20Z); swap them"
    );
    let named = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        RunRecord { scope: Scope { namespaces: names, ..Scope::default() }, ..past(Vec::new()) }
    };
    let refused = |a: &RunRecord, b: &RunRecord| comparable((a, "A"), (b, "B")).err();
    assert_eq!(refused(&named(&["a", "b"]), &named(&["b", "c"])), None);
    assert_eq!(
        refused(&named(&["a"]), &named(&["b", "c", "d", "e", "f"])).unwrap(),
        "A covers a and B covers b, c, d and 2 others: they have no namespace in common"
    );
}

#[test]
fn counts_are_held_against_each_other_where_both_counted_the_same() {
    let with = |pods: u64| {
        let counts = Counts { pods, ..Counts::default() };
        RunRecord {
            totals: counts,
            namespaces: BTreeMap::from([("shop".to_owned(), counts)]),
            ..past(Vec::new())
        }
    };
    let trend = Trend::between(&with(3), &with(5));
    assert_eq!((trend.totals.unwrap().pods, trend.namespaces["shop"].pods), (3, 3));
    let mut narrow = with(3);
    narrow.scope.namespaces = vec!["shop".into()];
    let trend = Trend::between(&narrow, &with(5));
    assert_eq!((trend.totals, trend.namespaces["shop"].pods), (None, 3));
    let mut gap = with(3);
    gap.sight = blind(Kind::Pod, "shop", NotObserved::Partly);
    assert_eq!(Trend::between(&gap, &with(5)), Trend::default());
    assert_eq!(Trend::between(&past(Vec::new()), &with(5)).namespaces["shop"].pods, 0, "it had none");
}

use super::*;
use crate::compare::run_record::{NotObserved, Places, Visibility};

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

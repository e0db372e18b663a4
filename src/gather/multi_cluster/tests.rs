//! Several clusters: in a paused clock, and on real ports.
#![allow(clippy::too_many_lines, reason = "tables of cases are long")]

use super::*;
use crate::cluster::fake::{self, Fake, Served, closed_port};
use crate::gather::tests::plan;
use std::time::Duration;

fn contexts(results: &[ClusterResult]) -> Vec<&str> {
    results.iter().map(|(context, _)| context.as_str()).collect()
}

/// Starts to read clusters that answer and end after some seconds.
fn reading(clusters: &'static [(&'static str, u64, u64)]) -> MultiCluster {
    let names = clusters.iter().map(|(name, ..)| (*name).to_owned()).collect();
    MultiCluster::read(names, |context, answered| async move {
        let (_, answers, ends) = clusters.iter().find(|(name, ..)| *name == context).unwrap();
        tokio::time::sleep(Duration::from_secs(*answers)).await;
        answered.set(Arc::new(Silence::new(None))).unwrap();
        tokio::time::sleep(Duration::from_secs(ends - answers)).await;
        Ok(Snapshot::default())
    })
}

#[tokio::test(start_paused = true)]
async fn a_cluster_that_does_not_answer_does_not_delay_the_others() {
    let mut clusters = reading(&[("slow", 1, 20), ("good", 1, 2), ("hung", 60, 60)]);
    let began = Instant::now();
    assert_eq!(contexts(&clusters.next().await), ["good", "slow"]);
    assert_eq!(began.elapsed(), Duration::from_secs(21), "a twentieth of the time more for the third");
    assert_eq!(contexts(&clusters.next().await), ["hung"]);
    assert!(clusters.next().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn all_clusters_are_sorted_whichever_is_done_first() {
    let clusters = reading(&[("b", 1, 2), ("c", 1, 40), ("a", 60, 60)]);
    assert_eq!(contexts(&clusters.all().await), ["a", "b", "c"]);
}

/// Starts to read a cluster that is done at once, and one that answers `/version` and stalls.
fn with_a_stalled_one(stalled: &Fake) -> MultiCluster {
    let good = Fake::default();
    good.namespace("default", 2);
    let stalled = stalled.clone();
    let names = ["good", "stalled"].map(str::to_owned).to_vec();
    MultiCluster::read(names, move |context, answered| {
        let session = if context == "good" { good.session() } else { stalled.session() };
        let plan = Plan { clusters: 2, ..plan() };
        async move {
            let progress = Progress::new(false, None, fake::clock, 2);
            let answered = |silence| drop(answered.set(silence));
            let read = Box::pin(gather(session, &plan, &progress, answered)).await;
            read.map_err(|error| Unseen { error, hint: None })
        }
    })
}

#[tokio::test(start_paused = true)]
async fn a_cluster_that_stalls_after_its_first_answer_does_not_delay_the_others() {
    let stalled = Fake::default();
    stalled.always("/api", fake::Fault::Hang);
    let (mut clusters, began) = (with_a_stalled_one(&stalled), Instant::now());
    assert_eq!(contexts(&clusters.next().await), ["good"]);
    assert!(began.elapsed() < Duration::from_secs(12), "{:?}", began.elapsed());
    let rest = clusters.next().await;
    let error = rest[0].1.as_ref().unwrap_err().error.clone();
    let limit = Duration::from_secs(45);
    assert_eq!((contexts(&rest), error), (vec!["stalled"], Error::TimedOut { after: limit }));
    assert!(began.elapsed() < limit + Duration::from_secs(1), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_cluster_that_stalls_after_its_pods_is_shown_with_gaps() {
    let stalled = Fake::default();
    stalled.namespace("default", 3);
    for path in ["/apis/", "services", "/events", "secrets", "persistentvolume", "/nodes"] {
        stalled.always(path, fake::Fault::Hang);
    }
    let (clusters, began) = (with_a_stalled_one(&stalled), Instant::now());
    let all = clusters.all().await;
    assert!(began.elapsed() < Duration::from_secs(50), "{:?}", began.elapsed());
    let snapshot = all[1].1.as_ref().unwrap();
    assert_eq!((all[1].0.as_str(), snapshot.rows.pods.len()), ("stalled", 3));
    let gaps = &snapshot.coverage.gaps;
    assert!(
        gaps.len() > 5 && gaps.iter().all(|gap| gap.reason == crate::model::Reason::TimedOut),
        "{gaps:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_cluster_that_answers_late_is_awaited() {
    let mut clusters = reading(&[("good", 1, 40), ("late", 41, 50)]);
    // It answers while the others are given a twentieth of the time.
    assert_eq!(contexts(&clusters.next().await), ["good", "late"]);
    assert_eq!(contexts(&reading(&[("a", 1, 1), ("b", 9, 9)]).all().await), ["a", "b"]);
}

/// Reads the contexts that the options select.
async fn read(options: &ConnectOptions) -> Vec<ClusterResult> {
    let names = crate::cluster::contexts(options).unwrap();
    let plan = Plan { clusters: names.len(), ..plan() };
    let progress = Progress::new(false, None, fake::clock, names.len());
    MultiCluster::start(options, names, &plan, &progress).all().await
}

#[tokio::test]
async fn one_dead_cluster_of_several_has_its_own_error() {
    let (good, other, folder) = (Fake::default(), Fake::default(), tempfile::tempdir().unwrap());
    good.namespace("shop", 2);
    other.namespace("shop", 5);
    let (first, second) = (good.serve().await, other.serve().await);
    let served = [
        ("good", first.address, "{}"),
        ("dead", closed_port(), "{}"),
        ("other", second.address, "{token: a}"),
    ];
    let options = ConnectOptions {
        kubeconfig: Some(Served::kubeconfig(folder.path(), &served)),
        all_contexts: true,
        ..ConnectOptions::default()
    };
    let results = read(&options).await;
    let summary: Vec<String> = results
        .iter()
        .map(|(context, result)| match result {
            Ok(snapshot) => format!("{context}: {} pods", snapshot.rows.pods.len()),
            Err(unseen) => {
                format!("{context}: {}", unseen.error.to_string().replace(&served[1].1.to_string(), "PORT"))
            }
        })
        .collect();
    let mut summary: Vec<&str> = summary.iter().map(String::as_str).collect();
    summary.sort_unstable();
    assert_eq!(
        summary,
        [
            "dead: The connection to the server PORT was refused - did you specify the right host or port?",
            "good: 2 pods",
            "other: 5 pods",
        ]
    );
}

/// Writes a kubeconfig with these contexts: the fields of their clusters and their users in YAML.
fn kubeconfig(folder: &std::path::Path, contexts: &[(&str, String, &str)]) -> ConnectOptions {
    let lines = |key: &str, line: &dyn Fn(&(&str, String, &str)) -> String| {
        format!("{key}:\n{}", contexts.iter().map(line).collect::<String>())
    };
    let text = [
        lines("contexts", &|(name, ..)| {
            format!("- {{name: {name}, context: {{cluster: {name}, user: {name}, namespace: shop}}}}\n")
        }),
        lines("clusters", &|(name, cluster, _)| format!("- {{name: {name}, cluster: {{{cluster}}}}}\n")),
        lines("users", &|(name, _, user)| format!("- {{name: {name}, user: {user}}}\n")),
    ];
    let path = folder.join("config");
    std::fs::write(&path, text.concat()).unwrap();
    ConnectOptions { kubeconfig: Some(path), all_contexts: true, ..ConnectOptions::default() }
}

#[tokio::test]
async fn what_cannot_be_sent_is_the_error_of_its_own_context() {
    let (good, folder) = (Fake::default(), tempfile::tempdir().unwrap());
    good.namespace("shop", 2);
    let served = good.serve().await;
    let server = format!("server: 'http://{}'", served.address);
    let long = |size: usize| format!("server: 'http://{}/{}'", served.address, "a".repeat(size));
    std::fs::write(folder.path().join("token"), "t0k3n\n").unwrap();
    let both = "server: 'https://h', insecure-skip-tls-verify: true, certificate-authority-data: aGk=";
    let options = kubeconfig(
        folder.path(),
        &[
            ("good", server.clone(), "{}"),
            ("file", server.clone(), "{tokenFile: token}"),
            ("login", format!("server: 'http://ops:hu%40sh@{}'", served.address), "{}"),
            ("line", server.clone(), "{token: \"hush\\n\"}"),
            ("inject", server.clone(), "{token: \"hush\\r\\nX: y\"}"),
            ("group", server.clone(), "{as: a, as-groups: [\"hush\\n\"]}"),
            ("long", long(100_000), "{}"),
            ("nearly", long(65_480), "{}"),
            ("both", both.to_owned(), "{}"),
            ("proxy", format!("{server}, proxy-url: 'ftp://u:hush@h'"), "{}"),
        ],
    );
    let results = read(&options).await;
    let of = |name: &str| {
        let (_, result) = results.iter().find(|(context, _)| context == name).unwrap();
        match result {
            Ok(snapshot) => format!("{} pods of {}", snapshot.rows.pods.len(), snapshot.cluster.server),
            Err(unseen) => unseen.error.to_string(),
        }
    };
    assert_eq!(results.len(), 10);
    for name in ["good", "file", "login"] {
        assert_eq!(of(name), format!("2 pods of http://{}", served.address));
    }
    for (name, words) in [
        ("line", "the token contains a line break or another character that is not allowed"),
        ("inject", "the token contains"),
        ("group", "as-groups contains"),
        ("long", "server: the address has 1000"),
        ("nearly", "server: the address has 655"),
        ("both", "specifying a root certificates file with the insecure flag is not allowed"),
        ("proxy", "proxy-url: the address must begin with http://"),
    ] {
        let error = of(name);
        assert!(error.contains(words) && !error.contains("hush") && error.len() < 200, "{error}");
    }
    let sent = good.authorizations();
    let login = "Basic b3BzOmh1QHNo";
    assert!(sent.iter().all(|sent| ["", "Bearer t0k3n", login].contains(&sent.as_str())), "{sent:?}");
    assert!(sent.iter().any(|sent| sent == "Bearer t0k3n") && sent.iter().any(|sent| sent == login));
}

#[tokio::test]
async fn a_panic_is_the_error_of_its_own_context() {
    let names = vec!["a".to_owned(), "bad".to_owned(), "c".to_owned()];
    let clusters = MultiCluster::read(names, |context, _| async move {
        assert!(context != "bad", "a test of a panic");
        Ok(Snapshot::default())
    });
    let mut results = clusters.all().await;
    results.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(contexts(&results), ["a", "bad", "c"]);
    let error = results[1].1.as_ref().unwrap_err().error.to_string();
    assert_eq!(error, format!("error: {PANICKED}"));
    assert!(results[0].1.is_ok() && results[2].1.is_ok());
}

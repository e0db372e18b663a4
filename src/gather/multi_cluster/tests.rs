//! Several clusters: in a paused clock, and on real ports.
#![allow(clippy::too_many_lines, reason = "tables of cases are long")]

use super::*;
use crate::cluster::ListOptions;
use crate::cluster::fake::{self, Fake, Served, closed_port};
use crate::gather::ScopeOptions;
use crate::policy::settings::Settings;
use crate::sources::SourceOptions;
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
        answered.store(true, Ordering::Relaxed);
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
async fn a_cluster_that_answers_late_is_awaited() {
    let mut clusters = reading(&[("good", 1, 40), ("late", 41, 50)]);
    // It answers while the others are given a twentieth of the time.
    assert_eq!(contexts(&clusters.next().await), ["good", "late"]);
    assert_eq!(contexts(&reading(&[("a", 1, 1), ("b", 9, 9)]).all().await), ["a", "b"]);
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
    let names = crate::cluster::contexts(&options).unwrap();
    let plan = Plan {
        scope: ScopeOptions::default(),
        list: ListOptions::default(),
        sources: SourceOptions::default(),
        settings: Settings::default(),
        request_timeout: Duration::ZERO,
        clock: fake::clock,
        clusters: names.len(),
        with_usage: false,
        with_certificates: false,
        with_evidence: true,
        about: None,
        budget: fake::budget(),
    };
    let progress = Progress::new(false, None, fake::clock, names.len());
    let results = MultiCluster::start(&options, names, &plan, &progress).all().await;
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

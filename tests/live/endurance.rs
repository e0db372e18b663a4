//! `serve` for a while on a bad network: nothing is lost, and memory does not grow.

use crate::healthy;
use crate::service::{failed, namespace};
use crate::support::faults::{Asked, Fault, Faults};
use crate::support::lab::{Lab, put};
use crate::support::service::{Service, lasting};
use crate::support::shapes::Random;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The pods at the beginning.
const PODS: usize = 200;

/// The most that the resident memory may grow after the first third, in MiB.
const GROWTH: f64 = 8.0;

/// Half of all requests fail, or their answers do: refused, overloaded, slow, cut off, or silent without an end.
fn fault(random: &mut Random) -> Fault {
    let at = random.below(30_000);
    match random.below(16) {
        0 => Fault::Latency(Duration::from_millis(at as u64 / 30)),
        1 => Fault::Reset(at),
        2 | 3 => Fault::Truncate(at),
        4 => Fault::Stall(at),
        5 => Fault::status(429, "Retry-After: 1\r\n"),
        6 => Fault::status([500, 502, 503, 504][at % 4], ""),
        7 => Fault::Corrupt(at),
        _ => Fault::None,
    }
}

/// Changes, creates or deletes some pods.
fn churn(lab: &Lab, random: &mut Random) {
    let chosen: BTreeSet<usize> = (0..10).map(|_| random.below(PODS + 50)).collect();
    let (gone, changed): (Vec<usize>, Vec<usize>) = chosen.into_iter().partition(|_| random.below(8) == 0);
    let pod = |index: usize| {
        let (namespace, name) = (["shop", "blog"][index % 2], format!("web-{index:03}"));
        if random.below(4) == 0 { failed(namespace, &name) } else { healthy(namespace, &name) }
    };
    put(lab.etcd, &changed.into_iter().map(pod).collect::<Vec<_>>());
    for index in gone {
        let key = format!("/registry/pods/{}/web-{index:03}", ["shop", "blog"][index % 2]);
        lab.etcd("kv/deleterange", &json!({ "key": base64(&key) }));
    }
}

fn base64(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(text)
}

/// Compacts etcd, so that the moment of a watch that was interrupted may be gone.
fn compact(lab: &Lab) {
    let put = lab.etcd("kv/put", &json!({ "key": base64("healthcheck"), "value": "" }));
    let revision = put["header"]["revision"].as_str().unwrap();
    lab.etcd("kv/compaction", &json!({ "revision": revision }));
}

/// `SOAK_SECONDS` sets the duration, `SOAK_SEED` repeats a failure.
#[test]
fn a_service_on_a_bad_network_loses_nothing_and_does_not_grow() {
    #[allow(clippy::disallowed_methods, reason = "to repeat a failure")]
    let number = |name: &str, default: u64| std::env::var(name).map_or(default, |text| text.parse().unwrap());
    let (seconds, seed) = (number("SOAK_SECONDS", 20), number("SOAK_SEED", 20_261_130));
    println!("seed {seed}");
    let lab = Lab::start(&[]);
    lab.apply(&[namespace("shop"), namespace("blog")]);
    let name = |index: usize| healthy(["shop", "blog"][index % 2], &format!("web-{index:03}"));
    lab.store(&(0..PODS).map(name).collect::<Vec<_>>());
    let (listed, over) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let random = Mutex::new(Random(seed));
    let (is_listed, is_over) = (Arc::clone(&listed), Arc::clone(&over));
    let rule = move |asked: &Asked| {
        // The first lists arrive; no watch does.
        let is_bad = asked.path.contains("watch=") || is_listed.load(Ordering::Relaxed);
        let is_quiet = !is_bad || is_over.load(Ordering::Relaxed) || asked.path.starts_with("/version");
        if is_quiet { Fault::None } else { fault(&mut random.lock().unwrap()) }
    };
    let proxy = Faults::before(&lab, rule);
    let service = Service::start(&lab, &format!("-A --server {}", proxy.url()));
    listed.store(true, Ordering::Relaxed);
    let (began, mut random, mut first) = (Instant::now(), Random(seed ^ 1), None);
    while began.elapsed() < Duration::from_secs(seconds) {
        churn(&lab, &mut random);
        if random.below(20) == 0 {
            compact(&lab);
        }
        std::thread::sleep(Duration::from_millis(500));
        if began.elapsed() > Duration::from_secs(seconds / 3) {
            first.get_or_insert_with(|| service.memory());
        }
    }
    let grown = service.memory() - first.unwrap();
    over.store(true, Ordering::Relaxed);
    // A watch that was silent is noticed after 30 seconds; all of them are exact soon after.
    // Suggested commands name the server.
    let arguments = format!("-A -o json --fail-on never --server {}", proxy.url());
    let fresh = || lasting(lab.healthcheck(&arguments).json());
    let same = |service: &Service| {
        let (own, fresh) = (lasting(service.report()), fresh());
        let of = |report: &Value, name: &str| report[name].clone();
        ["verdict", "totals", "pods", "findings", "incidents", "coverage"]
            .into_iter()
            .all(|name| of(&own, name) == of(&fresh, name))
    };
    let took = service.until(&format!("seed {seed}: the report of a new run"), same);
    let total = |series: &str| {
        let text = service.get("/metrics").1;
        let lines = text.lines().filter(|line| line.starts_with(series));
        lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum::<f64>()
    };
    let failed = |text: &str| -> f64 {
        let lines =
            text.lines().filter(|line| line.contains("verb=\"watch\"") && line.contains("result=\"failed\""));
        lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
    };
    println!(
        "{seconds} s, seed {seed}: exact {:.0} s after the last fault; {} requests, {} interruptions, {} relists; memory grew by {grown:.1} MiB",
        took.as_secs_f64(),
        total("healthcheck_api_requests_total"),
        total("healthcheck_watch_interruptions_total"),
        total("healthcheck_relists_total"),
    );
    assert!(failed(&service.get("/metrics").1) > 0.0, "the network was good");
    assert!(grown < GROWTH, "seed {seed}: {grown} MiB");
}

//! Many kubelets, read through one API server with a limit on concurrent requests.

use crate::support::faults::{Fault, Faults};
use crate::support::lab::LAB;
use crate::support::{Run, healthcheck};
use crate::{healthy, namespace};
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const NODES: usize = 30;

/// Metrics of a container that is never throttled.
const PAGE: &str =
    "container_cpu_cfs_periods_total{container=\"app\",namespace=\"many-nodes\",pod=\"web-0\"} 100
container_cpu_cfs_throttled_periods_total{container=\"app\",namespace=\"many-nodes\",pod=\"web-0\"} 0
";

#[test]
fn limits_concurrent_requests_to_kubelets() {
    namespace("many-nodes");
    let pod = |i: usize| {
        let mut pod = healthy("many-nodes", &format!("web-{i}"));
        pod["spec"]["nodeName"] = json!(format!("many-{i:02}"));
        pod
    };
    LAB.store(&(0..NODES).map(pod).collect::<Vec<_>>());
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let asked = Arc::new(Mutex::new(Vec::new()));
    let (active, peak, paths) = (Arc::clone(&now), Arc::clone(&most), Arc::clone(&asked));
    let server = Faults::before(&LAB, move |asked| {
        if !asked.path.contains("/proxy/metrics/cadvisor") {
            return Fault::None;
        }
        paths.lock().unwrap().push(asked.path.split('?').next().unwrap_or_default().to_owned());
        peak.fetch_max(active.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        // A slow kubelet.
        std::thread::sleep(Duration::from_millis(100));
        active.fetch_sub(1, Ordering::SeqCst);
        Fault::Answer("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n".to_owned(), PAGE.to_owned())
    });
    let flags = "-n many-nodes -o json --throttle-window 10s --concurrency 4 --skip-kinds nodes";
    let ran = healthcheck().args(["-s", &server.url()]).args(flags.split(' ')).ran();
    let mut asked = std::mem::take(&mut *asked.lock().unwrap());
    asked.sort();
    let path = |i: usize| format!("/api/v1/nodes/many-{i:02}/proxy/metrics/cadvisor");
    let twice: Vec<String> = (0..NODES).flat_map(|i| [path(i), path(i)]).collect();
    assert_eq!(asked, twice, "each kubelet twice: {ran:?}");
    let most = most.load(Ordering::SeqCst);
    assert!((1..=4).contains(&most), "{most} concurrent requests");
}

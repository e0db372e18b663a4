//! A real Prometheus, and what the binary makes of its numbers.

use crate::NOW;
use crate::support::prometheus::{Prometheus, Series, openmetrics};

#[test]
fn a_history_that_a_test_wrote_is_told_as_it_was() {
    const STEP: i64 = 300;
    let end = NOW.as_second() / STEP * STEP;
    // Seven days in steps of five minutes, up to now; what is not a round number stays what it is.
    let value = |pod: i64, step: i64| f64::from(u32::try_from((step * 37 + pod) % 2017).unwrap()) / 3.0;
    let series: Vec<Series> = (0..200)
        .map(|pod| Series {
            metric: "container_memory_working_set_bytes",
            labels: vec![
                ("namespace", "pigo-prod".to_owned()),
                ("pod", format!("pod-{pod}")),
                ("container", "a \"b\" \\ c".to_owned()),
            ],
            samples: (0..2016).map(|step| (end - (2015 - step) * STEP, value(pod, step))).collect(),
        })
        .collect();
    let prometheus = Prometheus::with_history(&openmetrics(&series));
    let whole =
        prometheus.query("count(count_over_time(container_memory_working_set_bytes[7d]) == 2016)", end);
    assert_eq!(whole[0].1.to_bits(), 200_f64.to_bits(), "{whole:?}");
    let highest = prometheus.query("max_over_time(container_memory_working_set_bytes[7d])", end);
    assert_eq!(highest.len(), 200);
    for (labels, highest) in highest {
        assert_eq!(labels["container"], "a \"b\" \\ c");
        let pod = labels["pod"].strip_prefix("pod-").unwrap().parse().unwrap();
        let expected = (0..2016).map(|step| value(pod, step)).fold(0.0, f64::max);
        assert_eq!(highest.to_bits(), expected.to_bits(), "{labels:?}");
    }
    // Of half of it, and of one moment.
    let half = end - 1008 * STEP;
    let lowest =
        prometheus.query("min_over_time(container_memory_working_set_bytes{pod='pod-7'}[14m])", half);
    let expected = (1005..=1007).map(|step| value(7, step)).fold(f64::MAX, f64::min);
    assert_eq!(lowest[0].1.to_bits(), expected.to_bits());
}

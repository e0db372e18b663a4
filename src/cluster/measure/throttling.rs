//! How often containers were held back, as a Prometheus has counted it.

use super::Untold;
use super::area::Area;
use super::prometheus::Prometheus;
use super::series::{self, Numbers};
use crate::wire::Throttling;
use std::time::Duration;

/// What the counts are called in the answer.
const PERIODS: &str = "periods";
const THROTTLED: &str = "throttled";

/// The two things that are asked.
struct Queries {
    /// Periods and those throttled, in one question: between two a scrape may come, and the share would be of counts
    /// that were never there together.
    counts: String,
    limits: String,
}

/// Asks for the last `back` of the scope.
///
/// # Errors
/// When it does not answer, or has no such numbers.
pub(super) async fn ask(
    prometheus: &Prometheus,
    area: &Area,
    back: Duration,
    deadline: Duration,
) -> Result<Vec<Throttling>, Untold> {
    let queries = Queries::new(area, back);
    let told = tokio::try_join!(
        prometheus.counts(&queries.counts, area, deadline),
        prometheus.numbers(&queries.limits, area, deadline)
    );
    let (counts, limits) = told.map_err(|error| prometheus.untold(&error))?;
    let window = i64::try_from(back.as_secs()).unwrap_or(i64::MAX);
    let none = Numbers::new();
    let [periods, throttled] = [PERIODS, THROTTLED].map(|counted| counts.get(counted).unwrap_or(&none));
    let objects = series::paired(periods, throttled, &limits, window);
    match objects.is_empty() {
        true => Err(prometheus.has_none("it does not scrape cAdvisor, or no container has a CPU limit")),
        false => Ok(objects),
    }
}

impl Queries {
    fn new(area: &Area, back: Duration) -> Self {
        const BY: &str = "by (namespace,pod,container)";
        let (matchers, seconds) = (area.matchers(), back.as_secs());
        let increase = |metric: &str, counted: &str| {
            let sum = format!("sum {BY} (increase({metric}{{{matchers}}}[{seconds}s]))");
            format!(r#"label_replace({sum},"counted","{counted}","","")"#)
        };
        let periods = increase("container_cpu_cfs_periods_total", PERIODS);
        let throttled = increase("container_cpu_cfs_throttled_periods_total", THROTTLED);
        let of = |metric: &str| format!("{metric}{{{matchers}}}");
        let (quota, period) = (of("container_spec_cpu_quota"), of("container_spec_cpu_period"));
        Self { counts: format!("{periods} or {throttled}"), limits: format!("max {BY} ({quota} / {period})") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_ask_for_the_scope_and_its_window() {
        let queries = Queries::new(
            &Area::new(vec!["shop".to_owned()], Vec::new(), globset::GlobSet::empty()),
            Duration::from_secs(300),
        );
        let matchers = r#"{container!="",container!="POD",namespace=~"^(?:shop)$"}"#;
        let part = |metric: &str, counted: &str| {
            format!(
                r#"label_replace(sum by (namespace,pod,container) (increase(container_cpu_cfs_{metric}_total{matchers}[300s])),"counted","{counted}","","")"#
            )
        };
        let (all, throttled) = (part("periods", "periods"), part("throttled_periods", "throttled"));
        assert_eq!(queries.counts, format!("{all} or {throttled}"));
        assert_eq!(
            queries.limits,
            format!(
                "max by (namespace,pod,container) (container_spec_cpu_quota{matchers} / container_spec_cpu_period{matchers})"
            )
        );
    }
}

//! How often containers were held back, as a Prometheus has counted it.

use super::Untold;
use super::area::Area;
use super::prometheus::Prometheus;
use super::series;
use crate::wire::Throttling;
use std::time::Duration;

/// The three things that are asked.
struct Queries {
    periods: String,
    throttled: String,
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
    let ask = |query: String| async move { prometheus.numbers(&query, area, deadline).await };
    let told = tokio::try_join!(ask(queries.periods), ask(queries.throttled), ask(queries.limits));
    let (periods, throttled, limits) = told.map_err(|error| prometheus.untold(&error))?;
    let window = i64::try_from(back.as_secs()).unwrap_or(i64::MAX);
    let objects = series::paired(&periods, &throttled, &limits, window);
    match objects.is_empty() {
        true => Err(prometheus.has_none("it does not scrape cAdvisor, or no container has a CPU limit")),
        false => Ok(objects),
    }
}

impl Queries {
    fn new(area: &Area, back: Duration) -> Self {
        const BY: &str = "by (namespace,pod,container)";
        let (matchers, seconds) = (area.matchers(), back.as_secs());
        let increase = |metric: &str| format!("sum {BY} (increase({metric}{{{matchers}}}[{seconds}s]))");
        let of = |metric: &str| format!("{metric}{{{matchers}}}");
        let (quota, period) = (of("container_spec_cpu_quota"), of("container_spec_cpu_period"));
        Self {
            periods: increase("container_cpu_cfs_periods_total"),
            throttled: increase("container_cpu_cfs_throttled_periods_total"),
            limits: format!("max {BY} ({quota} / {period})"),
        }
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
        assert_eq!(
            queries.throttled,
            format!(
                "sum by (namespace,pod,container) (increase(container_cpu_cfs_throttled_periods_total{matchers}[300s]))"
            )
        );
        assert_eq!(
            queries.limits,
            format!(
                "max by (namespace,pod,container) (container_spec_cpu_quota{matchers} / container_spec_cpu_period{matchers})"
            )
        );
    }
}

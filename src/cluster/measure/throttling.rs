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
    let told = prometheus.counts(&query(area, back), area, deadline).await;
    let counts = told.map_err(|error| prometheus.untold(&error))?;
    let window = i64::try_from(back.as_secs()).unwrap_or(i64::MAX);
    let none = Numbers::new();
    let [periods, throttled] = [PERIODS, THROTTLED].map(|counted| counts.get(counted).unwrap_or(&none));
    let objects = series::paired(periods, throttled, window);
    match objects.is_empty() {
        true => Err(prometheus.has_none("it does not scrape cAdvisor, or no container has a CPU limit")),
        false => Ok(objects),
    }
}

/// Periods and those throttled, in one question: between two a scrape may come, and the share would be of counts that were
/// never there together. The limits are known from the pods themselves.
fn query(area: &Area, back: Duration) -> String {
    let (matchers, seconds) = (area.matchers(), back.as_secs());
    let increase = |metric: &str, counted: &str| {
        let sum = format!("sum by (namespace,pod,container) (increase({metric}{{{matchers}}}[{seconds}s]))");
        format!(r#"label_replace({sum},"counted","{counted}","","")"#)
    };
    let periods = increase("container_cpu_cfs_periods_total", PERIODS);
    let throttled = increase("container_cpu_cfs_throttled_periods_total", THROTTLED);
    format!("{periods} or {throttled}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_asks_for_the_scope_and_its_window() {
        let area = Area::new(vec!["shop".to_owned()], Vec::new(), globset::GlobSet::empty());
        let matchers = r#"{container!="",container!="POD",namespace=~"^(?:shop)$"}"#;
        let part = |metric: &str, counted: &str| {
            format!(
                r#"label_replace(sum by (namespace,pod,container) (increase(container_cpu_cfs_{metric}_total{matchers}[300s])),"counted","{counted}","","")"#
            )
        };
        let (all, throttled) = (part("periods", "periods"), part("throttled_periods", "throttled"));
        assert_eq!(query(&area, Duration::from_secs(300)), format!("{all} or {throttled}"));
    }
}

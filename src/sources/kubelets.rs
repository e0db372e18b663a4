//! The throttling that the kubelets count. Each is read twice through the API server, with a window of time between.

mod exposition;

use super::selector::PromSelector;
use super::series::{self, Counted};
use super::{Partial, Unavailable, wait};
use crate::cluster::Error;
use crate::cluster::page::{Accept, ApiClient, Body, Request, RetryPolicy, SEGMENT, too_large};
use crate::logs::lines::Lines;
use crate::text::{Fact, Message, reasons};
use crate::wire::{MeasuredMeta, Throttling};
use exposition::{Sample, name, sample};
use percent_encoding::utf8_percent_encode;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// The largest answer in bytes.
const LARGEST: usize = 64 << 20;

/// The longest line that is read, in bytes.
const LONGEST: usize = 64 << 10;

/// The most control groups of a node, which runs some hundred pods.
const MOST: usize = 20_000;

/// The counters of a control group since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Counters {
    periods: Option<f64>,
    throttled: Option<f64>,
    /// Microseconds of CPU time in each period.
    quota: Option<f64>,
    /// Microseconds.
    period: Option<f64>,
    /// When the periods were counted, in milliseconds.
    at: Option<i64>,
}

/// Counters by container and control group.
type Page = BTreeMap<(MeasuredMeta, String), Counters>;

/// Asks the kubelets of some nodes.
pub(super) async fn ask(
    client: &Arc<ApiClient>,
    selector: &Arc<PromSelector>,
    window: Duration,
    deadline: Duration,
    nodes: BTreeSet<String>,
) -> Partial<Throttling> {
    let (mut tasks, all) = (JoinSet::new(), nodes.len());
    for node in nodes {
        let (client, selector) = (Arc::clone(client), Arc::clone(selector));
        tasks.spawn(async move {
            let counted = twice(&client, &selector, &node, window, deadline).await;
            (node, counted)
        });
    }
    let (mut counted, mut failed) = (BTreeMap::new(), BTreeMap::new());
    for (node, read) in tasks.join_all().await {
        match read {
            // A pod is on one node only.
            Ok(of_node) => counted.extend(of_node),
            Err(error) => {
                failed.insert(node, error);
            }
        }
    }
    let objects = counted.iter().filter_map(|(name, counted)| series::measurement(name, *counted)).collect();
    Partial { objects, missing: missing(&failed, all) }
}

/// Why some kubelets have no measurements, by the first of them.
fn missing(failed: &BTreeMap<String, Error>, all: usize) -> Option<Unavailable> {
    let (node, error) = failed.first_key_value()?;
    let Unavailable { reason, why } = Unavailable::of(node.as_str(), error);
    let facts =
        vec![("count", Fact::count(failed.len())), ("all", Fact::count(all)), ("why", Fact::Message(why))];
    Some(Unavailable { reason, why: Message::new(&reasons::KUBELETS_UNREAD, facts) })
}

/// The counts of the containers of a node between two readings.
async fn twice(
    client: &ApiClient,
    selector: &Arc<PromSelector>,
    node: &str,
    window: Duration,
    deadline: Duration,
) -> Result<BTreeMap<MeasuredMeta, Counted>, Error> {
    let first = page(client, selector, node, deadline).await?;
    let began = Instant::now();
    wait(&client.budget.stop(), window).await?;
    let second = page(client, selector, node, deadline).await?;
    Ok(between(&first, &second, began.elapsed()))
}

async fn page(
    client: &ApiClient,
    selector: &Arc<PromSelector>,
    node: &str,
    deadline: Duration,
) -> Result<Page, Error> {
    let node = utf8_percent_encode(node, SEGMENT);
    let request = Request {
        path: format!("/api/v1/nodes/{node}/proxy/metrics/cadvisor"),
        accept: Accept::Text,
        deadline,
        patience: RetryPolicy::Once,
        form: None,
    };
    let body = || Reading::of(selector);
    Ok(client.read(&request, body).await?.body)
}

/// A page of metrics as it arrives. Only the counters of the scope are kept.
struct Reading {
    selector: Arc<PromSelector>,
    lines: Lines,
    page: Page,
    length: usize,
    /// Whether a part of it was in the text format.
    is_metrics: bool,
}

impl Reading {
    fn of(selector: &Arc<PromSelector>) -> Self {
        let (selector, lines) = (Arc::clone(selector), Lines::of(LONGEST));
        Self { selector, lines, page: Page::new(), length: 0, is_metrics: false }
    }
}

impl Body for Reading {
    type Whole = Page;

    fn take(&mut self, bytes: &[u8]) -> Result<(), Message> {
        self.length += bytes.len();
        if self.length > LARGEST {
            return Err(too_large(LARGEST));
        }
        let Self { selector, lines, page, is_metrics, .. } = self;
        lines.push(bytes, |line, is_cut| {
            *is_metrics |= line.starts_with(b"# TYPE ");
            if !is_cut {
                keep(page, line, selector);
            }
        });
        if self.page.len() > MOST {
            return Err(Message::new(&reasons::TOO_MANY_GROUPS, vec![("most", Fact::count(MOST))]));
        }
        Ok(())
    }

    fn end(self) -> Result<Page, Message> {
        let is_metrics = self.is_metrics || !self.page.is_empty();
        is_metrics.then_some(self.page).ok_or_else(|| Message::plain(&reasons::NO_METRICS))
    }
}

/// Keeps the number in a line, if it belongs to a container of the scope. Of a repeated series the first counts.
fn keep(page: &mut Page, line: &[u8], selector: &PromSelector) {
    if !line.starts_with(b"container_") {
        return;
    }
    let Ok(line) = std::str::from_utf8(line) else { return };
    let (name, rest) = name(line);
    let number: fn(&mut Counters) -> &mut Option<f64> = match name {
        "container_cpu_cfs_periods_total" => |counters| &mut counters.periods,
        "container_cpu_cfs_throttled_periods_total" => |counters| &mut counters.throttled,
        "container_spec_cpu_quota" => |counters| &mut counters.quota,
        "container_spec_cpu_period" => |counters| &mut counters.period,
        _ => return,
    };
    let Some(Sample { labels, value, at }) = sample(rest) else { return };
    let is_container = !labels.container.is_empty() && labels.container != "POD" && !labels.pod.is_empty();
    if !is_container || !selector.holds(&labels.namespace) || !value.is_finite() || value < 0.0 {
        return;
    }
    let name_of_series = MeasuredMeta::of_container(&labels.namespace, &labels.pod, &labels.container);
    let counters = page.entry((name_of_series, labels.id.into_owned())).or_default();
    if number(counters).is_none() {
        *number(counters) = Some(value);
        if name == "container_cpu_cfs_periods_total" {
            counters.at = at;
        }
    }
}

/// The counts between two pages. A control group whose counters decreased was restarted, and its counts are unknown; one
/// that is on one page only did not exist all the time.
fn between(first: &Page, second: &Page, elapsed: Duration) -> BTreeMap<MeasuredMeta, Counted> {
    let mut counted: BTreeMap<MeasuredMeta, Counted> = BTreeMap::new();
    let mut restarted = BTreeSet::new();
    for ((name, id), after) in second {
        let Some(before) = first.get(&(name.clone(), id.clone())) else { continue };
        let grown = |of: fn(&Counters) -> Option<f64>| Some(of(after)? - of(before)?);
        let (Some(periods), Some(throttled)) = (grown(|c| c.periods), grown(|c| c.throttled)) else {
            continue;
        };
        if periods < 0.0 || throttled < 0.0 {
            restarted.insert(name.clone());
            continue;
        }
        let one = counted.entry(name.clone()).or_default();
        one.periods += periods;
        one.throttled += throttled;
        one.window = one.window.max(seconds(before, after, elapsed));
        let limit = after.quota.zip(after.period.filter(|period| *period > 0.0));
        one.limit = limit.map_or(one.limit, |(quota, period)| one.limit.max(quota / period));
    }
    counted.retain(|name, _| !restarted.contains(name));
    counted
}

/// The seconds between two counts, by the kubelet's clock if known: the kubelet does not count for each request.
fn seconds(before: &Counters, after: &Counters, elapsed: Duration) -> i64 {
    let known = before.at.zip(after.at).and_then(|(before, after)| after.checked_sub(before));
    let known = known.filter(|millis| *millis > 0);
    let millis = known.unwrap_or_else(|| i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX));
    (millis / 500 + 1) / 2
}

#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(bytes: &[u8]) {
    let mut reading = Reading::of(&Arc::new(PromSelector::default()));
    let pieces = bytes.chunks(bytes.first().map_or(1, |first| usize::from(*first) + 1));
    let taken: Result<Vec<()>, Message> = pieces.map(|piece| reading.take(piece)).collect();
    let _ = taken.and_then(|_| reading.end());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str, selector: PromSelector) -> Result<Page, Message> {
        let mut reading = Reading::of(&Arc::new(selector));
        for piece in text.as_bytes().chunks(7) {
            reading.take(piece)?;
        }
        reading.end()
    }

    fn line(metric: &str, pod: &str, id: &str, value: &str) -> String {
        format!(
            "container_{metric}{{container=\"app\",id=\"{id}\",namespace=\"shop\",pod=\"{pod}\"}} {value}\n"
        )
    }

    fn counts(pod: &str, id: &str, periods: &str, throttled: &str) -> String {
        line("cpu_cfs_periods_total", pod, id, periods)
            + &line("cpu_cfs_throttled_periods_total", pod, id, throttled)
    }

    fn measured(first: &str, second: &str) -> Vec<(String, i64, i64, i64, i64)> {
        let page = |text: &str| parsed(text, PromSelector::default()).unwrap();
        let counted = between(&page(first), &page(second), Duration::from_millis(30_400));
        let objects = counted.iter().filter_map(|(name, counted)| series::measurement(name, *counted));
        let row = |o: Throttling| (o.metadata.name, o.periods, o.throttled, o.window_seconds, o.limit_millis);
        objects.map(row).collect()
    }

    #[test]
    fn the_counts_are_the_growth_between_two_readings() {
        let limit = line("spec_cpu_quota", "a", "1", "50000") + &line("spec_cpu_period", "a", "1", "100000");
        let (first, second) = (counts("a", "1", "100", "40"), counts("a", "1", "400", "100") + &limit);
        assert_eq!(measured(&first, &second), [("a/app".to_owned(), 300, 60, 30, 500)]);
        // By the kubelet's own clock.
        let (first, second) = (counts("a", "1", "1 1000", "0 1000"), counts("a", "1", "3e2 31499", "9 1"));
        assert_eq!(measured(&first, &second), [("a/app".to_owned(), 299, 9, 30, 0)]);
    }

    #[test]
    fn restarted_containers_are_left_out() {
        let (old, new) = (counts("a", "1", "100", "40"), counts("a", "1", "50", "50"));
        assert!(measured(&old, &new).is_empty(), "it counts backwards");
        assert!(measured(&old, &counts("a", "2", "150", "50")).is_empty(), "another control group");
        assert!(
            measured("# TYPE x counter\n", &old).is_empty()
                && measured(&old, "# TYPE x counter\n").is_empty()
        );
        // One of two groups counts backwards: of the whole nothing is known.
        let both = |one: &str, two: &str| counts("a", "1", one, "0") + &counts("a", "2", two, "0");
        assert!(measured(&both("5", "5"), &both("300", "1")).is_empty());
        assert_eq!(measured(&both("5", "5"), &both("305", "15")), [("a/app".to_owned(), 310, 0, 30, 0)]);
    }

    #[test]
    fn only_valid_numbers_of_the_scope_are_kept() {
        let odd =
            ["NaN", "-1", "+Inf"].map(|value| line("cpu_cfs_periods_total", "odd", "1", value)).concat();
        let pause = line("cpu_cfs_periods_total", "p", "1", "5").replace("\"app\"", "\"POD\"");
        let slice = line("cpu_cfs_periods_total", "p", "1", "5").replace("\"app\"", "\"\"");
        let twice = counts("a", "1", "7", "1") + &counts("a", "1", "9", "2");
        let other = line("cpu_usage_seconds_total", "b", "1", "5");
        let text = format!("# TYPE x counter\n{odd}{pause}{slice}{twice}{other}\u{0}\u{e9}{{\n");
        let page = parsed(&text, PromSelector::default()).unwrap();
        let [(_, counters)] = page.iter().collect::<Vec<_>>()[..] else { panic!("{page:?}") };
        assert_eq!((counters.periods, counters.throttled), (Some(7.0), Some(1.0)));
        let elsewhere = PromSelector::new(vec!["bank".to_owned()], Vec::new(), globset::GlobSet::empty());
        assert!(parsed(&text, elsewhere).unwrap().is_empty());
    }

    #[test]
    fn an_answer_without_metrics_is_not_an_empty_page() {
        assert_eq!(
            parsed("<html>\nlog in\n</html>\n", PromSelector::default()),
            Err(Message::plain(&reasons::NO_METRICS))
        );
        assert_eq!(parsed("", PromSelector::default()), Err(Message::plain(&reasons::NO_METRICS)));
        assert_eq!(parsed("# TYPE x counter\n", PromSelector::default()), Ok(Page::new()));
    }

    #[test]
    fn an_endless_page_is_an_error() {
        let mut endless = Reading::of(&Arc::default());
        let piece = vec![b'x'; 1 << 20];
        let taken = (0..100).take_while(|_| endless.take(&piece).is_ok()).count();
        assert_eq!(taken, 64);
        let groups: String = (0..=MOST).map(|id| line("spec_cpu_quota", "a", &id.to_string(), "1")).collect();
        let error = parsed(&groups, PromSelector::default()).unwrap_err();
        assert_eq!(error.to_string(), format!("more than {MOST} control groups"));
    }
}

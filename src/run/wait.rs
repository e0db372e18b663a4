//! Waits until a cluster is settled or healthy (`--wait-for`), for pipelines after a deployment.
//!
//! What does not belong here: what is missing, which the report says.

use super::Failure;
use crate::cluster::{Error, Stop};
use crate::policy::settings::Settings;
use crate::report::{Report, WaitFor};
use crate::snapshot::Snapshot;
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

/// The time from the end of one reading to the start of the next.
const PAUSE: Duration = Duration::from_secs(5);

/// How many objects a line names.
const NAMED: usize = 5;

/// Reads a cluster again and again until nothing is missing or the run is stopped, and returns the last complete reading.
pub(super) async fn until(
    stop: &Stop,
    mut read: impl AsyncFnMut() -> Result<Snapshot, Failure>,
    lacks: impl Fn(&Snapshot) -> Vec<String>,
) -> Result<Snapshot, Failure> {
    let mut last: Option<Snapshot> = None;
    loop {
        let seen = read().await;
        // A reading that was stopped is not complete; the one before it is.
        if stop.why().is_some() {
            return last.map_or(seen, Ok);
        }
        match (seen, last.is_some()) {
            (Err(failure), false) => return Err(failure),
            // The API server may restart during a rollout.
            (Err(_), true) => {}
            (Ok(snapshot), _) => {
                let missing = lacks(&snapshot);
                if missing.is_empty() {
                    return Ok(snapshot);
                }
                say(&missing);
                last = Some(snapshot);
            }
        }
        let pause = async {
            tokio::time::sleep(PAUSE).await;
            Ok::<(), Error>(())
        };
        if let (Err(_), Some(snapshot)) = (stop.or(pause).await, last.take_if(|_| stop.why().is_some())) {
            return Ok(snapshot);
        }
    }
}

/// Returns what is missing in a snapshot.
pub(super) fn lacks(snapshot: &Snapshot, settings: &Settings, state: WaitFor) -> Vec<String> {
    Report::new(snapshot, settings).missing_for(state)
}

/// Says on a terminal what the run waits for.
fn say(missing: &[String]) {
    if io::stderr().is_terminal() {
        let _ = writeln!(io::stderr(), "waiting for {}", named(missing));
    }
}

/// Says what is still missing at the end.
pub(super) fn say_at_end(missing: &[String], state: WaitFor) {
    if !missing.is_empty() {
        let _ = writeln!(io::stderr(), "not {} yet: {}", state.word(), named(missing));
    }
}

/// Returns the first objects, and the number of others.
fn named(missing: &[String]) -> String {
    let shown = missing.get(..NAMED.min(missing.len())).unwrap_or_default().join(", ");
    match missing.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    /// Reads snapshots with these times, one after another; the last one again and again.
    async fn waited(missing: &[usize], timeout: u64) -> (usize, u64) {
        let stop = Stop::default();
        let (readings, began) = (RefCell::new(0), tokio::time::Instant::now());
        let on_timeout = stop.clone();
        tokio::spawn(async move { on_timeout.after(Duration::from_secs(timeout)).await });
        let read = async || {
            *readings.borrow_mut() += 1;
            Ok(Snapshot::default())
        };
        let lacks = |_: &Snapshot| {
            let at = (*readings.borrow() - 1).min(missing.len() - 1);
            vec!["deployment/web".to_owned(); missing[at]]
        };
        until(&stop, read, lacks).await.unwrap();
        (*readings.borrow(), began.elapsed().as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn it_reads_until_nothing_is_missing_or_the_time_is_over() {
        assert_eq!(waited(&[0], 60).await, (1, 0));
        assert_eq!(waited(&[2, 1, 0], 60).await, (3, 10));
        assert_eq!(waited(&[1], 12).await, (3, 12));
    }

    #[tokio::test(start_paused = true)]
    async fn a_first_reading_that_fails_is_the_failure() {
        let failed = until(&Stop::default(), async || Err(Failure::new("no")), |_| Vec::new()).await;
        assert!(failed.is_err());
    }

    #[test]
    fn a_line_names_some_objects_and_counts_the_others() {
        let all: Vec<String> = (1..=7).map(|n| format!("pod/{n}")).collect();
        assert_eq!(named(&all), "pod/1, pod/2, pod/3, pod/4, pod/5 and 2 more");
        assert_eq!(named(&all[..1]), "pod/1");
    }
}

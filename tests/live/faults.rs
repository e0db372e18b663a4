//! Faults of networks, proxies and overloaded servers: the report is the same as without the fault, or names exactly
//! what is missing. docs/reliability.md lists these tests.

use crate::support::faults::{Asked, Fault, Faults};
use crate::support::lab::LAB;
use crate::support::{Ran, Run, healthcheck};
use crate::{crashing, healthy, namespace};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

const SCOPE: &str = "-n faults-a,faults-b,faults-c --page-size 20";
/// The number of pods in each namespace.
const PODS: [(&str, usize); 3] = [("faults-a", 61), ("faults-b", 40), ("faults-c", 7)];
const ALL: u64 = 108;

/// The report of the same pods without faults.
static EXPECTED: LazyLock<Value> = LazyLock::new(|| {
    for (name, count) in PODS {
        namespace(name);
        let pod =
            |i: usize| if i == 5 { crashing(name, "web-005") } else { healthy(name, &format!("web-{i:03}")) };
        LAB.store(&(0..count).map(pod).collect::<Vec<_>>());
    }
    let ran = LAB.healthcheck(&format!("{SCOPE} -o json"));
    assert_eq!(ran.json()["totals"]["pods"], ALL, "{ran:?}");
    seen(&ran)
});

/// Returns the data of a report about the cluster, not about the run.
fn seen(ran: &Ran) -> Value {
    let report = ran.json();
    let objects: Vec<&Value> = report["findings"].as_array().unwrap().iter().map(|f| &f["object"]).collect();
    let pod = |pod: &Value| json!([pod["namespace"], pod["name"], pod["status"], pod["ready"], pod["class"]]);
    let pods: Vec<Value> = report["pods"].as_array().unwrap().iter().map(pod).collect();
    json!({ "totals": report["totals"], "findings": objects, "pods": pods, "verdict": report["verdict"] })
}

/// Runs behind a proxy with this rule.
fn behind(rule: impl Fn(&Asked) -> Fault + Send + Sync + 'static, arguments: &str) -> Ran {
    let _ = &*EXPECTED;
    let faults = Faults::before(&LAB, rule);
    let server = faults.url();
    let format = if arguments.contains("-o ") { "" } else { "-ojson" };
    healthcheck()
        .args(["-s", &server])
        .args(arguments.split_whitespace().chain(format.split_whitespace()))
        .ran()
}

/// Checks that the report is complete and equals the one without faults.
fn is_complete(ran: &Ran) -> Value {
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert_eq!(seen(ran), *EXPECTED);
    let coverage = ran.json()["coverage"].clone();
    assert_eq!(coverage["complete"], true, "{coverage}");
    coverage
}

/// Returns the only gap of a report, and checks that every pod is in the report or in the gap.
fn only_gap(ran: &Ran) -> Value {
    let report = ran.json();
    let gaps = report["coverage"]["gaps"].as_array().unwrap();
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert_ne!(report["verdict"], "healthy");
    let (pods, gap) = (report["totals"]["pods"].as_u64().unwrap(), &gaps[0]);
    if let Some(missing) = gap["missing"].as_u64() {
        assert_eq!(pods + missing, ALL, "{gap}");
    }
    gap.clone()
}

/// A rule for the first requests for each page of pods.
fn at_first(times: usize, fault: Fault) -> impl Fn(&Asked) -> Fault + Send + Sync {
    move |asked| if asked.is_pods() && asked.before < times { fault.clone() } else { Fault::None }
}

/// A rule for one page of pods in the middle of `faults-a`, for every request.
fn third_page(fault: Fault) -> impl Fn(&Asked) -> Fault + Send + Sync {
    let token = std::sync::Mutex::new(Vec::<String>::new());
    move |asked| {
        let Some(now) = asked.parameter("continue").filter(|_| asked.path.contains("/faults-a/pods?")) else {
            return Fault::None;
        };
        let mut tokens = token.lock().unwrap();
        if !tokens.iter().any(|token| token == now) {
            tokens.push(now.to_owned());
        }
        if tokens[1..].iter().any(|token| token == now) { fault.clone() } else { Fault::None }
    }
}

#[test]
fn latency_changes_nothing() {
    let ran = behind(|_| Fault::Latency(Duration::from_millis(50)), SCOPE);
    assert_eq!(is_complete(&ran)["retries"], 0);
}

#[test]
fn low_bandwidth_changes_nothing() {
    let ran = behind(|_| Fault::Bandwidth(40_000), SCOPE);
    is_complete(&ran);
}

#[test]
fn requests_smaller_pages_after_a_stall() {
    // Only pages of up to 125 pods arrive.
    let large =
        |asked: &Asked| asked.parameter("limit").is_some_and(|limit| limit.parse::<u32>().unwrap() > 125);
    let rule =
        move |asked: &Asked| if asked.is_pods() && large(asked) { Fault::Stall(300) } else { Fault::None };
    let ran = behind(rule, "-n faults-a,faults-b,faults-c --page-timeout 1s");
    let coverage = is_complete(&ran);
    assert_eq!(coverage["smallestPage"], 125);
    assert_eq!(coverage["slowestPage"]["kind"], "Pod");
    assert!(coverage["slowestPage"]["millis"].as_u64().unwrap() >= 1000);
    let table = behind(rule, "-n faults-a,faults-b,faults-c --page-timeout 1s -v -o table");
    assert!(table.out.contains("Next time: --page-size 125 or --page-timeout 60s"), "{}", table.out);
    assert!(table.err.contains("timeout: pods in faults-a: page size 250 from here"), "{}", table.err);
}

#[test]
fn a_page_that_always_stalls_is_a_gap() {
    let stalled = Arc::new(AtomicUsize::new(0));
    let (rule, count) = (third_page(Fault::Stall(10)), Arc::clone(&stalled));
    let rule = move |asked: &Asked| {
        let fault = rule(asked);
        count.fetch_add(usize::from(fault != Fault::None), Ordering::Relaxed);
        fault
    };
    let ran = behind(rule, &format!("{SCOPE} --page-timeout 1s"));
    let gap = only_gap(&ran);
    assert_eq!(
        (&gap["namespace"], &gap["kind"], &gap["reason"]),
        (&json!("faults-a"), &json!("Pod"), &json!("timed-out"))
    );
    assert_eq!((&gap["got"], &gap["missing"]), (&json!(40), &json!(21)));
    // Pages of 20 are not halved.
    let requests = stalled.load(Ordering::Relaxed);
    assert!((1..=2).contains(&requests), "{requests} requests for the page");
    assert_eq!(ran.code, 1, "the crash loop in the report counts");
}

#[test]
fn retries_after_resets_and_truncated_bodies() {
    // Four, two and one page, each at least twice: a repeated page may end at another position, and the pages after
    // it are requested again.
    for (fault, retries) in
        [(Fault::Reset(0), 14), (Fault::Reset(150), 14), (Fault::Truncate(0), 14), (Fault::Truncate(150), 14)]
    {
        let ran = behind(at_first(2, fault.clone()), SCOPE);
        assert!(is_complete(&ran)["retries"].as_u64().unwrap() >= retries, "{fault:?}");
    }
}

#[test]
fn waits_and_retries_after_429() {
    let storm = |headers: &str| at_first(2, Fault::status(429, headers));
    let calm = is_complete(&behind(storm("Retry-After: 0\r\n"), SCOPE));
    assert_eq!(calm["retries"], 14);
    let waited = |coverage: &Value| coverage["throttledMillis"].as_u64().unwrap();
    let asked = is_complete(&behind(storm("Retry-After: 1\r\n"), SCOPE));
    assert_eq!((waited(&asked), &asked["retries"]), (14_000, &json!(14)));
    // By the clock of the server, the date is one second away.
    let date = "Date: Fri, 26 Dec 2025 02:00:00 GMT\r\nRetry-After: Fri, 26 Dec 2025 02:00:01 GMT\r\n";
    assert_eq!(waited(&is_complete(&behind(storm(date), SCOPE))), 14_000);
    let own = is_complete(&behind(storm(""), SCOPE));
    assert!((14 * 50..14 * 400).contains(&waited(&own)), "{own}");
}

#[test]
fn does_not_retry_before_a_long_retry_after() {
    let ran = behind(third_page(Fault::status(429, "Retry-After: 3600\r\n")), SCOPE);
    let gap = only_gap(&ran);
    assert_eq!((&gap["reason"], &gap["got"]), (&json!("failed"), &json!(40)));
    assert_eq!(ran.json()["coverage"]["retries"], 0, "there is no request before that time");
}

#[test]
fn waits_and_retries_after_server_errors() {
    for code in [500, 502, 503, 504] {
        let ran = behind(at_first(3, Fault::status(code, "")), SCOPE);
        assert_eq!(is_complete(&ran)["retries"], 21, "{code}");
    }
}

#[test]
fn a_permanent_server_error_is_a_gap() {
    let status =
        r#"{"kind":"Status","apiVersion":"v1","status":"Failure","message":"etcd is unhappy","code":500}"#;
    let answer = Fault::Answer(
        "HTTP/1.1 500 Oops\r\nContent-Type: application/json\r\n".to_owned(),
        status.to_owned(),
    );
    let gap = only_gap(&behind(third_page(answer), &format!("{SCOPE} --page-timeout 1s")));
    assert_eq!((&gap["reason"], &gap["detail"]), (&json!("failed"), &json!("etcd is unhappy")));
    assert_eq!((&gap["got"], &gap["missing"]), (&json!(40), &json!(21)));
}

#[test]
fn html_is_not_an_answer() {
    let html = "<html><body>Bad Gateway</body></html>";
    let page = |status: &str| {
        Fault::Answer(format!("HTTP/1.1 {status}\r\nContent-Type: text/html\r\n"), html.to_owned())
    };
    is_complete(&behind(at_first(2, page("502 Bad Gateway")), SCOPE));
    is_complete(&behind(at_first(2, page("200 OK")), SCOPE));
    let gap = only_gap(&behind(third_page(page("200 OK")), SCOPE));
    assert_eq!((&gap["reason"], &gap["got"]), (&json!("failed"), &json!(40)));
    assert!(gap["detail"].as_str().unwrap().contains("Bad Gateway"), "{gap}");
}

#[test]
fn a_wrong_content_type_changes_nothing() {
    let ran =
        behind(|asked| if asked.is_pods() { Fault::ContentType("text/plain") } else { Fault::None }, SCOPE);
    is_complete(&ran);
}

#[test]
fn an_invalid_list_is_not_an_empty_list() {
    for body in ["{}", r#"{"kind":"Status","code":200}"#, "", "null", "k8s\0"] {
        let answer = Fault::Answer(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n".to_owned(),
            body.to_owned(),
        );
        let gap = only_gap(&behind(third_page(answer), SCOPE));
        assert_eq!(
            (&gap["reason"], &gap["got"], &gap["missing"]),
            (&json!("unreadable"), &json!(40), &json!(21)),
            "{body}"
        );
    }
}

#[test]
fn retries_after_corrupted_protobuf() {
    for at in [0, 5, 40, 600] {
        is_complete(&behind(at_first(1, Fault::Corrupt(at)), SCOPE));
    }
    let gap = only_gap(&behind(third_page(Fault::Corrupt(60)), SCOPE));
    assert_eq!(
        (&gap["reason"], &gap["got"], &gap["missing"]),
        (&json!("unreadable"), &json!(40), &json!(21))
    );
}

#[test]
fn an_expired_list_without_a_fresh_token_is_a_gap() {
    let status = r#"{"kind":"Status","message":"too old","reason":"Expired","code":410}"#;
    let answer = Fault::Answer(
        "HTTP/1.1 410 Gone\r\nContent-Type: application/json\r\n".to_owned(),
        status.to_owned(),
    );
    let gap = only_gap(&behind(third_page(answer), SCOPE));
    assert_eq!((&gap["reason"], &gap["got"], &gap["missing"]), (&json!("expired"), &json!(40), &json!(21)));
}

#[test]
fn a_list_that_expires_repeatedly_is_a_gap() {
    // The fresh token has expired too.
    let rule = |asked: &Asked| match asked.parameter("continue") {
        Some(_) if asked.path.contains("/faults-a/pods?") => {
            let status = r#"{"kind":"Status","metadata":{"continue":"stale"},"reason":"Expired","code":410}"#;
            Fault::Answer("HTTP/1.1 410 Gone\r\n".to_owned(), status.to_owned())
        }
        _ => Fault::None,
    };
    let ran = behind(rule, SCOPE);
    let gap = only_gap(&ran);
    assert_eq!((&gap["reason"], &gap["got"], &gap["missing"]), (&json!("expired"), &json!(20), &json!(41)));
}

#[test]
fn limits_retries_on_a_failing_server() {
    let retries = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&retries);
    let rule = move |asked: &Asked| {
        if asked.path.starts_with("/version") {
            return Fault::None;
        }
        count.fetch_add(usize::from(asked.before > 0), Ordering::Relaxed);
        Fault::status(503, "Retry-After: 0\r\n")
    };
    let ran = behind(rule, SCOPE);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.starts_with("Error from server: HTTP 503"), "{}", ran.err);
    let retries = retries.load(Ordering::Relaxed);
    assert!((1..=200).contains(&retries), "a run has 200 retries: {retries}");
}

/// Random faults: the report is complete or names what is missing. `SOAK_SECONDS` sets the duration, `SOAK_SEED`
/// repeats a failure.
#[test]
fn random_faults_lose_nothing_silently() {
    #[allow(clippy::disallowed_methods, reason = "to repeat a failure")]
    let number = |name: &str, default: u64| std::env::var(name).map_or(default, |text| text.parse().unwrap());
    let (seconds, first) = (number("SOAK_SECONDS", 8), number("SOAK_SEED", 20_261_122));
    let began = Instant::now();
    let mut seed = first;
    while began.elapsed() < Duration::from_secs(seconds) {
        random_faults(seed);
        seed += 1;
    }
    println!("{} runs with random faults, seeds {first} to {}", seed - first, seed - 1);
}

/// One run with the faults of a seed.
fn random_faults(seed: u64) {
    let random = std::sync::Mutex::new(crate::support::shapes::Random(seed));
    let severity = random.lock().unwrap().below(60);
    let rule = move |asked: &Asked| {
        let mut random = random.lock().unwrap();
        if asked.path.starts_with("/version") || random.below(100) >= severity {
            return Fault::None;
        }
        let at = random.below(2000);
        match random.below(9) {
            0 => Fault::Latency(Duration::from_millis(at as u64 / 10)),
            1 => Fault::Bandwidth(20_000 + at * 10),
            2 => Fault::Stall(at),
            3 => Fault::Reset(at),
            4 => Fault::Truncate(at),
            5 => Fault::status(429, "Retry-After: 0\r\n"),
            6 => Fault::status([500, 502, 503, 504][at % 4], ""),
            7 => Fault::Answer(
                "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\n".to_owned(),
                "<html>".to_owned(),
            ),
            _ => Fault::ContentType("application/octet-stream"),
        }
    };
    let ran = behind(rule, &format!("{SCOPE} --page-timeout 1s"));
    if ran.code == 2 {
        // No list of pods arrived; there is an error and no report.
        assert!(ran.out.is_empty() && !ran.err.is_empty(), "seed {seed}: {ran:?}");
        return;
    }
    let report = ran.json();
    let gaps = report["coverage"]["gaps"].as_array().unwrap();
    let of_pods: Vec<&Value> = gaps.iter().filter(|gap| gap["kind"] == "Pod").collect();
    let pods = report["totals"]["pods"].as_u64().unwrap();
    let names: std::collections::BTreeSet<String> = report["pods"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| format!("{}/{}", p["namespace"], p["name"]))
        .collect();
    assert_eq!(names.len() as u64, pods, "seed {seed}: a pod appears twice");
    let missing: Option<u64> = of_pods.iter().map(|gap| gap["missing"].as_u64()).sum();
    if let Some(missing) = missing {
        assert_eq!(pods + missing, ALL, "seed {seed}: {gaps:?}");
    }
    if of_pods.is_empty() {
        assert_eq!(seen(&ran)["pods"], EXPECTED["pods"], "seed {seed}");
    }
    assert!(gaps.is_empty() || report["verdict"] != "healthy", "seed {seed}");
    assert_eq!(report["coverage"]["complete"], gaps.is_empty(), "seed {seed}");
}

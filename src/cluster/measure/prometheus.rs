//! What a Prometheus has counted, by its query API: asked at an address of its own, or through the API server.

use super::Untold;
use super::area::Area;
use super::find::Service;
use super::series::{self, Numbers};
use crate::cli::Address;
use crate::cluster::connect::{CONNECT, foreign, innermost};
use crate::cluster::page::{Accept, Asker, Body, Meter, Patience, Request};
use crate::cluster::{Error, Session};
use crate::snapshot::Cluster;
use crate::wire::Throttling;
use kube::Client;
use kube::config::AuthInfo;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The most an answer may hold: a quarter of a million containers.
const LARGEST: usize = 64 << 20;

/// What the counts are called in the answer.
const PERIODS: &str = "periods";
const THROTTLED: &str = "throttled";

/// A body that is wanted as it is, and may be long.
#[derive(Default)]
struct Long(Vec<u8>);

impl Body for Long {
    type Whole = Vec<u8>;

    fn take(&mut self, bytes: &[u8]) -> Result<(), String> {
        if self.0.len() + bytes.len() > LARGEST {
            return Err(format!("more than {} MiB", LARGEST >> 20));
        }
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn end(self) -> Result<Vec<u8>, String> {
        Ok(self.0)
    }
}

/// An answer of `/api/v1/query`.
#[derive(Deserialize)]
struct Answer {
    status: String,
    #[serde(default)]
    error: String,
    warnings: Option<Vec<String>>,
    data: Option<Vector>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    result_type: String,
    result: Vec<Series>,
}

#[derive(Deserialize)]
struct Series {
    #[serde(default)]
    metric: Labels,
    /// When, and how much: a number as a text.
    value: (IgnoredAny, String),
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Labels {
    namespace: String,
    pod: String,
    container: String,
    /// What was counted, as the query calls it.
    counted: String,
}

/// What is wanted of a Prometheus.
#[derive(Clone, Copy)]
pub(super) struct Question<'a> {
    pub(super) area: &'a Area,
    /// How far it looks back.
    pub(super) back: Duration,
    /// How long one answer may take.
    pub(super) deadline: Duration,
}

/// The two things that are asked.
struct Queries {
    /// Periods and those throttled, in one question: between two a scrape may come, and the share would be of counts
    /// that were never there together.
    counts: String,
    limits: String,
}

/// What an answer tells, by what was counted.
type Told = BTreeMap<String, Numbers>;

/// How a query is put.
enum Way<'a> {
    /// As a form, to a server of its own.
    Form,
    /// As part of the address: to post through the API server's proxy is another right than to get.
    Through(&'a Service),
}

/// Asks the one at an address.
///
/// # Errors
/// When it does not answer, or has no such numbers.
pub(super) async fn at(
    asker: &Asker,
    address: &Address,
    question: &Question<'_>,
) -> Result<Vec<Throttling>, Untold> {
    let who = format!("Prometheus at {}", address.base.authority().map_or("", |host| host.as_str()));
    let session = session(address).map_err(|error| Untold::of(&who, &error))?;
    let beside = Asker::new(session, &asker.budget, 1, Duration::ZERO, asker.progress.clone());
    let told = numbers(&beside, &Way::Form, question, &who).await;
    count(&beside.meter, &asker.meter);
    told
}

/// Asks the one behind a service, through the API server.
///
/// # Errors
/// When it does not answer, or has no such numbers.
pub(super) async fn behind(
    asker: &Asker,
    service: &Service,
    question: &Question<'_>,
) -> Result<Vec<Throttling>, Untold> {
    let who = format!("Prometheus behind service {}/{}", service.namespace, service.name);
    numbers(asker, &Way::Through(service), question, &who).await
}

/// What was sent to another server was sent by the same run.
fn count(from: &Meter, to: &Meter) {
    let add = |from: &AtomicU64, to: &AtomicU64| {
        to.fetch_add(from.load(Ordering::Relaxed), Ordering::Relaxed);
    };
    add(&from.requests, &to.requests);
    add(&from.bytes, &to.bytes);
    add(&from.throttled, &to.throttled);
}

/// A client of its own.
fn session(address: &Address) -> Result<Session, Error> {
    let mut config = foreign(address.base.clone())?;
    config.connect_timeout = Some(CONNECT);
    if let Some((name, password)) = &address.login {
        let (username, password) = (Some(name.clone()), Some(password.clone().into()));
        config.auth_info = AuthInfo { username, password, ..AuthInfo::default() };
    }
    let client = Client::try_from(config).map_err(|error| Error::Config(innermost(&error)))?;
    let host = address.base.authority().map_or_else(String::new, ToString::to_string);
    Ok(Session { client, cluster: Cluster::default(), host, namespace: String::new(), hint: None })
}

async fn numbers(
    asker: &Asker,
    way: &Way<'_>,
    question: &Question<'_>,
    who: &str,
) -> Result<Vec<Throttling>, Untold> {
    let Question { area, back, deadline } = *question;
    let queries = Queries::new(area, back);
    let ask = |query: String| async move {
        let request = way.request(&query, deadline);
        let answer = asker.read(&request, Long::default).await?;
        vector(&answer.body, area).map_err(Error::Unreadable)
    };
    let told = tokio::try_join!(ask(queries.counts), ask(queries.limits));
    let (counts, limits) = told.map_err(|error| Untold::of(who, &error))?;
    let window = i64::try_from(back.as_secs()).unwrap_or(i64::MAX);
    let none = Numbers::new();
    let [periods, throttled] = [PERIODS, THROTTLED].map(|counted| counts.get(counted).unwrap_or(&none));
    let objects = series::paired(periods, throttled, limits.get("").unwrap_or(&none), window);
    match objects.is_empty() {
        true => Err(Untold::left_out(format!(
            "{who} has no such numbers of the scope: it does not scrape cAdvisor, or no container has a CPU limit"
        ))),
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

impl Way<'_> {
    fn request(&self, query: &str, deadline: Duration) -> Request {
        let query = format!("query={}", utf8_percent_encode(query, NON_ALPHANUMERIC));
        let (path, form) = match self {
            Way::Form => ("/api/v1/query".to_owned(), Some(query)),
            Way::Through(Service { namespace, name, port }) => {
                let service = format!("/api/v1/namespaces/{namespace}/services/{name}:{port}");
                (format!("{service}/proxy/api/v1/query?{query}"), None)
            }
        };
        Request { path, accept: Accept::Json, deadline, patience: Patience::Once, form }
    }
}

/// The numbers in an answer that is whole.
fn vector(body: &[u8], area: &Area) -> Result<Told, String> {
    let answer: Answer = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    if answer.status != "success" {
        return Err(format!("status \"{}\": {}", answer.status, answer.error));
    }
    // Of what is partial, one half of a pair may be missing: a share of it would be any number.
    if let Some(warning) = answer.warnings.as_ref().and_then(|warnings| warnings.first()) {
        return Err(format!("it may be partial: {warning}"));
    }
    let data = answer.data.filter(|data| data.result_type == "vector").ok_or("it is no vector")?;
    let mut told = Told::new();
    for Series { metric, value: (_, value) } in data.result {
        let Labels { namespace, pod, container, counted } = metric;
        let is_whole = !pod.is_empty() && !container.is_empty() && container != "POD";
        let number = value.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
        if let Some(number) = number.filter(|_| is_whole && area.holds(&namespace)) {
            // Each comes once; should a server say it twice, the first one counts.
            told.entry(counted).or_default().entry((namespace, pod, container)).or_insert(number);
        }
    }
    Ok(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(namespaces: &[&str]) -> Area {
        let names = namespaces.iter().map(|name| (*name).to_owned()).collect();
        Area::new(names, Vec::new(), globset::GlobSet::empty())
    }

    fn series(namespace: &str, pod: &str, value: &str) -> String {
        format!(
            r#"{{"metric":{{"namespace":"{namespace}","pod":"{pod}","container":"app","counted":"periods"}},"value":[1.5,"{value}"]}}"#
        )
    }

    fn told(series: &[String], area: &Area) -> Numbers {
        vector(answer(series).as_bytes(), area).unwrap().remove(PERIODS).unwrap_or_default()
    }

    fn answer(series: &[String]) -> String {
        let result = series.join(",");
        format!(r#"{{"status":"success","data":{{"resultType":"vector","result":[{result}]}}}}"#)
    }

    #[test]
    fn queries_ask_for_the_scope_and_its_window() {
        let queries = Queries::new(&area(&["shop"]), Duration::from_secs(300));
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

    #[test]
    fn through_the_api_server_nothing_is_posted() {
        let service = Service { namespace: "m".to_owned(), name: "prom".to_owned(), port: "web".to_owned() };
        let request = Way::Through(&service).request("a{b=\"c d\"}", Duration::from_secs(1));
        let path = "/api/v1/namespaces/m/services/prom:web/proxy/api/v1/query?query=a%7Bb%3D%22c%20d%22%7D";
        assert_eq!((request.path.as_str(), request.form), (path, None));
        let request = Way::Form.request("a+b", Duration::from_secs(1));
        assert_eq!((request.path.as_str(), request.form.as_deref()), ("/api/v1/query", Some("query=a%2Bb")));
    }

    #[test]
    fn odd_numbers_and_foreign_containers_are_left_out() {
        let odd = ["NaN", "+Inf", "-1", "many"].map(|value| series("shop", "odd", value));
        let mut all = vec![series("shop", "a", "12.5"), series("shop", "a", "99"), series("bank", "b", "1")];
        all.extend(odd);
        all.push(r#"{"metric":{},"value":[1,"3"]}"#.to_owned());
        let numbers = told(&all, &area(&["shop"]));
        let name = ("shop".to_owned(), "a".to_owned(), "app".to_owned());
        assert_eq!(numbers, [(name, 12.5)].into(), "the first one counts");
        assert_eq!(told(&all, &area(&[])).len(), 2);
        assert!(told(&[], &area(&[])).is_empty());
        let throttled = series("shop", "a", "7").replace("periods", THROTTLED);
        let both = vector(answer(&[series("shop", "a", "12.5"), throttled]).as_bytes(), &area(&[])).unwrap();
        assert_eq!(both.keys().collect::<Vec<_>>(), [PERIODS, THROTTLED]);
    }

    #[test]
    fn what_is_no_whole_answer_is_told() {
        let partial = answer(&[series("shop", "a", "1")]).replacen('{', r#"{"warnings":["store down"],"#, 1);
        for (body, said) in [
            (
                r#"{"status":"error","errorType":"bad_data","error":"parse error"}"#,
                r#"status "error": parse error"#,
            ),
            (partial.as_str(), "it may be partial: store down"),
            (r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#, "it is no vector"),
            (r#"{"status":"success"}"#, "it is no vector"),
            ("<html>", "expected value"),
            ("", "EOF"),
            (r#"{"status":"success","data":{"resultType":"vector","result":[{"value":[1"#, "EOF"),
        ] {
            let error = vector(body.as_bytes(), &area(&[])).unwrap_err();
            assert!(error.contains(said), "{body}: {error}");
        }
    }
}

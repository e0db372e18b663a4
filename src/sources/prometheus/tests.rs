use super::*;

fn selector(namespaces: &[&str]) -> PromSelector {
    let names = namespaces.iter().map(|name| (*name).to_owned()).collect();
    PromSelector::new(names, Vec::new(), globset::GlobSet::empty())
}

fn one(namespace: &str, pod: &str, value: &str) -> String {
    format!(
        r#"{{"metric":{{"namespace":"{namespace}","pod":"{pod}","container":"app","counted":"periods"}},"value":[1.5,"{value}"]}}"#
    )
}

fn numbers(series: &[String], selector: &PromSelector) -> Numbers {
    counts(answer(series).as_bytes(), selector).unwrap().remove("periods").unwrap_or_default()
}

fn answer(series: &[String]) -> String {
    let result = series.join(",");
    format!(r#"{{"status":"success","data":{{"resultType":"vector","result":[{result}]}}}}"#)
}

#[test]
fn a_query_through_the_api_server_is_a_get() {
    let service = Service { namespace: "m".to_owned(), name: "prom".to_owned(), port: "web".to_owned() };
    let request = Way::Through(service).request("a{b=\"c d\"}", Duration::from_secs(1));
    let path = "/api/v1/namespaces/m/services/prom:web/proxy/api/v1/query?query=a%7Bb%3D%22c%20d%22%7D";
    assert_eq!((request.path.as_str(), request.form), (path, None));
    let request = Way::Form.request("a+b", Duration::from_secs(1));
    assert_eq!((request.path.as_str(), request.form.as_deref()), ("/api/v1/query", Some("query=a%2Bb")));
}

#[test]
fn odd_numbers_and_foreign_containers_are_left_out() {
    let odd = ["NaN", "+Inf", "-1", "many"].map(|value| one("shop", "odd", value));
    let mut all = vec![one("shop", "a", "12.5"), one("shop", "a", "99"), one("bank", "b", "1")];
    all.extend(odd);
    all.push(r#"{"metric":{},"value":[1,"3"]}"#.to_owned());
    let read = numbers(&all, &selector(&["shop"]));
    let name = MeasuredMeta::of_container("shop", "a", "app");
    assert_eq!(read, [(name, 12.5)].into(), "the first one counts");
    assert_eq!(numbers(&all, &selector(&[])).len(), 2);
    assert!(numbers(&[], &selector(&[])).is_empty());
    let throttled = one("shop", "a", "7").replace("periods", "throttled");
    let both = counts(answer(&[one("shop", "a", "12.5"), throttled]).as_bytes(), &selector(&[])).unwrap();
    assert_eq!(both.keys().collect::<Vec<_>>(), ["periods", "throttled"]);
}

#[test]
fn an_incomplete_answer_is_an_error() {
    let partial = answer(&[one("shop", "a", "1")]).replacen('{', r#"{"warnings":["store down"],"#, 1);
    for (body, said) in [
        (
            r#"{"status":"error","errorType":"bad_data","error":"parse error"}"#,
            r#"status "error": parse error"#,
        ),
        (partial.as_str(), "it may be partial: store down"),
        (answer(&[]).replacen('{', r#"{"isPartial":true,"#, 1).as_str(), "it is partial"),
        (r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#, "it is not a vector"),
        (r#"{"status":"success"}"#, "it is not a vector"),
        ("<html>", "expected value"),
        ("", "the content ends early"),
        (
            r#"{"status":"success","data":{"resultType":"vector","result":[{"value":[1"#,
            "the content ends early",
        ),
    ] {
        let error = counts(body.as_bytes(), &selector(&[])).unwrap_err().to_string();
        assert!(error.contains(said), "{body}: {error}");
    }
}

#[tokio::test]
async fn a_given_address_counts_for_all_namespaces() {
    let client = crate::cluster::fake::Fake::default().client();
    let url: crate::sources::PrometheusUrl = "https://ops:secret@prom.example.com:9090/x".parse().unwrap();
    let given = Prometheus::at(&client, &url.address().unwrap()).ok().unwrap();
    assert!(given.is_of_cluster() && given.is_partial_for(&selector(&[])).is_none());
    assert_eq!(given.source(), "prom.example.com:9090");
    let service = Service { namespace: "a".to_owned(), name: "prom".to_owned(), port: "web".to_owned() };
    let of_tenant = Prometheus::behind(&client, Found { service, is_of_namespace: true });
    let part = of_tenant.part_of(&selector(&[]));
    assert!(part.holds("a") && !part.holds("b") && part.is_only("a"));
    assert!(of_tenant.is_partial_for(&selector(&["a", "b"])).is_some());
    assert!(of_tenant.is_partial_for(&selector(&["a"])).is_none());
}

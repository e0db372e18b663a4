//! The patrol of the bundled example in all formats.

use crate::LANGS;
use crate::support::{pigo, run};
use serde_json::{Value, json};

#[test]
fn shows_the_pigo_patrol_in_three_languages() {
    for lang in LANGS {
        for format in ["table", "wide", "markdown"] {
            let ran = run(&format!("demo --lang {lang} -o {format} --width 120"));
            assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{ran:?}");
            insta::assert_snapshot!(format!("pigo-{format}-{lang}"), ran.out);
        }
    }
}

/// The numbers of the patrol, each verified by its rows.
#[test]
fn the_pigo_numbers_are_right() {
    let report = run("demo -o json").json();
    let counts = |value: &Value| {
        ["pods", "healthy", "attention", "unhealthy", "completed", "restarts"]
            .map(|name| value[name].as_i64().unwrap())
    };
    assert_eq!(report["verdict"], "attention");
    assert_eq!(counts(&report["totals"]), [48, 46, 1, 1, 0, 0]);
    let namespaces: Vec<_> = report["namespaces"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| (n["name"].as_str().unwrap(), counts(n)))
        .collect();
    assert_eq!(
        namespaces,
        [
            ("pigo-dev", [14, 13, 0, 1, 0, 0]),
            ("pigo-rel", [16, 15, 1, 0, 0, 0]),
            ("pigo-stg", [18, 18, 0, 0, 0, 0]),
        ]
    );
    let found: Vec<_> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| {
            ["id", "severity"].map(|key| f[key].as_str().unwrap()).join(" ")
                + " "
                + f["object"]["name"].as_str().unwrap()
        })
        .collect();
    assert_eq!(
        found,
        [
            "pod-leftover high pigo-cron-77cc9c4d8c-tw2xb",
            "pod-leftover medium prometheus-blackbox-exporter-6fc9ff54ff-6cnqp",
        ]
    );
    let statistics = &report["statistics"];
    assert_eq!(statistics["status"], json!({ "Running": 46, "Error": 1, "Completed": 1 }));
    assert_eq!(statistics["age"], json!({ ">90d": 5, ">70d": 10, ">30d": 19, "7d-30d": 13, "<7d": 16 }));
    assert_eq!(statistics["nodes"]["pigo-rel-k8s-service-node05"], 7);
    assert_eq!(statistics["nodes"][""], 2);
    for (row, pod) in sorted_rows().iter().zip(report["pods"].as_array().unwrap()) {
        let cells = ["namespace", "name", "status", "ready", "age"].map(|key| pod[key].as_str().unwrap());
        assert_eq!(cells, [&row.namespace, &row.name, &row.status, &row.ready, &row.age].map(String::as_str));
        assert_eq!(pod["restarts"].to_string(), row.restarts);
        assert_eq!(pod["node"].as_str().unwrap_or_default(), row.node);
    }
}

fn sorted_rows() -> Vec<pigo::Row> {
    let mut rows = pigo::rows();
    rows.sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
    rows
}

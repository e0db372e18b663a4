//! The profile file as commands write and read it: new profiles, errors with their place, and the schema.

use crate::command_line::{command, run, written};
use crate::pod;
use crate::support::Run;
use crate::support::scripted::{Reply, Scripted};
use serde_json::{Value, json};
use tempfile::TempDir;

/// An API server with one namespace and one pod.
fn server() -> (Scripted, TempDir) {
    let list = |kind: &str, items: Value| {
        let list = json!({ "kind": kind, "apiVersion": "v1", "metadata": { "resourceVersion": "1" }, "items": items });
        Reply::ok("application/json", list.to_string())
    };
    let server = Scripted::start(move |call| {
        let path = call.head.split(' ').nth(1).unwrap_or_default();
        let path = path.split('?').next().unwrap_or_default();
        let mut web = pod("web-0", &json!({ "phase": "Running" }));
        web["metadata"]["namespace"] = "shop".into();
        match path.rsplit('/').next().unwrap_or_default() {
            "version" => Reply::ok("application/json", json!({ "gitVersion": "v1.36.0" }).to_string()),
            "namespaces" => list("NamespaceList", json!([{ "metadata": { "name": "shop" } }])),
            "shop" => Reply::ok(
                "application/json",
                json!({ "kind": "Namespace", "apiVersion": "v1", "metadata": { "name": "shop" } })
                    .to_string(),
            ),
            "pods" => list("PodList", json!([web])),
            _ => Reply::Answer("HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\n".into(), "no".into()),
        }
    });
    let config = format!(
        "contexts: [{{name: c, context: {{cluster: c, namespace: shop}}}}]\ncurrent-context: c\n\
         clusters: [{{name: c, cluster: {{server: 'http://{}'}}}}]\n",
        server.address
    );
    (server, written("kubeconfig", &config))
}

const INIT: &str = "--kubeconfig DIR/kubeconfig --config DIR/new/config.yaml";

#[test]
fn a_new_profile_can_be_used_whatever_its_name_is() {
    let (_server, dir) = server();
    for name in ["null", "true", "1e3", "web", "-.-"] {
        let flag = if name.starts_with('-') { "--" } else { "" };
        let ran = run(dir.path(), &format!("profile init {INIT} {flag} {name}"));
        assert_eq!(ran.code, 0, "{name}: {ran:?}");
        let path = dir.path().join("new/config.yaml").display().to_string();
        let used = format!("kubectl healthcheck --profile {name} --config {path}");
        assert_eq!(ran.err, format!("profile {name} written to {path}; {used}\n"));
        let shown = run(dir.path(), &format!("profile show --profile={name} --config {path} -o json"));
        assert_eq!((shown.code, &shown.json()["profile"]), (0, &name.into()), "{shown:?}");
    }
}

#[test]
fn profiles_written_at_the_same_time_are_all_there() {
    let (_server, dir) = server();
    let names: Vec<String> = (0..8).map(|number| format!("p{number}")).collect();
    std::thread::scope(|scope| {
        for name in &names {
            let dir = dir.path();
            scope.spawn(move || assert_eq!(run(dir, &format!("profile init {name} {INIT}")).code, 0));
        }
    });
    let text = std::fs::read_to_string(dir.path().join("new/config.yaml")).unwrap();
    let config: Value = serde_saphyr::from_str(&text).unwrap();
    assert_eq!(config["profiles"].as_object().unwrap().len(), names.len(), "{text}");
    assert_eq!(std::fs::read_dir(dir.path().join("new")).unwrap().count(), 1);
}

#[test]
fn an_empty_name_of_a_context_is_an_error() {
    let (_server, dir) = server();
    for arguments in ["--context=", "--context=,", "nodes --context=", "profile init q --context="] {
        let ran = run(dir.path(), &format!("{arguments} --kubeconfig DIR/kubeconfig"));
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.err.contains("\" is not a context name"), "{}", ran.err);
    }
    // An empty variable is not set.
    let ran = command(dir.path(), "--kubeconfig DIR/kubeconfig -o json").env("HEALTHCHECK_CONTEXT", "").ran();
    assert_eq!(ran.json()["clusters"][0]["context"], "c", "{ran:?}");
    let profile = written("c.yaml", "profiles:\n  p:\n    contexts: ['']\n");
    let ran = run(profile.path(), "--config DIR/c.yaml --profile p");
    assert!(
        ran.code == 2 && ran.err.contains("c.yaml:3:15: ") && ran.err.contains("\"\" is not a context name")
    );
    let none = written("kubeconfig", "");
    let ran =
        command(none.path(), "--kubeconfig DIR/kubeconfig").env("HEALTHCHECK_ALL_CONTEXTS", "true").ran();
    assert!(ran.err.starts_with("error: the kubeconfig has no contexts\n"), "{}", ran.err);
}

#[test]
fn every_switch_has_the_same_words_in_the_environment() {
    let dir = tempfile::tempdir().unwrap();
    for variable in ["HEALTHCHECK_PROBE_TLS", "HEALTHCHECK_ALL"] {
        for (word, on) in [("1", "true"), ("yes", "true"), ("ON", "true"), ("no", "false"), ("0", "false")] {
            let ran = command(dir.path(), "profile show -o json").env(variable, word).ran();
            let shown = ran.json();
            let settings = shown["settings"].as_array().unwrap();
            let set = settings.iter().find(|set| set["place"] == variable).unwrap();
            assert_eq!(set["values"][0], on, "{variable}={word}");
        }
        let ran = command(dir.path(), "profile show").env(variable, "maybe").ran();
        let told = format!("error: environment variable {variable}: \"maybe\" is not true or false\n");
        assert_eq!((ran.code, ran.err), (2, told));
    }
}

#[test]
fn a_setting_of_a_profile_is_named_with_its_place() {
    let of = |yaml: &str, flags: &str| {
        let dir = written("c.yaml", &format!("profiles:\n  p: {{{yaml}}}\n"));
        let ran = run(dir.path(), &format!("--config DIR/c.yaml --profile p {flags}"));
        assert_eq!(ran.code, 2, "{ran:?}");
        ran.err.replace(&dir.path().display().to_string(), "DIR")
    };
    assert_eq!(
        of("thresholds: {restartsAttention: 50}", "-f FILE"),
        "error: DIR/c.yaml:2:39: restartsAttention 50 must not be above restartsUnhealthy 10 (the default)\n"
            .replace("restartsAttention 50", "thresholds.restartsAttention 50")
            .replace("restartsUnhealthy 10", "thresholds.restartsUnhealthy 10")
    );
    let both = of("thresholds: {restartsUnhealthy: 3}", "-f FILE --restarts-attention 4");
    assert!(both.starts_with("error: DIR/c.yaml:2:39: --restarts-attention 4 must not be above"), "{both}");
    let skipped = of("skip: ['*']", "-f FILE");
    assert!(skipped.ends_with("leave no check\nhint: skip is set in DIR/c.yaml:2:13\n"), "{skipped}");
    let context = of("contexts: [nowhere]", "");
    assert!(context.contains("context \"nowhere\" does not exist"), "{context}");
    assert!(context.ends_with("hint: contexts is set in DIR/c.yaml:2:17\n"), "{context}");
    let dir = tempfile::tempdir().unwrap();
    let ran = command(dir.path(), "-f FILE").env("HEALTHCHECK_RESTARTS_ATTENTION", "50").ran();
    assert!(
        ran.err.starts_with("error: environment variable HEALTHCHECK_RESTARTS_ATTENTION: "),
        "{}",
        ran.err
    );
}

/// The schema and the program agree about the values of the settings.
#[test]
fn the_schema_accepts_what_the_program_accepts() {
    let dir = tempfile::tempdir().unwrap();
    let schema: Value = serde_json::from_str(&run(dir.path(), "profile schema").out).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (yaml, good) in [
        ("lang: zh-TW", true),
        ("lang: fr", false),
        ("output: wide", true),
        ("output: patch", false),
        ("width: 20", true),
        ("width: 3", false),
        ("pageSize: 5001", false),
        ("thresholds: {restartsAttention: 1}", true),
        ("thresholds: {restartsAttention: 0}", false),
        ("thresholds: {grace: 5}", true),
        ("thresholds: {grace: 1m30s}", true),
        ("thresholds: {grace: soon}", false),
        ("thresholds: {throttled: 12.5}", true),
        ("thresholds: {throttled: 500}", false),
        ("thresholds:", true),
        ("mutes:", true),
        ("all: \"yes\"", true),
        ("all: true", true),
        ("all: maybe", false),
        ("failOn: warning", true),
        ("failOn: sometimes", false),
        ("severity: {pvc-pending: low}", true),
        ("severity: {pvc-pending: bad}", false),
        ("links: [{name: a, url: 'https://x/{check}'}]", true),
        ("links: [{name: a, url: 'ftp://x'}]", false),
        ("notify: [{name: a, url: 'https://x/y', when: new}]", true),
        ("notify: [{name: a, url: 'https://x/y', when: never}]", false),
        ("notify: [{name: a, url: 'ftp://x/y'}]", false),
        ("notify: [{name: a, url: 'https://x/y', lang: fr}]", false),
    ] {
        let text = format!("profiles:\n  p:\n    {yaml}\n");
        std::fs::write(dir.path().join("c.yaml"), &text).unwrap();
        let ran = run(dir.path(), "profile show --config DIR/c.yaml --profile p");
        assert_eq!(ran.code == 0, good, "{yaml}: {}", ran.err);
        let config: Value = serde_saphyr::from_str(&text).unwrap();
        assert_eq!(validator.is_valid(&config), good, "{yaml}");
    }
}

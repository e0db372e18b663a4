//! Profiles, environment and flags together; mutes; errors in all of them.

use crate::project;
use crate::support::{Run, healthcheck, run};
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

/// A home folder with this profile file.
struct Home(TempDir);

impl Home {
    fn with(config: &str) -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir_all(home.config().parent().unwrap()).unwrap();
        std::fs::write(home.config(), config).unwrap();
        home
    }

    fn config(&self) -> PathBuf {
        self.0.path().join(".config/kubectl-healthcheck/config.yaml")
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = healthcheck();
        command.env("HOME", self.0.path()).args(arguments.split_whitespace());
        command
    }

    fn run(&self, arguments: &str) -> crate::support::Ran {
        self.command(arguments).ran()
    }
}

fn pigo() -> String {
    project("examples/pigo.json").display().to_string()
}

fn settings(shown: &Value, key: &str) -> (String, String, String) {
    let set = shown["settings"].as_array().unwrap().iter().find(|set| set["key"] == key).unwrap();
    let values: Vec<&str> = set["values"].as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect();
    let text = |name: &str| set[name].as_str().unwrap().to_owned();
    (values.join(","), text("source"), text("place"))
}

const LAYERS: &str = "defaultProfile: pigo\nprofiles:\n  pigo:\n    namespaces: [a, b]\n    thresholds:\n      grace: 5m\n      \
                      restartsAttention: 3\n    lang: zh-TW\n  other:\n    allNamespaces: true\n    excludeNamespaces: [kube-*]\n";

#[test]
fn flags_override_the_environment_and_it_overrides_the_profile() {
    let home = Home::with(LAYERS);
    let path = home.config().display().to_string();
    let shown = home
        .command("profile show -o json --restarts-attention 4")
        .env("HEALTHCHECK_GRACE", "7m")
        .env("HEALTHCHECK_RESTARTS_ATTENTION", "2")
        .env("HEALTHCHECK_PAGE_SIZE", "")
        .ran()
        .json();
    let set = |key: &str| settings(&shown, key);
    let owned = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
    assert_eq!(set("namespaces"), owned("a,b", "profile", &format!("{path}:4:17")));
    assert_eq!(set("thresholds.grace"), owned("7m", "environment", "HEALTHCHECK_GRACE"));
    assert_eq!(set("thresholds.restartsAttention"), owned("4", "flag", "--restarts-attention"));
    assert_eq!(set("lang"), owned("zh-TW", "profile", &format!("{path}:8:11")));
    assert_eq!(set("pageSize"), owned("500", "built-in", ""));
    assert_eq!(shown["profile"], "pigo");
}

#[test]
fn named_namespaces_replace_all_namespaces() {
    let home = Home::with(LAYERS);
    let of = |flags: &str| {
        let shown = home.run(&format!("profile show -o json {flags}")).json();
        ["namespaces", "allNamespaces", "excludeNamespaces"].map(|key| settings(&shown, key).0)
    };
    assert_eq!(of("--profile other"), ["", "true", "kube-*"]);
    assert_eq!(of("--profile other -n c"), ["c", "false", ""]);
    assert_eq!(of("-A"), ["", "true", ""]);
    assert_eq!(of("--profile other --exclude-namespace x"), ["", "true", "x"]);
    let shown =
        home.command("profile show -o json --profile other").env("HEALTHCHECK_NAMESPACE", "d,e").ran().json();
    assert_eq!(settings(&shown, "namespaces").0, "d,e");
    assert_eq!(settings(&shown, "allNamespaces").0, "false");
    let kubeconfig = home.0.path().join("kubeconfig");
    let config = "contexts: [{name: c, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: 'http://127.0.0.1:1'}}]\n\
                  current-context: c\n";
    std::fs::write(&kubeconfig, config).unwrap();
    for command in ["", "snapshot -o x.json", "pod/web", "profile init q --config -"] {
        let ran =
            home.command(&format!("{command} --exclude-namespace x")).env("KUBECONFIG", &kubeconfig).ran();
        assert!(
            ran.code == 2 && ran.err.contains("--exclude-namespace needs --all-namespaces"),
            "{command}: {}",
            ran.err
        );
    }
    let both = home.run("--context c --all-contexts");
    assert!(both.code == 2 && both.err.contains("cannot be used with"), "{}", both.err);
    let shown = home.run("profile show -o json --all-contexts").json();
    assert_eq!(settings(&shown, "allContexts").0, "true");
}

#[test]
fn a_profile_sets_thresholds_but_not_the_scope_of_files() {
    let home = Home::with(
        "profiles:\n  p:\n    namespaces: [elsewhere]\n    contexts: [elsewhere]\n    skip: [pod-leftover]\n",
    );
    let plain = run(&format!("-f {} -o json", pigo())).json();
    let judged = home.run(&format!("-f {} -o json --profile p", pigo()));
    assert_eq!(judged.code, 0, "{}", judged.err);
    assert_eq!(plain["totals"]["pods"], judged.json()["totals"]["pods"]);
    assert_eq!(judged.json()["findings"].as_array().unwrap().len(), 0);
    assert_eq!(judged.json()["coverage"]["notInScope"][0]["kind"], "pod-leftover");
}

/// A profile with all settings works with every command.
#[test]
fn commands_use_only_the_settings_they_have() {
    let config = "defaultProfile: p\nprofiles:\n  p:\n    namespaces: [elsewhere]\n    output: json\n    history: records\n    \
                  failOn: new\n    skip: [pod-leftover]\n";
    let home = Home::with(config);
    let file = pigo();
    let ran = home.run(&format!("diff {file} {file}"));
    assert_eq!((ran.code, ran.json()["kind"].as_str()), (0, Some("Comparison")), "{ran:?}");
    let ran = home.run(&format!("nodes -f {file}"));
    assert_eq!((ran.code, ran.json()["kind"].as_str()), (0, Some("Report")), "{ran:?}");
    let ran = home.run(&format!("deploy/pigo-cron -n pigo-dev -f {file}"));
    assert_eq!((ran.code, ran.json()["kind"].as_str()), (0, Some("Investigation")), "{ran:?}");
    let ran = home.run("snapshot --server http://127.0.0.1:1");
    assert!(ran.code == 2 && ran.err.contains("--output"), "{ran:?}");
    // The history folder is relative to the profile file.
    for _ in 0..2 {
        assert_eq!(home.run(&format!("-f {file}")).code, 0);
    }
    let folder = home.config().parent().unwrap().join("records");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 2);
    let ran = home.run(&format!("-f {file} --history-keep 3 --config /dev/null"));
    assert!(ran.code == 2 && ran.err.contains("--history-keep needs --history"), "{ran:?}");
}

#[test]
fn no_profile_and_no_file_is_fine() {
    assert_eq!(run("profile show -o json").json()["profile"], "");
    let home = Home::with("# nothing yet\n");
    assert_eq!(home.run("profile show -o json").json()["profile"], "");
}

#[test]
fn reports_errors_with_file_line_and_suggestion() {
    let cases: &[(&str, &str, &str)] = &[
        (
            "profiles:\n  p:\n    treshold: {}\n",
            ":3:5: unknown key \"treshold\"",
            "did you mean \"thresholds\"?",
        ),
        ("profiles:\n  p:\n    thresholds: {grace: soon}\n", ":3:25: ", "soon"),
        ("profiles:\n  p:\n    thresholds: {restartsUnhealthy: 0}\n", ":3:37: ", "0"),
        (
            "profiles:\n  p:\n    pageSize: 9999\n",
            ":3:15: invalid value '9999' for '--page-size <N>'",
            "from 1 to 5000",
        ),
        ("profiles:\n  p:\n    skip: [pod-leftovers]\n", ":3:11: ", "did you mean \"pod-leftover\"?"),
        ("profiles:\n  p:\n    severity: {pvc-pending: bad}\n", ":3:15: ", "\"bad\" is not a severity"),
        ("profiles:\n  p:\n    lang: de\n", ":3:11: ", "zh-TW"),
        ("profiles:\n  p:\n    namespaces: shop\n", ":3:17: expected a list", ""),
        (
            "profiles:\n  p:\n    mutes:\n    - {check: quota-full, reason: r, owner: o}\n",
            ":4:7: a mute without until",
            "hint",
        ),
        (
            "profiles:\n  p:\n    mutes:\n    - {check: quota-full, reason: r, owner: o, until: tomorrow}\n",
            ":4:55: ",
            "2026-12-31",
        ),
        ("profiles:\n  q: {}\n", ": no profile \"p\"", "known: q"),
        ("profiles:\n  pp: {}\n", ": no profile \"p\"", "did you mean \"pp\"?"),
        ("defaultProfile: 3\nprofiles: [\n", "config.yaml:", ""),
        ("\u{1}\u{0}\u{ff}", "config.yaml", ""),
    ];
    for (config, place, hint) in cases {
        let home = Home::with(config);
        // The server must not be reachable.
        let ran = home.run("--profile p --server http://127.0.0.1:1");
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{config}\n{}", ran.err);
        let path = home.config().display().to_string();
        assert!(ran.err.starts_with(&format!("error: {path}")), "{}", ran.err);
        assert!(ran.err.contains(place) && ran.err.contains(hint), "{config}\n{}\n{place} {hint}", ran.err);
        assert!(!ran.err.contains('\u{1}'), "{}", ran.err);
    }
}

#[test]
fn a_missing_or_unreadable_profile_is_an_error() {
    let missing = run("--profile pigo");
    assert_eq!(missing.code, 2);
    assert!(missing.err.contains("profile init pigo"), "{}", missing.err);
    let named = run("--config /nonexistent/config.yaml");
    assert_eq!(named.code, 2);
    assert!(named.err.contains("/nonexistent/config.yaml: No such file"), "{}", named.err);
    let folder = Home::with("");
    std::fs::remove_file(folder.config()).unwrap();
    std::fs::create_dir(folder.config()).unwrap();
    let ran = folder.run("-n a");
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("directory"), "{}", ran.err);
    let large = Home::with(&format!("# {}\n", "x".repeat(1 << 20)));
    let ran = large.run("-n a");
    assert!(ran.code == 2 && ran.err.contains("larger than 1 MiB"), "{}", ran.err);
}

#[test]
fn names_invalid_variables() {
    for (name, value, told) in [
        ("HEALTHCHECK_GRACE", "soon", "soon"),
        ("HEALTHCHECK_ALL", "perhaps", "\"perhaps\" is not true or false"),
        ("SKIP_TLS_CHECK", "maybe", "true or false"),
        ("HEALTHCHECK_CONCURRENCY", "1000", "from 1 to 64"),
    ] {
        let ran = healthcheck().args(["-f", &pigo()]).env(name, value).ran();
        assert_eq!(ran.code, 2, "{name}");
        assert!(ran.err.starts_with(&format!("error: environment variable {name}: ")), "{}", ran.err);
        assert!(ran.err.contains(told), "{}", ran.err);
    }
}

#[test]
fn the_environment_can_skip_the_tls_checks() {
    for (name, value, off) in [
        ("SKIP_TLS_CHECK", "true", true),
        ("SKIP_TLS_CHECK", "false", false),
        ("HEALTHCHECK_SKIP_TLS_CHECK", "1", true),
    ] {
        let ran = healthcheck().args(["-f", &pigo(), "-o", "json"]).env(name, value).ran();
        let left = ran.json()["coverage"]["notInScope"]
            .as_array()
            .unwrap()
            .iter()
            .any(|gap| gap["kind"] == "ingress-secret-missing");
        assert_eq!(left, off, "{name}={value}");
    }
}

/// Returns the example's findings with the mutes of this profile, one field changed.
fn muted(mutes: &str, flags: &str) -> crate::support::Ran {
    let home = Home::with(&format!("profiles:\n  p:\n    mutes:\n{mutes}"));
    home.run(&format!("-f {} --profile p {flags}", pigo()))
}

fn mute(check: &str, rest: &str, until: &str) -> String {
    format!("    - {{check: {check}, {rest}reason: known to us, owner: platform, until: {until}}}\n")
}

#[test]
fn mutes_remove_findings_from_verdict_and_exit_code() {
    let plain = run(&format!("-f {} -o json", pigo()));
    assert_eq!((plain.code, plain.json()["verdict"].as_str()), (1, Some("attention")));
    let ran = muted(&mute("pod-*", "", "2025-12-26"), "-o json");
    assert_eq!(ran.code, 0, "{}", ran.err);
    let report = ran.json();
    assert_eq!(
        (report["verdict"].as_str(), report["findings"].as_array().unwrap().len()),
        (Some("healthy"), 0)
    );
    assert_eq!(report["mutes"][0]["state"], "active");
    assert_eq!(report["mutes"][0]["findings"], 2);
    let keys =
        |rows: &Value| rows.as_array().unwrap().iter().map(|row| row["key"].clone()).collect::<Vec<_>>();
    assert_eq!(keys(&report["muted"]), keys(&plain.json()["findings"]));
    // The pods keep their classes: one failed.
    assert_eq!(report["totals"]["healthy"], 46);
    assert_eq!(report["totals"]["attention"], 1);
    for (lang, told) in [
        ("en", "Muted findings: 2 (1 active mute)"),
        ("zh-TW", "已靜音的發現項目：2 項（生效中的靜音規則：1 條）"),
        ("zh-CN", "已静默的发现项：2 项（生效中的静默规则：1 条）"),
    ] {
        let table = muted(&mute("pod-*", "", "2025-12-26"), &format!("--lang {lang}")).out;
        assert!(table.contains(told), "{table}");
        let page = muted(&mute("pod-*", "", "2025-12-26"), &format!("--lang {lang} -o markdown")).out;
        assert!(page.contains("known to us") && page.contains(told), "{page}");
    }
}

#[test]
fn reports_expired_mutes() {
    // The example is from 2025-12-26.
    let ran = muted(&mute("pod-leftover", "namespace: pigo-dev, ", "2025-12-25"), "-o json");
    assert_eq!(ran.code, 1);
    let report = ran.json();
    assert_eq!(
        (&report["mutes"][0]["state"], &report["mutes"][0]["findings"]),
        (&"expired".into(), &1.into())
    );
    let again = &report["findings"][0];
    assert_eq!(again["object"]["namespace"], "pigo-dev");
    let told = "reported again: its mute ended on 2025-12-25 (reason: known to us; owner: platform)";
    assert!(again["evidence"].as_array().unwrap().iter().any(|line| line == told), "{again}");
    let table = muted(&mute("pod-leftover", "namespace: pigo-dev, ", "2025-12-25"), "").out;
    assert!(
        table.contains(
            "Expired mute, findings are reported again: pod-leftover, until 2025-12-25, owner platform"
        ),
        "{table}"
    );
}

#[test]
fn reports_unused_mutes_if_everything_was_read() {
    let state = |mutes: &str, flags: &str| {
        muted(mutes, &format!("-o json {flags}")).json()["mutes"][0]["state"].clone()
    };
    let unused = mute("quota-full", "namespace: pigo-dev, ", "2026-12-31");
    assert_eq!(state(&unused, ""), "unused");
    assert!(muted(&unused, "").out.contains("Unused mute: quota-full"), "said");
    // Another namespace was asked for; the check was left out.
    assert_eq!(state(&unused, "-n pigo-stg"), "not-judged");
    assert_eq!(state(&unused, "--skip quota-full"), "not-judged");
    assert_eq!(state(&mute("quota-full", "namespace: other, ", "2026-12-31"), ""), "not-judged");
    assert_eq!(state(&mute("pod-leftover", "object: deployment/pigo-cron, ", "2026-12-31"), ""), "active");
    assert_eq!(
        state(&mute("pod-leftover", "object: statefulset/pigo-cron, ", "2026-12-31"), "-n pigo-dev"),
        "not-judged"
    );
}

#[test]
fn mutes_do_not_hide_gaps() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("capture.json");
    let text = std::fs::read_to_string(project("examples/pigo.json")).unwrap();
    let gap = "\"coverage\":{\"gaps\":[{\"namespace\":\"pigo-dev\",\"kind\":\"Job\",\"reason\":\"timed-out\",\"detail\":\"\",\"got\":0}]},\"items\"";
    std::fs::write(&path, text.replacen("\"items\"", gap, 1)).unwrap();
    let home = Home::with(&format!("profiles:\n  p:\n    mutes:\n{}", mute("'*'", "", "2026-12-31")));
    let ran = home.run(&format!("-f {} --profile p -o json", path.display()));
    let report = ran.json();
    assert_eq!((ran.code, report["verdict"].as_str()), (3, Some("incomplete")));
    assert_eq!(report["coverage"]["gaps"][0]["kind"], "Job");
    assert_eq!(report["findings"].as_array().unwrap().len(), 0);
    let unused = mute("quota-full", "namespace: pigo-dev, ", "2026-12-31");
    let home = Home::with(&format!("profiles:\n  p:\n    mutes:\n{unused}"));
    let report = home.run(&format!("-f {} --profile p -o json", path.display())).json();
    assert_eq!(report["mutes"][0]["state"], "not-judged");
}

#[test]
fn links_findings_to_pages() {
    let home = Home::with(
        "profiles:\n  p:\n    links:\n    - {name: runbook, url: \"https://wiki.example.com/{check}\"}\n    - {name: board, url: \
         \"https://g.example.com/?ns={namespace}&w={owner}\", checks: [quota-full]}\n",
    );
    let report = home.run(&format!("-f {} --profile p -o json", pigo())).json();
    let links = serde_json::json!([{ "name": "runbook", "url": "https://wiki.example.com/pod-leftover" }]);
    assert_eq!(report["findings"][0]["links"], links);
    let wide = home.run(&format!("-f {} --profile p -o wide", pigo())).out;
    assert!(wide.contains("   runbook: https://wiki.example.com/pod-leftover\n"), "{wide}");
    let page = home.run(&format!("-f {} --profile p -o markdown", pigo())).out;
    assert!(page.contains("- runbook: <https://wiki.example.com/pod-leftover>\n"), "{page}");
}

#[test]
fn shows_settings_in_all_formats_and_languages() {
    let home = Home::with(&format!("{LAYERS}    mutes:\n{}", mute("quota-full", "", "2020-01-01")));
    for format in ["table", "markdown", "json", "yaml", "name"] {
        let ran = home.run(&format!("profile show --profile other -o {format}"));
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{format}");
        assert!(ran.out.contains("kube-"), "{}", ran.out);
    }
    let table = home.run("profile show --profile other --lang zh-TW").out;
    assert!(table.contains("設定檔第 13 行") && table.contains("（已到期）"), "{table}");
    let yaml: Value = serde_saphyr::from_str(&home.run("profile show --profile other -o yaml").out).unwrap();
    let json = home.run("profile show --profile other -o json").json();
    assert_eq!(
        (&yaml["mutes"], &yaml["profile"], &yaml["file"]),
        (&json["mutes"], &json["profile"], &json["file"])
    );
}

/// docs/profiles.md contains the generated table between its two marks.
#[test]
fn the_table_of_settings_is_current() {
    let path = project("docs/profiles.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (begin, end) = ("UPDATE=1 cargo test --test cli settings -->\n", "<!-- end of settings -->");
    let (before, rest) = text.split_once(begin).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    let made = format!("{before}{begin}\n{}\n{end}{after}", kubectl_healthcheck::cli::settings_table());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    assert!(made == text || std::env::var_os("UPDATE").is_some(), "UPDATE=1 cargo test --test cli settings");
}

/// The profile in the docs and the comments of `profile init` are valid.
#[test]
fn the_profile_in_the_docs_is_valid() {
    let text = std::fs::read_to_string(project("docs/profiles.md")).unwrap();
    let yaml = text.split_once("```yaml\n").unwrap().1.split_once("```").unwrap().0;
    let home = Home::with(yaml);
    let ran = home.run("profile show -o json");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let schema: Value = serde_json::from_str(&run("profile schema").out).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let config: Value = serde_saphyr::from_str(yaml).unwrap();
    assert!(
        validator.is_valid(&config),
        "{:?}",
        validator.iter_errors(&config).map(|e| e.to_string()).collect::<Vec<_>>()
    );
    let wrong: Value = serde_saphyr::from_str(&yaml.replace("until:", "till:")).unwrap();
    assert!(!validator.is_valid(&wrong));
}

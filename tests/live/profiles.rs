//! Profiles written from a live cluster, and their use.

use crate::PIGO;
use crate::support::{Ran, Run, run};
use regex::Regex;
use serde_json::Value;
use std::path::Path;

const FLAGS: &str = "--context lab -n pigo-dev,pigo-stg,pigo-rel --restarts-attention 4 --skip image-* --severity pod-failed=medium \
                     --quiet-after 3d --fail-on warning --page-size 7 --all --width 160";

/// Returns the output of a run without its times and duration.
fn told(ran: &Ran) -> String {
    let moments = Regex::new(
        r#"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( \+00:00|Z)?|\d+\.\d (s\b|秒)|"(throttledMillis|age)": \d+|"slowestPage": \{[^}]*\}"#,
    );
    moments.unwrap().replace_all(&ran.out, "…").into_owned()
}

fn init(config: &Path, arguments: &str) -> Ran {
    PIGO.healthcheck(&format!("profile init {arguments} --config {}", config.display()))
}

#[test]
fn a_profile_from_flags_gives_the_same_output() {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("new/config.yaml");
    let made = init(&config, &format!("pigo {FLAGS}"));
    assert_eq!((made.code, made.out.as_str()), (0, ""), "{made:?}");
    assert_eq!(
        made.err,
        format!(
            "profile pigo written to {0}; kubectl healthcheck --profile pigo --config {0}\n",
            config.display()
        )
    );
    for look in ["-o table", "-o wide --lang zh-TW", "-o markdown --lang zh-CN", "-o json", "-o name"] {
        let flags = PIGO.healthcheck(&format!("{FLAGS} {look}"));
        let profile = PIGO.healthcheck(&format!("--config {} --profile pigo {look}", config.display()));
        assert_eq!((profile.code, &profile.err), (flags.code, &flags.err), "{look}");
        let (one, other) = (told(&flags), told(&profile));
        let differing: Vec<_> = one.lines().zip(other.lines()).filter(|(a, b)| a != b).collect();
        assert!(one == other, "{look}: {differing:#?}");
        assert!(flags.out.contains("pigo-cron"), "{look}");
    }
    let text = std::fs::read_to_string(&config).unwrap();
    for line in [
        "  # context lab · https://127.0.0.1:",
        "    # pigo-dev: 14 pods",
        "    namespaces:\n    - pigo-dev\n",
    ] {
        assert!(text.contains(line), "{text}");
    }
}

#[test]
fn writes_the_default_namespace_to_the_profile() {
    let ran = PIGO.healthcheck("profile init here --config -");
    let config: Value = serde_saphyr::from_str(&ran.out).unwrap();
    assert_eq!((ran.code, &config["profiles"]["here"]["namespaces"][0]), (0, &"default".into()));
    let ran = PIGO.healthcheck("profile init all -A --exclude-namespace kube-* --config -");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
    let config: Value = serde_saphyr::from_str(&ran.out).unwrap();
    let all = &config["profiles"]["all"];
    assert_eq!(
        (all["allNamespaces"].as_bool(), &all["excludeNamespaces"][0]),
        (Some(true), &"kube-*".into())
    );
    assert!(ran.out.contains("    # contexts: [lab]\n"), "{}", ran.out);
}

#[test]
fn adds_profiles_to_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("config.yaml");
    let before = "# ours\ndefaultProfile: a\nprofiles:\n    a: # the first\n        namespaces: [pigo-dev]\n";
    std::fs::write(&config, before).unwrap();
    assert_eq!(init(&config, "b -n pigo-stg --grace 5m").code, 0);
    let text = std::fs::read_to_string(&config).unwrap();
    assert!(text.starts_with(before), "{text}");
    for (profile, namespace) in [("", "pigo-dev"), ("--profile b", "pigo-stg")] {
        let ran = PIGO.healthcheck(&format!("--config {} {profile} -o json", config.display()));
        assert_eq!(ran.json()["namespaces"][0]["name"], namespace, "{ran:?}");
    }
    let again = init(&config, "b -n pigo-rel");
    assert_eq!(again.code, 2);
    assert!(again.err.contains("already has a profile \"b\""), "{}", again.err);
    std::fs::write(&config, "profiles: {a: {namespaces: [pigo-dev]}}\n").unwrap();
    let flow = init(&config, "b -n pigo-rel");
    assert!(flow.code == 2 && flow.err.contains("--config -"), "{}", flow.err);
    assert_eq!(std::fs::read_to_string(&config).unwrap(), "profiles: {a: {namespaces: [pigo-dev]}}\n");
}

#[test]
fn writes_nothing_if_the_cluster_refuses() {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("config.yaml");
    for (flags, told) in [
        ("-n no-such-namespace", "no-such-namespace"),
        ("-n pigo-dev --context nowhere", "nowhere"),
        ("-n pigo-dev --server http://127.0.0.1:1", "refused"),
        ("-n pigo-dev --restarts-attention 12", "must not be above"),
    ] {
        let ran = init(&config, &format!("p {flags}"));
        assert!(ran.code == 2 && ran.err.contains(told), "{ran:?}");
        assert!(!config.exists(), "{flags}");
    }
    let ran = init(&config, "no/name -n pigo-dev");
    assert!(ran.code == 2 && ran.err.contains("is not a valid profile name"), "{ran:?}");
    let locked = Path::new("/proc/config.yaml");
    let ran = init(locked, "p -n pigo-dev");
    assert!(ran.code == 2 && ran.err.contains("/proc/config.yaml"), "{ran:?}");
}

/// The setup of a CronJob: no flags, no file.
#[test]
fn the_environment_is_enough() {
    let mut command = crate::support::healthcheck();
    command.env("KUBECONFIG", &PIGO.kubeconfig).env("HEALTHCHECK_NAMESPACE", "pigo-dev,pigo-stg");
    command
        .env("HEALTHCHECK_OUTPUT", "json")
        .env("HEALTHCHECK_FAIL_ON", "never")
        .env("SKIP_TLS_CHECK", "true");
    let ran = command.ran();
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
    let report = ran.json();
    let names: Vec<&str> =
        report["namespaces"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["pigo-dev", "pigo-stg"]);
    let left = report["coverage"]["notInScope"].as_array().unwrap();
    assert!(
        left.iter().any(|gap| gap["kind"] == "ingress-secret-missing" && gap["reason"] == "skipped"),
        "{left:?}"
    );
    assert_eq!(run("demo -o name").code, 1);
}

//! `--cache`: an earlier run answers for the same scope and account only, and says so.

use crate::healthy;
use crate::service::{failed, namespace};
use crate::support::lab::Lab;
use crate::support::{BINARY, Ran, Run};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

/// A run whose home is the folder of the lab.
fn run(lab: &Lab, arguments: &str) -> Ran {
    lab.command(BINARY.as_path()).args(arguments.split_whitespace()).ran()
}

/// The verdict and the number of pods.
fn told(lab: &Lab, arguments: &str) -> (String, u64) {
    let ran = run(lab, &format!("{arguments} -o json --fail-on never"));
    let report = ran.json();
    (report["verdict"].as_str().unwrap().to_owned(), report["totals"]["pods"].as_u64().unwrap())
}

#[test]
fn an_earlier_run_answers_for_its_scope_and_account() {
    let lab = Lab::start(&[]);
    lab.apply(&[namespace("shop"), namespace("blog")]);
    lab.store(&[healthy("shop", "web-0"), healthy("blog", "post-0")]);
    lab.grant("shop", &crate::rights::ALL);
    let all_well = |pods| ("healthy".to_owned(), pods);
    assert_eq!(told(&lab, "-A --cache 1h"), all_well(2));
    lab.store(&[failed("shop", "web-1")]);
    assert_eq!(told(&lab, "-A --cache 1h"), all_well(2));
    let table = run(&lab, "-A --cache 1h --lang en").out;
    assert!(table.contains(" ago (--cache)"), "{table}");
    assert!(run(&lab, "-A --cache 1h --lang zh-TW").out.contains("前讀取（--cache）"));
    // Thresholds and formats are those of the run.
    assert_eq!(run(&lab, "-A --cache 1h -o name --restarts-attention 1").code, 0);
    // Without the flag, with another scope, and with another account, the cluster is read.
    assert_eq!(told(&lab, "-A"), ("unhealthy".to_owned(), 3));
    assert_eq!(told(&lab, "-n shop --cache 1h").1, 2);
    assert_eq!(told(&lab, "-n shop --cache 1h --context limited").1, 2);
    assert_eq!(told(&lab, "-n shop --cache 1h").1, 2);
    lab.store(&[healthy("shop", "web-2")]);
    assert_eq!(told(&lab, "-n shop --cache 1h").1, 2);
    assert_eq!(told(&lab, "-n shop --cache 0s").1, 3, "too old");
    // A reading with gaps answers nobody else.
    let gap = run(&lab, "-n blog --cache 1h --context limited -o json");
    assert_eq!(gap.code, 2, "{}", gap.err);
    let folder = lab.dir.path().join(".kube/cache/healthcheck");
    assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    let files: Vec<PathBuf> = folder.read_dir().unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 3, "{files:?}");
    // A file that is broken is read again.
    for file in files {
        std::fs::write(file, "nonsense").unwrap();
    }
    assert_eq!(told(&lab, "-A --cache 1h").1, 4);
    for (arguments, why) in [
        ("pod/web-0 -n shop --cache 1h", "--cache cannot be used here"),
        ("-A --cache 1h --watch", "cannot be used with"),
        ("-f x.json --cache 1h", "cannot be used with"),
    ] {
        let ran = run(&lab, arguments);
        assert_eq!((ran.code, ran.err.contains(why)), (2, true), "{}", ran.err);
    }
}

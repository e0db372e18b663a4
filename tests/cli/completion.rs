//! Completion, through kubectl and in shells.

use crate::support::{Run, healthcheck, run};

#[test]
fn completes_flags_values_commands_and_contexts() {
    let complete = |words: &[&str]| healthcheck().args(["__complete", "--"]).args(words).ran().out;
    assert!(complete(&["--al"]).contains("--all-namespaces\t"), "{}", complete(&["--al"]));
    assert_eq!(complete(&["-o", "js"]), "json\tThe full report as JSON\n:4\n");
    assert_eq!(complete(&["--output=js"]), "json\tThe full report as JSON\n:4\n");
    assert!(complete(&["sna"]).starts_with("snapshot\t"));
    assert!(complete(&["rightsize", "-o", "p"]).starts_with("patch\t"));
    assert!(complete(&["explain", "pod-o"]).contains(":4"));
    for words in [&["-f", ""][..], &["--history", ""], &["snapshot", "-o", ""], &["diff", "--config", ""]] {
        assert!(complete(words).ends_with(":0\n"), "the shell adds the names of files: {words:?}");
    }
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let first =
        write("a", "contexts: [{name: alpha, context: {cluster: c}}, {name: beta}]\ncurrent-context: ''\n");
    let second = write("b", "contexts: [{name: beta, context: {}}, {name: gamma}]\nusers: null\n");
    let paths = std::env::join_paths([&first, &dir.path().join("missing"), &second]).unwrap();
    let ran = healthcheck().env("KUBECONFIG", &paths).args(["__complete", "--", "--context", ""]).ran();
    assert_eq!(ran.out, "alpha\nbeta\ngamma\n:4\n");
    let ran = healthcheck().env("KUBECONFIG", &paths).args(["__complete", "--", "--context=al"]).ran();
    assert_eq!(ran.out, "alpha\n:4\n");
    // The name that kubectl runs for completion.
    let link = dir.path().join("kubectl_complete-healthcheck");
    std::os::unix::fs::symlink(crate::support::BINARY.as_path(), &link).unwrap();
    let ran = crate::support::in_clean_environment(&link).args(["--lang", "zh"]).ran();
    assert_eq!(
        ran.out,
        "zh-TW\tTraditional Chinese (Taiwan)\nzh-CN\tSimplified Chinese (mainland China)\n:4\n"
    );
}

#[test]
fn prints_a_script_for_each_shell() {
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let ran = run(&format!("completion {shell}"));
        assert!(
            ran.code == 0 && ran.out.contains("kubectl-healthcheck") && ran.out.contains("page-size"),
            "{shell}"
        );
    }
}

//! Running under the real kubectl, as a plugin and for completion.

use crate::PIGO;
use crate::support::Run;

fn kubectl(arguments: &[&str]) -> crate::support::Ran {
    PIGO.command("kubectl").args(arguments).ran()
}

#[test]
fn kubectl_runs_the_plugin_and_keeps_its_exit_code() {
    let ran = kubectl(&["healthcheck", "-n", "pigo-dev"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.starts_with("🟡 Needs attention · 13 of 14 pods healthy"), "{}", ran.out);
    assert_eq!(kubectl(&["healthcheck", "-n", "pigo-stg"]).code, 0);
    assert_eq!(kubectl(&["healthcheck", "--nonsense"]).code, 2);
    let listed = kubectl(&["plugin", "list", "--name-only"]).out;
    assert!(listed.lines().any(|line| line == "kubectl-healthcheck"), "{listed}");
    // As in an error of kubectl itself, flags come after the plugin name.
    let ran = kubectl(&["--context", "lab", "healthcheck"]);
    assert!(ran.code == 1 && ran.err.contains("flags cannot be placed before plugin name"), "{ran:?}");
}

#[test]
fn kubectl_completes_namespaces() {
    let dir = tempfile::tempdir().unwrap();
    let link = dir.path().join("kubectl_complete-healthcheck");
    std::os::unix::fs::symlink(crate::support::BINARY.as_path(), link).unwrap();
    let complete = |words: &[&str]| {
        let mut command = PIGO.command("kubectl");
        let found =
            command.get_envs().find(|(name, _)| *name == "PATH").and_then(|(_, value)| value).unwrap();
        let path =
            std::env::join_paths(std::iter::once(dir.path().to_owned()).chain(std::env::split_paths(found)));
        command.env("PATH", path.unwrap()).args(["__complete", "healthcheck"]).args(words).ran().out
    };
    assert_eq!(complete(&["-n", "pigo-"]), "pigo-dev\npigo-rel\npigo-stg\n:4\n");
    assert_eq!(complete(&["-n", "pigo-dev,pigo-s"]), "pigo-dev,pigo-stg\n:4\n");
    assert_eq!(complete(&["--context", "li"]), "limited\n:4\n");
    assert_eq!(
        complete(&["--context", "limited", "-n", ""]),
        ":4\n",
        "no permission gives no names and no errors"
    );
    assert!(complete(&["--page-"]).contains("--page-size\tObjects per page\n"));
}

//! The help screens and `explain`.

use crate::support::{Run, healthcheck, run};
use unicode_width::UnicodeWidthStr;

/// The commands with a short help of their own.
const COMMANDS: [&str; 10] =
    ["", "demo", "nodes", "rightsize", "serve", "mcp", "snapshot", "diff", "profile show", "profile init"];

fn explain(arguments: &str) -> String {
    let ran = run(&format!("explain {arguments}"));
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{arguments}");
    ran.out
}

/// The words of a help that begin with two dashes.
fn flags(help: &str) -> impl Iterator<Item = &str> {
    let words = help.split(|c: char| c.is_whitespace() || matches!(c, ',' | '[' | '=' | ';'));
    words.filter(|word| word.len() > 2 && word.starts_with("--"))
}

#[test]
fn the_short_help_fits_a_terminal() {
    for command in COMMANDS {
        let short = run(&format!("{command} -h"));
        assert_eq!((short.code, short.err.as_str()), (0, ""), "{command}");
        // One line is left for the prompt.
        assert!(short.out.lines().count() < 40, "{command}: {}", short.out);
        for line in short.out.lines() {
            assert!(line.width() <= 80, "{command}: {line}");
            assert_eq!(line, line.trim_end(), "{command}");
        }
        let all = format!("All flags: kubectl healthcheck {command}").trim_end().to_owned();
        assert_eq!(short.out.lines().last().unwrap(), format!("{all} --help"));
    }
    let root = run("-h").out;
    assert_eq!(root.lines().filter(|line| line.contains("  # ")).count(), 8, "examples");
    insta::assert_snapshot!(root);
}

#[test]
fn every_flag_of_the_short_help_is_in_the_long_help() {
    for command in COMMANDS {
        let (short, long) = (run(&format!("{command} -h")).out, run(&format!("{command} --help")).out);
        let (_, table) = short.split_once("\nFlags:\n").unwrap();
        let (table, _) = table.split_once("All flags:").unwrap();
        for line in table.lines() {
            let (flag, text) = line.trim().split_once("  ").unwrap();
            assert!(long.contains(flag), "{command}: {flag}");
            assert!(!text.trim().is_empty() && !text.contains('{'), "{command}: {line}");
        }
        let known: Vec<&str> = flags(&long).collect();
        for flag in flags(&short).filter(|flag| *flag != "--help") {
            assert!(known.contains(&flag), "{command}: {flag}");
        }
    }
    let long = run("--help").out;
    for heading in ["Commands:", "Scope:", "Output:", "Judgement:", "Connection:", "Exit codes:\n  0  no"] {
        assert!(long.contains(heading), "{heading}");
    }
}

/// The examples are command lines of this program.
#[test]
fn every_example_is_accepted() {
    let pages =
        COMMANDS.iter().map(|command| run(&format!("{command} -h")).out).chain([run("explain -h").out]);
    let mut count = 0;
    for line in pages.flat_map(|page| page.lines().map(str::to_owned).collect::<Vec<_>>()) {
        let Some((example, _)) = line.split_once("  # ") else { continue };
        let words = example.trim().strip_prefix("kubectl healthcheck").unwrap();
        let words = words.split(" > ").next().unwrap();
        let ran = run(&format!("{words} --help"));
        assert!(ran.code == 0 && ran.out.contains("Usage: "), "{example}: {ran:?}");
        count += 1;
    }
    assert!(count > 20, "{count} examples");
}

#[test]
fn help_and_version_are_commands_too() {
    assert_eq!(run("help").out, run("-h").out);
    for command in ["nodes", "profile", "profile init", "explain", "completion"] {
        let ran = run(&format!("help {command}"));
        assert_eq!(ran.code, 0);
        assert_eq!(ran.out, run(&format!("{command} --help")).out, "{command}");
    }
    assert!(run("explain -h").out.contains("explain ImagePullBackOff"));
    assert_eq!(run("version").out, run("--version").out);
    for (arguments, error) in [
        ("help node", "error: unknown command \"node\"\nhint: did you mean \"nodes\"?\n"),
        ("help profile sho", "error: unknown command \"profile sho\"\nhint: did you mean \"show\"?\n"),
        ("foo", "error: unknown command \"foo\"; to inspect an object use TYPE/NAME, e.g. deploy/foo\n"),
        (
            "snapshoot",
            "error: unknown command \"snapshoot\"; to inspect an object use TYPE/NAME, e.g. deploy/snapshoot\n\
             hint: did you mean \"kubectl healthcheck snapshot\"?\n",
        ),
        ("pods", "error: \"pods\" needs a name: pods/NAME\n"),
    ] {
        let ran = run(arguments);
        assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (2, "", error));
    }
}

#[test]
fn a_check_is_explained_in_the_readers_language() {
    for (lang, colon, head) in
        [("en", ": ", "## What it checks"), ("zh-TW", "：", "## 檢查什麼"), ("zh-CN", "：", "## 检查什么")]
    {
        let text = explain(&format!("Pod-Leftover --lang {lang}"));
        assert!(text.starts_with(&format!("# pod-leftover{colon}")) && text.contains(head), "{text}");
        assert!(!text.contains("```"), "{text}");
        assert!(explain(&format!("pod-leftover --example --lang {lang}")).ends_with("```\n"));
    }
    let page = std::fs::read_to_string(crate::project("docs/checks/pod-leftover.md")).unwrap();
    let (text, example) = page.split_once("\n## Example\n").unwrap();
    let shown = explain("pod-leftover --example");
    assert!(shown.starts_with(text) && shown.ends_with(example), "{shown}");
    assert!(explain("pod-leftover --example --lang zh-TW").contains("\n\n## 範例\n\n存成 `example.yaml`"));
}

#[test]
fn an_example_is_checked_by_the_command_that_is_shown() {
    let shown = explain("pod-leftover --example");
    let (_, command) = shown.split_once("run `kubectl healthcheck -f example.yaml ").unwrap();
    let (flags, _) = command.split_once("`.").unwrap();
    let (_, example) = shown.split_once("```yaml\n").unwrap();
    let mut command = healthcheck();
    command.args(["-f", "-", "-o", "name"]).args(flags.split_whitespace());
    let ran = command.fed(example.trim_end().trim_end_matches("```").as_bytes());
    assert_eq!(ran.out, "-n demo pod/exporter-6fc9-6cnqp\n", "{ran:?}");
}

#[test]
fn statuses_and_exit_codes_are_explained_in_three_languages() {
    for (lang, status, code, checks) in [
        ("en", "The container exits repeatedly.", "# Exit code 137 (SIGKILL)", "Checks that report it:"),
        ("zh-TW", "容器一再結束", "# 結束碼 137（SIGKILL）", "回報它的檢查："),
        ("zh-CN", "容器一再退出", "# 退出码 137（SIGKILL）", "报告它的检查："),
    ] {
        let text = explain(&format!("crashloopbackoff --lang {lang}"));
        assert!(text.starts_with("# CrashLoopBackOff\n") && text.contains(status), "{text}");
        assert!(text.contains(checks) && text.contains("- `pod-oom-killed`"), "{text}");
        assert!(!text.contains("## "), "no page when several checks fit: {text}");
        let text = explain(&format!("137 --lang {lang}"));
        assert!(text.starts_with(code) && text.contains("- `pod-killed-by-probe`"), "{text}");
    }
    // The page of the only check follows.
    let text = explain("ImagePullBackOff");
    assert!(text.starts_with("# ImagePullBackOff\n\nThe kubelet could not pull"), "{text}");
    assert!(text.contains("\n\n# pod-image-pull-failed: ") && text.contains("## What to do"), "{text}");
    for topic in ["OOMKilled", "Pending", "NodeNotReady", "Init:0/1", "Signal:9", "0", "1", "2", "125", "255"]
    {
        assert!(explain(topic).contains("pod-") || topic == "NodeNotReady", "{topic}");
    }
}

#[test]
fn an_unknown_topic_gets_a_suggestion() {
    for (topic, hint) in [
        ("CrashLop", "did you mean \"CrashLoopBackOff\"?"),
        ("oom", "did you mean \"pod-oom-killed\", \"OOMKilled\" or \"OOMKilling\"?"),
        ("256", "\"kubectl healthcheck checks\" lists the checks"),
    ] {
        let ran = run(&format!("explain {topic}"));
        let error = format!("error: no check, status or exit code is called \"{topic}\"\nhint: {hint}\n");
        assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (2, "", error.as_str()));
    }
}

#[test]
fn explanations_are_wrapped_to_the_width() {
    let source = explain("pod-not-ready --lang zh-TW");
    assert!(source.lines().any(|line| line.width() > 100), "piped: the lines of the source");
    let wrapped = explain("pod-not-ready --lang zh-TW --width 60");
    assert!(wrapped.lines().all(|line| line.width() <= 60), "{wrapped}");
    let plain = |text: &str| text.split_whitespace().collect::<String>();
    assert_eq!(plain(&wrapped), plain(&source));
}

#[test]
fn colours_take_the_place_of_marks() {
    let colored = explain("pod-volume-not-mounted --color always --width 80");
    assert!(colored.contains("\u{1b}[1mWhat it checks\u{1b}[0m\n"), "{colored}");
    assert!(colored.contains("\u{1b}[36mFailedMount\u{1b}[0m"), "{colored}");
    assert!(colored.contains("\u{1b}[36m    kubectl get volumeattachments -o wide\u{1b}[0m\n"), "{colored}");
    assert!(!colored.contains('`') && !colored.contains('#'), "{colored}");
    let ran = healthcheck().env("HEALTHCHECK_COLOR", "always").args(["explain", "137"]).ran();
    assert!(ran.out.starts_with("\u{1b}[1mExit code 137"), "{}", ran.out);
    assert!(!explain("137").contains('\u{1b}'));
}

#[test]
fn topics_and_commands_complete() {
    let complete = |words: &[&str]| healthcheck().args(["__complete", "--"]).args(words).ran().out;
    let checks = complete(&["explain", "pod-oom"]);
    assert_eq!(checks, "pod-oom-killed\tContainer OOM-killed\n:4\n");
    let statuses = complete(&["explain", "Crash"]);
    assert_eq!(statuses, "CrashLoopBackOff\tThe container exits repeatedly\n:4\n");
    assert!(complete(&["explain", "13"]).contains("137\tThe program was killed"));
    assert!(complete(&["explain", "--ex"]).starts_with("--example\t"));
    assert_eq!(complete(&["help", "ni"]), ":4\n");
    assert_eq!(complete(&["help", "sna"]), "snapshot\tSave the cluster state to a file for -f\n:4\n");
    assert!(complete(&["help", "profile", ""]).contains("init\t"));
    assert!(!complete(&["help", ""]).contains("__complete"));
    assert!(complete(&["ver"]).starts_with("version\t"));
}

/// The names of the commands in the long help.
fn commands() -> Vec<String> {
    let help = run("--help").out;
    let (_, list) = help.split_once("\nCommands:\n").unwrap();
    let (list, _) = list.split_once("\n\n").unwrap();
    let names = list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.map(|line| line.split_whitespace().next().unwrap().to_owned()).collect()
}

#[test]
fn every_command_has_a_manual_page() {
    let page = |path: &str| {
        let ran = run(&format!("man {path}"));
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{path}");
        let name = format!("kubectl-healthcheck {path}").trim_end().replace(' ', "-");
        assert!(ran.out.contains(&format!(".TH {name} 1")), "{path}: {:.200}", ran.out);
        // The language of man writes a dash as \\-.
        (ran.out.replace("\\-", "-"), run(&format!("{path} --help")).out)
    };
    let (root, help) = page("");
    let names = commands();
    assert!(names.len() >= 12, "{names:?}");
    for name in &names {
        assert!(root.contains(&format!("kubectl-healthcheck-{name}(1)")), "{name}");
    }
    let flags = |help: &str| flags(help).map(str::to_owned).collect::<Vec<_>>();
    for flag in flags(&help) {
        assert!(root.contains(&flag), "{flag}");
    }
    for name in names.iter().filter(|name| !matches!(name.as_str(), "help" | "version")) {
        let (page, help) = page(name);
        for flag in flags(&help) {
            assert!(page.contains(&flag), "{name} {flag}");
        }
    }
    assert!(page("profile init").0.contains("--lang"));
    for (path, line) in [("", "kubectl healthcheck -n shop,web"), ("serve", "kubectl healthcheck serve -A")] {
        let (_, examples) =
            page(path).0.split_once("\n.SH EXAMPLES\n").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        assert!(examples.contains(&format!("\\fB{line}\\fR\n")), "{path}: {examples}");
    }
    assert!(
        root.contains("Namespaces, comma-separated") && root.contains("Exit codes"),
        "texts of flags, and the exit codes"
    );
    assert_eq!(run("man nodez").err, "error: unknown command \"nodez\"\nhint: did you mean \"nodes\"?\n");
}

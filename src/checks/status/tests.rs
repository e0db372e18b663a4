use super::*;
use crate::text::Lang;
use std::collections::BTreeSet;

const LANGS: [Lang; 3] = [Lang::En, Lang::ZhTw, Lang::ZhCn];

fn meaning(word: &str) -> Meaning {
    match topic(word) {
        Some(Topic::Meaning(meaning)) => meaning,
        _ => panic!("{word} is not a status"),
    }
}

fn ids(word: &str) -> Vec<&'static str> {
    meaning(word).checks.iter().map(|check| check.id).collect()
}

#[test]
fn every_named_check_exists() {
    let statuses = all().map(|status| (status.names, status.checks));
    for (names, ids) in statuses.chain(exit_codes::NOTABLE.iter().map(|code| (&[][..], code.checks))) {
        assert!(!ids.is_empty(), "{names:?}");
        for id in ids {
            assert!(CATALOG.find(id).is_some(), "{names:?} names {id}");
        }
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{names:?}");
    }
}

#[test]
fn every_word_has_one_topic() {
    let mut known = BTreeSet::new();
    for (word, help) in topics() {
        assert!(known.insert(word.to_lowercase()), "{word} twice");
        assert!(topic(word).is_some() && !help.is_empty(), "{word}");
    }
}

#[test]
fn every_meaning_is_a_sentence_in_each_language() {
    let texts =
        all().map(|status| &status.meaning).chain(exit_codes::NOTABLE.iter().map(|code| &code.meaning));
    for text in texts {
        assert!(
            text.en.ends_with('.') && text.zh_tw.ends_with('。') && text.zh_cn.ends_with('。'),
            "{}",
            text.en
        );
        assert!(LANGS.into_iter().all(|lang| !text.get(lang).contains('{')), "{}", text.en);
        assert!(
            !text.zh_tw.contains(['镜', '节', '内']) && !text.zh_cn.contains(['節', '檔', '啟']),
            "{}",
            text.en
        );
    }
}

#[test]
fn words_are_found_in_any_case_and_form() {
    for word in ["crashloopbackoff", " CrashLoopBackOff ", "Init:CrashLoopBackOff"] {
        assert_eq!(ids(word)[0], "pod-crash-loop", "{word}");
    }
    let in_init = meaning("init:oomkilled");
    assert_eq!((in_init.name.in_lang(Lang::En).as_str(), in_init.sentences.len()), ("Init:OOMKilled", 2));
    assert_eq!(meaning("Init:0/1").name.in_lang(Lang::En), "Init");
    assert!(matches!(topic("POD-OOM-KILLED"), Some(Topic::Check(check)) if check.id == "pod-oom-killed"));
    for word in ["137", "ExitCode:137", "Signal:9", "SIGKILL", "Init:Signal:9"] {
        let found = meaning(word);
        assert_eq!(found.name.in_lang(Lang::En), "Exit code 137 (SIGKILL)", "{word}");
        assert_eq!(found.checks[0].id, "pod-oom-killed", "{word}");
    }
    assert_eq!(meaning("130").name.in_lang(Lang::ZhTw), "結束碼 130（SIGINT）");
    assert_eq!(meaning("160").name.in_lang(Lang::En), "Exit code 160");
    assert_eq!(meaning("42").name.in_lang(Lang::ZhCn), "退出码 42");
    for word in ["", "256", "-1", "Signal:0", "Signal:65", "SIGFOO", "nonsense"] {
        assert!(topic(word).is_none(), "{word}");
    }
}

#[test]
fn misspelled_words_get_suggestions() {
    for (word, near) in [
        ("crashloop", &["CrashLoopBackOff"][..]),
        ("ImagePullBackof", &["ImagePullBackOff"]),
        ("ImgePullBackOff", &["ImagePullBackOff"]),
        ("OOM", &["pod-oom-killed", "OOMKilled", "OOMKilling"]),
        ("probe", &["pod-killed-by-probe", "pod-probe-failing"]),
        ("256", &[]),
        ("zzz", &[]),
    ] {
        assert_eq!(suggestions(word), near, "{word}");
    }
}

/// The first section of a page names the reasons that its check reports.
#[test]
fn every_reason_in_a_page_is_a_topic_that_names_the_check() {
    for id in [
        "node-problem",
        "pod-config-error",
        "pod-evicted",
        "pod-hook-failed",
        "pod-image-pull-failed",
        "pod-sandbox-failed",
        "pod-volume-not-mounted",
    ] {
        let page = CATALOG.find(id).unwrap().page.en;
        let (section, _) = page.split_once("## Why").unwrap();
        let is_reason =
            |word: &&str| word.chars().all(char::is_alphabetic) && word.starts_with(char::is_uppercase);
        let reasons: Vec<&str> = section.split('`').skip(1).step_by(2).filter(is_reason).collect();
        assert!(!reasons.is_empty(), "{id}");
        for reason in reasons {
            assert!(ids(reason).contains(&id), "{reason} in the page of {id}");
        }
    }
}

/// Whatever kubectl shows of a pod in an example can be explained.
#[test]
fn every_status_of_an_example_is_a_topic() {
    let now = crate::wire::Time { seconds: 1_766_714_400, nanos: 0 };
    let mut seen = BTreeSet::new();
    for check in CATALOG.iter() {
        let (_, example) = check.page.en.split_once("```yaml\n").unwrap();
        let (example, _) = example.split_once("```").unwrap();
        let snapshot = crate::snapshot::read_bytes("example", example.as_bytes(), now).unwrap();
        for pod in &snapshot.rows.pods {
            assert!(
                topic(&pod.shared.status).is_some(),
                "{} in the example of {}",
                pod.shared.status,
                check.id
            );
            seen.insert(pod.shared.status.to_string());
        }
    }
    assert!(seen.len() > 10, "{seen:?}");
}

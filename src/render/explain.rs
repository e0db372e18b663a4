//! The page of a check, and the meaning of a status or an exit code.

use super::words::{self, texts};
use super::{Look, page};
use crate::checks::status::{Meaning, Topic};
use crate::finding::CheckInfo;
use crate::text::{Fact, Lang};
use std::fmt::Write as _;
use std::io::{self, Write};

texts! {
    EXAMPLE: "Example", "範例", "示例";
    TRY: "Save this as `example.yaml` and run `kubectl healthcheck -f example.yaml --now {now}`. A comment `# expect:` \
          marks the objects that are reported.",
        "存成 `example.yaml`，再執行 `kubectl healthcheck -f example.yaml --now {now}`。註解 `# expect:` 標示會回報的物件。",
        "存为 `example.yaml`，再执行 `kubectl healthcheck -f example.yaml --now {now}`。注释 `# expect:` 标示会报告的对象。";
    REPORTED_BY: "Checks that report it:", "回報它的檢查：", "报告它的检查：";
    MORE: "More about a check: `kubectl healthcheck explain CHECK`", "檢查的說明：`kubectl healthcheck explain CHECK`",
        "检查的说明：`kubectl healthcheck explain CHECK`";
}

/// What comes before the example in an English page; the pages in Chinese have no example.
const EXAMPLE_HEADING: &str = "\n## Example\n";

/// The time by which the examples are written.
const EXAMPLE_TIME: &str = "2025-12-26T02:00:00Z";

/// Writes a topic: wrapped to the width of a terminal, or as the lines of its Markdown source where there is no width.
///
/// # Errors
/// When `out` fails.
pub(crate) fn explain(topic: &Topic, with_example: bool, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let markdown = match topic {
        Topic::Check(check) => page_of(check, with_example, look.lang),
        Topic::Meaning(meaning) => meaning_of(meaning, with_example, look.lang),
    };
    page::lines(&markdown, look).iter().try_for_each(|line| writeln!(out, "{line}"))
}

fn page_of(check: &CheckInfo, with_example: bool, lang: Lang) -> String {
    let page = check.page.get(lang);
    let text = page.split_once(EXAMPLE_HEADING).map_or(page, |(text, _)| text).trim_end();
    let example = check.page.en.split_once(EXAMPLE_HEADING).filter(|_| with_example);
    match example {
        Some((_, example)) => {
            let how = TRY.fill(lang, &[("now", Fact::text(EXAMPLE_TIME))]);
            format!("{text}\n\n## {}\n\n{how}\n{example}", EXAMPLE.get(lang))
        }
        None => format!("{text}\n"),
    }
}

fn meaning_of(meaning: &Meaning, with_example: bool, lang: Lang) -> String {
    let sentences: Vec<String> = meaning.sentences.iter().map(|sentence| sentence.in_lang(lang)).collect();
    let space = if lang == Lang::En { " " } else { "" };
    let mut text = format!("# {}\n\n{}\n", meaning.name.in_lang(lang), sentences.join(space));
    if let [check] = meaning.checks[..] {
        return text + "\n" + &page_of(check, with_example, lang);
    }
    let _ = writeln!(text, "\n{}\n", REPORTED_BY.get(lang));
    for check in &meaning.checks {
        let _ = writeln!(text, "- `{}`{}{}", check.id, words::colon(lang), check.title.get(lang));
    }
    let _ = writeln!(text, "\n{}", MORE.get(lang));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::CATALOG;
    use crate::render::grid::width;

    fn shown(check: &'static CheckInfo, lang: Lang, width: Option<usize>) -> String {
        let mut out = Vec::new();
        let look = Look { lang, width, ..Look::default() };
        explain(&Topic::Check(check), false, look, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// Only commands, headings and long names are wider.
    #[test]
    fn every_page_fits_the_width_and_is_complete() {
        for (check, lang) in CATALOG.iter().flat_map(|c| [Lang::En, Lang::ZhTw, Lang::ZhCn].map(|l| (c, l))) {
            let (source, wrapped) = (shown(check, lang, None), shown(check, lang, Some(60)));
            let plain = |text: &str| text.split_whitespace().collect::<String>();
            // Links lose their marks, and rows of tables become lists.
            if !source.contains("](") && !source.contains("\n|") {
                assert_eq!(plain(&wrapped), plain(&source), "{} in {lang:?}", check.id);
            }
            for line in wrapped.lines().filter(|line| width(line) > 60) {
                let longest = line.split_whitespace().map(width).max().unwrap_or(0);
                let is_copied = line.starts_with("    ") || line.starts_with('#');
                assert!(is_copied || longest > 30, "{} in {lang:?}: {line}", check.id);
            }
            assert!(!wrapped.contains("```") && !wrapped.contains("]("), "{} in {lang:?}", check.id);
        }
    }
}

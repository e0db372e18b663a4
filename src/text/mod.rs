//! Languages as data: every text has all three, so the compiler finds what is missing.
//!
//! What does not belong here: the texts themselves, which stand beside the thing they name.

mod age;
mod hostile;
mod io_words;
pub mod suggest;
mod texts;

pub use age::{human, parse_duration};
pub(crate) use hostile::is_hostile;
pub(crate) use io_words::io_words;
pub(crate) use texts::texts;

use crate::finding::{Fact, Facts};

/// A language of the human formats. Machine formats never change with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Lang {
    /// English.
    #[default]
    #[value(name = "en")]
    En,
    /// Traditional Chinese, as operators in Taiwan write it.
    #[value(name = "zh-TW")]
    ZhTw,
    /// Simplified Chinese, as operators in mainland China write it.
    #[value(name = "zh-CN")]
    ZhCn,
}

impl Lang {
    /// As in `--lang` and in HTML.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::ZhTw => "zh-TW",
            Lang::ZhCn => "zh-CN",
        }
    }

    /// The language of a POSIX locale such as `zh_TW.UTF-8`; English for all others.
    pub fn of_locale(locale: &str) -> Self {
        let name = locale.split(['.', '@']).next().unwrap_or_default().to_lowercase().replace('_', "-");
        let mut parts = name.split('-');
        if parts.next() != Some("zh") {
            return Lang::En;
        }
        if parts.any(|part| matches!(part, "tw" | "hk" | "mo" | "hant")) { Lang::ZhTw } else { Lang::ZhCn }
    }
}

/// A text in the three languages. `{name}` stands for the fact of that name. `{name:# node|# nodes}` chooses by the number
/// of that fact, the first form for 1 and the second for all others; `#` in the chosen form is the number.
#[derive(Debug, PartialEq, Eq)]
pub struct Text {
    /// English.
    pub en: &'static str,
    /// Traditional Chinese.
    pub zh_tw: &'static str,
    /// Simplified Chinese.
    pub zh_cn: &'static str,
}

impl Text {
    /// The text in one language, as written.
    pub fn get(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.en,
            Lang::ZhTw => self.zh_tw,
            Lang::ZhCn => self.zh_cn,
        }
    }

    /// The text in one language with its facts filled in. A fact's own braces are left alone.
    pub fn fill(&self, lang: Lang, facts: &[(&'static str, Fact)]) -> String {
        let mut out = String::new();
        let mut rest = self.get(lang);
        while let Some((before, tail)) = rest.split_once('{') {
            out.push_str(before);
            let (place, after) = tail.split_once('}').unwrap_or((tail, ""));
            let (name, forms) = place.split_once(':').unwrap_or((place, ""));
            match facts.iter().find(|(known, _)| *known == name) {
                Some((_, fact)) if forms.is_empty() => out.push_str(&fact.shown(lang, facts)),
                Some((_, fact)) => out.push_str(&plural(forms, fact, &fact.shown(lang, facts))),
                // A mistake in the text, which a test looks for; the reader sees which fact is missing.
                None => out.extend(["{", place, "}"]),
            }
            rest = after;
        }
        out + rest
    }
}

impl Text {
    /// The facts of which this says a sentence in English; `None` where it is not what this says.
    pub fn read<'s>(&self, sentence: &'s str) -> Option<Vec<(&'static str, &'s str)>> {
        let (first, mut rest) = self.en.split_once('{').unwrap_or((self.en, ""));
        let mut sentence = sentence.strip_prefix(first)?;
        let mut facts = Vec::new();
        while let Some((name, tail)) = rest.split_once('}') {
            let (between, next) = tail.split_once('{').unwrap_or((tail, ""));
            // The last one goes to the end.
            let fact = if next.is_empty() {
                sentence.strip_suffix(between)?
            } else {
                sentence.split_once(between)?.0
            };
            facts.push((name, fact));
            sentence = sentence.get(fact.len() + between.len()..)?;
            rest = next;
        }
        sentence.is_empty().then_some(facts)
    }
}

/// Chooses between the forms `one|many` by a number.
fn plural(forms: &str, fact: &Fact, shown: &str) -> String {
    let (one, many) = forms.split_once('|').unwrap_or((forms, forms));
    let is_one = matches!(fact, Fact::Number(1)) || shown == "1";
    if is_one { one } else { many }.replace('#', shown)
}

/// A text and the facts it speaks of.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// The text.
    pub text: &'static Text,
    /// Its facts.
    pub facts: Facts,
}

impl Message {
    /// A text and its facts.
    pub fn new(text: &'static Text, facts: Facts) -> Self {
        Self { text, facts }
    }

    /// The sentence in one language.
    pub fn in_lang(&self, lang: Lang) -> String {
        self.text.fill(lang, &self.facts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_fill_their_places_and_are_not_read_again() {
        static TEXT: Text = Text { en: "{a} of {b}: {missing}", zh_tw: "{b}：{a}", zh_cn: "{b}：{a}" };
        let facts = [("a", Fact::Text("{b}".into())), ("b", Fact::Number(2))];
        assert_eq!(TEXT.fill(Lang::En, &facts), "{b} of 2: {missing}");
        assert_eq!(TEXT.fill(Lang::ZhTw, &facts), "2：{b}");
    }

    #[test]
    fn a_number_chooses_the_form() {
        static TEXT: Text =
            Text { en: "{n:# node has|# nodes have} {n:a taint|taints}", zh_tw: "{n}", zh_cn: "{n}" };
        let said = |n| TEXT.fill(Lang::En, &[("n", Fact::Number(n))]);
        assert_eq!(said(1), "1 node has a taint");
        assert_eq!(said(0), "0 nodes have taints");
        assert_eq!(said(12), "12 nodes have taints");
    }

    #[test]
    fn what_was_said_is_read_back() {
        static TEXT: Text = Text { en: "{who}: {count} of {all} read", zh_tw: "", zh_cn: "" };
        static PLAIN: Text = Text { en: "none", zh_tw: "", zh_cn: "" };
        static END: Text = Text { en: "node {node}", zh_tw: "", zh_cn: "" };
        let read = TEXT.read("a: b: 3 of 7 read");
        assert_eq!(read, Some(vec![("who", "a"), ("count", "b: 3"), ("all", "7")]), "the first place fits");
        for other in ["", "a: 3 of 7", "3 of 7 read", "a: 3 of 7 read twice"] {
            assert_eq!(TEXT.read(other), None, "{other}");
        }
        assert_eq!((PLAIN.read("none"), PLAIN.read("nones"), PLAIN.read("no")), (Some(vec![]), None, None));
        assert_eq!(END.read("node n1 {x}"), Some(vec![("node", "n1 {x}")]));
    }

    #[test]
    fn locales_name_their_language() {
        for (locale, lang) in [
            ("", Lang::En),
            ("C.UTF-8", Lang::En),
            ("de_DE.UTF-8", Lang::En),
            ("zh_TW.UTF-8", Lang::ZhTw),
            ("zh_HK", Lang::ZhTw),
            ("zh-Hant-TW", Lang::ZhTw),
            ("zh_CN.UTF-8", Lang::ZhCn),
            ("zh", Lang::ZhCn),
            ("zh_SG.UTF-8@pinyin", Lang::ZhCn),
        ] {
            assert_eq!(Lang::of_locale(locale), lang, "{locale}");
        }
    }
}

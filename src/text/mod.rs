//! Languages as data: every text has all three, so that the compiler finds a missing one.
//!
//! What does not belong here: the texts themselves. Each is defined next to the thing it names; only those that files
//! keep by id are in [`reasons`].

mod address;
mod age;
mod fact;
mod hostile;
mod io_words;
mod parse_words;
pub mod reasons;
mod share;
pub mod suggest;
mod texts;
mod time_words;
mod unknown_age;
mod yaml;

pub(crate) use address::without_login;
pub use age::{NoDuration, human, parse_duration};
pub use fact::{Fact, Facts, listed};
pub(crate) use hostile::{EscapedJson, is_emoji_selector, is_hostile, on_one_line};
pub(crate) use io_words::io_words;
pub(crate) use parse_words::{parse_words, yaml_place, yaml_words, yaml_words_with_place};
pub use share::in_percent;
pub(crate) use texts::texts;
pub(crate) use time_words::time_words;
pub(crate) use yaml::{to_yaml, write_yaml};

/// Returns the beginning of a text: at most this many bytes, and whole characters.
pub(crate) fn head(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or_default()).unwrap_or_default()
}

/// Returns a text of at most this many characters: a longer one loses its middle, as the cause of a wrapped error is at its
/// end.
pub(crate) fn without_middle(text: &str, most: usize) -> String {
    let length = text.chars().count();
    if length <= most {
        return text.to_owned();
    }
    let kept = most.saturating_sub(1);
    let first = kept / 2;
    let start: String = text.chars().take(first).collect();
    let end: String = text.chars().skip(length - (kept - first)).collect();
    format!("{start}…{end}")
}

/// A language of the human formats. Machine formats never change with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Traditional Chinese, as operators in Taiwan write it.
    ZhTw,
    /// Simplified Chinese, as operators in mainland China write it.
    ZhCn,
}

impl Lang {
    /// All languages.
    pub const ALL: [Lang; 3] = [Lang::En, Lang::ZhTw, Lang::ZhCn];

    /// Returns the language of a tag; the case does not matter.
    pub fn of_tag(tag: &str) -> Option<Self> {
        Lang::ALL.into_iter().find(|lang| lang.tag().eq_ignore_ascii_case(tag))
    }

    /// Returns the tag of the language, as in `--lang` and in HTML.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::ZhTw => "zh-TW",
            Lang::ZhCn => "zh-CN",
        }
    }

    /// Returns the language of a POSIX locale such as `zh_TW.UTF-8`; English for all others.
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
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text {
    /// English.
    pub en: &'static str,
    /// Traditional Chinese.
    pub zh_tw: &'static str,
    /// Simplified Chinese.
    pub zh_cn: &'static str,
}

impl Text {
    /// Returns the text in one language, with its placeholders.
    pub fn get(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.en,
            Lang::ZhTw => self.zh_tw,
            Lang::ZhCn => self.zh_cn,
        }
    }

    /// Returns the text in one language with its facts filled in. Braces inside a fact are kept as they are.
    pub fn fill(&self, lang: Lang, facts: &[(&'static str, Fact)]) -> String {
        let mut out = String::new();
        let mut rest = self.get(lang);
        while let Some((before, tail)) = rest.split_once('{') {
            out.push_str(before);
            let (place, after) = tail.split_once('}').unwrap_or((tail, ""));
            let (name, forms) = place.split_once(':').unwrap_or((place, ""));
            match facts.iter().find(|(known, _)| *known == name) {
                Some((_, fact)) if fact.is_unknown_age() => {
                    rest = unknown_age::leave_out(lang, &mut out, after);
                    continue;
                }
                Some((_, fact)) if forms.is_empty() => out.push_str(&fact.shown(lang, facts)),
                Some((_, fact)) => out.push_str(&plural(forms, fact, &fact.shown(lang, facts))),
                // A mistake in the text, which tests look for: the name of the missing fact stays visible.
                None => out.extend(["{", place, "}"]),
            }
            rest = after;
        }
        out + rest
    }

    /// Returns the names of the facts that the text speaks of, in English order.
    pub fn placeholders(&self) -> impl Iterator<Item = &'static str> {
        let places = self.en.split('{').skip(1).filter_map(|tail| tail.split_once('}'));
        places.map(|(place, _)| place.split_once(':').map_or(place, |(name, _)| name))
    }
}

/// Chooses between the forms `one|many` by a number.
fn plural(forms: &str, fact: &Fact, shown: &str) -> String {
    let (one, many) = forms.split_once('|').unwrap_or((forms, forms));
    let is_one = matches!(fact, Fact::Number(1)) || shown == "1";
    if is_one { one } else { many }.replace('#', shown)
}

/// A text with its facts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Message {
    /// The text.
    pub text: &'static Text,
    /// The facts.
    pub facts: Facts,
}

/// A sentence that is not the program's.
static QUOTED: Text = Text { en: "{words}", zh_tw: "{words}", zh_cn: "{words}" };

impl Message {
    /// Creates a message.
    pub fn new(text: &'static Text, facts: Facts) -> Self {
        Self { text, facts }
    }

    /// Creates a message without facts.
    pub fn plain(text: &'static Text) -> Self {
        Self::new(text, Facts::new())
    }

    /// Returns the bytes of the texts in its facts.
    pub(crate) fn length(&self) -> usize {
        self.facts.iter().map(|(_, fact)| fact.length()).sum()
    }

    /// Quotes someone else's words: they are the same in every language.
    pub fn quoted(words: impl Into<String>) -> Self {
        Self::new(&QUOTED, vec![("words", Fact::Text(words.into()))])
    }

    /// Returns the sentence in one language.
    pub fn in_lang(&self, lang: Lang) -> String {
        self.text.fill(lang, &self.facts)
    }

    /// Returns the sentence with at most this many characters, if that is possible by leaving out the middle of its longest
    /// quotation: the words around it say what it means and what to do.
    pub fn shortened(&self, lang: Lang, most: usize) -> String {
        let whole = self.in_lang(lang);
        let surplus = whole.chars().count().saturating_sub(most);
        let mut short = self.clone();
        match longest(&mut short.facts) {
            Some(quoted) if surplus > 0 => {
                let length = quoted.chars().count();
                *quoted = without_middle(quoted, length.saturating_sub(surplus).max(QUOTED_LEAST));
                short.in_lang(lang)
            }
            _ => whole,
        }
    }
}

/// A quotation is not shortened below this number of characters.
const QUOTED_LEAST: usize = 80;

/// Returns the longest text among facts and the facts of their messages.
fn longest(facts: &mut Facts) -> Option<&mut String> {
    let texts = facts.iter_mut().filter_map(|(_, fact)| match fact {
        Fact::Text(text) => Some(text),
        Fact::Message(message) => longest(&mut message.facts),
        _ => None,
    });
    texts.max_by_key(|text| text.len())
}

/// A name, or someone else's words.
impl From<&str> for Message {
    fn from(words: &str) -> Self {
        Self::quoted(words)
    }
}

/// The English sentence: the language of errors and of machine formats.
impl std::fmt::Display for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(&self.in_lang(Lang::En))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quotation_is_shortened_and_not_the_words_around_it() {
        static OUTER: Text = Text { en: "pull failed: {why}; log in again", zh_tw: "{why}", zh_cn: "{why}" };
        static INNER: Text = Text { en: "denied ({detail})", zh_tw: "{detail}", zh_cn: "{detail}" };
        let inner = Message::new(&INNER, vec![("detail", Fact::Text("x".repeat(500)))]);
        let message = Message::new(&OUTER, vec![("why", Fact::Message(inner))]);
        let short = message.shortened(Lang::En, 200);
        assert_eq!(short.chars().count(), 200);
        assert!(
            short.starts_with("pull failed: denied (x") && short.ends_with("x); log in again"),
            "{short}"
        );
        assert_eq!(message.shortened(Lang::En, 1000), message.in_lang(Lang::En));
    }

    #[test]
    fn facts_fill_their_places_and_are_not_read_again() {
        static TEXT: Text = Text { en: "{a} of {b}: {missing}", zh_tw: "{b}：{a}", zh_cn: "{b}：{a}" };
        let facts = [("a", Fact::Text("{b}".into())), ("b", Fact::Number(2))];
        assert_eq!(TEXT.fill(Lang::En, &facts), "{b} of 2: {missing}");
        assert_eq!(TEXT.fill(Lang::ZhTw, &facts), "2：{b}");
    }

    #[test]
    fn a_long_text_loses_its_middle() {
        assert_eq!(without_middle("short", 5), "short");
        assert_eq!(without_middle("failed to mount: rpc error: 403", 13), "failed…r: 403");
        assert_eq!(without_middle("映像檔無法拉取", 4), "映…拉取");
        assert_eq!(without_middle("ab", 0), "…");
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
    fn a_message_can_hold_another_and_quote_someone() {
        static OUTER: Text = Text { en: "{n}: {why}", zh_tw: "{n}：{why}", zh_cn: "{n}：{why}" };
        static INNER: Text = Text { en: "node {n}", zh_tw: "節點 {n}", zh_cn: "节点 {n}" };
        let inner = Message::new(&INNER, vec![("n", Fact::text("n1"))]);
        let outer = Message::new(&OUTER, vec![("n", Fact::Number(2)), ("why", Fact::Message(inner))]);
        assert_eq!((outer.to_string().as_str(), &*outer.in_lang(Lang::ZhTw)), ("2: node n1", "2：節點 n1"));
        assert_eq!(Message::quoted("no {n}").in_lang(Lang::ZhCn), "no {n}");
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

//! The values in a message.

use super::{Lang, Message, Text, human, in_percent};

/// A value in a message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fact {
    /// A name, a reason, a sentence of someone else.
    Text(String),
    /// A count.
    Number(i64),
    /// A duration in seconds, shown as kubectl shows ages.
    Age(i64),
    /// A share in thousandths, shown in percent.
    Share(i64),
    /// A duration that is not known. A sentence leaves out the words about it.
    NoAge,
    /// A text of the program, filled with the other facts of the message.
    Words(&'static Text),
    /// A sentence of the program with facts of its own.
    Message(Message),
    /// A list: the items to show, and the number of items that are not shown.
    List(Vec<String>, usize),
    /// A list of sentences of the program.
    Messages(Vec<Message>),
}

/// The values of a message by name, in the order in which they were given.
pub type Facts = Vec<(&'static str, Fact)>;

impl Fact {
    /// Returns the bytes of its texts.
    pub(super) fn length(&self) -> usize {
        match self {
            Fact::Text(text) => text.len(),
            Fact::List(items, _) => items.iter().map(String::len).sum(),
            Fact::Message(message) => message.length(),
            Fact::Messages(messages) => messages.iter().map(Message::length).sum(),
            Fact::Number(_) | Fact::Age(_) | Fact::Share(_) | Fact::NoAge | Fact::Words(_) => 0,
        }
    }

    /// Creates a text.
    pub fn text(value: impl AsRef<str>) -> Self {
        Fact::Text(value.as_ref().to_owned())
    }

    /// Creates a duration, which may be unknown.
    pub fn age(seconds: Option<i64>) -> Self {
        seconds.map_or(Fact::NoAge, Fact::Age)
    }

    /// Whether it is a duration that is not known, or that began in the future.
    pub(super) fn is_unknown_age(&self) -> bool {
        matches!(self, Fact::NoAge | Fact::Age(..-1))
    }

    /// Creates a count.
    pub fn count(number: impl TryInto<i64>) -> Self {
        Fact::Number(number.try_into().unwrap_or(i64::MAX))
    }

    /// Creates a list that shows every item.
    pub fn list<T: Into<String>>(items: impl IntoIterator<Item = T>) -> Self {
        Fact::List(items.into_iter().map(Into::into).collect(), 0)
    }

    /// Creates a list that shows the first items and counts the others.
    pub fn first<T: Into<String>>(most: usize, items: impl IntoIterator<Item = T>) -> Self {
        let mut items = items.into_iter().map(Into::into);
        let shown = items.by_ref().take(most).collect();
        Fact::List(shown, items.count())
    }

    /// Returns the value as a sentence with these facts shows it.
    pub fn shown(&self, lang: Lang, facts: &[(&'static str, Fact)]) -> String {
        match self {
            Fact::Text(text) => text.clone(),
            Fact::Number(number) => number.to_string(),
            Fact::Age(seconds) => human(*seconds),
            Fact::Share(thousandths) => in_percent(*thousandths, lang),
            Fact::NoAge => "?".to_owned(),
            Fact::Words(text) => text.fill(lang, facts),
            Fact::Message(message) => message.in_lang(lang),
            Fact::List(items, more) => listed(items, *more, lang),
            Fact::Messages(items) => {
                let items: Vec<String> = items.iter().map(|item| item.in_lang(lang)).collect();
                listed(&items, 0, lang)
            }
        }
    }
}

static AND_MORE: Text = Text {
    en: "{shown} and {more} more",
    zh_tw: "{shown} 及其他 {more} 個",
    zh_cn: "{shown} 及其他 {more} 个",
};

/// Joins the items of a list as a language does, and says how many are left out.
pub fn listed<T: AsRef<str>>(items: &[T], more: usize, lang: Lang) -> String {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    let shown = items.join(if lang == Lang::En { ", " } else { "、" });
    if more == 0 {
        return shown;
    }
    AND_MORE.fill(lang, &[("shown", Fact::Text(shown)), ("more", Fact::count(more))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_joined_as_the_language_does() {
        let all = Fact::list(["a", "b"]);
        let shown = |fact: &Fact| [Lang::En, Lang::ZhTw, Lang::ZhCn].map(|lang| fact.shown(lang, &[]));
        assert_eq!(shown(&all), ["a, b", "a、b", "a、b"]);
        assert_eq!(
            shown(&Fact::first(2, ["a", "b", "c"])),
            ["a, b and 1 more", "a、b 及其他 1 個", "a、b 及其他 1 个"]
        );
        assert_eq!(Fact::first(2, ["a", "b"]), all);
        let messages = Fact::Messages(vec![Message::from("a"), Message::from("b")]);
        assert_eq!(shown(&messages), shown(&all));
    }
}

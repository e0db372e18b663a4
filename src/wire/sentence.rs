//! A message of the program as files keep it: the id of its text, and its facts. The English sentence stands next to it,
//! for readers that know no ids and for versions that know other ones.

use super::secret::hide_secrets;
use super::without_secrets;
use crate::text::{Fact, Lang, Message, reasons};

measured! {
    /// A message of the program.
    Sentence {
        /// The id of its text.
        id: String,
        /// Its facts.
        facts: Vec<SentenceFact>,
    }
}

measured! {
    /// A fact of a message: one of a text, a number, a list or another message.
    SentenceFact {
        /// Its name.
        name: String,
        /// A text.
        text: Option<String>,
        /// A number.
        number: Option<i64>,
        /// The items of a list.
        items: Vec<String>,
        /// The number of items that the list does not show.
        more: u64,
        /// A message.
        sentence: Option<Box<Sentence>>,
    }
}

impl Sentence {
    /// Returns a message as files keep it; `None` if its text has no id.
    pub fn of(message: &Message) -> Option<Self> {
        let facts = message.facts.iter().map(|(name, fact)| SentenceFact::of(name, fact)).collect();
        Some(Self { id: reasons::id(message.text)?.to_owned(), facts })
    }

    /// Hides credentials in its facts.
    pub(super) fn tidy(&mut self) {
        for fact in &mut self.facts {
            fact.text.iter_mut().chain(&mut fact.items).for_each(hide_secrets);
            fact.sentence.iter_mut().for_each(|sentence| sentence.tidy());
        }
    }

    /// Returns the message; `None` if its id is unknown or it lacks a fact.
    pub fn message(&self) -> Option<Message> {
        let text = reasons::find(&self.id)?;
        let fact = |name: &'static str| {
            let kept = self.facts.iter().find(|fact| fact.name == name)?;
            Some((name, kept.fact()?))
        };
        Some(Message::new(text, text.placeholders().map(fact).collect::<Option<_>>()?))
    }
}

impl SentenceFact {
    fn of(name: &str, fact: &Fact) -> Self {
        let mut kept = Self { name: name.to_owned(), ..Self::default() };
        match fact {
            Fact::Number(number) => kept.number = Some(*number),
            Fact::List(items, more) => {
                kept.items.clone_from(items);
                kept.more = u64::try_from(*more).unwrap_or(u64::MAX);
            }
            Fact::Message(message) => match Sentence::of(message) {
                Some(sentence) => kept.sentence = Some(Box::new(sentence)),
                None => kept.text = Some(message.to_string()),
            },
            Fact::Text(_)
            | Fact::Age(_)
            | Fact::NoAge
            | Fact::Share(_)
            | Fact::Words(_)
            | Fact::Messages(_) => {
                kept.text = Some(fact.shown(Lang::En, &[]));
            }
        }
        kept
    }

    fn fact(&self) -> Option<Fact> {
        if let Some(sentence) = &self.sentence {
            return Some(Fact::Message(sentence.message()?));
        }
        // Any text of a file may be a credential.
        let items = || self.items.iter().map(|item| without_secrets(item)).collect();
        let list = || Fact::List(items(), usize::try_from(self.more).unwrap_or(usize::MAX));
        Some(match (&self.text, self.number) {
            (Some(text), _) => Fact::text(without_secrets(text)),
            (None, Some(number)) => Fact::Number(number),
            (None, None) => list(),
        })
    }
}

/// Splits a message into what files keep: the English sentence, and the message if its text has an id.
pub fn kept(message: &Message) -> (String, Option<Sentence>) {
    (message.to_string(), Sentence::of(message))
}

/// Returns the message that a file keeps; without a known one, the English sentence as someone else's words. `None` if
/// there is neither.
pub fn read_back(detail: &str, sentence: Option<&Sentence>) -> Option<Message> {
    let known = sentence.and_then(Sentence::message);
    known.or_else(|| (!detail.is_empty()).then(|| Message::quoted(without_secrets(detail))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_back_whole() {
        let why = Message::new(&reasons::NO_ANSWER, vec![("seconds", Fact::text("2"))]);
        let who = Message::new(&reasons::PROMETHEUS_AT, vec![("address", Fact::text("p:9090"))]);
        let of = Message::new(&reasons::OF, vec![("who", Fact::Message(who)), ("why", Fact::Message(why))]);
        let hosts = Fact::first(1, ["a.example.com", "b.example.com"]);
        let dns = Message::new(&reasons::DNS_FAILED, vec![("why", Fact::text("x")), ("hosts", hosts)]);
        for message in [of, dns, Message::new(&reasons::HOSTS_PROBED, vec![("most", Fact::Number(200))])] {
            let (detail, sentence) = kept(&message);
            let text = serde_json::to_string(&sentence).unwrap();
            let sentence: Option<Sentence> = serde_json::from_str(&text).unwrap();
            assert_eq!(read_back(&detail, sentence.as_ref()), Some(message), "{text}");
        }
    }

    #[test]
    fn what_is_not_known_is_quoted() {
        let quoted = Message::quoted("boom {x}");
        assert_eq!(kept(&quoted), ("boom {x}".to_owned(), None));
        assert_eq!(read_back("boom {x}", None), Some(quoted));
        assert_eq!(read_back("", None), None);
        let unknown = Sentence { id: "of-a-later-version".to_owned(), facts: Vec::new() };
        assert_eq!(read_back("x", Some(&unknown)), Some(Message::quoted("x")));
        let lacking = Sentence { id: "no-answer".to_owned(), facts: Vec::new() };
        assert_eq!(read_back("x", Some(&lacking)), Some(Message::quoted("x")));
    }
}

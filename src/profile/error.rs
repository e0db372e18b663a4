//! What is wrong with a profile file: where, what, and what was probably meant.

use std::fmt::{self, Display};

/// Why a profile cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The file, and the line and column where they are known: `config.yaml:12:5`.
    pub place: String,
    /// What is wrong.
    pub text: String,
    /// What may help.
    pub hint: Option<String>,
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.text)
    }
}

/// The words that come nearest to a misspelt one, if any comes near.
pub(super) fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// As near as clap asks of the flags it suggests.
    const NEAR: f64 = 0.7;
    let plain = |word: &str| word.to_lowercase().replace(['-', '_'], "");
    known
        .into_iter()
        .map(|word| (strsim::jaro(&plain(wrong), &plain(word)), word))
        .filter(|(likeness, _)| *likeness > NEAR)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, word)| word)
}

/// `did you mean "thresholds"?`, or else what there is.
pub fn suggestion(wrong: &str, known: &[&str]) -> Option<String> {
    match nearest(wrong, known.iter().copied()) {
        Some(word) => Some(format!("did you mean \"{word}\"?")),
        None if known.is_empty() => None,
        None => Some(format!("known here: {}", known.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_words_are_recognised() {
        let known = ["namespaces", "thresholds", "excludeNamespaces", "skip"];
        assert_eq!(nearest("namespace", known), Some("namespaces"));
        assert_eq!(nearest("treshold", known), Some("thresholds"));
        assert_eq!(nearest("exclude-namespaces", known), Some("excludeNamespaces"));
        assert_eq!(nearest("colour", known), None);
    }
}

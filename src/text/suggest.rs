//! Suggestions for a misspelt word: a key, a check, a profile.

/// The likeness above which a word is suggested: higher than that of words which only share some letters.
const NEAR: f64 = 0.8;

/// Returns how similar two words are, from 0 to 1, regardless of case and separators.
fn likeness(a: &str, b: &str) -> f64 {
    let plain = |word: &str| word.to_lowercase().replace(['-', '_'], "");
    strsim::jaro(&plain(a), &plain(b))
}

/// Returns the known word that is most similar to a misspelt one, if any is similar.
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    best(wrong, known, |_| false)
}

/// The same for names of which a part is given: every name that contains the part is similar.
pub fn nearest_holding<'a>(part: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let part_only = part.trim_matches(['*', '?', ' ']);
    best(part, known, |word| !part_only.is_empty() && word.contains(part_only))
}

fn best<'a>(
    wrong: &str,
    known: impl IntoIterator<Item = &'a str>,
    near: impl Fn(&str) -> bool,
) -> Option<&'a str> {
    let ranked = known.into_iter().map(|word| (likeness(wrong, word), word));
    ranked
        .filter(|(likeness, word)| *likeness > NEAR || near(word))
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, word)| word)
}

/// Returns `did you mean "thresholds"?`.
pub fn did_you_mean(word: &str) -> String {
    format!("did you mean \"{word}\"?")
}

/// Returns `did you mean "thresholds"?`, or a list of the known words if none is similar.
pub fn suggestion(wrong: &str, known: &[&str]) -> Option<String> {
    match nearest(wrong, known.iter().copied()) {
        Some(word) => Some(did_you_mean(word)),
        None if known.is_empty() => None,
        None => Some(format!("known: {}", known.join(", "))),
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
        for (wrong, known) in [("1e2", "1"), ("exit", "Evicted"), ("", "skip")] {
            assert_eq!(nearest(wrong, [known]), None, "{wrong}");
        }
    }

    #[test]
    fn a_part_of_a_name_is_enough() {
        let known = ["pod-oom-killed", "pod-leftover", "node-pressure"];
        assert_eq!(nearest_holding("oom", known), Some("pod-oom-killed"));
        assert_eq!(nearest_holding("pod-leftovers", known), Some("pod-leftover"));
        for part in ["zebra", "", "*", " "] {
            assert_eq!(nearest_holding(part, known), None, "{part}");
        }
    }
}

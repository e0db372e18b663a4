//! What is wrong with a profile file: where, and what.

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

/// A text without what follows the host of an address in it: the address of a webhook is a secret, wherever somebody
/// has written it by mistake.
pub(super) fn without_secrets(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        let end = after.find(|c: char| c.is_whitespace() || "\"'`".contains(c)).unwrap_or(after.len());
        let (address, tail) = after.split_at(end);
        let host = address.split(['/', '?', '#', '\\']).next().unwrap_or_default();
        out.extend([before, "://", host.rsplit('@').next().unwrap_or_default()]);
        if host.len() < address.len() {
            out.push_str("/…");
        }
        rest = tail;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_address_only_the_host_is_told() {
        for (text, told) in [
            (
                "unknown key \"https://hooks.example.com/T0/B0/xyz\" here",
                "unknown key \"https://hooks.example.com/…\" here",
            ),
            ("https://u:p@h:1/x", "https://h:1/…"),
            ("http://h?key=x and https://i", "http://h/… and https://i"),
            ("begins with https:// or http://", "begins with https:// or http://"),
        ] {
            assert_eq!(without_secrets(text), told);
        }
    }
}

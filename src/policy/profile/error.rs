//! The errors of a profile file.

use std::fmt::{self, Display};

/// Why a profile cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The file, with line and column if known: `config.yaml:12:5`.
    pub place: String,
    /// The problem.
    pub text: String,
    /// How to fix it, if known.
    pub hint: Option<String>,
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.text)
    }
}

/// Removes the parts of addresses that follow the host: the address of a webhook is a secret, also in a wrong place of the
/// file.
pub(crate) fn without_secrets(text: &str) -> String {
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
    fn only_the_host_of_an_address_is_shown() {
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

//! Passwords next to their users: `auth=('admin', '…')`, `login/password: admin / …`.

use super::key::Key;
use super::plain::{at, between, is_space, skip_most, window, window_before};
use super::word::{continues, is_placeholder};
use super::{HIDDEN, extent};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// Two texts between brackets.
static TWO: LazyLock<Regex> = LazyLock::new(|| {
    super::rule::compiled(
        r#"\A[(\[]\s{0,4}\\{0,2}["']([^"'\s\\]{1,64})\\{0,2}["']\s{0,4},\s{0,4}\\{0,2}["']([^"'\n\\]{1,128})\\{0,2}["']\s{0,4}[)\]]"#,
    )
});

/// Returns the second of two texts: `auth=('admin', '…')`.
pub(super) fn second(text: &str, key: &Key, position: usize) -> Option<Range<usize>> {
    let name = key.name.to_ascii_lowercase();
    let is_login = ["auth", "credentials", "creds", "login"].iter().any(|end| name.ends_with(end));
    if !is_login || !b"([".contains(&at(text, position)) {
        return None;
    }
    let found = TWO.captures(window(text, position, 240))?;
    let part = found.get(2)?;
    (!is_placeholder(part.as_str())).then(|| position + part.start()..position + part.end())
}

/// Extends a word to the password after it, if the key names the user and the password: `user/password: admin / …`.
pub(super) fn with_password(text: &str, key: &Key, word: Range<usize>) -> Range<usize> {
    let before = window_before(text, key.start, 24).to_ascii_lowercase();
    let joined = ["/", ":", " or ", " and ", " & "];
    let names_user = joined.iter().any(|join| {
        let user = before.strip_suffix(join).unwrap_or_default();
        ["user", "username", "login", "account", "email", "name"].iter().any(|name| user.ends_with(name))
    });
    let is_foreign =
        ["帳號", "账号", "帐号", "用户名", "使用者", "用户"].iter().any(|name| before.ends_with(name));
    if !names_user && !is_foreign {
        return word;
    }
    let mark = skip_most(text, word.end, 4, is_space);
    let value = skip_most(text, mark + 1, 4, is_space);
    if !b"/,:".contains(&at(text, mark)) || value >= text.len() {
        return word;
    }
    let next = extent::bare(text, value);
    let said = between(text, next.start, next.end);
    if said.is_empty() || continues(said) || said.starts_with(HIDDEN) { word } else { word.start..next.end }
}

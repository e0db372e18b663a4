//! Credentials in addresses: `scheme://user:password@host`, and the data source names of databases.

use super::plain::{at, before, between, from, skip, skip_most, window, window_before};
use super::word::{is_drawn, is_placeholder};
use std::ops::Range;

/// Places in addresses.
pub(super) const TRIGGERS: &[&str] = &["://", "@", "oracle:thin:"];

/// The longest user and password.
const LONGEST: usize = 256;

/// Returns the credential of an address at a trigger.
pub(super) fn credential(text: &str, trigger: &str, start: usize, end: usize) -> Option<Range<usize>> {
    match trigger {
        "://" => of_url(text, start, end),
        "@" => of_name(text, start),
        _ => oracle(text, end),
    }
}

/// Returns the password of a URL, or its user if that is a token.
fn of_url(text: &str, scheme_end: usize, start: usize) -> Option<Range<usize>> {
    let window = window(text, start, LONGEST);
    let line = window.split(['\n', '\r']).next().unwrap_or_default();
    let user =
        line.find([':', '@', '/', '?', '#', ' ', '"', '\'', '<', '>', '\\', ')', ',']).unwrap_or(line.len());
    match at(line, user) {
        b'@' => {
            let name = between(line, 0, user);
            is_token(text, scheme_end, name).then(|| start..start + user)
        }
        b':' => {
            let password = user + 1;
            let end = password_end(line, password, is_web(text, scheme_end));
            let Some(end) = end else { return long_password(text, start + password, line.len() - password) };
            let value = between(line, password, end);
            // Some servers take the token as the user.
            if user > 0 && ["", "x-oauth-basic", "x-access-token"].contains(&value) {
                return Some(start..start + end);
            }
            (!is_placeholder(value)).then(|| start + password..start + end)
        }
        _ => None,
    }
}

/// The longest token that is used as a password.
const LONGEST_TOKEN: usize = 8192;

/// Returns a password that is longer than the window. Only a token is that long. No character of it begins another address, so
/// no text is read twice.
fn long_password(text: &str, start: usize, near: usize) -> Option<Range<usize>> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%+=".contains(&byte);
    let is_whole = between(text, start, start + near).bytes().all(is_token);
    if !is_whole || near < LONGEST / 2 {
        return None;
    }
    let end = skip_most(text, start, LONGEST_TOKEN, is_token);
    (at(text, end) == b'@' && is_host(from(text, end + 1))).then_some(start..end)
}

/// Whether the scheme is that of the web, where an `@` may be in a path.
fn is_web(text: &str, scheme_end: usize) -> bool {
    let scheme = window_before(text, scheme_end, 6);
    scheme.ends_with("http") || scheme.ends_with("https") || scheme.ends_with("ws") || scheme.ends_with("wss")
}

/// Whether the user of a URL without a password is a token.
fn is_token(text: &str, scheme_end: usize, name: &str) -> bool {
    let has_digit = name.bytes().any(|byte| byte.is_ascii_digit());
    name.len() > 15 || is_drawn(name) && (is_web(text, scheme_end) || has_digit && name.len() > 11)
}

/// The position of the `@` that ends a password which begins at a position.
fn password_end(line: &str, start: usize, is_web: bool) -> Option<usize> {
    let rest = from(line, start);
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    // A port, and what follows it.
    let is_port = digits > 0
        && digits < 6
        && !matches!(at(rest, digits), b'@')
        && !at(rest, digits).is_ascii_alphanumeric();
    let word = rest.split([' ', '\t']).next().unwrap_or_default();
    if rest.starts_with([' ', '"', '\'', '{', '%', '$', '<']) && !word.contains('@')
        || rest.starts_with("//")
        || rest.starts_with(' ')
    {
        return None;
    }
    if is_port && (is_web || !word.contains('@') || at(rest, digits) != b'/') {
        return None;
    }
    let in_word = word.rmatch_indices('@').map(|(at, _)| at).find(|at| is_host(from(word, at + 1)));
    let query = word.find('?').unwrap_or(word.len());
    let before_query =
        between(word, 0, query).rmatch_indices('@').map(|(at, _)| at).find(|at| is_host(from(word, at + 1)));
    let local = || word.rfind('@').filter(|at| !is_web && is_local(from(word, at + 1)));
    let beyond = || {
        let next = rest.find("://").unwrap_or(rest.len());
        let is_closed = word.ends_with(['"', '\'', ',', ')', ':']) || is_port;
        let found = between(rest, 0, next)
            .match_indices('@')
            .map(|(at, _)| at)
            .find(|at| is_host(from(rest, at + 1)));
        found.filter(|_| !is_closed && !word.contains('/'))
    };
    before_query.or(in_word).or_else(local).or_else(beyond).map(|at| start + at)
}

/// Whether a text begins with a path or a port, as after an address without a host.
fn is_local(text: &str) -> bool {
    text.is_empty() || text.starts_with('/') || at(text, 0) == b':' && at(text, 1).is_ascii_digit()
}

/// Whether a text begins with a host: letters or digits, and then what may follow a host.
fn is_host(text: &str) -> bool {
    let end = if at(text, 0) == b'[' {
        text.find(']').map_or(0, |end| end + 1)
    } else if ["tcp(", "unix(", "${", "{{", "$"].iter().any(|begin| text.starts_with(begin)) {
        return true;
    } else {
        skip(text, 0, |byte| byte.is_ascii_alphanumeric() || b"-._%".contains(&byte) || byte > 0x7f)
    };
    end > 0
        && matches!(
            at(text, end),
            0 | b':'
                | b'/'
                | b'?'
                | b'#'
                | b' '
                | b'"'
                | b'\''
                | b','
                | b')'
                | b'>'
                | b'<'
                | b'\\'
                | b';'
                | b'|'
                | b'&'
                | b'='
                | b'!'
                | b']'
                | b'}'
                | b'`'
                | b'*'
        )
}

/// Returns the password of a data source name without a scheme: `user:password@tcp(host)`, `user/password@//host`.
fn of_name(text: &str, mark: usize) -> Option<Range<usize>> {
    let host = mark + 1;
    let left = window_before(text, mark, LONGEST);
    let word = left.rsplit([' ', '\t', '\n', '"', '\'', '=', '`', '(']).next().unwrap_or_default();
    let is_socket =
        ["tcp(", "tcp4(", "tcp6(", "unix("].iter().any(|begin| from(text, host).starts_with(begin));
    let start = if is_socket { left.len() - socket_user(left).len() } else { left.len() - word.len() };
    let word = between(left, start, left.len());
    let (index, mark_of_user) = word.char_indices().find(|(_, c)| *c == ':' || *c == '/')?;
    let user = between(word, 0, index);
    let value = between(word, index + 1, word.len());
    let is_user =
        !user.is_empty() && user.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-$#".contains(&byte));
    if !is_user || value.is_empty() || is_placeholder(value) || value.starts_with('/') {
        return None;
    }
    let fits =
        if mark_of_user == ':' { is_socket || is_server(text, host, value) } else { is_oracle(text, host) };
    fits.then(|| mark - value.len()..mark)
}

/// The user and the password before a socket: the password may have spaces and quotation marks.
fn socket_user(left: &str) -> &str {
    let colon = left.find(':').unwrap_or(0);
    let user = between(left, 0, colon);
    let start = user.rfind([' ', '\t', '\n', '"', '\'', '=', '`', '(']).map_or(0, |space| space + 1);
    from(left, start)
}

/// Whether a host with a port or a domain follows, and no digest.
fn is_server(text: &str, host: usize, value: &str) -> bool {
    let end = skip_most(text, host, 128, |byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
    let name = between(text, host, end);
    let digits = skip_most(text, end + 1, 8, |byte| byte.is_ascii_digit()) - end - 1;
    let has_port = at(text, end) == b':'
        && (2..6).contains(&digits)
        && !at(text, end + 1 + digits).is_ascii_alphanumeric();
    let is_digest = ["sha256", "sha512", "sha1", "md5"].contains(&name);
    let is_named =
        name.contains('.') && is_drawn(value) && !value.contains(['/', ':']) && !value.starts_with('v');
    !is_digest && end > host && (has_port || is_named)
}

/// Whether the address of an Oracle database follows.
fn is_oracle(text: &str, host: usize) -> bool {
    let rest = window(text, host, 100);
    let word = rest.split([' ', '\n', '"', '\'']).next().unwrap_or_default();
    let has_port = word.split(':').nth(1).is_some_and(|port| {
        let digits = port.bytes().take_while(u8::is_ascii_digit).count();
        (3..6).contains(&digits) && (matches!(at(port, digits), b'/' | 0) || word.matches(':').count() > 1)
    });
    word.starts_with("//")
        || has_port && !word.starts_with("sha")
        || word.starts_with("(DESCRIPTION")
        || word.starts_with("(description")
}

/// Returns the password after `jdbc:oracle:thin:user/`.
fn oracle(text: &str, end: usize) -> Option<Range<usize>> {
    let rest = window(text, end, LONGEST);
    let slash = rest.find('/').filter(|slash| !between(rest, 0, *slash).contains(['@', ' ', ':']))?;
    let close = rest.find('@').filter(|close| *close > slash + 1)?;
    (before(text, end) == b':').then(|| end + slash + 1..end + close)
}

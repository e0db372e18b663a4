//! Masks the variable parts of a line: numbers, times, addresses, ids, paths, quoted names.
//!
//! The code is written by hand instead of with regular expressions, because every error line passes through it.

/// The replacements of masked parts.
const NUMBER: &str = "<num>";
const HEX: &str = "<hex>";
const ID: &str = "<id>";
const ADDRESS: &str = "<ip>";
const TIME: &str = "<time>";
const PATH: &str = "<path>";
const URL: &str = "<url>";
/// The replacement of any other text.
pub(super) const ANY: &str = "<*>";

/// Longer words are masked as a whole.
const LONGEST: usize = 96;
/// The number of words in a pattern. Later words do not distinguish patterns.
pub(super) const WORDS: usize = 48;

/// Writes a text into `out` with single spaces between the words and variable parts masked.
pub(super) fn mask(text: &str, out: &mut String) {
    out.clear();
    for (index, word) in text.split_ascii_whitespace().enumerate() {
        if index == WORDS {
            break;
        }
        if index > 0 {
            out.push(' ');
        }
        mask_word(word, out);
    }
}

/// Returns a request path with numbers and names masked.
pub(super) fn route(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for (index, part) in path.split('/').take(12).enumerate() {
        if index > 0 {
            out.push('/');
        }
        let is_variable =
            part.len() > 40 || part.bytes().any(|byte| byte.is_ascii_digit() || b"%@=".contains(&byte));
        // API versions stay.
        let is_version =
            part.len() <= 3 && part.starts_with('v') && part.bytes().skip(1).all(|b| b.is_ascii_digit());
        out.push_str(if is_variable && !is_version { ANY } else { part });
    }
    out
}

/// Returns the common part of two words: the key if both have the same key, or a mask.
pub(super) fn between(word: &str, other: &str) -> String {
    match (word.split_once('='), other.split_once('=')) {
        (Some((key, _)), Some((same, _))) if key == same => format!("{key}={ANY}"),
        _ => ANY.to_owned(),
    }
}

fn mask_word(word: &str, out: &mut String) {
    let changes = |byte: u8| byte.is_ascii_digit() || b"/\"'=@\\".contains(&byte);
    if word.len() <= LONGEST && !word.bytes().any(changes) {
        out.push_str(word);
        return;
    }
    let core = word.trim_start_matches(['(', '[', '{', '<', '"', '\'', '\\']);
    let (open, core) = (word.get(..word.len() - core.len()).unwrap_or_default(), core);
    let inner = core.trim_end_matches([')', ']', '}', '>', '"', '\'', '\\', ',', ';', ':', '.', '!', '?']);
    let close = core.get(inner.len()..).unwrap_or_default();
    let is_quoted = open.ends_with(['"', '\'']) && close.contains(['"', '\'']);
    out.push_str(open);
    if !inner.is_empty() {
        if is_quoted || word.len() > LONGEST { out.push_str(ANY) } else { mask_core(inner, out) }
    }
    out.push_str(close);
}

fn mask_core(core: &str, out: &mut String) {
    if let Some((key, value)) = core.split_once('=') {
        let is_key =
            !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphabetic() || b"_.-".contains(&byte));
        if is_key && !core.contains("://") {
            out.push_str(key);
            out.push('=');
            mask_word(value, out);
            return;
        }
    }
    if core.contains("://") {
        return out.push_str(URL);
    }
    if core.contains('@') {
        return out.push_str(ANY);
    }
    let slashes = core.bytes().filter(|byte| *byte == b'/').count();
    let has_digit = core.bytes().any(|byte| byte.is_ascii_digit());
    if has_digit && let Some(mask) = whole(core) {
        return out.push_str(if mask == ADDRESS && core.contains(']') { "<ip>]" } else { mask });
    }
    if core.len() > 1 && core.starts_with('/') || slashes > 1 {
        out.push_str(PATH);
    } else if has_digit {
        mask_parts(core, out);
    } else {
        out.push_str(core);
    }
}

/// Returns the replacement of a word with digits, if all of it is one value.
fn whole(core: &str) -> Option<&'static str> {
    let bytes = core.as_bytes();
    if is_time(core) {
        Some(TIME)
    } else if is_number(bytes) {
        Some(NUMBER)
    } else if is_uuid(bytes) {
        Some(ID)
    } else if is_address(core) {
        Some(ADDRESS)
    } else if is_hex(bytes) {
        Some(HEX)
    } else {
        None
    }
}

/// Recognizes numbers with or without a unit: `12`, `-1.5`, `30s`, `1h2m3s`, `512MiB`, `99%`.
fn is_number(bytes: &[u8]) -> bool {
    let mut letters = 0;
    let begins = bytes.first().is_some_and(|byte| byte.is_ascii_digit() || b"+-#.$*".contains(byte));
    begins
        && bytes.iter().all(|byte| {
            letters = if byte.is_ascii_alphabetic() { letters + 1 } else { 0 };
            letters <= 3 && (byte.is_ascii_alphanumeric() || b"+-#.,%$*".contains(byte))
        })
        && is_measure(bytes)
}

/// Returns whether digits and units alternate: not so in `7d9f8c` and `3rd-party`.
fn is_measure(bytes: &[u8]) -> bool {
    let unit = |letters: &[u8]| {
        letters.is_empty()
            || matches!(
                letters,
                b"s" | b"m"
                    | b"h"
                    | b"d"
                    | b"ms"
                    | b"us"
                    | b"ns"
                    | b"B"
                    | b"b"
                    | b"k"
                    | b"K"
                    | b"M"
                    | b"G"
                    | b"KB"
                    | b"kB"
                    | b"MB"
                    | b"GB"
                    | b"KiB"
                    | b"MiB"
                    | b"GiB"
                    | b"Ki"
                    | b"Mi"
                    | b"Gi"
                    | b"min"
                    | b"sec"
                    | b"th"
                    | b"st"
                    | b"nd"
                    | b"rd"
                    | b"x"
                    | b"e"
            )
    };
    bytes.split(|byte| !byte.is_ascii_alphabetic()).all(unit)
}

/// Recognizes dates and times: `2025-12-26`, `02:00:00.123`, `26/Dec/2025:02:00:00`, `2025-12-26T02:00:00Z`.
fn is_time(core: &str) -> bool {
    let bytes = core.as_bytes();
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    let marks = bytes.iter().filter(|byte| b":-/".contains(byte)).count();
    let letters = bytes.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let known = bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b":-/.,+".contains(byte));
    let zone = letters == 0
        || letters <= 2 && bytes.iter().all(|byte| !byte.is_ascii_alphabetic() || b"TZ".contains(byte));
    let month = letters == 3 && bytes.get(2) == Some(&b'/');
    known
        && (zone || month)
        && marks >= 2
        && digits >= 4
        && bytes.first().is_some_and(u8::is_ascii_digit)
        && {
            // The longest part of a time is its fraction.
            bytes.split(|byte| !byte.is_ascii_digit()).all(|piece| piece.len() <= 9)
        }
}

fn is_uuid(bytes: &[u8]) -> bool {
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn is_hex(bytes: &[u8]) -> bool {
    let bare = bytes.strip_prefix(b"0x").or_else(|| bytes.strip_prefix(b"sha256:"));
    let digits = bare.unwrap_or(bytes);
    (bare.is_some() || digits.len() >= 8) && !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit)
}

/// Recognizes IPv4 and IPv6 addresses, with or without a port or prefix length.
fn is_address(core: &str) -> bool {
    let marks = core.bytes().fold((0, 0), |(dots, colons), byte| {
        (dots + u8::from(byte == b'.'), colons + u8::from(byte == b':'))
    });
    if marks.0 < 3 && marks.1 < 2 {
        return false;
    }
    let host = core.trim_start_matches('[');
    let (host, port) = host.rsplit_once([':', '/']).unwrap_or((host, "0"));
    let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let four = |host: &str| host.split('.').count() == 4 && host.parse::<std::net::Ipv4Addr>().is_ok();
    let six = |text: &str| text.matches(':').count() >= 2 && text.parse::<std::net::Ipv6Addr>().is_ok();
    is_port && four(host) || six(core) || is_port && six(host.trim_end_matches(']'))
}

/// Masks the parts of a name with digits, such as `worker-12`, and the random suffix after them.
fn mask_parts(core: &str, out: &mut String) {
    let is_mark = |c: char| !c.is_alphanumeric();
    let mut drawn = false;
    for piece in core.split_inclusive(is_mark) {
        let part = piece.trim_end_matches(is_mark);
        let mark = piece.get(part.len()..).unwrap_or_default();
        if part.bytes().any(|byte| byte.is_ascii_digit()) || drawn && !part.is_empty() {
            // One mask replaces `<*>-<*>`.
            if out.ends_with("<*>-") {
                out.truncate(out.len() - 1);
            } else {
                out.push_str(ANY);
            }
            drawn = mark == "-";
        } else {
            out.push_str(part);
            drawn = false;
        }
        out.push_str(mark);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_variable_parts_only() {
        for (text, masked) in [
            (
                "took 12ms for 3 of 5.5% (30s, 1h2m3s) 512MiB",
                "took <num> for <num> of <num> (<num>, <num>) <num>",
            ),
            ("dial tcp 10.0.0.1:5432: connect: refused", "dial tcp <ip>: connect: refused"),
            ("from [fd00::1]:443 and ::1 to 10.0.0.0/8", "from [<ip>] and <ip> to <ip>"),
            ("id 0b1c2d3e-1111-2222-3333-444455556666 gone", "id <id> gone"),
            ("at 0x7ffe12 commit 7d9f8c6b5d", "at <hex> commit <hex>"),
            ("at 2025-12-26T02:00:00.123Z 2025-12-26 02:00:00,123", "at <time> <time> <time>"),
            ("[26/Dec/2025:02:00:00 +0000]", "[<time> <num>]"),
            ("pod web-7d9f8c6b5-xkzqv of shop/web-0", "pod web-<*> of shop/web-<*>"),
            ("open \"/etc/x.conf\" and /var/run/a.sock", "open \"<*>\" and <path>"),
            ("GET https://a.example/x?y=1 failed", "GET <url> failed"),
            ("user=alice id=42 err=\"EOF\" to=a@b.example", "user=alice id=<num> err=\"EOF\" to=<*>"),
            ("either/or n/a don't", "either/or n/a don't"),
            ("磁碟 95% 已滿 🔴", "磁碟 <num> 已滿 🔴"),
            ("   ", ""),
        ] {
            let mut out = String::new();
            mask(text, &mut out);
            assert_eq!(out, masked, "{text}");
        }
        let mut out = String::new();
        mask(&"x".repeat(200), &mut out);
        assert_eq!(out, ANY);
        mask(&"a ".repeat(1000), &mut out);
        assert_eq!(out.split(' ').count(), WORDS);
    }
}

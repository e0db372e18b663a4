//! Words after the name of a secret that are not its value.

use super::HIDDEN;
use super::key::{Class, Key};

/// Words that continue a sentence, as in `secret "db" : not found`, `the password is wrong` and `token: unexpected status`.
const SENTENCE: &str = " a about above access account accounts after again all already also although an and any api app \
    application apply are as at auth authentication authorization bad basic be bearer because been before being between blank \
    both but by can cannot certificate change check checking client cluster column config configmap configured connect \
    connecting connection container context contains could couldn created creating credential credentials data database decode \
    decrypt default denied deny dial disabled does don during each empty enabled endpoint eof error errors even exceeded except exec \
    exist exists expected expiration expires expiry exit fail failed failing failure fetch field file find for forbidden format from get \
    getting given good has hash have header host how http https i/o if ignored illegal in incorrect \
    information insecure internal invalid is issue issuer it its json keep key keys kind lacks last length line list local \
    login lookup malformed manager match matches method mismatch missing mode must name names namespace needs never new no node \
    nobody none not now null of off ok old on once one only open operation optional or other our out over parse \
    parsing password path permission please pod policy post problem protected provider put read reading reference references refresh refused \
    request requires reset resource response retry retrying review rotation rpc same secret secrets see server service serviceaccount \
    serviceaccounts session set should signature signed since size so some state status still stored string strong such syntax \
    than that the their them then there they this through time timed timeout tls to token tokens too transport try trying type unable unauthenticated \
    unauthorized unavailable unchanged under undefined unexpected unit unknown unset until up update upstream use used user username uses using valid \
    validation value values verify version very via volume waiting want warning was weak were what when where which while who why will with \
    within without wrong x509 yet you your ";

/// Values that stand for a secret or for none.
const PLACEHOLDERS: &[&str] = &[
    "",
    "-",
    "changed",
    "disabled",
    "empty",
    "enabled",
    "expired",
    "false",
    "hidden",
    "invalid",
    "masked",
    "missing",
    "nil",
    "no",
    "none",
    "not-set",
    "null",
    "omitted",
    "redacted",
    "required",
    "secret:nil",
    "set",
    "true",
    "undefined",
    "unknown",
    "unset",
    "yes",
];

/// Whether a word continues a sentence.
pub(super) fn continues(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let is_letters = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    let first = word.split(['\'', '_', '-', '/']).next().unwrap_or_default();
    let lower = first.to_ascii_lowercase();
    // The words around it end the ones that are looked for.
    if lower.len() < 20
        && SENTENCE.contains(&format!(" {lower} "))
        && word.split(['\'', '_', '-', '/']).all(is_letters)
    {
        return true;
    }
    let is_small = is_letters(word) && word.bytes().skip(1).all(|byte| byte.is_ascii_lowercase());
    let is_errno = is_letters(word)
        && word.starts_with('E')
        && (4..=14).contains(&word.len())
        && word.bytes().all(|byte| byte.is_ascii_uppercase())
        && ERRNO.contains(&word);
    let ends = ["ed", "ing", "able", "ible", "less", "ment", "tion"];
    is_errno || is_small && word.len() > 5 && ends.iter().any(|end| word.ends_with(end))
}

/// Error numbers by name.
const ERRNO: &[&str] = &[
    "EACCES",
    "EADDRINUSE",
    "EAGAIN",
    "ECONNREFUSED",
    "ECONNRESET",
    "EEXIST",
    "EHOSTUNREACH",
    "EINVAL",
    "EISDIR",
    "ENOENT",
    "ENOSPC",
    "ENOTDIR",
    "ENOTFOUND",
    "EPERM",
    "EPIPE",
    "ETIMEDOUT",
];

/// Whether a value is none: it stands for another one or says that there is none.
pub(super) fn is_placeholder(value: &str) -> bool {
    let value = value.trim();
    let inside = value.trim_matches(|c: char| "<>[](){}.".contains(c));
    value.len() < 16 && PLACEHOLDERS.contains(&&*inside.to_ascii_lowercase())
        || value.contains(HIDDEN) && value.trim_matches(|c: char| !c.is_alphanumeric()).is_empty()
        || ["${", "$(", "{{", "%{", "<%"].iter().any(|begin| value.starts_with(begin))
            && value.ends_with(['}', ')', '>'])
        || value.len() > 2 && value.bytes().all(|byte| b"*x.".contains(&byte)) && !value.contains('x')
        || value.len() > 2 && value.bytes().all(|byte| byte == b'x' || byte == b'X')
}

/// Whether a value may be the secret of a key.
pub(super) fn is_secret(value: &str, key: &Key) -> bool {
    let value = value.trim();
    // A sentence in another script goes on.
    let has_letter =
        value.chars().any(char::is_alphanumeric) && value.is_char_boundary(1) && !value.starts_with('*');
    if is_placeholder(value)
        || value.starts_with(HIDDEN)
        || is_path(value)
        || key.class != Class::Password && is_file(value)
    {
        return false;
    }
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit() || b".,%".contains(&byte));
    match key.class {
        Class::Password if key.name.eq_ignore_ascii_case("pass") => !(is_number && value.len() < 4),
        Class::Password => true,
        Class::Secret => has_letter && !is_open(value, is_number, key),
        Class::Weak => {
            has_letter
                && (value.len() > 5 || is_number)
                && !is_open(value, is_number, key)
                && !is_dotted(value)
        }
    }
}

/// Whether the value of a token is a number, an address or the name of an object.
fn is_open(value: &str, is_number: bool, key: &Key) -> bool {
    let is_code = takes_number(key);
    let is_address = value.len() < 512
        && (value.starts_with("http://") || value.starts_with("https://"))
        && !value.contains(['?', '@']);
    is_number && !(is_code && value.len() > 3) || is_address || names_object(value)
}

/// Whether a value is the name of a file.
fn is_file(value: &str) -> bool {
    const ENDS: &[&str] =
        &[".pem", ".key", ".crt", ".cer", ".json", ".yaml", ".yml", ".txt", ".p12", ".jks", ".pub", ".conf"];
    value.len() < 256 && ENDS.iter().any(|end| value.ends_with(end))
}

/// Whether the values of a key are numbers: those of `otp` and `pin`.
pub(super) fn takes_number(key: &Key) -> bool {
    let name = key.name.to_ascii_lowercase();
    ["otp", "pin", "code"].iter().any(|one| name.ends_with(one))
}

/// Whether a value is a path of the system: `/var/run/secrets/token`.
fn is_path(value: &str) -> bool {
    const ROOTS: &[&str] = &[
        "/var/",
        "/etc/",
        "/run/",
        "/usr/",
        "/home/",
        "/opt/",
        "/tmp/",
        "/root/",
        "/mnt/",
        "/data/",
        "/secrets/",
        "/app/",
        "/srv/",
        "/proc/",
        "/dev/",
        "/secret/",
        "/vault/",
        "/config/",
    ];
    let ends = ["/app", "/srv", "/root", "/data", "/tmp", "/"];
    let is_plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte));
    is_plain && (ROOTS.iter().any(|root| value.starts_with(root)) || ends.contains(&value))
}

/// Whether a value is the name of an object with its namespace, or ends in a word for secrets: `shop/db`, `db-credentials`.
pub(super) fn names_object(value: &str) -> bool {
    const NOUNS: &[&str] = &[
        "auth",
        "cert",
        "certs",
        "config",
        "credentials",
        "creds",
        "env",
        "key",
        "keys",
        "password",
        "pull",
        "secret",
        "secrets",
        "tls",
        "token",
        "tokens",
    ];
    let is_label = |part: &str| {
        part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte))
            && part.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase())
    };
    let is_noun = |value: &str| {
        value.rsplit(['-', '.']).next().is_some_and(|last| NOUNS.contains(&last))
            && value.contains(['-', '.'])
    };
    match value.split_once('/') {
        Some((namespace, name)) => is_label(namespace) && is_label(name) && namespace.len() < 64,
        None => value.len() < 64 && is_label(value) && is_noun(value),
    }
}

/// Whether a word is the name of an object with a drawn part: `web-7d9f8c6b5-xkzqv`.
pub(super) fn is_object(word: &str) -> bool {
    let is_small = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-./".contains(&byte);
    let has_word = word
        .split(['-', '.', '/'])
        .any(|part| part.len() > 1 && part.bytes().all(|byte| byte.is_ascii_lowercase()));
    word.contains('-')
        && word.bytes().all(is_small)
        && has_word
        && word.split('-').all(|part| part.len() < 20)
}

/// Whether a value consists of lower-case words with marks between them: `node.kubernetes.io/not-ready`, `web-0`.
pub(super) fn is_dotted(value: &str) -> bool {
    let mut parts = value.split(['-', '.', '/', ':', '_']);
    let is_word = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_part = |part: &str| {
        part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) && part.len() < 20
    };
    parts.next().is_some_and(is_word) && parts.all(is_part)
}

/// Whether a word looks drawn: with digits and letters, with capitals inside, or long.
pub(super) fn is_drawn(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let any = |is: fn(&u8) -> bool| word.bytes().any(|byte| is(&byte));
    let has_letter = any(u8::is_ascii_alphabetic);
    let has_digit = any(u8::is_ascii_digit);
    let has_inner = word.bytes().skip(1).any(|byte| byte.is_ascii_uppercase());
    let is_shouted = word.len() > 5 && word.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_mixed = has_inner && any(u8::is_ascii_lowercase) && word.len() > 7;
    word.len() > 5 && (has_digit && has_letter || is_mixed)
        || is_shouted
        || word.len() > 23 && has_letter && !word.contains(['-', '.', '/'])
}

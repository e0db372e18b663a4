//! Words after the name of a secret that are not its value.

use super::HIDDEN;
use super::key::{Class, Key};

/// Words that continue a sentence, as in `secret "db" : not found`, `the password is wrong` and `token: unexpected status`.
const SENTENCE: &str = " a about above access account accounts after again all already also although an and any api app \
    application apply are as at auth authentication authorization bad basic be bearer because been before being between blank \
    both but by can cannot certificate change check checking client cluster column config configmap configured connect \
    connecting connection container context contains could couldn created creating credential credentials data database decode \
    decrypt default denied deny dial disabled does don during each edit empty enabled endpoint eof error errors even exceeded except exec \
    exist exists expected expiration expires expiry exit fail failed failing failure fetch field file find for forbidden format from get \
    getting given good has hash have header host how http https i/o if ignored illegal in incorrect \
    information insecure internal invalid is issue issuer it its json keep key keys kind lacks last length line list local \
    login lookup malformed manager match matches mechanism method mismatch missing mode must name names namespace needs never new no node \
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
    "filtered",
    "hidden",
    "invalid",
    "masked",
    "missing",
    "n/a",
    "nil",
    "no",
    "none",
    "not-set",
    "null",
    "object object",
    "off",
    "omitted",
    "protected",
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
    is_errno
        || is_fault(word)
        || lower.starts_with("http") && word.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("http/"))
        || is_small && word.len() > 5 && ends.iter().any(|end| word.ends_with(end))
}

/// Whether a word is the name of an exception: `BeanCreationException`.
fn is_fault(word: &str) -> bool {
    word.len() > 8
        && word.len() < 64
        && (word.ends_with("Exception") || word.ends_with("Error"))
        && word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'.')
}

/// Whether a word is a constant or a type of a program, as codes of errors are: `ERR_SSL_WRONG_VERSION`, `AccessDenied2`.
pub(super) fn is_constant(word: &str) -> bool {
    let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_shouted = word.contains('_')
        && word.split('_').all(|part| part.len() > 1 && part.bytes().all(|byte| byte.is_ascii_uppercase()));
    let mut pieces = word.split(|c: char| c.is_ascii_uppercase());
    let is_small = |piece: &str| piece.len() > 2 && piece.bytes().all(|byte| byte.is_ascii_lowercase());
    is_shouted || pieces.next() == Some("") && pieces.clone().count() > 1 && pieces.all(is_small)
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
        || is_directory(value, key)
    {
        return false;
    }
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit() || b".,%".contains(&byte));
    match key.class {
        Class::Password if key.name.eq_ignore_ascii_case("pass") => !(is_number && value.len() < 4),
        Class::Password => true,
        Class::Secret => has_letter && !is_open(value, is_number, key),
        Class::Weak if is_login(value, key) => true,
        Class::Weak => {
            has_letter
                && (value.len() > 5 || is_number)
                && !is_open(value, is_number, key)
                && !is_dotted(value)
                && !is_named_key(value, key)
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

/// Whether the value of a variable such as `BASIC_AUTH` is a user and a password. A number is a port.
fn is_login(value: &str, key: &Key) -> bool {
    let parts = value.split_once([':', '/']);
    let is_word = |part: &str| !part.is_empty() && !part.bytes().all(|byte| byte.is_ascii_digit());
    key.is_variable()
        && key.name.ends_with("AUTH")
        && parts.is_some_and(|(user, password)| is_word(user) && is_word(password))
}

/// Whether a value of `key` or `sid` is a name: of an object, of a secret that the next value belongs to, of a database.
fn is_named_key(value: &str, key: &Key) -> bool {
    let is_part = |part: &str| {
        part.len() < 20
            && part.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic())
            && part.bytes().skip(1).all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let is_date = value.matches('-').count() == 2
        && value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
        && value.len() == 10;
    let is_database = key.name.eq_ignore_ascii_case("sid")
        && value.len() < 13
        && value.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let is_object = value.contains('/') && value.split(['/', ':']).all(is_part);
    let is_key = key.name.to_ascii_lowercase().ends_with("key");
    is_database || is_key && (is_date || is_object || super::name::is_name_of_secret(value))
}

/// Whether the value of `PWD` is the directory that shells keep there.
fn is_directory(value: &str, key: &Key) -> bool {
    let is_pwd = ["pwd", "oldpwd"].iter().any(|name| key.name.eq_ignore_ascii_case(name));
    let is_part = |part: &str| part.bytes().all(|byte| byte.is_ascii_lowercase() || b"._-".contains(&byte));
    is_pwd && value.starts_with('/') && value.split('/').all(is_part)
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
        Some((namespace, name)) => {
            is_label(namespace) && name.split('/').all(is_label) && namespace.len() < 64
        }
        None if value.starts_with("sh.helm.release.v1.") => true,
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

//! What the name of a key says: whether it is one of a password, of another secret, or of something else.

use super::key::{Class, LONGEST};
use super::plain::is_name;

/// Last words of names that describe a secret but do not hold it: `secretName`, `token_ttl`.
const TAILS: &[&str] = &[
    "account",
    "age",
    "algorithm",
    "alg",
    "attempts",
    "auth",
    "cache",
    "change",
    "changed",
    "class",
    "client",
    "controller",
    "count",
    "created",
    "dir",
    "directory",
    "enabled",
    "encryption",
    "endpoint",
    "env",
    "err",
    "error",
    "errors",
    "expired",
    "expires",
    "expiration",
    "expiry",
    "field",
    "file",
    "filename",
    "files",
    "format",
    "func",
    "generator",
    "go",
    "group",
    "hint",
    "host",
    "id",
    "index",
    "interval",
    "issuer",
    "java",
    "kind",
    "kt",
    "lease",
    "len",
    "length",
    "level",
    "lifetime",
    "limit",
    "list",
    "manager",
    "method",
    "mode",
    "mount",
    "name",
    "names",
    "namespace",
    "ns",
    "number",
    "operator",
    "path",
    "period",
    "policy",
    "port",
    "prefix",
    "provider",
    "py",
    "rb",
    "realm",
    "ref",
    "reference",
    "refs",
    "renewal",
    "requests",
    "required",
    "retry",
    "review",
    "request",
    "response",
    "rotation",
    "rule",
    "ruleset",
    "scope",
    "seconds",
    "selector",
    "server",
    "service",
    "size",
    "source",
    "status",
    "stdin",
    "store",
    "suffix",
    "timeout",
    "ttl",
    "type",
    "unit",
    "uri",
    "url",
    "usage",
    "used",
    "user",
    "username",
    "version",
    "volume",
];

/// What makes a key one that is no secret.
const OPEN_KEYS: [&str; 22] = [
    "annotation",
    "cache",
    "column",
    "config",
    "dedup",
    "foreign",
    "group",
    "hash",
    "idempotency",
    "label",
    "lock",
    "lookup",
    "map",
    "message",
    "object",
    "partition",
    "primary",
    "public",
    "row",
    "shard",
    "sort",
    "topology",
];

/// Parts of names, without their marks, that are names of passwords.
const PASSWORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "passwort",
    "kennwort",
    "passkey",
    "passord",
    "passw0rd",
    "passwrd",
    "motdepasse",
    "contrasen",
    "wachtwoord",
    "salasana",
];

/// Parts of names, without their marks, that are names of secrets.
const SECRETS: &[&str] = &[
    "accesskey",
    "accountkey",
    "apikey",
    "authkey",
    "authorization",
    "clientkey",
    "connectionstring",
    "consumerkey",
    "cookie",
    "credential",
    "deploykey",
    "dockercfg",
    "dockerconfigjson",
    "encryptionkey",
    "keydata",
    "licensekey",
    "masterkey",
    "privatekey",
    "secret",
    "servicekey",
    "sessid",
    "sessionid",
    "sharedkey",
    "signingkey",
    "storagekey",
    "token",
];

/// Whether a value is itself the name of a secret. The secret follows it.
pub(super) fn is_name_of_secret(value: &str) -> bool {
    value.len() < LONGEST
        && value.bytes().all(is_name)
        && matches!(class(value), Some(Class::Password | Class::Secret))
}

/// Returns how much a name says; `None` if it is not one of a secret.
pub(super) fn class(name: &str) -> Option<Class> {
    let words = words(name);
    let last = words.last()?.trim_end_matches(|c: char| c.is_ascii_digit());
    let last = if last.is_empty() { words.iter().rev().nth(1).map_or("", String::as_str) } else { last };
    let joined: String = words.concat();
    let has = |part: &str| joined.contains(part);
    // Secrets for images are objects, which these keys name; a tokenizer splits words.
    if has("pullsecret") || has("tokeniz") {
        return None;
    }
    let is_id_of_secret = last == "id" && (has("secret") || has("sess"));
    let is_variable = words.len() > 1 && !name.bytes().any(|byte| byte.is_ascii_lowercase());
    if last == "auth" && is_variable {
        return Some(Class::Weak);
    }
    if TAILS.contains(&last) && !is_id_of_secret && joined != last {
        return None;
    }
    if last == "pat" && is_variable {
        return Some(Class::Secret);
    }
    let is = |one: &str| words.iter().any(|word| word == one);
    if PASSWORDS.iter().any(|part| has(part)) || is_password(last) {
        return Some(Class::Password);
    }
    let is_code = last == "code"
        && ["otp", "verification", "auth", "mfa", "2fa", "pass", "pin", "security", "login", "access"]
            .iter()
            .any(|part| has(part));
    if is_code
        || SECRETS.iter().any(|part| has(part))
        || ["jwt", "otp", "totp", "creds", "bearer", "psk", "hmac"].iter().any(|one| is(one))
    {
        return Some(Class::Secret);
    }
    let is_key = (joined == "key" || last != "key" || words.len() > 1)
        && (last.ends_with("key") || last == "keys")
        && !OPEN_KEYS.iter().any(|open| has(open))
        && !["monkey", "turkey", "hotkey", "whiskey", "donkey", "hockey"].contains(&last);
    let is_weak = is_key || ["auth", "sid", "session", "sess", "sig", "signature", "pin"].contains(&last);
    is_weak.then_some(Class::Weak)
}

/// Whether a word alone is the name of a password.
fn is_password(word: &str) -> bool {
    let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let ends = word.ends_with("pass")
        && !["bypass", "compass", "encompass", "trespass", "surpass", "pass"].contains(&word);
    ends || word.ends_with("pwd")
        || word.ends_with("pw") && word.len() < 12 && !["getpw", "setpw", "chpw"].contains(&word)
        || [
            "pass", "pswd", "psw", "pword", "parol", "senha", "passw", "mdp", "clave", "haslo", "heslo",
            "sifre",
        ]
        .contains(&word)
}

/// The words of a name in lower case: `dbPassword` and `DB_PASSWORD` are `db`, `password`.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut is_small) = (String::new(), false);
    for c in name.chars() {
        let begins = c.is_ascii_uppercase() && is_small || !c.is_ascii_alphanumeric();
        if begins && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_ascii_alphanumeric() {
            word.push(c.to_ascii_lowercase());
        }
        is_small = c.is_ascii_lowercase() || c.is_ascii_digit();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

//! The names of secrets: `password`, `DB_PASS`, `apiKey`, `x-auth-token`.

use super::plain::{at, before, between, is_name, skip_most};

/// The parts of names that may make them names of secrets. [`Key`] judges the whole name.
pub(super) const PARTS: &[&str] = &[
    "auth",
    "bearer",
    "code",
    "connectionstring",
    "cookie",
    "cred",
    "dockercfg",
    "dockerconfigjson",
    "jwt",
    "key",
    "kennwort",
    "otp",
    "pass",
    "pin",
    "psk",
    "psw",
    "pw",
    "secret",
    "sess",
    "sid",
    "sig",
    "token",
    "parol",
    "senha",
    "hmac",
];

/// Names of secrets in other scripts, which have no word boundaries.
pub(super) const FOREIGN: &[&str] = &[
    "密碼",
    "密码",
    "口令",
    "金鑰",
    "密鑰",
    "密钥",
    "令牌",
    "權杖",
    "驗證碼",
    "验证码",
    "暗証番号",
    "パスワード",
    "비밀번호",
    "암호",
    "пароль",
    "Пароль",
    "contraseña",
    "Contraseña",
    "mot de passe",
];

/// How much a name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// A password: any value is one.
    Password,
    /// A token or another secret: names of objects and numbers are none.
    Secret,
    /// A word with other meanings: `key`, `auth`, `sid`. The value must look like a secret.
    Weak,
}

/// The name of a secret in a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key<'t> {
    /// Its first byte, without the dashes of a flag.
    pub(super) start: usize,
    /// The byte after it.
    pub(super) end: usize,
    pub(super) name: &'t str,
    pub(super) class: Class,
    /// Whether it is a flag: `--password`.
    pub(super) is_flag: bool,
    pub(super) is_foreign: bool,
}

/// Longer names are cut.
const LONGEST: usize = 80;

impl<'t> Key<'t> {
    /// Returns the key around a position, if the name there is one of a secret, and where that name ends.
    pub(super) fn around(text: &'t str, position: usize) -> (Option<Self>, usize) {
        let is_part = |byte: &u8| is_name(*byte);
        let left = text.as_bytes().get(position.saturating_sub(LONGEST)..position).unwrap_or_default();
        let mut start = position - left.iter().rev().take_while(|byte| is_part(byte)).count();
        let end = skip_most(text, position, LONGEST, is_name);
        let full = start;
        start = skip_most(text, start, position - start, |byte| b"-.".contains(&byte));
        // The letter of an escaped line break or tab.
        if before(text, start) == b'\\' && b"nrt".contains(&at(text, start)) && start < position {
            start += 1;
        }
        let stop = start + between(text, start, end).trim_end_matches(['-', '.']).len();
        let name = between(text, start, stop);
        let is_flag = start > full && at(text, full) == b'-';
        let class = class(name).filter(|_| !is_object_of_sentence(text, start, stop));
        let key = class.map(|class| Self { start, end: stop, name, class, is_flag, is_foreign: false });
        (key, end)
    }

    /// Returns the key of a name in another script.
    pub(super) fn foreign(text: &'t str, start: usize, end: usize) -> Self {
        let name = between(text, start, end);
        Self { start, end, name, class: Class::Password, is_flag: false, is_foreign: true }
    }

    /// Whether it is in capitals, as variables of the environment.
    pub(super) fn is_variable(&self) -> bool {
        self.name.len() > 3 && !self.name.bytes().any(|byte| byte.is_ascii_lowercase())
    }
}

/// Whether a name between quotation marks follows a word, as the name of an object does: `volume "db-password" is …`.
fn is_object_of_sentence(text: &str, start: usize, end: usize) -> bool {
    let mark = before(text, start);
    let before_mark = start.saturating_sub(2);
    let follows = at(text, before_mark) == b' ' && before(text, before_mark).is_ascii_alphanumeric()
        || at(text, before_mark) == b'=' && at(text, end + 1) == b':';
    start > 2 && mark == b'"' && at(text, end) == mark && follows
}

/// Last words of names that are about a secret and are none: `secretName`, `token_ttl`.
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
    "group",
    "hint",
    "host",
    "id",
    "index",
    "interval",
    "issuer",
    "kind",
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
const OPEN_KEYS: [&str; 19] = [
    "annotation",
    "cache",
    "column",
    "config",
    "foreign",
    "group",
    "hash",
    "idempotency",
    "label",
    "lock",
    "lookup",
    "map",
    "object",
    "partition",
    "primary",
    "public",
    "row",
    "sort",
    "topology",
];

/// Parts of names, without their marks, that are names of passwords.
const PASSWORDS: [&str; 7] =
    ["password", "passwd", "passphrase", "passcode", "passwort", "kennwort", "passkey"];

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

/// Returns how much a name says; `None` if it is not one of a secret.
fn class(name: &str) -> Option<Class> {
    let words = words(name);
    let last = words.last()?.trim_end_matches(|c: char| c.is_ascii_digit());
    let last = if last.is_empty() { words.iter().rev().nth(1).map_or("", String::as_str) } else { last };
    let joined: String = words.concat();
    let has = |part: &str| joined.contains(part);
    let is_id_of_secret = last == "id" && (has("secret") || has("sess"));
    if TAILS.contains(&last) && !is_id_of_secret && joined != last {
        return None;
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
        || ["pass", "pw", "pswd", "psw", "pword", "parol", "senha", "passw"].contains(&word)
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

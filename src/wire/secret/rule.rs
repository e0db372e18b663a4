//! Credentials whose form is more than a prefix: each a trigger, and a pattern that begins there.

use super::plain::{before, window, window_before};
use super::word::{continues, is_constant, is_drawn, is_object, is_placeholder};
use regex::Regex;
use std::ops::Range;
use std::sync::OnceLock;

/// What else must be true of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Also {
    /// Nothing.
    Any,
    /// It is not a word of a sentence.
    Value,
    /// It looks drawn.
    Drawn,
    /// It looks drawn and is not the code of an error.
    Code,
    /// It is the password of a user, and no port or group.
    Login,
    /// It is a value, and the name of a secret is near.
    Named,
    /// It is a value, and one of these commands is before it in the line.
    After(&'static [&'static str]),
}

/// A trigger, and what follows it. The first group is hidden, without groups the whole match.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) trigger: &'static str,
    pattern: &'static str,
    also: Also,
    compiled: OnceLock<Regex>,
}

/// The longest text that a pattern is tried on.
const LONGEST: usize = 600;

const fn rule(trigger: &'static str, pattern: &'static str, also: Also) -> Rule {
    Rule { trigger, pattern, also, compiled: OnceLock::new() }
}

pub(super) const fn any(trigger: &'static str, pattern: &'static str) -> Rule {
    rule(trigger, pattern, Also::Any)
}

pub(super) const fn value(trigger: &'static str, pattern: &'static str) -> Rule {
    rule(trigger, pattern, Also::Value)
}

pub(super) const fn drawn(trigger: &'static str, pattern: &'static str) -> Rule {
    rule(trigger, pattern, Also::Drawn)
}

pub(super) const fn after(
    trigger: &'static str,
    pattern: &'static str,
    commands: &'static [&'static str],
) -> Rule {
    rule(trigger, pattern, Also::After(commands))
}

pub(super) const fn login(trigger: &'static str, pattern: &'static str) -> Rule {
    rule(trigger, pattern, Also::Login)
}

pub(super) const fn named(trigger: &'static str, pattern: &'static str) -> Rule {
    rule(trigger, pattern, Also::Named)
}

/// The hash of a password with its scheme, as LDAP stores it.
const STORED: &str = r"\A\{(?:SHA|SSHA|SHA256|SSHA256|SHA512|SSHA512|MD5|SMD5|CRYPT|crypt|bcrypt|PBKDF2[A-Z0-9-]*|ARGON2)\}([A-Za-z0-9./$=,+_-]{8,})";

/// A code that is sent to a person.
const CODE: &str = r#"(?i)\A\S+ code(?:\s+is)?\s*[:=]?\s*["']?([0-9]{4,8})\b"#;

pub(super) static RULES: [Rule; 72] = [
    // Addresses that are secrets: webhooks of chats and others.
    any("hooks.slack.com/", r"\Ahooks\.slack\.com/(?:services|workflows|triggers)/([^\s\x22'<>]+)"),
    any("hooks.slack-gov.com/", r"\Ahooks\.slack-gov\.com/(?:services|workflows|triggers)/([^\s\x22'<>]+)"),
    drawn("/api/webhooks/", r"\A/api/(?:v\d+/)?webhooks/([^\s\x22'<>]{10,})"),
    any("webhook.office.com/", r"\Awebhook\.office\.com/([^\s\x22'<>]+)"),
    any("outlook.office.com/webhook/", r"\Aoutlook\.office\.com/webhook/([^\s\x22'<>]+)"),
    any("/cgi-bin/webhook/send?key=", r"\A/cgi-bin/webhook/send\?key=([^\s\x22'<>&]+)"),
    any("/robot/send?access_token=", r"\A/robot/send\?access_token=([^\s\x22'<>&]+)"),
    any("/open-apis/bot/", r"\A/open-apis/bot/(?:v2/)?hook/([^\s\x22'<>]+)"),
    any(
        "chat.googleapis.com/v1/spaces/",
        r"\Achat\.googleapis\.com/v1/spaces/[^\s\x22'<>?]+\?([^\s\x22'<>]+)",
    ),
    any("/bot", r"\A/bot(\d{5,16}:[A-Za-z0-9_-]{20,})"),
    any("hooks.zapier.com/hooks/", r"\Ahooks\.zapier\.com/hooks/(?:catch|standard)/([^\s\x22'<>]+)"),
    any(
        "maker.ifttt.com/trigger/",
        r"\Amaker\.ifttt\.com/trigger/[^\s/]+/(?:json/)?with/key/([^\s\x22'<>]+)",
    ),
    any("events.pagerduty.com/integration/", r"\Aevents\.pagerduty\.com/integration/([^\s\x22'<>/]+)"),
    drawn("/hooks/", r"\A/hooks/([A-Za-z0-9]{17,}(?:/[A-Za-z0-9]{20,})?)"),
    any("hc-ping.com/", r"\Ahc-ping\.com/([^\s\x22'<>]{16,})"),
    // Headers without their name.
    rule("bearer ", r#"(?i)\Abearer\s+["']?([A-Za-z0-9._~+/:|-]{6,}={0,2})"#, Also::Drawn),
    rule("basic ", r"(?i)\Abasic\s+([A-Za-z0-9+/_-]{6,}={0,2})", Also::Drawn),
    rule("negotiate ", r"(?i)\Anegotiate\s+([A-Za-z0-9+/]{16,}={0,2})", Also::Drawn),
    rule("ntlm ", r"(?i)\Antlm\s+([A-Za-z0-9+/]{16,}={0,2})", Also::Drawn),
    rule("token ", r"(?i)\Atoken\s+([A-Za-z0-9._-]{16,})", Also::Drawn),
    rule("apikey ", r"(?i)\Aapikey\s+([A-Za-z0-9._:+/=-]{8,})", Also::Drawn),
    any("aws4-hmac-sha256 ", r"(?i)\Aaws4-hmac-sha256\s+(credential=.*)"),
    any("aws4-ecdsa-p256-sha256 ", r"(?i)\Aaws4-ecdsa-p256-sha256\s+(credential=.*)"),
    any("digest ", r"(?i)\Adigest\s+((?:username|realm|nonce|response|qop)=.*)"),
    any("oauth ", r"(?i)\Aoauth\s+((?:oauth_|realm=).*)"),
    any("hawk ", r"(?i)\Ahawk\s+((?:id|mac|ts)=.*)"),
    rule("code=", r"\A[Cc]ode=([A-Za-z0-9._/~-]{10,})", Also::Code),
    // Codes that are sent to a person.
    any("2fa code", CODE),
    any("mfa code", CODE),
    any("verification code", CODE),
    any("login code", CODE),
    any("security code", CODE),
    any("one-time code", CODE),
    any("otp code", CODE),
    any("confirmation code", CODE),
    any("access code", CODE),
    any("authentication code", CODE),
    // Notes of people: after a dash, in the row of a table, with the user before it.
    drawn("password - ", r#"(?i)\A\w+ -\s+["'`]?([^\s"'`]+)"#),
    drawn("password |", r"(?i)\A\w+ \|\s*([^\s|]+)\s*(?:\||$)"),
    drawn(
        "credentials ",
        r#"(?i)\Acredentials\s+[a-z0-9_-]{2,32}(?:@[a-z0-9.-]+)?:([^\s"',)/]+)(?:[\s"',)]|$)"#,
    ),
    // Databases.
    value(
        "identified ",
        r#"(?i)\Aidentified\s+(?:with\s+\S{1,40}\s+)?(?:by|as|using)\s+(?:password\s+|values\s+)?(\\?'(?:[^'\\]|''|\\[^'])*|\\?"(?:[^"\\]|\\[^"])*|[^\s'";,]+)"#,
    ),
    value("requirepass ", r#"(?i)\Arequirepass\s+["']?([^\s"']+)"#),
    value("masterauth ", r#"(?i)\Amasterauth\s+["']?([^\s"']+)"#),
    value("auth ", r#"\AAUTH\s+(?:(?:PLAIN|LOGIN|XOAUTH2|CRAM-MD5|NTLM|default)\s+)?["']?([^\s"',;]+)"#),
    value("auth\" ", r#"\A(?:AUTH|auth)"\s+(?:"[^"\s]+"\s+)?"([^"]+)"#),
    any(":5432:", r"\A:5432:[^:\s]+:[^:\s]+:(\S+)"),
    any(":*:", r"\A:\*:[^:\s]+:[^:\s]+:(\S+)"),
    any("machine ", r"\Amachine\s+\S+\s+(?:login\s+\S+\s+)?(?:account\s+\S+\s+)?password\s+(\S+)"),
    any("login ", r"\Alogin\s+\S+\s+(?:account\s+\S+\s+)?password\s+(\S+)"),
    value("pgpassword=", r#"(?i)\Apgpassword=["']?([^\s"']+)"#),
    // Commands.
    any("sqlplus ", r"\Asqlplus\s+(?:-\S+\s+)*[^\s/@]+/([^\s@]+)"),
    any("htpasswd -", r"\Ahtpasswd\s+-\S*b\S*\s+\S+\s+\S+\s+(\S+)"),
    after(" -p", r#"\A -p((?:"[^"]*"|'[^']*'|[^\s"'])[^\s"']*)"#, &["mysql", "mariadb"]),
    after(" -a", r#"\A -a[ =]*("[^"]*"|'[^']*'|[^\s-]\S*)"#, &["redis-cli"]),
    after(" -w", r#"\A -w[ =]*("[^"]*"|'[^']*'|[^\s-]\S*)"#, &["ldap"]),
    value("-storepass ", r#"\A-storepass\s+("[^"]*"|'[^']*'|\S+)"#),
    value("-keypass ", r#"\A-keypass\s+("[^"]*"|'[^']*'|\S+)"#),
    value("vault login ", r"\Avault login\s+(?:-\S+\s+)*([A-Za-z0-9._-]{8,})"),
    rule("-u", r#"\A-u[\s=]*["']?[^\s:"']{1,64}:([^\s"']+(?:\s[^\s"'-][^"'\n]{0,60}["'])?)"#, Also::Value),
    rule("--user", r#"\A--user[\s=]+["']?[^\s:"']{1,64}:([^\s"']+)"#, Also::Value),
    rule("--proxy-user", r#"\A--proxy-user[\s=]+["']?[^\s:"']{1,64}:([^\s"']+)"#, Also::Value),
    value("\"-u\"", r#"\A"-u"\s*,\s*"[^":]{1,64}:([^"]+)"#),
    // Hashes of passwords.
    any(
        "$",
        r"\A\$(?:apr1|1|2[abxy]|5|6|7|y|gy|argon2[a-z]*|pbkdf2[a-z0-9-]*|scrypt)\$[A-Za-z0-9./$=,+_-]{8,}",
    ),
    any("{sha", STORED),
    any("{ssha", STORED),
    any("{md5}", STORED),
    any("{smd5}", STORED),
    any("{crypt}", STORED),
    any("{bcrypt}", STORED),
    any("{pbkdf2", STORED),
    any("{argon2}", STORED),
    any("scram-sha-", r"(?i)\Ascram-sha-(?:1|256|512)\$[0-9]+:([A-Za-z0-9+/=$:]{20,})"),
];

impl Rule {
    /// Returns the credential at a position.
    pub(super) fn credential(&self, text: &str, start: usize) -> Option<Range<usize>> {
        let is_word = self.trigger.starts_with(|c: char| c.is_ascii_alphanumeric());
        if is_word && before(text, start).is_ascii_alphanumeric()
            || self.trigger.starts_with('-') && !is_free(before(text, start))
        {
            return None;
        }
        if let Also::After(commands) = self.also
            && !follows(text, start, commands)
        {
            return None;
        }
        let pattern = self.compiled.get_or_init(|| compiled(self.pattern));
        let found = pattern.captures(window(text, start, LONGEST))?;
        let part = found.get(1).or_else(|| found.get(0))?;
        let word = part.as_str();
        let fits = match self.also {
            Also::Any => true,
            Also::Value | Also::After(_) => {
                !continues(word) && !is_user(word, found.get(0).map_or("", |all| all.as_str()))
            }
            Also::Drawn => is_drawn(word) && !continues(word) && !is_object(word),
            Also::Login => is_password(word, found.get(0).map_or("", |all| all.as_str())),
            Also::Named => !continues(word) && is_near_name(text, start),
            Also::Code => is_drawn(word) && !is_constant(word) && !is_object(word),
        };
        (fits && !is_placeholder(word.trim_matches(['"', '\''])))
            .then(|| start + part.start()..start + part.end())
    }
}

/// Whether one of some commands is before a position in its line.
fn follows(text: &str, start: usize, commands: &[&str]) -> bool {
    let line = window_before(text, start, 200).rsplit('\n').next().unwrap_or_default();
    commands.iter().any(|command| line.contains(command))
}

/// Whether a word after a user is a password: not a port, not a word of a sentence, and not a user of the system.
fn is_password(word: &str, all: &str) -> bool {
    let has_letter = word.bytes().any(|byte| byte.is_ascii_alphabetic());
    let is_image = word.starts_with(|c: char| c.is_ascii_digit()) && word.contains('.');
    has_letter && !is_image && !continues(word) && !all.contains("system:") && !is_object(word)
}

/// Whether the name of a secret is near a position.
fn is_near_name(text: &str, start: usize) -> bool {
    const NAMES: &[&str] =
        &["passw", "pwd", "passphrase", "secret", "token", "api_key", "apikey", "credential"];
    let before = window_before(text, start, 160).to_ascii_lowercase();
    let after = window(text, start, 160).to_ascii_lowercase();
    NAMES.iter().any(|name| before.contains(name) || after.contains(name))
}

/// Whether a flag may begin after a byte.
fn is_free(byte: u8) -> bool {
    byte == 0 || byte.is_ascii_whitespace() || b"\"'`[(,".contains(&byte)
}

/// Whether what follows `-u` or `--user` is the number or the name of a user and a group.
fn is_user(word: &str, all: &str) -> bool {
    let user = all
        .trim_start_matches("--user")
        .trim_start_matches("-u")
        .trim_start_matches([' ', '=', '"', '\''])
        .split(':')
        .next()
        .unwrap_or_default();
    (all.starts_with("-u") || all.starts_with("--user"))
        && (word.bytes().all(|byte| byte.is_ascii_digit())
            && word.len() < 7
            && user.bytes().all(|byte| byte.is_ascii_digit())
            || user == word)
}

#[allow(clippy::expect_used, reason = "the patterns are constants, and a test uses all of them")]
pub(super) fn compiled(pattern: &str) -> Regex {
    // Names are ASCII. The Unicode class has hundreds of ranges: a pattern with it takes up to 24 ms to compile.
    Regex::new(&pattern.replace(r"\w", "[0-9A-Za-z_]")).expect("the pattern is right")
}

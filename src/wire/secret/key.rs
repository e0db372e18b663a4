//! The names of secrets: `password`, `DB_PASS`, `apiKey`, `x-auth-token`.

use super::name::class;
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
    "mdp",
    "motdepasse",
    "contrasen",
    "clave",
    "haslo",
    "heslo",
    "sifre",
    "wachtwoord",
    "salasana",
    "_pat",
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
    "пароля",
    "ПАРОЛЬ",
    "パスコード",
    "シークレット",
    "トークン",
    "秘密鍵",
    "秘钥",
    "授权码",
    "动态码",
    "토큰",
    "токен",
    "패스워드",
    "비번",
    "contraseña",
    "Contraseña",
    "CONTRASEÑA",
    "mot de passe",
    "mot_de_passe",
    "pass phrase",
    "pass word",
    "hasło",
    "jelszó",
    "kata sandi",
    "lösenord",
    "mật khẩu",
    "parolă",
    "şifre",
    "κωδικός",
    "סיסמה",
    "كلمة المرور",
    "รหัสผ่าน",
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
pub(super) const LONGEST: usize = 80;

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
        let class = class(name).filter(|class| {
            let is_weak_path = *class == Class::Weak && is_path(text, start, stop);
            !is_weak_path && !is_object_of_sentence(text, start, stop)
        });
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

/// Whether a name is the last part of a path between quotation marks: `"/etc/tls/tls.key": no such file`.
fn is_path(text: &str, start: usize, end: usize) -> bool {
    before(text, start) == b'/' && b"\"'".contains(&at(text, end))
}

/// Whether a name between quotation marks follows a word, as the name of an object does: `volume "db-password" is …`.
fn is_object_of_sentence(text: &str, start: usize, end: usize) -> bool {
    let mark = before(text, start);
    let before_mark = start.saturating_sub(2);
    let follows = at(text, before_mark) == b' ' && before(text, before_mark).is_ascii_alphanumeric()
        || at(text, before_mark) == b'=' && at(text, end + 1) == b':';
    start > 2 && mark == b'"' && at(text, end) == mark && follows
}

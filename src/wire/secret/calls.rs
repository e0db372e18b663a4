//! Credentials in commands, in calls of libraries and in what validators say about a value.

use super::rule::{Rule, after, any, drawn, login, named, value};

/// Commands that take a password after `-p`.
const WITH_P: &[&str] = &[
    "sshpass",
    " login",
    "mongo",
    "rabbitmqadmin",
    "cqlsh",
    "mydumper",
    "twine",
    "beeline",
    "rdesktop",
    "ncftpput",
    "airflow users",
    "elasticsearch-users",
    "influx setup",
    "signurl",
    "useradd",
];

/// Commands that take it after `-P`.
const WITH_CAPITAL: &[&str] = &["sqlcmd", "bcp ", "mosquitto_", "ipmitool", "zip"];

/// Lists of arguments in which a password follows `-p`.
const LISTS: &[&str] = &["sshpass", "login", "mongo", "useradd", "rabbitmqadmin"];

/// The second and the third text in brackets.
const SECOND: &str = r#"\A[^(\n]{1,32}\(\s*\\?["'][^"'\n]{0,80}["']\s*,\s*\\?["']([^"'\n]+?)\\?["']"#;
const THIRD: &str = r#"\A[^(\n]{1,32}\(\s*\\?["'][^"'\n]{0,200}["']\s*,\s*\\?["'][^"'\n]{0,80}["']\s*,\s*\\?["']([^"'\n]+?)\\?["']"#;

/// A user and a password after some words: `authenticating as admin:…`.
const AS: &str = concat!(
    r"(?i)\A(?:credentials|creds|basic auth|stats auth|authenticating as|connecting as|logged in as|logged in with",
    r"|authentication with|authentication failed for|login failed for)",
    r#" (?:are |is )?["'(\[]?[a-z0-9_.@-]{2,64}[:/]([^\s"',)\]/:]{4,64})(?:[\s"',)\].]|\z)"#,
);

/// A rejected value, and the flag or the field of a password or a token.
const FOR_PASSWORD: &str =
    r#"(?i)\A\w+ \w+ ["']([^"'\n]{1,200})["'] for [^\n]{0,16}?-{0,2}\w{0,24}(?:passw|pwd)"#;
const FOR_TOKEN: &str =
    r#"(?i)\A\w+ \w+ ["']([^"'\n]{1,200})["'] for [^\n]{0,16}?(?:token|secret|api[_-]?key)"#;

/// Codes that replace a second factor.
const CODES: &str = r"(?i)\A\w+ codes?\s*:?\s*([a-z0-9]{4,}-[a-z0-9-]{4,}(?:, ?[a-z0-9]{4,}-[a-z0-9-]{4,})*)";

pub(super) static CALLS: [Rule; 125] = [
    // A user and a password.
    login("credentials ", AS),
    login("basic auth ", AS),
    login("authenticating as ", AS),
    login("connecting as ", AS),
    login("creds ", AS),
    login("stats auth ", AS),
    drawn("logged in as ", AS),
    drawn("logged in with ", AS),
    drawn("authentication with ", AS),
    drawn("authentication failed for ", AS),
    drawn("login failed for ", AS),
    drawn("basic auth ", r"(?i)\Abasic auth\s+[a-z0-9_.@-]{2,64}\s+([^\s:]{8,})"),
    value("basic auth (", r"(?i)\Abasic auth \([^\s,)]{1,64},\s*([^\s,)]+)\)"),
    value("login: ", r"(?m)\A(?i:login:)\s+[A-Za-z0-9_.@-]{2,64}\s+/\s+(\S+)\s*$"),
    drawn("login: ", r"\A(?i:login:)\s+[A-Za-z0-9_.@-]{2,64}/(\S+)"),
    drawn("account created: ", r"\A(?i:account created:)\s+[A-Za-z0-9_.@-]{2,64}\s*/\s*(\S+)"),
    value(
        "password mismatch",
        r#"(?i)\A\w+ mismatch:?\s+(?:expected|got|want)\s+(["']?[^\s"',]+["']?,?\s+(?:got|want|expected)\s+["']?[^\s"',]+)"#,
    ),
    any("rediscli_auth=", r#"\A\w+=["']?([^\s"']+)"#),
    any("wsrep_sst_auth=", r#"\A\w+=["']?[^\s:]{1,64}:([^\s"']+)"#),
    // What validators say.
    named("rejected value [", r"\A\w+ \w+ \[([^\]\n]+)\]"),
    named("rejectedvalue", r#"(?i)\Arejectedvalue\\?["']?\s*[:=]\s*\\?["']?([^"',\s\]}\\]+)"#),
    named("\"input\":", r#"\A"input":\s*"([^"\n]+)""#),
    named("input_value=", r#"\Ainput_value=(?:'([^'\n]+)'|"[^"\n]+")"#),
    any(
        "\"value\":",
        r#"(?i)\A"value":\s*"([^"\n]{1,128})"[^{}\n]{0,120}"(?:name|key|path|field|param)":\s*"[^"\n]{0,40}(?:passw|secret|api_?key|pwd)"#,
    ),
    value("invalid value ", FOR_PASSWORD),
    value("invalid argument ", FOR_PASSWORD),
    drawn("invalid value ", FOR_TOKEN),
    drawn("invalid argument ", FOR_TOKEN),
    // Calls with a user and a password.
    value("pdo->__construct(", THIRD),
    value("new pdo(", THIRD),
    value("mysqli->__construct(", THIRD),
    value("mysqli_connect(", THIRD),
    value("mysqldb.connect(", THIRD),
    value("pymysql.connect(", THIRD),
    value("drivermanager.getconnection(", THIRD),
    value("plainauth(", THIRD),
    value("plaincredentials(", SECOND),
    value("simple_bind_s(", SECOND),
    value("secretstr(", r#"(?i)\Asecretstr\(["']([^"'\n]+)["']"#),
    named(
        "insert into ",
        r"(?i)\Ainsert into \S{1,80} \([^)\n]*(?:passw|token|secret)[^)\n]*\) values \(([^)\n]*['\x22][^)\n]*)\)",
    ),
    value("key (", r"(?i)\Akey \([a-z_, ]*(?:passw|secret|api_key)[a-z_, ]*\)=\(([^)\n]+)\)"),
    any("%3a%2f%2f", r#"(?i)\A%3a%2f%2f[^%\s"']{0,64}%3a([^\s"'&]{1,200}?)%40"#),
    value("basicauth(", SECOND),
    value("httpbasicauth(", SECOND),
    value("db.auth(", SECOND),
    value(
        "login(",
        r#"\Alogin\((?:Object\([^)\n]{0,80}\), )?["'][^"'\n]{1,64}["']\s*,\s*["']([^"'\n]+)["']"#,
    ),
    value(
        "usernamepasswordtoken(",
        r#"(?i)\Ausernamepasswordtoken\(["']?[^\s,"')]{1,64}["']?,\s*["']?([^\s,"')]+)"#,
    ),
    // Lists of arguments.
    after("\"-p", r#"\A"-p([^"\s,]+)""#, &["mysql", "mariadb"]),
    after("'-p", r"\A'-p([^'\s,]+)'", &["mysql", "mariadb"]),
    after("\"-p\"", r#"\A"-p"\s*,\s*"([^"]+)"#, LISTS),
    after("'-p'", r"\A'-p'\s*,\s*'([^']+)", LISTS),
    after("\"-a\"", r#"\A"-a"\s*,\s*"([^"]+)"#, &["redis-cli", "valkey-cli"]),
    after("'-a'", r"\A'-a'\s*,\s*'([^']+)", &["redis-cli", "valkey-cli"]),
    after("'-w'", r"\A'-w'\s*,\s*'([^']+)", &["ldap"]),
    // Commands.
    after(" -p", r#"\A -p[ =]*("[^"]*"|'[^']*'|[^\s-]\S*)"#, WITH_P),
    after(" -p", r#"\A -P[ =]*("[^"]*"|'[^']*'|[^\s-]\S*)"#, WITH_CAPITAL),
    after(" -a", r#"\A -a[ =]*("[^"]*"|'[^']*'|[^\s-]\S*)"#, &["valkey-cli"]),
    after("--from-literal", r#"\A--from-literal[= ]["']?[^\s=]+=([^\s"']+)"#, &["create secret"]),
    after("--value ", r#"\A--value\s+("[^"]*"|'[^']*'|\S+)"#, &["put-parameter", "secret set"]),
    after("<<< ", r#"\A<<<\s+("[^"]*"|'[^']*'|\S+)"#, &["kinit", "keystore", "passwd"]),
    any("curl ", r#"\Acurl\s(?:[^\n]{0,300}?\s)?-[A-Za-z]{1,6}u\s+["']?[^\s:"']{1,64}:([^\s"']+)"#),
    any("curl ", r#"\Acurl\s(?:[^\n]{0,300}?\s)?-U\s+["']?[^\s:"']{1,64}:([^\s"']+)"#),
    any("curl ", r#"\Acurl\s(?:[^\n]{0,300}?\s)?(?:-E|--cert)[ =]\S{1,120}?\.(?:pem|p12|crt):([^\s"']+)"#),
    any("rabbitmqctl ", r"\Arabbitmqctl\s+(?:add_user|change_password|authenticate_user)\s+\S{1,64}\s+(\S+)"),
    any("slappasswd ", r"\Aslappasswd\s+-s\s+(\S+)"),
    any("ldappasswd ", r"\Aldappasswd\s(?:[^\n]{0,200}?\s)?-s\s+(\S+)"),
    value("ssh-keygen ", r#"\Assh-keygen\s(?:[^\n]{0,200}?\s)?-N\s+("[^"]*"|'[^']*'|\S+)"#),
    value("ssh-keygen ", r#"\Assh-keygen\s(?:[^\n]{0,200}?\s)?-P\s+("[^"]*"|'[^']*'|\S+)"#),
    value("openssl enc ", r"\Aopenssl enc\s(?:[^\n]{0,200}?\s)?-[kK]\s+(\S+)"),
    any("echo ", r#"\Aecho\s+["']?[A-Za-z0-9_.-]{1,32}:([^\s"']+)["']?\s*[|+]\s*(?:sudo\s+)?chpasswd"#),
    value("echo ", r#"\Aecho\s+["']?([^\s"'|]+)["']?\s*\|[^|\n]{0,60}(?:--password-stdin|--stdin|sudo -S)"#),
    any("smbclient ", r#"\Asmbclient\s(?:[^\n]{0,200}?\s)?-U\s*["']?[^\s%"']{1,64}%([^\s"']+)"#),
    any("mount.cifs ", r#"\Amount\.cifs\s(?:[^\n]{0,200}?[\s,])?user(?:name)?=[^\s,%]{1,64}%([^\s,"']+)"#),
    value("conn ", r#"\ACONN\s+[A-Za-z0-9_$#]{1,64}/([^\s@;"']+)"#),
    value("connect ", r#"\ACONNECT\s+[A-Za-z0-9_$#]{1,64}/([^\s@;"']+)"#),
    value("userid=", r#"(?i)\Auserid=[A-Za-z0-9_$#]{1,64}/([^\s@"']+)"#),
    value("expdp ", r#"\Aexpdp\s+["']?[A-Za-z0-9_$#]{1,64}/([^\s@"']+)"#),
    value("impdp ", r#"\Aimpdp\s+["']?[A-Za-z0-9_$#]{1,64}/([^\s@"']+)"#),
    value("rman target ", r#"\Arman target\s+["']?[A-Za-z0-9_$#]{1,64}/([^\s@"']+)"#),
    value("mc alias set ", r"\Amc alias set\s+\S+\s+\S+\s+\S+\s+(\S+)"),
    value("mc config host add ", r"\Amc config host add\s+\S+\s+\S+\s+\S+\s+(\S+)"),
    value("mysqladmin ", r"\Amysqladmin\s(?:[^\n]{0,200}?\s)?password\s+([^\s'\x22]+)"),
    value("reset-admin-password ", r"\Areset-admin-password\s+(?:--\S+\s+\S+\s+){0,3}([^\s-]\S*)"),
    value("http -a ", r#"\Ahttp -a\s+["']?[^\s:]{1,64}:([^\s"']+)"#),
    value("http --auth ", r#"\Ahttp --auth\s+["']?[^\s:]{1,64}:([^\s"']+)"#),
    value("xh -a ", r#"\Axh -a\s+["']?[^\s:]{1,64}:([^\s"']+)"#),
    drawn("-encrypt", r"\A-encrypt[= ]([A-Za-z0-9+/=]{20,})"),
    drawn("config github-oauth.", r"\Aconfig github-oauth\.\S+\s+(\S+)"),
    any(":_authtoken ", r"(?i)\A:_authtoken\s+([^\s=]\S*)"),
    value("config http-basic.", r"\Aconfig http-basic\.\S+\s+\S+\s+(\S+)"),
    value("config pypi-token.", r"\Aconfig pypi-token\.\S+\s+(\S+)"),
    value("bundle config ", r"\Abundle config\s+(?:set\s+)?\S+\s+[^\s:]{1,64}:(\S+)"),
    value("rclone obscure ", r"\Arclone obscure\s+(\S+)"),
    value("lftp ", r#"\Alftp\s(?:[^\n]{0,80}?\s)?-u\s+[^\s,]{1,64},([^\s"']+)"#),
    value("xfreerdp ", r#"\Axfreerdp\s(?:[^\n]{0,200}?\s)?/p:([^\s"']+)"#),
    value("vault kv ", r#"\Avault kv (?:put|patch)\s+\S+\s+[^\s=]+=([^\s"'@]+)"#),
    drawn("unseal key", r"(?i)\Aunseal key(?: \d{1,2})?:?\s+([a-z0-9+/=]{32,})"),
    drawn("operator unseal ", r"\Aoperator unseal\s+([A-Za-z0-9+/=]{32,})"),
    value("the following password", r"(?i)\Athe following password[^\n:]{0,60}:\s{1,8}(\S+)"),
    value("password for the ", r"(?i)\Apassword for the \S{1,40} user \([^)\n]{1,100}\):\s{1,8}(\S+)"),
    value("password ", r"\APASSWORD [a-z_]{1,40} = (\S+)"),
    drawn("recovery code", CODES),
    drawn("backup code", CODES),
    drawn("enter the code ", r"\A\w+ \w+ \w+ ([A-Z0-9-]{6,12})\b"),
    any("one time code", r"(?i)\A\w+ \w+ code(?:\s+is)?\s*[:=]?\s*([0-9]{4,8})\b"),
    any("pin code", r"(?i)\A\w+ code(?:\s+is)?\s*[:=]?\s*([0-9]{4,8})\b"),
    value("seed phrase", r#"(?i)\A\w+ \w+\s*[:=]\s*["']?((?:[a-z]{2,9} ){5,}[a-z]{2,9})"#),
    value("mnemonic", r#"(?i)\A\w+\s*[:=]\s*["']?((?:[a-z]{2,9} ){5,}[a-z]{2,9})"#),
    login("invalid port ", r#"\Ainvalid port \\{0,2}":([^"\\]+)\\{0,2}" after host"#),
    value("auth ", r#"\AAUTH\s+[a-z][A-Za-z0-9_.-]{0,32} +([^\s"',;]+)\s*(?:\n|\z)"#),
    any("> pass ", r"\A> PASS (\S+)"),
    any("pass oauth:", r"\APASS (oauth:\S+)"),
    value(" on >", r"\A on >(\S+)"),
    value("auth-pass ", r"\Aauth-pass\s+\S+\s+(\S+)"),
    value("bindpw ", r"\Abindpw\s+(\S+)"),
    value("rootpw ", r"\Arootpw\s+(\S+)"),
    value("password...", r#"(?i)\Apassword\.{3,}:?\s*([^\s"',.]\S*)"#),
    value("password ...", r#"(?i)\Apassword \.{3,}:?\s*([^\s"',.]\S*)"#),
    // Keys of the JSON Web Key format.
    jwk(r#""d":"#),
    jwk(r#""k":"#),
    jwk(r#""p":"#),
    jwk(r#""q":"#),
    jwk(r#""dp":"#),
    jwk(r#""dq":"#),
    jwk(r#""qi":"#),
];

/// A private part of a key, which is long and drawn.
const fn jwk(trigger: &'static str) -> Rule {
    drawn(trigger, r#"\A"[a-z]{1,2}":\s*"([A-Za-z0-9_-]{22,})""#)
}

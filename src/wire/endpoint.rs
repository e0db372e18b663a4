//! The hosts that settings of a container name: of each value, only `host` or `host:port` is kept.

use super::secret::without_secrets;

/// Ends of names of variables whose value is a host without a port.
const HOSTS: [&str; 10] =
    ["ADDR", "ADDRESS", "BROKERS", "ENDPOINT", "HOST", "HOSTNAME", "HOSTS", "SERVER", "SERVERS", "SERVICE"];

/// Words of a command after which a host comes: `nc -z db 5432`, `pg_isready -h db`, `nslookup db`.
const BEFORE: [&str; 9] = ["--host", "-h", "-vz", "-z", "-zv", "-zvw1", "-zw1", "dig", "nslookup"];

/// Words of a command after which a name with a password comes, which may look like a host with a port.
const CREDENTIAL: [&str; 6] = ["--auth", "--proxy-user", "--user", "-U", "-a", "-u"];

/// The longest name of a host.
const LONGEST: usize = 253;

/// Returns the hosts in the value of a variable: of its URLs, of `host:port`, and the value itself if the name says that it is a host.
/// A credential may look like one of these: what the variable and its value reveal is hidden first.
pub(super) fn of_variable(name: &str, value: &str) -> Vec<String> {
    // Most variables name no host, and redaction is slow.
    if in_value(name, value).next().is_none() {
        return Vec::new();
    }
    let clean = without_secrets(&format!("{name}={value}"));
    clean
        .split_once('=')
        .into_iter()
        .flat_map(|(_, value)| in_value(name, value))
        .map(str::to_owned)
        .collect()
}

fn in_value<'v>(name: &str, value: &'v str) -> impl Iterator<Item = &'v str> + use<'v> {
    let is_host = name.is_empty() || is_of_host(name);
    let searched = if is_host || value.contains(':') { value } else { "" };
    let parts = searched.split([',', ' ', ';', '\n', '\t']).filter(|part| !part.is_empty());
    parts.filter_map(move |part| {
        let bare = || Some(part).filter(|part| is_host && is_name(part));
        address(part).or_else(bare)
    })
}

/// Whether the name of a variable says that its value is a host, in any case.
fn is_of_host(name: &str) -> bool {
    // A large cluster has a million variables, and the last letter excludes most of them.
    let last = name.bytes().last().map(|byte| byte.to_ascii_uppercase());
    matches!(last, Some(b'R' | b'S' | b'T' | b'E')) && HOSTS.iter().any(|end| ends_with(name, end))
}

/// Whether a name has an end, in any case.
fn ends_with(name: &str, end: &str) -> bool {
    let start = name.len().checked_sub(end.len());
    start.and_then(|start| name.get(start..)).is_some_and(|tail| tail.eq_ignore_ascii_case(end))
}

/// Returns the hosts in the words of a command line. What they reveal, such as `-u admin:1234`, is hidden first.
pub(super) fn of_words<'w>(words: impl Iterator<Item = &'w str> + Clone) -> Vec<String> {
    if in_words(words.clone()).next().is_none() {
        return Vec::new();
    }
    let line = without_secrets(&words.collect::<Vec<_>>().join(" "));
    in_words(std::iter::once(line.as_str())).map(str::to_owned).collect()
}

fn in_words<'w>(words: impl Iterator<Item = &'w str>) -> impl Iterator<Item = &'w str> {
    let is_between =
        |char| matches!(char, ' ' | '\t' | '\n' | '"' | '\'' | '=' | ';' | '(' | ')' | '|' | '&');
    let words = words.flat_map(move |text| text.split(is_between)).filter(|word| !word.is_empty());
    let hosts = words.scan("", |before, word| {
        let previous = std::mem::replace(before, word);
        let after = || Some(word).filter(|_| BEFORE.contains(&previous) && is_name(word));
        let found = address(word).or_else(after);
        Some(found.filter(|_| !CREDENTIAL.contains(&previous)))
    });
    hosts.flatten()
}

/// Returns the host of a URL, or `host:port`.
fn address(text: &str) -> Option<&str> {
    // Most words have no colon, and the search for `://` is slower.
    let text = Some(text).filter(|text| text.contains(':'))?;
    in_url(text).or_else(|| with_port(text))
}

/// Returns the host and port of `scheme://user:password@host:port/path`.
fn in_url(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    (is_name(host) || with_port(host).is_some()).then_some(host)
}

/// Returns a text of the form `host:port`.
fn with_port(text: &str) -> Option<&str> {
    let (host, port) = text.rsplit_once(':')?;
    let is_port = (2..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit());
    (is_port && is_name(host)).then_some(text)
}

/// Whether a text can be the name or the IPv4 address of a host in a cluster: it is in lower case, has a letter first or is an
/// address, and is no path.
fn is_name(text: &str) -> bool {
    let is_part =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    let begins = text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    let is_address = || text.parse::<std::net::Ipv4Addr>().is_ok();
    text.len() <= LONGEST && text.bytes().all(is_part) && (begins || is_address())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hosts_of_values_are_kept() {
        for (name, value, hosts) in [
            (
                "DATABASE_URL",
                "postgres://shop:s3cr3t@pg.data.svc:5432/shop?sslmode=disable",
                "pg.data.svc:5432",
            ),
            ("REDIS_HOST", "redis", "redis"),
            (
                "KAFKA_BROKERS",
                "kafka-0.kafka:9092,kafka-1.kafka:9092",
                "kafka-0.kafka:9092 kafka-1.kafka:9092",
            ),
            ("UPSTREAM", "10.96.3.7:8080", "10.96.3.7:8080"),
            ("MODE", "production", ""),
            ("API_TOKEN", "abc:1234", ""),
            ("DB_PASSWORD", "pg:5432", ""),
            ("ADMIN_CREDS", "admin:1234", ""),
            ("AUTH_HOST", "auth.shop", "auth.shop"),
            ("LISTEN", ":8080", ""),
            ("IMAGE", "registry.example.com/a/b:1234", ""),
            ("CRON_HOST", "*/5 * * * *", ""),
            ("START", "12:30", ""),
            ("URL", "https://user@/path", ""),
            ("URL", "http://UPPER/path", ""),
        ] {
            assert_eq!(of_variable(name, value).join(" "), hosts, "{name}={value}");
            let again: Vec<String> =
                hosts.split_whitespace().flat_map(|host| of_variable(name, host)).collect();
            assert_eq!(again.join(" "), hosts, "what is kept is kept again");
        }
    }

    #[test]
    fn commands_that_wait_name_their_host() {
        for (words, hosts) in [
            (&["sh", "-c", "until nc -z pg 5432; do sleep 2; done"][..], "pg"),
            (&["pg_isready", "-h", "pg.data", "-U", "shop"], "pg.data"),
            (&["sh", "-c", "curl -fsS http://api:8080/healthz || exit 1"], "api:8080"),
            (&["./wait-for-it.sh", "redis:6379", "--", "./run"], "redis:6379"),
            (&["--upstream=http://web.shop.svc.cluster.local"], "web.shop.svc.cluster.local"),
            (&["sh", "-c", "nslookup rabbit"], "rabbit"),
            (&["server", "--password", "hunter2", "-p", "8080"], ""),
            (&["sh", "-c", "curl -u admin:1234 http://api:8080"], "api:8080"),
            (&["redis-cli", "-a", "s3cret:99", "-h", "redis"], "redis"),
        ] {
            assert_eq!(of_words(words.iter().copied()).join(" "), hosts, "{words:?}");
        }
    }
}

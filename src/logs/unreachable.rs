//! What a line of a program says could not be reached: a host, with its port, and how the attempt failed.
//!
//! The words are those of the runtimes and client libraries: Go, libpq, Node.js, the JVM, Python, Ruby, PHP, .NET, Rust, Erlang, curl,
//! busybox. A line without words of a failed connection names nothing, whatever addresses are in it.

use super::last_words::FILES;
use regex::Regex;
use std::net::IpAddr;
use std::sync::LazyLock;

/// How an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Nothing listens, or nothing answers.
    NoConnection,
    /// The name server did not answer.
    NoNameServer,
    /// The name server answered that the name does not exist.
    NoSuchName,
    /// The name was not resolved; the words do not say why.
    Unresolved,
}

/// A host, and the port if one is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// A name without its last dot, in lower case, or an IP address without brackets.
    pub(crate) host: String,
    pub(crate) port: Option<u16>,
}

impl Address {
    /// Reads `host` or `host:port`.
    pub(crate) fn of(text: &str) -> Self {
        let (host, port) = text.split_once(':').unwrap_or((text, ""));
        Self { host: host.to_owned(), port: port.parse().ok() }
    }
}

/// What could not be reached.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unreachable {
    pub(crate) failure: Failure,
    /// The addresses in the line, the one of the attempt itself first; never one of the program's own host. Empty for a name
    /// server that does not answer, if no name is given.
    pub(crate) addresses: Vec<Address>,
    /// The name server, if the line names it.
    pub(crate) server: Option<String>,
    /// Whether the attempt got no answer at all, as if something dropped it. A closed port answers.
    pub(crate) is_unanswered: bool,
}

/// Words of an attempt that got no answer.
const UNANSWERED: [&str; 7] = [
    "eai_again",
    "no response",
    "no servers could be reached",
    "temporary failure",
    "timed out",
    "timedout",
    "timeout",
];

/// Words that tell how an attempt failed, in lower case. The first that is in the line counts.
static SIGNS: [(&str, Failure); 78] = [
    ("eai_again", Failure::NoNameServer),
    ("temporary failure in name resolution", Failure::NoNameServer),
    ("server misbehaving", Failure::NoNameServer),
    (":53: i/o timeout", Failure::NoNameServer),
    (":53: connect: ", Failure::NoNameServer),
    (":53: read: connection refused", Failure::NoNameServer),
    ("no servers could be reached", Failure::NoNameServer),
    ("could not contact dns servers", Failure::NoNameServer),
    ("dns operation timed out", Failure::NoNameServer),
    ("dnsnameresolvertimeoutexception", Failure::NoNameServer),
    ("name resolution timed out", Failure::NoNameServer),
    ("resolving timed out", Failure::NoNameServer),
    ("resource temporarily unavailable (", Failure::NoNameServer),
    ("(11): resource temporarily unavailable", Failure::NoNameServer),
    ("servfail", Failure::NoNameServer),
    ("etimeout", Failure::NoNameServer),
    ("to address: try again", Failure::NoNameServer),
    ("[errno -3] try again", Failure::NoNameServer),
    ("failed: try again", Failure::NoNameServer),
    ("' (-3)", Failure::NoNameServer),
    ("no such host", Failure::NoSuchName),
    ("enotfound", Failure::NoSuchName),
    ("nxdomain", Failure::NoSuchName),
    ("name or service not known", Failure::NoSuchName),
    ("name does not resolve", Failure::NoSuchName),
    ("nodename nor servname", Failure::NoSuchName),
    ("no address associated with hostname", Failure::NoSuchName),
    ("' (-2)", Failure::NoSuchName),
    ("<unresolved>", Failure::Unresolved),
    ("unknownhostexception: ", Failure::Unresolved),
    ("unresolvedaddressexception", Failure::Unresolved),
    ("unknown host: ", Failure::Unresolved),
    ("unknown host '", Failure::Unresolved),
    ("unknown mysql server host", Failure::Unresolved),
    ("could not resolve host", Failure::Unresolved),
    ("can't resolve '", Failure::Unresolved),
    ("couldn't resolve", Failure::Unresolved),
    ("no resolvable bootstrap", Failure::Unresolved),
    ("unable to resolve host", Failure::Unresolved),
    ("failed to resolve '", Failure::Unresolved),
    ("failed to resolve host", Failure::Unresolved),
    ("host not found", Failure::Unresolved),
    ("bad address '", Failure::Unresolved),
    ("failed to lookup address", Failure::Unresolved),
    ("connection refused", Failure::NoConnection),
    ("econnrefused", Failure::NoConnection),
    ("connectionrefused", Failure::NoConnection),
    ("actively refused", Failure::NoConnection),
    (" refused. check that", Failure::NoConnection),
    ("connection to node ", Failure::NoConnection),
    ("connection failed", Failure::NoConnection),
    ("could not be established", Failure::NoConnection),
    ("not possible to connect", Failure::NoConnection),
    ("unable to connect", Failure::NoConnection),
    ("failed to connect", Failure::NoConnection),
    ("could not connect", Failure::NoConnection),
    ("cannot connect to host", Failure::NoConnection),
    ("error connecting to", Failure::NoConnection),
    ("failed connecting to", Failure::NoConnection),
    ("couldn't connect", Failure::NoConnection),
    ("can't connect", Failure::NoConnection),
    ("can't reach", Failure::NoConnection),
    ("no route to host", Failure::NoConnection),
    (" - no response", Failure::NoConnection),
    ("network is unreachable", Failure::NoConnection),
    ("host is unreachable", Failure::NoConnection),
    ("ehostunreach", Failure::NoConnection),
    ("brokerunreachable", Failure::NoConnection),
    ("timeout occurred after waiting", Failure::NoConnection),
    ("i/o timeout", Failure::NoConnection),
    ("connect timeout", Failure::NoConnection),
    ("connecttimeout", Failure::NoConnection),
    ("connection timeout", Failure::NoConnection),
    ("etimedout", Failure::NoConnection),
    ("connect timed out", Failure::NoConnection),
    ("timeout connecting to", Failure::NoConnection),
    ("connection timed out", Failure::NoConnection),
    ("operation timed out", Failure::NoConnection),
];

/// Words of failures that are not those of the address in the line: a proxy in between, or a connection that was made.
const ELSEWHERE: [&str; 20] = [
    "access denied",
    "authentication failed",
    "bad certificate",
    "cannot connect to proxy",
    "certificate has",
    "certificate signed",
    "certificate verify",
    "eaddrnotavail",
    "from client",
    "health check failed",
    "invalid credentials",
    " must be ",
    "noauth",
    "proxyerror",
    "queuepool",
    "tls handshake",
    "usage:",
    "while reading response",
    "wrongpass",
    "x509:",
];

/// A name or an address, as a part of a pattern.
const HOST: &str = r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?)\.?";

/// Patterns of a name that was looked up, in the order in which they are tried.
static NAMES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    patterns(&[
        r"lookup HOST(?: on \S+)?:",
        r"getaddrinfo e[a-z_]+ HOST",
        r"query[a-z]* e[a-z_]+ HOST",
        r"host name \\?[\x22']HOST\\?[\x22']",
        r"(?:server )?host '(?:\w+://)?HOST'",
        r"upstream \x22HOST(?::\d+)?\x22",
        r"can't find HOST:",
        r"HOST/<unresolved>(?::(?P<port>\d{2,5}))?",
        r"resolve (?:host address |host(?:name)?:? |name:? |address |server )['\x22]?HOST(?::(?P<port>\d{2,5}))?",
        r"resolve ['\x22]HOST['\x22]",
        r"bad address '(?:\w+://)?HOST(?::(?P<port>\d{2,5}))?'",
        r"unknown ?host(?:exception)?: ['\x22]?HOST",
        r"unknown host ['\x22]HOST",
        r"host=['\x22]HOST['\x22]",
        r"\(HOST:(?P<port>\d{2,5})\)",
        r"tcp connect \(HOST:(?P<port>\d{2,5})\)",
        r"://(?:[^/@\s]*@)?HOST(?::(?P<port>\d{2,5}))?",
        r"(?:^|[\s/('\x22`=,\[])HOST:(?P<port>\d{2,5})(?:$|[\s/)'\x22`:;,\].])",
    ])
});

/// Patterns of an address that a program connected to, in the order in which they are tried.
static TARGETS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    patterns(&[
        r"dial (?:tcp|udp)[46]? HOST:(?P<port>\d{2,5})",
        r"connect e[a-z]+ HOST:(?P<port>\d{2,5})",
        r"\d:(?P<port>\d{2,5}) \(HOST\)",
        r"server at \\?\x22HOST\\?\x22(?: \([^)]*\))?, port (?P<port>\d{2,5})",
        r"remote host \(HOST\)",
        r"host, port: HOST, (?P<port>\d{2,5})",
        r"host=HOST\)\(port=(?P<port>\d{2,5})",
        r"\('HOST', (?P<port>\d{2,5})\)",
        r"on host \x22HOST\x22.* port (?P<port>\d{2,5})",
        r"host=['\x22]HOST['\x22], port=(?P<port>\d{2,5})",
        r"connect to (?:server )?['\x22]?HOST['\x22]?(?: \([^)]*\))? port (?P<port>\d{2,5})",
        r"connect to HOST:(?P<port>\d{2,5})",
        r"mysql server on 'HOST(?::(?P<port>\d{2,5}))?'",
        r"ipv4:HOST:(?P<port>\d{2,5})",
        r"://(?:[^/@\s]*@)?HOST(?::(?P<port>\d{2,5}))?",
        r"(?:^|[\s/('\x22`=,\[])HOST:(?P<port>\d{2,5})(?:$|[\s/)'\x22`:;,\].])",
    ])
});

/// The name server in an error of Go.
static SERVER: LazyLock<Vec<Regex>> = LazyLock::new(|| patterns(&[r"lookup \S+ on HOST:53"]));

/// Builds patterns. A pattern that is wrong matches nothing, and a test compiles all of them.
fn patterns(sources: &[&str]) -> Vec<Regex> {
    sources.iter().filter_map(|source| Regex::new(&source.replace("HOST", HOST)).ok()).collect()
}

/// Returns what a line says could not be reached.
pub(crate) fn unreachable(line: &str) -> Option<Unreachable> {
    let lower = line.to_lowercase();
    if ELSEWHERE.iter().any(|words| lower.contains(words)) {
        return None;
    }
    let (_, failure) = SIGNS.iter().find(|(sign, _)| lower.contains(sign))?;
    // Without the name server, as Go says it in an image without cgo.
    let is_lookup = lower.contains("lookup ") && lower.contains(": i/o timeout");
    let failure = if is_lookup { &Failure::NoNameServer } else { failure };
    let is_name = *failure != Failure::NoConnection;
    let (list, server) = if is_name { (&*NAMES, first(&SERVER, &lower)) } else { (&*TARGETS, None) };
    let server = server.map(|address| address.host);
    let mut addresses: Vec<Address> = Vec::new();
    let searched = upstream(&lower).unwrap_or(&lower);
    for (index, pattern) in list.iter().enumerate() {
        // The last pattern is any host with a port: the first of them counts, if no other pattern has found one.
        let most = if index + 1 == list.len() { usize::from(addresses.is_empty()) } else { usize::MAX };
        for address in pattern.captures_iter(searched).filter_map(|of| address(&of)).take(most) {
            if addresses.is_empty() && is_own(&address.host) {
                return None; // The attempt itself was one to the own host.
            }
            let is_known = addresses.iter().any(|known| known.host == address.host);
            if !is_known && !is_own(&address.host) && server.as_ref() != Some(&address.host) {
                addresses.push(address);
            }
        }
        if is_name && !addresses.is_empty() {
            break;
        }
    }
    let names_something = !addresses.is_empty() || *failure == Failure::NoNameServer;
    let is_unanswered = UNANSWERED.iter().any(|words| lower.contains(words));
    names_something.then_some(Unreachable { failure: *failure, addresses, server, is_unanswered })
}

/// Returns the address that nginx connected to. Its line names the client, the own server and the host of the request, too.
fn upstream(lower: &str) -> Option<&str> {
    let (_, rest) = lower.split_once("upstream: \"")?;
    rest.split('"').next()
}

/// Whether a line is about a connection or a name that failed, whatever it names.
pub(crate) fn is_about_connection(line: &str) -> bool {
    let lower = line.to_lowercase();
    SIGNS.iter().any(|(sign, _)| lower.contains(sign))
}

fn first(list: &[Regex], text: &str) -> Option<Address> {
    list.iter().find_map(|pattern| address(&pattern.captures(text)?))
}

/// More ends of names of files that programs report errors in.
const MORE_FILES: [&str; 16] = [
    ".conf", ".erl", ".ex", ".exs", ".h", ".jsx", ".json", ".kts", ".lua", ".pl", ".pm", ".scala", ".sh",
    ".tsx", ".vue", ".yaml",
];

/// Words that a number with a colon follows, and that are no hosts.
const WORDS: [&str; 13] = [
    "code",
    "errno",
    "error",
    "exit",
    "http",
    "https",
    "ipv4",
    "ipv6",
    "line",
    "pid",
    "port",
    "proxyconnect",
    "status",
];

fn address(of: &regex::Captures) -> Option<Address> {
    let host = of.name("host")?.as_str().trim_matches(['[', ']']);
    let port = of.name("port").and_then(|port| port.as_str().parse().ok());
    let is_place = port.is_some() && FILES.iter().chain(&MORE_FILES).any(|end| host.ends_with(end));
    // A time, such as `2025-12-26T01:57`.
    let is_year = |year: &str| year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
    let is_time = host.split_once('-').is_some_and(|(year, _)| is_year(year));
    let is_word = WORDS.contains(&host) || is_time;
    let is_number = host.bytes().all(|byte| byte.is_ascii_digit());
    (!is_place && !is_number && !is_word).then(|| Address { host: host.to_owned(), port })
}

/// Whether a host is the program's own, its pod or its node: no other object serves there.
fn is_own(host: &str) -> bool {
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => ip.is_loopback() || ip.is_unspecified() || ip.is_link_local(),
        Ok(IpAddr::V6(ip)) => ip.is_loopback() || ip.is_unspecified() || ip.segments()[0] & 0xffc0 == 0xfe80,
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a short form: the failure, the addresses, and the name server.
    fn read(line: &str) -> String {
        let Some(found) = unreachable(line) else { return "nothing".to_owned() };
        let address = |address: &Address| match address.port {
            Some(port) => format!("{}:{port}", address.host),
            None => address.host.clone(),
        };
        let addresses: Vec<String> = found.addresses.iter().map(address).collect();
        let server = found.server.map_or_else(String::new, |server| format!(" by {server}"));
        format!("{:?} {}{server}", found.failure, addresses.join(" ")).trim_end().to_owned()
    }

    #[test]
    fn the_words_of_runtimes_name_what_could_not_be_reached() {
        let table = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/unreachable.tsv"));
        let rows = table.lines().filter_map(|line| line.split_once('\t'));
        for (expected, line) in rows.clone() {
            assert_eq!(read(line), expected.trim_end(), "{line}");
        }
        assert!(rows.count() >= 50, "the table is read");
    }

    #[test]
    fn other_lines_name_nothing() {
        for line in [
            "",
            "connected to db:5432",
            "listen tcp 0.0.0.0:8080: bind: address already in use",
            "panic: runtime error at main.go:42",
            "dial tcp 127.0.0.1:6379: connect: connection refused",
            "dial tcp [::1]:6379: connect: connection refused",
            "Get \"http://169.254.169.254/latest\": dial tcp 169.254.169.254:80: i/o timeout",
            "connect ECONNREFUSED localhost:5432",
            "request timed out after 30s",
            "main.go:42: context deadline exceeded",
            "2025/12/26 01:57:00 [error] 29#29: *1 connect() failed (111: Connection refused) while connecting to upstream, client: \
             10.42.5.6, server: web, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:9000/\", host: \"web:80\"",
            "requests.exceptions.ProxyError: HTTPSConnectionPool(host='api', port=8080): Max retries exceeded (Caused by \
             ProxyError('Cannot connect to proxy.', NewConnectionError('Connection refused')))",
            "Error: Timed out waiting for container postgres:16 to become healthy",
            "[worker:42] job timed out",
            "(2002) Can't connect to MySQL server on 'a.b\u{1b}[31m\u{202e}\rx' (111)",
            "failed to connect to redis:6379: WRONGPASS invalid username-password pair",
            "LOG:  could not receive data from client 10.42.5.1:51234: Connection timed out",
            "connectTimeout must be >= 0 for jdbc:postgresql://db:5432/shop",
            "2025-12-26T01:57:02Z ERROR connection refused",
            "Error: connect ECONNREFUSED 127.0.0.1:6379 (REDIS_URL=redis://redis:6379 ignored)",
            "Failed to connect to vault:8200: x509: certificate signed by unknown authority",
            "Error: getaddrinfo ENOTFOUND http://",
            "http: TLS handshake error from 10.42.5.6:51234: i/o timeout",
            "ERROR: unknown host key for host (error): host:80 timeout",
            "ERROR Client.scala:120 connection refused",
            "AssertionError: expected \"timeout\" got 200 from http://api:8080/health",
            "ERROR: canceling statement due to statement timeout: UPDATE jobs SET host='redis', port=6379",
            "failed to resolve reference \"registry.example.com/app:1\": not found",
            "FATAL: password authentication failed for user \"redis\"",
        ] {
            assert_eq!(read(line), "nothing", "{line}");
        }
    }

    #[test]
    fn all_patterns_compile() {
        assert_eq!((NAMES.len(), TARGETS.len(), SERVER.len()), (18, 16, 1));
    }
}

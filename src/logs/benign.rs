//! Lines that look like errors and are not problems of the program. They are counted separately and are never
//! findings.

use super::access::Request;
use crate::text::Text;
use aho_corasick::AhoCorasick;
use memchr::memmem;
use std::sync::LazyLock;

/// A rule for benign lines.
#[derive(Debug)]
pub(crate) struct Benign {
    /// The id in kebab-case. It is never reused for another rule.
    pub(crate) id: &'static str,
    /// Why such lines are benign.
    pub(crate) why: Text,
    /// A line matches if it contains all words of one of these lists. Empty for rules about requests.
    signs: &'static [&'static [&'static str]],
}

pub(crate) static BENIGN: [Benign; 5] = [
    Benign {
        id: "scanner",
        why: Text {
            en: "a scanner on the internet tries paths of other software and is rejected",
            zh_tw: "網路上的掃描器嘗試其他軟體的路徑，已被拒絕",
            zh_cn: "网络上的扫描器尝试其他软件的路径，已被拒绝",
        },
        signs: &[],
    },
    Benign {
        id: "browser-extra",
        why: Text {
            en: "browsers and crawlers request it on their own and need no response",
            zh_tw: "瀏覽器與爬蟲會自行請求，沒有也無妨",
            zh_cn: "浏览器和爬虫会自行请求，没有也无妨",
        },
        signs: &[],
    },
    // nginx (ngx_open_cached_file) logs this for each requested file that does not exist.
    Benign {
        id: "missing-file",
        why: Text {
            en: "the requested file does not exist; the client got a 404",
            zh_tw: "請求的檔案不存在，用戶端已收到 404",
            zh_cn: "请求的文件不存在，客户端已收到 404",
        },
        signs: &[
            &["open() \"", "failed (2: No such file or directory)"],
            &["is not found (2: No such file or directory)"],
        ],
    },
    // From nginx (src/http/ngx_http_request.c, ngx_http_upstream.c); ClientAbortException is from Tomcat.
    Benign {
        id: "client-gone",
        why: Text {
            en: "the client disconnected before it got the response",
            zh_tw: "用戶端在收到回應前就離開",
            zh_cn: "客户端在收到响应前就断开",
        },
        signs: &[
            &["client prematurely closed connection"],
            &["client closed connection while"],
            &["client closed keepalive connection"],
            &["Connection reset by peer) while", "client"],
            &["ClientAbortException"],
            &["client timed out", "while"],
        ],
    },
    // Go (net/http/server.go) logs "TLS handshake error from"; nginx and OpenSSL have their own messages.
    Benign {
        id: "tls-probe",
        why: Text {
            en: "a health check or port scan opened a connection and did not complete the TLS handshake",
            zh_tw: "健康檢查或連接埠掃描建立連線後，沒有完成 TLS 交握",
            zh_cn: "健康检查或端口扫描建立连接后，没有完成 TLS 握手",
        },
        signs: &[
            &["TLS handshake error from", "EOF"],
            &["TLS handshake error from", "connection reset by peer"],
            &["TLS handshake error from", "first record does not look like a TLS handshake"],
            &["TLS handshake error from", "i/o timeout"],
            &["SSL_do_handshake() failed", "while SSL handshaking, client"],
            &["peer closed connection in SSL handshake", "client"],
            &["client sent plain HTTP request to HTTPS port"],
        ],
    },
];

/// Paths that scanners request: files with secrets, and software that is often attacked.
const SCANNED: [&str; 40] = [
    "/.env",
    "/.git",
    "/.aws",
    "/.ssh",
    "/.svn",
    "/.vscode",
    "/.ds_store",
    "/.htaccess",
    "/wp-",
    "/wordpress",
    "/xmlrpc.php",
    "phpmyadmin",
    "/pma",
    "phpunit",
    "phpinfo",
    "/cgi-bin",
    "/boaform",
    "/hnap1",
    "/manager/html",
    "/solr/",
    "/_ignition",
    "/owa/",
    "/autodiscover",
    "/ecp/",
    "/actuator/gateway",
    "/jenkins",
    "/hudson",
    "/telescope",
    "/vendor/",
    "/shell",
    "/setup.cgi",
    "/geoserver",
    "/remote/login",
    "/sdk",
    "/evox",
    "/nmaplowercheck",
    "/druid",
    "/struts",
    "/etc/passwd",
    "/adminer",
];
/// User agents of scanners.
const SCANNERS: [&str; 16] = [
    "zgrab",
    "masscan",
    "nmap",
    "nuclei",
    "sqlmap",
    "nikto",
    "censysinspect",
    "expanse",
    "l9explore",
    "leakix",
    "internetmeasurement",
    "wpscan",
    "gobuster",
    "dirbuster",
    "acunetix",
    "netsystemsresearch",
];
/// Paths that browsers and crawlers request on their own.
const EXTRAS: [&str; 7] = [
    "/favicon",
    "/robots.txt",
    "/apple-touch-icon",
    "/sitemap",
    "/.well-known/",
    "/ads.txt",
    "/browserconfig.xml",
];

fn any(words: &[&str]) -> Option<AhoCorasick> {
    AhoCorasick::builder().ascii_case_insensitive(true).build(words).ok()
}

static PATHS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| any(&SCANNED));
static AGENTS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| any(&SCANNERS));

/// Matches the first words of every sign. Almost no line contains one of them.
static FIRST_WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let first = BENIGN.iter().flat_map(|rule| rule.signs.iter().filter_map(|signs| signs.first()));
    AhoCorasick::new(first).ok()
});

fn rule(id: &str) -> Option<&'static Benign> {
    BENIGN.iter().find(|rule| rule.id == id)
}

/// Returns the rule that makes a request with a 4xx response benign.
pub(super) fn of_request(request: &Request) -> Option<&'static Benign> {
    // nginx logs 499 if the client has closed the connection.
    if request.status == 499 {
        return rule("client-gone");
    }
    if !matches!(request.status, 400 | 403 | 404 | 405 | 410) {
        return None;
    }
    let path = request.target.split('?').next().unwrap_or_default();
    let found =
        |words: &Option<AhoCorasick>, text: &str| words.as_ref().is_some_and(|words| words.is_match(text));
    if found(&PATHS, path) || found(&AGENTS, request.rest) {
        return rule("scanner");
    }
    EXTRAS.iter().any(|extra| path.starts_with(extra)).then(|| rule("browser-extra")).flatten()
}

/// Returns the rule that makes an error line benign.
pub(super) fn of_line(line: &str) -> Option<&'static Benign> {
    if !FIRST_WORDS.as_ref().is_some_and(|words| words.is_match(line)) {
        return None;
    }
    let holds = |sign: &&str| memmem::find(line.as_bytes(), sign.as_bytes()).is_some();
    BENIGN.iter().find(|rule| rule.signs.iter().any(|signs| signs.iter().all(holds)))
}

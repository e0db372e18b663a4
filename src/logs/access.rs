//! Requests in access logs and their status codes.

use super::mask;
use memchr::memmem::Finder;
use std::sync::LazyLock;

/// A request of an access log.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Request<'l> {
    /// The method, such as `GET`, or `-` if the line has none.
    pub(super) method: &'l str,
    /// The path with its query.
    pub(super) target: &'l str,
    /// The status code of the response.
    pub(super) status: u16,
    /// The rest of the line. In most formats it names the client.
    pub(super) rest: &'l str,
}

static PROTOCOL: LazyLock<Finder> = LazyLock::new(|| Finder::new(" HTTP/"));

impl Request<'_> {
    /// Returns method, route and status. Names and numbers in the path are masked, the query is left out.
    pub(super) fn pattern(&self) -> String {
        let path = self.target.split(['?', ';', '#']).next().unwrap_or_default();
        format!("{} {} {}", self.method, mask::route(path), self.status)
    }
}

/// Reads `… "GET /path HTTP/1.1" 404 …`: the common and combined formats of Apache and nginx, and similar ones.
pub(super) fn read(line: &str) -> Option<Request<'_>> {
    let protocol = PROTOCOL.find(line.as_bytes())?;
    let (before, after) = line.split_at_checked(protocol)?;
    let (asked, rest) = (before.rsplit_once('"')?.1, after.split_once('"')?.1);
    let (method, target) = asked.split_once(' ')?;
    let status = rest.strip_prefix(' ')?;
    let (status, rest) = status.split_at_checked(3)?;
    let is_status = rest.is_empty() || rest.starts_with([' ', ',', '"']);
    let is_method = method.len() <= 10 && method.bytes().all(|byte| byte.is_ascii_uppercase());
    let status =
        status.parse().ok().filter(|status| (100..600).contains(status) && is_status && is_method)?;
    Some(Request { method, target, status, rest })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_requests_and_masks_their_routes() {
        let line = |request: &str, status: &str| {
            format!("10.0.0.1 - - [26/Dec/2025:02:00:00 +0000] \"{request}\" {status} 153 \"-\" \"curl/8\"")
        };
        for (request, status, pattern) in [
            ("GET /api/orders/42?x=1 HTTP/1.1", "502", "GET /api/orders/<*> 502"),
            ("POST / HTTP/2.0", "404", "POST / 404"),
            ("GET /a%20b/7d9f8c-x/z HTTP/1.0", "500", "GET /<*>/<*>/z 500"),
        ] {
            let line = line(request, status);
            assert_eq!(read(&line).map(|request| request.pattern()).as_deref(), Some(pattern), "{line}");
        }
        for line in [
            line("\\x16\\x03 HTTP/1.1", "400"),
            line("GET / HTTP/1.1", "4040"),
            "2025/12/26 02:00:00 [error] 7#7: *1 x failed, request: \"GET /a HTTP/1.1\", host: \"b\""
                .to_owned(),
            " HTTP/".to_owned(),
            "\"GET / HTTP/1.1\" 4é".to_owned(),
        ] {
            assert_eq!(read(&line), None, "{line}");
        }
    }
}

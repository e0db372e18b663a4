//! The addresses of an API server and of a proxy: validated before the HTTP client gets them. Errors do not repeat them:
//! they may contain a password.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::net::IpAddr;

/// The maximum length of an address. Each request adds its path, and the HTTP client takes 65,534 bytes.
pub(crate) const LONGEST: usize = 4096;

/// The address of a server.
#[derive(Debug, PartialEq)]
pub(super) struct Server {
    /// The address without a login.
    pub(super) url: String,
    /// User name and password, if the address has them.
    pub(super) login: Option<(String, String)>,
}

/// Reads the address of a server, which has a scheme.
pub(super) fn server(text: &str) -> Result<Server, String> {
    let (scheme, login, rest) = parts(text, &["https", "http"])?;
    let url = format!("{scheme}://{rest}");
    parsed(&url)?;
    let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let login = login.map(|login| {
        let (name, password) = login.split_once(':').unwrap_or((login, ""));
        (plain(name), plain(password))
    });
    Ok(Server { url, login })
}

/// Returns the proxy: that of the kubeconfig, or that of the environment, but none for this machine.
pub(super) fn proxy(server: &str, configured: Option<String>) -> Result<Option<Uri>, String> {
    let read = |text: &str| parts(text, &["http", "https", "socks5"]).and_then(|_| parsed(text)).map(Some);
    if let Some(url) = configured.filter(|url| !url.is_empty()) {
        return read(&url).map_err(|error| format!("proxy-url: {error}"));
    }
    let server = parsed(server)?;
    let host = server.host().unwrap_or_default().trim_matches(['[', ']']);
    if host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()) {
        return Ok(None);
    }
    let Some(chosen) = Matcher::from_env().intercept(&server) else { return Ok(None) };
    let address = chosen.uri().to_string();
    let address = match (login(&chosen), address.split_once("://")) {
        (Some(login), Some((scheme, rest))) => format!("{scheme}://{login}@{rest}"),
        _ => address,
    };
    read(&address).map_err(|error| format!("the proxy of the environment: {error}"))
}

/// Returns the login of a proxy, percent-encoded.
fn login(chosen: &Intercept) -> Option<String> {
    let encoded = |name: &str, password: &str| {
        let [name, password] = [name, password].map(|text| utf8_percent_encode(text, NON_ALPHANUMERIC));
        format!("{name}:{password}")
    };
    if let Some((name, password)) = chosen.raw_auth() {
        return Some(encoded(name, password));
    }
    let header = chosen.basic_auth()?.to_str().ok()?.strip_prefix("Basic ")?;
    let decoded = String::from_utf8(STANDARD.decode(header).ok()?).ok()?;
    let (name, password) = decoded.split_once(':').unwrap_or((&decoded, ""));
    Some(encoded(name, password))
}

/// Splits an address into its scheme, its login and the rest.
fn parts<'a>(text: &'a str, schemes: &[&str]) -> Result<(String, Option<&'a str>, &'a str), String> {
    if text.len() > LONGEST {
        return Err(format!("the address has {} bytes; the maximum is {LONGEST}", text.len()));
    }
    let (scheme, rest) = text.split_once("://").unwrap_or_default();
    let scheme = scheme.to_ascii_lowercase();
    if !schemes.contains(&scheme.as_str()) {
        let begin: Vec<String> = schemes.iter().map(|scheme| format!("{scheme}://")).collect();
        return Err(format!("the address must begin with {}", begin.join(" or ")));
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, _) = rest.split_at(end);
    let (login, host) = match authority.rsplit_once('@') {
        Some((login, host)) => (Some(login), host),
        None => (None, authority),
    };
    let port = host.rsplit_once(':').map(|(_, port)| port).filter(|port| !port.ends_with(']'));
    if port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return Err(
            "the address has no valid port; special characters in a password must be percent-encoded (%XX)"
                .to_owned(),
        );
    }
    let rest = login.and_then(|login| rest.get(login.len() + 1..)).unwrap_or(rest);
    Ok((scheme, login, rest))
}

/// Parses an address that has a scheme and a host.
fn parsed(text: &str) -> Result<Uri, String> {
    let url: Uri = text.parse().map_err(|error: http::uri::InvalidUri| error.to_string())?;
    if url.host().is_none_or(str::is_empty) {
        return Err("the address has no host".to_owned());
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_taken_out_of_the_address() {
        let read = |text: &str| {
            let Server { url, login } = server(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            (url, login.map(|(name, password)| format!("{name} {password}")))
        };
        for (text, url, login) in [
            ("https://h:6443", "https://h:6443", None),
            ("HTTPS://u:p%40%3A@h:6443/x", "https://h:6443/x", Some("u p@:")),
            ("https://u@p@[::1]:1", "https://[::1]:1", Some("u@p ")),
            ("https://h/x@y", "https://h/x@y", None),
        ] {
            assert_eq!(read(text), (url.to_owned(), login.map(str::to_owned)));
        }
    }

    #[test]
    fn invalid_addresses_are_refused_without_repeating_them() {
        let long = format!("https://{}", "hush".repeat(25_000));
        for text in [
            "",
            "hush",
            "://hush",
            "/hush://x",
            "ftp://hush@h",
            "https://",
            "https://hush@",
            "https://u:hush@/x",
            "https://u:hu/sh@h",
            "https://u:hush@h:99999",
            "https://u:hush@h:",
            "https://u:hush@h h",
            "https://hush@h\n",
            "https://h\u{1b}hush",
            "https:///hush",
            "https://:80",
            &long,
        ] {
            let error = server(text).err().unwrap_or_else(|| panic!("{text:?} is taken"));
            assert!(!error.contains("hush") && !error.contains("hu/") && error.len() < 150, "{error}");
            let error = proxy("https://h", Some(format!("{text} "))).unwrap_err();
            assert!(!error.contains("hush") && error.starts_with("proxy-url: "), "{error}");
        }
        assert_eq!(server(&long).unwrap_err(), "the address has 100008 bytes; the maximum is 4096");
    }

    #[test]
    fn the_proxy_keeps_its_login() {
        let chosen = |text: &str| proxy("https://h", Some(text.to_owned())).unwrap().unwrap().to_string();
        assert_eq!(chosen("http://u:p%40@proxy:3128"), "http://u:p%40@proxy:3128/");
        let matcher = Matcher::builder().https("http://u:p%40ss@proxy:3128").build();
        let found = matcher.intercept(&"https://h".parse().unwrap()).unwrap();
        assert_eq!(login(&found).as_deref(), Some("u:p%40ss"));
    }
}

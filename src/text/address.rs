//! Addresses as they may be shown: without a login and without a query.

/// Returns an address without user name, password, query and fragment. The whole text is one address. Every place that
/// keeps or shows the address of a server, a proxy or a Prometheus uses this function.
pub(crate) fn without_login(address: &str) -> String {
    let (scheme, rest) = match address.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, address),
    };
    // The last @: a password that is not percent-encoded may contain others.
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    let place = rest.split(['?', '#']).next().unwrap_or_default();
    let tail = if place.len() < rest.len() { "?…" } else { "" };
    // In a broken address, the login may stand before the "://".
    match scheme.map(|scheme| scheme.rsplit_once('@').map_or(scheme, |(_, scheme)| scheme)) {
        Some(scheme) => format!("{scheme}://{place}{tail}"),
        None => format!("{place}{tail}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn login_and_query_are_not_shown() {
        for (address, shown) in [
            ("https://h:6443", "https://h:6443"),
            ("https://h/k8s/clusters/c-1", "https://h/k8s/clusters/c-1"),
            ("https://u:hush@h:6443/x", "https://h:6443/x"),
            ("https://hush@h", "https://h"),
            ("https://u:hu/s@h@h:1/x", "https://h:1/x"),
            ("https://u:hu sh@[::1]:1", "https://[::1]:1"),
            ("u:hush@h:80", "h:80"),
            ("u:hush@https://h", "https://h"),
            ("https://u:hush://x@h", "https://h"),
            ("http://h/x?token=hush", "http://h/x?…"),
            ("http://h#hush", "http://h?…"),
            ("http://h?hush@i", "http://i"),
            ("", ""),
        ] {
            assert_eq!(without_login(address), shown, "{address}");
        }
    }
}

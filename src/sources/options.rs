//! The options of the sources. The command line converts its flags into them.

use super::Hosts;
use crate::cluster::connect::LONGEST_ADDRESS;
use crate::text::without_login;
use http::Uri;
use percent_encoding::percent_decode_str;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// Which sources are read besides the lists of the API server, and how.
#[derive(Clone, Debug, Default)]
pub struct SourceOptions {
    /// The address of a Prometheus (default: one that is found in the cluster).
    pub prometheus_url: Option<PrometheusUrl>,
    /// The namespaces in which a Prometheus that is found counts for the whole scope (default: those of the usual stacks).
    pub prometheus_namespaces: Vec<String>,
    /// Labels that every series of the Prometheus must have.
    pub prometheus_labels: Vec<Label>,
    /// The time between two samples of the kubelets, which replace a missing Prometheus; `None` is no samples.
    pub throttle_window: Option<Duration>,
    /// Whether the logs of all containers are read.
    pub logs: bool,
    /// How far back logs and the memory of killed containers are read.
    pub since: Option<Duration>,
    /// How far back the usage of every container is read; `None` is not at all.
    pub usage: Option<Duration>,
    /// The hosts to look up; `None` is no hosts.
    pub hosts: Option<Arc<Hosts>>,
}

/// The address of a Prometheus as the user typed it. It may contain a password and is never printed whole.
#[derive(Clone, PartialEq, Eq)]
pub struct PrometheusUrl(String);

/// A label that every series must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub(crate) name: String,
    pub(crate) value: String,
}

impl FromStr for Label {
    type Err = String;

    /// Reads `NAME=VALUE`. Labels that the scope decides are refused.
    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text
            .split_once('=')
            .ok_or_else(|| format!("\"{text}\" is not a label; expected NAME=VALUE, e.g. cluster=prod"))?;
        let (name, value) = (name.trim().to_owned(), value.trim().trim_matches('"').to_owned());
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        match name.as_str() {
            "namespace" | "pod" | "container" | "__name__" => {
                Err(format!("the label {name} is set by the scope"))
            }
            _ if !is_name => Err(format!("\"{name}\" is not a label name")),
            _ => Ok(Self { name, value }),
        }
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}={}", self.name, self.value)
    }
}

/// The parsed address of a Prometheus.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// Scheme, host, port and the path before `/api/v1`; no login.
    pub(crate) base: Uri,
    /// Name and password.
    pub(crate) login: Option<(String, String)>,
}

impl FromStr for PrometheusUrl {
    type Err = Infallible;

    /// Takes any text. [`PrometheusUrl::address`] reports errors, without the password.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.trim().to_owned()))
    }
}

impl fmt::Display for PrometheusUrl {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&without_login(&self.0))
    }
}

impl fmt::Debug for PrometheusUrl {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl PrometheusUrl {
    /// Parses the address.
    ///
    /// # Errors
    /// If it is not an address of HTTP. The error does not contain the address.
    pub(crate) fn address(&self) -> Result<Address, String> {
        let wrong =
            || "--prometheus-url is not a valid address, e.g. https://prometheus.example.com:9090".to_owned();
        let (scheme, rest) = self.0.split_once("://").ok_or_else(wrong)?;
        let scheme = scheme.to_ascii_lowercase();
        if scheme != "http" && scheme != "https" || self.0.len() > LONGEST_ADDRESS {
            return Err(wrong());
        }
        let (login, rest) = match rest.rsplit_once('@') {
            Some((login, _)) if login.contains(['/', '?', '#', '@']) => {
                return Err(
                    "--prometheus-url: special characters in a password must be percent-encoded (%XX)"
                        .to_owned(),
                );
            }
            Some((login, rest)) => (Some(login), rest),
            None => (None, rest),
        };
        let base: Uri = format!("{scheme}://{rest}").parse().map_err(|_| wrong())?;
        // An invalid port must not send the request to the default port.
        let port =
            rest.split(['/', '?', '#']).next().and_then(|host| host.rsplit_once(':')).map(|(_, port)| port);
        let no_port = port.is_some_and(|port| !port.ends_with(']') && port.parse::<u16>().is_err());
        if no_port || base.host().is_none_or(str::is_empty) || base.query().is_some() {
            return Err(wrong());
        }
        let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let login = login.map(|login| {
            let (name, password) = login.split_once(':').unwrap_or((login, ""));
            (plain(name), plain(password))
        });
        Ok(Address { base, login })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> PrometheusUrl {
        text.parse().unwrap()
    }

    #[test]
    fn a_login_is_taken_out_of_the_address() {
        let address = url("https://ops:p%40ss%3Aword@prom.example.com:9090/prefix/").address().unwrap();
        assert_eq!(address.base.to_string(), "https://prom.example.com:9090/prefix/");
        assert_eq!(address.login, Some(("ops".to_owned(), "p@ss:word".to_owned())));
        let address = url(" HTTP://[::1]:9090 ").address().unwrap();
        assert_eq!((address.base.to_string().as_str(), address.login), ("http://[::1]:9090/", None));
    }

    #[test]
    fn invalid_addresses_are_refused_without_repeating_them() {
        for text in [
            "",
            "prom:9090",
            "ftp://a:secret@b",
            "http://",
            "http://a:secret@",
            "http://a:secret@ b",
            "http://a:se/cret@b",
            "http://a:secret@b?c",
            "http://a:secret@b:99999",
            "http://a:secret@b:/x",
            &format!("http://a:secret@b/{}", "x".repeat(5000)),
        ] {
            let error = url(text).address().err().unwrap_or_else(|| panic!("{text} is taken"));
            assert!(!error.contains("secret") && !error.contains("cret@"), "{error}");
            assert!(!format!("{:?}", url(text)).contains("cret@"), "{text}");
        }
    }

    #[test]
    fn labels_are_names_and_values() {
        let label = |text: &str| text.parse::<Label>().map(|label| (label.name, label.value));
        let pair = |name: &str, value: &str| Ok((name.to_owned(), value.to_owned()));
        assert_eq!(label("cluster=prod"), pair("cluster", "prod"));
        assert_eq!(label(" k8s_cluster = \"a=b c\" "), pair("k8s_cluster", "a=b c"));
        assert_eq!(label("_x="), pair("_x", ""));
        for wrong in ["", "cluster", "=prod", "1x=a", "a-b=c", "a}=c", "namespace=shop", "__name__=up"] {
            assert!(label(wrong).is_err(), "{wrong}");
        }
    }
}

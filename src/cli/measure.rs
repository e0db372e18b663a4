//! The flags that say who is asked what containers use, and how often they are held back by their CPU limits.

use super::duration;
use clap::Args;
use http::Uri;
use percent_encoding::percent_decode_str;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Who is asked for measurements.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Measurements")]
pub struct MeasureArgs {
    /// The Prometheus to ask what containers used and which are throttled; else one that is found in the cluster
    #[arg(long, value_name = "URL")]
    pub prometheus_url: Option<PrometheusUrl>,
    /// Of a Prometheus that knows several clusters, only what has this label, such as cluster=prod; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_delimiter = ',')]
    pub prometheus_label: Vec<Label>,
    /// Where no Prometheus tells, read the kubelets twice, so long apart (10s to 10m)
    #[arg(long, value_name = "DURATION", value_parser = window)]
    pub throttle_window: Option<Duration>,
    /// Read the logs of all containers of the scope, and fold what they tell of errors into patterns
    #[arg(long)]
    pub logs: bool,
    /// How far back logs are read, and a Prometheus is asked what containers used (10m to 90d; Prometheus at least 2h); else 7d for rightsize, 24h for logs and what was killed
    #[arg(long, value_name = "DURATION", value_parser = since)]
    pub since: Option<Duration>,
}

/// The address of a Prometheus, as somebody wrote it: it may hold a password, and is never shown whole.
#[derive(Clone, PartialEq, Eq)]
pub struct PrometheusUrl(String);

/// A label that series must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its name.
    pub name: String,
    /// Its value; anything.
    pub value: String,
}

impl FromStr for Label {
    type Err = String;

    /// Takes `NAME=VALUE`, but no label that says what is looked at.
    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) =
            text.split_once('=').ok_or_else(|| format!("\"{text}\" is no label such as cluster=prod"))?;
        let (name, value) = (name.trim().to_owned(), value.trim().trim_matches('"').to_owned());
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        match name.as_str() {
            "namespace" | "pod" | "container" | "__name__" => {
                Err(format!("the label {name} is asked for by the scope"))
            }
            _ if !is_name => Err(format!("\"{name}\" is no name of a label")),
            _ => Ok(Self { name, value }),
        }
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}={}", self.name, self.value)
    }
}

/// An address that can be asked.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    /// Scheme, host, port and the path before `/api/v1`; no login.
    pub base: Uri,
    /// Name and password.
    pub login: Option<(String, String)>,
}

impl FromStr for PrometheusUrl {
    type Err = Infallible;

    /// Takes anything: what is wrong with it is told later, without the password.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.trim().to_owned()))
    }
}

impl fmt::Debug for PrometheusUrl {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&Self::shown(&self.0))
    }
}

impl PrometheusUrl {
    /// It without the name and the password in it.
    pub fn without_login(&self) -> String {
        Self::shown(&self.0)
    }

    /// An address without the name and the password in it.
    pub fn shown(text: &str) -> String {
        let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
        // The last one: a password that is not percent-encoded may hold anything.
        let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
        if scheme.is_empty() { rest.to_owned() } else { format!("{scheme}://{rest}") }
    }

    /// The same, ready to be asked.
    ///
    /// # Errors
    /// When it is no address of HTTP; the text does not repeat it.
    pub fn address(&self) -> Result<Address, String> {
        let wrong =
            || "--prometheus-url is no address such as https://prometheus.example.com:9090".to_owned();
        let (scheme, rest) = self.0.split_once("://").ok_or_else(wrong)?;
        let scheme = scheme.to_ascii_lowercase();
        if scheme != "http" && scheme != "https" {
            return Err(wrong());
        }
        let (login, rest) = match rest.rsplit_once('@') {
            Some((login, _)) if login.contains(['/', '?', '#', '@']) => {
                return Err(
                    "--prometheus-url: what is no letter or digit in a password is written as %XX".to_owned()
                );
            }
            Some((login, rest)) => (Some(login), rest),
            None => (None, rest),
        };
        let base: Uri = format!("{scheme}://{rest}").parse().map_err(|_| wrong())?;
        // Nobody else may get what was meant for a port that there is not.
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

fn window(text: &str) -> Result<Duration, String> {
    let time = duration(text)?;
    if time < Duration::from_secs(10) || time > Duration::from_secs(600) {
        return Err("between 10s and 10m: kubelets count anew about every 10 seconds".to_owned());
    }
    Ok(time)
}

/// From what tells something in a log to what a Prometheus may still keep.
fn since(text: &str) -> Result<Duration, String> {
    let time = duration(text)?;
    if time < Duration::from_secs(600) || time > Duration::from_secs(90 * 86_400) {
        return Err("between 10m and 90d".to_owned());
    }
    Ok(time)
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
    fn what_is_no_address_is_refused_and_never_repeated() {
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
        ] {
            let error = url(text).address().err().unwrap_or_else(|| panic!("{text} is taken"));
            assert!(!error.contains("secret") && !error.contains("cret@"), "{error}");
            assert!(!format!("{:?}", url(text)).contains("cret@"), "{text}");
        }
        assert_eq!(PrometheusUrl::shown("http://a:se/c@ret@b:1/x"), "http://b:1/x");
        assert_eq!(PrometheusUrl::shown("a:secret@b"), "b");
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

    #[test]
    fn a_window_is_long_enough_for_a_kubelet_to_count() {
        assert_eq!(window("30s"), Ok(Duration::from_secs(30)));
        assert!(since("9m").is_err() && since("91d").is_err() && since("7d").is_ok() && since("10m").is_ok());
        assert!(window("9s").is_err() && window("11m").is_err() && window("soon").is_err());
    }
}

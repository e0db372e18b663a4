//! The webhooks of a profile: the address, when to send a message about a run, and in which language. The address is a
//! secret: any client that knows it can post there.
//!
//! What does not belong here: the message (`render::message`), and sending it (`cluster::post`).

use super::{At, Error, NotifyEntry, Place, Profile, UrlFrom, is_plain};
use crate::text::Lang;
use crate::text::suggest::suggestion;
use serde::Deserialize;
use std::fmt::{self, Debug, Display};
use std::path::PathBuf;

/// A webhook, which takes JSON by POST.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// Its name for `--notify`.
    pub name: String,
    /// Where its address is.
    pub address: Source,
    /// The format of its messages.
    pub r#type: WebhookType,
    /// Where the routing key of PagerDuty is, or the key that signs JSON.
    pub key: Option<Source>,
    /// The runs to report.
    pub when: When,
    /// The language of its messages; `None` for that of the run.
    pub lang: Option<Lang>,
    /// Its place in the file.
    pub place: Place,
}

/// Where an address is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// In the profile.
    Written(Address),
    /// In this variable of the environment.
    Env(String),
    /// In this file, a path from the folder of the profile's file.
    File(PathBuf),
}

/// The format of the messages to a webhook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WebhookType {
    /// `{"text": "…"}`, as Slack, Mattermost, Rocket.Chat and Google Chat take it.
    #[default]
    Text,
    /// Block Kit of Slack.
    Slack,
    /// An Adaptive Card for a workflow of Microsoft Teams.
    Teams,
    /// Alerts for Alertmanager's API v2.
    Alertmanager,
    /// Events of PagerDuty's Events API v2.
    PagerDuty,
    /// The changes as JSON, signed if there is a key.
    Json,
}

impl WebhookType {
    const NAMES: [(&'static str, WebhookType); 6] = [
        ("text", WebhookType::Text),
        ("slack", WebhookType::Slack),
        ("teams", WebhookType::Teams),
        ("alertmanager", WebhookType::Alertmanager),
        ("pagerduty", WebhookType::PagerDuty),
        ("json", WebhookType::Json),
    ];
}

/// The runs that a webhook gets a message about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum When {
    /// Every run.
    Always,
    /// Runs whose verdict is neither healthy nor progressing, and runs that failed.
    #[default]
    Trouble,
    /// Runs with a new finding of medium or high severity.
    New,
    /// Runs with a finding of medium or high severity that is new, worse, better or fixed, and first runs with trouble.
    Changed,
}

impl When {
    const NAMES: [(&'static str, When); 4] = [
        ("always", When::Always),
        ("trouble", When::Trouble),
        ("new", When::New),
        ("changed", When::Changed),
    ];

    /// Returns the word in the file.
    pub fn id(self) -> &'static str {
        match self {
            When::Always => "always",
            When::Trouble => "trouble",
            When::New => "new",
            When::Changed => "changed",
        }
    }
}

/// A text of the file that is never printed.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("…")
    }
}

/// The address of a webhook. Only scheme and host are printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(http::Uri);

impl Address {
    /// Reads an address without the space around it.
    ///
    /// # Errors
    /// If it is not an address of http or https. The error does not repeat it.
    pub fn new(text: &str) -> Result<Self, String> {
        let no_url = || "not an address that begins with https:// or http://".to_owned();
        let uri: http::Uri = text.trim().parse().map_err(|_| no_url())?;
        let authority = uri.authority().ok_or_else(no_url)?;
        if !matches!(uri.scheme_str(), Some("https" | "http")) || authority.host().is_empty() {
            return Err(no_url());
        }
        if authority.as_str().contains('@') {
            return Err("an address with a user name or password, which are not sent".to_owned());
        }
        // Another port must not receive what was meant for an invalid one.
        let port =
            authority.as_str().rsplit_once(':').map(|(_, port)| port).filter(|port| !port.ends_with(']'));
        match port {
            Some(port) if port.parse::<u16>().is_err() => Err("an address without a usable port".to_owned()),
            _ => Ok(Self(uri)),
        }
    }

    /// Returns scheme, host and port: `https://hooks.slack.com`.
    pub fn origin(&self) -> String {
        let authority = self.0.authority().map_or("", http::uri::Authority::as_str);
        format!("{}://{authority}", self.0.scheme_str().unwrap_or_default())
    }

    /// Returns path and query: the secret.
    pub fn path(&self) -> &str {
        self.0.path_and_query().map_or("/", http::uri::PathAndQuery::as_str)
    }
}

impl Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}/…", self.origin())
    }
}

impl Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        Display::fmt(self, f)
    }
}

/// Such as `https://hooks.slack.com/…`, `env SLACK_URL`, `file /run/secrets/slack`.
impl Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Source::Written(address) => Display::fmt(address, f),
            Source::Env(name) => write!(f, "env {name}"),
            Source::File(path) => write!(f, "file {}", path.display()),
        }
    }
}

/// Returns the webhooks of a profile that was read from `path`.
///
/// # Errors
/// If one of them is incomplete or invalid, or has the name of another.
pub(super) fn webhooks(profile: &Profile, path: &str) -> Result<Vec<Webhook>, Error> {
    let mut all: Vec<Webhook> = Vec::new();
    for entry in &profile.notify {
        let one = webhook(entry, path)?;
        if let Some(other) = all.iter().find(|other| other.name == one.name) {
            let text =
                format!("a second webhook \"{}\": the first is on line {}", one.name, other.place.line);
            return Err(one.place.wrong(text, None));
        }
        all.push(one);
    }
    Ok(all)
}

fn webhook(entry: &At<NotifyEntry>, path: &str) -> Result<Webhook, Error> {
    let (place, entry) = (Place::of(path, entry), &entry.value);
    let name = entry.name.as_ref().ok_or_else(|| place.wrong("a webhook without name", None))?;
    if !is_plain(&name.value) {
        let text = "the name of a webhook may contain letters, digits, - _ and . only";
        return Err(Place::of(path, name).wrong(text, None));
    }
    let address = match (&entry.url, &entry.url_from) {
        (Some(url), None) => {
            let place = Place::of(path, url);
            Source::Written(
                Address::new(&url.value.0).map_err(|error| place.wrong(format!("url: {error}"), None))?,
            )
        }
        (None, Some(from)) => source("urlFrom", from, path)?,
        _ => {
            let text = format!("webhook \"{}\": set either url or urlFrom", name.value);
            let hint = "urlFrom: {env: VARIABLE} or {file: PATH} keeps the secret address out of the profile";
            return Err(place.wrong(text, Some(hint.to_owned())));
        }
    };
    let when = entry.when.as_ref().map(|at| when(at, path)).transpose()?;
    let lang = entry.lang.as_ref().map(|at| lang(at, path)).transpose()?;
    let r#type = entry.r#type.as_ref().map(|at| r#type(at, path)).transpose()?.unwrap_or_default();
    let key = entry.key_from.as_ref().map(|at| key(at, r#type, path)).transpose()?;
    if r#type == WebhookType::PagerDuty && key.is_none() {
        let text = format!("webhook \"{}\" of type pagerduty needs keyFrom: its routing key", name.value);
        return Err(place.wrong(text, None));
    }
    let when = when.unwrap_or_default();
    Ok(Webhook { name: name.value.clone(), address, r#type, key, when, lang, place })
}

fn r#type(at: &At<String>, path: &str) -> Result<WebhookType, Error> {
    let found = WebhookType::NAMES.iter().find(|(name, _)| *name == at.value).map(|(_, of)| *of);
    let known = WebhookType::NAMES.map(|(name, _)| name);
    found.ok_or_else(|| {
        Place::of(path, at).wrong(
            format!("type: \"{}\" is not one of {}", at.value, known.join(", ")),
            suggestion(&at.value, &known),
        )
    })
}

/// Returns where a key is. A key that no message uses would look like a signature.
fn key(from: &At<UrlFrom>, of: WebhookType, path: &str) -> Result<Source, Error> {
    if !matches!(of, WebhookType::PagerDuty | WebhookType::Json) {
        let text = "keyFrom is for type pagerduty (its routing key) and json (the key of its signature)";
        return Err(Place::of(path, from).wrong(text, None));
    }
    source("keyFrom", from, path)
}

/// `name` is the key in the file.
fn source(name: &str, from: &At<UrlFrom>, path: &str) -> Result<Source, Error> {
    let place = Place::of(path, from);
    let named = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    match (&from.value.env, &from.value.file) {
        (Some(env), None) => named(env).filter(|name| !name.contains(['=', '\0'])).map(Source::Env),
        (None, Some(file)) => named(file).map(|file| Source::File(file.into())),
        _ => None,
    }
    .ok_or_else(|| place.wrong(format!("expected {{env: VARIABLE}} or {{file: PATH}} for {name}"), None))
}

fn when(at: &At<String>, path: &str) -> Result<When, Error> {
    let found = When::NAMES.iter().find(|(name, _)| *name == at.value).map(|(_, when)| *when);
    let known = When::NAMES.map(|(name, _)| name);
    found.ok_or_else(|| {
        Place::of(path, at).wrong(
            format!("when: \"{}\" is not one of {}", at.value, known.join(", ")),
            suggestion(&at.value, &known),
        )
    })
}

fn lang(at: &At<String>, path: &str) -> Result<Lang, Error> {
    let known: Vec<&str> = Lang::ALL.iter().map(|lang| lang.tag()).collect();
    Lang::of_tag(&at.value).ok_or_else(|| {
        Place::of(path, at).wrong(
            format!("lang: \"{}\" is not one of {}", at.value, known.join(", ")),
            suggestion(&at.value, &known),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::read::parse;
    use super::*;

    #[test]
    fn the_secret_is_never_printed() {
        let text = "profiles:\n  p:\n    notify:\n    - {name: ops, url: 'https://hooks.example.com:8443/T0/hush?k=hush'}\n";
        let config = parse("c.yaml", text).unwrap();
        let webhooks = webhooks(&config.profiles["p"], "c.yaml").unwrap();
        assert!(!format!("{config:#?} {webhooks:#?}").contains("hush"));
        let Source::Written(address) = &webhooks[0].address else { panic!("it is written there") };
        assert_eq!(address.to_string(), "https://hooks.example.com:8443/…");
        assert_eq!(
            (address.origin().as_str(), address.path()),
            ("https://hooks.example.com:8443", "/T0/hush?k=hush")
        );
    }

    #[test]
    fn an_address_is_of_http_and_has_a_host() {
        for good in ["https://h/x", " http://127.0.0.1:80/x\n", "https://[::1]/x", "HTTPS://h"] {
            assert!(Address::new(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "h/x",
            "//h/x",
            "ftp://h",
            "https://",
            "https:///x",
            "https://u@h/x",
            "https://h:0x1/",
            "https://h/a b",
            "https://h:/x",
        ] {
            let error = Address::new(bad).unwrap_err();
            assert!(!error.contains("h/") && !error.contains("u@"), "{error}");
        }
    }
}

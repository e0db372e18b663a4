//! The classes, mutes and links of a profile, resolved and ready to use.

use super::classes::{Class, class};
use super::{At, Error, LinkEntry, MuteEntry, Place, Profile, Section};
use crate::finding::Catalog;
use crate::model::{ThresholdChanges, percent};
use crate::text::suggest::{did_you_mean, nearest, suggestion};
use crate::text::{Fact, Message, Text};
use crate::wire::Kind;
use globset::{Glob, GlobMatcher};
use jiff::civil::Date;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::BTreeSet;

/// Classes, mutes and links.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Sorted by name.
    pub classes: Vec<Class>,
    /// In the order of the file.
    pub mutes: Vec<Mute>,
    /// In the order of the file.
    pub links: Vec<Link>,
}

/// Findings that are accepted until a day.
#[derive(Clone, Debug)]
pub struct Mute {
    /// The check as written; may be a pattern.
    pub check: String,
    /// The checks that it matches, by id.
    pub checks: BTreeSet<&'static str>,
    /// The namespaces; `None` for all.
    pub namespace: Option<Matcher>,
    /// The objects or their owners; `None` for all.
    pub object: Option<Pattern>,
    /// Why the findings are accepted.
    pub reason: String,
    /// Who is responsible for it.
    pub owner: String,
    /// The last day on which it applies, in UTC.
    pub until: Date,
    /// Where it is written: a place in the file, or an annotated object.
    pub place: String,
}

/// A link to a page about a finding.
#[derive(Clone, Debug)]
pub struct Link {
    /// What it links to.
    pub name: String,
    /// The address, with placeholders in braces.
    pub url: String,
    /// The checks that it is for, by id; `None` for all.
    pub checks: Option<BTreeSet<&'static str>>,
}

/// The placeholders that the address of a link may contain.
pub const PLACEHOLDERS: [&str; 7] = ["check", "severity", "context", "namespace", "kind", "name", "owner"];

/// A pattern, or a text that is compared as it is: annotations are many, and a compiled pattern is large and slow.
#[derive(Clone, Debug)]
pub enum Matcher {
    /// One text.
    Exact(String),
    /// A compiled pattern.
    Glob(GlobMatcher),
}

impl Matcher {
    /// Returns whether it matches a text.
    pub fn is_match(&self, text: &str) -> bool {
        match self {
            Matcher::Exact(exact) => exact == text,
            Matcher::Glob(glob) => glob.is_match(text),
        }
    }

    /// Returns the only text that it matches, if there is one.
    pub fn exact(&self) -> Option<&str> {
        match self {
            Matcher::Exact(exact) => Some(exact),
            Matcher::Glob(_) => None,
        }
    }
}

impl std::fmt::Display for Matcher {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Matcher::Exact(exact) => f.write_str(&globset::escape(exact)),
            Matcher::Glob(glob) => f.write_str(glob.glob().glob()),
        }
    }
}

/// A pattern of `kind/name` or of a name.
#[derive(Clone, Debug)]
pub struct Pattern {
    matcher: Matcher,
    with_kind: bool,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// If it is malformed or names an unknown kind.
    pub fn new(text: &str) -> Result<Self, Message> {
        let lower = |kind: Kind| kind.name().to_lowercase();
        let written = match text.split_once('/') {
            Some((kind, name)) => {
                let kind = kind.to_lowercase();
                let plain = !kind.contains(['*', '?', '[', '{']);
                let known: Vec<String> = Kind::ALL.into_iter().map(lower).collect();
                if plain && !known.contains(&kind) {
                    let near = nearest(&kind, known.iter().map(String::as_str));
                    let hint = near.map_or(String::new(), |word| format!("; {}", did_you_mean(word)));
                    return Err(Message::quoted(format!("no kind is called \"{kind}\"{hint}")));
                }
                format!("{kind}/{name}")
            }
            None => text.to_owned(),
        };
        Ok(Self { matcher: Matcher::Glob(glob(&written)?), with_kind: text.contains('/') })
    }

    /// Returns the pattern that matches this object only.
    pub fn exact(kind: &str, name: &str) -> Self {
        Self { matcher: Matcher::Exact(slashed(kind, name)), with_kind: true }
    }

    /// Returns the only `kind/name` that it matches, if there is one.
    pub fn only(&self) -> Option<&str> {
        self.matcher.exact().filter(|_| self.with_kind)
    }

    /// Returns whether it matches an object of this kind and name.
    pub fn is_match(&self, kind: &str, name: &str) -> bool {
        if self.with_kind { self.matcher.is_match(&slashed(kind, name)) } else { self.matcher.is_match(name) }
    }
}

/// Compiles a pattern.
///
/// # Errors
/// If it is malformed.
pub(super) fn glob(pattern: &str) -> Result<GlobMatcher, Message> {
    let glob = Glob::new(pattern).map_err(|error| Message::quoted(error.to_string()))?;
    Ok(glob.compile_matcher())
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        self.matcher.fmt(f)
    }
}

/// Returns `kind/name` as patterns have it.
pub(crate) fn slashed(kind: &str, name: &str) -> String {
    format!("{}/{name}", kind.to_lowercase())
}

impl Default for Rules {
    /// The rules that apply without a profile.
    fn default() -> Self {
        Self { classes: vec![Class::batch()], mutes: Vec::new(), links: Vec::new() }
    }
}

impl Rules {
    /// Returns the rules of a profile that was read from `path`.
    ///
    /// # Errors
    /// If one of them is incomplete or invalid.
    pub(super) fn of(profile: &Profile, path: &str, catalog: &Catalog) -> Result<Self, Error> {
        let mut classes = Rules::default().classes;
        for (name, entry) in &profile.classes {
            let of_profile = class(name, entry, path)?;
            match classes.iter_mut().find(|class| class.name == *name) {
                Some(built_in) => built_in.merge(of_profile),
                None => classes.push(of_profile),
            }
        }
        classes.sort_by(|a, b| a.name.cmp(&b.name));
        let mutes: Result<_, Error> = profile.mutes.iter().map(|entry| mute(entry, path, catalog)).collect();
        let links: Result<_, Error> = profile.links.iter().map(|entry| link(entry, path, catalog)).collect();
        // Contradictions between thresholds are found after all layers are merged.
        changes(&profile.thresholds, path)?;
        Ok(Self { classes, mutes: mutes?, links: links? })
    }
}

/// Reads thresholds that are different for some workloads.
pub(super) fn changes(thresholds: &Section, path: &str) -> Result<ThresholdChanges, Error> {
    let mut changes = ThresholdChanges::default();
    for (setting, at) in thresholds.iter() {
        let (name, value) = (setting.id.replace('_', "-"), at.value.join(","));
        let place = Place::of(path, at);
        if ThresholdChanges::NAMES.contains(&name.as_str()) {
            changes.set(&name, &value).map_err(|error| place.wrong(error, None))?;
        } else {
            percent(&value).map_err(|why| place.wrong(format!("{name}: {why}"), None))?;
        }
    }
    Ok(changes)
}

fn mute(entry: &At<MuteEntry>, path: &str, catalog: &Catalog) -> Result<Mute, Error> {
    let (place, mute) = (Place::of(path, entry), &entry.value);
    let incomplete = |what: &str| {
        let hint = "a mute needs check, reason, owner and until, so that its readers know when to remove it";
        place.wrong(format!("a mute without {what}"), Some(hint.to_owned()))
    };
    let check = mute.check.as_ref().ok_or_else(|| incomplete("check"))?;
    let until = mute.until.as_ref().ok_or_else(|| incomplete("until, the last day on which it applies"))?;
    let said = |text: &Option<String>, what| match text.as_deref().map(str::trim) {
        None | Some("") => Err(incomplete(what)),
        Some(text) => Ok(text.to_owned()),
    };
    let namespace = mute
        .namespace
        .as_ref()
        .map(|at| glob(&at.value).map(Matcher::Glob).map_err(|error| Place::of(path, at).wrong(error, None)));
    let object = mute
        .object
        .as_ref()
        .map(|at| Pattern::new(&at.value).map_err(|error| Place::of(path, at).wrong(error, None)));
    Ok(Mute {
        check: check.value.clone(),
        checks: ids(std::slice::from_ref(&check.value), &Place::of(path, check), catalog)?,
        namespace: namespace.transpose()?,
        object: object.transpose()?,
        reason: said(&mute.reason, "reason")?,
        owner: said(&mute.owner, "owner")?,
        until: day(&until.value).map_err(|error| Place::of(path, until).wrong(error, None))?,
        place: place.to_string(),
    })
}

static NO_DAY: Text = Text {
    en: "until: \"{text}\" is not a day such as 2026-12-31",
    zh_tw: "until：「{text}」不是日期，例如 2026-12-31",
    zh_cn: "until：“{text}”不是日期，例如 2026-12-31",
};

/// Reads the last day of a mute.
///
/// # Errors
/// If the text is not a day.
pub fn day(text: &str) -> Result<Date, Message> {
    // No time, no week, no year before zero.
    let strict = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let date = strict.then(|| text.parse::<Date>().ok()).flatten();
    date.ok_or_else(|| Message::new(&NO_DAY, vec![("text", Fact::text(text))]))
}

fn ids(patterns: &[String], place: &Place, catalog: &Catalog) -> Result<BTreeSet<&'static str>, Error> {
    let mut found = BTreeSet::new();
    for text in patterns {
        found.extend(catalog.matching(text).map_err(|error| place.wrong(error, None))?);
    }
    Ok(found)
}

fn link(entry: &At<LinkEntry>, path: &str, catalog: &Catalog) -> Result<Link, Error> {
    let (place, link) = (Place::of(path, entry), &entry.value);
    let name = link.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| place.wrong("a link without name", None))?;
    let url = link.url.as_ref().ok_or_else(|| place.wrong("a link without url", None))?;
    check_url(&url.value, &Place::of(path, url))?;
    let checks = link.checks.as_ref().map(|at| ids(&at.value, &Place::of(path, at), catalog));
    Ok(Link { name: name.to_owned(), url: url.value.clone(), checks: checks.transpose()? })
}

/// Checks that a browser can open an address and that its placeholders are known.
fn check_url(url: &str, place: &Place) -> Result<(), Error> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    if rest.is_none_or(str::is_empty) || url.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(
            place.wrong(format!("\"{url}\" is not an address that begins with https:// or http://"), None)
        );
    }
    for part in url.split('{').skip(1) {
        let Some((name, _)) = part.split_once('}') else {
            return Err(place.wrong("a { without a }", None));
        };
        if !PLACEHOLDERS.contains(&name) {
            return Err(
                place.wrong(format!("unknown placeholder {{{name}}}"), suggestion(name, &PLACEHOLDERS))
            );
        }
    }
    Ok(())
}

/// All characters but the unreserved ones of RFC 3986.
const RESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Link {
    /// Returns the address with its placeholders filled in; `value` returns each of [`PLACEHOLDERS`] by name.
    pub fn fill(&self, value: impl Fn(&str) -> String) -> String {
        let mut out = String::new();
        let mut rest = self.url.as_str();
        while let Some((before, (name, after))) =
            rest.split_once('{').and_then(|(before, tail)| Some((before, tail.split_once('}')?)))
        {
            out.push_str(before);
            out.extend(utf8_percent_encode(&value(name), &RESERVED));
            rest = after;
        }
        out + rest
    }
}

#[cfg(test)]
mod tests {
    use super::super::read::parse;
    use super::*;

    fn rules(yaml: &str) -> Result<Rules, String> {
        let text = format!("profiles:\n  p:\n{yaml}");
        let config = parse("c.yaml", &text).map_err(|error| error.to_string())?;
        Rules::of(&config.profiles["p"], "c.yaml", &crate::checks::CATALOG).map_err(|error| error.to_string())
    }

    const MUTE: &str = "    mutes:\n    - check: pod-leftover\n      namespace: pigo-*\n      object: deployment/web*\n      \
                        reason: goes with the old cluster\n      owner: platform\n      until: 2026-12-31\n";

    #[test]
    fn a_mute_is_read_with_its_place() {
        let rules = rules(MUTE).unwrap();
        let mute = &rules.mutes[0];
        assert_eq!((mute.place.as_str(), mute.until.to_string()), ("c.yaml:4:7", "2026-12-31".to_owned()));
        assert!(mute.object.as_ref().unwrap().is_match("Deployment", "web-a"));
        assert!(!mute.object.as_ref().unwrap().is_match("StatefulSet", "web-a"));
        assert!(mute.namespace.as_ref().unwrap().is_match("pigo-dev"));
    }

    #[test]
    fn an_error_names_the_line() {
        for (from, to, told) in [
            ("      until: 2026-12-31\n", "", "c.yaml:4:7: a mute without until"),
            ("      owner: platform\n", "", "c.yaml:4:7: a mute without owner"),
            ("goes with the old cluster", "' '", "c.yaml:4:7: a mute without reason"),
            ("2026-12-31", "31.12.2026", "c.yaml:9:14: until: \"31.12.2026\" is not a day"),
            ("2026-12-31", "2026-13-01", "c.yaml:9:14: until:"),
            ("pod-leftover", "pod-leftovers", "c.yaml:4:14: no check is called \"pod-leftovers\""),
            ("deployment/web*", "deploy/web", "c.yaml:6:15: no kind is called \"deploy\"; did you mean"),
            ("pigo-*", "'[a'", "c.yaml:5:18: "),
        ] {
            assert!(MUTE.contains(from), "{from}");
            let error = rules(&MUTE.replace(from, to)).unwrap_err();
            assert!(error.starts_with(told), "{error}\n{told}");
        }
    }

    #[test]
    fn links_are_filled_with_their_finding() {
        let link = |url: &str| rules(&format!("    links:\n    - name: runbook\n      url: {url}\n"));
        let links = link("https://wiki/{check}?q={namespace}/{name}").unwrap().links;
        let url = links[0].fill(|name| format!("<{name}&>"));
        assert_eq!(url, "https://wiki/%3Ccheck%26%3E?q=%3Cnamespace%26%3E/%3Cname%26%3E");
        for (url, told) in [
            ("ftp://wiki", "c.yaml:5:12: \"ftp://wiki\" is not an address"),
            ("javascript:alert(1)", "c.yaml:5:12: "),
            ("https://wiki/{chek}", "c.yaml:5:12: unknown placeholder {chek}"),
            ("'https://wiki/{check'", "c.yaml:5:12: a { without a }"),
        ] {
            let error = link(url).unwrap_err();
            assert!(error.starts_with(told), "{error}");
        }
    }

    #[test]
    fn thresholds_out_of_range_are_named_with_their_line() {
        let of = |key: &str, value: &str| rules(&format!("    thresholds:\n      {key}: {value}\n"));
        assert!(
            of("restartsAttention", "0").unwrap_err().starts_with("c.yaml:4:26: restarts-attention: \"0\"")
        );
        assert!(of("grace", "soon").unwrap_err().starts_with("c.yaml:4:14: grace: \"soon\""));
        assert!(of("grace", "10m").is_ok());
    }
}

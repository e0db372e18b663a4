//! What a profile says besides settings, made ready to be used: classes, mutes and links.

use super::classes::{Class, class};
use super::{At, Error, LinkEntry, MuteEntry, Place, Profile, Thresholds};
use crate::checks;
use crate::model::{ThresholdChanges, percent};
use crate::text::suggest::{self, suggestion};
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

/// What is accepted for a time.
#[derive(Clone, Debug)]
pub struct Mute {
    /// The check as it is written, which may be a pattern.
    pub check: String,
    /// The checks that it means, by id.
    pub checks: BTreeSet<&'static str>,
    /// In which namespaces; `None` is in all.
    pub namespace: Option<GlobMatcher>,
    /// For which objects, or their owners; `None` is for all.
    pub object: Option<Pattern>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds, in UTC.
    pub until: Date,
    /// Where it is written: a place in the file, or the object that carries it.
    pub place: String,
}

/// A link to a page about a finding.
#[derive(Clone, Debug)]
pub struct Link {
    /// What it leads to.
    pub name: String,
    /// The address, with placeholders in braces.
    pub url: String,
    /// Only for these checks, by id; `None` is for all.
    pub checks: Option<BTreeSet<&'static str>>,
}

/// What may stand in braces in the address of a link.
pub const PLACEHOLDERS: [&str; 7] = ["check", "severity", "context", "namespace", "kind", "name", "owner"];

/// A pattern of `kind/name`, or of a name alone.
#[derive(Clone, Debug)]
pub struct Pattern {
    matcher: GlobMatcher,
    with_kind: bool,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// When it is none, or names a kind that there is not.
    pub fn new(text: &str) -> Result<Self, String> {
        let lower = |kind: Kind| kind.name().to_lowercase();
        let written = match text.split_once('/') {
            Some((kind, name)) => {
                let kind = kind.to_lowercase();
                let plain = !kind.contains(['*', '?', '[', '{']);
                let known: Vec<String> = Kind::ALL.into_iter().map(lower).collect();
                if plain && !known.contains(&kind) {
                    let known: Vec<&str> = known.iter().map(String::as_str).collect();
                    let hint = suggest::nearest(&kind, known);
                    let hint = hint.map_or(String::new(), |word| format!("; did you mean \"{word}\"?"));
                    return Err(format!("no kind is called \"{kind}\"{hint}"));
                }
                format!("{kind}/{name}")
            }
            None => text.to_owned(),
        };
        let glob = Glob::new(&written).map_err(|error| error.to_string())?;
        Ok(Self { matcher: glob.compile_matcher(), with_kind: text.contains('/') })
    }

    /// The pattern that means this object alone.
    ///
    /// # Errors
    /// When its name is so long that it cannot be matched.
    pub fn exact(kind: &str, name: &str) -> Result<Self, String> {
        let written = globset::escape(&format!("{}/{name}", kind.to_lowercase()));
        let glob = Glob::new(&written).map_err(|error| error.to_string())?;
        Ok(Self { matcher: glob.compile_matcher(), with_kind: true })
    }

    /// Whether it means an object of this kind and name.
    pub fn is_match(&self, kind: &str, name: &str) -> bool {
        if self.with_kind {
            self.matcher.is_match(format!("{}/{name}", kind.to_lowercase()))
        } else {
            self.matcher.is_match(name)
        }
    }
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(self.matcher.glob().glob())
    }
}

impl Default for Rules {
    /// What holds without a profile.
    fn default() -> Self {
        Self { classes: vec![Class::batch()], mutes: Vec::new(), links: Vec::new() }
    }
}

impl Rules {
    /// The rules of a profile; `path` is the file it is from.
    ///
    /// # Errors
    /// When one of them is incomplete or means nothing.
    pub(super) fn of(profile: &Profile, path: &str) -> Result<Self, Error> {
        let mut classes = Rules::default().classes;
        for (name, entry) in &profile.classes {
            let of_profile = class(name, entry, path)?;
            match classes.iter_mut().find(|class| class.name == *name) {
                Some(built_in) => built_in.become_like(of_profile),
                None => classes.push(of_profile),
            }
        }
        classes.sort_by(|a, b| a.name.cmp(&b.name));
        let mutes: Result<_, Error> = profile.mutes.iter().map(|entry| mute(entry, path)).collect();
        let links: Result<_, Error> = profile.links.iter().map(|entry| link(entry, path)).collect();
        // Contradictions between the two are found where they are put together with the other layers.
        changes(&profile.thresholds, path)?;
        Ok(Self { classes, mutes: mutes?, links: links? })
    }
}

pub(super) fn changes(thresholds: &Thresholds, path: &str) -> Result<ThresholdChanges, Error> {
    let mut changes = ThresholdChanges::default();
    let count = |at: &Option<At<i64>>| at.as_ref().map(|at| (Place::of(path, at), at.value.to_string()));
    let time = |at: &Option<At<String>>| at.as_ref().map(|at| (Place::of(path, at), at.value.clone()));
    let named = [
        count(&thresholds.restarts_attention),
        count(&thresholds.restarts_unhealthy),
        time(&thresholds.quiet_after),
        time(&thresholds.grace),
        time(&thresholds.throttled),
    ];
    for (name, set) in ThresholdChanges::NAMES.into_iter().zip(named) {
        if let Some((place, value)) = set {
            changes.set(name, &value).map_err(|error| place.wrong(error, None))?;
        }
    }
    if let Some(at) = &thresholds.node_memory {
        let wrong = |why| Place::of(path, at).wrong(format!("node-memory: {why}"), None);
        percent(&at.value).map_err(wrong)?;
    }
    Ok(changes)
}

fn mute(entry: &At<MuteEntry>, path: &str) -> Result<Mute, Error> {
    let (place, mute) = (Place::of(path, entry), &entry.value);
    let incomplete = |what: &str| {
        let hint = "a mute says check, reason, owner and until: whoever reads it later must know what to do";
        place.wrong(format!("a mute without {what}"), Some(hint.to_owned()))
    };
    let check = mute.check.as_ref().ok_or_else(|| incomplete("check"))?;
    let until = mute.until.as_ref().ok_or_else(|| incomplete("until, the last day on which it holds"))?;
    let said = |text: &Option<String>, what| match text.as_deref().map(str::trim) {
        None | Some("") => Err(incomplete(what)),
        Some(text) => Ok(text.to_owned()),
    };
    let namespace = mute.namespace.as_ref().map(|at| {
        let glob = Glob::new(&at.value).map_err(|e| Place::of(path, at).wrong(e.to_string(), None))?;
        Ok::<_, Error>(glob.compile_matcher())
    });
    let object = mute
        .object
        .as_ref()
        .map(|at| Pattern::new(&at.value).map_err(|error| Place::of(path, at).wrong(error, None)));
    Ok(Mute {
        check: check.value.clone(),
        checks: ids(std::slice::from_ref(&check.value), &Place::of(path, check))?,
        namespace: namespace.transpose()?,
        object: object.transpose()?,
        reason: said(&mute.reason, "reason")?,
        owner: said(&mute.owner, "owner")?,
        until: day(&until.value).map_err(|error| Place::of(path, until).wrong(error, None))?,
        place: place.to_string(),
    })
}

/// A day as a mute names it.
///
/// # Errors
/// When it is none.
pub fn day(text: &str) -> Result<Date, String> {
    // Nothing else is meant by ten characters with two dashes: no time, no week, no year before zero.
    let strict = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let date = strict.then(|| text.parse::<Date>().ok()).flatten();
    date.ok_or_else(|| format!("until: \"{text}\" is not a day such as 2026-12-31"))
}

fn ids(patterns: &[String], place: &Place) -> Result<BTreeSet<&'static str>, Error> {
    let mut found = BTreeSet::new();
    for text in patterns {
        let ids = checks::matching(text).map_err(|error| place.wrong(error, None))?;
        found.extend(ids);
    }
    Ok(found)
}

fn link(entry: &At<LinkEntry>, path: &str) -> Result<Link, Error> {
    let (place, link) = (Place::of(path, entry), &entry.value);
    let name = link.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| place.wrong("a link without name", None))?;
    let url = link.url.as_ref().ok_or_else(|| place.wrong("a link without url", None))?;
    check_url(&url.value, &Place::of(path, url))?;
    let checks = link.checks.as_ref().map(|at| ids(&at.value, &Place::of(path, at)));
    Ok(Link { name: name.to_owned(), url: url.value.clone(), checks: checks.transpose()? })
}

/// Whether an address is one that a browser opens, and its placeholders are known.
fn check_url(url: &str, place: &Place) -> Result<(), Error> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    if rest.is_none_or(str::is_empty) || url.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(
            place.wrong(format!("\"{url}\" is no address that begins with https:// or http://"), None)
        );
    }
    for part in url.split('{').skip(1) {
        let Some((name, _)) = part.split_once('}') else {
            return Err(place.wrong("a { without its }", None));
        };
        if !PLACEHOLDERS.contains(&name) {
            return Err(
                place.wrong(format!("unknown placeholder {{{name}}}"), suggestion(name, &PLACEHOLDERS))
            );
        }
    }
    Ok(())
}

/// All that RFC 3986 does not leave as it is wherever it stands.
const RESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Link {
    /// The address with its placeholders filled in; `value` gives each of [`PLACEHOLDERS`] by name.
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
        Rules::of(&config.profiles["p"], "c.yaml").map_err(|error| error.to_string())
    }

    const MUTE: &str = "    mutes:\n    - check: pod-leftover\n      namespace: pigo-*\n      object: deployment/web*\n      \
                        reason: goes with the old cluster\n      owner: platform\n      until: 2026-12-31\n";

    #[test]
    fn a_mute_says_what_why_who_and_how_long() {
        let rules = rules(MUTE).unwrap();
        let mute = &rules.mutes[0];
        assert_eq!((mute.place.as_str(), mute.until.to_string()), ("c.yaml:4:7", "2026-12-31".to_owned()));
        assert!(mute.object.as_ref().unwrap().is_match("Deployment", "web-a"));
        assert!(!mute.object.as_ref().unwrap().is_match("StatefulSet", "web-a"));
        assert!(mute.namespace.as_ref().unwrap().is_match("pigo-dev"));
    }

    #[test]
    fn what_is_missing_or_wrong_is_named_with_its_line() {
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
    fn links_are_filled_with_what_they_speak_of() {
        let link = |url: &str| rules(&format!("    links:\n    - name: runbook\n      url: {url}\n"));
        let links = link("https://wiki/{check}?q={namespace}/{name}").unwrap().links;
        let url = links[0].fill(|name| format!("<{name}&>"));
        assert_eq!(url, "https://wiki/%3Ccheck%26%3E?q=%3Cnamespace%26%3E/%3Cname%26%3E");
        for (url, told) in [
            ("ftp://wiki", "c.yaml:5:12: \"ftp://wiki\" is no address"),
            ("javascript:alert(1)", "c.yaml:5:12: "),
            ("https://wiki/{chek}", "c.yaml:5:12: unknown placeholder {chek}"),
            ("'https://wiki/{check'", "c.yaml:5:12: a { without its }"),
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

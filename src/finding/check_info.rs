//! A check as all code but its own sees it: its id, its texts, and how its findings relate to others.

use super::{Measure, Severity};
use crate::text::suggest::nearest_holding;
use crate::text::{Fact, Message, Text};
use crate::wire::Kind;
use std::collections::BTreeSet;

/// A check without its function.
#[derive(Debug)]
pub struct CheckInfo {
    /// The id in kebab case; it names the bad state and is never used for another check.
    pub id: &'static str,
    /// The version that introduced it.
    pub since: &'static str,
    /// The highest severity of its findings.
    pub severity: Severity,
    /// The kinds that it reads; without them it finds nothing.
    pub needs: &'static [Kind],
    /// The bad state, as a heading.
    pub title: Text,
    /// What the bad state means for users of the object.
    pub meaning: Text,
    /// How to fix it.
    pub remedy: Text,
    /// How to prevent it.
    pub prevention: Text,
    /// Its page.
    pub page: Text,
    /// How its findings relate to others.
    pub traits: Traits,
}

/// How the findings of a check relate to those of other checks and of other runs.
#[derive(Debug)]
pub struct Traits {
    /// The group that settings switch as a whole.
    pub group: Option<Group>,
    /// How its findings take part in incidents.
    pub relation: Relation,
    /// The facts of its findings that are compared from run to run.
    pub measures: &'static [Measure],
}

impl Traits {
    /// Those of most checks.
    pub const NONE: Self = Self { group: None, relation: Relation::Explains, measures: &[] };
}

/// Checks that settings switch as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// The checks of TLS certificates, which an internal namespace may not need.
    Tls,
    /// The checks of hosts in DNS.
    Hosts,
}

/// How the findings of a check take part in incidents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// They explain findings that name their object as the cause.
    Explains,
    /// They explain nothing: a pod that was left over is not why a replica is missing.
    ExplainsNothing,
    /// The node of such a finding is down if its severity is high, which is why its pods fail.
    NodeDown,
    /// A node that is down causes them.
    CausedByNode,
}

impl CheckInfo {
    /// Returns the measure that a fact of its findings is, if it is one.
    pub fn measure(&self, fact: &str) -> Option<&'static Measure> {
        self.traits.measures.iter().find(|measure| measure.name == fact)
    }

    /// Returns whether it belongs to a group.
    pub fn is_of(&self, group: Group) -> bool {
        self.traits.group == Some(group)
    }

    /// Returns whether it reads the certificates that hosts serve.
    pub fn reads_handshakes(&self) -> bool {
        self.is_of(Group::Tls) && self.needs.contains(&Kind::Host)
    }
}

static UNKNOWN: Text = Text {
    en: "no check is called \"{pattern}\"; \"kubectl healthcheck checks\" lists them",
    zh_tw: "沒有名為「{pattern}」的檢查；kubectl healthcheck checks 會列出全部",
    zh_cn: "没有名为“{pattern}”的检查；kubectl healthcheck checks 会列出全部",
};
static NEAR: Text = Text {
    en: "no check is called \"{pattern}\"; did you mean \"{near}\"?",
    zh_tw: "沒有名為「{pattern}」的檢查；是否指「{near}」？",
    zh_cn: "没有名为“{pattern}”的检查；是否指“{near}”？",
};

/// All checks, sorted by id.
#[derive(Clone, Copy, Debug)]
pub struct Catalog(&'static [&'static CheckInfo]);

impl Catalog {
    /// Creates a catalog of checks that are sorted by id.
    pub const fn new(checks: &'static [&'static CheckInfo]) -> Self {
        Self(checks)
    }

    /// Returns every check.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &'static CheckInfo> + use<> {
        self.0.iter().copied()
    }

    /// Returns the check of an id.
    pub fn find(&self, id: &str) -> Option<&'static CheckInfo> {
        self.iter().find(|check| check.id == id)
    }

    /// Returns the checks of a group.
    pub fn group(&self, group: Group) -> impl Iterator<Item = &'static CheckInfo> + use<> {
        self.iter().filter(move |check| check.is_of(group))
    }

    /// Returns whether a choice leaves out every check of a group.
    pub fn is_without(&self, group: Group, left_out: &BTreeSet<&'static str>) -> bool {
        self.group(group).all(|check| left_out.contains(check.id))
    }

    /// Returns the ids that a pattern with `*` and `?` matches.
    ///
    /// # Errors
    /// If the pattern is malformed or matches no id.
    pub fn matching(&self, pattern: &str) -> Result<Vec<&'static str>, Message> {
        let named = ("pattern", Fact::text(pattern));
        let ids = || self.iter().map(|check| check.id);
        let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        // Nearly all patterns are an id or its start, and a tenant may write very many: no glob is compiled for these.
        let found: Vec<&str> = match pattern.strip_suffix('*') {
            None if is_plain(pattern) => ids().filter(|id| *id == pattern).collect(),
            Some(start) if is_plain(start) => ids().filter(|id| id.starts_with(start)).collect(),
            _ => {
                let glob = globset::Glob::new(pattern).map_err(|error| Message::quoted(error.to_string()))?;
                let matcher = glob.compile_matcher();
                ids().filter(|id| matcher.is_match(id)).collect()
            }
        };
        if !found.is_empty() {
            return Ok(found);
        }
        Err(match nearest_holding(pattern, ids()) {
            Some(near) => Message::new(&NEAR, vec![named, ("near", Fact::text(near))]),
            None => Message::new(&UNKNOWN, vec![named]),
        })
    }
}

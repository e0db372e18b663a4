//! The rows of the problem table, and the texts of their cells.

use super::super::document::{Line, brief, message, name, own};
use super::super::escape::brief_of;
use super::super::words::{self, age, and_more, texts};
use super::super::{Sort, changed};
use super::Screen;
use crate::compare::changes::{Change, Changed, Changes};
use crate::finding::incident::{Incident, Victims};
use crate::finding::{Finding, Severity};
use crate::model::ObjectRef;
use crate::text::{Fact, Lang};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

texts! {
    OBJECTS: "{count:# object|# objects}: ", "{count} 個物件：", "{count} 个对象：";
    PODS: "{pods:# pod|# pods}: ", "{pods} 個 Pod：", "{pods} 个 Pod：";
    PODS_OF: "{pods:# pod|# pods} of {workloads:# workload|# workloads}: ", "{workloads} 個工作負載的 {pods} 個 Pod：",
        "{workloads} 个工作负载的 {pods} 个 Pod：";
    VICTIMS: "; {count:# other workload fails|# other workloads fail} because of it", "；另有 {count} 個工作負載因此異常",
        "；另有 {count} 个工作负载因此异常";
    VICTIMS_IN: "; {count} other workloads in {namespaces} namespaces fail because of it",
        "；{namespaces} 個命名空間中另有 {count} 個工作負載因此異常", "；{namespaces} 个命名空间中另有 {count} 个工作负载因此异常";
}

/// The number of incidents on one screen.
pub(super) const INCIDENTS_SHOWN: usize = 20;

/// The age from which an incident is folded if newer ones are at least as bad, in seconds.
const OLD: i64 = 7 * 86_400;

/// A row of the problem table.
pub(super) struct Row<'r> {
    /// The severity, which may be worse than that of the finding that names the cause.
    pub(super) severity: Severity,
    /// The finding; `None` if it is not found any more.
    pub(super) finding: Option<&'r Finding>,
    /// The incident; `None` if the row is one finding of an incident.
    pub(super) incident: Option<&'r Incident>,
    /// The change since the earlier run.
    pub(super) changed: Option<&'r Changed>,
    /// The number of other findings of the incident with the same change.
    others: usize,
}

/// The number of rows by severity.
pub(super) type Tally = BTreeMap<Reverse<Severity>, usize>;

/// The rows of a screen.
pub(super) struct Rows<'r> {
    /// Those that are shown.
    pub(super) shown: Vec<Row<'r>>,
    /// How many are not shown.
    pub(super) rest: Tally,
    /// How many are not shown because they are old.
    pub(super) old: Tally,
}

impl Screen<'_> {
    /// Returns one row for each incident, or for each finding with `--all`. Changes come first.
    pub(super) fn rows(&self) -> Rows<'_> {
        let mut rows: Vec<Row> = match (self.report.changes(), self.look.all) {
            (None, true) => self.report.findings.iter().map(|finding| of_finding(finding, None)).collect(),
            (None, false) => self.incidents(),
            (Some(changes), true) => self.every_change(changes),
            (Some(changes), false) => self.changes(changes),
        };
        self.sort(&mut rows);
        let (mut rest, mut old) = (Tally::new(), Tally::new());
        let (mut read, mut worst_young) = (0, None);
        rows.retain(|row| {
            let age = self.age(row);
            let is_old = self.folds() && self.is_old(row) && worst_young >= Some(row.severity);
            let is_asked = self.look.all || row.severity > Severity::Low;
            let end = self.from.saturating_add(self.limit);
            let is_read = is_asked && !is_old && self.look.rows.holds(age) && read < end;
            if is_read {
                read += 1;
                worst_young = worst_young.max(age.filter(|age| *age <= OLD).map(|_| row.severity));
            }
            let is_shown = is_read && read > self.from;
            if !is_shown && row.finding.is_some() {
                // A fixed problem is not counted as hidden.
                let tally = if is_asked && is_old { &mut old } else { &mut rest };
                *tally.entry(Reverse(row.severity)).or_insert(0) += 1;
            }
            is_shown
        });
        if self.is_grouped() {
            rows.sort_by_key(|row| self.group(row));
        }
        Rows { shown: rows, rest, old }
    }

    /// Returns whether nothing about the incident of a row has begun in the last week. All of the cluster is never old.
    fn is_old(&self, row: &Row) -> bool {
        let newest = row.incident.map(|incident| incident.newest);
        let newest = newest.unwrap_or_else(|| row.finding.and_then(|finding| finding.since));
        let is_of_cluster = row.incident.is_some_and(|incident| incident.is_of_cluster);
        let age = newest.map(|newest| self.report.snapshot.taken_at.seconds_since(newest));
        !is_of_cluster && age.is_some_and(|age| age > OLD)
    }

    /// Returns whether old incidents are folded: not if incidents were chosen by their age, and not in a comparison.
    fn folds(&self) -> bool {
        let is_short = !(self.look.all || self.wide || self.marks.is_some());
        is_short && !self.look.rows.chooses() && self.report.changes().is_none()
    }

    fn sort(&self, rows: &mut [Row]) {
        let age = |row: &Row| self.age(row).unwrap_or(i64::MAX);
        match self.look.rows.sort {
            Sort::Severity => {}
            Sort::Newest => rows.sort_by_key(age),
            Sort::Oldest => rows.sort_by_key(|row| Reverse(age(row))),
            Sort::Namespace => rows.sort_by(|a, b| a.place().cmp(&b.place())),
        }
    }

    /// Returns how many seconds ago the problem of a row began.
    pub(super) fn age(&self, row: &Row) -> Option<i64> {
        let since = row.finding.map_or_else(|| row.changed.and_then(|of| of.since), |finding| finding.since);
        since.map(|since| self.report.snapshot.taken_at.seconds_since(since))
    }

    fn incidents<'r>(&'r self) -> Vec<Row<'r>> {
        let row = |incident: &'r Incident| Row {
            severity: incident.severity,
            finding: Some(&self.report.findings[incident.cause]),
            incident: Some(incident),
            changed: None,
            others: 0,
        };
        self.report.incidents.iter().map(row).collect()
    }

    /// Returns one row for each change of an incident. What could not be compared is counted in the head.
    fn changes<'r>(&'r self, changes: &'r Changes) -> Vec<Row<'r>> {
        let (findings, causes) = (self.by_key(), self.by_cause());
        let row = |row: &crate::compare::changes::Row| {
            let changed = &changes.all[row.names];
            let incident = causes.get(changed.key.as_str()).copied();
            let finding = match incident {
                Some(incident) => Some(&self.report.findings[incident.cause]),
                None => findings.get(changed.key.as_str()).copied(),
            };
            let others = if incident.is_some() { 0 } else { row.others };
            Row { severity: row.severity, finding, incident, changed: Some(changed), others }
        };
        let is_out_of_sight =
            |changed: &Changed| changed.change == Change::Unseen && changed.severity.now.is_none();
        let shown = changes.rows.iter().filter(|row| !is_out_of_sight(&changes.all[row.names]));
        shown.map(row).collect()
    }

    /// Returns a row for each finding, and one for each key that is not found any more.
    fn every_change<'r>(&'r self, changes: &'r Changes) -> Vec<Row<'r>> {
        let mut of_key: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
        for finding in &self.report.findings {
            of_key.entry(&finding.key).or_default().push(finding);
        }
        let rows = |changed: &'r Changed| -> Vec<Row<'r>> {
            if let Some(findings) = of_key.get(changed.key.as_str()) {
                return findings.iter().map(|finding| of_finding(finding, Some(changed))).collect();
            }
            let (severity, changed) = (changed.weight(), Some(changed));
            vec![Row { severity, finding: None, incident: None, changed, others: 0 }]
        };
        changes.all.iter().flat_map(rows).collect()
    }

    fn by_key(&self) -> BTreeMap<&str, &Finding> {
        // The first finding of a key is the worst.
        self.report.findings.iter().rev().map(|finding| (finding.key.as_str(), finding)).collect()
    }

    fn by_cause(&self) -> BTreeMap<&str, &Incident> {
        let key = |incident: &Incident| self.report.findings[incident.cause].key.as_str();
        self.report.incidents.iter().rev().map(|incident| (key(incident), incident)).collect()
    }

    pub(super) fn since(&self, row: &Row) -> String {
        let now = self.report.snapshot.taken_at;
        if let Some((changes, changed)) = self.report.changes().zip(row.changed) {
            return changed::lasted(changes, changed, Some(now), self.look.lang);
        }
        let since = row.finding.and_then(|finding| finding.since);
        age(since.map(|since| now.seconds_since(since)), self.look.lang)
    }

    /// Returns the message, the number of other objects, and the numbers that have changed.
    pub(super) fn text(&self, row: &Row) -> Line {
        let lang = self.look.lang;
        let Some(finding) = row.finding else {
            return row.changed.map_or_else(Line::default, |of| changed::what(of, row.others, lang));
        };
        let (before, after) = row
            .incident
            .map(|incident| of_objects(incident, &self.report.findings, lang))
            .unwrap_or_default();
        let text = if self.wide {
            message(finding.message.in_lang(lang))
        } else {
            brief(brief_of(&finding.message, lang))
        };
        let line = own(before).then(text).then(after);
        let line = line.then(and_more(row.others, lang));
        match row.changed {
            Some(changed) => line.then(changed::numbers(changed, lang)),
            None => line,
        }
    }
}

fn of_finding<'r>(finding: &'r Finding, changed: Option<&'r Changed>) -> Row<'r> {
    Row { severity: finding.severity, finding: Some(finding), incident: None, changed, others: 0 }
}

impl Row<'_> {
    /// Returns the namespace, kind and name of the object.
    pub(super) fn place(&self) -> Option<&ObjectRef> {
        self.finding.map(|finding| &finding.object).or(self.changed.map(|changed| &changed.object))
    }

    pub(super) fn namespace(&self) -> Line {
        self.place().map_or_else(Line::default, |object| name(&*object.namespace))
    }

    /// Returns the object that the row names.
    pub(super) fn named(&self) -> Option<ObjectRef> {
        let finding = self.finding?;
        Some(match self.incident {
            Some(incident) => object_of(incident, finding),
            None => finding.object.clone(),
        })
    }

    pub(super) fn object(&self) -> Line {
        let Some(finding) = self.finding else {
            return self.changed.map_or_else(Line::default, |of| name(changed::object(of)));
        };
        match self.incident {
            Some(incident) => name(of_incident(incident, finding)),
            None => name(finding.object.slashed()),
        }
    }
}

/// Returns the object of an incident, by the finding that names its cause. Several pods of one owner are shown as their
/// owner, pods of several owners as the first owner and the number of others.
pub(in super::super) fn of_incident(incident: &Incident, finding: &Finding) -> String {
    let object = object_of(incident, finding).slashed();
    let others = incident.workloads.saturating_sub(1 + incident.victims.workloads);
    if others > 0 && finding.owner.is_some() { format!("{object} +{others}") } else { object }
}

/// Returns the object of an incident: several pods of one owner are their owner.
fn object_of(incident: &Incident, finding: &Finding) -> ObjectRef {
    match &finding.owner {
        Some(owner) if incident.workloads > 1 || incident.pods > 1 => owner.object(&finding.object.namespace),
        _ => finding.object.clone(),
    }
}

/// Returns the text before and after the message of the finding that names the cause: the number of objects.
pub(in super::super) fn of_objects(
    incident: &Incident,
    findings: &[Finding],
    lang: Lang,
) -> (String, String) {
    let finding = &findings[incident.cause];
    // Other objects suffer from the problem; they do not have it.
    let same =
        incident.findings.iter().map(|index| &findings[*index]).filter(|of| of.check.id == finding.check.id);
    let own = same.filter(|of| incident.victims.workloads == 0 || of.owner == finding.owner);
    let objects: BTreeSet<&ObjectRef> = own.map(|of| &of.object).collect();
    // The pods of other workloads that fail because of it are counted at the end.
    let is_root = incident.victims.workloads > 0;
    let pods = if is_root { objects.iter().filter(|of| &*of.kind == "Pod").count() } else { incident.pods };
    let facts = [
        ("pods", Fact::count(pods)),
        ("workloads", Fact::count(incident.workloads)),
        ("count", Fact::count(objects.len())),
    ];
    let message = &finding.message;
    let says_itself =
        message.text.en.contains(":# pod|") || message.facts.iter().any(|(name, _)| *name == "pods");
    let before = match (pods, incident.workloads) {
        _ if says_itself => None,
        (2.., 2..) if !is_root => Some(&PODS_OF),
        (2.., _) => Some(&PODS),
        (0, _) if objects.len() > 1 => Some(&OBJECTS),
        _ => None,
    };
    let more = if incident.affected == 1 && !says_itself { incident.findings.len() - 1 } else { 0 };
    let after = format!("{}{}{}", and_more(more, lang), cause(finding, lang), victims(incident, lang));
    (before.map(|text| text.fill(lang, &facts)).unwrap_or_default(), after)
}

/// Returns what a finding has to do with an object that has no finding: `; calls service/redis, which does not exist`.
fn cause(finding: &Finding, lang: Lang) -> String {
    let mut others = finding.because.iter().filter(|link| link.object != finding.object);
    let why = others.find_map(|link| link.why.as_deref());
    why.map(|why| format!("{}{}", words::semicolon(lang), why.in_lang(lang))).unwrap_or_default()
}

/// Returns how many other workloads the cause of an incident reaches.
fn victims(incident: &Incident, lang: Lang) -> String {
    let Victims { workloads, namespaces } = incident.victims;
    let facts = [("count", Fact::count(workloads)), ("namespaces", Fact::count(namespaces))];
    match (workloads, namespaces) {
        (0, _) => String::new(),
        (_, 0 | 1) => VICTIMS.fill(lang, &facts),
        _ => VICTIMS_IN.fill(lang, &facts),
    }
}

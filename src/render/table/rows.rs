//! The rows of the problem table: which they are, and what each of their cells says.

use super::super::changed;
use super::super::escape::{message, visible};
use super::super::words::{and_more, texts};
use super::Screen;
use crate::compare::changes::{Change, Changed, Changes};
use crate::finding::incident::Incident;
use crate::finding::{Fact, Finding, Severity};
use crate::text::Lang;
use crate::text::human;
use std::cmp::Reverse;
use std::collections::BTreeMap;

texts! {
    OBJECTS: "{count} objects: ", "{count} 個物件：", "{count} 个对象：";
    PODS: "{pods} pods: ", "{pods} 個 Pod：", "{pods} 个 Pod：";
    PODS_OF: "{pods} pods of {workloads} workloads: ", "{workloads} 個工作負載的 {pods} 個 Pod：",
        "{workloads} 个工作负载的 {pods} 个 Pod：";
}

/// As many causes as fit one look; the worst and oldest come first.
const INCIDENTS_SHOWN: usize = 20;

/// A row of the problem table.
pub(super) struct Row<'r> {
    /// How bad: what names the cause may be milder than what comes of it.
    pub(super) severity: Severity,
    /// The finding it shows; `None` for what is gone.
    pub(super) finding: Option<&'r Finding>,
    /// The incident it stands for; `None` where it shows one finding of several.
    incident: Option<&'r Incident>,
    /// What became of it, where that was compared.
    pub(super) changed: Option<&'r Changed>,
    /// How many others of its incident it became of, where the row stands for them.
    others: usize,
}

/// The rows that are shown, and how many are not, by severity.
pub(super) type Rows<'r> = (Vec<Row<'r>>, BTreeMap<Reverse<Severity>, usize>);

impl Screen<'_> {
    /// One row a cause; every finding with `--all`. What has changed comes first.
    pub(super) fn rows(&self) -> Rows<'_> {
        let mut rows = match (self.report.changes(), self.look.all) {
            (None, true) => self.report.findings.iter().map(|finding| of_finding(finding, None)).collect(),
            (None, false) => self.incidents(),
            (Some(changes), true) => self.every_change(changes),
            (Some(changes), false) => self.changes(changes),
        };
        let shown = if self.look.all || self.wide { usize::MAX } else { INCIDENTS_SHOWN };
        let mut rest = BTreeMap::new();
        let mut left = 0;
        rows.retain(|row| {
            let is_shown = self.look.all || row.severity > Severity::Low && left < shown;
            left += usize::from(is_shown);
            // What is gone is no problem that is kept from the reader.
            if !is_shown && row.finding.is_some() {
                *rest.entry(Reverse(row.severity)).or_insert(0) += 1;
            }
            is_shown
        });
        (rows, rest)
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

    /// One row for what became of an incident. What was not looked at any more is counted in the head.
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

    /// A row for each finding, and one for each key that is gone or was not looked at.
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
        // The first of a key is the worst.
        self.report.findings.iter().rev().map(|finding| (finding.key.as_str(), finding)).collect()
    }

    fn by_cause(&self) -> BTreeMap<&str, &Incident> {
        let key = |incident: &Incident| self.report.findings[incident.cause].key.as_str();
        self.report.incidents.iter().rev().map(|incident| (key(incident), incident)).collect()
    }

    pub(super) fn since(&self, row: &Row) -> String {
        let now = self.report.snapshot.taken_at;
        if let Some((changes, changed)) = self.report.changes().zip(row.changed) {
            return changed::lasted(changes, changed, Some(now));
        }
        let since = row.finding.and_then(|finding| finding.since);
        since.map_or_else(|| "?".to_owned(), |since| human(now.seconds_since(since)))
    }

    /// What is wrong, how much more of it there is, and how it was.
    pub(super) fn text(&self, row: &Row) -> String {
        let lang = self.look.lang;
        let text = match (row.finding, row.changed) {
            (Some(finding), _) => {
                let text = message(&finding.message.in_lang(lang));
                match row.incident {
                    Some(incident) => of_objects(incident, finding, text, lang),
                    None => text,
                }
            }
            (None, Some(changed)) => return changed::what(changed, row.others, lang),
            (None, None) => String::new(),
        };
        let text = and_more(text, row.others, lang);
        match row.changed {
            Some(changed) => changed::with_numbers(text, changed, lang),
            None => text,
        }
    }
}

fn of_finding<'r>(finding: &'r Finding, changed: Option<&'r Changed>) -> Row<'r> {
    Row { severity: finding.severity, finding: Some(finding), incident: None, changed, others: 0 }
}

impl Row<'_> {
    pub(super) fn namespace(&self) -> String {
        let object =
            self.finding.map(|finding| &finding.object).or(self.changed.map(|changed| &changed.object));
        object.map_or_else(String::new, |object| visible(&object.namespace))
    }

    pub(super) fn object(&self) -> String {
        let Some(finding) = self.finding else {
            return self.changed.map_or_else(String::new, changed::object);
        };
        match self.incident {
            Some(incident) => of_incident(incident, finding),
            None => visible(&finding.object.slashed()),
        }
    }
}

/// The object of an incident whose cause this finding names. Several pods of one owner are shown as that owner, those
/// of several as the first of them and how many more there are.
pub(in super::super) fn of_incident(incident: &Incident, finding: &Finding) -> String {
    let own = || visible(&finding.object.slashed());
    let Some(owner) = finding.owner.as_ref() else { return own() };
    let owner = visible(&format!("{}/{}", owner.kind.to_lowercase(), owner.name));
    match incident {
        Incident { workloads: 2.., .. } => format!("{owner} +{}", incident.workloads - 1),
        Incident { pods: 2.., .. } => owner,
        _ => own(),
    }
}

/// How many objects an incident is of, before the text of the finding that names its cause.
pub(in super::super) fn of_objects(
    incident: &Incident,
    finding: &Finding,
    text: String,
    lang: Lang,
) -> String {
    let facts = [
        ("pods", Fact::count(incident.pods)),
        ("workloads", Fact::count(incident.workloads)),
        ("count", Fact::count(incident.affected)),
    ];
    let says_itself = finding.message.facts.iter().any(|(name, _)| *name == "pods");
    match incident {
        _ if says_itself => text,
        Incident { pods: 2.., workloads: 2.., .. } => PODS_OF.fill(lang, &facts) + &text,
        Incident { pods: 2.., .. } => PODS.fill(lang, &facts) + &text,
        Incident { pods: 0, affected: 2.., .. } => OBJECTS.fill(lang, &facts) + &text,
        Incident { affected: 1, .. } => and_more(text, incident.findings.len() - 1, lang),
        _ => text,
    }
}

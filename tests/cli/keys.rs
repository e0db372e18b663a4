//! Keys of findings: equal from run to run, through rollouts, with any permissions, and in later versions.

use crate::support::corpus::{self, MOMENT};
use crate::support::pigo;
use crate::support::shapes::Random;
use crate::{now, project};
use kubectl_healthcheck::checks::CATALOG;
use kubectl_healthcheck::finding::{Finding, Severity};
use kubectl_healthcheck::model::Owner;
use kubectl_healthcheck::policy::settings::Settings;
use kubectl_healthcheck::report::Report;
use kubectl_healthcheck::snapshot::read_bytes;
use kubectl_healthcheck::wire::Time;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Small clusters with their names: the corpus, the examples of the pages, the PIGO patrol.
static CLUSTERS: LazyLock<Vec<(String, Vec<Value>)>> = LazyLock::new(|| {
    let cases = corpus::cases().into_iter().chain(corpus::produced());
    let mut all: Vec<(String, Vec<Value>)> = cases.map(|case| (case.title, case.objects)).collect();
    let pages = CATALOG.iter().map(|check| (check.id.to_owned(), documents(example(check.page.en))));
    all.extend(pages);
    all.push(("pigo".to_owned(), pigo::objects(now())));
    let node = std::fs::read_to_string(project("tests/fixtures/registercenter.yaml")).unwrap();
    all.push(("registercenter".to_owned(), documents(&node)));
    assert!(all.len() > 300, "{} clusters", all.len());
    all
});

/// The findings in each cluster.
static FOUND: LazyLock<Vec<Vec<(String, Severity)>>> = LazyLock::new(|| {
    CLUSTERS.iter().map(|(_, objects)| judged(objects, |finding| Some(key_and_severity(finding)))).collect()
});

fn key_and_severity(finding: &Finding) -> (String, Severity) {
    (finding.key.clone(), finding.severity)
}

/// Returns the YAML of a page.
fn example(page: &str) -> &str {
    page.split_once("```yaml\n").unwrap().1.split_once("```").unwrap().0
}

fn documents(yaml: &str) -> Vec<Value> {
    yaml.split("\n---\n").map(|document| serde_saphyr::from_str(document).unwrap()).collect()
}

/// Judges objects and returns `tell` of each finding, sorted.
pub fn judged<T: Ord>(objects: &[Value], tell: impl FnMut(&Finding) -> Option<T>) -> Vec<T> {
    let list = json!({ "apiVersion": "v1", "kind": "List", "items": objects }).to_string();
    let moment: jiff::Timestamp = MOMENT.parse().unwrap();
    let snapshot = read_bytes("keys", list.as_bytes(), Time::at(moment.as_second())).unwrap();
    let settings = Settings::default();
    let mut told: Vec<T> = Report::new(&snapshot, &settings).findings.iter().filter_map(tell).collect();
    told.sort();
    told
}

// ------------------------------------------------------------------------------------------- generated names

/// Returns a random text of these characters.
fn drawn(random: &mut Random, from: &str, length: usize) -> String {
    let from: Vec<char> = from.chars().collect();
    (0..length).map(|_| *random.one(&from)).collect()
}

/// The names that change with a rollout and with the next run of each CronJob.
#[derive(Default)]
struct Renames {
    /// New names and template hashes by the old ones.
    names: BTreeMap<String, String>,
    /// Parts that only generated names have: hashes, suffixes of pods, minutes of Jobs.
    drawn: BTreeSet<String>,
    uids: BTreeMap<String, String>,
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// Returns the kind and name of the controller of an object.
fn controller(object: &Value) -> Option<(&str, &str)> {
    let owners = object.pointer("/metadata/ownerReferences")?.as_array()?;
    let owner = owners.iter().find(|owner| owner["controller"] == true)?;
    Some((text(owner, "/kind"), text(owner, "/name")))
}

impl Renames {
    fn of(objects: &[Value], random: &mut Random) -> Self {
        let mut renames = Self::default();
        for object in objects {
            let own = (text(object, "/kind"), text(object, "/metadata/name"));
            let owner = controller(object);
            renames.made(own, owner, random);
            if let Some(owner) = owner {
                renames.made(owner, None, random);
            }
        }
        for pod in objects.iter().filter(|object| object["kind"] == "Pod") {
            let Some((kind, owner)) = controller(pod) else { continue };
            if ["DaemonSet", "Job", "ReplicaSet"].contains(&kind) {
                let suffix = drawn(random, "bcdfghjklmnpqrstvwxz2456789", 5);
                let name = text(pod, "/metadata/name").to_owned();
                renames.drawn.extend(name.rsplit('-').next().filter(|old| old.len() == 5).map(str::to_owned));
                renames.drawn.insert(suffix.clone());
                let owner = renames.names.get(owner).cloned().unwrap_or_else(|| owner.to_owned());
                renames.names.insert(name, format!("{owner}-{suffix}"));
            }
        }
        renames
    }

    /// Returns a new name for a ReplicaSet of a Deployment or a Job of a CronJob.
    fn made(&mut self, (kind, name): (&str, &str), owner: Option<(&str, &str)>, random: &mut Random) {
        let by_name = Owner { kind: kind.into(), name: name.into() }
            .inferred_owner()
            .map(|maker| maker.name.to_string());
        let by_owner = owner.filter(|(kind, _)| ["CronJob", "Deployment"].contains(kind));
        let by_owner = by_owner.map(|(_, name)| name.to_owned());
        let Some(maker) = by_owner.or(by_name).filter(|_| !self.names.contains_key(name)) else { return };
        let Some(old) = name.strip_prefix(&format!("{maker}-")) else { return };
        let new = match kind {
            "ReplicaSet" => {
                let length = 8 + random.below(3);
                self.names.get(old).cloned().unwrap_or_else(|| drawn(random, "456789bcdf", length))
            }
            "Job" => (26_000_000 + random.below(70_000_000)).to_string(),
            _ => return,
        };
        self.drawn.extend([old.to_owned(), new.clone()]);
        self.names.insert(name.to_owned(), format!("{maker}-{new}"));
        self.names.insert(old.to_owned(), new);
    }

    /// Replaces all names in a text, also at the start of longer names such as `<pod>-<volume>`.
    fn text(&self, text: &str) -> String {
        let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
        let mut out = String::new();
        let mut rest = text;
        while !rest.is_empty() {
            let between = rest.find(is_of_name).unwrap_or(rest.len());
            let (before, begun) = rest.split_at(between);
            out.push_str(before);
            let (word, after) = begun.split_at(begun.find(|c| !is_of_name(c)).unwrap_or(begun.len()));
            let ends = word.match_indices(['-', '.']).map(|(at, _)| at).chain([word.len()]);
            let mut starts = ends.map(|end| word.split_at(end)).collect::<Vec<_>>().into_iter().rev();
            match starts.find_map(|(name, more)| Some((self.names.get(name)?, more))) {
                Some((new, more)) => out.extend([new, more]),
                None => out.push_str(word),
            }
            rest = after;
        }
        out
    }

    /// Replaces all names in an object.
    fn object(&mut self, value: &mut Value, random: &mut Random) {
        match value {
            Value::String(said) => *said = self.text(said),
            Value::Array(items) => items.iter_mut().for_each(|item| self.object(item, random)),
            Value::Object(fields) => {
                for (name, field) in fields {
                    match (name.as_str(), &*field) {
                        ("uid", Value::String(uid)) => {
                            let fresh =
                                || format!("{:08x}-0000-4000-8000-000000000000", random.below(1 << 32));
                            *field = json!(self.uids.entry(uid.clone()).or_insert_with(fresh));
                        }
                        ("resourceVersion", _) => *field = json!(random.below(1 << 40).to_string()),
                        _ => self.object(field, random),
                    }
                }
            }
            _ => {}
        }
    }
}

/// Returns the same cluster after a rollout of every workload and another run of every CronJob, in another order.
fn another_time(objects: &[Value], random: &mut Random) -> (Vec<Value>, Renames) {
    let mut renames = Renames::of(objects, random);
    let mut objects = objects.to_vec();
    for object in &mut objects {
        renames.object(object, random);
    }
    for last in (1..objects.len()).rev() {
        objects.swap(last, random.below(last + 1));
    }
    (objects, renames)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, max_shrink_iters: 0, ..ProptestConfig::default() })]

    #[test]
    fn keys_survive_rollouts_and_another_order(seed in any::<u64>()) {
        let random = &mut Random(seed);
        let (mut renamed, mut found) = (0, 0);
        for ((cluster, objects), before) in CLUSTERS.iter().zip(FOUND.iter()) {
            let (after, renames) = another_time(objects, random);
            let after = judged(&after, |finding| Some(key_and_severity(finding)));
            prop_assert_eq!(before, &after, "{}", cluster);
            let of_moment = |key: &str| renames.drawn.iter().find(|drawn| key.contains(drawn.as_str())).cloned();
            for (key, _) in before.iter().chain(&after) {
                prop_assert_eq!(of_moment(key), None, "in {} of {}", key, cluster);
            }
            renamed += renames.names.len();
            found += before.len();
        }
        prop_assert!(renamed > 400 && found > 300, "{} renamed, {} found", renamed, found);
    }
}

/// Returns the objects of other kinds.
fn without(kinds: &[&str], objects: &[Value]) -> Vec<Value> {
    objects.iter().filter(|object| !kinds.contains(&text(object, "/kind"))).cloned().collect()
}

#[test]
fn keys_do_not_need_the_owners() {
    let of_pods = |finding: &Finding| (&*finding.object.kind == "Pod").then(|| finding.key.clone());
    let mut differ = Vec::new();
    let mut owned = 0;
    for (cluster, objects) in CLUSTERS.iter() {
        let (all, blind) =
            (judged(objects, of_pods), judged(&without(&["CronJob", "ReplicaSet"], objects), of_pods));
        owned += all.iter().filter(|key| key.contains("/Deployment/")).count();
        if all != blind {
            differ.push((cluster, all, blind));
        }
    }
    assert!(differ.is_empty() && owned > 50, "{owned}: {differ:#?}");
}

#[test]
fn keys_of_pods_alone_have_no_generated_names() {
    for (cluster, objects) in CLUSTERS.iter() {
        let drawn = Renames::of(objects, &mut Random(1)).drawn;
        let rest = without(&["CronJob", "DaemonSet", "Deployment", "Job", "ReplicaSet"], objects);
        for (key, _) in judged(&rest, |finding| Some(key_and_severity(finding))) {
            let found = drawn.iter().find(|drawn| key.contains(drawn.as_str()));
            assert_eq!(found, None, "in {key} of {cluster}");
        }
    }
}

/// Several pods may share a key. Two findings about one object must not.
#[test]
fn no_object_has_two_findings_with_one_key() {
    for (cluster, objects) in CLUSTERS.iter() {
        let found = judged(objects, |finding| Some((finding.key.clone(), finding.object.clone())));
        let twice = found.windows(2).find(|two| two[0] == two[1]);
        assert_eq!(twice, None, "in {cluster}");
    }
}

// ------------------------------------------------------------------------------------------- later versions

/// One key of each check. A changed line in this snapshot breaks every baseline and mute with that key.
#[test]
fn keys_are_equal_in_all_versions() {
    let mut pinned = String::new();
    for check in CATALOG.iter() {
        let of_check = |finding: &Finding| (finding.check.id == check.id).then(|| finding.key.clone());
        let mut keys = judged(&documents(example(check.page.en)), of_check);
        keys.dedup();
        assert!(!keys.is_empty(), "the example of {} shows it", check.id);
        pinned.extend(keys.into_iter().flat_map(|key| [key, "\n".to_owned()]));
    }
    insta::assert_snapshot!(pinned);
}

/// docs/keys.md shows real keys, and names every check whose keys contain more than the owner.
#[test]
fn the_page_about_keys_is_current() {
    let page = std::fs::read_to_string(project("docs/keys.md")).unwrap();
    let found: BTreeSet<&str> = FOUND.iter().flatten().map(|(key, _)| key.as_str()).collect();
    let shown: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("    ")).collect();
    let shown: Vec<&str> = shown.into_iter().filter(|line| !line.starts_with("$ ")).collect();
    assert!(shown.len() > 10 && shown.iter().all(|key| found.contains(key)), "{shown:?}");
    for key in found.iter().filter(|key| key.split('/').count() > 4) {
        let row = format!("`{}`", key.split('/').next().unwrap());
        let rows = page.lines().filter(|line| line.starts_with("| `"));
        assert!(
            rows.into_iter().any(|line| line.contains(&row)),
            "nothing tells what the last part of {key} is"
        );
    }
}

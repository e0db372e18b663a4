//! Hostile names in every place where an object has a name.

use super::*;
use crate::snapshot::{Rows, Snapshot};
use crate::wire::Place;
use serde_json::{Value, json};

/// Names that the API server rejects, or accepts only for an owner.
const HOSTILE: [&str; 22] = [
    "",
    "--all",
    "-A",
    "-n",
    "web -n kube-system pod/etcd",
    "web\n-n kube-system pod/etcd",
    "web\t--force",
    "pod/etcd",
    "..",
    ".",
    "a%2Fb",
    "a,b",
    "$(id)",
    "`id`",
    "a'b",
    "a\"b",
    "a\\b",
    "Web",
    "web-",
    "a..b",
    "\u{1b}[2Jweb",
    "web\u{202e}",
];

/// Names that look odd and are valid.
fn odd() -> Vec<String> {
    let names =
        ["0", "a", "1.2.3.4", "ip-10-0-0-1.eu-west-1.compute.internal", "xn--bcher-kva", "a--b", "v1.apps"];
    names.map(str::to_owned).into_iter().chain([format!("a{}", ".b".repeat(126)), "a".repeat(253)]).collect()
}

fn named(kind: Kind, namespace: &str, name: &str) -> Object {
    let name = match kind {
        Kind::Throttling | Kind::Usage | Kind::MemoryHistory => format!("{name}/app"),
        Kind::LogSource => format!("Deployment/{name}/app"),
        _ => name.to_owned(),
    };
    let value = json!({ "metadata": { "namespace": namespace, "name": name } });
    Object::from_value(kind, value).unwrap()
}

#[test]
fn hostile_names_of_every_kind_are_not_kept() {
    for kind in Kind::ALL {
        for name in HOSTILE {
            // The name of an event is not used, and a host is in no command. A name with a slash has another container.
            let other = match kind {
                Kind::Event => true,
                Kind::Host => !name.is_empty() && !name.starts_with('-'),
                Kind::APIService => ["a,b", "$(id)", "Web", "web-", "a..b"].contains(&name),
                _ => false,
            };
            let object = named(kind, "", name);
            assert_eq!(object.invalid_name().is_none(), other, "{kind:?} {name:?}");
        }
        for name in HOSTILE.into_iter().filter(|name| !name.is_empty()) {
            let object = named(kind, name, "web");
            assert!(object.invalid_name().is_some(), "{kind:?} in {name:?}");
        }
        for name in odd() {
            let object = named(kind, "shop", &name);
            assert_eq!(object.invalid_name(), None, "{kind:?} {name:?}");
        }
        assert!(
            [Kind::Event, Kind::Host].contains(&kind)
                || named(kind, "", &"a".repeat(254)).invalid_name().is_some(),
            "{kind:?}"
        );
    }
}

fn owned(kind: Kind, owner: &Value) -> Object {
    let metadata = json!({ "namespace": "shop", "name": "web", "ownerReferences": [owner] });
    Object::from_value(kind, json!({ "metadata": metadata })).unwrap()
}

#[test]
fn hostile_owners_of_every_kind_are_ignored() {
    let measured = |kind: &Kind| kind.place() == Place::Measured;
    for kind in Kind::ALL.into_iter().filter(|kind| !measured(kind)) {
        let owners = |object: &mut Object| object.owners_mut().map_or(0, |owners| owners.len());
        for name in HOSTILE {
            for owner in [
                json!({ "kind": "ReplicaSet", "name": name, "controller": true }),
                json!({ "kind": name, "name": "web", "controller": true }),
            ] {
                // The case of a kind does not matter.
                if matches!(&owner["kind"], Value::String(kind) if kind == "Web") {
                    continue;
                }
                let mut object = owned(kind, &owner);
                object.remove_invalid_owners();
                assert_eq!(owners(&mut object), 0, "{kind:?} {owner}");
            }
        }
        let mut object = owned(kind, &json!({ "kind": "Rollout", "name": "web.v2", "controller": true }));
        let before = owners(&mut object);
        assert_eq!((object.remove_invalid_owners(), owners(&mut object)), (None, before), "{kind:?}");
    }
}

#[test]
fn a_pod_on_a_node_without_a_valid_name_is_not_kept() {
    let on = |node: &str| {
        let value = json!({ "metadata": { "name": "web" }, "spec": { "nodeName": node } });
        Object::from_value(Kind::Pod, value).unwrap().invalid_name().map(str::to_owned)
    };
    assert_eq!((on(""), on("ip-10-0-0-1.ec2.internal")), (None, None));
    assert_eq!(on("--all").as_deref(), Some("--all"));
}

#[test]
fn refused_objects_are_gaps_and_removed_owners_are_notes() {
    let mut rows = Rows::default();
    for name in ["web", "--all", "--force"] {
        let mut part = rows.part();
        part.add(named(Kind::Pod, "shop", name));
        rows.append(part);
    }
    rows.add(owned(Kind::Job, &json!({ "kind": "CronJob", "name": "x -A", "controller": true })));
    let mut snapshot = Snapshot { rows, ..Snapshot::default() };
    snapshot.sort();
    let said = |gaps: &[crate::model::Gap]| {
        let of =
            |gap: &crate::model::Gap| gap.why.as_ref().map(|why| why.in_lang(crate::text::Lang::En)).unwrap();
        gaps.iter().map(|gap| format!("{}: {}", gap.kind, of(gap))).collect::<Vec<_>>()
    };
    assert_eq!(
        said(&snapshot.coverage.gaps),
        ["Pod: 2 objects with a name that the API server would reject: --all"]
    );
    let note = "Job: 1 object with an owner whose name is not valid; the owner is ignored: x -A";
    assert_eq!(said(&snapshot.coverage.notes), [note]);
    assert_eq!((snapshot.rows.pods.len(), snapshot.rows.jobs.len()), (1, 1));
}

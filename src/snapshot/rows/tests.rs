//! Every kind takes the whole way: from JSON and protobuf into rows, through `append` and `sort`, into a capture and back.

use super::*;
use crate::snapshot::{Capture, Header, Snapshot, read_bytes};
use crate::wire::{Envelope, ListMeta, ListReader, PROTOBUF_MAGIC, Place, TypeMeta};
use prost::Message;
use serde_json::{Value, json};

/// The names of two objects. They occur nowhere else in a row.
const NAMES: [&str; 2] = ["object-one", "object-two"];

/// The least that an object of a kind needs to be kept.
fn example(kind: Kind, namespace: &str, name: &str) -> Value {
    let usage = json!({ "cpu": "1", "memory": "1Mi" });
    let mut object = match kind {
        Kind::Event => json!({
            "type": "Warning", "involvedObject": { "kind": "Pod", "namespace": namespace, "name": name },
        }),
        Kind::Secret => json!({ "type": "kubernetes.io/tls" }),
        Kind::PodMetrics => json!({ "containers": [{ "name": "app", "usage": usage }] }),
        Kind::NodeMetrics => json!({ "usage": usage }),
        Kind::Usage => json!({ "samples": 2, "stepSeconds": 60 }),
        Kind::MemoryHistory => {
            json!({ "start": "2025-12-26T02:00:00Z", "stepSeconds": 60, "bytes": [1, 2] })
        }
        _ => json!({}),
    };
    let name = match kind {
        Kind::Throttling | Kind::Usage | Kind::MemoryHistory => format!("{name}/app"),
        Kind::LogSource => format!("Deployment/{name}/app"),
        _ => name.to_owned(),
    };
    object["metadata"] = json!({ "namespace": namespace, "name": name });
    if !is_in_namespaces(kind) {
        object["metadata"] = json!({ "name": name });
    }
    (object["apiVersion"], object["kind"]) = (kind.api_version().into(), kind.name().into());
    object
}

fn is_in_namespaces(kind: Kind) -> bool {
    kind.namespaced() && kind != Kind::Host
}

fn objects(kind: Kind) -> [Object; 2] {
    NAMES.map(|name| Object::from_value(kind, example(kind, "shop", name)).unwrap())
}

/// The sorted rows of some objects, and what was dropped. Sorting also removes the interned names, so that they do not show.
fn sorted(rows: Rows) -> (String, Vec<Gap>) {
    let mut snapshot = Snapshot { rows, ..Snapshot::default() };
    snapshot.sort();
    (format!("{:?}", snapshot.rows), snapshot.coverage.notes)
}

/// The rows of the two objects of a kind, each added in its place.
fn expected(kind: Kind) -> String {
    let mut rows = Rows::default();
    for object in objects(kind) {
        rows.add(object);
    }
    let (shown, repeated) = sorted(rows);
    assert!(NAMES.iter().all(|name| shown.contains(name)), "{kind:?}: {shown}");
    assert_eq!(repeated, [], "{kind:?}");
    shown
}

#[test]
fn parts_of_every_kind_are_merged_sorted_and_counted_once() {
    for kind in Kind::ALL {
        let mut rows = Rows::default();
        let [one, two] = objects(kind);
        for objects in [vec![two.clone()], vec![one, two]] {
            let mut part = rows.part();
            for object in objects {
                part.add(object);
            }
            rows.append(part);
        }
        let counted: Vec<usize> = rows
            .counts()
            .into_iter()
            .filter(|(kinds, _)| kinds.contains(&kind))
            .map(|(_, count)| count)
            .collect();
        assert!(counted == [3] || counted.is_empty(), "{kind:?}: {counted:?}");
        let (shown, repeated) = sorted(rows);
        assert_eq!(shown, expected(kind), "{kind:?}");
        let repeated: Vec<(Reason, u64)> = repeated.iter().map(|gap| (gap.reason, gap.got)).collect();
        // The same warning may come from several lists.
        let dropped = if kind == Kind::Event { vec![] } else { vec![(Reason::Repeated, 1)] };
        assert_eq!(repeated, dropped, "{kind:?}");
    }
}

/// Certificates are made from Secrets, so their list has no kind in the table.
#[test]
fn a_secret_is_a_row_and_its_certificate_another() {
    let mut rows = Rows::default();
    for object in objects(Kind::Secret) {
        let mut part = rows.part();
        part.add(object);
        rows.append(part);
    }
    let names = |rows: &Rows| rows.certificates.iter().map(|tls| tls.name.to_string()).collect::<Vec<_>>();
    assert_eq!((names(&rows), rows.secrets.len()), (NAMES.map(str::to_owned).to_vec(), 2));
    rows.append(Rows::default());
    rows.certificates.reverse();
    rows.certificates.extend_from_within(..1);
    rows.sort();
    assert_eq!(names(&rows), NAMES);
}

#[test]
fn a_capture_returns_every_kind() {
    for kind in Kind::ALL {
        let [one, two] = objects(kind);
        let (mut capture, mut part) = (Capture::default(), Capture::default());
        capture.add(&two).unwrap();
        part.add(&one).unwrap();
        capture.append(part).unwrap();
        let mut file = Vec::new();
        let at = Time::at(1_766_714_400);
        let snapshot = Snapshot { started_at: at, taken_at: at, ..Snapshot::default() };
        Capture::write(vec![capture], &Header::of(&snapshot, "1"), &mut file).unwrap();
        let read = read_bytes("capture", &file, Time::default()).unwrap();
        assert_eq!(format!("{:?}", read.rows), expected(kind), "{kind:?}");
        assert_eq!(read.coverage.gaps, [], "{kind:?}");
    }
}

#[derive(Clone, PartialEq, Message)]
struct AnyList {
    #[prost(message, required, tag = "1")]
    metadata: ListMeta,
    #[prost(bytes = "vec", repeated, tag = "2")]
    items: Vec<Vec<u8>>,
}

fn listed(kind: Kind, page: &[u8]) -> String {
    let (mut rows, mut reader) = (Rows::default(), ListReader::new(kind));
    reader.push(page, &mut |object| rows.add(object)).unwrap();
    reader.finish(&mut |object| rows.add(object)).unwrap();
    sorted(rows).0
}

#[test]
fn pages_of_every_kind_are_read_in_both_encodings() {
    for kind in Kind::ALL {
        let items = NAMES.map(|name| example(kind, "shop", name));
        let list = json!({ "kind": format!("{}List", kind.name()), "metadata": {}, "items": items });
        assert_eq!(listed(kind, list.to_string().as_bytes()), expected(kind), "{kind:?}");
        let items: Vec<Vec<u8>> = objects(kind).iter().filter_map(Object::encode).collect();
        if kind.place() == Place::Measured {
            assert!(items.is_empty(), "{kind:?}");
            continue;
        }
        let raw = AnyList { metadata: ListMeta::default(), items }.encode_to_vec().into();
        let type_meta = TypeMeta { kind: format!("{}List", kind.name()) };
        let mut page = PROTOBUF_MAGIC.to_vec();
        page.extend(Envelope { type_meta, raw }.encode_to_vec());
        assert_eq!(listed(kind, &page), expected(kind), "{kind:?}");
    }
}

#[test]
fn a_narrower_scope_keeps_its_namespaces_and_the_cluster() {
    for kind in Kind::ALL {
        let mut rows = Rows::default();
        for (namespace, name) in [("shop", NAMES[0]), ("bank", NAMES[1])] {
            // A Namespace is in itself.
            let name = if kind == Kind::Namespace { namespace } else { name };
            rows.add(Object::from_value(kind, example(kind, namespace, name)).unwrap());
        }
        rows.retain_namespaces(&|namespace| namespace == "shop");
        let (shown, _) = sorted(rows);
        let [kept, dropped] = if kind == Kind::Namespace { ["shop", "bank"] } else { NAMES };
        let is_narrowed = is_in_namespaces(kind) || kind == Kind::Namespace;
        assert!(shown.contains(kept), "{kind:?}: {shown}");
        assert_eq!(shown.contains(dropped), !is_narrowed, "{kind:?}: {shown}");
    }
}

use super::*;
use crate::wire::{Pod, TypeMeta};
use proptest::prelude::*;
use serde_json::json;

fn pod(name: &str) -> Pod {
    let mut pod = Pod::default();
    name.clone_into(&mut pod.metadata.name);
    pod
}

/// Returns an event as the API server writes it.
fn frame(what: &str, kind: &str, object: Vec<u8>) -> Vec<u8> {
    let mut raw = PROTOBUF_MAGIC.to_vec();
    let type_meta = TypeMeta { kind: kind.to_owned() };
    raw.extend(Envelope { type_meta, raw: object.into() }.encode_to_vec());
    let event = Frame { r#type: what.to_owned(), object: Some(Raw { raw: raw.into() }) }.encode_to_vec();
    let mut bytes = u32::try_from(event.len()).unwrap().to_be_bytes().to_vec();
    bytes.extend(event);
    bytes
}

fn versioned(name: &str, version: &str) -> Vec<u8> {
    let version = Version { name: name.to_owned(), at: version.to_owned(), ..Version::default() };
    Versioned { metadata: Some(version) }.encode_to_vec()
}

fn read(bytes: &[u8], cut: usize, json: bool) -> Result<Vec<(WatchEvent, String)>, String> {
    let (mut reader, mut events) = (WatchReader::new(Kind::Pod, json), Vec::new());
    for part in bytes.chunks(cut) {
        reader.push(part, &mut |event, version| events.push((event, version)))?;
    }
    Ok(events)
}

proptest! {
    #[test]
    fn events_read_the_same_however_they_are_cut(cut in 1usize..200) {
        let mut bytes = frame("ADDED", "Pod", versioned("a", "7"));
        bytes.extend(frame("BOOKMARK", "Pod", versioned("", "9")));
        bytes.extend(frame("DELETED", "Pod", versioned("a", "11")));
        let events = read(&bytes, cut, false).unwrap();
        let expected = [
            (WatchEvent::Changed(Object::Pod(Box::new(pod("a")))), "7".to_owned()),
            (WatchEvent::Bookmark, "9".to_owned()),
            (WatchEvent::Deleted(Object::Pod(Box::new(pod("a")))), "11".to_owned()),
        ];
        prop_assert_eq!(events, expected);
    }

    #[test]
    fn nonsense_is_an_error_and_never_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes, 7, false);
        let _ = read(&bytes, 7, true);
    }
}

#[test]
fn lines_of_json_are_read_as_well() {
    let line = |what: &str, object: Value| format!("{}\n", json!({ "type": what, "object": object }));
    let metadata = json!({ "name": "a", "resourceVersion": "7" });
    let text = line("MODIFIED", json!({ "kind": "Pod", "metadata": metadata }))
        + &line("BOOKMARK", json!({ "kind": "Pod", "metadata": { "resourceVersion": "8" } }))
        + "\n"
        + &line("ERROR", json!({ "kind": "Status", "code": 410, "message": "too old resource version" }));
    let events = read(text.as_bytes(), 11, true).unwrap();
    assert_eq!(events[0], (WatchEvent::Changed(Object::Pod(Box::new(pod("a")))), "7".to_owned()));
    assert_eq!(events[1], (WatchEvent::Bookmark, "8".to_owned()));
    let WatchEvent::Failed(status) = &events[2].0 else { panic!("{events:?}") };
    assert_eq!(status.code, 410);
}

#[test]
fn what_is_no_event_of_the_kind_is_an_error() {
    for bytes in [
        frame("ADDED", "Node", versioned("a", "7")),
        frame("MOVED", "Pod", versioned("a", "7")),
        [&[255, 255, 255, 255][..], &[0; 10]].concat(),
    ] {
        assert!(read(&bytes, 5, false).is_err());
    }
    for line in ["{}\n", "[]\n", "{\"type\":\"ADDED\",\"object\":{\"kind\":\"Node\"}}\n", "ADDED\n"] {
        assert!(read(line.as_bytes(), 5, true).is_err(), "{line}");
    }
}

#[test]
fn an_object_that_is_too_large_is_named() {
    let mut large = pod("a");
    large.status.conditions = vec![crate::wire::Condition::default(); 200_000];
    large.metadata.namespace = "shop".to_owned();
    let events = read(&frame("ADDED", "Pod", large.encode_to_vec()), 1 << 16, false).unwrap();
    assert_eq!(events[0].0, WatchEvent::TooLarge("shop".to_owned(), "a".to_owned()));
}

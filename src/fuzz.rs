//! The targets of `make fuzz`: every parser that reads bytes from outside, with what must be true of its result. A target
//! fails by a panic.

use crate::model::Schedule;
use crate::text::Lang;
use crate::wire::{Kind, ListReader, Object, Time, WatchEvent, WatchReader, without_secrets};
use crate::{cluster, logs, model, policy, snapshot, sources, tls};

/// A target: its name, and its function.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[
    ("list", list),
    ("watch", watch),
    ("object", object),
    ("snapshot", snapshot),
    ("kubeconfig", cluster::kubeconfig::fuzz),
    ("profile", profile),
    ("quantity", quantity),
    ("schedule", schedule),
    ("time", time),
    ("metrics", sources::kubelets::fuzz),
    ("log", log),
    ("secrets", secrets),
    ("certificate", tls::certificate::fuzz),
    ("hosts", tls::host_list::fuzz),
    ("access-log", tls::access_log::fuzz),
    ("refusal", cluster::refusal::fuzz),
];

/// The kind that the first byte chooses, and the other bytes.
fn of_kind(bytes: &[u8]) -> Option<(Kind, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    Some((*Kind::ALL.get(usize::from(*first) % Kind::ALL.len())?, rest))
}

/// A page of a list, in either encoding: it reads the same however it is cut.
fn list(bytes: &[u8]) {
    let Some((kind, page)) = of_kind(bytes) else { return };
    let read = |size: usize| -> Result<(String, Vec<Object>), String> {
        let (mut reader, mut objects) = (ListReader::new(kind), Vec::new());
        for piece in page.chunks(size) {
            reader.push(piece, &mut |object| objects.push(object))?;
        }
        let (metadata, _) = reader.finish(&mut |object| objects.push(object))?;
        Ok((metadata.r#continue, objects))
    };
    assert_eq!(read(7).ok(), read(page.len().max(1)).ok(), "{kind:?}");
}

/// The events of a watch, in either encoding: they read the same however they are cut. The last bit of the first byte
/// chooses the encoding.
fn watch(bytes: &[u8]) {
    let Some((kind, stream)) = of_kind(bytes) else { return };
    let json = bytes.first().is_some_and(|first| first & 1 == 1);
    let read = |size: usize| -> Result<Vec<(WatchEvent, String)>, String> {
        let (mut reader, mut events) = (WatchReader::new(kind, json), Vec::new());
        for piece in stream.chunks(size) {
            reader.push(piece, &mut |event, version| events.push((event, version)))?;
        }
        Ok(events)
    };
    assert_eq!(read(7).ok(), read(stream.len().max(1)).ok(), "{kind:?}");
}

/// An object in protobuf: its JSON is read as the same object.
fn object(bytes: &[u8]) {
    let Some((kind, bytes)) = of_kind(bytes) else { return };
    let Ok(object) = Object::decode(kind, bytes) else { return };
    let value = serde_json::to_value(&object).unwrap_or_default();
    let again = Object::from_value(kind, value.clone());
    assert!(again.is_ok(), "{kind:?}: {again:?} from {value}");
}

/// A file.
fn snapshot(bytes: &[u8]) {
    if let Ok(snapshot) = snapshot::read_bytes("fuzz", bytes, Time::at(1_766_000_000)) {
        let settings = policy::settings::Settings::default();
        let reports = [crate::report::Report::new(&snapshot, &settings)];
        let look = crate::render::Look { lang: Lang::ZhTw, ..crate::render::Look::default() };
        for format in crate::render::Format::ALL {
            let written = crate::render::render(&reports, format, look, &mut Vec::new());
            assert!(written.is_ok(), "{format:?}: {written:?}");
        }
    }
}

fn profile(bytes: &[u8]) {
    let _ = policy::profile::parse("config.yaml", &String::from_utf8_lossy(bytes));
}

fn quantity(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let (Some(whole), Some(thousandths)) = (model::whole(&text), model::thousandths(&text)) {
        assert!(
            whole == 0
                || thousandths == i64::MAX
                || thousandths == i64::MIN
                || (whole > 0) == (thousandths > 0)
        );
    }
}

fn schedule(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (line, zone) = text.split_once('|').map_or((&*text, None), |(line, zone)| (line, Some(zone)));
    if let Ok(schedule) = Schedule::read(line, zone) {
        let (from, until) = (Time::at(1_766_000_000), Time::at(1_776_000_000));
        let runs = schedule.between(from, until, 5);
        assert!(
            runs.len() <= 5 && runs.is_sorted() && runs.iter().all(|run| *run > from && *run <= until),
            "{runs:?}"
        );
    }
}

/// A time of the API.
fn time(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    if let Ok(time) = serde_json::from_value::<Time>(serde_json::Value::String(text)) {
        let written = serde_json::to_value(time).unwrap_or_default();
        // Go's zero time is written as `null`.
        let again = serde_json::from_value::<Option<Time>>(written).ok().flatten();
        assert_eq!(again.and_then(Time::known), time.known());
    }
}

fn log(bytes: &[u8]) {
    let mut log = logs::Log::default();
    bytes.chunks(61).for_each(|piece| log.push(piece));
    let _ = log.end();
}

/// Hiding secrets twice changes nothing more.
fn secrets(bytes: &[u8]) {
    let once = without_secrets(&String::from_utf8_lossy(bytes));
    assert_eq!(without_secrets(&once), once);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Envelope, PROTOBUF_MAGIC, TypeMeta};
    use prost::Message;

    /// With `UPDATE=1`, writes a list and an object of each kind into the corpus.
    fn update(folder: &std::path::Path) {
        for (index, kind) in Kind::ALL.into_iter().enumerate() {
            let object = Object::filled(kind, "shop-1");
            let list = serde_json::json!({
                "kind": format!("{}List", kind.name()), "metadata": { "continue": "x" },
                "items": [serde_json::to_value(&object).unwrap()],
            });
            let with_kind = |bytes: &[u8]| [&[u8::try_from(index).unwrap()], bytes].concat();
            let write = |target: &str, end: &str, bytes: &[u8]| {
                std::fs::create_dir_all(folder.join(target)).unwrap();
                std::fs::write(folder.join(target).join(format!("{}{end}", kind.name())), with_kind(bytes))
                    .unwrap();
            };
            write("list", ".json", list.to_string().as_bytes());
            // The target reads every other kind as JSON.
            if index % 2 == 1 {
                let mut value = serde_json::to_value(&object).unwrap();
                value["metadata"]["resourceVersion"] = "7".into();
                let line = serde_json::json!({ "type": "MODIFIED", "object": value }).to_string() + "\n";
                write("watch", ".json", line.as_bytes());
            } else if let Some(bytes) = object.encode() {
                write("watch", "", &frame(kind, bytes));
            }
            if let Some(bytes) = object.encode() {
                write("object", "", &bytes);
                let envelope = Envelope {
                    type_meta: TypeMeta { kind: format!("{}List", kind.name()) },
                    raw: [&[0x0a, 0, 0x12][..], &varint(bytes.len()), &bytes].concat().into(),
                };
                write("list", "", &[&PROTOBUF_MAGIC[..], &envelope.encode_to_vec()].concat());
            }
        }
    }

    /// A `metav1.WatchEvent` in its frame.
    fn frame(kind: Kind, object: Vec<u8>) -> Vec<u8> {
        let type_meta = TypeMeta { kind: kind.name().to_owned() };
        let raw = [&PROTOBUF_MAGIC[..], &Envelope { type_meta, raw: object.into() }.encode_to_vec()].concat();
        let raw = [&[0x0a][..], &varint(raw.len()), &raw].concat();
        let event = [b"\x0a\x05ADDED\x12", &varint(raw.len())[..], &raw].concat();
        [&u32::try_from(event.len()).unwrap().to_be_bytes()[..], &event].concat()
    }

    fn varint(number: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        prost::encoding::encode_varint(number as u64, &mut bytes);
        bytes
    }

    /// The inputs with which fuzzing starts, and those that once failed.
    #[test]
    fn every_target_accepts_its_corpus() {
        let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
        if std::env::var_os("UPDATE").is_some() {
            update(&corpus);
        }
        for (name, target) in TARGETS {
            let folder = corpus.join(name);
            let files: Vec<_> =
                std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
            assert!(!files.is_empty(), "{name} has no corpus");
            for file in files {
                target(&std::fs::read(file).unwrap());
            }
        }
    }
}

//! The documents of one stream: JSON objects one after another, an array of objects, or YAML.

use super::Files;
use crate::snapshot::Error;
use crate::snapshot::document::{Array, Document, Item};
use crate::snapshot::form::{is_array, kubectl_output};
use crate::text::{parse_words, yaml_words_with_place};
use crate::wire::Kind;
use serde::de::DeserializeSeed;
use std::io::BufRead;

impl Files {
    /// Reads a stream of JSON or YAML documents.
    pub(super) fn text(&mut self, path: &str, mut stream: impl BufRead) -> Result<(), Error> {
        let head = stream.fill_buf().map_err(|source| Error::Read { path: path.to_owned(), source })?;
        if let Some(offset) = head.iter().position(|b| *b < b'\t') {
            return Err(Error::Binary { path: path.to_owned(), offset });
        }
        if let Some(command) = kubectl_output(head) {
            return Err(Error::OfKubectl { path: path.to_owned(), command });
        }
        match head.iter().find(|byte| !byte.is_ascii_whitespace()) {
            None => Err(Error::Empty { path: path.to_owned() }),
            Some(b'{') => self.json(path, stream),
            Some(b'[') if is_array(head) => self.array(path, stream),
            Some(_) => self.yaml(path, stream),
        }
    }

    fn json(&mut self, path: &str, stream: impl BufRead) -> Result<(), Error> {
        let mut documents = serde_json::Deserializer::from_reader(stream);
        loop {
            // `end` looks past white space: an error means that another document follows.
            if documents.end().is_ok() {
                return self.check_version(path);
            }
            let document = Document(&mut |item| self.take(path, item)).deserialize(&mut documents);
            document.map_err(|error| of_json(path, error))?;
        }
    }

    /// Reads an array of objects in JSON.
    fn array(&mut self, path: &str, stream: impl BufRead) -> Result<(), Error> {
        let mut documents = serde_json::Deserializer::from_reader(stream);
        let kind = kind_of_file(path);
        let read = Array(&mut |item| self.take(path, item), kind).deserialize(&mut documents);
        read.and_then(|()| documents.end()).map_err(|error| of_json(path, error))
    }

    fn yaml(&mut self, path: &str, mut stream: impl BufRead) -> Result<(), Error> {
        let options = serde_saphyr::options! {
            with_snippet: false,
            // Kubernetes and kubectl write no aliases; each repeats its whole anchor in memory.
            alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: 50_000 },
            budget: serde_saphyr::budget! {
                // The pods of a cluster are large; depth, anchors and aliases keep their limits.
                max_reader_input_bytes: None,
                max_events: usize::MAX,
                max_nodes: usize::MAX,
                max_documents: usize::MAX,
                max_total_scalar_bytes: usize::MAX,
            },
        };
        for document in serde_saphyr::read_with_options::<_, Collected>(&mut stream, options) {
            let Collected(items) = document.map_err(|error| match error {
                serde_saphyr::Error::IOError { cause } => {
                    Error::Read { path: path.to_owned(), source: cause }
                }
                error => {
                    let reason = yaml_words_with_place(&error).to_string();
                    Error::Syntax { path: path.to_owned(), form: "YAML", reason }
                }
            })?;
            for item in items {
                self.take(path, item);
            }
        }
        self.check_version(path)
    }
}

/// The folder of the objects in a bundle of Troubleshoot.
const RESOURCES: &str = "cluster-resources";

/// The files and folders in it whose objects stated no kind before 2022. Ingresses are left out: theirs may be of a version
/// with other fields.
const BUNDLED: [(&str, Kind); 15] = [
    ("cronjobs", Kind::CronJob),
    ("daemonsets", Kind::DaemonSet),
    ("deployments", Kind::Deployment),
    ("events", Kind::Event),
    ("jobs", Kind::Job),
    ("namespaces", Kind::Namespace),
    ("nodes", Kind::Node),
    ("pod-disruption-budgets", Kind::PodDisruptionBudget),
    ("pods", Kind::Pod),
    ("pvcs", Kind::PersistentVolumeClaim),
    ("pvs", Kind::PersistentVolume),
    ("replicasets", Kind::ReplicaSet),
    ("services", Kind::Service),
    ("statefulsets", Kind::StatefulSet),
    ("storage-classes", Kind::StorageClass),
];

/// Returns the kind of the objects of a file by its place in a bundle: `cluster-resources/pods/shop.json`.
fn kind_of_file(path: &str) -> Option<Kind> {
    let mut parts = path.split(['/', '\\']).skip_while(|part| *part != RESOURCES).skip(1);
    let name = parts.next()?.trim_end_matches(".json");
    BUNDLED.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
}

fn of_json(path: &str, error: serde_json::Error) -> Error {
    if error.is_io() {
        return Error::Read { path: path.to_owned(), source: error.into() };
    }
    let reason = parse_words(&error.to_string()).to_string();
    Error::Syntax { path: path.to_owned(), form: "JSON", reason }
}

/// The items of one document of YAML.
struct Collected(Vec<Item>);

impl<'de> serde::Deserialize<'de> for Collected {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut items = Vec::new();
        Document(&mut |item| items.push(item)).deserialize(deserializer)?;
        Ok(Self(items))
    }
}

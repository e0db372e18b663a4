//! The normal responses: lists with pages, objects by name, logs, the version.

use super::{Body, State, response, status};
use crate::wire::{Envelope, Kind, ListMeta, PROTOBUF_MAGIC, Place, TypeMeta};
use bytes::Bytes;
use http::{Request, Response};
use percent_encoding::percent_decode_str;
use prost::Message;
use serde_json::{Value, json};

/// The key of an object, by which the API server sorts: `namespace/name`.
pub(super) fn key(object: &Value) -> String {
    let text = |name: &str| object["metadata"][name].as_str().unwrap_or_default().to_owned();
    format!("{}/{}", text("namespace"), text("name"))
}

/// What a path names.
pub(super) struct Target {
    pub(super) kind: Kind,
    pub(super) namespace: Option<String>,
    name: Option<String>,
    log: bool,
}

impl State {
    pub(super) fn answer(&self, request: &Request<Bytes>) -> Response<Body> {
        let path = request.uri().path();
        if path == "/version" {
            return response(200, "application/json", json!({ "gitVersion": "v1.36.3" }).to_string().into());
        }
        if let Some(known) = self.discovery(path) {
            return response(200, "application/json", known.to_string().into());
        }
        let found = Kind::ALL.into_iter().find_map(|kind| resolve(kind, path));
        let not_found = || response(404, "text/plain", b"404 page not found".to_vec());
        let Some(place) = found.filter(|place| self.serves(place.kind)) else { return not_found() };
        match &place.name {
            Some(name) if place.log => self.log(&place, name, request),
            Some(name) => self.object(&place, name, path),
            None => self.list(&place, request),
        }
    }

    /// Whether there is a server for a kind. Extensions exist if the test has added objects.
    pub(super) fn serves(&self, kind: Kind) -> bool {
        let extension = kind.is_extension() || kind.is_metered();
        kind.place() != Place::Measured
            && !self.unserved.contains(&kind)
            && (!extension || self.objects.contains_key(&kind))
    }

    /// The groups, or the resources of a version of a group.
    fn discovery(&self, path: &str) -> Option<Value> {
        let served = || Kind::ALL.into_iter().filter(|kind| self.serves(*kind));
        if path == "/apis" {
            let version = |kind: Kind| json!({ "versions": [{ "groupVersion": kind.api_version() }] });
            let groups: Vec<Value> = served().map(version).collect();
            return Some(json!({ "kind": "APIGroupList", "groups": groups }));
        }
        let version = path.strip_prefix("/apis/")?;
        let of_version: Vec<Kind> = served().filter(|kind| kind.api_version() == version).collect();
        let resources: Vec<Value> = of_version.iter().map(|kind| json!({ "name": kind.plural() })).collect();
        (!resources.is_empty()).then(|| json!({ "kind": "APIResourceList", "resources": resources }))
    }

    fn of<'a>(&'a self, place: &'a Target) -> impl Iterator<Item = &'a Value> {
        let within = |object: &&Value| {
            place.namespace.as_deref().is_none_or(|name| object["metadata"]["namespace"] == name)
        };
        self.objects.get(&place.kind).into_iter().flatten().filter(within)
    }

    fn object(&self, place: &Target, name: &str, path: &str) -> Response<Body> {
        match self.of(place).find(|object| object["metadata"]["name"] == name) {
            None => status(404, path, ""),
            Some(object) => {
                let mut object = object.clone();
                object["kind"] = place.kind.name().into();
                response(200, "application/json", object.to_string().into_bytes())
            }
        }
    }

    fn log(&self, place: &Target, pod: &str, request: &Request<Bytes>) -> Response<Body> {
        let query = |name| parameter(request, name);
        let previous = if query("previous").is_some() { "!" } else { "" };
        let namespace = place.namespace.clone().unwrap_or_default();
        let container = query("container").unwrap_or_default();
        match self.logs.get(&format!("{namespace}/{pod}/{container}{previous}")) {
            Some(text) => response(200, "text/plain", text.clone().into_bytes()),
            None => status(404, request.uri().path(), ""),
        }
    }

    fn list(&self, place: &Target, request: &Request<Bytes>) -> Response<Body> {
        let number = |name| parameter(request, name).and_then(|text| text.parse::<usize>().ok());
        let fields = parameter(request, "fieldSelector").unwrap_or_default();
        let labels = parameter(request, "labelSelector").unwrap_or_default();
        let wanted: Vec<&Value> = self
            .of(place)
            .filter(|object| selects(&fields, object) && selects(&labels, &object["metadata"]["labels"]))
            .collect();
        let from = number("continue").unwrap_or(0).min(wanted.len());
        let to = number("limit").filter(|limit| *limit > 0).map_or(wanted.len(), |limit| from + limit);
        let to = to.min(wanted.len());
        let rest = wanted.len() - to;
        let token = if rest > 0 { to.to_string() } else { String::new() };
        let accept =
            request.headers().get("accept").and_then(|value| value.to_str().ok()).unwrap_or_default();
        if self.protobuf && place.kind == Kind::Pod && accept.contains("vnd.kubernetes.protobuf") {
            return protobuf(&wanted[from..to], self.history.version(), token, rest);
        }
        let list = json!({
            "kind": format!("{}List", place.kind.name()), "apiVersion": place.kind.api_version(),
            "metadata": { "resourceVersion": self.history.version(), "continue": token, "remainingItemCount": (rest > 0).then_some(rest) },
            "items": &wanted[from..to],
        });
        response(200, "application/json", list.to_string().into_bytes())
    }
}

/// What a path means for a kind: a list, an object, or the log of a pod.
pub(super) fn resolve(kind: Kind, path: &str) -> Option<Target> {
    let all = kind.path(None);
    if path == all {
        return Some(Target { kind, namespace: None, name: None, log: false });
    }
    if !kind.namespaced() {
        let name = path.strip_prefix(&format!("{all}/")).filter(|name| !name.contains('/'))?;
        return Some(Target { kind, namespace: None, name: Some(name.to_owned()), log: false });
    }
    let (_, rest) = path.split_once("/namespaces/")?;
    let namespace = rest.split('/').next()?;
    let rest = path.strip_prefix(&kind.path(Some(namespace)))?;
    let (name, log) = match rest.strip_suffix("/log") {
        Some(name) if kind == Kind::Pod => (name, true),
        _ => (rest, false),
    };
    let name = match name {
        "" => None,
        name => Some(name.strip_prefix('/')?.to_owned()),
    };
    Some(Target { kind, namespace: Some(namespace.to_owned()), name, log })
}

pub(super) fn parameter(request: &Request<Bytes>, name: &str) -> Option<String> {
    let pairs = request.uri().query().unwrap_or_default().split('&');
    let value = pairs.filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name)?.1;
    Some(percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy().into_owned())
}

/// Whether an object has the values of a selector such as `a=b,c!=d`.
fn selects(selector: &str, object: &Value) -> bool {
    selector.split(',').filter(|part| !part.is_empty()).all(|part| match part.split_once("!=") {
        Some((key, value)) => object[key] != value,
        None => part.split_once('=').is_none_or(|(key, value)| object[key] == value),
    })
}

/// `v1.PodList` as protobuf.
fn protobuf(items: &[&Value], resource_version: String, token: String, rest: usize) -> Response<Body> {
    #[derive(Clone, PartialEq, Message)]
    struct List {
        #[prost(message, required, tag = "1")]
        metadata: ListMeta,
        #[prost(message, repeated, tag = "2")]
        items: Vec<crate::wire::Pod>,
    }
    let metadata = ListMeta {
        resource_version,
        r#continue: token,
        remaining_item_count: (rest > 0).then(|| i64::try_from(rest).unwrap()),
    };
    let items = items.iter().map(|item| serde_json::from_value((*item).clone()).unwrap()).collect();
    let type_meta = TypeMeta { kind: "PodList".to_owned() };
    let raw = Bytes::from(List { metadata, items }.encode_to_vec());
    let mut body = PROTOBUF_MAGIC.to_vec();
    body.extend(Envelope { type_meta, raw }.encode_to_vec());
    response(200, "application/vnd.kubernetes.protobuf", body)
}

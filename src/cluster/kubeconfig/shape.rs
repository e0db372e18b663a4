//! The form of a kubeconfig. It is read before the types of the client library: its errors have no place in the file and
//! repeat its values.
//!
//! What does not belong here: the content, which is in `kubeconfig`.
#![allow(dead_code, clippy::zero_sized_map_values, reason = "the fields describe the form")]

use serde::Deserialize;
use serde::de::{self, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Error as Yaml, Spanned};
use std::collections::BTreeMap;
use std::fmt;

/// A document of a kubeconfig, as [`kube::config::Kubeconfig`].
#[derive(Deserialize)]
#[serde(expecting = "keys and values", rename_all = "kebab-case")]
pub(super) struct Shape {
    #[serde(rename = "apiVersion")]
    api_version: Option<Text>,
    kind: Option<Text>,
    preferences: Option<Preferences>,
    clusters: Option<Vec<NamedCluster>>,
    users: Option<Vec<NamedUser>>,
    contexts: Option<Vec<NamedContext>>,
    current_context: Option<Text>,
    extensions: Option<Vec<Extension>>,
}

/// A text in YAML: neither a number nor a truth value.
struct Text;

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let node = Spanned::<IsText>::deserialize(from)?;
        let at = node.referenced;
        let wrong = || de::Error::custom(format!("{NO_TEXT}{}:{}", at.line(), at.column()));
        if node.value.0 { Ok(Self) } else { Err(wrong()) }
    }
}

/// The begin of the error of a node that is not a text; its place follows.
const NO_TEXT: &str = "no text at ";

/// Whether a node is a text.
struct IsText(bool);

impl<'de> Deserialize<'de> for IsText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Node).map(Self)
    }
}

struct Node;

impl<'de> Visitor<'de> for Node {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: de::Error>(self, _: &str) -> Result<bool, E> {
        Ok(true)
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_i128<E: de::Error>(self, _: i128) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_u128<E: de::Error>(self, _: u128) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_unit<E: de::Error>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<bool, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(false)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(false)
    }
}

#[derive(Deserialize)]
#[serde(expecting = "keys and values")]
struct Preferences {
    colors: Option<bool>,
    extensions: Option<Vec<Extension>>,
}

#[derive(Deserialize)]
#[serde(expecting = "keys and values")]
struct Extension {
    name: Text,
    extension: IgnoredAny,
}

#[derive(Deserialize)]
#[serde(expecting = "keys and values")]
struct NamedCluster {
    name: Text,
    cluster: Option<Cluster>,
}

#[derive(Deserialize)]
#[serde(expecting = "keys and values", rename_all = "kebab-case")]
struct Cluster {
    server: Option<Text>,
    insecure_skip_tls_verify: Option<bool>,
    certificate_authority: Option<Text>,
    certificate_authority_data: Option<Text>,
    proxy_url: Option<Text>,
    disable_compression: Option<bool>,
    tls_server_name: Option<Text>,
    extensions: Option<Vec<Extension>>,
}

#[derive(Deserialize)]
#[serde(expecting = "keys and values")]
struct NamedUser {
    name: Text,
    user: Option<User>,
}

#[derive(Deserialize)]
#[serde(expecting = "keys and values", rename_all = "kebab-case")]
struct User {
    username: Option<Text>,
    password: Option<Text>,
    token: Option<Text>,
    #[serde(rename = "tokenFile")]
    token_file: Option<Text>,
    client_certificate: Option<Text>,
    client_certificate_data: Option<Text>,
    client_key: Option<Text>,
    client_key_data: Option<Text>,
    r#as: Option<Text>,
    as_uid: Option<Text>,
    as_groups: Option<Vec<Text>>,
    as_user_extra: Option<BTreeMap<String, Vec<Text>>>,
    extensions: Option<Vec<Extension>>,
    auth_provider: Option<Provider>,
    exec: Option<Exec>,
}

#[derive(Deserialize)]
#[serde(expecting = "keys and values")]
struct Provider {
    name: Text,
    #[serde(default)]
    config: BTreeMap<String, Text>,
}

#[derive(Deserialize)]
#[serde(expecting = "keys and values", rename_all = "camelCase")]
struct Exec {
    api_version: Option<Text>,
    command: Option<Text>,
    args: Option<Vec<Text>>,
    env: Option<Vec<BTreeMap<String, Text>>>,
    install_hint: Option<Text>,
    interactive_mode: Option<Mode>,
    #[serde(default)]
    provide_cluster_info: bool,
}

#[derive(Deserialize)]
enum Mode {
    Never,
    IfAvailable,
    Always,
}

#[derive(Deserialize)]
#[serde(expecting = "keys and values")]
struct NamedContext {
    name: Text,
    context: Option<Context>,
}

#[derive(Deserialize)]
#[serde(expecting = "keys and values")]
struct Context {
    cluster: Option<Text>,
    user: Option<Text>,
    namespace: Option<Text>,
    extensions: Option<Vec<Extension>>,
}

/// Rewords an error of the parser: the place, and what was expected. It repeats nothing of the file.
pub(super) fn reworded(error: &Yaml) -> String {
    let error = error.without_snippet();
    let own = match error {
        Yaml::Message { msg, .. } => msg.strip_prefix(NO_TEXT).and_then(|at| at.split_once(':')),
        _ => None,
    };
    let own = own.and_then(|(line, column)| Some((line.parse().ok()?, column.parse().ok()?)));
    let words = if own.is_some() { "expected a text".to_owned() } else { words(error) };
    match own.or_else(|| error.location().map(|at| (at.line(), at.column()))) {
        Some((line, column)) => format!("line {line}, column {column}: {words}"),
        None => words,
    }
}

fn words(error: &Yaml) -> String {
    match error {
        Yaml::AliasError { error, .. } => words(error),
        Yaml::Unexpected { expected: "sequence start", .. } => "expected a list".to_owned(),
        Yaml::Unexpected { expected: "mapping start", .. } => "expected keys and values".to_owned(),
        Yaml::Unexpected { expected, .. } => format!("expected {expected}"),
        // What a type expects is a text of this file or of serde.
        Yaml::SerdeInvalidType { expected, .. }
        | Yaml::SerdeInvalidValue { expected, .. }
        | Yaml::SerdeInvalidLength { expected, .. } => {
            let expected = if expected == "a sequence" { "a list" } else { expected };
            let expected = if expected == "a map" { "keys and values" } else { expected };
            format!("expected {expected}")
        }
        Yaml::SerdeUnknownVariant { expected, .. } => format!("expected {}", expected.join(" or ")),
        Yaml::SerdeMissingField { field, .. } => format!("expected the key \"{field}\""),
        Yaml::InvalidScalar { ty, .. } => {
            format!("expected {}", if *ty == "boolean" { "true or false" } else { ty })
        }
        Yaml::InvalidBooleanStrict { .. } => "expected true or false".to_owned(),
        Yaml::NullIntoString { .. } => "expected a text".to_owned(),
        Yaml::DuplicateMappingKey { .. } => "a key occurs twice".to_owned(),
        Yaml::InvalidUtf8Input => "not a text in UTF-8".to_owned(),
        Yaml::Eof { .. } => "the file ends too early".to_owned(),
        Yaml::Budget { .. } => "too large or nested too deeply".to_owned(),
        Yaml::UnknownAnchor { .. } => "an alias without its anchor".to_owned(),
        _ => "not valid YAML".to_owned(),
    }
}

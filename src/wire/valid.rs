//! The names that the API server accepts. Commands contain names, so a name that the server would reject is not kept: files
//! and hostile servers may contain any, and the server does not check the names of owners.

use super::{Kind, MeasuredMeta, Object, OwnerReference};

/// The longest name.
const LONGEST: usize = 253;

/// The longest label of a name.
const LONGEST_LABEL: usize = 63;

/// Kinds whose names are segments of a path instead of DNS names.
const SEGMENTS: [&str; 5] = ["APIService", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"];

/// Returns whether an object of a kind can have this name: a DNS subdomain, or a segment of a path for some kinds.
pub(crate) fn is_name(kind: &str, name: &str) -> bool {
    if SEGMENTS.contains(&kind) { is_segment(name) } else { is_subdomain(name) }
}

/// Returns whether a namespace can have this name. Empty for objects of the cluster.
pub(crate) fn is_namespace(name: &str) -> bool {
    name.is_empty() || name.len() <= LONGEST_LABEL && is_label(name)
}

/// Returns whether a kind can have this name, in any case.
pub(crate) fn is_kind(kind: &str) -> bool {
    kind.len() <= LONGEST_LABEL
        && kind.starts_with(|c: char| c.is_ascii_alphabetic())
        && is_label(&kind.to_ascii_lowercase())
}

/// Labels with dots between them. The API server limits only the length of the whole.
fn is_subdomain(name: &str) -> bool {
    name.len() <= LONGEST && name.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    let is_alphanumeric = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = label.as_bytes();
    bytes.first().is_some_and(is_alphanumeric)
        && bytes.last().is_some_and(is_alphanumeric)
        && bytes.iter().all(|byte| is_alphanumeric(byte) || *byte == b'-')
}

/// The API server also accepts spaces, and a hyphen at the start. Commands with such a name would mean something else.
fn is_segment(name: &str) -> bool {
    name.len() <= LONGEST
        && !["", ".", ".."].contains(&name)
        && !name.starts_with('-')
        && name.bytes().all(|byte| byte.is_ascii_graphic() && !b"/%'\"`\\".contains(&byte))
}

impl Object {
    /// Returns the first name of the object that the API server would reject.
    pub(crate) fn invalid_name(&self) -> Option<&str> {
        let identity = self.identity();
        let kind = self.kind();
        let name_is_valid = match self {
            // Nothing uses the name of an event.
            Object::Event(_) => true,
            Object::Host(host) => is_host(&host.metadata.name),
            Object::Throttling(of) => is_container(&of.metadata),
            Object::Usage(of) => is_container(&of.metadata),
            Object::MemoryHistory(of) => is_container(&of.metadata),
            Object::LogSource(of) => is_source(&of.metadata.name),
            _ => is_name(kind.name(), identity.name),
        };
        if !name_is_valid {
            return Some(identity.name);
        }
        if !is_namespace(identity.namespace) {
            return Some(identity.namespace);
        }
        match self {
            Object::Pod(pod) => {
                Some(&*pod.spec.node_name).filter(|name| !name.is_empty() && !is_subdomain(name))
            }
            _ => None,
        }
    }

    /// Removes the owners that no object can be, and returns the name of the first one. The API server accepts any text as
    /// the name of an owner.
    pub(crate) fn remove_invalid_owners(&mut self) -> Option<String> {
        let owners = self.owners_mut()?;
        let first = owners.iter().find(|owner| !owner.is_valid())?.name.clone();
        owners.retain(OwnerReference::is_valid);
        Some(first)
    }
}

impl OwnerReference {
    fn is_valid(&self) -> bool {
        is_kind(&self.kind) && is_name(&self.kind, &self.name)
    }
}

/// `POD/CONTAINER`; the container may be missing.
fn is_container(metadata: &MeasuredMeta) -> bool {
    is_subdomain(metadata.pod()) && (metadata.container().is_empty() || is_label(metadata.container()))
}

/// `KIND/NAME/CONTAINER`.
fn is_source(name: &str) -> bool {
    let parts: Vec<&str> = name.split('/').collect();
    matches!(parts.as_slice(), [kind, name, container]
        if is_kind(kind) && is_name(kind, name) && is_label(container))
}

/// A host comes from Ingresses and lists, and may have any character. It is quoted where a command contains it.
fn is_host(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('-')
}

/// Returns whether kubectl finds objects of this kind in a namespace, or in the cluster if `namespace` is empty.
pub(crate) fn lives_in(kind: &str, namespace: &str) -> bool {
    /// Kinds of workloads that the program does not read.
    const OTHERS: [&str; 3] = ["DeploymentConfig", "ReplicationController", "Rollout"];
    match Kind::from_name(kind) {
        _ if namespace.is_empty() => true,
        Some(kind) => kind.namespaced(),
        None => OTHERS.contains(&kind),
    }
}

#[cfg(test)]
#[path = "valid/tests.rs"]
mod tests;

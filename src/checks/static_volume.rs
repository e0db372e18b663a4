//! Why a claim is not bound to a volume that exists: how the volume differs from the claim, by the rules of the volume
//! controller and, for a class that waits for a pod, of the scheduler.

use super::View;
use super::fit::labels::{holds, in_words, is_selected, of_terms, selects};
use crate::model::whole;
use crate::wire::{Kind, ObjectReference, PersistentVolume, PersistentVolumeClaim, Requirement};

/// What keeps a claim from a volume.
pub(crate) enum Difference {
    /// A field, with both values.
    Field(String),
    /// The volume belonged to this claim, which was deleted.
    Released(String),
    /// The volume belonged to an earlier claim of the same name.
    Earlier(String),
    /// The volume is reserved for this claim.
    Reserved(String),
    /// The volume can be used only on nodes with these labels, and there is no such node.
    Nowhere(Vec<String>),
}

impl Difference {
    /// Returns it as an entry of a list.
    pub(crate) fn written(&self) -> String {
        match self {
            Difference::Field(words) => words.clone(),
            Difference::Released(claim) => format!("claimRef {claim} (Released)"),
            Difference::Earlier(claim) => format!("claimRef {claim} (uid)"),
            Difference::Reserved(claim) => format!("claimRef {claim}"),
            Difference::Nowhere(labels) => format!("nodeAffinity {}", labels.join(", ")),
        }
    }
}

/// What a claim finds among the volumes that exist.
pub(crate) enum Found<'a> {
    /// A volume that fits: the claim can be bound to it.
    Fit(&'a PersistentVolume),
    /// No free volume.
    Nothing,
    /// The volume that differs least.
    Nearest(&'a PersistentVolume, Vec<Difference>),
}

/// A claim that an existing volume may suit.
pub(crate) struct Wanted<'a> {
    pub(crate) claim: &'a PersistentVolumeClaim,
    /// Its class; empty for none.
    pub(crate) class: &'a str,
    /// Whether volumes of other classes are compared.
    pub(crate) other_classes: bool,
    /// Whether the class waits for a pod, so that the place of the volume counts.
    pub(crate) waits: bool,
}

/// Returns the volume that differs least from a claim.
pub(crate) fn nearest<'a>(view: &View<'a>, wanted: &Wanted) -> Found<'a> {
    let Wanted { claim, class, .. } = *wanted;
    let mut best: Option<(_, &PersistentVolume, Vec<Difference>)> = None;
    for volume in view.snapshot.rows.volumes.iter().filter(|volume| is_candidate(volume, wanted)) {
        let mut differences = differences(claim, class, volume);
        if differences.is_empty() && wanted.waits {
            differences.extend(nowhere(view, volume));
        }
        if differences.is_empty() {
            return Found::Fit(volume);
        }
        let own = volume.spec.claim_ref.as_ref().is_some_and(|of| is_named(of, claim));
        let other_class = volume.spec.storage_class_name != class;
        let rank = (!own, differences.len(), other_class, &volume.metadata.name);
        if best.as_ref().is_none_or(|(least, ..)| rank < *least) {
            best = Some((rank, volume, differences));
        }
    }
    best.map_or(Found::Nothing, |(_, volume, differences)| Found::Nearest(volume, differences))
}

/// Whether an administrator may mean this volume for the claim. Volumes that other claims left behind count within their
/// class only.
fn is_candidate(volume: &PersistentVolume, wanted: &Wanted) -> bool {
    let claim_ref = volume.spec.claim_ref.as_ref();
    let of_class = volume.spec.storage_class_name == wanted.class;
    let own = claim_ref.is_some_and(|of| is_named(of, wanted.claim));
    let is_for_it = match &*volume.status.phase {
        "Available" => own || of_class || wanted.other_classes,
        "Released" => own || of_class,
        // The claim was read before it was bound.
        "Bound" => claim_ref.is_some_and(|of| is_of(of, wanted.claim)),
        _ => false,
    };
    is_for_it && volume.metadata.deleted().is_none()
}

/// Whether a volume belongs to a claim of this name.
fn is_named(of: &ObjectReference, claim: &PersistentVolumeClaim) -> bool {
    (&of.namespace, &of.name) == (&claim.metadata.namespace, &claim.metadata.name)
}

/// Whether a volume belongs to this claim. The uid is absent if an administrator wrote the reference.
fn is_of(of: &ObjectReference, claim: &PersistentVolumeClaim) -> bool {
    let uid = &claim.metadata.uid;
    is_named(of, claim) && (of.uid.is_empty() || uid.is_empty() || of.uid == *uid)
}

/// Returns what keeps a claim from a free volume, without the nodes.
fn differences(claim: &PersistentVolumeClaim, class: &str, volume: &PersistentVolume) -> Vec<Difference> {
    let claim_ref = volume.spec.claim_ref.as_ref();
    if claim_ref.is_some_and(|of| is_of(of, claim)) {
        // Neither the class nor the labels of a volume that is reserved for the claim are compared.
        return shape(claim, volume).into_iter().map(Difference::Field).collect();
    }
    let mut found = fields(claim, class, volume);
    found.extend(labels(claim, volume));
    let mut found: Vec<Difference> = found.into_iter().map(Difference::Field).collect();
    found.extend(claim_ref.map(|of| {
        let name = format!("{}/{}", of.namespace, of.name);
        match &*volume.status.phase {
            _ if is_named(of, claim) => Difference::Earlier(name),
            "Released" => Difference::Released(name),
            _ => Difference::Reserved(name),
        }
    }));
    found
}

/// Returns why a claim is not bound to the volume that its spec names.
pub(crate) fn of_named(claim: &PersistentVolumeClaim, volume: &PersistentVolume) -> Vec<Difference> {
    let class = claim.spec.storage_class_name.as_deref().unwrap_or_default();
    match &volume.spec.claim_ref {
        Some(of) if is_of(of, claim) => Vec::new(),
        Some(of) => {
            let name = format!("{}/{}", of.namespace, of.name);
            let is_named = is_named(of, claim);
            vec![if is_named { Difference::Earlier(name) } else { Difference::Reserved(name) }]
        }
        None => {
            let mut found = fields(claim, class, volume);
            found.extend(volume.metadata.deleted().map(|_| "deletionTimestamp".to_owned()));
            found.into_iter().map(Difference::Field).collect()
        }
    }
}

/// Returns the fields that differ, without the labels.
fn fields(claim: &PersistentVolumeClaim, class: &str, volume: &PersistentVolume) -> Vec<String> {
    let has = &volume.spec.storage_class_name;
    let class = (has != class).then(|| format!("storageClassName \"{has}\" != \"{class}\""));
    class.into_iter().chain(shape(claim, volume)).collect()
}

/// Returns the size, the access modes and the mode of a volume that do not suit a claim.
fn shape(claim: &PersistentVolumeClaim, volume: &PersistentVolume) -> Vec<String> {
    let (wanted, has) = (&claim.spec, &volume.spec);
    let mut found = Vec::new();
    let requested = wanted.resources.requests.iter().find(|resource| resource.name == "storage");
    let sizes = requested.zip(has.capacity.get("storage")).map(|(r, size)| (&*r.quantity.text, &*size.text));
    if let Some((requested, size)) = sizes.filter(|(requested, size)| whole(size) < whole(requested)) {
        found.push(format!("storage {size} < {requested}"));
    }
    if wanted.access_modes.iter().any(|mode| !has.access_modes.contains(mode)) {
        found.push(format!(
            "accessModes {} != {}",
            has.access_modes.join("+"),
            wanted.access_modes.join("+")
        ));
    }
    let mode = |mode: &str| if mode.is_empty() { "Filesystem".to_owned() } else { mode.to_owned() };
    let (theirs, ours) = (mode(&has.volume_mode), mode(&wanted.volume_mode));
    if theirs != ours {
        found.push(format!("volumeMode {theirs} != {ours}"));
    }
    found
}

/// Returns the labels of a volume that the selector of a claim does not select.
fn labels(claim: &PersistentVolumeClaim, volume: &PersistentVolume) -> Vec<String> {
    let label = |key: &str| volume.metadata.labels.get(key).map(String::as_str);
    let Some(selector) = claim.spec.selector.as_ref().filter(|selector| !selects(selector, label)) else {
        return Vec::new();
    };
    let has = |key: &str| format!("label {key} \"{}\"", label(key).unwrap_or_default());
    let equal = selector.match_labels.iter().filter(|(key, value)| label(key) != Some(value.as_str()));
    let equal = equal.map(|(key, value)| format!("{} != \"{value}\"", has(key)));
    let fails = |requirement: &&Requirement| !holds(requirement, label(&requirement.key));
    let others = selector.match_expressions.iter().filter(fails);
    equal.chain(others.map(|of| format!("{} != {}", has(&of.key), in_words(of)))).collect()
}

/// Returns the labels that the nodes of a volume must have, if no node has them.
fn nowhere(view: &View, volume: &PersistentVolume) -> Option<Difference> {
    let selector = volume.spec.node_affinity.as_ref()?.required.as_ref()?;
    let nodes = &view.snapshot.rows.nodes;
    if !view.saw(Kind::Node, "") || nodes.is_empty() || nodes.iter().any(|node| is_selected(selector, node)) {
        return None;
    }
    Some(Difference::Nowhere(of_terms(&selector.node_selector_terms)))
}

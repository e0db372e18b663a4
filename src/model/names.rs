//! Stores once what many rows have in common.

use super::pod::PodState;
use super::{Owner, PodTemplate, Resources, SharedPod, Totals};
use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The texts, owners, templates and shared parts of pods so far. A clone has the same ones.
#[derive(Clone, Debug, Default)]
pub struct Names(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    texts: HashSet<Arc<str>>,
    totals: HashSet<Arc<Totals>>,
    resources: HashSet<Arc<Resources>>,
    templates: HashSet<Arc<PodTemplate>>,
    states: HashSet<Arc<PodState>>,
    shared: HashSet<Arc<SharedPod>>,
    owners: HashSet<Arc<Owner>>,
    /// The last template: that of the next pod in a list is mostly the same.
    last: Option<Arc<PodTemplate>>,
}

/// The only copy of a value among the rows of one run: two of them are equal if they are the same.
#[derive(Debug)]
pub struct Interned<T>(Arc<T>);

impl<T> Deref for Interned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> PartialEq for Interned<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Eq for Interned<T> {}

impl<T> Hash for Interned<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.0).hash(state);
    }
}

impl Names {
    /// Returns the only copy of a text.
    pub(crate) fn get(&self, text: &str) -> Arc<str> {
        let mut known = self.known();
        if let Some(known) = known.texts.get(text) {
            return Arc::clone(known);
        }
        let fresh: Arc<str> = Arc::from(text);
        known.texts.insert(Arc::clone(&fresh));
        fresh
    }

    /// Returns the only copy of the CPU and memory of a pod.
    pub(super) fn totals(&self, totals: Totals) -> Interned<Totals> {
        Interned(only(&mut self.known().totals, totals))
    }

    /// Returns the only copy of the CPU and memory of a container.
    pub(super) fn resources(&self, resources: Resources) -> Interned<Resources> {
        Interned(only(&mut self.known().resources, resources))
    }

    /// Returns the only copy of a template.
    pub(super) fn template(&self, template: PodTemplate) -> Interned<PodTemplate> {
        let mut known = self.known();
        if let Some(last) = known.last.as_ref().filter(|last| ***last == template) {
            return Interned(Arc::clone(last));
        }
        let only = only(&mut known.templates, template);
        known.last = Some(Arc::clone(&only));
        Interned(only)
    }

    /// Returns the only copy of the state of some pods.
    pub(super) fn state(&self, state: PodState) -> Interned<PodState> {
        Interned(only(&mut self.known().states, state))
    }

    /// Returns the only copy of the owner of some objects.
    pub(super) fn owner(&self, owner: Owner) -> Interned<Owner> {
        Interned(only(&mut self.known().owners, owner))
    }

    /// Returns the only copy of what some pods have in common.
    pub(super) fn shared(&self, shared: SharedPod) -> Arc<SharedPod> {
        only(&mut self.known().shared, shared)
    }

    /// Drops what no row uses any more.
    pub(crate) fn forget_unused(&self) {
        let mut known = self.known();
        known.last = None;
        // A set is cleared before the sets that its values use.
        known.shared.retain(|shared| Arc::strong_count(shared) > 1);
        known.states.retain(|state| Arc::strong_count(state) > 1);
        known.owners.retain(|owner| Arc::strong_count(owner) > 1);
        known.templates.retain(|template| Arc::strong_count(template) > 1);
        known.totals.retain(|totals| Arc::strong_count(totals) > 1);
        known.resources.retain(|resources| Arc::strong_count(resources) > 1);
        known.texts.retain(|text| Arc::strong_count(text) > 1);
    }

    /// A panic elsewhere does not leave it broken: each of its sets is complete.
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn only<T: Eq + Hash>(known: &mut HashSet<Arc<T>>, value: T) -> Arc<T> {
    if let Some(known) = known.get(&value) {
        return Arc::clone(known);
    }
    let fresh = Arc::new(value);
    known.insert(Arc::clone(&fresh));
    fresh
}

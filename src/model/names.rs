//! Strings that many rows share are kept once.

use super::SharedPod;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The names seen so far: namespaces, nodes, statuses, owners. A clone knows the same names.
#[derive(Clone, Debug, Default)]
pub struct Names(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    texts: HashSet<Arc<str>>,
    shared: HashSet<Arc<SharedPod>>,
}

impl Names {
    /// The one copy of this text.
    pub fn get(&self, text: &str) -> Arc<str> {
        let mut known = self.known();
        if let Some(known) = known.texts.get(text) {
            return Arc::clone(known);
        }
        let fresh: Arc<str> = Arc::from(text);
        known.texts.insert(Arc::clone(&fresh));
        fresh
    }

    /// The one copy of what some pods have in common.
    pub fn shared(&self, shared: SharedPod) -> Arc<SharedPod> {
        let mut known = self.known();
        if let Some(known) = known.shared.get(&shared) {
            return Arc::clone(known);
        }
        let fresh = Arc::new(shared);
        known.shared.insert(Arc::clone(&fresh));
        fresh
    }

    /// Whoever held it before has left it whole: it only grows.
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

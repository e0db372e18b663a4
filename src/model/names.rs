//! Strings that many rows share are kept once.

use super::Kin;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The names seen so far: namespaces, nodes, statuses, owners. A clone knows the same names.
#[derive(Clone, Debug, Default)]
pub struct Names(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    texts: HashSet<Arc<str>>,
    kin: HashSet<Arc<Kin>>,
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
    pub fn kin(&self, kin: Kin) -> Arc<Kin> {
        let mut known = self.known();
        if let Some(known) = known.kin.get(&kin) {
            return Arc::clone(known);
        }
        let fresh = Arc::new(kin);
        known.kin.insert(Arc::clone(&fresh));
        fresh
    }

    /// Whoever held it before has left it whole: it only grows.
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! Strings that many rows share are kept once.

use super::Owner;
use std::collections::HashSet;
use std::sync::Arc;

/// The names seen so far: namespaces, nodes, statuses, kinds.
#[derive(Debug, Default)]
pub struct Names {
    texts: HashSet<Arc<str>>,
    owners: HashSet<Arc<Owner>>,
}

impl Names {
    /// The one copy of this text.
    pub fn get(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return Arc::clone(known);
        }
        let fresh: Arc<str> = Arc::from(text);
        self.texts.insert(Arc::clone(&fresh));
        fresh
    }

    /// The one copy of this owner.
    pub fn owner(&mut self, kind: &str, name: &str) -> Arc<Owner> {
        let owner = Owner::new(kind, name, self);
        if let Some(known) = self.owners.get(&owner) {
            return Arc::clone(known);
        }
        let fresh = Arc::new(owner);
        self.owners.insert(Arc::clone(&fresh));
        fresh
    }
}

//! Strings that many rows share are kept once.

use std::collections::HashSet;
use std::sync::Arc;

/// The names seen so far: namespaces, nodes, statuses, kinds.
#[derive(Debug, Default)]
pub struct Names(HashSet<Arc<str>>);

impl Names {
    /// The one copy of this text.
    pub fn get(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        let fresh: Arc<str> = Arc::from(text);
        self.0.insert(Arc::clone(&fresh));
        fresh
    }
}

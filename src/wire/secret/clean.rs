//! Texts that have no credentials. The pods of a cluster repeat a few images, reasons and messages, so most texts are found
//! here and not searched again.

use std::cell::RefCell;
use std::hash::{BuildHasher, RandomState};

/// The number of texts that are kept.
const TEXTS: usize = 256;

/// The longest text that is kept, in bytes.
const LONGEST: usize = 256;

/// Each text has one place, which the next text with the same place takes.
struct Clean {
    hasher: RandomState,
    texts: Vec<String>,
}

thread_local! {
    static CLEAN: RefCell<Clean> = RefCell::new(Clean { hasher: RandomState::new(), texts: vec![String::new(); TEXTS] });
}

impl Clean {
    fn place(&mut self, text: &str) -> Option<&mut String> {
        let place = self.hasher.hash_one(text) % TEXTS as u64;
        self.texts.get_mut(usize::try_from(place).ok()?)
    }
}

/// Whether a text was searched before and has no credentials.
pub(super) fn is_known(text: &str) -> bool {
    text.len() <= LONGEST
        && CLEAN.with_borrow_mut(|clean| clean.place(text).is_some_and(|known| known == text))
}

/// Keeps a text that has no credentials.
pub(super) fn remember(text: &str) {
    if text.len() > LONGEST {
        return;
    }
    CLEAN.with_borrow_mut(|clean| {
        if let Some(known) = clean.place(text) {
            known.clear();
            known.push_str(text);
        }
    });
}

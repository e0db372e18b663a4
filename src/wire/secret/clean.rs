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

/// Searches a text, unless it was searched before and has no credentials. `search` returns `None` for such a text.
pub(super) fn unless_known(text: &str, search: impl Fn(&str) -> Option<String>) -> Option<String> {
    if text.len() > LONGEST {
        return search(text);
    }
    CLEAN.with_borrow_mut(|Clean { hasher, texts }| {
        let place = usize::try_from(hasher.hash_one(text) % TEXTS as u64).ok();
        let Some(known) = place.and_then(|place| texts.get_mut(place)) else { return search(text) };
        if known == text {
            return None;
        }
        let found = search(text);
        if found.is_none() {
            known.clear();
            known.push_str(text);
        }
        found
    })
}

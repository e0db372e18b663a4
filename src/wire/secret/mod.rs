//! Removes credentials from the texts of users and programs: nothing that looks like a credential is kept, shown or
//! captured.
//!
//! One pass of an automaton finds the triggers of a text: names of secrets, prefixes of tokens, parts of addresses. Most
//! texts have none and are returned as they are. Each trigger is judged by the text next to it, within a bounded distance or
//! within the part that is then hidden, so that the time is linear in the length of the text.

mod address;
mod assigned;
mod block;
mod calls;
mod clean;
mod command;
mod element;
mod extent;
mod fold;
mod form;
mod header;
mod key;
mod name;
mod plain;
mod rule;
mod said;
mod scan;
mod shape;
mod spoken;
mod user;
mod word;
mod wrapped;

use crate::text::head;
use fold::Folded;
use scan::Scan;
use std::ops::Range;

/// Replaces a credential.
const HIDDEN: &str = "***";

/// The number of passes after which a text is hidden as a whole. A pass can only find more if the text between two
/// credentials looks like another one; two passes are enough for texts that are not made for this.
const PASSES: usize = 8;

/// The longest message that the API server accepts in a condition, in bytes. Other texts are not limited there.
const LONGEST_TEXT: usize = 32 << 10;

/// Returns a text without its credentials. Doing so twice changes nothing more.
pub fn without_secrets(text: &str) -> String {
    let Some(mut kept) = once(text) else { return text.to_owned() };
    for _ in 1..PASSES {
        match once(&kept) {
            None => return kept,
            Some(shorter) => kept = shorter,
        }
    }
    HIDDEN.to_owned()
}

/// Removes the credentials from a text of the cluster, and what is longer than the API allows.
pub(super) fn hide_secrets(text: &mut String) {
    if text.len() > LONGEST_TEXT {
        // The end goes, not the middle: the start of a credential must stay before it.
        *text = format!("{}…", head(text, LONGEST_TEXT));
    }
    if let Some(kept) = clean::unless_known(text, once) {
        *text = without_secrets(&kept);
    }
}

/// Returns a text without the credentials that one pass finds; `None` if it finds none.
fn once(text: &str) -> Option<String> {
    let folded = Folded::of(text);
    let mut spans = Scan::new(folded.text()).spans();
    if spans.is_empty() {
        return None;
    }
    spans.sort_by_key(|span| (span.start, span.end));
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    let mut is_open = false;
    for span in spans {
        let Range { start, end: last } = folded.original(&span);
        if start > end || !is_open {
            out.push_str(text.get(end..start.max(end)).unwrap_or_default());
            out.push_str(HIDDEN);
            is_open = true;
        }
        end = end.max(last);
    }
    out.push_str(text.get(end..).unwrap_or_default());
    (is_open && out != text).then_some(out)
}

#[cfg(test)]
mod tests;

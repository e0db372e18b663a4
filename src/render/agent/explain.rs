//! The answer of `explain`: the page of a check, or the meaning of a status or an exit code.

use super::super::Look;
use super::page::{Page, Section, larger};
use crate::checks::status::Topic;
use crate::text::Lang;

/// Returns the answer.
pub(crate) fn explain(topic: &Topic, lang: Lang, most: usize) -> String {
    let mut out = Vec::new();
    let look = Look { lang, ..Look::default() };
    // Writing to memory does not fail.
    super::super::explain::explain(topic, false, look, &mut out).unwrap_or_default();
    let text = String::from_utf8_lossy(&out);
    let paragraphs = text.trim().split("\n\n").map(str::to_owned).collect();
    let mut page = Page::new();
    page.sections.push(Section::new("", "paragraphs", 1, paragraphs));
    page.with_rest(most, &larger())
}

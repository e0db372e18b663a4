//! The steps from a finding to its cause, in words.

use super::document::{Line, message, name, own};
use super::words;
use crate::finding::incident::Step;
use crate::finding::{Finding, Link};
use crate::text::Lang;

/// The steps from a finding to its cause.
#[derive(Default)]
pub(super) struct Chain {
    /// One line for each link, and the finding that names the cause; none for a finding that is its own cause.
    pub(super) steps: Vec<Line>,
    /// Links to other objects.
    pub(super) others: Vec<Line>,
}

impl Chain {
    pub(super) fn of(steps: &[Step], lang: Lang) -> Self {
        let links = steps.iter().filter_map(|step| Some((step.finding, step.link?)));
        let line = |(finding, link)| line(finding, link, lang);
        let mut lines: Vec<Line> = links.map(line).collect();
        let is_other = |(_, link): &(&Finding, &Link)| {
            link.why.is_some()
                && !steps.iter().any(|step| step.link.is_some_and(|of| of.object == link.object))
        };
        let of_all =
            steps.iter().flat_map(|step| step.finding.because.iter().map(|link| (step.finding, link)));
        let others: Vec<Line> = of_all.filter(is_other).map(line).collect();
        let Some(Step { finding, .. }) = steps.last().filter(|_| !lines.is_empty()) else {
            return Self::default();
        };
        let about = name(finding.object.slashed()).then(words::colon(lang));
        lines.push(about.then(message(finding.message.in_lang(lang))));
        Self { steps: lines, others }
    }
}

/// Returns `pod/web-0 calls service/redis, which does not exist`.
fn line(finding: &Finding, link: &Link, lang: Lang) -> Line {
    let by = match &link.why {
        Some(why) => message(why.in_lang(lang)),
        None => own(link.need.text().get(lang)).then(" ").then(name(link.object.slashed())),
    };
    name(finding.object.slashed()).then(" ").then(by)
}

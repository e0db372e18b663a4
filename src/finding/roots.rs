//! The root of each finding: the worst and oldest finding at the end of the links that lead from it.
//!
//! Findings that explain each other are a cycle (a strongly connected component, found as in R. Tarjan: "Depth-First Search and
//! Linear Graph Algorithms", 1972). A cycle that nothing else explains is named by its worst finding.

use super::{Finding, Link, Relation};
use crate::model::ObjectRef;
use std::collections::BTreeMap;

/// The findings about each object.
pub(super) type About<'f> = BTreeMap<&'f ObjectRef, Vec<usize>>;

/// Returns the findings about each object.
pub(super) fn about(findings: &[Finding]) -> About<'_> {
    let mut about = About::new();
    for (index, finding) in findings.iter().enumerate() {
        about.entry(&finding.object).or_default().push(index);
    }
    about
}

/// The root of each finding, by index.
pub(super) struct Roots<'f> {
    pub(super) about: About<'f>,
    findings: &'f [Finding],
    of: Vec<usize>,
}

impl<'f> Roots<'f> {
    /// Finds the roots of findings that are sorted worst and oldest first.
    pub(super) fn of(findings: &'f [Finding]) -> Self {
        let about = about(findings);
        let next = |at: usize| links(findings, &about, at).map(|(next, _)| next).collect();
        let of = Search::over(findings.len(), next);
        Self { about, findings, of }
    }

    /// Returns the root of a finding.
    pub(super) fn root(&self, at: usize) -> usize {
        self.of[at]
    }

    /// Returns how far a finding is from its root: 0 for the root itself, 1 for what it explains directly, 2 for all others.
    pub(super) fn distance(&self, at: usize) -> usize {
        match self.root(at) {
            root if root == at => 0,
            root if links(self.findings, &self.about, at).any(|(next, _)| next == root) => 1,
            _ => 2,
        }
    }

    /// Returns the next finding on the way to the root, and the link to it. `is_new` keeps the way from going in circles.
    pub(super) fn next(&self, at: usize, is_new: impl Fn(usize) -> bool) -> Option<(usize, &'f Link)> {
        let root = self.root(at);
        let towards = links(self.findings, &self.about, at)
            .filter(|(next, _)| self.root(*next) == root && is_new(*next));
        // The check has set the most important links first.
        towards.min_by_key(|(next, _)| *next != root).filter(|_| at != root)
    }
}

/// Returns the findings that may explain a finding, each with the link to it.
fn links<'f>(
    findings: &'f [Finding],
    about: &About<'f>,
    at: usize,
) -> impl Iterator<Item = (usize, &'f Link)> {
    let links = findings[at].because.iter().filter(move |link| link.object != findings[at].object);
    let found =
        links.flat_map(|link| about.get(&link.object).into_iter().flatten().map(move |index| (*index, link)));
    found.filter(|(index, _)| findings[*index].check.traits.relation != Relation::ExplainsNothing)
}

/// A depth-first search without recursion: a chain may be as long as there are findings.
struct Search {
    /// The order in which findings were reached, from 1; 0 for those that were not.
    reached: Vec<usize>,
    /// The first finding of the search that can be reached back from each.
    low: Vec<usize>,
    roots: Vec<Option<usize>>,
    open: Vec<usize>,
    count: usize,
}

impl Search {
    fn over(count: usize, next: impl Fn(usize) -> Vec<usize>) -> Vec<usize> {
        let mut search = Self {
            reached: vec![0; count],
            low: vec![0; count],
            roots: vec![None; count],
            open: Vec::new(),
            count: 0,
        };
        for start in 0..count {
            if search.reached[start] == 0 {
                search.from(start, &next);
            }
        }
        search.roots.into_iter().enumerate().map(|(at, root)| root.unwrap_or(at)).collect()
    }

    fn from(&mut self, start: usize, next: &impl Fn(usize) -> Vec<usize>) {
        let mut path = vec![self.reach(start, next)];
        while let Some((at, ahead, done)) = path.last_mut() {
            let (at, to) = (*at, ahead.get(*done).copied());
            *done += 1;
            match to {
                Some(to) if self.reached[to] == 0 => path.push(self.reach(to, next)),
                Some(to) if self.roots[to].is_none() => self.low[at] = self.low[at].min(self.reached[to]),
                Some(_) => {}
                None => {
                    path.pop();
                    if let Some((above, ..)) = path.last() {
                        self.low[*above] = self.low[*above].min(self.low[at]);
                    }
                    if self.low[at] == self.reached[at] {
                        self.close(at, next);
                    }
                }
            }
        }
    }

    fn reach(&mut self, at: usize, next: &impl Fn(usize) -> Vec<usize>) -> (usize, Vec<usize>, usize) {
        self.count += 1;
        (self.reached[at], self.low[at]) = (self.count, self.count);
        self.open.push(at);
        (at, next(at), 0)
    }

    /// Names the cycle that begins with a finding; most are that finding alone.
    fn close(&mut self, first: usize, next: &impl Fn(usize) -> Vec<usize>) {
        let from = self.open.iter().rposition(|at| *at == first).unwrap_or_default();
        let cycle = self.open.split_off(from);
        // Those ahead that have a root are not in the cycle.
        let ahead = cycle.iter().flat_map(|at| next(*at)).filter_map(|to| self.roots[to]).min();
        let root = ahead.or_else(|| cycle.iter().copied().min());
        for at in cycle {
            self.roots[at] = root;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roots(links: &[&[usize]]) -> Vec<usize> {
        Search::over(links.len(), |at| links[at].to_vec())
    }

    #[test]
    fn a_chain_leads_to_its_end_and_a_fork_to_the_worst_end() {
        assert_eq!(roots(&[&[], &[0], &[1]]), [0, 0, 0]);
        assert_eq!(roots(&[&[], &[], &[1, 0], &[2]]), [0, 1, 0, 0]);
        assert_eq!(roots(&[&[2], &[], &[]]), [2, 1, 2]);
    }

    #[test]
    fn a_cycle_is_named_by_its_worst_finding_unless_something_else_explains_it() {
        assert_eq!(roots(&[&[1], &[2], &[0], &[2]]), [0, 0, 0, 0]);
        assert_eq!(roots(&[&[1], &[0, 2], &[]]), [2, 2, 2]);
        assert_eq!(roots(&[&[0]]), [0]);
        assert_eq!(roots(&[&[1], &[0], &[3], &[2, 1]]), [0, 0, 0, 0]);
    }

    #[test]
    fn a_very_long_chain_does_not_overflow_the_stack() {
        let count = 200_000;
        let found = Search::over(count, |at| if at == 0 { Vec::new() } else { vec![at - 1] });
        assert!(found.iter().all(|root| *root == 0));
    }
}

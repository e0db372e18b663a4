//! When a list of the whole cluster dies, the namespaces that are still missing are listed one by one: a
//! poisoned object costs its namespace, and whoever may not list everything may still list some.

use super::gather::{self, Run};
use super::list::ListResult;
use super::{Error, ListRequest, Sink};
use crate::model::Reason;
use crate::wire::Kind;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Run<'_> {
    /// Puts lists of single namespaces in the place of lists of all that were refused or have died.
    pub(crate) async fn per_namespace<K: Sink>(
        &mut self,
        blank: &K,
        read: Vec<(ListRequest, ListResult<K>)>,
    ) -> Vec<(ListRequest, ListResult<K>)> {
        let (dead, mut kept): (Vec<_>, Vec<_>) = read.into_iter().partition(is_dead);
        if dead.is_empty() {
            return kept;
        }
        let names = self.names_to_try(&dead).await.unwrap_or_default();
        kept.extend(if names.is_empty() { dead } else { self.rest_of(blank, dead, &names).await });
        kept
    }

    /// The namespaces, from a server that is still there.
    async fn names_to_try<K>(&mut self, dead: &[(ListRequest, ListResult<K>)]) -> Result<Vec<String>, Error> {
        if !dead.iter().all(|(_, listing)| is_forbidden(listing)) {
            self.greet().await?;
        }
        let names = gather::names(Arc::clone(&self.asker), self.plan.list.page_timeout).await?;
        Ok(names.into_iter().filter(|name| !self.excluded.is_match(name)).collect())
    }

    /// Reads what is missing of these lists: of a list that was forbidden, only where pods may be listed.
    async fn rest_of<K: Sink>(
        &self,
        blank: &K,
        dead: Vec<(ListRequest, ListResult<K>)>,
        names: &[String],
    ) -> Vec<(ListRequest, ListResult<K>)> {
        let (pods, others): (Vec<_>, Vec<_>) =
            dead.into_iter().partition(|(chain, _)| chain.kind == Kind::Pod);
        let mut out = self.rests(blank, pods, names).await;
        let closed = |(chain, listing): &(ListRequest, ListResult<K>)| match &chain.namespace {
            Some(name) if is_forbidden(listing) => Some(name.clone()),
            _ => None,
        };
        let closed: BTreeSet<String> = out.iter().filter_map(closed).collect();
        let open: Vec<String> = names.iter().filter(|name| !closed.contains(*name)).cloned().collect();
        out.extend(self.rests(blank, others, &open).await);
        out
    }

    async fn rests<K: Sink>(
        &self,
        blank: &K,
        dead: Vec<(ListRequest, ListResult<K>)>,
        names: &[String],
    ) -> Vec<(ListRequest, ListResult<K>)> {
        let mut out = Vec::new();
        let mut chains = Vec::new();
        for (chain, mut listing) in dead {
            let mut seen = Some(std::mem::take(&mut listing.seen));
            let reached = seen.as_ref().and_then(|seen| seen.namespace.clone());
            for name in names.iter().filter(|name| is_after(name, reached.as_deref())) {
                let known = if reached.as_ref() == Some(name) { seen.take() } else { None };
                chains.push((
                    ListRequest { namespace: Some(name.clone()), ..chain.clone() },
                    known.unwrap_or_default(),
                ));
            }
            // What it had is kept; what it had not is now for the lists of single namespaces to tell.
            listing.error = None;
            if listing.got > 0 {
                out.push((chain, listing));
            }
        }
        out.extend(self.read_rest(blank, chains).await);
        out
    }
}

/// Whether a list of all namespaces ended before its end, in a way that smaller lists may not.
fn is_dead<K>((chain, listing): &(ListRequest, ListResult<K>)) -> bool {
    let refused_only = chain.kind.is_metered();
    // Few may read secrets, or extensions that may not be there: whoever may not is not told so by every namespace.
    let refused = chain.is_of_certificates() || chain.kind.is_extension();
    let hopeless = |error: &Error| {
        error.reason() == Reason::Absent
            || error.is_stopped()
            || refused_only && !error.is_forbidden()
            || refused && error.is_forbidden()
    };
    chain.kind.namespaced() && listing.error.as_ref().is_some_and(|error| !hopeless(error))
}

fn is_forbidden<K>(listing: &ListResult<K>) -> bool {
    listing.error.as_ref().is_some_and(Error::is_forbidden)
}

/// Whether a namespace is the one that a list had reached, or comes after it. Lists are in the order of their
/// keys, `namespace/name`, where `a-b/` comes before `a/`.
fn is_after(name: &str, reached: Option<&str>) -> bool {
    reached.is_none_or(|reached| format!("{name}/") >= format!("{reached}/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn namespaces_come_in_the_order_of_their_keys() {
        assert!(is_after("shop", Some("shop")) && is_after("shop", None));
        assert!(!is_after("shop-a", Some("shop")), "shop-a/ comes before shop/");
        assert!(is_after("shop", Some("shop-a")));
        assert!(is_after("shop0", Some("shop")));
    }
}

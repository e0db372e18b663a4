//! If a list of all namespaces fails, the namespaces that it has not reached are listed one by one: an object that
//! cannot be read costs its namespace only, and a user without rights to the cluster may have rights to some namespaces.

use super::Run;
use super::namespaces::names;
use crate::cluster::{Error, ListRequest, ListResult, Sink};
use crate::model::Reason;
use crate::wire::Kind;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Run<'_> {
    /// Replaces lists of all namespaces that failed by lists of single namespaces.
    pub(super) async fn per_namespace<K: Sink>(
        &mut self,
        blank: &K,
        read: Vec<(ListRequest, ListResult<K>)>,
    ) -> Vec<(ListRequest, ListResult<K>)> {
        let (failed, mut kept): (Vec<_>, Vec<_>) = read.into_iter().partition(has_failed);
        if failed.is_empty() {
            return kept;
        }
        let names = self.names_to_try(&failed).await.unwrap_or_default();
        kept.extend(if names.is_empty() { failed } else { self.rest_of(blank, failed, &names).await });
        kept
    }

    /// Lists the namespaces, if the server still answers.
    async fn names_to_try<K>(
        &mut self,
        failed: &[(ListRequest, ListResult<K>)],
    ) -> Result<Vec<String>, Error> {
        if !failed.iter().all(|(_, result)| is_forbidden(result)) {
            self.greet().await?;
        }
        let names = names(Arc::clone(&self.client), self.plan.list.page_timeout).await?;
        Ok(names.into_iter().filter(|name| !self.excluded.is_match(name)).collect())
    }

    /// Reads the rest of these lists. A list that was forbidden is read only in namespaces whose pods may be listed.
    async fn rest_of<K: Sink>(
        &self,
        blank: &K,
        failed: Vec<(ListRequest, ListResult<K>)>,
        names: &[String],
    ) -> Vec<(ListRequest, ListResult<K>)> {
        let (pods, others): (Vec<_>, Vec<_>) =
            failed.into_iter().partition(|(request, _)| request.kind == Kind::Pod);
        let mut out = self.rests(blank, pods, names).await;
        let closed = |(request, result): &(ListRequest, ListResult<K>)| match &request.namespace {
            Some(name) if is_forbidden(result) => Some(name.clone()),
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
        failed: Vec<(ListRequest, ListResult<K>)>,
        names: &[String],
    ) -> Vec<(ListRequest, ListResult<K>)> {
        let mut out = Vec::new();
        let mut requests = Vec::new();
        for (request, mut result) in failed {
            let mut last_read = Some(std::mem::take(&mut result.last_read));
            let reached = last_read.as_ref().and_then(|last_read| last_read.namespace.clone());
            for name in names.iter().filter(|name| is_after(name, reached.as_deref())) {
                let known = if reached.as_ref() == Some(name) { last_read.take() } else { None };
                requests.push((
                    ListRequest { namespace: Some(name.clone()), ..request.clone() },
                    known.unwrap_or_default(),
                ));
            }
            // Its objects are kept. The lists of single namespaces report what is still missing.
            result.error = None;
            if result.got > 0 {
                out.push((request, result));
            }
        }
        out.extend(self.read_rest(blank, requests).await);
        out
    }
}

/// Whether a list of all namespaces failed in a way that smaller lists may not.
fn has_failed<K>((request, result): &(ListRequest, ListResult<K>)) -> bool {
    let refused_only = request.kind.is_metered();
    // Few users may read Secrets and extensions. The server need not reject them again in every namespace.
    let refused = request.is_of_certificates() || request.kind.is_extension();
    let hopeless = |error: &Error| {
        error.reason() == Reason::Absent
            || result.pages == 0 && error.is_no_path()
            || error.is_stopped()
            || refused_only && !error.is_forbidden()
            || refused && error.is_forbidden()
    };
    request.kind.namespaced() && result.error.as_ref().is_some_and(|error| !hopeless(error))
}

fn is_forbidden<K>(result: &ListResult<K>) -> bool {
    result.error.as_ref().is_some_and(Error::is_forbidden)
}

/// Whether a namespace is the last one of a list, or comes after it. Lists are in the order of their keys,
/// `namespace/name`, where `a-b/` comes before `a/`.
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

//! The namespaces that were asked for by name: that they exist, and what is written on them. Each is asked for by its
//! name, which a Role in it can allow; to list them takes more.

use super::gather::Run;
use super::list::ListResult;
use super::page::RetryPolicy;
use super::{Error, ListRequest, Sink};
use crate::model::{Coverage, Gap};
use crate::wire::{Kind, Object};
use std::sync::Arc;
use tokio::task::JoinSet;

/// A namespace by its name, or why it was not seen.
pub(crate) type Named = (String, Result<Object, Error>);

impl Run<'_> {
    /// Asks for the namespaces that were named, side by side; sorted by name.
    pub(crate) async fn named(&self) -> Vec<Named> {
        let mut tasks = JoinSet::new();
        for name in self.namespaces.iter().cloned() {
            let (asker, deadline) = (Arc::clone(&self.asker), self.plan.list.page_timeout);
            tasks.spawn(async move {
                let object = asker.object(Kind::Namespace, None, &name, (deadline, RetryPolicy::Full)).await;
                (name, object)
            });
        }
        let mut named = tasks.join_all().await;
        named.sort_by(|(a, _), (b, _)| a.cmp(b));
        named
    }

    /// Keeps what was seen of them. One without pods may be a slip of the pen: it must exist, and if it is hidden from
    /// us, nobody shall take it for healthy. Of one with pods it is enough to have those.
    pub(crate) fn keep_named<K: Sink>(
        mut kept: K,
        named: Vec<Named>,
        read: &[(ListRequest, ListResult<K>)],
        coverage: &mut Coverage,
    ) -> Result<K, Error> {
        for (name, object) in named {
            let of_it =
                |chain: &ListRequest| chain.kind == Kind::Pod && chain.namespace.as_ref() == Some(&name);
            let has_pods = read.iter().any(|(chain, listing)| of_it(chain) && listing.got > 0);
            match object {
                Ok(object) => kept.keep(object),
                Err(error) if error.is_not_found() && !has_pods => return Err(error),
                Err(error) => {
                    let unseen = if has_pods { &mut coverage.outside } else { &mut coverage.gaps };
                    unseen.push(Gap {
                        namespace: Some(name),
                        detail: error.detail(),
                        ..Gap::new(Kind::Namespace.name(), error.reason())
                    });
                }
            }
        }
        Ok(kept)
    }
}

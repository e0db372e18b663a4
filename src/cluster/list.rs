//! A chain of pages: the next one is asked for while the last one is read.

use super::page::{Accept, Answer, Asker, Request};
use super::{Error, Progress};
use crate::model::{Coverage, Gap};
use crate::wire::{Kind, ListMeta, Object, PROTOBUF_MAGIC, decode_list};
use bytes::Bytes;
use globset::GlobSet;
use kube::api::ListParams;
use prost::Message;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// What takes the objects as they come.
pub trait Keep: Send + 'static {
    /// Takes one.
    fn keep(&mut self, object: Object);
}

/// A list to be read to its end.
#[derive(Clone, Debug)]
pub struct Chain {
    /// Of what kind.
    pub kind: Kind,
    /// Where; `None` for the whole cluster.
    pub namespace: Option<String>,
    /// A label selector.
    pub labels: Option<String>,
    /// A field selector.
    pub fields: Option<String>,
    /// Namespaces to leave out.
    pub excluded: GlobSet,
    /// Objects a page.
    pub page_size: u32,
    /// How long one page may take, retries included.
    pub page_timeout: Duration,
}

/// How a chain ended.
#[derive(Debug)]
pub(super) struct Listing<K> {
    pub(super) kept: K,
    pub(super) pages: u64,
    pub(super) got: u64,
    /// Why it ended early, if it did.
    pub(super) error: Option<Error>,
}

impl<K> Listing<K> {
    /// What is missing of it, if anything.
    pub(super) fn gap(&self, chain: &Chain) -> Option<Gap> {
        let error = self.error.as_ref()?;
        Some(Gap {
            namespace: chain.namespace.clone(),
            kind: chain.kind.name().to_owned(),
            reason: error.reason(),
            detail: error.detail(),
            got: self.got,
        })
    }

    /// What it adds to the coverage.
    pub(super) fn coverage(&self, chain: &Chain) -> Coverage {
        Coverage { pages: self.pages, gaps: self.gap(chain).into_iter().collect(), ..Coverage::default() }
    }
}

/// Reads a chain to its end, or as far as it goes.
pub(super) async fn list<K: Keep>(
    asker: Arc<Asker>,
    chain: &Chain,
    mut kept: K,
    progress: &Progress,
) -> Listing<K> {
    let (mut pages, mut got) = (0, 0);
    let mut asked = Instant::now();
    let mut answer = ask(&asker, chain, "").await;
    let error = loop {
        let body = match answer {
            Ok(Answer { body, .. }) => body,
            Err(error) => break Some(error),
        };
        let took = asked.elapsed();
        asked = Instant::now();
        let next = next_token(&body).filter(|token| !token.is_empty()).map(|token| {
            let (asker, chain) = (Arc::clone(&asker), chain.clone());
            tokio::spawn(async move { ask(&asker, &chain, &token).await })
        });
        let (meta, objects) = match decode_list(chain.kind, &body) {
            Ok(list) => list,
            Err(reason) => {
                if let Some(next) = next {
                    next.abort();
                }
                break Some(Error::Unreadable(reason));
            }
        };
        pages += 1;
        let count = objects.len() as u64;
        got += count;
        progress.page(chain, pages, count, took);
        for object in objects.into_iter().filter(|object| wanted(chain, object)) {
            kept.keep(object);
        }
        answer = match next {
            Some(next) => next.await.unwrap_or_else(|_| Err(Error::Unreadable("a page was lost".to_owned()))),
            None if meta.r#continue.is_empty() => break None,
            // The token stood where only the whole page showed it: in JSON.
            None => ask(&asker, chain, &meta.r#continue).await,
        };
    };
    Listing { kept, pages, got, error }
}

async fn ask(asker: &Asker, chain: &Chain, token: &str) -> Result<Answer, Error> {
    asker.ask(&page_request(chain, token)?).await
}

fn wanted(chain: &Chain, object: &Object) -> bool {
    let metadata = object.metadata();
    let namespace = if chain.kind == Kind::Namespace { &metadata.name } else { &metadata.namespace };
    chain.excluded.is_empty() || !chain.excluded.is_match(namespace)
}

fn page_request(chain: &Chain, token: &str) -> Result<Request, Error> {
    let params = ListParams {
        limit: Some(chain.page_size),
        continue_token: (!token.is_empty()).then(|| token.to_owned()),
        label_selector: chain.labels.clone(),
        field_selector: chain.fields.clone(),
        ..ListParams::default()
    };
    let call = kube::core::Request::new(chain.kind.path(chain.namespace.as_deref()))
        .list(&params)
        .map_err(|error| Error::Config(error.to_string()))?;
    Ok(Request { path: call.uri().to_string(), accept: Accept::Protobuf, deadline: chain.page_timeout })
}

/// The token of the next page, which stands before the objects: found without reading them.
fn next_token(body: &Bytes) -> Option<String> {
    #[derive(Clone, PartialEq, Message)]
    struct Raw {
        #[prost(message, required, tag = "2")]
        raw: Head,
    }
    #[derive(Clone, PartialEq, Message)]
    struct Head {
        #[prost(message, required, tag = "1")]
        metadata: ListMeta,
    }
    let envelope = body.starts_with(&PROTOBUF_MAGIC).then(|| body.slice(PROTOBUF_MAGIC.len()..))?;
    Some(Raw::decode(envelope).ok()?.raw.metadata.r#continue)
}

//! A chain of pages: the next one is asked for while the last one is read.

use super::page::{Accept, Asker, Request};
use super::{Error, Progress};
use crate::model::{Coverage, Gap};
use crate::wire::{Kind, ListMeta, ListReader, Object};
use globset::GlobSet;
use kube::api::ListParams;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
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

/// A page that has been asked for.
struct Page {
    /// Told as soon as the page's first bytes are there.
    token: oneshot::Receiver<String>,
    objects: JoinHandle<Result<(ListMeta, Vec<Object>), Error>>,
    asked: Instant,
}

impl Drop for Page {
    /// Nobody waits for it any more.
    fn drop(&mut self) {
        self.objects.abort();
    }
}

/// The body of a page: it tells the token of the next one once, whichever attempt learns it first.
struct Body {
    reader: ListReader,
    tell: Arc<Mutex<Option<oneshot::Sender<String>>>>,
}

impl super::page::Body for Body {
    fn take(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.reader.push(bytes)?;
        if let Some(token) = self.reader.token().filter(|token| !token.is_empty()) {
            let tell = self.tell.lock().ok().and_then(|mut tell| tell.take());
            // Nobody may be listening any more.
            tell.map(|tell| tell.send(token.to_owned()));
        }
        Ok(())
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
    let mut page = ask(&asker, chain, "");
    let error = loop {
        // The next page is under way while this one still arrives.
        let next = (&mut page.token).await.ok().map(|token| ask(&asker, chain, &token));
        let (metadata, objects) = match (&mut page.objects).await {
            Ok(Ok(read)) => read,
            Ok(Err(error)) => break Some(error),
            Err(lost) => break Some(Error::Unreadable(lost.to_string())),
        };
        pages += 1;
        let count = objects.len() as u64;
        got += count;
        progress.page(chain, pages, count, page.asked.elapsed());
        for object in objects.into_iter().filter(|object| wanted(chain, object)) {
            kept.keep(object);
        }
        page = match next {
            Some(next) => next,
            None if metadata.r#continue.is_empty() => break None,
            // In JSON the token is known at the end.
            None => ask(&asker, chain, &metadata.r#continue),
        };
    };
    Listing { kept, pages, got, error }
}

/// Asks for the page that this token begins.
fn ask(asker: &Arc<Asker>, chain: &Chain, token: &str) -> Page {
    let (tell, told) = oneshot::channel();
    let tell = Arc::new(Mutex::new(Some(tell)));
    let (asker, kind, request) = (Arc::clone(asker), chain.kind, page_request(chain, token));
    let objects = tokio::spawn(async move {
        let body = || Body { reader: ListReader::new(kind), tell: Arc::clone(&tell) };
        let answer = asker.read(&request?, body).await?;
        // Whoever waits for a token learns now that there is none to wait for.
        drop(tell);
        answer.body.reader.finish().map_err(Error::Unreadable)
    });
    Page { token: told, objects, asked: Instant::now() }
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

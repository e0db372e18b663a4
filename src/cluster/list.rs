//! A list, page by page: the next page is requested while the last one is read. A page that times out is requested again
//! in a smaller size, and an expired list goes on from a fresh token.

mod advance;

use super::page::{Accept, Answer, ApiClient, Request, RetryPolicy};
use super::page_size::PageSize;
use super::{Error, LastRead, ListResult};
use crate::model::{Gap, Reason};
use crate::text::{Message, parse_words};
use crate::wire::{Kind, ListMeta, ListReader, Object, too_large};
use advance::Advance;
use globset::GlobSet;
use kube::api::ListParams;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// For more objects than this no memory is reserved.
const LARGEST_GUESS: usize = 200_000;

/// The field selector of Secrets with certificates: the server sends no other Secret.
pub(crate) const CERTIFICATES: &str = "type=kubernetes.io/tls";

/// Takes the objects as they arrive. Each page has its own part, which is dropped if the page breaks off.
pub trait Sink: Send + Sync + 'static {
    /// Takes one object.
    fn keep(&mut self, object: Object);

    /// Returns an empty sink of the same kind.
    #[must_use]
    fn part(&self) -> Self;

    /// Takes the objects of a part.
    fn append(&mut self, part: Self);

    /// Reserves memory for more objects of a kind.
    fn expect(&mut self, kind: Kind, count: usize);
}

/// A list to read.
#[derive(Clone, Debug)]
pub struct ListRequest {
    /// The kind of the objects.
    pub kind: Kind,
    /// The namespace; `None` for all of them, or for objects of the cluster.
    pub namespace: Option<String>,
    /// A label selector.
    pub labels: Option<String>,
    /// A field selector.
    pub fields: Option<String>,
    /// Namespaces to leave out.
    pub excluded: GlobSet,
    /// Objects per page, unless pages time out.
    pub page_size: u32,
    /// The time limit of one page, retries included.
    pub page_timeout: Duration,
}

impl ListRequest {
    /// Whether it lists Secrets with certificates, which are read as a whole.
    pub(crate) fn is_of_certificates(&self) -> bool {
        self.kind == Kind::Secret && self.fields.as_deref() == Some(CERTIFICATES)
    }

    /// Whether it lists names only.
    pub(super) fn is_of_names(&self) -> bool {
        self.kind == Kind::Secret && !self.is_of_certificates()
    }

    /// Returns the gap of one object that takes too much memory.
    pub(crate) fn too_large(&self) -> Gap {
        let (namespace, missing) = (self.namespace.clone(), Some(1));
        let gap = Gap::new(self.kind.name(), Reason::Unreadable).because(too_large(1));
        Gap { namespace, missing, ..gap }
    }

    /// Whether an object is in a namespace that is not left out.
    pub(crate) fn wants(&self, object: &Object) -> bool {
        let identity = object.identity();
        let namespace = if self.kind == Kind::Namespace { identity.name } else { identity.namespace };
        self.excluded.is_empty() || !self.excluded.is_match(namespace)
    }
}

/// The objects of a page.
struct Part<K> {
    kept: K,
    count: u64,
    last_read: LastRead,
    /// The number of objects that were left out because of their size.
    too_large: u64,
}

/// The metadata of a page, and its objects.
type Whole<K> = (ListMeta, Part<K>);

/// A page that has been requested.
struct Page<K> {
    /// The token it begins at; empty for the first page.
    from: String,
    /// The token of the next page, sent when the first bytes of this page have arrived.
    token: oneshot::Receiver<String>,
    part: JoinHandle<Result<Answer<Whole<K>>, Error>>,
}

impl<K> Drop for Page<K> {
    /// Stops the request.
    fn drop(&mut self) {
        self.part.abort();
    }
}

/// The body of a page. It sends the token of the next page once, whichever attempt learns it first.
struct Body<K> {
    list: Arc<ListRequest>,
    reader: ListReader,
    part: Part<K>,
    /// What an earlier list has read.
    known: Arc<LastRead>,
    next: Arc<Mutex<Option<oneshot::Sender<String>>>>,
}

/// Keeps an object, unless an earlier list has read it or it is not wanted.
fn keep<K: Sink>(part: &mut Part<K>, object: Object, list: &ListRequest, known: &LastRead) {
    let identity = object.identity();
    if known.contains(identity) {
        return;
    }
    part.count += 1;
    // Only a list of all namespaces may be continued by another.
    if list.namespace.is_none() {
        part.last_read.note(identity);
    }
    if list.wants(&object) {
        part.kept.keep(object);
    }
}

impl<K: Sink> super::page::Body for Body<K> {
    type Whole = Whole<K>;

    fn take(&mut self, bytes: &[u8]) -> Result<(), Message> {
        let Self { list, reader, part, known, .. } = self;
        reader.push(bytes, &mut |object| keep(part, object, list, known)).map_err(Message::quoted)?;
        if let Some(token) = self.reader.token().filter(|token| !token.is_empty()) {
            let next = self.next.lock().unwrap_or_else(PoisonError::into_inner).take();
            // If the receiver is gone, the page is read to its end first.
            let _ = next.map(|next| next.send(token.to_owned()));
        }
        Ok(())
    }

    fn end(self) -> Result<Self::Whole, Message> {
        let Self { list, reader, mut part, known, .. } = self;
        let kept = &mut |object| keep(&mut part, object, &list, &known);
        let (metadata, too_large) = reader.finish(kept).map_err(|why| parse_words(&why))?;
        part.too_large = too_large;
        Ok((metadata, part))
    }
}

/// Reads a list to its end, or as far as possible.
pub(crate) async fn list<K: Sink>(client: Arc<ApiClient>, list: &ListRequest, kept: K) -> ListResult<K> {
    list_rest(client, list, kept, LastRead::default()).await
}

/// Reads a list of which an earlier list has read some objects.
pub(crate) async fn list_rest<K: Sink>(
    client: Arc<ApiClient>,
    list: &ListRequest,
    kept: K,
    last_read: LastRead,
) -> ListResult<K> {
    let began = Instant::now();
    let (list, known) = (Arc::new(list.clone()), Arc::new(last_read.clone()));
    let size = PageSize::new(list.page_size);
    let (result, advance) = (ListResult::new(kept, last_read), Advance::default());
    let mut walk = Walk { client, list, size, known, result, advance };
    let mut page = Some(walk.request(""));
    while let Some(requested) = page {
        page = match walk.step(requested).await {
            Ok(next) => next,
            Err(error) => {
                walk.result.error = Some(walk.explained(error).await);
                None
            }
        };
    }
    walk.result.has_expired = walk.advance.has_expired();
    walk.result.took = began.elapsed();
    walk.result
}

/// A list that is being read.
struct Walk<K> {
    client: Arc<ApiClient>,
    list: Arc<ListRequest>,
    size: PageSize,
    /// The objects that are not kept again.
    known: Arc<LastRead>,
    result: ListResult<K>,
    advance: Advance,
}

impl<K: Sink> Walk<K> {
    /// Waits for a page and keeps its objects. Returns the next page, if there is one.
    async fn step(&mut self, mut page: Page<K>) -> Result<Option<Page<K>>, Error> {
        // The next page is requested while this one arrives, unless pages have timed out.
        let early = if self.size.is_full() {
            (&mut page.token).await.ok().map(|token| self.request(&token))
        } else {
            None
        };
        let read = (&mut page.part)
            .await
            .unwrap_or_else(|lost| Err(Error::Unreadable(Message::quoted(lost.to_string()))));
        let Answer { body: (metadata, part), took, .. } = match read {
            Ok(answer) => answer,
            Err(error) => {
                drop(early);
                return self.go_on(&page.from, error);
            }
        };
        self.result.slowest = self.result.slowest.max(took);
        self.size.came(took, self.list.page_timeout);
        let new = part.count;
        self.take(&metadata, part, took);
        self.advance.page(new, &metadata.r#continue)?;
        Ok(match early {
            _ if metadata.r#continue.is_empty() => None,
            // A page that was requested twice may end elsewhere the second time.
            Some(next) if next.from == metadata.r#continue => Some(next),
            _ => Some(self.request(&metadata.r#continue)),
        })
    }

    /// Goes on after a page that could not be read: with a smaller page, unless a metrics server timed out, or from
    /// another moment.
    fn go_on(&mut self, from: &str, error: Error) -> Result<Option<Page<K>>, Error> {
        if error.is_timeout() {
            self.result.slowest = self.result.slowest.max(self.list.page_timeout);
        }
        if error.is_timeout() && !self.list.kind.is_metered() && self.is_worth_another() {
            return Ok(Some(self.request(from)));
        }
        match error.fresh_token() {
            Some(token) if !from.is_empty() && self.advance.expired(self.result.got) => {
                if !self.client.budget.retry() {
                    return Err(error);
                }
                self.known = Arc::new(self.result.last_read.clone());
                self.client.progress.expired(&self.list);
                Ok(Some(self.request(token)))
            }
            _ => Err(error),
        }
    }

    /// Whether a page that timed out is requested again: in half its size, or in the smallest size once more. A cluster
    /// from which nothing comes is asked for the smallest page at once, since its time is nearly over.
    fn is_worth_another(&mut self) -> bool {
        if self.client.silence.is_over() {
            return false;
        }
        let halved = if self.client.silence.is_long() { self.size.shrink() } else { self.size.halve() };
        if !halved && !self.advance.stalled() || !self.client.budget.retry() {
            return false;
        }
        if halved {
            let now = self.size.now();
            self.result.smallest = self.result.smallest.min(Some(now)).or(Some(now));
            self.client.progress.halved(&self.list, now);
        }
        true
    }

    /// Tells a kind that the server does not serve from a list that was not found.
    async fn explained(&self, error: Error) -> Error {
        let nothing = self.result.pages == 0 && self.result.got == 0;
        if nothing && error.is_no_path() && self.client.lacks(self.list.kind).await {
            return Error::NotServed(self.list.kind);
        }
        error
    }

    fn take(&mut self, metadata: &ListMeta, part: Part<K>, took: Duration) {
        let result = &mut self.result;
        result.pages += 1;
        self.client.meter.pages.fetch_add(1, Ordering::Relaxed);
        if result.version.is_empty() {
            result.version.clone_from(&metadata.resource_version);
        }
        result.missing = metadata.remaining_item_count.and_then(|count| u64::try_from(count).ok());
        result.got += part.count;
        result.too_large += part.too_large;
        result.kept.append(part.kept);
        if let Some(rest) = result.missing.filter(|_| result.pages == 1) {
            // Unused memory costs nothing, but a server may report any number.
            let rest = usize::try_from(rest).unwrap_or(usize::MAX).min(LARGEST_GUESS);
            result.kept.expect(self.list.kind, rest);
        }
        result.last_read.append(part.last_read);
        self.client.progress.page(&self.list, result.pages, part.count, took);
    }

    /// Requests the page that begins at a token.
    fn request(&self, token: &str) -> Page<K> {
        let (next, received) = oneshot::channel();
        let next = Arc::new(Mutex::new(Some(next)));
        let (client, list, known) =
            (Arc::clone(&self.client), Arc::clone(&self.list), Arc::clone(&self.known));
        let (request, blank) = (page_request(&list, self.size.now(), token), self.result.kept.part());
        client.progress.asked(&list);
        let part = tokio::spawn(async move {
            let body = || Body {
                list: Arc::clone(&list),
                reader: ListReader::new(list.kind),
                part: Part { kept: blank.part(), count: 0, last_read: LastRead::default(), too_large: 0 },
                known: Arc::clone(&known),
                next: Arc::clone(&next),
            };
            let answer = client.read(&request?, body).await;
            // The receiver learns that there is no token.
            drop(next);
            answer
        });
        Page { from: token.to_owned(), token: received, part }
    }
}

fn page_request(list: &ListRequest, size: u32, token: &str) -> Result<Request, Error> {
    let params = ListParams {
        limit: Some(size),
        continue_token: (!token.is_empty()).then(|| token.to_owned()),
        label_selector: list.labels.clone(),
        field_selector: list.fields.clone(),
        ..ListParams::default()
    };
    let call = kube::core::Request::new(list.kind.path(list.namespace.as_deref()))
        .list(&params)
        .map_err(|error| Error::Config(error.to_string()))?;
    Ok(Request {
        path: call.uri().to_string(),
        accept: if list.is_of_names() { Accept::Names } else { Accept::Protobuf },
        deadline: list.page_timeout,
        // The run does not wait for a metrics server that is down.
        patience: if list.kind.is_metered() { RetryPolicy::Once } else { RetryPolicy::Full },
        form: None,
    })
}

#[cfg(test)]
mod tests;

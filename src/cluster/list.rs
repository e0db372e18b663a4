//! A chain of pages: the next one is asked for while the last one is read; what comes too slowly is asked for in
//! smaller pages; what expired goes on from a fresh token.

use super::page::{Accept, Answer, Asker, Patience, Request};
use super::{Error, PageSize};
use crate::model::{Cost, Coverage, Gap, Reason, SlowPage};
use crate::wire::{Kind, ListMeta, ListReader, Object, ObjectMeta};
use globset::GlobSet;
use kube::api::ListParams;
use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

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
    /// Objects a page, when all is well.
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
    /// How many objects came after the last page, if the server said.
    pub(super) missing: Option<u64>,
    /// What was read last.
    pub(super) seen: Seen,
    /// The smallest page that was asked for, if pages were halved.
    smallest: Option<u32>,
    slowest: Duration,
    /// At which page the list expired last and went on from another moment.
    expired_at: Option<u64>,
}

/// The objects of the namespace that is being read. Lists come in the order of their keys, so nothing else can
/// come twice.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The last namespace, once there is one.
    pub(super) namespace: Option<String>,
    uids: HashSet<u128>,
}

impl Seen {
    /// Notes an object. Returns whether it is new. Objects without a uid cannot be told apart.
    pub(super) fn is_new(&mut self, object: &ObjectMeta) -> bool {
        if self.namespace.as_ref() != Some(&object.namespace) {
            self.namespace = Some(object.namespace.clone());
            self.uids.clear();
        }
        let hex: String = object.uid.chars().filter(|c| *c != '-').collect();
        u128::from_str_radix(&hex, 16).map_or(true, |uid| self.uids.insert(uid))
    }
}

impl<K> Listing<K> {
    fn of(kept: K, seen: Seen) -> Self {
        Self {
            kept,
            pages: 0,
            got: seen.uids.len() as u64,
            seen,
            error: None,
            missing: None,
            smallest: None,
            slowest: Duration::ZERO,
            expired_at: None,
        }
    }

    /// What it adds to the coverage.
    pub(super) fn coverage(&self, chain: &Chain) -> Coverage {
        let gap = |reason, detail| Gap {
            namespace: chain.namespace.clone(),
            kind: chain.kind.name().to_owned(),
            reason,
            detail,
            got: self.got,
            missing: None,
        };
        let missing = self
            .error
            .as_ref()
            .map(|error| Gap { missing: self.missing, ..gap(error.reason(), error.detail()) });
        let remark = self.expired_at.map(|_| gap(Reason::Inconsistent, String::new()));
        let slowest = SlowPage {
            millis: u64::try_from(self.slowest.as_millis()).unwrap_or(u64::MAX),
            kind: chain.kind.name().to_owned(),
            namespace: chain.namespace.clone(),
        };
        let cost = Cost {
            pages: self.pages,
            slowest_page: (self.pages > 0 || self.smallest.is_some()).then_some(slowest),
            smallest_page: self.smallest,
            ..Cost::default()
        };
        Coverage {
            cost,
            gaps: missing.into_iter().collect(),
            remarks: remark.into_iter().collect(),
            ..Coverage::default()
        }
    }
}

/// What a page holds.
type Objects = (ListMeta, Vec<Object>);

/// A page that has been asked for.
struct Page {
    /// The token it begins at; empty for the first.
    from: String,
    /// Told as soon as the page's first bytes are there.
    token: oneshot::Receiver<String>,
    objects: JoinHandle<Result<Answer<Objects>, Error>>,
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
    type Whole = Objects;

    fn take(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.reader.push(bytes)?;
        if let Some(token) = self.reader.token().filter(|token| !token.is_empty()) {
            let tell = self.tell.lock().ok().and_then(|mut tell| tell.take());
            // Nobody may be listening any more.
            tell.map(|tell| tell.send(token.to_owned()));
        }
        Ok(())
    }

    fn end(self) -> Result<Self::Whole, String> {
        self.reader.finish()
    }
}

/// Reads a chain to its end, or as far as it goes.
pub(super) async fn list<K: Keep>(asker: Arc<Asker>, chain: &Chain, kept: K) -> Listing<K> {
    list_rest(asker, chain, kept, Seen::default()).await
}

/// Reads a chain of which some objects have been seen.
pub(super) async fn list_rest<K: Keep>(asker: Arc<Asker>, chain: &Chain, kept: K, seen: Seen) -> Listing<K> {
    let mut walk =
        Walk { asker, chain, size: PageSize::new(chain.page_size), listing: Listing::of(kept, seen) };
    let mut page = Some(walk.ask(""));
    while let Some(asked) = page {
        page = walk.step(asked).await.unwrap_or_else(|error| {
            walk.listing.error = Some(error);
            None
        });
    }
    walk.listing
}

/// A chain on its way.
struct Walk<'a, K> {
    asker: Arc<Asker>,
    chain: &'a Chain,
    size: PageSize,
    listing: Listing<K>,
}

impl<K: Keep> Walk<'_, K> {
    /// Waits for a page and keeps its objects. Returns the next one, if there is one.
    async fn step(&mut self, mut page: Page) -> Result<Option<Page>, Error> {
        // The next page is under way while this one still arrives, unless the way is too narrow for both.
        let early = match self.size.is_full() {
            true => (&mut page.token).await.ok().map(|token| self.ask(&token)),
            false => None,
        };
        let read = (&mut page.objects).await.unwrap_or_else(|lost| Err(Error::Unreadable(lost.to_string())));
        let Answer { body: (metadata, objects), took, .. } = match read {
            Ok(answer) => answer,
            Err(error) => {
                drop(early);
                return self.go_on(&page.from, error);
            }
        };
        self.listing.slowest = self.listing.slowest.max(took);
        self.size.came(took, self.chain.page_timeout);
        self.take(&metadata, objects, took);
        Ok(match early {
            _ if metadata.r#continue.is_empty() => None,
            // A page that was asked for twice may end elsewhere the second time.
            Some(next) if next.from == metadata.r#continue => Some(next),
            _ => Some(self.ask(&metadata.r#continue)),
        })
    }

    /// What to do about a page that could not be had: a smaller one, or one of another moment.
    fn go_on(&mut self, from: &str, error: Error) -> Result<Option<Page>, Error> {
        if error.is_timeout() {
            self.listing.slowest = self.listing.slowest.max(self.chain.page_timeout);
        }
        if error.is_timeout() && self.size.halve() {
            self.listing.smallest =
                self.listing.smallest.min(Some(self.size.now())).or(Some(self.size.now()));
            self.asker.progress.halved(self.chain, self.size.now());
            return Ok(Some(self.ask(from)));
        }
        let pages = self.listing.pages;
        match error.fresh_token() {
            // Once at a place: a token that expires at once is no way on.
            Some(token) if !from.is_empty() && self.listing.expired_at != Some(pages) => {
                self.listing.expired_at = Some(pages);
                self.asker.progress.expired(self.chain);
                Ok(Some(self.ask(token)))
            }
            _ => Err(error),
        }
    }

    fn take(&mut self, metadata: &ListMeta, objects: Vec<Object>, took: Duration) {
        let listing = &mut self.listing;
        listing.pages += 1;
        listing.missing = metadata.remaining_item_count.and_then(|count| u64::try_from(count).ok());
        let mut count = 0;
        for object in objects {
            if listing.seen.is_new(object.metadata()) {
                count += 1;
                if wanted(self.chain, &object) {
                    listing.kept.keep(object);
                }
            }
        }
        listing.got += count;
        self.asker.progress.page(self.chain, listing.pages, count, took);
    }

    /// Asks for the page that this token begins.
    fn ask(&self, token: &str) -> Page {
        let (tell, told) = oneshot::channel();
        let tell = Arc::new(Mutex::new(Some(tell)));
        let (asker, kind) = (Arc::clone(&self.asker), self.chain.kind);
        let request = page_request(self.chain, self.size.now(), token);
        self.asker.progress.asked(self.chain);
        let objects = tokio::spawn(async move {
            let body = || Body { reader: ListReader::new(kind), tell: Arc::clone(&tell) };
            let answer = asker.read(&request?, body).await;
            // Whoever waits for a token learns now that there is none to wait for.
            drop(tell);
            answer
        });
        Page { from: token.to_owned(), token: told, objects }
    }
}

fn wanted(chain: &Chain, object: &Object) -> bool {
    let metadata = object.metadata();
    let namespace = if chain.kind == Kind::Namespace { &metadata.name } else { &metadata.namespace };
    chain.excluded.is_empty() || !chain.excluded.is_match(namespace)
}

fn page_request(chain: &Chain, size: u32, token: &str) -> Result<Request, Error> {
    let params = ListParams {
        limit: Some(size),
        continue_token: (!token.is_empty()).then(|| token.to_owned()),
        label_selector: chain.labels.clone(),
        field_selector: chain.fields.clone(),
        ..ListParams::default()
    };
    let call = kube::core::Request::new(chain.kind.path(chain.namespace.as_deref()))
        .list(&params)
        .map_err(|error| Error::Config(error.to_string()))?;
    Ok(Request {
        path: call.uri().to_string(),
        accept: Accept::Protobuf,
        deadline: chain.page_timeout,
        patience: Patience::Full,
    })
}

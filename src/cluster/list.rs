//! A chain of pages: the next one is asked for while the last one is read; what comes too slowly is asked for in
//! smaller pages; what expired goes on from a fresh token.

use super::page::{Accept, Answer, ApiClient, Request, RetryPolicy};
use super::{Error, PageSize};
use crate::model::{Cost, Coverage, Gap, Reason, SlowPage};
use crate::wire::{Identity, Kind, ListMeta, ListReader, Object};
use globset::GlobSet;
use kube::api::ListParams;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// For more objects than this no room is made beforehand.
const LARGEST_GUESS: usize = 200_000;

/// What takes the objects as they come. A page is kept by a part of its own, which is given up when the page breaks
/// off.
pub trait Sink: Send + Sync + 'static {
    /// Takes one.
    fn keep(&mut self, object: Object);

    /// An empty one of the same kind.
    #[must_use]
    fn part(&self) -> Self;

    /// Takes over what a part has kept.
    fn append(&mut self, part: Self);

    /// Makes room for so many more objects of a kind, as the server says.
    fn expect(&mut self, kind: Kind, count: usize);
}

/// A list to be read to its end.
#[derive(Clone, Debug)]
pub struct ListRequest {
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

/// The secrets that hold certificates, told apart by the server: no other secret is ever sent.
pub(crate) const CERTIFICATES: &str = "type=kubernetes.io/tls";

impl ListRequest {
    /// Whether it is of secrets with certificates, which are read as a whole.
    pub(crate) fn is_of_certificates(&self) -> bool {
        self.kind == Kind::Secret && self.fields.as_deref() == Some(CERTIFICATES)
    }

    /// Whether no more is asked for than what there is by name.
    fn is_of_names(&self) -> bool {
        self.kind == Kind::Secret && !self.is_of_certificates()
    }
}

/// How a chain ended.
#[derive(Debug)]
pub(crate) struct ListResult<K> {
    pub(crate) kept: K,
    pub(crate) pages: u64,
    pub(crate) got: u64,
    /// Why it ended early, if it did.
    pub(crate) error: Option<Error>,
    /// How many objects came after the last page, if the server said.
    pub(crate) missing: Option<u64>,
    /// What was read last.
    pub(crate) seen: Seen,
    /// The smallest page that was asked for, if pages were halved.
    smallest: Option<u32>,
    slowest: Duration,
    /// At which page the list expired last and went on from another moment.
    expired_at: Option<u64>,
}

/// The objects of the namespace that is being read. Lists come in the order of their keys, so nothing else can
/// come twice.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// The last namespace, once there is one.
    pub(crate) namespace: Option<String>,
    uids: HashSet<u128>,
}

impl Seen {
    /// Notes an object.
    fn note(&mut self, object: Identity) {
        if self.namespace.as_deref() != Some(object.namespace) {
            self.namespace = Some(object.namespace.to_owned());
            self.uids.clear();
        }
        self.uids.extend(number(object.uid));
    }

    /// Whether an object has been noted.
    fn knows(&self, object: Identity) -> bool {
        !self.uids.is_empty() && number(object.uid).is_some_and(|uid| self.uids.contains(&uid))
    }

    /// Goes on where a later part has come to.
    fn append(&mut self, later: Seen) {
        match later.namespace {
            None => {}
            Some(_) if later.namespace == self.namespace => self.uids.extend(later.uids),
            Some(_) => *self = later,
        }
    }
}

/// A uid in the room of its 128 bits. Objects without one cannot be told apart.
fn number(uid: &str) -> Option<u128> {
    let digit = |number: u128, c: char| Some(number.checked_mul(16)? + u128::from(c.to_digit(16)?));
    let digits = uid.chars().filter(|c| *c != '-').try_fold(0, digit);
    digits.filter(|_| !uid.is_empty())
}

impl<K> ListResult<K> {
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
    pub(crate) fn coverage(&self, chain: &ListRequest) -> Coverage {
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

/// What has been kept of a page.
struct Part<K> {
    kept: K,
    count: u64,
    seen: Seen,
}

/// What a page says of its list, and what it held.
type Whole<K> = (ListMeta, Part<K>);

/// A page that has been asked for.
struct Page<K> {
    /// The token it begins at; empty for the first.
    from: String,
    /// Told as soon as the page's first bytes are there.
    token: oneshot::Receiver<String>,
    part: JoinHandle<Result<Answer<Whole<K>>, Error>>,
}

impl<K> Drop for Page<K> {
    /// Nobody waits for it any more.
    fn drop(&mut self) {
        self.part.abort();
    }
}

/// The body of a page: it tells the token of the next one once, whichever attempt learns it first.
struct Body<K> {
    chain: Arc<ListRequest>,
    reader: ListReader,
    part: Part<K>,
    /// What an earlier list has read of the same.
    known: Arc<Seen>,
    tell: Arc<Mutex<Option<oneshot::Sender<String>>>>,
}

/// Keeps an object, unless it is known or not wanted.
fn keep<K: Sink>(part: &mut Part<K>, object: Object, chain: &ListRequest, known: &Seen) {
    let identity = object.identity();
    if known.knows(identity) {
        return;
    }
    part.count += 1;
    // Only a list of all namespaces may have to be taken up again by another.
    if chain.namespace.is_none() {
        part.seen.note(identity);
    }
    if wanted(chain, &object) {
        part.kept.keep(object);
    }
}

impl<K: Sink> super::page::Body for Body<K> {
    type Whole = Whole<K>;

    fn take(&mut self, bytes: &[u8]) -> Result<(), String> {
        let Self { chain, reader, part, known, .. } = self;
        reader.push(bytes, &mut |object| keep(part, object, chain, known))?;
        if let Some(token) = self.reader.token().filter(|token| !token.is_empty()) {
            let tell = self.tell.lock().unwrap_or_else(PoisonError::into_inner).take();
            // Nobody may be listening any more.
            tell.map(|tell| tell.send(token.to_owned()));
        }
        Ok(())
    }

    fn end(self) -> Result<Self::Whole, String> {
        let Self { chain, reader, mut part, known, .. } = self;
        let metadata = reader.finish(&mut |object| keep(&mut part, object, &chain, &known))?;
        Ok((metadata, part))
    }
}

/// Reads a chain to its end, or as far as it goes.
pub(crate) async fn list<K: Sink>(asker: Arc<ApiClient>, chain: &ListRequest, kept: K) -> ListResult<K> {
    list_rest(asker, chain, kept, Seen::default()).await
}

/// Reads a chain of which some objects have been seen.
pub(crate) async fn list_rest<K: Sink>(
    asker: Arc<ApiClient>,
    chain: &ListRequest,
    kept: K,
    seen: Seen,
) -> ListResult<K> {
    let (chain, known) = (Arc::new(chain.clone()), Arc::new(seen.clone()));
    let size = PageSize::new(chain.page_size);
    let mut walk = Walk { asker, chain, size, known, listing: ListResult::of(kept, seen) };
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
struct Walk<K> {
    asker: Arc<ApiClient>,
    chain: Arc<ListRequest>,
    size: PageSize,
    /// What need not be kept again.
    known: Arc<Seen>,
    listing: ListResult<K>,
}

impl<K: Sink> Walk<K> {
    /// Waits for a page and keeps its objects. Returns the next one, if there is one.
    async fn step(&mut self, mut page: Page<K>) -> Result<Option<Page<K>>, Error> {
        // The next page is under way while this one still arrives, unless the way is too narrow for both.
        let early = if self.size.is_full() {
            (&mut page.token).await.ok().map(|token| self.ask(&token))
        } else {
            None
        };
        let read = (&mut page.part).await.unwrap_or_else(|lost| Err(Error::Unreadable(lost.to_string())));
        let Answer { body: (metadata, part), took, .. } = match read {
            Ok(answer) => answer,
            Err(error) => {
                drop(early);
                return self.go_on(&page.from, error);
            }
        };
        self.listing.slowest = self.listing.slowest.max(took);
        self.size.came(took, self.chain.page_timeout);
        self.take(&metadata, part, took);
        Ok(match early {
            _ if metadata.r#continue.is_empty() => None,
            // A page that was asked for twice may end elsewhere the second time.
            Some(next) if next.from == metadata.r#continue => Some(next),
            _ => Some(self.ask(&metadata.r#continue)),
        })
    }

    /// What to do about a page that could not be had: a smaller one, but of what is measured, or one of another moment.
    fn go_on(&mut self, from: &str, error: Error) -> Result<Option<Page<K>>, Error> {
        if error.is_timeout() {
            self.listing.slowest = self.listing.slowest.max(self.chain.page_timeout);
        }
        if error.is_timeout() && !self.chain.kind.is_metered() && self.size.halve() {
            let now = self.size.now();
            self.listing.smallest = self.listing.smallest.min(Some(now)).or(Some(now));
            self.asker.progress.halved(&self.chain, now);
            return Ok(Some(self.ask(from)));
        }
        let pages = self.listing.pages;
        match error.fresh_token() {
            // Once at a place: a token that expires at once is no way on.
            Some(token) if !from.is_empty() && self.listing.expired_at != Some(pages) => {
                self.listing.expired_at = Some(pages);
                self.known = Arc::new(self.listing.seen.clone());
                self.asker.progress.expired(&self.chain);
                Ok(Some(self.ask(token)))
            }
            _ => Err(error),
        }
    }

    fn take(&mut self, metadata: &ListMeta, part: Part<K>, took: Duration) {
        let listing = &mut self.listing;
        listing.pages += 1;
        listing.missing = metadata.remaining_item_count.and_then(|count| u64::try_from(count).ok());
        listing.got += part.count;
        listing.kept.append(part.kept);
        if let Some(rest) = listing.missing.filter(|_| listing.pages == 1) {
            // Room that is not filled costs nothing, but a server may say anything.
            listing
                .kept
                .expect(self.chain.kind, usize::try_from(rest).unwrap_or(usize::MAX).min(LARGEST_GUESS));
        }
        listing.seen.append(part.seen);
        self.asker.progress.page(&self.chain, listing.pages, part.count, took);
    }

    /// Asks for the page that this token begins.
    fn ask(&self, token: &str) -> Page<K> {
        let (tell, told) = oneshot::channel();
        let tell = Arc::new(Mutex::new(Some(tell)));
        let (asker, chain, known) =
            (Arc::clone(&self.asker), Arc::clone(&self.chain), Arc::clone(&self.known));
        let (request, blank) = (page_request(&chain, self.size.now(), token), self.listing.kept.part());
        asker.progress.asked(&chain);
        let part = tokio::spawn(async move {
            let body = || Body {
                chain: Arc::clone(&chain),
                reader: ListReader::new(chain.kind),
                part: Part { kept: blank.part(), count: 0, seen: Seen::default() },
                known: Arc::clone(&known),
                tell: Arc::clone(&tell),
            };
            let answer = asker.read(&request?, body).await;
            // Whoever waits for a token learns now that there is none to wait for.
            drop(tell);
            answer
        });
        Page { from: token.to_owned(), token: told, part }
    }
}

fn wanted(chain: &ListRequest, object: &Object) -> bool {
    let identity = object.identity();
    let namespace = if chain.kind == Kind::Namespace { identity.name } else { identity.namespace };
    chain.excluded.is_empty() || !chain.excluded.is_match(namespace)
}

fn page_request(chain: &ListRequest, size: u32, token: &str) -> Result<Request, Error> {
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
        accept: if chain.is_of_names() { Accept::Names } else { Accept::Protobuf },
        deadline: chain.page_timeout,
        // A metrics server that is down is not waited for.
        patience: if chain.kind.is_metered() { RetryPolicy::Once } else { RetryPolicy::Full },
        form: None,
    })
}

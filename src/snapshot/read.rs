//! Reads snapshots from files: `kubectl get … -o json|yaml`, lists, folders, streams of documents and captures,
//! plain or compressed. Lists are read item by item, so that a file may be far larger than memory.

mod documents;

use super::archive;
use super::broken::Broken;
use super::copies::Copies;
use super::document::{Item, OBJECTS};
use super::folder::{self, Listing};
use super::object_text::ObjectByObject;
use super::unpacked::{Counted, LARGEST_WINDOW, Unpacked};
use super::{Error, Header, Snapshot, Warnings};
use crate::memory::{self, Guarded};
use crate::model::{Gap, Reason};
use crate::text::{Fact, Message, io_words, reasons};
use crate::wire::{Kind, Object, Place, Time};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// The bundled example: the 48 pods of a patrol on 2025-12-26.
const DEMO: &[u8] = include_bytes!("../../examples/pigo.json");

/// Reads files, folders and `-` (standard input) into one snapshot. Ages are relative to `clock`, unless
/// one of the files is a capture with a time of its own.
///
/// # Errors
/// When a file cannot be opened, is neither JSON nor YAML, ends early, or belongs to another cluster.
/// Invalid objects are not errors: they become gaps in the coverage.
pub fn read(paths: &[PathBuf], clock: Time) -> Result<Snapshot, Error> {
    let files = open(paths)?;
    match files.written.first() {
        Some(written) => Err(Error::Written { path: written.path.clone(), kind: written.kind.clone() }),
        None => files.check_origin().map(|()| files.finish(clock)),
    }
}

/// Reads a file that may also be a document about an earlier run.
///
/// # Errors
/// As [`read`], and when it contains more than one document of this tool.
pub fn read_any(path: &Path, clock: Time) -> Result<Given, Error> {
    let mut files = open(&[path.to_owned()])?;
    let Some(written) = files.written.pop() else {
        files.check_origin()?;
        return Ok(Given::Snapshot(Box::new(files.finish(clock))));
    };
    if !files.written.is_empty() || files.header.is_some() || !files.kinds.is_empty() {
        return Err(Error::Written { path: written.path, kind: written.kind });
    }
    Ok(Given::Written(written))
}

/// The content of a file.
#[derive(Debug)]
pub enum Given {
    /// Objects.
    Snapshot(Box<Snapshot>),
    /// A document about an earlier run.
    Written(Written),
}

/// A document of this tool other than a capture.
#[derive(Debug)]
pub struct Written {
    /// Its path.
    pub path: String,
    /// Such as `Report`.
    pub kind: String,
    /// Its content.
    pub document: serde_json::Value,
}

fn open(paths: &[PathBuf]) -> Result<Files, Error> {
    let mut files = Files::default();
    if paths.iter().filter(|path| path.as_os_str() == "-").count() > 1 {
        return Err(Error::Twice);
    }
    for path in paths {
        let shown = path.display().to_string();
        if path.as_os_str() == "-" {
            files.read("standard input", &mut io::stdin().lock())?;
        } else if path.is_dir() {
            files.folder(path, &shown)?;
        } else {
            files.open(path)?;
        }
    }
    Ok(files)
}

/// Reads one stream of documents from memory; errors call it `name`.
///
/// # Errors
/// As [`read`].
pub fn read_bytes(name: &str, bytes: &[u8], clock: Time) -> Result<Snapshot, Error> {
    let mut files = Files::default();
    files.read(name, &mut &*bytes)?;
    Ok(files.finish(clock))
}

/// Reads the bundled example.
///
/// # Errors
/// Never, unless the example in the binary is broken.
pub fn demo() -> Result<Snapshot, Error> {
    read_bytes("the bundled example", DEMO, Time::default())
}

/// The content of all files.
#[derive(Default)]
pub(super) struct Files {
    snapshot: Snapshot,
    copies: Copies,
    header: Option<Header>,
    kinds: BTreeSet<Kind>,
    /// The file of the first object, until one was in a cluster.
    manifest: Option<String>,
    /// Whether an object was in a cluster.
    stored: bool,
    /// The namespaces with events. A list without any event does not name its namespace.
    with_events: BTreeSet<String>,
    unknown: BTreeMap<String, u64>,
    written: Vec<Written>,
    broken: Broken,
    /// The number of files of folders and archives without an object.
    skipped: u64,
    /// The number of archives in archives.
    pub(super) nested: u64,
    /// The number of folders that are too deep.
    too_deep: u64,
    /// Whether the current file is part of an archive.
    packed: bool,
}

impl Files {
    /// Reads the files of a folder.
    fn folder(&mut self, path: &Path, shown: &str) -> Result<(), Error> {
        let Listing { files, too_deep, unreadable } = folder::list(path)?;
        if files.is_empty() && unreadable.is_empty() && too_deep == 0 {
            return Err(Error::NothingIn { path: shown.to_owned() });
        }
        self.too_deep += too_deep;
        for (path, source) in unreadable {
            self.unreadable(path.display().to_string(), &source);
        }
        for file in files {
            match self.open(&file) {
                // Such as a file of another user.
                Err(Error::Read { path, source }) => self.unreadable(path, &source),
                Err(Error::Missing { path }) => self.unreadable(path, &io::ErrorKind::NotFound.into()),
                result => self.settle(&file.display().to_string(), result)?,
            }
        }
        Ok(())
    }

    /// Adds a gap for a file or a folder that the system does not open.
    fn unreadable(&mut self, path: String, source: &io::Error) {
        self.broken.add(Gap::FILES.to_owned(), path, Message::quoted(io_words(source)));
    }

    /// Reads a file of an archive.
    pub(super) fn member(&mut self, name: &str, stream: &mut dyn Read) -> Result<(), Error> {
        self.packed = true;
        let result = self.read(name, stream);
        self.packed = false;
        self.settle(name, result)
    }

    /// Skips a file of many that contains no object; one that is cut off or damaged is a gap.
    fn settle(&mut self, path: &str, result: Result<(), Error>) -> Result<(), Error> {
        match result {
            Ok(()) => Ok(()),
            Err(Error::Zip { .. }) => {
                self.nested += 1;
                Ok(())
            }
            Err(Error::Empty { .. } | Error::Binary { .. } | Error::OfKubectl { .. }) => {
                self.skipped += 1;
                Ok(())
            }
            Err(Error::Syntax { reason, .. })
                if reason.contains(OBJECTS) || reason.starts_with(reasons::EXPECTED_OBJECT.en) =>
            {
                self.skipped += 1;
                Ok(())
            }
            Err(Error::Read { source, .. }) if source.kind() == io::ErrorKind::FileTooLarge => {
                self.broken.add(Gap::FILES.to_owned(), path.to_owned(), memory::exhausted());
                Ok(())
            }
            Err(Error::Syntax { reason, .. }) => {
                self.broken.add(Gap::FILES.to_owned(), path.to_owned(), Message::quoted(reason));
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    fn open(&mut self, path: &Path) -> Result<(), Error> {
        let shown = path.display().to_string();
        let fail = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => Error::Missing { path: shown.clone() },
            _ => Error::Read { path: shown.clone(), source },
        };
        let mut file = File::open(path).map_err(fail)?;
        let mut head = Vec::new();
        file.by_ref().take(archive::ZIP.len() as u64).read_to_end(&mut head).map_err(fail)?;
        if head == archive::ZIP {
            return archive::zip(self, &shown, file);
        }
        self.read(&shown, &mut io::Cursor::new(head).chain(file))
    }

    /// Reads one stream, and decompresses it if necessary.
    fn read(&mut self, path: &str, stream: &mut dyn Read) -> Result<(), Error> {
        let fail = |source| Error::Read { path: path.to_owned(), source };
        let packed = Counted::new(stream);
        let size = packed.count();
        let mut stream = BufReader::with_capacity(1 << 16, packed);
        let head = stream.fill_buf().map_err(fail)?;
        if head.starts_with(archive::ZIP) {
            return Err(Error::Zip { path: path.to_owned() });
        }
        if head.starts_with(&[0x1f, 0x8b]) {
            let plain = flate2::bufread::MultiGzDecoder::new(stream);
            return self.unpacked(path, &mut Unpacked::new(plain, size));
        }
        if head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            let mut plain = zstd::Decoder::with_buffer(stream).map_err(fail)?;
            plain.window_log_max(LARGEST_WINDOW).map_err(fail)?;
            return self.unpacked(path, &mut Unpacked::new(plain, size));
        }
        self.unpacked(path, &mut stream)
    }

    /// Reads one stream that is not compressed: an archive, or documents.
    fn unpacked(&mut self, path: &str, stream: &mut dyn Read) -> Result<(), Error> {
        let fail = |source| Error::Read { path: path.to_owned(), source };
        let (head, mut stream) = archive::peek(Guarded::new(stream)).map_err(fail)?;
        if archive::is_tar(&head) && !self.packed {
            return archive::tar(self, path, &mut stream);
        }
        self.text(path, BufReader::new(ObjectByObject::new(stream)))
    }

    fn take(&mut self, path: &str, item: Item) {
        match item {
            Item::List(kind) => {
                self.kinds.insert(kind);
            }
            Item::Object(object, age) => {
                self.kinds.insert(object.kind());
                self.stored |= age.stored;
                let of_api = object.kind().place() != Place::Measured;
                if of_api && !self.stored && self.manifest.is_none() {
                    self.manifest = Some(path.to_owned());
                }
                if let Object::Event(event) = &object
                    && !self.with_events.contains(&event.metadata.namespace)
                {
                    self.with_events.insert(event.metadata.namespace.clone());
                }
                if let Some(object) = self.copies.older(object, age) {
                    self.snapshot.rows.add(object);
                }
            }
            Item::Page(kind, got, missing) => {
                let gap = Gap { got, missing, ..Gap::new(kind, Reason::Failed) };
                let why = Message::new(&reasons::ONE_PAGE, vec![("file", Fact::text(path))]);
                self.snapshot.coverage.gaps.push(gap.because(why));
            }
            Item::Written(kind, document) => {
                self.written.push(Written { path: path.to_owned(), kind, document });
            }
            Item::Unknown(kind) => *self.unknown.entry(kind).or_default() += 1,
            Item::Broken(kind, place, why) => {
                self.broken.add(kind, format!("{path}: {place}"), why);
            }
            Item::Header(mut header) => {
                // Several captures of one cluster are one report at the time of the newest.
                if let Some(before) = self.header.take() {
                    header.merge(before);
                }
                self.header = Some(*header);
            }
        }
    }

    /// Checks that not all objects are manifests: nothing would be known of their state.
    fn check_origin(&self) -> Result<(), Error> {
        match &self.manifest {
            Some(path) if !self.stored && self.header.is_none() => {
                Err(Error::Manifests { path: path.clone() })
            }
            _ => Ok(()),
        }
    }

    fn check_version(&self, path: &str) -> Result<(), Error> {
        let Some(header) = &self.header else { return Ok(()) };
        if let Some((first, second)) = header.two_clusters() {
            return Err(Error::TwoClusters { first, second });
        }
        if header.api_version != super::capture::VERSION {
            let (path, version) = (path.to_owned(), header.api_version.clone());
            return Err(Error::Newer { path, version, known: super::capture::VERSION });
        }
        Ok(())
    }

    fn finish(mut self, clock: Time) -> Snapshot {
        let mut snapshot = self.snapshot;
        std::mem::take(&mut self.copies).put_first(&mut snapshot.rows);
        snapshot.coverage.gaps.extend(self.broken.gaps());
        let outside = &mut snapshot.coverage.not_in_scope;
        let unknown = self.unknown.iter();
        outside.extend(unknown.map(|(kind, got)| {
            let gap = Gap { got: *got, ..Gap::new(kind, Reason::Skipped) };
            gap.because(Message::plain(&reasons::UNCHECKED_KIND))
        }));
        let skipped = [
            (self.skipped, &reasons::NO_OBJECTS),
            (self.nested, &reasons::NESTED_ARCHIVES),
            (self.too_deep, &reasons::DEEP_FOLDERS),
        ];
        outside.extend(skipped.into_iter().filter(|(count, _)| *count > 0).map(|(got, why)| {
            Gap { got, ..Gap::new(Gap::FILES, Reason::Skipped) }.because(Message::plain(why))
        }));
        if let Some(header) = self.header.take() {
            header.apply(&mut snapshot);
        } else {
            let given = |kind: &Kind| self.kinds.contains(kind) || kind.is_optional();
            let missing = Kind::ALL.into_iter().filter(|kind| !given(kind));
            outside.extend(missing.map(|kind| Gap::new(kind.name(), Reason::NotGiven)));
            (snapshot.started_at, snapshot.taken_at, snapshot.plain) = (clock, clock, true);
            snapshot.warnings = Warnings::OfNamespaces(self.with_events);
        }
        snapshot.sort();
        snapshot
    }
}

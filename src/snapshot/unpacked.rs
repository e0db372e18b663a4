//! Compressed files: a small one may unpack to any size.

use crate::text::{Fact, Message, reasons};
use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

/// The largest window of zstd, as a power of two: 8 MiB, which the highest usual level needs. A decoder reserves the window
/// that a file states.
pub(super) const LARGEST_WINDOW: u32 = 23;

/// The largest ratio of a file that unpacks to more than `SMALL`. JSON of equal objects reaches some hundred.
const MOST_TIMES: u64 = 1000;

/// Files that unpack to this many bytes or less may have any ratio.
const SMALL: u64 = 16 << 20;

/// A stream whose bytes are counted.
pub(super) struct Counted<R> {
    stream: R,
    count: Rc<Cell<u64>>,
}

impl<R> Counted<R> {
    pub(super) fn new(stream: R) -> Self {
        Self { stream, count: Rc::default() }
    }

    /// Returns the counter.
    pub(super) fn count(&self) -> Rc<Cell<u64>> {
        Rc::clone(&self.count)
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(buffer)?;
        self.count.set(self.count.get() + count as u64);
        Ok(count)
    }
}

/// A decompressed stream. It ends with an error when it is much larger than its source.
pub(super) struct Unpacked<R> {
    stream: R,
    bytes: u64,
    packed: Rc<Cell<u64>>,
}

impl<R> Unpacked<R> {
    /// `packed` counts the bytes of the source.
    pub(super) fn new(stream: R, packed: Rc<Cell<u64>>) -> Self {
        Self { stream, bytes: 0, packed }
    }
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(buffer)?;
        self.bytes += count as u64;
        if self.bytes > SMALL && self.bytes / MOST_TIMES > self.packed.get() {
            let times = Fact::count(MOST_TIMES);
            let why = Message::new(&reasons::UNPACKS_TOO_LARGE, vec![("times", times)]);
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, why.to_string()));
        }
        Ok(count)
    }
}

//! The text of one object of a file. A parser holds it several times before anything of it can be judged, so the memory limit
//! of the process would be passed before it is looked at again.

use crate::memory;
use std::cell::Cell;
use std::io::{self, Read};

thread_local! {
    /// The bytes that were read since the last object. The reader of YAML passes nothing else to the types that it reads.
    static SINCE_OBJECT: Cell<usize> = const { Cell::new(0) };
}

/// The parser has read an object.
pub(super) fn object_ends() {
    SINCE_OBJECT.set(0);
}

/// A stream of objects that ends with an error of the kind `FileTooLarge` when one of them has too much text.
pub(super) struct ObjectByObject<R>(R);

impl<R> ObjectByObject<R> {
    pub(super) fn new(stream: R) -> Self {
        object_ends();
        Self(stream)
    }
}

impl<R: Read> Read for ObjectByObject<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.0.read(buffer)?;
        let bytes = SINCE_OBJECT.get() + count;
        SINCE_OBJECT.set(bytes);
        if bytes > memory::largest_text() {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, memory::exhausted().to_string()));
        }
        Ok(count)
    }
}

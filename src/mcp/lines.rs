//! Lines of standard input, each of a bounded length.

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

/// The most bytes of a line. A call has few arguments.
const LONGEST: usize = 1 << 20;

/// A line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// Its bytes, without the end of the line.
    Whole(Vec<u8>),
    /// It is longer than any message, and was skipped.
    TooLong,
}

/// The lines of an input.
pub(crate) struct Lines<R> {
    input: R,
    line: Vec<u8>,
    is_too_long: bool,
}

impl<R: AsyncBufRead + Unpin> Lines<R> {
    pub(crate) fn new(input: R) -> Self {
        Self { input, line: Vec::new(), is_too_long: false }
    }

    /// Returns the next line; `None` at the end. A line without an end is the last one. If the future is dropped, no byte
    /// is lost.
    ///
    /// # Errors
    /// If the input cannot be read.
    pub(crate) async fn next(&mut self) -> std::io::Result<Option<Line>> {
        loop {
            let bytes = self.input.fill_buf().await?;
            if bytes.is_empty() {
                let is_empty = self.line.is_empty() && !self.is_too_long;
                return Ok((!is_empty).then(|| self.take()));
            }
            let end = bytes.iter().position(|byte| *byte == b'\n');
            let part = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
            self.is_too_long |= self.line.len() + part.len() > LONGEST;
            if self.is_too_long {
                self.line.clear();
            } else {
                self.line.extend_from_slice(part);
            }
            let read = end.map_or(bytes.len(), |end| end + 1);
            self.input.consume(read);
            if end.is_some() {
                return Ok(Some(self.take()));
            }
        }
    }

    fn take(&mut self) -> Line {
        let line = std::mem::take(&mut self.line);
        if std::mem::take(&mut self.is_too_long) { Line::TooLong } else { Line::Whole(line) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::BufReader;

    async fn read(input: &[u8], buffer: usize) -> Vec<Line> {
        let mut lines = Lines::new(BufReader::with_capacity(buffer, input));
        let mut all = Vec::new();
        while let Some(line) = lines.next().await.unwrap() {
            all.push(line);
        }
        all
    }

    #[tokio::test]
    async fn a_long_line_is_skipped_and_the_next_one_is_read() {
        let whole = |text: &str| Line::Whole(text.as_bytes().to_vec());
        for buffer in [1, 7, 8192] {
            assert_eq!(read(b"a\n\nbc", buffer).await, [whole("a"), whole(""), whole("bc")]);
            assert_eq!(read(b"", buffer).await, []);
        }
        let mut long = vec![b'x'; LONGEST + 1];
        long.extend_from_slice(b"\nnext\n");
        assert_eq!(read(&long, 8192).await, [Line::TooLong, whole("next")]);
        long.truncate(LONGEST);
        assert_eq!(read(&long, 8192).await, [Line::Whole(long.clone())]);
        long.push(b'x');
        assert_eq!(read(&long, 8192).await, [Line::TooLong]);
    }
}

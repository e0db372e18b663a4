//! Splits a text that arrives in pieces into lines. Only the start of long lines is kept.

use memchr::memchr;

/// The line that has not ended yet.
#[derive(Debug)]
pub(crate) struct Lines {
    /// The number of bytes kept of a line.
    longest: usize,
    begun: Vec<u8>,
    /// Whether the line is longer than that.
    is_cut: bool,
}

impl Lines {
    pub(crate) fn of(longest: usize) -> Self {
        Self { longest, begun: Vec::new(), is_cut: false }
    }

    /// Takes the next piece. Calls `each` for each line that ends in it, with whether the line was cut.
    pub(crate) fn push(&mut self, mut bytes: &[u8], mut each: impl FnMut(&[u8], bool)) {
        while let Some(end) = memchr(b'\n', bytes) {
            let (line, rest) = bytes.split_at(end);
            bytes = rest.get(1..).unwrap_or_default();
            if self.begun.is_empty() {
                let whole = line.get(..self.longest).unwrap_or(line);
                each(whole, whole.len() < line.len());
            } else {
                self.keep(line);
                each(&self.begun, self.is_cut);
                self.begun.clear();
            }
            self.is_cut = false;
        }
        self.keep(bytes);
    }

    /// Ends the text. A last line without a line break is a line.
    pub(crate) fn end(&mut self, each: impl FnOnce(&[u8], bool)) {
        if !self.begun.is_empty() {
            each(&self.begun, self.is_cut);
            self.begun.clear();
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = self.longest - self.begun.len();
        self.is_cut |= bytes.len() > room;
        self.begun.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LONGEST: usize = 1000;

    fn lines(text: &[u8], piece: usize) -> Vec<(Vec<u8>, bool)> {
        let (mut lines, mut out) = (Lines::of(LONGEST), Vec::new());
        for bytes in text.chunks(piece) {
            lines.push(bytes, |line, cut| out.push((line.to_vec(), cut)));
        }
        lines.end(|line, cut| out.push((line.to_vec(), cut)));
        out
    }

    proptest! {
        #[test]
        fn lines_are_the_same_however_they_come(text in "[a-c\n]{0,60}", piece in 1usize..20) {
            let whole: Vec<(Vec<u8>, bool)> = text.lines().map(|line| (line.into(), false)).collect();
            prop_assert_eq!(lines(text.as_bytes(), piece), whole);
        }
    }

    #[test]
    fn cuts_long_lines() {
        let long = [b"a\n".to_vec(), vec![b'x'; LONGEST + 1], b"\nb".to_vec()].concat();
        for piece in [1, 999, LONGEST, long.len()] {
            let lines = lines(&long, piece);
            assert_eq!(
                lines.iter().map(|(line, _)| line.len()).collect::<Vec<_>>(),
                [1, LONGEST, 1],
                "{piece}"
            );
            assert_eq!(
                lines.iter().map(|(_, cut)| *cut).collect::<Vec<_>>(),
                [false, true, false],
                "{piece}"
            );
        }
        let mut endless = Lines::of(LONGEST);
        (0..1000).for_each(|_| endless.push(&[b'x'; 1000], |_, _| panic!("a line")));
        assert!(endless.begun.capacity() <= 2 * LONGEST);
    }
}

//! A text in pieces, cut into lines. Lines that are longer than any that is wanted are skipped, so that it takes little
//! room whatever comes.

/// No line that is wanted is longer.
const LONGEST: usize = 64 << 10;

/// What is there of the line that has not ended.
#[derive(Debug, Default)]
pub(super) struct Lines {
    begun: Vec<u8>,
    /// The rest of this line is not wanted.
    skips: bool,
}

impl Lines {
    /// Takes the next piece, and hands over each line that ends in it. A last line without an end is none.
    pub(super) fn push(&mut self, bytes: &[u8], mut each: impl FnMut(&[u8])) {
        let mut pieces = bytes.split(|byte| *byte == b'\n').peekable();
        while let Some(piece) = pieces.next() {
            let ends = pieces.peek().is_some();
            self.skips |= self.begun.len() + piece.len() > LONGEST;
            match (self.skips, ends) {
                (true, _) => self.begun.clear(),
                (false, true) if self.begun.is_empty() => each(piece),
                (false, _) => self.begun.extend_from_slice(piece),
            }
            if ends {
                if !self.begun.is_empty() {
                    each(&self.begun);
                }
                self.begun.clear();
                self.skips = false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines(text: &[u8], cut: usize) -> Vec<Vec<u8>> {
        let (mut lines, mut out) = (Lines::default(), Vec::new());
        for piece in text.chunks(cut) {
            lines.push(piece, |line| out.extend((!line.is_empty()).then(|| line.to_vec())));
        }
        out
    }

    proptest! {
        #[test]
        fn lines_are_the_same_however_they_are_cut(text in "[a-c\n]{0,60}", cut in 1usize..20) {
            let ended = text.rsplit_once('\n').map_or("", |(ended, _)| ended);
            let expected: Vec<Vec<u8>> =
                ended.split('\n').filter(|line| !line.is_empty()).map(|line| line.as_bytes().to_vec()).collect();
            prop_assert_eq!(lines(text.as_bytes(), cut), expected);
        }
    }

    #[test]
    fn long_lines_are_skipped_and_take_no_room() {
        let long = [b"a\n".to_vec(), vec![b'x'; LONGEST + 1], b"\nb\n".to_vec()].concat();
        for cut in [1, 1000, LONGEST, long.len()] {
            assert_eq!(lines(&long, cut), [b"a", b"b"], "{cut}");
        }
        let mut endless = Lines::default();
        (0..1000).for_each(|_| endless.push(&[b'x'; 1000], |_| panic!("a line")));
        assert!(endless.begun.capacity() <= 2 * LONGEST);
    }
}

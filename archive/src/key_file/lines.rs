//! Lines of a file that may be anything.

use std::io::{self, BufRead, Read};

/// Reads line by line, and holds no more of any than [`MAX_LEN`] bytes.
pub(super) struct Lines<R> {
    input: R,
}

impl<R: BufRead> Lines<R> {
    pub(super) const fn new(input: R) -> Self {
        Self { input }
    }

    /// Returns the next line without its end, the beginning of one that is too long, or `None` at
    /// the end of the file.
    pub(super) fn next_line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let limit = u64::try_from(MAX_LEN).unwrap_or(u64::MAX);
        if self.input.by_ref().take(limit).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        if line.pop_if(|byte| *byte == b'\n').is_none() && line.len() >= MAX_LEN {
            self.input.skip_until(b'\n')?;
        }
        line.pop_if(|byte| *byte == b'\r');
        Ok(Some(line))
    }
}

/// In bytes. The longest entry has some 20 000: 16 keys of the largest suite and of a member ID of
/// 64 bytes, each of which JSON may write as six, and a hybrid public key's stanza, in base64.
const MAX_LEN: usize = 64 << 10;

#[cfg(test)]
mod tests {
    use super::{Lines, MAX_LEN};

    #[test]
    fn lines_come_without_their_ends() {
        let mut lines = Lines::new(&b"one\n\ntwo\r\nthree"[..]);
        for line in [&b"one"[..], b"", b"two", b"three"] {
            assert_eq!(lines.next_line().unwrap().unwrap(), line);
        }
        assert_eq!(lines.next_line().unwrap(), None);
    }

    #[test]
    fn a_long_line_is_cut_and_the_next_one_is_whole() {
        let text = [&vec![b'a'; 3 * MAX_LEN][..], b"\nnext\n"].concat();
        let mut lines = Lines::new(&*text);
        assert_eq!(lines.next_line().unwrap().unwrap().len(), MAX_LEN);
        assert_eq!(lines.next_line().unwrap().unwrap(), b"next");
    }
}

//! Reading of files that may end anywhere.

use std::io::{self, ErrorKind, Read};

/// How much of a buffer was filled before the file ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Filled {
    Not,
    Part,
    Whole,
}

/// Fills a buffer, as far as the file goes. One of no bytes is whole.
pub(super) fn fill(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<Filled> {
    let mut rest = &mut *buffer;
    let mut filled = Filled::Not;
    while !rest.is_empty() {
        match file.read(rest) {
            Ok(0) => return Ok(filled),
            Ok(len) => {
                filled = Filled::Part;
                rest = rest.get_mut(len..).unwrap_or_default();
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Filled::Whole)
}

//! Emulation prevention (ITU-T H.264 section 7.4.1.1, H.265 section 7.4.2): how the bytes of a NAL
//! unit are kept from looking like a start code.
//!
//! ```text
//! 00 00 00 -> 00 00 03 00      00 00 02 -> 00 00 03 02
//! 00 00 01 -> 00 00 03 01      00 00 03 -> 00 00 03 03
//! ```

use alloc::vec::Vec;
use core::slice;

use super::EnvelopeError;

/// Appends `bytes` to `nal`, escaped.
///
/// Zeros that `nal` ends with count, so a NAL unit may be escaped piece by piece.
pub(super) fn escape(bytes: &[u8], nal: &mut Vec<u8>) {
    nal.reserve(bytes.len());
    let mut rest = bytes;
    while !rest.is_empty() {
        if nal.ends_with(&[0, 0]) && needs_prevention(rest) {
            nal.push(PREVENTION);
        }
        let completes_pair = rest.first() == Some(&0) && nal.last() == Some(&0);
        let len = if completes_pair { 1 } else { end_of_zero_pair(rest).unwrap_or(rest.len()) };
        let (run, after) = rest.split_at(len);
        nal.extend_from_slice(run);
        rest = after;
    }
}

/// Appends `nal` to `rbsp`, unescaped.
///
/// Takes only what [`escape`] makes, so that no two NAL units unescape to the same bytes, and none
/// that has the beginning of another one in it.
pub(super) fn unescape(nal: &[u8], rbsp: &mut Vec<u8>) -> Result<(), EnvelopeError> {
    rbsp.reserve(nal.len());
    let mut rest = nal;
    while let Some(len) = end_of_zero_pair(rest) {
        let (run, after) = rest.split_at(len);
        rbsp.extend_from_slice(run);
        rest = match after {
            [PREVENTION, escaped @ ..] if needs_prevention(escaped) => escaped,
            _ if needs_prevention(after) => return Err(EnvelopeError::NotEscaped),
            _ => after,
        };
    }
    rbsp.extend_from_slice(rest);
    Ok(())
}

/// The unescaped bytes of a NAL unit, one by one, for those who need but the first few.
///
/// Ends where `nal` ends or another start code begins. Takes any escaping, as decoders do.
#[derive(Clone, Debug)]
pub(super) struct Unescaped<'a> {
    nal: slice::Iter<'a, u8>,
    zeros: u8,
}

impl<'a> Unescaped<'a> {
    pub(super) fn new(nal: &'a [u8]) -> Self {
        Self { nal: nal.iter(), zeros: 0 }
    }
}

impl Iterator for Unescaped<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let mut byte = *self.nal.next()?;
        if self.zeros == 2 && byte == PREVENTION {
            self.zeros = 0;
            byte = *self.nal.next()?;
        }
        match (byte, self.zeros) {
            (0 | 1, 2) => {
                self.nal = [].iter();
                return None;
            }
            (0, _) => self.zeros = self.zeros.saturating_add(1),
            _ => self.zeros = 0,
        }
        Some(byte)
    }
}

/// Returns the end of the first two zeros in a row.
///
/// Encrypted bytes have one in 65536, and all between them is then copied at once.
fn end_of_zero_pair(bytes: &[u8]) -> Option<usize> {
    memchr::memchr_iter(0, bytes)
        .map(|zero| zero.saturating_add(1))
        .find(|second| bytes.get(*second) == Some(&0))
        .map(|second| second.saturating_add(1))
}

/// Tells whether `bytes` must not follow two zeros as they are.
const fn needs_prevention(bytes: &[u8]) -> bool {
    matches!(bytes, [0..=3, ..])
}

/// The byte that goes between the two zeros and what must not follow them.
const PREVENTION: u8 = 3;

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::{Unescaped, escape, unescape};
    use crate::envelope::EnvelopeError;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// Unescaped, escaped.
    const PAIRS: &[(&[u8], &[u8])] = &[
        (&[], &[]),
        (&[0], &[0]),
        (&[0, 0], &[0, 0]),
        (&[0, 0, 0], &[0, 0, 3, 0]),
        (&[0, 0, 1], &[0, 0, 3, 1]),
        (&[0, 0, 2], &[0, 0, 3, 2]),
        (&[0, 0, 3], &[0, 0, 3, 3]),
        (&[0, 0, 4], &[0, 0, 4]),
        (&[0, 1, 0, 0, 4, 0, 0, 0x80], &[0, 1, 0, 0, 4, 0, 0, 0x80]),
        (&[0, 0, 0, 0], &[0, 0, 3, 0, 0]),
        (&[0, 0, 0, 0, 0], &[0, 0, 3, 0, 0, 3, 0]),
        (&[0, 0, 3, 0, 0, 3], &[0, 0, 3, 3, 0, 0, 3, 3]),
        (&[9, 0, 0, 0, 1, 9], &[9, 0, 0, 3, 0, 1, 9]),
    ];

    #[test]
    fn escapes_what_would_be_a_start_code() {
        for (plain, escaped) in PAIRS {
            let (mut nal, mut rbsp) = (Vec::new(), Vec::new());
            escape(plain, &mut nal);
            assert_eq!(nal, *escaped);
            assert_eq!(unescape(escaped, &mut rbsp), Ok(()));
            assert_eq!(rbsp, *plain);
        }
    }

    #[test]
    fn counts_the_zeros_before() {
        let rows: &[(&[u8], &[u8], &[u8])] = &[
            (&[0, 0], &[1], &[0, 0, 3, 1]),
            (&[0, 0], &[4, 0, 0, 0], &[0, 0, 4, 0, 0, 3, 0]),
            (&[0], &[0, 1], &[0, 0, 3, 1]),
            (&[0], &[1, 0], &[0, 1, 0]),
            (&[0, 0, 3, 0], &[0, 0], &[0, 0, 3, 0, 0, 3, 0]),
        ];
        for (before, bytes, after) in rows {
            let mut nal = before.to_vec();
            escape(bytes, &mut nal);
            assert_eq!(nal, *after);
        }
    }

    #[test]
    fn unescapes_only_what_was_escaped() {
        let rows: &[&[u8]] = &[
            &[9, 0, 0, 0, 9],
            &[9, 0, 0, 1, 9],
            &[9, 0, 0, 2, 9],
            &[9, 0, 0, 3, 4],
            &[9, 0, 0, 3],
            &[0, 0, 3, 0, 0, 0],
        ];
        for nal in rows {
            assert_eq!(unescape(nal, &mut Vec::new()), Err(EnvelopeError::NotEscaped), "{nal:?}");
        }
    }

    #[test]
    fn unescapes_one_by_one_up_to_the_next_start_code() {
        let rows: &[(&[u8], &[u8])] = &[
            (&[9, 0, 0, 3, 1, 9], &[9, 0, 0, 1, 9]),
            (&[0, 0, 3, 0, 0, 3, 3], &[0, 0, 0, 0, 3]),
            (&[9, 0, 0, 3, 7], &[9, 0, 0, 7]),
            (&[9, 0, 0, 2], &[9, 0, 0, 2]),
            (&[9, 0, 0, 3], &[9, 0, 0]),
            (&[9, 0, 0, 1, 9], &[9, 0, 0]),
            (&[9, 0, 0, 0, 1, 9], &[9, 0, 0]),
        ];
        for (nal, expected) in rows {
            assert_eq!(Unescaped::new(nal).collect::<Vec<_>>(), *expected, "{nal:?}");
        }
    }

    /// Bytes that are mostly those that escaping is about.
    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        vec(prop_oneof![4 => Just(0), 3 => 0..5_u8, 1 => any::<u8>()], 0..80)
    }

    proptest! {
        #[test]
        fn unescaping_undoes_escaping_and_nothing_else(plain in bytes(), cut in 0..80_usize) {
            let (first, second) = plain.split_at(cut.min(plain.len()));
            let (mut nal, mut rbsp) = (Vec::from([9]), Vec::new());
            escape(first, &mut nal);
            escape(second, &mut nal);
            nal.push(0x80);
            for three in nal.windows(3) {
                prop_assert!(!matches!(three, [0, 0, 0..=2]));
            }
            prop_assert_eq!(unescape(&nal, &mut rbsp), Ok(()));
            prop_assert_eq!(&rbsp, &[&[9], &plain[..], &[0x80]].concat());
            prop_assert!(Unescaped::new(&nal).eq(rbsp));
        }

        #[test]
        fn no_two_nal_units_are_the_same_unescaped(mut nal in bytes()) {
            nal.push(0x80);
            let (mut rbsp, mut again) = (Vec::new(), Vec::new());
            if unescape(&nal, &mut rbsp).is_ok() {
                escape(&rbsp, &mut again);
                prop_assert_eq!(again, nal);
            }
        }
    }
}

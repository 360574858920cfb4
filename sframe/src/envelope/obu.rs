//! Open bitstream units (AV1 bitstream specification, sections 5.3 and 4.10.5).
//!
//! ```text
//! header:    obu_forbidden_bit(1) || obu_type(4) || obu_extension_flag(1) || obu_has_size_field(1)
//!               || obu_reserved_1bit(1)
//! extension: temporal_id(3) || spatial_id(2) || reserved(3), if obu_extension_flag
//! size:      leb128, if obu_has_size_field; else the OBU goes on to the end
//! ```

use super::EnvelopeError;

/// One OBU, taken apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Obu<'a> {
    header: u8,
    extension: Option<u8>,
    pub(super) payload: &'a [u8],
}

impl<'a> Obu<'a> {
    /// Splits the first OBU off `bytes`; returns it and the bytes after it.
    pub(super) fn split(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), EnvelopeError> {
        let (&header, mut rest) = bytes.split_first().ok_or(EnvelopeError::Truncated)?;
        if header & FORBIDDEN != 0 {
            return Err(EnvelopeError::Malformed);
        }
        let mut extension = None;
        if header & HAS_EXTENSION != 0 {
            let (&byte, after) = rest.split_first().ok_or(EnvelopeError::Truncated)?;
            (extension, rest) = (Some(byte), after);
        }
        let mut size = rest.len();
        if header & HAS_SIZE != 0 {
            (size, rest) = read_leb128(rest)?;
        }
        let (payload, after) = rest.split_at_checked(size).ok_or(EnvelopeError::Truncated)?;
        Ok((Self { header, extension, payload }, after))
    }

    /// Returns `obu_type`.
    pub(super) const fn kind(&self) -> u8 {
        self.header >> TYPE_SHIFT & TYPE_MASK
    }

    /// Appends this OBU with a size of the fewest bytes.
    pub(super) fn write(&self, out: &mut impl Extend<u8>) {
        self.write_header(self.kind(), self.payload.len(), out);
        out.extend(self.payload.iter().copied());
    }

    /// Appends the header of an OBU that differs from this one in type and size.
    pub(super) fn write_header(&self, kind: u8, size: usize, out: &mut impl Extend<u8>) {
        let others = self.header & !(TYPE_MASK << TYPE_SHIFT);
        out.extend([others | kind << TYPE_SHIFT | HAS_SIZE]);
        out.extend(self.extension);
        write_leb128(size, out);
    }
}

/// Splits a number off `bytes`; returns it and the bytes after it.
fn read_leb128(bytes: &[u8]) -> Result<(usize, &[u8]), EnvelopeError> {
    let mut value = 0_u64;
    let mut rest = bytes;
    for shift in (0..MAX_LEB128_LEN * 7).step_by(7) {
        let (&byte, after) = rest.split_first().ok_or(EnvelopeError::Truncated)?;
        rest = after;
        value |= u64::from(byte & !MORE) << shift;
        if byte & MORE == 0 {
            let value = u32::try_from(value).ok().and_then(|value| usize::try_from(value).ok());
            return Ok((value.ok_or(EnvelopeError::Malformed)?, rest));
        }
    }
    Err(EnvelopeError::Malformed)
}

/// Appends `value` in the fewest bytes.
fn write_leb128(mut value: usize, out: &mut impl Extend<u8>) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            return out.extend([low]);
        }
        out.extend([low | MORE]);
    }
}

/// `obu_type`s (section 6.2.2).
pub(super) const SEQUENCE_HEADER: u8 = 1;
pub(super) const TEMPORAL_DELIMITER: u8 = 2;
pub(super) const FRAME_HEADER: u8 = 3;
pub(super) const FRAME: u8 = 6;

const FORBIDDEN: u8 = 1 << 7;
const TYPE_SHIFT: u8 = 3;
const TYPE_MASK: u8 = 0xf;
const HAS_EXTENSION: u8 = 1 << 2;
const HAS_SIZE: u8 = 1 << 1;

/// Set in each byte of a leb128 number but the last.
const MORE: u8 = 1 << 7;

/// Section 4.10.5, which limits the value to 32 bits as well.
const MAX_LEB128_LEN: usize = 8;

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{Obu, read_leb128, write_leb128};
    use crate::envelope::EnvelopeError;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn writes_leb128_in_the_fewest_bytes() {
        let rows: &[(usize, &[u8])] = &[
            (0, &[0]),
            (0x7f, &[0x7f]),
            (0x80, &[0x80, 0x01]),
            (0x3fff, &[0xff, 0x7f]),
            (0x4000, &[0x80, 0x80, 0x01]),
            (0xffff_ffff, &[0xff, 0xff, 0xff, 0xff, 0x0f]),
        ];
        for (value, bytes) in rows {
            let mut out = Vec::new();
            write_leb128(*value, &mut out);
            assert_eq!(out, *bytes);
            assert_eq!(read_leb128(bytes), Ok((*value, &[][..])));
        }
    }

    #[test]
    fn reads_leb128_of_up_to_eight_bytes_and_32_bits() {
        let (eight, nine) = ([0x85, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0, 7], [0x80; 9]);
        assert_eq!(read_leb128(&eight), Ok((5, &[7][..])));
        assert_eq!(read_leb128(&nine), Err(EnvelopeError::Malformed));
        let too_great = [0x80, 0x80, 0x80, 0x80, 0x10];
        assert_eq!(read_leb128(&too_great), Err(EnvelopeError::Malformed));
        assert_eq!(read_leb128(&[0x80, 0x80]), Err(EnvelopeError::Truncated));
        assert_eq!(read_leb128(&[]), Err(EnvelopeError::Truncated));
    }

    #[test]
    fn splits_and_writes() {
        // Frame with extension and a long size; reserved bit set. Then one byte more.
        let bytes = [0x37, 0x48, 0x82, 0x00, 0xaa, 0xbb, 0xcc];
        let (obu, after) = Obu::split(&bytes).unwrap();
        assert_eq!((obu.kind(), obu.payload, after), (6, &[0xaa, 0xbb][..], &[0xcc][..]));
        let mut out = Vec::new();
        obu.write(&mut out);
        assert_eq!(out, [0x37, 0x48, 0x02, 0xaa, 0xbb]);
    }

    #[test]
    fn takes_an_obu_without_size_to_be_the_last() {
        let (obu, after) = Obu::split(&[0x30, 0xaa, 0xbb]).unwrap();
        assert_eq!((obu.payload, after), (&[0xaa, 0xbb][..], &[][..]));
        let mut out = Vec::new();
        obu.write(&mut out);
        assert_eq!(out, [0x32, 0x02, 0xaa, 0xbb]);
    }

    #[test]
    fn rejects_broken_obus() {
        let rows: &[(&[u8], EnvelopeError)] = &[
            (&[], EnvelopeError::Truncated),
            (&[0x36], EnvelopeError::Truncated),
            (&[0x36, 0x00], EnvelopeError::Truncated),
            (&[0x32, 0x01], EnvelopeError::Truncated),
            (&[0xb2, 0x00], EnvelopeError::Malformed),
        ];
        for (bytes, error) in rows {
            assert_eq!(Obu::split(bytes), Err(*error), "{bytes:?}");
        }
    }
}

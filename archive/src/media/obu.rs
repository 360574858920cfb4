//! AV1's open bitstream units (bitstream specification section 5.3).

/// One OBU, taken apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Obu<'a> {
    header: u8,
    extension: Option<u8>,
    pub(crate) payload: &'a [u8],
}

impl<'a> Obu<'a> {
    /// Splits the first OBU off `bytes`. Without a size, it goes on to the end.
    pub(crate) fn split(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (&header, mut rest) = bytes.split_first()?;
        let mut extension = None;
        if header & HAS_EXTENSION != 0 {
            let (&byte, after) = rest.split_first()?;
            (extension, rest) = (Some(byte), after);
        }
        let mut len = rest.len();
        if header & HAS_SIZE != 0 {
            (len, rest) = read_leb128(rest)?;
        }
        let (payload, after) = rest.split_at_checked(len)?;
        Some((Self { header, extension, payload }, after))
    }

    /// Splits all of a temporal unit, as far as it can be read.
    pub(crate) fn all(unit: &'a [u8]) -> impl Iterator<Item = Self> {
        let mut rest = unit;
        core::iter::from_fn(move || {
            let (obu, after) = Self::split(rest)?;
            rest = after;
            Some(obu)
        })
    }

    /// Returns `obu_type`.
    pub(crate) const fn kind(&self) -> u8 {
        self.header >> 3 & 0xf
    }

    /// Appends this OBU, with its size.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.push(self.header | HAS_SIZE);
        out.extend(self.extension);
        write_leb128(self.payload.len(), out);
        out.extend_from_slice(self.payload);
    }
}

/// Splits a number off `bytes` (section 4.10.5).
pub(crate) fn read_leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0_u64;
    let mut rest = bytes;
    for shift in (0..MAX_LEB128_LEN * 7).step_by(7) {
        let (&byte, after) = rest.split_first()?;
        rest = after;
        value |= u64::from(byte & !MORE) << shift;
        if byte & MORE == 0 {
            let value = u32::try_from(value).ok()?;
            return Some((usize::try_from(value).ok()?, rest));
        }
    }
    None
}

fn write_leb128(mut value: usize, out: &mut Vec<u8>) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            return out.push(low & !MORE);
        }
        out.push(low | MORE);
    }
}

/// `obu_type`s (section 6.2.2).
pub(crate) const SEQUENCE_HEADER: u8 = 1;
pub(crate) const TEMPORAL_DELIMITER: u8 = 2;
pub(crate) const FRAME: u8 = 6;

const HAS_EXTENSION: u8 = 1 << 2;
const HAS_SIZE: u8 = 1 << 1;
const MORE: u8 = 1 << 7;
const MAX_LEB128_LEN: u32 = 8;

#[cfg(test)]
mod tests {
    use super::{Obu, read_leb128, write_leb128};

    #[test]
    fn an_obu_is_written_with_its_size() {
        let bytes = [0x36, 0x48, 0x82, 0x00, 0xaa, 0xbb, 0x30, 0xcc];
        let (first, after) = Obu::split(&bytes).unwrap();
        assert_eq!((first.kind(), first.payload), (6, &[0xaa, 0xbb][..]));
        let (second, after) = Obu::split(after).unwrap();
        assert_eq!((second.payload, after), (&[0xcc][..], &[][..]));

        let mut written = Vec::new();
        first.write(&mut written);
        second.write(&mut written);
        assert_eq!(written, [0x36, 0x48, 0x02, 0xaa, 0xbb, 0x32, 0x01, 0xcc]);
    }

    #[test]
    fn what_is_cut_off_is_no_obu() {
        for bytes in [&[][..], &[0x36], &[0x36, 0], &[0x32, 1], &[0x32, 0x80]] {
            assert_eq!(Obu::split(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for value in [0, 0x7f, 0x80, 0x3fff, 0x4000, 0xffff_ffff] {
            let mut written = Vec::new();
            write_leb128(value, &mut written);
            assert_eq!(read_leb128(&written), Some((value, &[][..])));
        }
        assert_eq!(read_leb128(&[0x80; 9]), None);
        assert_eq!(read_leb128(&[0x80, 0x80, 0x80, 0x80, 0x10]), None);
    }
}

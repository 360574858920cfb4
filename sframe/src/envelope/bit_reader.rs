//! Bits of a NAL unit's header, first to last.

use super::EnvelopeError;
use super::emulation::Unescaped;

/// Cursor over the unescaped bits of a NAL unit; reads no further than it is asked to.
#[derive(Clone, Debug)]
pub(super) struct BitReader<'a> {
    bytes: Unescaped<'a>,
    bytes_read: usize,
    current: u8,
    bits_left: u8,
}

impl<'a> BitReader<'a> {
    pub(super) fn new(nal: &'a [u8]) -> Self {
        Self { bytes: Unescaped::new(nal), bytes_read: 0, current: 0, bits_left: 0 }
    }

    /// Reads one bit.
    pub(super) fn bit(&mut self) -> Result<bool, EnvelopeError> {
        if self.bits_left == 0 {
            self.current = self.bytes.next().ok_or(EnvelopeError::Truncated)?;
            self.bytes_read = self.bytes_read.saturating_add(1);
            self.bits_left = 8;
        }
        let bit = self.current & 0x80 != 0;
        self.current <<= 1;
        self.bits_left = self.bits_left.saturating_sub(1);
        Ok(bit)
    }

    /// Reads an unsigned number of `len` bits, at most 8.
    pub(super) fn bits(&mut self, len: u8) -> Result<u8, EnvelopeError> {
        (0..len).try_fold(0, |value, _| Ok(value << 1 | u8::from(self.bit()?)))
    }

    /// Skips `len` bits.
    pub(super) fn skip(&mut self, len: u8) -> Result<(), EnvelopeError> {
        (0..len).try_for_each(|_| self.bit().map(drop))
    }

    /// Skips an unsigned Exp-Golomb number, `ue(v)` of H.264 section 9.1: as many bits after its
    /// first one bit as there are zero bits before.
    pub(super) fn skip_exp_golomb(&mut self) -> Result<(), EnvelopeError> {
        let mut zeros = 0_u8;
        while !self.bit()? {
            zeros = zeros.saturating_add(1);
            if zeros > MAX_EXP_GOLOMB_ZEROS {
                return Err(EnvelopeError::Malformed);
            }
        }
        self.skip(zeros)
    }

    /// Returns how many unescaped bytes hold the bits read so far.
    pub(super) const fn bytes_read(&self) -> usize {
        self.bytes_read
    }
}

/// With more, the number would not fit into the 32 bits that no number of H.264 or H.265 exceeds.
const MAX_EXP_GOLOMB_ZEROS: u8 = 31;

#[cfg(test)]
mod tests {
    use super::BitReader;
    use crate::envelope::EnvelopeError;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn reads_bits_from_the_highest_down() {
        let mut reader = BitReader::new(&[0b1011_0010, 0b1000_0000]);
        assert_eq!(reader.bytes_read(), 0);
        assert_eq!(reader.bit(), Ok(true));
        assert_eq!(reader.bits(3), Ok(0b011));
        assert_eq!(reader.bits(5), Ok(0b00101));
        assert_eq!(reader.bytes_read(), 2);
        assert_eq!(reader.skip(7), Ok(()));
        assert_eq!(reader.bit(), Err(EnvelopeError::Truncated));
    }

    #[test]
    fn does_not_count_emulation_prevention() {
        let mut reader = BitReader::new(&[0, 0, 3, 1]);
        assert_eq!(reader.skip(23), Ok(()));
        assert_eq!(reader.bit(), Ok(true));
        assert_eq!(reader.bytes_read(), 3);
    }

    #[test]
    fn skips_exp_golomb_numbers() {
        // 0 | 1 | 2 | 3 | 6, then a one.
        let mut reader = BitReader::new(&[0b1010_0110, 0b0100_0011, 0b1100_0000]);
        for _ in 0..5 {
            assert_eq!(reader.skip_exp_golomb(), Ok(()));
        }
        assert_eq!(reader.bits(2), Ok(0b10));
    }

    #[test]
    fn bounds_exp_golomb_numbers() {
        let longest = [0, 0, 3, 0, 1, 0xff, 0xff, 0xff, 0xfe]; // 2^32 - 2
        let mut reader = BitReader::new(&longest);
        assert_eq!(reader.skip_exp_golomb(), Ok(()));
        assert_eq!((reader.bytes_read(), reader.bit()), (8, Ok(false)));

        let too_long = [0, 0, 3, 0, 0, 3, 0x80, 0, 0, 3, 0, 0];
        assert_eq!(BitReader::new(&too_long).skip_exp_golomb(), Err(EnvelopeError::Malformed));
        assert_eq!(BitReader::new(&[0x08]).skip_exp_golomb(), Err(EnvelopeError::Truncated));
    }
}

//! Bits of a codec's header, first to last.

/// Cursor over bits; every method returns `None` where they end.
#[derive(Clone, Debug)]
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    taken: usize,
}

impl<'a> Bits<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, taken: 0 }
    }

    pub(super) fn flag(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.taken / 8)?;
        let bit = byte << (self.taken % 8) & 0x80;
        self.taken = self.taken.saturating_add(1);
        Some(bit != 0)
    }

    /// Takes an unsigned number of at most 32 bits.
    pub(super) fn number(&mut self, bits: u32) -> Option<u32> {
        (0..bits).try_fold(0, |number, _| Some(number << 1 | u32::from(self.flag()?)))
    }

    pub(super) fn skip(&mut self, bits: u32) -> Option<()> {
        self.taken = self.taken.saturating_add(usize::try_from(bits).ok()?);
        (self.taken.div_ceil(8) <= self.bytes.len()).then_some(())
    }

    /// Takes an unsigned Exp-Golomb number, `ue(v)` of H.264 section 9.1, of which no more than 32
    /// bits are used; AV1's `uvlc()` is the same.
    pub(super) fn exp_golomb(&mut self) -> Option<u32> {
        let mut zeros = 0_u32;
        while !self.flag()? {
            zeros = zeros.saturating_add(1);
            if zeros > MAX_ZEROS {
                return None;
            }
        }
        // With the one bit that was taken already.
        let rest = self.number(zeros)?;
        (1_u32 << zeros).checked_sub(1)?.checked_add(rest)
    }

    /// Takes a signed Exp-Golomb number, `se(v)` of H.264 section 9.1.1.
    pub(super) fn signed_exp_golomb(&mut self) -> Option<i64> {
        let number = i64::from(self.exp_golomb()?);
        let half = number.checked_add(1)? >> 1;
        Some(if number & 1 == 1 { half } else { half.checked_neg()? })
    }
}

/// With more, the number does not fit into 32 bits.
const MAX_ZEROS: u32 = 31;

#[cfg(test)]
mod tests {
    use super::Bits;

    #[test]
    fn numbers_are_read_from_the_highest_bit_down() {
        let mut bits = Bits::new(&[0b1011_0010, 0b1000_0000]);
        assert_eq!((bits.flag(), bits.number(3), bits.number(5)), (Some(true), Some(3), Some(5)));
        assert_eq!((bits.skip(7), bits.flag()), (Some(()), None));
        assert_eq!(Bits::new(&[0xff; 4]).number(32), Some(u32::MAX));
        assert_eq!(Bits::new(&[0xff]).skip(9), None);
    }

    #[test]
    fn exp_golomb_numbers_are_those_of_the_standard() {
        // 0, 1, 2, 3, 6 as in H.264, table 9-2.
        let mut bits = Bits::new(&[0b1010_0110, 0b0100_0011, 0b1000_0000]);
        let numbers: Vec<_> = (0..5).map(|_| bits.exp_golomb()).collect();
        assert_eq!(numbers, [0, 1, 2, 3, 6].map(Some));
        // 0, 1, -1, 2, -3: the same bits.
        let mut bits = Bits::new(&[0b1010_0110, 0b0100_0011, 0b1000_0000]);
        let numbers: Vec<_> = (0..5).map(|_| bits.signed_exp_golomb()).collect();
        assert_eq!(numbers, [0, 1, -1, 2, -3].map(Some));
        assert_eq!(Bits::new(&[0, 0, 0, 1, 0, 0, 0, 0]).exp_golomb(), Some((1 << 31) - 1));
        assert_eq!(Bits::new(&[0; 16]).exp_golomb(), None);
    }
}

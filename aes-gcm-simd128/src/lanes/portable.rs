//! Lanes of an array: what the vectors do, for every other target.

use super::Block;

#[derive(Clone, Copy)]
pub(crate) struct Lanes(Block);

impl Lanes {
    pub(crate) const fn new(bytes: Block) -> Self {
        Self(bytes)
    }

    pub(crate) fn load(bytes: &Block) -> Self {
        Self(*bytes)
    }

    pub(crate) fn bytes(self) -> Block {
        self.0
    }

    pub(crate) fn splat(byte: u8) -> Self {
        Self([byte; 16])
    }

    pub(super) fn xor(self, other: Self) -> Self {
        Self((u128::from_ne_bytes(self.0) ^ u128::from_ne_bytes(other.0)).to_ne_bytes())
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self((u128::from_ne_bytes(self.0) & u128::from_ne_bytes(other.0)).to_ne_bytes())
    }

    pub(crate) fn shr<const N: u32>(self) -> Self {
        Self(self.0.map(|lane| lane >> N))
    }

    pub(crate) fn shl<const N: u32>(self) -> Self {
        Self(self.0.map(|lane| lane << N))
    }

    pub(crate) fn shr_halves<const N: u32>(self) -> Self {
        self.map_halves(|half| half >> N)
    }

    pub(crate) fn shl_halves<const N: u32>(self) -> Self {
        self.map_halves(|half| half << N)
    }

    pub(crate) fn doubled(self) -> Self {
        self.shl::<1>()
    }

    pub(crate) fn spread_uppermost(self) -> Self {
        Self(self.0.map(|lane| (lane >> 7).wrapping_neg()))
    }

    /// Reads all lanes for each index, so that no address depends on one.
    pub(crate) fn look_up(self, index: Self) -> Self {
        let mut found = [0; 16];
        for (at, lane) in (0..).zip(self.0) {
            for (found, index) in found.iter_mut().zip(index.0) {
                *found |= lane & same(index, at);
            }
        }
        Self(found)
    }

    pub(crate) fn with_counter(self, counter: u32) -> Self {
        let mut bytes = self.0;
        if let Some(last) = bytes.last_chunk_mut() {
            *last = counter.to_be_bytes();
        }
        Self(bytes)
    }

    pub(crate) fn shuffle<
        const I0: usize,
        const I1: usize,
        const I2: usize,
        const I3: usize,
        const I4: usize,
        const I5: usize,
        const I6: usize,
        const I7: usize,
        const I8: usize,
        const I9: usize,
        const I10: usize,
        const I11: usize,
        const I12: usize,
        const I13: usize,
        const I14: usize,
        const I15: usize,
    >(
        a: Self,
        b: Self,
    ) -> Self {
        let picked = [I0, I1, I2, I3, I4, I5, I6, I7, I8, I9, I10, I11, I12, I13, I14, I15];
        Self(picked.map(|lane| {
            let from = if lane < 16 { a.0 } else { b.0 };
            from.get(lane % 16).copied().unwrap_or_default()
        }))
    }

    fn map_halves(self, map: impl Fn(u64) -> u64) -> Self {
        let mut bytes = self.0;
        for half in bytes.as_chunks_mut().0 {
            *half = map(u64::from_le_bytes(*half)).to_le_bytes();
        }
        Self(bytes)
    }
}

/// All ones if `a` is `b`, else zero, without a branch.
fn same(a: u8, b: u8) -> u8 {
    let difference = u16::from(a ^ b);
    // Below zero, and so with ones above the lowest byte, only if nothing differs.
    let [_, high] = difference.wrapping_sub(1).to_le_bytes();
    high
}

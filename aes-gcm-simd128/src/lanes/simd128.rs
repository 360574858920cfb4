//! Lanes of WebAssembly's 128-bit vectors: each operation is one instruction.

use core::arch::wasm32::{
    i8x16_lt, i8x16_shuffle, u8x16, u8x16_add, u8x16_shl, u8x16_shr, u8x16_splat, u8x16_swizzle,
    u32x4_replace_lane, u64x2_shl, u64x2_shr, v128, v128_and, v128_xor,
};

use super::Block;

#[derive(Clone, Copy)]
pub(crate) struct Lanes(v128);

impl Lanes {
    /// As `load`, for constants.
    pub(crate) const fn new(bytes: Block) -> Self {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = bytes;
        Self(u8x16(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p))
    }

    #[inline(always)]
    pub(crate) fn load(bytes: &Block) -> Self {
        Self(bytemuck::must_cast(*bytes))
    }

    #[inline(always)]
    pub(crate) fn bytes(self) -> Block {
        bytemuck::must_cast(self.0)
    }

    #[inline(always)]
    pub(crate) fn splat(byte: u8) -> Self {
        Self(u8x16_splat(byte))
    }

    #[inline(always)]
    pub(super) fn xor(self, other: Self) -> Self {
        Self(v128_xor(self.0, other.0))
    }

    #[inline(always)]
    pub(super) fn and(self, other: Self) -> Self {
        Self(v128_and(self.0, other.0))
    }

    /// Shifts each lane right by `N` bits.
    #[inline(always)]
    pub(crate) fn shr<const N: u32>(self) -> Self {
        Self(u8x16_shr(self.0, N))
    }

    /// Shifts each lane left by `N` bits.
    #[inline(always)]
    pub(crate) fn shl<const N: u32>(self) -> Self {
        Self(u8x16_shl(self.0, N))
    }

    /// Shifts both halves right by `N` bits, as little-endian numbers.
    #[inline(always)]
    pub(crate) fn shr_halves<const N: u32>(self) -> Self {
        Self(u64x2_shr(self.0, N))
    }

    /// Shifts both halves left by `N` bits, as little-endian numbers.
    #[inline(always)]
    pub(crate) fn shl_halves<const N: u32>(self) -> Self {
        Self(u64x2_shl(self.0, N))
    }

    /// Shifts each lane left by one bit.
    #[inline(always)]
    pub(crate) fn doubled(self) -> Self {
        Self(u8x16_add(self.0, self.0))
    }

    /// All ones in each lane whose uppermost bit is set; else zero.
    #[inline(always)]
    pub(crate) fn spread_uppermost(self) -> Self {
        Self(i8x16_lt(self.0, u8x16_splat(0)))
    }

    /// Looks each lane of `index` up in the lanes of `self`; from 16 on it is zero.
    #[inline(always)]
    pub(crate) fn look_up(self, index: Self) -> Self {
        Self(u8x16_swizzle(self.0, index.0))
    }

    /// Replaces the last four lanes by a big-endian number.
    #[inline(always)]
    pub(crate) fn with_counter(self, counter: u32) -> Self {
        Self(u32x4_replace_lane::<3>(self.0, counter.swap_bytes()))
    }

    /// Picks lanes, 0 to 15 of `a` and 16 to 31 of `b`.
    #[inline(always)]
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
        Self(i8x16_shuffle::<I0, I1, I2, I3, I4, I5, I6, I7, I8, I9, I10, I11, I12, I13, I14, I15>(
            a.0, b.0,
        ))
    }
}

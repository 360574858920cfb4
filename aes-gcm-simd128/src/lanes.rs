//! Sixteen lanes of a byte: all that the cipher computes with.
//!
//! Each operation does the same for all values: it has no branch, and no address depends on a lane. One back
//! end is WebAssembly's 128-bit vectors; the other is portable, so that natively the same circuits run under
//! the tests, the fuzzer and the sanitizers.

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[path = "lanes/simd128.rs"]
mod backend;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[path = "lanes/portable.rs"]
mod backend;

use core::ops::{BitAnd, BitXor};

pub(crate) use self::backend::Lanes;

/// A block of AES: sixteen bytes.
pub(crate) type Block = [u8; 16];

impl Lanes {
    /// Zero in each lane.
    pub(crate) const ZERO: Self = Self::new([0; 16]);

    /// Returns the lower four bits of each lane.
    #[inline(always)]
    pub(crate) fn low_nibbles(self) -> Self {
        self & Self::splat(0x0f)
    }

    /// Returns the upper four bits of each lane, as its lower ones.
    #[inline(always)]
    pub(crate) fn high_nibbles(self) -> Self {
        self.shr::<4>()
    }

    /// Moves each lane one place up; the lowest comes from the last of `below`.
    #[inline(always)]
    pub(crate) fn up_from(self, below: Self) -> Self {
        Self::shuffle::<15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30>(below, self)
    }
}

impl BitXor for Lanes {
    type Output = Self;

    #[inline(always)]
    fn bitxor(self, other: Self) -> Self {
        self.xor(other)
    }
}

impl BitAnd for Lanes {
    type Output = Self;

    #[inline(always)]
    fn bitand(self, other: Self) -> Self {
        self.and(other)
    }
}

#[cfg(test)]
mod tests;

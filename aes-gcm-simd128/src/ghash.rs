//! GHASH (SP 800-38D, section 6.4), four blocks for each reduction.
//!
//! GCM's polynomials over GF(2), modulo `x^128 + x^7 + x^2 + x + 1`, begin with the coefficient of `x^0`, in the
//! uppermost bit of byte 0. So shifting bits right multiplies by x, and moving bytes up by `x^8`.
//!
//! A product is the sum of 32 multiples of one factor, each selected by a nibble of the other. The multiples
//! are kept byte by byte: for each byte position, a table of its 16 values. One look-up with a block's 16 upper
//! nibbles then gives this byte of 16 multiples at once, each in its nibble's lane. The lane where it belongs
//! is that lane plus the byte position: so the sum is Horner's scheme over byte positions, from the last.

use core::array;
use core::fmt;

use cipher::consts::{U4, U16};
use universal_hash::common::{BlockSizeUser, KeySizeUser, ParBlocksSizeUser};
use universal_hash::{
    Block as HashBlock, Key, KeyInit, ParBlocks, Reset, UhfBackend, UhfClosure, UniversalHash,
};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::lanes::{Block, Lanes};

/// Blocks for each reduction, and powers of H: each takes 512 bytes of every key.
const GROUP: usize = 4;

/// The multiples of `H^4`, `H^3`, `H^2` and `H`. Wiped on drop.
#[derive(Clone)]
pub(crate) struct Powers {
    /// By byte position, from the last; by power, from the highest.
    multiples: [[Multiples; GROUP]; 16],
}

/// One byte of all multiples of a power: by upper nibble, and by lower nibble.
type Multiples = [Block; 2];

impl Powers {
    pub(crate) fn new(h: &Block) -> Self {
        let mut powers = Self { multiples: [[[[0; 16]; 2]; GROUP]; 16] };
        let mut power = *h;
        for at in (0..GROUP).rev() {
            powers.set(at, u128::from_be_bytes(power));
            let [zero, last] = [Lanes::ZERO, Lanes::load(&power)];
            power = powers.multiply([zero, zero, zero, last]).bytes();
        }
        power.zeroize();
        powers
    }

    fn set(&mut self, at: usize, power: u128) {
        for (position, multiples) in self.multiples.iter_mut().zip(multiples_of(power)) {
            if let Some(place) = position.get_mut(at) {
                *place = multiples;
            }
        }
    }

    /// Hashes associated data and text, each padded with zeros, and their lengths: what GCM takes.
    pub(crate) fn hash(&self, aad: &[u8], text: &[u8]) -> Lanes {
        let lengths = lengths(aad, text);
        let parts = [aad, text, &lengths];
        let blocks =
            parts.iter().fold(0, |sum: usize, part| sum.wrapping_add(part.len().div_ceil(16)));
        let mut hash = Hash::ending_a_group_after(blocks, self);
        for part in parts {
            hash.update_padded(part);
        }
        hash.y
    }

    /// Returns the sum of each block times its power: `b0 H^4 + b1 H^3 + b2 H^2 + b3 H`.
    #[inline(never)]
    fn multiply(&self, blocks: [Lanes; GROUP]) -> Lanes {
        let upper = blocks.map(Lanes::high_nibbles);
        let lower = blocks.map(Lanes::low_nibbles);
        let (mut sum, mut overflow) = (Lanes::ZERO, Lanes::ZERO);
        for powers in &self.multiples {
            overflow = overflow.up_from(sum);
            sum = sum.up_from(Lanes::ZERO);
            for ((multiples, upper), lower) in powers.iter().zip(upper).zip(lower) {
                let [of_upper, of_lower] = multiples.each_ref().map(Lanes::load);
                sum = sum ^ of_upper.look_up(upper) ^ of_lower.look_up(lower);
            }
        }
        sum ^ reduce(overflow)
    }
}

impl Drop for Powers {
    fn drop(&mut self) {
        self.multiples.zeroize();
    }
}

/// A hash under way.
struct Hash<'k> {
    powers: &'k Powers,
    y: Lanes,
    group: [Lanes; GROUP],
    /// Blocks in `group`, fewer than it takes.
    len: usize,
}

impl<'k> Hash<'k> {
    /// Begins with as many zero blocks, which change nothing, as make whole groups of `blocks` more.
    fn ending_a_group_after(blocks: usize, powers: &'k Powers) -> Self {
        let len = blocks.wrapping_neg() % GROUP;
        Self { powers, y: Lanes::ZERO, group: [Lanes::ZERO; GROUP], len }
    }

    fn update_padded(&mut self, bytes: &[u8]) {
        let (blocks, tail) = bytes.as_chunks();
        let to_fill = self.len.wrapping_neg() % GROUP;
        let (blocks, rest) = blocks.split_at_checked(to_fill).unwrap_or((blocks, &[]));
        let (groups, rest) = rest.as_chunks();
        self.push_each(blocks);
        for group in groups {
            self.absorb(group.each_ref().map(Lanes::load));
        }
        self.push_each(rest);
        if !tail.is_empty() {
            let mut padded = [0; 16];
            for (place, byte) in padded.iter_mut().zip(tail) {
                *place = *byte;
            }
            self.push_each(&[padded]);
        }
    }

    fn push_each(&mut self, blocks: &[Block]) {
        for block in blocks {
            if let Some(place) = self.group.get_mut(self.len) {
                *place = Lanes::load(block);
            }
            self.len = self.len.wrapping_add(1) % GROUP;
            if self.len == 0 {
                self.absorb(self.group);
            }
        }
    }

    fn absorb(&mut self, group: [Lanes; GROUP]) {
        let [first, others @ ..] = group;
        let [second, third, fourth] = others;
        self.y = self.powers.multiply([first ^ self.y, second, third, fourth]);
    }
}

/// Reduces a polynomial of 120 coefficients times `x^128`: that is `1 + x + x^2 + x^7`.
#[inline(always)]
fn reduce(overflow: Lanes) -> Lanes {
    let within = overflow ^ overflow.shr::<1>() ^ overflow.shr::<2>() ^ overflow.shr::<7>();
    let into_next = overflow.shl::<7>() ^ overflow.shl::<6>() ^ overflow.shl::<1>();
    within ^ into_next.up_from(Lanes::ZERO)
}

/// Returns the multiples of a power, by byte position from the last.
#[expect(clippy::indexing_slicing, reason = "both arrays are as long")]
fn multiples_of(power: u128) -> [Multiples; 16] {
    let mut halves = Zeroizing::new([[0; 4]; 2]);
    let mut product = power;
    for times_bit in halves.as_flattened_mut() {
        *times_bit = product;
        product = times_x(product);
    }
    let multiples = Zeroizing::new(halves.map(|half| {
        array::from_fn::<_, 16, _>(|nibble| {
            // Of a nibble's bits, the uppermost has the least power of x.
            let selected = half.into_iter().zip([8, 4, 2, 1]).filter(|(_, bit)| nibble & bit != 0);
            selected.fold(0, |sum, (times_bit, _)| sum ^ times_bit).to_le_bytes()
        })
    }));
    array::from_fn(|position| multiples.map(|half| half.map(|multiple| multiple[position])))
}

/// A polynomial times x.
const fn times_x(polynomial: u128) -> u128 {
    let overflow = 0_u128.wrapping_sub(polynomial & 1);
    (polynomial >> 1) ^ (overflow & (0xe1 << 120))
}

/// The block of both lengths in bits.
fn lengths(aad: &[u8], text: &[u8]) -> Block {
    let [aad, text] = [aad, text].map(|part| u128::from((part.len() as u64).wrapping_mul(8)));
    (aad << 64 | text).to_be_bytes()
}

/// GHASH behind RustCrypto's trait. Wiped on drop.
#[derive(Clone)]
pub struct GHash {
    powers: Powers,
    y: Block,
}

impl GHash {
    fn absorb(&mut self, blocks: [Lanes; GROUP]) {
        self.y = self.powers.multiply(blocks).bytes();
    }
}

impl KeySizeUser for GHash {
    type KeySize = U16;
}

impl KeyInit for GHash {
    fn new(h: &Key<Self>) -> Self {
        Self { powers: Powers::new(&h.0), y: [0; 16] }
    }
}

impl BlockSizeUser for GHash {
    type BlockSize = U16;
}

impl ParBlocksSizeUser for GHash {
    type ParBlocksSize = U4;
}

impl UhfBackend for GHash {
    fn proc_block(&mut self, block: &HashBlock<Self>) {
        let sum = Lanes::load(&self.y) ^ Lanes::load(&block.0);
        self.absorb([Lanes::ZERO, Lanes::ZERO, Lanes::ZERO, sum]);
    }

    fn proc_par_blocks(&mut self, blocks: &ParBlocks<Self>) {
        let [first, second, third, fourth] = blocks.0.each_ref().map(|block| Lanes::load(&block.0));
        self.absorb([first ^ Lanes::load(&self.y), second, third, fourth]);
    }
}

impl UniversalHash for GHash {
    fn update_with_backend(&mut self, f: impl UhfClosure<BlockSize = U16>) {
        f.call(self);
    }

    fn finalize(self) -> HashBlock<Self> {
        self.y.into()
    }
}

impl Reset for GHash {
    fn reset(&mut self) {
        self.y.zeroize();
    }
}

impl fmt::Debug for GHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GHash").finish_non_exhaustive()
    }
}

impl Drop for GHash {
    fn drop(&mut self) {
        self.y.zeroize();
    }
}

impl ZeroizeOnDrop for GHash {}

#[cfg(test)]
mod tests;

//! Round keys: FIPS 197's `KeyExpansion()`.

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::permuted;
use crate::lanes::{Block, Lanes};

/// What the S-box adds last. The circuits leave it out and the round keys bring it, as it passes through
/// `ShiftRows` and `MixColumns` unchanged.
pub(super) const AFFINE_CONSTANT: u8 = 0x63;

/// The round keys of one key, all but the first with [`AFFINE_CONSTANT`] added.
#[derive(Clone)]
pub(super) struct RoundKeys {
    /// AES-128 has eleven.
    keys: [Block; 15],
    rounds: Rounds,
}

#[derive(Clone, Copy)]
enum Rounds {
    Ten,
    Fourteen,
}

impl RoundKeys {
    pub(super) fn of_aes_128(key: &[u8; 16]) -> Self {
        Self { keys: expand::<4>(key), rounds: Rounds::Ten }
    }

    pub(super) fn of_aes_256(key: &[u8; 32]) -> Self {
        Self { keys: expand::<8>(key), rounds: Rounds::Fourteen }
    }

    /// Returns the first key, those of the rounds but the last, and the last.
    #[inline(always)]
    pub(super) fn split(&self) -> (&Block, &[Block], &Block) {
        match self.rounds {
            Rounds::Ten => {
                let [first, middle @ .., last, _, _, _, _] = &self.keys;
                (first, middle, last)
            }
            Rounds::Fourteen => {
                let [first, middle @ .., last] = &self.keys;
                (first, middle, last)
            }
        }
    }

    /// Changes all keys but the last.
    pub(super) fn map_but_last(&mut self, map: impl Fn(Lanes) -> Lanes) {
        let keys = match self.rounds {
            Rounds::Ten => {
                let [keys @ .., _, _, _, _, _] = &mut self.keys;
                keys.as_mut_slice()
            }
            Rounds::Fourteen => {
                let [keys @ .., _] = &mut self.keys;
                keys
            }
        };
        for key in keys {
            *key = map(Lanes::load(key)).bytes();
        }
    }
}

impl Drop for RoundKeys {
    fn drop(&mut self) {
        self.keys.zeroize();
    }
}

impl ZeroizeOnDrop for RoundKeys {}

/// Expands a key of `N` words, as many at a time. Of 4 words 11 keys count, the others are zero.
fn expand<const N: usize>(key: &[u8]) -> [Block; 15] {
    let mut window = Zeroizing::new([0; N]);
    for (word, bytes) in window.iter_mut().zip(key.as_chunks().0) {
        *word = u32::from_le_bytes(*bytes);
    }
    let mut keys = [[0; 16]; 15];
    let constants = [1, 2, 4, 8, 16, 32, 64, 128, 0x1b, 0x36, 0];
    let (words, _) = keys.as_flattened_mut().as_chunks_mut::<4>();
    for (words, constant) in words.chunks_mut(N).zip(constants) {
        for (word, value) in words.iter_mut().zip(&*window) {
            *word = value.to_le_bytes();
        }
        advance(&mut window, constant);
    }
    let [_, others @ ..] = &mut keys;
    for key in others {
        *key = (Lanes::load(key) ^ Lanes::splat(AFFINE_CONSTANT)).bytes();
    }
    keys
}

/// From `N` words to the next `N`. The last round constant has no next words: it may be anything.
fn advance<const N: usize>(window: &mut [u32; N], round_constant: u32) {
    let last = window.last().copied().unwrap_or_default();
    let mut previous = sub_word(last).rotate_right(8) ^ round_constant;
    for (at, word) in window.iter_mut().enumerate() {
        if at == 4 {
            previous = sub_word(previous); // only a key of 8 words has a fifth
        }
        *word ^= previous;
        previous = *word;
    }
}

fn sub_word(word: u32) -> u32 {
    let mut block = [0; 16];
    let [first, ..] = block.as_chunks_mut::<4>().0 else { return 0 };
    *first = word.to_le_bytes();
    let substituted = permuted::sub_bytes(Lanes::load(&block)).bytes();
    u32::from_le_bytes(substituted.first_chunk().copied().unwrap_or_default())
}

#[cfg(test)]
mod tests;

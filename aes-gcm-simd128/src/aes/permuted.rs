//! AES by vector permutations: sixteen bytes of the S-box at once, by look-ups in registers.
//!
//! For one or two blocks, where eight bitsliced ones would be more than there are. The state is in the basis
//! of [`tower_field`], so that a round changes its basis nowhere.

mod tower_field;

use self::tower_field::{
    A_BY, DOUBLED_IN_TOWER, INTO_TOWER, INVERSE, SUBSTITUTED, SUBSTITUTED_IN_TOWER,
};
use super::key_schedule::{AFFINE_CONSTANT, RoundKeys};
use super::shift_rows;
use crate::lanes::Lanes;

/// Round keys in the tower's basis, but for the last.
pub(super) fn round_keys(mut keys: RoundKeys) -> RoundKeys {
    keys.map_but_last(into_tower);
    keys
}

/// Encrypts `N` blocks side by side: FIPS 197's `Cipher()`.
#[inline(always)]
pub(super) fn encrypt<const N: usize>(keys: &RoundKeys, blocks: [Lanes; N]) -> [Lanes; N] {
    let (first, middle, last) = keys.split();
    let first = Lanes::load(first);
    let mut state = blocks.map(|block| into_tower(block) ^ first);
    for key in middle {
        let key = Lanes::load(key);
        state = state.map(|block| round(block) ^ key);
    }
    let last = Lanes::load(last);
    state.map(|block| {
        let (u, t) = invert(shift_rows(block));
        SUBSTITUTED.of(u, t) ^ last
    })
}

/// The S-box on each lane.
#[inline(always)]
pub(super) fn sub_bytes(block: Lanes) -> Lanes {
    let (u, t) = invert(into_tower(block));
    SUBSTITUTED.of(u, t) ^ Lanes::splat(AFFINE_CONSTANT)
}

/// `SubBytes`, `ShiftRows` and `MixColumns` but for the S-box's constant, which the round key has.
#[inline(always)]
fn round(block: Lanes) -> Lanes {
    let (u, t) = invert(shift_rows(block));
    let once = SUBSTITUTED_IN_TOWER.of(u, t);
    let twice = DOUBLED_IN_TOWER.of(u, t);
    // In a column b0..b3, row 0 becomes 2 b0 + 3 b1 + b2 + b3, and so on around.
    let sum = twice ^ next_row(once);
    sum ^ next_row(sum) ^ previous_row(once)
}

#[inline(always)]
fn into_tower(block: Lanes) -> Lanes {
    INTO_TOWER.of(block.high_nibbles(), block.low_nibbles())
}

/// `1 / u` and `1 / t` of the inverse: see [`tower_field`].
#[inline(always)]
fn invert(tower: Lanes) -> (Lanes, Lanes) {
    let (i, k) = (tower.high_nibbles(), tower.low_nibbles());
    let j = i ^ k;
    let a_by_k = A_BY.look_up(k);
    let for_u = INVERSE.look_up(INVERSE.look_up(i) ^ a_by_k) ^ j;
    let for_t = INVERSE.look_up(INVERSE.look_up(j) ^ a_by_k) ^ i;
    (for_u, for_t)
}

/// Moves each row into the place of the one above it.
#[inline(always)]
fn next_row(block: Lanes) -> Lanes {
    Lanes::shuffle::<1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12>(block, block)
}

#[inline(always)]
fn previous_row(block: Lanes) -> Lanes {
    Lanes::shuffle::<3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14>(block, block)
}

#[cfg(test)]
mod tests;

//! How far a sender's keys have come.

use frameseal_sframe::{KeyId, KeyIdLayout};

/// How far a sender's keys have come: one number that only grows.
///
/// One more for each ratchet step (RFC 9605 section 5.1); a fresh key begins at the next multiple of
/// 8, a *generation*. The step after the eighth is counted as the beginning of the next generation,
/// so no number comes twice. A key ID carries the low 8 bits.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Epoch(u64);

impl Epoch {
    /// Wraps a number.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Returns the number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Returns how many generations came before.
    #[must_use]
    pub const fn generation(self) -> u64 {
        self.0 / STEPS
    }

    /// Returns the ratchet steps since the generation began, 0 to 7.
    #[must_use]
    pub const fn step(self) -> u8 {
        let [step, ..] = (self.0 % STEPS).to_le_bytes();
        step
    }

    /// The key one ratchet step later.
    pub(crate) const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The next key that is fresh.
    pub(crate) const fn next_fresh(self) -> Self {
        Self(self.generation().saturating_add(1).saturating_mul(STEPS))
    }

    /// How many steps this is after `earlier`; 0 if it is not.
    pub(crate) const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Returns the ID of the key of this epoch, with track 0.
    pub(crate) fn key_id(self, slot: u16) -> KeyId {
        KeyIdLayout { slot, epoch: self.low_bits(), track: 0 }.to_key_id()
    }

    /// What a key ID carries of it.
    pub(crate) const fn low_bits(self) -> u8 {
        let [low, ..] = self.0.to_le_bytes();
        low
    }
}

/// Ratchet steps of a generation. Project decision: a fresh key waits for at most 500 ms, in which at
/// most six steps of the key before are made, at 100 ms from each other: none of them takes its number.
const STEPS: u64 = 8;

#[cfg(test)]
mod tests {
    use super::Epoch;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn steps_count_on_into_the_next_generation() {
        let last = Epoch::new(15);
        assert_eq!((last.generation(), last.step()), (1, 7));
        assert_eq!((last.next().generation(), last.next().step()), (2, 0));
        assert_eq!(last.next_fresh(), Epoch::new(16));
        assert_eq!(Epoch::new(16).next_fresh(), Epoch::new(24));
    }
}

//! What the bits of a key ID mean in profile `frameseal/1`.

use crate::header::KeyId;

/// The fields of a key ID in profile `frameseal/1`.
///
/// ```text
/// bit 27          12 11        7 6     4 3      0
///     +-------------+-----------+-------+-------+
///     |    slot     | generation| step  | track |
///     +-------------+-----------+-------+-------+
/// ```
///
/// The most frequently small field is the highest, because leading zeros cost nothing on the wire
/// (RFC 9605 section 4.3). Not authenticated until a frame opened under the key.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "another field would be another profile")]
pub struct KeyIdLayout {
    /// Whose key, within the room.
    pub slot: u16,
    /// Counted on by each fresh base key, and by each step after the eighth; modulo 32.
    pub generation: u8,
    /// Ratchet steps since the generation began, 0 to 7 (RFC 9605 section 5.1).
    pub step: u8,
    /// Which of the sender's tracks, 0 to 15.
    pub track: u8,
}

impl KeyIdLayout {
    /// Takes a key ID apart; `None` if it has bits above the slot.
    #[must_use]
    pub fn from_key_id(key_id: KeyId) -> Option<Self> {
        let bits = key_id.get();
        Some(Self {
            slot: u16::try_from(bits >> SLOT_SHIFT).ok()?,
            generation: field(bits, GENERATION_SHIFT, GENERATION_BITS),
            step: field(bits, STEP_SHIFT, STEP_BITS),
            track: field(bits, 0, TRACK_BITS),
        })
    }

    /// Puts the key ID together; fields count modulo their size.
    #[must_use]
    pub fn to_key_id(self) -> KeyId {
        KeyId::new(
            u64::from(self.slot) << SLOT_SHIFT
                | (u64::from(self.generation) & mask(GENERATION_BITS)) << GENERATION_SHIFT
                | (u64::from(self.step) & mask(STEP_BITS)) << STEP_SHIFT
                | u64::from(self.track) & mask(TRACK_BITS),
        )
    }

    /// Tells whether this key came before `other` in the same slot: 1 to 127 steps, counted on
    /// from one generation to the next.
    #[must_use]
    pub const fn precedes(self, other: Self) -> bool {
        let distance = other.index().wrapping_sub(self.index());
        self.slot == other.slot && 0 < distance && distance <= i8::MAX.cast_unsigned()
    }

    /// Returns the fields `steps` ratchet steps earlier: before step 0 comes step 7 of the
    /// generation before.
    pub(crate) const fn earlier(self, steps: u8) -> Self {
        let index = self.index().wrapping_sub(steps);
        Self { generation: index >> STEP_BITS, step: index % STEPS, ..self }
    }

    /// Generation and step as one number, which has just the bits of a byte.
    const fn index(self) -> u8 {
        (self.generation << STEP_BITS) | (self.step % STEPS)
    }
}

fn field(bits: u64, shift: u32, len: u32) -> u8 {
    let [.., byte] = (bits >> shift & mask(len)).to_be_bytes();
    byte
}

const fn mask(bits: u32) -> u64 {
    !(u64::MAX << bits)
}

/// Tracks of one sender: camera, microphone, screen, its sound, data, and eleven more.
pub const TRACKS: usize = 1 << TRACK_BITS;

/// Ratchet steps of a generation: RFC 9605 section 5.1, `2^R`. The step after the last is step 0 of
/// the next generation, so that no key ID comes twice before all have been used.
pub const STEPS: u8 = 1 << STEP_BITS;

/// Generations before generation 0 comes again.
pub const GENERATIONS: u8 = 1 << GENERATION_BITS;

const TRACK_BITS: u32 = 4;
const STEP_BITS: u32 = 3;
const GENERATION_BITS: u32 = 5;
const STEP_SHIFT: u32 = TRACK_BITS;
const GENERATION_SHIFT: u32 = STEP_SHIFT + STEP_BITS;
const SLOT_SHIFT: u32 = GENERATION_SHIFT + GENERATION_BITS;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::KeyIdLayout;
    use crate::header::KeyId;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn fields_are_where_the_protocol_says() {
        let layout = KeyIdLayout { slot: 0xabcd, generation: 0b10101, step: 0b011, track: 0b1001 };
        assert_eq!(layout.to_key_id(), KeyId::new(0xabc_dab9));
        assert_eq!(KeyIdLayout::from_key_id(KeyId::new(1 << 28)), None);
    }

    fn key(generation: u8, step: u8) -> KeyIdLayout {
        KeyIdLayout { slot: 7, generation, step, track: 0 }
    }

    #[test]
    fn steps_carry_into_the_next_generation() {
        assert_eq!(key(3, 1).earlier(2), key(2, 7));
        assert_eq!(key(0, 0).earlier(1), key(31, 7));
    }

    #[test]
    fn a_key_precedes_those_of_the_next_half_turn() {
        assert!(key(3, 1).precedes(key(3, 2)));
        assert!(key(31, 7).precedes(key(0, 0)));
        assert!(key(0, 0).precedes(key(15, 7)));
        assert!(!key(0, 0).precedes(key(16, 0)));
        assert!(!key(3, 1).precedes(key(3, 1)));
        assert!(!key(3, 1).precedes(KeyIdLayout { slot: 8, ..key(3, 2) }));
    }

    proptest! {
        #[test]
        fn layout_is_a_bijection(bits in 0_u64..1 << 28) {
            let layout = KeyIdLayout::from_key_id(KeyId::new(bits)).unwrap();
            prop_assert_eq!(layout.to_key_id(), KeyId::new(bits));
        }
    }
}

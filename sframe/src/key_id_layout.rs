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
    /// Fresh base keys since the sender joined, modulo 32.
    pub generation: u8,
    /// Ratchet steps since the generation began, modulo 8 (RFC 9605 section 5.1).
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

    /// Returns the key ID's fields `steps` ratchet steps earlier, modulo 8.
    pub(crate) fn earlier(self, steps: u8) -> Self {
        Self { step: self.step.wrapping_sub(steps) % STEPS, ..self }
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

/// Ratchet steps before step 0 comes again: RFC 9605 section 5.1, `2^R`.
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

    proptest! {
        #[test]
        fn layout_is_a_bijection(bits in 0_u64..1 << 28) {
            let layout = KeyIdLayout::from_key_id(KeyId::new(bits)).unwrap();
            prop_assert_eq!(layout.to_key_id(), KeyId::new(bits));
        }
    }
}

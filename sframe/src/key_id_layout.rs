//! What the bits of a key ID mean in profile `frameseal/1`.

use crate::header::KeyId;
use crate::metadata::FrameKind;

/// The fields of a key ID in profile `frameseal/1`.
///
/// ```text
/// bit 27          12 11              4 3      0
///     +-------------+-----------------+-------+
///     |    slot     |      epoch      | track |
///     +-------------+-----------------+-------+
/// ```
///
/// The field that is small most often comes first, since leading zero bytes are not sent (RFC 9605
/// section 4.3). Not authenticated until a frame opened under the key.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "another field would be another profile")]
pub struct KeyIdLayout {
    /// The sender within the room. It names candidate keys and belongs to nobody.
    pub slot: u16,
    /// How far the sender's keys have come, modulo 256: one more for each ratchet step (RFC 9605
    /// section 5.1); a fresh key begins at the next multiple of 8.
    pub epoch: u8,
    /// Which of the sender's tracks: 0 to 11 media, 12 to 15 application data.
    pub track: u8,
}

impl KeyIdLayout {
    /// Takes a key ID apart; `None` if it has bits above the slot.
    #[must_use]
    pub fn from_key_id(key_id: KeyId) -> Option<Self> {
        let bits = key_id.get();
        Some(Self {
            slot: u16::try_from(bits >> SLOT_SHIFT).ok()?,
            epoch: field(bits, EPOCH_SHIFT, u8::BITS),
            track: field(bits, 0, TRACK_BITS),
        })
    }

    /// Puts the key ID together; the track counts modulo 16.
    #[must_use]
    pub fn to_key_id(self) -> KeyId {
        KeyId::new(
            u64::from(self.slot) << SLOT_SHIFT
                | u64::from(self.epoch) << EPOCH_SHIFT
                | u64::from(self.track) & mask(TRACK_BITS),
        )
    }

    /// Returns how many ratchet steps lead from this key to `later`, modulo 256; `None` if they are
    /// of two slots.
    #[must_use]
    pub fn steps_to(self, later: Self) -> Option<u8> {
        (self.slot == later.slot).then(|| later.epoch.wrapping_sub(self.epoch))
    }
}

/// What is asked of key IDs in profile `frameseal/1`.
impl KeyId {
    /// Returns the slot: which senders it may be of. `None` for what is no key ID of the profile.
    #[must_use]
    pub fn slot(self) -> Option<u16> {
        Some(KeyIdLayout::from_key_id(self)?.slot)
    }

    /// Returns how many ratchet steps lead from `earlier` to this key, modulo 256; `None` if they are
    /// of two slots.
    #[must_use]
    pub fn steps_since(self, earlier: Self) -> Option<u8> {
        KeyIdLayout::from_key_id(earlier)?.steps_to(KeyIdLayout::from_key_id(self)?)
    }

    /// Returns the ID of the key so many ratchet steps later; what is no key ID of the profile stays.
    #[must_use]
    pub fn after(self, steps: u8) -> Self {
        KeyIdLayout::from_key_id(self).map_or(self, |layout| {
            KeyIdLayout { epoch: layout.epoch.wrapping_add(steps), ..layout }.to_key_id()
        })
    }
}

/// Media tracks of one sender: microphone, camera, screen, its sound, and eight more.
pub const MEDIA_TRACKS: u8 = 12;

/// Streams of application data of one sender, each with a track of its own behind those of media: so
/// no counter of one moves the replay window of another.
pub const DATA_STREAMS: u8 = 4;

/// Returns the track of a stream of application data; `None` if there is no such stream.
pub(crate) fn data_track(stream: u8) -> Option<u8> {
    (stream < DATA_STREAMS).then(|| MEDIA_TRACKS.saturating_add(stream))
}

/// Tells whether frames of `kind` belong on `track`.
pub(crate) fn carries(track: u8, kind: FrameKind) -> bool {
    (track >= MEDIA_TRACKS) == (kind == FrameKind::Data)
}

fn field(bits: u64, shift: u32, len: u32) -> u8 {
    let [.., byte] = (bits >> shift & mask(len)).to_be_bytes();
    byte
}

const fn mask(bits: u32) -> u64 {
    !(u64::MAX << bits)
}

/// Bits of a key ID below those that name the base key.
pub(crate) const TRACK_BITS: u32 = 4;
const EPOCH_SHIFT: u32 = TRACK_BITS;
const SLOT_SHIFT: u32 = EPOCH_SHIFT + u8::BITS;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::KeyIdLayout;
    use crate::header::KeyId;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn fields_are_where_the_protocol_says() {
        let layout = KeyIdLayout { slot: 0xabcd, epoch: 0xab, track: 0b1001 };
        assert_eq!(layout.to_key_id(), KeyId::new(0xabc_dab9));
        assert_eq!(KeyIdLayout::from_key_id(KeyId::new(1 << 28)), None);
    }

    #[test]
    fn steps_count_on_from_the_last_epoch_to_the_first() {
        let key = |slot, epoch| KeyIdLayout { slot, epoch, track: 0 };
        assert_eq!(key(7, 254).steps_to(key(7, 1)), Some(3));
        assert_eq!(key(7, 1).steps_to(key(7, 254)), Some(253));
        assert_eq!(key(7, 1).steps_to(key(8, 2)), None);
    }

    proptest! {
        #[test]
        fn layout_is_a_bijection(bits in 0_u64..1 << 28) {
            let layout = KeyIdLayout::from_key_id(KeyId::new(bits)).unwrap();
            prop_assert_eq!(layout.to_key_id(), KeyId::new(bits));
        }
    }
}

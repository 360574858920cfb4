//! What is authenticated with a frame without being sent: the profile and the kind of frame.

use crate::header::KeyId;
use crate::key_id_layout::{KeyIdLayout, TRACK_BITS};

/// Which use of RFC 9605 the two ends agreed on.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Profile {
    /// `frameseal/1`: key IDs as in [`KeyIdLayout`](crate::KeyIdLayout), the kind of frame in the
    /// metadata.
    #[default]
    Frameseal1,
    /// `rfc9605`: empty metadata and key IDs of the application's making, to interoperate with
    /// other implementations.
    Rfc9605,
}

impl Profile {
    /// Returns the SFrame metadata of a frame: `0x01 || kind`, or nothing for `rfc9605`.
    ///
    /// Authenticated, never sent: the receiver puts in what the frame's envelope says, so a frame
    /// whose kind was changed on the way does not open.
    #[must_use]
    pub const fn metadata(self, kind: FrameKind) -> &'static [u8] {
        match (self, kind) {
            (Self::Rfc9605, _) => &[],
            (Self::Frameseal1, FrameKind::Audio) => &[VERSION, 0],
            (Self::Frameseal1, FrameKind::Delta) => &[VERSION, 1],
            (Self::Frameseal1, FrameKind::Key) => &[VERSION, 2],
            (Self::Frameseal1, FrameKind::Data) => &[VERSION, 3],
        }
    }

    /// Makes a KID of the number that an application gives a key: `None` if it is out of range.
    ///
    /// In `frameseal/1` it is the KID without its track bits, 0 to 2^24 - 1; in `rfc9605` the KID.
    #[must_use]
    pub fn key_id(self, number: u64) -> Option<KeyId> {
        let key_id = KeyId::new(number.checked_shl(self.track_bits())?);
        let is_whole = self.key_number(key_id) == number;
        let is_one = self == Self::Rfc9605 || KeyIdLayout::from_key_id(key_id).is_some();
        (is_whole && is_one).then_some(key_id)
    }

    /// Returns the number that an application knows a key by.
    #[must_use]
    pub const fn key_number(self, key_id: KeyId) -> u64 {
        key_id.get() >> self.track_bits()
    }

    /// Splits a KID into what names the base key, and the track.
    pub(crate) fn split_track(self, key_id: KeyId) -> (KeyId, u8) {
        match (self, KeyIdLayout::from_key_id(key_id)) {
            (Self::Frameseal1, Some(layout)) => {
                (KeyIdLayout { track: 0, ..layout }.to_key_id(), layout.track)
            }
            _ => (key_id, 0),
        }
    }

    /// The inverse: the KID of one track; profile `rfc9605` has but one.
    pub(crate) fn join_track(self, key_id: KeyId, track: u8) -> (KeyId, u8) {
        match (self, KeyIdLayout::from_key_id(key_id)) {
            (Self::Frameseal1, Some(layout)) => {
                (KeyIdLayout { track, ..layout }.to_key_id(), track)
            }
            _ => (key_id, 0),
        }
    }

    const fn track_bits(self) -> u32 {
        match self {
            Self::Frameseal1 => TRACK_BITS,
            Self::Rfc9605 => 0,
        }
    }
}

/// What a frame is: of video, as its own bitstream says.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "another kind would be another profile")]
pub enum FrameKind {
    /// A piece of audio.
    Audio = 0,
    /// Video that needs earlier frames to be decoded.
    Delta = 1,
    /// Video that can be decoded on its own.
    Key = 2,
    /// Application data: no frame of a track.
    Data = 3,
}

/// First byte of the metadata in profile `frameseal/1`.
const VERSION: u8 = 1;

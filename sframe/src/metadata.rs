//! What is authenticated with a frame without being sent: the profile and the kind of frame.

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
    /// Authenticated, never sent: the receiver puts in what its own browser reports, so a frame
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
}

/// What a frame is, as both ends' browsers know it.
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

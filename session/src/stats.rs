//! Counters.

use frameseal_keymgmt::{Fingerprint, MemberId, MessageError};

use crate::event::{Consent, MemberState};
#[cfg(feature = "typescript")]
use {
    crate::typescript::{optional_text, text},
    serde::Serialize,
    tsify::Tsify,
};

/// What a session has counted.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "typescript", derive(Serialize, Tsify), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct SessionStats {
    /// One entry for each pipeline.
    pub pipelines: Vec<PipelineStats>,
    /// Number of the key that frames leave under; `None` before the first key.
    #[cfg_attr(
        feature = "typescript",
        serde(serialize_with = "optional_text"),
        tsify(optional, type = "string")
    )]
    pub send_key_id: Option<u64>,
    /// Of the key that frames leave under; `None` before the first key, and with manual keys.
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub generation: Option<u32>,
    /// The same.
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub step: Option<u8>,
    /// The other members; none with manual keys.
    pub members: Vec<MemberStats>,
}

/// What is known of another member.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "typescript", derive(Serialize, Tsify), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct MemberStats {
    /// Which member.
    #[cfg_attr(feature = "typescript", serde(serialize_with = "text"), tsify(type = "string"))]
    pub id: MemberId,
    /// How it stands.
    pub state: MemberState,
    /// SHA-256 of its public key, 64 hexadecimal digits; `None` before its first message.
    #[cfg_attr(
        feature = "typescript",
        serde(serialize_with = "optional_text"),
        tsify(optional, type = "string")
    )]
    pub fingerprint: Option<Fingerprint>,
    /// Whether the application has consented to it, if it records; `None`: it does not say that it does.
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub recorder: Option<Consent>,
    /// Messages of it that signalling brought.
    pub messages: u32,
    /// What was wrong with the last of them that was wrong, unless it was harmless.
    #[cfg_attr(
        feature = "typescript",
        serde(serialize_with = "optional_text"),
        tsify(optional, type = "string")
    )]
    pub refused: Option<MessageError>,
    /// Of the newest key that it gave us; `None` before the first. Its frames may be some steps
    /// further.
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub generation: Option<u32>,
    /// The same.
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub step: Option<u8>,
}

/// Counters of one pipeline since it was made.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "typescript", derive(Serialize, Tsify), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct PipelineStats {
    /// Which pipeline.
    pub pipeline: u32,
    /// MIME type that frames are handled as; `None` until known.
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub codec: Option<String>,
    /// Receiving: whose track is playing.
    #[cfg_attr(
        feature = "typescript",
        serde(serialize_with = "optional_text"),
        tsify(optional, type = "string")
    )]
    pub member: Option<MemberId>,
    /// Receiving: which of the member's tracks.
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub track: Option<u8>,
    /// Frames that came in, dropped ones included.
    pub seen: u32,
    /// Frames sealed, or opened.
    pub passed: u32,
    /// Of those, frames whose AEAD ran elsewhere: in browsers, WebCrypto.
    pub web_crypto: u32,
    /// Frames of no bytes, forwarded as they are.
    pub empty: u32,
    /// Frames dropped, by reason.
    pub dropped: Dropped,
    /// Key frames that were asked for: receiving of the sender, sending of the encoder.
    pub key_frames_asked: u32,
    /// Bytes of the frames that passed, before.
    pub bytes_in: f64,
    /// And after.
    pub bytes_out: f64,
    /// Time per frame in microseconds, as exact as the clock of whoever measured it.
    pub microseconds: Percentiles,
}

/// Frames dropped, by reason.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[cfg_attr(feature = "typescript", derive(Serialize, Tsify), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct Dropped {
    /// Not what the named key sealed.
    pub authentication_failed: u32,
    /// The same frame again, which browsers do: not a problem by itself.
    pub duplicate: u32,
    /// The key has sealed all that it may.
    pub key_exhausted: u32,
    /// Older than the replay window: not a problem by itself.
    pub late: u32,
    /// Not a frame of its codec.
    pub malformed_frame: u32,
    /// The key did not come.
    pub missing_key: u32,
    /// Nobody sealed it.
    pub not_sealed: u32,
    /// Sound that waited for its key for so long that playing it would make all that follows late.
    pub stale: u32,
    /// Too few frames to tell whether nobody sealed them or their key did not come: the first of a
    /// pipeline.
    pub unclear: u32,
    /// There is no envelope for the codec.
    pub unsupported_codec: u32,
    /// Another member's than the one that is expected.
    pub wrong_source: u32,
}

/// Percentiles of a distribution.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "typescript", derive(Serialize, Tsify), serde(rename_all = "camelCase"))]
#[expect(clippy::exhaustive_structs, reason = "these three are what is told")]
pub struct Percentiles {
    /// Median.
    pub p50: f64,
    /// 95th percentile.
    pub p95: f64,
    /// 99th percentile.
    pub p99: f64,
}

//! What a session tells: its driver, and through it the application.

use frameseal_keymgmt::{Fingerprint, MemberId};

use crate::blackout::BlackoutState;
use crate::hint::Severity;

#[cfg(feature = "typescript")]
use {
    crate::typescript::{optional_text, text},
    serde::Serialize,
    tsify::Tsify,
};

/// Something that happened, or is to be done.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(
    feature = "typescript",
    derive(Serialize, Tsify),
    serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")
)]
#[expect(clippy::exhaustive_enums, reason = "a new event must break every driver's build")]
pub enum Event {
    /// A receiving pipeline now opens frames of this member's track.
    Source {
        /// Which pipeline.
        pipeline: u32,
        /// Who plays, proven by its key.
        #[cfg_attr(feature = "typescript", serde(serialize_with = "text"), tsify(type = "string"))]
        member: MemberId,
        /// Which of the member's media tracks, 0 to 11.
        track: u8,
    },
    /// Frames were dropped, or key messages of no use. At most one a second per code, pipeline and
    /// member.
    Problem(Problem),
    /// A key message to deliver.
    Message {
        /// The member to deliver it to; `None`: all.
        #[cfg_attr(
            feature = "typescript",
            serde(serialize_with = "optional_text"),
            tsify(optional, type = "string")
        )]
        to: Option<MemberId>,
        /// Opaque; at most 8 KiB.
        #[cfg_attr(
            feature = "typescript",
            serde(with = "serde_bytes"),
            tsify(type = "Uint8Array<ArrayBuffer>")
        )]
        data: Vec<u8>,
    },
    /// A member's keys changed state.
    Member {
        /// Which member.
        #[cfg_attr(feature = "typescript", serde(serialize_with = "text"), tsify(type = "string"))]
        id: MemberId,
        /// How it stands now.
        state: MemberState,
        /// SHA-256 of its public key, 64 hexadecimal digits; `None` before its first message.
        #[cfg_attr(
            feature = "typescript",
            serde(serialize_with = "optional_text"),
            tsify(optional, type = "string")
        )]
        fingerprint: Option<Fingerprint>,
        /// Whether the application has consented to it, if it records; `None`: it does not say that it does.
        #[cfg_attr(feature = "typescript", tsify(optional))]
        recorder: Option<Consent>,
    },
    /// The application is to judge a member, with the same fingerprint.
    Verify {
        /// Which member.
        #[cfg_attr(feature = "typescript", serde(serialize_with = "text"), tsify(type = "string"))]
        id: MemberId,
        /// Of the public key that the credential should vouch for.
        #[cfg_attr(feature = "typescript", serde(serialize_with = "text"), tsify(type = "string"))]
        fingerprint: Fingerprint,
        /// What the member was given by the application; empty if nothing. Not authenticated.
        #[cfg_attr(
            feature = "typescript",
            serde(with = "serde_bytes"),
            tsify(type = "Uint8Array<ArrayBuffer>")
        )]
        credential: Vec<u8>,
    },
    /// Frames now leave under another key.
    Keychange {
        /// Counts this member's fresh keys.
        generation: u32,
        /// Ratchet steps since the generation began, 0 to 7.
        step: u8,
    },
    /// Those who watch a sending pipeline cannot begin without a key frame: make one.
    KeyFrameNeeded {
        /// Which pipeline.
        pipeline: u32,
    },
    /// Video was lost and can be shown again from the next key frame on: ask the sender for one.
    KeyFrameWanted {
        /// Which pipeline.
        pipeline: u32,
    },
    /// Try the frames of a pipeline that wait, from the first one on, until one still waits.
    Retry {
        /// Which pipeline.
        pipeline: u32,
    },
    /// Keys changed: forget those that were handed out to an AEAD elsewhere.
    KeysChanged,
}

/// What goes wrong, and how often.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "typescript", derive(Serialize, Tsify), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct Problem {
    /// What it is.
    pub code: ProblemCode,
    /// How bad it is.
    pub severity: Severity,
    /// Cause and cure, for developers.
    pub hint: String,
    /// Of [`ProblemCode::NoMedia`]: what keeps picture or sound from playing.
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub state: Option<BlackoutState>,
    /// `None`: application data, or key messages.
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub pipeline: Option<u32>,
    /// `None`: nobody's, or one of more than are told apart.
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub member: Option<String>,
    /// The key's number, as an application gave it.
    #[cfg_attr(
        feature = "typescript",
        serde(serialize_with = "optional_text"),
        tsify(optional, type = "string")
    )]
    pub key_id: Option<u64>,
    /// Frames, or messages, since the last event of these, or in the last minute.
    pub count: u32,
    /// What was wrong with the last message, for developers. Safe to log.
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub reason: Option<String>,
}

/// How far the key exchange with a member is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "typescript", derive(Serialize, Tsify), serde(rename_all = "kebab-case"))]
#[expect(clippy::exhaustive_enums, reason = "another state must break every driver's build")]
pub enum MemberState {
    /// Its public key is not proven yet.
    Pending,
    /// It holds the private key to its public key, and the secret of the room.
    Secured,
    /// The application rejected it.
    Rejected,
    /// It is gone, and so are its keys.
    Left,
}

/// Whether the application has consented to a member that records.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "typescript", derive(Serialize, Tsify), serde(rename_all = "kebab-case"))]
#[expect(clippy::exhaustive_enums, reason = "a recorder has our keys, or has not")]
pub enum Consent {
    /// It has not consented, or does no more: the recorder gets no keys.
    Missing,
    /// It has consented: the recorder opens what this member seals.
    Given,
}

impl From<frameseal_keymgmt::Consent> for Consent {
    fn from(consent: frameseal_keymgmt::Consent) -> Self {
        match consent {
            frameseal_keymgmt::Consent::Missing => Self::Missing,
            frameseal_keymgmt::Consent::Given => Self::Given,
        }
    }
}

/// Why frames were dropped, or what else the application should know of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "typescript", derive(Serialize, Tsify), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum ProblemCode {
    /// Not what the named key sealed.
    AuthenticationFailed,
    /// The key has sealed all that it may.
    KeyExhausted,
    /// Not a frame of its codec.
    MalformedFrame,
    /// A key message was of no use.
    MessageRejected,
    /// The key has not come.
    MissingKey,
    /// Nothing that came could be played for 3 s.
    NoMedia,
    /// Nobody sealed this.
    NotSealed,
    /// Old frames, or the same ones, come again and again.
    RepeatedFrames,
    /// The driver says: the transform of a running receiver is gone.
    RolledBack,
    /// Two members have one slot.
    SlotConflict,
    /// The driver says: frames went past the session.
    TransformNotRunning,
    /// There is no envelope for this codec.
    UnsupportedCodec,
    /// Another member than the one that is expected here.
    WrongSource,
}

impl From<frameseal_keymgmt::MemberState> for MemberState {
    fn from(state: frameseal_keymgmt::MemberState) -> Self {
        match state {
            frameseal_keymgmt::MemberState::Secured => Self::Secured,
            frameseal_keymgmt::MemberState::Rejected => Self::Rejected,
            frameseal_keymgmt::MemberState::Left => Self::Left,
            _ => Self::Pending,
        }
    }
}

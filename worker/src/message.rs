//! What the worker tells the main thread: answers, events, failures.
//!
//! The TypeScript side uses the types that `tsify` generates from these, so the two cannot drift.
//! What it asks is a method of [`Session`](crate::Session) each: numbers, strings and byte arrays
//! cross the boundary as they are, and key bytes are copied once.

use core::fmt;

use frameseal_sframe::OpenError;
use serde::Serialize;
use tsify::Tsify;

/// Worker to main thread: something that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum Event {
    /// A receiving pipeline now opens frames of this member's track.
    Source { pipeline: u32, member: String, track: u8 },
    /// Frames were dropped, or key messages of no use. At most one a second per code, pipeline and
    /// member.
    Problem {
        code: ProblemCode,
        /// `None`: application data, or key messages.
        #[tsify(optional)]
        pipeline: Option<u32>,
        /// `None`: nobody's, or one of more than are told apart.
        #[tsify(optional)]
        member: Option<String>,
        #[tsify(optional, type = "bigint")]
        key_id: Option<u64>,
        /// Frames, or messages, since the last event of these, or in the last minute.
        count: u32,
        /// What was wrong with the last message, for developers. Safe to log.
        #[tsify(optional)]
        reason: Option<String>,
    },
    /// A key message to deliver.
    Message {
        /// The member to deliver it to; absent: all.
        #[tsify(optional)]
        to: Option<String>,
        #[serde(with = "serde_bytes")]
        #[tsify(type = "Uint8Array")]
        data: Vec<u8>,
    },
    /// A member's keys changed state.
    Member {
        id: String,
        state: MemberState,
        /// SHA-256 of its public key, 64 hexadecimal digits; absent before its first message.
        #[tsify(optional)]
        fingerprint: Option<String>,
    },
    /// The application is to judge a member, by a `judge` request with the same fingerprint.
    Verify {
        id: String,
        fingerprint: String,
        #[serde(with = "serde_bytes")]
        #[tsify(type = "Uint8Array")]
        credential: Vec<u8>,
    },
    /// Frames now leave under another key.
    Keychange {
        /// Counts this member's fresh keys.
        generation: u32,
        /// Times that this generation was ratcheted, 0 to 7.
        step: u8,
    },
    /// A sending pipeline's watchers cannot begin without a key frame: make one.
    KeyFrameNeeded { pipeline: u32 },
    /// Video was lost and can be shown again from the next key frame on: ask the sender for one.
    KeyFrameWanted { pipeline: u32 },
    /// A key came: frames that wait may have waited for it.
    KeyCame,
    /// The keys that WebCrypto has are those of the session no more: it is to forget them.
    KeysChanged,
    /// The key manager has something to do.
    Work,
}

/// How far the key exchange with a member is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Tsify)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum MemberState {
    /// Its public key is not proven yet.
    Pending,
    /// It holds the private key to its public key, and the secret of the room.
    Secured,
    /// The application rejected it.
    Rejected,
    /// It is gone, and so are its keys.
    Left,
}

/// Why frames were dropped, as the application is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Tsify)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ProblemCode {
    AuthenticationFailed,
    KeyExhausted,
    MalformedFrame,
    /// A key message was of no use.
    MessageRejected,
    MissingKey,
    NotSealed,
    /// Another member has this member's slot.
    SlotConflict,
    UnsupportedCodec,
    WrongSource,
}

/// Why a request was refused. Safe to log.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Failure {
    pub(crate) code: FailureCode,
    pub(crate) message: String,
}

/// `FramesealError.code`, as far as the worker decides it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Tsify)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FailureCode {
    /// An argument is out of range; the message names it.
    InvalidArgument,
    /// The key was given for the other direction already, or was replaced before.
    KeyReused,
    /// The key has sealed all that it may.
    KeyExhausted,
    /// No key for this yet.
    MissingKey,
    /// Not what the named key sealed.
    AuthenticationFailed,
    /// Not sealed data.
    NotSealed,
    /// A request of the other way of keys: `manual` or `exchange`.
    Unsupported,
}

/// Application data that was opened.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OpenedData {
    /// The member whose key opened it.
    pub(crate) from: String,
    #[serde(with = "serde_bytes")]
    #[tsify(type = "Uint8Array")]
    pub(crate) data: Vec<u8>,
}

/// Counters of the whole session.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionStats {
    pub(crate) pipelines: Vec<PipelineStats>,
    /// Size of WebAssembly memory in bytes.
    pub(crate) wasm_bytes: u32,
    /// Key ID that frames leave under; `None` before the first key.
    #[tsify(optional, type = "bigint")]
    pub(crate) send_key_id: Option<u64>,
    /// Of the key that frames leave under; `None` before the first key, and with manual keys.
    #[tsify(optional)]
    pub(crate) generation: Option<u32>,
    #[tsify(optional)]
    pub(crate) step: Option<u8>,
    /// The other members; none with manual keys.
    pub(crate) members: Vec<MemberStats>,
    /// Longest time in microseconds that the key manager held up frames.
    pub(crate) longest_slice_microseconds: f64,
    /// Length in bytes from which on frames go through WebCrypto; absent: none do.
    #[tsify(optional)]
    pub(crate) crossover_bytes: Option<u32>,
}

/// What is known of another member.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MemberStats {
    pub(crate) id: String,
    pub(crate) state: MemberState,
    /// SHA-256 of its public key, 64 hexadecimal digits; absent before its first message.
    #[tsify(optional)]
    pub(crate) fingerprint: Option<String>,
    /// Of its newest key that came, and how far frames have taken it; absent before the first.
    #[tsify(optional)]
    pub(crate) generation: Option<u32>,
    #[tsify(optional)]
    pub(crate) step: Option<u8>,
}

/// Counters of one pipeline since it was made.
#[derive(Clone, Debug, Default, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PipelineStats {
    pub(crate) pipeline: u32,
    /// MIME type that frames are handled as; absent until known.
    #[tsify(optional)]
    pub(crate) codec: Option<String>,
    /// Receiving: whose track is playing.
    #[tsify(optional)]
    pub(crate) member: Option<String>,
    #[tsify(optional)]
    pub(crate) track: Option<u8>,
    /// Frames that came in, dropped ones included.
    pub(crate) seen: u32,
    /// Frames sealed, or opened.
    pub(crate) passed: u32,
    /// Of those, frames that WebCrypto sealed or opened; WebAssembly did the others.
    pub(crate) web_crypto: u32,
    /// Frames of no bytes, forwarded as they are.
    pub(crate) empty: u32,
    pub(crate) dropped: Dropped,
    /// Bytes of the frames that passed, before and after.
    pub(crate) bytes_in: f64,
    pub(crate) bytes_out: f64,
    /// Time per frame in microseconds, as exact as the browser's clock.
    pub(crate) microseconds: Percentiles,
}

/// Frames dropped, by reason.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Dropped {
    pub(crate) authentication_failed: u32,
    /// The same frame again, which browsers do: not a problem.
    pub(crate) duplicate: u32,
    pub(crate) key_exhausted: u32,
    /// Older than the replay window: not a problem.
    pub(crate) late: u32,
    pub(crate) malformed_frame: u32,
    pub(crate) missing_key: u32,
    pub(crate) not_sealed: u32,
    pub(crate) unsupported_codec: u32,
    pub(crate) wrong_source: u32,
}

/// Percentiles of a distribution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Tsify)]
pub(crate) struct Percentiles {
    pub(crate) p50: f64,
    pub(crate) p95: f64,
    pub(crate) p99: f64,
}

impl Failure {
    pub(crate) fn new(code: FailureCode, message: &str) -> Self {
        Self { code, message: String::from(message) }
    }

    pub(crate) fn invalid_argument(name: &str) -> Self {
        Self { code: FailureCode::InvalidArgument, message: format!("{name} is out of range") }
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        let code = match error {
            OpenError::UnknownKey(_) => FailureCode::MissingKey,
            OpenError::Header(_) | OpenError::Truncated => FailureCode::NotSealed,
            _ => FailureCode::AuthenticationFailed,
        };
        Self { code, message: error.to_string() }
    }
}

impl fmt::Debug for OpenedData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, data: _ } = self;
        f.debug_struct("OpenedData").field("from", from).finish_non_exhaustive()
    }
}

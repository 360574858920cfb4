#![doc = include_str!("../README.md")]

extern crate alloc;

#[cfg(feature = "external-aead")]
mod away;
mod blackout;
mod event;
mod failure;
mod hint;
#[cfg(feature = "key-log")]
mod key_log;
mod keys;
mod latency;
mod manual_keys;
mod pipeline;
mod problems;
mod repeats;
mod sequence;
mod session;
mod stats;
#[cfg(feature = "typescript")]
mod typescript;
mod waiting;

#[cfg(feature = "external-aead")]
pub use away::{AeadInputs, KeyNumber};
pub use blackout::BlackoutState;
pub use event::{Consent, Event, MemberState, Problem, ProblemCode};
pub use failure::{Failure, FailureCode};
pub use frameseal_keymgmt::limits::MAX_CREDENTIAL_LEN;
pub use frameseal_keymgmt::{
    CipherSuite, Epoch, Fingerprint, Input, KeyId, KeyManager, MemberId, Options, Recording, Room,
    SafetyNumber, Secret, Suites, Timestamp, rand_core,
};
pub use frameseal_sframe::{BaseKey, DATA_STREAMS, FrameKind, MEDIA_TRACKS, Profile};
pub use hint::Severity;
#[cfg(feature = "key-log")]
pub use key_log::KeyLog;
pub use pipeline::{Direction, MediaKind, PipelineOptions};
pub use session::{OpenedData, Session, Verdict, Wake};
pub use stats::{Dropped, MemberStats, Percentiles, PipelineStats, SessionStats};
/// Longest frame, and longest piece of application data, in bytes: 16 MiB.
pub const MAX_FRAME_LEN: usize = frameseal_sframe::FrameBuffer::MAX_FRAME_LEN;
pub use waiting::{MAX_SOUND_DELAY, MAX_WAIT, MAX_WAITING_BYTES};

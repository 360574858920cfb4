#![doc = include_str!("../README.md")]
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

#[cfg(feature = "hazmat")]
pub mod aead;
#[cfg(not(feature = "hazmat"))]
#[expect(unreachable_pub, reason = "public with feature `hazmat`")]
mod aead;
#[cfg(feature = "derived-keys")]
mod derived_key;
pub mod envelope;
mod frame;
mod header;
mod key;
mod key_id_layout;
mod key_schedule;
mod metadata;
mod open;
mod receiver;
mod replay;
mod seal;
mod sender;
mod suite;
mod timestamp;
mod tracks;

#[cfg(feature = "derived-keys")]
pub use derived_key::{DerivedKey, DerivedKeyError};
#[cfg(feature = "external-aead")]
pub use frame::{AeadCall, AeadKeyName};
pub use frame::{FrameBuffer, OpenFrameError, SealFrameError, TooLarge};
pub use header::{Counter, EncodedHeader, Field, Header, HeaderError, KeyId};
pub use key::{BaseKey, ReceiveKey, SendKey};
pub use key_id_layout::{DATA_STREAMS, KeyIdLayout, MEDIA_TRACKS};
pub use metadata::{FrameKind, Profile};
pub use open::{OpenContext, OpenError};
pub use receiver::{Arrival, Opened, REPLAY_LAG, Receiver, Wipe};
pub use seal::{SealContext, SealError};
pub use sender::Sender;
pub use suite::{CipherSuite, Suites};
pub use timestamp::Timestamp;

#![doc = include_str!("../README.md")]
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod agenda;
mod alarms;
mod association;
mod cbor;
mod epoch;
mod heard;
mod inbox;
mod input;
mod key_pair;
pub mod limits;
mod manager;
mod member_id;
mod member_set;
mod message;
mod output;
mod own_keys;
mod pace;
mod peer;
mod received_keys;
mod recording;
mod retry;
mod room;
mod safety_number;
mod secret;
#[cfg(test)]
mod vectors;
mod wrapping_key;

pub use epoch::Epoch;
pub use frameseal_sframe::{
    CipherSuite, KeyId, ReceiveKey, Receiver, SendKey, Sender, Suites, Timestamp, Wipe,
};
pub use heard::Heard;
pub use input::{Input, InputError};
pub use key_pair::{Fingerprint, FingerprintError, PublicKeyError};
pub use manager::{Fate, KeyManager, MemberStatus, NotSecured, Options, OptionsError};
pub use member_id::{MemberId, MemberIdError};
pub use message::MessageError;
pub use output::{Event, MemberState, Output};
pub use rand_core;
pub use recording::{Consent, Recording};
pub use room::{Room, RoomError};
pub use safety_number::SafetyNumber;
pub use secret::{Secret, SecretError};

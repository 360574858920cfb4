#![doc = include_str!("../README.md")]
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod cbor;
mod input;
mod key_pair;
pub mod limits;
mod manager;
mod member_id;
mod message;
mod output;
mod own_keys;
mod peer;
mod retry;
mod room;
mod safety_number;
mod secret;
mod timestamp;
#[cfg(test)]
mod vectors;
mod wrapping_key;

pub use input::{Input, InputError};
pub use key_pair::{Fingerprint, PublicKeyError};
pub use manager::{KeyManager, MemberStatus, NotSecured, Options, OptionsError};
pub use member_id::{MemberId, MemberIdError};
pub use message::MessageError;
pub use output::{Event, MemberState, Output};
pub use room::{Room, RoomError};
pub use safety_number::SafetyNumber;
pub use secret::{Secret, SecretError};
pub use timestamp::Timestamp;

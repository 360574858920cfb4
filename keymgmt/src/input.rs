//! What a key manager is told.

use alloc::vec::Vec;
use core::error::Error;
use core::fmt;

use crate::key_pair::Fingerprint;
use crate::limits::MAX_MEMBERS;
use crate::member_id::MemberId;

/// Something that happened.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Input {
    /// The application's roster has this member from now on. Again: nothing.
    Joined(MemberId),
    /// The application's roster has this member no more. Again: nothing.
    Left(MemberId),
    /// Signalling brought a message of this member.
    Received {
        /// The member that sent it, as signalling says.
        from: MemberId,
        /// What [`Output::Transmit`](crate::Output::Transmit) gave the sender.
        message: Vec<u8>,
    },
    /// There is something to seal: make a key, if there is none.
    Send,
    /// Replace the key by a fresh one, for those who are here now.
    Rotate,
    /// The application believes this member's credential.
    Accept(MemberId, Fingerprint),
    /// The application does not, or does no more: the member gets no keys with this key pair.
    Reject(MemberId, Fingerprint),
    /// The application consents to being recorded by this member: it gets our keys, from now on.
    Consent(MemberId, Fingerprint),
    /// The application does not, or does no more: the member gets none of our next keys.
    Withdraw(MemberId, Fingerprint),
    /// The time that [`Output::Idle`](crate::Output::Idle) named has come.
    Timeout,
}

/// Why an input was refused. Nothing changed. Caller's mistakes, all of them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum InputError {
    /// This is our own ID.
    OwnId,
    /// The room is full: 4096 members.
    TooManyMembers,
    /// No such member is in the room.
    UnknownMember,
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OwnId => f.write_str("this is the own member ID"),
            Self::TooManyMembers => write!(f, "over {MAX_MEMBERS} members"),
            Self::UnknownMember => f.write_str("no such member in the room"),
        }
    }
}

impl Error for InputError {}

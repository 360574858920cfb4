//! What a key manager wants done.

use alloc::vec::Vec;

use frameseal_sframe::{KeyId, ReceiveKey, SendKey};

use crate::key_pair::Fingerprint;
use crate::member_id::MemberId;
use crate::message::MessageError;
use crate::timestamp::Timestamp;

/// Something for the caller to do.
#[derive(Debug)]
#[must_use]
#[expect(clippy::exhaustive_enums, reason = "a new output must break every driver's build")]
pub enum Output {
    /// Send a message through the application's signalling. Loss, order and repeats don't matter.
    Transmit {
        /// `None`: to all members of the room.
        to: Option<MemberId>,
        /// Opaque; at most [`MAX_MESSAGE_LEN`](crate::limits::MAX_MESSAGE_LEN) bytes.
        message: Vec<u8>,
    },
    /// Seal under this key from the next frame on.
    Seal {
        /// With track 0.
        key_id: KeyId,
        /// Spend it on a [`Sender`](frameseal_sframe::Sender).
        key: SendKey,
    },
    /// Open frames of this key from now on.
    Open {
        /// With track 0.
        key_id: KeyId,
        /// Give it to the [`Receiver`](frameseal_sframe::Receiver).
        key: ReceiveKey,
        /// Who seals under it.
        member: MemberId,
    },
    /// Forget keys, with [`Receiver::retain`](frameseal_sframe::Receiver::retain).
    Wipe {
        /// Whose keys.
        slot: u16,
        /// Those that [precede](frameseal_sframe::KeyIdLayout::precedes) this one; `None`: all.
        before: Option<KeyId>,
    },
    /// A newcomer can open our frames now: let every video track begin anew with a key frame.
    RefreshVideo,
    /// Tell the application.
    Event(Event),
    /// Nothing left to do. Call `handle` with [`Input::Timeout`](crate::Input::Timeout) at
    /// `wake_at`.
    Idle {
        /// `None`: only an input can change anything. In the past: there is more to do, which
        /// should not keep frames waiting.
        wake_at: Option<Timestamp>,
    },
}

/// Something for the application to know.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a new event must break every driver's build")]
pub enum Event {
    /// A member's keys changed state.
    Member {
        /// Which member.
        id: MemberId,
        /// How it stands now.
        state: MemberState,
        /// Of its public key; `None` before it introduced itself.
        fingerprint: Option<Fingerprint>,
    },
    /// Is this the member's key? Answer with [`Input::Accept`](crate::Input::Accept) or
    /// [`Input::Reject`](crate::Input::Reject).
    Verify {
        /// Which member.
        id: MemberId,
        /// Of the public key that the credential should vouch for.
        fingerprint: Fingerprint,
        /// What the member was given by the application; empty if nothing. Not authenticated.
        credential: Vec<u8>,
    },
    /// Frames leave under this key from now on.
    KeyChange {
        /// From 0; counted on by each fresh key, and by each step after the eighth.
        generation: u64,
        /// Ratchet steps since the generation began, 0 to 7.
        step: u8,
    },
    /// This member has our slot. The one of the two with the greater public key has picked another.
    SlotConflict {
        /// The other one.
        with: MemberId,
    },
    /// A message was of no use.
    Rejected {
        /// Who sent it, as signalling says.
        from: MemberId,
        /// Why.
        reason: MessageError,
    },
}

/// How a member's keys stand.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum MemberState {
    /// In the room, but not heard of yet, or not proven to hold its key.
    Pending,
    /// Proven to hold its key, and to know the room's secret: keys flow both ways.
    Secured,
    /// Its credential was rejected: it gets no keys.
    Rejected,
    /// In the room no more.
    Left,
}

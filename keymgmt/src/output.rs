//! What a key manager wants done.

use alloc::vec::Vec;

use frameseal_sframe::{KeyId, ReceiveKey, SendKey, Wipe};

use crate::epoch::Epoch;
use crate::key_pair::Fingerprint;
use crate::member_id::MemberId;
use crate::message::MessageError;
use crate::recording::Consent;
use frameseal_sframe::Timestamp;

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
        /// Spend it on [`KeyManager::sender`](crate::KeyManager::sender).
        key: SendKey,
    },
    /// Open frames of this key, and of those ratcheted from it, from now on.
    Open {
        /// With track 0.
        key_id: KeyId,
        /// Give it to [`Receiver::follow`](frameseal_sframe::Receiver::follow).
        key: ReceiveKey,
        /// Who seals under it.
        member: MemberId,
    },
    /// Forget keys, with [`Receiver::wipe`](frameseal_sframe::Receiver::wipe).
    Wipe(Wipe<MemberId>),
    /// A newcomer can open our frames now: let every video track begin anew with a key frame.
    RefreshVideo,
    /// Tell the application.
    Event(Event),
    /// There is more to do, which should not keep frames waiting: see to them, then poll again.
    More,
    /// Nothing left to do. Call `handle` with [`Input::Timeout`](crate::Input::Timeout) at
    /// `wake_at`.
    Idle {
        /// `None`: only an input can change anything.
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
        /// Whether the application has consented to it, if it records: it gets no keys of ours before
        /// [`Input::Consent`](crate::Input::Consent).
        recorder: Option<Consent>,
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
        /// How far our keys have come.
        epoch: Epoch,
    },
    /// Two members have one slot, we may be one of them. Frames of both open, at the cost of some time;
    /// the one that claimed it later takes another.
    SlotConflict {
        /// These two.
        between: [MemberId; 2],
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

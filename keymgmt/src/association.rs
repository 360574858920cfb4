//! What two members agree on, and what is to be said under it.

use alloc::vec::Vec;

use crate::epoch::Epoch;
use crate::key_pair::{Fingerprint, KeyPair, PublicKey};
use crate::member_id::MemberId;
use crate::message::{Body, Hello, MessageError, Sealed};
use crate::wrapping_key::{Party, WrappingKeys};

/// A hello, and the sequence numbers that its key pair has sealed with before.
#[derive(Clone, Debug)]
pub(crate) struct Introduction {
    pub(crate) hello: Hello,
    pub(crate) public_key: PublicKey,
    /// Sequence number of the last message that opened.
    pub(crate) last_sequence: u64,
}

impl Introduction {
    pub(crate) const fn new(hello: Hello, public_key: PublicKey) -> Self {
        Self { hello, public_key, last_sequence: 0 }
    }

    /// Takes over what this key pair has sealed before: its sequence numbers go on from one
    /// association to the next, so an old one can't be replayed into a new one.
    pub(crate) fn follow(&mut self, earlier: &Self) {
        if self.public_key == earlier.public_key {
            self.last_sequence = self.last_sequence.max(earlier.last_sequence);
        }
    }

    /// Forgets what was sealed before: for an association with another hello of ours.
    pub(crate) fn anew(self) -> Self {
        Self { last_sequence: 0, ..self }
    }

    pub(crate) fn fingerprint(&self) -> Fingerprint {
        self.public_key.fingerprint()
    }
}

/// Two hellos and what was agreed from them.
#[derive(Debug)]
pub(crate) struct Association {
    pub(crate) introduction: Introduction,
    /// Agreed when they are first needed.
    keys: Option<WrappingKeys>,
    pub(crate) delivery: Delivery,
    pub(crate) due: Due,
}

/// How far our keys have come to the other end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Delivery {
    /// The newest key that the other end has said it has; nothing is repeated.
    Settled(Option<Epoch>),
    /// The same, and our keys are said again until it has the newest.
    Repeating(Option<Epoch>),
}

/// What is to be said to a member.
#[derive(Debug, Default)]
pub(crate) struct Due {
    pub(crate) topic: Topic,
    pub(crate) request: Request,
    /// Another member that has its slot.
    pub(crate) rival: Option<MemberId>,
}

/// What a message is about: each has what those before it have.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Topic {
    #[default]
    Nothing,
    /// What we have of the member's keys; ours too, if it lacks them.
    Answer,
    /// Our keys, until it has them.
    Keys,
}

/// Whether a key of the member is asked for.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Request {
    #[default]
    None,
    Keys,
}

impl Due {
    pub(crate) fn is_any(&self) -> bool {
        self.topic > Topic::Nothing || self.request == Request::Keys || self.rival.is_some()
    }

    pub(crate) fn raise(&mut self, topic: Topic) {
        self.topic = self.topic.max(topic);
    }
}

impl Delivery {
    pub(crate) const fn acked(self) -> Option<Epoch> {
        let (Self::Settled(acked) | Self::Repeating(acked)) = self;
        acked
    }

    /// Whether our keys are said again until the other end has this one.
    pub(crate) fn awaits(self, newest: Option<Epoch>) -> bool {
        matches!(self, Self::Repeating(acked) if acked < newest)
    }

    /// Takes what the other end says it has; `enough`: the key that it needs.
    pub(crate) fn acknowledge(&mut self, epoch: Epoch, enough: Epoch) {
        let acked = self.acked().max(Some(epoch));
        *self = match self {
            Self::Repeating(_) if acked < Some(enough) => Self::Repeating(acked),
            _ => Self::Settled(acked),
        };
    }
}

impl Association {
    pub(crate) fn new(introduction: Introduction) -> Self {
        Self { introduction, keys: None, delivery: Delivery::Settled(None), due: Due::default() }
    }

    pub(crate) const fn hello(&self) -> &Hello {
        &self.introduction.hello
    }

    /// Returns the wrapping keys; agrees on them the first time.
    pub(crate) fn keys(
        &mut self,
        salt: &[u8],
        key_pair: &KeyPair,
        us: Party<'_>,
        them: &MemberId,
    ) -> &WrappingKeys {
        let Self { introduction: Introduction { hello, public_key, .. }, keys, .. } = self;
        keys.get_or_insert_with(|| {
            let them = Party { id: them.as_str(), hello };
            WrappingKeys::agree(salt, key_pair, public_key, us, them)
        })
    }

    /// Opens the sealed part of a message, if it is newer than all before.
    pub(crate) fn open(&mut self, sealed: &Sealed<'_>) -> Result<Body, MessageError> {
        let keys = self.keys.as_ref().ok_or(MessageError::Authentication)?;
        if sealed.sequence <= self.introduction.last_sequence {
            return Err(MessageError::Replayed);
        }
        let body = sealed.open(&keys.theirs)?;
        self.introduction.last_sequence = sealed.sequence;
        Ok(body)
    }
}

/// Whoever has introduced itself and has not proven yet to hold the key: a newcomer, a member that
/// came back, or somebody's lie.
#[derive(Debug)]
pub(crate) enum Candidate {
    /// The application has yet to judge it. A sealed message that came meanwhile is kept.
    Unjudged { introduction: Introduction, sealed: Option<Vec<u8>> },
    /// It is answered.
    Accepted(Association),
}

impl Candidate {
    pub(crate) const fn introduction(&self) -> &Introduction {
        match self {
            Self::Unjudged { introduction, .. } => introduction,
            Self::Accepted(association) => &association.introduction,
        }
    }

    /// Notes that the application accepts it; returns the message that waited for that.
    pub(crate) fn accept(&mut self) -> Option<Vec<u8>> {
        let Self::Unjudged { introduction, sealed } = self else {
            return None;
        };
        let sealed = sealed.take();
        let introduction = introduction.clone();
        *self = Self::Accepted(Association::new(introduction));
        sealed
    }

    pub(crate) const fn accepted(&mut self) -> Option<&mut Association> {
        match self {
            Self::Unjudged { .. } => None,
            Self::Accepted(association) => Some(association),
        }
    }
}

//! What is known of another member, and what is owed to it.

use alloc::vec::Vec;

use frameseal_sframe::KeyIdLayout;

use crate::key_pair::{Fingerprint, KeyPair, PublicKey};
use crate::limits::{ANSWER_INTERVAL, KEEP_OLD_KEYS, REQUEST_INTERVAL};
use crate::member_id::MemberId;
use crate::message::{Body, Hello, MessageError, Sealed};
use crate::output::MemberState;
use crate::own_keys::{Epoch, wire_generation};
use crate::retry::Retry;
use crate::timestamp::Timestamp;
use crate::wrapping_key::{Party, WrappingKeys};

/// Another member of the room.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) id: MemberId,
    /// Our side of whatever is agreed with this member, until it leaves.
    pub(crate) hello: Hello,
    /// Agreed with, and proven to hold the other key.
    pub(crate) proven: Option<Association>,
    /// Introduced, but not proven: a newcomer, a member that came back, or somebody's lie.
    pub(crate) candidate: Option<Candidate>,
    /// Before this, no other candidate is looked at.
    pub(crate) candidate_until: Timestamp,
    /// Turned away by the application.
    pub(crate) rejected: Option<Fingerprint>,
    /// The first of our keys that it may have; `None`: none that is in use, for it is new.
    pub(crate) entitled: Option<Epoch>,
    /// Its keys that we hold, oldest first.
    pub(crate) received: Vec<ReceivedKey>,
    /// The newest of its keys that opened a frame.
    opened: Option<Epoch>,
    /// Its keys that are about to be wiped.
    fading: Vec<Fading>,
    /// Our hello goes along with the next message, whoever it is for.
    pub(crate) hello_due: bool,
    /// Whether a message with our keys went out.
    pub(crate) handed: bool,
    /// Came when we sealed already, and has not said yet that it has our key.
    pub(crate) newcomer: bool,
    /// Before this, nothing is answered that anybody could have sent.
    answered_until: Timestamp,
    /// Before this, it is not asked again for a key.
    requested_until: Timestamp,
    pub(crate) retry: Retry,
    /// Waits for its turn to be sent to.
    pub(crate) queued: bool,
    pub(crate) state: MemberState,
}

impl Peer {
    pub(crate) fn new(id: MemberId, hello: Hello) -> Self {
        Self {
            id,
            hello,
            proven: None,
            candidate: None,
            candidate_until: Timestamp::default(),
            rejected: None,
            entitled: None,
            received: Vec::new(),
            opened: None,
            fading: Vec::new(),
            hello_due: false,
            handed: false,
            newcomer: false,
            answered_until: Timestamp::default(),
            requested_until: Timestamp::default(),
            retry: Retry::default(),
            queued: false,
            state: MemberState::Pending,
        }
    }

    /// Whether this is how the member introduced itself before.
    pub(crate) fn knows(&self, hello: &Hello) -> bool {
        let candidate = self.candidate.as_ref().map(|candidate| &candidate.association);
        [self.proven.as_ref(), candidate].into_iter().flatten().any(|known| known.hello == *hello)
    }

    /// Fingerprint of the key that counts for this member: the proven one before the one that was
    /// only introduced.
    pub(crate) fn fingerprint(&self) -> Option<Fingerprint> {
        let candidate = self.candidate.as_ref().map(|candidate| &candidate.association);
        self.proven.as_ref().or(candidate).map(|known| known.public_key.fingerprint())
    }

    /// The candidate, unless the application has to judge it first.
    pub(crate) fn accepted(&mut self) -> Option<&mut Association> {
        let candidate = self.candidate.as_mut().filter(|candidate| !candidate.judging)?;
        Some(&mut candidate.association)
    }

    /// The association that gets our keys: the proven one; before there is one, the candidate.
    pub(crate) fn recipient(&mut self) -> Option<&mut Association> {
        if self.proven.is_some() { self.proven.as_mut() } else { self.accepted() }
    }

    /// Whether something is left to be said until the member answers. `newest`: our generation.
    pub(crate) fn owes(&mut self, newest: Option<u64>) -> bool {
        self.proven.as_ref().is_none_or(|proven| proven.awaits(newest)) || self.accepted().is_some()
    }

    /// Whether it is time to answer what anybody could have sent; once in a while it is.
    pub(crate) fn may_answer(&mut self, now: Timestamp) -> bool {
        let may = now >= self.answered_until;
        if may {
            self.answered_until = now.after(ANSWER_INTERVAL);
        }
        may
    }

    /// Whether it is time to ask for a key; once in a while it is.
    pub(crate) fn may_request(&mut self, now: Timestamp) -> bool {
        let may = now >= self.requested_until;
        if may {
            self.requested_until = now.after(REQUEST_INTERVAL);
        }
        may
    }

    /// Makes due again what was not answered.
    pub(crate) fn repeat(&mut self) {
        let is_recipient = self.proven.is_none();
        if let Some(proven) = &mut self.proven {
            proven.due.keys |= proven.awaits_ack;
        } else {
            self.hello_due = true;
        }
        if let Some(accepted) = self.accepted() {
            accepted.due.answer = true;
            accepted.due.keys |= is_recipient && accepted.awaits_ack;
        }
    }

    /// Takes note that a frame opened under a key of this member; returns when something of it
    /// has to be wiped therefore.
    pub(crate) fn opened(&mut self, now: Timestamp, layout: KeyIdLayout) -> Option<Timestamp> {
        let key = self.received.iter().find(|key| key.is(layout))?;
        let epoch = Epoch { generation: key.generation, step: layout.step };
        if self.opened.is_some_and(|opened| opened >= epoch) {
            return None;
        }
        self.opened = Some(epoch);
        let at = now.after(KEEP_OLD_KEYS);
        let older = self.received.iter_mut().filter(|key| key.generation <= epoch.generation);
        for key in older {
            let steps = if key.generation < epoch.generation { ALL_STEPS } else { epoch.step };
            if steps > key.fading_steps {
                key.fading_steps = steps;
                let ReceivedKey { slot, generation, .. } = *key;
                self.fading.push(Fading { at, slot, generation, steps });
            }
        }
        Some(at)
    }

    /// Takes the next of its keys whose time is over.
    pub(crate) fn faded(&mut self, now: Timestamp) -> Option<Wipe> {
        let at = self.fading.iter().position(|fading| fading.at <= now)?;
        let Fading { slot, generation, steps, .. } = self.fading.remove(at);
        if steps == ALL_STEPS {
            self.received.retain(|key| key.generation != generation);
        }
        Some(Wipe { slot, generation: wire_generation(generation), steps })
    }

    /// When the next of its keys is to be wiped.
    pub(crate) fn fades_at(&self) -> Option<Timestamp> {
        self.fading.iter().map(|fading| fading.at).min()
    }

    /// Forgets a key of this member that is held no longer.
    pub(crate) fn forget(&mut self, generation: u64) -> Option<Wipe> {
        let at = self.received.iter().position(|key| key.generation == generation)?;
        self.fading.retain(|fading| fading.generation != generation);
        let ReceivedKey { slot, generation, .. } = self.received.remove(at);
        Some(Wipe { slot, generation: wire_generation(generation), steps: ALL_STEPS })
    }

    /// Forgets the keys of this member.
    pub(crate) fn forget_all(&mut self) -> Vec<Wipe> {
        self.opened = None;
        let generations: Vec<_> = self.received.iter().map(|key| key.generation).collect();
        generations.into_iter().filter_map(|generation| self.forget(generation)).collect()
    }
}

/// Two hellos and what was agreed from them.
#[derive(Debug)]
pub(crate) struct Association {
    pub(crate) hello: Hello,
    pub(crate) public_key: PublicKey,
    keys: Option<WrappingKeys>,
    /// Sequence number of the last message that opened.
    last_sequence: u64,
    /// Newest generation of ours that the member said it has.
    pub(crate) delivered: Option<u64>,
    /// Our keys went out, and are said again until they are delivered.
    pub(crate) awaits_ack: bool,
    /// The next key waits for this member to say that it has it.
    pub(crate) gates: bool,
    pub(crate) due: Due,
}

/// What is to be said to a member.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Due {
    /// Our keys, until it has them.
    pub(crate) keys: bool,
    /// What we have of its keys.
    pub(crate) answer: bool,
    /// That we lack a key of it.
    pub(crate) request: bool,
}

impl Due {
    pub(crate) fn is_any(self) -> bool {
        self.keys || self.answer || self.request
    }
}

impl Association {
    pub(crate) fn new(hello: Hello, public_key: PublicKey) -> Self {
        Self {
            hello,
            public_key,
            keys: None,
            last_sequence: 0,
            delivered: None,
            awaits_ack: false,
            gates: false,
            due: Due::default(),
        }
    }

    /// Returns the wrapping keys; agrees on them the first time.
    pub(crate) fn keys(
        &mut self,
        salt: &[u8],
        key_pair: &KeyPair,
        us: Party<'_>,
        them: &MemberId,
    ) -> &WrappingKeys {
        let Self { hello, public_key, keys, .. } = self;
        keys.get_or_insert_with(|| {
            let them = Party { id: them.as_str(), hello };
            WrappingKeys::agree(salt, key_pair, public_key, us, them)
        })
    }

    /// Opens the sealed part of a message, if it is newer than all before.
    pub(crate) fn open(&mut self, sealed: &Sealed<'_>) -> Result<Body, MessageError> {
        let keys = self.keys.as_ref().ok_or(MessageError::Authentication)?;
        if sealed.sequence <= self.last_sequence {
            return Err(MessageError::Replayed);
        }
        let body = sealed.open(&keys.theirs)?;
        self.last_sequence = sealed.sequence;
        Ok(body)
    }

    fn awaits(&self, newest: Option<u64>) -> bool {
        self.awaits_ack && self.delivered < newest
    }
}

/// An association that is not proven.
#[derive(Debug)]
pub(crate) struct Candidate {
    pub(crate) association: Association,
    /// Whether the application has yet to say if it is the member's.
    pub(crate) judging: bool,
    /// A message that came with the hello, until then.
    pub(crate) waiting: Option<Vec<u8>>,
}

/// A key of a member that frames are opened with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReceivedKey {
    pub(crate) slot: u16,
    pub(crate) generation: u64,
    /// How many of its steps are about to be wiped.
    fading_steps: u8,
}

impl ReceivedKey {
    pub(crate) fn new(slot: u16, generation: u64) -> Self {
        Self { slot, generation, fading_steps: 0 }
    }

    fn is(&self, layout: KeyIdLayout) -> bool {
        self.slot == layout.slot && wire_generation(self.generation) == layout.generation
    }
}

/// Keys to be wiped some time from now.
#[derive(Clone, Copy, Debug)]
struct Fading {
    at: Timestamp,
    slot: u16,
    generation: u64,
    steps: u8,
}

/// Keys to be wiped: the first `steps` steps of a generation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wipe {
    pub(crate) slot: u16,
    pub(crate) generation: u8,
    pub(crate) steps: u8,
}

/// Every step of a generation.
const ALL_STEPS: u8 = frameseal_sframe::STEPS;

//! What is known of another member, and what is owed to it.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use frameseal_sframe::{GENERATIONS, KeyId, KeyIdLayout};

use crate::key_pair::{Fingerprint, KeyPair, PublicKey};
use crate::limits::{ANSWER_INTERVAL, KEEP_OLD_KEYS, MAX_GENERATIONS, REQUEST_INTERVAL};
use crate::member_id::MemberId;
use crate::message::{Body, Hello, MessageError, Sealed};
use crate::output::MemberState;
use crate::own_keys::Epoch;
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
    /// What the application turned away.
    pub(crate) rejected: Option<Hello>,
    /// The first of our keys that it may have; `None`: none that is in use, for it is new.
    pub(crate) entitled: Option<Epoch>,
    /// Its keys that we hold, oldest first.
    pub(crate) received: Vec<ReceivedKey>,
    /// The newest of its keys that opened a frame.
    opened: Option<Epoch>,
    /// Its keys that are about to be wiped.
    fading: VecDeque<Fading>,
    /// Our hello goes along with the next message, whoever it is for.
    pub(crate) hello_due: bool,
    /// Whether a message with our keys went out.
    pub(crate) handed: bool,
    /// Whether one went to a candidate that never proved to be this member.
    pub(crate) leaked: bool,
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
            fading: VecDeque::new(),
            hello_due: false,
            handed: false,
            leaked: false,
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

    /// Whether this is the introduction of who has proven to be the member.
    pub(crate) fn is_proven_by(&self, hello: Option<&Hello>) -> bool {
        self.proven.as_ref().is_some_and(|proven| hello == Some(&proven.hello))
    }

    /// Lets go of whoever is about to take the member's place, for the member has said under seal
    /// that it is the one: what came in between was a delayed hello, or a lie. It would be answered
    /// for ever.
    pub(crate) fn confirm(&mut self) {
        self.candidate.take_if(|candidate| !candidate.judging);
    }

    /// Whether the application turned this key with this credential away.
    ///
    /// The key alone does not tell: anybody can introduce another's key with a credential that
    /// must be rejected.
    pub(crate) fn was_rejected(&self, hello: &Hello) -> bool {
        self.rejected.as_ref().is_some_and(|rejected| rejected.is_same_introduction(hello))
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
        let lacks = match &self.proven {
            Some(proven) => proven.awaits(newest),
            None => self.state != MemberState::Rejected,
        };
        lacks || self.accepted().is_some()
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

    /// Takes note that a frame opened under a key of this member; returns when what came before
    /// has to be wiped.
    pub(crate) fn opened(&mut self, now: Timestamp, layout: KeyIdLayout) -> Option<Timestamp> {
        let held = self.received.iter().filter(|key| key.slot == layout.slot);
        let (steps, key) =
            held.map(|key| (key.epoch.steps_to(layout), key)).min_by_key(|(steps, _)| *steps)?;
        if steps > i8::MAX.cast_unsigned() {
            return None; // before all that is held
        }
        let epoch = key.epoch.after(steps);
        if self.opened.is_some_and(|opened| opened >= epoch) {
            return None;
        }
        let first = self.opened.replace(epoch).is_none();
        if first && self.received.iter().all(|key| key.epoch >= epoch) {
            return None; // nothing came before
        }
        let at = now.after(KEEP_OLD_KEYS);
        if self.fading.len() >= MAX_FADING {
            self.fading.pop_front(); // the next one wipes all that this one would have
        }
        self.fading.push_back(Fading { at, slot: layout.slot, before: epoch });
        Some(at)
    }

    /// Forgets the keys whose time is over; returns what to wipe. To be called until `None`.
    pub(crate) fn faded(&mut self, now: Timestamp) -> Option<Vec<Wipe>> {
        let Fading { slot, before, .. } = *self.fading.front().filter(|it| it.at <= now)?;
        self.fading.pop_front();
        if self.received.iter().all(|key| key.epoch >= before) {
            // Gone already. Key IDs come round, so to say it again could name the newest ones.
            return Some(Vec::new());
        }
        // The last key up to there stays: what follows is ratcheted from it.
        let kept = self.received.iter().rposition(|key| key.epoch <= before).unwrap_or(0);
        let mut wipes = self.drop_first(kept);
        if let Some(oldest) = self.received.first_mut().filter(|key| key.slot == slot) {
            oldest.epoch = oldest.epoch.max(before); // counted from there, key IDs stay near
        }
        wipes.retain(|wipe| wipe.slot != slot);
        wipes.push(Wipe { slot, before: Some(before.layout(slot).to_key_id()) });
        Some(wipes)
    }

    /// When the next of its keys is to be wiped.
    pub(crate) fn fades_at(&self) -> Option<Timestamp> {
        self.fading.front().map(|fading| fading.at)
    }

    /// Whether a key is of no use: it is here, or older than all that are.
    pub(crate) fn can_spare(&self, epoch: Epoch) -> bool {
        let too_old = self.received.first().is_some_and(|oldest| epoch < oldest.epoch);
        too_old || self.received.iter().any(|held| held.epoch == epoch)
    }

    /// Takes note of a key of this member; returns what to wipe to make room for it.
    pub(crate) fn hold(&mut self, slot: u16, epoch: Epoch) -> Vec<Wipe> {
        // Key IDs come round: what is half a turn old must go before its name comes again.
        let is_stale = |held: &ReceivedKey| {
            epoch.generation.saturating_sub(held.epoch.generation) >= HALF_TURN
        };
        let mut wipes = Vec::new();
        if self.received.iter().any(is_stale) {
            wipes = self.forget_all();
        }
        let place = self.received.partition_point(|held| held.epoch < epoch);
        self.received.insert(place, ReceivedKey { slot, epoch });
        wipes.extend(self.drop_first(self.received.len().saturating_sub(MAX_GENERATIONS)));
        wipes
    }

    /// Drops the oldest keys; returns what to wipe.
    fn drop_first(&mut self, count: usize) -> Vec<Wipe> {
        let mut wipes = Vec::new();
        for _ in 0..count.min(self.received.len()) {
            let ReceivedKey { slot, .. } = self.received.remove(0);
            let next = self.received.first().filter(|next| next.slot == slot);
            let before = next.map(|next| next.epoch.layout(slot).to_key_id());
            wipes.push(Wipe { slot, before });
        }
        wipes
    }

    /// Forgets the keys of this member in one slot.
    pub(crate) fn forget(&mut self, slot: u16) -> Wipe {
        self.received.retain(|key| key.slot != slot);
        self.fading.retain(|fading| fading.slot != slot);
        Wipe { slot, before: None }
    }

    /// Forgets the keys of this member.
    pub(crate) fn forget_all(&mut self) -> Vec<Wipe> {
        self.opened = None;
        self.fading.clear();
        let mut slots: Vec<_> = self.received.drain(..).map(|key| key.slot).collect();
        slots.dedup();
        slots.into_iter().map(|slot| Wipe { slot, before: None }).collect()
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
    /// Whether a message with our keys went out.
    pub(crate) handed: bool,
    /// Our keys are said again until they are delivered.
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
            handed: false,
            awaits_ack: false,
            gates: false,
            due: Due::default(),
        }
    }

    /// Takes over what this key pair has sealed before: its sequence numbers go on from one
    /// association to the next, so an old one can't be replayed into a new one.
    pub(crate) fn follow(&mut self, earlier: &Self) {
        if self.public_key == earlier.public_key {
            self.last_sequence = self.last_sequence.max(earlier.last_sequence);
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

    pub(crate) fn awaits(&self, newest: Option<u64>) -> bool {
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

/// A key of a member, as it came; frames may be under ratcheted ones by now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReceivedKey {
    pub(crate) slot: u16,
    pub(crate) epoch: Epoch,
}

/// Keys to be wiped some time from now.
#[derive(Clone, Copy, Debug)]
struct Fading {
    at: Timestamp,
    slot: u16,
    before: Epoch,
}

/// Keys to be wiped: those of a slot that precede one, or all.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wipe {
    pub(crate) slot: u16,
    pub(crate) before: Option<KeyId>,
}

/// Wipes that wait for their time; more would come of more than one key change a second.
const MAX_FADING: usize = 16;

/// Half of the generations that key IDs tell apart.
const HALF_TURN: u64 = (GENERATIONS / 2) as u64;

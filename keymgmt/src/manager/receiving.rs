//! What others say.

use alloc::vec::Vec;

use frameseal_sframe::{BaseKey, KeyId, KeyIdLayout};
use rand_core::CryptoRng;

use super::{KeyManager, enqueue, random};
use crate::key_pair::{PublicKey, PublicKeyError};
use crate::limits::{
    ANSWER_INTERVAL, HELLO_INTERVAL, MAX_INBOX_BYTES, MAX_INBOX_MESSAGES, MAX_MESSAGE_LEN,
    MAX_STRANGERS, STRANGER_PATIENCE,
};
use crate::member_id::MemberId;
use crate::message::{Body, Hello, Message, MessageError, Sealed, Wants, WrappedKey};
use crate::output::{Event, MemberState, Output};
use crate::own_keys::Epoch;
use crate::peer::{Association, Candidate, Peer};
use crate::timestamp::Timestamp;
use crate::wrapping_key::Party;

impl<R: CryptoRng> KeyManager<R> {
    /// Lets a message wait for its turn.
    pub(super) fn receive(&mut self, from: MemberId, message: Vec<u8>) {
        let bytes = self.inbox_bytes.saturating_add(message.len());
        let reason = if message.len() > MAX_MESSAGE_LEN {
            MessageError::TooLong
        } else if self.inbox.len() >= MAX_INBOX_MESSAGES || bytes > MAX_INBOX_BYTES {
            MessageError::InboxFull
        } else {
            self.inbox_bytes = bytes;
            self.inbox.push_back((from, message));
            return;
        };
        self.outputs.push_back(Output::Event(Event::Rejected { from, reason }));
    }

    /// Works on a message: at most one agreement.
    pub(super) fn read(&mut self, from: &MemberId, bytes: Vec<u8>) {
        if let Err(reason) = self.try_read(from, bytes) {
            let from = from.clone();
            self.outputs.push_back(Output::Event(Event::Rejected { from, reason }));
        }
    }

    fn try_read(&mut self, from: &MemberId, bytes: Vec<u8>) -> Result<(), MessageError> {
        let message = Message::decode(&bytes)?;
        if message.room != self.room {
            return Err(MessageError::OtherRoom);
        }
        if message.from == self.member.as_str() || *from == self.member {
            return Err(MessageError::Reflected);
        }
        if message.from != from.as_str() || message.to.is_some_and(|to| to != self.member.as_str())
        {
            return Err(MessageError::Misaddressed);
        }
        let Ok(at) = self.position(from) else {
            return self.put_by(from, bytes);
        };
        let Message { hello, sealed, .. } = message;
        let greeted = hello.is_some();
        let confirms = self.peers.get(at).is_some_and(|peer| peer.is_proven_by(hello.as_ref()));
        if let Some(hello) = hello {
            self.meet(from, at, hello, sealed.is_none())?;
        }
        let Some(sealed) = sealed else {
            return Ok(());
        };
        match self.open(at, &sealed)? {
            Opened::Body(body) => {
                if let Some(peer) = self.peers.get_mut(at).filter(|_| confirms) {
                    peer.confirm();
                }
                self.take(from, at, body, greeted);
            }
            Opened::Later => {
                let peer = self.peers.get_mut(at);
                if let Some(candidate) = peer.and_then(|peer| peer.candidate.as_mut()) {
                    candidate.waiting = Some(bytes);
                }
            }
            Opened::InVain => {}
        }
        Ok(())
    }

    /// Keeps the message of a member that is not here yet; the one that goes for it is of no use.
    fn put_by(&mut self, from: &MemberId, bytes: Vec<u8>) -> Result<(), MessageError> {
        let known = self.strangers.iter().position(|(_, id, _)| id == from);
        let full = self.strangers.len() >= MAX_STRANGERS;
        let gone = known.or_else(|| full.then_some(0)).and_then(|at| self.strangers.remove(at));
        self.strangers.push_back((self.now, from.clone(), bytes));
        match gone {
            Some((_, id, _)) if id == *from => Err(MessageError::UnknownMember),
            Some((_, from, _)) => {
                let reason = MessageError::UnknownMember;
                self.outputs.push_back(Output::Event(Event::Rejected { from, reason }));
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Gives a message that came before its member its turn.
    pub(super) fn recall(&mut self, at: usize) {
        let Some(peer) = self.peers.get(at) else {
            return;
        };
        let known = self.strangers.iter().position(|(_, id, _)| *id == peer.id);
        if let Some((at, from, message)) = known.and_then(|at| self.strangers.remove(at))
            && self.now <= at.after(STRANGER_PATIENCE)
        {
            self.receive(from, message);
        }
    }

    /// Makes the acquaintance of whoever introduces itself as this member.
    fn meet(
        &mut self,
        from: &MemberId,
        at: usize,
        hello: Hello,
        alone: bool,
    ) -> Result<(), MessageError> {
        let now = self.now;
        let Some(peer) = self.peers.get_mut(at) else {
            return Ok(());
        };
        if peer.knows(&hello) {
            // It may lack our introduction: it could not open what we said, or nothing came.
            if alone && peer.may_answer(now) {
                peer.hello_due = true;
                if let Some(accepted) = peer.accepted() {
                    accepted.due.answer = true;
                } else if let Some(proven) = &mut peer.proven {
                    proven.due.answer = true;
                }
                enqueue(&mut self.work, peer);
            }
            return Ok(());
        }
        if hello.public_key == *self.key_pair.public().encoded() {
            return Err(PublicKeyError::Own.into());
        }
        if hello.suite != self.suite.number() {
            return Err(MessageError::CipherSuite(hello.suite));
        }
        if let Some(proven) = &peer.proven
            && proven.hello.public_key == hello.public_key
            && !proven.hello.is_same_introduction(&hello)
        {
            return Err(MessageError::Authentication); // a key pair has one credential for life
        }
        let introduced = peer.proven.is_some() || peer.candidate.is_some();
        if introduced && now < peer.candidate_until {
            // A delayed hello may have gone first: so soon let the member say again which holds.
            let at = now.after(ANSWER_INTERVAL);
            peer.retry.hasten(at);
            self.arm(at);
            return Err(MessageError::TooSoon);
        }
        let public_key = PublicKey::decode(&hello.public_key)?;
        let fingerprint = public_key.fingerprint();
        if peer.was_rejected(&hello) {
            return Err(MessageError::RejectedMember);
        }

        let credential = self.verify.then(|| hello.credential.clone());
        let mut association = Association::new(hello, public_key);
        let forgotten = peer.candidate.as_ref().map(|candidate| &candidate.association);
        for earlier in peer.proven.iter().chain(forgotten) {
            association.follow(earlier);
        }
        peer.candidate_until = now.after(HELLO_INTERVAL);
        peer.retry.reset();
        let judging = self.verify;
        let candidate = Candidate { association, judging, waiting: None };
        let forgotten = peer.candidate.replace(candidate);
        peer.leaked |= forgotten.is_some_and(|candidate| candidate.association.handed);
        if peer.proven.is_none() {
            peer.state = MemberState::Pending;
            let event = Event::Member {
                id: from.clone(),
                state: peer.state,
                fingerprint: Some(fingerprint),
            };
            self.outputs.push_back(Output::Event(event));
        }
        match credential {
            Some(credential) => {
                let event = Event::Verify { id: from.clone(), fingerprint, credential };
                self.outputs.push_back(Output::Event(event));
            }
            None => self.welcome(from),
        }
        Ok(())
    }

    /// Answers the introduction of a member that the application has nothing against.
    pub(super) fn welcome(&mut self, id: &MemberId) {
        let sends = self.keys.is_some();
        let Ok(at) = self.position(id) else {
            return;
        };
        let Some(peer) = self.peers.get_mut(at) else {
            return;
        };
        let is_recipient = peer.proven.is_none();
        // Keys for a newcomer wait for the ratchet, and this answer goes along with them.
        let waits = is_recipient && sends && peer.entitled.is_none();
        if let Some(candidate) = peer.accepted() {
            candidate.due.answer = true;
            candidate.due.keys = is_recipient && sends && !waits;
        }
        if waits {
            self.ratchet_soon();
        } else {
            enqueue(&mut self.work, peer);
        }
    }

    /// Opens the sealed part by what is agreed with the member, or with whoever claims to be it.
    fn open(&mut self, at: usize, sealed: &Sealed<'_>) -> Result<Opened, MessageError> {
        let now = self.now;
        let us = self.member.as_str();
        let Some(peer) = self.peers.get_mut(at) else {
            return Err(MessageError::UnknownMember);
        };
        let proven = peer.proven.as_mut().map(|proven| proven.open(sealed));
        let failure = match proven {
            Some(Ok(body)) => return Ok(Opened::Body(body)),
            Some(Err(failure)) => failure,
            None => MessageError::Authentication,
        };

        let Peer { id, hello, candidate, .. } = peer;
        if let Some(candidate) = candidate {
            if candidate.judging {
                return Ok(Opened::Later);
            }
            let us = Party { id: us, hello };
            candidate.association.keys(&*self.salt, &self.key_pair, us, id);
            if let Ok(body) = candidate.association.open(sealed) {
                let counts = self.promote(at);
                return Ok(if counts { Opened::Body(body) } else { Opened::InVain });
            }
        }
        // It seals for somebody else than us: that it knows us no more is the harmless reason.
        if failure == MessageError::Authentication && peer.may_answer(now) {
            peer.hello_due = true;
            enqueue(&mut self.work, peer);
        }
        Err(failure)
    }

    /// Takes a candidate for the member, now that it has proven to hold its key; tells whether
    /// what it said counts.
    fn promote(&mut self, at: usize) -> bool {
        let sends = self.keys.is_some();
        let Some(peer) = self.peers.get_mut(at) else {
            return false;
        };
        let Some(Candidate { mut association, .. }) = peer.candidate.take() else {
            return false;
        };
        peer.candidate_until = Timestamp::default(); // dealt with
        let replaced = peer.proven.take();
        if let Some(old) = &replaced {
            if old.public_key != association.public_key {
                let gated = old.gates;
                self.begin_anew(at, association, gated);
                return false;
            }
            association.due.keys = sends; // it forgot us, and most likely our keys
        }
        peer.proven = Some(association);
        peer.state = MemberState::Secured;
        let leaked = core::mem::take(&mut peer.leaked);
        let event = Event::Member {
            id: peer.id.clone(),
            state: peer.state,
            fingerprint: peer.fingerprint(),
        };
        self.outputs.push_back(Output::Event(event));
        if leaked {
            self.rotate_soon();
        }
        if replaced.is_some_and(|old| old.gates) {
            self.one_less_to_wait_for();
        }
        true
    }

    /// Takes another device for the member. The one before has left: it must not listen on. And
    /// with another nonce of ours, nothing that it ever said opens again.
    fn begin_anew(&mut self, at: usize, association: Association, gated: bool) {
        let nonce = random(&mut self.rng);
        let Some(peer) = self.peers.get_mut(at) else {
            return;
        };
        let id = peer.id.clone();
        let Association { hello, public_key, .. } = association;
        let fingerprint = Some(public_key.fingerprint());
        let association = Association::new(hello, public_key);
        peer.candidate = Some(Candidate { association, judging: false, waiting: None });
        peer.hello.nonce = nonce;
        peer.retry.reset();
        peer.state = MemberState::Pending;
        let event = Event::Member { id: id.clone(), state: peer.state, fingerprint };
        self.outputs.push_back(Output::Event(event));
        self.shut_out(&id, gated);
        self.welcome(&id);
    }

    /// Takes what a member said under seal.
    fn take(&mut self, from: &MemberId, at: usize, body: Body, greeted: bool) {
        let Body { keys, ack, wants } = body;
        let answer = greeted || wants != Wants::Nothing;
        for key in keys {
            self.take_key(from, at, key);
        }
        if let Some(generation) = ack {
            self.take_ack(at, generation);
        }
        let Some(peer) = self.peers.get_mut(at) else {
            return;
        };
        peer.retry.reset();
        let Some(proven) = &mut peer.proven else {
            return;
        };
        if greeted && proven.delivered.is_none() && !proven.awaits_ack {
            // It repeats itself until we answer, and our keys go along with the answer.
            proven.due.keys = false;
        }
        proven.due.answer |= answer;
        proven.due.keys |= wants == Wants::Keys && self.keys.is_some();
        if proven.due.is_any() {
            enqueue(&mut self.work, peer);
        }
    }

    fn take_key(&mut self, from: &MemberId, at: usize, key: WrappedKey) {
        let WrappedKey { slot, generation, step, mut base_key } = key;
        let epoch = Epoch { generation, step };
        let spared = self.peers.get(at).is_none_or(|peer| peer.can_spare(epoch));
        if spared || !self.settle_slot(from, at, slot) {
            return;
        }
        let wipes = self.peers.get_mut(at).map(|peer| peer.hold(slot, epoch));
        self.wipe(wipes.into_iter().flatten());
        let key = BaseKey::new(core::mem::take(&mut *base_key)).into_receive_key();
        let key_id = epoch.layout(slot).to_key_id();
        self.outputs.push_back(Output::Open { key_id, key, member: from.clone() });
    }

    /// Sees to it that no two members have one slot; tells whether this one may have it.
    ///
    /// Of two, the one with the greater public key gives way: everybody can tell which that is.
    fn settle_slot(&mut self, from: &MemberId, at: usize, slot: u16) -> bool {
        let Some(theirs) = self.peers.get(at).and_then(|peer| peer.proven.as_ref()) else {
            return false;
        };
        let theirs = *theirs.public_key.encoded();
        if slot == self.slot {
            let event = Event::SlotConflict { with: from.clone() };
            self.outputs.push_back(Output::Event(event));
            if *self.key_pair.public().encoded() > theirs {
                self.pick_slot();
            }
            return true;
        }
        let settled = self.peers.get(at).and_then(|peer| peer.received.last());
        if settled.is_some_and(|held| held.slot == slot) {
            return true; // as most keys; to look at all members for each would be cubic
        }
        let holder = self
            .peers
            .iter_mut()
            .find(|peer| peer.id != *from && peer.received.iter().any(|held| held.slot == slot));
        let Some(holder) = holder else {
            return true;
        };
        let first = holder.proven.as_ref().is_some_and(|it| *it.public_key.encoded() < theirs);
        if first {
            return false;
        }
        let wipe = holder.forget(slot);
        self.wipe([wipe]);
        true
    }

    /// Takes a slot that nobody is known to have, for keys to come.
    fn pick_slot(&mut self) {
        loop {
            let slot = u16::from_be_bytes(random(&mut self.rng));
            let taken = self.peers.iter().flat_map(|peer| &peer.received);
            if slot != self.slot && taken.into_iter().all(|held| held.slot != slot) {
                self.slot = slot;
                break;
            }
        }
        if self.keys.is_some() {
            self.rotate_on_demand();
        }
    }

    fn take_ack(&mut self, at: usize, generation: u64) {
        let Some((newest, fresh)) = self.keys.as_ref().map(|it| (it.newest(), it.newest_fresh()))
        else {
            return;
        };
        let Some(peer) = self.peers.get_mut(at) else {
            return;
        };
        let Some(proven) = peer.proven.as_mut().filter(|_| generation <= newest) else {
            return;
        };
        proven.delivered = proven.delivered.max(Some(generation));
        proven.awaits_ack &= proven.delivered < Some(fresh);
        if core::mem::take(&mut peer.newcomer) {
            self.outputs.push_back(Output::RefreshVideo);
        }
        if proven.gates && generation >= fresh {
            proven.gates = false;
            self.one_less_to_wait_for();
        }
    }

    /// Asks for a key that frames come under.
    pub(super) fn request(&mut self, key_id: KeyId) {
        let Some(KeyIdLayout { slot, .. }) = KeyIdLayout::from_key_id(key_id) else {
            return;
        };
        let owner =
            self.peers.iter().position(|peer| peer.received.iter().any(|held| held.slot == slot));
        let now = self.now;
        for (at, peer) in self.peers.iter_mut().enumerate() {
            let asked = owner.map_or(peer.received.is_empty(), |owner| owner == at);
            if asked
                && peer.may_request(now)
                && let Some(proven) = &mut peer.proven
            {
                proven.due.request = true;
                enqueue(&mut self.work, peer);
            }
        }
    }
}

/// What became of a sealed part.
enum Opened {
    Body(Body),
    /// The application has to judge its sender first.
    Later,
    /// It proved who has come, with whom we begin anew.
    InVain,
}

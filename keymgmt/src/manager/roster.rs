//! Who is in the room, as the application says, and who is believed to be who.

use alloc::boxed::Box;

use rand_core::CryptoRng;

use super::{Introduced, KeyManager, random};
use crate::association::{Association, Candidate, Topic};
use crate::input::InputError;
use crate::key_pair::Fingerprint;
use crate::limits::{ANCHOR_EXPIRY, MAX_MEMBERS};
use crate::member_id::MemberId;
use crate::output::MemberState;
use crate::peer::{Access, Exposure, Peer, Proof, State};

impl<R: CryptoRng> KeyManager<R> {
    pub(super) fn join(&mut self, id: MemberId) -> Result<(), InputError> {
        if id == self.member {
            self.met_itself = true;
            return Err(InputError::OwnId);
        }
        let Err(at) = self.position(&id) else {
            return Ok(());
        };
        if self.peers.len() >= MAX_MEMBERS {
            return Err(InputError::TooManyMembers);
        }
        let mut peer = Peer::new(id.clone(), self.hello.clone());
        let retry_at = peer.retry.arm(self.now, &mut self.rng);
        self.tell(peer.event(MemberState::Pending));
        self.peers.insert(at, peer);
        self.set_alarm(at, retry_at);
        // Existing members wait for our hello; later joiners send theirs first.
        if self.introduced == Introduced::No {
            self.introduced = Introduced::Yes;
            self.agenda.announce();
        }
        if self.proof == Proof::Waived {
            self.ratchet_soon();
        }
        self.stranger.take_if(|(_, stranger, _)| *stranger == id);
        if let Some(message) = self.inbox.recall(self.now, &id) {
            self.receive(id, message);
        }
        Ok(())
    }

    pub(super) fn leave(&mut self, id: &MemberId) {
        let Ok(at) = self.position(id) else {
            return;
        };
        let mut peer = self.peers.remove(at);
        if peer.keys.forget() {
            self.wipe(id, None);
        }
        self.tell(peer.event(MemberState::Left));
        // The leaver keeps what was agreed with this nonce: no newcomer is met with it.
        if !self.agenda.announces() {
            self.hello.nonce = random(&mut self.rng);
        }
        self.stop_waiting_for(id);
        if peer.exposure > Exposure::None {
            self.rotate_soon();
        }
        // Whoever never proved itself to us may have done so to others, but only if messages to us were
        // held back: that is looked into once in a while, so that outsiders can't make us talk.
        if peer.proven().is_some() || self.proof == Proof::Waived {
            self.doubt_all();
        } else {
            let at = self.doubts.again_at().max(self.now);
            self.doubt_at = Some(self.doubt_at.map_or(at, |planned| planned.min(at)));
            self.arm(at);
        }
    }

    /// A member left that may have everybody's keys: everybody has to be heard since.
    pub(super) fn doubt_all(&mut self) {
        self.doubt_at = None;
        self.doubts.start(self.now, ANCHOR_EXPIRY);
        let next = self.sequence.saturating_add(1);
        for peer in &mut self.peers {
            peer.keys.doubt(self.now, next);
            if let Some(at) = peer.keys.due_at() {
                self.alarms.set(&mut peer.alarm, at, &peer.id);
            }
        }
        if let Some(at) = self.alarms.next_at() {
            self.arm(at);
        }
    }

    pub(super) fn accept(
        &mut self,
        id: &MemberId,
        fingerprint: Fingerprint,
    ) -> Result<(), InputError> {
        let at = self.position(id).map_err(|_| InputError::UnknownMember)?;
        let Some(peer) = self.peers.get_mut(at) else {
            return Ok(());
        };
        let is_meant = |candidate: &Candidate| match candidate {
            Candidate::Unjudged { introduction, .. } => introduction.fingerprint() == fingerprint,
            Candidate::Accepted(_) => false,
        };
        if !peer.candidate().is_some_and(is_meant) {
            return Ok(()); // it introduced itself with another key in the meantime
        }
        if let Some(candidate) = peer.candidate_mut()
            && let Some(sealed) = candidate.accept()
        {
            self.inbox.push_front(id.clone(), sealed);
        }
        self.welcome(at);
        Ok(())
    }

    pub(super) fn reject(
        &mut self,
        id: &MemberId,
        fingerprint: Fingerprint,
    ) -> Result<(), InputError> {
        let at = self.position(id).map_err(|_| InputError::UnknownMember)?;
        let Some(peer) = self.peers.get_mut(at) else {
            return Ok(());
        };
        let is_meant =
            |candidate: &Candidate| candidate.introduction().fingerprint() == fingerprint;
        let candidate = peer.candidate().is_some_and(is_meant).then(|| peer.take_candidate());
        let candidate = candidate.flatten();
        let hello = candidate.as_ref().map(|candidate| candidate.introduction().hello.clone());
        // A judgement is about the credential that came with it; else it is about the member.
        let is_judgement = matches!(candidate, Some(Candidate::Unjudged { .. }));
        let proven = peer
            .proven()
            .filter(|proven| !is_judgement && proven.introduction.fingerprint() == fingerprint);
        let rejects_proven = proven.is_some();
        let Some(rejected) = hello.or_else(|| proven.map(|proven| proven.hello().clone())) else {
            return Ok(()); // it introduced itself with another key in the meantime
        };
        peer.turned_away = Some(rejected);
        if rejects_proven || peer.proven().is_none() {
            self.set_state(at, State::Rejected);
            self.shut_out(at);
        }
        Ok(())
    }

    /// Takes the keys back from somebody who was believed to be this member.
    pub(super) fn shut_out(&mut self, at: usize) {
        let Some(peer) = self.peers.get_mut(at) else {
            return;
        };
        let id = peer.id.clone();
        peer.access = Access::Waiting;
        let exposure = core::mem::replace(&mut peer.exposure, Exposure::None);
        if peer.keys.forget() {
            self.wipe(&id, None);
        }
        self.stop_waiting_for(&id);
        if exposure > Exposure::None {
            self.rotate_soon();
        }
        if self.proof == Proof::Waived {
            self.ratchet_soon();
        }
    }

    /// Answers the introduction of a member that the application has nothing against.
    pub(super) fn welcome(&mut self, at: usize) {
        let (sends, proof) = (self.keys.is_some(), self.proof);
        let Some(peer) = self.peers.get_mut(at) else {
            return;
        };
        let access = peer.access;
        if let Some(candidate) = peer.accepted() {
            candidate.due.raise(Topic::Answer);
        }
        if sends
            && access != Access::Waiting
            && peer.proven().is_none()
            && let Some(recipient) = peer.recipient(proof)
        {
            recipient.due.raise(Topic::Keys);
        }
        self.say_to(at);
    }

    /// Takes another device for the member. The one before has left: it must not listen on. And
    /// with another nonce of ours, nothing that it ever said opens again.
    pub(super) fn begin_anew(&mut self, at: usize, association: Association) {
        let nonce = random(&mut self.rng);
        let Some(peer) = self.peers.get_mut(at) else {
            return;
        };
        let association = Association::new(association.introduction.anew());
        peer.hello.nonce = nonce;
        peer.retry.reset();
        let candidate = Candidate::Accepted(association);
        self.set_state(at, State::Introduced(Box::new(candidate)));
        self.shut_out(at);
        self.welcome(at);
    }
}

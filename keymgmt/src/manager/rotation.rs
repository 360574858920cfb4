//! When our own key changes: a ratchet step for newcomers, a fresh key for members who left.

use core::mem;

use frameseal_sframe::Timestamp;
use rand_core::CryptoRng;

use super::KeyManager;
use crate::association::Topic;
use crate::epoch::Epoch;
use crate::limits::{JOIN_CAUSES, SWITCH_DEADLINE};
use crate::member_id::MemberId;
use crate::member_set::MemberSet;
use crate::output::{Event, Output};
use crate::own_keys::{NextKey, OwnKey, OwnKeys};
use crate::peer::{Access, Peer, Proof};

impl<R: CryptoRng> KeyManager<R> {
    /// Makes the first key. It is used at once: nobody has another one of ours that would do.
    pub(super) fn start_sending(&mut self) {
        if self.keys.is_some() {
            return;
        }
        let key = self.generate();
        let epoch = key.epoch;
        self.keys = Some(OwnKeys::new(self.now, key));
        for at in 0..self.peers.len() {
            if let Some(peer) = self.peers.get_mut(at) {
                peer.access = Access::Settled(epoch);
            }
            self.owe_keys(at);
        }
        self.seal_under_current();
        self.arm(self.now.after(self.rotate_every));
    }

    pub(super) fn rotate_on_demand(&mut self) {
        self.start_sending();
        if let Some(keys) = &self.keys {
            let at = keys.rotated_at.after(JOIN_CAUSES).max(self.now);
            self.rotate_by(at);
        }
    }

    /// Replaces the key once more causes had time to come.
    pub(super) fn rotate_soon(&mut self) {
        if self.keys.is_some() {
            self.rotate_by(self.now.after(JOIN_CAUSES));
        }
    }

    /// Ratchets, at once or as soon as the last time is long enough ago, if there is a newcomer.
    pub(super) fn ratchet_soon(&mut self) {
        if let Some(keys) = &self.keys {
            let earliest = keys.ratcheted_at.map_or(self.now, |at| at.after(JOIN_CAUSES));
            let at = *self.ratchet_at.get_or_insert_with(|| earliest.max(self.now));
            self.arm(at);
        }
    }

    pub(super) fn run_own_timers(&mut self) {
        let now = self.now;
        let is_due = |at: &Timestamp| *at <= now;
        if self.ratchet_at.take_if(|at| is_due(at)).is_some() {
            self.ratchet();
        }
        if let Some(at) = self.old_at().filter(is_due) {
            self.rotate_by(at);
        }
        if let Some(at) = self.rotate_at.take_if(|at| is_due(at)) {
            self.rotate(at);
        }
        if self.next_deadline().as_ref().is_some_and(is_due) {
            self.switch();
        }
        let timers = [self.ratchet_at, self.rotate_at, self.next_deadline(), self.old_at()];
        if let Some(at) = timers.into_iter().flatten().min() {
            self.arm(at);
        }
    }

    /// The next key waits for a member no longer: it has it, or has gone.
    pub(super) fn stop_waiting_for(&mut self, id: &MemberId) {
        let next = self.keys.as_mut().and_then(|keys| keys.next.as_mut());
        if next.is_some_and(|next| next.unacked.remove(id) && next.unacked.is_empty()) {
            self.switch();
        }
    }

    /// Lets a member have our keys, now that it has proven itself: at the next step, if it is new to
    /// the current key.
    pub(super) fn give_access(&mut self, at: usize) {
        let awaits = |peer: &Peer| peer.awaits_step(self.proof);
        if self.keys.is_none() {
            return;
        }
        if self.peers.get(at).is_some_and(awaits) {
            self.ratchet_soon();
        } else if self.proof == Proof::Due {
            self.owe_keys(at);
        }
    }

    /// One step on, for newcomers alone: they can't compute what came before, and the others reach
    /// it by themselves (RFC 9605 section 5.1).
    fn ratchet(&mut self) {
        let proof = self.proof;
        let Some(keys) = &mut self.keys else {
            return;
        };
        if !self.peers.iter().any(|peer| peer.awaits_step(proof)) {
            return;
        }
        let next = keys.next.as_ref().map(|next| (next.first, next.key.epoch));
        match (keys.current.ratchet(self.suites.main), next) {
            // That would be the name of a fresh key: newcomers begin with the next one.
            (Some(key), Some((first, next))) if key.epoch >= first => self.admit(next),
            (Some(key), _) => {
                keys.current = key;
                keys.ratcheted_at = Some(self.now);
                self.seal_under_current();
                if let Some(epoch) = self.sending() {
                    self.admit(epoch);
                }
            }
            (None, Some((_, next))) => self.admit(next),
            // Receivers follow no further: a fresh key, with which newcomers begin.
            (None, None) => self.rotate_by(self.now),
        }
    }

    /// Lets newcomers have our keys from this one on.
    fn admit(&mut self, epoch: Epoch) {
        for at in 0..self.peers.len() {
            let proof = self.proof;
            if let Some(peer) = self.peers.get_mut(at).filter(|peer| peer.awaits_step(proof)) {
                peer.access = Access::Newcomer(epoch);
                self.owe_keys(at);
            }
        }
    }

    /// Makes a fresh key for all who are here; it is used when they have it. `planned_at`: when that
    /// was due, which may be long ago if we were asleep.
    fn rotate(&mut self, planned_at: Timestamp) {
        let key = self.generate();
        let epoch = key.epoch;
        let proof = self.proof;
        let awaited = |peer: &&Peer| peer.proven().is_some() && peer.may_have_keys(proof);
        let mut unacked = MemberSet::default();
        for peer in self.peers.iter().filter(awaited) {
            unacked.insert(&peer.id);
        }
        let Some(keys) = &mut self.keys else {
            return;
        };
        // A leaver may have the key that this one replaces before it was used, so its time holds.
        let (first, deadline) = match mem::take(&mut keys.next) {
            Some(superseded) => (superseded.first, superseded.deadline),
            None => (epoch, planned_at.after(SWITCH_DEADLINE)),
        };
        keys.next = Some(NextKey { key, first, deadline, unacked });
        keys.rotated_at = self.now;
        self.admit(epoch);
        self.hand_out_next();
        self.arm(deadline);
        if self.keys.as_ref().and_then(|keys| keys.next.as_ref()).is_some_and(NextKey::is_acked) {
            self.switch();
        }
    }

    /// Owes the next key to all who may have it.
    fn hand_out_next(&mut self) {
        let proof = self.proof;
        for peer in &mut self.peers {
            if let Some(recipient) = peer.recipient(proof) {
                recipient.due.raise(Topic::Keys);
                peer.retry.reset();
                self.agenda.add(&peer.id);
            }
        }
    }

    /// Begins to use the next key, and forgets the one before.
    fn switch(&mut self) {
        let Some(keys) = &mut self.keys else {
            return;
        };
        if let Some(NextKey { key, .. }) = keys.next.take() {
            keys.current = key;
            self.seal_under_current();
        }
    }

    fn seal_under_current(&mut self) {
        let Some(OwnKeys { current, .. }) = &self.keys else {
            return;
        };
        let epoch = current.epoch;
        let seal = Output::Seal { key_id: current.key_id(), key: current.send_key() };
        self.outputs.extend([seal, Output::Event(Event::KeyChange { epoch })]);
    }

    fn generate(&mut self) -> OwnKey {
        OwnKey::generate(self.slot, self.next_fresh(), &mut self.rng)
    }

    /// Returns the epoch of the next fresh key.
    pub(super) fn next_fresh(&self) -> Epoch {
        self.keys.as_ref().map_or_else(Epoch::default, |keys| keys.newest().next_fresh())
    }

    fn rotate_by(&mut self, at: Timestamp) {
        let at = self.rotate_at.map_or(at, |planned| planned.min(at));
        self.rotate_at = Some(at);
        self.arm(at);
    }

    fn next_deadline(&self) -> Option<Timestamp> {
        Some(self.keys.as_ref()?.next.as_ref()?.deadline)
    }

    /// When our key is so old that it is replaced.
    fn old_at(&self) -> Option<Timestamp> {
        Some(self.keys.as_ref()?.rotated_at.after(self.rotate_every))
    }
}

//! When our own key changes: a ratchet step for who joins, a fresh generation for who leaves.

use core::mem;

use rand_core::CryptoRng;

use super::{KeyManager, enqueue};
use crate::limits::{JOIN_CAUSES, SWITCH_DEADLINE};
use crate::output::{Event, Output};
use crate::own_keys::{Epoch, NextKey, OwnKey, OwnKeys};
use crate::timestamp::Timestamp;

impl<R: CryptoRng> KeyManager<R> {
    /// Makes the first key. It is used at once: nobody has another one of ours that would do.
    pub(super) fn start_sending(&mut self) {
        if self.keys.is_some() {
            return;
        }
        let key = self.generate();
        let epoch = key.epoch;
        self.keys = Some(OwnKeys::new(self.now, key));
        for peer in &mut self.peers {
            peer.entitled = Some(epoch);
            if let Some(recipient) = peer.recipient() {
                recipient.due.keys = true;
                enqueue(&mut self.work, peer);
            }
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
        if self.ratchet_at.is_some_and(|at| at <= self.now) {
            self.ratchet();
        }
        if let Some(keys) = &self.keys {
            let old_at = keys.rotated_at.after(self.rotate_every);
            if old_at <= self.now {
                self.rotate_by(self.now);
            }
        }
        if self.rotate_at.is_some_and(|at| at <= self.now) {
            self.rotate();
        }
        if self.next_deadline().is_some_and(|deadline| deadline <= self.now) {
            self.switch();
        }
        let old_at = self.keys.as_ref().map(|keys| keys.rotated_at.after(self.rotate_every));
        let timers = [self.ratchet_at, self.rotate_at, self.next_deadline(), old_at];
        if let Some(at) = timers.into_iter().flatten().min() {
            self.arm(at);
        }
    }

    /// A member that the next key waited for has it, or has gone.
    pub(super) fn one_less_to_wait_for(&mut self) {
        let Some(next) = self.keys.as_mut().and_then(|keys| keys.next.as_mut()) else {
            return;
        };
        next.unacked = next.unacked.saturating_sub(1);
        if next.unacked == 0 {
            self.switch();
        }
    }

    /// One step on, for newcomers alone: they can't compute what came before, and the others reach
    /// it by themselves (RFC 9605 section 5.1).
    fn ratchet(&mut self) {
        self.ratchet_at = None;
        let Some(keys) = &mut self.keys else {
            return;
        };
        if self.peers.iter().all(|peer| peer.entitled.is_some()) {
            return;
        }
        let key = keys.current.ratchet(self.suite);
        if let Some(next) = &keys.next
            && key.epoch >= next.first
        {
            // That would be the name of a fresh key: newcomers begin with the next one.
            let epoch = next.key.epoch;
            self.entitle(epoch);
            return;
        }
        keys.current = key;
        keys.ratcheted_at = Some(self.now);
        let epoch = keys.current.epoch;
        self.seal_under_current();
        self.entitle(epoch);
    }

    /// Lets newcomers have our keys from this one on.
    fn entitle(&mut self, epoch: Epoch) {
        for peer in self.peers.iter_mut().filter(|peer| peer.entitled.is_none()) {
            peer.entitled = Some(epoch);
            peer.newcomer = true;
            if let Some(recipient) = peer.recipient() {
                recipient.due.keys = true;
                enqueue(&mut self.work, peer);
            }
        }
    }

    /// Makes a fresh key for all who are here; it is used when they have it.
    fn rotate(&mut self) {
        self.rotate_at = None;
        let key = self.generate();
        let Some(keys) = &mut self.keys else {
            return;
        };
        let epoch = key.epoch;
        let mut unacked: usize = 0;
        for peer in &mut self.peers {
            if let Some(proven) = &mut peer.proven {
                proven.gates = true;
                unacked = unacked.saturating_add(1);
            }
            if let Some(recipient) = peer.recipient() {
                recipient.due.keys = true;
                peer.retry.reset();
                enqueue(&mut self.work, peer);
            }
        }
        // A leaver may have the key that this one replaces before it was used, so its time holds.
        let (first, deadline) = match mem::take(&mut keys.next) {
            Some(superseded) => (superseded.first, superseded.deadline),
            None => (epoch, self.now.after(SWITCH_DEADLINE)),
        };
        keys.next = Some(NextKey { key, first, deadline, unacked });
        keys.rotated_at = self.now;
        self.entitle(epoch);
        self.arm(deadline);
        if unacked == 0 {
            self.switch();
        }
    }

    /// Begins to use the next key, and forgets the one before.
    fn switch(&mut self) {
        let Some(keys) = &mut self.keys else {
            return;
        };
        let Some(NextKey { key, .. }) = keys.next.take() else {
            return;
        };
        keys.current = key;
        for proven in self.peers.iter_mut().filter_map(|peer| peer.proven.as_mut()) {
            proven.gates = false;
        }
        self.seal_under_current();
    }

    fn seal_under_current(&mut self) {
        let Some(OwnKeys { current, .. }) = &self.keys else {
            return;
        };
        let Epoch { generation, step } = current.epoch;
        let seal = Output::Seal { key_id: current.key_id(), key: current.send_key() };
        self.outputs.extend([seal, Output::Event(Event::KeyChange { generation, step })]);
    }

    fn generate(&mut self) -> OwnKey {
        OwnKey::generate(self.slot, self.next_generation(), &mut self.rng)
    }

    /// Returns the generation that the next fresh key begins.
    pub(super) fn next_generation(&self) -> u64 {
        self.keys.as_ref().map_or(0, |keys| keys.newest().saturating_add(1))
    }

    fn rotate_by(&mut self, at: Timestamp) {
        let at = self.rotate_at.map_or(at, |planned| planned.min(at));
        self.rotate_at = Some(at);
        self.arm(at);
    }

    fn next_deadline(&self) -> Option<Timestamp> {
        Some(self.keys.as_ref()?.next.as_ref()?.deadline)
    }
}

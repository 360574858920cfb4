//! What others say under seal.

use alloc::vec::Vec;
use core::mem;

use frameseal_sframe::BaseKey;
use rand_core::CryptoRng;

use super::KeyManager;
use crate::association::{Delivery, Topic};
use crate::epoch::Epoch;
use crate::message::{Body, Wants, WrappedKey};
use crate::output::Output;
use crate::peer::{Access, Proof};

impl<R: CryptoRng> KeyManager<R> {
    /// Takes what a member said under seal; `greeted`: a hello came along, which wants an answer.
    pub(super) fn take(&mut self, at: usize, body: Body, greeted: bool) {
        let Body { keys, ack, wants, read, rival } = body;
        if let Some(peer) = self.peers.get_mut(at) {
            peer.keys.hear(read);
        }
        if let Some(epoch) = ack {
            self.take_ack(at, epoch);
        }
        self.take_keys(at, keys);
        if let Some(peer) = self.peers.get_mut(at) {
            peer.keys.hear(read); // the fresh key that a departure makes is a word of its owner, too
        }
        if let Some(rival) = rival {
            self.hear_of_rival(at, rival);
        }
        self.owe_answer(at, wants, greeted);
    }

    /// Makes due what a member waits for.
    fn owe_answer(&mut self, at: usize, wants: Wants, greeted: bool) {
        let (sends, proof) = (self.keys.is_some(), self.proof);
        let Some(peer) = self.peers.get_mut(at) else {
            return;
        };
        peer.retry.reset();
        let Some(proven) = peer.proven_mut() else {
            return;
        };
        if greeted && proof == Proof::Waived && proven.delivery == Delivery::Settled(None) {
            // It repeats itself until we answer, and our keys go along with the answer.
            proven.due.topic = Topic::Nothing;
        }
        if greeted || wants != Wants::Nothing {
            proven.due.raise(Topic::Answer);
        }
        if wants == Wants::Keys && sends {
            proven.due.raise(Topic::Keys);
        }
        if proven.due.is_any() {
            self.say_to(at);
        }
    }

    /// Takes the keys of one message: the one in use, and the next.
    fn take_keys(&mut self, at: usize, keys: Vec<WrappedKey>) {
        let newest = |manager: &Self| {
            manager.peers.get(at).and_then(|peer| Some((peer.keys.anchor()?, peer.keys.slot()?)))
        };
        let before = newest(self);
        for key in keys {
            self.take_key(at, key);
        }
        match newest(self) {
            Some((epoch, slot)) if before.is_none_or(|(before, _)| epoch > before) => {
                self.settle_slot(at, slot, before.map(|(_, slot)| slot));
            }
            _ => {}
        }
    }

    fn take_key(&mut self, at: usize, key: WrappedKey) {
        let WrappedKey { slot, epoch, mut base_key } = key;
        let now = self.now;
        let Some(peer) = self.peers.get_mut(at) else {
            return;
        };
        let Some(wipes) = peer.keys.take(now, slot, epoch) else {
            return;
        };
        let (id, due_at) = (peer.id.clone(), peer.keys.due_at());
        for key_id in wipes {
            self.wipe(&id, Some(key_id));
        }
        if let Some(due_at) = due_at {
            self.set_alarm(at, due_at);
        }
        let key = BaseKey::new(mem::take(&mut *base_key)).into_receive_key();
        self.outputs.push_back(Output::Open { key_id: epoch.key_id(slot), key, member: id });
    }

    fn take_ack(&mut self, at: usize, epoch: Epoch) {
        let Some((newest, fresh)) = self.keys.as_ref().map(|it| (it.newest(), it.newest_fresh()))
        else {
            return;
        };
        let Some(peer) = self.peers.get_mut(at).filter(|_| epoch <= newest) else {
            return;
        };
        let id = peer.id.clone();
        let access = peer.access;
        let Some(proven) = peer.proven_mut() else {
            return;
        };
        proven.delivery.acknowledge(epoch, fresh);
        if let Access::Newcomer(first) = access {
            peer.access = Access::Settled(first);
            self.outputs.push_back(Output::RefreshVideo);
        }
        if epoch >= fresh {
            self.stop_waiting_for(&id);
        }
    }
}

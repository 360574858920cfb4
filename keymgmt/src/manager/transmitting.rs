//! What we say, and when we say it again.

use core::mem;

use rand_core::CryptoRng;

use super::{KeyManager, enqueue};
use crate::member_id::MemberId;
use crate::message::{Body, Message, Wants};
use crate::output::Output;
use crate::own_keys::OwnKeys;
use crate::peer::{Due, Peer};
use crate::wrapping_key::Party;

impl<R: CryptoRng> KeyManager<R> {
    /// Makes our introduction to all who are here.
    pub(super) fn announcement(&self) -> Output {
        let message =
            Message::encode(self.room, self.member.as_str(), None, Some(&self.hello), None);
        Output::Transmit { to: None, message }
    }

    /// Makes the message of what is due to a member; `None` if nothing is.
    pub(super) fn transmission(&mut self, id: &MemberId) -> Option<Output> {
        let at = self.position(id).ok()?;
        let peer = self.peers.get_mut(at)?;
        peer.queued = false;
        let hello_due = mem::take(&mut peer.hello_due);
        let newest = self.keys.as_ref().map(OwnKeys::newest_fresh);

        let is_recipient = peer.proven.is_none();
        let Peer { id, hello, proven, candidate, entitled, received, .. } = peer;
        let candidate = candidate.as_mut().filter(|candidate| !candidate.judging);
        let candidate = candidate.map(|candidate| &mut candidate.association);
        // A candidate first: it waits for an answer to its hello.
        let (association, greet, is_recipient) = match candidate {
            Some(candidate) if candidate.due.is_any() => (Some(candidate), true, is_recipient),
            _ => (proven.as_mut(), hello_due, true),
        };
        let Some(association) = association.filter(|it| greet || it.due.is_any()) else {
            return hello_due.then(|| self.introduction(at));
        };

        let mut due = mem::take(&mut association.due);
        // Whatever is overtaken is void, so each message carries the keys that want an ack. Only a
        // repetition asks for it: two members that refuse each other's keys would else never stop.
        let asks = due.keys;
        due.keys |= association.awaits(newest);
        let lacks_keys = association.delivered < newest && !association.awaits_ack;
        let entitled = entitled.filter(|_| is_recipient && (due.keys || due.answer && lacks_keys));
        let keys = self.keys.as_ref().zip(entitled);
        let keys = keys.map(|(keys, entitled)| keys.copies(entitled)).unwrap_or_default();
        let ack = received.last().filter(|_| is_recipient).map(|key| key.epoch.generation);
        let handed = !keys.is_empty();
        association.handed |= handed;
        association.awaits_ack |= asks && handed;
        let unasked = handed && !association.awaits_ack;
        let wants = match due {
            Due { request: true, .. } => Wants::Keys,
            _ if asks && handed => Wants::Ack,
            _ => Wants::Nothing,
        };

        let body = Body { keys, ack, wants };
        let us = Party { id: self.member.as_str(), hello };
        let wrapping = association.keys(&*self.salt, &self.key_pair, us, id);
        self.sequence = self.sequence.saturating_add(1);
        let message = Message::encode(
            self.room,
            self.member.as_str(),
            Some(id.as_str()),
            greet.then_some(hello),
            Some((&wrapping.ours, self.sequence, &body)),
        );
        let to = Some(id.clone());
        peer.handed |= handed;
        // Keys that go along with an answer are not acknowledged, and need no key frame: the member
        // was here before us, or asks for one itself.
        peer.newcomer &= !unasked;
        self.conclude(at);
        Some(Output::Transmit { to, message })
    }

    /// Makes our introduction to one member.
    fn introduction(&mut self, at: usize) -> Output {
        let mut transmit = (None, alloc::vec::Vec::new());
        if let Some(peer) = self.peers.get(at) {
            let to = peer.id.as_str();
            let hello = Some(&peer.hello);
            let message = Message::encode(self.room, self.member.as_str(), Some(to), hello, None);
            transmit = (Some(peer.id.clone()), message);
        }
        self.conclude(at);
        let (to, message) = transmit;
        Output::Transmit { to, message }
    }

    /// Sees to what a member is still owed after a message.
    fn conclude(&mut self, at: usize) {
        let newest = self.keys.as_ref().map(OwnKeys::newest_fresh);
        let Some(peer) = self.peers.get_mut(at) else {
            return;
        };
        if peer.proven.as_ref().is_some_and(|proven| proven.due.is_any()) {
            enqueue(&mut self.work, peer);
        }
        if peer.owes(newest) {
            let at = peer.retry.arm(self.now, &mut self.rng);
            self.arm(at);
        }
    }
}

//! What we say, and when we say it again.

use alloc::vec::Vec;
use core::mem;

use rand_core::CryptoRng;

use super::KeyManager;
use crate::association::{Association, Delivery, Due, Request, Topic};
use crate::epoch::Epoch;
use crate::member_id::MemberId;
use crate::message::{Body, Message, Wants, WrappedKey};
use crate::output::Output;
use crate::own_keys::OwnKeys;
use crate::peer::{Access, Exposure, Greeting, Peer};
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
        let newest = self.newest_fresh();
        let peer = self.peers.get_mut(at)?;
        let greeting = mem::replace(&mut peer.greeting, Greeting::Said);
        let message = match Addressee::of(peer, greeting)? {
            Addressee::Anybody => self.introduction(at)?,
            Addressee::Candidate => self.sealed(at, newest, Addressee::Candidate, Greeting::Due)?,
            Addressee::Proven => self.sealed(at, newest, Addressee::Proven, greeting)?,
        };
        self.conclude(at, newest);
        Some(Output::Transmit { to: Some(id.clone()), message })
    }

    /// Makes our introduction to one member.
    fn introduction(&self, at: usize) -> Option<Vec<u8>> {
        let Peer { id, hello, .. } = self.peers.get(at)?;
        let (us, to) = (self.member.as_str(), Some(id.as_str()));
        Some(Message::encode(self.room, us, to, Some(hello), None))
    }

    /// Makes a message that is sealed, of what is due.
    fn sealed(
        &mut self,
        at: usize,
        newest: Option<Epoch>,
        addressee: Addressee,
        greeting: Greeting,
    ) -> Option<Vec<u8>> {
        let body = self.body(at, newest, addressee)?;
        self.sequence = self.sequence.saturating_add(1);
        let us = self.member.as_str();
        let peer = self.peers.get_mut(at)?;
        let (id, hello) = (peer.id.clone(), peer.hello.clone());
        let party = Party { id: us, hello: &hello };
        let association = addressee.association(peer)?;
        let wrapping = association.keys(&*self.salt, &self.key_pair, party, &id);
        Some(Message::encode(
            self.room,
            us,
            Some(id.as_str()),
            (greeting == Greeting::Due).then_some(&hello),
            Some((&wrapping.ours, self.sequence, &body)),
        ))
    }

    /// Takes what is due, and makes the plaintext of it.
    fn body(&mut self, at: usize, newest: Option<Epoch>, addressee: Addressee) -> Option<Body> {
        let peer = self.peers.get_mut(at)?;
        let is_member = addressee == Addressee::Proven || peer.proven().is_none();
        let may_have_keys = is_member && peer.may_have_keys(self.proof);
        let (ack, access) = (peer.keys.anchor().filter(|_| is_member), peer.access);
        let Association { introduction, delivery, due, .. } = addressee.association(peer)?;
        let Due { topic, request, rival } = mem::take(due);
        let read = introduction.last_sequence;
        let keys = offer(self.keys.as_ref(), access, topic, *delivery, newest)
            .filter(|_| may_have_keys)
            .unwrap_or_default();

        // Only a repetition asks for an ack: two members that refuse each other's keys would else
        // never stop.
        let asks = topic == Topic::Keys && !keys.is_empty();
        // Keys that go along with an answer are not acknowledged, and need no key frame: the member
        // was here before us, or asks for one itself.
        let unasked = !keys.is_empty() && !asks && matches!(delivery, Delivery::Settled(_));
        if asks {
            *delivery = Delivery::Repeating(delivery.acked());
        }
        if unasked {
            peer.access = access.settled();
        }
        if !keys.is_empty() {
            peer.exposure = peer.exposure.max(Exposure::Member);
        }
        let wants = match request {
            Request::Keys => Wants::Keys,
            Request::None if asks => Wants::Ack,
            Request::None => Wants::Nothing,
        };
        Some(Body { keys, ack, wants, read, rival })
    }

    /// Sees to what a member is still owed after a message.
    fn conclude(&mut self, at: usize, newest: Option<Epoch>) {
        let Some(peer) = self.peers.get_mut(at) else {
            return;
        };
        if peer.proven().is_some_and(|proven| proven.due.is_any()) {
            self.agenda.add(&peer.id);
        }
        if peer.owes(newest) {
            let retry_at = peer.retry.arm(self.now, &mut self.rng);
            self.set_alarm(at, retry_at);
        }
    }
}

/// Whom a message is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Addressee {
    /// Whoever is the member: it is our hello alone.
    Anybody,
    /// Whoever claims to be the member.
    Candidate,
    /// Whoever has proven to be the member.
    Proven,
}

impl Addressee {
    /// Decides whom the next message is for; `None` if nothing is due.
    ///
    /// A candidate goes first: it waits for an answer to its hello.
    fn of(peer: &mut Peer, greeting: Greeting) -> Option<Self> {
        if peer.accepted().is_some_and(|accepted| accepted.due.is_any()) {
            return Some(Self::Candidate);
        }
        match peer.proven() {
            Some(proven) if proven.due.is_any() || greeting == Greeting::Due => Some(Self::Proven),
            None if greeting == Greeting::Due => Some(Self::Anybody),
            _ => None,
        }
    }

    fn association(self, peer: &mut Peer) -> Option<&mut Association> {
        match self {
            Self::Anybody => None,
            Self::Candidate => peer.accepted(),
            Self::Proven => peer.proven_mut(),
        }
    }
}

/// Returns the keys that belong in a message, if any do: those that are due, and all that still want
/// an ack, because a message that this one overtakes is void; and with an answer those that the other
/// end lacks.
fn offer(
    keys: Option<&OwnKeys>,
    access: Access,
    topic: Topic,
    delivery: Delivery,
    newest: Option<Epoch>,
) -> Option<Vec<WrappedKey>> {
    let lacks = matches!(delivery, Delivery::Settled(acked) if acked < newest);
    let belong = match topic {
        Topic::Keys => true,
        Topic::Answer => lacks || delivery.awaits(newest),
        Topic::Nothing => delivery.awaits(newest),
    };
    Some(keys?.copies(access.first()?)).filter(|_| belong)
}

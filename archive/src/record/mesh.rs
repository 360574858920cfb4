//! The connections to all other members: one each, kept up, as the page's `mesh.ts` has them at the
//! other end. Of two members the one with the higher ID begins, with a name for the attempt.

use alloc::collections::BTreeMap;
use core::time::Duration;
use std::time::Instant;

use anyhow::Result;
use frameseal::MemberId;
use str0m::media::MediaKind;

use super::clock::later;
use super::member::random_id;
use super::messages::{Description, DescriptionKind, Signal};
use super::negotiation::Turns;
use super::transport::Connection;

/// All connections from member to member.
#[derive(Default)]
pub(crate) struct Mesh {
    own: String,
    /// What goes over a connection, beside data: what a page can send, in its order.
    places: Vec<MediaKind>,
    peers: BTreeMap<MemberId, Peer>,
    /// To be sealed and sent.
    signals: Vec<Signal>,
}

/// The other end.
struct Peer {
    /// It offers, and we answer.
    is_theirs: bool,
    link: Option<Link>,
    /// When something was last done about a connection that is not there.
    acted_at: Instant,
    linked_at: Option<Instant>,
}

/// One attempt to connect.
struct Link {
    name: String,
    connection: Connection,
    turns: Turns,
    sent: u64,
    /// Number of the next signal that may be heard.
    expected: u64,
}

impl Mesh {
    /// `places`: what others can send, in the order in which the page has them.
    pub(crate) fn new(own: &str, places: &[MediaKind]) -> Self {
        Self { own: own.to_owned(), places: places.to_vec(), ..Self::default() }
    }

    /// Connects to a member whose keys are here, unless that is under way.
    pub(crate) fn connect(
        &mut self,
        now: Instant,
        member: &MemberId,
        open: impl FnOnce() -> Connection,
    ) -> Result<()> {
        if self.peers.contains_key(member) {
            return Ok(());
        }
        let is_theirs = self.own.as_str() < member.as_str();
        let peer = Peer { is_theirs, link: None, acted_at: now, linked_at: None };
        self.peers.insert(member.clone(), peer);
        if is_theirs {
            self.ask(member);
            return Ok(());
        }
        self.begin(now, member, open)
    }

    pub(crate) fn disconnect(&mut self, member: &MemberId) {
        self.peers.remove(member);
    }

    /// All connections, and whose they are.
    pub(crate) fn connections(&mut self) -> impl Iterator<Item = (&MemberId, &mut Connection)> {
        self.peers
            .iter_mut()
            .filter_map(|(member, peer)| Some((member, &mut peer.link.as_mut()?.connection)))
    }

    /// Returns what is to be said to others.
    pub(crate) fn take_signals(&mut self) -> Vec<Signal> {
        core::mem::take(&mut self.signals)
    }

    /// Takes what a member said about the connection to it.
    pub(crate) fn handle(
        &mut self,
        now: Instant,
        from: &MemberId,
        signal: &Signal,
        open: impl FnOnce() -> Connection,
    ) -> Result<()> {
        let Some(peer) = self.peers.get_mut(from) else {
            return Ok(());
        };
        if signal.begin == Some(true) {
            // What is young is on its way to the one who asks.
            let is_young = peer.linked_at.is_some_and(|at| now < later(at, ASK_AFTER));
            if !peer.is_theirs && !is_young {
                self.begin(now, from, open)?;
            }
            return Ok(());
        }
        if peer.link.as_ref().is_none_or(|link| link.name != signal.link) {
            if !peer.is_theirs {
                return Ok(());
            }
            let kind = signal.description.as_ref().map(|description| description.kind);
            if signal.number != 0 || kind != Some(DescriptionKind::Offer) {
                // It goes on with a connection that we have given up.
                if peer.link.is_none() {
                    self.ask(from);
                }
                return Ok(());
            }
            peer.link = Some(Link::new(signal.link.clone(), open(), false));
            peer.acted_at = now;
            peer.linked_at = Some(now);
        }
        if let Some(link) = &mut peer.link
            && link.hear(from, signal, &mut self.signals).is_err()
        {
            peer.link = None;
        }
        Ok(())
    }

    /// Mends what is broken. While the server is away nothing could be agreed on: not to be called then.
    pub(crate) fn mend(
        &mut self,
        now: Instant,
        mut open: impl FnMut() -> Connection,
    ) -> Result<()> {
        let mut broken = Vec::new();
        for (member, peer) in &mut self.peers {
            peer.link.take_if(|link| link.connection.is_closed());
            let patience = if peer.link.is_some() { RENEW_AFTER } else { ASK_AFTER };
            if peer.link.as_ref().is_some_and(|link| link.connection.is_connected()) {
                peer.acted_at = now;
            } else if now >= later(peer.acted_at, patience) {
                peer.acted_at = now;
                broken.push((member.clone(), peer.is_theirs));
            }
        }
        for (member, is_theirs) in broken {
            if is_theirs {
                self.ask(&member);
            } else {
                self.begin(now, &member, &mut open)?;
            }
        }
        Ok(())
    }

    fn begin(
        &mut self,
        now: Instant,
        member: &MemberId,
        open: impl FnOnce() -> Connection,
    ) -> Result<()> {
        let mut link = Link::new(random_id()?, open(), true);
        if let Some(sdp) = link.connection.offer(&self.places) {
            link.turns.offered();
            let description = Some(Description { kind: DescriptionKind::Offer, sdp });
            let signal = Signal { description, ..link.signal(member) };
            self.signals.push(signal);
        }
        if let Some(peer) = self.peers.get_mut(member) {
            peer.link = Some(link);
            peer.acted_at = now;
            peer.linked_at = Some(now);
        }
        Ok(())
    }

    /// Asks the other end to begin.
    fn ask(&mut self, member: &MemberId) {
        let to = member.as_str().to_owned();
        self.signals.push(Signal { to, begin: Some(true), ..Signal::default() });
    }
}

impl Link {
    fn new(name: String, connection: Connection, is_first: bool) -> Self {
        Self { name, connection, turns: Turns::new(is_first), sent: 0, expected: 0 }
    }

    fn signal(&mut self, to: &MemberId) -> Signal {
        let number = self.sent;
        self.sent = number.saturating_add(1);
        let (to, link) = (to.as_str().to_owned(), self.name.clone());
        Signal { to, link, number, ..Signal::default() }
    }

    fn hear(
        &mut self,
        from: &MemberId,
        signal: &Signal,
        signals: &mut Vec<Signal>,
    ) -> Result<(), super::transport::NotUnderstood> {
        if signal.number < self.expected {
            return Ok(());
        }
        self.expected = signal.number.saturating_add(1);
        let mut turn = signal.turn.and_then(|turn| self.turns.take(turn));
        if let Some(candidate) = &signal.candidate {
            self.connection.add_candidate(&candidate.candidate);
        }
        match &signal.description {
            Some(Description { kind: DescriptionKind::Answer, sdp }) => {
                self.connection.take_answer(sdp)?;
                turn = self.turns.settled();
            }
            Some(Description { kind: DescriptionKind::Offer, sdp }) if self.turns.may_answer() => {
                let sdp = self.connection.answer(sdp)?;
                let description = Some(Description { kind: DescriptionKind::Answer, sdp });
                let signal = Signal { description, ..self.signal(from) };
                signals.push(signal);
                turn = self.turns.settled();
            }
            _ => {}
        }
        if turn.is_some() {
            let signal = Signal { turn, ..self.signal(from) };
            signals.push(signal);
        }
        Ok(())
    }
}

/// Sealed offers come within one second; after that the offer, or who makes it, was lost.
const ASK_AFTER: Duration = Duration::from_millis(2500);

/// A new connection is there within 2 s, or behind a slow relay within 8.
const RENEW_AFTER: Duration = Duration::from_secs(8);

//! A member's place in a room, which outlives the connection that it was taken with.

use alloc::collections::VecDeque;
use core::time::Duration;

use crate::identity::MemberId;
use crate::limits::{KEPT_BYTES, SILENCE};
use crate::message::{Payload, ServerMessage};
use crate::rooms::Socket;

/// What is kept for a member: the connection, if there is one, and what has not arrived for certain.
///
/// Both ends number what they relay, say what they got with every ping, and send again what the other
/// end did not get when the connection breaks. A client that numbers nothing gets again what came
/// while it was known to be away.
#[derive(Debug)]
pub(crate) struct Seat {
    socket: Option<Socket>,
    heard: Duration,
    /// Number of the last message that this seat relayed.
    received: u64,
    /// Number of the last message that was relayed to it.
    sent: u64,
    /// The client says what it got.
    acknowledges: bool,
    kept: VecDeque<Kept>,
    kept_bytes: usize,
}

#[derive(Debug)]
struct Kept {
    seq: u64,
    from: MemberId,
    data: Payload,
}

/// More waits than may wait: the member has to start anew.
#[derive(Debug)]
pub(crate) struct Overflow;

impl Seat {
    /// A new seat, whose numbers go on from what the member has got elsewhere.
    pub(crate) fn new(now: Duration, socket: Socket, received: Option<u64>) -> Self {
        Self {
            socket: Some(socket),
            heard: now,
            received: 0,
            sent: received.unwrap_or(0),
            acknowledges: received.is_some(),
            kept: VecDeque::new(),
            kept_bytes: 0,
        }
    }

    /// Goes on with another connection; returns the one before, if it was not known to be broken.
    pub(crate) fn resume(
        &mut self,
        now: Duration,
        socket: Socket,
        received: Option<u64>,
    ) -> Option<Socket> {
        self.hear(now);
        self.acknowledges = received.is_some();
        self.acknowledge(received);
        // It may have got more elsewhere.
        self.sent = self.sent.max(received.unwrap_or(0));
        self.socket.replace(socket)
    }

    /// The connection broke.
    pub(crate) fn disconnect(&mut self) {
        self.socket = None;
    }

    /// The member gave a sign of life.
    pub(crate) fn hear(&mut self, now: Duration) {
        self.heard = now;
    }

    /// The member got everything up to this.
    pub(crate) fn acknowledge(&mut self, received: Option<u64>) {
        let received = received.unwrap_or(0);
        while self.kept.front().is_some_and(|kept| kept.seq <= received) {
            self.forget_oldest();
        }
    }

    /// Notes that the member relayed something; returns whether that is new.
    pub(crate) fn receives(&mut self, seq: Option<u64>) -> bool {
        let seq = seq.unwrap_or_else(|| self.received.saturating_add(1));
        let is_new = seq > self.received;
        self.received = self.received.max(seq);
        is_new
    }

    /// Number of the last message that the member relayed.
    pub(crate) fn received(&self) -> u64 {
        self.received
    }

    pub(crate) fn socket(&self) -> Option<Socket> {
        self.socket
    }

    pub(crate) fn has_vanished(&self, now: Duration) -> bool {
        now.saturating_sub(self.heard) >= SILENCE
    }

    /// Takes what is relayed to the member; returns what is to be sent now, and where.
    pub(crate) fn deliver(
        &mut self,
        from: &MemberId,
        data: &Payload,
    ) -> Result<Option<(Socket, ServerMessage)>, Overflow> {
        self.sent = self.sent.saturating_add(1);
        let kept = Kept { seq: self.sent, from: from.clone(), data: data.clone() };
        let now = self.socket.map(|socket| (socket, kept.to_message()));
        if self.socket.is_none() || self.acknowledges {
            self.keep(kept)?;
        }
        Ok(now)
    }

    /// Returns what has to be sent when the member is back.
    pub(crate) fn waiting(&mut self) -> Vec<ServerMessage> {
        let messages = self.kept.iter().map(Kept::to_message).collect();
        if !self.acknowledges {
            self.kept.clear();
            self.kept_bytes = 0;
        }
        messages
    }

    /// Returns what has not arrived for certain, for who goes on with this seat elsewhere.
    pub(crate) fn into_kept(self) -> impl Iterator<Item = (MemberId, Payload)> {
        self.kept.into_iter().map(|kept| (kept.from, kept.data))
    }

    fn keep(&mut self, kept: Kept) -> Result<(), Overflow> {
        self.kept_bytes = self.kept_bytes.saturating_add(kept.data.len());
        self.kept.push_back(kept);
        while self.kept_bytes > KEPT_BYTES {
            if self.socket.is_none() {
                return Err(Overflow);
            }
            // Most probably arrived, and is only not acknowledged yet.
            self.forget_oldest();
        }
        Ok(())
    }

    fn forget_oldest(&mut self) {
        if let Some(kept) = self.kept.pop_front() {
            self.kept_bytes = self.kept_bytes.saturating_sub(kept.data.len());
        }
    }
}

impl Kept {
    fn to_message(&self) -> ServerMessage {
        ServerMessage::Relay { from: self.from.clone(), data: self.data.clone(), seq: self.seq }
    }
}

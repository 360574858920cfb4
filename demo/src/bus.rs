//! What server processes that share a room say to each other. They trust each other.
//!
//! There is one message for everything about presence, the [`Roster`]: what it lists is there, what
//! it no longer lists has left, and who sends none for 9 s has vanished with all it listed. So a
//! message that is lost does no harm for long.

use core::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::identity::{Claim, MemberId, MemberName, RoomName, ServerId};
use crate::message::Payload;

/// What one process says to all others that have members in the room.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
#[non_exhaustive]
pub enum BusMessage {
    /// Asks all for their rosters.
    Ask,
    /// Who sits here.
    Roster(Roster),
    /// Hands on what a member relays.
    Relay {
        /// Who relays it.
        from: MemberId,
        /// Nobody means everybody else.
        to: Option<MemberId>,
        /// Opaque.
        data: Payload,
    },
}

/// The members of one room that are connected to one process.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Roster {
    /// The process.
    pub server: ServerId,
    /// Its members.
    pub members: Vec<RosterEntry>,
}

/// A member in a [`Roster`].
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct RosterEntry {
    /// Who.
    pub id: MemberId,
    /// What the member is called.
    pub name: MemberName,
    /// What entitles to the seat.
    pub claim: Claim,
    /// When the seat was taken.
    pub since: Since,
}

/// When a seat was taken: milliseconds since 1970, but always later than a seat that it replaces.
///
/// It decides between two processes that both have the seat, on each the same way: of two with one
/// claim the later one is where the member is now; of two with different claims the first stays.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Since(u64);

impl Since {
    /// Now, as the time since 1970.
    #[must_use]
    pub fn new(now: Duration) -> Self {
        Self(u64::try_from(now.as_millis()).unwrap_or(u64::MAX))
    }

    /// Now, but after `other`.
    #[must_use]
    pub fn after(now: Duration, other: Self) -> Self {
        Self::new(now).max(Self(other.0.saturating_add(1)))
    }
}

/// What the hub wants done.
#[derive(Debug)]
pub(crate) enum BusCommand {
    /// Hears what others publish in this room.
    Open(RoomName),
    Shut(RoomName),
    Publish(RoomName, BusMessage),
}

/// The hub's end of the queue to the bus.
#[derive(Debug)]
pub(crate) struct BusQueue {
    /// Which rooms are open: none of it may be lost, and there is one for each room that begins or ends.
    rooms: mpsc::UnboundedSender<BusCommand>,
    messages: mpsc::Sender<BusCommand>,
}

/// The bus's end.
#[derive(Debug)]
pub(crate) struct BusCommands {
    rooms: mpsc::UnboundedReceiver<BusCommand>,
    messages: mpsc::Receiver<BusCommand>,
}

impl BusQueue {
    pub(crate) fn new() -> (Self, BusCommands) {
        let (rooms, opened) = mpsc::unbounded_channel();
        let (messages, published) = mpsc::channel(MESSAGES);
        (Self { rooms, messages }, BusCommands { rooms: opened, messages: published })
    }

    /// Returns whether there was room for it. Rosters are repeated; whatever else is published, a
    /// network might have lost as well.
    pub(crate) fn send(&self, command: BusCommand) -> bool {
        match command {
            BusCommand::Open(_) | BusCommand::Shut(_) => self.rooms.send(command).is_ok(),
            BusCommand::Publish(..) => self.messages.try_send(command).is_ok(),
        }
    }
}

impl BusCommands {
    /// Rooms are opened before anything is said in them. Nothing when the hub has stopped.
    pub(crate) async fn next(&mut self) -> Option<BusCommand> {
        tokio::select! {
            biased;
            Some(command) = self.rooms.recv() => Some(command),
            Some(command) = self.messages.recv() => Some(command),
            else => None,
        }
    }
}

/// How often each process sends its rosters: as often as clients ping.
pub const ROSTER_INTERVAL: Duration = Duration::from_secs(2);

/// How long the first member of a room in this process waits for the rosters of the others. Between
/// data centres an answer takes 200 ms at most; who answers later is told as `joined`.
pub const ROLL_CALL: Duration = Duration::from_millis(250);

/// Messages that may wait while the bus is slow.
const MESSAGES: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn rooms_are_opened_however_much_waits() {
        let room = RoomName::try_from("room".to_owned()).unwrap();
        let publish = || BusCommand::Publish(room.clone(), BusMessage::Ask);
        let (queue, mut commands) = BusQueue::new();
        while queue.send(publish()) {}
        assert!(queue.send(BusCommand::Open(room.clone())));
        assert!(matches!(commands.next().await, Some(BusCommand::Open(_))));
        for _ in 0..MESSAGES {
            assert!(matches!(commands.next().await, Some(BusCommand::Publish(..))));
        }
        assert!(queue.send(publish()));
        drop(queue);
        assert!(matches!(commands.next().await, Some(BusCommand::Publish(..))));
        assert!(commands.next().await.is_none());
    }
}

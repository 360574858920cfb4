//! What waits for the bus.

use tokio::sync::mpsc;

use crate::bus::BusMessage;
use crate::identity::RoomName;

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
    /// Which rooms are open. None of it may be lost, and there is no more of it than of rooms that
    /// begin and end.
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
    /// What opens rooms does not wait behind what is said. Nothing when the hub has stopped.
    pub(crate) async fn next(&mut self) -> Option<BusCommand> {
        tokio::select! {
            biased;
            Some(command) = self.rooms.recv() => Some(command),
            Some(command) = self.messages.recv() => Some(command),
            else => None,
        }
    }
}

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

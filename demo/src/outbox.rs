//! What waits for one client, in messages and in bytes.

use alloc::sync::Arc;

use axum::extract::ws::{CloseCode, Utf8Bytes};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use crate::limits::{QUEUE, QUEUE_BYTES};

/// What the hub hands to a connection.
#[derive(Debug)]
pub(crate) enum Outgoing {
    /// Its room in the queue is free again when this is dropped.
    Text(Utf8Bytes, OwnedSemaphorePermit),
    /// The last one.
    Close(CloseCode, &'static str),
}

impl Outgoing {
    /// Whether it is not to be sent any more.
    pub(crate) fn is_cut(&self) -> bool {
        matches!(self, Self::Text(_, room) if room.semaphore().is_closed())
    }
}

/// The hub's end of the queue to a connection, which ends after what waits when this is dropped.
#[derive(Clone, Debug)]
pub(crate) struct Outbox {
    queue: mpsc::Sender<Outgoing>,
    bytes: Arc<Semaphore>,
}

impl Outbox {
    pub(crate) fn new() -> (Self, mpsc::Receiver<Outgoing>) {
        let (queue, receiver) = mpsc::channel(QUEUE);
        (Self { queue, bytes: Arc::new(Semaphore::new(QUEUE_BYTES)) }, receiver)
    }

    /// Returns whether there was room for it.
    pub(crate) fn send(&self, text: String) -> bool {
        // What is larger than the queue goes when nothing else waits.
        let bytes = u32::try_from(text.len().min(QUEUE_BYTES)).unwrap_or(u32::MAX);
        Arc::clone(&self.bytes)
            .try_acquire_many_owned(bytes)
            .is_ok_and(|room| self.queue.try_send(Outgoing::Text(text.into(), room)).is_ok())
    }

    /// Has the connection close, after what waits.
    pub(crate) fn close(self, code: CloseCode, reason: &'static str) {
        // One whose queue is full is cut off.
        let _ = self.queue.try_send(Outgoing::Close(code, reason));
    }

    /// Has the connection end without what waits.
    pub(crate) fn cut(self) {
        self.bytes.close();
    }

    /// Resolves when the connection has ended.
    pub(crate) async fn closed(self) {
        self.queue.closed().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_messages_wait() {
        let (outbox, _queue) = Outbox::new();
        assert_eq!(fill(&outbox, 1), QUEUE);
    }

    #[test]
    fn so_many_bytes_wait_until_those_before_have_gone() {
        for (length, fitting) in
            [(QUEUE_BYTES / 4, 4), (QUEUE_BYTES / 4 + 1, 3), (QUEUE_BYTES, 1), (QUEUE_BYTES + 1, 1)]
        {
            let (outbox, mut queue) = Outbox::new();
            assert_eq!(fill(&outbox, length), fitting, "{length} bytes");
            let first = queue.try_recv();
            assert_eq!(fill(&outbox, length), 0, "{length} bytes: the first is on its way still");
            drop(first);
            assert_eq!(fill(&outbox, length), 1, "{length} bytes: the first has gone");
        }
    }

    #[test]
    fn what_waits_tells_that_the_connection_is_cut() {
        for is_cut in [false, true] {
            let (outbox, mut queue) = Outbox::new();
            assert!(outbox.send("text".to_owned()));
            if is_cut {
                outbox.cut();
            }
            assert_eq!(queue.try_recv().unwrap().is_cut(), is_cut);
        }
    }

    /// Sends messages of this length; returns how many there was room for.
    fn fill(outbox: &Outbox, length: usize) -> usize {
        (0..=QUEUE).take_while(|_| outbox.send("x".repeat(length))).count()
    }
}

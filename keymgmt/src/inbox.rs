//! Messages that came and are not read yet.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use crate::limits::{
    MAX_INBOX_BYTES, MAX_INBOX_MESSAGES, MAX_MESSAGE_LEN, MAX_STRANGERS, STRANGER_PATIENCE,
};
use crate::member_id::MemberId;
use crate::message::MessageError;
use frameseal_sframe::Timestamp;

/// Messages that wait for their turn, and messages of members that are not here yet.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    messages: VecDeque<(MemberId, Vec<u8>)>,
    bytes: usize,
    /// The last message of each member that may be about to join, and when it came.
    strangers: VecDeque<(Timestamp, MemberId, Vec<u8>)>,
}

impl Inbox {
    /// Keeps a message for its turn.
    pub(crate) fn push(&mut self, from: &MemberId, message: Vec<u8>) -> Result<(), MessageError> {
        let bytes = self.bytes.saturating_add(message.len());
        if message.len() > MAX_MESSAGE_LEN {
            return Err(MessageError::TooLong);
        }
        if self.messages.len() >= MAX_INBOX_MESSAGES || bytes > MAX_INBOX_BYTES {
            return Err(MessageError::InboxFull);
        }
        self.bytes = bytes;
        self.messages.push_back((from.clone(), message));
        Ok(())
    }

    /// Puts a message before all others.
    pub(crate) fn push_front(&mut self, from: MemberId, message: Vec<u8>) {
        self.bytes = self.bytes.saturating_add(message.len());
        self.messages.push_front((from, message));
    }

    pub(crate) fn pop(&mut self) -> Option<(MemberId, Vec<u8>)> {
        let (from, message) = self.messages.pop_front()?;
        self.bytes = self.bytes.saturating_sub(message.len());
        Some((from, message))
    }

    /// Keeps the message of a member that is not here yet; returns whose message is dropped for it.
    pub(crate) fn keep(
        &mut self,
        now: Timestamp,
        from: &MemberId,
        message: Vec<u8>,
    ) -> Option<MemberId> {
        let known = self.strangers.iter().position(|(_, id, _)| id == from);
        let full = self.strangers.len() >= MAX_STRANGERS;
        let dropped = known.or_else(|| full.then_some(0)).and_then(|at| self.strangers.remove(at));
        self.strangers.push_back((now, from.clone(), message));
        dropped.map(|(_, id, _)| id)
    }

    /// Takes the message that a member sent before it was here.
    pub(crate) fn recall(&mut self, now: Timestamp, id: &MemberId) -> Option<Vec<u8>> {
        let at = self.strangers.iter().position(|(_, stranger, _)| stranger == id)?;
        let (came_at, _, message) = self.strangers.remove(at)?;
        (now <= came_at.after(STRANGER_PATIENCE)).then_some(message)
    }
}

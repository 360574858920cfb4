//! The messages that are to be made, in their order.

use alloc::collections::VecDeque;

use crate::member_id::MemberId;
use crate::member_set::MemberSet;

/// Members whose turn it is to be sent to, each once.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    announcement: Option<Announcement>,
    order: VecDeque<MemberId>,
    waiting: MemberSet,
}

/// A message to make.
#[derive(Debug)]
pub(crate) enum Task {
    /// Our hello, to all.
    Announce,
    /// What is due to a member.
    Transmit(MemberId),
}

#[derive(Debug)]
struct Announcement;

impl Agenda {
    /// Puts our hello before all others.
    pub(crate) const fn announce(&mut self) {
        self.announcement = Some(Announcement);
    }

    /// Whether our hello to all is still to be made.
    pub(crate) const fn announces(&self) -> bool {
        self.announcement.is_some()
    }

    /// Gives a member its turn, if it has none.
    pub(crate) fn add(&mut self, id: &MemberId) {
        if self.waiting.insert(id) {
            self.order.push_back(id.clone());
        }
    }

    pub(crate) fn next(&mut self) -> Option<Task> {
        if self.announcement.take().is_some() {
            return Some(Task::Announce);
        }
        let id = self.order.pop_front()?;
        self.waiting.remove(&id);
        Some(Task::Transmit(id))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.announcement.is_none() && self.order.is_empty()
    }
}

//! When something is due for which member.

use alloc::collections::BTreeSet;

use frameseal_sframe::Timestamp;

use crate::member_id::MemberId;

/// Times at which members are to be looked at, the next one first. In a room of a thousand something
/// is due for somebody all the time: to look at everybody each time would cost more than the work.
///
/// A time may be over when it comes: whatever was due then was seen to, or is due later.
#[derive(Debug, Default)]
pub(crate) struct Alarms(BTreeSet<(Timestamp, MemberId)>);

impl Alarms {
    pub(crate) fn set(&mut self, at: Timestamp, id: &MemberId) {
        self.0.insert((at, id.clone()));
    }

    pub(crate) fn next_at(&self) -> Option<Timestamp> {
        self.0.first().map(|(at, _)| *at)
    }

    /// Takes out a member whose time has come.
    pub(crate) fn take_due(&mut self, now: Timestamp) -> Option<MemberId> {
        if self.next_at()? > now {
            return None;
        }
        self.0.pop_first().map(|(_, id)| id)
    }
}

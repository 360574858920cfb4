//! When something is due for which member.

use alloc::collections::BinaryHeap;
use core::cmp::Reverse;

use frameseal_sframe::Timestamp;

use crate::member_id::MemberId;

/// Times at which members need attention, earliest first. In a room of a thousand, some timer is
/// always due: checking every member each time would cost more than the work itself.
#[derive(Debug, Default)]
pub(crate) struct Alarms(BinaryHeap<Reverse<(Timestamp, MemberId)>>);

/// The next alarm of one member. Later entries for the same member are void.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Alarm(Option<Timestamp>);

impl Alarms {
    /// Has a member looked at, at this time or before.
    pub(crate) fn set(&mut self, alarm: &mut Alarm, at: Timestamp, id: &MemberId) {
        if alarm.0.is_none_or(|set| at < set) {
            alarm.0 = Some(at);
            self.0.push(Reverse((at, id.clone())));
        }
    }

    pub(crate) fn next_at(&self) -> Option<Timestamp> {
        self.0.peek().map(|Reverse((at, _))| *at)
    }

    /// Takes out an alarm whose time has come.
    pub(crate) fn take_due(&mut self, now: Timestamp) -> Option<(Timestamp, MemberId)> {
        if self.next_at()? > now {
            return None;
        }
        self.0.pop().map(|Reverse(due)| due)
    }
}

impl Alarm {
    /// Tells whether this is the member's alarm that went off at `at`, and not a void one.
    pub(crate) fn take(&mut self, at: Timestamp) -> bool {
        self.0.take_if(|set| *set == at).is_some()
    }
}

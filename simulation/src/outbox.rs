//! The key messages that a client has yet to send: as the demo's page does it (`outbox.ts`).

use alloc::collections::VecDeque;

use frameseal::MemberId;

/// A queue that is sent no faster than the server allows. A newer key message for a member takes the
/// place of the one that waits: it says all that the older one said.
#[derive(Debug)]
pub(crate) struct Outbox {
    queue: VecDeque<(Option<MemberId>, Vec<u8>)>,
    per_second: u32,
    /// Messages that may be sent, in thousandths.
    allowance: u64,
    /// When that was counted, in ms.
    counted_at: u64,
}

/// What a client does next.
pub(crate) enum Next {
    Send(Option<MemberId>, Vec<u8>),
    /// Wait until this time, in ms.
    At(u64),
    Nothing,
}

impl Outbox {
    pub(crate) fn new(per_second: u32) -> Self {
        let allowance = u64::from(per_second) * THOUSAND;
        Self { queue: VecDeque::new(), per_second, allowance, counted_at: 0 }
    }

    pub(crate) fn push(&mut self, to: Option<MemberId>, message: Vec<u8>) {
        match self.queue.iter_mut().find(|(waiting, _)| *waiting == to) {
            Some((_, waiting)) => *waiting = message,
            None => self.queue.push_back((to, message)),
        }
    }

    /// Drops what is for a member that has left.
    pub(crate) fn forget(&mut self, id: &MemberId) {
        self.queue.retain(|(to, _)| to.as_ref() != Some(id));
    }

    pub(crate) fn pop(&mut self, now: u64) -> Next {
        let gained = (now - self.counted_at) * u64::from(self.per_second);
        self.counted_at = now;
        self.allowance = (self.allowance + gained).min(u64::from(self.per_second) * THOUSAND);
        if self.queue.is_empty() {
            return Next::Nothing;
        }
        let Some(left) = self.allowance.checked_sub(THOUSAND) else {
            let lacking = THOUSAND - self.allowance;
            return Next::At(now + lacking.div_ceil(u64::from(self.per_second)));
        };
        self.allowance = left;
        match self.queue.pop_front() {
            Some((to, message)) => Next::Send(to, message),
            None => Next::Nothing,
        }
    }
}

const THOUSAND: u64 = 1000;

//! Frames that come again: some do in every call, a flood of them is an attack or a mistake.

use core::time::Duration;

use frameseal_sframe::Timestamp;

/// Counts repeats and late frames beside those that pass, one second after the other.
#[derive(Debug, Default)]
pub(crate) struct Repeats {
    now: Second,
    before: Second,
}

/// What came in one second.
#[derive(Clone, Copy, Debug, Default)]
struct Second {
    since: Timestamp,
    passed: u32,
    repeated: u32,
}

impl Repeats {
    /// Notes a frame that passed.
    pub(crate) fn pass(&mut self, now: Timestamp) {
        self.begin(now);
        self.now.passed = self.now.passed.saturating_add(1);
    }

    /// Notes a frame that came again, or too late; tells whether there are too many, for the second
    /// second in a row.
    pub(crate) fn is_flood(&mut self, now: Timestamp) -> bool {
        self.begin(now);
        self.now.repeated = self.now.repeated.saturating_add(1);
        self.before.is_flood() && self.now.is_flood()
    }

    fn begin(&mut self, now: Timestamp) {
        if now >= self.now.since.after(INTERVAL) {
            let is_next = now < self.now.since.after(INTERVAL).after(INTERVAL);
            self.before = if is_next { self.now } else { Second::default() };
            self.now = Second { since: now, ..Second::default() };
        }
    }
}

impl Second {
    fn is_flood(self) -> bool {
        self.repeated >= FLOOD && self.repeated > self.passed
    }
}

const INTERVAL: Duration = Duration::from_secs(1);

/// Project decision: half of a second of sound. At the beginning of a call, browsers probe the network
/// with frames that they sent before: with more than those that are new, but for less than a second.
const FLOOD: u32 = 25;

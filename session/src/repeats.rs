//! Frames that come again: some do in every call, a flood of them is an attack or a mistake.

use core::time::Duration;

use frameseal_sframe::Timestamp;

/// Counts repeats and late frames beside those that pass, one second after the other.
#[derive(Debug, Default)]
pub(crate) struct Repeats {
    since: Timestamp,
    passed: u32,
    repeated: u32,
}

impl Repeats {
    /// Notes a frame that passed.
    pub(crate) fn pass(&mut self, now: Timestamp) {
        self.begin(now);
        self.passed = self.passed.saturating_add(1);
    }

    /// Notes a frame that came again, or too late; tells whether there are too many.
    pub(crate) fn is_flood(&mut self, now: Timestamp) -> bool {
        self.begin(now);
        self.repeated = self.repeated.saturating_add(1);
        self.repeated >= FLOOD && self.repeated > self.passed
    }

    fn begin(&mut self, now: Timestamp) {
        if now >= self.since.after(INTERVAL) {
            *self = Self { since: now, passed: 0, repeated: 0 };
        }
    }
}

const INTERVAL: Duration = Duration::from_secs(1);

/// Project decision: browsers probe the network with some ten frames that they sent before; half of a
/// second of sound is more.
const FLOOD: u32 = 25;
